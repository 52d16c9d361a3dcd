"""Which columns of an export identify people."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data_access.checks.identifiers import identifier_columns, like_phone_numbers
from tests.data_access.tables import raw_table


@pytest.mark.parametrize(
    ("column", "content"),
    [
        ("BRTHDTC", "a date of birth"),
        ("Date of birth", "a date of birth"),
        ("出生日期", "a date of birth"),
        ("INVNAM", "the name of an investigator or physician"),
        ("SUBJINIT", "initials"),
        ("patient_name", "a person's name"),
        ("姓名", "a person's name"),
        ("Phone", "a telephone number"),
        ("E-Mail", "an e-mail address"),
        ("MRN", "a hospital record number"),
        ("住院号", "a hospital record number"),
        ("Zip code", "a postal code"),
        *(
            (c, "a date of birth")
            for c in (
                "geboren",
                "Geburtsdatum",
                "Geb.Datum",
                "Geb.-Datum",
                "生年月日",
                "BDATE",
                "DATENAISS",
                "date de naissance",
                "fecha_nacimiento",
                "dob2",
                "PTDOB",
            )
        ),
        *(
            (c, "a year of birth")
            for c in ("BRTHYR", "BIRTHYR", "YOB", "YEAR_OF_BIRTH", "Year of Birth", "YEAROFBIRTH1")
        ),
        *(
            (c, "a person's name")
            for c in (
                "Vorname",
                "Nachname",
                "nom",
                "prénom",
                "prenom",
                "apellido",
                "氏名",
                "Name 2",
            )
        ),
        *((c, "initials") for c in ("Initialen", "PTINIT")),
        *((c, "an address") for c in ("Adresse", "Strasse", "Straße")),
        *((c, "a postal code") for c in ("PLZ", "postcode")),
        *((c, "a hospital record number") for c in ("カルテ番号", "病历号", "Pat.-Nr")),
        ("Krankenkasse", "an account or insurance number"),
        ("身份证", "a national id number"),
    ],
)
def test_a_column_is_known_by_its_name(column, content):
    found = identifier_columns(raw_table({"USUBJID": ["P1"], column: ["x"]}))
    assert found == {column: f"its name says it holds {content}"}


@pytest.mark.parametrize(
    "column",
    [
        "AGE",
        "SITEID",
        "SMQ01NAM",
        "ANONYMIZED_NAME",
        "INVID",
        "TITLE",
        "PROGNOM",
        "TELOMERE",
        "ORT",
        "NOMINAL",
        "GEBE",
        "PATHOLOGY",
    ],
)
def test_clinical_columns_that_sound_alike_stay(column):
    assert identifier_columns(raw_table({column: ["70", "80"]})) == {}


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["jane.doe@example.org", "li@klinik.example.cn", ""], "e-mail addresses"),
        (["+86 10 8888 7777", "+49 (89) 123 4567"], "telephone numbers"),
        (["13812345678", "15901234567", "18655554321"], "telephone numbers"),
        (["11010519900307123X", "440524198801014321"], "national id numbers"),
        (["192.168.0.12", "10.0.0.254"], "internet addresses"),
        (["https://example.org/p/1", "www.example.org"], "web addresses"),
        (["Dr. Anna Weber", "Prof Li Na", "unknown"], "names of people"),
    ],
)
def test_a_column_is_known_by_its_cells_and_the_reason_repeats_none(cells, what):
    (found,) = identifier_columns(raw_table({"C12": cells})).items()
    assert found[0] == "C12"
    assert found[1].endswith(f"of its filled cells look like {what}")
    assert not any(cell and cell in found[1] for cell in cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["01-701-1015", "01-701-1023"],
        ["101-02-0034", "103-01-0007"],  # study-site-subject, not social security
        ["101-002-0034", "103-001-0007"],  # study-site-subject, not telephone
        ["17010101001", "17010101002", "17010101003"],  # subject numbers of one trial begin alike
        ["13500000000", "14200000000", "15100000000"],  # cells per litre
        ["2024-01-02", "2023-11-30"],
        ["1.5", "2.25"],
        ["Nausea, called Dr. Weber on +49 89 123 4567", "Rash", "Rash"],  # free text: a finding
        [],
    ],
)
def test_clinical_cells_are_no_identifiers(cells):
    assert identifier_columns(raw_table({"C12": cells})) == {}


def test_telephone_numbers_stored_as_numbers_are_found():
    numbers = [13812345678.0, 15901234567.0, 18655554321.0]
    table = raw_table({"CONTACT": numbers}, declared={"CONTACT": "number"})
    assert set(identifier_columns(table)) == {"CONTACT"}
    counts = raw_table({"CELLS": [13.5e9, 14.2e9, 15.1e9]}, declared={"CELLS": "number"})
    assert identifier_columns(counts) == {}


def test_a_label_tells_what_the_name_hides():
    table = raw_table({"C1": ["x"], "C2": ["70"]})
    labelled = [
        type(c)(c.name, c.declared, label)
        for c, label in zip(
            table.columns, ["Investigator Name", "Age at Date of Visit"], strict=True
        )
    ]
    found = identifier_columns(
        type(table)(
            table.dataset, table.source, tuple(labelled), table.data, table.lines, has_lines=True
        )
    )
    assert set(found) == {"C1"}


def test_numbers_of_one_trial_are_not_telephone_numbers():
    assert like_phone_numbers(["13812345678", "15901234567"])
    assert not like_phone_numbers(["17010101001", "17010101002", "17010102001"])


STARTS = ["2024-02-01", "2024-03-01", "2024-04-01", "2025-01-10"]
AGES = ["54", "61", "40", "70"]


@pytest.mark.parametrize(
    "dates",
    [
        ["1969-05-03", "1962-12-24", "1984-01-31", "1954-06-30"],
        ["03.05.1969", "24.12.1962", "31.01.1984", "30.06.1954"],
        ["05/03/1969", "12/24/1962", "01/31/1984", "06/30/1954"],
        ["19690503", "19621224", "19840131", "19540630"],
        [19690503.0, 19621224.0, 19840131.0, 19540630.0],
    ],
)
def test_full_dates_that_agree_with_age_are_birth_dates(dates):
    number = {"B1": "number"} if isinstance(dates[0], float) else None
    table = raw_table({"AGE": AGES, "TRTSDT": STARTS, "B1": dates}, declared=number)
    assert identifier_columns(table) == {
        "B1": "holds full dates that agree with AGE as dates of birth"
    }
    other = raw_table(
        {"AGE": ["24", "31", "60", "33"], "TRTSDT": STARTS, "B1": dates}, declared=number
    )
    assert identifier_columns(other) == {}


@pytest.mark.parametrize(
    "values", [["2021-05-03"] * 4, ["1969", "1962", "1984", "1954"], ["12.5"] * 4, [""] * 4]
)
def test_other_dates_and_years_are_no_birth_dates(values):
    table = raw_table({"AGE": AGES, "TRTSDT": STARTS, "DIAGDT2": values})
    assert identifier_columns(table) == {}


@pytest.mark.parametrize(
    "cells",
    [
        ["Jane Roe", "John Smith", "Mary Major", "Ann Lee", "Bo Ek", "Tim Hara"],
        ["Roe, Jane", "Smith, John", "Major, Mary", "Lee, Ann", "Ek, Bo", "unknown"],
        ["ROE, JANE", "SMITH, JOHN", "MAJOR, MARY", "LEE, ANN", "EK, BO"],
        ["王小明", "李娜", "张伟", "刘洋洋", "陈静"],
    ],
)
def test_names_of_people_are_known_by_what_they_look_like(cells):
    (reason,) = identifier_columns(raw_table({"C12": cells})).values()
    assert reason.endswith("of its filled cells look like names of people")
    assert not any(c in reason for c in cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["Partial Response", "Stable Disease", "Partial Response", "Stable Disease"] * 3,
        ["Drug Alpha", "Drug Beta", "Drug Gamma", "Drug Delta", "Drug Epsilon", "Drug Zeta"],
        ["右乳", "左乳", "肝", "肺部", "骨转移", "淋巴结"],
        ["Jane Roe", "x1", "x2", "x3", "x4", "x5"],
    ],
)
def test_levels_in_words_are_no_names(cells):
    assert identifier_columns(raw_table({"C12": cells})) == {}


def _csvs(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.glob("*/csv/*.csv")) if "_labels" not in p.name]


def test_real_exports_lose_only_names_and_birth_dates(shared):
    """Over every real export: nothing clinical is taken for an identifier."""
    seen: dict[str, set[str]] = {}
    for path in _csvs(shared / "data"):
        with path.open(encoding="utf-8", newline="") as handle:
            rows = csv.reader(handle)
            header = next(rows)
            body = [row for row, _ in zip(rows, range(3000), strict=False)]
        if len(header) > 400:  # one column per sample of a count table
            continue
        columns = {c or f"V{i}": [r[i] for r in body] for i, c in enumerate(header)}
        found = identifier_columns(raw_table(columns))
        if found:
            seen[f"{path.parent.parent.name}/{path.name}"] = set(found)
    assert seen == {
        "kostic_crc_paired/kostic_samples.csv": {"YEAR_OF_BIRTH"},
        "pharmaverse_onco/adsl.csv": {"BRTHDTC"},
        "random_cdisc/adsl.csv": {"INVNAM"},
    }
