"""One patient on one time axis: doses, tumour, response, adverse events, labs, samples.

Panels stand above each other on a shared axis of time from the origin; lines through all of them
mark the end of treatment, progression, new therapy, death and the cut-off.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from components import theme
from components.figures import patient_findings as findings
from components.figures import patient_marks as marks
from components.figures.patient_shape import (
    BOTTOM,
    DRUG,
    LEVEL,
    UNITS,
    Line,
    Panel,
    Shape,
    has_sums,
    has_visits,
    late,
    placed,
    series_id,
)
from components.patients.words import dose_title, lab_title, panel_note
from dashboard.text import text

Answer = Mapping[str, Any]

#: px of a sheet: its width inside a card, its height below the key facts, and all of it; a figure
#: that could not be read below the facts has a sheet of its own
PAPER, BELOW, SHEET, READABLE, SMALLEST = 640, 690, 860, 0.6, 0.45
#: px left of the plot (values) and right of it (percent of baseline)
LEFT, RIGHT = 52, 52
#: one tick every so many units; the first that needs few is taken
STEPS = {
    "days": (7, 14, 28, 56, 84, 168, 364),
    "weeks": (1, 2, 4, 8, 12, 24, 52, 104),
    "months": (1, 2, 3, 6, 12, 24, 60),
}
MAX_TICKS, FEW_TICKS, NARROW = 16, 7, 620


def patient_figure(answer: Answer, shape: Shape) -> dict[str, Any]:
    """The figure of one patient in the given shape."""
    data: list[dict[str, Any]] = []
    only: list[int] = []  # traces of a narrow figure alone, and those it leaves out
    hidden: list[int] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for i, panel in enumerate(shape.panels, start=1):
        axis, name = ("y", "yaxis") if i == 1 else (f"y{i}", f"yaxis{i}")
        traces = _traces(answer, panel, shape, axis)
        if panel.name == "events" and traces:
            traces.append(findings.event_list(answer, shape, axis))
            only.append(len(data) + len(traces) - 1)
            hidden.append(len(data) + 1)
        data += traces
        axes[name] = {**_axis(answer, panel, shape), "domain": shape.domain(panel)}
        notes += _titles(answer, panel, shape)
    axes |= _percent(answer, shape)
    events = placed(answer, shape)
    for axis in [f"y{i}" if i > 1 else "y" for i in range(1, len(axes) + 1)]:
        if not any(trace["yaxis"] == axis for trace in data):  # without a trace none is drawn
            data.append({"type": "scatter", "x": [0], "y": [None], "yaxis": axis})
    return {
        "data": [{**trace, "showlegend": False} for trace in data],
        "layout": theme.layout(
            height=shape.height,
            barmode="overlay",
            bargap=0,
            margin={"l": LEFT, "r": RIGHT, "t": shape.top, "b": BOTTOM},
            xaxis=_time(answer, shape),
            **axes,
            shapes=[_line(event.day, shape, event.dash) for event in events],
            annotations=[*notes, *(_label(event, shape) for event in events)],
            meta={
                "paper": round(PAPER / paper_zoom(shape)),
                "narrow": {
                    "below": NARROW,
                    "only": only,
                    "traces": hidden,
                    "layout": {
                        "xaxis": {"dtick": _step(shape, FEW_TICKS)},
                        "margin": {"l": 48, "r": 54},
                    },
                },
            },
        ),
    }


def paper_zoom(shape: Shape) -> float:
    """By how much the figure is shrunk on paper, so that a sheet holds it."""
    below = BELOW / shape.height
    zoom = below if below >= READABLE else max(SMALLEST, SHEET / shape.height)
    return round(min(1.0, zoom), 3)


def _traces(answer: Answer, panel: Panel, shape: Shape, axis: str) -> list[dict[str, Any]]:
    dosed = bool(answer["doses"]["drugs"])
    draw, has = {
        "doses": (marks.doses if dosed else marks.treatment, True),
        "tumour": (marks.tumour, has_sums(answer)),
        "response": (marks.responses, has_visits(answer)),
        "events": (findings.events, True),
        "samples": (findings.samples, True),
    }.get(panel.name, (None, True))
    if draw is not None:
        return draw(answer, shape, axis) if has else []
    return [
        trace for series in _series(answer, panel) for trace in findings.lab(series, shape, axis)
    ]


def _series(answer: Answer, panel: Panel) -> list[Answer]:
    """The series of a laboratory panel, where the patient has one."""
    wanted = panel.name.removeprefix("lab:")
    return [s for s in answer["labs"]["series"] if series_id(s) == wanted]


def _time(answer: Answer, shape: Shape) -> dict[str, Any]:
    title = text(f"patient.axis.{shape.unit}", origin=text(f"origin.{answer['origin']}"))
    return theme.axis(
        title,
        range=[shape.at(shape.first), shape.at(shape.last)],
        dtick=_step(shape, MAX_TICKS),
        tick0=0,
        anchor="free",
        position=0,
        zeroline=True,
        zerolinecolor=theme.colour("edge"),
    )


def _step(shape: Shape, most: int) -> int:
    length = (shape.last - shape.first) / UNITS[shape.unit]
    steps = STEPS[shape.unit]
    return next((s for s in steps if length / s <= most), steps[-1])


def _axis(answer: Answer, panel: Panel, shape: Shape) -> dict[str, Any]:
    """The axis of a panel: rows without numbers, or values."""
    rows = {
        "doses": panel.height / DRUG,
        "events": panel.height / 24,
        "samples": panel.height / 24,
    }
    if panel.name in rows:
        hidden = theme.axis(range=[-rows[panel.name], 0], showticklabels=False, ticks="")
        return {**hidden, "showgrid": False, "anchor": "x", "automargin": False}
    if panel.name == "response":
        hidden = theme.axis(range=[0, 1], showticklabels=False, ticks="")
        return {**hidden, "showgrid": False, "anchor": "x", "automargin": False}
    values = theme.axis(nticks=4 if panel.name.startswith("lab:") else 6)
    values |= {"anchor": "x", "automargin": False, "rangemode": "normal"}
    if panel.name == "tumour":
        values["range"] = _tumour_range(answer)
    elif not _series(answer, panel):
        values |= {"showticklabels": False, "showgrid": False, "range": [0, 1]}
    return values


def _tumour_range(answer: Answer) -> list[float]:
    """From 0 (or below the smallest) to what is largest of the sums and the limits."""
    found = answer["tumour"]
    if not has_sums(answer):
        return [0, 1]
    sums = [v["total"] for v in found["visits"] if v["total"] is not None]
    base = found["baseline"]
    top = max([*sums, *([1.2 * base, base + 5] if base else [])])
    return [0, round(1.12 * top, 1)]


def _percent(answer: Answer, shape: Shape) -> dict[str, Any]:
    """A second axis at the right: the same sums as percent change from baseline."""
    panel = shape.panel("tumour")
    base = answer["tumour"]["baseline"]
    if panel is None or not base or not has_sums(answer):
        return {}
    at = shape.panels.index(panel) + 1
    low, high = _tumour_range(answer)
    step = 50 if high <= 4 * base else 100
    ticks = list(range(-100, int(100 * (high / base - 1)) + 1, step))
    return {
        f"yaxis{len(shape.panels) + 1}": theme.axis(
            overlaying="y" if at == 1 else f"y{at}",
            side="right",
            anchor="x",
            range=[round(100 * (low / base - 1), 2), round(100 * (high / base - 1), 2)],
            tickvals=ticks,
            ticktext=[f"{'+' if t > 0 else '−' if t < 0 else ''}{abs(t)}%" for t in ticks],
            showgrid=False,
            automargin=False,
        )
    }


def _titles(answer: Answer, panel: Panel, shape: Shape) -> list[dict[str, Any]]:
    """What a panel shows, above it; in the panel, the drug of a row and what is not there."""
    lower, upper = shape.domain(panel)
    code = panel.name.split(":")[0]
    words = text(f"patient.panel.{code}") if code != "lab" else _lab_words(answer, panel)
    title = _note(f"<b>{escape(words)}</b>", y=upper, yanchor="bottom", yshift=6)
    found = [title]
    absent = panel_note(answer, panel.name)
    if absent:
        found.append(_note(escape(absent), y=(lower + upper) / 2, yanchor="middle", muted=True))
    if panel.name == "doses":
        rows = shape.domain(panel)[1] - shape.domain(panel)[0]
        share = rows / (panel.height / DRUG)
        for i, drug in enumerate(answer["doses"]["drugs"]):
            found.append(
                _note(
                    escape(dose_title(answer, drug)),
                    y=upper - i * share,
                    yanchor="top",
                    muted=True,
                    yshift=3,
                )
            )
    if panel.name == "samples":
        kinds = answer["samples"]["kinds"]
        share = (upper - lower) / max(len(kinds), 1)
        for i, kind in enumerate(kinds):
            note = _note(text(f"patient.kind.{kind}"), y=upper - (i + 0.5) * share, muted=True)
            found.append({**note, "xanchor": "right", "x": 0, "xshift": -6})
    return found


def _lab_words(answer: Answer, panel: Panel) -> str:
    found = _series(answer, panel)
    return lab_title(found[0]) if found else text("patient.lab.none", code=panel.name[4:])


def _note(words: str, *, y: float, muted: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "text": words,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": round(y, 5),
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
        "font": {
            "size": 12 if not muted else 11,
            "color": theme.colour("muted" if muted else "ink"),
        },
        **more,
    }


def _line(day: float, shape: Shape, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "x0": shape.at(day),
        "x1": shape.at(day),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 1, "dash": dash, "color": theme.colour("edge")},
    }


def _label(event: Line, shape: Shape) -> dict[str, Any]:
    left = late(event.day, shape.first, shape.last)
    return {
        "text": event.words,
        "xref": "x",
        "yref": "paper",
        "x": shape.at(event.day),
        "y": 1,
        "xanchor": "right" if left else "left",
        "yanchor": "bottom",
        "yshift": LEVEL * event.level - 2,
        "xshift": -3 if left else 3,
        "showarrow": False,
        "font": {"size": 11, "color": theme.colour("muted")},
    }
