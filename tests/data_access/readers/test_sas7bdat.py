"""SAS7BDAT files written by SAS (tests/data_access/readers/data), and damage to them."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import struct
from pathlib import Path

import pandas as pd
import pytest

from data_access.findings import DataError, Finding
from data_access.rawtable import RawTable
from data_access.readers import sas7bdat
from data_access.readers.sas7bdat_header import MAGIC, read_frame
from tests.data_access.readers.reading import refused, source_of, values

SAMPLES = Path(__file__).parent / "data"
NAMES = ("airline", "datetime", "test13", "test16")


def sample(name: str) -> bytes:
    return gzip.decompress((SAMPLES / f"{name}.sas7bdat.gz").read_bytes())


def read(tmp_path: Path, data: bytes) -> RawTable:
    path = tmp_path / "adsl.sas7bdat"
    path.write_bytes(data)
    (table,) = sas7bdat.read(path, source_of(path, "sas7bdat"))
    return table


def refusal(tmp_path: Path, data: bytes, rule: str = "read-sas7bdat-structure") -> Finding:
    return refused(lambda: read(tmp_path, data), rule, "adsl.sas7bdat")


class TestReading:
    def test_numbers_and_labels(self, tmp_path: Path) -> None:
        table = read(tmp_path, sample("airline"))
        assert (table.dataset, table.rows) == ("AIRLINE", 32)
        assert [(c.name, c.declared) for c in table.columns] == [
            (n, "number") for n in ("YEAR", "Y", "W", "R", "L", "K")
        ]
        assert table.columns[1].label == "level of output"
        assert values(table)["Y"][0] == pytest.approx(1.21399998665)

    def test_dates_and_datetimes(self, tmp_path: Path) -> None:
        table = read(tmp_path, sample("datetime"))
        assert [c.declared for c in table.columns] == [
            "date",
            "date",
            "datetime",
            "datetime",
            "date",
        ]
        assert values(table)["Date1"] == [
            dt.date(1677, 9, 22),
            dt.date(1960, 1, 1),
            dt.date(2016, 2, 29),
            dt.date(2262, 4, 11),
        ]
        assert str(values(table)["DateTime"][2]) == "2016-02-29 23:59:59"
        assert str(values(table)["DateTimeHi"][2]) == "2016-02-29 23:59:59.123456"

    @pytest.mark.parametrize("name", NAMES)
    def test_agrees_with_the_independent_reader_of_pandas(self, tmp_path: Path, name: str) -> None:
        table = read(tmp_path, sample(name))
        frame = pd.read_sas(tmp_path / "adsl.sas7bdat", encoding="latin-1")
        assert [c.name for c in table.columns] == list(frame.columns)
        mine = values(table)
        for column in table.columns:
            theirs = [None if pd.isna(v) else v for v in frame[column.name]]
            if column.declared in ("date", "datetime"):
                assert [
                    None
                    if v is None
                    else abs((pd.Timestamp(v) - t).total_seconds()) < 1e-3  # it keeps milliseconds
                    for v, t in zip(mine[column.name], theirs, strict=True)
                ] == [None if v is None else True for v in theirs]
            else:
                assert mine[column.name] == theirs, column.name

    @pytest.mark.parametrize("name", NAMES)
    def test_frame(self, name: str) -> None:
        frame = read_frame(sample(name))
        assert frame.rows == {"airline": 32, "datetime": 4}.get(name, 10)
        assert frame.deleted == 0


class TestRefusals:
    def test_empty(self, tmp_path: Path) -> None:
        assert "empty" in refusal(tmp_path, b"").sentence

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("keep", [16, 32, 250, 0.5, 0.99])
    def test_cut_off(self, tmp_path: Path, name: str, keep: float) -> None:
        data = sample(name)
        refusal(tmp_path, data[: keep if isinstance(keep, int) else int(len(data) * keep)])

    def test_junk_tail(self, tmp_path: Path) -> None:
        assert "states" in refusal(tmp_path, sample("airline") + b"x").sentence

    def test_other_content(self, tmp_path: Path) -> None:
        refusal(tmp_path, b"USUBJID,AGE\n" * 100)
        refusal(tmp_path, MAGIC + bytes(5000))
        refusal(tmp_path, bytes(5000))

    def test_deleted_observations(self, tmp_path: Path) -> None:
        """PROC SQL's DELETE only marks observations; other readers showed them (ReadStat #284)."""
        data = bytearray(sample("airline"))
        row_size = data.index(b"\xf7\xf7\xf7\xf7")
        assert struct.unpack_from("<I", data, row_size + 24) == (32,)
        marked = bytearray(data)
        struct.pack_into("<I", marked, row_size + 28, 2)
        finding = refusal(tmp_path, bytes(marked), "read-sas7bdat-deleted")
        assert finding.count == 2
        kind = struct.unpack_from("<I", data, 196)[0] + 16  # type of the first page
        data[kind] |= 0x80
        refusal(tmp_path, bytes(data), "read-sas7bdat-deleted")

    def test_a_count_that_does_not_fit(self, tmp_path: Path) -> None:
        data = bytearray(sample("airline"))
        struct.pack_into("<I", data, data.index(b"\xf7\xf7\xf7\xf7") + 24, 33)
        refusal(tmp_path, bytes(data))

    def test_numbers_that_are_none(self, tmp_path: Path) -> None:
        data = bytearray(sample("airline"))
        at = data.index(struct.pack("<d", values(read(tmp_path, bytes(data)))["Y"][4]))
        struct.pack_into("<d", data, at, 1e200)
        finding = refusal(tmp_path, bytes(data), "read-sas7bdat-content")
        assert (finding.column, finding.places[0].row) == ("Y", 5)

    @pytest.mark.parametrize("name", ["airline", "test16"])
    def test_damage_never_raises_anything_but_a_refusal(self, tmp_path: Path, name: str) -> None:
        whole = sample(name)
        rng = random.Random(3)
        refusals = 0
        for _ in range(150):
            damaged = bytearray(whole)
            for _flip in range(rng.choice((1, 5, 40))):
                limit = len(damaged) if rng.random() < 0.5 else 1200
                damaged[rng.randrange(limit)] ^= 1 << rng.randrange(8)
            if rng.random() < 0.3:
                del damaged[rng.randrange(len(damaged)) :]
            try:
                read(tmp_path, bytes(damaged))
            except DataError:
                refusals += 1
        assert refusals > 40
