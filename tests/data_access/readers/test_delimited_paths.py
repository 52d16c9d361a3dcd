"""The fast and the exact reading of delimited text are one reading: generated nasty tables."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.findings import DataError, Finding
from data_access.readers import delimited, read_file, scan
from data_access.readers.header import fold

SEPARATORS = (",", ";", "\t", "|")
LINE_END = re.compile("\r\n|\r|\n")
NASTY = "\"',;\t|\r\n #aé中\u00a0\ufeff\u200b\u2028\x850"
CP1252 = "".join(c for c in NASTY if c not in "中\ufeff\u200b\u2028\x85") + "€"


@dataclass(frozen=True)
class Written:
    """A table, the bytes a spreadsheet or statistics program would write of it, and how."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    data: bytes
    separator: str
    encoding: str

    @property
    def declared(self) -> str | None:
        return None if self.encoding.startswith("utf-8") else self.encoding


@st.composite
def tables(draw: st.DrawFn) -> Written:
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "gb18030", "cp1252"]))
    letters = CP1252 if encoding == "cp1252" else NASTY
    width = draw(st.integers(1, 4))
    # a lone column whose name holds a separator would be refused as wrongly declared
    letter = 'AGEb ,;"|\n\té' if width > 1 else 'AGEb "\né'
    names = st.text(alphabet=letter, min_size=1, max_size=5).map(str.strip)
    header = draw(st.lists(names.filter(bool), min_size=width, max_size=width, unique_by=fold))
    cell = st.text(alphabet=letters, max_size=6)
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=8))
    separator = draw(st.sampled_from(SEPARATORS))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    broken = any(c in text for row in [header, *rows] for text in row for c in "\r\n")
    quoting = csv.QUOTE_ALL if broken else draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    starts = []
    for row in [header, *rows]:
        starts.append(1 + len(LINE_END.findall(out.getvalue())))
        writer.writerow(row)
    text = out.getvalue()
    if draw(st.booleans()):
        text = text.removesuffix(end)
    return Written(header, rows, starts[1:], text.encode(encoding), separator, encoding)


@settings(max_examples=200, deadline=None)
@given(tables(), st.integers(1, 40))
def test_what_was_written_is_read(written: Written, chunk: int) -> None:
    table, lines = outcome(written.data, written, chunk)[0]
    columns = [[row[i] or None for row in written.rows] for i in range(len(written.header))]
    assert table == dict(zip(written.header, columns, strict=True))
    assert lines == written.lines


def test_what_was_written_is_read_from_a_file(tmp_path: Path) -> None:
    @settings(max_examples=40, deadline=None)
    @given(tables())
    def check(written: Written) -> None:
        path = tmp_path / "adsl.csv"
        path.write_bytes(written.data)
        (table,) = read_file(
            path, name="adsl.csv", encoding=written.declared, separator=written.separator
        )
        assert [c.name for c in table.columns] == written.header
        assert [list(r.values()) for r in table.data.to_pylist()] == [
            [cell or None for cell in row] for row in written.rows
        ]
        assert table.lines.to_pylist() == written.lines

    check()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Written, bytes]:
    written = draw(tables())
    data = bytearray(written.data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.sampled_from([b'"', b",", b";", b"\n", b"\r", b"\r\n", b"x", b" ", b"\t"]))
        data[at : at + draw(st.integers(0, 3))] = draw(st.sampled_from([b"", what]))
    return written, bytes(data)


@settings(max_examples=400, deadline=None)
@given(damaged(), st.integers(1, 40))
def test_both_readings_judge_damage_alike(case: tuple[Written, bytes], chunk: int) -> None:
    written, data = case
    outcome(data, written, chunk)


def outcome(
    data: bytes, written: Written, chunk: int
) -> tuple[tuple[dict[str, list[str | None]], list[int]] | None, tuple[Finding, ...]]:
    """What both readings make of `data`; they must agree wherever the fast one judges at all."""
    try:
        text = delimited.to_utf8(data, name="a.csv", encoding=written.declared)
        body, _ = delimited.body_of(text.data, "a.csv", written.separator, 100, comments=False)
    except DataError as error:
        return None, error.findings
    exact = _try(delimited.rows_by_record, body)
    with patch.object(scan, "CHUNK", chunk), patch.object(delimited, "BLOCK", 1):
        fast = _try(delimited.rows_by_arrow, body)
    assert fast in (exact, (None, ()))
    return exact


def _try(read, body):
    try:
        found = read(body)
    except DataError as error:
        return None, error.findings
    if found is None:
        return None, ()
    table, lines = found
    return (table.to_pydict(), lines.tolist()), ()
