"""Two changes against each other, a mark per patient: its shape and colour say the best response of
the tumour in size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from dashboard.text import text

Point = Mapping[str, Any]
HEIGHT = 380
#: class of best change, what belongs to it, its tone and shape
CLASSES: tuple[tuple[str, str, theme.Tone], ...] = (
    ("deep", "circle", theme.RESPONSE["CR"]),
    ("shrunk", "triangle-down", theme.RESPONSE["PR"]),
    ("stable", "diamond", theme.RESPONSE["SD"]),
    ("grown", "square", theme.RESPONSE["PD"]),
    ("unknown", "circle-open", theme.RESPONSE["NE"]),
)


def class_of(best: float | None) -> str:
    """At most -30%, below 0, below +20%, more; limits are those of RECIST against baseline."""
    if best is None:
        return "unknown"
    if best <= -30 + 1e-9:
        return "deep"
    if best < 0:
        return "shrunk"
    return "stable" if best < 20 else "grown"


def joint_figure(
    points: Sequence[Point], axes: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> dict[str, Any]:
    """Figure of points {"x", "y", "best", "key", "usubjid", "words"} as they are drawn.

    `axes` are {"title", "log"}. Raises ValueError without a point.
    """
    if not points:
        raise ValueError("no patient")
    data = []
    for name, symbol, tone in CLASSES:
        own = [p for p in points if class_of(p["best"]) == name]
        if own:
            data.append(_trace(own, name, symbol, tone))
    axis_x, axis_y = (
        theme.axis(a["title"], **({"type": "log", "nticks": 6} if a["log"] else {"nticks": 6}))
        for a in axes
    )
    lines = [_line(way, 1 if axis["log"] else 0) for way, axis in zip("xy", axes, strict=True)]
    layout = theme.layout(
        height=HEIGHT,
        margin={"l": 56, "r": 12, "t": 12, "b": 48},
        xaxis=axis_x,
        yaxis=axis_y,
        shapes=lines,
    )
    return {"data": data, "layout": layout}


def _trace(own: Sequence[Point], name: str, symbol: str, tone: theme.Tone) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(f"biomarkers.joint.{name}"),
        "x": [p["x"] for p in own],
        "y": [p["y"] for p in own],
        "marker": {"size": 10, "symbol": symbol, "color": tone.light},
        "customdata": [[p["key"], p["usubjid"], *p["words"]] for p in own],
        "hovertemplate": text("biomarkers.joint.hover"),
    }


def _line(way: str, at: float) -> dict[str, Any]:
    """No change."""
    along, across = ("x", "y") if way == "x" else ("y", "x")
    return {
        "type": "line",
        f"{along}ref": along,
        f"{along}0": at,
        f"{along}1": at,
        f"{across}ref": "paper",
        f"{across}0": 0,
        f"{across}1": 1,
        "line": {"width": 1, "color": theme.colour("edge")},
    }
