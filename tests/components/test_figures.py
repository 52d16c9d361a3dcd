"""Figures: within the pinned bundle, valid for plotly, and without a way to send data elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from dash import dcc
from dash.development.base_component import Component

from components import theme
from components.figures.accrual import accrual_figure
from components.graph import CONFIG, graph
from components.overview import accrual as accrual_card
from dashboard.bundles import PLOTLY_TRACES
from dashboard.metrics.accrual import Accrual

ROOT = Path(__file__).resolve().parents[2]


def result(**more: Any) -> Accrual:
    base: dict[str, Any] = {
        "cut_date": date(2025, 7, 1),
        "dates": (date(2025, 1, 10), date(2025, 3, 2)),
        "cumulative": (2, 5),
        "patients": (("A", "B"), ("C", "D", "E")),
        "month": ("2025-01", "2025-02", "2025-03"),
        "by_month": (2, 0, 3),
        "n": 5,
        "planned": None,
        "plan": (),
        "planned_by_cut": None,
        "excluded": (),
    }
    return Accrual(**{**base, **more})


PLAN = ((date(2025, 1, 31), 4), (date(2025, 7, 31), 12))


@pytest.mark.parametrize(
    "figure",
    [
        accrual_figure(result()),
        accrual_figure(result(planned=10)),
        accrual_figure(result(planned=12, plan=PLAN, planned_by_cut=4)),
    ],
)
def test_figures_are_valid_and_drawable(figure: dict[str, Any]) -> None:
    go.Figure(figure)  # raises on any property plotly does not know
    assert {trace["type"] for trace in figure["data"]} <= PLOTLY_TRACES
    known = {*theme.palette_for_browser(), "rgba(0,0,0,0)"}
    assert set(colours(figure)) <= known


def colours(part: Any, name: str = "") -> Iterator[str]:
    """Every colour a figure names."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from colours(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from colours(value, name)
    elif isinstance(part, str) and name.endswith("color"):
        yield part


def test_enrolment_steps_run_to_the_cut_off() -> None:
    figure = accrual_figure(result(planned=12, plan=PLAN, planned_by_cut=4))
    plan, actual = figure["data"]
    assert actual["x"] == ["2025-01-10", "2025-03-02", "2025-07-01"]
    assert actual["y"] == [2, 5, 5]
    assert plan["y"] == [4, 12]
    assert plan["line"]["dash"] != actual["line"].get("dash")
    words = {a["text"] for a in figure["layout"]["annotations"]}
    assert words == {"5 enrolled", "plan 12"}
    with pytest.raises(ValueError, match="no patient"):
        accrual_figure(result(dates=(), cumulative=(), n=0))


def walk(part: Any) -> Iterator[Component]:
    if isinstance(part, Component):
        yield part
        yield from walk(getattr(part, "children", None))
    elif isinstance(part, list | tuple):
        for p in part:
            yield from walk(p)


def test_a_graph_cannot_send_and_can_be_read_aloud() -> None:
    made = graph("id", accrual_figure(result()), alt="What it shows", file_name="name", height=300)
    drawn = next(c for c in walk(made) if isinstance(c, dcc.Graph))
    assert drawn.config["showSendToCloud"] is False
    assert drawn.config["displaylogo"] is False
    assert drawn.config["locale"] == "en"
    assert drawn.config["toImageButtonOptions"]["filename"] == "name"
    assert drawn.figure["layout"]["height"] == 300
    assert made.role == "img"
    assert getattr(made, "aria-label") == "What it shows"
    assert CONFIG["showSendToCloud"] is False


def test_the_helper_is_the_only_maker_of_graphs() -> None:
    makers = [
        path.name
        for folder in ("components", "dashboard")
        for path in (ROOT / folder).rglob("*.py")
        if "dcc.Graph(" in path.read_text(encoding="utf-8")
    ]
    assert makers == ["graph.py"]


def test_no_component_trusts_html() -> None:
    for folder in ("components", "dashboard"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for word in (
                "dangerously_allow",
                "DangerouslySetInnerHTML",
                "dcc.Markdown",
                "html=True",
            ):
                assert word not in text, path.name


def test_the_card_plots_what_it_lists() -> None:
    answer = {"accrual": result(planned=12, plan=PLAN, planned_by_cut=4).to_json()}
    header, rows = accrual_card.rows(answer)
    assert header == ("date", "enrolled_cumulative", "planned_cumulative")
    assert rows == [
        ("2025-01-10", 2, ""),
        ("2025-01-31", "", 4),
        ("2025-03-02", 5, ""),
        ("2025-07-31", "", 12),
    ]
