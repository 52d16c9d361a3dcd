"""Enrolment over time: cumulative steps, against the plan where one is stated."""

from __future__ import annotations

from typing import Any

from components import theme
from dashboard.metrics.accrual import Accrual
from dashboard.text import text


def accrual_figure(result: Accrual) -> dict[str, Any]:
    """Cumulative patients by date up to the cut-off. Raises ValueError when nobody is dated."""
    if not result.dates:
        raise ValueError("no patient with an enrolment date")
    dates = [d.isoformat() for d in result.dates]
    counts = list(result.cumulative)
    cut = result.cut_date.isoformat()
    if dates[-1] < cut:  # the step runs on to the cut-off
        dates, counts = [*dates, cut], [*counts, counts[-1]]
    data: list[dict[str, Any]] = []
    if result.plan:
        data.append(_plan(result))
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": dates,
            "y": counts,
            "line": {"shape": "hv", "width": 2.5, "color": theme.colour("accent")},
            "hovertemplate": text("accrual.hover"),
            "name": text("accrual.actual", n=result.n),
        }
    )
    return {"data": data, "layout": _layout(result, cut, counts[-1])}


def _plan(result: Accrual) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [d.isoformat() for d, _ in result.plan],
        "y": [n for _, n in result.plan],
        "line": {"shape": "hv", "width": 1.5, "dash": "4px,4px", "color": theme.colour("muted")},
        "hovertemplate": text("accrual.hover.plan"),
        "name": text("accrual.plan", n=result.plan[-1][1]),
    }


def _layout(result: Accrual, cut: str, reached: int) -> dict[str, Any]:
    highest = max([reached, *(n for _, n in result.plan), result.planned or 0])
    notes = [_label(text("accrual.actual", n=result.n), cut, reached, "accent")]
    shapes = [_vertical(cut)]
    if result.plan:
        when, n = result.plan[-1]
        notes.append(_label(text("accrual.plan", n=n), when.isoformat(), n, "muted"))
    elif result.planned:
        shapes.append(_horizontal(result.planned))
        label = text("accrual.planned", n=result.planned)
        notes.append({**_label(label, 0, result.planned, "muted"), "xref": "paper"})
    axis = theme.axis(
        text("accrual.y"), rangemode="tozero", range=[0, round(highest * 1.14 + 1, 1)]
    )
    return theme.layout(
        margin={"l": 56, "r": 24, "t": 12, "b": 40},
        xaxis=theme.axis(type="date", showgrid=False, tickformat="%b %Y", nticks=8),
        yaxis={**axis, "tickformat": "d", "nticks": 6},
        shapes=shapes,
        annotations=notes,
    )


def _label(words: str, x: Any, y: int, colour: str) -> dict[str, Any]:
    """Direct label above the end of a line."""
    return {
        "x": x,
        "y": y,
        "text": words,
        "showarrow": False,
        "xanchor": "left" if x == 0 else "right",
        "yanchor": "bottom",
        "yshift": 4,
        "font": {"size": 13, "color": theme.colour(colour)},
    }


def _vertical(cut: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": cut,
        "x1": cut,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"width": 1, "dash": "2px,3px", "color": theme.colour("edge")},
    }


def _horizontal(planned: int) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": planned,
        "y1": planned,
        "line": {"width": 1.5, "dash": "4px,4px", "color": theme.colour("muted")},
    }
