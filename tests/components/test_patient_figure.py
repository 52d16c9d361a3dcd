"""A patient's figure: its traces, its axes, and what stands where."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.figures.patient import patient_figure
from components.figures.patient_findings import drawn_events
from components.figures.patient_marks import CHANGED
from components.figures.patient_shape import MOST_EVENTS, UNITS, Shape, placed, shape_of
from components.patients.words import best_why, number_words, place_words, unit_words, visit_why
from components.theme import palette_for_browser
from dashboard.bundles import PLOTLY_TRACES
from dashboard.metrics.patient_doses import CHANGES

PLACE = {"file": "x.csv", "row": 2}


def visit(day: int, overall: str, total: float | None, **more: Any) -> dict[str, Any]:
    base = {
        "day": day, "when": "2024-03-01", "visit": "Week 8", "overall": overall, "target": None,
        "non_target": None, "new_lesion": False, "total": total, "complete": True,
        "percent": None if total is None else total - 100, "nadir": 100.0, "percent_nadir": None,
        "rise": None, "reasons": [], "why": None, "places": [PLACE],
    }  # fmt: skip
    return {**base, **more}


def event(term: str, first: int | None, last: int | None, grade: int, **more: Any) -> Any:
    return {
        "term": term, "soc": "GI", "grade": grade, "first": first, "last": last,
        "start": None if first is None else "2024-01-05", "end": None if last is None else
        "2024-01-09", "state": "resolved" if last is not None else "ongoing", "serious": False,
        "related": True, "drugs": [], "actions": [], "emergent": True, "place": PLACE, **more,
    }  # fmt: skip


def dose(first: int, **more: Any) -> dict[str, Any]:
    return {
        "drug": "INOSINE", "first": first, "last": first + 6, "start": "2024-01-01",
        "end": "2024-01-07", "cycle": 1, "given": 600.0, "planned": 600.0, "share": 1.0,
        "below": False, "dosed": True, "unit": "mg", "dose": 600.0, "planned_dose": 600.0,
        "dose_unit": "mg", "frequency": "TID", "change": None, "words": None, "reason": None,
        "place": PLACE, **more,
    }  # fmt: skip


def point(day: int, value: float, **more: Any) -> dict[str, Any]:
    return {
        "day": day, "when": "2024-01-05", "visit": None, "value": value, "low": 150.0,
        "high": 360.0, "grade": None, "baseline": False, "place": PLACE,
        "side": "high" if value > 360 else "", **more,
    }  # fmt: skip


@pytest.fixture
def answer() -> dict[str, Any]:
    return {
        "origin": "first_dose",
        "origin_date": "2024-01-01",
        "cut_day": 300,
        "window_day": 182,
        "backbones": [{"id": "eribulin", "label": "Eribulin"}],
        "scale": "CTCAE",
        "labels": {},
        "lane": {
            "state": "ended", "start": 0, "end": 120, "days": 121, "ongoing": False,
            "followed": 250, "start_date": "2024-01-01", "end_date": "2024-04-30",
            "markers": [{"event": "PD", "day": 112}, {"event": "DEATH", "day": 250}],
        },
        "doses": {
            "known": True,
            "drugs": [{"name": "INOSINE", "label": "Inosine", "group": None}],
            "records": [dose(0), dose(21, share=0.5, given=300.0, dose=300.0, below=True,
                                      change="reduced", words="Dose reduced")],
        },
        "tumour": {
            "visits": [visit(56, "PR", 60.0), visit(112, "PD", 80.0, nadir=60.0, rise=20.0,
                                                    percent_nadir=33.3, reasons=["growth"])],
            "baseline": 100.0, "baseline_day": -5, "best": None, "sums_known": True,
            "responses_known": True,
        },
        "events": {
            "known": True,
            "scale": "CTCAE",
            "records": [event("Nausea", 3, 8, 1), event("Gout", 60, None, 3, serious=True)],
        },
        "labs": {
            "known": True,
            "series": [{"paramcd": "URATE", "label": "Urate", "unit": "umol/L",
                        "points": [point(-1, 300), point(21, 420)]}],
        },
        "samples": {
            "kinds": ["blood"],
            "records": [{"kind": "blood", "id": "B1", "visit": "Baseline", "day": -3, "due": True,
                         "when": "2023-12-29", "state": "usable", "reason": None, "site": None,
                         "place": PLACE}],
        },
    }  # fmt: skip


def drawn(answer: dict[str, Any], unit: str = "", labs: tuple[str, ...] | None = None) -> Any:
    shape = shape_of([answer], unit, labs)
    return patient_figure(answer, shape), shape


def trace(figure: Any, shape: Shape, panel: str) -> list[Any]:
    at = [p.name for p in shape.panels].index(panel)
    axis = "y" if at == 0 else f"y{at + 1}"
    return [t for t in figure["data"] if t["yaxis"] == axis]


def test_the_figure_is_one_that_plotly_draws_with_our_bundle(answer):
    figure, _ = drawn(answer)
    go.Figure(copy.deepcopy(figure))
    assert {t["type"] for t in figure["data"]} <= PLOTLY_TRACES


def test_every_colour_has_its_dark_partner(answer):
    figure, _ = drawn(answer)
    known = palette_for_browser()

    def colours(part: Any) -> set[str]:
        if isinstance(part, dict):
            return set().union(*(colours(v) for v in part.values()), set())
        if isinstance(part, list):
            return set().union(*(colours(v) for v in part), set())
        return {part} if isinstance(part, str) and part.startswith("#") else set()

    assert colours(figure) <= set(known)


def test_panels_stand_below_each_other_and_share_the_axis(answer):
    figure, shape = drawn(answer)
    names = [p.name for p in shape.panels]
    assert names == ["doses", "tumour", "response", "events", "lab:URATE umol/L", "samples"]
    domains = [shape.domain(p) for p in shape.panels]
    assert all(low < high for low, high in domains)
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))
    assert all(t.get("xaxis", "x") == "x" for t in figure["data"])
    assert domains[-1][0] == 0


def test_a_reduced_dose_is_lower_and_marked(answer):
    figure, shape = drawn(answer)
    bars, marks = trace(figure, shape, "doses")
    assert bars["y"][1] == pytest.approx(bars["y"][0] / 2)
    assert marks["marker"]["symbol"] == ["triangle-down"]
    assert "planned 600 mg" in marks["hovertext"][0]


def test_every_change_of_a_dose_has_a_mark_of_its_own():
    assert set(CHANGES.values()) <= set(CHANGED)
    assert len(set(CHANGED.values())) == len(CHANGED)


def test_the_limit_of_progression_moves_with_the_smallest_sum(answer):
    figure, shape = drawn(answer)
    response, rise, line, *_ = trace(figure, shape, "tumour")
    assert response["y"] == [70, 70]
    assert rise["y"] == [120, 120, 72]  # 20% above 100, above 100, then above 60
    assert line["y"] == [100, 60, 80]
    assert line["x"][0] < 0


def test_the_limit_is_five_millimetres_where_twenty_per_cent_are_less(answer):
    answer["tumour"]["baseline"] = 10.0
    answer["tumour"]["visits"] = [visit(56, "SD", 9.0, nadir=10.0)]
    figure, shape = drawn(answer)
    assert trace(figure, shape, "tumour")[1]["y"] == [15, 15]


def test_a_new_lesion_has_a_star_and_its_response_an_asterisk(answer):
    answer["tumour"]["visits"][1]["new_lesion"] = True
    figure, shape = drawn(answer)
    assert trace(figure, shape, "tumour")[-1]["marker"]["symbol"] == "star"
    letters = trace(figure, shape, "response")[1]
    assert letters["text"] == ["PR", "PD*"]


def test_an_incomplete_sum_is_hollow(answer):
    answer["tumour"]["visits"][0]["complete"] = False
    figure, shape = drawn(answer)
    ink = trace(figure, shape, "tumour")[2]["marker"]["color"]
    assert ink[1] != ink[0] == ink[2]


def test_an_ongoing_event_has_an_arrow_at_the_last_day_followed(answer):
    figure, shape = drawn(answer)
    bars, words, arrows, list_ = trace(figure, shape, "events")
    assert len(bars["y"]) == 2
    assert arrows["x"] == [pytest.approx(bars["base"][1] + bars["x"][1])]
    assert "Gout, grade 3, serious, related" in words["text"]
    assert list_["visible"] is False
    at = figure["data"].index(list_)
    assert figure["layout"]["meta"]["narrow"]["only"] == [at]
    assert figure["data"][figure["layout"]["meta"]["narrow"]["traces"][0]] is words


def test_severity_is_never_called_a_grade(answer):
    answer["events"]["scale"] = "severity"
    figure, shape = drawn(answer)
    words = " ".join(trace(figure, shape, "events")[1]["text"])
    assert "severe" in words
    assert "grade" not in words


def test_more_events_than_the_figure_holds_are_the_gravest(answer):
    many = [event(f"E{i}", i, i + 1, 1) for i in range(60)]
    many[50] = event("Worst", 50, 51, 4)
    answer["events"]["records"] = many
    kept = drawn_events(answer)
    assert len(kept) == MOST_EVENTS
    assert "Worst" in [e["term"] for e in kept]


def test_a_value_outside_its_range_is_filled(answer):
    figure, shape = drawn(answer)
    *_, values = trace(figure, shape, "lab:URATE umol/L")
    assert values["marker"]["color"][0] != values["marker"]["color"][1]
    band = trace(figure, shape, "lab:URATE umol/L")[1]
    assert band["fill"] == "tonexty"
    assert set(band["y"]) == {360}


def test_a_parameter_in_two_units_has_two_panels(answer):
    other = copy.deepcopy(answer["labs"]["series"][0])
    answer["labs"]["series"].append({**other, "unit": "mg/dL"})
    figure, shape = drawn(answer)
    assert shape.labs == ("URATE umol/L", "URATE mg/dL")
    assert trace(figure, shape, "lab:URATE mg/dL")


def test_values_of_the_export_cannot_be_markup(answer):
    answer["events"]["records"] = [event("<b>X</b><script>", 3, 8, 1)]
    answer["doses"]["drugs"][0]["label"] = "<img src=x>"
    figure, _ = drawn(answer)
    text = str(figure)
    assert "<script>" not in text
    assert "<img" not in text


def test_an_unknown_unit_or_lab_leaves_the_usual_ones(answer):
    _, shape = drawn(answer, "fortnights", ("NOPE",))
    assert shape.unit == "weeks"
    assert shape.labs == ()  # of the parameters asked for, this patient has none


@pytest.mark.parametrize("unit", list(UNITS))
def test_a_unit_scales_every_mark(answer, unit):
    figure, shape = drawn(answer, unit)
    letters = trace(figure, shape, "response")[1]
    assert letters["x"] == [pytest.approx(d / UNITS[unit], abs=1e-3) for d in (56, 112)]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=6))
def test_labels_of_lines_never_share_a_level_where_they_would_touch(days):
    lane = {"state": "ended", "start": 0, "end": max(days), "followed": None, "ongoing": False}
    lane["markers"] = [{"event": "PD", "day": d} for d in days]
    answer = {"lane": lane, "window_day": 182, "cut_day": 290}
    shape = Shape((), -10, 320, "weeks", (), 1, 100)
    lines = placed(answer, shape)
    for one in lines:
        for other in lines:
            if one is not other and one.level == other.level:
                assert one.day != other.day


def test_numbers_and_places_in_words(answer):
    assert number_words(41.7) == "41.7"
    assert number_words(35.0) == "35"
    assert number_words(12345.6) == "12,346"
    assert unit_words("umol/L") == "µmol/L"
    places = [{"file": "a.csv", "row": r} for r in (2, 3, 4, 9)] + [{"file": None, "row": None}]
    assert place_words(places) == "a.csv 2–4, 9"
    why = visit_why(answer, answer["tumour"]["visits"][1])
    assert why == "sum +33.3% (20 mm) above the smallest of 60 mm"
    assert best_why(None) == "The export holds no tumour response."
