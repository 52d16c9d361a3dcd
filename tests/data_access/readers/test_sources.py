"""sources.toml: what the sender says, with the line of every disagreement."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from data_access.findings import DataError, Finding, Severity
from data_access.readers.exports import collect
from data_access.readers.sources import Expected, parse

CSV = b"USUBJID,AGE\nA-1,50\nA-2,51\n"
SHA = hashlib.sha256(CSV).hexdigest()


def told(folder: Path, text: str, data: bytes = CSV) -> list[Finding]:
    (folder / "adsl.csv").write_bytes(data)
    (folder / "sources.toml").write_text(text, encoding="utf-8")
    return [f for f in collect(folder, None).findings if f.rule != "read-not-used"]


def test_what_agrees_says_nothing(tmp_path):
    assert told(tmp_path, f'[files."adsl.csv"]\nrows = 2\nsha256 = "{SHA.upper()}"\n') == []


def test_every_key_has_its_line():
    text = f'# from the sender\n[files."adsl.csv"]\nrows = 2\n\nsha256 = "{SHA}"\n'
    assert parse(text) == {"adsl.csv": Expected(2, SHA, 2, 3, 5)}


def test_4_a_file_cut_at_a_row_end_is_refused(tmp_path):
    text = f'[files."adsl.csv"]\nrows = 2\nsha256 = "{SHA}"\n'
    found = told(tmp_path, text, CSV[: CSV.index(b"A-2")])
    assert [(f.rule, f.severity, f.places[0].line) for f in found] == [
        ("read-source-rows", Severity.REJECT, 2),
        ("read-source-sha256", Severity.REJECT, 3),
    ]
    assert found[0].sentence == "adsl.csv has 1 row, sources.toml says 2."
    assert {p.file for p in found[0].places} == {"sources.toml", "adsl.csv"}


def test_a_listed_file_that_is_missing_is_refused_with_the_nearest_name(tmp_path):
    found = told(tmp_path, '[files."adsl.csv"]\nrows = 2\n\n[files."adsI.csv"]\nrows = 2\n')
    (finding,) = found
    assert (finding.rule, finding.severity) == ("read-source-missing", Severity.REJECT)
    assert finding.places[0].line == 4
    assert "adsl.csv is" in finding.sentence


def test_a_file_that_is_not_listed_is_a_warning(tmp_path):
    (tmp_path / "adae.csv").write_bytes(b"USUBJID,AESEQ\nA-1,1\n")
    (finding,) = told(tmp_path, '[files."adsl.csv"]\nrows = 2\n')
    assert (finding.rule, finding.severity) == ("read-source-unlisted", Severity.WARNING)
    assert finding.places[0].file == "adae.csv"


def test_rows_of_a_file_that_is_no_domain_are_counted_all_the_same(tmp_path):
    (tmp_path / "visits.csv").write_bytes(b"A,B\n1,2\n")
    text = '[files."adsl.csv"]\nrows = 2\n[files."visits.csv"]\nrows = 7\n'
    (finding,) = told(tmp_path, text)
    assert finding.sentence == "visits.csv has 1 row, sources.toml says 7."


def test_set_aside_files_may_be_listed(tmp_path):
    paper = b"what is what"
    (tmp_path / "README.md").write_bytes(paper)
    digest = hashlib.sha256(paper).hexdigest()
    text = f'[files."adsl.csv"]\nrows = 2\n[files."README.md"]\nsha256 = "{digest}"\n'
    assert told(tmp_path, text) == []
    (finding,) = told(tmp_path, text.replace(digest, SHA))
    assert finding.rule == "read-source-sha256"


BAD = {
    "no TOML": ("[files\n", 1, "is not TOML"),
    "unknown table": ("[file]\n", 1, "unknown key: file"),
    "unknown key": ('[files."adsl.csv"]\nrow = 2\n', 2, "unknown key: row"),
    "no quotes": ("[files.adsl.csv]\nrows = 2\n", 1, "without quotes: adsl.csv"),
    "rows in words": ('[files."adsl.csv"]\nrows = "2"\n', 2, "no whole number"),
    "rows true": ('[files."adsl.csv"]\nrows = true\n', 2, "no whole number"),
    "negative": ('[files."adsl.csv"]\nrows = -1\n', 2, "no whole number"),
    "short digest": ('[files."adsl.csv"]\nsha256 = "ab"\n', 2, "64 hexadecimal"),
    "empty": ('[files."adsl.csv"]\n', 1, "neither rows nor sha256"),
    "no section": ("files = 3\n", 1, "files in sources.toml is no section"),
    "no section of a file": ('files = { "adsl.csv" = 3 }\n', 1, "adsl.csv in sources.toml is no"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_faulty_sources_file_is_refused(tmp_path, case):
    text, line, words = BAD[case]
    (finding,) = told(tmp_path, text)
    assert (finding.rule, finding.severity) == ("read-sources", Severity.REJECT)
    assert (finding.places[0].file, finding.places[0].line) == ("sources.toml", line)
    assert words in finding.sentence
    assert finding.remedy


def test_every_fault_is_told_at_once():
    with pytest.raises(DataError) as caught:
        parse('[files."a.csv"]\nrow = 1\n[files."b.csv"]\nrows = "x"\nsha256 = 3\n')
    assert sorted(f.places[0].line for f in caught.value.findings) == [2, 4, 5]


def test_the_nearest_key_is_suggested():
    with pytest.raises(DataError) as caught:
        parse('[files."a.csv"]\nrow = 1\n')
    assert caught.value.findings[0].remedy == "Did you mean rows?"


def test_text_that_is_not_utf8_is_a_finding(tmp_path):
    (tmp_path / "adsl.csv").write_bytes(CSV)
    (tmp_path / "sources.toml").write_bytes(b"# caf\xe9\n")
    (finding,) = [f for f in collect(tmp_path, None).findings if f.severity is Severity.REJECT]
    assert finding.rule == "read-sources"
