"""How a listing of patients is arranged: order, page, search, who is shown. Never believed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: rows of one page: every cell is a component, and a browser pays for each
ROWS = 25
#: what a reader may type to find a patient
MAX_FIND = 40

#: every column that may be shown, in reading order
COLUMNS = (
    "patient",
    "backbone",
    "line",
    "age",
    "sex",
    "ecog",
    "site",
    "best",
    "change",
    "start",
    "days",
    "status",
    "pfs",
    "os",
    "death",
    "grade",
    "serious",
    "samples",
)
#: shown until a reader chooses otherwise
USUAL = (
    "patient",
    "backbone",
    "line",
    "age",
    "ecog",
    "best",
    "change",
    "days",
    "status",
    "pfs",
    "grade",
    "serious",
    "samples",
)
#: largest or gravest first, where that is what is asked for first
DESCENDING_FIRST = frozenset({"days", "pfs", "os", "grade", "serious", "samples"})
#: who of the selection is listed
SHOWN = ("all", "on", "off", "responders", "progressed", "severe", "serious", "died")
EVERYBODY = SHOWN[0]
ORDERS = (*COLUMNS, *(f"-{c}" for c in COLUMNS))
FIRST_ORDER = "patient"


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is asked of the listing. `order` is a column, with "-" in front for descending."""

    order: str = FIRST_ORDER
    page: int = 1
    find: str = ""
    shown: str = EVERYBODY

    @property
    def column(self) -> str:
        return self.order.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.order.startswith("-")


def arranged(held: object, order: str, shown: str = "", find: str = "") -> Arranged:
    """What a store of the page holds, checked; `order` comes from the address, and another one
    than the store was made for begins at the first page. `shown` and `find` are those of the
    address, until the store holds others."""
    now = held if isinstance(held, Mapping) else {}
    page, shown = now.get("page"), now.get("shown", shown)
    known = isinstance(page, int) and 1 <= page < 10**6 and now.get("order", order) == order
    return Arranged(
        order=order if order in ORDERS else FIRST_ORDER,
        page=page if isinstance(page, int) and known else 1,
        find=searched(now.get("find", find)),
        shown=shown if shown in SHOWN else EVERYBODY,
    )


def searched(value: object) -> str:
    """What is typed into the search field: printable, one line, not long."""
    if not isinstance(value, str):
        return ""
    clean = "".join(c for c in value if unicodedata.category(c)[0] != "C")
    return " ".join(clean.split())[:MAX_FIND]


def columns_of(held: object, offered: Sequence[str]) -> tuple[str, ...]:
    """The columns to show, of those the export has; the patient always."""
    usual = USUAL if "pfs" in offered else (*USUAL, "os")
    wanted: Any = held if isinstance(held, list | tuple) else usual
    return tuple(c for c in offered if c == "patient" or c in wanted)


def first_order(column: str) -> str:
    """What the first press on a column's heading asks for."""
    return f"-{column}" if column in DESCENDING_FIRST else column


def page_of(asked: int, n: int) -> tuple[int, int]:
    """The page to show and how many there are, both from 1."""
    pages = max(1, -(-n // ROWS))
    return min(max(asked, 1), pages), pages
