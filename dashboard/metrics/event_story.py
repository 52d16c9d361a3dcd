"""One adverse event in its patient's course: what stood before it, around it and after it.

Days count from the origin. The time of an event runs from its start to its end, to the cut-off
while it is ongoing; what lies within `before` and `after` days of that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.metrics.patient_doses import DoseRecord
from dashboard.metrics.patient_events import EventRecord
from dashboard.metrics.patient_labs import FIRST, LabPoint, LabSeries
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class StoryOptions:
    """Days before the start, and after the end, that belong to the story; `labs_near` is how long
    after the start a laboratory value still says how things stood at it. `cut_day` is the last day
    on which anything is known of the patient."""

    before: int = 28
    after: int = 28
    labs_near: int = 7
    cut_day: int | None = None


@dataclass(frozen=True, slots=True)
class LabAround(Result):
    """A parameter around the event: the last value before the start, the first within `labs_near`
    days of it, the furthest outside its limits until the end, the last afterwards; None where
    there is no such value. `outside`: is any of them outside its limits?
    """

    label: str
    unit: str | None
    before: LabPoint | None
    at: LabPoint | None
    worst: LabPoint | None
    last: LabPoint | None
    outside: bool


@dataclass(frozen=True, slots=True)
class Story(Result):
    """Records around one event, each kind in order of day. `doses` have lasted into the time before
    it or began until `after` days later. `open` are places in the list of the other events of those
    that were running when it began, `later` of those that began after.
    """

    start: int
    until: int
    ongoing: bool
    doses: tuple[DoseRecord, ...]
    open: tuple[int, ...]
    later: tuple[int, ...]
    labs: tuple[LabAround, ...]


def event_story(
    event: EventRecord,
    others: Sequence[EventRecord],
    doses: Sequence[DoseRecord],
    labs: Sequence[LabSeries],
    options: StoryOptions | None = None,
) -> Story | None:
    """The story of an event; None where it has no start to place anything around."""
    options = options or StoryOptions()
    if event.first is None:
        return None
    start = event.first
    ongoing = event.last is None
    until = event.last if event.last is not None else max(start, options.cut_day or start)
    first, last = start - options.before, until + options.after
    return Story(
        start=start,
        until=until,
        ongoing=ongoing,
        doses=tuple(_by_day([d for d in doses if d.last >= first and d.first <= last])),
        open=_places(others, lambda e: _running(e, start)),
        later=_places(others, lambda e: e.first is not None and start < e.first <= last),
        labs=tuple(
            found
            for series in labs
            if (found := _around(series, start, until, options)) is not None
        ),
    )


def _places(events: Sequence[EventRecord], test: Callable[[EventRecord], bool]) -> tuple[int, ...]:
    """Those that pass, by day."""
    found = [i for i, e in enumerate(events) if test(e)]
    return tuple(sorted(found, key=lambda i: (events[i].first or 0, events[i].term)))


def _by_day(doses: list[DoseRecord]) -> list[DoseRecord]:
    return sorted(doses, key=lambda d: (d.first, d.drug))


def _running(event: EventRecord, day: int) -> bool:
    """Had it begun by that day, and not ended before? Without an end it goes on; without a start it
    cannot be told."""
    begun = event.first is not None and event.first <= day
    return begun and (event.last is None or event.last >= day)


def _around(series: LabSeries, start: int, until: int, options: StoryOptions) -> LabAround | None:
    """None for a parameter without a value in the time, or one that nobody asks for first and that
    stayed inside its limits."""
    points = series.points
    before = [p for p in points if start - options.before <= p.day < start]
    during = [p for p in points if start <= p.day <= until]
    near = [p for p in points if start <= p.day <= start + options.labs_near]
    after = [p for p in points if until < p.day <= until + options.after]
    worst = max(during, key=_excess, default=None)
    worst = worst if worst is not None and _excess(worst) > 0 else None
    chosen = (before[-1:], near[:1], [worst] if worst else [], after[-1:])
    told = [p for part in chosen for p in part]
    outside = any(p.side for p in told)
    if not told or not (outside or _asked_first(series)):
        return None
    return LabAround(
        label=series.label,
        unit=series.unit,
        before=before[-1] if before else None,
        at=near[0] if near else None,
        worst=worst,
        last=after[-1] if after else None,
        outside=outside,
    )


def _excess(point: LabPoint) -> float:
    """How far outside its limits a value lies, as a share of the limit it passes; 0 inside."""
    if point.low is not None and point.value < point.low:
        return (point.low - point.value) / abs(point.low) if point.low else 1.0
    if point.high is not None and point.value > point.high:
        return (point.value - point.high) / abs(point.high) if point.high else 1.0
    return 0.0


def _asked_first(series: LabSeries) -> bool:
    return any(series.paramcd.upper() in codes for codes in FIRST)
