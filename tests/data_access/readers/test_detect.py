"""A file is what its content says; a name that says otherwise is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import zipfile
import zlib
from pathlib import Path

import pytest

from data_access.readers import EXTENSIONS, MODULES, read_file
from data_access.readers.detect import LABELS, sniff
from tests.data_access.readers.reading import refused

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
CSV = b"USUBJID,AGE\nA-1,50\n"
NDJSON_HEAD = {"datasetJSONVersion": "1.1.0", "name": "ADSL", "columns": []}


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


SAMPLES: dict[str, list[bytes]] = {
    "empty": [b""],
    "csv": [
        CSV,
        b"\xef\xbb\xbf" + CSV,
        "USUBJID,RACE\nA-1,亚洲人\n".encode("gbk"),
        b"A,B\n1,\x00\x00\x002\n" * 3,
        b"A\n[x],{y}\n",
        b"xml,html\n<b>,1\n",
        b"x^column,2\n1,2\n",
    ],
    "utf16": ["A,B\n".encode("utf-16"), "A,B,C,D\n1,2,3,4\n".encode("utf-16-be")],
    "parquet": [b"PAR1" + bytes(20)],
    "xport5": [b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30],
    "xport8": [b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!" + b"0" * 30],
    "sas7bdat": [bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + bytes(99)],
    "dataset-json": [
        json.dumps({**NDJSON_HEAD, "rows": [["A"]]}).encode(),
        json.dumps({**NDJSON_HEAD, "rows": [["A"]]}, indent=2).encode(),
    ],
    "dataset-ndjson": [
        json.dumps(NDJSON_HEAD).encode() + b'\n["A", 1]\n',
        json.dumps(NDJSON_HEAD).encode() + b"\n",
    ],
    "dataset-dsjc": [
        compress(json.dumps(NDJSON_HEAD).encode() + b'\n["A"]\n')
        for compress in (gzip.compress, zlib.compress)
    ],
    "xlsx": [
        zipped("[Content_Types].xml", "xl/workbook.xml"),
        zipped("[Content_Types].xml", "xl/workbook.xml")[:80],
    ],
    "xlsb": [zipped("[Content_Types].xml", "xl/workbook.bin")],
    "docx": [zipped("[Content_Types].xml", "word/document.xml")],
    "ods": [zipped("mimetype", "content.xml")],
    "zip": [zipped("adsl.csv"), zipped()],
    "biom": [b"\x89HDF\r\n\x1a\n" + bytes(40)],
    "biom-json": [b'{"id": null, "format": "Biological Observation Matrix 1.0.0"}'],
    "gzip": [gzip.compress(CSV)],
    "bzip2": [bz2.compress(CSV)],
    "xz": [lzma.compress(CSV)],
    "zstd": [b"\x28\xb5\x2f\xfd" + bytes(20)],
    "png": [PNG],
    "jpeg": [b"\xff\xd8\xff\xe0" + bytes(20)],
    "pdf": [b"%PDF-1.7\n1 0 obj\n"],
    "html": [b"<!DOCTYPE html><html>", b"\n <HTML><body>", b'<?xml version="1.0"?><html>'],
    "xml": [b'<?xml version="1.0"?><ODM></ODM>'],
    "rtf": [b"{\\rtf1 hello}"],
    "json": [b'{"a": 1}', b"[[1, 2], [3]]", b'[{"a": 1}]'],
    "rdata": [
        b"RDX3\nX\n" + bytes(20),
        *(c(b"RDX3\nX\n" + bytes(20)) for c in (gzip.compress, bz2.compress, lzma.compress)),
    ],
    "rds": [gzip.compress(b"X\n\0\0\0\x03" + bytes(20))],
    "xls": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40)],
    "spss": [b"$FL2@(#) SPSS"],
    "stata": [b"<stata_dta><header>", b"r\x02\x01\x00\x02\x00", b"s\x01\x01\x00"],
    "arrow": [b"ARROW1\0\0"],
    "sqlite": [b"SQLite format 3\0" + bytes(20)],
    "pickle": [b"\x80\x04\x95" + bytes(20)],
    "unknown": [bytes(4000), bytes(range(256)) * 20],
}


@pytest.mark.parametrize("found", SAMPLES)
def test_content_is_recognised(tmp_path: Path, found: str) -> None:
    for number, data in enumerate(SAMPLES[found]):
        path = tmp_path / f"{number}.csv"  # the name plays no part
        path.write_bytes(data)
        assert sniff(path) == found, data[:60]


def test_every_format_has_words() -> None:
    assert set(SAMPLES) <= set(LABELS)
    assert set(MODULES) <= set(LABELS)
    assert set().union(*EXTENSIONS.values()) <= set(LABELS)
    assert all(label and remedy for label, remedy in LABELS.values())


REFUSED = {
    "39 PNG": ("adsl.csv", PNG, "a PNG picture", "Export the dataset"),
    "40 gzip": ("adsl.csv", gzip.compress(CSV), "gzip-compressed", "Unpack"),
    "PDF": ("adsl.csv", b"%PDF-1.7\n", "a PDF document", "Export the dataset"),
    "HTML": ("adsl.csv", b"<html><body>Sign in", "an HTML page", "login"),
    "RData": ("adsl.csv", gzip.compress(b"RDX3\nX\n"), "an R workspace", "write.csv"),
    "51 CSV as XPT": ("adsl.xpt", CSV, "delimited text", "rename"),
    "53 zeros as XPT": ("adsl.xpt", bytes(800), "binary data", "SHA-256"),
    "63 CSV as Parquet": ("adsl.parquet", CSV, "delimited text", "rename"),
    "Parquet as CSV": ("adsl.csv", b"PAR1" + bytes(9), "Parquet", "rename"),
    "Excel as CSV": ("adsl.csv", zipped("xl/workbook.xml"), "an Excel workbook", "rename"),
    "old Excel": ("adsl.xls", SAMPLES["xls"][0], "an old Excel", ".xlsx"),
    "password": ("adsl.xlsx", SAMPLES["xls"][0], "password", "without a password"),
    "no extension": ("adsl", PNG, "a PNG picture", "Export the dataset"),
    "ZIP": ("exports.zip", zipped("adsl.csv"), "a ZIP archive", "Unpack"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, case: str) -> None:
    name, data, words, remedy = REFUSED[case]
    (tmp_path / name).write_bytes(data)
    finding = refused(lambda: read_file(tmp_path / name, name=name), "read-format", name)
    assert words in finding.sentence
    assert remedy in finding.remedy


def test_the_refusal_names_the_extension_and_the_content(tmp_path: Path) -> None:
    (tmp_path / "adsl.xpt").write_bytes(CSV)
    finding = refused(
        lambda: read_file(tmp_path / "adsl.xpt", name="adsl.xpt"), "read-format", "adsl.xpt"
    )
    assert finding.sentence == "adsl.xpt is named .xpt but its content is delimited text."


def test_real_files_are_what_they_are_called(shared: Path) -> None:
    kinds = {".xpt": "xport5", ".parquet": "parquet", ".rda": "rdata", ".RData": "rdata"}
    kinds |= {".rds": "rds", ".ndjson": "dataset-ndjson", ".dsjc": "dataset-dsjc", ".csv": "csv"}
    seen = set()
    for path in sorted((shared / "data").rglob("*")):
        if path.suffix in kinds:
            assert sniff(path) == kinds[path.suffix], path
            seen.add(path.suffix)
    assert seen == set(kinds)
    for path in (shared / "data" / "datasetjson_v11" / "original" / "adam").glob("*.json"):
        assert sniff(path) == "dataset-json"


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "adsl.csv"
    path.write_bytes(CSV)

    def slow(*_: object, **__: object) -> tuple[()]:
        path.write_bytes(CSV + b"A-2,51\n")
        os.utime(path, (1, 1))
        return ()

    monkeypatch.setattr("data_access.readers.delimited.read", slow)
    refused(lambda: read_file(path, name="adsl.csv"), "read-changed", "adsl.csv")


def test_a_file_over_the_limit_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "adsl.csv"
    path.write_bytes(CSV)
    monkeypatch.setattr("data_access.readers.MAX_BYTES", 5)
    finding = refused(lambda: read_file(path, name="adsl.csv"), "read-size", "adsl.csv")
    assert "at most 5" in finding.sentence
