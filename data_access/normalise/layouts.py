"""How the dates of a text column may be written, for proposals; a layout is never taken unasked.

Layouts are those of `datetime.strptime`; SAS counts days and seconds from 1960-01-01.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

#: Layouts people and programs write; where day and month could change places, both are there.
LAYOUTS: tuple[str, ...] = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d%b%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d%b%Y:%H:%M:%S",
    "%d%b%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y年%m月%d日",
)
#: Years in which a date of a running trial may lie: anything else is another layout.
_YEARS = (1980, 2060)
#: 1980-01-01 to 2060-12-31 as SAS days, SAS seconds and Excel serial days.
_SAS_DAYS = (7305, 36_890)
_SAS_SECONDS = (7305 * 86_400, 36_890 * 86_400)
_EXCEL_DAYS = (36_891, 58_805)  # from 2001 on: below, they are SAS days


def reader(layout: str) -> Callable[[str | None], date | None]:
    """A function that reads text written as `layout`; None where it is not."""

    def parse(value: str | None) -> date | None:
        if value is None:
            return None
        try:
            return datetime.strptime(value, layout).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return None

    return parse


def layouts_of(values: Sequence[str]) -> tuple[str, ...]:
    """The layouts in which every one of `values` is an existing day of our times."""
    found = []
    for layout in LAYOUTS if values else ():
        days = map(reader(layout), values)
        if all(d is not None and _YEARS[0] <= d.year <= _YEARS[1] for d in days):
            found.append(layout)
    return tuple(found)


def advice(values: Sequence[str], domain: str) -> str | None:
    """What to write in study.toml, or to do, for dates written as `values`; None when unknown."""
    layouts = layouts_of(values)
    if layouts:
        said = " or ".join(f'dates = "{x}"' for x in layouts)
        which = " (which of them, the dates do not tell)" if len(layouts) > 1 else ""
        return (
            f"State how they are written in study.toml: [domains.{domain.lower()}] {said}{which}."
        )
    if not values or not all(re.fullmatch(r"\d+(\.0*)?", v) for v in values):
        return None
    numbers = [float(v) for v in values]
    if _within(numbers, _EXCEL_DAYS):
        return (
            "They look like the day numbers of Excel: give the column the format yyyy-mm-dd there."
        )
    if _within(numbers, _SAS_DAYS):
        return (
            "They look like SAS days (since 1960-01-01): export them with the format yymmdd10., "
            f'or state [domains.{domain.lower()}] dates = "sas" in study.toml.'
        )
    if _within(numbers, _SAS_SECONDS):
        return "They look like SAS date-times (seconds): export datepart() with format yymmdd10."
    return None


def within_sas_days(values: Sequence[str]) -> bool:
    """Whether numbers written as text can all be SAS days of our times."""
    return _within([float(v) for v in values], _SAS_DAYS)


def _within(numbers: Sequence[float], bounds: tuple[int, int]) -> bool:
    return all(bounds[0] <= n <= bounds[1] for n in numbers)
