"""The unit of a time, held against AVALU, PARAM and the dates of the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.checks.time_units import unit_in
from data_access.findings import Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY

NAMED = "USUBJID|PARAMCD|PARAM|AVALU|AVAL\n"
DATED = "USUBJID|PARAMCD|AVAL|AVALU|STARTDT|ADT\n"
#: 30, 91, 182 and 365 days
ENDS = ("2024-01-30", "2024-03-31", "2024-06-30", "2024-12-30")


def dated(*times: str, unit: str = "") -> str:
    rows = [
        f"P{i}|OS|{t}|{unit}|2024-01-01|{end}"
        for i, (t, end) in enumerate(zip(times, ENDS, strict=True), 1)
    ]
    return DATED + "\n".join(rows)


@pytest.mark.parametrize(
    ("param", "unit"),
    [
        ("Overall survival (months)", "MONTHS"),
        ("Overall Survival [Weeks]", "WEEKS"),
        ("PFS in years", "YEARS"),
        ("Time to response, days", "DAYS"),
        ("总生存期（月）", "MONTHS"),
        ("Progression-free survival at 6 months", None),
        ("Time to first dermatologic event", None),
        ("Survival in monthly visits", None),
        ("Alive after 12 weeks of treatment", None),
    ],
)
def test_a_parameter_may_name_its_unit(param, unit):
    assert unit_in(param) == unit


def test_a_unit_in_param_alone_is_refused(run):
    table = NAMED + "P1|OS|Overall survival (months)||12.3\nP2|OS|Overall survival (months)||4"
    (found,) = run("check-time-unit-conflict", ADTTE=table)
    assert (found.severity, found.count, found.column) == (Severity.REJECT, 2, "AVALU")
    assert found.sentence.startswith('OS: PARAM says "MONTHS", and without AVALU 2 times')
    assert 'AVALU = "MONTHS"' in found.remedy
    assert "[domains.adtte]" in found.remedy
    days = table.replace("(months)", "(days)")
    assert run("check-time-unit-conflict", ADTTE=days) == []
    assert run("check-time-unit-conflict", ADTTE=table.replace("||", "|MONTHS|")) == []


def test_a_unit_in_param_unlike_avalu_is_an_error(run):
    table = NAMED + "P1|OS|Overall survival (months)|DAYS|12.3"
    (found,) = run("check-time-unit-conflict", ADTTE=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert found.sentence.startswith('OS: PARAM says "MONTHS" and AVALU "DAYS";')
    assert run("check-time-unit-conflict", ADTTE=table.replace("DAYS", "Month")) == []


@pytest.mark.parametrize(
    ("times", "unit"),
    [
        (("4.3", "13", "26", "52.1"), "weeks"),
        (("0.99", "2.99", "5.98", "11.99"), "months"),
        (("0.08", "0.25", "0.5", "1.0"), "years"),
    ],
)
def test_times_without_unit_that_fit_another_are_refused(run, times, unit):
    (found,) = run("check-time-unit-conflict", ADTTE=dated(*times))
    assert (found.severity, found.count) == (Severity.REJECT, 4)
    assert found.sentence.endswith(f"but ADT - STARTDT + 1 fits {unit}.")
    assert f'AVALU = "{unit.upper()}"' in found.remedy
    assert run("check-time-dates", ADTTE=dated(*times)) == []
    assert run("check-time-unit-conflict", ADTTE=dated("30", "91", "182", "365")) == []
    assert run("check-time-unit-conflict", ADTTE=dated(*times, unit=unit.upper())) == []


def test_a_wrong_avalu_is_named_in_the_remedy(run):
    table = dated("0.99", "2.99", "5.98", "11.99", unit="DAYS")
    (found,) = run("check-time-dates", ADTTE=table)
    assert found.remedy.startswith("The dates fit AVAL in months: correct AVALU.")
    assert run("check-time-unit-conflict", ADTTE=table) == []
    (wrong,) = run("check-time-dates", ADTTE=dated("30", "91", "182", "305", unit="DAYS"))
    assert "months" not in wrong.remedy


def test_an_unknown_unit_is_refused_with_the_known_ones(run):
    table = NAMED + "P1|OS|Survival|Mon|12\nP2|OS|Survival|DAYS|40"
    (found,) = run("check-time-unit-unknown", ADTTE=table)
    assert (found.severity, found.patients) == (Severity.REJECT, ("P1",))
    assert found.sentence == (
        '1 time of 1 patient is in "Mon"; known are DAYS, WEEKS, MONTHS and YEARS.'
    )
    assert found.remedy.endswith('[terms]\nunits = { "Mon" = "MONTHS" }')
    assert run("check-time-unit-unknown", ADTTE=table.replace("Mon", "months")) == []
    counted = NAMED + "P1|TNE|Number of lesions|LESIONS|3"
    assert run("check-time-unit-unknown", ADTTE=counted) == []
    study = replace(STUDY, terms=Terms(event_codes=("1",)))
    assert len(run("check-time-unit-unknown", ADTTE=table, study=study)) == 1


def test_fractions_of_days_without_a_unit_are_refused(run):
    table = "USUBJID|PARAMCD|AVAL|CNSR\nP1|OS|3.5|0\nP2|OS|7|1\nP3|OS|2.13|0\nP4|OS|11.2|1"
    (found,) = run("check-time-unit-conflict", ADTTE=table)
    assert (found.severity, found.count) == (Severity.REJECT, 3)
    assert found.sentence == (
        "OS: without AVALU 3 times of 3 patients are read as days, and are no whole number of them."
    )
    whole = table.replace("3.5", "3").replace("2.13", "2")
    assert run("check-time-unit-conflict", ADTTE=whole) == []
    stated = "USUBJID|PARAMCD|AVAL|AVALU|CNSR\nP1|OS|3.5|DAYS|0\nP2|OS|2.5|DAYS|1\nP3|OS|4.5|DAYS|1"
    assert run("check-time-unit-conflict", ADTTE=stated) == []
