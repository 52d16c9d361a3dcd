"""Bad inputs 1 to 43: delimited text."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.data_access.bad_inputs.base import Rows, spoil_bytes, spoil_rows
from tests.data_access.bad_inputs.case import Case, Outcome


def _bytes(change: Callable[[bytes], bytes], name: str = "adsl.csv") -> Callable[[Path], None]:
    return lambda exports: spoil_bytes(exports, change, name)


def _cell(column: str, value: str, domain: str = "adsl", row: int = 4) -> Callable[[Path], None]:
    def change(rows: Rows) -> None:
        rows[row][column] = value

    return lambda exports: spoil_rows(exports, domain, change)


def _column(
    column: str, value: Callable[[dict[str, str]], str], domain: str = "adsl"
) -> Callable[[Path], None]:
    def change(rows: Rows) -> None:
        for row in rows:
            row[column] = value(row)

    return lambda exports: spoil_rows(exports, domain, change)


def _rows(change: Callable[[Rows], Rows], domain: str = "adsl") -> Callable[[Path], None]:
    return lambda exports: spoil_rows(exports, domain, change)


def _cut_at_row_end(exports: Path) -> None:
    whole = (exports / "adsl.csv").read_bytes()
    lines = whole.splitlines(keepends=True)
    digest = hashlib.sha256(whole).hexdigest()
    (exports / "sources.toml").write_text(
        f'[files."adsl.csv"]\nrows = {len(lines) - 1}\nsha256 = "{digest}"\n', encoding="utf-8"
    )
    (exports / "adsl.csv").write_bytes(b"".join(lines[:-8]))


def _png(_: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
        + chunk(b"IEND", b"")
    )


def _mixed_ends(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"".join(x + (b"\r\n" if i % 2 else b"\n") for i, x in enumerate(lines[:-1]))


def _semicolons(data: bytes) -> bytes:
    text = data.decode().replace(",", ";").split("\n")
    cells = [line.split(";") for line in text]
    for row in cells[1:-1]:
        row[3] = row[3] + ",5"
    return "\n".join(";".join(r) for r in cells).encode()


def _swap_first_cell(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new, 1)


def _wide(data: bytes) -> bytes:
    lines = data.decode().splitlines()
    extra = ",".join(f"X{i}" for i in range(100_000))
    empty = "," * 100_000
    return "\n".join([lines[0] + "," + extra, *(x + empty for x in lines[1:])]).encode() + b"\n"


def _case(
    number: int, title: str, make: Callable[[Path], None], outcome: Outcome = "refused", *names: str
) -> Case:
    return Case(number, title, make, outcome, names)


PLACE = "adsl.csv"

CASES = (
    _case(1, "empty file", _bytes(lambda d: b""), "refused", PLACE),
    _case(
        2,
        "header only",
        _bytes(lambda d: d.split(b"\n")[0] + b"\n", "adae.csv"),
        "finding",
        "adae.csv",
    ),
    _case(
        3,
        "cut in the middle of a row",
        _bytes(lambda d: d[: len(d) - 30]),
        "refused",
        PLACE,
        "line 25",
    ),
    _case(4, "cut at the end of a row", _cut_at_row_end, "refused", PLACE),
    _case(5, "UTF-8 byte order mark", _bytes(lambda d: b"\xef\xbb\xbf" + d), "read"),
    _case(6, "UTF-16", _bytes(lambda d: d.decode().encode("utf-16")), "refused", PLACE, "UTF-16"),
    _case(
        7,
        "GBK that nobody declared",
        _bytes(_swap_first_cell(b"ASIAN", "亚洲人".encode("gbk"))),
        "refused",
        PLACE,
        "line 2",
    ),
    _case(
        8,
        "Latin-1",
        _bytes(_swap_first_cell(b"ASIAN", "Métis".encode("latin-1"))),
        "refused",
        PLACE,
        "line 2",
    ),
    _case(
        9,
        "UTF-8 and GBK mixed",
        _bytes(
            lambda d: _swap_first_cell(b"ASIAN", "亚洲人".encode())(d).replace(
                b"ASIAN", "亚洲人".encode("gbk"), 1
            )
        ),
        "refused",
        PLACE,
        "line 3",
    ),
    _case(
        10,
        "NUL bytes",
        _bytes(_swap_first_cell(b"ASIAN", b"AS\x00IAN")),
        "refused",
        PLACE,
        "line 2",
    ),
    _case(
        11,
        "duplicate header",
        _bytes(_swap_first_cell(b",AGE,", b",SITEID,")),
        "refused",
        PLACE,
        "SITEID",
    ),
    _case(
        12,
        "missing column",
        _rows(lambda rows: [{k: v for k, v in r.items() if k != "USUBJID"} for r in rows]),
        "refused",
        PLACE,
        "USUBJID",
    ),
    _case(
        13,
        "extra field",
        _bytes(_swap_first_cell(b"ASIAN,", b"ASIAN,,")),
        "refused",
        PLACE,
        "line 2",
    ),
    _case(14, "short row", _bytes(_swap_first_cell(b"ASIAN,", b"")), "refused", PLACE, "line 2"),
    _case(
        15,
        "unclosed quote",
        _bytes(_swap_first_cell(b"ASIAN", b'"ASIAN')),
        "refused",
        PLACE,
        "line 2",
    ),
    _case(16, "CRLF and LF mixed", _bytes(_mixed_ends), "read"),
    _case(17, "CR only", _bytes(lambda d: d.replace(b"\n", b"\r")), "read"),
    _case(18, "semicolons and decimal commas", _bytes(_semicolons), "refused", PLACE, "separator"),
    _case(
        19, "duplicate keys", _rows(lambda rows: [*rows, rows[3]]), "refused", PLACE, "TST-01-004"
    ),
    _case(20, "leading zeros in the site", _cell("SITEID", "007"), "finding", "SITEID"),
    _case(21, "formula", _cell("RACE", "=cmd|' /C calc'!A0"), "refused", PLACE, "RACE"),
    _case(22, "text in AGE", _cell("AGE", ">89"), "refused", PLACE, "line 6", "AGE"),
    _case(23, "-999 for missing", _cell("AGE", "-999"), "refused", PLACE, "line 6", "AGE"),
    *(
        _case(
            24,
            f"{word} in a number",
            _cell("AVAL", word, "adlb"),
            "refused",
            "adlb.csv",
            "line 6",
            "AVAL",
        )
        for word in ("NaN", "inf", "1e999", ".", "NA")
    ),
    *(
        _case(25, f"date {word}", _cell("TRTSDT", word), "refused", PLACE, "line 6", "TRTSDT")
        for word in ("2024-02", "2024-UN-UN", "03/04/2024", "2024-02-30")
    ),
    _case(26, "date in the future", _cell("DTHDT", "2199-01-01"), "refused", PLACE, "DTHDT"),
    _case(27, "Excel serial date", _cell("TRTSDT", "45352"), "refused", PLACE, "line 6", "TRTSDT"),
    _case(28, "USUBJID missing", _cell("USUBJID", ""), "refused", PLACE, "line 6", "USUBJID"),
    _case(29, "keys padded with blanks", _cell("USUBJID", "TST-02-005  ", "adae", 8), "read"),
    _case(
        29,
        "keys with leading blanks",
        _cell("USUBJID", "  TST-02-005", "adae", 8),
        "finding",
        "USUBJID",
    ),
    _case(
        30,
        "a level in another case",
        _cell("BACKBONE", "Paclitaxel"),
        "refused",
        "BACKBONE",
        "Paclitaxel",
    ),
    _case(
        30,
        "a level with an inner blank more",
        _cell("ARM", "INOSINE +  CHEMOTHERAPY"),
        "refused",
        "ARM",
    ),
    _case(
        31,
        "Cyrillic letter in a code",
        _cell("AVALC", "С" + "R", "adrs"),
        "refused",
        "adrs.csv",
        "AVALC",
    ),
    _case(32, "zero-width character", _cell("BACKBONE", "ERI\u200bBULIN"), "refused", "BACKBONE"),
    _case(33, "bidirectional override", _cell("RACE", "AS\u202eIAN"), "refused", "RACE"),
    _case(34, "a field of 20 MB", _cell("RACE", "A" * 20_000_000), "refused", PLACE, "line 6"),
    _case(35, "100,000 columns", _bytes(_wide), "refused", PLACE),
    _case(
        36,
        "HTML in free text",
        _cell("AETERM", "<script>alert(1)</script> nausea", "adae"),
        "finding",
        "AETERM",
    ),
    _case(
        37,
        "identifier of 20 digits",
        _cell("USUBJID", "12345678901234567890"),
        "refused",
        PLACE,
        "USUBJID",
    ),
    *(
        _case(38, f"{word} for missing", _cell(column, word), "refused", PLACE, column)
        for word, column in (
            ("True", "SAFFL"),
            ("None", "AGE"),
            ("N/A", "RACE"),
            ("None", "BACKBONE"),
        )
    ),
    _case(39, "PNG called .csv", _bytes(_png), "refused", PLACE, "PNG"),
    _case(40, "gzip called .csv", _bytes(gzip.compress), "refused", PLACE, "gzip"),
    _case(
        41, "trailer line", _bytes(lambda d: d + b"Total rows: 24\n"), "refused", PLACE, "line 26"
    ),
    _case(42, "preamble", _bytes(lambda d: b"Export of 2025-03-31\n\n" + d), "refused", PLACE),
    _case(43, "site called NA", _cell("SITEID", "NA"), "finding", "SITEID"),
)
