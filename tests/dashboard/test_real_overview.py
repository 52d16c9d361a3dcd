"""The Overview on real exports agrees with the values R computed from the same files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask import Flask

from dashboard.pages.overview import CARDS
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.stores import real_store

SETS = ("cdisc_pilot", "imvigor210", "metabric_cbioportal", "pharmaverse_onco", "random_cdisc")


@pytest.fixture(scope="module")
def answers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every card of every set, by set and card name."""
    found: dict[str, dict[str, Any]] = {}
    for name in SETS:
        shelf = Shelf(real_store(tmp_path_factory, shared, name))
        results = Results(shelf, PANELS, Flask(__name__))
        selection = shelf.resolve("")[0]
        found[name] = {
            c.name: results.panel(c.panel or c.name, selection, Audience.FULL) for c in CARDS
        }
        for card in CARDS:
            assert card.draw(found[name][card.name]) is not None
    return found


def reference(shared: Path, name: str) -> dict[str, Any]:
    text = (shared / "data" / name / "reference.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def close(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    """x, n and interval of a proportion against R's binom.test (percent)."""
    return bool(
        (answer["x"], answer["n"]) == (expected["k"], expected["n"])
        and 100 * answer["lower"] == pytest.approx(expected["lower"], rel=1e-6)
        and 100 * answer["upper"] == pytest.approx(expected["upper"], rel=1e-6)
    )


def test_response_rates_are_those_of_r(answers: dict[str, Any], shared: Path) -> None:
    expected = reference(shared, "random_cdisc")["response"]["BESRSPI"]["overall"]
    shown = answers["random_cdisc"]["overview-efficacy"]
    assert close(shown["orr"]["headline"], expected["ORR"])
    assert close(shown["dcr"]["headline"], expected["DCR_incl_NonCRNonPD"])
    expected = reference(shared, "imvigor210")["response"]["overall"]
    shown = answers["imvigor210"]["overview-efficacy"]
    assert close(shown["orr"]["headline"], expected["ORR"])
    assert close(shown["dcr"]["headline"], expected["DCR_incl_NonCRNonPD"])


def test_progression_free_survival_is_that_of_r(answers: dict[str, Any], shared: Path) -> None:
    for name in ("random_cdisc", "pharmaverse_onco"):
        expected = reference(shared, name)["tte"]["PFS"]["overall"]
        shown = answers[name]["overview-efficacy"]
        curve, rate = shown["pfs"]["curve"], shown["pfs_rate"]
        assert (curve["n"], curve["events"]) == (expected["n"], expected["events"])
        assert curve["quartiles"][1]["estimate"] == pytest.approx(expected["median"], rel=1e-9)
        at = expected["rate_log-log"]
        assert rate["survival"] == pytest.approx(at["surv"][0], abs=1e-9)
        assert rate["n_at_risk"] == at["n_risk"][0]
        if at["lower"][0] is not None:
            assert rate["lower"] == pytest.approx(at["lower"][0], rel=1e-8)
            assert rate["upper"] == pytest.approx(at["upper"][0], rel=1e-8)


def test_follow_up_is_that_of_r(answers: dict[str, Any], shared: Path) -> None:
    for name, unit in (("random_cdisc", 1.0), ("pharmaverse_onco", 1.0), ("imvigor210", 30.4375)):
        tables = reference(shared, name)["tte"]
        expected = tables.get("OS", tables.get("OS_by_IC"))["overall"]
        shown = answers[name]["overview-status"]["follow_up"]
        assert shown["n"] == expected["n"]
        days = expected["median_followup_reverseKM"] * unit
        assert shown["median"] == pytest.approx(days, rel=1e-6)


def test_deaths_come_from_exported_survival_where_adsl_is_silent(
    answers: dict[str, Any], shared: Path
) -> None:
    expected = reference(shared, "imvigor210")["tte"]["OS_by_IC"]["overall"]
    deaths = answers["imvigor210"]["overview-efficacy"]["deaths"]
    assert (deaths["headline"]["x"], deaths["headline"]["n"]) == (expected["events"], expected["n"])
    assert deaths["source"] == "exported"


def test_what_an_export_cannot_tell_is_not_zero(answers: dict[str, Any]) -> None:
    assert answers["imvigor210"]["overview-status"]["doses_known"] is False
    assert answers["cdisc_pilot"]["overview-status"]["evaluable_known"] is False
    assert answers["cdisc_pilot"]["overview-efficacy"]["orr"] is None
    assert answers["metabric_cbioportal"]["overview-efficacy"]["pfs"] is None


def test_adverse_events_are_those_of_r(answers: dict[str, Any], shared: Path) -> None:
    """Treatment-emergent events by TRTEMFL; severity stands where there is no CTCAE grade."""
    expected = reference(shared, "cdisc_pilot")["ae"]["overall"]
    told = answers["cdisc_pilot"]["overview-safety"]["overview"]
    assert (told["n"], told["n_events"], told["scale"]) == (
        expected["N"],
        expected["n_events"],
        "severity",
    )
    flags = {f["id"]: f["proportion"]["x"] for f in told["flags"] if f["proportion"]}
    for ours, theirs in (
        ("any", "any"),
        ("grade3plus", "sev_ge3"),
        ("related", "related"),
        ("related_grade3plus", "related_sev_ge3"),
        ("serious", "serious"),
    ):
        assert flags[ours] == expected[theirs]["n"], ours


def test_a_rate_that_rests_on_nobody_is_said_to(
    answers: dict[str, Any], said: Callable[[Any], str]
) -> None:
    """pharmaverse: 243 of 254 are censored on the first day, nobody is followed to 6 months."""
    answer = answers["pharmaverse_onco"]["overview-efficacy"]
    assert answer["pfs_rate"]["n_at_risk"] == 0
    told = said(next(c for c in CARDS if c.name == "overview-efficacy").draw(answer))
    assert "Read it with care: 0 of 254 patients were still at risk at 6 months." in told
    assert "243 patients were censored on the first day" in told


def test_deaths_that_overall_survival_contradicts_are_said(
    answers: dict[str, Any], shared: Path, said: Callable[[Any], str]
) -> None:
    folder = shared / "data" / "random_cdisc" / "csv"
    adsl = pd.read_csv(folder / "adsl.csv", dtype=str)
    times = pd.read_csv(folder / "adtte.csv", dtype=str).query("PARAMCD == 'OS'")
    dead = set(adsl.loc[adsl["DTHFL"] == "Y", "USUBJID"]) | set(
        adsl.loc[adsl["DTHDT"].notna(), "USUBJID"]
    )
    events = set(times.loc[times["CNSR"].astype(float) == 0, "USUBJID"])
    expected = len(dead ^ events)
    answer = answers["random_cdisc"]["overview-efficacy"]
    assert answer["disputed_deaths"] == expected > 100
    told = said(next(c for c in CARDS if c.name == "overview-efficacy").draw(answer))
    assert f"for {expected} of the patients its overall survival says otherwise" in told
    for name in ("pharmaverse_onco", "imvigor210"):  # one side only, or none
        assert answers[name]["overview-efficacy"]["disputed_deaths"] == 0
