"""Patient x marker map of change: colour says how much, the half of the cell that is filled says
which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from components import theme
from components.figures.rows import bar_width, text_width
from components.figures.waterfall import signed
from dashboard.text import text

Person = Mapping[str, Any]
HeatRow = Mapping[str, Any]
ROW, TOP, BOTTOM = 20, 8, 32  # px
#: a change below the first is drawn as a line; the others part weak, middle and strong
STEPS = (0.25, 0.75, 1.5)
SLOTS = 8
BELOW, SHORT = 640, 15
_LONG = 30


def heat_figure(
    people: Sequence[Person], rows: Sequence[HeatRow], labels: Sequence[str]
) -> dict[str, Any]:
    """Figure of rows {"z": one per patient or None, "words": one per patient}.

    `labels` name the rows. Raises ValueError without a patient or a row.
    """
    if not people or not rows:
        raise ValueError("nothing to map")
    groups = [g for g in dict.fromkeys(p["group"] for p in people) if g is not None]
    names = [*(text(f"biomarkers.row.{g}") for g in groups), *labels]
    data = [_group(people, g, i) for i, g in enumerate(groups)]
    data += _cells(people, rows, len(groups))
    height = TOP + ROW * len(names) + BOTTOM
    return {"data": data, "layout": _layout(people, names, height)}


def step(z: float) -> int:
    """0 for hardly any change, else 1 to 3 from weak to strong."""
    return sum(abs(z) >= s for s in STEPS)


def _group(people: Sequence[Person], group: str, row: int) -> dict[str, Any]:
    own = [i for i, p in enumerate(people) if p["group"] == group]
    tone = theme.RESPONSE["PR"] if group == "responders" else theme.UNGROUPED
    name = text(f"biomarkers.group.{group}")
    return {
        "type": "bar",
        "name": name,
        "x": own,
        "y": [0.5] * len(own),
        "base": round(row + 0.25, 3),
        "width": bar_width(len(people)),
        "marker": {"color": tone.light, "line": {"width": 0}},
        "customdata": [[people[i]["key"], people[i]["usubjid"], name] for i in own],
        "hovertemplate": text("biomarkers.heat.hover"),
    }


def _cells(people: Sequence[Person], rows: Sequence[HeatRow], first: int) -> list[dict[str, Any]]:
    """A trace per step and direction, so that each has one colour."""
    marks: dict[tuple[bool, int], list[tuple[int, int, str]]] = {}
    for r, row in enumerate(rows):
        for i, z in enumerate(row["z"]):
            if z is not None:
                key = (z >= 0, step(z)) if step(z) else (True, 0)
                marks.setdefault(key, []).append((i, first + r, row["words"][i]))
    return [_cell(people, key, marks[key]) for key in sorted(marks)]


def _cell(
    people: Sequence[Person], way: tuple[bool, int], marks: Sequence[tuple[int, int, str]]
) -> dict[str, Any]:
    """The axis counts downwards: a rise fills the upper half of its cell."""
    up, size = way
    tones = theme.RISES if up else theme.FALLS
    colour = theme.colour("muted") if not size else tones[size - 1].light
    start, height = (0.45, 0.1) if not size else (0.06, 0.44) if up else (0.5, 0.44)
    return {
        "type": "bar",
        "name": "",
        "x": [i for i, _, _ in marks],
        "y": [height] * len(marks),
        "base": [round(r + start, 3) for _, r, _ in marks],
        "width": bar_width(len(people)),
        "marker": {"color": colour, "line": {"width": 0}},
        "customdata": [[people[i]["key"], people[i]["usubjid"], words] for i, _, words in marks],
        "hovertemplate": text("biomarkers.heat.hover"),
    }


def _layout(people: Sequence[Person], names: Sequence[str], height: int) -> dict[str, Any]:
    slots = max(len(people), SLOTS)
    long = [escape(_short(n, _LONG)) for n in names]
    short = [escape(_short(n, SHORT)) for n in names]
    y = theme.axis(
        range=[len(names), 0],
        tickmode="array",
        tickvals=[i + 0.5 for i in range(len(names))],
        ticktext=long,
        ticks="",
        showline=False,
        showgrid=False,
        automargin=False,
    )
    y["tickfont"] = {"size": 12, "color": theme.colour("ink")}
    x = theme.axis(
        text("biomarkers.heat.x", n=len(people)),
        range=[-0.6, slots - 0.4],
        showgrid=False,
        showticklabels=False,
        ticks="",
        showline=False,
        automargin=False,
    )
    left = 16 + max(text_width(_short(n, _LONG)) for n in names)
    small = 12 + max(text_width(_short(n, SHORT)) for n in names)
    return theme.layout(
        height=height,
        margin={"l": left, "r": 8, "t": TOP, "b": BOTTOM},
        barmode="overlay",
        xaxis=x,
        yaxis=y,
        meta={
            "narrow": {
                "below": BELOW,
                "layout": {"yaxis": {"ticktext": short}, "margin": {"l": small}},
            }
        },
    )


def _short(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def words(row: HeatRow, i: int, shown: str) -> str:
    """What hovering over a cell says: values, and the change in SDs."""
    z = row["z"][i]
    if z is None:
        return ""
    return text("biomarkers.heat.hover.values", shown=shown, z=signed(z, 1))
