"""The Response page on real exports: R's intervals, and the numbers of `python app.py metrics`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dashboard.pages.response import CARDS
from dashboard.panels import PANELS
from dashboard.report import metrics_report
from dashboard.report.options import ReportOptions
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.stores import real_store

SETS = ("cdisc_pilot", "imvigor210", "metabric_cbioportal", "pharmaverse_onco", "random_cdisc")


@pytest.fixture(scope="module")
def libraries(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shelf]:
    return {name: Shelf(real_store(tmp_path_factory, shared, name)) for name in SETS}


def answers(shelf: Shelf, query: str = "") -> dict[str, Any]:
    """Every card's answer; drawing and listing each must work on every export."""
    results = Results(shelf, PANELS, Flask(__name__))
    selection = shelf.resolve(query)[0]
    found = {}
    for card in CARDS:
        found[card.name] = results.panel(card.name, selection, Audience.FULL)
        assert card.draw(found[card.name]) is not None
        assert card.rows is not None
        header, rows = card.rows(found[card.name])
        assert {len(row) for row in rows} <= {len(header)}
    return found


@pytest.mark.parametrize("name", SETS)
def test_every_card_can_be_drawn_for_every_set_and_level(
    libraries: dict[str, Shelf], name: str
) -> None:
    shelf = libraries[name]
    opened = shelf.resolve("")[1]
    for set_ in opened.vocabulary.sets:
        answers(shelf, f"set={set_}")
    for backbone in opened.vocabulary.backbones:
        answers(shelf, f"backbone={backbone}")


@pytest.mark.parametrize(
    ("name", "query", "where"),
    [
        ("pharmaverse_onco", "", {}),
        ("pharmaverse_onco", "set=evaluable", {}),
        ("imvigor210", "", {}),
        ("imvigor210", "f.SEX=F", {"SEX": ("F",)}),
        ("random_cdisc", "", {}),
        ("random_cdisc", "f.SEX=F", {"SEX": ("F",)}),
        ("random_cdisc", "f.BMRKR2=HIGH&f.SEX=M", {"BMRKR2": ("HIGH",), "SEX": ("M",)}),
        ("random_cdisc", "backbone=a", {"ARM": ("A: Drug X",)}),
        ("random_cdisc", "set=evaluable&f.STRATA1=A", {"STRATA1": ("A",)}),
    ],
)
def test_the_page_shows_what_the_report_states(
    libraries: dict[str, Shelf], name: str, query: str, where: dict[str, tuple[str, ...]]
) -> None:
    shelf = libraries[name]
    selection, opened = shelf.resolve(query)
    population: Any = selection.analysis_set
    report = metrics_report(
        opened.cut,
        ReportOptions(where=where, population=population, only=("response", "subgroups")),
    )
    expected, groups = report["response"], report["subgroups"]
    told = answers(shelf, query)
    shown = next(s for s in told["response-rates"]["sets"] if s["id"] == population)
    for measure in ("orr", "dcr", "cbr", "orr_unconfirmed"):
        assert same(shown[measure], expected[measure])
    for reading, key in (("confirmed", "bor"), ("unconfirmed", "bor_unconfirmed")):
        counts = {
            r["term"]: r[reading]["headline"]["x"]
            for r in told["response-best"]["rows"]
            if r[reading] is not None and r[reading]["headline"]["x"]
        }
        assert counts == (expected[key] or {})
    bars = {b["usubjid"]: b["percent"] for b in told["response-waterfall"]["bars"]}
    assert bars == (expected["best_pchg"] or {"percent": {}})["percent"]
    forest = told["response-forest"]
    assert forest["overall"]["x"] == expected["orr"]["x"]
    assert (forest["shrunken"] or None) == forest["shrunken"]
    if forest["shrunken"] and groups["shrunken"]:
        assert forest["shrunken"]["groups"] == groups["shrunken"]["groups"]
    for factor in forest["factors"]:
        listed = {r["id"]: r["orr"] for r in groups["factors"][factor["column"]]["rows"]}
        for row in factor["rows"]:
            assert same({"headline": row["rate"]}, listed[row["id"]])


def same(shown: dict[str, Any] | None, stated: dict[str, Any] | None) -> bool:
    if shown is None or stated is None:
        return shown is stated
    return all(shown["headline"][k] == stated[k] for k in ("x", "n", "lower", "upper", "method"))


def test_rates_are_those_of_r(libraries: dict[str, Shelf], shared: Path) -> None:
    for name, path in (
        ("random_cdisc", ("response", "BESRSPI", "overall")),
        ("imvigor210", ("response", "overall")),
    ):
        text = (shared / "data" / name / "reference.json").read_text(encoding="utf-8")
        expected: Any = json.loads(text)
        for key in path:
            expected = expected[key]
        shown = answers(libraries[name])["response-rates"]["sets"][0]
        for measure, key in (("orr", "ORR"), ("dcr", "DCR_incl_NonCRNonPD")):
            headline = shown[measure]["headline"]
            assert (headline["x"], headline["n"]) == (expected[key]["k"], expected[key]["n"])
            assert 100 * headline["lower"] == pytest.approx(expected[key]["lower"], rel=1e-6)
            assert 100 * headline["upper"] == pytest.approx(expected[key]["upper"], rel=1e-6)


def test_what_an_export_cannot_tell_is_not_zero(libraries: dict[str, Shelf]) -> None:
    imvigor = answers(libraries["imvigor210"])
    assert imvigor["response-waterfall"]["measured"] is False
    assert imvigor["response-best"]["source_unconfirmed"] is None
    assert imvigor["response-best"]["reasons_known"] is False
    assert {s["id"]: s["known"] for s in imvigor["response-rates"]["sets"]} == {
        "enrolled": True,
        "full": False,
        "evaluable": False,
    }
    pilot = answers(libraries["cdisc_pilot"])
    assert pilot["response-rates"]["responses_known"] is False
    assert pilot["response-forest"]["overall"] is None
    bars = answers(libraries["pharmaverse_onco"])["response-waterfall"]["bars"]
    assert len(bars) == 6
    assert {b["new_lesion"] for b in bars} == {None}


def test_more_confirmed_than_unconfirmed_responses_are_called_a_contradiction(
    libraries: dict[str, Shelf], said: Callable[[Any], str]
) -> None:
    card = next(c for c in CARDS if c.name == "response-rates")
    told = said(card.draw(answers(libraries["random_cdisc"])["response-rates"]))
    assert "391 confirmed responses, but only 297 unconfirmed ones" in told
    agreeing = said(card.draw(answers(libraries["pharmaverse_onco"])["response-rates"]))
    assert "contradicts itself" not in agreeing
