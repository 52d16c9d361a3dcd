"""Time to the first adverse event: median among the affected, and cumulative incidence.

The end of the window for another reason than the cut-off competes with it (Aalen-Johansen);
Kaplan-Meier with deaths censored would overstate the incidence and is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.competing import (
    CENSORED,
    COMPETING,
    EVENT,
    CumulativeIncidence,
    cumulative_incidence,
)
from dashboard.metrics.exposure_adjusted import UNDATED, UNDOSED, days_at_risk, first_onset
from dashboard.metrics.types import Estimate, Exclusion, Result


@dataclass(frozen=True, slots=True)
class Onset(Result):
    """Days from the first dose (day 0, as in the listings) to the first event among those affected.

    `incidence` counts the day of the first dose as one at risk.
    """

    n: int
    affected: int
    median: Estimate
    minimum: Estimate
    maximum: Estimate
    patients: tuple[str, ...]
    days: tuple[int, ...]
    incidence: CumulativeIncidence
    excluded: tuple[Exclusion, ...]
    method: str = "median and range among patients with an event"


def time_to_first(events: AdverseEvents, *, level: float = 0.95) -> Onset:
    """Onset of exactly the events given (treatment-emergent ones, or a selection of them).

    Competing: death, or the end of the window (last dose + 30 days) without an event. Censored:
    still in the window at the cut-off. Patients without a first dose date, or whose events all lack
    a start date, are listed and left out.
    """
    treated = events.treated
    first = first_onset(events)
    has = np.zeros(treated.n, dtype=np.bool_)
    has[events.patient] = True
    dosed = ~np.isnat(treated.first_dose)
    keep = dosed & ~(has & np.isnat(first))
    days = days_at_risk(first, treated.first_dose, treated.at_risk_end)
    died = treated.death <= treated.window_end
    closed = treated.window_end < treated.cut
    cause = np.where(has, EVENT, np.where(died | closed, COMPETING, CENSORED))
    who = np.flatnonzero(keep & has)
    found = days[who] - 1
    return Onset(
        n=treated.n,
        affected=int(who.size),
        median=float(np.median(found)) if who.size else None,
        minimum=float(found.min()) if who.size else None,
        maximum=float(found.max()) if who.size else None,
        patients=events.ids(who),
        days=tuple(found.tolist()),
        incidence=cumulative_incidence(days[keep], cause[keep], level=level),
        excluded=tuple(
            Exclusion(u, UNDATED if dosed[i] else UNDOSED)
            for i, u in enumerate(treated.patients)
            if not keep[i]
        ),
    )
