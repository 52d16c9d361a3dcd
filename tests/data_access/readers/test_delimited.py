"""Delimited text: what is read to the letter, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

from data_access.readers import read_file


def test_a_clean_file_is_read_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "adsl.csv"
    path.write_bytes(b'USUBJID,SITEID ,NOTE\nA-1,01,"two\nlines"\nA-2,NA,\n')
    (table,) = read_file(path, name="adsl.csv")
    assert [c.name for c in table.columns] == ["USUBJID", "SITEID", "NOTE"]
    assert table.data.to_pydict() == {
        "USUBJID": ["A-1", "A-2"],
        "SITEID": ["01", "NA"],
        "NOTE": ["two\nlines", None],
    }
    assert table.lines.to_pylist() == [2, 4]
    assert table.has_lines
    assert (table.dataset, table.source.name, table.source.format) == ("adsl", "adsl.csv", "csv")
