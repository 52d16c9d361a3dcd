"""Cycles started, completed and cut short: by number of the cycle and per patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cycles import Cycles
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class CycleRow(Result):
    """One cycle number; started = completed + running + short. Each holds its patients.

    Completed: the next cycle followed, or the planned length ran out by the cut-off, alive.
    Running: neither, and the patient is on treatment. Short: treatment or life ended in it.
    """

    cycle: int
    started: tuple[str, ...]
    completed: tuple[str, ...]
    running: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CycleCounts(Result):
    """Cycles of a set of `n` patients; `started` and `completed` are per patient."""

    n: int
    rows: tuple[CycleRow, ...]
    started: Spread
    completed: Spread
    total: int
    total_completed: int
    length_days: int
    without: tuple[str, ...]
    rule: str


def cycle_counts(cycles: Cycles, *, length_days: int = 21) -> CycleCounts:
    """`length_days`: how long a cycle without a successor lasts, as `cycles` were made with."""
    who, number, n = cycles.patient, cycles.number, cycles.treated.n
    followed = np.append(who[1:] == who[:-1], False)[: who.size]
    ran = (cycles.end - cycles.start).astype(np.int64) + 1 >= length_days
    completed = followed | ran
    running = ~completed & cycles.treated.ongoing[who]
    short = ~completed & ~running
    ids = cycles.treated.usubjid
    rows = []
    for cycle in np.unique(number).tolist():
        here = number == cycle
        parts = (here, here & completed, here & running, here & short)
        rows.append(CycleRow(int(cycle), *(tuple(ids[who[p]].tolist()) for p in parts)))
    begun, done = np.bincount(who, minlength=n), np.bincount(who[completed], minlength=n)
    return CycleCounts(
        n=n,
        rows=tuple(rows),
        started=spread(begun[begun > 0]),
        completed=spread(done[begun > 0]),
        total=int(who.size),
        total_completed=int(completed.sum()),
        length_days=length_days,
        without=tuple(ids[begun == 0].tolist()),
        rule=cycles.rule,
    )
