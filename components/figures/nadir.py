"""Lowest value of a blood count in each cycle: a mark per patient, median and quartiles.

n and the patients with grade 3 or 4 stand under the axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from components.figures.lab_lines import step
from components.labs.parts import amount, unit
from dashboard.text import text

HEIGHT = 372
WIDE, NARROW = 380, 270
#: sideways places of marks of one cycle, so that few hide each other
SPREAD = 0.26


def nadir_figure(answer: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Figure of one count. Raises ValueError without a cycle with a value."""
    rows = [r for r in found["rows"] if r["nadir"]["n"]]
    if not rows:
        raise ValueError("no value inside a cycle")
    last = max(r["cycle"] for r in rows)
    first = min(r["cycle"] for r in rows)
    data = [
        _points(found, [p for p in found["points"] if p["grade"] < 3], high=False),
        _points(found, [p for p in found["points"] if p["grade"] >= 3], high=True),
        _summary(rows, answer["min_group"]),
    ]
    limits = found["limits"]
    return {
        "data": [t for t in data if t["x"]],
        "layout": theme.layout(
            height=HEIGHT,
            margin={"l": 64, "r": 52, "t": 12, "b": 84},
            xaxis=theme.axis(
                text("labs.nadir.x"),
                range=[first - 0.6, last + 0.6],
                tickmode="array",
                tickvals=[r["cycle"] for r in rows[:: step(len(rows), WIDE)]],
                ticktext=[str(r["cycle"]) for r in rows[:: step(len(rows), WIDE)]],
                ticklabelstandoff=34,
                showgrid=False,
                automargin=False,
            ),
            yaxis=theme.axis(
                text(f"labs.nadir.y.{found['id']}", unit=unit(found["unit"])),
                rangemode="tozero",
                nticks=7,
            ),
            shapes=[_line(v) for v in limits.values()],
            annotations=[
                *(_grade(g, v) for g, v in limits.items()),
                *_rows(rows, found["high"], found["rows"]),
            ],
            meta={"prefix": answer["prefix"], "select": "lasso", "paper": theme.PAIR_ON_PAPER},
        ),
    }


def _points(
    found: Mapping[str, Any], points: Sequence[Mapping[str, Any]], *, high: bool
) -> dict[str, Any]:
    seen: dict[int, int] = {}
    x = []
    for p in points:
        place = seen[p["cycle"]] = seen.get(p["cycle"], -1) + 1
        x.append(round(p["cycle"] + SPREAD * (((place * 5) % 9) / 4 - 1), 3))
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("labs.high") if high else text("labs.nadir.point"),
        "x": x,
        "y": [round(p["value"], 3) for p in points],
        "marker": {
            "symbol": "triangle-down" if high else "circle",
            "size": 7 if high else 5,
            "color": theme.GRADE[3].light if high else theme.colour("muted"),
        },
        "opacity": 0.9 if high else 0.45,
        "customdata": [[p["key"], p["usubjid"], _hover(p, found)] for p in points],
        "hovertemplate": text("labs.hover"),
    }


def _hover(point: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    grade = point["grade"]
    return text(
        "labs.nadir.hover",
        value=f"{amount(point['value'])} {unit(found['unit'])}",
        cycle=point["cycle"],
        day=point["day"],
        grade=text("labs.grade", grade=grade) if grade >= 0 else text("labs.ungraded"),
    )


def _summary(rows: Sequence[Mapping[str, Any]], small: int) -> dict[str, Any]:
    enough = [r for r in rows if r["nadir"]["n"] >= small]
    ink = theme.colour("ink")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("labs.parameter.median"),
        "x": [r["cycle"] for r in enough],
        "y": [round(r["nadir"]["median"], 3) for r in enough],
        "line": {"width": 2.2, "color": ink},
        "marker": {"size": 7, "color": ink},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [round(r["nadir"]["q3"] - r["nadir"]["median"], 3) for r in enough],
            "arrayminus": [round(r["nadir"]["median"] - r["nadir"]["q1"], 3) for r in enough],
            "width": 4,
            "thickness": 1.6,
            "color": ink,
        },
        "hovertext": [
            text(
                "labs.nadir.hover.summary",
                cycle=r["cycle"],
                n=r["nadir"]["n"],
                median=amount(r["nadir"]["median"]),
                q1=amount(r["nadir"]["q1"]),
                q3=amount(r["nadir"]["q3"]),
            )
            for r in enough
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "meta": "curve",
    }


def _line(value: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "layer": "below",
        "line": {"width": 1, "dash": "5px,3px", "color": theme.colour("edge")},
    }


def _grade(grade: str, value: float) -> dict[str, Any]:
    return {
        "xref": "x domain",
        "x": 1,
        "y": value,
        "text": text("labs.nadir.limit", grade=grade),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 4,
        "font": {"size": 12, "color": theme.colour("muted")},
    }


def _rows(
    rows: Sequence[Mapping[str, Any]],
    high: Sequence[Sequence[Any]],
    every: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """n, and how many of them had grade 3 or 4, under each cycle."""
    graded = {r["cycle"]: h[0] for r, h in zip(every, high, strict=True)}
    shown = rows[:: step(len(rows), WIDE)]
    notes = [_under(text("labs.n"), 0), _under(text("labs.nadir.high"), 1)]
    for row in shown:
        notes += [
            _under(str(row["nadir"]["n"]), 0, row["cycle"]),
            _under(str(graded[row["cycle"]]), 1, row["cycle"]),
        ]
    return notes


def _under(words: str, line: int, at: int | None = None) -> dict[str, Any]:
    place = {"xref": "paper", "x": 0, "xanchor": "right", "xshift": -8}
    return {
        "yref": "paper",
        "y": 0,
        "text": words,
        "showarrow": False,
        "yanchor": "top",
        "yshift": -5 - 15 * line,
        "font": {"size": 11, "color": theme.colour("muted" if at is None else "ink")},
        **(place if at is None else {"x": at, "xanchor": "center"}),
    }
