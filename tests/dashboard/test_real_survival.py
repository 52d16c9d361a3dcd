"""The Survival page on real exports agrees with the values R computed from the same files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.figures.kaplan_meier import kaplan_meier_figure
from components.survival.curve import plot_of
from dashboard.pages.survival import CARDS
from dashboard.panels import PANELS
from dashboard.panels.survival import MONTH
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.stores import real_store

SETS = ("imvigor210", "metabric_cbioportal", "pharmaverse_onco", "random_cdisc")
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def libraries(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shelf]:
    return {name: Shelf(real_store(tmp_path_factory, shared, name)) for name in SETS}


@pytest.fixture(scope="module")
def ask(libraries: dict[str, Shelf]) -> Ask:
    """What a card says of a set under a query."""

    def answer(name: str, card: str, query: str = "") -> dict[str, Any]:
        shelf = libraries[name]
        results = Results(shelf, PANELS, Flask(__name__))
        return results.panel(f"survival-{card}", shelf.resolve(query)[0], Audience.FULL)

    return answer


def reference(shared: Path, name: str) -> dict[str, Any]:
    text = (shared / "data" / name / "reference.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def agrees(told: dict[str, Any], expected: dict[str, Any], unit: float) -> None:
    """One curve and its readout against R (times of `expected` in `unit` days)."""
    curve = told["result"]["curve"]
    assert (curve["n"], curve["events"]) == (expected["n"], expected["events"])
    median = told["readout"]["median"]
    quantiles = expected["quantiles_log-log"]
    for ours, theirs in (("estimate", "est"), ("lower", "lower"), ("upper", "upper")):
        value = quantiles[theirs][1]
        if value is None:
            assert median[ours] is None
        else:
            assert median[ours] == pytest.approx(value * unit, rel=1e-6)
    at = expected["rate_log-log"]
    rates = {r["time"]: r for r in told["readout"]["rates"]}
    for i, time in enumerate(at["times"]):
        rate = rates.get(time * unit)
        if rate is None or rate["survival"] is None or rate["survival"] == 0:
            continue  # R carries the curve on beyond the last observation
        assert rate["survival"] == pytest.approx(at["surv"][i], abs=1e-8)
        assert rate["lower"] == pytest.approx(at["lower"][i], rel=1e-6)
        assert rate["upper"] == pytest.approx(at["upper"][i], rel=1e-6)
        assert rate["n_at_risk"] == at["n_risk"][i]


@pytest.mark.parametrize(
    ("name", "endpoint", "table", "unit"),
    [
        ("random_cdisc", "PFS", "PFS", 1),
        ("random_cdisc", "OS", "OS", 1),
        ("random_cdisc", "EFS", "EFS", 1),
        ("random_cdisc", "DOR", "CRSD_responders_only", 1),
        ("pharmaverse_onco", "PFS", "PFS", 1),
        ("imvigor210", "OS", "OS_by_IC", MONTH),
    ],
)
def test_curves_are_those_of_r(
    ask: Ask, shared: Path, name: str, endpoint: str, table: str, unit: float
) -> None:
    tables = reference(shared, name)["tte"][table]
    agrees(ask(name, "curve", f"endpoint={endpoint}"), tables["overall"], unit)


def test_a_cohort_of_two_thousand_in_months(ask: Ask, shared: Path) -> None:
    expected = reference(shared, "metabric_cbioportal")["OS_by_pam50"]
    told = ask("metabric_cbioportal", "curve")
    agrees(told, expected["overall"], MONTH)
    assert told["ticks"] == [0, 60, 120, 180, 240, 300, 360]
    by = ask("metabric_cbioportal", "curve", "group=PAM50")
    sizes = {s["id"]: (s["n"], s["events"]) for s in by["strata"]}
    for level, found in expected.items():
        if level != "overall" and level in sizes:
            assert sizes[level] == (found["n"], found["events"])
    assert "Basal" in sizes


def test_groups_are_those_of_r(ask: Ask, shared: Path) -> None:
    expected = reference(shared, "random_cdisc")["tte"]["PFS"]
    told = ask("random_cdisc", "curve", "group=backbone")
    assert [s["label"] for s in told["strata"]] == ["A: Drug X", "B: Placebo", "C: Combination"]
    for stratum in told["strata"]:
        agrees(stratum, expected[stratum["label"]], 1)


def test_five_parameters_four_of_them_times(ask: Ask) -> None:
    labels = [c["label"] for c in ask("random_cdisc", "curve")["endpoints"]]
    assert labels == [
        "Progression-free survival",
        "Overall survival",
        "Duration of response",
        "Event Free Survival",
    ]


def test_six_events_of_254_are_said_to_be_few(ask: Ask) -> None:
    told = ask("pharmaverse_onco", "curve")
    assert (told["result"]["curve"]["events"], told["result"]["curve"]["n"]) == (6, 254)
    assert told["few_at_headline"] is True
    assert told["censored_day_one"] == 243
    # from day 12 on fewer than 10% of 254 are at risk: nearly the whole curve is muted
    assert told["readout"]["thin_from"] < MONTH


def test_start_of_time_is_only_claimed_where_dates_bear_it_out(ask: Ask) -> None:
    assert ask("imvigor210", "curve")["from_origin"] is False
    assert ask("random_cdisc", "curve")["from_origin"] is False


def test_every_view_of_every_set_can_be_drawn(ask: Ask, libraries: dict[str, Shelf]) -> None:
    for name, shelf in libraries.items():
        vocabulary = shelf.resolve("")[1].vocabulary
        for endpoint in vocabulary.endpoints:
            for group in vocabulary.groupings:
                query = f"endpoint={endpoint}&group={group}"
                told = ask(name, "curve", query)
                CARDS[0].draw(told)
                if told["result"]["curve"]["n"] >= told["min_group"]:
                    figure = kaplan_meier_figure(plot_of(told))
                    assert figure["data"], query
            for card in CARDS[1:]:
                found = ask(name, card.name.removeprefix("survival-"), f"endpoint={endpoint}")
                card.draw(found)
                assert card.rows is not None
                card.rows(found)
