"""The rules over real exports: nothing is refused, and each known oddity is found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from data_access.checks import Context, hygiene, levels, privacy, run_checks
from data_access.checks.context import columns_of
from data_access.checks.copies import compare_copies
from data_access.findings import Finding, Severity
from data_access.schema import DOMAINS, Kind
from data_access.study.model import Study, Terms
from tests.data_access.checks.written import STUDY, context_of, read_strings, typed

pytestmark = pytest.mark.slow

FILES = {
    "pharmaverse_onco": ("adsl", "adrs_onco", "adtr_onco", "adtte_onco", "adae", "adex"),
    "random_cdisc": ("adsl", "adrs", "adtr", "adtte", "adae", "adex", "adlb"),
    "cdisc_pilot": ("adsl", "adtte", "adae"),
}
STUDIES: Mapping[str, Study] = {
    "random_cdisc": replace(
        STUDY,
        terms=Terms(
            paramcds={"CBOR": ("BESRSPI",), "OVR": ("OVRINV",), "DOR": ("CRSD",)},
        ),
    ),
    "pharmaverse_onco": replace(STUDY, terms=Terms(paramcds={"DOR": ("RSD",)})),
}


def _kept(domain: str, strings: pd.DataFrame) -> pd.DataFrame:
    """The columns of the schema; *DT from *DTM where only that is there."""
    known = {c.name: c.kind for c in DOMAINS[domain].columns}
    kept = {c: strings[c] for c in strings.columns if c in known}
    for name, kind in known.items():
        if kind is Kind.DATE and name not in kept and f"{name}M" in strings:
            kept[name] = strings[f"{name}M"]
    return pd.DataFrame(kept)


@cache
def _context(folder: Path, name: str) -> Context:
    frames = {}
    for stem in FILES[name]:
        domain = stem.split("_", maxsplit=1)[0].upper()
        frames[domain] = _kept(domain, read_strings(folder / "data" / name / "csv" / f"{stem}.csv"))
    context = context_of(frames, study=STUDIES.get(name, STUDY), today=date(2026, 1, 1))
    newest = max(
        context.frames[d][c].max()
        for d in context.frames
        for c in columns_of(context, d, Kind.DATE)
        if context.frames[d][c].notna().any()
    )
    return replace(context, cut_date=newest.date())


@cache
def findings(folder: Path, name: str) -> tuple[Finding, ...]:
    return run_checks(_context(folder, name))


@pytest.mark.parametrize("name", FILES)
def test_nothing_real_is_refused(shared, name):
    refused = [f for f in findings(shared, name) if f.severity is Severity.REJECT]
    assert refused == []


#: What is odd about each export, by rule and domain, and in how many rows. Counted by hand.
ODDITIES = {
    "pharmaverse_onco": {
        ("check-ae-before-dose", "ADAE"): 65,
        ("check-ae-emergent-never-n", "ADAE"): 69,
        ("check-ae-ongoing", "ADAE"): 473,
        ("check-ae-relation-missing", "ADAE"): 4,
        ("check-ae-severity-only", "ADAE"): 1191,
        ("check-arm-actual", "ADSL"): 12,
        ("check-date-imputed", "ADAE"): 26,
        ("check-na-kept", "ADSL"): 306,  # REGION1, North America
        ("check-partial-date", "ADAE"): 26,
        ("check-response-after-progression", "ADRS"): 1,  # SD after PD
        ("check-subject-without-records", "ADTR"): 300,
        ("check-subject-without-records", "ADTTE"): 52,  # screening failures
        ("check-time-unit-missing", "ADTTE"): 512,
    },
    "random_cdisc": {
        ("check-ae-fatal-several", "ADAE"): 241,
        ("check-baseline-empty", "ADTR"): 400,
        ("check-derived-records", "ADTR"): 400,
        ("check-duration-without-response", "ADTTE"): 9,  # 400 CRSD, 391 responders
        ("check-time-is-count", "ADTTE"): 400,
        # 302 steps from a lower to a higher AVISITN; 470 with ties of AVISITN and derived rows
        ("check-visit-order", "ADTR"): 302,
    },
    "cdisc_pilot": {
        ("check-ae-ongoing", "ADAE"): 473,
        ("check-ae-severity-only", "ADAE"): 1191,
        ("check-ae-start-missing", "ADAE"): 11,
        ("check-date-imputed", "ADAE"): 15,
        ("check-time-unit-missing", "ADTTE"): 254,
    },
}


@pytest.mark.parametrize(
    ("name", "rule", "domain"), [(n, *k) for n, o in ODDITIES.items() for k in o]
)
def test_a_known_oddity_is_found(shared, name, rule, domain):
    (found,) = [f for f in findings(shared, name) if (f.rule, f.domain) == (rule, domain)]
    assert found.count == ODDITIES[name][rule, domain]


def test_times_censored_on_the_first_day_are_told_per_endpoint(shared):
    found = [
        f.sentence
        for f in findings(shared, "pharmaverse_onco")
        if f.rule == "check-censored-day-one"
    ]
    assert "243 of 254 PFS times are censored on the first day." in found


def test_a_visit_number_used_twice_is_told(shared):
    (found,) = [
        f
        for f in findings(shared, "random_cdisc")
        if (f.rule, f.domain) == ("check-visit-number", "ADTR")
    ]
    assert found.sentence == 'AVISITN 999 is "END OF INDUCTION" and "FOLLOW UP".'


@pytest.mark.parametrize("name", FILES)
def test_no_free_text_is_taken_for_an_identifier(shared, name):
    assert [f for f in findings(shared, name) if f.rule == "check-free-text-identifier"] == []


@pytest.mark.parametrize("name", FILES)
def test_copies_of_adsl_agree_with_it(shared, name):
    """The exports repeat ADSL on every domain; the arms and sexes they repeat are its own."""
    context = _context(shared, name)
    repeated = ("SEX", "ARM", "ACTARM", "ARMCD", "SITEID", "DTHFL")
    for stem in FILES[name][1:]:
        domain = stem.split("_", maxsplit=1)[0].upper()
        strings = read_strings(shared / "data" / name / "csv" / f"{stem}.csv")
        columns = ["USUBJID", *(c for c in repeated if c in strings)]
        copies = typed("ADSL", strings[columns], context)
        assert compare_copies(domain, copies, context.frames["ADSL"]) == ()


def test_another_sex_in_one_copy_is_found(shared):
    context = _context(shared, "cdisc_pilot")
    strings = read_strings(shared / "data" / "cdisc_pilot" / "csv" / "adae.csv")
    strings.loc[100, "SEX"] = {"F": "M", "M": "F"}[str(strings.loc[100, "SEX"])]
    copies = typed("ADSL", strings[["USUBJID", "SEX"]], context)
    (found,) = compare_copies("ADAE", copies, context.frames["ADSL"])
    assert (found.column, found.count) == ("SEX", 1)


def test_real_bladder_samples_of_one_person_are_kept_and_told(shared):
    """348 samples of 347 people: refused when the person is the key, an error when samples are."""
    clinical = read_strings(shared / "data" / "imvigor210" / "csv" / "clinical.csv")
    sample, person = clinical["X"], clinical["ANONPT_ID"]
    by_sample = context_of({"ADSL": pd.DataFrame({"USUBJID": sample, "_person": person})})
    (found,) = [f for f in run_checks(by_sample) if f.rule == "check-person-repeated"]
    assert found.sentence == (
        "1 person stands behind 2 rows of ADSL: 348 rows are counted, 347 persons."
    )
    by_person = context_of({"ADSL": pd.DataFrame({"USUBJID": person})})
    (found,) = [f for f in run_checks(by_person) if f.severity is Severity.REJECT]
    assert (found.rule, found.patients) == ("check-subject-duplicate", ("10285",))


def test_japanese_adverse_events_are_read_as_they_are(shared):
    """501 of 1191 terms in Japanese: no rule on characters or people speaks up."""
    path = shared / "data" / "datasetjson_v11" / "original" / "edge" / "ae_i18n_japanese.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    cells = [["" if v is None else str(v) for v in row] for row in data["rows"]]
    table = pd.DataFrame(cells, columns=[c["name"] for c in data["columns"]], dtype=str)
    words = table[["USUBJID", "AETERM", "AEDECOD"]]
    assert words["AETERM"].str.contains("[ぁ-んァ-ヶ一-龠]").sum() == 501
    context = context_of({"ADAE": words})
    for area in (hygiene, levels, privacy):
        assert [f for check in area.CHECKS for f in check(context)] == []


def test_no_real_cell_is_taken_for_an_identifier_or_a_formula(shared):
    """Every column of every published sheet read as free text."""
    seen = []
    for path in sorted((shared / "data").glob("*/csv/*.csv")):
        strings = read_strings(path)
        if "_labels" in path.name or strings.shape[1] > 200:  # counts: one column per sample
            continue
        strings.columns = [f"V{i}" for i in range(strings.shape[1])]
        context = context_of({"ADSL": strings})
        found = [*privacy.free_text(context), *hygiene.characters(context)]
        seen += [(path.name, f.rule, f.column) for f in found]
    assert seen == []
