"""Related adverse events in the window of the registered endpoint, on a clock of their own.

The window runs from the origin (first dose) for a stated number of days, without the limit of 30
days after the last dose. A patient whose window is open and who had no such event can still have
one: they stand in the denominator and are counted apart (statistics.md s.5.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_overview import in_window
from dashboard.metrics.cohort import Bools
from dashboard.metrics.competing import (
    CENSORED,
    COMPETING,
    EVENT,
    CumulativeIncidence,
    Incidence,
    cumulative_incidence,
)
from dashboard.metrics.exposure_adjusted import UNDATED, first_onset
from dashboard.metrics.proportions import proportion
from dashboard.metrics.types import Exclusion, Proportion, Result

NO_ORIGIN = "no origin of time"


@dataclass(frozen=True, slots=True)
class RelatedInWindow(Result):
    """Patients with a related event in the window.

    `interim`: of all, open windows counted as without an event. `open`: patients whose window is
    running, alive and without such an event so far. `mature`: of those whose whole window lies
    before the cut-off, chosen by their origin alone. `incidence`: with death competing, at the end
    of the window. `excluded` have no time for it.
    """

    days: int
    interim: Proportion
    patients: tuple[str, ...]
    n_events: int
    open: tuple[str, ...]
    mature: Proportion
    mature_patients: tuple[str, ...]
    curve: CumulativeIncidence
    incidence: Incidence
    excluded: tuple[Exclusion, ...]


def related_in_window(
    events: AdverseEvents, days: int, *, level: float = 0.95
) -> RelatedInWindow | None:
    """Related events to `days` after the origin; None where the export has no relatedness."""
    if events.flags["related"] is None:
        return None
    treated = events.treated
    mine = events.select(events.flag_of("related") & in_window(events, days))
    has = _has(mine)
    timed = ~np.isnat(treated.origin)
    since = np.where(timed, (treated.cut - treated.origin).astype(np.int64), -1)
    over = timed & (since >= days)
    dead = ~np.isnat(treated.death) & (treated.death <= treated.cut)
    running = timed & ~over & ~dead & ~has
    first = first_onset(mine)
    usable = timed & ~(has & np.isnat(first))
    until = np.where(has, first, np.where(dead, treated.death, treated.cut))
    time = np.maximum((until - treated.origin).astype(np.int64), 0)
    cause = np.where(has, EVENT, np.where(dead, COMPETING, CENSORED))
    curve = cumulative_incidence(time[usable], cause[usable], level=level)
    return RelatedInWindow(
        days=days,
        interim=proportion(int(has.sum()), treated.n, level=level),
        patients=events.ids(np.flatnonzero(has)),
        n_events=mine.n,
        open=events.ids(np.flatnonzero(running)),
        mature=proportion(int((has & over).sum()), int(over.sum()), level=level),
        mature_patients=events.ids(np.flatnonzero(has & over)),
        curve=curve,
        incidence=curve.at(days),
        excluded=tuple(
            Exclusion(u, UNDATED if timed[i] else NO_ORIGIN)
            for i, u in enumerate(treated.patients)
            if not usable[i]
        ),
    )


def _has(events: AdverseEvents) -> Bools:
    has = np.zeros(events.treated.n, dtype=np.bool_)
    has[events.patient] = True
    return has
