"""Times to event: values, codes, reasons, units and their own dates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.findings import Place, Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY

HEAD = "USUBJID | PARAMCD | AVAL | CNSR | EVNTDESC | CNSDTDSC | AVALU\n"


def adtte(*rows: str) -> str:
    return HEAD + "\n".join(rows)


GOOD = "P1 | PFS | 10 | 0 | PD | | DAYS"


def test_a_negative_time_is_an_error(run):
    (found,) = run("check-time-negative", ADTTE=adtte(GOOD, "P2 | PFS | -3 | 0 | PD | | DAYS"))
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "AVAL", ("P2",))
    assert found.places == (Place("adtte.csv", line=3, column="AVAL"),)
    assert found.sentence == "1 time of 1 patient is negative."
    assert run("check-time-negative", ADTTE=adtte(GOOD, "P2 | PFS | 0 | 0 | PD | | DAYS")) == []


@pytest.mark.parametrize("code", ["", "-1", "0.5"])
def test_a_code_that_is_no_whole_number_from_zero_is_an_error(run, code):
    (found,) = run("check-censoring-code", ADTTE=adtte(GOOD, f"P2 | PFS | 3 | {code} | | | DAYS"))
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "CNSR", ("P2",))
    assert [p.line for p in found.places] == [3]
    assert run("check-censoring-code", ADTTE=adtte(GOOD, "P2 | PFS | 3 | 1 | | | DAYS")) == []


def test_a_record_without_time_needs_no_code(run):
    assert run("check-censoring-code", ADTTE=adtte(GOOD, "P2 | PFS | | | | | DAYS")) == []


@pytest.mark.parametrize("code", ["0", "1"])
def test_a_code_without_a_time_is_an_error(run, code):
    (found,) = run("check-time-missing", ADTTE=adtte(GOOD, f"P2 | PFS | | {code} | | | DAYS"))
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "AVAL", ("P2",))
    assert found.sentence == (
        '1 record of 1 patient says event or censored (CNSR) without a time ("PFS"); '
        "it is in no curve."
    )
    assert run("check-time-missing", ADTTE=adtte(GOOD, "P2 | PFS | | | | | DAYS")) == []


def test_several_codes_of_censoring_are_listed(run):
    rows = [GOOD, "P2 | PFS | 3 | 1 | | | DAYS", "P3 | PFS | 3 | 2 | | | DAYS"]
    (found,) = run("check-censoring-codes-several", ADTTE=adtte(*rows))
    assert (found.severity, found.patients) == (Severity.NOTE, ("P3",))
    assert found.sentence == (
        "CNSR takes the values 0, 1, 2; 0 is an event, all others are censored."
    )
    assert run("check-censoring-codes-several", ADTTE=adtte(*rows[:2])) == []


def test_events_and_censorings_need_a_reason(run):
    rows = [
        GOOD,
        "P2 | PFS | 3 | 0 | | | DAYS",
        "P3 | PFS | 3 | 1 | | | DAYS",
        "P4 | PFS | 3 | 1 | Alive | | DAYS",
        "P5 | PFS | 3 | 1 | | Lost | DAYS",
    ]
    censored, event = run("check-time-reason-missing", ADTTE=adtte(*rows))
    assert (event.column, event.patients) == ("EVNTDESC", ("P2",))
    assert (censored.column, censored.patients) == ("CNSDTDSC", ("P3",))
    assert {event.severity, censored.severity} == {Severity.WARNING}
    assert run("check-time-reason-missing", ADTTE=adtte(GOOD, *rows[3:])) == []


def test_event_codes_of_study_toml_decide_what_needs_a_reason(run):
    study = replace(STUDY, terms=Terms(event_codes=("1",)))
    (found,) = run(
        "check-time-reason-missing", ADTTE=adtte("P2 | OS | 3 | 1 | | | DAYS"), study=study
    )
    assert found.column == "EVNTDESC"


def test_two_units_of_one_endpoint_are_an_error(run):
    rows = [GOOD, "P2|PFS|3|0|PD||MONTHS", "P3|PFS|9|0|PD||DAYS", "P1|OS|2|0|DEATH||MONTHS"]
    (found,) = run("check-time-units", ADTTE=adtte(*rows))
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2",))
    assert found.sentence == "PFS is given 2 in DAYS, 1 in MONTHS."
    assert run("check-time-units", ADTTE=adtte(GOOD, *rows[2:])) == []


def test_times_without_unit_are_read_as_days_with_a_warning(run):
    (found,) = run("check-time-unit-missing", ADTTE=adtte(GOOD, "P2 | PFS | 3 | 0 | PD | |"))
    assert (found.severity, found.patients) == (Severity.WARNING, ("P2",))
    assert run("check-time-unit-missing", ADTTE=adtte(GOOD)) == []
    (found,) = run("check-time-unit-missing", ADTTE="USUBJID|PARAMCD|AVAL\nP1|OS|3")
    assert found.sentence == "1 time of 1 patient has no unit and is read as days."


DATED = "USUBJID | PARAMCD | AVAL | AVALU | STARTDT | ADT\n"


@pytest.mark.parametrize(
    ("time", "unit"),
    [("31", "DAYS"), ("31", ""), ("4.43", "WEEKS"), ("1.02", "MONTHS"), ("0.08", "YEARS")],
)
def test_a_time_unlike_its_own_dates_is_an_error(run, time, unit):
    first = f"P1 | PFS | {time} | {unit} | 2024-01-01 | 2024-01-31\n"
    second = f"P2 | PFS | {time} | {unit} | 2024-01-01 | 2024-03-31"
    (found,) = run("check-time-dates", ADTTE=DATED + first + second)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "AVAL", ("P2",))
    assert found.places == (Place("adtte.csv", line=3, column="AVAL"),)
    assert "differs from ADT - STARTDT + 1 by up to 6" in found.sentence  # 60, and rounding
    assert run("check-time-dates", ADTTE=DATED + first) == []


def test_an_endpoint_counted_from_day_0_throughout_is_one_warning(run):
    table = DATED + "P1|PFS|30|DAYS|2024-01-01|2024-01-31\nP2|PFS|0|DAYS|2024-01-01|2024-01-01"
    (found,) = run("check-time-from-zero", ADTTE=table)
    assert (found.severity, found.count) == (Severity.WARNING, 2)
    assert run("check-time-dates", ADTTE=table) == []
    mixed = table + "\nP3|PFS|31|DAYS|2024-01-01|2024-01-31"
    assert run("check-time-from-zero", ADTTE=mixed) == []
    assert [f.patients for f in run("check-time-dates", ADTTE=mixed)] == [("P1", "P2")]


def test_times_censored_on_the_first_day_are_counted(run):
    rows = [GOOD, "P2|PFS|1|1|x||DAYS", "P3|PFS|2|1|x||DAYS", "P4|PFS|1|0|PD||DAYS"]
    (found,) = run("check-censored-day-one", ADTTE=adtte(*rows))
    assert (found.severity, found.patients) == (Severity.WARNING, ("P2",))
    assert found.sentence == "1 of 4 PFS times is censored on the first day."
    assert run("check-censored-day-one", ADTTE=adtte(GOOD, *rows[2:])) == []


def test_the_first_day_is_a_fraction_of_a_month(run):
    rows = ["P2|PFS|0.033|1|x||MONTHS", "P3|PFS|1|1|x||MONTHS"]
    (found,) = run("check-censored-day-one", ADTTE=adtte(*rows))
    assert found.patients == ("P2",)


@pytest.mark.parametrize(
    ("unit", "label"), [("COUNT", "Exacerbations"), ("", "Total number of exacerbations")]
)
def test_a_parameter_that_counts_is_no_time(run, unit, label):
    table = f"USUBJID|PARAMCD|PARAM|AVALU|AVAL\nP1|TNE|{label}|{unit}|-3\nP1|OS|Survival|DAYS|3"
    (found,) = run("check-time-is-count", ADTTE=table)
    assert (found.severity, found.count) == (Severity.NOTE, 1)
    assert '("TNE")' in found.sentence
    assert run("check-time-negative", ADTTE=table) == []
    clean = "USUBJID|PARAMCD|PARAM|AVALU|AVAL\nP1|TT3|Time to number of lesions|DAYS|3"
    assert run("check-time-is-count", ADTTE=clean) == []


def test_a_duration_of_response_without_response_is_a_warning(run):
    adrs = "USUBJID|PARAMCD|AVALC\nP1|BOR|PR\nP2|BOR|SD"
    rows = adtte("P1|DOR|9|0|PD||DAYS", "P2|DOR|9|0|PD||DAYS", "P2|OS|9|0|D||DAYS")
    (found,) = run("check-duration-without-response", ADRS=adrs, ADTTE=rows)
    assert (found.severity, found.patients) == (Severity.WARNING, ("P2",))
    assert found.sentence.startswith("1 of 2 durations of response belongs to patients without")
    clean = adrs.replace("SD", "CR")
    assert run("check-duration-without-response", ADRS=clean, ADTTE=rows) == []
