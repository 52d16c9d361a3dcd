"""Maturity: whose window is complete at the cut-off, by the calendar or by a final event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import NEVER, Cohort, Days
from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import AnalysisSet, PatientProportion, Result


@dataclass(frozen=True, slots=True)
class Maturity(Result):
    """One window: `followed` long enough by the calendar, `resolved` by time or by a final event.

    `open` are the patients whose window is still running, in the order of `days_left`.
    """

    id: str
    label: str
    window_days: float
    followed: PatientProportion
    resolved: PatientProportion
    open: tuple[str, ...]
    days_left: tuple[int, ...]


def maturity(
    id_: str,
    label: str,
    cohort: Cohort,
    members: AnalysisSet,
    *,
    window_days: float,
    final_day: Days,
    level: float = 0.95,
) -> Maturity:
    """Maturity of a window of the set's patients.

    `final_day` (cohort order, NEVER where none): the event that closes the window early, for
    example PD or death. A patient without an origin is neither followed nor resolved.
    """
    followed = (cohort.follow_up >= window_days) & cohort.timed
    resolved = followed | ((final_day <= window_days) & (final_day < NEVER))
    running = cohort.mask(members.patients) & ~resolved & cohort.timed
    left = np.ceil(window_days - cohort.follow_up[running]).astype(np.int64)
    order = np.argsort(left, kind="stable")
    return Maturity(
        id=id_,
        label=label,
        window_days=float(window_days),
        followed=patient_proportion(
            id_, f"{label}: followed", cohort.usubjid[followed].tolist(), members, level=level
        ),
        resolved=patient_proportion(
            id_, f"{label}: complete", cohort.usubjid[resolved].tolist(), members, level=level
        ),
        open=tuple(cohort.usubjid[running][order].tolist()),
        days_left=tuple(left[order].tolist()),
    )


def event_days(cohort: Cohort, data: TimeToEvent) -> Days:
    """Day of each patient's event in cohort order, NEVER where censored or absent."""
    days = np.full(cohort.n, NEVER, dtype=np.int64)
    place = {u: i for i, u in enumerate(cohort.patients)}
    for u, aval, event in zip(data.usubjid, data.days, data.event, strict=True):
        if event and u in place:
            days[place[u]] = np.int64(round(aval)) - 1
    return days
