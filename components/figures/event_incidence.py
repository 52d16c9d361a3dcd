"""Cumulative incidence as steps, numbers at risk on the axis of the curve (as in KMunicate)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components import numbers, theme
from components.figures.kaplan_meier_frame import table_axis
from components.figures.kaplan_meier_plot import (
    BAND,
    BOTTOM,
    DASHES,
    GAP,
    PLOT,
    RIGHT,
    ROW,
    TAIL,
    TOP,
    month,
    share,
)
from dashboard.metrics.competing import CumulativeIncidence, IncidenceTable
from dashboard.text import text

#: px for the names of the counts
LEFT = 104
#: rows of the table for one curve alone, and for each of several
ROWS, ROWS_OF_MANY = ("at_risk", "event", "competing", "censored"), ("at_risk", "event")
#: tells thread.js that a line is no patient: who is highlighted gets a ring on it
MARKS_ON_CURVE = "curve"
#: light colours of curves that stand together: the accent, then tones of the grades
COLOURS = (theme.STRUCTURE["accent"].light, theme.GRADE[2].light, theme.RESPONSE["CR"].light)


@dataclass(frozen=True, slots=True)
class IncidenceCurve:
    """One curve: `who_by_day` holds the keys of those whose first event began on a day."""

    label: str
    curve: CumulativeIncidence
    table: IncidenceTable
    who_by_day: Mapping[str, str]


def _rows(curves: Sequence[IncidenceCurve]) -> tuple[str, ...]:
    return ROWS if len(curves) == 1 else ROWS_OF_MANY


def _per_curve(curves: Sequence[IncidenceCurve]) -> int:
    """Lines of the table for a curve: its counts, and its name where there are several."""
    return len(_rows(curves)) + (len(curves) > 1)


def height(curves: Sequence[IncidenceCurve]) -> int:
    return TOP + PLOT + GAP + ROW * _per_curve(curves) * len(curves) + BOTTOM


def incidence_figure(
    curves: Sequence[IncidenceCurve], ticks: Sequence[float], *, x_title: str, y_title: str
) -> dict[str, Any]:
    """The figure as a plain dict. Raises ValueError without a patient to draw."""
    if not curves or any(c.curve.n == 0 for c in curves):
        raise ValueError("a curve needs at least one patient")
    data = [_band(curves[0])] if len(curves) == 1 else []
    for i, c in enumerate(curves):
        data += _lines(c, i)
    lines = _per_curve(curves) * len(curves)
    data += _table(curves, ticks)
    inner = PLOT + GAP + ROW * lines
    labels = [
        (-_line_of(curves, i, k), text(f"events.incidence.risk.{name}"))
        for i in range(len(curves))
        for k, name in enumerate(_rows(curves))
    ]
    return {
        "data": data,
        "layout": theme.layout(
            height=height(curves),
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
            xaxis=theme.axis(
                x_title,
                anchor="y",
                automargin=False,
                range=[0, ticks[-1]],
                tickmode="array",
                tickvals=list(ticks),
                ticktext=[f"{t:g}" for t in ticks],
                showgrid=False,
            ),
            yaxis=theme.axis(
                y_title,
                domain=[round(1 - PLOT / inner, 6), 1],
                automargin=False,
                range=[0, _top(curves)],
                ticksuffix="%",
                nticks=6,
            ),
            yaxis2=table_axis(labels, lines, inner),
            shapes=_swatches(curves),
            annotations=_names(curves),
        ),
    }


def _line_of(curves: Sequence[IncidenceCurve], curve: int, count: int) -> int:
    """Place of a count of a curve in the table, from 0 on top; -1 is the line of its name."""
    return curve * _per_curve(curves) + (len(curves) > 1) + count


def _top(curves: Sequence[IncidenceCurve]) -> float:
    """Where the axis ends: 100%, or less where the curve and its interval stay low."""
    highest = 0.0
    for c in curves:
        ends = c.curve.upper if len(curves) == 1 else c.curve.estimate
        highest = max([highest, *(v for v in ends if v is not None), *c.curve.estimate])
    return next((float(t) + 0.5 for t in (10, 20, 40, 60) if 100 * highest <= t), 101.0)


def _style(position: int) -> tuple[str, str]:
    return COLOURS[position % len(COLOURS)], DASHES[position % len(DASHES)]


_Point = tuple[float, float, list[Any]]


def _lines(found: IncidenceCurve, position: int) -> list[dict[str, Any]]:
    """Steps with a vertex per time with an event, and one where observation ends; the part on which
    few are at risk is fainter."""
    curve, thin = found.curve, found.curve.thin_from()
    solid: list[_Point] = [(0.0, 0.0, ["", text("number.ne"), curve.n, 0])]
    tail: list[_Point] = []
    for i, day in enumerate(curve.time):
        if not curve.n_event[i] and i < len(curve.time) - 1:
            continue
        told = [
            found.who_by_day.get(f"{day:g}", ""),
            numbers.interval(curve.lower[i], curve.upper[i]),
            curve.n_at_risk[i],
            curve.n_event[i],
        ]
        into = solid if thin is None or day < thin else tail
        into.append((day, curve.estimate[i], told))
    if tail and thin is not None:
        joint = (thin, solid[-1][1], ["", solid[-1][2][1], tail[0][2][2], 0])
        solid.append(joint)
        tail.insert(0, joint)
    lines = [_trace(found, position, solid, 2.5, 1.0)]
    return [*lines, _trace(found, position, tail, 1.5, TAIL)] if tail else lines


def _trace(
    found: IncidenceCurve, position: int, points: Sequence[_Point], width: float, opacity: float
) -> dict[str, Any]:
    colour, dash = _style(position)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [month(p[0]) for p in points],
        "y": [share(p[1]) for p in points],
        "customdata": [p[2] for p in points],
        "meta": MARKS_ON_CURVE,
        "line": {"shape": "hv", "width": width, "color": colour, "dash": dash},
        "opacity": opacity,
        "hovertemplate": text(
            "events.incidence.hover",
            label=_safe(found.label),
            ci=numbers.level_words(found.curve.level),
        ),
        "name": found.label,
    }


def _band(found: IncidenceCurve) -> dict[str, Any]:
    """The pointwise interval as steps, from the first event on."""
    curve = found.curve
    known = [
        (day, lo, up)
        for day, lo, up in zip(curve.time, curve.lower, curve.upper, strict=True)
        if lo is not None and up is not None
    ]
    x: list[float] = []
    upper: list[float] = []
    lower: list[float] = []
    for i, (day, lo, up) in enumerate(known):
        until = known[i + 1][0] if i + 1 < len(known) else curve.time[-1]
        x += [month(day), month(until)]
        upper += [share(up)] * 2
        lower += [share(lo)] * 2
    colour = COLOURS[0]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [*upper, *reversed(lower)],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "opacity": BAND,
        "hoverinfo": "skip",
        "name": text("survival.band"),
    }


def _table(curves: Sequence[IncidenceCurve], ticks: Sequence[float]) -> list[dict[str, Any]]:
    """Counts under the months they belong to."""
    out = []
    for i, found in enumerate(curves):
        counts = {
            "at_risk": found.table.n_at_risk,
            "event": found.table.n_event,
            "competing": found.table.n_competing,
            "censored": found.table.n_censored,
        }
        for k, name in enumerate(_rows(curves)):
            out.append(
                {
                    "type": "scatter",
                    "mode": "text",
                    "x": list(ticks),
                    "y": [-_line_of(curves, i, k)] * len(ticks),
                    "yaxis": "y2",
                    "text": [str(v) for v in counts[name]],
                    "textfont": {"size": 12, "color": theme.colour("ink")},
                    "cliponaxis": False,
                    "hoverinfo": "skip",
                    "name": text(f"events.incidence.risk.{name}"),
                }
            )
    return out


def _swatches(curves: Sequence[IncidenceCurve]) -> list[dict[str, Any]]:
    """The line of each curve before its name in the table."""
    if len(curves) == 1:
        return []
    out = []
    for i in range(len(curves)):
        colour, dash = _style(i)
        y = -_line_of(curves, i, -1)
        out.append(
            {
                "type": "line",
                "yref": "y2",
                "xsizemode": "pixel",
                "xanchor": 0,
                "x0": 0,
                "x1": 24,
                "y0": y,
                "y1": y,
                "line": {"width": 2.5, "color": colour, "dash": dash},
            }
        )
    return out


def _names(curves: Sequence[IncidenceCurve]) -> list[dict[str, Any]]:
    if len(curves) == 1:
        return []
    return [
        {
            "yref": "y2",
            "x": 0,
            "xshift": 30,
            "y": -_line_of(curves, i, -1),
            "text": f"<b>{_safe(c.label)}</b>",
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "middle",
            "font": {"size": 12, "color": theme.colour("ink")},
        }
        for i, c in enumerate(curves)
    ]


def _safe(label: str) -> str:
    return label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
