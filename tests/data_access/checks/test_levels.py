"""One level, one spelling; words that may mean missing; ids that are numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.findings import Severity
from data_access.study.model import FilterColumn, Terms
from tests.data_access.checks.written import STUDY


def study(**terms):
    return replace(STUDY, terms=Terms(**terms))


def adsl(column: str, *values: str) -> str:
    rows = [f"P{i} | {v}" for i, v in enumerate(values, 1)]
    return "\n".join([f"USUBJID | {column}", *rows])


@pytest.mark.parametrize(
    ("one", "other"),
    [("Asian", "ASIAN"), ("WHITE", "White"), ("NOT  REPORTED", "NOT REPORTED"), ("CR", "ＣＲ")],
)
def test_two_spellings_of_one_level_are_refused_and_named(run, one, other):
    (found,) = run("check-level-variants", ADSL=adsl("RACE", one, other, "BLACK"))
    assert found.severity is Severity.REJECT
    assert (found.column, found.patients) == ("RACE", ("P1", "P2"))
    assert [p.line for p in found.places] == [2, 3]
    assert found.sentence.startswith("1 level of RACE is spelled in several ways in 2 patient")
    assert run("check-level-variants", ADSL=adsl("RACE", one, one, "BLACK")) == []


def test_units_that_study_toml_maps_may_be_spelled_as_they_are(run):
    table = "USUBJID|PARAMCD|AVALU\nP1|ALT|U/L\nP2|ALT|u/l"
    assert len(run("check-level-variants", ADLB=table)) == 1
    assert run("check-level-variants", ADLB=table, study=study(units={"u/l": "U/L"})) == []


def test_free_text_may_be_spelled_as_people_write(run):
    assert run("check-level-variants", ADAE="USUBJID|AETERM\nP1|Nausea\nP2|NAUSEA") == []


def test_an_extra_column_that_forms_groups_is_a_code(run):
    table = adsl("HISTOLOGY", "Ductal", "ductal")
    assert run("check-level-variants", ADSL=table) == []
    grouped = replace(STUDY, filters=(FilterColumn("HISTOLOGY", "Histology"),))
    (found,) = run("check-level-variants", ADSL=table, study=grouped)
    assert found.column == "HISTOLOGY"


def test_patients_whose_ids_differ_in_case_alone_are_refused_unnamed(run):
    (found,) = run("check-level-variants", ADSL="USUBJID | AGE\ns-01 | 50\nS-01 | 50")
    assert found.patients == ("S-01", "s-01")
    assert "01" not in found.sentence


@pytest.mark.parametrize("word", ["None", "N/A", "null", "NaN", "#N/A", ".", "TRUE", "False"])
def test_words_that_may_mean_missing_are_refused_in_codes(run, word):
    (found,) = run("check-missing-word", ADSL=adsl("EOSSTT", "ONGOING", word))
    assert found.severity is Severity.REJECT
    assert (found.column, found.patients) == ("EOSSTT", ("P2",))
    assert f'"{word}"' in found.sentence
    assert "[missing]" in found.remedy
    table = adsl("EOSSTT", "ONGOING", word)
    assert run("check-missing-word", ADSL=table, study=study(literal=(word,))) == []
    assert run("check-missing-word", ADSL=table, study=study(missing=(word,))) == []


def test_a_word_that_may_mean_missing_is_a_warning_in_text(run):
    (found,) = run("check-missing-word", ADAE="USUBJID | AETERM\nP1 | null\nP2 | rash")
    assert found.severity is Severity.WARNING


def test_terms_in_capitals_and_relations_are_values(run):
    table = "USUBJID | AEREL | AEACN | AEOUT\nP1 | None | NONE | UNKNOWN"
    assert run("check-missing-word", ADAE=table) == []


def test_site_na_is_kept_with_a_note(run):
    (found,) = run("check-na-kept", ADSL=adsl("SITEID", "NA", "01"))
    assert (found.severity, found.column, found.patients) == (Severity.NOTE, "SITEID", ("P1",))
    assert run("check-na-kept", ADSL=adsl("SITEID", "NB", "01")) == []


def test_an_id_of_more_than_fifteen_digits_is_refused_unless_meant(run):
    table = "USUBJID | AGE\n1234567890123456 | 50\n123456789012345 | 51"
    (found,) = run("check-long-number", ADSL=table)
    assert found.severity is Severity.REJECT
    assert found.count == 1
    assert "1234567890123456" not in found.sentence
    meant = study(literal=("long-numeric-ids",))
    assert run("check-long-number", ADSL=table, study=meant) == []


def test_an_id_with_an_exponent_is_refused_whatever_is_stated(run):
    table = "USUBJID | AGE\n1.23457E+17 | 50"
    assert len(run("check-long-number", ADSL=table)) == 1
    meant = study(literal=("long-numeric-ids",))
    assert len(run("check-long-number", ADSL=table, study=meant)) == 1
    assert run("check-long-number", ADSL="USUBJID | AGE\n701-E12 | 50") == []


def test_leading_zeros_are_kept_with_a_note(run):
    (found,) = run("check-leading-zero", ADSL=adsl("SITEID", "01", "10"))
    assert (found.severity, found.column, found.count) == (Severity.NOTE, "SITEID", 1)
    assert run("check-leading-zero", ADSL=adsl("SITEID", "10", "0-1")) == []


@pytest.mark.parametrize(
    ("domain", "column", "words"),
    [
        ("ADSL", "SEX", ("F", "Female")),
        ("ADSL", "SEX", ("M", "MALE")),
        ("ADSL", "SEX", ("女", "F")),
        ("ADAE", "AESER", ("Y", "YES")),
    ],
)
def test_two_words_of_one_meaning_split_a_group(run, domain, column, words):
    table = f"USUBJID|{column}\nP1|{words[0]}\nP2|{words[1]}"
    (found,) = run("check-level-variants", **{domain: table})
    assert (found.severity, found.column, found.count) == (Severity.REJECT, column, 2)
    assert run("check-level-variants", **{domain: table.replace(words[1], words[0])}) == []


def test_words_of_race_and_relation_are_no_synonyms(run):
    assert run("check-level-variants", ADSL="USUBJID|RACE|SEX\nP1|WHITE|F\nP2|Caucasian|M") == []
    assert run("check-level-variants", ADAE="USUBJID|AEREL\nP1|Y\nP2|YES") == []
