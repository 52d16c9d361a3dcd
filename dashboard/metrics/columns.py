"""Columns of a frame as arrays. A stored text column is read once, however many results use it."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]

#: Longer columns are read anew each time: reading is cheap beside what is done with them.
_KEPT_ROWS = 200_000


class Rows:
    """Some rows of a frame, by position; a column is read whole and then picked from.

    Taking rows of a frame copies every column of it, needed or not; this copies none.
    """

    __slots__ = ("at", "frame")

    def __init__(self, frame: pd.DataFrame, at: NDArray[np.int64]) -> None:
        self.frame, self.at = frame, at

    def __len__(self) -> int:
        return int(self.at.size)

    @property
    def empty(self) -> bool:
        return self.at.size == 0

    @property
    def columns(self) -> pd.Index[Any]:
        return self.frame.columns

    def __getitem__(self, name: str) -> pd.Series[Any]:
        series: pd.Series[Any] = self.frame[name].iloc[self.at]
        return series

    def take(self, keep: NDArray[Any]) -> Rows:
        """These rows by a mask over them, or by position among them."""
        return Rows(self.frame, self.at[keep])


Frame = pd.DataFrame | Rows


def every(frame: pd.DataFrame) -> Rows:
    """All rows of a frame."""
    return Rows(frame, np.arange(len(frame)))


def take(frame: Frame, keep: NDArray[Any]) -> Rows:
    """Rows by a mask or by position."""
    if isinstance(frame, Rows):
        return frame.take(keep)
    return every(frame).take(keep)


def whole(frame: Frame) -> pd.DataFrame:
    """The frame that the rows are of."""
    return frame.frame if isinstance(frame, Rows) else frame


class _Kept:
    """Codes and distinct values by the identity of Arrow data, which cannot change."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[weakref.ref[Any], Codes, tuple[object, ...]]] = {}

    def codes(self, column: pd.Series[Any]) -> tuple[Codes, tuple[object, ...]]:
        data = getattr(column.array, "__arrow_array__", lambda: None)()
        if data is None or len(column) > _KEPT_ROWS:
            return _factorise(column)
        key = id(data)
        found = self.known.get(key)
        if found is None or found[0]() is not data:
            made = _factorise(column)
            gone = weakref.ref(data, lambda ref: self._forget(key, ref))
            found = self.known[key] = (gone, *made)
        return found[1], found[2]

    def _forget(self, key: int, ref: weakref.ref[Any]) -> None:
        # by now another column may have taken the address
        if key in self.known and self.known[key][0] is ref:
            self.known.pop(key, None)


_KEPT = _Kept()


def _factorise(column: pd.Series[Any]) -> tuple[Codes, tuple[object, ...]]:
    codes, values = pd.factorize(column)
    codes = codes.astype(np.int64)
    codes.setflags(write=False)
    return codes, tuple(values)


def codes_of(column: pd.Series[Any]) -> tuple[Codes, tuple[object, ...]]:
    """Code per row and the distinct values of a column; -1 where the value is missing."""
    return _KEPT.codes(column)


def factorised(frame: Frame, name: str) -> tuple[Codes, tuple[object, ...]]:
    """`codes_of` a column; of some rows, the distinct values are those of the whole column."""
    codes, values = codes_of(whole(frame)[name])
    return (codes[frame.at] if isinstance(frame, Rows) else codes), values


def strings(frame: Frame, name: str) -> NDArray[np.object_]:
    """A text column as stored; NaN where missing."""
    codes, values = factorised(frame, name)
    table = np.array([*values, np.nan], dtype=object)
    return np.asarray(table[codes], dtype=object)


def floats(frame: Frame, name: str) -> NDArray[np.float64]:
    """A numeric column; NaN where missing, and everywhere when it is absent."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    values = whole(frame)[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return values[frame.at] if isinstance(frame, Rows) else values


def days(frame: Frame, name: str) -> NDArray[np.datetime64]:
    """A date column as datetime64[D]."""
    values = whole(frame)[name].to_numpy(dtype="datetime64[D]")
    return values[frame.at] if isinstance(frame, Rows) else values
