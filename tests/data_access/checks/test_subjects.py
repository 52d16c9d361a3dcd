"""Who is treated, whose set is empty, and which parameters nothing is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard import analysis
from dashboard.metrics import populations, recist, response_rates, tumour
from data_access.checks import params, subjects
from data_access.findings import Severity
from data_access.study.model import AnalysisSet, Terms
from tests.data_access.checks.written import STUDY


def test_a_safety_patient_without_a_start_is_a_warning(run):
    table = "USUBJID|SAFFL|TRTSDT\nP1|Y|2024-01-05\nP2|Y|\nP3|N|"
    (found,) = run("check-safety-untreated", ADSL=table)
    assert (found.severity, found.column, found.patients) == (Severity.WARNING, "TRTSDT", ("P2",))
    assert found.sentence == "1 patient is in the safety set (SAFFL is Y) without TRTSDT."
    assert run("check-safety-untreated", ADSL=table.replace("P2|Y", "P2|N")) == []
    assert run("check-safety-untreated", ADSL="USUBJID|SAFFL\nP1|Y") == []


@pytest.mark.parametrize("flag", ["SAFFL", "ENRLFL", "FASFL", "RESPEVFL"])
def test_a_flag_that_leaves_nobody_is_a_warning(run, flag):
    table = f"USUBJID|{flag}\nP1|N\nP2|N"
    (found,) = run("check-set-empty", ADSL=table)
    assert (found.severity, found.column, found.count) == (Severity.WARNING, flag, 2)
    assert run("check-set-empty", ADSL=table.replace("P2|N", "P2|Y")) == []
    id_ = {"SAFFL": "safety", "ENRLFL": "enrolled", "FASFL": "full", "RESPEVFL": "evaluable"}[flag]
    (empty,) = run("check-set-empty", ADSL=f"USUBJID|{flag}\nP1|\nP2|")
    assert empty.sentence == (
        f"{flag} is empty for all 2 patients, so it does not decide who is in the {id_} set."
    )
    study = replace(STUDY, sets=(AnalysisSet(id_, id_, "TRTFL"),))
    assert run("check-set-empty", ADSL=table, study=study) == []


def test_parameters_that_no_result_is_made_of_are_a_warning(run):
    adrs = "USUBJID|PARAMCD|AVALC\nP2|RESPV|CR\nP2|RESPV|PR\nP2|LESN|Y"
    (found,) = run("check-paramcd-unused", ADRS=adrs)
    assert (found.severity, found.domain) == (Severity.WARNING, "ADRS")
    assert found.sentence == (
        "No PARAMCD of ADRS is known to be a response; it holds RESPV (2), LESN (1)."
    )
    assert found.remedy.endswith('[terms.paramcds]\nOVR = "RESPV"')
    assert run("check-paramcd-unused", ADRS=adrs.replace("LESN", "BOR")) == []
    mapped = replace(STUDY, terms=Terms(paramcds={"OVR": ("RESPV",)}))
    assert run("check-paramcd-unused", ADRS=adrs, study=mapped) == []


@pytest.mark.parametrize(
    ("param", "line"),
    [
        ("Best Overall Response", 'BOR = "RESPV"'),
        ("Confirmed Best Overall Response", 'CBOR = "RESPV"'),
        ("Overall Response by IRC", 'OVR = "RESPV"'),
        ("", 'BOR = "RESPV"'),  # one record a patient is no response at a visit
    ],
)
def test_the_line_proposed_is_the_one_the_label_means(run, param, line):
    adrs = f"USUBJID|PARAMCD|PARAM|AVALC\nP1|RESPV|{param}|CR\nP2|RESPV|{param}|PR"
    (found,) = run("check-paramcd-unused", ADRS=adrs)
    assert found.remedy.endswith(f"[terms.paramcds]\n{line}")


def test_measurements_without_a_sum_of_target_lesions_are_a_warning(run):
    lesions = (
        "USUBJID|PARAMCD|PARAM|AVAL\nP1|LDIAM|Longest diameter|12\nP1|LDIAM|Longest diameter|9"
    )
    (found,) = run("check-paramcd-unused", ADTR=lesions)
    assert found.sentence == (
        "No PARAMCD of ADTR is known to be a sum of target lesions; it holds LDIAM (2)."
    )
    assert found.remedy.endswith('TARGET_SUM = "..."')  # never the lesions for their sum
    (found,) = run("check-paramcd-unused", ADTR=lesions.replace("Longest", "Sum of longest"))
    assert found.remedy.endswith('TARGET_SUM = "LDIAM"')
    for code in ("SLD", "SUMDIAM"):
        assert run("check-paramcd-unused", ADTR=lesions.replace("LDIAM", code)) == []


def test_the_usual_names_are_those_the_metrics_read():
    usual = params.USUAL
    assert usual["OVR"] == recist.OVERALL_PARAMCDS
    assert usual["CBOR"] == response_rates.CBOR_PARAMCDS
    assert usual["TARGET_SUM"] == tumour.SUM_PARAMCDS
    assert {k: usual[k] for k in analysis.USUAL_PARAMCDS} == analysis.USUAL_PARAMCDS


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("USUBJID|ITTFL\nP1|Y\nP2|N", "The enrolled set is the 1 patient of 2 with ITTFL = Y."),
        ("USUBJID|RANDFL|ENRLFL\nP1|Y|\nP2|Y|", "2 patients of 2 with RANDFL = Y."),
        ("USUBJID|ARM\nP1|A\nP2|Screen Failure", "every patient but screen failures"),
    ],
)
def test_who_is_enrolled_by_default_is_said(run, table, said):
    (found,) = run("check-set-enrolled", ADSL=table)
    assert found.severity is Severity.NOTE
    assert said in found.sentence


def test_a_flag_or_a_stated_set_needs_no_word(run):
    assert run("check-set-enrolled", ADSL="USUBJID|ENRLFL|ITTFL\nP1|Y|Y") == []
    stated = replace(STUDY, sets=(AnalysisSet("enrolled", "Enrolled", "ITTFL"),))
    assert run("check-set-enrolled", ADSL="USUBJID|ITTFL\nP1|Y", study=stated) == []


def test_the_flags_are_those_of_the_metrics():
    assert subjects.ENROLLED_FLAGS == populations.ENROLLED_FLAGS


def test_times_that_are_none_of_the_usual_are_a_warning(run):
    adtte = "USUBJID|PARAMCD|AVAL|CNSR\nP1|TTFST|10|0\nP2|TTFST|12|1"
    (found,) = run("check-paramcd-unused", ADTTE=adtte)
    assert "PFS, OS or DOR; it holds TTFST (2)." in found.sentence
    assert run("check-paramcd-unused", ADTTE=adtte + "\nP1|OS|3|1") == []
