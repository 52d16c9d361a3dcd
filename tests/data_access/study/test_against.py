"""What study.toml names and an export lacks."""

from __future__ import annotations

from data_access.findings import Finding
from data_access.rawtable import RawTable
from data_access.study import parse_study
from data_access.study.parse import check_against
from tests.data_access.study.tables import raw

ADSL = raw("adsl.csv", {"SUBJECT": ["1", "2"], "Sex": ["F", "F"], "CHEMO": ["A", "B"]})
ADRS = raw("adrs.csv", {"USUBJID": ["1"], "PARAMCD": ["OVRLRESP"], "AVALC": ["CR"]})


def check(body: str, *tables: RawTable, sheets: tuple[RawTable, ...] = ()) -> list[Finding]:
    study = parse_study('[study]\ntitle = "T"\n' + body)  # body starts on line 3
    domains = {t.dataset.upper(): t for t in tables}
    return list(check_against(study, domains, {t.source.name: t for t in sheets}))


def brief(findings: list[Finding]) -> list[tuple[str, str, str | None, int | None]]:
    return [(f.rule, f.severity.value, f.column, f.places[0].line) for f in findings]


def test_nothing_to_say_when_every_name_is_there() -> None:
    body = """
[domains.adsl]
columns = { USUBJID = ["PATIENT", "subject"] }
keep = ["Chemo"]
[filters]
SEX = "Sex"
[backbones]
column = "CHEMO"
groups.a.values = ["A", "B"]
[terms.paramcds]
OVR = ["OVRINV", "ovrlresp"]
"""
    assert check(body, ADSL, ADRS) == []


def test_a_column_that_a_domain_needs_is_a_reject_with_the_nearest_name() -> None:
    (finding,) = check("[domains.adsl]\ncolumns.USUBJID = 'SUBJECTS'\n", ADSL)

    assert brief([finding]) == [("study-column-absent", "reject", "SUBJECTS", 4)]
    assert finding.domain == "ADSL"
    assert finding.sentence == "adsl.csv has no column SUBJECTS, asked for as USUBJID."
    assert "Did you mean SUBJECT?" in finding.remedy


def test_a_value_column_without_which_there_is_no_result_is_a_reject() -> None:
    findings = check("[domains.adrs]\ncolumns = { AVALC = 'RESP', PARAM = 'TEXT' }\n", ADRS)

    assert brief(findings) == [
        ("study-column-absent", "reject", "RESP", 4),
        ("study-column-absent", "error", "TEXT", 4),
    ]


def test_other_columns_are_errors_on_the_line_that_names_them() -> None:
    body = """
[domains.adsl]
person = "PERSON"
keep = { TMB = "Burden", KI = ["KI67", "Ki-67"] }
[filters]
SEXX = "Sex"
[sets.safety]
column = "SAF"
[backbones]
column = "BACKBONE"
groups.a.values = "A"
"""
    assert brief(check(body, ADSL)) == [
        ("study-column-absent", "error", "Burden", 6),
        ("study-column-absent", "error", "KI67", 6),
        ("study-column-absent", "error", "PERSON", 5),
        ("study-column-absent", "error", "SEXX", 8),
        ("study-column-absent", "error", "SAF", 10),
        ("study-column-absent", "error", "BACKBONE", 12),
    ]


def test_filters_written_as_tables_are_found_by_their_line() -> None:
    body = "[[filters]]\ncolumn = 'SEX'\n[[filters]]\ncolumn = 'AGEGR'\n"

    assert brief(check(body, ADSL)) == [("study-column-absent", "error", "AGEGR", 5)]


def test_relatedness_columns_are_looked_for_in_the_adverse_events() -> None:
    adae = raw("adae.csv", {"USUBJID": ["1"], "AERELI": ["Y"]})
    body = "[terms.related_columns]\ninosine = 'AERELI'\nbackbone = 'AERELC'\n"

    assert brief(check(body, adae)) == [("study-column-absent", "error", "AERELC", 5)]
    assert check(body, ADSL) == []


def test_two_alternatives_at_once_are_refused() -> None:
    other = raw("cadrs.csv", {"USUBJID": ["1"]})
    (finding,) = check("[files]\nadrs = ['adrs.csv', 'cadrs.csv']\n", ADRS, sheets=(other,))

    assert brief([finding]) == [("study-file-choice", "reject", None, 4)]


WIDE = """
[tte.os]
time = "os"
unit = "MONTHS"
event = "cens"
events = "1"
censored = "0"
[best_response.CBOR]
file = "response.csv"
column = "BOR"
"""


def test_columns_of_wide_sheets_are_needed() -> None:
    sheet = raw("response.csv", {"SUBJECT": ["1"], "BOR2": ["CR"]})

    assert brief(check(WIDE, ADSL, sheets=(sheet,))) == [
        ("study-column-absent", "reject", "os", 5),
        ("study-column-absent", "reject", "cens", 7),
        ("study-column-absent", "reject", "BOR", 12),
    ]


def test_a_parameter_no_record_has_is_a_warning() -> None:
    (finding,) = check("[terms.paramcds]\nOVR = 'OVRRESP'\nPFS = 'PFSINV'\n", ADSL, ADRS)

    assert brief([finding]) == [("study-paramcd-absent", "warning", "PARAMCD", 4)]
    assert "Did you mean OVRLRESP?" in finding.remedy


def test_a_missing_word_for_a_column_no_file_has() -> None:
    findings = check("[missing.columns]\nAGE = '-999'\nSEX = 'U'\n", ADSL)

    assert brief(findings) == [("study-column-absent", "warning", "AGE", 4)]
