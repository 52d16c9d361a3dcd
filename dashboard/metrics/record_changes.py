"""What changed in the records of a domain between two cuts: rows added, removed, values changed.

Rows are the same record when the domain's keys say so; rows left over are matched once more without
their dates, so that a corrected date is a changed value and not one row gone and one row new. Rows
with equal keys are matched in their order. Sequence numbers are made anew by every export: they
neither identify a record nor count as a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.columns import codes_of
from dashboard.metrics.types import Result

Positions = NDArray[np.int64]
Bools = NDArray[np.bool_]
PROVENANCE = ("_file", "_row")
DATES = ("ADT", "ASTDT", "AENDT")
SEQUENCES = ("ASEQ", "RSSEQ", "TRSEQ", "TTESEQ", "SRCSEQ", "EXSEQ", "LBSEQ")
#: columns that say in words which record a row is; the first of each group that is there
NAMES = (("PARAM", "PARAMCD"), ("AEDECOD", "AETERM"), ("EXTRT",), ("AVISIT", "VISIT"))
DATED = ("ADT", "ASTDT")
#: of one column no more changed values than this are listed; counts are always of all
LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Place(Result):
    """Where a record stands: file and row number (the line, for delimited text)."""

    file: str
    row: int


@dataclass(frozen=True, slots=True)
class CellChange(Result):
    """A value that one cut gives otherwise; None is a missing value."""

    usubjid: str
    record: str
    old: str | None
    new: str | None
    then: Place | None
    now: Place | None


@dataclass(frozen=True, slots=True)
class ColumnChange(Result):
    """The changed values of a column: how many, of how many patients, and how many were missing."""

    column: str
    n: int
    patients: int
    filled: int
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class GoneRow(Result):
    usubjid: str
    record: str
    then: Place | None


@dataclass(frozen=True, slots=True)
class DomainChange(Result):
    """`changed` counts rows with a changed value; `gone` lists the removed ones."""

    domain: str
    rows_then: int
    rows_now: int
    added: int
    removed: int
    changed: int
    patients_added: int
    columns: tuple[ColumnChange, ...]
    gone: tuple[GoneRow, ...]
    new_columns: tuple[str, ...]
    lost_columns: tuple[str, ...]

    @property
    def same(self) -> bool:
        quiet = not (self.added or self.removed or self.changed)
        return quiet and not (self.new_columns or self.lost_columns)


def domain_change(
    domain: str, then: pd.DataFrame, now: pd.DataFrame, keys: Sequence[str]
) -> DomainChange:
    """Both frames with USUBJID, their columns, and `_file` and `_row` where they are known."""
    shared = [c for c in then.columns if c in now.columns and c not in PROVENANCE]
    usable = [k for k in keys if k in shared and k not in SEQUENCES] or shared
    coded = {k: _codes(then[k], now[k]) for k in usable}
    old, new = _match(coded, usable, len(then), len(now))
    differing = {
        c: mask
        for c in shared
        if c not in SEQUENCES and (mask := _differs(then[c], now[c], old, new)).any()
    }
    changed = np.zeros(old.size, dtype=np.bool_)
    for mask in differing.values():
        changed |= mask
    named = _Named(then, old[changed]), _Named(now, new[changed])
    columns = [
        _column(column, (then, now), (old[mask], new[mask]), named)
        for column, mask in differing.items()
    ]
    lone_then, lone_now = _others(len(then), old), _others(len(now), new)
    columns.sort(key=lambda c: (-c.n, c.column))
    return DomainChange(
        domain=domain,
        rows_then=len(then),
        rows_now=len(now),
        added=int(lone_now.size),
        removed=int(lone_then.size),
        changed=int(changed.sum()),
        patients_added=_n_patients(now, lone_now),
        columns=tuple(columns),
        gone=_gone(then, lone_then[:LISTED]),
        new_columns=tuple(c for c in now.columns if c not in then.columns),
        lost_columns=tuple(c for c in then.columns if c not in now.columns),
    )


def _others(n: int, matched: Positions) -> Positions:
    """The rows of n that are not matched."""
    alone = np.ones(n, dtype=np.bool_)
    alone[matched] = False
    return np.flatnonzero(alone)


def _n_patients(frame: pd.DataFrame, rows: Positions) -> int:
    codes = codes_of(frame["USUBJID"])[0][rows]
    return int(np.unique(codes[codes >= 0]).size)


def _gone(then: pd.DataFrame, rows: Positions) -> tuple[GoneRow, ...]:
    named = _Named(then, rows)
    return tuple(GoneRow(*named[i]) for i in rows.tolist())


def _codes(then: pd.Series, now: pd.Series) -> tuple[Positions, Positions]:
    """Equal values have equal codes; missing is -1."""
    if then.dtype != now.dtype:
        then, now = then.astype("string"), now.astype("string")
    was, known = codes_of(then)
    is_, values = codes_of(now)
    place = {v: i for i, v in enumerate(known)}
    table = np.array([*(place.setdefault(v, len(place)) for v in values), -1], dtype=np.int64)
    return was, table[is_]


def _differs(then: pd.Series, now: pd.Series, old: Positions, new: Positions) -> Bools:
    """Which of the matched rows have another value; two missing values are the same."""
    if then.dtype == now.dtype and then.dtype.kind in "fiM":
        was, is_ = then.to_numpy()[old], now.to_numpy()[new]
        return np.asarray((was != is_) & ~(pd.isna(was) & pd.isna(is_)), dtype=np.bool_)
    before, after = _codes(then, now)
    return np.asarray(before[old] != after[new], dtype=np.bool_)


def _match(
    coded: dict[str, tuple[Positions, Positions]], keys: Sequence[str], n_then: int, n_now: int
) -> tuple[Positions, Positions]:
    """Positions of the same records in both frames, in the order of the later one."""
    old, new = _pairs(coded, keys, np.arange(n_then), np.arange(n_now))
    loose = [k for k in keys if k not in DATES]
    if len(loose) not in (0, len(keys)):
        more_old, more_new = _pairs(coded, loose, _others(n_then, old), _others(n_now, new))
        old, new = np.concatenate([old, more_old]), np.concatenate([new, more_new])
    order = np.argsort(new, kind="stable")
    return old[order], new[order]


def _pairs(
    coded: dict[str, tuple[Positions, Positions]],
    keys: Sequence[str],
    then: Positions,
    now: Positions,
) -> tuple[Positions, Positions]:
    joined = np.zeros(then.size + now.size, dtype=np.int64)
    for key in keys:
        was, is_ = coded[key]
        codes = np.concatenate([was[then], is_[now]]) + 1
        wide = joined * (int(codes.max(initial=0)) + 1) + codes
        joined = np.asarray(pd.factorize(wide)[0], dtype=np.int64)
    first, second = joined[: then.size], joined[then.size :]
    numbered = [_numbered(first), _numbered(second)]
    most = 1 + max((int(n.max(initial=0)) for n in numbered), default=0)
    left, right = first * most + numbered[0], second * most + numbered[1]
    _, i, j = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    return then[i], now[j]


def _numbered(codes: Positions) -> Positions:
    """0 for the first row with a code, 1 for the second, ..."""
    return np.asarray(pd.Series(codes).groupby(codes).cumcount(), dtype=np.int64)


class _Named:
    """The rows of a frame in words: whose they are, which record, and where it stands."""

    def __init__(self, frame: pd.DataFrame, rows: Positions) -> None:
        groups = [next((c for c in g if c in frame.columns), None) for g in (*NAMES, DATED)]
        columns = [_words(frame[c], rows) for c in groups if c is not None]
        records = [", ".join(w for w in row if w) for row in zip(*columns, strict=True)]
        places: list[Place | None] = [None] * rows.size
        if set(PROVENANCE) <= set(frame.columns):
            files = _words(frame["_file"], rows)
            numbers = frame["_row"].to_numpy()[rows].tolist()
            places = [Place(str(f), int(n)) for f, n in zip(files, numbers, strict=True)]
        ids = [u or "" for u in _words(frame["USUBJID"], rows)]
        told = zip(ids, records or [""] * rows.size, places, strict=True)
        self._told = dict(zip(rows.tolist(), told, strict=True))

    def __getitem__(self, row: int) -> tuple[str, str, Place | None]:
        found: tuple[str, str, Place | None] = self._told[row]
        return found


def _column(
    column: str,
    frames: tuple[pd.DataFrame, pd.DataFrame],
    rows: tuple[Positions, Positions],
    named: tuple[_Named, _Named],
) -> ColumnChange:
    (then, now), (old, new) = frames, rows
    before, after = _words(then[column], old), _words(now[column], new)
    listed = zip(old.tolist(), new.tolist(), before, after, strict=True)
    cells = []
    for i, j, was, is_ in islice(listed, LISTED):
        usubjid, record, place = named[1][j]
        cells.append(CellChange(usubjid, record, was, is_, named[0][i][2], place))
    return ColumnChange(
        column=column,
        n=int(old.size),
        patients=_n_patients(now, new),
        filled=sum(w is None for w in before),
        cells=tuple(cells),
    )


def _words(values: pd.Series, rows: Positions) -> list[str | None]:
    """Some values of a column as text; None where missing."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.to_numpy(dtype="datetime64[D]")[rows]
        return [None if np.isnat(d) else str(d) for d in days]
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)[rows].tolist()
        return [None if n != n else f"{n:.10g}" for n in numbers]  # noqa: PLR0124  (NaN)
    codes, known = codes_of(values)
    table = [*(str(v) for v in known), None]
    return [table[c] for c in codes[rows].tolist()]
