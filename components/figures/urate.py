"""Urate over time against bands: every patient a line, stones and gout and changed doses marked.

Bands are lines with their value, not a scale of colour: they are limits of display, no grades.
Patients with a stone or gout are drawn darker; the others stay behind them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from components.labs.parts import amount
from components.numbers import DAYS_PER_MONTH
from dashboard.text import text

Line = Mapping[str, Any]
HEIGHT = 468
LEGEND = 52
#: events that are named in the figure itself
NAMED = 12
#: where their names stand in turn, so that neighbours keep apart
PLACES: tuple[dict[str, Any], ...] = (
    {"xanchor": "right", "yanchor": "top", "xshift": -8, "yshift": -6},
    {"xanchor": "left", "yanchor": "top", "xshift": 8, "yshift": -6},
    {"xanchor": "left", "yanchor": "bottom", "xshift": 8, "yshift": 6},
)
#: marks of events and of doses: shape and colour (never colour alone)
EVENTS = {"stone": ("diamond", "danger"), "gout": ("star", "danger"), "kidney": ("cross", "danger")}
DOSES = {
    "reduced": "triangle-down",
    "interrupted": "square",
    "omitted": "square",
    "delayed": "triangle-right",
    "stopped": "x",
    "increased": "triangle-up",
    "other": "circle",
}


def urate_figure(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Figure of the lines of the urate card. Raises ValueError without one."""
    lines = answer["lines"]
    if not lines:
        raise ValueError("no patient with a urate value")
    drawn = {line["usubjid"] for line in lines}
    events = [e for e in answer["events"] if e["usubjid"] in drawn]
    answer = {**answer, "events": events}
    marked = {e["usubjid"] for e in events if e["first"] is not None}
    plain = [line for line in lines if line["usubjid"] not in marked]
    bold = [line for line in lines if line["usubjid"] in marked]
    data = [
        _lines(plain, "muted", 1.0, 0.34, text("labs.urate.line")),
        _lines(bold, "ink", 1.6, 0.85, text("labs.urate.line.event")),
        *_doses(answer),
        *_events(answer),
    ]
    data = [t for t in data if t["x"]]
    span = max(line["day"][-1] for line in lines)
    first = min(line["day"][0] for line in lines)
    top = max(max(line["value"]) for line in lines)
    low = min(min(line["value"]) for line in lines)
    return {"data": data, "layout": _layout(answer, (first, span), (low, top))}


def month(day: float) -> float:
    return round(day / DAYS_PER_MONTH, 3)


def _lines(
    lines: Sequence[Line], colour: str, width: float, opacity: float, name: str
) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    data: list[list[Any] | None] = []
    for line in lines:
        x += [*(month(d) for d in line["day"]), None]
        y += [*line["value"], None]
        data += [
            [line["key"], line["usubjid"], _hover(d, v, visit)]
            for d, v, visit in zip(line["day"], line["value"], line["visit"], strict=True)
        ]
        data.append(None)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x[:-1],
        "y": y[:-1],
        "line": {"width": width, "color": theme.colour(colour)},
        "marker": {"size": 3, "color": theme.colour(colour)},
        "opacity": opacity,
        "customdata": data[:-1],
        "hovertemplate": text("labs.hover"),
    }


def _hover(day: int, value: float, visit: str) -> str:
    told = text("labs.urate.hover", value=amount(value), day=day)
    return f"{told}, {visit}" if visit else told


def _events(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    out = []
    for kind, (symbol, colour) in EVENTS.items():
        own = [e for e in answer["events"] if e["kind"] == kind and e["before"] is not None]
        out.append(
            {
                **_marks(own, "first", text(f"labs.urate.event.{kind}"), _event_words),
                "marker": {
                    "symbol": symbol,
                    "size": 12,
                    "color": theme.colour(colour),
                    "line": {"width": 1.2, "color": theme.colour("surface")},
                },
            }
        )
    return out


def _ids(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The patient's id beside each event while they are few; on a phone there is no room."""
    dated = sorted((e for e in answer["events"] if e["before"] is not None), key=_when)
    if len(dated) > NAMED:
        return []
    return [
        {
            "name": event["key"],
            "x": month(event["first"]),
            "y": round(event["before"], 1),
            "text": f"<b>{event['usubjid'].removeprefix(answer['prefix'])}</b>",
            "showarrow": False,
            **PLACES[i % len(PLACES)],
            "font": {"size": 12, "color": theme.colour("danger")},
            "bgcolor": theme.colour("surface"),
            "borderpad": 1,
            "opacity": 0.92,
        }
        for i, event in enumerate(dated)
    ]


def _when(event: Mapping[str, Any]) -> tuple[int, str, str]:
    return event["first"], event["usubjid"], event["term"]


def _doses(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    out = []
    for change, symbol in DOSES.items():
        own = [m for m in answer["marks"] if m["change"] == change and m["before"] is not None]
        out.append(
            {
                **_marks(own, "day", text(f"labs.dose.{change}"), _dose_words),
                "marker": {
                    "symbol": symbol,
                    "size": 8,
                    "color": theme.colour("surface"),
                    "line": {"width": 1.6, "color": theme.colour("accent")},
                },
            }
        )
    return out


def _marks(own: Sequence[Mapping[str, Any]], day: str, name: str, words: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [month(m[day]) for m in own],
        "y": [round(m["before"], 1) for m in own],
        "customdata": [[m["key"], m["usubjid"], words(m)] for m in own],
        "hovertemplate": text("labs.hover"),
    }


def _event_words(event: Mapping[str, Any]) -> str:
    key = "labs.urate.hover.event" if event["grade"] else "labs.urate.hover.event.ungraded"
    return text(
        key,
        term=event["words"],
        grade=event["grade"],
        day=event["first"],
        value=amount(event["before"]),
    )


def _dose_words(mark: Mapping[str, Any]) -> str:
    told = text("labs.urate.hover.dose", words=mark["words"], drug=mark["drug"], day=mark["day"])
    return f"{told}: {mark['reason']}" if mark["reason"] else told


def _layout(
    answer: Mapping[str, Any], days: tuple[float, float], values: tuple[float, float]
) -> dict[str, Any]:
    first, span = month(min(days[0], 0)), month(days[1])
    low, top = values[0] * 0.94, max(values[1], answer["edges"][-1]) * 1.05
    shapes: list[dict[str, Any]] = [_edge(edge, i) for i, edge in enumerate(answer["edges"])]
    named = _ids(answer)
    notes = [*(_note(edge) for edge in answer["edges"]), *named]
    return theme.layout(
        height=HEIGHT,
        margin={"l": 56, "r": 44, "t": LEGEND, "b": 48},
        xaxis=theme.axis(
            text("labs.urate.x"),
            range=[round(first - 0.02 * span, 3), round(span * 1.03, 3)],
            showgrid=False,
            nticks=10,
        ),
        yaxis=theme.axis(
            text("labs.urate.y"), range=[round(low, 1), round(top, 1)], showgrid=False, nticks=6
        ),
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend=theme.legend_above(),
        meta={
            "names": "ends",
            "prefix": answer["prefix"],
            "select": "lasso",
            "narrow": {"below": 560, "annotations": [n["name"] for n in named]},
        },
    )


def _edge(value: float, place: int) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "layer": "below",
        "line": {
            "width": 1 + 0.3 * place,
            "color": theme.colour("edge"),
            "dash": "2px,3px" if place == 0 else "5px,3px",
        },
    }


def _note(value: float) -> dict[str, Any]:
    return {
        "xref": "x domain",
        "x": 1,
        "y": value,
        "text": f"{value:g}",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 4,
        "font": {"size": 12, "color": theme.colour("muted")},
    }
