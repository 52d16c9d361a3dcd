"""Peak bilirubin against peak ALT or AST, both logarithmic, in four named quadrants (eDISH).

Watkins et al. 2011. Two scatters stand side by side: multiples of the upper limit of normal, and of
each patient's own baseline. The course of a candidate has one small panel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from dashboard.text import text

HEIGHT = 372
PANEL, GAP, HEAD = 168, 56, 56
#: quadrant -> marker: shape and colour
MARKS = {
    "potential Hy's law": ("diamond", "danger", 10),
    "Temple's corollary": ("triangle-up", "warn", 8),
    "cholestasis": ("square", "warn", 7),
    "normal or near normal": ("circle", "muted", 6),
}
#: corners of the names, in the order of MARKS
CORNERS = ((1, 1, "right", "top"), (1, 0, "right", "bottom"), (0, 1, "left", "top"))
#: ticks of a logarithmic axis of multiples
TICKS = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
SERIES = ("solid", "4px,3px", "1px,3px", "8px,3px,1px,3px")
TONES = ("ink", "muted", "danger", "accent")


def liver_figure(
    scatter: Mapping[str, Any], *, x_line: float, y_line: float, prefix: str
) -> dict[str, Any]:
    """One scatter. Raises ValueError without a point."""
    if not scatter["points"]:
        raise ValueError("no patient with both peaks")
    data = [_points(scatter, quadrant) for quadrant in MARKS]
    xs = [p[2] for p in scatter["points"]] + [x_line]
    ys = [p[3] for p in scatter["points"]] + [y_line]
    ranges = (_range(xs), _range(ys))
    counts = {q: n for q, n, _ in scatter["quadrants"]}
    name = scatter["name"]
    return {
        "data": [t for t in data if t["x"]],
        "layout": theme.layout(
            height=HEIGHT,
            margin={"l": 60, "r": 12, "t": 12, "b": 48},
            xaxis=_axis(text(f"labs.liver.x.{name}"), ranges[0]),
            yaxis=_axis(text(f"labs.liver.y.{name}"), ranges[1]),
            shapes=[_line("x", x_line), _line("y", y_line)],
            annotations=_names(counts),
            meta={"prefix": prefix, "select": "lasso", "paper": theme.PAIR_ON_PAPER},
        ),
    }


def _points(scatter: Mapping[str, Any], quadrant: str) -> dict[str, Any]:
    symbol, colour, size = MARKS[quadrant]
    own = [p for p in scatter["points"] if p[4] == quadrant]
    # a patient with liver metastases is hollow
    hollow = [bool(p[5]) for p in own]
    tone, paper = theme.colour(colour), theme.colour("surface")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(f"labs.quadrant.{key(quadrant)}"),
        "x": [p[2] for p in own],
        "y": [p[3] for p in own],
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": [paper if h else tone for h in hollow],
            "line": {"width": 1.5, "color": tone},
        },
        **_said(scatter, own),
    }


def _said(scatter: Mapping[str, Any], own: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Who each point is; nothing where there are too many to say."""
    if own and not own[0][0]:
        return {"hoverinfo": "skip", "opacity": 0.35}
    return {
        "customdata": [[p[0], p[1], _hover(scatter["name"], p)] for p in own],
        "hovertemplate": text("labs.hover"),
    }


def _hover(name: str, point: Sequence[Any]) -> str:
    told = text(f"labs.liver.hover.{name}", x=f"{point[2]:.3g}", y=f"{point[3]:.3g}")
    return f"{told}, {text('labs.liver.metastases')}" if point[5] else told


def key(quadrant: str) -> str:
    """potential Hy's law is hys_law: the last part of its catalogue key."""
    return {
        "potential Hy's law": "hys_law",
        "Temple's corollary": "temple",
        "cholestasis": "cholestasis",
    }.get(quadrant, "normal")


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Decades that hold the values, with room at both ends."""
    low, high = min(v for v in values if v > 0), max(values)
    return math.log10(low) - 0.12, math.log10(high) + 0.16


def _axis(title: str, ends: tuple[float, float]) -> dict[str, Any]:
    shown = [s for s in TICKS if ends[0] <= math.log10(s) <= ends[1]]
    return theme.axis(
        title,
        type="log",
        range=[round(ends[0], 3), round(ends[1], 3)],
        tickmode="array",
        tickvals=shown,
        ticktext=[f"{s:g}" for s in shown],
        showgrid=False,
    )


def _line(axis: str, value: float) -> dict[str, Any]:
    other = "y" if axis == "x" else "x"
    return {
        "type": "line",
        f"{axis}0": value,
        f"{axis}1": value,
        f"{other}ref": "paper",
        f"{other}0": 0,
        f"{other}1": 1,
        "layer": "below",
        "line": {"width": 1, "dash": "5px,3px", "color": theme.colour("edge")},
    }


def _names(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The name of each quadrant with its count, in its corner; the lower left one has no room."""
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": x,
            "y": y,
            "text": text(
                "labs.quadrant.count", name=text(f"labs.quadrant.{key(q)}"), n=counts.get(q, 0)
            ),
            "showarrow": False,
            "xanchor": side,
            "yanchor": end,
            "font": {"size": 12, "color": theme.colour("ink")},
            "bgcolor": theme.colour("surface"),
            "opacity": 0.9,
        }
        for q, (x, y, side, end) in zip(MARKS, CORNERS, strict=False)
    ]


def course_figure(
    courses: Sequence[Mapping[str, Any]], *, x_line: float, y_line: float, prefix: str
) -> dict[str, Any]:
    """Liver values of each candidate over time, one panel each with the same axes."""
    if not courses:
        raise ValueError("no candidate")
    codes = list(dict.fromkeys(s["paramcd"] for c in courses for s in c["series"]))
    times = [t for c in courses for s in c["series"] for t in s["times"] if t > 0]
    days = [d for c in courses for s in c["series"] for d in s["day"]]
    ends = _range([*times, x_line, y_line])
    inner = len(courses) * PANEL + (len(courses) - 1) * GAP
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for i, course in enumerate(courses):
        x, y = ("x", "y") if not i else (f"x{i + 1}", f"y{i + 1}")
        bottom = 1 - (i * (PANEL + GAP) + PANEL) / inner
        domain = [round(max(0.0, bottom), 4), round(bottom + PANEL / inner, 4)]
        last = i == len(courses) - 1
        axes[x.replace("x", "xaxis")] = theme.axis(
            text("labs.liver.days") if last else None,
            anchor=y,
            range=[min(days) - 6, max(days) + 6],
            showgrid=False,
            nticks=10,
        )
        axes[y.replace("y", "yaxis")] = {
            **_axis(text("labs.liver.times"), ends),
            "anchor": x,
            "domain": domain,
        }
        for value in (x_line, y_line):
            shapes.append(
                {
                    "type": "line",
                    "xref": f"{x} domain",
                    "x0": 0,
                    "x1": 1,
                    "yref": y,
                    "y0": value,
                    "y1": value,
                    "layer": "below",
                    "line": {"width": 1, "dash": "5px,3px", "color": theme.colour("edge")},
                }
            )
        notes.append(_panel_title(course["usubjid"].removeprefix(prefix), domain[1]))
        data += [_course(course, s, codes, (x, y), first=not i) for s in course["series"]]
    return {
        "data": data,
        "layout": theme.layout(
            height=inner + HEAD + 48,
            margin={"l": 60, "r": 12, "t": HEAD, "b": 48},
            shapes=shapes,
            annotations=notes,
            showlegend=True,
            legend=theme.legend_above(itemwidth=36),
            **axes,
        ),
    }


def _panel_title(words: str, top: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": 13, "color": theme.colour("ink")},
    }


def _course(
    course: Mapping[str, Any],
    series: Mapping[str, Any],
    codes: Sequence[str],
    cell: tuple[str, str],
    *,
    first: bool,
) -> dict[str, Any]:
    place = codes.index(series["paramcd"]) % len(SERIES)
    tone = theme.colour(TONES[place])
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": series["label"],
        "x": list(series["day"]),
        "y": [round(t, 3) for t in series["times"]],
        "xaxis": cell[0],
        "yaxis": cell[1],
        "line": {"width": 1.8, "dash": SERIES[place], "color": tone},
        "marker": {"size": 5, "color": tone},
        "customdata": [
            [
                course["key"],
                course["usubjid"],
                text("labs.liver.hover.course", label=series["label"], x=f"{t:.3g}", day=d),
            ]
            for d, t in zip(series["day"], series["times"], strict=True)
        ],
        "hovertemplate": text("labs.hover"),
        "showlegend": first,
    }
