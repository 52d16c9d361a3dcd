"""What a reader has chosen on a card: order, grouping and page. Never believed, always checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: lanes on one page: what a reader can hold, and a browser draws at once
PAGE = 60
#: rows of the table on one page: every cell is a component, and a browser pays for each
ROWS = 20


@dataclass(frozen=True, slots=True)
class Section:
    """Lanes under one heading on one page; `n` is the whole group, `more` that it began earlier."""

    key: str
    rows: tuple[int, ...]
    n: int
    more: bool


@dataclass(frozen=True, slots=True)
class Paged:
    """One page of the lanes: `first` to `last` (from 1) of `n` patients, page `page` of `pages`."""

    sort: str
    group: str
    sections: tuple[Section, ...]
    first: int
    last: int
    n: int
    page: int
    pages: int

    @property
    def shown(self) -> int:
        return sum(len(s.rows) for s in self.sections)

    @property
    def slots(self) -> int:
        """Lanes and headings of the page."""
        return self.shown + (len(self.sections) if self.group != "none" else 0)


def chosen(choice: object, name: str, allowed: list[str], default: str) -> str:
    """What a card holds under `name`, if it is one of `allowed`."""
    value = choice.get(name) if isinstance(choice, Mapping) else None
    return value if isinstance(value, str) and value in allowed else default


def page_of(choice: object, n: int, size: int = PAGE) -> tuple[int, int]:
    """The page to show and how many there are, both from 1, whatever was asked for."""
    pages = max(1, -(-n // size))
    asked = choice.get("page") if isinstance(choice, Mapping) else None
    page = asked if isinstance(asked, int) else 1
    return min(max(page, 1), pages), pages


def paged(answer: Mapping[str, Any], choice: object) -> Paged:
    """The page of lanes a card shows."""
    sort = chosen(choice, "sort", answer["sorts"], answer["sorts"][0])
    group = chosen(choice, "group", answer["groups"], answer["group"])
    groups = answer["layouts"][sort][group]
    n = sum(len(g["rows"]) for g in groups)
    page, pages = page_of(choice, n)
    start, stop = (page - 1) * PAGE, min(page * PAGE, n)
    sections = []
    seen = 0
    for each in groups:
        rows = each["rows"]
        low, high = max(start - seen, 0), min(stop - seen, len(rows))
        if low < high:
            sections.append(Section(each["key"], tuple(rows[low:high]), len(rows), low > 0))
        seen += len(rows)
    return Paged(sort, group, tuple(sections), start + 1 if n else 0, stop, n, page, pages)
