"""What study.toml says of values that the export does not have."""

from __future__ import annotations

import pytest

from data_access.findings import DataError, Finding, Severity
from data_access.study import parse_study
from data_access.study.content import check_content
from tests.data_access.study.tables import raw

ADSL = raw(
    "adsl.csv",
    {
        "USUBJID": ["1", "2", "3"],
        "SEX": ["F", "F", "M"],
        "AGE": ["50", "61", "40"],
        "SAFFL": ["Y", "N", "Y"],
        "CHEMO": ["A + B", "C", "Screen Failure"],
    },
)
ADTTE = raw("adtte.csv", {"USUBJID": ["1", "2"], "PARAMCD": ["OS", "OS"], "CNSR": ["1", "2"]})
ADRS = raw("adrs.csv", {"USUBJID": ["1"], "PARAMCD": ["OVR"], "AVALC": ["PD"]})
TABLES = {"ADSL": ADSL, "ADTTE": ADTTE, "ADRS": ADRS}


def check(body: str) -> list[Finding]:
    """Findings; the body starts on line 3."""
    return list(check_content(parse_study('[study]\ntitle = "T"\n' + body), TABLES))


BACKBONES = '[backbones]\ncolumn = "CHEMO"\ngroups.a.values = "A"\n'


@pytest.mark.parametrize(
    ("rule", "severity", "line", "bad", "good", "says"),
    [
        ("study-every-time-an-event", "warning", 4,
         '[terms]\nevent_codes = ["1", "2"]\n', '[terms]\nevent_codes = ["1"]\n', "OS"),
        ("study-set-empty", "error", 3,
         '[sets.safety]\ncolumn = "SAFFL"\nvalues = ["1"]\n',
         '[sets.safety]\ncolumn = "SAFFL"\nvalues = ["Y"]\n', "“Y” (2), “N” (1)"),
        ("study-backbone-unnamed", "warning", 5,
         BACKBONES, BACKBONES + 'groups.c.values = "C"\n', "“C” (1)."),
        ("study-filter-text", "error", 4,
         '[filters]\nSEX = { label = "Sex", kind = "number" }\n',
         '[filters]\nAGE = { label = "Age", kind = "number" }\n', "SEX"),
        ("study-column-twice", "warning", 4,
         '[domains.adsl]\ncolumns = { ARM = "CHEMO", RACE = "CHEMO" }\n',
         '[domains.adsl]\ncolumns = { ARM = "CHEMO", RACE = "SEX" }\n', "ARM and for RACE"),
        ("study-domain-absent", "note", 3,
         '[domains.adlb]\ncolumns = { AVAL = "X" }\n',
         '[domains.adrs]\ncolumns = { AVALC = "AVALC" }\n', "ADLB"),
        ("study-response-changed", "warning", 4,
         '[terms.response]\nPD = "SD"\n', '[terms.response]\nProgress = "PD"\n', "PD as SD"),
        ("study-missing-flag", "warning", 4,
         '[missing]\nvalues = ["N"]\n', '[missing]\nvalues = ["NA"]\n', "“SAFFL” (1)"),
    ],
)  # fmt: skip
def test_a_statement_against_the_values_is_found_on_its_line(rule, severity, line, bad, good, says):
    (found,) = check(bad)
    assert (found.rule, found.severity) == (rule, Severity(severity))
    assert found.places[0].line == line
    assert says in found.sentence
    assert check(good) == []


def test_a_title_of_more_than_300_characters_is_refused():
    with pytest.raises(DataError) as refused:
        parse_study(f'[study]\ntitle = "{"x" * 301}"\n')
    assert refused.value.findings[0].places[0].line == 2
    assert parse_study(f'[study]\ntitle = "{"x" * 300}"\n').title == "x" * 300


def test_compositions_name_two_parts_or_more_each_once():
    study = parse_study(
        '[study]\ntitle = "T"\n[biomarkers.immune.compositions]\n"Main subsets" = ["cd4", "CD8"]\n'
    )
    assert study.biomarkers.immune.compositions == (("Main subsets", ("CD4", "CD8")),)
