"""Stacked composition: a bar per patient, a row of bars per visit, one patient in one column.

Colours repeat no meaning of other pages; the order of parts is that of the key, and hovering says
the part and its share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from components import theme
from dashboard.text import text

Row = Mapping[str, Any]

PLOT, HEAD, GAP = 168, 28, 12  # px of a row of bars
BOTTOM = 28
#: bars drawn at least, so that few samples do not become walls
SLOTS = 12


def part_colour(position: int, count: int) -> str:
    """The colour of a part; the last is everything else."""
    if position == count - 1:
        return theme.colour("line")
    return theme.backbone_colour(position)


def height(rows: int) -> int:
    return rows * (PLOT + HEAD + GAP) + BOTTOM


def community_figure(
    rows: Sequence[Row], groups: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """`rows`: {"label", "people": [{"key", "usubjid", "shares"}]}. ValueError without one."""
    if not rows:
        raise ValueError("no sample")
    column: dict[str, int] = {}
    for row in rows:
        for person in row["people"]:
            column.setdefault(person["key"], len(column))
    total = height(len(rows))
    inner = total - BOTTOM
    data: list[dict[str, Any]] = []
    layout = theme.layout(
        height=total,
        margin={"l": 48, "r": 8, "t": 0, "b": BOTTOM},
        barmode="stack",
        bargap=0.12,
        meta={"legend": 72},
    )
    slots = max(len(column), SLOTS)
    notes = []
    for i, row in enumerate(rows):
        name = "" if i == 0 else str(i + 1)
        top = i * (PLOT + HEAD + GAP) + HEAD
        layout[f"yaxis{name}"] = theme.axis(
            domain=[round(1 - (top + PLOT) / inner, 4), round(1 - top / inner, 4)],
            range=[0, 100],
            tickvals=[0, 50, 100],
            ticktext=["0%", "50%", "100%"],
            automargin=False,
        )
        layout[f"xaxis{name}"] = theme.axis(
            range=[-0.6, slots - 0.4],
            showticklabels=False,
            ticks="",
            showgrid=False,
            showline=False,
            anchor=f"y{name}",
            automargin=False,
        )
        notes.append(
            {
                "xref": "paper", "yref": "paper", "x": 0, "y": round(1 - (top - 4) / inner, 4),
                "text": f"<b>{escape(row['label'])}</b>", "showarrow": False, "xanchor": "left",
                "yanchor": "bottom", "font": {"size": 13, "color": theme.colour("ink")},
            }
        )  # fmt: skip
        data += _bars(row, groups, labels, column, name)
    layout["annotations"] = notes
    return {"data": data, "layout": layout}


def _bars(
    row: Row, groups: Sequence[str], labels: Sequence[str], column: Mapping[str, int], axis: str
) -> list[dict[str, Any]]:
    """One trace per part, the most abundant at the bottom."""
    people = row["people"]
    x = [column[p["key"]] for p in people]
    return [
        {
            "type": "bar",
            "name": escape(labels[g]),
            "x": x,
            "y": [round(100 * p["shares"][g], 2) for p in people],
            "xaxis": f"x{axis}",
            "yaxis": f"y{axis}",
            "marker": {"color": part_colour(g, len(groups)), "line": {"width": 0}},
            "customdata": [[p["key"], p["usubjid"], escape(labels[g])] for p in people],
            "hovertemplate": text("microbiome.composition.hover"),
            "legendgroup": str(g),
            "showlegend": axis == "",
        }
        for g in range(len(groups))
    ]
