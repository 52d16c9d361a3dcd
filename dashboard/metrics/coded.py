"""Columns of terms as integer codes: every term is looked at once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.columns import Frame, Rows, factorised

Codes = NDArray[np.int64]


@lru_cache(maxsize=16_384, typed=True)
def clean(term: object) -> str:
    """A term in upper case with single blanks, as terms are compared."""
    return " ".join(str(term).split()).upper()


def distinct(frame: Frame, column: str) -> tuple[Codes, list[object]]:
    """Code per row and the distinct values that occur; -1 where the value is missing."""
    codes, values = factorised(frame, column)
    if not isinstance(frame, Rows):
        return codes, list(values)
    used = np.unique(codes[codes >= 0])
    table = np.full(len(values) + 1, -1, dtype=np.int64)
    table[used] = np.arange(used.size)
    return table[codes], [values[i] for i in used.tolist()]


def per_term(
    frame: Frame, column: str, value: Callable[[object], int], missing: int = 0
) -> NDArray[np.int64]:
    """`value(term)` for each row, computed once per distinct term."""
    codes, terms = distinct(frame, column)
    table = np.array([*(value(t) for t in terms), missing], dtype=np.int64)
    return table[codes]


def is_in(frame: Frame, column: str, terms: Collection[str]) -> Bools:
    """Rows whose term is one of `terms`, without regard to case and blanks."""
    wanted = {clean(t) for t in terms}
    return per_term(frame, column, lambda t: clean(t) in wanted).astype(np.bool_)


def first_present(frame: Frame, columns: Sequence[str]) -> str | None:
    """The first of `columns` with a value; in a frame without rows, the first that is there."""

    def has(column: str) -> bool:
        if column not in frame.columns:
            return False
        return frame.empty or bool((factorised(frame, column)[0] >= 0).any())

    return next((c for c in columns if has(c)), None)


def grouped_terms(
    frame: Frame, columns: Sequence[str], absent: str
) -> tuple[Codes, tuple[str, ...]]:
    """Code per row and the sorted terms of the first present column.

    Spellings that differ in case or blanks are one term, shown as the first of them in sorting
    order. A missing term is the group `absent`.
    """
    name = first_present(frame, columns)
    if name is None:
        return np.zeros(len(frame), dtype=np.int64), (absent,)
    codes, values = distinct(frame, name)
    shown: dict[str, str] = {}
    for value in sorted(" ".join(str(v).split()) for v in values):
        shown.setdefault(value.upper(), value)
    keys = [clean(v) for v in values]
    if (codes < 0).any() or "" in shown:
        shown[""] = absent
    terms = tuple(sorted(set(shown.values())))
    place = {t: i for i, t in enumerate(terms)}
    table = [place[shown[k]] for k in keys]
    return np.array([*table, place.get(shown.get("", ""), -1)], dtype=np.int64)[codes], terms
