"""The JSON of `metrics` for every real export: its keys, its types, its documentation."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.report import BIOMARKERS, SECTIONS, ReportOptions, metrics_report
from data_access.importer import import_exports
from data_access.store import Cut, CutStore
from tests.conftest import ROOT, STUDIES
from tests.dashboard.by_hand import write_study
from tests.dashboard.test_report import PROPORTION

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = (*sorted(p.name for p in STUDIES.iterdir() if p.is_dir()), "by hand")
#: what holds names of the data: endpoints, terms, drugs, levels, parameters, patients
OF_DATA = {
    *("survival", "bor", "bor_unconfirmed", "by", "by_group", "factors", "aesi", "max_grade"),
    *("by_grade", "percent", "filters", "drugs", "reasons", "modifications", "exported"),
    *("other_intervals", "sets", "classes", "usable"),
    *("terms", "bands", "above", "over_limit", "quadrants"),
}

#: what the object holds, by section; a section that an export cannot fill is null as a whole
HEAD = {"study", "cut", "filters", "n", "sets", *SECTIONS, "survival_derived", "ttr", "checks"}
RESPONSE = {
    *("orr", "orr_unconfirmed", "dcr", "cbr", "bor", "bor_unconfirmed", "best_pchg", "window"),
    *("population", "n", "source", "source_unconfirmed"),
}
WINDOW = {"orr", "pending", "mature", "incidence", "bounds"}
MICROBIOME = {
    *("table", "label", "tables", "population", "samples", "pairs", "identity", "alpha", "beta"),
    *("permanova", "differential", "taxa_of_interest"),
}
MARKERS = {
    *("population", "panel", "samples", "pairs", "paired", "by_response", "outcomes"),
    "compositions",
}
HAZARD = {"marker", "what", "start", "logged", "n", "events", "sd", "cox", "why"}
ENDPOINT = {
    *("n", "events", "source", "unit", "conf_type", "median", "median_lower", "median_upper"),
    *("quantiles", "rates", "followup"),
}
SAFETY = {
    *("any", "grade3plus", "related", "related_12_months", "serious", "fatal", "n_events"),
    *("max_grade", "by_soc", "by_pt"),
}


@pytest.fixture(scope="module", params=NAMES)
def cut(request, tmp_path_factory) -> Cut:
    folder = tmp_path_factory.mktemp("schema")
    if request.param == "by hand":
        exports, study = write_study(folder)
    else:
        shared: Path = request.getfixturevalue("shared")
        exports = shared / "data" / request.param / "csv"
        study = STUDIES / request.param / "study.toml"
    if request.param == "datasetjson_v11":
        exports = folder / "exports"
        exports.mkdir()
        for path in (shared / "data" / request.param / "original" / "adam").glob("*.json"):
            shutil.copy(path, exports)
    found = import_exports(exports, study, store=CutStore(folder / "home"), now=NOW).cut
    assert found is not None
    return found


@pytest.fixture(scope="module")
def whole(cut) -> dict[str, Any]:
    asked = metrics_report(cut, ReportOptions(only=BIOMARKERS))
    usual = metrics_report(cut, ReportOptions())
    assert not set(BIOMARKERS) & set(usual), "biomarkers are printed when asked for"
    return {**usual, **asked}


def test_it_is_one_json_object_with_every_section(whole):
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole
    assert set(whole) == HEAD
    assert set(whole["cut"]) == {"id", "date", "digest"}
    assert set(whole["n"]) == {"enrolled", "safety", "full", "evaluable"}


def test_every_section_has_its_keys(whole):
    assert set(whole["response"]) >= RESPONSE
    if whole["response"]["window"] is not None:
        assert set(whole["response"]["window"]) >= WINDOW
    assert set(whole["survival_derived"]) == {"fda", "ema"}
    assert set(whole["ttr"]) >= {"n", "median", "min", "max"}
    for endpoint in whole["survival"].values():
        assert set(endpoint) >= ENDPOINT
        assert all(set(q) == {"p", "estimate", "lower", "upper"} for q in endpoint["quantiles"])
        wanted = {"time", "estimate", "lower", "upper", "n_at_risk"}
        assert all(set(r) == wanted for r in endpoint["rates"])
    if whole["safety"] is not None:
        assert set(whole["safety"]) >= SAFETY
        for row in (*whole["safety"]["by_soc"], *whole["safety"]["by_pt"]):
            assert set(row) >= {"term", "by_grade", *PROPORTION}
            assert sum(row["by_grade"].values()) == row["x"]
        if whole["safety"]["grade3plus"] is not None:
            assert whole["safety"]["grade3plus"]["scale"] in {"CTCAE", "severity"}
    if whole["microbiome"] is not None:
        assert set(whole["microbiome"]) == MICROBIOME
    own = {"immune": {"ranges"}, "tissue": {"lesions", "sites"}}
    for kind, more in own.items():
        if whole[kind] is not None:
            assert set(whole[kind]) == MARKERS | more
            for outcome in whole[kind]["outcomes"]:
                assert all(set(h) == HAZARD for h in outcome["hazards"])
    for check in whole["checks"]:
        assert set(check) == {"endpoint", "patient", "exported", "derived", "reason"}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def test_every_proportion_is_one(whole):
    """Not estimable is null, never 0 of 0; an interval holds its estimate."""
    found = [o for o in objects(whole) if {"x", "n", "method"} <= set(o) and "mean" not in o]
    assert found or whole["response"]["source"] is whole["safety"] is None
    for p in found:
        assert set(p) >= PROPORTION
        if p["n"] == 0:
            assert (p["estimate"], p["lower"], p["upper"]) == (None, None, None)
        else:
            assert p["estimate"] == p["x"] / p["n"]
            assert 0 <= p["lower"] <= p["estimate"] <= p["upper"] <= 1


def test_every_quantile_and_rate_lies_in_its_limits(whole):
    for o in objects(whole):
        if {"estimate", "lower", "upper"} <= set(o) and o["estimate"] is not None:
            for lower, upper in ((o["lower"], o["estimate"]), (o["estimate"], o["upper"])):
                assert lower is None or upper is None or lower <= upper


def fields(value: Any, *, named: bool = True) -> Iterator[str]:
    """Every field name of the object; what stands under a name of OF_DATA is no field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if named:
                yield key
            yield from fields(inner, named=not (named and key in OF_DATA))
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def test_every_field_is_documented(whole):
    page = (ROOT / "docs" / "metrics-json.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL)))
    # per drug and per window: the name is made of words of study.toml
    made = re.compile(r"related_\d+_days|(related|leading_to_[a-z]+)_\w+")
    missing = {f for f in fields(whole) if f not in documented and not made.fullmatch(f)}
    assert not missing, sorted(missing)
