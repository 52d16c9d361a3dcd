"""CDISC Dataset-JSON 1.1: .json, .ndjson and compressed .dsjc (zlib or gzip over NDJSON).

Source: CDISC Dataset-JSON v1.1 (2024). Dates with `targetDataType` integer are numeric dates in
the analysis dataset; ISO 8601 dates without it are character (--DTC) and may be partial.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from data_access.findings import DataError, Place, Rule, Severity
from data_access.rawtable import RawColumn, RawTable, SourceFile
from data_access.readers.assemble import refuse, table
from data_access.readers.datasetjson_columns import WrongCell, decode

JSON_STRUCTURE = Rule(
    "read-json-structure",
    Severity.REJECT,
    "A Dataset-JSON file is whole JSON in UTF-8",
    "The file was cut off, damaged or edited by hand: have it exported again.",
)
JSON_VERSION = Rule(
    "read-json-version",
    Severity.REJECT,
    "Interim reads CDISC Dataset-JSON version 1.1",
    "Convert the file to Dataset-JSON 1.1 (or to XPORT, Parquet or CSV) and export again.",
)
JSON_COLUMNS = Rule(
    "read-json-columns",
    Severity.REJECT,
    "Every column of a Dataset-JSON file has a name and a known dataType",
    "Give the column one of the dataTypes string, integer, decimal, float, double, boolean, "
    "datetime, date, time or URI.",
)
JSON_RECORDS = Rule(
    "read-json-records",
    Severity.REJECT,
    "A Dataset-JSON file holds as many rows as `records` says, each as wide as `columns`",
    "Rows are missing or were added: have the file exported again.",
)
JSON_CELL = Rule(
    "read-json-cell",
    Severity.REJECT,
    "Every value of a Dataset-JSON file is of its column's dataType",
    "Correct the value, or the column's dataType, in the program that writes the file.",
)
JSON_BOMB = Rule(
    "read-json-bomb",
    Severity.REJECT,
    "A .dsjc file does not unpack to hundreds of times its size",
    "Export the dataset again, or hand over the uncompressed .ndjson.",
    (65,),
)

RULES: tuple[Rule, ...] = (
    JSON_STRUCTURE,
    JSON_VERSION,
    JSON_COLUMNS,
    JSON_RECORDS,
    JSON_CELL,
    JSON_BOMB,
)

#: A .dsjc may unpack to the larger of these: so many bytes, or so many times its own size.
UNPACKED, RATIO = 64 * 1024**2, 200
_PIECE = 1 << 20
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
_VERSION = re.compile(r"1\.1(\.\d+)?")


def read(path: Path, source: SourceFile, **_: object) -> tuple[RawTable, ...]:
    """The one dataset of a Dataset-JSON file, whichever of the three forms it has.

    Raises DataError naming record and column.
    """
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b" or (raw[:1] == b"\x78" and not raw.lstrip().startswith(b"{")):
        raw = _unpacked(raw, source)
    text = _text(raw, source)
    meta, rows = _parts(text, source)
    _check_version(meta, source)
    columns = _columns(meta, source)
    _check_rows(meta, rows, len(columns), source)
    decoded = [
        _decoded(column, [row[i] for row in rows], source) for i, column in enumerate(columns)
    ]
    name = meta.get("name")
    dataset = name if isinstance(name, str) and name else PurePosixPath(source.name).stem
    return (table(dataset, source, [c for c, _ in decoded], [a for _, a in decoded]),)


# -- bytes to JSON ----------------------------------------------------------------------------


def _unpacked(raw: bytes, source: SourceFile) -> bytes:
    limit = max(UNPACKED, RATIO * len(raw))
    unpacker = zlib.decompressobj(_ZLIB_OR_GZIP)
    pieces: list[bytes] = []
    size, rest = 0, raw
    try:
        while not unpacker.eof and rest:
            pieces.append(unpacker.decompress(rest, _PIECE))
            rest = unpacker.unconsumed_tail
            size += len(pieces[-1])
            if size > limit:
                raise refuse(
                    JSON_BOMB, source, f"{len(raw):,} bytes unpack to more than {limit:,}."
                )
    except zlib.error as error:
        raise refuse(
            JSON_STRUCTURE, source, f"The compressed data are damaged ({error})."
        ) from None
    if not unpacker.eof:
        raise refuse(JSON_STRUCTURE, source, "The compressed data end too early.")
    if unpacker.unused_data:
        raise refuse(
            JSON_STRUCTURE,
            source,
            f"{len(unpacker.unused_data):,} bytes follow the compressed data.",
        )
    return b"".join(pieces)


def _text(raw: bytes, source: SourceFile) -> str:
    if not raw.strip():
        raise refuse(JSON_STRUCTURE, source, "The file is empty.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            JSON_STRUCTURE,
            source,
            f"The file is not UTF-8 (byte {error.start + 1:,}).",
            remedy="Dataset-JSON is always UTF-8: have it exported again in that encoding.",
        ) from None


def _parts(text: str, source: SourceFile) -> tuple[dict[str, Any], list[Any]]:
    """Metadata and rows, of JSON (one object) or NDJSON (metadata, then one array per line)."""
    first = text.partition("\n")[0].strip()
    try:
        whole = _object(first)
    except (ValueError, RecursionError):
        whole = None  # pretty-printed: the object spans lines
    if isinstance(whole, dict) and "rows" not in whole:
        return whole, list(_lines(text, source))
    meta = whole if whole is not None else _loads(text, source, first_line=1)
    if not isinstance(meta, dict):
        raise refuse(JSON_STRUCTURE, source, "The file does not begin with a JSON object.")
    if isinstance(whole, dict) and text.partition("\n")[2].strip():
        raise refuse(JSON_STRUCTURE, source, "There is more behind the end of the JSON object.")
    rows = meta.pop("rows", None)
    if "clinicalData" in meta or "referenceData" in meta:
        _check_version(meta, source)
    if not isinstance(rows, list):
        raise refuse(JSON_STRUCTURE, source, "The file has no rows: it holds metadata only.")
    return meta, rows


def _lines(text: str, source: SourceFile) -> Iterator[Any]:
    """The arrays behind the first line of NDJSON; only the end of the file may be blank."""
    for number, line in enumerate(text.rstrip().split("\n")[1:], start=2):
        yield _loads(line, source, first_line=number)


def _loads(text: str, source: SourceFile, *, first_line: int) -> Any:
    try:
        return _object(text)
    except json.JSONDecodeError as error:
        place = Place(source.name, line=first_line + error.lineno - 1)
        sentence = f"The JSON is broken at character {error.colno:,} of the line: {error.msg}."
        raise DataError(JSON_STRUCTURE.finding(sentence, places=[place])) from None
    except (ValueError, RecursionError) as error:
        place = Place(source.name, line=first_line)
        raise DataError(
            JSON_STRUCTURE.finding(f"The JSON is unusable: {error}.", places=[place])
        ) from None


def _object(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


# -- metadata ---------------------------------------------------------------------------------


def _check_version(meta: dict[str, Any], source: SourceFile) -> None:
    version = meta.get("datasetJSONVersion")
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return
    said = f"version {version[:20]}" if isinstance(version, str) else "no version"
    raise refuse(JSON_VERSION, source, f"The file states {said} of Dataset-JSON, not 1.1.")


def _columns(meta: dict[str, Any], source: SourceFile) -> list[dict[str, Any]]:
    columns = meta.get("columns")
    if not isinstance(columns, list) or not columns:
        raise refuse(JSON_COLUMNS, source, "The file describes no columns.")
    for number, column in enumerate(columns, start=1):
        if not isinstance(column, dict) or not isinstance(column.get("name"), str):
            raise refuse(JSON_COLUMNS, source, f"Column {number} has no name.")
        name, kind = column["name"], column.get("dataType")
        if not decode(kind, column.get("targetDataType")):
            said = f"the unknown dataType {str(kind)[:40]}" if kind is not None else "no dataType"
            raise refuse(JSON_COLUMNS, source, f"Column {name} has {said}.", column=name)
    return columns


def _check_rows(meta: dict[str, Any], rows: Sequence[Any], width: int, source: SourceFile) -> None:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != width:
            has = f"{len(row)} values" if isinstance(row, list) else "no list of values"
            raise refuse(
                JSON_RECORDS,
                source,
                f"The record has {has}; the file describes {width} columns.",
                row=number,
            )
    stated = meta.get("records")
    if isinstance(stated, bool) or not isinstance(stated, int):
        raise refuse(JSON_RECORDS, source, "The file does not say how many records it holds.")
    if stated != len(rows):
        raise refuse(
            JSON_RECORDS,
            source,
            f"The file states {stated:,} records but holds {len(rows):,}.",
            row=min(stated, len(rows)) + 1,
        )


def _decoded(column: dict[str, Any], cells: list[Any], source: SourceFile) -> tuple[RawColumn, Any]:
    name, label = column["name"], column.get("label")
    reader = decode(column.get("dataType"), column.get("targetDataType"))
    assert reader is not None  # _columns has refused the rest
    declared, convert = reader
    converter: Callable[[list[Any]], Any] = convert
    try:
        array = converter(cells)
    except WrongCell as wrong:
        raise refuse(
            JSON_CELL,
            source,
            f"Column {name} is {column['dataType']}, but {wrong.sentence}.",
            row=wrong.index + 1,
            column=name,
        ) from None
    return RawColumn(name, declared, label if isinstance(label, str) and label else None), array
