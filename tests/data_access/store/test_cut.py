"""What comes back out of the store is what went in, typed as every page expects it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_access.digest import canonical
from data_access.store import Cut, CutStore, Staged, tables

TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)
Write = Callable[[Staged], str]


@pytest.fixture
def cut(store: CutStore, write: Write, samples: ModuleType) -> Cut:
    write(samples.staged(parent="0" * 64))
    return store.open("trial-1")


def test_the_cut_knows_what_it_is(cut: Cut, samples: ModuleType) -> None:
    staged = samples.staged()
    assert cut.id == staged.cut_id
    assert cut.study == staged.study
    assert cut.study.text.text == samples.STUDY_TEXT
    assert cut.cut_date == date(2025, 3, 31)
    assert cut.imported_at == samples.NOW
    assert cut.imported_at.utcoffset() is not None
    assert cut.version == samples.VERSION
    assert cut.parent == "0" * 64
    assert cut.sources == staged.sources
    assert cut.domains == ("ADSL", "ADAE")
    assert cut.feature_tables == ("taxa",)
    assert cut.rows("ADSL") == 12
    assert cut.digest("ADSL") == staged.digests["ADSL"]
    assert cut.columns("ADSL") == ("AGE", "LINE", "SEX", "TRTSDT", "USUBJID")


def test_findings_come_back_whole_and_gravest_first(cut: Cut, samples: ModuleType) -> None:
    given = samples.staged().findings
    assert cut.findings == (given[1], given[0])


def test_dtypes_are_those_every_page_expects(cut: Cut) -> None:
    dtypes = dict(cut.frame("ADSL", provenance=True).dtypes)
    assert dtypes == {
        "AGE": np.dtype("float64"),
        "LINE": np.dtype("float64"),
        "SEX": TEXT,
        "TRTSDT": np.dtype("datetime64[s]"),
        "USUBJID": TEXT,
        "_file": TEXT,
        "_row": np.dtype("int64"),
    }


def test_values_and_missing_values(cut: Cut) -> None:
    frame = cut.frame("ADSL", provenance=True).set_index("USUBJID")
    first, fourth, fifth, sixth = (frame.loc[p] for p in ("P000", "P003", "P004", "P005"))
    assert (first["AGE"], first["LINE"], first["SEX"]) == (40.5, 0.0, "F")
    assert first["TRTSDT"] == pd.Timestamp(2025, 1, 1)
    assert (first["_file"], first["_row"]) == ("adsl.csv", 2)
    assert isinstance(fourth["SEX"], float)
    assert np.isnan(fourth["SEX"])
    assert np.isnan(fifth["AGE"])
    assert np.isnan(sixth["LINE"])
    assert sixth["TRTSDT"] is pd.NaT


def test_text_keeps_every_letter(cut: Cut) -> None:
    assert set(cut.frame("ADAE")["AETERM"]) == {"Übelkeit 0", "Übelkeit 1", "Übelkeit 2"}


def test_feature_table(cut: Cut) -> None:
    taxa = cut.features("taxa")
    assert list(taxa.columns) == ["Akkermansia", "Bacteroides", "SAMPLEID"]
    by_sample = taxa.set_index("SAMPLEID")
    assert by_sample.loc["S2"].tolist() == [0.0, 12.0]
    assert np.isnan(by_sample.loc["S1", "Akkermansia"])


def test_tables_are_read_once(cut: Cut) -> None:
    once = cut.frame("ADSL")
    (cut.path / "ADSL.parquet").unlink()
    again = cut.frame("ADSL", columns=["AGE"])
    assert np.shares_memory(once["AGE"].to_numpy(), again["AGE"].to_numpy())


def test_a_column_added_by_one_caller_is_not_seen_by_another(cut: Cut) -> None:
    mine = cut.frame("ADSL")
    mine["AGE"] = 0.0
    mine["RISK"] = "high"
    theirs = cut.frame("ADSL")
    assert "RISK" not in theirs
    assert theirs["AGE"].max() == 51.5


def test_columns_are_read_alone_and_in_the_order_asked_for(cut: Cut) -> None:
    frame = cut.frame("ADSL", columns=["SEX", "AGE"], provenance=True)
    assert list(frame.columns) == ["SEX", "AGE", "_file", "_row"]
    pd.testing.assert_frame_equal(frame[["SEX", "AGE"]], cut.frame("ADSL")[["SEX", "AGE"]])


def test_what_is_not_there_is_named(cut: Cut) -> None:
    with pytest.raises(KeyError, match="no ADRS"):
        cut.frame("ADRS")
    with pytest.raises(KeyError, match="no column WEIGHT"):
        cut.frame("ADSL", columns=["WEIGHT"])
    with pytest.raises(KeyError, match="no features/genes"):
        cut.features("genes")


@pytest.mark.parametrize("column", ["AGE", "TRTSDT"])
def test_nobody_can_change_what_others_see(cut: Cut, column: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        cut.frame("ADSL")[column].to_numpy()[0] = 0


def test_threads_asking_at_once_get_the_same_frame(cut: Cut) -> None:
    start = threading.Barrier(8)
    got: list[pd.DataFrame] = []

    def ask() -> None:
        start.wait()
        got.append(cut.frame("ADSL"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    first = got[0]["AGE"].to_numpy()
    assert all(np.shares_memory(first, frame["AGE"].to_numpy()) for frame in got)


# --- real exports ---------------------------------------------------------------------------------


def storable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of a published Parquet file in one of the types the store keeps."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return storable(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_date(kind):
        return column
    return column.cast(pa.large_string())


@pytest.mark.parametrize("name", ["pharmaverse_onco", "random_cdisc"])
def test_real_exports_come_back_cell_by_cell(
    store: CutStore, samples: ModuleType, shared: Path, name: str
) -> None:
    files = sorted((shared / "data" / name / "parquet").glob("*.parquet"))
    assert len(files) >= 5
    given = {}
    for file in files:
        table = pq.read_table(file)
        columns = {n: storable(table.column(n)) for n in table.column_names}
        given[file.stem.upper()] = pa.table(columns).append_column(
            "_row", pa.array(range(table.num_rows), pa.int64())
        )
    tables = {name: canonical(table) for name, table in given.items()}
    staged = Staged.of(samples.study(), date(2025, 3, 31), tables)
    written, _ = store.write(staged, imported_at=samples.NOW, version="1")
    cut = store.verify("trial-1", written.id)
    for domain, table in given.items():
        frame = cut.frame(domain, provenance=True).set_index("_row").sort_index()
        assert len(frame) == table.num_rows
        for column in cut.columns(domain):
            got = [None if pd.isna(v) else v for v in frame[column].tolist()]
            expected = table.column(column).to_pylist()
            if pa.types.is_date(table.column(column).type):
                got = [v if v is None else v.date() for v in got]
            if pa.types.is_floating(table.column(column).type):
                expected = [v if v is None else float(f"{v:.14e}") for v in expected]
            assert got == expected, f"{domain}.{column}"


def test_arrow_reads_its_own_memory() -> None:
    """A thread of Arrow that frees an object of Python at exit aborts the process (134, not 0)."""
    content = bytes(range(256))
    copy = tables._owned(content)
    assert copy.to_pybytes() == content
    assert copy.address != pa.py_buffer(content).address
