"""Kaplan-Meier curve with the KMunicate table on its own axis (Morris et al., BMJ Open 2019)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components import numbers, theme
from dashboard.metrics.kaplan_meier import KaplanMeier, Quantile, RiskTable
from dashboard.metrics.time_to_event import SurvivalResult
from dashboard.text import text

DAYS_PER_MONTH = numbers.DAYS_PER_MONTH
#: px: the plot, what stands between it and its table, a row of the table, the margins
PLOT, GAP, ROW, TOP, BOTTOM = 296, 56, 20, 16, 8
#: px kept above the plot for the sentence on groups
NOTE = 40
LEFT, RIGHT, LABELS = 72, 24, 112
#: more bands than this hide each other; the readout then carries the intervals
MAX_BANDS = 3
#: from so many patients on, censor ticks are thin and short
MANY = 150
BAND, TAIL_BAND, TAIL = 0.16, 0.08, 0.5
DASHES = ("solid", "8px,3px", "2px,3px", "8px,3px,2px,3px")
ROWS = ("at_risk", "censored", "events")


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve as drawn. `label` is "" for a curve that stands alone; `colour` is a light value.

    `thin_from`: day from which few are at risk (None: never). `reasons`: words of a reason.
    """

    label: str
    colour: str
    dash: str
    result: SurvivalResult
    risk: RiskTable
    thin_from: float | None
    reasons: dict[str, str]


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn: curves, tick months, axis words, and marks to be explained.

    `window`: (month, words) of a reference line. `note`: lines above the plot.
    """

    curves: tuple[Curve, ...]
    ticks: tuple[float, ...]
    x_title: str
    y_title: str
    window: tuple[float, str] | None = None
    note: tuple[str, ...] = ()

    @property
    def grouped(self) -> bool:
        return any(c.label for c in self.curves)


def height(plot: Plot) -> int:
    """px: a row for each count of each curve, and one for its name where there are several."""
    return _top(plot) + PLOT + GAP + ROW * _row_count(plot) + BOTTOM


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
    return {"data": data, "layout": _layout(plot)}


def _month(days: float) -> float:
    return round(days / DAYS_PER_MONTH, 3)


def _share(value: float) -> float:
    return round(100 * value, 2)


def _lines(curve: Curve) -> list[dict[str, Any]]:
    """The curve to where few are at risk, and its muted tail; a vertex per time with an event."""
    found = curve.result.curve
    patients = _event_patients(curve.result)
    thin = curve.thin_from
    start: list[Any] = [0, text("number.ne"), found.n, 0]
    solid: list[tuple[float, float, list[Any]]] = [(0.0, 1.0, start)]
    tail: list[tuple[float, float, list[Any]]] = []
    for i, day in enumerate(found.time):
        last = i == len(found.time) - 1
        if not found.n_event[i] and not last:
            continue
        told = [
            round(day, 2),
            numbers.interval(found.lower[i], found.upper[i]),
            found.n_at_risk[i],
            found.n_event[i],
            *patients.get(day, ()),
        ]
        into = solid if thin is None or day < thin else tail
        into.append((day, found.survival[i], told))
    if tail and thin is not None:
        before = solid[-1]
        joint = (thin, before[1], before[2])
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
        "x": [_month(p[0]) for p in points],
        "y": [_share(p[1]) for p in points],
        "customdata": [p[2] for p in points],
        "line": {"shape": "hv", "width": width, "color": curve.colour, "dash": curve.dash},
        "opacity": opacity,
        "hovertemplate": text(key, label=curve.label, ci=ci),
        "name": curve.label or text("survival.curve"),
    }


def _event_patients(result: SurvivalResult) -> dict[float, list[str]]:
    """Day of the curve -> patients with an event on it (times that R ties are one day)."""
    data, found = result.data, result.curve
    days = found.time
    out: dict[float, list[str]] = {}
    i = 0
    for day, event, patient in sorted(zip(data.days, data.event, data.usubjid, strict=True)):
        while i + 1 < len(days) and days[i + 1] <= day:
            i += 1
        if event:
            out.setdefault(days[i], []).append(patient)
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
            x += [_month(start), _month(end)]
            y += [_share(upper)] * 2
        for start, end, lower, _ in reversed(steps):
            x += [_month(end), _month(start)]
            y += [_share(lower)] * 2
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
        "x": [_month(day) for day, _, _ in rows],
        "y": [_share(h) for h in heights],
        "customdata": [[u, curve.reasons[r]] for _, u, r in rows],
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


def _row_count(plot: Plot) -> int:
    return len(plot.curves) * (len(ROWS) + plot.grouped)


def _row_of(plot: Plot, curve: int, count: int) -> int:
    """Place of a count of a curve in the table, from 0 on top; -1 is the row of its name."""
    return curve * (len(ROWS) + plot.grouped) + plot.grouped + count


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
                    "y": [-_row_of(plot, i, k)] * len(plot.ticks),
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


def _top(plot: Plot) -> int:
    return TOP + (NOTE if plot.note else 0)


def _layout(plot: Plot) -> dict[str, Any]:
    rows = _row_count(plot)
    inner = PLOT + GAP + ROW * rows
    labels = [
        (-_row_of(plot, i, k), text(f"survival.risk.{name}"))
        for i in range(len(plot.curves))
        for k, name in enumerate(ROWS)
    ]
    return theme.layout(
        height=height(plot),
        margin={"l": LEFT, "r": LABELS if plot.grouped else RIGHT, "t": _top(plot), "b": BOTTOM},
        xaxis=theme.axis(
            plot.x_title,
            anchor="y",
            automargin=False,
            range=[0, plot.ticks[-1]],
            tickmode="array",
            tickvals=list(plot.ticks),
            ticktext=[f"{t:g}" for t in plot.ticks],
            showgrid=False,
        ),
        yaxis=theme.axis(
            plot.y_title,
            domain=[round(1 - PLOT / inner, 6), 1],
            automargin=False,
            range=[0, 101],
            tickmode="array",
            tickvals=[0, 25, 50, 75, 100],
            ticksuffix="%",
        ),
        yaxis2=theme.axis(
            anchor="x",
            domain=[0, round(ROW * rows / inner, 6)],
            automargin=False,
            range=[0.5 - rows, 0.5],
            tickmode="array",
            tickvals=[y for y, _ in labels],
            ticktext=[words for _, words in labels],
            showgrid=False,
            showline=False,
            ticks="",
        ),
        shapes=_shapes(plot),
        annotations=_annotations(plot),
    )


def _shapes(plot: Plot) -> list[dict[str, Any]]:
    out = []
    if plot.window is not None and plot.window[0] <= plot.ticks[-1]:
        month = plot.window[0]
        out.append(_segment((month, 0), (month, 100), "1px,3px"))
    reached = [(c, m) for c in plot.curves if (m := _median(c)) is not None]
    if reached:
        farthest = max(m for _, m in reached)
        out.append(_segment((0, 50), (farthest, 50), "3px,3px"))
    out += [_segment((m, 0), (m, 50), "3px,3px") for _, m in reached]
    if plot.grouped:
        ends = _label_heights(plot)
        for i, (curve, y) in enumerate(zip(plot.curves, ends, strict=True)):
            out += _leader(plot, curve, y)
            out.append(_swatch(plot, curve, i))
    return out


def _median(curve: Curve) -> float | None:
    found: Quantile = curve.result.curve.median
    return None if found.estimate is None else _month(found.estimate)


def _segment(start: tuple[float, float], end: tuple[float, float], dash: str) -> dict[str, Any]:
    """A reference line, behind the data."""
    return {
        "type": "line",
        "x0": start[0],
        "y0": start[1],
        "x1": end[0],
        "y1": end[1],
        "layer": "below",
        "line": {"width": 1, "dash": dash, "color": theme.colour("edge")},
    }


def _ends(curve: Curve) -> tuple[float, float]:
    found = curve.result.curve
    return _month(found.time[-1]), _share(found.survival[-1])


def _label_heights(plot: Plot) -> list[float]:
    """Where each curve's name stands: near its end, the names apart by two lines of text."""
    gap = 100 * 30 / PLOT
    order = sorted(range(len(plot.curves)), key=lambda i: _ends(plot.curves[i])[1])
    lowest = 4.0
    heights = [0.0] * len(order)
    for i in order:
        heights[i] = max(_ends(plot.curves[i])[1], lowest)
        lowest = heights[i] + gap
    over = max(0.0, max(heights) - 97)
    ceiling = 97.0
    for i in reversed(order) if over else ():
        heights[i] = min(heights[i], ceiling)
        ceiling = heights[i] - gap
    return [round(h, 2) for h in heights]


def _leader(plot: Plot, curve: Curve, y: float) -> list[dict[str, Any]]:
    """From the end of a curve to its name, in its colour."""
    x, end = _ends(curve)
    right = plot.ticks[-1]
    line = {"width": 1, "dash": "1px,2px", "color": curve.colour}
    base = {"type": "line", "line": line, "layer": "below"}
    out = [{**base, "x0": x, "y0": end, "x1": right, "y1": y}] if x < right else []
    bold = {"width": 2.5, "color": curve.colour, "dash": curve.dash}
    pixel = {"xsizemode": "pixel", "xanchor": right, "x0": 4, "x1": 20}
    return [*out, {"type": "line", **pixel, "y0": y, "y1": y, "line": bold}]


def _swatch(plot: Plot, curve: Curve, i: int) -> dict[str, Any]:
    """The line of a curve beside its name in the table."""
    y = -_row_of(plot, i, -1)
    return {
        "type": "line",
        "yref": "y2",
        "xsizemode": "pixel",
        "xanchor": 0,
        "x0": 0,
        "x1": 20,
        "y0": y,
        "y1": y,
        "line": {"width": 2.5, "color": curve.colour, "dash": curve.dash},
    }


def _annotations(plot: Plot) -> list[dict[str, Any]]:
    out = []
    if plot.note:
        above = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "yshift": 8}
        out.append(_words("<br>".join(plot.note), above, "left", "bottom", "ink"))
    if plot.window is not None and plot.window[0] <= plot.ticks[-1]:
        where = {"x": plot.window[0], "y": 100, "xshift": 4, "yshift": -2}
        out.append(_words(plot.window[1], where, "left", "top", "muted"))
    if plot.grouped:
        for i, (curve, y) in enumerate(zip(plot.curves, _label_heights(plot), strict=True)):
            end = {"x": plot.ticks[-1], "y": y, "xshift": 24}
            out.append(_words(_wrapped(curve.label), end, "left", "middle", "ink"))
            row = {"yref": "y2", "x": 0, "y": -_row_of(plot, i, -1), "xshift": 26}
            out.append(_words(f"<b>{_safe(curve.label)}</b>", row, "left", "middle", "ink"))
    elif (median := _median(plot.curves[0])) is not None:
        near = median < 0.7 * plot.ticks[-1]
        where = {"x": median, "y": 0, "xshift": 4 if near else -4, "yshift": 2}
        label = text("survival.median.label", value=numbers.fixed(median))
        out.append(_words(label, where, "left" if near else "right", "bottom", "muted"))
    return out


def _words(
    words: str, where: dict[str, Any], xanchor: str, yanchor: str, colour: str
) -> dict[str, Any]:
    return {
        "text": words,
        "showarrow": False,
        "align": "left",
        "xanchor": xanchor,
        "yanchor": yanchor,
        "font": {"size": 12, "color": theme.colour(colour)},
        **where,
    }


def _safe(label: str) -> str:
    """A label of the study as text: plotly would read its angle brackets as markup."""
    return label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _wrapped(label: str, width: int = 13, lines: int = 2) -> str:
    """A name in lines that fit beside the plot; the table below carries it whole."""
    out: list[str] = []
    for word in label.split():
        if out and len(out[-1]) + 1 + len(word) <= width:
            out[-1] = f"{out[-1]} {word}"
        else:
            out.append(word)
    short = [line if len(line) <= width else f"{line[: width - 1]}…" for line in out[:lines]]
    if len(out) > lines:
        short[-1] = f"{short[-1][: width - 1]}…"
    return "<br>".join(_safe(line) for line in short)


def colours(position: int, *, single: bool) -> tuple[str, str]:
    """Colour and dash of a group by its place among the groups; one curve is the accent."""
    if single:
        return theme.colour("accent"), DASHES[0]
    return theme.backbone_colour(position), DASHES[position % len(DASHES)]
