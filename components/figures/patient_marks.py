"""The traces of a patient's figure, panel by panel: what was given, seen, suffered and measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from components import theme
from components.figures.patient_shape import Shape
from components.figures.spider import SYMBOLS
from components.patients import hover
from components.patients.words import change_words
from dashboard.text import text

Answer = Mapping[str, Any]
Trace = dict[str, Any]

#: shares of a drug's row, from its top: the marks of changes under the drug's name, the foot of the
#: bars under the marks, and how high the full planned dose stands on it
CHANGE, FOOT, FULL = 0.42, 0.94, 0.4
#: what was done to a dose -> symbol
CHANGED = {
    "reduced": "triangle-down",
    "omitted": "x",
    "delayed": "diamond",
    "interrupted": "square",
    "stopped": "cross",
    "increased": "triangle-up",
    "other": "circle",
}
#: a bar narrower than this share of the axis is drawn this wide, so that one day can be seen
THINNEST = 0.004
#: state of a sample -> symbol
SAMPLED = {"usable": "circle", "failed": "circle-open", "not taken": "x-thin"}


def doses(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    """One row per drug: bars as high as the dose is of its plan, changes marked above them."""
    drugs = answer["doses"]["drugs"]
    traces: list[Trace] = []
    for row, drug in enumerate(drugs):
        mine = [d for d in answer["doses"]["records"] if d["drug"] == drug["name"]]
        given = [d for d in mine if d["dosed"]]
        highest = max((d["given"] or 0 for d in given), default=0)
        width = [bar_width(d["first"], d["last"] + 1, shape) for d in given]
        traces.append(
            {
                "type": "bar",
                "name": escape(drug["label"]),
                "x": [shape.at(d["first"] + 0.5 * (d["last"] + 1 - d["first"])) for d in given],
                "y": [round(FULL * _height(d, highest), 3) for d in given],
                "base": [-row - FOOT] * len(given),
                "width": width,
                "marker": {"color": _drug_colour(answer, drug), "line": {"width": 0}},
                "hovertext": [hover.dose(d, drug["label"]) for d in given],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "yaxis": axis,
            }
        )
        changed = [d for d in mine if d["change"] or d["below"]]
        traces += _changes(changed, drug, row, shape, axis)
    return [t for t in traces if t["x"]]


def treatment(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    """First to last dose of the export's ADSL, where single doses are not exported."""
    lane = answer["lane"]
    if lane["start"] is None or lane["end"] is None:
        return []
    first, last = lane["start"], lane["end"] + 1
    bar: Trace = {
        "type": "bar",
        "name": text("patient.treatment"),
        "x": [shape.at((first + last) / 2)],
        "y": [FULL],
        "base": [-FOOT],
        "width": [bar_width(first, last, shape)],
        "marker": {"color": theme.colour("accent"), "line": {"width": 0}},
        "hovertext": [hover.treatment(lane)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "yaxis": axis,
    }
    return [bar]


def _changes(
    records: Sequence[Answer], drug: Answer, row: int, shape: Shape, axis: str
) -> list[Trace]:
    """Marks of reduced, omitted, delayed and interrupted doses."""
    kinds = [d["change"] or "reduced" for d in records]
    return [
        points(
            [shape.at(d["first"]) for d in records],
            [-row - CHANGE] * len(records),
            axis,
            symbol=[CHANGED[k] for k in kinds],
            size=8,
            colour=theme.colour("ink"),
            hovertext=[hover.dose(d, drug["label"]) for d in records],
            name=change_words(kinds[0]) if kinds else "",
        )
    ]


def _height(dose: Answer, highest: float) -> float:
    """Share of the planned dose, at most 1.25; without a plan, of the highest dose given."""
    if dose["share"] is not None:
        return min(float(dose["share"]), 1.25)
    return (dose["given"] or 0) / highest if highest else 1.0


def bar_width(first: float, last: float, shape: Shape) -> float:
    return max(shape.at(last) - shape.at(first), shape.at(THINNEST * (shape.last - shape.first)))


def _drug_colour(answer: Answer, drug: Answer) -> str:
    ids = [b["id"] for b in answer["backbones"]]
    if drug["group"] in ids:
        return theme.backbone_colour(ids.index(drug["group"]))
    return theme.colour("accent")


def tumour(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    """Sum of diameters (mm) from baseline on; the limits of PR and PD; new lesions."""
    found = answer["tumour"]
    visits = [v for v in found["visits"] if v["total"] is not None]
    start = found["baseline"]
    x = [shape.at(v["day"]) for v in visits]
    y = [round(v["total"], 1) for v in visits]
    told = [hover.visit(answer, v) for v in visits]
    whole = [v["complete"] is not False for v in visits]
    if start is not None:
        x.insert(0, shape.at(found["baseline_day"] or 0))
        y.insert(0, round(start, 1))
        told.insert(0, hover.baseline(found))
        whole.insert(0, True)
    ink, surface = theme.colour("ink"), theme.colour("surface")
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("patient.sum"),
        "x": x,
        "y": y,
        "line": {"color": ink, "width": 2},
        "marker": {
            "size": 8,
            "color": [ink if w else surface for w in whole],
            "line": {"width": 1.5, "color": ink},
        },
        "cliponaxis": False,
        "hovertext": told,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "yaxis": axis,
    }
    return [*_limits(found, visits, shape, axis), line, *_new_lesions(answer, shape, axis)]


def _limits(found: Answer, visits: Sequence[Answer], shape: Shape, axis: str) -> list[Trace]:
    """30% below the baseline, and 20% (and 5 mm) above the smallest sum so far, as it moves."""
    base = found["baseline"]
    if base is None or not base:
        return []
    ends = [shape.at(0), shape.at(visits[-1]["day"])]
    response = line(ends, [round(0.7 * base, 1)] * 2, axis, theme.RESPONSE["PR"].light, "dot")
    x, y = [ends[0]], [round(max(1.2 * base, base + 5), 1)]
    for v in visits:
        low = v["nadir"]
        if low is None:
            continue
        x.append(shape.at(v["day"]))
        y.append(round(max(1.2 * low, low + 5), 1))
    rise = line(x, y, axis, theme.RESPONSE["PD"].light, "dash")
    rise["line"]["shape"] = "vh"
    return [response, rise]


def line(x: Sequence[float], y: Sequence[float], axis: str, colour: str, dash: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "line": {"color": colour, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
        "showlegend": False,
        "yaxis": axis,
    }


def _new_lesions(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    mine = [v for v in answer["tumour"]["visits"] if v["new_lesion"]]
    if not mine:
        return []
    low = answer["tumour"]["baseline"] or 0
    return [
        points(
            [shape.at(v["day"]) for v in mine],
            [round(v["total"] if v["total"] is not None else low, 1) for v in mine],
            axis,
            symbol="star",
            size=15,
            colour=theme.RESPONSE["PD"].light,
            hovertext=[hover.visit(answer, v) for v in mine],
            name=text("patient.key.new_lesion"),
        )
    ]


def responses(answer: Answer, shape: Shape, axis: str) -> list[Trace]:
    """The overall response of every assessment, its letters below its mark."""
    visits = [v for v in answer["tumour"]["visits"] if v["overall"]]
    marks = points(
        [shape.at(v["day"]) for v in visits],
        [0.68] * len(visits),
        axis,
        symbol=[SYMBOLS[v["overall"]] for v in visits],
        size=11,
        colour=[theme.RESPONSE[v["overall"]].light for v in visits],
        hovertext=[hover.visit(answer, v) for v in visits],
        name=text("patient.panel.response"),
    )
    letters = {
        "type": "scatter",
        "mode": "text",
        "x": marks["x"],
        "y": [0.2] * len(visits),
        "text": [text(f"patient.short.{v['overall']}") + ("*" if v["new_lesion"] else "")
                 for v in visits],
        "textfont": {"size": 11, "color": theme.colour("ink")},
        "hoverinfo": "skip",
        "cliponaxis": False,
        "yaxis": axis,
    }  # fmt: skip
    return [marks, letters] if visits else []


def points(x: Sequence[float], y: Sequence[float], axis: str, **more: Any) -> Trace:
    """Marks with words on hover."""
    colour = more["colour"]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": more["name"],
        "x": list(x),
        "y": [round(v, 3) for v in y],
        "marker": {
            "symbol": more["symbol"],
            "size": more["size"],
            "color": colour,
            "line": {"width": 1.5, "color": colour},
        },
        "cliponaxis": False,
        "hovertext": list(more["hovertext"]),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "yaxis": axis,
    }
