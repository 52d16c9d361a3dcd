"""The Kaplan-Meier figure: what is drawn, for whom, and where the table stands."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components import theme
from components.figures.kaplan_meier import kaplan_meier_figure
from components.figures.kaplan_meier_frame import height
from components.figures.kaplan_meier_plot import LEFT, PLOT, ROWS, Curve, Plot, colours
from components.graph import graph
from dashboard.bundles import PLOTLY_TRACES
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.time_to_event import SurvivalResult, TimeToEvent

MONTH = 30.4375
TICKS = (0.0, 1.0, 2.0, 3.0)


def curve(
    days: list[float], event: list[bool], label: str = "", position: int = 0, stem: str = "P"
) -> Curve:
    ids = tuple(f"{stem}{i}" for i in range(len(days)))
    reason = tuple("PD" if e else "alive" for e in event)
    data = TimeToEvent(
        "PFS", "FDA", "derived", ids, tuple(days), tuple(event), reason, (None,) * len(days)
    )
    found = kaplan_meier(np.array(days), np.array(event))
    colour, dash = colours(position, single=not label)
    return Curve(
        label,
        colour,
        dash,
        SurvivalResult(data, "enrolled", found),
        found.at_risk([t * MONTH for t in TICKS]),
        found.thin_from(),
        {"PD": "Progression", "alive": "Alive"},
        {u: f"key-{u}" for u in ids},
    )


def plot(*curves: Curve, **more: Any) -> Plot:
    return Plot(tuple(curves), TICKS, "Months from first dose", "Alive", **more)


#: ten patients: events on days 10, 20 (two), 40, 70; the others censored
DAYS = [10.0, 20.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
EVENT = [True, True, True, False, True, False, False, True, False, False]


def traces(figure: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [t for t in figure["data"] if t["name"] == name]


@pytest.mark.parametrize(
    "drawn",
    [
        plot(curve(DAYS, EVENT)),
        plot(curve(DAYS, EVENT), window=(2.0, "window")),
        plot(curve([5.0] * 6, [False] * 6)),
        plot(curve([7.0], [True])),
        plot(
            *(curve(DAYS, EVENT, f"Group <{i}> & more", i, f"{i}-") for i in range(8)),
            note=("Not randomised:", "descriptive."),
        ),
    ],
)
def test_figures_are_valid_and_drawable(drawn: Plot) -> None:
    figure = kaplan_meier_figure(drawn)
    go.Figure(figure)  # raises on any property plotly does not know
    assert {t["type"] for t in figure["data"]} <= PLOTLY_TRACES
    known = {*theme.palette_for_browser(), "rgba(0,0,0,0)"}
    used = {t["line"]["color"] for t in figure["data"] if "line" in t}
    assert used <= known
    layout = figure["layout"]
    assert layout["height"] == height(drawn)
    graph("id", figure, alt="alt", file_name="f", height=height(drawn))


def test_steps_are_the_estimate_in_months_and_percent() -> None:
    figure = kaplan_meier_figure(plot(curve(DAYS, EVENT)))
    solid, tail = traces(figure, "Kaplan-Meier curve")
    assert solid["line"]["shape"] == "hv"
    assert solid["x"][:2] == [0, round(10 / MONTH, 3)]
    assert solid["y"][:3] == [100, 90, 70]  # 9/10, then 7/9 of it
    assert solid["y"][3] == round(100 * 0.7 * 5 / 6, 2)
    assert all(0 <= y <= 100 for y in (*solid["y"], *tail["y"]))


def test_the_tail_is_muted_from_where_few_are_at_risk() -> None:
    """Fewer than 5 of 10 are at risk from day 60 on (4 patients)."""
    solid, tail = traces(kaplan_meier_figure(plot(curve(DAYS, EVENT))), "Kaplan-Meier curve")
    assert solid["x"][-1] == tail["x"][0] == round(60 / MONTH, 3)
    assert solid["y"][-1] == tail["y"][0]
    assert tail["opacity"] < solid["opacity"]
    assert tail["line"]["width"] < solid["line"]["width"]
    assert tail["customdata"][0][2:] == [4, 0]


def test_marks_carry_their_patients() -> None:
    figure = kaplan_meier_figure(plot(curve(DAYS, EVENT)))
    lines = traces(figure, "Kaplan-Meier curve")
    events = [p for t in lines for row in t["customdata"] for p in row[0].split()]
    assert events == [f"key-P{i}" for i in (0, 1, 2, 4, 7)]
    assert {t["meta"] for t in lines} == {"curve"}
    (ticks,) = traces(figure, "censored")
    assert [row[1] for row in ticks["customdata"]] == ["P3", "P5", "P6", "P8", "P9"]
    assert [row[0] for row in ticks["customdata"]] == [f"key-P{i}" for i in (3, 5, 6, 8, 9)]
    assert {row[2] for row in ticks["customdata"]} == {"Alive"}
    assert ticks["y"][0] == 70.0  # on the curve


def test_the_band_stands_only_where_the_interval_is_estimable() -> None:
    """log-log: no interval before the first event, nor where S = 0."""
    figure = kaplan_meier_figure(plot(curve([10.0, 20.0], [True, True])))
    (band,) = traces(figure, "interval")
    assert min(band["x"]) == round(10 / MONTH, 3)
    assert max(band["x"]) == round(20 / MONTH, 3)
    assert traces(kaplan_meier_figure(plot(curve([5.0] * 6, [False] * 6))), "interval") == []


def test_the_table_stands_on_the_months_of_the_axis() -> None:
    drawn = plot(curve(DAYS, EVENT))
    figure = kaplan_meier_figure(drawn)
    layout = figure["layout"]
    table = [t for t in figure["data"] if t["mode"] == "text"]
    assert [t["name"] for t in table] == ["At risk", "Censored", "Events"]
    for row in table:
        assert row["x"] == layout["xaxis"]["tickvals"] == list(TICKS)
        assert "xaxis" not in row  # the one x axis of the curve
    assert layout["yaxis2"]["anchor"] == "x"
    assert [t["text"] for t in table] == [
        ["10", "6", "3", "0"],
        ["0", "1", "3", "5"],
        ["0", "3", "4", "5"],
    ]
    for i in range(len(TICKS)):  # at risk + censored + events = n
        assert sum(int(t["text"][i]) for t in table) == 10
    assert layout["yaxis2"]["ticktext"] == ["At risk", "Censored", "Events"]
    assert layout["yaxis2"]["domain"][1] < layout["yaxis"]["domain"][0]
    assert layout["margin"]["l"] == LEFT


def test_axes_are_whole() -> None:
    layout = kaplan_meier_figure(plot(curve(DAYS, EVENT)))["layout"]
    assert layout["yaxis"]["range"] == [0, 101]
    assert layout["yaxis"]["ticktext"] == ["0%", "25%", "50%", "75%", "100%"]
    assert layout["xaxis"]["range"] == [0, 3]
    assert layout["xaxis"]["title"]["text"] == "Months from first dose"


def test_medians_are_dotted_and_named() -> None:
    """The curve falls to 58.3% on day 40 and to 38.9% on day 70: the median is day 70."""
    layout = kaplan_meier_figure(plot(curve(DAYS, EVENT)))["layout"]
    month = round(70 / MONTH, 3)
    ends = [(s["x0"], s["y0"], s["x1"], s["y1"]) for s in layout["shapes"]]
    assert ends == [(0, 50, month, 50), (month, 0, month, 50)]
    assert [a["text"] for a in layout["annotations"]] == ["median 2.3"]
    none = kaplan_meier_figure(plot(curve([5.0] * 6, [False] * 6)))["layout"]
    assert none["shapes"] == []


def test_groups_are_named_beside_their_curves_and_in_the_table() -> None:
    many = [curve(DAYS, EVENT, f"Group {i}", i, f"{i}-") for i in range(8)]
    drawn = plot(*many, note=("Backbones were chosen, not randomised:", "they describe."))
    figure = kaplan_meier_figure(drawn)
    words = [a["text"] for a in figure["layout"]["annotations"]]
    assert words[0] == "Backbones were chosen, not randomised:<br>they describe."
    for i in range(8):
        assert words.count(f"Group {i}") == 1
        assert words.count(f"<b>Group {i}</b>") == 1
    beside = sorted(
        a["y"]
        for a in figure["layout"]["annotations"]
        if a["text"].startswith("Group") and a.get("xref") == "paper"
    )
    gaps = [b - a for a, b in pairwise(beside)]
    assert min(gaps) * PLOT / 100 >= 24  # px: two lines of text do not overprint
    assert beside[-1] <= 100
    assert traces(figure, "interval") == []  # more than three bands hide each other
    assert len([t for t in figure["data"] if t["mode"] == "text"]) == 8 * len(ROWS)
    looks = {(c.colour, c.dash) for c in many}
    assert len(looks) == 8
    assert many[0].dash != many[4].dash  # two blues


def test_labels_are_text_not_markup() -> None:
    figure = kaplan_meier_figure(
        plot(curve(DAYS, EVENT, "<a href='x'>A</a>"), curve(DAYS, EVENT, "B", 1))
    )
    for note in figure["layout"]["annotations"]:
        assert "<a" not in note["text"]


def test_nobody_is_an_error_not_an_empty_picture() -> None:
    with pytest.raises(ValueError, match="at least one patient"):
        kaplan_meier_figure(plot())
    with pytest.raises(ValueError, match="at least one patient"):
        kaplan_meier_figure(plot(curve([], [])))


def test_two_thousand_patients_stay_small() -> None:
    rng = np.random.default_rng(1)
    days = np.sort(rng.integers(1, 90, 2000)).astype(float).tolist()
    event = (rng.random(2000) < 0.6).tolist()
    figure = kaplan_meier_figure(plot(curve(days, event)))
    ticks = traces(figure, "censored")[0]
    assert len(ticks["x"]) == 2000 - sum(event)
    assert ticks["marker"]["size"] < 10
    assert sum(len(t["x"]) for t in traces(figure, "Kaplan-Meier curve")) <= 93
