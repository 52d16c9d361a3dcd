"""How tall each panel of a patient's figure is, and what its time axis spans.

Several patients side by side share one shape, so that the same panel stands at the same height and
a week is as wide in each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.numbers import DAYS_PER_MONTH
from components.patients.words import lab_title
from dashboard.text import text

#: days of each unit of the time axis
UNITS = {"days": 1.0, "weeks": 7.0, "months": DAYS_PER_MONTH}
#: an axis longer than so many weeks is shown in months
MANY_WEEKS = 104
#: px: of the lines' labels, one level of them, the time axis below; between panels, with a title
TOP, LEVEL, BOTTOM, GAP = 12, 16, 48, 30
#: px of a drug, the tumour panel, the row of responses, an event, a laboratory panel, a sample kind
#: px of a letter of a label, and of the narrowest plot
LETTER, NARROWEST = 6, 225
DRUG, TUMOUR, RESPONSE, EVENT, LAB, SAMPLE = 50, 168, 44, 24, 84, 24
#: events that are drawn; the others stand in the table
MOST_EVENTS = 40
#: laboratory parameters shown until a reader chooses
USUAL_LABS = 4


@dataclass(frozen=True, slots=True)
class Panel:
    """`top` and `height` in px from the top of the figure."""

    name: str
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Shape:
    """Panels from top to bottom, the axis in days, its unit, and the px of the whole."""

    panels: tuple[Panel, ...]
    first: float
    last: float
    unit: str
    labs: tuple[str, ...]
    levels: int
    height: int

    def panel(self, name: str) -> Panel | None:
        return next((p for p in self.panels if p.name == name), None)

    def domain(self, panel: Panel) -> list[float]:
        """Where a panel stands, as plotly counts: a share of the plot from its bottom."""
        plot = self.height - self.top - BOTTOM
        upper = 1 - (panel.top - self.top) / plot
        lower = 1 - (panel.top + panel.height - self.top) / plot
        return [round(max(lower, 0.0), 5), round(min(upper, 1.0), 5)]

    @property
    def top(self) -> int:
        """px above the plot."""
        return TOP + LEVEL * self.levels

    def at(self, day: float) -> float:
        """A day in the unit of the axis."""
        return round(day / UNITS[self.unit], 3)


Answer = Mapping[str, Any]


def lab_names(answers: Sequence[Answer]) -> dict[str, str]:
    """Parameters of any of the patients, in the order they are offered: id -> label."""
    found: dict[str, str] = {}
    for answer in answers:
        for series in answer["labs"]["series"]:
            found.setdefault(series_id(series), lab_title(series))
    return found


def series_id(series: Answer) -> str:
    """A parameter in one unit: values in another unit have a panel of their own."""
    return f"{series['paramcd']} {series['unit'] or ''}".strip()


def shape_of(
    answers: Sequence[Answer],
    unit: str,
    labs: Sequence[str] | None,
    *,
    span: tuple[float, float] | None = None,
) -> Shape:
    """The shape of one or several patients. `unit` "" and `labs` None leave the choice to it;
    `span` are the days of the axis where they are not those of all records."""
    first, last = span or _span(answers)
    known = lab_names(answers)
    usual = tuple(known)[:USUAL_LABS]
    chosen = usual if labs is None else tuple(code for code in known if code in labs)
    held = unit if unit in UNITS else "weeks" if last - first <= MANY_WEEKS * 7 else "months"
    heights = _heights(answers, chosen)
    levels = max((line.level + 1 for a in answers for line in _levels(a, first, last)), default=1)
    top = TOP + LEVEL * levels + GAP - 8
    panels = []
    for name, height in heights:
        panels.append(Panel(name, top, height))
        top += height + GAP
    return Shape(
        panels=tuple(panels),
        first=first,
        last=last,
        unit=held,
        labs=chosen,
        levels=levels,
        height=top - GAP + BOTTOM,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A moment that concerns every panel; `level` is where its label stands, from below."""

    day: float
    words: str
    dash: str
    level: int


def placed(answer: Answer, shape: Shape) -> list[Line]:
    """The lines of one patient, in order of time."""
    return _levels(answer, shape.first, shape.last)


def late(day: float, first: float, last: float) -> bool:
    """In the right half of the axis: words go to the left, so that they do not leave it."""
    return day > (first + last) / 2


def _levels(answer: Answer, first: float, last: float) -> list[Line]:
    """Labels that would touch stand on different levels, even where the figure is narrow."""
    taken: list[list[tuple[float, float]]] = []
    lines = []
    for day, name, dash in _moments(answer, first, last):
        words = text(f"patient.line.{name}")
        width = (len(words) * LETTER + 10) / NARROWEST * (last - first)
        own = (day - width, day) if late(day, first, last) else (day, day + width)
        level = next(
            (k for k, held in enumerate(taken) if all(own[1] < a or b < own[0] for a, b in held)),
            len(taken),
        )
        if level == len(taken):
            taken.append([])
        taken[level].append(own)
        lines.append(Line(day, words, dash, level))
    return lines


def _moments(answer: Answer, first: float, last: float) -> list[tuple[float, str, str]]:
    """(day, which, dash) of the origin, the last dose, events, the window and the cut-off."""
    lane = answer["lane"]
    found: list[tuple[float, str, str]] = [(0, "origin", "solid")]
    if lane["state"] == "ended" and lane["end"] is not None:
        found.append((lane["end"], "end", "dash"))
    for marker in lane["markers"]:
        if marker["event"] in {"PD", "NEW_THERAPY", "DEATH"}:
            dash = "solid" if marker["event"] == "DEATH" else "dot"
            found.append((marker["day"], marker["event"].lower(), dash))
    for name, dash in (("window", "longdash"), ("cut", "longdashdot")):
        day = answer[f"{name}_day"]
        if day is not None and first < day < last:
            found.append((day, name, dash))
    return sorted(f for f in found if first <= f[0] <= last)


def _heights(answers: Sequence[Answer], labs: Sequence[str]) -> list[tuple[str, int]]:
    def most(count: Any) -> int:
        return max((count(a) for a in answers), default=0)

    drugs = max(most(lambda a: len(a["doses"]["drugs"])), 1)
    found = [("doses", DRUG * drugs)]
    if any(has_sums(a) for a in answers):
        found.append(("tumour", TUMOUR))
    if any(has_visits(a) for a in answers):
        found.append(("response", RESPONSE))
    events = min(most(lambda a: len(dated(a["events"]["records"]))), MOST_EVENTS)
    if events:
        found.append(("events", EVENT * events + 4))
    found += [(f"lab:{code}", LAB) for code in labs]
    kinds = most(lambda a: len(a["samples"]["kinds"]))
    if kinds and any(s["day"] is not None for a in answers for s in a["samples"]["records"]):
        found.append(("samples", SAMPLE * kinds))
    return found


def has_sums(answer: Answer) -> bool:
    return any(v["total"] is not None for v in answer["tumour"]["visits"])


def has_visits(answer: Answer) -> bool:
    return any(v["overall"] for v in answer["tumour"]["visits"])


def dated(events: Sequence[Answer]) -> list[Answer]:
    """Events that have a place on the axis."""
    return [e for e in events if e["first"] is not None or e["last"] is not None]


def _span(answers: Sequence[Answer]) -> tuple[float, float]:
    """First and last day of the axis: from the first record before the origin to the last one.

    Follow-up for survival alone does not squeeze the treatment: it is told in words.
    """
    days: list[float] = [0, 28]
    for answer in answers:
        lane = answer["lane"]
        days += [d for d in (lane["start"], lane["end"]) if d is not None]
        days += [m["day"] for m in lane["markers"]]
        days += [d["last"] for d in answer["doses"]["records"]]
        days += [v["day"] for v in answer["tumour"]["visits"]]
        days += [answer["tumour"]["baseline_day"] or 0]
        days += [e["last"] for e in answer["events"]["records"] if e["last"] is not None]
        days += [p["day"] for s in answer["labs"]["series"] for p in s["points"]]
        days += [s["day"] for s in answer["samples"]["records"] if s["day"] is not None]
        if lane["ongoing"] and answer["cut_day"] is not None:
            days.append(answer["cut_day"])
    # what lies far before the origin (an old medical history) does not squeeze the treatment
    first, last = max(min(days), -56), max(days)
    room = max(last - first, 28)
    return first - 0.02 * room, last + 0.03 * room
