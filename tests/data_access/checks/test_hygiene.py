"""Characters nobody sees, look-alikes, formulas and markup in cells."""

from __future__ import annotations

import pytest

from data_access.checks import run_checks
from data_access.findings import Place, Severity
from tests.data_access.checks.written import context_of, written

ADAE = "USUBJID | AEDECOD | AETERM\nP1 | NAUSEA | nausea\nP2 | {code} | {text}"


def adae(code: str = "RASH", text: str = "rash") -> str:
    return ADAE.format(code=code, text=text)


def only(findings, severity: Severity, column: str):
    (found,) = findings
    assert found.severity is severity
    assert (found.domain, found.column, found.patients) == ("ADAE", column, ("P2",))
    assert found.places == (Place("adae.csv", line=3, column=column),)
    return found


def test_a_zero_width_space_in_a_code_is_refused(run):
    found = only(
        run("check-hidden-character", ADAE=adae(code="RA\u200bSH")), Severity.REJECT, "AEDECOD"
    )
    assert found.sentence == (
        "AEDECOD holds a character nobody sees in 1 adverse event of 1 patient "
        '("RA<ZERO WIDTH SPACE>SH").'
    )
    assert run("check-hidden-character", ADAE=adae()) == []


def test_a_joiner_in_free_text_is_a_warning(run):
    only(run("check-hidden-character", ADAE=adae(text="م\u200cن")), Severity.WARNING, "AETERM")


def test_a_byte_order_mark_inside_usubjid_is_refused_without_naming_it(run):
    (found,) = run("check-hidden-character", ADSL="USUBJID | AGE\n\ufeffP1 | 50")
    assert found.severity is Severity.REJECT
    assert "P1" not in found.sentence


@pytest.mark.parametrize("column", ["code", "text"])
def test_reversed_text_is_refused_everywhere(run, column):
    name = {"code": "AEDECOD", "text": "AETERM"}[column]
    only(run("check-text-direction", ADAE=adae(**{column: "RASH\u202egpj"})), Severity.REJECT, name)
    assert run("check-text-direction", ADAE=adae(text="طفح جلدي")) == []


def test_control_characters_are_refused_in_codes_and_warned_of_in_text(run):
    only(run("check-control-character", ADAE=adae(code="RA\x07SH")), Severity.REJECT, "AEDECOD")
    only(run("check-control-character", ADAE=adae(text="ra\x07sh")), Severity.WARNING, "AETERM")
    assert run("check-control-character", ADAE=adae(text="rash\ton arm")) == []


def test_a_cyrillic_letter_in_a_latin_word_is_refused(run):
    found = only(
        run("check-lookalike-letter", ADAE=adae(code="NAUS\u0415A")), Severity.REJECT, "AEDECOD"
    )
    assert '"NAUS<CYRILLIC CAPITAL LETTER IE>A"' in found.sentence
    only(run("check-lookalike-letter", ADAE=adae(text="r\u0430sh")), Severity.WARNING, "AETERM")


def test_a_level_of_nothing_but_look_alikes_is_refused(run):
    adsl = "USUBJID | SEX\nP1 | M\nP2 | {}"
    (found,) = run("check-lookalike-letter", ADSL=adsl.format("\u041c"))
    assert found.patients == ("P2",)
    assert run("check-lookalike-letter", ADSL=adsl.format("M")) == []


@pytest.mark.parametrize(
    "text", ["IFN-γ rise", "TNFα", "β2-microglobulin", "μg", "発疹", "皮疹 rash", "сыпь", "Δ 5"]
)
def test_scripts_and_greek_letters_as_such_are_ordinary(run, text):
    assert run("check-lookalike-letter", ADAE=adae(code=text, text=text)) == []


@pytest.mark.parametrize(
    "cell", ["=1+1", "=HYPERLINK('x')", "@SUM(1)", "＝1", "-HYPERLINK(1)", "+IMPORTXML(1)"]
)
def test_a_formula_is_refused_in_codes_and_text(run, cell):
    only(run("check-formula", ADAE=adae(code=cell)), Severity.REJECT, "AEDECOD")
    only(run("check-formula", ADAE=adae(text=cell)), Severity.REJECT, "AETERM")


def test_a_call_of_another_program_is_refused():
    frame = written("USUBJID | AETERM\nP1 | x")
    frame["AETERM"] = "+cmd|' /C calc'!A0"
    findings = run_checks(context_of({"ADAE": frame}))
    assert [f.rule for f in findings if f.severity is Severity.REJECT] == ["check-formula"]


@pytest.mark.parametrize(
    "cell", ["-5", "+3", "- mild", "+ve culture", "-ve (blood)", "5 = high", "a@b", "<8", "++"]
)
def test_signs_in_ordinary_text_are_no_formula(run, cell):
    assert run("check-formula", ADAE=adae(code=cell, text=cell)) == []


@pytest.mark.parametrize("cell", ["<script>alert(1)</script>", "<img src=x>", "<b>rash</b>"])
def test_markup_is_noted_and_shown_as_text(run, cell):
    only(run("check-markup", ADAE=adae(text=cell)), Severity.NOTE, "AETERM")


@pytest.mark.parametrize("cell", ["<8", "ALT < 3 x ULN and > 1", "WBC <b"])
def test_comparison_signs_are_no_markup(run, cell):
    assert run("check-markup", ADAE=adae(text=cell)) == []


def test_an_id_no_id_is_as_long_as_is_refused_without_repeating_it(run):
    (found,) = run("check-key-long", ADSL=f"USUBJID|AGE\n{'X' * 201}|1\nP2|3")
    assert (found.severity, found.column, found.count) == (Severity.REJECT, "USUBJID", 1)
    assert (
        found.sentence == "USUBJID is longer than 200 characters in 1 patient record (up to 201)."
    )
    assert found.patients == ()
    assert run("check-key-long", ADSL=f"USUBJID|AGE\n{'X' * 200}|1") == []


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Grand total", "合计", "--- end of file ---"])
def test_a_line_of_totals_is_no_patient(run, word):
    (found,) = run("check-key-total", ADSL=f"USUBJID|AGE\nP1|50\n{word}|")
    assert (found.severity, found.column, found.count) == (Severity.REJECT, "USUBJID", 1)
    assert word in found.sentence


@pytest.mark.parametrize("key", ["SUM-001", "TOTAL-1", "EOF1", "COUNT2"])
def test_an_id_that_begins_like_a_total_is_a_patient(run, key):
    assert run("check-key-total", ADSL=f"USUBJID|AGE\n{key}|50") == []
