# ruff: noqa: E501 - one case a line
"""What a study.toml may not say: the rule, the line and the remedy of each refusal."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from data_access.findings import DataError, Finding, Severity
from data_access.study import load_study, parse_study
from data_access.study.parse import MAX_BYTES

TODAY = date(2026, 6, 1)
HEAD = '[study]\ntitle = "T"\n'  # two lines: a case starts on line 3


def refused(text: str) -> tuple[Finding, ...]:
    with pytest.raises(DataError) as caught:
        parse_study(text, "study.toml", today=TODAY)
    return caught.value.findings


#: (name, what follows HEAD, rule, line, words of the sentence, words of the remedy)
CASES = [
    ("syntax", "[rules\n", "study-syntax", 3, "column 7", "Mend the line"),
    ("end of file", "a = [1,\n 2\n\n", "study-syntax", 4, "", "Mend"),
    ("key twice", "[rules]\nlevel = 0.9\nlevel = 0.95", "study-syntax", 5, "Cannot overwrite", ""),
    ("no such day", "[cut]\ndate = 2026-02-30", "study-syntax", 4, "date", ""),
    ("unknown section", "[endpoint.ORR]\nlabel = 1", "study-unknown-key", 3, "endpoint", "[endpoints]"),
    ("unknown key", "[rules]\nconfirm_day = 28", "study-unknown-key", 4, "confirm_day", "“confirm_days”"),
    ("strange key", "[origin]\nevent = 'enrolment'\nxyz = 1", "study-unknown-key", 5, "xyz", "event"),
    ("text for a number", "[rules]\nconfirm_days = '28'", "study-type", 4, "a whole number", "without"),
    ("fraction for days", "[rules]\nconfirm_days = 28.5", "study-type", 4, "whole number", ""),
    ("truth for a number", "[rules]\nmax_ne = true", "study-type", 4, "true or false", ""),
    ("word for truth", "[design]\nrandomised = 'no'", "study-type", 4, "true or false", ""),
    ("number for text", "[rules]\n[endpoints.ORR]\nrole='primary'\nlabel = 3", "study-type", 6, "text", "quotation"),
    ("section as text", "rules = 'x'", "study-type", 1, "rules", ""),
    ("list for a section", "[[rules]]\nlevel = 0.9", "study-type", 3, "a section", "[rules]"),
    ("empty list", "[missing]\nvalues = []", "study-value", 4, "empty list", ""),
    ("control character", '[labels]\nA = "x\\u0000"', "study-value", 4, "control", ""),
    ("empty name", "[labels]\n'' = 'x'", "study-value", 3, "empty name", ""),
    ("percent", "[rules]\nlevel = 95", "study-value", 4, "between 0 and 1", "0.95"),
    ("level 1", "[rules]\nlevel = 1.0", "study-value", 4, "between 0 and 1", ""),
    ("not a number", "[rules]\nlevel = nan", "study-value", 4, "between", ""),
    ("negative confirmation", "[rules]\nconfirm_days = -1", "study-value", 4, "-1", ""),
    ("min_group 0", "[rules]\nmin_group = 0", "study-value", 4, "1 to", ""),
    ("word", "[rules]\nconf_type = 'loglog'", "study-value", 4, "loglog", "“log-log”"),
    ("origin", "[origin]\nevent = 'random'", "study-value", 4, "random", "“randomisation”"),
    ("cut date as words", "[cut]\ndate = '31/03/2026'", "study-date", 4, "31/03/2026", "2026-03-31"),
    ("cut date with a time", "[cut]\ndate = 2026-03-31T12:00:00", "study-date", 4, "not a day", "without"),
    ("quoted day", "[cut]\ndate = '2026-03-31'", "study-type", 4, "it must be a date", "2026-03-31, without quotation marks"),
    ("quoted day in a plan", "[design]\naccrual = [['2026-01-31', 4]]", "study-type", 4, "it must be a date", "without quotation marks"),
    ("quoted impossible day", "[cut]\ndate = '2026-02-30'", "study-date", 4, "no day", ""),
    ("cut in the far future", "[cut]\ndate = 2062-03-31", "study-date", 4, "far in the future", "Write"),
    ("cut long ago", "[cut]\ndate = 1925-03-31", "study-date", 4, "before 1990", ""),
    ("unknown domain", "[files]\nadls = 'x.csv'", "study-unknown-name", 4, "adls", "ADSL"),
    ("unknown mapped domain", "[domains.adxx]\nkeep = ['A']", "study-unknown-name", 3, "adxx", "AD"),
    ("unknown set", "[sets.safty]\ncolumn = 'SAFFL'", "study-unknown-name", 3, "safty", "“safety”"),
    ("values without column", "[sets.safety]\nvalues = ['Y']", "study-missing-key", 4, "no column", ""),
    (
        "endpoint of a benchmark",
        "[benchmarks.b]\nendpoint = 'ORRR'\nlabel = 'l'\npopulation = 'p'\nsource = 's'\nx = 1\nn = 2",
        "study-unknown-name", 4, "ORRR", "“ORR”",
    ),
    (
        "benchmark without source",
        "[benchmarks.b]\nendpoint = 'ORR'\nlabel = 'l'\npopulation = 'p'\nestimate = 0.2",
        "study-missing-key", 3, "source", "Add source",
    ),
    (
        "window of an endpoint and of the rules",
        "[endpoints.ORR]\nlabel = 'l'\nrole = 'primary'\nwindow_days = 180\n[rules]\norr_window_days = 182",
        "study-contradiction", 6, "180 days here and 182", "",
    ),
    (
        "stable disease longer than the window",
        "[rules]\norr_window_days = 182\nsd_min_days = 200",
        "study-contradiction", 5, "sd_min_days is 200", "",
    ),
    (
        "accrual falls",
        "[design]\naccrual = [\n [2026-01-31, 4],\n [2026-02-28, 3],\n]",
        "study-contradiction", 6, "from 4 patients", "total planned",
    ),
    (
        "accrual runs backwards",
        "[design]\naccrual = [[2026-02-28, 4], [2026-01-31, 5]]",
        "study-contradiction", 4, "dates must ascend", "",
    ),
    (
        "accrual above the plan",
        "[design]\nplanned_patients = 5\naccrual = [[2026-02-28, 9]]",
        "study-contradiction", 5, "planned_patients is 5", "",
    ),
    ("accrual of one number", "[design]\naccrual = [4]", "study-type", 4, "a pair", "[2026-01-31, 4]"),
    ("simon p0 above p1", "[design.simon]\np0 = 0.3\np1 = 0.1", "study-contradiction", 4, "p0 is 0.3", ""),
    (
        "shared drug",
        "[backbones]\ncolumn = 'B'\n[backbones.groups.a]\nvalues = ['X']\n[backbones.groups.b]\nvalues = ['x']",
        "study-contradiction", 8, "groups a and b", "within",
    ),
    (
        "doublet as a value",
        "[backbones]\ncolumn = 'B'\n[backbones.groups.a]\nvalues = ['X + Y']",
        "study-contradiction", 6, "separator", "Name one drug",
    ),
    (
        "within nothing",
        "[backbones]\ncolumn = 'B'\n[backbones.groups.platinum]\nvalues = 'X'\n[backbones.groups.carbo]\nvalues = 'Y'\nwithin = 'platin'",
        "study-unknown-name", 9, "platin", "“platinum”",
    ),
    (
        "within itself",
        "[backbones]\ncolumn = 'B'\ngroups.a = { values = 'X', within = 'a' }",
        "study-contradiction", 5, "within itself", "",
    ),
    (
        "priority of an unknown group",
        "[backbones]\ncolumn = 'B'\npriority = ['a', 'bb']\ngroups.a.values = 'X'",
        "study-unknown-name", 5, "bb", "a",
    ),
    (
        "priority forgets a group",
        "[backbones]\ncolumn = 'B'\npriority = 'a'\ngroups.a.values = 'X'\ngroups.b.values = 'Y'",
        "study-contradiction", 5, "does not name b", "every group",
    ),
    (
        "two groups of one name",
        "[backbones]\ncolumn = 'B'\ngroups.a.values = 'X'\ngroups.A.values = 'Y'",
        "study-duplicate", 6, "twice", "",
    ),
    ("id", "[backbones]\ncolumn = 'B'\ngroups.'a b'.values = 'X'", "study-value", 5, "“a b”", "label"),
    ("related and not", "[terms]\nrelated = ['no']", "study-contradiction", 4, "NO is both", "both lists"),
    (
        "event and censored",
        "[tte.OS]\ntime = 't'\nunit = 'DAYS'\nevent = 'e'\nevents = [1]\ncensored = ['1', '0']",
        "study-value", 8, "event and as censored", "",
    ),
    ("missing and literal", "[missing]\nvalues = ['None']\nliteral = ['none']", "study-contradiction", 5, "none", ""),
    ("missing event code", "[terms]\nevent_codes = ['.']\n[missing]\nvalues = '.'", "study-contradiction", 4, ".", ""),
    ("one PARAMCD, two purposes", "[terms.paramcds]\nBOR = 'R'\nCBOR = 'R'", "study-contradiction", 5, "R stands for BOR and for CBOR", ""),
    ("purpose misspelt", "[terms.paramcds]\nTARGETSUM = 'R'", "study-unknown-name", 4, "TARGETSUM", "TARGET_SUM"),
    ("purpose that is none", "[terms.paramcds]\nOVERALL = 'R'", "study-unknown-name", 4, "OVERALL", "Purposes are OVR"),
    ("response term", "[terms.response]\nComplete = 'CRR'", "study-value", 4, "CRR", "“CR”"),
    ("file in a folder", "[files]\nadsl = '../adsl.csv'", "study-value", 4, "itself", "without folders"),
    ("absolute file", "[files]\nadsl = 'C:\\data\\adsl.csv'", "study-value", 4, "itself", ""),
    ("one file, two domains", "[files]\nadsl = 'a.csv'\nadrs = 'A.csv'", "study-duplicate", 5, "to ADSL and to ADRS", "from"),
    ("domain twice", "[files]\nadsl = 'a.csv'\nADSL = 'b.csv'", "study-duplicate", 5, "twice", ""),
    ("separator is the decimal sign", "[files.default]\nseparator = ','\ndecimal = ','", "study-value", 5, "both", ""),
    ("separator of two", "[files.default]\nseparator = '::'", "study-value", 4, "part columns", ";"),
    ("encoding", "[files.default]\nencoding = 'latin1'", "study-value", 4, "latin1", ""),
    ("standard name misspelt", "[domains.adsl]\ncolumns = { USUBID = 'X' }", "study-unknown-name", 4, "USUBID", "USUBJID"),
    ("kind of a standard column", "[domains.adsl]\nkinds = { AGE = 'text' }", "study-value", 4, "standard", "Remove"),
    ("reserved name", "[domains.adsl]\nkeep = ['_row']", "study-value", 4, "_row", ""),
    ("person elsewhere", "[domains.adae]\nperson = 'X'", "study-value", 4, "ADSL only", ""),
    ("derived from itself", "[domains.adrs]\nfrom = 'ADRS'", "study-value", 4, "itself", ""),
    ("key without from", "[domains.adsl]\nkey = 'X'", "study-value", 4, "key and no from", "Add from"),
    ("pattern without a group", "[domains.adsl]\nfrom = 's.csv'\nextract = { A = { column = 'S', pattern = '_R' } }", "study-value", 5, "0 groups", "round brackets"),
    ("pattern that runs for ever", "[domains.adsl]\nfrom = 's.csv'\nextract = { A = { column = 'S', pattern = '(a)(?=b)' } }", "study-value", 5, "no pattern Interim can run", ""),
    ("one visit of a pair", "[biomarkers.immune]\nbefore = 'Day 1'", "study-missing-key", 3, "one visit of a pair", "State before and after"),
    ("a pair with itself", "[biomarkers.immune]\nbefore = 'A'\nafter = 'A'", "study-value", 5, "with itself", ""),
    ("depth of blood", "[biomarkers.immune]\nmin_depth = 5", "study-value", 4, "microbiome only", "Remove"),
    ("composition of one", "[biomarkers.immune.compositions]\nA = ['CD4']", "study-value", 4, "two or more parts", ""),
    ("composition of nothing", "[biomarkers.immune]\ncompositions = 5", "study-type", 4, "a section", "CD4"),
    ("composition of tissue", "[biomarkers.tissue.compositions]\nA = ['CD4', 'CD8']", "study-value", 3, "immune only", "Remove"),
    ("panel of a microbiome", "[biomarkers.microbiome.panel.X]\nlabel = 'X'\nunit = '%'", "study-value", 3, "immune and tissue only", "Remove"),
    ("response without words", "[biomarkers]\nresponse = 'R'", "study-missing-key", 4, "responders and non_responders", "List"),
    ("both groups", "[biomarkers]\nresponse = 'R'\nresponders = ['Y']\nnon_responders = ['y']", "study-value", 6, "cannot mean", ""),
    ("dates without a year", "[domains.adsl]\ndates = '%d/%m'", "study-value", 4, "year", "%d/%m/%Y"),
    ("dates without a month", "[domains.adsl]\ndates = '%d %Y'", "study-value", 4, "month", "%m"),
    ("filter twice", "[[filters]]\ncolumn = 'SEX'\n[[filters]]\ncolumn = 'sex'", "study-duplicate", 5, "sex twice", ""),
    ("separator of a single value", "[filters]\nSEX = { label = 'Sex', separator = ';' }", "study-value", 4, "not of kind several", 'kind = "several"'),
    ("unknown kind of filter", "[filters]\nSEX = { label = 'Sex', kind = 'severel' }", "study-value", 4, "severel", "“several”"),
    ("unknown AESI drug", "[backbones]\ncolumn = 'B'\ngroups.taxane.values = 'X'\n[aesi.n]\nlabel = 'l'\ndrug = 'taxan'\nterms = 'T'", "study-unknown-name", 8, "taxan", "“taxane”"),
    ("external range that says nothing", "[aesi.g]\nlabel = 'l'\ndrug = 'inosine'\nterms = 'T'\n[aesi.g.external.e]\nlabel = 'l'\nsource = 's'\npopulation = 'p'", "study-contradiction", 8, "external range e states neither", "fractions"),
    ("external x above n", "[aesi.g]\nlabel = 'l'\ndrug = 'inosine'\nterms = 'T'\n[aesi.g.external.e]\nlabel = 'l'\nsource = 's'\nx = 9\nn = 8", "study-contradiction", 10, "x = 9 of n = 8", ""),
    ("external percentage", "[aesi.g]\nlabel = 'l'\ndrug = 'inosine'\nterms = 'T'\n[aesi.g.external.e]\nlabel = 'l'\nsource = 's'\nwords = 'w'\nestimate = 45", "study-value", 11, "0 to 1", "0.45"),
    ("external without source", "[aesi.g]\nlabel = 'l'\ndrug = 'inosine'\nterms = 'T'\n[aesi.g.external.e]\nlabel = 'l'\nwords = 'w'", "study-missing-key", 7, "source", ""),
    ("unknown monitoring kind", "[monitoring.m]\nkind = 'simmon'\nlabel = 'l'\nendpoint = 'ORR'", "study-value", 4, "simmon", "“simon”"),
    ("monitoring parameter", "[monitoring.m]\nkind = 'toxicity'\nlabel = 'l'\nendpoint = 'AE'\np = '1/3'\ncutof = 0.9\ncutoff = 0.9", "study-unknown-key", 8, "cutof", "“cutoff”"),
    ("simon r1 not below n1", "[monitoring.m]\nkind = 'simon'\nlabel = 'l'\nendpoint = 'ORR'\nr1 = 9\nn1 = 9", "study-contradiction", 7, "r1 is 9", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "rule", "line", "sentence", "remedy"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_refusal(body: str, rule: str, line: int, sentence: str, remedy: str) -> None:
    findings = refused(body + "\n" + HEAD if body.startswith("rules =") else HEAD + body)

    assert [f.rule for f in findings] == [rule]
    finding = findings[0]
    assert finding.severity is Severity.REJECT
    assert (finding.places[0].file, finding.places[0].line) == ("study.toml", line)
    assert sentence in finding.sentence
    assert remedy in finding.remedy
    assert finding.remedy


BENCHMARK = (
    "[benchmarks.b]\nendpoint = 'ORR'\nlabel = 'l'\npopulation = 'p'\nsource = 's'\n"  # lines 3-7
)


@pytest.mark.parametrize(
    ("numbers", "line", "sentence"),
    [
        ("", 5, "neither x and n nor an estimate"),
        ("x = 5", 8, "needs both x and n"),
        ("x = 5\nn = 4", 8, "x = 5 of n = 4"),
        ("estimate = 0.2\nlower = 0.3\nupper = 0.4", 9, "lower above the estimate"),
        ("estimate = 0.5\nlower = 0.3\nupper = 0.4", 10, "upper below the estimate"),
        ("estimate = 0.5\nlower = 0.3", 5, "both lower and upper"),
        ("estimate = 11.0", 8, "a proportion above 1"),
        ("x = 11\nn = 100\nestimate = 0.12", 10, "11 of 100 = 0.110"),
    ],
)
def test_benchmark_numbers_must_agree(numbers: str, line: int, sentence: str) -> None:
    findings = refused(HEAD + BENCHMARK + numbers)

    assert [f.places[0].line for f in findings] == [line]
    assert findings[0].rule == "study-contradiction"
    assert sentence in findings[0].sentence


def test_a_benchmark_of_months_is_not_a_proportion() -> None:
    text = HEAD + BENCHMARK.replace("ORR", "PFS") + "estimate = 2.8\nlower = 2.1\nupper = 3.4\n"

    assert parse_study(text).benchmarks[0].estimate == 2.8


def test_all_problems_of_a_file_come_at_once() -> None:
    findings = refused(
        HEAD + "colour = 1\n[rules]\nlevel = 95\nconfirm_days = -3\n[files]\nadls = 'x.csv'\n"
    )

    assert sorted((f.rule, f.places[0].line) for f in findings) == [
        ("study-unknown-key", 3),
        ("study-unknown-name", 8),
        ("study-value", 5),
        ("study-value", 6),
    ]


def test_a_cycle_of_groups_is_named_for_each_of_them() -> None:
    findings = refused(
        HEAD + "[backbones]\ncolumn = 'B'\ngroups.a = { values = 'X', within = 'b' }\n"
        "groups.b = { values = 'Y', within = 'a' }\n"
    )

    assert [f.places[0].line for f in findings] == [5, 6]


def test_a_key_without_its_section_is_told_where_it_belongs() -> None:
    (finding, missing) = sorted(refused("min_group = 3\n"), key=lambda f: f.rule, reverse=True)

    assert finding.places[0].line == 1
    assert "[rules]" in finding.remedy
    assert missing.rule == "study-missing-key"
    assert "[study]" in missing.remedy


@pytest.mark.parametrize("id_", ["Inosine", "a_b", "é", "a" * 61, "-a", "a b"])
def test_study_ids_are_slugs(id_: str) -> None:
    (finding,) = refused(f'[study]\ntitle = "T"\nid = "{id_}"\n')

    assert (finding.rule, finding.places[0].line) == ("study-value", 3)
    assert 'id = "' in finding.remedy


def test_a_title_without_latin_letters_needs_an_id() -> None:
    (finding,) = refused('[study]\ntitle = "肌苷研究"\n')

    assert (finding.rule, finding.places[0].line) == ("study-missing-key", 2)


def test_the_cut_date_stands_in_one_place() -> None:
    (finding,) = refused(HEAD + "cut_date = 2026-03-31\n[cut]\ndate = 2026-03-31\n")

    assert (finding.rule, finding.places[0].line) == ("study-duplicate", 4)


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (b'[study]\ntitle = "caf\xe9"\n', "study-encoding", 2),
        ('[study]\ntitle = "T"'.encode("utf-16"), "study-encoding", 1),
        (b"", "study-missing-key", None),
        (b"STUDYID,USUBJID\nA,1\n", "study-syntax", 1),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "study-syntax", None),
        (b"a = " + b"9" * 5000, "study-syntax", None),
        (b"# " + b"x" * MAX_BYTES, "study-file", None),
    ],
    ids=["cp1252", "utf-16", "empty", "an export", "deep nesting", "huge number", "too large"],
)
def test_files_that_are_no_study(
    tmp_path: Path, content: bytes, rule: str, line: int | None
) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)

    with pytest.raises(DataError) as caught:
        load_study(path)

    (finding,) = caught.value.findings
    assert (finding.rule, finding.places[0].line) == (rule, line)
    assert str(tmp_path) not in finding.sentence


def test_a_folder_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.toml"):
        with pytest.raises(DataError) as caught:
            load_study(path)
        assert [f.rule for f in caught.value.findings] == ["study-file"]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A pipe without a writer would be waited for, a device read for ever."""
    pipe = tmp_path / "study.toml"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(DataError) as refusal:
            load_study(path)
        assert refusal.value.findings[0].sentence == "It is a pipe or device, not a file."
