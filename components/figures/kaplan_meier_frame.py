"""The frame of a Kaplan-Meier figure: axes, risk table's axis, reference lines and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components import numbers, theme
from components.figures.kaplan_meier_plot import (
    BOTTOM,
    GAP,
    LABELS,
    LEFT,
    MAX_BANDS,
    NOTE,
    PLOT,
    RIGHT,
    ROW,
    ROWS,
    STANDOFF,
    TOP,
    Curve,
    Plot,
    month,
    row_count,
    row_of,
    share,
)
from dashboard.metrics.kaplan_meier import Quantile
from dashboard.text import text


def height(plot: Plot) -> int:
    """px: a row for each count of each curve, and one for its name where there are several."""
    return _top(plot) + PLOT + GAP + ROW * row_count(plot) + BOTTOM


def _top(plot: Plot) -> int:
    return TOP + (NOTE if plot.note else 0)


def layout(plot: Plot) -> dict[str, Any]:
    """Two axes over one another share the months; the lower one carries the counts."""
    rows = row_count(plot)
    inner = PLOT + GAP + ROW * rows
    labels = [
        (-row_of(plot, i, k), text(f"survival.risk.{name}"))
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
            ticktext=["0%", "25%", "50%", "75%", "100%"],
        ),
        yaxis2=table_axis(labels, rows, inner),
        shapes=_shapes(plot),
        annotations=_annotations(plot),
    )


def table_axis(labels: Sequence[tuple[float, str]], rows: int, inner: int) -> dict[str, Any]:
    """The axis of the counts under a plot: a row each, named at its left; `inner` is px of both."""
    return theme.axis(
        anchor="x",
        domain=[0, round(ROW * rows / inner, 6)],
        automargin=False,
        range=[0.5 - rows, 0.5],
        tickmode="array",
        tickvals=[y for y, _ in labels],
        ticktext=[words for _, words in labels],
        ticklabelstandoff=STANDOFF,
        showgrid=False,
        showline=False,
        ticks="",
    )


def _shapes(plot: Plot) -> list[dict[str, Any]]:
    out = []
    if plot.window is not None and plot.window[0] <= plot.ticks[-1]:
        end = plot.window[0]
        out.append(_segment((end, 0), (end, 100), "1px,3px"))
    medians = [m for c in plot.curves if (m := _median(c)) is not None]
    if medians and len(plot.curves) <= MAX_BANDS:
        out.append(_segment((0, 50), (max(medians), 50), "3px,3px"))
        out += [_segment((m, 0), (m, 50), "3px,3px") for m in medians]
    if plot.grouped:
        for i, (curve, y) in enumerate(zip(plot.curves, _label_heights(plot), strict=True)):
            out.append(_swatch(curve, {"xref": "paper", "xanchor": 1, "x0": 6, "x1": 22}, y))
            row = {"yref": "y2", "xanchor": 0, "x0": 0, "x1": 20}
            out.append(_swatch(curve, row, -row_of(plot, i, -1)))
    return out


def _median(curve: Curve) -> float | None:
    found: Quantile = curve.result.curve.median
    return None if found.estimate is None else month(found.estimate)


def _segment(start: tuple[float, float], end: tuple[float, float], dash: str) -> dict[str, Any]:
    """A reference line, behind the data."""
    return {
        "type": "line",
        "x0": start[0],
        "y0": start[1],
        "x1": end[0],
        "y1": end[1],
        "layer": "between",
        "line": {"width": 1, "dash": dash, "color": theme.colour("edge")},
    }


def _ends(curve: Curve) -> tuple[float, float]:
    found = curve.result.curve
    return month(found.time[-1]), share(found.survival[-1])


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


def _swatch(curve: Curve, where: dict[str, Any], y: float) -> dict[str, Any]:
    """The line of a curve before its name, as wide on every screen."""
    line = {"width": 2.5, "color": curve.colour, "dash": curve.dash}
    return {"type": "line", "xsizemode": "pixel", "y0": y, "y1": y, "line": line, **where}


def _annotations(plot: Plot) -> list[dict[str, Any]]:
    out = []
    if plot.note:
        above = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "yshift": 20}
        out.append(_words("<br>".join(plot.note), above, "left", "bottom", "ink"))
    if plot.window is not None and plot.window[0] <= plot.ticks[-1]:
        where = {"x": plot.window[0], "yref": "paper", "y": 1, "yshift": 2}
        out.append(_words(plot.window[1], where, "center", "bottom", "muted"))
    if plot.grouped:
        for i, (curve, y) in enumerate(zip(plot.curves, _label_heights(plot), strict=True)):
            end = {"xref": "paper", "x": 1, "y": y, "xshift": 28}
            out.append(_words(_wrapped(curve.label), end, "left", "middle", "ink"))
            row = {"yref": "y2", "x": 0, "y": -row_of(plot, i, -1), "xshift": 26}
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
