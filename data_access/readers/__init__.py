"""Readers of clinical exports: the format comes from a file's content, and nothing is inferred."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import cast

from data_access.findings import DataError, Place, Rule, Severity
from data_access.rawtable import RawTable, SourceFile
from data_access.readers.detect import LABELS, sniff

MAX_BYTES = 8 * 1024**3

#: the module of this package that reads a format; imported when a file asks for it
MODULES: dict[str, str] = {
    "csv": "delimited",
    "utf16": "delimited",  # refused there, with the remedy
    "parquet": "parquet",
    "xport5": "xport",
    "xport8": "xport",
    "sas7bdat": "sas7bdat",
    "dataset-json": "datasetjson",
    "dataset-ndjson": "datasetjson",
    "dataset-dsjc": "datasetjson",
    "xlsx": "excel",
    "biom": "biom",
}

#: what a file with this extension must hold
EXTENSIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), frozenset({"csv", "utf16"})),
    **dict.fromkeys((".parquet", ".pq"), frozenset({"parquet"})),
    ".xpt": frozenset({"xport5", "xport8"}),
    ".sas7bdat": frozenset({"sas7bdat"}),
    ".json": frozenset({"dataset-json", "dataset-ndjson"}),
    ".ndjson": frozenset({"dataset-ndjson"}),
    ".dsjc": frozenset({"dataset-dsjc"}),
    **dict.fromkeys((".xlsx", ".xlsm"), frozenset({"xlsx"})),
    ".zip": frozenset({"zip"}),
    ".biom": frozenset({"biom", "biom-json"}),
}

EMPTY = Rule(
    "read-empty",
    Severity.REJECT,
    "A file holds something",
    "Export the file again; if the domain has no records yet, export its header, or leave the "
    "file out.",
    answers=(1, 44, 56),
)
FORMAT = Rule(
    "read-format",
    Severity.REJECT,
    "A file is what its extension says, in a format Interim reads",
    "Export it as CSV, Parquet, SAS XPORT, SAS7BDAT, Dataset-JSON or Excel, with the extension of "
    "that format.",
    answers=(39, 40, 48, 51, 53, 58, 63),
)
SIZE = Rule(
    "read-size",
    Severity.REJECT,
    "A file is no larger than 8 GB",
    "Export only the columns and records of this study.",
)
CHANGED = Rule(
    "read-changed",
    Severity.REJECT,
    "A file does not change while it is read",
    "Wait until the export has been written, then import again.",
)

RULES: tuple[Rule, ...] = (EMPTY, FORMAT, SIZE, CHANGED)


def read_file(
    path: Path,
    *,
    name: str,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str = ".",
    sheet: str | None = None,
    **options: object,
) -> tuple[RawTable, ...]:
    """Every dataset of one file, cells as the file gives them.

    `name` is the file relative to the exports folder; it stands in tables and findings. `encoding`
    and `separator` are what the study declares of delimited text. `options` go to the format's
    module. Raises DataError naming file, line or record, column, reason and remedy.
    """
    before = _stamp(path)
    _refuse_size(before[0], name)
    found = sniff(path)
    _refuse_format(found, name)
    source = SourceFile(name=name, format=found, sha256=sha256(path), bytes=before[0])
    tables = reader(found)(
        path,
        source,
        encoding=encoding,
        separator=separator,
        decimal=decimal,
        sheet=sheet,
        **options,
    )
    if _stamp(path) != before:
        raise DataError(CHANGED.finding(f"{name} changed while it was read.", places=[Place(name)]))
    return tables


def reader(found: str) -> Callable[..., tuple[RawTable, ...]]:
    """The `read` function for a format of `MODULES`."""
    module = importlib.import_module(f"{__name__}.{MODULES[found]}")
    return cast("Callable[..., tuple[RawTable, ...]]", module.read)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _refuse_size(size: int, name: str) -> None:
    if size == 0:
        raise DataError(
            EMPTY.finding(f"{name} is empty: it has no bytes at all.", places=[Place(name)])
        )
    if size > MAX_BYTES:
        raise DataError(
            SIZE.finding(
                f"{name} is {size:,} bytes; at most {MAX_BYTES:,} are read.", places=[Place(name)]
            )
        )


def _refuse_format(found: str, name: str) -> None:
    """Refuse a file whose content disagrees with its extension, or that no module reads."""
    label, remedy = LABELS[found]
    extension = PurePosixPath(name).suffix.casefold()
    expected = EXTENSIONS.get(extension)
    if expected is not None and found not in expected:
        sentence = f"{name} is named {extension} but its content is {label}."
        readable = found in MODULES
        raise DataError(
            FORMAT.finding(
                sentence,
                places=[Place(name)],
                remedy=f"If the content is right, rename the file. {remedy}"
                if readable
                else remedy,
            )
        )
    if found not in MODULES:
        raise DataError(
            FORMAT.finding(
                f"{name} is {label}, which is not read.", places=[Place(name)], remedy=remedy
            )
        )
