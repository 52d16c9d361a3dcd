"""ADSL and the samples from a sheet with a row per sample."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data_access.importer import ImportResult, import_exports
from data_access.normalise.derived import derived_tables
from data_access.store import CutStore
from data_access.study import parse_study
from tests.conftest import STUDIES
from tests.data_access.tables import raw_table

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEAD = '[study]\ntitle = "T"\n'
SHEET = {
    "Sample": ["a1_R", "a2_R", "b1_NR", "c1_NR"],
    "Study": ["one", "one", "one", "two"],
    "Patient": ["P1", "P1", "P2", "P1"],
    "Age": ["60", "60", "", "51"],
    "Sex": ["F", "M", "F", "None"],
    "DEPTH": ["3", "4", "5", "6"],
}
ADSL = """
[domains.adsl]
from = "samples.csv"
key = ["Study", "Patient"]
columns = { AGE = "Age", SEX = "Sex" }
extract = { RESPONSE = { column = "Sample", pattern = "_(R|NR)$" } }
[domains.admb]
from = "samples.csv"
columns = { SAMPLEID = "Sample" }
constants = { AVISIT = "BASELINE" }
[missing]
values = ["None"]
"""


def derive(text: str, sheet: dict[str, list[str]] | None = None):
    sheets = {"samples.csv": raw_table(sheet or SHEET, name="samples.csv")}
    tables, findings = derived_tables(parse_study(HEAD + text), {}, sheets)
    return {d: t.data.to_pydict() for d, t in tables.items()}, findings


def test_ids_that_collide_between_studies_name_two_patients():
    tables, _ = derive(ADSL)
    assert tables["ADSL"]["USUBJID"] == ["one-P1", "one-P2", "two-P1"]
    assert tables["ADMB"]["USUBJID"] == ["one-P1", "one-P1", "one-P2", "two-P1"]


def test_a_patient_gets_what_all_of_their_samples_say():
    tables, findings = derive(ADSL)
    assert tables["ADSL"]["Age"] == ["60", None, "51"]
    assert tables["ADSL"]["RESPONSE"] == ["R", "NR", "NR"]
    # F and M of one patient are no sex; "None" is declared to be missing
    assert tables["ADSL"]["Sex"] == [None, "F", None]
    assert [f.rule for f in findings] == ["type-derived-disagree"]
    assert "Sex (1 patients)" in findings[0].sentence


def test_only_columns_that_are_named_are_taken():
    tables, _ = derive(ADSL)
    assert set(tables["ADMB"]) == {"USUBJID", "Sample", "AVISIT", "PARAMCD"}
    assert set(tables["ADMB"]["PARAMCD"]) == {"SAMPLE"}
    assert set(tables["ADMB"]["AVISIT"]) == {"BASELINE"}


def test_rows_without_a_key_belong_to_nobody_and_are_said():
    sheet = {**SHEET, "Patient": ["P1", "", "P2", "P1"]}
    tables, findings = derive(ADSL, sheet)
    assert tables["ADMB"]["Sample"] == ["a1_R", "b1_NR", "c1_NR"]
    (said,) = (f for f in findings if f.rule == "type-derived-keyless")
    assert (said.count, said.places[0].line) == (1, 3)


def test_two_keys_that_would_be_one_id_are_refused():
    sheet = {**SHEET, "Study": ["a-b", "a", "c", "d"], "Patient": ["c", "b-c", "P", "P"]}
    _, findings = derive(ADSL, sheet)
    (said,) = (f for f in findings if f.rule == "type-derived-key")
    assert said.severity == "reject"
    assert "a-b + c and a + b-c would both be a-b-c" in said.sentence


def test_a_key_that_names_people_is_refused():
    sheet = {**SHEET, "Name": ["Ann", "Ann", "Eve", "Joan"]}
    text = '[domains.adsl]\nfrom = "samples.csv"\nkey = "Name"\n'
    _, findings = derive(text, sheet)
    assert [f.rule for f in findings] == ["type-identifier-key"]


def test_a_key_column_that_is_not_there_is_named_with_its_line():
    text = '[domains.adsl]\nfrom = "samples.csv"\nkey = "Pat"\n'
    tables, findings = derive(text)
    assert tables == {}
    assert "no column 'Pat', which study.toml line 5 asks for" in findings[0].sentence


def test_a_domain_may_come_from_another_and_its_key_from_usubjid():
    study = parse_study(
        HEAD + '[domains.adsl]\nfrom = "ADMB"\ncolumns = { USUBJID = "Patient", AGE = "Age" }\n'
    )
    tables, _ = derived_tables(study, {"ADMB": raw_table(SHEET, name="admb.csv")}, {})
    assert tables["ADSL"].data.to_pydict() == {"USUBJID": ["P1", "P2"], "Age": [None, None]}


def test_a_table_of_the_domain_beside_it_is_said_not_to_be_used():
    study = parse_study(HEAD + ADSL)
    sheets = {"samples.csv": raw_table(SHEET, name="samples.csv")}
    _, findings = derived_tables(study, {"ADSL": raw_table({"USUBJID": ["1"]})}, sheets)
    assert "type-derived-instead" in {f.rule for f in findings}


def imported(shared, tmp_path, name: str, study: str = "study.toml") -> ImportResult:
    exports = shared / "data" / name / "csv"
    return import_exports(exports, STUDIES / name / study, store=CutStore(tmp_path), now=NOW)


@pytest.mark.parametrize(
    ("name", "study", "patients", "samples"),
    [
        ("icb_gut_motus", "study.toml", 230, 230),
        ("icb_gut_motus", "peters.toml", 27, 27),
        ("kostic_crc_paired", "study.toml", 97, 190),
        ("enterotype_relabund", "study.toml", 280, 280),
    ],
)
def test_sets_with_a_sample_sheet_import(shared, tmp_path, name, study, patients, samples):
    result = imported(shared, tmp_path, name, study)
    assert result.cut is not None, result.findings
    assert not [f for f in result.findings if f.severity in ("reject", "error")]
    adsl = result.cut.frame("ADSL")
    assert (len(adsl), result.cut.rows("ADMB")) == (patients, samples)
    (table,) = (t for t in result.cut.feature_tables if not t.endswith("_taxonomy"))
    known = set(result.cut.frame("ADMB")["SAMPLEID"])
    assert set(result.cut.features(table)["SAMPLEID"]) == known


def test_the_response_in_the_name_of_a_sample(shared, tmp_path):
    cut = imported(shared, tmp_path, "icb_gut_motus", "peters.toml").cut
    assert cut.frame("ADSL")["RESPONSE"].value_counts().to_dict() == {"R": 18, "NR": 9}


def test_the_word_none_is_no_diagnosis(shared, tmp_path):
    cut = imported(shared, tmp_path, "kostic_crc_paired").cut
    visits = cut.frame("ADMB")["AVISIT"]
    assert visits.value_counts().to_dict() == {"Healthy": 95, "Tumor": 90}
    assert int(visits.isna().sum()) == 5
