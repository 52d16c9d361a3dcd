"""What may identify a person in free text and in USUBJID."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.checks import run_checks
from data_access.findings import Place, Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY, context_of, written

REVEALING = [
    ("rash, mailed jane.doe@example.org", "an e-mail address", "jane"),
    ("phoned +49 89 123 4567", "a telephone number", "123"),
    ("call 13812345678", "a telephone number", "1381"),
    ("fell, DOB 1970-03-01", "a date of birth", "1970"),
    ("seen by Dr. Weber", "the name of a person", "Weber"),
    ("Mrs Smith reports rash", "the name of a person", "Smith"),
    ("id 11010519900307123X", "a national id number", "1101"),
    ("SSN 123-45-6789", "a social security number", "6789"),
    ("MRN 00412345", "a record or passport number", "0041"),
    ("住院号:A123456", "a record or passport number", "A12"),
    ("患者姓名:王小明", "the name of a person", "王"),
    ("see https://example.org/case/7", "a web address", "example"),
]


@pytest.mark.parametrize(("text", "what", "secret"), REVEALING)
def test_what_identifies_a_person_is_an_error_that_repeats_nothing(run, text, what, secret):
    (found,) = run("check-free-text-identifier", ADAE=f"USUBJID | AETERM\nP1 | rash\nP2 | {text}")
    assert found.severity is Severity.ERROR
    assert (found.column, found.patients) == ("AETERM", ("P2",))
    assert found.places == (Place("adae.csv", line=3, column="AETERM"),)
    assert what in found.sentence
    assert secret not in found.sentence + found.remedy


@pytest.mark.parametrize(
    "text",
    [
        "rash", "ALT 123 U/L", "2024-01-02 to 2024-02-03", "grade 3, 12.5 mg", "born to worry",
        "ms of QT: 480", "drug A 100-200-300 mg", "Miss dose", "DR. ordered scan", "x10^9/L",
        "C.1.1.1.3/B.2.2.3.1 AESI", "3+4", "MR elastography", "发疹", "ECOG 0 (was 1)",
    ],
)  # fmt: skip
def test_clinical_text_is_left_alone(run, text):
    assert run("check-free-text-identifier", ADAE=f"USUBJID | AETERM\nP1 | {text}") == []


@pytest.mark.parametrize(
    "id_",
    ["jane.doe@example.org", "Jane Doe", "Doe, Jane", "王小明", "+49 89 123456", "13812345678",
     "11010519900307123X"],
)  # fmt: skip
def test_usubjid_that_identifies_is_refused_and_nothing_else_is_said(run, id_):
    table = f"USUBJID | AGE\nS-01 | -999\n{id_} | 50"
    (found,) = run_checks(context_of({"ADSL": written(table)}))
    assert found.rule == "check-identifier-key"
    assert found.severity is Severity.REJECT
    assert found.patients == ()
    assert found.places == (Place("adsl.csv", line=3, column="USUBJID"),)
    assert id_ not in found.sentence
    assert run("check-identifier-key", ADSL="USUBJID | AGE\nS-01 | 50") == []


@pytest.mark.parametrize(
    "ids",
    [
        ("01-701-1015", "AB12345-BRA-1-id-134"),
        ("17010101001", "17010101002"),
        ("101-02-0034", "103-01-0007"),
        ("S-01", "S-02"),
        ("MB-0000", "Screen 12"),
    ],
)
def test_subject_numbers_are_not_taken_for_people(run, ids):
    table = "USUBJID | AGE\n" + "\n".join(f"{i} | 50" for i in ids)
    assert run("check-identifier-key", ADSL=table) == []


def test_numbers_meant_as_ids_are_not_taken_for_telephones(run):
    meant = replace(STUDY, terms=Terms(literal=("long-numeric-ids",)))
    table = "USUBJID | AGE\n13812345678 | 50\n15901234567 | 50"
    assert run("check-identifier-key", ADSL=table, study=meant) == []


BORN = (
    "USUBJID|AGE|TRTSDT\nS-19690503-A|54|2024-02-01\nS-19621224-B|61|2024-03-01\n"
    "S-19840131-C|40|2024-04-01"
)


@pytest.mark.parametrize(
    "spell", [lambda t: t, lambda t: t.replace("19690503", "03051969"),
              lambda t: t.replace("19690503", "1969-05-03")],
)  # fmt: skip
def test_usubjid_that_holds_the_date_of_birth_is_refused(spell):
    (found,) = run_checks(context_of({"ADSL": written(spell(BORN))}))
    assert (found.rule, found.severity, found.count) == (
        "check-identifier-key", Severity.REJECT, 3
    )  # fmt: skip
    assert "1969" not in found.sentence + found.remedy
    assert found.patients == ()


def test_a_date_in_usubjid_that_is_no_birth_is_kept():
    enrolled = BORN.replace("1969", "2023").replace("1962", "2023").replace("1984", "2024")
    other_age = BORN.replace("|54|", "|24|").replace("|61|", "|31|").replace("|40|", "|70|")
    for text in (enrolled, other_age):
        found = run_checks(context_of({"ADSL": written(text)}))
        assert "check-identifier-key" not in {f.rule for f in found}
