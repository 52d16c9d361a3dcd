"""Rates per 100 patient-years with their exact Poisson intervals, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components import theme
from components.figures.event_terms import BELOW, NARROW, WIDE, _lines, _safe, _short
from components.figures.rows import text_width
from dashboard.text import text

ROW, HEADING, SECTION, TOP, BOTTOM = 30, 28, 8, 56, 8
#: px of the counts at the right
RIGHT = 64
#: the scale begins here at the least: a rate below it, as that of no event, is at its left end
LOWEST = 0.1


@dataclass(frozen=True, slots=True)
class RateMark:
    """One rate per 100 patient-years; estimate None: no time at risk."""

    label: str
    x: int
    estimate: float | None
    lower: float | None
    upper: float | None
    words: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class RateSection:
    title: str
    rows: tuple[RateMark, ...]


def rates_figure(sections: Sequence[RateSection], *, x_title: str) -> dict[str, Any]:
    """Sections from top to bottom. Raises ValueError without a row."""
    placed: list[tuple[RateMark, float]] = []
    headings: list[dict[str, Any]] = []
    depth = 0.0
    for number, section in enumerate(sections):
        depth += SECTION if number else 0
        headings.append(_heading(section.title, depth + HEADING / 2))
        depth += HEADING
        for row in section.rows:
            placed.append((row, depth + ROW / 2))
            depth += ROW
    if not placed:
        raise ValueError("a figure of rates needs a row")
    left = 20 + max(text_width(_short(r.label)) for r, _ in placed)
    narrow_left = 16 + 6 * NARROW
    first, last = _first(placed), _last(placed)
    return {
        "data": [_trace(placed, first)],
        "layout": theme.layout(
            height=TOP + round(depth) + BOTTOM,
            margin={"l": left, "r": RIGHT, "t": TOP, "b": BOTTOM},
            xaxis=theme.axis(
                x_title,
                range=[first - 0.05, last],
                side="top",
                tickmode="array",
                **_ticks(first, last - 0.12, 1),
                automargin=False,
                showline=False,
                tickangle=0,
            ),
            yaxis=theme.axis(
                range=[depth, 0],
                tickmode="array",
                tickvals=[y for _, y in placed],
                ticktext=[_safe(_short(r.label, WIDE)) for r, _ in placed],
                ticks="",
                ticklabelstandoff=8,
                showgrid=False,
                showline=False,
                automargin=False,
                tickfont={"size": 12, "color": theme.colour("ink")},
            ),
            annotations=[*headings, *(_count(r, y) for r, y in placed), _head()],
            meta={
                "narrow": {
                    "below": BELOW,
                    "layout": {
                        "margin": {"l": narrow_left},
                        "xaxis": _ticks(first, last - 0.5, 2),
                        "yaxis": {
                            "ticktext": [_lines(r.label) for r, _ in placed],
                            "tickfont": {"size": 11, "color": theme.colour("ink")},
                        },
                    },
                }
            },
        ),
    }


def _last(placed: Sequence[tuple[RateMark, float]]) -> float:
    """Where the scale ends: a little after the highest limit, at least at 100."""
    ends = [v for r, _ in placed for v in (r.upper, r.estimate) if v is not None]
    return round(max(2.0, _log(max(ends, default=100.0))) + 0.1, 3)


def _first(placed: Sequence[tuple[RateMark, float]]) -> int:
    """The decade in which the scale begins: that of the lowest limit above zero, at most 1."""
    ends = [r.lower for r, _ in placed if r.lower]
    return math.floor(math.log10(min(1.0, max(LOWEST, min(ends, default=1.0)))))


def _ticks(first: int, last: float, step: int) -> dict[str, Any]:
    """Ticks at every decade or every second one; none so near the end that it meets the counts."""
    decades = list(range(first, math.floor(last) + 1, step))
    return {"tickvals": decades, "ticktext": [f"{10.0**k:,g}" for k in decades]}


def _log(value: float, first: int = -1) -> float:
    return math.log10(max(value, 10.0**first))


def _trace(placed: Sequence[tuple[RateMark, float]], first: int) -> dict[str, Any]:
    known = [(r, y) for r, y in placed if r.estimate is not None]
    at = [_log(r.estimate or 0, first) for r, _ in known]
    low = [_log(r.lower or 0, first) for r, _ in known]
    high = [_log(r.upper or 0, first) for r, _ in known]
    accent = theme.colour("accent")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("events.rates.mark"),
        "x": [round(v, 4) for v in at],
        "y": [y for _, y in known],
        "cliponaxis": False,
        "marker": {
            # of no event there is an upper limit alone: an open mark at the end of the scale
            "symbol": ["square" if r.x else "triangle-left-open" for r, _ in known],
            "size": 9,
            "color": accent,
            "line": {"width": 1.5, "color": accent},
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [round(h - v, 4) for h, v in zip(high, at, strict=True)],
            "arrayminus": [round(v - lo, 4) for lo, v in zip(low, at, strict=True)],
            "thickness": 2,
            "width": 0,
            "color": theme.colour("edge"),
        },
        "customdata": [[r.who, f"{_safe(r.label)}: {r.words}"] for r, _ in known],
        "hovertemplate": text("events.terms.hover.mark"),
    }


def _heading(words: str, y: float) -> dict[str, Any]:
    """A section's name over its rows, from the left edge of the plot."""
    return {
        "xref": "paper",
        "x": 0,
        "y": y,
        "text": f"<b>{_safe(words)}</b>",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "bgcolor": theme.colour("surface"),
        "font": {"size": 12, "color": theme.colour("ink")},
    }


def _head() -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "xshift": 8,
        "y": 1,
        "yshift": 12,
        "text": text("events.rates.head"),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "font": {"size": 11, "color": theme.colour("muted")},
    }


def _count(row: RateMark, y: float) -> dict[str, Any]:
    """How many patients had the event: a note that opens them."""
    n = len(row.who.split())
    note: dict[str, Any] = {
        "xref": "paper",
        "x": 1,
        "xshift": 8,
        "y": y,
        "text": str(row.x),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "borderpad": 0,
        "font": {"size": 12, "color": theme.colour("ink")},
    }
    if n:
        key = "thread.count.one" if n == 1 else "thread.count"
        note |= {
            "name": row.who,
            "captureevents": True,
            "hovertext": text(key, words=_safe(f"{row.label} {row.x}"), n=n),
        }
    return note
