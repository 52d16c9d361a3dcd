"""The first study.toml made from an export."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_access.readers import read_file
from data_access.study import parse_study
from data_access.study.model import Rules
from data_access.study.template import template
from tests.data_access.study.tables import raw

PEOPLE = ["Jane Roe", "John Smith", "Mary Major", "Tim O'Hara", "Ann Lee", "Bo Ek"]
ADSL = raw(
    "adsl.csv",
    {
        "SUBJECT": ["S1", "S2", "S3", "S4", "S5", "S6"],
        "NAME": PEOPLE,
        "CONTACT": [f"{p.split()[0].lower()}@example.org" for p in PEOPLE],
        "STUDYID": ["INO-1"] * 6,
        "SEX": ["F", "F", "M", "F", "F", "F"],
        "SAFFL": ["Y", "Y", "Y", "N", "N", "Y"],
        "BACKBONE": ["PACLITAXEL", "CARBOPLATIN + PACLITAXEL", *["CARBOPLATIN"] * 4],
        "LINE": ["2", "2", "3", "3", "3", "2"],
        "PRIORTRT": ["TAXOL; EC", "EC;TAXOL", "EC", None, "TAXOL", "TAXOL; EC"],
        "REMARK": ["a; b", "c; d", "e; f", "g; h", "i; j", "k; l"],
        "NICKNAME": ["jr", "js", "mm", "to", "al", "be"],
        "DTHCAUS": ["PD", "PD", "AE", "AE", None, None],
        "TRTSDT": ["2026-01-05", "2026-02-03", "2026-02", None, None, "unknown"],
    },
    SEX="Sex",
)
ADRS = raw(
    "adrs_onco.csv",
    {
        "USUBJID": ["S1", "S2", "S3", "S4"],
        "PARAMCD": ["BSTRSP", "BSTRSP", "OVR", "OVR"],
        "PARAM": ["Best Confirmed Overall Response"] * 2 + ["Overall Response"] * 2,
        "AVALC": ["CR", "Complete", "Partial Respose", "NA"],
    },
)


def uncommented(text: str) -> str:
    """The template with every proposal taken."""
    return re.sub(r"(?m)^# ", "", text)


def test_it_parses_as_it_stands_and_states_nothing_but_a_title() -> None:
    text = template([ADSL, ADRS])
    study = parse_study(text)

    assert study.title == "Study INO-1"
    assert (study.rules, study.files, study.domains) == (Rules(), {}, {})
    assert "registry: not stated" in text
    assert parse_study(template([])).title == "Untitled study"


def test_its_proposals_parse_when_taken() -> None:
    study = parse_study(uncommented(template([ADSL, ADRS])))

    assert study.domains["ADSL"].columns == {"USUBJID": ("SUBJECT",)}
    assert study.files["ADRS"].paths == ("adrs_onco.csv",)
    assert study.terms.paramcds == {"CBOR": ("BSTRSP",)}
    assert study.terms.response == {"Complete": "CR", "Partial Respose": "PR"}
    assert study.backbones is not None
    assert study.backbones.column == "BACKBONE"
    assert [g.values for g in study.backbones.groups] == [("CARBOPLATIN",), ("PACLITAXEL",)]
    assert [(f.column, f.label) for f in study.filters] == [
        ("SEX", "Sex"),
        ("BACKBONE", "BACKBONE"),
        ("LINE", "LINE"),
        ("PRIORTRT", "PRIORTRT"),
    ]
    assert [(f.kind, f.separator) for f in study.filters][-1] == ("several", ";")
    assert str(study.cut_date) == "2026-02-03"


def test_levels_and_counts_are_shown() -> None:
    text = template([ADSL, ADRS])

    assert '## safety: SAFFL holds "Y" 4, "N" 2' in text
    assert "## BSTRSP: Best Confirmed Overall Response (2 rows)" in text
    assert '## BACKBONE: "CARBOPLATIN" 4, "PACLITAXEL" 1, "CARBOPLATIN + PACLITAXEL" 1' in text
    assert '# PRIORTRT = { label = "PRIORTRT", kind = "several", separator = ";" }' in text
    assert '## "TAXOL" 4, "EC" 4' in text
    assert "REMARK = {" not in text  # nobody shares a word with anybody
    assert '## Response terms of ADRS understood as they are: "CR" 1' in text
    assert '## Other values of AVALC: "Complete" 1, "Partial Respose" 1, "NA" 1' in text


def test_no_value_of_a_column_that_identifies_people_is_shown() -> None:
    text = template([ADSL, ADRS])

    for secret in [*PEOPLE, "example.org", "S1", '"jr"', "Jane"]:
        assert secret not in text
    assert '## "adsl.csv" "NAME": its name says' in text
    assert '## "adsl.csv" "CONTACT": 100%' in text


def test_strange_names_and_values_cannot_leave_their_comment() -> None:
    nasty = 'x"] \n[rules]\nlevel = 9 #'
    table = raw("a\nb.csv", {nasty: ["p", "p", "q", "q"], "ARM": [nasty, nasty, "b", "b"]})

    text = template([table])

    assert parse_study(text).rules == Rules()
    assert parse_study(uncommented(text)).rules == Rules()


def test_a_word_for_missing_in_one_column_is_a_question_in_many_a_proposal() -> None:
    one = raw("adsl.csv", {"USUBJID": ["1", "2"], "REGION1": ["NA", "NA"]})
    many = raw("adsl.csv", {k: ["NA", "1"] for k in ("USUBJID", "A", "B")})

    assert '## if an answer: literal = ["NA"]' in template([one])
    assert parse_study(uncommented(template([one]))).terms.missing == ()
    assert parse_study(uncommented(template([many]))).terms.missing == ("NA",)


REAL = [
    ("pharmaverse_onco/csv", {"DOR": ("RSD",), "TARGET_SUM": ("SDIAM",)}),
    (
        "random_cdisc/csv",
        {"CBOR": ("BESRSPI",), "OVR": ("OVRINV",), "DOR": ("CRSD",), "TARGET_SUM": ("SLDINV",)},
    ),
    ("cdisc_pilot/csv", {}),
    ("cdisc_pilot/original", {}),
    ("imvigor210/csv", {}),
    ("metabric_cbioportal/csv", {}),
]


@pytest.mark.parametrize(("folder", "paramcds"), REAL, ids=[r[0] for r in REAL])
def test_real_exports(shared: Path, folder: str, paramcds: dict[str, tuple[str, ...]]) -> None:
    files = sorted(
        f for f in (shared / "data" / folder).iterdir() if not f.stem.endswith("_labels")
    )
    text = template([t for f in files for t in read_file(f, name=f.name)])

    assert parse_study(text).rules == Rules()
    study = parse_study(uncommented(text))
    assert study.terms.paramcds == paramcds
    if not any(f.stem.startswith("adsl") for f in files):
        assert study.files["ADSL"].paths == (files[0].name,)
        assert "USUBJID" in study.domains["ADSL"].columns


def test_the_proposed_keys_of_real_sheets(shared: Path) -> None:
    sheet = shared / "data/imvigor210/csv/clinical.csv"
    text = template(read_file(sheet, name=sheet.name))
    study = parse_study(uncommented(text))

    assert study.domains["ADSL"].columns == {"USUBJID": ("X",)}
    assert 'person = "ANONPT_ID"' in text
    assert study.wide_response[0].column == "Best.Confirmed.Overall.Response"
    assert study.terms.missing == ("NA",)
    assert "10285" not in text


GUT = raw("gut_genus.tsv", {"TAXON": ["A", "B"], "S-1": ["3", "0"], "S-2": ["5", "7"]})
LINEAGE = raw(
    "lineage.tsv",
    {"TAXON": ["A", "B", "C"], "Phylum": ["p"] * 3, "Family": ["f"] * 3, "Genus": ["g"] * 3},
)


def test_a_feature_table_is_proposed_with_its_kind_and_taxonomy() -> None:
    text = template([ADSL, GUT, LINEAGE])

    assert parse_study(text).features == ()
    (table,) = parse_study(uncommented(text)).features
    assert (table.id, table.file, table.kind) == ("gut-genus", "gut_genus.tsv", "counts")
    assert table.taxonomy == "lineage.tsv"
    assert "2 samples, 2 taxa" in text
    assert "ADMB (USUBJID, SAMPLEID) says which patient a sample is of" in text


def test_a_feature_table_is_never_proposed_as_the_patients() -> None:
    sheet = raw("sheet.csv", {"PATIENT": ["1", "2", "3"], "ARM": ["a", "b", "b"]})
    other = raw("aaa.csv", {"CODE": ["1", "2"], "TEXT": ["x", "y"]})
    study = parse_study(uncommented(template([other, GUT, LINEAGE, sheet])))

    assert study.files["ADSL"].paths == ("sheet.csv",)


def test_a_file_called_like_one_domain_is_proposed_as_it() -> None:
    table = raw("cadsl.csv", {"USUBJID": ["1", "2"], "SAFFL": ["Y", "N"]})
    text = template([table])

    assert '# adsl = "cadsl.csv"  ## Subjects, by its name; remove the # if so: 2 rows' in text
    assert parse_study(uncommented(text)).files["ADSL"].paths == ("cadsl.csv",)


def test_a_second_table_of_a_domain_is_named() -> None:
    text = template([ADSL, raw("adsl.xpt", {"USUBJID": ["1"]})])

    assert '## "adsl.xpt" is ADSL too: name the one to read, or take it away.' in text


@pytest.mark.parametrize(
    ("values", "layout", "open_"),
    [
        (["31JAN2026", "28FEB2026"], "%d%b%Y", False),
        (["31/01/2026", "28/02/2026"], "%d/%m/%Y", False),
        (["03/01/2026", "04/02/2026"], "%d/%m/%Y", True),
        (["24137", "24138"], "sas", False),
    ],
)
def test_the_way_dates_are_written_is_proposed(values: list[str], layout: str, open_: bool) -> None:
    adsl = raw("adsl.csv", {"USUBJID": ["1", "2"], "TRTSDT": values})
    text = template([adsl])

    assert parse_study(text).domains == {}
    assert parse_study(uncommented(text)).domains["ADSL"].dates == layout
    assert ('## or: dates = "%m/%d/%Y"' in text) is open_


def test_dates_of_two_ways_are_pointed_out() -> None:
    columns = {"USUBJID": ["1", "2"], "TRTSDT": ["31JAN2026", None]}
    text = template([raw("adsl.csv", {**columns, "TRTEDT": ["2026-02-01", None]})])
    assert "## dates: TRTSDT are not written as YYYY-MM-DD; TRTEDT is. Export all so." in text
    text = template([raw("adsl.csv", {**columns, "TRTEDT": ["soon", None]})])
    assert "## dates: TRTSDT, TRTEDT are not written as YYYY-MM-DD, and not all in one way" in text
    assert parse_study(uncommented(text)).domains["ADSL"].dates == "iso"
