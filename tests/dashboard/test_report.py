"""The JSON that `metrics` prints: its shape, its filters, its refusals, its documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.report import SECTIONS, ReportError, ReportOptions, metrics_report
from dashboard.report.options import selected
from data_access.importer import import_exports
from data_access.store import Cut, CutStore
from data_access.study import parse_study
from tests.conftest import ROOT
from tests.data_access.bad_inputs.base import STUDY, write_good

NOW = datetime(2025, 6, 1, tzinfo=UTC)
PROPORTION = {"x", "n", "estimate", "lower", "upper", "method", "level"}
WINDOWS = "\n[rules]\norr_window_days = 182\npfs_window_days = 182.625\nae_window_days = 365\n"


@pytest.fixture(scope="module")
def cut(tmp_path_factory) -> Cut:
    folder = tmp_path_factory.mktemp("report")
    exports = write_good(folder)
    study = folder / "study.toml"
    study.write_text(STUDY + WINDOWS + '\n[filters]\nRACE = "Race"\n', encoding="utf-8")
    result = import_exports(exports, study, store=CutStore(folder / "home"), now=NOW)
    assert result.cut is not None
    return result.cut


@pytest.fixture(scope="module")
def whole(cut) -> dict[str, Any]:
    return metrics_report(cut, ReportOptions(by="BACKBONE"))


def test_it_is_json_without_nan(whole):
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole


def test_a_cell_of_several_values_counts_for_each() -> None:
    study = parse_study(
        '[study]\ntitle = "T"\n[filters]\nSITES = { label = "Sites", kind = "several" }\n'
    )
    adsl = pd.DataFrame(
        {
            "USUBJID": list("ABCD"),
            "SITES": ["LUNG; LIVER", "LIVER", None, " ; "],
            "SEX": list("FFMF"),
        }
    )
    assert selected(adsl, {"SITES": ("LIVER",)}, study) == {"A", "B"}
    assert selected(adsl, {"sites": ("LUNG",), "SEX": ("F",)}, study) == {"A"}
    assert selected(adsl, {"SITES": ("",)}, study) == {"C", "D"}
    with pytest.raises(ReportError, match="it holds 'LIVER', 'LUNG'"):
        selected(adsl, {"SITES": ("LUNG; LIVER",)}, study)


def test_response_by_hand(whole):
    """Every third of 24 patients has PR, PR: 8 confirmed responders; the others SD, PD."""
    response = whole["response"]
    assert (response["orr"]["x"], response["orr"]["n"]) == (8, 24)
    assert set(response["orr"]) >= PROPORTION
    assert response["bor"] == {"PR": 8, "SD": 16}
    assert response["source"] == "exported"
    assert response["dcr"]["x"] == 24
    assert (response["window"]["orr"]["x"], response["window"]["pending"]) == (8, 0)
    assert response["best_pchg"]["n"] == 24


def test_survival_has_every_field(whole):
    pfs = whole["survival"]["PFS"]
    assert set(pfs) >= {
        "n",
        "events",
        "source",
        "unit",
        "conf_type",
        "median",
        "median_lower",
        "median_upper",
        "quantiles",
        "rates",
        "followup",
        "logrank",
    }
    assert (pfs["n"], pfs["source"], pfs["unit"]) == (24, "exported", "DAYS")
    assert pfs["by"]["ERIBULIN"]["n"] == 12
    assert pfs["logrank"]["df"] == 1
    assert set(whole["survival_derived"]) == {"fda", "ema"}
    assert whole["ttr"]["n"] == 8
    assert (whole["ttr"]["median"], whole["ttr"]["min"]) == (
        57,
        57,
    )  # day 56, counted with the first day


def test_safety_counts_by_hand(whole):
    """Each of 24 patients has fatigue grade 1 (not related) and a grade 2 neutropenia (related)."""
    safety = whole["safety"]
    assert (safety["any"]["x"], safety["any"]["n"], safety["n_events"]) == (24, 24, 48)
    assert safety["grade3plus"]["x"] == 0
    assert safety["grade3plus"]["scale"] == "CTCAE"
    assert safety["related"]["x"] == 24
    assert safety["serious"]["x"] == 0
    assert {k: v for k, v in safety["max_grade"].items() if v} == {"2": 24}


def test_digest_and_sets(whole, cut):
    assert whole["cut"]["id"] == cut.id
    assert re.fullmatch("[0-9a-f]{64}", whole["cut"]["digest"])
    assert whole["n"]["enrolled"] == 24


@pytest.mark.parametrize(
    ("column", "value", "n"), [("BACKBONE", "ERIBULIN", 12), ("AGE", "38", 1), ("sitEid", "01", 8)]
)
def test_where_narrows_every_part(cut, column, value, n):
    found = metrics_report(cut, ReportOptions(where={column: (value,)}))
    assert found["n"]["enrolled"] == n
    assert found["response"]["orr"]["n"] == n
    assert found["survival"]["OS"]["n"] == n
    assert found["safety"]["n"] == n


def test_conditions_combine(cut):
    where = {"BACKBONE": ("ERIBULIN", "PACLITAXEL"), "SITEID": ("01",)}
    assert metrics_report(cut, ReportOptions(where=where))["n"]["enrolled"] == 8


def test_sections_are_chosen(cut):
    for section in SECTIONS:
        found = metrics_report(cut, ReportOptions(only=(section,)))
        assert section in found
        assert not (set(SECTIONS) - {section}) & set(found)


def test_times_are_in_the_endpoints_unit(cut):
    found = metrics_report(cut, ReportOptions(times=(50.0, 113.0), only=("survival",)))
    assert [r["time"] for r in found["survival"]["PFS"]["rates"]] == [50, 113]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ReportOptions(where={"SEXX": ("F",)}), "Did you mean SEX"),
        (ReportOptions(where={"SEX": ("X",)}), "it holds 'F'"),
        (ReportOptions(by="NOPE"), "no column NOPE"),
        (ReportOptions(only=("efficacy",)), "no section efficacy"),
    ],
)
def test_what_cannot_be_answered_is_said(cut, options, words):
    with pytest.raises(ReportError, match=words):
        metrics_report(cut, options)


#: Levels that name a patient, a term or a level of the data, not a field of the schema.
DYNAMIC = re.compile(
    r"^(survival|bor|bor_unconfirmed|by|by_group|factors|aesi|max_grade|by_grade|percent|filters"
    r"|bands|quadrants)$"
)


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every field of the object as dotted path; keys that are data become *."""
    if isinstance(value, dict):
        dynamic = bool(DYNAMIC.match(at.rpartition(".")[2]))
        for key, inner in value.items():
            yield from paths(inner, f"{at}.*" if dynamic else f"{at}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{at}[]")
    else:
        yield at


def test_every_field_is_documented(whole):
    page = (ROOT / "docs" / "metrics-json.md").read_text(encoding="utf-8")
    page = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    documented = set(re.findall(r"`([^`]+)`", page))
    fields = {p.rpartition(".")[2].replace("[]", "").strip("*") for p in paths(whole)}
    missing = sorted(f for f in fields if f and f not in documented)
    assert not missing, f"docs/metrics-json.md says nothing of {missing}"


def test_the_documented_fields_exist_somewhere(whole):
    page = Path(ROOT / "docs" / "metrics-json.md").read_text(encoding="utf-8")
    for section in SECTIONS:
        assert re.search(rf"(?m)^## .*`{section}`", page)


def test_a_set_that_the_export_cannot_tell_is_refused_in_words(cut):
    with pytest.raises(ReportError, match="ADSL has neither FASFL nor the first doses"):
        metrics_report(cut, ReportOptions(population="full"))


def test_duration_of_response_ends_where_the_shown_pfs_ends(cut):
    """The export has PFS but no duration; with a rule set named, the derived PFS ends it."""
    shown = metrics_report(cut, ReportOptions(only=("survival",)))["survival"]
    named = metrics_report(cut, ReportOptions(only=("survival",), rule="fda"))["survival"]
    assert (shown["DOR"]["rule"], named["DOR"]["rule"]) == ("as exported (PFS)", "FDA")
    assert shown["PFS"] == named["PFS"]
