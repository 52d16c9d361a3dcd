"""Stones and gout in a few numbers: urate before them, whether they are over, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.metrics.types import Estimate, Result
from dashboard.metrics.urate import Urate
from dashboard.metrics.urate_course import DoseMark, UrateEvent, changes_near

#: kinds of event that the story is about
KINDS = ("stone", "gout")
OVER = frozenset({"resolved", "ended"})


@dataclass(frozen=True, slots=True)
class UrateStory(Result):
    """`n` events, `known` of them with a urate before, between `low` and `high` (umol/L).

    `above`: of the known, above the watched edge. Of all: `over` by the cut-off, `changed` with a
    changed dose around the start.
    """

    n: int
    known: int
    low: Estimate
    high: Estimate
    above: int
    over: int
    changed: int


def watched(edges: Sequence[float]) -> float:
    """The edge of the bands that the headline is about: the last but one."""
    return float(edges[-2] if len(edges) > 1 else edges[-1])


def last_above(found: Urate, edge: float) -> tuple[str, ...]:
    """Patients whose last value is above an edge, of those with a value."""
    return tuple(p.usubjid for p in found.patients if p.last > edge + 1e-9)


def urate_story(events: Sequence[UrateEvent], marks: Sequence[DoseMark], edge: float) -> UrateStory:
    """Stones and gout among `events`; other events are not counted."""
    own = [e for e in events if e.kind in KINDS]
    before = [e.before for e in own if e.before is not None]
    return UrateStory(
        n=len(own),
        known=len(before),
        low=min(before, default=None),
        high=max(before, default=None),
        above=sum(v > edge + 1e-9 for v in before),
        over=sum(e.state in OVER for e in own),
        changed=sum(bool(changes_near(e, marks)) for e in own),
    )
