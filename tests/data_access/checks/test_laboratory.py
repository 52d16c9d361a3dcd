"""Reference ranges, baselines and slips of unit."""

from __future__ import annotations

import pytest

from data_access.findings import Severity


@pytest.mark.parametrize(
    ("said", "value"), [("LOW", "5"), ("HIGH", "10"), ("NORMAL", "4.9"), ("NORMAL", "11")]
)
def test_an_indicator_against_its_own_range_is_a_warning(run, said, value):
    head = "USUBJID|PARAMCD|AVAL|ANRLO|ANRHI|ANRIND\nP1|ALT|7|5|10|NORMAL\n"
    (found,) = run("check-range-indicator", ADLB=f"{head}P2|ALT|{value}|5|10|{said}")
    assert (found.severity, found.column, found.patients) == (Severity.WARNING, "ANRIND", ("P2",))
    assert [p.line for p in found.places] == [3]
    clean = (
        f"{head}P2|ALT|4|5|10|LOW\nP3|ALT|11|5|10|HIGH HIGH\nP4|ALT|3||10|NORMAL\nP5|ALT|3|5|10|"
    )
    assert run("check-range-indicator", ADLB=clean) == []


def test_patients_without_a_baseline_are_counted_by_parameter(run):
    table = (
        "USUBJID|PARAMCD|AVAL|BASE|ABLFL\nP1|ALT|7||Y\nP1|ALT|8|7|\nP2|ALT|9||\nP3|ALT|9|8|\n"
        "P1|CRP|3||"
    )
    (found,) = run("check-baseline-missing", ADLB=table)
    assert (found.severity, found.patients) == (Severity.WARNING, ("P1", "P2"))
    assert found.sentence == "2 patients have values without a baseline (ALT 1, CRP 1)."
    clean = "USUBJID|PARAMCD|AVAL|BASE|ABLFL\nP1|ALT|7||Y\nP1|ALT|8||"
    assert run("check-baseline-missing", ADLB=clean) == []


def test_a_value_a_thousand_times_the_others_is_an_error(run):
    table = "USUBJID|PARAMCD|AVAL\nP1|ALB|41\nP1|ALB|0.039\nP1|ALB|40\nP2|ALB|38"
    (found,) = run("check-unit-slip", ADLB=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "AVAL", ("P1",))
    assert [p.line for p in found.places] == [3]
    assert run("check-unit-slip", ADLB=table.replace("0.039", "39")) == []


def test_of_two_values_the_later_is_named(run):
    table = "USUBJID|PARAMCD|ADT|AVAL\nP1|ALB|2024-02-01|41000\nP1|ALB|2024-01-01|40"
    (found,) = run("check-unit-slip", ADLB=table)
    assert [p.line for p in found.places] == [2]


@pytest.mark.parametrize("value", ["4", "400", "400000"])
def test_tenfold_changes_are_no_slip_of_unit(run, value):
    table = f"USUBJID|PARAMCD|AVAL\nP1|CRP|41\nP1|CRP|{value}\nP1|CRP|40"
    assert run("check-unit-slip", ADLB=table) == []
