"""What a bad input is: a number of the list, how to make it, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["refused", "error", "finding", "read", "same cut"]

#: outcome -> what the table in docs/bad-inputs.md calls it
WORDS = {
    "refused": "refused",
    "error": "imported with an error finding",
    "finding": "imported with a finding",
    "read": "read as it stands",
    "same cut": "the same cut, nothing written",
}


@dataclass(frozen=True)
class Case:
    """`make` spoils the folder of good exports it is given; for `needs_previous` the good cut is
    what the spoiled export follows. `names` must all appear in the text of the findings."""

    number: int
    title: str
    make: Callable[[Path], None]
    outcome: Outcome
    names: tuple[str, ...] = ()
    exports: str = "exports"  # the folder or file given to the import, beside study.toml

    @property
    def id(self) -> str:
        return f"{self.number:02d} {self.title}"
