"""Adverse events: grades, relation, dates and deaths."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.findings import Place, Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY


@pytest.mark.parametrize("column", ["ATOXGR", "AETOXGR", "AETOXGRN"])
@pytest.mark.parametrize("grade", ["0", "6", "-1"])
def test_a_grade_other_than_1_to_5_is_an_error(run, column, grade):
    table = f"USUBJID|{column}\nP1|3\nP2|{grade}\nP3|5"
    (found,) = run("check-ae-grade", ADAE=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, column, ("P2",))
    assert found.places == (Place("adae.csv", line=3, column=column),)
    assert run("check-ae-grade", ADAE=table.replace(f"P2|{grade}", "P2|1")) == []


@pytest.mark.parametrize(
    ("word", "fine"),
    [
        ("Grade 3", True),
        ("GRADE4", True),
        ("G2", True),
        ("3 - Severe", True),
        ("Grade 4 (Life-threatening)", True),
        ("severe", False),
        ("3 - 4", False),
        ("3 or 4", False),
    ],
)
def test_a_grade_may_be_written_as_words(run, word, fine):
    assert (run("check-ae-grade", ADAE=f"USUBJID|AETOXGR\nP1|3\nP2|{word}") == []) is fine


def test_events_without_grade_are_counted(run):
    (found,) = run("check-ae-grade-missing", ADAE="USUBJID|AETOXGR|AESEV\nP1|3|MILD\nP2||MILD")
    assert (found.severity, found.column, found.patients) == (Severity.WARNING, "AETOXGR", ("P2",))
    assert run("check-ae-grade-missing", ADAE="USUBJID|AETOXGR\nP1|3") == []
    (found,) = run("check-ae-grade-missing", ADAE="USUBJID|AESEV\nP1|MILD\nP2|")
    assert found.sentence == "1 adverse event of 1 patient has no severity."
    (found,) = run("check-ae-grade-missing", ADAE="USUBJID|AEDECOD\nP1|RASH")
    assert found.sentence == "1 adverse event of 1 patient has neither grade nor severity."


def test_severity_alone_is_noted(run):
    (found,) = run("check-ae-severity-only", ADAE="USUBJID|AESEV|AETOXGR\nP1|MILD|")
    assert found.severity is Severity.NOTE
    assert found.sentence == "1 adverse event of 1 patient has a severity (AESEV), no grade."
    assert run("check-ae-severity-only", ADAE="USUBJID|AESEV|AETOXGR\nP1|MILD|1") == []


@pytest.mark.parametrize("column", ["AEREL", "AERELI", "AERELC"])
def test_an_unknown_word_on_relation_is_an_error(run, column):
    table = f"USUBJID|{column}\nP1|Possible\nP2|CONDITIONAL\nP3|remote"
    (found,) = run("check-ae-relation-unknown", ADAE=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, column, ("P2",))
    assert '"CONDITIONAL"' in found.sentence
    assert run("check-ae-relation-unknown", ADAE=table.replace("CONDITIONAL", "Y")) == []
    study = replace(STUDY, terms=Terms(related=("Possible", "Conditional")))
    assert run("check-ae-relation-unknown", ADAE=table, study=study) == []


def test_the_relation_column_of_a_drug_is_checked_too(run):
    study = replace(STUDY, terms=Terms(related_columns={"inosine": "AERELX"}))
    table = "USUBJID|AEREL|AERELX\nP1|Y|perhaps"
    (found,) = run("check-ae-relation-unknown", ADAE=table, study=study)
    assert found.column == "AERELX"


def test_the_analysis_relation_goes_before_its_source(run):
    table = "USUBJID|AEREL|AREL\nP1||Y\nP2|Y|"
    (found,) = run("check-ae-relation-missing", ADAE=table)
    assert (found.severity, found.column, found.patients) == (Severity.WARNING, "AREL", ("P2",))
    assert run("check-ae-relation-missing", ADAE="USUBJID|AEREL|AREL\nP1||Y\nP2|Y|N") == []


@pytest.mark.parametrize(
    ("rule", "column", "value", "severity"),
    [
        ("check-ae-term-missing", "AEDECOD", "RASH", Severity.WARNING),
        ("check-ae-start-missing", "ASTDT", "2024-01-01", Severity.WARNING),
        ("check-ae-ongoing", "AENDT", "2024-01-01", Severity.NOTE),
    ],
)
def test_gaps_are_counted(run, rule, column, value, severity):
    (found,) = run(rule, ADAE=f"USUBJID|{column}\nP1|{value}\nP2|\nP2|")
    assert (found.severity, found.column, found.patients) == (severity, column, ("P2",))
    assert found.count == 2
    assert run(rule, ADAE=f"USUBJID|{column}\nP1|{value}") == []


def test_an_export_without_any_start_date_is_said(run):
    (found,) = run("check-ae-start-missing", ADAE="USUBJID|AEDECOD\nP1|RASH\nP2|RASH")
    assert (found.patients, found.count) == (("P1", "P2"), 2)


def test_events_before_the_first_dose_are_counted(run):
    adsl = "USUBJID|TRTSDT\nP1|2024-02-01\nP2|"
    table = "USUBJID|ASTDT\nP1|2024-01-31\nP1|2024-02-01\nP2|2024-01-01"
    (found,) = run("check-ae-before-dose", ADSL=adsl, ADAE=table)
    assert (found.severity, found.patients) == (Severity.NOTE, ("P1",))
    assert found.sentence == "1 adverse event of 1 patient starts before the first dose."
    assert run("check-ae-before-dose", ADSL=adsl, ADAE="USUBJID|ASTDT\nP1|2024-02-01") == []


def test_an_emergence_flag_that_is_never_n_is_noted(run):
    (found,) = run("check-ae-emergent-never-n", ADAE="USUBJID|TRTEMFL\nP1|Y\nP2|")
    assert (found.severity, found.patients) == (Severity.NOTE, ("P2",))
    assert run("check-ae-emergent-never-n", ADAE="USUBJID|TRTEMFL\nP1|Y\nP2|\nP3|N") == []


ALIVE = "USUBJID|DTHFL|DTHDT\nP1|Y|2024-03-01\nP2|N|"


@pytest.mark.parametrize("event", ["P2|5|N|RECOVERED", "P2|3|Y|RECOVERED", "P2|3|N|FATAL"])
def test_a_fatal_event_of_someone_alive_is_an_error(run, event):
    table = f"USUBJID|AETOXGR|AESDTH|AEOUT\nP1|5|Y|FATAL\n{event}"
    (found,) = run("check-ae-fatal-alive", ADSL=ALIVE, ADAE=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2",))
    assert [p.line for p in found.places] == [3]
    clean = "USUBJID|AETOXGR|AESDTH|AEOUT\nP1|5|Y|FATAL\nP2|3|N|RECOVERED"
    assert run("check-ae-fatal-alive", ADSL=ALIVE, ADAE=clean) == []


def test_who_is_dead_must_be_known(run):
    assert run("check-ae-fatal-alive", ADSL="USUBJID\nP1", ADAE="USUBJID|AETOXGR\nP1|5") == []


def test_a_fatal_event_below_grade_5_is_an_error(run):
    table = "USUBJID|AETOXGR|AESDTH\nP1|5|Y\nP2|4|Y\nP3||Y\nP4|4|N"
    (found,) = run("check-ae-fatal-grade", ADAE=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2",))
    assert run("check-ae-fatal-grade", ADAE=table.replace("P2|4", "P2|5")) == []


@pytest.mark.parametrize("outcome", ["FATAL", "Fatal", "Death"])
def test_a_fatal_outcome_is_known_in_any_case(run, outcome):
    table = f"USUBJID|AETOXGR|AEOUT\nP1|4|{outcome}\nP2|4|RECOVERED/RESOLVED"
    (found,) = run("check-ae-fatal-grade", ADAE=table)
    assert found.patients == ("P1",)


def test_two_fatal_events_of_a_patient_are_a_warning(run):
    table = "USUBJID|AETOXGR\nP1|5\nP1|5\nP1|4\nP2|5"
    (found,) = run("check-ae-fatal-several", ADAE=table)
    assert (found.severity, found.count, found.patients) == (Severity.WARNING, 2, ("P1",))
    assert run("check-ae-fatal-several", ADAE="USUBJID|AETOXGR\nP1|5\nP1|4\nP2|5") == []
