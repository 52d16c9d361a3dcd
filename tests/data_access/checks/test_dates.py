"""Dates against the cut, each other, death and completeness. Cut-off 2024-06-30 throughout."""

from __future__ import annotations

import pytest

from data_access.findings import Place, Severity

ADSL = "USUBJID | TRTSDT | DTHDT\nP1 | 2024-01-01 | 2024-03-01\nP2 | 2024-01-01 |"


def test_a_record_after_the_cut_off_is_an_error(run):
    table = "USUBJID | PARAMCD | ADT\nP1 | OVR | 2024-06-30\nP2 | OVR | 2024-07-01"
    (found,) = run("check-date-after-cut", ADRS=table)
    assert found.severity is Severity.ERROR
    assert (found.column, found.patients) == ("ADT", ("P2",))
    assert found.places == (Place("adrs.csv", line=3, column="ADT"),)
    assert found.sentence == (
        "ADT lies after the cut-off, 2024-06-30, in 1 response record of 1 patient."
    )
    assert run("check-date-after-cut", ADRS=table.replace("07-01", "06-29")) == []


def test_a_cut_date_before_the_newest_record_is_said_once(run):
    adrs = "USUBJID | PARAMCD | ADT\nP1 | OVR | 2024-07-02\nP2 | OVR | 2024-07-01"
    adae = "USUBJID | ASTDT\nP1 | 2024-07-05"
    (found,) = run("check-cut-before-newest", ADRS=adrs, ADAE=adae)
    assert found.severity is Severity.ERROR
    assert found.sentence == (
        "The cut date 2024-06-30 is earlier than the newest date, 2024-07-05 (ADAE ASTDT); "
        "3 dates in ADAE, ADRS lie after it."
    )
    assert run("check-cut-before-newest", ADAE="USUBJID | ASTDT\nP1 | 2024-06-30") == []


@pytest.mark.parametrize(
    ("domain", "start", "end"),
    [
        ("ADSL", "TRTSDT", "TRTEDT"),
        ("ADSL", "INOSDT", "INOEDT"),
        ("ADSL", "CHMSDT", "CHMEDT"),
        ("ADSL", "TRTSDT", "EOSDT"),
        ("ADSL", "TRTSDT", "DTHDT"),
        ("ADSL", "RFSTDTC", "RFENDTC"),
        ("ADAE", "ASTDT", "AENDT"),
        ("ADAE", "AESTDTC", "AEENDTC"),
        ("ADEX", "ASTDT", "AENDT"),
    ],
)
def test_an_end_before_its_start_is_an_error(run, domain, start, end):
    table = f"USUBJID|{start}|{end}\nP1|2024-01-01|2024-01-01\nP2|2024-02-01|2024-01-31"
    (found,) = run("check-end-before-start", **{domain: table})
    assert found.severity is Severity.ERROR
    assert (found.domain, found.column, found.patients) == (domain, end, ("P2",))
    assert found.sentence.startswith(f"{end} lies before {start} in 1 ")
    assert run("check-end-before-start", **{domain: table.replace("01-31", "02-01")}) == []


def test_incomplete_dates_are_not_compared(run):
    table = "USUBJID | AESTDTC | AEENDTC\nP1 | 2024-02-10 | 2024-02"
    assert run("check-end-before-start", ADAE=table) == []


def test_collected_dates_are_not_reported_beside_analysis_dates(run):
    table = "USUBJID|ASTDT|AENDT|AESTDTC|AEENDTC\nP1|2024-02-02|2024-02-01|2024-02-02|2024-02-01"
    (found,) = run("check-end-before-start", ADAE=table)
    assert found.column == "AENDT"


def test_a_death_before_the_date_last_known_alive_is_an_error(run):
    table = "USUBJID|DTHDT|LSTALVDT\nP1|2024-03-01|2024-03-01\nP2|2024-03-01|2024-03-02"
    (found,) = run("check-death-before-alive", ADSL=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2",))
    assert [p.line for p in found.places] == [3]
    assert run("check-death-before-alive", ADSL=table.replace("03-02", "02-28")) == []


def test_death_flag_and_date_of_death_must_agree(run):
    table = "USUBJID | DTHFL | DTHDT\nP1 | Y | 2024-03-01\nP2 | Y |\nP3 | N | 2024-03-01\nP4||"
    without_date, without_flag = run("check-death-flag", ADSL=table)
    assert (without_date.column, without_date.patients) == ("DTHDT", ("P2",))
    assert (without_flag.column, without_flag.patients) == ("DTHFL", ("P3",))
    assert {without_date.severity, without_flag.severity} == {Severity.ERROR}
    assert run("check-death-flag", ADSL="USUBJID|DTHFL|DTHDT\nP1|Y|2024-03-01\nP2|N|") == []


def test_deaths_of_an_export_without_any_date_of_death_are_said(run):
    (found,) = run("check-death-flag", ADSL="USUBJID|DTHFL\nP1|Y\nP2|N\nP3|")
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert run("check-death-flag", ADSL="USUBJID|DTHFL\nP1|N\nP2|") == []


@pytest.mark.parametrize(
    ("domain", "column"),
    [("ADRS", "ADT"), ("ADTR", "ADT"), ("ADAE", "ASTDT"), ("ADEX", "ASTDT"), ("ADLB", "ADT")],
)
def test_what_happens_after_death_is_an_error(run, domain, column):
    table = f"USUBJID|{column}\nP1|2024-03-01\nP1|2024-03-02\nP2|2024-06-01"
    (found,) = run("check-after-death", ADSL=ADSL, **{domain: table})
    assert (found.severity, found.domain, found.patients) == (Severity.ERROR, domain, ("P1",))
    assert [p.line for p in found.places] == [3]
    assert run("check-after-death", ADSL=ADSL, **{domain: table.replace("03-02", "02-02")}) == []


def test_incomplete_collected_dates_are_counted(run):
    table = "USUBJID|AESTDTC\nP1|2024\nP2|2024-02\nP3|2024-02-03\nP4|2024-02-03T10:00"
    (found,) = run("check-partial-date", ADAE=table)
    assert (found.severity, found.count, found.patients) == (Severity.WARNING, 2, ("P1", "P2"))
    assert found.sentence.endswith("1 with the year alone, 1 with year and month.")
    assert run("check-partial-date", ADAE="USUBJID|AESTDTC\nP3|2024-02-03") == []


def test_imputed_dates_are_counted_by_part(run):
    table = "USUBJID|ASTDT|ASTDTF\nP1|2024-01-01|D\nP2|2024-01-01|M\nP3|2024-01-01|"
    (found,) = run("check-date-imputed", ADAE=table)
    assert (found.severity, found.column, found.count) == (Severity.NOTE, "ASTDTF", 2)
    assert found.sentence == (
        "ASTDT is imputed in 2 adverse events of 2 patients (day of 1, month and day of 1)."
    )
    assert run("check-date-imputed", ADAE="USUBJID|ASTDT|ASTDTF\nP3|2024-01-01|") == []
