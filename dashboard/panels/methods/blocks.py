"""What a section of the Methods page is made of: blocks of plain words, already filled in.

A block is {"kind": "words" | "heading" | "facts" | "table" | "list", ...}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.panels.common import common
from dashboard.results import View
from dashboard.text import text

Json = Mapping[str, Any]
Block = dict[str, Any]


def words(said: str) -> Block:
    return {"kind": "words", "text": said}


def heading(said: str) -> Block:
    return {"kind": "heading", "text": said}


def facts(*items: tuple[str, str]) -> Block:
    return {"kind": "facts", "items": [list(i) for i in items]}


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, metric: str = ""
) -> Block:
    """`metric` names the definition of the numbers in its cells."""
    return {
        "kind": "table",
        "caption": caption,
        "head": list(head),
        "rows": [list(r) for r in rows],
        "metric": metric,
    }


def section(view: View, *blocks: Block) -> Json:
    """The answer of a section's panel."""
    return {**common(view), "blocks": list(blocks)}


def heads(stem: str, *names: str) -> list[str]:
    """Headings of a table from the catalogue."""
    return [text(f"{stem}.{n}") for n in names]


def or_not(value: object) -> str:
    """A stated value as it is, else "not stated"."""
    return text("number.ns") if value in (None, "") else str(value)
