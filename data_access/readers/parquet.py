"""Parquet files (parquet-format 2): types to RawTable's five, pages verified, footer cross-checked.

A page may carry a CRC-32 of its bytes; the footer never does. Where pages have none, a changed
bit can decode into a wrong value and nothing in the format can tell: such files get a note.
"""

from __future__ import annotations

import base64
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from data_access.findings import Finding, Place, Rule, Severity
from data_access.rawtable import Declared, RawColumn, RawTable, SourceFile
from data_access.readers.assemble import Arrow, compute, refuse, table
from data_access.readers.parquet_footer import MAGIC, Damaged, Footer, pages, read_footer

PARQUET_STRUCTURE = Rule(
    "read-parquet-structure",
    Severity.REJECT,
    "A Parquet file is whole: magic bytes, footer and every page agree",
    "The file was damaged or cut off on its way, or is no Parquet file: compare its size with the "
    "original and have it sent again.",
    (56, 57, 58, 59, 60, 61, 62, 63, 64),
)
PARQUET_TYPE = Rule(
    "read-parquet-type",
    Severity.REJECT,
    "Every column of a Parquet file holds text, numbers, truth values, dates or times",
    "Write one value per cell: unfold lists and structs into columns, store binary text as string "
    "and durations as numbers.",
)
PARQUET_CHECKSUM = Rule(
    "read-parquet-no-checksum",
    Severity.NOTE,
    "A Parquet file carries page checksums",
    "Write the file with page checksums (pyarrow: write_page_checksum=True) or list its SHA-256 "
    "in sources.toml, so that a changed bit is noticed.",
    (59, 64),
)
PARQUET_ZONE = Rule(
    "read-parquet-time-zone",
    Severity.NOTE,
    "Dates and times are kept as the clock showed them",
    "If another zone is meant, convert the column before writing it, without a time zone.",
)
PARQUET_INTEGER = Rule(
    "read-parquet-large-integer",
    Severity.NOTE,
    "Whole numbers are below 2^53",
    "Store identifiers as text.",
    (37,),
)

RULES: tuple[Rule, ...] = (
    PARQUET_STRUCTURE,
    PARQUET_TYPE,
    PARQUET_CHECKSUM,
    PARQUET_ZONE,
    PARQUET_INTEGER,
)

#: A table decodes to at most this many cells; more is a damaged or malicious footer.
MAX_CELLS = 2_000_000_000
_EXACT = 2**53
#: the field of PageHeader in parquet.thrift that holds a page's CRC-32
_CRC = 4
#: What pyarrow raises on damaged bytes. MemoryError: a damaged page announces a huge size.
_DAMAGE = (pa.ArrowException, OSError, ValueError, MemoryError, UnicodeDecodeError, OverflowError)


def read(path: Path, source: SourceFile, **_: object) -> tuple[RawTable, ...]:
    """The one table of a Parquet file; pages with checksums are verified.

    Raises DataError when magic bytes, footer, schema or pages are damaged or contradict each
    other, and when a column's type has no clinical reading.
    """
    _check_frame(path, source)
    try:
        with path.open("rb") as raw:
            footer = read_footer(raw, path.stat().st_size)
            checked = _check_pages(raw, footer, source)
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check_types(file.schema_arrow, source)
            _check_written(file.schema_arrow, footer)
            data = file.read()
            data.validate(full=True)
    except Damaged as damaged:
        raise refuse(PARQUET_STRUCTURE, source, f"The file is damaged: {damaged}.") from None
    except _DAMAGE as error:
        raise refuse(
            PARQUET_STRUCTURE, source, f"The file cannot be decoded: {_reason(error, path)}."
        ) from error
    findings = [] if checked or data.num_rows == 0 else [_no_checksum(source)]
    columns, arrays = [], []
    for field, values in zip(data.schema, data.columns, strict=True):
        column, array, seen = _column(field, values, source)
        columns.append(column)
        arrays.append(array.combine_chunks())
        findings.extend(seen)
    return (table(PurePosixPath(source.name).stem, source, columns, arrays, findings=findings),)


def _reason(error: BaseException, path: Path) -> str:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return first.replace(str(path), path.name).rstrip(".")[:200]


def _no_checksum(source: SourceFile) -> Finding:
    return PARQUET_CHECKSUM.finding(
        f"{source.name} has no page checksums: a bit changed on the way could go unnoticed.",
        places=[Place(source.name)],
    )


# -- the frame and pages ------------------------------------------------------------------------


def _check_frame(path: Path, source: SourceFile) -> None:
    size = path.stat().st_size
    if size == 0:
        raise refuse(PARQUET_STRUCTURE, source, "The file is empty.")
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(size - 8, 0))
        tail = file.read(8)
    if head != MAGIC:
        what = "an encrypted Parquet file" if head == b"PARE" else "no Parquet file"
        raise refuse(PARQUET_STRUCTURE, source, f"The file is {what}: it does not begin with PAR1.")
    if size < 12 or tail[4:] != MAGIC:
        raise refuse(
            PARQUET_STRUCTURE,
            source,
            "The file begins as Parquet but does not end with PAR1: its footer is cut off or "
            "something was appended.",
        )


def _check_pages(file: BinaryIO, footer: Footer, source: SourceFile) -> bool:
    """Whether every page carries a checksum; the pages must fill their places."""
    if footer.rows * max(len(footer.names), 1) > MAX_CELLS:
        raise refuse(PARQUET_STRUCTURE, source, f"The footer announces {footer.rows:,} records.")
    headers = [h for chunk in footer.chunks for h in pages(file, chunk)]
    return all(_CRC in header for header in headers)


# -- columns ----------------------------------------------------------------------------------


def _check_types(schema: pa.Schema, source: SourceFile) -> None:
    for field in schema:
        if _declared(_plain_type(field.type)) is None:
            raise refuse(
                PARQUET_TYPE,
                source,
                f"Column {field.name} is of type {str(field.type)[:80]}.",
                column=field.name,
            )


def _check_written(schema: pa.Schema, footer: Footer) -> None:
    """Arrow writers store their own schema beside Parquet's: both say the same of each column."""
    if footer.arrow_schema is None:
        return
    written = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(footer.arrow_schema)))
    for field, original in zip(schema, written, strict=True):
        kinds = [_declared(_plain_type(f.type)) for f in (field, original)]
        zones = [getattr(f.type, "tz", None) is None for f in (field, original)]
        if field.name != original.name or kinds[0] != kinds[1] or zones[0] != zones[1]:
            raise Damaged(f"the footer describes column {field.name} in two ways")


def _plain_type(kind: Any) -> Any:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _declared(kind: Any) -> Declared | None:
    """What a type declares; None when it has no clinical reading."""
    t = pa.types
    checks: tuple[tuple[Declared, tuple[Any, ...]], ...] = (
        ("text", (t.is_string, t.is_large_string, t.is_string_view, t.is_boolean, t.is_null)),
        ("number", (t.is_integer, t.is_floating, t.is_decimal)),
        ("date", (t.is_date,)),
        ("datetime", (t.is_timestamp,)),
        ("time", (t.is_time,)),
    )
    return next((d for d, tests in checks if any(test(kind) for test in tests)), None)


def _column(
    field: Any, values: Arrow, source: SourceFile
) -> tuple[RawColumn, Arrow, tuple[Finding, ...]]:
    if pa.types.is_dictionary(values.type):
        values = values.cast(_plain_type(values.type))
    label = (field.metadata or {}).get(b"label", b"").decode("utf-8", "replace") or None
    declared = _declared(values.type)
    findings: tuple[Finding, ...] = ()
    if declared == "text":
        array = _text(values)
    elif declared == "number":
        declared, array, findings = _number(field.name, values, source)
    elif declared == "date":
        array = values.cast(pa.date32())
    elif declared == "datetime":
        array, findings = _datetime(field.name, values, source)
    else:
        array = compute.divide(
            values.cast(pa.time64("ns")).cast(pa.int64()).cast(pa.float64()), 1e9
        )
    return RawColumn(field.name, declared or "text", label), array, findings


def _text(values: Arrow) -> Arrow:
    if pa.types.is_boolean(values.type):
        return compute.if_else(values, "true", "false").cast(pa.large_string())
    text = values.cast(pa.large_string())
    return compute.if_else(compute.equal(compute.binary_length(text), 0), None, text)


def _number(
    name: str, values: Arrow, source: SourceFile
) -> tuple[Declared, Arrow, tuple[Finding, ...]]:
    if pa.types.is_decimal(values.type):
        # through text: the cast from decimal is not correctly rounded
        return "number", values.cast(pa.string()).cast(pa.float64()), ()
    if pa.types.is_floating(values.type):
        wide = values.cast(pa.float64())
        return "number", compute.if_else(compute.is_nan(wide), None, wide), ()
    bounds = compute.min_max(values)
    low, high = bounds["min"].as_py() or 0, bounds["max"].as_py() or 0
    if low >= -_EXACT and high <= _EXACT:
        return "number", values.cast(pa.float64()), ()
    finding = PARQUET_INTEGER.finding(
        f"{name} holds whole numbers beyond 2^53: read as text, digit by digit.",
        column=name,
        places=[Place(source.name, column=name)],
    )
    return "text", values.cast(pa.large_string()), (finding,)


def _datetime(name: str, values: Arrow, source: SourceFile) -> tuple[Arrow, tuple[Finding, ...]]:
    zone = values.type.tz
    if zone is None:
        return values.cast(pa.timestamp("us"), safe=False), ()
    finding = PARQUET_ZONE.finding(
        f"{name} has the time zone {zone}: kept as the clock showed it there.",
        column=name,
        places=[Place(source.name, column=name)],
    )
    local = compute.local_timestamp(values)
    return local.cast(pa.timestamp("us"), safe=False), (finding,)
