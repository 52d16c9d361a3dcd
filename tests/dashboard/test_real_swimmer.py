"""Lanes of real exports agree with the counts the other pages show of the same files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from flask import Flask

from components.figures.swimmer import swimmer_figure
from components.swimmer import lanes, table
from components.swimmer.view import paged
from dashboard.metrics.response import RESPONSE
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.stores import real_store

#: patients enrolled (treated, in the first), and what their lanes need
SETS = {"pharmaverse_onco": 254, "random_cdisc": 400, "imvigor210": 348}


@pytest.fixture(scope="module", params=SETS)
def told(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the page and the Overview say of one export."""
    name = request.param
    shelf = Shelf(real_store(tmp_path_factory, shared, name))
    results = Results(shelf, PANELS, Flask(__name__))
    selection = shelf.resolve("")[0]
    return {
        "name": name,
        "lanes": results.panel("swimmer-lanes", selection, Audience.FULL),
        "status": results.panel("overview-status", selection, Audience.FULL),
        "efficacy": results.panel("overview-efficacy", selection, Audience.FULL),
    }


def test_counts_are_those_of_the_overview(told: dict[str, Any]) -> None:
    drawn = told["lanes"]["lanes"]
    assert len(drawn) == SETS[told["name"]]
    assert (
        sum(x["ongoing"] for x in drawn)
        == told["status"]["counts"]["on_treatment"]["headline"]["x"]
    )
    orr = told["efficacy"]["orr"]
    assert sum(x["best"] in RESPONSE for x in drawn) == orr["headline"]["x"]


def test_no_lane_contradicts_itself(told: dict[str, Any]) -> None:
    for x in told["lanes"]["lanes"]:
        died = [m["day"] for m in x["markers"] if m["event"] == "DEATH"]
        assert not (x["ongoing"] and died)
        if x["days"] is not None:
            assert x["days"] == x["end"] - x["start"] + 1 >= 1
        for s in x["segments"]:
            assert s["first"] <= s["last"]
            assert s["last"] <= min(died, default=s["last"])


def test_every_page_and_order_can_be_drawn(told: dict[str, Any]) -> None:
    answer = told["lanes"]
    for sort in answer["sorts"]:
        for group in answer["groups"]:
            choice = {"sort": sort, "group": group, "page": 2}
            go.Figure(swimmer_figure(answer, paged(answer, choice)))
    seen = [i for g in answer["layouts"]["duration"]["none"] for i in g["rows"]]
    assert sorted(seen) == list(range(answer["n"]))
    assert len(lanes.rows(answer)[1]) == answer["n"]


def test_a_responder_is_never_said_to_have_no_response(told: dict[str, Any]) -> None:
    """A dash means none; where the export dates no response of a responder, that is said."""
    answer = told["lanes"]
    first, lasted = (table._CELLS[c] for c in ("response", "lasted"))
    said = [
        (first(answer, i), lasted(answer, i))
        for i, lane in enumerate(answer["lanes"])
        if lane["best"] in RESPONSE
    ]
    if told["name"] == "imvigor210":  # best responses without visits
        assert said == [("not stated", "not stated")] * 68
    assert all(day != "–" for day, _ in said)


def test_a_page_of_lanes_is_drawn_within_the_time_a_click_allows(told: dict[str, Any]) -> None:
    """100 ms for the server's part; the fastest of some runs, as the machine may be busy."""
    answer = told["lanes"]
    for draw in (lanes.draw, table.draw):
        times = []
        for page in range(5):
            started = time.perf_counter()
            draw(answer, {"page": page})
            times.append(time.perf_counter() - started)
        assert min(times) < 0.1
