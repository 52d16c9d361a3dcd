"""Effects with their intervals, one row each: a picture of size, where a volcano shows chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from components import theme
from components.figures.rows import text_width
from dashboard.text import text

ROW, TOP, BOTTOM = 22, 8, 52
LABEL = 26


def height(n: int) -> int:
    return TOP + ROW * n + BOTTOM


def effects_figure(rows: Sequence[Mapping[str, Any]], axis: str) -> dict[str, Any]:
    """`rows`: {"label", "effect", "lower", "upper", "found", "words"}, the first on top."""
    if not rows:
        raise ValueError("no effect")
    labels = [_short(r["label"]) for r in rows]
    reach = 1.08 * max(
        abs(v) for r in rows for v in (r["effect"], r["lower"], r["upper"]) if v is not None
    )
    return {
        "data": [t for found in (False, True) for t in _trace(rows, found=found)],
        "layout": theme.layout(
            height=height(len(rows)),
            margin={
                "l": 16 + max(text_width(label) for label in labels), "r": 16, "t": TOP, "b": BOTTOM
            },
            xaxis=theme.axis(
                axis, range=[-reach, reach], zeroline=True, zerolinecolor=theme.colour("edge")
            ),
            yaxis=theme.axis(
                range=[len(rows) - 0.5, -0.5], tickmode="array",
                tickvals=list(range(len(rows))), ticktext=[escape(x, quote=False) for x in labels],
                showgrid=False, showline=False, ticks="", automargin=False,
                tickfont={"size": 12, "color": theme.colour("ink")},
            ),
        ),
    }  # fmt: skip


def _short(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"


def _trace(rows: Sequence[Mapping[str, Any]], *, found: bool) -> list[dict[str, Any]]:
    """Filled marks for what both methods find, open ones for the others."""
    own = [(i, r) for i, r in enumerate(rows) if r["found"] is found and r["effect"] is not None]
    if not own:
        return []
    colour = theme.colour("accent" if found else "muted")
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": text(f"microbiome.effect.{'found' if found else 'not_found'}"),
            "x": [round(r["effect"], 4) for _, r in own],
            "y": [i for i, _ in own],
            "marker": {
                "size": 8,
                "symbol": "circle" if found else "circle-open",
                "color": colour,
                "line": {"width": 1.5, "color": colour},
            },
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [_gap(r["upper"], r["effect"]) for _, r in own],
                "arrayminus": [_gap(r["effect"], r["lower"]) for _, r in own],
                "thickness": 1.5,
                "width": 0,
                "color": colour,
            },
            "customdata": [["", escape(r["words"])] for _, r in own],
            "hovertemplate": text("microbiome.effect.hover"),
        }
    ]


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else round(max(high - low, 0.0), 4)
