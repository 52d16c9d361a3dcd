"""What changed since the previous cut. Cut-offs: 2024-03-31, then 2024-06-30."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from data_access.findings import Severity
from data_access.study.model import BackboneGroup, Backbones
from tests.data_access.checks.written import STUDY

ADSL = "USUBJID | SITEID | SEX | ARM | TRTSDT\n"
P1 = "P1 | 01 | F | A | 2024-01-01\n"
P2 = "P2 | 02 | F | B | 2024-02-01\n"


def test_a_cut_before_the_previous_one_is_an_error(run):
    now = {"ADSL": ADSL + P1, "previous": {"ADSL": ADSL + P1}}
    (found,) = run("check-cut-order", **now, previous_date=date(2024, 7, 1))
    assert found.severity is Severity.ERROR
    assert found.sentence.endswith("before that of the previous cut, 2024-07-01.")
    assert run("check-cut-order", **now, previous_date=date(2024, 6, 30)) == []
    assert run("check-cut-order", ADSL=ADSL + P1) == []


def test_a_second_cut_of_one_day_is_noted(run):
    now = {"ADSL": ADSL + P1, "previous": {"ADSL": ADSL + P1}}
    (found,) = run("check-cut-same-day", **now, previous_date=date(2024, 6, 30))
    assert found.severity is Severity.NOTE
    assert run("check-cut-same-day", **now) == []


def test_a_patient_who_vanished_is_an_error(run):
    (found,) = run("check-patient-vanished", ADSL=ADSL + P1, previous={"ADSL": ADSL + P1 + P2})
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2",))
    assert found.sentence == "1 patient of the previous cut is not in ADSL any more."
    both = ADSL + P1 + P2
    assert run("check-patient-vanished", ADSL=both, previous={"ADSL": ADSL + P1}) == []


def test_falling_enrolment_is_an_error(run):
    (found,) = run("check-enrolment-fell", ADSL=ADSL + P1, previous={"ADSL": ADSL + P1 + P2})
    assert (found.severity, found.count) == (Severity.ERROR, 1)
    replaced = ADSL + P1 + P2.replace("P2", "P3")
    assert run("check-enrolment-fell", ADSL=replaced, previous={"ADSL": ADSL + P1 + P2}) == []


def test_events_that_went_away_are_an_error_per_endpoint(run):
    then = "USUBJID|PARAMCD|CNSR\nP1|OS|0\nP2|OS|0\nP1|PFS|0"
    now = "USUBJID|PARAMCD|CNSR\nP1|OS|0\nP2|OS|1\nP1|PFS|0\nP2|PFS|0"
    (found,) = run("check-events-fewer", ADTTE=now, previous={"ADTTE": then})
    assert (found.severity, found.domain, found.patients) == (Severity.ERROR, "ADTTE", ("P2",))
    assert found.sentence == "OS has 1 event; the previous cut had 2."
    assert run("check-events-fewer", ADTTE=then, previous={"ADTTE": then}) == []


def test_fewer_adverse_events_are_an_error(run):
    then = "USUBJID|AESEQ\nP1|1\nP1|2\nP2|1"
    now = "USUBJID|AESEQ\nP1|1\nP2|1"
    (found,) = run("check-events-fewer", ADAE=now, previous={"ADAE": then})
    assert (found.domain, found.count, found.patients) == ("ADAE", 1, ("P1",))
    assert run("check-events-fewer", ADAE=then, previous={"ADAE": now}) == []


def test_a_domain_that_is_gone_has_no_events(run):
    then = {
        "ADSL": ADSL + P1,
        "ADAE": "USUBJID|AESEQ\nP1|1",
        "ADTTE": "USUBJID|PARAMCD|CNSR\nP1|OS|0",
    }
    found = run("check-events-fewer", ADSL=ADSL + P1, previous=then)
    assert [(f.domain, f.count, f.patients) for f in found] == [
        ("ADAE", 1, ("P1",)),
        ("ADTTE", 1, ("P1",)),
    ]


@pytest.mark.parametrize(
    ("rule", "column", "was", "is_"),
    [
        ("check-group-changed", "ARM", "B", "A"),
        ("check-group-changed", "ACTARM", "B", "A"),
        ("check-site-changed", "SITEID", "02", "01"),
        ("check-baseline-changed", "SEX", "F", "M"),
        ("check-baseline-changed", "TRTSDT", "2024-02-01", "2024-02-02"),
        ("check-baseline-changed", "TRTSDT", "2024-02-01", ""),
    ],
)
def test_what_is_fixed_must_not_change(run, rule, column, was, is_):
    head = f"USUBJID | {column}\nP1 | {was}\n"
    then, now = f"{head}P2 | {was}", f"{head}P2 | {is_}\nP3 | {is_}"
    (found,) = run(rule, ADSL=now, previous={"ADSL": then})
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, column, ("P2",))
    assert [p.line for p in found.places] == [3]
    assert found.sentence == f"{column} of 1 patient differs from the previous cut."
    assert run(rule, ADSL=now, previous={"ADSL": now}) == []


def test_a_value_that_became_known_is_no_change(run):
    then, now = "USUBJID | TRTSDT\nP1 |", "USUBJID | TRTSDT\nP1 | 2024-01-01"
    assert run("check-baseline-changed", ADSL=now, previous={"ADSL": then}) == []


def test_the_backbone_column_of_the_study_is_a_group(run):
    groups = (BackboneGroup("tax", "Taxane", ("Paclitaxel",)),)
    study = replace(STUDY, backbones=Backbones("CHEMO", groups))
    then, now = "USUBJID | CHEMO\nP1 | Paclitaxel", "USUBJID | CHEMO\nP1 | Eribulin"
    (found,) = run("check-group-changed", ADSL=now, previous={"ADSL": then}, study=study)
    assert found.column == "CHEMO"


def test_fewer_records_of_a_domain_are_a_warning(run):
    then = {"ADSL": ADSL + P1, "ADLB": "USUBJID|PARAMCD\nP1|ALT\nP1|AST"}
    (found,) = run(
        "check-records-fewer", ADSL=ADSL + P1, ADLB="USUBJID|PARAMCD\nP1|ALT", previous=then
    )
    assert (found.severity, found.domain, found.count) == (Severity.WARNING, "ADLB", 1)
    assert found.sentence == "ADLB has 1 laboratory record; the previous cut had 2."
    (found,) = run("check-records-fewer", ADSL=ADSL + P1, previous=then)
    assert found.count == 2
    assert run("check-records-fewer", ADSL=ADSL + P1, ADLB=then["ADLB"], previous=then) == []
