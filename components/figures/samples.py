"""What became of each patient's samples: one slot per patient, one row per state of a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from components.figures.rows import Heading, Row, RowStack, stack_height
from dashboard.text import text

Person = Mapping[str, Any]
TOP, BOTTOM = 4, 32
HEAD = 1.25  # rows of room for a heading
STATES = ("usable", "failed", "not taken", "not due", "none")
#: slots drawn at least, so that few patients do not become walls
SLOTS = 8


def samples_figure(people: Sequence[Person], visits: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Figure of patients in their order; `visits` are (name, words). `height` is in its layout.

    Raises ValueError without a patient.
    """
    if not people:
        raise ValueError("no patient")
    rows = _rows(people, visits)
    height = TOP + stack_height(rows) + BOTTOM
    return {"data": rows.traces(people), "layout": _layout(people, rows, height)}


def _rows(people: Sequence[Person], visits: Sequence[tuple[str, str]]) -> RowStack:
    parts: list[tuple[str, list[Row]]] = []
    groups = list(dict.fromkeys(p["group"] for p in people))
    if groups != [None]:
        parts.append((text("biomarkers.account.response"), [_group(people, g) for g in groups]))
    for name, words in visits:
        own = [_state(people, name, state) for state in STATES]
        parts.append((words, [row for row in own if row.slots]))
    held = [i for i, p in enumerate(people) if p["paired"]]
    label = text("response.row", label=text("biomarkers.row.pair"), n=len(held))
    parts.append((text("biomarkers.account.both"), [Row(label, held, theme.colour("accent"))]))
    return _stack(parts, len(people))


def _stack(parts: Sequence[tuple[str, Sequence[Row]]], slots: int) -> RowStack:
    """Rows under headings, stacked as a strip under a waterfall is."""
    found: list[tuple[Row | Heading, float]] = []
    depth = 0.0
    for heading, rows in parts:
        found.append((Heading(heading), depth + HEAD / 2))
        depth += HEAD
        for row in rows:
            found.append((row, depth + 0.5))
            depth += 1.0
    return RowStack(tuple(found), depth, slots)


def _group(people: Sequence[Person], group: str | None) -> Row:
    own = [i for i, p in enumerate(people) if p["group"] == group]
    label = text("response.row", label=text(f"biomarkers.row.{group or 'unknown'}"), n=len(own))
    tone = theme.RESPONSE["PR"] if group == "responders" else theme.UNGROUPED
    return Row(label, own, tone.light)


def _state(people: Sequence[Person], visit: str, state: str) -> Row:
    own = [i for i, p in enumerate(people) if p["states"].get(visit) == state]
    label = text("response.row", label=text(f"biomarkers.row.{state}"), n=len(own))
    colours = {"usable": "accent", "failed": "warn", "not taken": "danger"}
    return Row(label, own, theme.colour(colours.get(state, "muted")))


def _layout(people: Sequence[Person], rows: RowStack, height: int) -> dict[str, Any]:
    slots = max(len(people), SLOTS)
    x = theme.axis(
        text("biomarkers.account.x", n=len(people)),
        range=[-0.6, slots - 0.4],
        showgrid=False,
        showticklabels=False,
        ticks="",
        showline=False,
        anchor="y2",
        automargin=False,
    )
    return theme.layout(
        height=height,
        margin={"l": rows.margin, "r": 8, "t": TOP, "b": BOTTOM},
        barmode="overlay",
        xaxis=x,
        yaxis2={**rows.axis(), "domain": [0, 1], "anchor": "x"},
        annotations=rows.headings(),
    )
