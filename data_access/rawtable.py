"""What every reader returns: one dataset as its file gives it, before the schema types it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from data_access.findings import Finding, Place

#: What the *format* declares of a column. Delimited text and Excel text cells are always "text".
Declared = Literal["text", "number", "date", "datetime", "time"]

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.large_string(),
    "number": pa.float64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "time": pa.float64(),  # seconds since midnight
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes a table came from. `name` is relative to the exports folder, never a full path."""

    name: str
    format: str  # "csv", "tsv", "parquet", "xport5", "xport8", "sas7bdat", "dataset-json", ...
    sha256: str
    bytes: int
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column as the file names it (outer spaces removed, case kept)."""

    name: str
    declared: Declared
    label: str | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """One dataset of one file.

    `data` has one Arrow column per entry of `columns`, in order, typed by `ARROW_TYPES`; null is
    missing (an empty text cell is missing too). `lines[i]` is the line (delimited text: the line
    on which the record starts, header = 1) or record number (other formats, 1-based) of row i.
    """

    dataset: str  # the name inside the file where it has one (XPT, Dataset-JSON, sheet), else stem
    source: SourceFile
    columns: tuple[RawColumn, ...]
    data: pa.Table
    lines: pa.Int64Array
    has_lines: bool
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if self.data.num_columns != len(self.columns) or len(self.lines) != self.data.num_rows:
            raise ValueError("columns, data and lines of a RawTable must agree")

    @property
    def rows(self) -> int:
        return int(self.data.num_rows)

    def place(self, index: int, column: str | None = None) -> Place:
        """Where row `index` stands in the source."""
        number = self.lines[index].as_py()
        if self.has_lines:
            return Place(self.source.name, line=number, column=column)
        return Place(self.source.name, row=number, column=column)
