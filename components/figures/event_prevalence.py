"""Prevalence by cycle: bars of patients with an event going on, their counts under each cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components import theme
from components.figures.kaplan_meier_plot import BOTTOM, GAP, RIGHT, ROW, TOP
from dashboard.text import text

PLOT, LEFT = 220, 96
#: cycles whose counts stand under the axis, on a laptop and on a phone
MOST, MOST_NARROW = 24, 9
BELOW = 560
ROWS = ("high", "ongoing", "started")


@dataclass(frozen=True, slots=True)
class CycleMark:
    """One cycle: x of n patients who started it, and those with an event of grade 3 or higher."""

    cycle: int
    x: int
    n: int
    words: str
    who: str
    high: int | None = None
    high_words: str = ""
    high_who: str = ""
    #: so few began the cycle that it has counts and no bar
    few: bool = False


def height(cycles: Sequence[CycleMark]) -> int:
    return TOP + PLOT + GAP + ROW * len(_rows(cycles)) + BOTTOM


def _rows(cycles: Sequence[CycleMark]) -> tuple[str, ...]:
    return ROWS if cycles[0].high is not None else ROWS[1:]


def prevalence_figure(
    cycles: Sequence[CycleMark], *, severity: bool, y_title: str
) -> dict[str, Any]:
    """The figure as a plain dict. Raises ValueError without a cycle."""
    if not cycles:
        raise ValueError("a figure of prevalence needs a cycle")
    rows = _rows(cycles)
    inner = PLOT + GAP + ROW * len(rows)
    data = [_bars(cycles, of="any", severity=severity)]
    if cycles[0].high is not None:
        data.append(_bars(cycles, of="high", severity=severity))
    wide = len(data)
    for most in (MOST, MOST_NARROW):
        data += _counts(cycles, rows, _step(cycles, most), hidden=most == MOST_NARROW)
    only = list(range(wide + len(rows), len(data)))
    key = "severity" if severity else "grade"
    names = {
        "high": text(f"events.prevalence.row.high.{key}"),
        "ongoing": text("events.prevalence.row.ongoing"),
        "started": text("events.prevalence.row.started"),
    }
    narrow_ticks = [c.cycle for c in cycles[:: _step(cycles, MOST_NARROW)]]
    return {
        "data": data,
        "layout": theme.layout(
            height=height(cycles),
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
            barmode="overlay",
            xaxis=theme.axis(
                text("events.prevalence.x"),
                anchor="y",
                automargin=False,
                range=[cycles[0].cycle - 0.6, cycles[-1].cycle + 0.6],
                tickmode="array",
                tickvals=[c.cycle for c in cycles[:: _step(cycles, MOST)]],
                showgrid=False,
            ),
            yaxis=theme.axis(
                y_title,
                domain=[round(1 - PLOT / inner, 6), 1],
                automargin=False,
                range=[0, 101],
                tickmode="array",
                tickvals=[0, 25, 50, 75, 100],
                ticktext=["0%", "25%", "50%", "75%", "100%"],
            ),
            yaxis2=theme.axis(
                anchor="x",
                domain=[0, round(ROW * len(rows) / inner, 6)],
                automargin=False,
                range=[0.5 - len(rows), 0.5],
                tickmode="array",
                tickvals=[-i for i in range(len(rows))],
                ticktext=[names[r] for r in rows],
                ticklabelstandoff=8,
                showgrid=False,
                showline=False,
                ticks="",
            ),
            meta={
                "narrow": {
                    "below": BELOW,
                    "traces": list(range(wide, wide + len(rows))),
                    "only": only,
                    "layout": {"xaxis": {"tickvals": narrow_ticks}},
                }
            },
        ),
    }


def _step(cycles: Sequence[CycleMark], most: int) -> int:
    """Every how many cycles a count is written, so that they do not touch."""
    return -(-len(cycles) // most)


def _bars(cycles: Sequence[CycleMark], *, of: str, severity: bool) -> dict[str, Any]:
    own = [c for c in cycles if not c.few and (of == "any" or c.high)]
    high = of == "high"
    name = text(f"events.prevalence.{of}.{'severity' if severity else 'grade'}")
    return {
        "type": "bar",
        "name": name,
        "x": [c.cycle for c in own],
        "y": [round(100 * ((c.high or 0) if high else c.x) / c.n, 2) if c.n else 0 for c in own],
        "width": 0.42 if high else 0.72,
        "marker": {
            "color": theme.GRADE[3].light if high else theme.GRADE[0].light,
            "line": {"width": 0},
        },
        "customdata": [
            [c.high_who if high else c.who, c.high_words if high else c.words] for c in own
        ],
        "hovertemplate": text("events.prevalence.hover", name=name),
    }


def _counts(
    cycles: Sequence[CycleMark], rows: Sequence[str], step: int, *, hidden: bool
) -> list[dict[str, Any]]:
    own = cycles[::step]
    values = {
        "high": [str(c.high or 0) for c in own],
        "ongoing": [str(c.x) for c in own],
        "started": [str(c.n) for c in own],
    }
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [c.cycle for c in own],
            "y": [-i] * len(own),
            "yaxis": "y2",
            "text": values[name],
            "textfont": {"size": 12, "color": theme.colour("ink")},
            "cliponaxis": False,
            "hoverinfo": "skip",
            "visible": not hidden,
            "name": name,
        }
        for i, name in enumerate(rows)
    ]
