"""Delimited text: what is read to the letter, and what is refused with its place."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data_access.findings import Finding, Severity
from data_access.rawtable import RawTable
from data_access.readers import delimited, read_file
from tests.data_access.readers.reading import refused, values

HEADER = b"USUBJID,SITEID,AVAL\n"


def write(folder: Path, data: bytes, name: str = "adlb.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def table_of(folder: Path, data: bytes, name: str = "adlb.csv", **how: str | int) -> RawTable:
    (table,) = read_file(write(folder, data, name), name=name, **how)  # type: ignore[arg-type]
    return table


def refusal(folder: Path, data: bytes, rule: str, name: str = "adlb.csv", **how: str) -> Finding:
    path = write(folder, data, name)
    return refused(lambda: read_file(path, name=name, **how), rule, name)  # type: ignore[arg-type]


def test_a_clean_file_is_read_to_the_letter(tmp_path):
    data = b'USUBJID,SITEID ,NOTE\nA-1,01,"two\nlines"\nA-2,NA,\n'
    table = table_of(tmp_path, data, "adsl.csv")
    assert values(table) == {
        "USUBJID": ["A-1", "A-2"],
        "SITEID": ["01", "NA"],
        "NOTE": ["two\nlines", None],
    }
    assert [c.name for c in table.columns] == ["USUBJID", "SITEID", "NOTE"]
    assert {c.declared for c in table.columns} == {"text"}
    assert table.lines.to_pylist() == [2, 4]
    assert table.has_lines
    source = table.source
    assert (table.dataset, source.name, source.format) == ("adsl", "adsl.csv", "csv")
    assert (source.bytes, source.encoding) == (len(data), "utf-8")


@pytest.mark.parametrize(
    "cell",
    [
        *("01", "NA", "NaN", "None", "True", "null", "1e999", "-999", " ", "  x ", ".", "=1+1"),
        *("\t", "12345678901234567890", "<script>alert(1)</script>", "2025-02-30", "45352"),
        *("\u0421R", "a\u200bb", "AS\u202eIAN"),
    ],
)
def test_a_cell_is_text_whatever_it_looks_like(tmp_path, cell):
    table = table_of(tmp_path, HEADER + f"A-1,{cell},1\n".encode())
    assert values(table)["SITEID"] == [cell]


@pytest.mark.parametrize("empty", ["", '""'])
def test_an_empty_cell_is_missing_quoted_or_not(tmp_path, empty):
    assert values(table_of(tmp_path, HEADER + f"A-1,{empty},1\n".encode()))["SITEID"] == [None]


@pytest.mark.parametrize(
    ("name", "end"),
    [("LF", "\n"), ("CR LF", "\r\n"), ("CR", "\r")],
    ids=lambda v: v if v.isalpha() else "",
)
@pytest.mark.parametrize("final", [True, False], ids=["ended", "open end"])
def test_every_line_end_is_read(tmp_path, name, end, final):
    text = end.join(['A,"B"', '1,"x\ny"', "2,z"]) + (end if final else "")
    table = table_of(tmp_path, text.encode())
    assert values(table) == {"A": ["1", "2"], "B": ["x\ny", "z"]}
    assert table.lines.to_pylist() == [2, 4]


def test_crlf_and_lf_may_alternate(tmp_path):
    table = table_of(tmp_path, b"A,B\r\n1,2\n3,4\r\n5,6\n")
    assert values(table) == {"A": ["1", "3", "5"], "B": ["2", "4", "6"]}
    assert table.lines.to_pylist() == [2, 3, 4]


def test_a_line_feed_in_a_cell_survives_wherever_a_block_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 16)
    for shift in range(40):
        cells = ["x" * shift, "a\r\nb", "c\r\n", "\r\n"]
        data = "A\r\n" + "".join(f'"{c}"\r\n' for c in cells * 4)
        (table,) = read_file(write(tmp_path, data.encode()), name="adlb.csv")
        assert values(table)["A"] == [c or None for c in cells * 4]


def test_a_byte_order_mark_is_no_part_of_the_first_name_and_is_kept_elsewhere(tmp_path):
    table = table_of(tmp_path, b"\xef\xbb\xbfA,B\n\xef\xbb\xbf1,2\n")
    assert values(table) == {"A": ["\ufeff1"], "B": ["2"]}
    assert table.source.encoding == "utf-8-sig"


@pytest.mark.parametrize(
    ("encoding", "word"), [("gb18030", "女性，三阴性乳腺癌"), ("cp1252", "Métis, naïve")]
)
def test_a_declared_encoding_is_read(tmp_path, encoding, word):
    data = f'USUBJID,TERM\nA-1,"{word}"\n'.encode(encoding)
    table = table_of(tmp_path, data, encoding=encoding)
    assert values(table)["TERM"] == [word]
    assert table.source.encoding == encoding
    assert table.findings == ()


def test_gb18030_with_a_separator_among_its_trail_bytes(tmp_path):
    word = b"\x90|".decode("gb18030")  # the second byte is the vertical bar
    data = f"A|B\n{word}|2\n".encode("gb18030")
    table = table_of(tmp_path, data, encoding="gb18030", separator="|")
    assert values(table) == {"A": [word], "B": ["2"]}


def test_utf8_declared_as_cp1252_is_read_as_declared_and_doubted(tmp_path):
    table = table_of(tmp_path, "A,B\né,2\n".encode(), encoding="cp1252")
    assert values(table)["A"] == ["Ã©"]
    (finding,) = table.findings
    assert (finding.rule, finding.severity) == ("read-encoding-doubt", Severity.WARNING)


def test_gbk_that_happens_to_be_utf8_is_doubted(tmp_path):
    table = table_of(tmp_path, "USUBJID,SEX\nA-1,女\nA-2,女\n".encode("gbk"))
    assert values(table)["SEX"] == ["Ů", "Ů"]
    (finding,) = table.findings
    assert (finding.rule, finding.places[0].line) == ("read-encoding-doubt", 2)
    table = table_of(tmp_path, "USUBJID,SEX\nA-1,女\n".encode("gbk"), encoding="gb18030")
    assert values(table)["SEX"] == ["女"]


@pytest.mark.parametrize("word", ["µmol/L", "café", "Ünal", "女", "女性", "°", "±2", "Ж", "naïve"])
def test_other_words_in_utf8_are_not_doubted(tmp_path, word):
    table = table_of(tmp_path, f"USUBJID,TERM\nA-1,{word}\n".encode())
    assert values(table)["TERM"] == [word]
    assert table.findings == ()


def test_a_byte_order_mark_contradicts_another_declared_encoding(tmp_path):
    finding = refusal(tmp_path, b"\xef\xbb\xbfA,B\n1,2\n", "read-encoding", encoding="gb18030")
    assert "byte order mark" in finding.sentence


def test_header_only_gives_no_rows_and_says_so(tmp_path):
    for data in (HEADER, HEADER.rstrip(b"\n")):
        table = table_of(tmp_path, data)
        assert table.rows == 0
        assert len(table.columns) == 3
        (finding,) = table.findings
        assert (finding.rule, finding.severity) == ("read-no-rows", Severity.NOTE)
        assert finding.places[0].file == "adlb.csv"


def test_blank_lines_at_the_end_are_left_out_and_said(tmp_path):
    table = table_of(tmp_path, HEADER + b"A-1,01,5\n\r\n\n")
    assert table.rows == 1
    assert [f.rule for f in table.findings] == ["read-blank-end"]
    assert "2 blank lines" in table.findings[0].sentence


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"A\tB\n1\t2\n", "x.tsv"), (b"A\tB\n1\t2\n", "x.txt"), (b"A,B\n1,2\n", "x.CSV")],
)
def test_the_extension_says_the_separator(tmp_path, data, name):
    table = table_of(tmp_path, data, name)
    assert values(table) == {"A": ["1"], "B": ["2"]}
    assert table.source.format == ("csv" if name.endswith("CSV") else "tsv")


@pytest.mark.parametrize("separator", [";", "|", "\t", ","])
def test_a_declared_separator_wins(tmp_path, separator):
    other = ";" if separator == "," else ","
    data = separator.join(["A", "B"]) + "\n" + separator.join(["1" + other + "5", "2"]) + "\n"
    table = table_of(tmp_path, data.encode(), separator=separator)
    assert values(table) == {"A": [f"1{other}5"], "B": ["2"]}


def test_taxa_with_semicolons_are_no_second_separator(tmp_path):
    data = b"SAMPLE,k__B;p__F;c__C,k__B;p__P\nS1,3,4\nS2,5,6\n"
    assert len(table_of(tmp_path, data).columns) == 3


CASES = {
    "3 cut in a row": (HEADER + b"A-1,01,5\nA-2,0", "read-field-count", 3, "2 fields"),
    "6 UTF-16": ("A,B\n1,2\n".encode("utf-16"), "read-utf16", 1, "UTF-16"),
    "6 UTF-16 without mark": ("A,B\n1,2\n".encode("utf-16-le"), "read-utf16", 1, "UTF-16"),
    "7 GBK": (HEADER + "A-1,亚洲,5\n".encode("gbk"), "read-encoding", 2, "byte offset 24 "),
    "8 Latin-1": (HEADER + b"A-1,\xe9t\xe9,5\n", "read-encoding", 2, "0xE9"),
    "9 mixed": (
        HEADER + "A-1,女,5\r\n".encode() + "A-2,亚洲,5\n".encode("gbk"),
        "read-encoding",
        3,
        "byte offset 35 ",
    ),
    "9 cut in a character": (HEADER + "A-1,1,女".encode()[:-1], "read-encoding", 2, "offset 26 "),
    "10 NUL": (HEADER + b"A-1,0\x001,5\n", "read-nul", 2, "byte offset 25."),
    "11 duplicate": (b"AGE,SEX, age\n1,F,2\n", "read-header-duplicate", 1, "1 (AGE) and 3 (age)"),
    "13 extra field": (HEADER + b"A-1,01,5\nA-2,01,5,6\n", "read-field-count", 3, "4 fields"),
    "14 short row": (HEADER + b"A-1,5\nA-2,01,5\n", "read-field-count", 2, "2 fields"),
    "15 unclosed": (HEADER + b'A-1,"01,5\nA-2,01,5\n', "read-quote", 2, "never closed"),
    "15 junk": (HEADER + b'A-1,"01"x,5\n', "read-quote", 2, "byte offset 28"),
    "15 junk below": (HEADER + b'A-1,"01,5\nA-2,"01",5\n', "read-quote", 3, "opens on line 2"),
    "15 stray": (HEADER + b'A-1,5" lesion,5\n', "read-quote", 2, "byte offset 25"),
    "18 semicolons": (b"USUBJID;AVAL\nA-1;5,3\n", "read-separator", 1, "semicolon"),
    "18 both": (b"USUBJID;W, kg;X\nA-1;5,3;2\n", "read-separator", 1, "semicolon"),
    "41 trailer": (HEADER + b"A-1,01,5\nTotal: 1\n", "read-field-count", 3, "1 field"),
    "42 preamble": (b"Study X\nA,B\n1,2\n", "read-field-count", 2, "2 of 2 records"),
    "42 preamble, blank": (b"Study X\n\nA,B\n1,2\n", "read-field-count", 2, "is blank"),
    "blank line": (HEADER + b"A-1,01,5\n\nA-2,01,5\n", "read-field-count", 3, "is blank"),
    "blank, one column": (b"A\n1\n\n2\n", "read-field-count", 3, "is blank"),
    "blank end, one column": (b"A\n1\n\n", "read-field-count", 3, "is blank"),
    "stray CR": (HEADER + b"A-1,0\r1,5\n", "read-line-ends", 2, "lone carriage return"),
    "empty name": (b"USUBJID,,AVAL\nA,1,2\n", "read-header-empty", 1, "column 2"),
    "blank name": (b'USUBJID,"  ",AVAL\nA,1,2\n', "read-header-empty", 1, "column 2"),
    "hidden": ("USUBJID,A\u200bVAL\nA,1\n".encode(), "read-header-hidden", 1, "U+200B"),
    "blank lines only": (b"\n\r\n\n", "read-blank", None, "blank"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_line_and_reason(tmp_path, case):
    data, rule, line, words = CASES[case]
    finding = refusal(tmp_path, data, rule)
    assert finding.places[0].line == line
    assert words in finding.sentence
    assert "adlb.csv" in finding.sentence


def test_an_empty_file_is_refused(tmp_path):
    assert "no bytes" in refusal(tmp_path, b"", "read-empty").sentence


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (HEADER + b"A-1,01,5\nA-2,0", "cut off"),
        (b"Study X\nA,B\n1,2\n3,4\n", "above the header"),
        (b"USUBJID;AVAL\nA-1;5,3\n", 'separator = ";", decimal = ","'),
        (HEADER + b"A-1,\xe9t\xe9,5\n", 'encoding = "gb18030"'),
    ],
)
def test_the_remedy_fits_the_fault(tmp_path, data, remedy):
    rule = {b"S": "read-field-count"}.get(data[:1])
    path = write(tmp_path, data)
    with pytest.raises(Exception, match=r"(?s)reject: read-") as caught:
        read_file(path, name="adlb.csv")
    (finding,) = caught.value.findings
    assert remedy in finding.remedy
    assert rule in (None, finding.rule)


def test_all_miscounted_records_are_listed(tmp_path):
    rows = b"".join(b"A-1,01,5\n" if i % 2 else b"A-1,5\n" for i in range(200))
    finding = refusal(tmp_path, HEADER + rows, "read-field-count")
    assert finding.count == 100
    assert [p.line for p in finding.places[:3]] == [2, 4, 6]
    assert "100 of 200 records" in finding.sentence


def test_a_field_of_20_mb_is_refused(tmp_path):
    data = HEADER + b"A-1,01,5\nA-2," + b"x" * 20_000_000 + b",5\n"
    finding = refusal(tmp_path, data, "read-cell-size")
    assert (finding.places[0].line, finding.column) == (3, "SITEID")


def test_a_record_over_the_cell_limit_may_have_small_cells(tmp_path):
    names = [f"C{i}" for i in range(200)]
    row = ["x" * 9_000] * 200
    data = "\n".join(",".join(r) for r in (names, row)).encode()
    assert len(data) > delimited.MAX_CELL
    assert table_of(tmp_path, data).rows == 1


def test_100_000_columns_are_refused_unless_more_are_allowed(tmp_path):
    names = ",".join(f"C{i}" for i in range(100_000)).encode()
    data = names + b"\n" + b"," * 99_999 + b"\n"
    finding = refusal(tmp_path, data, "read-columns")
    assert "100,000" in finding.sentence
    assert len(table_of(tmp_path, data, max_columns=100_000).columns) == 100_000


def test_comment_lines_are_skipped_only_where_allowed(tmp_path):
    data = b"#mpa_v30\n#/usr/bin/metaphlan x\nclade_name\tS1\nk__B\t1.5\n"
    table = table_of(tmp_path, data, "profile.tsv", comments=True)
    assert values(table) == {"clade_name": ["k__B"], "S1": ["1.5"]}
    assert table.lines.to_pylist() == [4]
    assert [f.rule for f in table.findings] == ["read-comment-lines"]
    refusal(tmp_path, data, "read-field-count", "profile.tsv")


def test_the_last_comment_line_may_be_the_header(tmp_path):
    data = b"# Constructed from biom file\n#OTU ID\tS1\nG1\t3\n"
    table = table_of(tmp_path, data, "otu.tsv", comments=True)
    assert values(table) == {"#OTU ID": ["G1"], "S1": ["3"]}


def test_every_real_file_is_what_pythons_csv_module_reads(shared):
    paths = sorted(p for p in (shared / "data").rglob("*") if p.suffix in {".csv", ".tsv"})
    assert len(paths) > 50
    for path in paths:
        if path.name == "Pet_meta.tsv":  # commas under a tab's name; refused, see below
            continue
        separator = "\t" if path.suffix == ".tsv" else ","
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file, delimiter=separator)
        (table,) = read_file(path, name=path.name)
        assert [c.name for c in table.columns] == [h.strip() for h in header], path
        assert [c.to_pylist() for c in table.data.columns] == [
            [cell or None for cell in column] for column in zip(*rows, strict=True)
        ], path


def test_a_real_file_of_commas_named_tsv_is_refused(shared):
    path = shared / "data" / "icb_gut_motus" / "original" / "Pet_meta.tsv"
    finding = refused(lambda: read_file(path, name=path.name), "read-separator", path.name)
    assert "holds no tab" in finding.sentence
    again = refused(
        lambda: read_file(path, name=path.name, separator=","), "read-header-empty", path.name
    )
    assert "row.names = FALSE" in again.remedy
