"""Numbers and dates that no patient can have."""

from __future__ import annotations

import pytest

from data_access.findings import Place, Severity


@pytest.mark.parametrize(
    ("domain", "column", "value"),
    [
        ("ADSL", "AGE", "-999"),
        ("ADSL", "AGE", "999"),
        ("ADSL", "WEIGHTBL", "-9"),
        ("ADSL", "PRIORLN", "99"),
        ("ADTR", "AVAL", "-99"),
        ("ADTR", "AVAL", "9999"),
        ("ADTTE", "AVAL", "-999"),
        ("ADLB", "AVAL", "-9999"),
        ("ADLB", "BASE", "-999"),
        ("ADEX", "EXDOSE", "-999"),
        ("ADIM", "AVAL", "-999"),
    ],
)
def test_a_number_that_stands_for_missing_is_refused(run, domain, column, value):
    table = f"USUBJID | PARAMCD | {column}\nP1 | X | 40\nP2 | X | {value}"
    (found,) = run("check-sentinel-number", **{domain: table})
    assert found.severity is Severity.REJECT
    assert (found.domain, found.column, found.patients) == (domain, column, ("P2",))
    assert found.places == (Place(f"{domain.lower()}.csv", line=3, column=column),)
    assert f"{column} is {value} in 1" in found.sentence
    assert run("check-sentinel-number", **{domain: table.replace(value, "41")}) == []


@pytest.mark.parametrize(
    ("domain", "table"),
    [
        ("ADSL", "USUBJID | AGE\nP1 | 99"),
        ("ADLB", "USUBJID | PARAMCD | AVAL | CHG | PCHG\nP1 | BE | -9 | -99 | -99"),
        ("ADLB", "USUBJID | PARAMCD | AVAL\nP1 | FERRITIN | 9999"),
        ("ADTR", "USUBJID | PARAMCD | AVALU | AVAL\nP1 | VOL | mm3 | 9999"),
    ],
)
def test_numbers_that_occur_are_left_alone(run, domain, table):
    assert run("check-sentinel-number", **{domain: table}) == []


@pytest.mark.parametrize("age", ["-1", "121", "200"])
def test_an_age_nobody_has_is_refused(run, age):
    (found,) = run("check-age-range", ADSL=f"USUBJID | AGE\nP1 | 50\nP2 | {age}")
    assert (found.severity, found.patients) == (Severity.REJECT, ("P2",))
    assert run("check-age-range", ADSL="USUBJID | AGE\nP1 | 0\nP2 | 120\nP3 |") == []


def test_ages_in_months_are_not_judged_as_years(run):
    assert run("check-age-range", ADSL="USUBJID | AGE | AGEU\nP1 | 600 | MONTHS") == []
    assert len(run("check-age-range", ADSL="USUBJID | AGE | AGEU\nP1 | 600 | YEARS")) == 1


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31", "1960-01-01"])
def test_a_date_that_stands_for_none_is_refused_once(run, day):
    table = f"USUBJID | EOSDT\nP1 | 2024-01-01\nP2 | {day}"
    (found,) = run("check-sentinel-date", ADSL=table)
    assert (found.severity, found.column, found.patients) == (Severity.REJECT, "EOSDT", ("P2",))
    assert run("check-date-future", ADSL=table) == []
    assert run("check-date-before-1900", ADSL=table) == []


def test_a_date_after_the_day_of_import_is_refused(run):
    table = "USUBJID | PARAMCD | ADT\nP1 | OVR | 2024-07-15\nP2 | OVR | 2024-07-16"
    (found,) = run("check-date-future", ADRS=table)
    assert (found.severity, found.column, found.patients) == (Severity.REJECT, "ADT", ("P2",))
    assert "after the day of import, 2024-07-15" in found.sentence
    assert run("check-date-future", ADRS=table.replace("07-16", "07-14")) == []


def test_a_date_before_1900_is_refused(run):
    table = "USUBJID | ENRLDT\nP1 | 2024-01-01\nP2 | 0024-01-01".replace("0024", "1824")
    (found,) = run("check-date-before-1900", ADSL=table)
    assert (found.severity, found.patients) == (Severity.REJECT, ("P2",))
    assert run("check-date-before-1900", ADSL=table.replace("1824", "1924")) == []


def test_collected_dates_are_judged_as_far_as_they_go(run):
    rows = "USUBJID | AESTDTC\nP1 | 2024\nP2 | 2024-07\nP3 | 2024-08\nP4 | 2025\nP5 | 1824-03"
    (found,) = run("check-date-future", ADAE=rows)
    assert (found.column, found.patients) == ("AESTDTC", ("P3", "P4"))
    (found,) = run("check-date-before-1900", ADAE=rows)
    assert found.patients == ("P5",)


def test_ages_in_other_units_are_a_warning(run):
    (found,) = run(
        "check-age-unit", ADSL="USUBJID|AGE|AGEU\nP1|540|MONTHS\nP2|50|YEARS\nP3||MONTHS"
    )
    assert (found.severity, found.patients) == (Severity.WARNING, ("P1",))
    assert found.sentence == '1 patient has an age in "MONTHS".'
    assert run("check-age-unit", ADSL="USUBJID|AGE|AGEU\nP1|54|Years\nP2|50|") == []
