"""Prevalence by cycle: patients with an event ongoing in a cycle, of those who started it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.cycles import Cycles, keys
from dashboard.metrics.proportions import proportion
from dashboard.metrics.types import Proportion, Result


@dataclass(frozen=True, slots=True)
class CyclePrevalence(Result):
    """One cycle number: `ongoing` on any day of the cycle, `started` in it, of its starters."""

    cycle: int
    prevalence: Proportion
    new: int
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prevalence(Result):
    """Rows by cycle number. `undated`: events without a start date, which are in no cycle."""

    rows: tuple[CyclePrevalence, ...]
    undated: int
    rule: str


def prevalence_by_cycle(
    events: AdverseEvents, cycles: Cycles, *, level: float = 0.95
) -> Prevalence:
    """Prevalence of exactly the events given; an event without an end goes on to the cut-off.

    Raises ValueError when the cycles are those of other patients than the events.
    """
    if not np.array_equal(cycles.treated.usubjid, events.treated.usubjid):
        raise ValueError("cycles and events are of different patients; make both from one set")
    dated = ~np.isnat(events.start)
    patient, start = events.patient[dated], events.start[dated]
    end = np.where(np.isnat(events.end), events.treated.cut, events.end)[dated]
    first = np.searchsorted(cycles.keys(cycles.end), keys(patient, start), side="left")
    last = np.searchsorted(cycles.keys(cycles.start), keys(patient, end), side="right")
    count = np.maximum(last - first, 0)
    rows = (
        np.repeat(first, count)
        + np.arange(count.sum())
        - np.repeat(np.cumsum(count) - count, count)
    )
    ongoing = np.unique(rows)
    began = cycles.containing(patient, start)
    began = np.unique(began[began >= 0])
    numbers = np.unique(cycles.number)
    place = np.searchsorted(numbers, cycles.number)
    total = np.bincount(place, minlength=numbers.size)
    new = np.bincount(place[began], minlength=numbers.size)
    return Prevalence(
        rows=tuple(
            CyclePrevalence(
                cycle=int(c),
                prevalence=proportion(len(who), int(total[i]), level=level),
                new=int(new[i]),
                patients=who,
            )
            for i, c in enumerate(numbers.tolist())
            for who in [events.ids(cycles.patient[ongoing[place[ongoing] == i]])]
        ),
        undated=int((~dated).sum()),
        rule=cycles.rule,
    )
