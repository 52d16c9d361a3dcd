"""Rows of marks under a figure with one slot per patient: which patient has what, by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components import theme
from dashboard.text import text

ROW = 16  # px
_HEAD = 1.25  # rows of room for a heading
_BAND = 2.5  # rows of room for the values of a number
#: px of a small and of a capital letter at 12 px, measured in the browser
_SMALL, _CAPITAL = 6.6, 8.4
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the slots it marks."""

    label: str
    slots: Sequence[int]
    colour: str


@dataclass(frozen=True, slots=True)
class Heading:
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """Values of a number, one per slot (None: not stated), between their extremes."""

    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class RowStack:
    """Rows from top to bottom on an axis that counts downwards in rows."""

    parts: tuple[tuple[Row | Heading | Band, float], ...]  # with the middle of each
    depth: float
    slots: int

    @property
    def margin(self) -> int:
        """px the labels need at the left."""
        labels = [p.label for p, _ in self.parts if isinstance(p, Row)]
        return max(56, 12 + max((text_width(_short(label)) for label in labels), default=0))

    def axis(self) -> dict[str, Any]:
        ticks = [(y, _short(p.label)) for p, y in self.parts if isinstance(p, Row)]
        for part, y in self.parts:
            if isinstance(part, Band):
                low, high = _extremes(part.values)
                ticks += [(y - 0.9, f"{high:g}"), (y + 0.9, f"{low:g}")]
        return theme.axis(
            range=[self.depth, 0],
            tickmode="array",
            tickvals=[round(y, 3) for y, _ in ticks],
            ticktext=[label for _, label in ticks],
            ticks="",
            ticklabelstandoff=6,
            showline=False,
            showgrid=False,
            automargin=False,
            tickfont={"size": 12, "color": theme.colour("ink")},
        )

    def headings(self) -> list[dict[str, Any]]:
        return [
            {
                "xref": "paper",
                "yref": "y2",
                "x": 0,
                "y": round(y, 3),
                "text": part.label,
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "middle",
                "font": {"size": 12, "color": theme.colour("muted")},
            }
            for part, y in self.parts
            if isinstance(part, Heading)
        ]

    def traces(self, people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One bar trace per row: bars keep the width of the slots whatever the screen."""
        found: list[dict[str, Any]] = []
        for part, y in self.parts:
            if isinstance(part, Row) and part.slots:
                found.append(_marks(part, y, people))
            elif isinstance(part, Band):
                found.append(_points(part, y, people))
        return found


def text_width(words: str) -> int:
    """px that words of 12 px take, rather too many than too few."""
    return round(sum(_CAPITAL if c.isupper() else _SMALL for c in words))


def bar_width(slots: int) -> float:
    """Share of its slot a bar takes; among very many no gap is left to see."""
    return 0.84 if slots <= 100 else 1.0


def stacked(rows: Sequence[Row], strip: Sequence[Mapping[str, Any]], slots: int) -> RowStack:
    """`rows`, then the chosen baseline columns, each under its heading."""
    parts: list[Row | Heading | Band] = list(rows)
    for column in strip:
        parts.append(Heading(column["label"]))
        if column["kind"] == "number":
            parts.append(Band(column["values"]))
        else:
            parts += [_level(column, level) for level in column["levels"]]
    middle, depth = [], 0.0
    for part in parts:
        room = _HEAD if isinstance(part, Heading) else _BAND if isinstance(part, Band) else 1.0
        middle.append(depth + room / 2)
        depth += room
    return RowStack(tuple(zip(parts, middle, strict=True)), depth, slots)


def stack_height(stack: RowStack) -> int:
    return round(stack.depth * ROW)


def _level(column: Mapping[str, Any], level: Mapping[str, Any]) -> Row:
    position = level["position"]
    if position is None:
        label, colour = text("shell.filters.missing"), theme.UNGROUPED.light
    else:
        label = level["label"]
        backbone = column["column"] == "backbone"
        colour = theme.backbone_colour(position) if backbone else theme.colour("accent")
    return Row(label, level["members"], colour)


def _marks(row: Row, y: float, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "type": "bar",
        "yaxis": "y2",
        "x": list(row.slots),
        "y": [0.62] * len(row.slots),
        "base": round(y - 0.31, 3),
        "width": bar_width(len(people)),
        "marker": {"color": row.colour, "line": {"width": 0}},
        "customdata": [[people[i]["key"], people[i]["usubjid"]] for i in row.slots],
        "name": row.label,
        "hovertemplate": text("response.row.hover"),
    }


def _points(band: Band, y: float, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    low, high = _extremes(band.values)
    span = (high - low) or 1.0
    known = [(i, v) for i, v in enumerate(band.values) if v is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": "y2",
        "x": [i for i, _ in known],
        "y": [round(y + 0.9 - 1.8 * (v - low) / span, 3) for _, v in known],
        "marker": {"size": 5, "color": theme.colour("accent")},
        "customdata": [[people[i]["key"], people[i]["usubjid"], f"{v:g}"] for i, v in known],
        "hovertemplate": text("response.band.hover"),
    }


def _extremes(values: Sequence[float | None]) -> tuple[float, float]:
    known = [v for v in values if v is not None]
    return (min(known), max(known)) if known else (0.0, 0.0)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"
