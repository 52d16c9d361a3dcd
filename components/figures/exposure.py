"""Figures of exposure: cycles as stacked bars, dose intensity as strips, stops as steps."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from components.figures.lab_lines import step
from components.figures.rows import text_width
from components.numbers import DAYS_PER_MONTH, percent
from dashboard.text import text

CYCLES_HEIGHT = 348
WIDE, NARROW = 860, 270
#: part of a cycle -> colour and pattern: never colour alone
PARTS = {"completed": ("accent", ""), "running": ("accent", "/"), "short": ("warn", "x")}
STRIP, STRIP_HEAD = 40, 72
STOPS_HEIGHT = 424
#: kind of a reason -> colour; dashes tell reasons of one kind apart
TONES = {
    "progression": theme.RESPONSE["PD"].light,
    "harm": theme.GRADE[3].light,
    "death": theme.colour("ink"),
    "*died": theme.colour("ink"),
    "*completed": theme.colour("accent"),
    "other": theme.colour("muted"),
    "*unstated": theme.colour("edge"),
}
DASHES = ("solid", "6px,3px", "2px,3px", "8px,3px,2px,3px")
#: share of the y axis that the name of a curve needs for itself
ROOM = 0.1
#: letters of a line of such a name
LETTERS = 13
#: fewer points have no quartiles
FEW = 4


def cycles_figure(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Patients per cycle. Raises ValueError without a cycle."""
    if not rows:
        raise ValueError("no cycle was started")
    numbers = [r["cycle"] for r in rows]
    shown, few = rows[:: step(len(rows), WIDE)], rows[:: step(len(rows), NARROW)]
    kept = {r["cycle"] for r in few}
    top = max(r["started"][0] for r in rows)
    return {
        "data": [_bars(rows, part) for part in PARTS],
        "layout": theme.layout(
            height=CYCLES_HEIGHT,
            barmode="stack",
            bargap=0.25,
            margin={"l": 56, "r": 16, "t": 40, "b": 76},
            xaxis=theme.axis(
                text("labs.nadir.x"),
                range=[min(numbers) - 0.6, max(numbers) + 0.6],
                tickmode="array",
                tickvals=[r["cycle"] for r in shown],
                ticktext=[str(r["cycle"]) for r in shown],
                ticklabelstandoff=18,
                showgrid=False,
                automargin=False,
            ),
            yaxis=theme.axis(
                text("exposure.cycles.y"), range=[0, top * 1.05], nticks=6, rangemode="tozero"
            ),
            annotations=[
                _under(text("labs.n")),
                *(
                    {
                        **_under(str(r["started"][0]), r["cycle"]),
                        **({} if r["cycle"] in kept else {"name": "minor"}),
                    }
                    for r in shown
                ),
            ],
            meta={
                "narrow": {
                    "below": 560,
                    "annotations": ["minor"],
                    "layout": {
                        "xaxis": {
                            "tickvals": [r["cycle"] for r in few],
                            "ticktext": [str(r["cycle"]) for r in few],
                        }
                    },
                }
            },
            showlegend=True,
            legend=theme.legend_above(traceorder="normal"),
        ),
    }


def _bars(rows: Sequence[Mapping[str, Any]], part: str) -> dict[str, Any]:
    colour, pattern = PARTS[part]
    own = [r for r in rows if r[part][0]]
    tone = theme.colour(colour)
    return {
        "type": "bar",
        "name": text(f"exposure.cycles.{part}"),
        "x": [r["cycle"] for r in own],
        "y": [r[part][0] for r in own],
        "marker": {
            "color": tone,
            "line": {"width": 1, "color": tone},
            "pattern": {
                "shape": pattern,
                "fillmode": "overlay",
                "fgcolor": theme.colour("surface"),
                "size": 5,
            },
        },
        "customdata": [[r[part][1], "", _bar_words(r, part)] for r in own],
        "hovertemplate": "%{customdata[2]}<extra></extra>",
    }


def _bar_words(row: Mapping[str, Any], part: str) -> str:
    return text(
        "exposure.cycles.hover",
        cycle=row["cycle"],
        x=row[part][0],
        n=row["started"][0],
        part=text(f"exposure.cycles.{part}"),
    )


def _under(words: str, at: int | None = None) -> dict[str, Any]:
    place = {"xref": "paper", "x": 0, "xanchor": "right", "xshift": -14}
    return {
        "yref": "paper",
        "y": 0,
        "text": words,
        "showarrow": False,
        "yanchor": "top",
        "yshift": -5,
        "font": {"size": 11, "color": theme.colour("muted" if at is None else "ink")},
        **(place if at is None else {"x": at, "xanchor": "center"}),
    }


def strip_height(drugs: int) -> int:
    return drugs * STRIP + STRIP_HEAD


def intensity_figure(drugs: Sequence[Mapping[str, Any]], reduced: float) -> dict[str, Any]:
    """Relative dose intensity of each patient by drug. Raises ValueError without a value."""
    shown = [d for d in drugs if d["intensity"]["n"]]
    if not shown:
        raise ValueError("no drug with a dose intensity")
    data: list[dict[str, Any]] = []
    values = [reduced, 1.0]
    for row, drug in enumerate(shown):
        values += [drug["intensity"]["minimum"], drug["intensity"]["maximum"]]
        data.append(_strip(drug, row))
        if drug["intensity"]["n"] >= FEW:
            data.append(_median(drug, row))
    low, high = min(values), max(values)
    room = 0.04 * (high - low) + 0.01
    return {
        "data": [t for t in data if t["x"]],
        "layout": theme.layout(
            height=strip_height(len(shown)),
            margin={"l": _left(shown), "r": 24, "t": 24, "b": 48},
            xaxis=theme.axis(
                text("exposure.intensity.x"),
                range=[round(100 * (low - room), 1), round(100 * (high + room), 1)],
                ticksuffix="%",
                nticks=8,
            ),
            yaxis=theme.axis(
                range=[len(shown) - 0.5, -0.5],
                tickmode="array",
                tickvals=list(range(len(shown))),
                ticktext=[_tick(d) for d in shown],
                ticks="",
                showgrid=False,
                showline=False,
                automargin=False,
                tickfont={"size": 12, "color": theme.colour("ink")},
            ),
            shapes=[_upright(100 * reduced), _upright(100.0)],
            annotations=[
                _top(100 * reduced, f"{100 * reduced:g}%"),
                {**_top(100.0, text("exposure.intensity.plan")), "xanchor": "right", "xshift": 16},
            ],
            meta={
                "narrow": {
                    "below": 560,
                    "layout": {
                        "margin": {"l": 116, "r": 8, "t": 24, "b": 48},
                        "yaxis": {"ticktext": _short(shown)},
                        "xaxis": {"nticks": 4},
                    },
                }
            },
        ),
    }


def _tick(drug: Mapping[str, Any]) -> str:
    return text("exposure.intensity.tick", drug=drug["drug"], n=drug["intensity"]["n"])


def _left(drugs: Sequence[Mapping[str, Any]]) -> int:
    """px that the longest name needs."""
    return max(120, 16 + max(text_width(_tick(d)) for d in drugs))


def _short(drugs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names broken at a blank, so that they fit beside the strips of a phone."""
    return [
        text(
            "exposure.intensity.tick.narrow",
            drug="<br>".join(d["drug"].split(" ")),
            n=d["intensity"]["n"],
        )
        for d in drugs
    ]


def _strip(drug: Mapping[str, Any], row: int) -> dict[str, Any]:
    points = drug["points"]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": drug["drug"],
        "x": [round(100 * p[2], 2) for p in points],
        "y": [round(row + 0.24 * (((i * 5) % 9) / 4 - 1), 3) for i in range(len(points))],
        "marker": {"size": 6, "color": theme.colour("accent")},
        "opacity": 0.55,
        "customdata": [[p[0], p[1], _point_words(drug, p[2])] for p in points],
        "hovertemplate": text("labs.hover"),
    }


def _point_words(drug: Mapping[str, Any], value: float) -> str:
    return text("exposure.intensity.hover", drug=drug["drug"], value=percent(value))


def _median(drug: Mapping[str, Any], row: int) -> dict[str, Any]:
    found = drug["intensity"]
    ink = theme.colour("ink")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("labs.parameter.median"),
        "x": [round(100 * found["median"], 2)],
        "y": [row],
        "marker": {"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": ink}},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [round(100 * (found["q3"] - found["median"]), 2)],
            "arrayminus": [round(100 * (found["median"] - found["q1"]), 2)],
            "width": 5,
            "thickness": 2,
            "color": ink,
        },
        "hoverinfo": "skip",
    }


def _upright(value: float) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": value,
        "x1": value,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 1, "dash": "5px,3px", "color": theme.colour("edge")},
    }


def _top(value: float, words: str) -> dict[str, Any]:
    return {
        "x": value,
        "yref": "paper",
        "y": 1,
        "text": words,
        "showarrow": False,
        "xanchor": "center",
        "yanchor": "bottom",
        "font": {"size": 12, "color": theme.colour("muted")},
    }


def stops_figure(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Cumulative share of patients off treatment by reason, with the numbers still on it."""
    reasons = [r for r in answer["reasons"] if r["day"]]
    last = answer["last"]
    data: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    ends = []
    for r in reasons:
        tone = TONES.get(r["kind"], TONES["other"])
        dash = DASHES[seen.get(tone, 0) % len(DASHES)]
        seen[tone] = seen.get(tone, 0) + 1
        data += [_steps(r, tone, dash, last), _marks(r, tone)]
        ends.append((100 * r["share"][-1], r["reason"], tone))
    top = max([100 * r["share"][-1] for r in reasons], default=10.0) * 1.12
    ticks = [m for m in answer["ticks"] if m * DAYS_PER_MONTH <= last * 1.02]
    risk = dict(zip(answer["ticks"], answer["risk"]["n_at_risk"], strict=True))
    return {
        "data": [t for t in data if t["x"]],
        "layout": theme.layout(
            height=STOPS_HEIGHT,
            margin={"l": 76, "r": 116, "t": 12, "b": 88},
            xaxis=theme.axis(
                text("labs.urate.x"),
                range=[0, round(last / DAYS_PER_MONTH * 1.01, 3)],
                tickmode="array",
                tickvals=ticks,
                ticktext=[f"{m:g}" for m in ticks],
                ticklabelstandoff=20,
                showgrid=False,
                automargin=False,
            ),
            yaxis=theme.axis(
                text("exposure.stops.y"),
                range=[0, round(min(top, 104), 1)],
                ticksuffix="%",
                nticks=6,
            ),
            annotations=[
                *_direct(ends, min(top, 104)),
                _under(text("exposure.stops.at_risk")),
                *(_under(str(risk[m]), m) for m in ticks),
            ],
            meta={
                "narrow": {
                    "below": 560,
                    "layout": {"margin": {"l": 72, "r": 104, "t": 12, "b": 88}},
                },
                "select": "lasso",
            },
        ),
    }


def _steps(reason: Mapping[str, Any], tone: str, dash: str, last: int) -> dict[str, Any]:
    x = [0.0, *(round(d / DAYS_PER_MONTH, 3) for d in reason["day"]), last / DAYS_PER_MONTH]
    y = [0.0, *(round(100 * s, 2) for s in reason["share"]), round(100 * reason["share"][-1], 2)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": reason["reason"],
        "x": [round(v, 3) for v in x],
        "y": y,
        "line": {"shape": "hv", "width": 2, "color": tone, "dash": dash},
        "hoverinfo": "skip",
    }


def _marks(reason: Mapping[str, Any], tone: str) -> dict[str, Any]:
    """The patients at each step, for who points at it."""
    marks = reason["marks"]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": reason["reason"],
        "x": [round(m[0] / DAYS_PER_MONTH, 3) for m in marks],
        "y": [round(100 * m[1], 2) for m in marks],
        "marker": {"size": 5, "color": tone},
        "customdata": [
            [m[2], m[3], text("exposure.stops.hover", reason=reason["reason"], day=m[0])]
            for m in marks
        ],
        "hovertemplate": text("labs.hover"),
        "meta": "curve",
    }


def _direct(ends: list[tuple[float, str, str]], top: float) -> list[dict[str, Any]]:
    """The name of each curve at its end, moved apart where two would touch."""
    room = ROOM * top
    placed: list[tuple[float, str, str]] = []
    for y, words, tone in sorted(ends):
        low = placed[-1][0] + room if placed else 0.0
        placed.append((max(y, low), words, tone))
    return [
        {
            "xref": "paper",
            "x": 1,
            "y": round(y, 2),
            "text": _wrapped(words),
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "middle",
            "align": "left",
            "xshift": 6,
            "font": {"size": 12, "color": tone},
        }
        for y, words, tone in placed
    ]


def _wrapped(words: str) -> str:
    """In lines of at most so many letters, two of them: beside the curves there is little room."""
    lines = textwrap.wrap(words, LETTERS)
    told = lines[:2]
    if len(lines) > 2:
        told[1] = f"{told[1][: LETTERS - 1].rstrip()}…"
    return "<br>".join(told)
