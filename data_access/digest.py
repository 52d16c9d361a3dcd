"""Canonical typed rows and their SHA-256 (FIPS 180-4): what makes two exports the same cut.

The digest of a table does not depend on the order of its rows or columns, on Arrow chunking, or
on where a row came from; any other difference changes it. A missing value, an empty text and a
zero are three different things.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_access.findings import DataError, Rule, Severity

#: Where a row came from; beside the data, never part of the digest.
PROVENANCE = ("_file", "_row")
#: Rows are sorted by these first (those present), then by every other column.
LEADING = ("USUBJID", "PARAMCD", "ADT")
#: Integers up to here are exact in a 64-bit float, which is how frames hold them.
LARGEST_EXACT = 2**53

#: 10**0 to 10**22: the powers of ten a 64-bit float holds exactly
_POWERS = np.array([float(10**k) for k in range(23)])
_PROVENANCE_TYPES = {"_file": pa.dictionary(pa.int32(), pa.string()), "_row": pa.int64()}
_TAGS = {
    pa.large_string(): b"text",
    pa.float64(): b"number",
    pa.int64(): b"integer",
    pa.date32(): b"date",
}

NUMBER_RANGE = Rule(
    id="store-number-range",
    severity=Severity.REJECT,
    title="A number is infinite, or an integer too long to be kept exactly",
    remedy="Correct the value in the export; an identifier with many digits must be text.",
    answers=(24, 37),
)
RULES: tuple[Rule, ...] = (NUMBER_RANGE,)

_Array = Any  # a pyarrow.Array; its type parameter differs between pyarrow's stubs
_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Bools = npt.NDArray[np.bool_]


def canonical(table: pa.Table) -> pa.Table:
    """The one form of these rows: every table with the same content becomes the same table.

    Data columns sorted by name, then `_file` and `_row`; rows sorted by USUBJID, PARAMCD, ADT and
    then every other column (missing last, rows equal in all data by provenance); numbers rounded
    to 15 significant digits, -0.0 as 0.0, NaN as missing. Text, float64, int64 and date32 columns.

    Raises DataError for an infinite number or an integer beyond 2**53, TypeError for a column of
    another type, ValueError for a name used twice.
    """
    data = _clean(table)
    columns = data | _provenance(table)
    order = _order([columns[n] for n in (*_sorting(data), *PROVENANCE) if n in columns])
    if order is not None:
        indices: _Array = pa.array(order)
        columns = {name: column.take(indices) for name, column in columns.items()}
    return pa.table(columns)


def table_digest(table: pa.Table) -> str:
    """SHA-256 (64 hexadecimal digits) over the canonical typed rows; provenance is left out.

    Raises as `canonical` does.
    """
    data = _clean(table)
    order = _order([data[name] for name in _sorting(data)])
    indices: _Array = None if order is None else pa.array(order)
    digest = hashlib.sha256(b"interim rows 1\n")
    digest.update(f"{table.num_rows} rows, {len(data)} columns\n".encode())
    for name, column in data.items():
        _feed(digest, name, column if indices is None else column.take(indices))
    return digest.hexdigest()


def cut_id(study_text: str, cut_date: date, digests: Mapping[str, str]) -> str:
    """SHA-256 of study.toml (line ends as LF, no byte order mark), cut date and table digests.

    `digests` maps a domain ("ADSL") or feature table ("features/taxa") to its `table_digest`.
    """
    text = study_text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").encode()
    digest = hashlib.sha256(b"interim cut 1\n")
    digest.update(f"{len(text)} bytes\n".encode() + text)
    digest.update(f"cut {cut_date.isoformat()}\n".encode())
    for name in sorted(digests):
        digest.update(f"{len(name.encode())} {name} {digests[name]}\n".encode())
    return digest.hexdigest()


# --- columns ------------------------------------------------------------------------------------


def _clean(table: pa.Table) -> dict[str, _Array]:
    """Data columns by name, in order of name, each one canonical array."""
    names = [n for n in table.column_names if n not in PROVENANCE]
    if len(set(names)) != len(names):
        raise ValueError("a table to be stored has two columns of one name")
    return {name: _clean_column(name, _whole(table.column(name))) for name in sorted(names)}


def _provenance(table: pa.Table) -> dict[str, _Array]:
    return {
        name: _whole(table.column(name)).cast(_PROVENANCE_TYPES[name])
        for name in PROVENANCE
        if name in table.column_names
    }


def _whole(column: Any) -> _Array:
    """One array of all chunks."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # what zero chunks or an extension type give
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array


def _sorting(data: Mapping[str, _Array]) -> list[str]:
    leading = [n for n in LEADING if n in data]
    return leading + [n for n in data if n not in leading]


def _clean_column(name: str, array: _Array) -> _Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        array = array.cast(kind)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return array.cast(pa.large_string())
    if kind == pa.float64():
        return _clean_numbers(name, array)
    if kind == pa.int64():
        _refuse(name, _outside(array))
        return array
    if kind == pa.date32():
        return array
    raise TypeError(
        f"column {name} has type {kind}; a stored column is text, float64, int64, date32"
    )


def _outside(array: _Array) -> int:
    known = array.drop_null().to_numpy()
    return int(np.count_nonzero((known > LARGEST_EXACT) | (known < -LARGEST_EXACT)))


def _clean_numbers(name: str, array: _Array) -> _Array:
    values = round_15(array.to_numpy(zero_copy_only=False))  # missing becomes NaN
    _refuse(name, int(np.count_nonzero(np.isinf(values))))
    return pa.array(values, from_pandas=True)  # NaN becomes missing


def _refuse(name: str, count: int) -> None:
    if count:
        raise DataError(
            NUMBER_RANGE.finding(
                f"Column {name} holds an infinite number or an integer of more than 15 digits.",
                column=name,
                count=count,
            )
        )


def round_15(values: _Floats) -> _Floats:
    """Each number as the 64-bit float nearest to its 15-significant-digit decimal; NaN stays NaN,
    and a number within half a unit of the largest float becomes infinite.

    Correctly rounded and idempotent: a number written with 15 digits or fewer is never changed.
    Scaling by an exact power of ten is monotone, so it never carries a value across a half; the
    integer it rounds to is below 2**53, and dividing that back is correctly rounded (Clinger
    1990). What this cannot decide, halves among it, goes through decimal text.
    """
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        places = 14 - np.floor(np.log10(size))
        power = _POWERS[np.clip(np.nan_to_num(places), 0, 22).astype(np.int64)]
        scaled = values * power
        whole = np.rint(scaled)
        result = whole / power
        digits = np.abs(whole)
        known = (
            (places >= 0)
            & (places <= 22)
            & (digits >= 1e14)
            & (digits <= 1e15)
            & (np.abs(scaled - np.trunc(scaled)) != 0.5)
        )
        integer = (size < 1e15) & (values == np.trunc(values))
    result = np.where(integer, values, result) + 0.0  # -0.0 becomes 0.0
    hard = ~(known | integer | np.isnan(values))
    if hard.any():
        distinct, where = np.unique(values[hard], return_inverse=True)
        result[hard] = np.array([float(f"{v:.14e}") for v in distinct.tolist()])[where]
    return result


# --- order of rows --------------------------------------------------------------------------------


def _order(columns: list[_Array]) -> _Ints | None:
    """Row indices that sort by the columns in turn, missing last; None when already in order.

    Each round sorts only the rows that the columns before left equal, so most columns of a
    table with keys are never looked at.
    """
    rows = len(columns[0]) if columns else 0
    start = np.zeros(rows, dtype=np.int64)  # place of the first row of each row's group
    tied = np.arange(rows, dtype=np.int64)
    for column in columns:
        if tied.size < 2:
            break
        codes, cardinality = _codes(column, tied)
        tied = _refine(start, tied, start[tied] * cardinality + codes)
    if bool(np.all(start[1:] >= start[:-1])):
        return None
    order: _Ints = np.argsort(start, kind="stable").astype(np.int64, copy=False)
    return order


def _codes(column: _Array, rows: _Ints) -> tuple[_Ints, int]:
    """Rank of each value of `rows` within its column (0 = smallest, missing last), and how many
    ranks there can be."""
    every = rows.size * 4 > len(column)
    encoded = _encode(column if every else column.take(pa.array(rows)))
    values = encoded.dictionary
    rank = np.empty(len(values) + 1, dtype=np.int64)
    rank[pc.sort_indices(values).to_numpy()] = np.arange(len(values))
    rank[-1] = len(values)
    codes: _Ints = rank[encoded.indices.fill_null(len(values)).to_numpy()]
    if every:
        codes = codes[rows]
    return codes, len(values) + 1


def _encode(column: _Array) -> Any:
    """Dictionary form whose dictionary holds each value once."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.dictionary_encode()


def _refine(start: _Ints, tied: _Ints, key: _Ints) -> _Ints:
    """Split the groups of `tied` rows by `key` (which sorts by group first); returns the rows
    still tied. `start` is updated in place."""
    if not bool(np.all(key[1:] >= key[:-1])):
        inside = np.argsort(key, kind="stable")
        tied, key = tied[inside], key[inside]
    old = start[tied]
    place = np.arange(tied.size, dtype=np.int64)
    group_first = np.maximum.accumulate(np.where(_changes(old), place, 0))
    place = old + place - group_first
    first = _changes(key)
    start[tied] = np.maximum.accumulate(np.where(first, place, 0))
    alone = first & np.append(first[1:], True)
    remaining: _Ints = tied[~alone]
    return remaining


def _changes(values: _Ints) -> _Bools:
    """True where a value differs from the one before; the first always does."""
    changed = np.ones(values.size, dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


# --- bytes ----------------------------------------------------------------------------------------


def _feed(digest: Any, name: str, array: _Array) -> None:
    """Name, type, presence and values of one column; every part has a length known before it."""
    label = name.encode()
    digest.update(f"{len(label)} ".encode() + label + b" " + _TAGS[array.type] + b"\n")
    digest.update(np.packbits(array.is_valid().to_numpy(zero_copy_only=False)))
    if array.type == pa.large_string():
        _feed_text(digest, array.fill_null(""))
    elif array.type == pa.float64():
        digest.update(array.fill_null(0.0).to_numpy().astype("<f8", copy=False))
    elif array.type == pa.int64():
        digest.update(array.fill_null(0).to_numpy().astype("<i8", copy=False))
    else:
        digest.update(array.cast(pa.int32()).fill_null(0).to_numpy().astype("<i4", copy=False))


def _feed_text(digest: Any, array: _Array) -> None:
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)
    offsets = offsets[array.offset : array.offset + len(array) + 1]
    digest.update(np.diff(offsets).astype("<i8", copy=False))
    data = array.buffers()[2]
    if data is not None and offsets.size:
        digest.update(memoryview(data)[offsets[0] : offsets[-1]])
