"""Measurements over time: changes, baselines, visits, units."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.findings import Place, Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY


@pytest.mark.parametrize("domain", ["ADTR", "ADLB", "ADIM"])
def test_a_change_below_minus_100_percent_is_an_error(run, domain):
    table = "USUBJID | PARAMCD | AVAL | PCHG\nP1 | X | 0 | -100\nP2 | X | 1 | -120"
    (found,) = run("check-change-below-minus-100", **{domain: table})
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "PCHG", ("P2",))
    assert found.places == (Place(f"{domain.lower()}.csv", line=3, column="PCHG"),)
    assert "lowest -120.0" in found.sentence
    assert run("check-change-below-minus-100", **{domain: table.replace("-120", "-20")}) == []


def test_below_zero_such_a_change_is_possible(run):
    table = "USUBJID | PARAMCD | AVAL | BASE | PCHG\nP1 | BE | -4 | 2 | -300"
    assert run("check-change-below-minus-100", ADLB=table) == []


def test_a_baseline_sum_of_zero_is_an_error(run):
    table = "USUBJID|PARAMCD|ABLFL|AVAL|BASE\nP1|SDIAM|Y|40|40\nP2|SDIAM|Y|0|\nP3|SDIAM||10|0"
    (found,) = run("check-baseline-zero", ADTR=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2", "P3"))
    assert run("check-baseline-zero", ADTR="USUBJID|PARAMCD|ABLFL|AVAL\nP1|SDIAM|Y|40") == []


def test_a_sum_of_zero_after_baseline_is_a_complete_response(run):
    assert run("check-baseline-zero", ADTR="USUBJID|PARAMCD|ABLFL|AVAL|BASE\nP1|SDIAM||0|40") == []


def test_a_sum_is_known_by_study_toml_or_by_its_words(run):
    table = "USUBJID|PARAMCD|PARAM|ABLFL|AVAL\nP1|TL9|{}|Y|0"
    named = replace(STUDY, terms=Terms(paramcds={"TARGET_SUM": ("TL9",)}))
    assert run("check-baseline-zero", ADTR=table.format("Lesions")) == []
    assert len(run("check-baseline-zero", ADTR=table.format("Lesions"), study=named)) == 1
    assert len(run("check-baseline-zero", ADTR=table.format("Sum of diameters"))) == 1


def test_a_change_dated_before_the_start_is_an_error(run):
    adsl = "USUBJID | TRTSDT\nP1 | 2024-02-01"
    table = (
        "USUBJID|PARAMCD|ADT|ABLFL|PCHG\n"
        "P1|SDIAM|2024-01-20|Y|0\nP1|SDIAM|2024-01-25||-10\nP1|SDIAM|2024-03-01||-20"
    )
    (found,) = run("check-change-before-start", ADSL=adsl, ADTR=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert [p.line for p in found.places] == [3]
    assert run("check-change-before-start", ADSL=adsl, ADTR=table.replace("01-25", "02-25")) == []


def test_visits_out_of_order_are_counted(run):
    table = (
        "USUBJID|PARAMCD|AVISITN|ADT\nP1|SDIAM|1|2024-02-01\nP1|SDIAM|2|2024-01-15\n"
        "P1|SDIAM|3|2024-03-01\nP2|SDIAM|1|2024-02-01\nP2|SDIAM|1|2024-01-01"
    )
    (found,) = run("check-visit-order", ADTR=table)
    assert (found.severity, found.count, found.patients) == (Severity.WARNING, 1, ("P1",))
    assert [p.line for p in found.places] == [3]
    assert run("check-visit-order", ADTR=table.replace("01-15", "02-15")) == []


def test_one_number_for_two_visits_is_noted(run):
    table = "USUBJID|PARAMCD|AVISIT|AVISITN\nP1|OVR|END|999\nP1|OVR|FOLLOW UP|999\nP1|OVR|W1|1"
    (found,) = run("check-visit-number", ADRS=table)
    assert found.severity is Severity.NOTE
    assert found.sentence == 'AVISITN 999 is "END" and "FOLLOW UP".'
    assert run("check-visit-number", ADRS=table.replace("UP|999", "UP|998")) == []


def test_a_baseline_without_value_is_a_warning(run):
    table = "USUBJID|PARAMCD|ABLFL|AVAL\nP1|SDIAM|Y|40\nP2|SDIAM|Y|\nP2|SDIAM||"
    (found,) = run("check-baseline-empty", ADTR=table)
    assert (found.severity, found.count, found.patients) == (Severity.WARNING, 1, ("P2",))
    assert run("check-baseline-empty", ADTR=table.replace("Y|\n", "Y|1\n")) == []


def test_derived_copies_are_noted(run):
    table = "USUBJID|PARAMCD|DTYPE|AVAL\nP1|SDIAM||40\nP1|SDIAM|MINIMUM|20"
    (found,) = run("check-derived-records", ADTR=table)
    assert (found.severity, found.count) == (Severity.NOTE, 1)
    assert '(DTYPE "MINIMUM")' in found.sentence
    assert run("check-derived-records", ADTR="USUBJID|PARAMCD|DTYPE\nP1|SDIAM|") == []


@pytest.mark.parametrize("column", ["AVALU", "TRSTRESU"])
def test_sizes_in_mm_and_cm_are_an_error(run, column):
    table = f"USUBJID|PARAMCD|{column}|AVAL\nP1|SDIAM|mm|40\nP2|SDIAM|cm|4\nP3|SDIAM|mm|30"
    (found,) = run("check-size-units", ADTR=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, column, ("P2",))
    assert found.sentence == f"Tumour sizes are given 2 in mm, 1 in cm ({column})."
    assert run("check-size-units", ADTR=table.replace("cm|4", "mm|40")) == []


def test_other_quantities_of_adtr_keep_their_units(run):
    table = "USUBJID|PARAMCD|AVALU|AVAL\nP1|SDIAM|mm|40\nP1|NLES|lesions|4\nP1|VOL|mm3|30"
    assert run("check-size-units", ADTR=table) == []


def test_sums_without_unit_are_noted(run):
    (found,) = run("check-size-unit-missing", ADTR="USUBJID|PARAMCD|AVAL\nP1|SDIAM|40")
    assert found.severity is Severity.NOTE
    assert found.sentence == "1 sum of 1 patient has no unit."
    with_unit = "USUBJID|PARAMCD|AVAL|AVALU\nP1|SDIAM|40|mm"
    assert run("check-size-unit-missing", ADTR=with_unit) == []


def test_two_units_of_one_parameter_are_an_error(run):
    table = "USUBJID|PARAMCD|AVALU|AVAL\nP1|CRP|mg/L|4\nP2|CRP|mg/dL|1\nP3|CRP|mg/L|5\nP1|ALT|U/L|9"
    (found,) = run("check-units-mixed", ADLB=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "AVALU", ("P2",))
    assert found.sentence == "CRP is given 2 in mg/L, 1 in mg/dL."
    assert run("check-units-mixed", ADLB=table.replace("mg/dL", "mg/L")) == []


def test_spellings_of_a_unit_may_be_mapped(run):
    table = "USUBJID|PARAMCD|AVALU|AVAL\nP1|NEUT|10^9/L|4\nP2|NEUT|G/L|1"
    mapped = replace(STUDY, terms=Terms(units={"G/L": "10^9/L"}))
    assert len(run("check-units-mixed", ADLB=table)) == 1
    assert run("check-units-mixed", ADLB=table, study=mapped) == []


def test_values_without_unit_are_a_warning(run):
    (found,) = run(
        "check-unit-missing", ADLB="USUBJID|PARAMCD|AVALU|AVAL\nP1|CRP||4\nP2|CRP|mg/L|4"
    )
    assert (found.severity, found.patients) == (Severity.WARNING, ("P1",))
    assert run("check-unit-missing", ADLB="USUBJID|PARAMCD|AVALU|AVAL\nP1|CRP|mg/L|4") == []
    assert len(run("check-unit-missing", ADIM="USUBJID|PARAMCD|AVAL\nP1|CD4|4")) == 1


def test_a_share_beyond_its_whole_and_a_negative_count_cannot_be(run):
    (found,) = run(
        "check-biomarker-impossible",
        ADIM="USUBJID|PARAMCD|AVALU|AVAL\nP1|CD8|%|-5\nP2|CD8|%|140\nP3|CD8|%|100\nP4|CD8A|cells/uL|-1",
    )
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1", "P2", "P4"))
    assert '("CD8" and "CD8A": -5 to 140)' in found.sentence
    fine = (
        "USUBJID|PARAMCD|AVALU|AVAL\nP1|PCHG|% change|-40\nP2|LOGC|log10 cells/uL|-1\nP3|Z|score|-2"
    )
    assert run("check-biomarker-impossible", ADTB=fine) == []
