"""One study, the right site, the planned arm."""

from __future__ import annotations

from data_access.findings import Severity


def test_two_studies_in_one_export_are_an_error(run):
    table = "USUBJID | STUDYID\nP1 | A\nP2 | A\nP3 | B"
    (found,) = run("check-study-mixed", ADSL=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "STUDYID", ("P3",))
    assert [p.line for p in found.places] == [4]
    assert run("check-study-mixed", ADSL=table.replace("B", "A")) == []


def sites(*rows: str) -> str:
    return "\n".join(["USUBJID | SITEID", *rows])


def test_a_site_unlike_the_one_in_usubjid_is_an_error(run):
    good = [f"S1-01-{i:03d} | 01" for i in range(5)]
    (found,) = run("check-site-usubjid", ADSL=sites(*good, "S1-01-099 | 02"))
    assert (found.severity, found.column) == (Severity.ERROR, "SITEID")
    assert found.patients == ("S1-01-099",)
    assert [p.line for p in found.places] == [7]
    assert run("check-site-usubjid", ADSL=sites(*good, "S1-02-099 | 02")) == []


def test_site_1_is_not_found_in_site_11(run):
    good = [f"S1-1-{i:03d} | 1" for i in range(5)]
    (found,) = run("check-site-usubjid", ADSL=sites(*good, "S1-11-099 | 1"))
    assert found.patients == ("S1-11-099",)


def test_usubjid_without_a_site_says_nothing(run):
    assert run("check-site-usubjid", ADSL=sites("P1 | 01", "P2 | 02", "P3 | 01")) == []


def test_an_arm_other_than_planned_is_noted(run):
    table = "USUBJID | ARM | ACTARM\nP1 | A | A\nP2 | A | B"
    (found,) = run("check-arm-actual", ADSL=table)
    assert (found.severity, found.patients) == (Severity.NOTE, ("P2",))
    assert run("check-arm-actual", ADSL=table.replace("| B", "| A")) == []
