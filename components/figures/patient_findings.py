"""More traces of a patient's figure: adverse events, laboratory values, samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from components import theme
from components.figures.patient_marks import Trace, bar_width, line, points
from components.figures.patient_shape import MOST_EVENTS, Shape, dated, late
from components.patients import hover
from components.patients.words import event_words, lab_title
from dashboard.text import text

Answer = Mapping[str, Any]

#: state of a sample -> symbol
SAMPLED = {"usable": "circle", "failed": "circle-open", "not taken": "x-thin"}


def drawn_events(answer: Answer) -> list[Answer]:
    """Events on the figure: all, or the gravest where there are more than it can hold."""
    found = dated(answer["events"]["records"])
    if len(found) <= MOST_EVENTS:
        return found
    gravest = sorted(found, key=lambda e: (-(e["serious"] or False), -e["grade"]))[:MOST_EVENTS]
    return [e for e in found if e in gravest]


def events(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    """A row per event: its words, below them a bar in the colour of its grade."""
    found = drawn_events(answer)
    if not found:
        return []
    spans = [_event_span(answer, e, shape) for e in found]
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": text("patient.panel.events"),
        "y": [-i - 0.72 for i in range(len(found))],
        "base": [shape.at(first) for first, _ in spans],
        "x": [bar_width(first, last, shape) for first, last in spans],
        "width": 0.26,
        "marker": {"color": [_grade_colour(e["grade"]) for e in found], "line": {"width": 0}},
        "hovertext": [hover.event(answer, e) for e in found],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "yaxis": axis,
    }
    rights = [late(first, shape.first, shape.last) for first, _ in spans]
    words = {
        "type": "scatter",
        "mode": "text",
        "x": [shape.at(last if right else first)
              for (first, last), right in zip(spans, rights, strict=True)],
        "y": [-i - 0.34 for i in range(len(found))],
        "text": [escape(event_words(answer, e)) for e in found],
        "textposition": ["middle left" if right else "middle right" for right in rights],
        "textfont": {"size": 11, "color": theme.colour("ink")},
        "hoverinfo": "skip",
        "cliponaxis": False,
        "yaxis": axis,
    }  # fmt: skip
    on = [(i, e) for i, e in enumerate(found) if e["state"] == "ongoing"]
    arrows = points(
        [shape.at(spans[i][1]) for i, _ in on],
        [-i - 0.72 for i, _ in on],
        axis,
        symbol="triangle-right",
        size=10,
        colour=[_grade_colour(e["grade"]) for _, e in on],
        hovertext=[hover.event(answer, e) for _, e in on],
        name=text("patient.key.ongoing"),
    )
    return [bars, words, *([arrows] if on else [])]


def event_list(answer: Answer, shape: Shape, axis: str) -> Trace:
    """The same words from the left edge on: what a narrow figure has room for."""
    found = drawn_events(answer)
    return {
        "type": "scatter",
        "mode": "text",
        "x": [shape.at(shape.first)] * len(found),
        "y": [-i - 0.34 for i in range(len(found))],
        "text": [escape(event_words(answer, e)) for e in found],
        "textposition": "middle right",
        "textfont": {"size": 11, "color": theme.colour("ink")},
        "hoverinfo": "skip",
        "cliponaxis": False,
        "visible": False,
        "yaxis": axis,
    }


def _event_span(answer: Answer, event: Answer, shape: Shape) -> tuple[float, float]:
    """First and last day drawn: an event without an end lasts to the last day the patient was
    followed while it is ongoing, else it is a mark on its first day."""
    first = event["first"] if event["first"] is not None else event["last"]
    if event["last"] is not None:
        last = event["last"] + 1
    elif event["state"] == "ongoing":
        followed = answer["lane"]["followed"]
        last = max(first + 1, min(followed if followed is not None else first + 1, shape.last))
    else:
        last = first + 1
    return max(first, shape.first), max(last, shape.first)


def _grade_colour(grade: int) -> str:
    return theme.GRADE[grade - 1].light if grade else theme.UNGROUPED.light


def lab(series: Answer, shape: Shape, axis: str) -> list[Trace]:
    """Values over the reference range that came with them; outside it filled, inside hollow."""
    points = series["points"]
    ink, surface = theme.colour("accent"), theme.colour("surface")
    values = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": escape(lab_title(series)),
        "x": [shape.at(p["day"]) for p in points],
        "y": [_round(p["value"]) for p in points],
        "line": {"color": ink, "width": 1.5},
        "marker": {
            "size": [8 if p["side"] else 6 for p in points],
            "opacity": 1,  # sizes that differ make them see-through
            "color": [ink if p["side"] else surface for p in points],
            "line": {"width": 1.5, "color": ink},
        },
        "cliponaxis": False,
        "hovertext": [hover.lab(series, p) for p in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "yaxis": axis,
    }
    return [*_range(points, shape, axis), values]


def _range(points: Sequence[Answer], shape: Shape, axis: str) -> list[Trace]:
    """The band of the reference range; a line where only one limit is known."""
    x = [shape.at(p["day"]) for p in points]
    both = all(p["low"] is not None and p["high"] is not None for p in points)
    if not both:
        edge = theme.colour("edge")
        return [
            line(x, [p[side] for p in points], axis, edge, "dot")
            for side in ("low", "high")
            if all(p[side] is not None for p in points)
        ]
    wide = (
        [shape.at(shape.first), *x[1:], shape.at(shape.last)]
        if len(x) > 1
        else [
            shape.at(shape.first),
            shape.at(shape.last),
        ]
    )
    at = points if len(points) > 1 else [points[0], points[0]]
    held = [*at, at[-1]][: len(wide)]
    shared: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": wide,
        "line": {"width": 0, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
        "yaxis": axis,
    }
    return [
        {**shared, "y": [_round(p["low"]) for p in held]},
        {
            **shared,
            "y": [_round(p["high"]) for p in held],
            "fill": "tonexty",
            "fillcolor": theme.colour("sunken"),
        },
    ]


def samples(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    """A row per kind: usable filled, taken but not usable hollow, not taken a cross."""
    kinds = answer["samples"]["kinds"]
    mine = [s for s in answer["samples"]["records"] if s["day"] is not None]
    if not mine:
        return []
    return [
        points(
            [shape.at(s["day"]) for s in mine],
            [-kinds.index(s["kind"]) - 0.5 for s in mine],
            axis,
            symbol=[SAMPLED[s["state"]] for s in mine],
            size=10,
            colour=theme.colour("ink"),
            hovertext=[hover.sample(s) for s in mine],
            name=text("patient.panel.samples"),
        )
    ]


def _round(value: float) -> float:
    """Five figures: more than any laboratory reports."""
    return float(f"{value:.5g}")
