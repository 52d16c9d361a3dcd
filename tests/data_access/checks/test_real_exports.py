"""The rules over real exports: nothing is refused, and each known oddity is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from data_access.checks import Context, run_checks
from data_access.checks.context import columns_of
from data_access.findings import Finding, Severity
from data_access.schema import ADSL, DOMAINS, Kind
from data_access.study.model import Study, Terms
from tests.data_access.checks.written import STUDY, context_of, read_strings

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
