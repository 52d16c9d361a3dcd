"""Principal coordinates side by side: a mark per sample, an arrow from the first to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from components import theme
from dashboard.text import text

PLOT, HEAD, BOTTOM, GAP = 340, 30, 48, 24
BELOW = 640
COLUMN_GAP = 0.1
#: group -> colour and mark
MARKS: Mapping[str | None, tuple[str, str]] = {
    "responders": (theme.RESPONSE["PR"].light, "circle"),
    "non-responders": (theme.UNGROUPED.light, "square"),
    None: (theme.colour("accent"), "circle"),
}


def height(columns: int, n: int) -> int:
    rows = -(-n // columns)
    return rows * (PLOT + HEAD + BOTTOM) + (rows - 1) * GAP


def ordination_figure(
    ordinations: Sequence[Mapping[str, Any]],
    points: Sequence[Mapping[str, Any]],
    lines: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Raises ValueError without an ordination. Both heights are in the layout (meta.narrow)."""
    if not ordinations:
        raise ValueError("no ordination")
    n = len(ordinations)
    data: list[dict[str, Any]] = []
    layout = theme.layout(height=height(n, n), margin={"l": 56, "r": 8, "t": 0, "b": 0})
    small: dict[str, Any] = {"height": height(1, n)}
    notes: list[dict[str, Any]] = []
    wide, tall = _places(n, n), _places(n, 1)
    for i, one in enumerate(ordinations):
        name = "" if i == 0 else str(i + 1)
        for axis, other, at in (("x", "y", 0), ("y", "x", 1)):
            layout[f"{axis}axis{name}"] = theme.axis(
                _axis_title(one, at),
                domain=wide[i][at],
                anchor=f"{other}{name}",
                automargin=False,
                nticks=5,
                zeroline=True,
                zerolinecolor=theme.colour("line"),
            )
            small[f"{axis}axis{name}"] = {"domain": tall[i][at]}
        data += _traces(one, points, lines, name)
        notes.append(_title(one, name))
    layout["annotations"] = notes
    layout["meta"] = {
        "select": "lasso", "narrow": {"below": BELOW, "layout": small},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _places(n: int, columns: int) -> list[tuple[list[float], list[float]]]:
    total = height(columns, n)
    width = (1 - COLUMN_GAP * (columns - 1)) / columns
    found = []
    for i in range(n):
        row, column = divmod(i, columns)
        left = column * (width + COLUMN_GAP)
        top = row * (PLOT + HEAD + BOTTOM + GAP) + HEAD
        found.append(
            (
                [round(left, 4), round(left + width, 4)],
                [round(1 - (top + PLOT) / total, 4), round(1 - top / total, 4)],
            )
        )
    return found


def _axis_title(one: Mapping[str, Any], at: int) -> str:
    share = one["share"][at] if at < len(one["share"]) else None
    if share is None:
        return text("microbiome.ordination.axis.none", axis=at + 1)
    return text("microbiome.ordination.axis", axis=at + 1, share=f"{100 * share:.1f}")


def _title(one: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        "xref": f"x{name} domain", "yref": f"y{name} domain", "x": 0, "y": 1,
        "text": f"<b>{text('microbiome.distance.' + one['distance'])}</b>",
        "showarrow": False, "xanchor": "left", "yanchor": "bottom",
        "font": {"size": 13, "color": theme.colour("ink")},
    }  # fmt: skip


def _traces(
    one: Mapping[str, Any],
    points: Sequence[Mapping[str, Any]],
    lines: Sequence[Sequence[str]],
    name: str,
) -> list[dict[str, Any]]:
    """Arrows under the marks; open marks before, filled after."""
    scores = one["scores"]
    by_sample = {p["sample"]: p for p in points}
    after = {pair[1] for pair in lines}
    axes = {"xaxis": f"x{name}", "yaxis": f"y{name}"}
    found = []
    for group, (colour, symbol) in MARKS.items():
        own = [p for p in points if p["group"] == group]
        arrows = [pair for pair in lines if by_sample[pair[0]]["group"] == group]
        if arrows:
            found.append({**_arrows(arrows, scores, by_sample, colour), **axes})
        if own:
            found.append({**_marks(own, scores, after, colour, symbol), **axes})
    return found


def _at(scores: Mapping[str, Sequence[float]], sample: str, axis: int) -> float:
    own = scores[sample]
    return round(own[axis], 4) if axis < len(own) else 0.0


def _arrows(
    pairs: Sequence[Sequence[str]],
    scores: Mapping[str, Sequence[float]],
    by_sample: Mapping[str, Mapping[str, Any]],
    colour: str,
) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    data: list[list[str] | None] = []
    for pair in pairs:
        x += [*(_at(scores, s, 0) for s in pair), None]
        y += [*(_at(scores, s, 1) for s in pair), None]
        p = by_sample[pair[0]]
        data += [[p["key"], p["usubjid"]]] * 2 + [None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("microbiome.ordination.arrow"),
        "x": x[:-1],
        "y": y[:-1],
        "line": {"width": 1, "color": colour},
        "marker": {"symbol": "arrow", "angleref": "previous", "size": [0, 9, 0] * len(pairs),
                   "color": colour},
        "opacity": 0.6,
        "customdata": data[:-1],
        "hoverinfo": "skip",
    }  # fmt: skip


def _marks(
    own: Sequence[Mapping[str, Any]],
    scores: Mapping[str, Sequence[float]],
    after: set[str],
    colour: str,
    symbol: str,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("microbiome.ordination.sample"),
        "x": [_at(scores, p["sample"], 0) for p in own],
        "y": [_at(scores, p["sample"], 1) for p in own],
        "marker": {
            "size": 7,
            "color": colour,
            "symbol": [symbol if p["sample"] in after else f"{symbol}-open" for p in own],
            "line": {"width": 1.5, "color": colour},
        },
        "customdata": [
            [
                p["key"],
                p["usubjid"],
                escape(p["visit_words"]),
                text(f"microbiome.group.{p['group'] or 'unknown'}"),
            ]
            for p in own
        ],
        "hovertemplate": text("microbiome.ordination.hover"),
    }
