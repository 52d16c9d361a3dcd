"""SAS transport files: what is read, exactly, and what is refused, with its place."""

from __future__ import annotations

import datetime as dt
import math
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from data_access.findings import DataError, Finding
from data_access.rawtable import RawTable
from data_access.readers import xport
from tests.data_access.readers import xpt_writer as xw
from tests.data_access.readers.reading import refused, source_of, values
from tests.data_access.readers.xpt_writer import Var, text

ADSL = (
    text("USUBJID", 8, "Unique Subject Identifier"),
    text("SITEID", 4),
    Var("AGE", label="Age"),
    Var("TRTSDT", format="DATE"),
    Var("WEIGHTBL"),
    Var("HEIGHTBL"),
)
ROWS = [(f"S-{i:03d}", "01", 40 + i, 23000 + i, 55 + i / 7, 160.3 + i / 3) for i in range(1, 41)]


def at(*parts: int) -> dt.datetime:
    """A moment as SAS knows it: without a time zone."""
    return dt.datetime(*parts)


def good() -> bytes:
    return xw.opening() + xw.member("ADSL", ADSL, ROWS)


def read(tmp_path: Path, data: bytes, *, encoding: str | None = None) -> tuple[RawTable, ...]:
    path = tmp_path / "adsl.xpt"
    path.write_bytes(data)
    return xport.read(path, source_of(path, "xport5"), encoding=encoding)


def one(tmp_path: Path, data: bytes) -> RawTable:
    (table,) = read(tmp_path, data)
    return table


def refusal(tmp_path: Path, data: bytes, rule: str = "read-xport-structure") -> Finding:
    return refused(lambda: read(tmp_path, data), rule, "adsl.xpt")


class TestReading:
    def test_text_numbers_dates_and_labels(self, tmp_path: Path) -> None:
        table = one(tmp_path, good())
        assert table.dataset == "ADSL"
        assert [(c.name, c.declared, c.label) for c in table.columns] == [
            ("USUBJID", "text", "Unique Subject Identifier"),
            ("SITEID", "text", None),
            ("AGE", "number", "Age"),
            ("TRTSDT", "date", None),
            ("WEIGHTBL", "number", None),
            ("HEIGHTBL", "number", None),
        ]
        assert table.rows == 40
        assert values(table)["SITEID"][0] == "01"
        assert values(table)["TRTSDT"][0] == dt.date(1960, 1, 1) + dt.timedelta(days=23001)
        assert table.place(2, "AGE").row == 3
        assert not table.has_lines
        assert table.findings == ()

    @pytest.mark.parametrize(
        ("sas_format", "declared", "number", "expected"),
        [
            ("DATE9.", "date", 0, dt.date(1960, 1, 1)),
            ("YYMMDD", "date", -1, dt.date(1959, 12, 31)),
            ("E8601DA", "date", 23075, dt.date(2023, 3, 6)),
            ("IS8601DA", "date", 1, dt.date(1960, 1, 2)),
            ("DATETIME", "datetime", 86399.25, at(1960, 1, 1, 23, 59, 59, 250000)),
            ("E8601DT", "datetime", -0.5, at(1959, 12, 31, 23, 59, 59, 500000)),
            ("E8601DN", "datetime", 86400, at(1960, 1, 2)),
            ("TIME5.", "time", 3661, 3661.0),
            ("E8601TM", "time", 0.5, 0.5),
            ("BEST12.", "number", 23075, 23075.0),
            ("", "number", 1, 1.0),
        ],
    )
    def test_formats_say_what_a_number_is(
        self, tmp_path: Path, sas_format: str, declared: str, number: float, expected: object
    ) -> None:
        data = xw.opening() + xw.member("X", (Var("V", format=sas_format),), [(number,), (None,)])
        table = one(tmp_path, data)
        assert table.columns[0].declared == declared
        assert values(table)["V"] == [expected, None]

    def test_missing_codes_are_missing_and_blank_text_is_missing(self, tmp_path: Path) -> None:
        codes = [".", "_", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        rows = [("", code) for code in codes] + [(" a  b ", 1.0)]
        table = one(tmp_path, xw.opening() + xw.member("X", (text("T", 8), Var("N")), rows))
        assert values(table)["N"] == [None] * 28 + [1.0]
        assert values(table)["T"] == [None] * 28 + [" a  b"]

    def test_ibm_numbers_are_exact(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(5)
        numbers = np.concatenate(
            [
                rng.integers(-(2**53), 2**53, 500).astype(float),
                rng.normal(size=500) * 10.0 ** rng.integers(-12, 12, 500),
                [0.1, -0.1, 1 / 3, 16.0, 15.999999999999998, 1e-17, 4503599627370497.5],
            ]
        )
        data = xw.opening() + xw.member("X", (Var("N"),), [(float(v),) for v in numbers])
        assert values(one(tmp_path, data))["N"] == numbers.tolist()

    def test_a_56_bit_fraction_is_rounded_to_the_nearest_double(self, tmp_path: Path) -> None:
        data = bytearray(xw.opening() + xw.member("X", (Var("N"),), [(1.0,)]))
        at = xw.obs_start(data)
        data[at : at + 8] = bytes.fromhex("40ffffffffffffff")  # 1 - 2^-56
        assert values(one(tmp_path, bytes(data)))["N"] == [1.0]

    def test_short_numbers_are_filled_with_zeros(self, tmp_path: Path) -> None:
        table = one(
            tmp_path, xw.opening() + xw.member("X", (Var("N", 3), Var("M", 8)), [(17, 2), (-3, 1)])
        )
        assert values(table) == {"N": [17.0, -3.0], "M": [2.0, 1.0]}

    def test_several_datasets_in_one_file(self, tmp_path: Path) -> None:
        data = (
            xw.opening()
            + xw.member("ADSL", ADSL, ROWS)
            + xw.member("ADAE", (text("USUBJID", 8), Var("AESEQ")), [("S-001", 1)])
        )
        tables = read(tmp_path, data)
        assert [(t.dataset, t.rows) for t in tables] == [("ADSL", 40), ("ADAE", 1)]

    def test_declared_encodings(self, tmp_path: Path) -> None:
        rows = [("恶心", 1.0)]
        data = xw.opening() + xw.member(
            "AE", (text("AETERM", 9, "不良事件"), Var("N")), rows, encoding="gb18030"
        )
        (table,) = read(tmp_path, data, encoding="gb18030")
        assert values(table)["AETERM"] == ["恶心"]
        assert table.columns[0].label == "不良事件"
        finding = refusal(
            tmp_path,
            xw.opening() + xw.member("AE", (text("AETERM", 9), Var("N")), rows, encoding="gb18030"),
            "read-xport-encoding",
        )
        assert (finding.column, finding.places[0].row) == ("AETERM", 1)

    def test_unknown_encoding_is_said(self, tmp_path: Path) -> None:
        refused(
            lambda: read(tmp_path, good(), encoding="klingon"), "read-xport-encoding", "adsl.xpt"
        )

    def test_a_fraction_of_a_day_is_told(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (Var("D", format="DATE"),), [(10,), (20.5,)])
        table = one(tmp_path, data)
        assert values(table)["D"] == [dt.date(1960, 1, 11), dt.date(1960, 1, 21)]
        (finding,) = table.findings
        assert finding.rule == "read-sas-date-fraction"
        assert finding.places[0].row == 2

    def test_a_datetime_with_a_date_format_is_refused(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (Var("D", format="DATE"),), [(10,), (1.9e9,)])
        finding = refusal(tmp_path, data, "read-sas-date-range")
        assert (finding.column, finding.places[0].row) == ("D", 2)

    def test_two_columns_of_one_name_are_refused(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (Var("N"), Var("N")), [(1, 2)])
        assert refusal(tmp_path, data, "read-column-names").column == "N"


class TestPadding:
    """A version 5 file does not say how many observations it has (TS-140, and SAS's XPT2LOC)."""

    def test_blank_rows_in_the_last_record_are_padding(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (text("T", 20),), [("a",), ("b",)])
        table = one(tmp_path, data)
        assert values(table)["T"] == ["a", "b"]
        (finding,) = table.findings
        assert (finding.rule, finding.count) == ("read-xport-blank-end", 2)

    def test_numbers_make_padding_certain(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (text("T", 2), Var("N")), [("a", 1)])
        table = one(tmp_path, data)
        assert table.rows == 1
        assert table.findings == ()

    def test_an_empty_record_before_the_end_stays(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (text("T", 40),), [("a",), ("",), ("b",)])
        assert values(one(tmp_path, data))["T"] == ["a", None, "b"]

    def test_blank_records_beyond_padding_are_rows_as_in_sas(self, tmp_path: Path) -> None:
        data = xw.opening() + xw.member("X", (text("T", 100),), [("a",), ("",), ("",)])
        assert values(one(tmp_path, data))["T"] == ["a", None, None]

    def test_blank_numbers_beyond_padding_are_refused(self, tmp_path: Path) -> None:
        finding = refusal(tmp_path, good() + b" " * 800, "read-xport-content")
        assert finding.places[0].row == 41
        assert "blank" in finding.sentence


class TestVersion8:
    VARIABLES = (
        text("UNIQUE_SUBJECT_IDENTIFIER", 12, "x" * 60),
        Var("ANALYSIS_VALUE", label="Value"),
        Var("VISIT_DATE", label="Visit", format="DATE"),
    )
    ROWS = (("S-1", 1.5, 23000), ("S-2", None, None), ("", -2, 1))

    def data(self, **more: object) -> bytes:
        return xw.opening(8) + xw.member(
            "LONG_DATASET_NAME",
            self.VARIABLES,
            self.ROWS,
            version=8,
            **more,  # type: ignore[arg-type]
        )

    def test_long_names_labels_and_the_stated_count(self, tmp_path: Path) -> None:
        table = one(tmp_path, self.data())
        assert table.dataset == "LONG_DATASET_NAME"
        assert [(c.name, c.label, c.declared) for c in table.columns] == [
            ("UNIQUE_SUBJECT_IDENTIFIER", "x" * 60, "text"),
            ("ANALYSIS_VALUE", "Value", "number"),
            ("VISIT_DATE", "Visit", "date"),
        ]
        assert values(table)["UNIQUE_SUBJECT_IDENTIFIER"] == ["S-1", "S-2", None]

    def test_trailing_empty_rows_count_when_stated(self, tmp_path: Path) -> None:
        data = xw.opening(8) + xw.member("X", (text("T", 4),), [("a",), ("",)], version=8)
        assert values(one(tmp_path, data))["T"] == ["a", None]

    @pytest.mark.parametrize("stated", [2, 6, 400])
    def test_a_count_that_does_not_fit_is_refused(self, tmp_path: Path, stated: int) -> None:
        finding = refusal(tmp_path, self.data(stated=stated))
        assert f"{stated} observations" in finding.sentence

    def test_a_count_that_takes_padding_for_a_row_is_refused(self, tmp_path: Path) -> None:
        finding = refusal(tmp_path, self.data(stated=4), "read-xport-content")
        assert finding.places[0].row == 4

    def test_cut_at_an_observation_is_found(self, tmp_path: Path) -> None:
        variables = (text("T", 72), Var("N"))
        data = xw.opening(8) + xw.member("X", variables, [("a", 1), ("b", 2)], version=8)
        assert one(tmp_path, data).rows == 2
        refusal(tmp_path, data[:-80])

    def test_long_format_names(self, tmp_path: Path) -> None:
        variables = (Var("D", format="NLDATEYMLONG"), Var("N", label="y" * 50))
        data = xw.opening(8) + xw.member("X", variables, [(0, 1)], version=8)
        table = one(tmp_path, data)
        assert table.columns[0].declared == "date"
        assert table.columns[1].label == "y" * 50

    def test_positions_of_another_layout_are_ignored(self, tmp_path: Path) -> None:
        data = xw.opening(8) + xw.member(
            "X", (text("T", 4), Var("N")), [("a", 7)], version=8, positions=(8, 0)
        )
        assert values(one(tmp_path, data)) == {"T": ["a"], "N": [7.0]}

    def test_zero_stated_observations_are_an_empty_table(self, tmp_path: Path) -> None:
        data = xw.opening(8) + xw.member("X", (text("T", 4),), [], version=8)
        assert one(tmp_path, data).rows == 0

    @pytest.mark.parametrize("version", [5, 8])
    def test_agrees_with_readstat_as_writer(self, tmp_path: Path, version: int) -> None:
        frame = pd.DataFrame(
            {
                "USUBJID": ["a", "b ", None],
                "AVAL": [1.5, np.nan, -1e-9],
                "ADT": [dt.date(2020, 2, 29)] * 3,
                "ADTM": pd.to_datetime(["2020-01-01 10:00:01"] * 3),
                "ATM": [dt.time(3, 4, 5)] * 3,
            }
        )
        path = tmp_path / "adsl.xpt"
        pyreadstat.write_xport(frame, path, file_format_version=version, table_name="ADVS")
        (table,) = xport.read(path, source_of(path, f"xport{version}"))
        assert values(table) == {
            "USUBJID": ["a", "b", None],
            "AVAL": [1.5, None, -1e-9],
            "ADT": [dt.date(2020, 2, 29)] * 3,
            "ADTM": [at(2020, 1, 1, 10, 0, 1)] * 3,
            "ATM": [11045.0] * 3,
        }

    def test_long_names_and_labels_as_readstat_writes_them(self, tmp_path: Path) -> None:
        frame = pd.DataFrame({"UNIQUE_SUBJECT_IDENTIFIER": ["a"], "ANALYSIS_VALUE": [2.5]})
        path = tmp_path / "adsl.xpt"
        pyreadstat.write_xport(
            frame, path, file_format_version=8, table_name="ADVS", column_labels=["l" * 60, "Value"]
        )
        (table,) = xport.read(path, source_of(path, "xport8"))
        assert [(c.name, c.label) for c in table.columns] == [
            ("UNIQUE_SUBJECT_IDENTIFIER", "l" * 60),
            ("ANALYSIS_VALUE", "Value"),
        ]


class TestBadInputs:
    """Numbers are those of docs/bad-inputs.md."""

    def test_44_empty(self, tmp_path: Path) -> None:
        assert "empty" in refusal(tmp_path, b"").sentence

    def test_45_half(self, tmp_path: Path) -> None:
        data = good()
        assert "cut off" in refusal(tmp_path, data[: len(data) // 2 + 3]).sentence

    def test_46_half_at_an_80_byte_edge(self, tmp_path: Path) -> None:
        data = good()
        half = len(data) // 2 // 80 * 80
        finding = refusal(tmp_path, data[:half])
        assert "cut off" in finding.sentence
        # 12 bytes of text and 4 numbers of 8 bytes make an observation
        assert finding.places[0].row == (half - xw.obs_start(data)) // 44 + 1

    def test_46_every_80_byte_edge_is_found_or_falls_on_an_observation(
        self, tmp_path: Path
    ) -> None:
        data = good()
        start, length = xw.obs_start(data), 44
        for end in range(80, len(data), 80):
            blank_tail = end - start >= length and (end - start) % length == 0
            if blank_tail:
                assert one(tmp_path, data[:end]).rows == (end - start) // length
            else:
                with pytest.raises(DataError):
                    read(tmp_path, data[:end])

    def test_47_header_only(self, tmp_path: Path) -> None:
        data = good()
        finding = refusal(tmp_path, data[: xw.obs_start(data)], "read-xport-no-records")
        assert "no observations" in finding.sentence

    def test_48_broken_magic(self, tmp_path: Path) -> None:
        finding = refusal(tmp_path, b"H3ADER" + good()[6:])
        assert "80-byte record 1" in finding.sentence

    def test_48_cport_is_named(self, tmp_path: Path) -> None:
        assert "CPORT" in refusal(tmp_path, b"**COMPRESSED**".ljust(400)).sentence

    def test_49_bit_flips_in_what_the_layout_fixes(self, tmp_path: Path) -> None:
        data = good()
        headers = [0, 3 * 80, 4 * 80, 7 * 80]
        described = range(8 * 80, 8 * 80 + 6 * 140, 140)
        fixed = [at + i for at in headers for i in range(78)]
        fixed += [at + i for at in described for i in (0, 1, 4, 5, 6, 7, 84, 85, 86, 87)]
        for at in fixed:
            for bit in range(8):
                flipped = bytearray(data)
                flipped[at] ^= 1 << bit
                with pytest.raises(DataError):
                    read(tmp_path, bytes(flipped))

    @pytest.mark.parametrize(
        "junk", [bytes(80), b"TRAILING GARBAGE OF THE MAIL PROGRAMME ".ljust(80, b"x") * 11]
    )
    def test_50_junk_tail(self, tmp_path: Path, junk: bytes) -> None:
        with pytest.raises(DataError) as caught:
            read(tmp_path, good() + junk)
        assert caught.value.findings[0].rule in {"read-xport-structure", "read-xport-content"}

    def test_50_junk_that_would_pass_as_rows(self, tmp_path: Path) -> None:
        variables = (text("T", 8), Var("A"), Var("B"), Var("C"))
        rows = [("a", 0.1, 0.2, 1 / 3), ("b", 0.2, 0.2, 0.2)] * 5
        data = xw.opening() + xw.member("X", variables, rows)
        assert one(tmp_path, data).rows == 10
        finding = refusal(
            tmp_path, data + b"THE QUICK BROWN FOX JUMPS OVER A" * 5, "read-xport-content"
        )
        assert finding.places[0].row == 11
        assert "letters" in finding.sentence

    def test_50_bytes_behind_the_last_record(self, tmp_path: Path) -> None:
        assert "80-byte records" in refusal(tmp_path, good() + b"\r\n").sentence

    def test_51_csv_named_xpt(self, tmp_path: Path) -> None:
        refusal(tmp_path, b"USUBJID,AGE\nS-001,50\n" * 20)

    @pytest.mark.parametrize("count", [0, 1, 5, 7, 999])
    def test_52_lying_namestr_count(self, tmp_path: Path, count: int) -> None:
        data = good().replace(b"0000000006" + b"0" * 20, b"0000" + b"%06d" % count + b"0" * 20)
        refusal(tmp_path, data)

    def test_53_zeros(self, tmp_path: Path) -> None:
        assert "zeros" in refusal(tmp_path, bytes(4000)).sentence

    def test_54_last_record_short(self, tmp_path: Path) -> None:
        assert "80-byte records" in refusal(tmp_path, good()[:-30]).sentence

    def test_54_last_observation_short(self, tmp_path: Path) -> None:
        data = good()
        end = xw.obs_start(data) + 39 * 44 + 20
        finding = refusal(tmp_path, xw.pad(data[:end]), "read-xport-content")
        assert finding.places[0].row == 40

    @pytest.mark.parametrize("seed", range(5))
    def test_55_random_data_section(self, tmp_path: Path, seed: int) -> None:
        data = good()
        start = xw.obs_start(data)
        noise = random.Random(seed).randbytes(len(data) - start)
        with pytest.raises(DataError) as caught:
            read(tmp_path, data[:start] + noise)
        assert caught.value.findings[0].places[0].row is not None

    def test_55_numbers_alone(self, tmp_path: Path) -> None:
        for bits in (
            "4100000000000001",
            "7f10000000000000",
            "2110000000000000",
            "8000000000000000",
        ):
            data = bytearray(xw.opening() + xw.member("X", (Var("N"),), [(1,), (2,)]))
            at = xw.obs_start(data) + 8
            data[at : at + 8] = bytes.fromhex(bits)
            finding = refusal(tmp_path, bytes(data), "read-xport-content")
            assert (finding.column, finding.places[0].row) == ("N", 2)


class TestFuzz:
    @pytest.mark.parametrize("version", [5, 8])
    def test_damage_never_raises_anything_but_a_refusal(self, tmp_path: Path, version: int) -> None:
        variables = (text("USUBJID", 9, "l" * 45), Var("AVAL"), Var("ADT", format="DATE"))
        rows = [(f"S{i}", i / 3, 23000 + i) for i in range(12)]
        whole = xw.opening(version) + xw.member("ADVS", variables, rows, version=version)
        rng = random.Random(version)
        for _ in range(400):
            data = bytearray(whole)
            for _flip in range(rng.choice((1, 1, 3, 20))):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            if rng.random() < 0.4:
                del data[rng.randrange(len(data)) :]
            try:
                (table,) = read(tmp_path, bytes(data))
            except DataError:
                continue
            assert table.rows <= 12


class TestRealFiles:
    def test_every_transport_file_agrees_with_readstat(self, shared: Path) -> None:
        files = sorted((shared / "data").rglob("*.xpt"))
        assert len(files) >= 20
        for path in files:
            (table,) = xport.read(path, source_of(path, "xport5"))
            frame, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
            assert table.rows == len(frame), path
            assert table.findings == (), path
            assert [c.name for c in table.columns] == meta.column_names
            assert [c.label for c in table.columns] == [
                label or None for label in meta.column_labels
            ]
            for column in table.columns:
                mine = table.data.column(column.name).to_pylist()
                theirs = [_plain(v) for v in frame[column.name].tolist()]
                mine = [_number(v, column.declared) for v in mine]
                if column.declared == "datetime":  # Interim keeps microseconds
                    assert mine == pytest.approx(theirs, abs=1e-6), (path, column.name)
                else:
                    assert mine == theirs, (path, column.name)


def _plain(value: object) -> object:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.rstrip(" ") if isinstance(value, str) else value


def _number(value: object, declared: str) -> object:
    if isinstance(value, dt.datetime):
        return (value - at(1960, 1, 1)).total_seconds()
    if isinstance(value, dt.date) and declared == "date":
        return float((value - dt.date(1960, 1, 1)).days)
    return value
