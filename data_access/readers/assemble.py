"""From decoded columns to a RawTable: what every structured reader checks in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.rawtable import ARROW_TYPES, RawColumn, RawTable, SourceFile
from data_access.readers.header import fold

#: A pyarrow array or chunked array, and pyarrow.compute: their stubs are too narrow to use.
Arrow: TypeAlias = Any
compute: Any = pc

#: One text cell holds at most this many bytes.
MAX_CELL = 1_000_000
#: A patient dataset holds at most this many columns.
MAX_COLUMNS = 10_000

COLUMN_NAMES = Rule(
    "read-column-names",
    Severity.REJECT,
    "Every column of a structured file has a name of its own",
    "Rename the columns in the program that writes the file and export it again.",
)
TOO_LARGE = Rule(
    "read-structured-limits",
    Severity.REJECT,
    f"A dataset has at most {MAX_COLUMNS:,} columns and a cell at most {MAX_CELL:,} bytes",
    "Export only the columns of the analysis dataset; feature tables belong in [features].",
    (34, 35),
)

RULES: tuple[Rule, ...] = (COLUMN_NAMES, TOO_LARGE)


def refuse(
    rule: Rule,
    source: SourceFile,
    sentence: str,
    *,
    row: int | None = None,
    column: str | None = None,
    remedy: str | None = None,
    count: int = 1,
) -> DataError:
    """The error that stops reading `source` for one reason at one place."""
    place = Place(source.name, row=row, column=column)
    return DataError(
        rule.finding(sentence, remedy=remedy, column=column, places=[place], count=count)
    )


def table(
    dataset: str,
    source: SourceFile,
    columns: Sequence[RawColumn],
    arrays: Sequence[Arrow],
    *,
    first_row: int = 1,
    as_lines: bool = False,
    findings: Iterable[Finding] = (),
) -> RawTable:
    """A RawTable whose records (or lines, `as_lines`) are numbered from `first_row`.

    Raises DataError when names are empty or repeat (whatever their case and spaces), when there
    are more than `MAX_COLUMNS` columns, or when a text cell is larger than `MAX_CELL`.
    """
    if len(columns) > MAX_COLUMNS:
        raise refuse(TOO_LARGE, source, f"{dataset} has {len(columns):,} columns.")
    named = [RawColumn(c.name.strip(), c.declared, c.label) for c in columns]
    _check_names(dataset, source, named)
    for column, array in zip(named, arrays, strict=True):
        if array.type != ARROW_TYPES[column.declared]:
            raise TypeError(f"{column.name} is {array.type}, declared {column.declared}")
        if column.declared == "text":
            _check_cells(source, column.name, array, first_row)
    rows = len(arrays[0]) if arrays else 0
    return RawTable(
        dataset=dataset,
        source=source,
        columns=tuple(named),
        data=pa.Table.from_arrays(list(arrays), names=[c.name for c in named]),
        lines=record_numbers(rows, first_row),
        has_lines=as_lines,
        findings=tuple(findings),
    )


def blank_to_null(text: Arrow) -> Arrow:
    """Text with trailing blanks removed and empty cells missing, as `large_string`."""
    trimmed = compute.utf8_rtrim(text.cast(pa.large_string()), characters=" ")
    return compute.if_else(compute.equal(compute.binary_length(trimmed), 0), None, trimmed)


def record_numbers(rows: int, first_row: int = 1) -> Arrow:
    """The record numbers of consecutive rows, as RawTable.lines wants them."""
    return pa.array(np.arange(first_row, first_row + rows, dtype=np.int64))


def _check_names(dataset: str, source: SourceFile, columns: Sequence[RawColumn]) -> None:
    for number, column in enumerate(columns, start=1):
        if not column.name:
            raise refuse(COLUMN_NAMES, source, f"Column {number} of {dataset} has no name.")
    times = Counter(fold(c.name) for c in columns)
    repeated = list(dict.fromkeys(c.name for c in columns if times[fold(c.name)] > 1))
    if repeated:
        shown = ", ".join(repeated[:5])
        raise refuse(
            COLUMN_NAMES,
            source,
            f"{dataset} has columns that share a name, whatever its case and spaces: {shown}.",
            column=repeated[0],
            count=len(repeated),
        )


def _check_cells(source: SourceFile, name: str, array: Arrow, first_row: int) -> None:
    longest = compute.max(compute.binary_length(array)).as_py() or 0
    if longest > MAX_CELL:
        row = compute.index(compute.binary_length(array), longest).as_py() + first_row
        raise refuse(TOO_LARGE, source, f"A cell holds {longest:,} bytes.", row=row, column=name)
