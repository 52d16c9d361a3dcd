"""Waterfall, spider and forest: drawable, one mark per patient, legible at 6, 60 and 400."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

from components import theme
from components.figures.forest import LABEL, ForestRow, Section, forest_figure
from components.figures.rows import Row, stacked
from components.figures.spider import TOGETHER, spider_figure
from components.figures.waterfall import ROOMY, beyond, signed, waterfall_figure
from components.response.parts import swatch_css
from dashboard.bundles import ASSETS, PLOTLY_TRACES

TERMS = ("PD", "SD", "PR", "CR", "NE", "MISSING", "NON-CR/NON-PD")
Figure = dict[str, Any]


def patient(i: int, n: int) -> dict[str, Any]:
    """Bars from +160% down to −100%, of every response."""
    term = TERMS[i * 4 // n] if i % 9 else TERMS[i % 7]
    return {
        "key": f"key{i:07}",
        "usubjid": f"T-{i:03}",
        "percent": 160 - 260 * i / max(n - 1, 1),
        "day": 42 + i,
        "baseline": 50.0,
        "total": 20.0,
        "term": term,
        "best": "PR" if i % 11 == 3 else term,
        "unconfirmed": i % 11 == 3,
        "waiting": i % 22 == 3,
        "new_lesion": i % 8 == 0,
        "ongoing": i % 5 == 0,
    }


def bars(n: int) -> list[dict[str, Any]]:
    return [patient(i, n) for i in range(n)]


def lines(n: int) -> list[dict[str, Any]]:
    return [
        {
            **patient(i, n),
            "day": [56, 112, 168][: 1 + i % 3],
            "percent": [-10.0 - i % 40, 5.0 - i % 60, 30.0][: 1 + i % 3],
            "pd_day": 112 if i % 3 == 1 else None,
            "pd_percent": 5.0 - i % 60 if i % 3 == 1 else None,
        }
        for i in range(n)
    ]


STRIP = [
    {
        "column": "backbone",
        "label": "Backbone",
        "kind": "category",
        "levels": [
            {"label": "Taxane", "position": 0, "members": [0, 2]},
            {"label": "", "position": None, "members": [1]},
        ],
    },
    {"column": "AGE", "label": "Age", "kind": "number", "values": [51, None, 70, 44, 60, 66]},
]


RESPONDERS = ("aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc")


def sections() -> list[Section]:
    raw = {"estimate": 0.3, "lower": 0.1, "upper": 0.6, "colour": theme.colour("accent")}
    row = ForestRow("Taxane and more words", "3/8", "raw", **raw, who=" ".join(RESPONDERS))
    words = ForestRow("published", "no sourced benchmark", "published")
    return [Section("", (row,)), Section("Backbone", (row, words, ForestRow("few", "1/3")))]


FIGURES = [
    *(waterfall_figure(bars(n)) for n in (1, 6, 60, 400)),
    waterfall_figure(bars(6), STRIP),
    *(spider_figure(lines(n), window_days=182, origin="first dose") for n in (1, 6, 60, 400)),
    forest_figure(sections(), overall=0.3, sentence="Not randomised. " * 8),
]


def colours(part: Any, name: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from colours(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from colours(value, name)
    elif isinstance(part, str) and (name.endswith("color") or part.startswith("#")):
        yield part


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_valid_and_drawable(figure: Figure) -> None:
    go.Figure(figure)  # raises on any property plotly does not know
    assert {trace["type"] for trace in figure["data"]} <= PLOTLY_TRACES
    assert set(colours(figure)) <= {*theme.palette_for_browser(), "rgba(0,0,0,0)"}
    json.dumps(figure, allow_nan=False)


def main_bars(figure: Figure) -> list[dict[str, Any]]:
    return [t for t in figure["data"] if t["type"] == "bar" and "yaxis" not in t]


@pytest.mark.parametrize("n", [1, 6, 60, 400])
def test_one_bar_per_patient_of_one_width_worst_to_best(n: int) -> None:
    """A trace without a width takes the smallest gap between its own bars: far too wide."""
    figure = waterfall_figure(bars(n))
    drawn = {
        x: (y, c[1])
        for t in main_bars(figure)
        for x, y, c in zip(t["x"], t["y"], t["customdata"], strict=True)
    }
    assert sorted(drawn) == list(range(n))
    assert [drawn[i][1] for i in range(n)] == [b["usubjid"] for b in bars(n)]
    heights = [drawn[i][0] for i in range(n)]
    assert heights == sorted(heights, reverse=True)
    assert max(abs(h) for h in heights) <= 100
    for trace in figure["data"]:
        if trace["type"] == "bar":
            assert 0 < trace["width"] <= 1


@pytest.mark.parametrize("n", [6, 60, 400])
def test_every_response_is_said_by_position_too(n: int) -> None:
    """Each bar is marked again in the row of its response: colour is never alone."""
    figure = waterfall_figure(bars(n))
    rows = {t["name"]: set(t["x"]) for t in figure["data"] if t.get("yaxis") == "y2"}
    own = {}
    for term in TERMS:
        slots = {i for i, b in enumerate(bars(n)) if b["term"] == term}
        if slots:
            own[term] = slots
    assert sorted(map(sorted, own.values())) == sorted(
        sorted(v) for k, v in rows.items() if not k.startswith(("Unconf", "New", "On treat"))
    )
    for sign, key in (("Unconfirmed", "unconfirmed"), ("On treatment", "ongoing")):
        marked = {i for i, b in enumerate(bars(n)) if b[key]}
        assert rows.get(f"{sign} ({len(marked)})", set()) == marked
    hatched = {
        c[1]
        for t in main_bars(figure)
        for c, shape in zip(t["customdata"], t["marker"]["pattern"]["shape"], strict=True)
        if shape
    }
    assert hatched == {b["usubjid"] for b in bars(n) if b["unconfirmed"]}


def test_clipped_bars_carry_their_value_and_a_break() -> None:
    many = waterfall_figure(bars(60))
    over = [b for b in bars(60) if b["percent"] > 100]
    breaks = [s for s in many["layout"]["shapes"] if s["type"] == "path"]
    assert len(breaks) == len(over) == 14
    words = [a["text"] for a in many["layout"]["annotations"]]
    assert "+160, +156, +151% and 11 more" in words
    assert beyond(bars(60))[-1] == "+103%"
    assert len(beyond(bars(60))) == 14
    few = waterfall_figure(bars(6))
    tips = next(t["text"] for t in few["data"] if t["type"] == "scatter")
    assert tips[0].startswith("+160% ")


def test_no_change_is_a_line_not_a_gap() -> None:
    flat = [{**patient(0, 2), "percent": 0.0}, {**patient(1, 2), "percent": -40.0}]
    shapes = waterfall_figure(flat)["layout"]["shapes"]
    own = [s for s in shapes if s["type"] == "line" and s.get("xref") != "paper"]
    assert [(s["x0"], s["x1"], s["y0"]) for s in own] == [(-0.42, 0.42, 0.0)]


def test_words_stand_at_the_tips_only_where_there_is_room() -> None:
    def tips(n: int) -> list[str]:
        return [
            w
            for t in waterfall_figure(bars(n))["data"]
            if t["type"] == "scatter"
            for w in t["text"]
        ]

    assert len(tips(ROOMY)) == ROOMY
    assert set(tips(60)) == {"*"}
    assert tips(400) == []  # the row of new lesions says it


def test_the_reference_lines_are_named() -> None:
    words = {a["text"] for a in waterfall_figure(bars(60))["layout"]["annotations"]}
    assert {"+20% from baseline", "−30% from baseline"} <= words
    levels = {
        s["y0"]
        for s in waterfall_figure(bars(60))["layout"]["shapes"]
        if "dash" in s.get("line", {})
    }
    assert levels == {20, -30}


def test_rows_take_the_room_they_need() -> None:
    plain, more = waterfall_figure(bars(6)), waterfall_figure(bars(6), STRIP)
    assert more["layout"]["height"] > plain["layout"]["height"]
    assert "not stated" in more["layout"]["yaxis2"]["ticktext"]
    stack = stacked([Row("a label longer than any margin", [0], theme.colour("ink"))], (), 1)
    assert 100 < stack.margin < 150


def test_a_figure_of_400_patients_is_no_load() -> None:
    assert len(json.dumps(waterfall_figure(bars(400)))) < 140_000
    assert len(json.dumps(spider_figure(lines(400), window_days=None, origin="x"))) < 200_000


def test_spider_lines_start_at_baseline_and_never_join_patients() -> None:
    figure = spider_figure(lines(60), window_days=182, origin="first dose")
    drawn = [t for t in figure["data"] if t["mode"] == "lines+markers"]
    starts = 0
    for trace in drawn:
        before: float | None = None
        for x, y in zip(trace["x"], trace["y"], strict=True):
            if before is None:
                assert (x, y) == (0, 0)
                starts += 1
            before = x
    assert starts == 60
    assert len({t["marker"]["symbol"] for t in drawn}) == len(drawn)


def test_spider_progressions_without_a_measurement_stay_on_their_day() -> None:
    one = [{**lines(2)[1], "day": [56], "percent": [-20.0], "pd_day": 112, "pd_percent": None}]
    figure = spider_figure(one, window_days=None, origin="first dose")
    mark = next(t for t in figure["data"] if t["name"] == "first progression")
    assert (mark["x"], mark["y"]) == ([3.68], [-20.0])
    assert "no complete sum that day" in mark["customdata"][0][3]


def test_many_lines_have_a_panel_for_each_response() -> None:
    few = spider_figure(lines(TOGETHER), window_days=182, origin="first dose")
    many = spider_figure(lines(TOGETHER + 1), window_days=182, origin="first dose")
    assert "xaxis2" not in few["layout"]
    terms = {line["term"] for line in lines(TOGETHER + 1)}
    titles = [a["text"] for a in many["layout"]["annotations"]]
    assert len(titles) == len(terms)
    assert {t["yaxis"] for t in many["data"]} == {"y", *(f"y{i + 1}" for i in range(1, len(terms)))}


def test_the_forest_carries_its_caveat_and_draws_no_interval_for_counts() -> None:
    figure = forest_figure(sections(), overall=0.3, sentence="Not randomised: beware.")
    assert "Not randomised: beware." in [a["text"] for a in figure["layout"]["annotations"]]
    marks = [t for t in figure["data"] if t["mode"] == "markers"]
    assert sum(len(t["x"]) for t in marks) == 2
    numbers = next(t for t in figure["data"] if t["mode"] == "text")
    pressed = [a for a in figure["layout"]["annotations"] if a.get("captureevents")]
    assert [a["text"] for a in pressed] == ["3/8", "3/8"]
    assert numbers["text"] == ["no sourced benchmark", "1/3"]
    assert (
        max(
            len(t.replace("<i>", "").replace("</i>", ""))
            for t in figure["layout"]["yaxis"]["ticktext"]
        )
        <= LABEL
    )


def test_a_mark_and_a_count_of_the_forest_stand_for_the_responders() -> None:
    figure = forest_figure(sections(), overall=None, sentence="")
    keys = " ".join(RESPONDERS)
    (raw,) = [t for t in figure["data"] if t["mode"] == "markers"]
    assert [row[0] for row in raw["customdata"]] == [keys, keys]
    pressed = [a for a in figure["layout"]["annotations"] if a.get("captureevents")]
    assert [a["name"] for a in pressed] == [keys, keys]
    assert {a["hovertext"] for a in pressed} == {"3/8: highlight these 3 patients"}
    assert [a["y"] for a in pressed] == raw["y"]


@pytest.mark.parametrize(
    ("value", "words"), [(131.0, "+131"), (-45.2, "−45"), (0.2, "0"), (-0.4, "0"), (0.0, "0")]
)
def test_signs_of_changes(value: float, words: str) -> None:
    assert signed(value) == words


def test_nothing_to_draw_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no patient"):
        waterfall_figure([])
    with pytest.raises(ValueError, match="no patient"):
        spider_figure([], window_days=None, origin="first dose")


def test_swatches_have_the_palette_s_colours() -> None:
    assert swatch_css() in (ASSETS / "response.css").read_text(encoding="utf-8")
