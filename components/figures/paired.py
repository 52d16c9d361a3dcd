"""Before and after of every marker as small multiples: one line per patient, medians in front.

The grid has fewer columns where there is no room for more: figures.js takes the places of the
cells from layout.meta.narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from components import theme
from dashboard.text import text

Cell = Mapping[str, Any]

#: columns of the grid where there is room, and where there is none
WIDE, NARROW = 4, 2
BELOW = 640  # px of the figure
PLOT, HEAD, GAP = 116, 52, 20  # px of a cell: its lines, its words above, room below
COLUMN_GAP = 0.06
_GROUPS: tuple[tuple[str | None, str], ...] = (
    ("non-responders", "square"),
    (None, "circle"),
    ("responders", "circle"),
)


def columns_of(n: int) -> int:
    """Columns where there is room: two rows of three rather than four and two."""
    return 3 if n in {5, 6} else min(WIDE, n)


def height(n: int, columns: int) -> int:
    """px of a figure of n cells."""
    rows = -(-n // columns)
    return rows * (PLOT + HEAD + GAP)


def paired_figure(cells: Sequence[Cell], visits: tuple[str, str]) -> dict[str, Any]:
    """Figure of the cells: {"title", "measure", "log", "people", "medians", "words"}.

    `people`: usubjid, key, group, before, after; `words` says a value. Raises ValueError without a
    cell. Both heights are in layout.meta.heights.
    """
    if not cells:
        raise ValueError("no marker")
    data: list[dict[str, Any]] = []
    for i, cell in enumerate(cells):
        data += [t for group, symbol in _GROUPS for t in _lines(cell, i, group, symbol)]
        data.append(_medians(cell, i))
    tall = height(len(cells), NARROW)
    layout = theme.layout(
        height=height(len(cells), columns_of(len(cells))),
        margin={"l": 40, "r": 8, "t": 0, "b": 0},
    )
    wide = _places(len(cells), columns_of(len(cells)))
    narrow = _places(len(cells), min(NARROW, len(cells)))
    small: dict[str, Any] = {"height": tall}
    for i, cell in enumerate(cells):
        x, y = axis_names(i)
        layout[f"xaxis{x}"] = {**_across(cell, visits, f"y{y}"), "domain": wide[i][0]}
        layout[f"yaxis{y}"] = {**_up(cell, f"x{x}"), "domain": wide[i][1]}
        small[f"xaxis{x}"], small[f"yaxis{y}"] = {"domain": narrow[i][0]}, {"domain": narrow[i][1]}
    layout["meta"] = {"narrow": {"below": BELOW, "layout": small}}
    return {"data": data, "layout": layout}


def axis_names(i: int) -> tuple[str, str]:
    """The numbers of the axes of a cell as Plotly writes them: "" for the first."""
    return ("", "") if i == 0 else (str(i + 1), str(i + 1))


def _places(n: int, columns: int) -> list[tuple[list[float], list[float]]]:
    """Where each cell stands: shares of the width and of the height, from the top."""
    total = height(n, columns)
    width = (1 - COLUMN_GAP * (columns - 1)) / columns
    found = []
    for i in range(n):
        row, column = divmod(i, columns)
        left = column * (width + COLUMN_GAP)
        top = row * (PLOT + HEAD + GAP) + HEAD
        found.append(
            (
                [round(left, 4), round(left + width, 4)],
                [round(1 - (top + PLOT) / total, 4), round(1 - top / total, 4)],
            )
        )
    return found


def _lines(cell: Cell, i: int, group: str | None, symbol: str) -> list[dict[str, Any]]:
    """The patients of a response group: one trace, a gap between patients."""
    own = [p for p in cell["people"] if p["group"] == group]
    if not own:
        return []
    colour = {
        "responders": theme.RESPONSE["PR"].light,
        "non-responders": theme.UNGROUPED.light,
    }.get(group or "", theme.colour("accent"))
    x: list[int | None] = []
    y: list[float | None] = []
    data: list[list[Any] | None] = []
    say: Callable[[Mapping[str, Any]], str] = cell["words"]
    for p in own:
        words = [p["key"], p["usubjid"], text(f"biomarkers.group.{group or 'unknown'}"), say(p)]
        x += [0, 1, None]
        y += [p["before"], p["after"], None]
        data += [words, words, None]
    column, row = axis_names(i)
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": text(f"biomarkers.group.{group or 'unknown'}"),
            "xaxis": f"x{column}",
            "yaxis": f"y{row}",
            "x": x[:-1],
            "y": y[:-1],
            "line": {"width": 1, "color": colour},
            "opacity": 0.65,
            "marker": {"size": 4, "symbol": symbol, "color": colour},
            "customdata": data[:-1],
            "hovertemplate": text("biomarkers.paired.hover"),
        }
    ]


def _medians(cell: Cell, i: int) -> dict[str, Any]:
    column, row = axis_names(i)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("biomarkers.paired.median"),
        "xaxis": f"x{column}",
        "yaxis": f"y{row}",
        "x": [0, 1],
        "y": list(cell["medians"]),
        "line": {"width": 3, "color": theme.colour("ink")},
        "marker": {"size": 8, "symbol": "diamond", "color": theme.colour("ink")},
        "hoverinfo": "skip",
    }


def _across(cell: Cell, visits: tuple[str, str], anchor: str) -> dict[str, Any]:
    title = f"<b>{cell['title']}</b><br>{cell['measure']}"
    made = theme.axis(
        range=[-0.18, 1.18],
        tickmode="array",
        tickvals=[0, 1],
        ticktext=list(visits),
        ticks="",
        side="top",
        showgrid=False,
        showline=False,
        anchor=anchor,
        automargin=False,
    )
    made["tickfont"] = {"size": 11, "color": theme.colour("muted")}
    made["title"] = {
        "text": title,
        "standoff": 2,
        "font": {"size": 12, "color": theme.colour("ink")},
    }
    return made


def _up(cell: Cell, anchor: str) -> dict[str, Any]:
    more: dict[str, Any] = {"nticks": 4, "automargin": False, "anchor": anchor, "ticks": ""}
    if cell["log"]:
        more |= {"type": "log", "tickmode": "array", "tickvals": ticks_of(cell["people"])}
        more.pop("nticks")
    made = theme.axis(**more)
    made["tickfont"] = {"size": 11, "color": theme.colour("muted")}
    return made


def ticks_of(people: Sequence[Mapping[str, Any]]) -> list[float]:
    """Two to four values of a log axis, far enough apart to be read beside each other."""
    values = [p[end] for p in people for end in ("before", "after")]
    low, high = min(values), max(values)
    found: list[float] = []
    for steps in ((1,), (1, 3), (1, 2, 5), range(1, 10)):
        powers = [s * 10.0**e for e in range(-9, 13) for s in steps]
        found = [p for p in powers if low <= p <= high]
        if len(found) >= 3:
            break
    room = math.log(high / low) / 4 if high > low else 0.0
    kept: list[float] = []
    for value in found:
        if not kept or math.log(value / kept[-1]) >= room:
            kept.append(value)
    return kept or [low]
