"""BIOM 2.1: the matrix as it stands, zeros and all, and files that contradict themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from data_access.findings import Severity
from data_access.readers import read_file
from data_access.readers.exports import collect
from data_access.study.parse import parse_study
from tests.data_access.readers.reading import refused, values

#: three features, two samples; the last feature and no sample is empty
DENSE = [[0.0, 5.0], [2.0, 1.0], [0.0, 0.0]]


def write(path: Path, change: Callable[[h5py.File], object] = lambda _: None) -> Path:
    """A BIOM 2.1 table as biom-format lays it out."""
    text = h5py.string_dtype()
    with h5py.File(path, "w") as file:
        file.attrs["format-version"] = (2, 1)
        file.attrs["shape"] = (3, 2)
        file.create_dataset("observation/ids", data=["B. adolescentis", "Akk", "Él"], dtype=text)
        file.create_dataset("sample/ids", data=["S1", "S2"], dtype=text)
        file["observation/matrix/data"] = np.array([5.0, 2.0, 1.0])
        file["observation/matrix/indices"] = np.array([1, 0, 1], dtype=np.int32)
        file["observation/matrix/indptr"] = np.array([0, 1, 3, 3], dtype=np.int32)
        change(file)
    return path


def test_the_matrix_is_read_with_its_zeros(tmp_path):
    (table,) = read_file(write(tmp_path / "gut.biom"), name="gut.biom")
    assert values(table) == {
        "FEATURE": ["B. adolescentis", "Akk", "Él"],
        "S1": [r[0] for r in DENSE],
        "S2": [r[1] for r in DENSE],
    }
    assert [c.declared for c in table.columns] == ["text", "number", "number"]
    assert (table.source.format, table.has_lines, table.findings) == ("biom", False, ())
    assert table.lines.to_pylist() == [1, 2, 3]


def test_metadata_that_is_not_read_is_said(tmp_path):
    path = write(
        tmp_path / "gut.biom",
        lambda f: f.create_dataset("observation/metadata/taxonomy", data=[[b"k"], [b"k"], [b"k"]]),
    )
    (table,) = read_file(path, name="gut.biom")
    (finding,) = table.findings
    assert (finding.rule, finding.severity) == ("read-biom-metadata", Severity.NOTE)
    assert "observation taxonomy" in finding.sentence


def _put(name: str, value: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file[name] = value

    return change


def _shape(file: h5py.File) -> None:
    file.attrs["shape"] = (2, 3)


def _elsewhere(file: h5py.File) -> None:
    del file["observation/matrix/data"]
    file["observation/matrix/data"] = h5py.ExternalLink("/tmp/other.h5", "data")


BAD: dict[str, tuple[Callable[[h5py.File], None], str]] = {
    "shape": (_shape, "does not agree"),
    "column out of range": (_put("observation/matrix/indices", [1, 0, 2]), "does not agree"),
    "negative column": (_put("observation/matrix/indices", [1, 0, -1]), "does not agree"),
    "rows backwards": (_put("observation/matrix/indptr", [0, 3, 1, 3]), "does not agree"),
    "too few rows": (_put("observation/matrix/indptr", [0, 1, 3]), "does not agree"),
    "too few values": (_put("observation/matrix/data", [1.0, 2.0]), "does not agree"),
    "a value twice": (_put("observation/matrix/indices", [1, 0, 0]), "two values"),
    "no number": (_put("observation/matrix/data", [1.0, np.nan, 2.0]), "no numbers"),
    "an id twice": (_put("sample/ids", ["S1", "s1"]), "there twice"),
    "a link": (_elsewhere, "of its own"),
    "no matrix": (lambda f: f.__delitem__("observation/matrix"), "of its own"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_table_that_contradicts_itself_is_refused(tmp_path, case):
    change, words = BAD[case]
    path = write(tmp_path / "gut.biom", change)
    finding = refused(lambda: read_file(path, name="gut.biom"), "read-biom", "gut.biom")
    assert words in finding.sentence


def test_a_truncated_table_is_refused(tmp_path):
    path = write(tmp_path / "gut.biom")
    whole = path.read_bytes()
    for size in (100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refused(lambda: read_file(path, name="gut.biom"), "read-biom", "gut.biom")


def test_a_study_names_its_table(tmp_path):
    write(tmp_path / "gut.biom")
    (tmp_path / "adsl.csv").write_text("USUBJID,AGE\nA-1,50\n")
    text = '[study]\ntitle = "T"\n[features.gut]\nfile = "gut.biom"\nlayout = "biom"\n'
    found = collect(tmp_path, parse_study(text, "study.toml"))
    assert found.findings == ()
    assert found.sheets["gut.biom"].rows == 3
