"""SAS7BDAT files through ReadStat (pyreadstat), with the file's frame checked first.

The format carries no checksum: a digit changed inside a value cannot be told from a good file.
List files in `sources.toml` to have their SHA-256 checked.
"""

from __future__ import annotations

import warnings
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyreadstat

from data_access.findings import Finding, Rule, Severity
from data_access.rawtable import Declared, RawColumn, RawTable, SourceFile
from data_access.readers.assemble import (
    Arrow,
    blank_to_null,
    compute,
    record_numbers,
    refuse,
    table,
)
from data_access.readers.sas7bdat_header import Broken, read_frame
from data_access.readers.sasvalues import declared_of, sas_numbers

SAS_STRUCTURE = Rule(
    "read-sas7bdat-structure",
    Severity.REJECT,
    "A SAS7BDAT file is whole and can be decoded",
    "The file was damaged or cut off on its way, or uses a feature only SAS knows (encryption): "
    "have it sent again, or exported with LIBNAME XPORT.",
)
SAS_CONTENT = Rule(
    "read-sas7bdat-content",
    Severity.REJECT,
    "Every value of a SAS7BDAT file is text or a number an analysis can hold",
    "The file is damaged: have it sent again, or exported with LIBNAME XPORT.",
)
SAS_DELETED = Rule(
    "read-sas7bdat-deleted",
    Severity.REJECT,
    "A SAS7BDAT file holds no observations marked as deleted",
    "Deleted observations stay in the file until it is rewritten: run DATA X; SET X; RUN; and "
    "export again.",
)

RULES: tuple[Rule, ...] = (SAS_STRUCTURE, SAS_CONTENT, SAS_DELETED)

_DAMAGE = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, TypeError, KeyError,
           OverflowError, MemoryError, OSError, UnicodeDecodeError)  # fmt: skip
_SMALLEST, _LARGEST = 1e-35, 1e35
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def read(
    path: Path, source: SourceFile, *, encoding: str | None = None, **_: object
) -> tuple[RawTable, ...]:
    """The one dataset of a SAS7BDAT file.

    `encoding` overrides the one the file states. Raises DataError when the frame is broken, when
    observations are marked as deleted, or when rows read differ from rows stated.
    """
    try:
        frame = read_frame(path.read_bytes())
    except Broken as broken:
        raise refuse(
            SAS_STRUCTURE, source, f"The file is no whole SAS7BDAT file: {broken}."
        ) from None
    if frame.deleted:
        raise refuse(
            SAS_DELETED,
            source,
            f"Of {frame.rows:,} observations stored, some are marked as deleted.",
            count=frame.deleted,
        )
    cells, meta = _decode(path, source, encoding)
    if any(not isinstance(name, str) for name in cells):
        raise refuse(SAS_STRUCTURE, source, "A column has no name.")
    rows = len(next(iter(cells.values()))) if cells else 0
    if rows != frame.rows:
        raise refuse(
            SAS_STRUCTURE,
            source,
            f"The file states {frame.rows:,} observations, but {rows:,} could be read.",
            row=min(rows, frame.rows) + 1,
        )
    columns: list[RawColumn] = []
    arrays: list[Arrow] = []
    findings: list[Finding] = []
    labels = meta.column_names_to_labels
    for name, values in cells.items():
        if meta.readstat_variable_types.get(name) == "string":
            declared: Declared = "text"
            array = _text(name, values, source)
        else:
            sas_format = meta.original_variable_types.get(name) or ""
            declared = declared_of("" if sas_format in ("NULL", "None") else sas_format)
            array, seen = sas_numbers(_numbers(name, values, source), declared, source, name)
            findings.extend(seen)
        columns.append(RawColumn(name, declared, labels.get(name) or None))
        arrays.append(array)
    dataset = (meta.table_name or "").strip() or PurePosixPath(source.name).stem
    return (table(dataset, source, columns, arrays, findings=findings),)


def _decode(path: Path, source: SourceFile, encoding: str | None) -> tuple[dict[str, Any], Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pyreadstat renames repeated columns with a warning
            cells, meta = pyreadstat.read_sas7bdat(
                str(path),
                encoding=encoding,
                disable_datetime_conversion=True,
                output_format="dict",
            )
    except UserWarning:
        raise refuse(SAS_STRUCTURE, source, "Two columns have the same name.") from None
    except _DAMAGE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise refuse(
            SAS_STRUCTURE,
            source,
            f"The file cannot be decoded: {reason.replace(str(path), path.name)[:200]}.",
        ) from None
    return cells, meta


def _numbers(name: str, values: Any, source: SourceFile) -> Any:
    """Values (n,), NaN = missing (every missing code)."""
    numbers = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    size = np.abs(numbers)
    wrong = ~np.isnan(numbers) & (numbers != 0) & ~((size >= _SMALLEST) & (size <= _LARGEST))
    if wrong.any():
        raise refuse(
            SAS_CONTENT,
            source,
            f"{name} is no number an analysis can hold.",
            row=int(np.argmax(wrong)) + 1,
            column=name,
            count=int(wrong.sum()),
        )
    return numbers


def _text(name: str, values: Any, source: SourceFile) -> Arrow:
    array = blank_to_null(
        pa.array([None if v is None or v == "" else str(v) for v in values], pa.large_string())
    )
    control = compute.fill_null(compute.match_substring_regex(array, _CONTROL), False)
    if compute.any(control).as_py():
        row = compute.filter(record_numbers(len(array)), control)[0].as_py()
        raise refuse(SAS_CONTENT, source, f"{name} holds control bytes.", row=row, column=name)
    return array
