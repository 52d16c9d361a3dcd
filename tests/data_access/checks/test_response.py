"""What ADRS says of a response, and in which order."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from data_access.findings import Place, Severity
from data_access.study.model import AnalysisSet, Terms
from tests.data_access.checks.written import STUDY

HEAD = "USUBJID | PARAMCD | ADT | AVALC\n"


def adrs(*rows: str) -> str:
    return HEAD + "\n".join(rows)


@pytest.mark.parametrize("param", ["OVR", "BOR", "BESRSPI"])
def test_an_unknown_term_is_refused_with_the_line_that_explains_it(run, param):
    table = adrs("P1 | {0} | 2024-01-01 | PR", "P2 | {0} | 2024-01-01 | Partial").format(param)
    (found,) = run("check-response-unknown", ADRS=table)
    assert found.severity is Severity.REJECT
    assert (found.column, found.patients) == ("AVALC", ("P2",))
    assert found.places == (Place("adrs.csv", line=3, column="AVALC"),)
    assert '"Partial" is no response' in found.sentence
    assert '[terms.response]\n"Partial" = ' in found.remedy
    assert run("check-response-unknown", ADRS=table.replace("Partial", "SD")) == []


def test_every_term_has_a_finding_of_its_own(run):
    table = adrs("P1 | OVR | 2024-01-01 | iUPD", "P2 | OVR | 2024-01-01 | NED")
    assert [f.sentence[:6] for f in run("check-response-unknown", ADRS=table)] == [
        '"NED" ',
        '"iUPD"',
    ]


def test_the_line_to_write_is_valid_toml(run):
    (found,) = run("check-response-unknown", ADRS=adrs('P1 | BOR | 2024-01-01 | part"ial\\'))
    stated = tomllib.loads(found.remedy.partition(":\n")[2])
    assert stated == {"terms": {"response": {'part"ial\\': "..."}}}


def test_yes_and_no_parameters_hold_no_response(run):
    table = adrs("P1 | RSP | 2024-01-01 | Y", "P1 | OVR | 2024-01-01 | PR", "P1|MDIS||N")
    assert run("check-response-unknown", ADRS=table) == []


def test_a_parameter_named_in_study_toml_is_a_response_parameter(run):
    study = replace(STUDY, terms=Terms(paramcds={"CBOR": ("CBRSPI",)}))
    table = adrs("P1 | CBRSPI | 2024-01-01 | Y")
    assert run("check-response-unknown", ADRS=table) == []
    assert len(run("check-response-unknown", ADRS=table, study=study)) == 1


def test_a_response_record_that_says_nothing_is_an_error(run):
    table = adrs("P1 | OVR | 2024-01-01 | PR", "P2 | OVR | 2024-01-01 |")
    (found,) = run("check-response-missing", ADRS=table)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P2",))
    assert run("check-response-missing", ADRS=table + "NE") == []


@pytest.mark.parametrize(
    ("origin", "column"),
    [("first_dose", "TRTSDT"), ("enrolment", "ENRLDT"), ("randomisation", "RANDDT")],
)
def test_a_response_before_the_start_is_an_error(run, origin, column):
    adsl = f"USUBJID | {column}\nP1 | 2024-02-01"
    rows = ["P1 | OVR | 2024-01-31 | SD", "P1 | OVR | 2024-01-31 | NE", "P1|OVR|2024-02-01|SD"]
    study = replace(STUDY, origin=origin)
    (found,) = run("check-response-before-start", ADSL=adsl, ADRS=adrs(*rows), study=study)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert [p.line for p in found.places] == [2]
    assert f"({column})" in found.sentence
    clean = adrs(*rows[1:])
    assert run("check-response-before-start", ADSL=adsl, ADRS=clean, study=study) == []


@pytest.mark.parametrize("better", ["CR", "PR", "SD"])
def test_a_better_response_after_progression_is_an_error(run, better):
    rows = ["P1|OVR|2024-02-01|PD", "P1|OVR|2024-03-01|" + better, "P2|OVR|2024-02-01|PD"]
    (found,) = run("check-response-after-progression", ADRS=adrs(*rows))
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert found.places == (Place("adrs.csv", line=3, column="AVALC"),)
    assert f"(1 {better})" in found.sentence
    assert run("check-response-after-progression", ADRS=adrs(rows[0], rows[2])) == []


@pytest.mark.parametrize("after", ["PD", "NE", "MISSING"])
def test_progression_may_be_repeated_or_followed_by_nothing(run, after):
    rows = ["P1|OVR|2024-02-01|PD", "P1|OVR|2024-03-01|" + after]
    assert run("check-response-after-progression", ADRS=adrs(*rows)) == []


def test_a_new_baseline_opens_a_new_series(run):
    rows = ["P1|OVR|2024-02-01|PD", "P1|OVR|2024-04-01|PR"]
    adtr = "USUBJID | PARAMCD | ADT | ABLFL\nP1 | SDIAM | 2024-02-15 | Y"
    assert run("check-response-after-progression", ADRS=adrs(*rows), ADTR=adtr) == []
    old = adtr.replace("2024-02-15", "2024-01-15")
    assert len(run("check-response-after-progression", ADRS=adrs(*rows), ADTR=old)) == 1


def test_another_evaluator_may_see_no_progression(run):
    table = (
        "USUBJID|PARAMCD|ADT|RSEVAL|AVALC\n"
        "P1|OVR|2024-02-01|INVESTIGATOR|PD\nP1|OVR|2024-03-01|CENTRAL|SD"
    )
    assert run("check-response-after-progression", ADRS=table) == []


def test_two_different_best_responses_are_an_error(run):
    rows = ["P1|BOR|2024-02-01|PR", "P1|BOR|2024-03-01|SD", "P2|BOR|2024-02-01|PR"]
    (found,) = run("check-best-response-several", ADRS=adrs(*rows))
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert [p.line for p in found.places] == [2, 3]
    clean = adrs(rows[0], rows[1].replace("BOR", "CBOR"), rows[2])
    assert run("check-best-response-several", ADRS=clean) == []


def test_a_responder_outside_the_efficacy_set_is_an_error(run):
    adsl = "USUBJID | EFFFL\nP1 | Y\nP2 | N\nP3 |\nP4 | N"
    rows = [f"P{i}|BOR|2024-02-01|{t}" for i, t in ((1, "PR"), (2, "CR"), (3, "PR"), (4, "SD"))]
    (found,) = run("check-responder-outside-set", ADSL=adsl, ADRS=adrs(*rows))
    assert found.severity is Severity.ERROR
    assert (found.column, found.patients) == ("EFFFL", ("P2", "P3"))
    inside = adsl.replace("P2 | N", "P2 | Y").replace("P3 |", "P3 | Y")
    assert run("check-responder-outside-set", ADSL=inside, ADRS=adrs(*rows)) == []


def test_the_set_that_study_toml_names_decides(run):
    adsl = "USUBJID | EFFFL | POP\nP1 | N | in"
    study = replace(STUDY, sets=(AnalysisSet("evaluable", "Evaluable", "POP", ("in",)),))
    rows = adrs("P1 | BOR | 2024-02-01 | PR")
    assert run("check-responder-outside-set", ADSL=adsl, ADRS=rows, study=study) == []


def test_one_code_for_two_responses_is_noted(run):
    table = "USUBJID|PARAMCD|AVALC|AVAL\nP1|OVR|PD|4\nP2|BOR|NON-CR/NON-PD|4\nP3|OVR|CR|1"
    (found,) = run("check-response-code", ADRS=table)
    assert (found.severity, found.patients) == (Severity.NOTE, ("P1", "P2"))
    assert found.sentence.endswith('4 is "NON-CR/NON-PD" and "PD".')
    clean = "USUBJID|PARAMCD|AVALC|AVAL\nP1|OVR|PD|5\nP2|BOR|NON-CR/NON-PD|4\nP3|OVR|CR|1"
    assert run("check-response-code", ADRS=clean) == []


def test_assessments_without_date_are_errors_and_progressions_are_told_apart(run):
    table = (
        "USUBJID|PARAMCD|AVALC|ADT\nP1|OVR|PR|2024-01-05\nP1|OVR|PD|\nP2|OVR|SD|\nP2|BOR|PR|\n"
        "P3|OVR|MISSING|"
    )
    progressions, others = run("check-response-undated", ADRS=table)
    assert {progressions.severity, others.severity} == {Severity.ERROR}
    assert progressions.patients == ("P1",)
    assert progressions.sentence == (
        "1 progression of 1 patient has no date (AVALC is PD, ADT is empty) and is no event of PFS."
    )
    assert others.patients == ("P2",)
    clean = table.replace("PD|", "PD|2024-03-05").replace("SD|", "SD|2024-03-05")
    assert run("check-response-undated", ADRS=clean) == []


def test_an_export_without_adt_has_no_dated_assessment(run):
    (found,) = run("check-response-undated", ADRS="USUBJID|PARAMCD|AVALC\nP1|OVR|PR")
    assert found.patients == ("P1",)


def test_an_irecist_term_of_one_meaning_is_proposed_and_another_left_open(run):
    table = adrs("P1 | BOR | 2024-01-01 | iPR\nP2 | BOR | 2024-01-01 | iUPD")
    partial, unconfirmed = run("check-response-unknown", ADRS=table)
    assert partial.remedy.endswith('[terms.response]\n"iPR" = "PR"')
    assert unconfirmed.remedy.endswith('[terms.response]\n"iUPD" = "..."')
