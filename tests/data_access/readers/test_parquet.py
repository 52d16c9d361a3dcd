"""Parquet files: every type Interim reads, every damage it refuses."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_access.findings import DataError, Finding
from data_access.rawtable import RawTable
from data_access.readers import parquet
from tests.data_access.readers.reading import refused, source_of, values

N = 30


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)


def sample() -> pa.Table:
    return pa.table(
        {
            "USUBJID": [f"S-{i:03d}" for i in range(N)],
            "AVAL": [i / 3 for i in range(N)],
            "AESEQ": pa.array(range(N), pa.int32()),
            "ADT": [dt.date(2024, 1, 1) + dt.timedelta(i) for i in range(N)],
            "ADTM": pa.array([moment(2024, 1, 1, i % 24) for i in range(N)], pa.timestamp("us")),
            "DOSE": pa.array([Decimal(i) / 100 for i in range(N)], pa.decimal128(9, 2)),
            "ONTRT": [i % 2 == 0 for i in range(N)],
            "ARM": pa.array(["A", "B"] * (N // 2)).dictionary_encode(),
        }
    )


def write(tmp_path: Path, table: pa.Table, **options: Any) -> bytes:
    path = tmp_path / "adsl.parquet"
    pq.write_table(table, path, **{"write_page_checksum": True, **options})
    return path.read_bytes()


def read(tmp_path: Path, data: bytes) -> RawTable:
    path = tmp_path / "adsl.parquet"
    path.write_bytes(data)
    (table,) = parquet.read(path, source_of(path, "parquet"))
    return table


def column(tmp_path: Path, array: pa.Array) -> RawTable:
    return read(tmp_path, write(tmp_path, pa.table({"V": array})))


def refusal(tmp_path: Path, data: bytes, rule: str = "read-parquet-structure") -> Finding:
    return refused(lambda: read(tmp_path, data), rule, "adsl.parquet")


class TestReading:
    def test_a_table(self, tmp_path: Path) -> None:
        table = read(tmp_path, write(tmp_path, sample()))
        assert table.dataset == "adsl"
        assert [(c.name, c.declared) for c in table.columns] == [
            ("USUBJID", "text"),
            ("AVAL", "number"),
            ("AESEQ", "number"),
            ("ADT", "date"),
            ("ADTM", "datetime"),
            ("DOSE", "number"),
            ("ONTRT", "text"),
            ("ARM", "text"),
        ]
        first = {name: cells[1] for name, cells in values(table).items()}
        assert first == {
            "USUBJID": "S-001",
            "AVAL": 1 / 3,
            "AESEQ": 1.0,
            "ADT": dt.date(2024, 1, 2),
            "ADTM": moment(2024, 1, 1, 1),
            "DOSE": 0.01,
            "ONTRT": "false",
            "ARM": "B",
        }
        assert table.lines.to_pylist() == list(range(1, N + 1))
        assert table.findings == ()

    @pytest.mark.parametrize(
        ("array", "declared", "expected"),
        [
            (pa.array(["", " x ", None]), "text", [None, " x ", None]),
            (pa.array(["a", None], pa.large_string()), "text", ["a", None]),
            (pa.array([True, False, None]), "text", ["true", "false", None]),
            (pa.array([None, None], pa.null()), "text", [None, None]),
            (pa.array([1, None], pa.uint8()), "number", [1.0, None]),
            (pa.array([1.5, float("nan"), None]), "number", [1.5, None, None]),
            (pa.array([0.5, None], pa.float32()), "number", [0.5, None]),
            (
                pa.array([Decimal("0.1"), Decimal("-12345678.9012345678")], pa.decimal128(20, 10)),
                "number",
                [0.1, -12345678.9012345678],
            ),
            (pa.array([dt.date(1960, 2, 29), None]), "date", [dt.date(1960, 2, 29), None]),
            (
                pa.array([moment(2024, 1, 2, 3, 4, 5, 6)], pa.timestamp("ns")),
                "datetime",
                [moment(2024, 1, 2, 3, 4, 5, 6)],
            ),
            (pa.array([dt.time(1, 0, 0, 500000), None]), "time", [3600.5, None]),
            (pa.array(["b", None, "a"]).dictionary_encode(), "text", ["b", None, "a"]),
            (pa.array([7, None, 7]).dictionary_encode(), "number", [7.0, None, 7.0]),
        ],
    )
    def test_types(
        self, tmp_path: Path, array: pa.Array, declared: str, expected: list[object]
    ) -> None:
        table = column(tmp_path, array)
        assert table.columns[0].declared == declared
        assert values(table)["V"] == expected

    def test_a_zone_keeps_the_clock_and_is_told(self, tmp_path: Path) -> None:
        midnight = pa.array([1_709_568_000_000], pa.timestamp("ms", "Asia/Shanghai"))
        table = column(tmp_path, midnight)
        assert values(table)["V"] == [moment(2024, 3, 5)]  # 2024-03-04 16:00 UTC
        assert [(f.rule, f.column) for f in table.findings] == [("read-parquet-time-zone", "V")]

    def test_huge_integers_stay_exact_as_text(self, tmp_path: Path) -> None:
        table = column(tmp_path, pa.array([2**53 + 1, 5, None]))
        assert values(table)["V"] == ["9007199254740993", "5", None]
        assert table.findings[0].rule == "read-parquet-large-integer"

    @pytest.mark.parametrize(
        "array",
        [
            pa.array([[1, 2]]),
            pa.array([{"a": 1}]),
            pa.array([b"x"]),
            pa.array([dt.timedelta(1)]),
        ],
    )
    def test_other_types_are_refused_by_name(self, tmp_path: Path, array: pa.Array) -> None:
        data = write(tmp_path, pa.table({"V": array}))
        finding = refusal(tmp_path, data, "read-parquet-type")
        assert finding.column == "V"

    def test_labels(self, tmp_path: Path) -> None:
        schema = pa.schema([pa.field("AGE", pa.int32(), metadata={"label": "Age"})])
        table = read(tmp_path, write(tmp_path, pa.table({"AGE": [1]}, schema=schema)))
        assert table.columns[0].label == "Age"

    def test_no_records(self, tmp_path: Path) -> None:
        table = read(tmp_path, write(tmp_path, sample().slice(0, 0)))
        assert (table.rows, len(table.columns)) == (0, 8)

    def test_several_row_groups_and_no_arrow_schema(self, tmp_path: Path) -> None:
        data = write(tmp_path, sample(), row_group_size=7, store_schema=False)
        assert values(read(tmp_path, data)) == values(read(tmp_path, write(tmp_path, sample())))

    def test_repeated_names_are_refused(self, tmp_path: Path) -> None:
        table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["A", "A"])
        assert refusal(tmp_path, write(tmp_path, table), "read-column-names").column == "A"

    def test_missing_checksums_are_told(self, tmp_path: Path) -> None:
        table = read(tmp_path, write(tmp_path, sample(), write_page_checksum=False))
        assert [f.rule for f in table.findings] == ["read-parquet-no-checksum"]

    @pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
    @pytest.mark.parametrize("version", ["1.0", "2.0"])
    def test_every_codec_and_page_version(
        self, tmp_path: Path, compression: str, version: str
    ) -> None:
        data = write(tmp_path, sample(), compression=compression, data_page_version=version)
        table = read(tmp_path, data)
        assert table.findings == ()
        assert values(table)["DOSE"] == [i / 100 for i in range(N)]


class TestBadInputs:
    """Numbers are those of docs/bad-inputs.md."""

    def test_56_empty(self, tmp_path: Path) -> None:
        assert "empty" in refusal(tmp_path, b"").sentence

    def test_57_half(self, tmp_path: Path) -> None:
        data = write(tmp_path, sample())
        assert "PAR1" in refusal(tmp_path, data[: len(data) // 2]).sentence

    def test_58_no_footer(self, tmp_path: Path) -> None:
        data = write(tmp_path, sample())
        footer = int.from_bytes(data[-8:-4], "little")
        refusal(tmp_path, data[: -8 - footer])
        refusal(tmp_path, data[: -8 - footer] + data[-8:])

    def test_59_a_changed_byte_in_a_page(self, tmp_path: Path) -> None:
        data = bytearray(write(tmp_path, sample(), compression="none", use_dictionary=False))
        at = data.index(b"S-007")
        data[at : at + 5] = b"S-008"
        assert "CRC" in refusal(tmp_path, bytes(data)).sentence

    def test_61_magic_only(self, tmp_path: Path) -> None:
        refusal(tmp_path, b"PAR1")
        refusal(tmp_path, b"PAR1PAR1")

    def test_62_footer_length_2_gb(self, tmp_path: Path) -> None:
        data = write(tmp_path, sample())
        finding = refusal(tmp_path, data[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1")
        assert "2,147,483,647" in finding.sentence

    def test_63_csv_named_parquet(self, tmp_path: Path) -> None:
        refusal(tmp_path, b"USUBJID,AGE\nS-001,50\n" * 10)

    def test_encrypted(self, tmp_path: Path) -> None:
        assert "encrypted" in refusal(tmp_path, b"PARE" + bytes(40) + b"PARE").sentence

    def test_a_footer_that_announces_too_much(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parquet, "MAX_CELLS", 100)
        assert "announces" in refusal(tmp_path, write(tmp_path, sample())).sentence

    def test_59_60_64_no_flipped_bit_changes_a_value_unseen(self, tmp_path: Path) -> None:
        """With page checksums a flip is refused or harmless; the whole of this file was tried
        bit by bit when the test was written, a seeded part of it is tried here."""
        data = write(tmp_path, sample())
        intact = read(tmp_path, data)
        footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
        rng = random.Random(64)
        flips = [rng.randrange(footer * 8) for _ in range(300)]
        flips += [rng.randrange(footer * 8, len(data) * 8) for _ in range(1200)]
        outcomes = {"refused": 0, "harmless": 0}
        for flip in flips:
            damaged = bytearray(data)
            damaged[flip // 8] ^= 1 << flip % 8
            try:
                table = read(tmp_path, bytes(damaged))
            except DataError:
                outcomes["refused"] += 1
                continue
            outcomes["harmless"] += 1
            assert table.columns == intact.columns, flip
            assert table.data.equals(intact.data), flip
        assert min(outcomes.values()) > 100

    @pytest.mark.parametrize("checksum", [True, False])
    def test_damage_never_raises_anything_but_a_refusal(
        self, tmp_path: Path, checksum: bool
    ) -> None:
        data = write(tmp_path, sample(), write_page_checksum=checksum)
        rng = random.Random(7)
        refusals = 0
        for _ in range(400):
            damaged = bytearray(data)
            for _flip in range(rng.choice((1, 4, 40))):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            if rng.random() < 0.3:
                del damaged[rng.randrange(len(damaged)) : -8]
            try:
                read(tmp_path, bytes(damaged))
            except DataError:
                refusals += 1
        assert refusals > 200


class TestRealFiles:
    def test_every_parquet_export(self, shared: Path) -> None:
        files = sorted((shared / "data").rglob("*.parquet"))
        assert len(files) >= 10
        for path in files:
            (table,) = parquet.read(path, source_of(path, "parquet"))
            frame = pq.read_table(path).to_pandas()
            assert table.rows == len(frame)
            assert [c.name for c in table.columns] == list(frame.columns)
            assert [f.rule for f in table.findings] == ["read-parquet-no-checksum"]
            for raw in table.columns:
                mine = table.data.column(raw.name).to_pandas()
                missing = frame[raw.name].isna() | frame[raw.name].eq("")
                assert mine.isna().eq(missing).all(), (path, raw.name)
                if raw.declared in ("text", "number"):
                    theirs = frame[raw.name][~missing].tolist()
                    assert mine[~missing].tolist() == theirs, (path, raw.name)
