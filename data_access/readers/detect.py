"""What a file is, by its content (magic numbers of the published formats), never by its name."""

from __future__ import annotations

import bz2
import json
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from data_access.readers.textbytes import alternates

HEAD = 1 << 16

_EXPORT = "Export the dataset as CSV, Parquet, SAS XPORT, Dataset-JSON or Excel."
_UNPACK = "Unpack the file and give what is inside it."
_R = 'In R, write each data frame: write.csv(x, row.names = FALSE, na = "") or haven::write_xpt().'
_WHOLE = "Export the file again and compare its size and SHA-256 with the sender's."

#: format -> (what it is, in words; what to do when it cannot be read)
LABELS: dict[str, tuple[str, str]] = {
    "csv": ("delimited text", "Delimited text is named .csv, .tsv or .txt."),
    "utf16": ("UTF-16 text", "Save the file as UTF-8."),
    "parquet": ("Parquet", "Parquet files are named .parquet."),
    "xport5": ("SAS XPORT version 5", "SAS XPORT files are named .xpt."),
    "xport8": ("SAS XPORT version 8", "SAS XPORT files are named .xpt."),
    "sas7bdat": ("a SAS dataset (SAS7BDAT)", "SAS datasets are named .sas7bdat."),
    "dataset-json": ("CDISC Dataset-JSON", "Dataset-JSON is named .json."),
    "dataset-ndjson": ("CDISC Dataset-JSON (NDJSON)", "NDJSON is named .ndjson."),
    "dataset-dsjc": ("compressed CDISC Dataset-JSON", "Compressed Dataset-JSON is named .dsjc."),
    "xlsx": ("an Excel workbook", "Excel workbooks are named .xlsx."),
    "biom": (
        "HDF5, as BIOM 2.1 is",
        "BIOM tables are named .biom and stand under [features.<id>] in study.toml.",
    ),
    "biom-json": ("BIOM 1.0 (JSON)", "Convert it: biom convert --to-hdf5, or to TSV."),
    "empty": ("empty", _WHOLE),
    "unknown": ("binary data of no known format", _WHOLE),
    "zip": ("a ZIP archive", _UNPACK),
    "gzip": ("gzip-compressed data", _UNPACK),
    "bzip2": ("bzip2-compressed data", _UNPACK),
    "xz": ("xz-compressed data", _UNPACK),
    "zstd": ("Zstandard-compressed data", _UNPACK),
    "7z": ("a 7-Zip archive", _UNPACK),
    "rar": ("a RAR archive", _UNPACK),
    "png": ("a PNG picture", _EXPORT),
    "jpeg": ("a JPEG picture", _EXPORT),
    "gif": ("a GIF picture", _EXPORT),
    "pdf": ("a PDF document", _EXPORT),
    "html": (
        "an HTML page",
        "A login or error page may have been saved in place of the data. " + _EXPORT,
    ),
    "xml": ("an XML document", _EXPORT),
    "rtf": ("an RTF document", _EXPORT),
    "json": ("JSON, but not CDISC Dataset-JSON", _EXPORT),
    "rdata": ("an R workspace (RData)", _R),
    "rds": ("an R object (RDS)", _R),
    "xls": (
        "an old Excel or password-protected Office file",
        "Save it as .xlsx without a password.",
    ),
    "xlsb": ("a binary Excel workbook (XLSB)", "Save it as .xlsx."),
    "docx": ("a Word document", _EXPORT),
    "pptx": ("a PowerPoint file", _EXPORT),
    "ods": ("an OpenDocument spreadsheet", "Save it as .xlsx or CSV."),
    "spss": ("an SPSS file", _EXPORT),
    "stata": ("a Stata file", _EXPORT),
    "arrow": ("an Arrow or Feather file", "Write it as Parquet."),
    "orc": ("an ORC file", "Write it as Parquet."),
    "sqlite": ("an SQLite database", _EXPORT),
    "pickle": ("a Python pickle, which is never opened", _EXPORT),
    "sas-cport": ("a SAS CPORT file", "Write SAS XPORT (PROC COPY with the XPORT engine) instead."),
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "xport5"),
    (b"HEADER RECORD*******LIBV8", "xport8"),
    (b"**COMPRESSED** **COMPRESSED**", "sas-cport"),
    (b"\0" * 12 + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011"), "sas7bdat"),
    (b"\x89HDF\r\n\x1a\n", "biom"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"RDX2\n", "rdata"),
    (b"RDX3\n", "rdata"),
    (b"RDA2\n", "rdata"),
    (b"RDA3\n", "rdata"),
    (b"X\n\0\0\0", "rds"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"<stata_dta>", "stata"),
    *((bytes([release, order, 1, 0]), "stata") for release in range(110, 116) for order in (1, 2)),
    (b"ARROW1", "arrow"),
    (b"FEA1", "arrow"),
    (b"ORC", "orc"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    *((b"\x80" + bytes([version]), "pickle") for version in range(2, 6)),
)

_ZIP_PARTS: tuple[tuple[str, str], ...] = (
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("word/", "docx"),
    ("ppt/", "pptx"),
    ("content.xml", "ods"),
)
_DATASET_JSON = b'"datasetJSONVersion"'
_BIOM_JSON = b"Biological Observation Matrix"
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 12, 13} | {127})
_FIRST_LINE = 1 << 25


def sniff(path: Path) -> str:
    """The format of a file, one of `LABELS`; "csv" stands for any delimited text."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return "empty"
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    return _zipped(path, head) or _compressed(head) or _text(path, head)


def _zipped(path: Path, head: bytes) -> str | None:
    """A ZIP archive, or the Office format that is one."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = "\n".join(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):  # cut off: by what is left
        names = head.decode("latin-1").replace("[Content_Types].xml", "xl/workbook.xml")
    return next((found for part, found in _ZIP_PARTS if part in names), "zip")


def _compressed(head: bytes) -> str | None:
    """gzip, zlib, bzip2 or xz, or what is known to be written that way."""
    found, inner = None, b""
    if head.startswith(b"\x1f\x8b"):
        found, inner = "gzip", _inflated(head, zlib.decompressobj(31))
    elif head.startswith((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")):
        inner = _inflated(head, zlib.decompressobj())  # may be text that begins with "x"
    elif head.startswith(b"BZh"):
        found, inner = "bzip2", _inflated(head, bz2.BZ2Decompressor())
    elif head.startswith(b"\xfd7zXZ\0"):
        found, inner = "xz", _inflated(head, lzma.LZMADecompressor())
    if inner.lstrip().startswith(b"{") and _DATASET_JSON in inner:
        return "dataset-dsjc"
    if found and inner.startswith((b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n")):
        return "rdata"
    return "rds" if found and inner.startswith((b"X\n\0\0\0", b"A\n")) else found


class _Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _inflated(head: bytes, decompressor: _Decompressor) -> bytes:
    """The first bytes inside compressed data; b"" when it is damaged."""
    try:
        return decompressor.decompress(head, HEAD)
    except (zlib.error, OSError, lzma.LZMAError, ValueError):
        return b""


def _text(path: Path, head: bytes) -> str:
    """Kinds of text; "unknown" when the bytes are no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or alternates(head):
        return "utf16"
    # some NUL bytes are a fault of a text, named with its offset where the text is read
    control = len(head) - len(head.translate(None, _CONTROL))
    if head.count(b"\0") * 3 > len(head) or control > max(32, len(head) // 50):
        return "unknown"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<body")):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in head.lower() else "xml"
    if start.startswith((b"{", b"[")):
        return _json(path, head)
    return "csv"


def _json(path: Path, head: bytes) -> str:
    """The dialects of JSON text, and text that only looks like it."""
    if _BIOM_JSON in head:
        return "biom-json"
    if _DATASET_JSON not in head:
        squeezed = b"".join(head[:4096].split())
        return "json" if squeezed.startswith((b'{"', b"{}", b"[{", b"[[", b'["', b"[]")) else "csv"
    with path.open("rb") as file:
        first = file.readline(_FIRST_LINE)
        second = file.readline(64).lstrip()
    try:
        described = json.loads(first.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:  # an object over several lines
        return "dataset-json"
    if second.startswith(b"["):
        return "dataset-ndjson"
    return "dataset-json" if "rows" in described else "dataset-ndjson"
