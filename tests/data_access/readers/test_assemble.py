"""What every structured reader checks in the same way."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data_access.findings import DataError, Finding
from data_access.rawtable import RawColumn, SourceFile
from data_access.readers.assemble import MAX_CELL, MAX_COLUMNS, blank_to_null, table

SOURCE = SourceFile("adsl.x", "x", "", 1)


def refusal(names: list[str], cells: list[str]) -> Finding:
    arrays = [pa.array(cells, pa.large_string())] * len(names)
    with pytest.raises(DataError) as caught:
        table("ADSL", SOURCE, [RawColumn(n, "text") for n in names], arrays)
    return caught.value.findings[0]


def test_names_must_be_there_once() -> None:
    assert refusal(["A", "A "], ["x"]).column == "A"
    assert "Sex, SEX" in refusal(["Sex", "SEX", "AGE"], ["x"]).sentence
    assert "Column 2" in refusal(["A", " "], ["x"]).sentence


def test_limits_34_and_35() -> None:
    assert "columns" in refusal([f"C{i}" for i in range(MAX_COLUMNS + 1)], ["x"]).sentence
    finding = refusal(["A"], ["x", "y" * (MAX_CELL + 1)])
    assert (finding.column, finding.places[0].row) == ("A", 2)
    assert "y" not in finding.sentence.replace("bytes", "")


def test_arrays_must_be_what_their_columns_declare() -> None:
    with pytest.raises(TypeError):
        table("ADSL", SOURCE, [RawColumn("A", "number")], [pa.array(["x"])])


def test_blank_to_null() -> None:
    cells = pa.array(["a ", "  ", "", None, " b"])
    assert blank_to_null(cells).to_pylist() == ["a", None, None, None, " b"]
