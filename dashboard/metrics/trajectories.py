"""Percent change from baseline over time per patient: the lines of a spider plot (RECIST 1.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import NEVER, Cohort, Days
from dashboard.metrics.tumour import TargetSums, percent_change
from dashboard.metrics.types import Estimate, Exclusion, Result

INCOMPLETE = "not every target lesion was measured"
AFTER_SWITCH = "on or after the start of new anticancer therapy"


@dataclass(frozen=True, slots=True)
class Trajectory(Result):
    """One patient's line after baseline (day 0, change 0): days from the origin and percent change.

    `pd_day` is the first PD, of whatever cause; `pd_percent` the change at that day's complete
    visit, None where that day has none.
    """

    usubjid: str
    day: tuple[int, ...]
    percent: tuple[float, ...]
    pd_day: int | None
    pd_percent: Estimate


@dataclass(frozen=True, slots=True)
class Trajectories(Result):
    """Lines by patient; `left_out` is one entry per visit that is not drawn, with the reason."""

    lines: tuple[Trajectory, ...]
    left_out: tuple[Exclusion, ...]


def trajectories(cohort: Cohort, sums: TargetSums, first_pd: Days) -> Trajectories:
    """Complete post-baseline visits before new anticancer therapy, also those after the first PD.

    `first_pd` in cohort order (NEVER where none). Visits without a baseline sum have no change.
    """
    change = percent_change(sums)
    p = sums.patient
    known = ~np.isnan(change)
    switched = sums.day >= cohort.new_therapy[p]
    keep = known & sums.complete & ~switched
    rows = np.flatnonzero(keep)
    who, start = np.unique(p[rows], return_index=True)
    lines = []
    for i, own in zip(who.tolist(), np.split(rows, start[1:]) if who.size else [], strict=True):
        days, values = sums.day[own], change[own]
        at_pd = values[days == first_pd[i]]
        lines.append(
            Trajectory(
                usubjid=str(cohort.usubjid[i]),
                day=tuple(days.tolist()),
                percent=tuple(values.tolist()),
                pd_day=None if first_pd[i] >= NEVER else int(first_pd[i]),
                pd_percent=float(at_pd[0]) if at_pd.size else None,
            )
        )
    reason = np.where(switched, AFTER_SWITCH, INCOMPLETE)
    left_out = tuple(
        Exclusion(str(cohort.usubjid[p[k]]), str(reason[k])) for k in np.flatnonzero(known & ~keep)
    )
    return Trajectories(tuple(lines), left_out)
