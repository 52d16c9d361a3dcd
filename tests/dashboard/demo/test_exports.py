"""The demo's exports: the same bytes everywhere, nothing after the cut, dates in order."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from dashboard.demo import write_exports
from dashboard.demo.exports import export
from dashboard.demo.truth import CUTS, STUDY_ID
from data_access.schema import DOMAINS
from data_access.study.parse import load_study

Row = dict[str, str]
Tables = dict[str, list[Row]]
ROOT = Path(__file__).resolve().parents[3]
HASHES = """
import hashlib, json
from dashboard.demo.exports import export
print(json.dumps({f"{c}/{n}": hashlib.sha256(t.encode()).hexdigest()
                  for c in (3, 1, 2) for n, t in export(c).items()}))
"""


def hashes() -> dict[str, str]:
    return {
        f"{cut}/{name}": hashlib.sha256(text.encode()).hexdigest()
        for cut in (1, 2, 3)
        for name, text in export(cut).items()
    }


def test_another_process_writes_the_same_bytes() -> None:
    other = subprocess.run(
        [sys.executable, "-c", HASHES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert json.loads(other.stdout) == hashes()


def test_written_files_are_the_exports_and_say_that_they_are_synthetic(tmp_path: Path) -> None:
    write_exports(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "README.txt",
        "cut-1",
        "cut-2",
        "cut-3",
        "study.toml",
    ]
    for cut in (1, 2, 3):
        folder = tmp_path / f"cut-{cut}"
        assert (folder / "README.txt").read_text().startswith("SYNTHETIC DATA")
        for name, text in export(cut).items():
            assert (folder / name).read_bytes() == text.encode()
    study = load_study(tmp_path / "study.toml")
    assert study.synthetic
    assert (study.registry, study.sponsor, study.design.planned_patients) == (None, None, None)


def test_one_cut_can_be_written_alone(tmp_path: Path) -> None:
    write_exports(tmp_path, cut=2)
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == ["cut-2"]
    with pytest.raises(ValueError, match="cuts 1 to 3"):
        write_exports(tmp_path, cut=4)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_every_column_is_known_and_every_key_unique(cuts: dict[int, Tables], cut: int) -> None:
    for name, domain in DOMAINS.items():
        rows = cuts[cut][name.lower()]
        columns = list(rows[0])
        unknown = [
            c
            for c in columns
            if not domain.column(c) and not (DOMAINS["ADSL"].column(c) and name != "ADSL")
        ]
        assert unknown == [], name
        assert {r["STUDYID"] for r in rows} == {STUDY_ID}
        keys = [k for k in domain.keys if k in columns]
        repeated = [k for k, n in Counter(tuple(r[k] for k in keys) for r in rows).items() if n > 1]
        assert repeated == [], name


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_no_date_is_after_the_cut(cuts: dict[int, Tables], cut: int) -> None:
    limit = CUTS[cut - 1].isoformat()
    seen = 0
    for name, rows in cuts[cut].items():
        for row in rows:
            for column, value in row.items():
                if column.endswith(("DT", "DTC")) and value:
                    assert value[:10] <= limit, (name, column, row["USUBJID"])
                    seen += 1
    assert seen > 1000


def first_after(rows: list[Row], deaths: dict[str, str], *columns: str) -> list[str]:
    return [
        f"{r['USUBJID']} {c}"
        for r in rows
        for c in columns
        if r[c] and r["USUBJID"] in deaths and r[c] > deaths[r["USUBJID"]]
    ]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_nothing_happens_after_death(cuts: dict[int, Tables], cut: int) -> None:
    tables = cuts[cut]
    deaths = {r["USUBJID"]: r["DTHDT"] for r in tables["adsl"] if r["DTHDT"]}
    assert deaths
    for name in ("adrs", "adtr", "adtte", "adlb", "adim", "adtb", "admb"):
        assert first_after(tables[name], deaths, "ADT") == [], name
    assert first_after(tables["adae"], deaths, "ASTDT", "AENDT") == []
    assert first_after(tables["adex"], deaths, "ASTDT", "AENDT") == []
    assert first_after(tables["adsl"], deaths, "TRTEDT", "NACTDT", "EOTDT", "LSTALVDT") == []


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_dates_of_a_patient_are_in_order(cuts: dict[int, Tables], cut: int) -> None:
    order = ("RFICDT", "ENRLDT", "TRTSDT", "TRTEDT", "LSTALVDT")
    for row in cuts[cut]["adsl"]:
        days = [row[c] for c in order if row[c]]
        assert days == sorted(days), row["USUBJID"]
        if row["EOSDT"] and row["TRTEDT"]:
            assert row["TRTEDT"] <= row["EOSDT"], row["USUBJID"]
    for row in cuts[cut]["adae"] + cuts[cut]["adex"]:
        assert not row["AENDT"] or not row["ASTDT"] or row["ASTDT"] <= row["AENDT"]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_last_known_alive_is_no_earlier_than_any_record(cuts: dict[int, Tables], cut: int) -> None:
    alive = {r["USUBJID"]: r["LSTALVDT"] for r in cuts[cut]["adsl"] if r["LSTALVDT"]}
    for name in ("adrs", "adtr", "adlb", "adae", "adex"):
        columns = ("ADT",) if "ADT" in cuts[cut][name][0] else ("ASTDT", "AENDT")
        for row in cuts[cut][name]:
            for column in columns:
                assert row[column] <= alive[row["USUBJID"]], (name, row["USUBJID"])


def test_study_days_count_from_the_first_dose(last: Tables) -> None:
    first = {r["USUBJID"]: r["TRTSDT"] for r in last["adsl"] if r["TRTSDT"]}
    checked = 0
    for name in ("adrs", "adtr", "adlb", "adim"):
        for row in last[name]:
            if not row["ADT"] or row["USUBJID"] not in first:
                assert not row["ADY"]
                continue
            gap = (date.fromisoformat(row["ADT"]) - date.fromisoformat(first[row["USUBJID"]])).days
            assert int(row["ADY"]) == (gap + 1 if gap >= 0 else gap)
            checked += 1
    assert checked > 5000


def test_screen_failures_are_in_adsl_alone(last: Tables) -> None:
    failed = {r["USUBJID"] for r in last["adsl"] if r["SCRNFL"] == "Y"}
    assert len(failed) == 12
    assert {(r["ENRLFL"], r["SAFFL"]) for r in last["adsl"] if r["USUBJID"] in failed} == {
        ("N", "N")
    }
    for name, rows in last.items():
        if name not in ("adsl", "taxonomy", "features"):
            assert not failed & {r["USUBJID"] for r in rows}, name
