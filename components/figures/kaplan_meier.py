"""Kaplan-Meier curve with the KMunicate table on its own axis (Morris et al., BMJ Open 2019)."""

from __future__ import annotations

from typing import Any

from components import numbers, theme
from components.figures.kaplan_meier_frame import layout
from components.figures.kaplan_meier_plot import (
    BAND,
    MANY,
    MAX_BANDS,
    ROWS,
    TAIL,
    TAIL_BAND,
    Curve,
    Plot,
    month,
    row_of,
    share,
)
from dashboard.metrics.kaplan_meier import KaplanMeier
from dashboard.text import text

#: tells thread.js that a line is no patient: who is highlighted gets a ring on it
MARKS_ON_CURVE = "curve"


def kaplan_meier_figure(plot: Plot) -> dict[str, Any]:
    """The figure as a plain dict. Raises ValueError without a patient to draw."""
    if not plot.curves or any(c.result.curve.n == 0 for c in plot.curves):
        raise ValueError("a curve needs at least one patient")
    data: list[dict[str, Any]] = []
    if len(plot.curves) <= MAX_BANDS:
        for curve in plot.curves:
            data += _bands(curve)
    for curve in plot.curves:
        data += _lines(curve)
    data += [trace for curve in plot.curves if (trace := _censored(curve)) is not None]
    data += _table(plot)
    return {"data": data, "layout": layout(plot)}


def _lines(curve: Curve) -> list[dict[str, Any]]:
    """The curve to where few are at risk, and its muted tail; a vertex per time with an event."""
    found = curve.result.curve
    patients = _event_patients(curve)
    thin = curve.thin_from
    start: list[Any] = ["", text("number.ne"), found.n, 0]
    solid: list[tuple[float, float, list[Any]]] = [(0.0, 1.0, start)]
    tail: list[tuple[float, float, list[Any]]] = []
    for i, day in enumerate(found.time):
        last = i == len(found.time) - 1
        if not found.n_event[i] and not last:
            continue
        told = [
            " ".join(patients.get(day, ())),
            numbers.interval(found.lower[i], found.upper[i]),
            found.n_at_risk[i],
            found.n_event[i],
        ]
        into = solid if thin is None or day < thin else tail
        into.append((day, found.survival[i], told))
    if tail and thin is not None:
        _, height, told = solid[-1]
        at_risk = found.n_at_risk[found.time.index(thin)]
        joint = (thin, height, ["", told[1], at_risk, 0])
        solid.append(joint)
        tail.insert(0, joint)
    level = numbers.level_words(found.level)
    lines = [_line(curve, solid, 2.5, 1.0, level)]
    if tail:
        lines.append(_line(curve, tail, 1.5, TAIL, level))
    return lines


def _line(
    curve: Curve,
    points: list[tuple[float, float, list[Any]]],
    width: float,
    opacity: float,
    ci: str,
) -> dict[str, Any]:
    key = "survival.hover.group" if curve.label else "survival.hover"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [month(p[0]) for p in points],
        "y": [share(p[1]) for p in points],
        "customdata": [p[2] for p in points],
        "meta": MARKS_ON_CURVE,
        "line": {"shape": "hv", "width": width, "color": curve.colour, "dash": curve.dash},
        "opacity": opacity,
        "hovertemplate": text(key, label=curve.label, ci=ci),
        "name": curve.label or text("survival.curve"),
    }


def _event_patients(curve: Curve) -> dict[float, list[str]]:
    """Day of the curve -> keys of the patients with an event on it (times that R ties are one)."""
    data, found = curve.result.data, curve.result.curve
    days = found.time
    out: dict[float, list[str]] = {}
    i = 0
    for day, event, patient in sorted(zip(data.days, data.event, data.usubjid, strict=True)):
        while i + 1 < len(days) and days[i + 1] <= day:
            i += 1
        if event:
            out.setdefault(days[i], []).append(curve.keys[patient])
    return out


def _bands(curve: Curve) -> list[dict[str, Any]]:
    """The pointwise interval as steps; empty where no interval is estimable."""
    pieces: dict[float, list[list[tuple[float, float, float, float]]]] = {BAND: [], TAIL_BAND: []}
    for start, end, lower, upper, muted in _steps(curve.result.curve, curve.thin_from):
        pieces_of = pieces[TAIL_BAND if muted else BAND]
        if not pieces_of or pieces_of[-1][-1][1] != start:
            pieces_of.append([])
        pieces_of[-1].append((start, end, lower, upper))
    return [_band(curve, found, opacity) for opacity, found in pieces.items() if found]


def _steps(found: KaplanMeier, thin: float | None) -> list[tuple[float, float, float, float, bool]]:
    """(from, to, lower, upper, few at risk) between neighbouring times, where both limits exist."""
    out = []
    for i in range(len(found.time) - 1):
        lower, upper = found.lower[i], found.upper[i]
        if lower is None or upper is None:
            continue
        muted = thin is not None and found.time[i] >= thin
        out.append((found.time[i], found.time[i + 1], lower, upper, muted))
    return out


def _band(
    curve: Curve, pieces: list[list[tuple[float, float, float, float]]], opacity: float
) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for piece in pieces:
        if x:
            x.append(None)
            y.append(None)
        steps = _merged(piece)
        for start, end, _, upper in steps:
            x += [month(start), month(end)]
            y += [share(upper)] * 2
        for start, end, lower, _ in reversed(steps):
            x += [month(end), month(start)]
            y += [share(lower)] * 2
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": curve.colour,
        "line": {"width": 0, "color": curve.colour},
        "opacity": opacity,
        "hoverinfo": "skip",
        "name": text("survival.band"),
    }


def _merged(
    piece: list[tuple[float, float, float, float]],
) -> list[tuple[float, float, float, float]]:
    """Neighbouring steps of one height as one step: times with censorings only change nothing."""
    out: list[tuple[float, float, float, float]] = []
    for start, end, lower, upper in piece:
        if out and out[-1][2:] == (lower, upper):
            out[-1] = (out[-1][0], end, lower, upper)
        else:
            out.append((start, end, lower, upper))
    return out


def _censored(curve: Curve) -> dict[str, Any] | None:
    """A tick per censored patient, on the curve."""
    data, found = curve.result.data, curve.result.curve
    rows = sorted(
        (d, u, r)
        for d, e, u, r in zip(data.days, data.event, data.usubjid, data.reason, strict=True)
        if not e
    )
    if not rows:
        return None
    heights = []
    i = 0
    for day, _, _ in rows:
        while i + 1 < len(found.time) and found.time[i + 1] <= day:
            i += 1
        heights.append(found.survival[i])
    many = found.n >= MANY
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [month(day) for day, _, _ in rows],
        "y": [share(h) for h in heights],
        "customdata": [[curve.keys[u], u, curve.reasons[r]] for _, u, r in rows],
        "marker": {
            "symbol": "line-ns-open",
            "size": 7 if many else 10,
            "color": curve.colour,
            "line": {"width": 1 if many else 1.5, "color": curve.colour},
        },
        "opacity": 0.7 if many else 1.0,
        "hovertemplate": text("survival.hover.censored"),
        "name": text("survival.censored"),
    }


def _table(plot: Plot) -> list[dict[str, Any]]:
    """The counts as text marks on the months of the x axis: aligned by construction."""
    out = []
    for i, curve in enumerate(plot.curves):
        counts = (curve.risk.n_at_risk, curve.risk.n_censored, curve.risk.n_event)
        for k, values in enumerate(counts):
            out.append(
                {
                    "type": "scatter",
                    "mode": "text",
                    "x": list(plot.ticks),
                    "y": [-row_of(plot, i, k)] * len(plot.ticks),
                    "yaxis": "y2",
                    "text": [str(v) for v in values],
                    "textposition": "middle center",
                    "textfont": {"size": 12, "color": theme.colour("ink" if k == 0 else "muted")},
                    "cliponaxis": False,
                    "hoverinfo": "skip",
                    "name": text(f"survival.risk.{ROWS[k]}"),
                }
            )
    return out
