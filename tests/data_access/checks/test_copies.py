"""What other domains repeat of ADSL."""

from __future__ import annotations

from data_access.checks import Context
from data_access.checks.copies import compare_copies
from data_access.findings import Place, Severity
from tests.data_access.checks.written import CUT, STUDY, TODAY, typed, written

CONTEXT = Context(STUDY, CUT, TODAY, {}, {})
ADSL = typed("ADSL", written("USUBJID | SEX | AGE | TRTSDT\nP1|F|50|2024-01-01\nP2|M|61|"), CONTEXT)


def copies(text: str):
    return typed("ADSL", written(text), CONTEXT).assign(_file="adae.csv")


def test_another_sex_on_an_adverse_event_is_an_error_with_its_row():
    rows = copies("USUBJID | SEX\nP1 | F\nP2 | F\nP2 | M")
    (found,) = compare_copies("ADAE", rows, ADSL, line_based={"adae.csv": True})
    assert found.severity is Severity.ERROR
    assert (found.domain, found.column, found.patients) == ("ADAE", "SEX", ("P2",))
    assert found.places == (Place("adae.csv", line=3, column="SEX"),)
    assert found.sentence == "SEX of 1 adverse event of 1 patient differs from ADSL."


def test_numbers_and_dates_are_compared_as_such():
    found = compare_copies(
        "ADRS", copies("USUBJID|AGE|TRTSDT\nP1|50.0|2024-01-01\nP1|51|2024-01-02"), ADSL
    )
    assert [f.column for f in found] == ["AGE", "TRTSDT"]
    assert all(f.count == 1 for f in found)


def test_missing_values_and_unknown_patients_are_no_disagreement():
    text = "USUBJID|SEX|AGE|TRTSDT\nP1||50|\nP2|M|61|2024-03-01\nP9|F|20|"
    assert compare_copies("ADAE", copies(text), ADSL) == ()


def test_records_of_files_without_lines_are_named_by_number():
    (found,) = compare_copies("ADAE", copies("USUBJID|SEX\nP1|M"), ADSL)
    assert found.places == (Place("adae.csv", row=2, column="SEX"),)
