"""Excel workbooks (.xlsx, ECMA-376) through openpyxl: one plain table per sheet, or a refusal.

A sheet is a table when row 1 holds the column names, no row or column is skipped, no cell is
merged, computed or in error. Values are those stored, not those displayed; where the two differ in
a way that matters (numbers among text, leading zeros by number format, hidden rows) a finding says
so.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.rawtable import RawColumn, RawTable, SourceFile
from data_access.readers.archive import check_zip
from data_access.readers.assemble import Arrow, refuse, table
from data_access.readers.excel_cells import LEADING_ZEROS, MIXED, convert

EXCEL_STRUCTURE = Rule(
    "read-excel-structure",
    Severity.REJECT,
    "An Excel workbook is a whole .xlsx file without a password",
    "Open it in Excel, save it as .xlsx without a password, and hand it over again.",
)
EXCEL_SHEET = Rule(
    "read-excel-sheet",
    Severity.REJECT,
    "The sheet study.toml names is in the workbook",
    "Correct `sheet` in [files] of study.toml.",
)
EXCEL_LAYOUT = Rule(
    "read-excel-layout",
    Severity.REJECT,
    "A sheet is one table: names in row 1, no gaps, no merged cells",
    "Put the column names into row 1 and one record into each row below, unmerge all cells, and "
    "move notes to another file; or name the sheet that is the table in study.toml.",
)
EXCEL_CELL = Rule(
    "read-excel-cell",
    Severity.REJECT,
    "Cells hold values: no formulas, no errors",
    "Correct errors at their source, then select all, copy, and paste as values.",
    (21,),
)
EXCEL_HIDDEN = Rule(
    "read-excel-hidden",
    Severity.WARNING,
    "Nothing of a workbook is hidden",
    "Unhide rows, columns and sheets, delete what does not belong to the export, and save.",
)
EXCEL_SIZE = Rule(
    "read-excel-size",
    Severity.REJECT,
    "A workbook is small enough to be read in memory",
    "Export a dataset of this size as CSV, Parquet or XPORT.",
)

RULES: tuple[Rule, ...] = (
    EXCEL_STRUCTURE,
    EXCEL_SHEET,
    EXCEL_LAYOUT,
    EXCEL_CELL,
    EXCEL_HIDDEN,
    EXCEL_SIZE,
    MIXED,
    LEADING_ZEROS,
)

#: A workbook unpacks to at most this many bytes, and a sheet has at most so many cells.
MAX_UNPACKED = 1024**3
MAX_CELLS = 5_000_000


def read(
    path: Path, source: SourceFile, *, sheet: str | None = None, **_: object
) -> tuple[RawTable, ...]:
    """The visible sheets of a workbook, or the one called `sheet` (which may be hidden).

    Rows are numbered as in the sheet. Raises DataError naming the cell.
    """
    _check_archive(path, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features without data: validation, slicers
            book = openpyxl.load_workbook(path, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its XML handling meets
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        reason = reason.replace(str(path), path.name)[:200]
        raise refuse(EXCEL_STRUCTURE, source, f"The workbook cannot be opened: {reason}.") from None
    chosen, skipped = _choose(book, sheet, source)
    tables = [
        _table(one, source, skipped if number == 0 else ()) for number, one in enumerate(chosen)
    ]
    if not tables:
        raise refuse(EXCEL_LAYOUT, source, "The workbook has no visible sheet with cells.")
    return tuple(tables)


def _check_archive(path: Path, source: SourceFile) -> None:
    if path.stat().st_size == 0:
        raise refuse(EXCEL_STRUCTURE, source, "The file is empty.")
    with path.open("rb") as file:
        head = file.read(8)
    if head == bytes.fromhex("d0cf11e0a1b11ae1"):
        raise refuse(EXCEL_STRUCTURE, source, "The file is an old .xls workbook or has a password.")
    if head[:2] != b"PK":
        raise refuse(EXCEL_STRUCTURE, source, "The file is no .xlsx workbook.")
    members = check_zip(path, name=source.name, max_total=MAX_UNPACKED)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and _has_doctype(archive, member):
                    raise refuse(
                        EXCEL_STRUCTURE,
                        source,
                        f"{member.filename} declares XML entities, which Excel never writes.",
                    )
    except DataError:
        raise
    except Exception as error:  # a damaged member: zlib, CRC, or a header zipfile cannot use
        raise refuse(
            EXCEL_STRUCTURE, source, f"The workbook is damaged: {str(error)[:200]}."
        ) from None


def _has_doctype(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as file:
        before = b""
        while piece := file.read(1 << 20):
            if b"<!DOCTYPE" in before + piece or b"<!ENTITY" in before + piece:
                return True
            before = piece[-16:]
    return False


def _choose(book: Any, wanted: str | None, source: SourceFile) -> tuple[list[Any], list[Finding]]:
    """The sheets to read, and a finding for hidden ones that are left out."""
    sheets = {one.title: one for one in book.worksheets}
    if wanted is not None:
        if wanted not in sheets:
            names = ", ".join(sheets)
            raise refuse(EXCEL_SHEET, source, f"There is no sheet {wanted}; there are: {names}.")
        return [sheets[wanted]], []
    filled = [s for s in sheets.values() if any(c.value is not None for c in s._cells.values())]
    hidden = [s.title for s in filled if s.sheet_state != "visible"]
    findings = [
        _hidden(source, f"The hidden sheet {title} was not read.", remedy=_DECLARE)
        for title in hidden
    ]
    return [s for s in filled if s.sheet_state == "visible"], findings


_DECLARE = "If it holds data, unhide it or name it in [files] of study.toml; else delete it."


def _hidden(source: SourceFile, sentence: str, remedy: str | None = None) -> Finding:
    return EXCEL_HIDDEN.finding(sentence, places=[Place(source.name)], remedy=remedy)


def _table(sheet: Any, source: SourceFile, findings: Sequence[Finding]) -> RawTable:
    found = [*findings, *_hidden_parts(sheet, source)]
    _check_merged(sheet, source)
    rows = _cells(sheet, source)
    names = _header(sheet, rows[0] if rows else [], source)
    body = rows[1:]
    for number, row in enumerate(body, start=2):
        if all(_missing(cell) for cell in row):
            raise _layout(sheet, source, f"row {number} is empty", number)
    columns: list[RawColumn] = []
    arrays: list[Arrow] = []
    for index, name in enumerate(names):
        column, array, seen = convert(name, [row[index] for row in body], sheet.title, source)
        columns.append(column)
        arrays.append(array)
        found.extend(seen)
    return table(sheet.title, source, columns, arrays, first_row=2, as_lines=True, findings=found)


def _layout(sheet: Any, source: SourceFile, what: str, line: int | None = None) -> DataError:
    place = Place(source.name, line=line)
    return DataError(EXCEL_LAYOUT.finding(f"On sheet {sheet.title}, {what}.", places=[place]))


def _hidden_parts(sheet: Any, source: SourceFile) -> list[Finding]:
    rows = [n for n, d in sheet.row_dimensions.items() if d.hidden and n <= sheet.max_row]
    columns = [
        letter
        for letter, d in sheet.column_dimensions.items()
        if d.hidden and (d.min or 0) <= sheet.max_column
    ]
    found = []
    if sheet.sheet_state != "visible":
        found.append(_hidden(source, f"Sheet {sheet.title} is hidden; it was read."))
    if rows:
        many = "1 hidden row" if len(rows) == 1 else f"{len(rows)} hidden rows, the first"
        read = "it was" if len(rows) == 1 else "they were"
        found.append(
            _hidden(source, f"Sheet {sheet.title} has {many} (row {min(rows)}); {read} read.")
        )
    if columns:
        many = f"hidden columns ({', '.join(columns[:10])})"
        found.append(_hidden(source, f"Sheet {sheet.title} has {many}; they were read."))
    return found


def _check_merged(sheet: Any, source: SourceFile) -> None:
    ranges = [str(r) for r in sheet.merged_cells.ranges]
    if ranges:
        line = min(r.min_row for r in sheet.merged_cells.ranges)
        raise _layout(sheet, source, f"cells are merged ({', '.join(sorted(ranges)[:5])})", line)


def _missing(cell: Any) -> bool:
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def _cells(sheet: Any, source: SourceFile) -> list[list[Any]]:
    """The cells of the used rectangle, from A1, without empty rows at the end; all are values."""
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        size = f"{sheet.max_row:,} rows and {sheet.max_column:,} columns"
        raise refuse(EXCEL_SIZE, source, f"Sheet {sheet.title} has {size}.")
    rows = [list(row) for row in sheet.iter_rows()]
    while rows and all(_missing(cell) for cell in rows[-1]):
        rows.pop()
    for kind, what in (("f", "a formula"), ("e", "an error value")):
        bad = [c for row in rows for c in row if c.data_type == kind and c.value is not None]
        if bad:
            first = bad[0]
            raise DataError(
                EXCEL_CELL.finding(
                    f"Cell {first.coordinate} of sheet {sheet.title} holds {what}.",
                    places=[
                        Place(source.name, line=c.row, column=get_column_letter(c.column))
                        for c in bad[:50]
                    ],
                    count=len(bad),
                )
            )
    return rows


def _header(sheet: Any, first: Sequence[Any], source: SourceFile) -> list[str]:
    """The names in row 1: text, from column A on, without a gap, over every used column."""
    names = []
    for index, cell in enumerate(first, start=1):
        letter = get_column_letter(index)
        if _missing(cell):
            if all(_missing(c) for row in sheet.iter_rows(min_col=index) for c in row):
                break  # nothing but formatting from here on
            raise _layout(sheet, source, f"cell {letter}1 holds no column name", 1)
        if not isinstance(cell.value, str):
            raise _layout(sheet, source, f"the column name in {letter}1 is not text", 1)
        names.append(cell.value)
    if not names:
        raise _layout(sheet, source, "row 1 holds no column names", 1)
    return names
