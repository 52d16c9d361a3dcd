"""Figures of events: what is drawn, for whom, and where counts stand."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go
import pytest

from components.figures.event_incidence import IncidenceCurve, incidence_figure
from components.figures.event_prevalence import CycleMark, prevalence_figure
from components.figures.event_rates import RateMark, RateSection, rates_figure
from components.figures.event_terms import Published, Share, TermMark, terms_figure
from dashboard.bundles import PLOTLY_TRACES
from dashboard.metrics.competing import cumulative_incidence

GRADES = ("1", "2", "3", "4", "5", "missing")


def share(x: int, n: int = 50, who: str = "") -> Share:
    return Share(x, n, x / n, max(0.0, x / n - 0.1), min(1.0, x / n + 0.1), f"{x}/{n}", who)


def term(label: str, counts: dict[str, int], *, graded: bool = True, **more: Any) -> TermMark:
    grades = {g: (counts.get(g, 0), f"key{g}" if counts.get(g) else "") for g in GRADES}
    high = sum(counts.get(g, 0) for g in ("3", "4", "5"))
    return TermMark(
        label,
        share(sum(counts.values()), who="k1 k2"),
        share(high) if graded else None,
        grades,
        **more,
    )


def drawn(figure: dict[str, Any]) -> dict[str, Any]:
    """Plotly takes it, of the traces the page can draw; handed back for a closer look."""
    go.Figure(figure)
    assert {t["type"] for t in figure["data"]} <= PLOTLY_TRACES
    return figure


def test_a_bar_is_stacked_from_the_worst_grade_outwards() -> None:
    rows = [term("Nausea", {"1": 10, "2": 5, "3": 4, "4": 1, "missing": 2})]
    figure = drawn(terms_figure(rows, severity=False, intervals=False, x_title="%"))
    bars = {t["name"]: t for t in figure["data"] if t["type"] == "bar"}
    ends = [(t["base"][0], t["x"][0]) for t in bars.values()]
    assert list(bars) == ["Grade 4", "Grade 3", "Grade 2", "Grade 1", "Grade not stated"]
    assert ends == [(0.0, 2.0), (2.0, 8.0), (10.0, 10.0), (20.0, 20.0), (40.0, 4.0)]
    marks = {t["name"]: t["x"] for t in figure["data"] if t["type"] == "scatter"}
    # the diamond ends grade 3 or higher, the dot all grades
    assert marks == {"Grade 3 or higher": [10.0], "All grades": [44.0]}


def test_severity_is_never_called_a_grade() -> None:
    rows = [term("Nausea", {"1": 1, "2": 2, "3": 3})]
    figure = drawn(terms_figure(rows, severity=True, intervals=True, x_title="%"))
    assert "rade" not in str([t["name"] for t in figure["data"]])
    assert "rade" not in str(figure["layout"]["annotations"])


def test_without_grades_there_is_one_column_of_counts() -> None:
    rows = [term("Nausea", {"missing": 3}, graded=False)]
    figure = drawn(terms_figure(rows, severity=False, intervals=False, x_title="%"))
    assert [a["text"] for a in figure["layout"]["annotations"]] == ["All<br>grades", "3/50"]


def test_intervals_are_drawn_on_demand_and_counts_open_patients() -> None:
    rows = [term("Nausea", {"1": 5})]
    bare = terms_figure(rows, severity=False, intervals=False, x_title="%")
    full = terms_figure(rows, severity=False, intervals=True, x_title="%")
    assert not any("error_x" in t for t in bare["data"])
    assert any("error_x" in t for t in full["data"])
    count = next(a for a in full["layout"]["annotations"] if a["text"] == "5/50")
    assert (count["name"], count["captureevents"]) == ("k1 k2", True)


def test_a_published_frequency_stands_under_its_own_row() -> None:
    rows = [
        term("Stones", {"3": 2}, published=(Published(0.02, 0.1, 0.4, "elsewhere"),)),
        term("Gout", {"1": 1}),
    ]
    figure = drawn(terms_figure(rows, severity=False, intervals=True, x_title="%"))
    (published,) = [t for t in figure["data"] if "external" in t["name"].lower()]
    first, second = figure["layout"]["yaxis"]["tickvals"]
    assert first < published["y"][0] < second
    assert published["customdata"] == [["", "elsewhere"]]  # it stands for none of our patients
    assert figure["layout"]["xaxis"]["range"][1] >= 40


def test_an_export_cannot_bring_markup_into_a_figure() -> None:
    rows = [term("<b>Nausea</b> & more", {"1": 5})]
    figure = terms_figure(rows, severity=False, intervals=False, x_title="%")
    assert figure["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;Nausea&lt;/b&gt; &amp; more"]


def test_rates_stand_on_a_logarithmic_scale_and_no_event_is_an_open_mark() -> None:
    rows = (
        RateMark("Some", 10, 100.0, 50.0, 200.0, "w", "k"),
        RateMark("None", 0, 0.0, 0.0, 12.0, "w"),
        RateMark("No time", 0, None, None, None, "w"),
    )
    figure = drawn(rates_figure([RateSection("Events", rows)], x_title="rate"))
    (trace,) = figure["data"]
    assert trace["x"] == [2.0, 0.0]
    assert trace["marker"]["symbol"] == ["square", "triangle-left-open"]
    assert trace["error_x"]["array"][1] == pytest.approx(math.log10(12), abs=1e-4)
    counts = [a["text"] for a in figure["layout"]["annotations"]]
    assert counts[1:4] == ["10", "0", "0"]


def curve(label: str, data: list[tuple[int, int]]) -> IncidenceCurve:
    found = cumulative_incidence([t for t, _ in data], [c for _, c in data])
    return IncidenceCurve(label, found, found.table([0.0, 60.875, 121.75]), {"30": "key1 key2"})


def test_a_curve_alone_has_its_band_and_four_counts() -> None:
    data = [(30, 1), (30, 1), (40, 2), (70, 0), (90, 1), *[(100, 0)] * 5]
    ticks = (0.0, 2.0, 4.0)
    figure = drawn(incidence_figure([curve("Any", data)], ticks, x_title="x", y_title="y"))
    texts = [t["text"] for t in figure["data"] if t["mode"] == "text"]
    assert texts == [["10", "7", "0"], ["0", "2", "3"], ["0", "1", "1"], ["0", "0", "6"]]
    line = next(t for t in figure["data"] if t.get("meta") == "curve")
    assert line["customdata"][1][0] == "key1 key2"
    assert line["y"][1] == 20.0
    assert any(t.get("fill") == "toself" for t in figure["data"])


def test_where_few_are_at_risk_the_line_is_fainter() -> None:
    data = [(10, 1), *[(20, 0)] * 6, (30, 1), (40, 0), (50, 0)]
    figure = incidence_figure([curve("Any", data)], (0.0, 2.0), x_title="x", y_title="y")
    solid, tail = [t for t in figure["data"] if t.get("meta") == "curve"]
    assert solid["opacity"] == 1.0
    assert tail["opacity"] < 1
    assert solid["x"][-1] == tail["x"][0]


def test_several_curves_are_told_apart_by_dash_and_have_no_band() -> None:
    curves = [curve(name, [(30, 1), (60, 0), (90, 0)]) for name in ("Any", "High", "Serious")]
    figure = drawn(incidence_figure(curves, (0.0, 2.0, 4.0), x_title="x", y_title="y"))
    lines = [t for t in figure["data"] if t.get("meta") == "curve" and t["opacity"] == 1.0]
    assert len({t["line"]["dash"] for t in lines}) == len({t["line"]["color"] for t in lines}) == 3
    assert not any(t.get("fill") for t in figure["data"])


def test_few_patients_of_a_cycle_have_counts_and_no_bar() -> None:
    cycles = [
        CycleMark(1, 8, 10, "w", "a", 2, "h", "b"),
        CycleMark(2, 1, 2, "w", "a", 0, "h", "", few=True),
    ]
    figure = drawn(prevalence_figure(cycles, severity=False, y_title="y"))
    any_ = figure["data"][0]
    assert (any_["x"], any_["y"]) == ([1], [80.0])
    texts = [t["text"] for t in figure["data"] if t["type"] == "scatter" and t["visible"]]
    assert texts == [["2", "0"], ["8", "1"], ["10", "2"]]


def test_on_a_phone_fewer_cycles_have_their_counts_written() -> None:
    cycles = [CycleMark(i, 5, 10, "w", "") for i in range(1, 21)]
    figure = prevalence_figure(cycles, severity=False, y_title="y")
    narrow = figure["layout"]["meta"]["narrow"]
    assert [len(figure["data"][i]["x"]) for i in narrow["only"]] == [7, 7]
    assert [len(figure["data"][i]["x"]) for i in narrow["traces"]] == [20, 20]


@pytest.mark.parametrize(
    "make",
    [
        lambda: terms_figure([], severity=False, intervals=False, x_title=""),
        lambda: rates_figure([], x_title=""),
        lambda: incidence_figure([], (0.0,), x_title="", y_title=""),
        lambda: prevalence_figure([], severity=False, y_title=""),
    ],
)
def test_nobody_has_no_figure(make: Any) -> None:
    with pytest.raises(ValueError, match="needs"):
        make()
