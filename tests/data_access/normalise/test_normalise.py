"""Columns find their names, words their meaning, sheets their endpoints."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from data_access.findings import Severity
from data_access.normalise import Normalised, normalise
from data_access.study import parse_study
from tests.data_access.tables import raw_table

TITLE = '[study]\ntitle = "T"\n'


def run(columns, *, study: str = "", domain: str = "ADSL", declared=None, adsl=None) -> Normalised:
    tables = {domain: raw_table(columns, declared=declared, name=f"{domain.lower()}.csv")}
    if domain != "ADSL":
        tables["ADSL"] = raw_table(adsl or {"USUBJID": ["1"], "SEX": ["F"]})
    return normalise(parse_study(TITLE + study, "study.toml"), tables, {})


def rules(result: Normalised) -> set[str]:
    return {f.rule for f in result.findings}


def column(result: Normalised, name: str, domain: str = "ADSL") -> list[object]:
    return result.tables[domain].column(name).to_pylist()


def test_names_match_without_case_and_spaces():
    result = run({" usubjid": ["A"], "Site Id": ["01"], "age": ["7"]})
    assert column(result, "USUBJID") == ["A"]
    assert column(result, "SITEID") == ["01"]
    assert column(result, "AGE") == [7]


def test_a_mapped_name_wins_and_the_first_present_is_taken():
    result = run(
        {"SUBJECT": ["A"], "AGEX": ["7"]},
        study='[domains.adsl]\ncolumns = { USUBJID = ["PATIENT", "SUBJECT"], AGE = "AGEX" }\n',
    )
    assert column(result, "USUBJID") == ["A"]
    assert column(result, "AGE") == [7]


def test_two_columns_of_one_name_are_refused():
    result = run({"USUBJID": ["A"], "AGE": ["1"], "Age": ["2"]})
    assert "type-two-columns" in rules(result)
    assert any(f.severity is Severity.REJECT for f in result.findings)


def test_a_missing_key_column_is_refused_with_what_is_there():
    result = run({"SUBJECT": ["A"], "AGE": ["1"]})
    (finding,) = [f for f in result.findings if f.rule == "type-missing-column"]
    assert "USUBJID" in finding.sentence
    assert "SUBJECT" in finding.sentence


def test_columns_outside_the_schema_are_left_out_and_said():
    result = run({"USUBJID": ["A"], "SHOESIZE": ["38"]})
    assert "SHOESIZE" not in result.tables["ADSL"].column_names
    (finding,) = [f for f in result.findings if f.rule == "type-columns-left-out"]
    assert "SHOESIZE" in finding.sentence


def test_kept_columns_are_numbers_only_when_every_value_is():
    study = '[domains.adsl]\nkeep = ["SCORE", "GROUP"]\n'
    result = run({"USUBJID": ["A", "B"], "SCORE": ["1.5", ""], "GROUP": ["01", "2"]}, study=study)
    assert column(result, "SCORE") == [1.5, None]
    assert column(result, "GROUP") == ["01", "2"]


def test_identifiers_are_dropped_even_when_asked_for():
    result = run(
        {"USUBJID": ["A"], "BRTHDTC": ["1970-01-01"]},
        study='[domains.adsl]\nkeep = ["BRTHDTC"]\n',
    )
    assert "BRTHDTC" not in result.tables["ADSL"].column_names
    (finding,) = [f for f in result.findings if f.rule == "type-identifier-dropped"]
    assert finding.severity is Severity.ERROR
    assert "1970" not in finding.sentence


def test_a_date_comes_from_a_date_time_when_only_that_is_there():
    result = run(
        {"USUBJID": ["A"], "TRTSDTM": [datetime(2024, 5, 1, 9)]},
        declared={"TRTSDTM": "datetime"},
    )
    assert column(result, "TRTSDT") == [date(2024, 5, 1)]
    assert "type-date-from-datetime" in rules(result)


def test_response_terms_become_recist_codes():
    result = run(
        {
            "USUBJID": ["1"] * 3,
            "PARAMCD": ["OVR"] * 3,
            "AVALC": ["Partial Response", "pr", "Besser"],
        },
        study='[terms.response]\n"Besser" = "CR"\n',
        domain="ADRS",
    )
    assert column(result, "AVALC", "ADRS") == ["PR", "PR", "CR"]
    assert "type-response-terms" in rules(result)


def test_units_are_read_as_stated():
    result = run(
        {"USUBJID": ["1"], "PARAMCD": ["URATE"], "AVAL": ["4"], "AVALU": ["MG / DL"]},
        study='[terms.units]\n"mg / dl" = "mg/dL"\n',
        domain="ADLB",
    )
    assert column(result, "AVALU", "ADLB") == ["mg/dL"]
    assert "type-units" in rules(result)


def test_repeated_adsl_columns_are_set_aside_to_be_compared():
    result = run(
        {"USUBJID": ["1"], "AEDECOD": ["Nausea"], "AGE": ["50"], "SEX": ["M"]}, domain="ADAE"
    )
    assert "SEX" not in result.tables["ADAE"].column_names
    assert result.copies["ADAE"].column("SEX").to_pylist() == ["M"]


WIDE = """
[tte.OS]
time = "os"
unit = "MONTHS"
event = "dead"
events = ["1"]
censored = ["0"]

[best_response.CBOR]
column = "best"
"""


def test_endpoints_come_from_a_sheet_with_their_rows():
    result = run(
        {
            "USUBJID": ["A", "B", "C"],
            "os": ["1.5", "3", ""],
            "dead": ["1", "0", "1"],
            "best": ["CR", "", "PD"],
        },
        study=WIDE,
    )
    assert column(result, "USUBJID", "ADTTE") == ["A", "B"]
    assert column(result, "AVAL", "ADTTE") == [1.5, 3]
    assert column(result, "CNSR", "ADTTE") == [0, 1]
    assert column(result, "AVALU", "ADTTE") == ["MONTHS", "MONTHS"]
    assert column(result, "_row", "ADTTE") == [2, 3]
    assert column(result, "AVALC", "ADRS") == ["CR", "PD"]
    assert column(result, "_row", "ADRS") == [2, 4]
    (finding,) = [f for f in result.findings if f.rule == "type-wide-incomplete"]
    assert finding.places[0].line == 4


def test_an_event_code_nobody_explained_is_refused():
    result = run({"USUBJID": ["A"], "os": ["1"], "dead": ["2"], "best": ["CR"]}, study=WIDE)
    (finding,) = [f for f in result.findings if f.rule == "type-wide-code"]
    assert finding.severity is Severity.REJECT
    assert "'2'" in finding.sentence


def test_a_sheet_without_the_column_is_refused_with_the_line_of_the_study():
    result = run({"USUBJID": ["A"], "os": ["1"], "best": ["CR"]}, study=WIDE)
    (finding,) = [f for f in result.findings if f.rule == "type-wide-column"]
    assert "'dead'" in finding.sentence
    assert "line" in finding.sentence


@pytest.mark.parametrize("domain", ["ADTTE", "ADAE", "ADLB", "ADRS"])
def test_no_rows_are_no_rows(domain):
    result = run({"USUBJID": [], "PARAMCD": [], "AVAL": [], "CNSR": [], "AVALC": []}, domain=domain)
    assert result.tables[domain].num_rows == 0
    assert not [f for f in result.findings if f.severity is Severity.REJECT]


def test_answers_on_seriousness_are_read_in_words():
    result = run({"USUBJID": ["1", "1"], "AESER": ["Yes", "no"]}, domain="ADAE")
    assert column(result, "AESER", "ADAE") == ["Y", "N"]
    (finding,) = [f for f in result.findings if f.rule == "type-answers"]
    assert finding.severity is Severity.NOTE


def test_a_day_is_taken_from_a_full_collected_date_and_never_imputed():
    collected = ["2025-01-31", "2025-01-31T10:00:00+08:00", "2025-01", "2025-02-30", ""]
    result = run({"USUBJID": ["1"] * 5, "AESTDTC": collected}, domain="ADAE")
    day = date(2025, 1, 31)
    assert column(result, "ASTDT", "ADAE") == [day, day, None, None, None]
    (finding,) = [f for f in result.findings if f.rule == "type-date-from-collected"]
    assert (finding.severity, finding.sentence) == (
        Severity.WARNING,
        "ADAE: ASTDT from AESTDTC (2 not full).",
    )


def test_an_analysis_date_goes_before_the_date_as_collected():
    columns = {"USUBJID": ["1"], "RSDTC": ["2025-01-01"], "ADT": ["2025-01-02"]}
    rest = {"PARAMCD": ["OVR"], "AVALC": ["PR"]}
    result = run(columns | rest, domain="ADRS")
    assert column(result, "ADT", "ADRS") == [date(2025, 1, 2)]
    assert "type-date-from-collected" not in rules(result)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("PR - Partial Response", "PR"),
        ("Stable disease (SD)", "SD"),
        ("CR: complete response", "CR"),
        ("Progression", "PD"),
        ("CR - Partial Response", "CR - Partial Response"),
    ],
)
def test_a_response_may_stand_as_code_and_words(word, code):
    columns = {"USUBJID": ["1"], "PARAMCD": ["OVR"], "AVALC": [word]}
    assert column(run(columns, domain="ADRS"), "AVALC", "ADRS") == [code]
