"""One column of an Excel sheet: what its cells agree on decides what it is."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from data_access.findings import Finding, Place, Rule, Severity
from data_access.rawtable import ARROW_TYPES, Declared, RawColumn, SourceFile
from data_access.readers.assemble import Arrow

MIXED = Rule(
    "read-excel-mixed",
    Severity.WARNING,
    "The cells of an Excel column are all text, all numbers or all dates",
    "Interim reads such a column as text, each cell as stored. Give the column one cell format in "
    "Excel and correct the cells that differ.",
)
LEADING_ZEROS = Rule(
    "read-excel-leading-zeros",
    Severity.WARNING,
    "Identifiers in Excel are text",
    "Interim reads the zeros as displayed. Store the identifiers as text in Excel.",
    (20,),
)

#: a number format of zeros only shows 7 as 007
_ZEROS = re.compile(r"0{2,}")
_EXACT = 2**53


def convert(
    name: str, cells: Sequence[Any], sheet: str, source: SourceFile
) -> tuple[RawColumn, Arrow, tuple[Finding, ...]]:
    """A column from its cells (row 2 on): declared number or date only if every cell is one."""
    values = [_value(cell.value) for cell in cells]
    kinds = {_kind(v) for v in values if v is not None}
    width = _zeros(cells, values) if kinds == {"number"} else 0
    if width:
        shown = [None if v is None else f"{int(v):0{width}d}" for v in values]
        sentence = f"{name} on sheet {sheet} holds numbers displayed with leading zeros."
        finding = LEADING_ZEROS.finding(sentence, column=name, places=[Place(source.name)])
        return RawColumn(name, "text"), _text(shown), (finding,)
    if kinds == {"datetime"}:
        if all(v is None or v.time() == dt.time() for v in values):
            days = [v and v.date() for v in values]
            return RawColumn(name, "date"), pa.array(days, ARROW_TYPES["date"]), ()
        return RawColumn(name, "datetime"), pa.array(values, ARROW_TYPES["datetime"]), ()
    if kinds == {"number"} and all(v is None or abs(v) <= _EXACT or v != int(v) for v in values):
        numbers = [None if v is None else float(v) for v in values]
        return RawColumn(name, "number"), pa.array(numbers, ARROW_TYPES["number"]), ()
    if kinds == {"time"}:
        return RawColumn(name, "time"), pa.array([_seconds(v) for v in values], pa.float64()), ()
    declared: Declared = "text"
    findings = (_mixed(name, values, sheet, source),) if len(kinds) > 1 else ()
    return RawColumn(name, declared), _text([_written(v) for v in values]), findings


def _value(value: Any) -> Any:
    """A cell's value; blank text is missing, a day alone is its midnight."""
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, (int, float)):
        return "number" if math.isfinite(value) else "text"
    if isinstance(value, dt.datetime):
        return "datetime"
    return "time" if isinstance(value, (dt.time, dt.timedelta)) else "text"


def _zeros(cells: Sequence[Any], values: Sequence[Any]) -> int:
    """Width of the zero-filled display all numbers of a column share, or 0."""
    formats = {c.number_format for c, v in zip(cells, values, strict=True) if v is not None}
    whole = all(v is None or (v >= 0 and v == int(v)) for v in values)
    if len(formats) != 1 or not whole:
        return 0
    (one,) = formats
    return len(one) if _ZEROS.fullmatch(one) else 0


def _seconds(value: dt.time | dt.timedelta | None) -> float | None:
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return None if value is None else value.total_seconds()


def _written(value: Any) -> str | None:
    """The exact stored value as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return value.isoformat() if isinstance(value, dt.time) else str(value)


def _text(values: Sequence[str | None]) -> Arrow:
    return pa.array(values, pa.large_string())


def _mixed(name: str, values: Sequence[Any], sheet: str, source: SourceFile) -> Finding:
    """Which kind is the rule and which cells are the exception."""
    rows: dict[str, list[int]] = {}
    for number, value in enumerate(values, start=2):
        if value is not None:
            rows.setdefault(_kind(value), []).append(number)
    said = {"text": "text", "number": "numbers", "datetime": "dates", "time": "times",
            "truth": "truth values"}  # fmt: skip
    by_size = sorted(rows, key=lambda k: -len(rows[k]))
    odd = sorted(n for kind in by_size[1:] for n in rows[kind])
    counts = ", ".join(f"{len(rows[k])} {said[k]}" for k in by_size)
    return MIXED.finding(
        f"{name} on sheet {sheet} mixes {counts}: all were read as text.",
        column=name,
        places=[Place(source.name, line=n, column=name) for n in odd[:50]],
        count=len(odd),
    )
