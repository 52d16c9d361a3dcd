"""The values of one Dataset-JSON column, by dataType and targetDataType."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from data_access.rawtable import ARROW_TYPES, Declared
from data_access.readers.assemble import Arrow

Convert = Callable[[Sequence[Any]], Arrow]

#: ISO 8601 as numeric dates need it: complete, without a time zone
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class WrongCell(Exception):  # noqa: N818 - a state of a cell, turned into a finding by the reader
    """A value is not of the column's type; `index` counts from 0, `sentence` says what it is."""

    def __init__(self, index: int, sentence: str) -> None:
        super().__init__(sentence)
        self.index = index
        self.sentence = sentence


def decode(kind: object, target: object) -> tuple[Declared, Convert] | None:
    """What a column of this dataType and targetDataType is, and how to read it; None: unknown."""
    if kind in ("date", "datetime", "time") and target == "integer":
        return _TIMES[str(kind)]
    return _KINDS.get(kind) if isinstance(kind, str) else None


def _text(cells: Sequence[Any]) -> Arrow:
    _expect(cells, (str,), "text")
    for index, cell in enumerate(cells):
        if cell and ("\0" in cell or any("\ud800" <= c <= "\udfff" for c in cell if c > "\ud7ff")):
            raise WrongCell(index, "the value holds characters that are no text")
    return pa.array([c or None for c in cells], pa.large_string())


def _truth(cells: Sequence[Any]) -> Arrow:
    _expect(cells, (bool,), "true or false")
    words = {True: "true", False: "false", None: None}
    return pa.array([words[c] for c in cells], pa.large_string())


def _number(cells: Sequence[Any]) -> Arrow:
    _expect(cells, (int, float), "a number")
    numbers = []
    for index, cell in enumerate(cells):
        if isinstance(cell, int) and abs(cell) > 2**53:
            raise WrongCell(
                index, "the value is beyond 2^53 and would lose digits (identifiers are strings)"
            )
        if isinstance(cell, float) and not math.isfinite(cell):
            raise WrongCell(index, "the value is too large for a number")
        numbers.append(None if cell is None else float(cell))
    return pa.array(numbers, pa.float64())


def _decimal(cells: Sequence[Any]) -> Arrow:
    """Decimals are strings, so that no writer rounds them; blank is missing."""
    _expect(cells, (str, int, float), "a decimal")
    plain = [c.strip() or None if isinstance(c, str) else c for c in cells]
    for index, cell in enumerate(plain):
        if isinstance(cell, str) and not _DECIMAL.fullmatch(cell):
            raise WrongCell(index, "the value is no decimal number")
    return _number([float(c) if isinstance(c, str) else c for c in plain])


def _moment(
    cells: Sequence[Any], pattern: re.Pattern[str], what: str, convert: Callable[[str], Any]
) -> list[Any]:
    _expect(cells, (str,), f"an ISO 8601 {what}")
    known: dict[str, Any] = {}
    for index, cell in enumerate(cells):
        if not cell or cell in known:
            continue
        try:
            if not pattern.fullmatch(cell):
                raise ValueError
            known[cell] = convert(cell)
        except ValueError:
            raise WrongCell(
                index, f"the value is no complete ISO 8601 {what} without a time zone"
            ) from None
    return [known[c] if c else None for c in cells]


def _dates(cells: Sequence[Any]) -> Arrow:
    days = _moment(cells, _DATE, "date", dt.date.fromisoformat)
    return pa.array(days, ARROW_TYPES["date"])


def _datetimes(cells: Sequence[Any]) -> Arrow:
    moments = _moment(cells, _DATETIME, "datetime", dt.datetime.fromisoformat)
    return pa.array(moments, ARROW_TYPES["datetime"])


def _times(cells: Sequence[Any]) -> Arrow:
    return pa.array(_moment(cells, _TIME, "time", _seconds), ARROW_TYPES["time"])


def _seconds(text: str) -> float:
    time = dt.time.fromisoformat(text)
    return time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6


def _expect(cells: Sequence[Any], kinds: tuple[type, ...], what: str) -> None:
    """Every cell is null or exactly one of `kinds` (a truth value is no number)."""
    allowed = {*kinds, type(None)}
    if not set(map(type, cells)) <= allowed:
        index = next(i for i, c in enumerate(cells) if type(c) not in allowed)
        raise WrongCell(index, f"the value is {_called(cells[index])}, not {what}")


def _called(cell: object) -> str:
    names = {str: "text", int: "a number", float: "a number", bool: "a truth value"}
    return names.get(type(cell), "a list or object")


_KINDS: dict[str, tuple[Declared, Convert]] = {
    **dict.fromkeys(("string", "URI", "date", "datetime", "time"), ("text", _text)),
    **dict.fromkeys(("integer", "float", "double"), ("number", _number)),
    "decimal": ("number", _decimal),
    "boolean": ("text", _truth),
}
_TIMES: dict[str, tuple[Declared, Convert]] = {
    "date": ("date", _dates),
    "datetime": ("datetime", _datetimes),
    "time": ("time", _times),
}
