"""Strict delimited text (RFC 4180 with comma, semicolon, tab or vertical bar): all of it as text.

Every record must have exactly the fields of the header. An empty cell, quoted or not, is missing;
everything else is kept to the letter, so "01", "NA" and " " stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from data_access.findings import MAX_LISTED, DataError, Finding
from data_access.rawtable import RawColumn, RawTable, SourceFile
from data_access.readers import delimited_faults as faults
from data_access.readers.header import header_names, separator_of
from data_access.readers.records import Record, RecordError, count_lines, records
from data_access.readers.scan import Fault, Scan, scan
from data_access.readers.textbytes import to_utf8

MAX_COLUMNS = 10_000
MAX_CELL = 1_000_000  # bytes of UTF-8
BLOCK = 1 << 23
_LARGEST_BLOCK = 1 << 30
_MARK = b"\xef\xbb\xbf"
_LF, _CR = 10, 13

Lines = npt.NDArray[np.int64]
Handler = Callable[[arrow_csv.InvalidRow], Literal["skip", "error"]]


@dataclass(frozen=True, slots=True)
class Body:
    """A text that begins with its header, and what is known of it before its rows are read."""

    data: bytes
    name: str
    separator: str
    header: Record
    columns: tuple[str, ...]
    first_line: int  # the line of the file on which `data` begins


def read(
    path: Path,
    source: SourceFile,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    max_columns: int = MAX_COLUMNS,
    comments: bool = False,
    **_: object,
) -> tuple[RawTable, ...]:
    """The one table of a delimited file.

    `separator` None: comma for .csv, tab for .tsv and .txt, refused when the header does not bear
    it out. `comments`: lines above the header that begin with "#" are left out, with a note
    (feature tables). Raises DataError with the line of the fault.
    """
    text = to_utf8(path.read_bytes(), name=source.name, encoding=encoding)
    body, notes = body_of(text.data, source.name, separator, max_columns, comments=comments)
    data, lines = read_rows(body)
    if not len(lines):
        sentence = f"{source.name} has a header and no rows."
        notes += (faults.note(faults.NO_ROWS, sentence, source.name),)
    table = RawTable(
        dataset=PurePosixPath(source.name).stem,
        source=replace(
            source, format="tsv" if body.separator == "\t" else "csv", encoding=text.encoding
        ),
        columns=tuple(RawColumn(c, "text") for c in body.columns),
        data=data,
        lines=pa.array(lines, type=pa.int64()),
        has_lines=True,
        findings=text.findings + notes,
    )
    return (table,)


def body_of(
    data: bytes, name: str, separator: str | None, max_columns: int, *, comments: bool
) -> tuple[Body, tuple[Finding, ...]]:
    notes: tuple[Finding, ...] = ()
    first_line = 1
    skipped = comment_block(data) if comments else 0
    if skipped:
        first_line += count_lines(data, 0, skipped)
        sentence = f"{first_line - 1} lines above the header of {name} are not read."
        notes += (faults.note(faults.COMMENTS, sentence, name),)
        data = data[skipped:]
    data, blank = _without_blank_end(data)
    if not _text_end(data):
        raise DataError(faults.note(faults.BLANK, f"{name} holds blank lines only.", name))
    used = separator_of(data, name, declared=separator)
    try:
        header = next(records(data, used, line=first_line))
    except RecordError as error:
        raise faults.quoting(error, name) from None
    columns = header_names(header, name, max_columns=max_columns, max_cell=MAX_CELL)
    if blank:
        if len(columns) == 1:  # a blank line may be a missing value
            raise faults.blank_line(name, count_lines(data) + first_line + 1)
        sentence = f"{blank} blank lines at the end of {name} are not read."
        notes += (faults.note(faults.BLANK_END, sentence, name),)
    return Body(data, name, used, header, columns, first_line), notes


def comment_block(data: bytes) -> int:
    """Bytes of the "#" lines above the header.

    The last "#" line is itself the header when it has as many tabs or commas as the line below
    it, and any ("#OTU ID", "#clade_name").
    """
    start, last = 0, 0
    while data.startswith(b"#", start):
        end = data.find(b"\n", start)
        if end < 0:
            return last
        last, start = start, end + 1
    below = data[start : data.find(b"\n", start) % (len(data) + 1)]
    above = data[last:start]
    mark = b"\t" if b"\t" in below else b","
    return last if above.count(mark) == below.count(mark) > 0 else start


def _text_end(data: bytes) -> int:
    """Offset past the last byte that is no line end."""
    end = len(data)
    while end and data[end - 1] in b"\r\n":
        end -= 1
    return end


def _without_blank_end(data: bytes) -> tuple[bytes, int]:
    """The text without blank lines below its last record, and their number."""
    end = _text_end(data)
    blank = count_lines(data, end) - 1
    if not end or blank < 1 or data.count(b'"', 0, end) % 2:
        return data, 0
    return data[:end], blank


def read_rows(body: Body) -> tuple[pa.Table, Lines]:
    """All records below the header, by Arrow where that is proved safe, else one by one."""
    if body.header.end >= len(body.data):
        empty = pa.table({c: pa.array([], pa.large_string()) for c in body.columns})
        return empty, np.array([], dtype=np.int64)
    return rows_by_arrow(body) or rows_by_record(body)


def rows_by_arrow(body: Body) -> tuple[pa.Table, Lines] | None:
    """The rows as Arrow's reader gives them; None when only the exact reading may judge."""
    seen = scan(body.data, body.separator)
    if isinstance(seen, Fault):
        _raise_fault(body, seen)
        return None
    block = _block_size(body, seen)
    # Arrow drops a byte order mark wherever its input starts
    if block is None or body.data.startswith(_MARK, body.header.end):
        return None
    lines = seen.lines[1:] + (body.first_line - 1)
    table, bad = _arrow_or_miscounts(body, seen, block)
    if bad:
        raise faults.field_counts(
            [(int(lines[index]), fields) for index, fields in bad],
            expected=len(body.columns),
            rows=len(lines),
            last_line=int(lines[-1]),
            name=body.name,
        )
    if table is None or table.num_rows != len(lines):
        return None
    table = table.rename_columns(list(body.columns))
    if seen.longest > MAX_CELL:
        _refuse_large(_large_cells(table, lines), body.name)
    return table, lines


def _block_size(body: Body, seen: Scan) -> int | None:
    """A block size that holds every record and parts no CR LF.

    Where a block ends between CR and LF, Arrow takes the LF for the end of the line even inside a
    quoted field, and loses it.
    """
    text = np.frombuffer(body.data, dtype=np.uint8)[body.header.end :]
    smallest = max(BLOCK, 2 * seen.longest)
    if smallest > _LARGEST_BLOCK:
        return None
    for size in range(smallest, smallest + 64):
        starts = np.arange(size, len(text), size)
        if not ((text[starts - 1] == _CR) & (text[starts] == _LF)).any():
            return size
    return None


def _arrow(body: Body, seen: Scan, block: int, invalid: Handler | None = None) -> pa.Table:
    """Arrow's reading of what follows the header. Raises ArrowInvalid at a miscounted row."""
    names = [f"c{i}" for i in range(len(body.columns))]
    stream: Any = pa.BufferReader(pa.py_buffer(body.data).slice(body.header.end))
    return arrow_csv.read_csv(
        stream,
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            block_size=block,
            use_threads=invalid is None,  # rows are numbered for the handler on one thread only
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=body.separator,
            newlines_in_values=seen.multiline,
            ignore_empty_lines=False,
            invalid_row_handler=invalid,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,
        ),
    )


def _arrow_or_miscounts(
    body: Body, seen: Scan, block: int
) -> tuple[pa.Table | None, list[tuple[int, int]]]:
    """Arrow's table; or (row index, fields) of every row without the header's number of fields.

    Neither when Arrow stumbles over something else.
    """
    bad: list[tuple[int, int]] = []

    def note(row: arrow_csv.InvalidRow) -> Literal["skip", "error"]:
        if row.number is None:
            return "error"
        bad.append((row.number - 1, row.actual_columns))
        return "skip"

    # Arrow takes a blank line for a row of missing cells
    blank = [(int(index) - 1, 0) for index in seen.blank]
    try:
        if not blank:
            return _arrow(body, seen, block), []
    except pa.ArrowInvalid:
        pass
    try:
        _arrow(body, seen, block, note)
    except pa.ArrowInvalid:
        return None, []
    return None, sorted({**dict(bad), **dict(blank)}.items())


def _raise_fault(body: Body, fault: Fault) -> None:
    """Refuse the text at its first fault, reading exactly from the last record before it."""
    line = fault.line + body.first_line - 1
    try:
        for _ in records(body.data, body.separator, start=fault.start, line=line, lone=fault.lone):
            pass
    except RecordError as error:
        raise faults.quoting(error, body.name) from None


def _large_cells(table: pa.Table, lines: Lines) -> Iterator[tuple[int, str]]:
    for name, column in zip(table.column_names, table.columns, strict=True):
        sizes = pc.binary_length(column).fill_null(0).to_numpy()
        for index in np.flatnonzero(sizes > MAX_CELL):
            yield int(lines[index]), name


def _refuse_large(found: Iterator[tuple[int, str]] | Sequence[tuple[int, str]], name: str) -> None:
    cells = sorted(found)
    if cells:
        raise faults.cell_size(cells[:MAX_LISTED], limit=MAX_CELL, name=name, count=len(cells))


def rows_by_record(body: Body) -> tuple[pa.Table, Lines]:
    """The same rows, read one record at a time: slower, and exact about every fault."""
    expected = len(body.columns)
    rows: list[tuple[bytes, ...]] = []
    lines: list[int] = []
    bad: list[tuple[int, int]] = []
    large: list[tuple[int, str]] = []
    last = 0
    source = records(body.data, body.separator, line=body.first_line)
    try:
        next(source)
        for record in source:
            last = record.line
            lines.append(last)
            if record.blank or len(record.fields) != expected:
                bad.append((last, 0 if record.blank else len(record.fields)))
                continue
            rows.append(record.fields)
            large += [
                (last, column)
                for column, cell in zip(body.columns, record.fields, strict=True)
                if len(cell) > MAX_CELL
            ]
    except RecordError as error:
        raise faults.quoting(error, body.name) from None
    if bad:
        raise faults.field_counts(
            bad, expected=expected, rows=len(lines), last_line=last, name=body.name
        )
    _refuse_large(large, body.name)
    cells = zip(*rows, strict=True) if rows else ([] for _ in body.columns)
    arrays = [pa.array((c.decode() or None for c in column), pa.large_string()) for column in cells]
    return pa.table(arrays, names=list(body.columns)), np.array(lines, dtype=np.int64)
