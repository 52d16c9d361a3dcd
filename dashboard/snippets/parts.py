"""What a card's code is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

from dashboard.results import View


@dataclass(frozen=True, slots=True)
class Snippet:
    """`imports` are whole lines; `body` prints the numbers, or says how for a view. It may use `v`
    (the view), `a` (its analysis) and `rules`.
    """

    imports: tuple[str, ...]
    body: str | Callable[[View], str]

    def lines(self, view: View) -> list[str]:
        body = self.body(view) if callable(self.body) else self.body
        return dedent(body).strip("\n").splitlines()
