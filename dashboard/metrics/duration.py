"""Duration of response (Kaplan-Meier, confirmed responders) and time to response (plain median)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import NEVER, Cohort, Days
from dashboard.metrics.response import RESPONSE, BestResponses, day_array
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import AnalysisSet, Estimate, Exclusion, Result


def end_days(cohort: Cohort, data: TimeToEvent) -> Days:
    """Last day of each patient in cohort order: its date where one is stated, else AVAL - 1."""
    end = np.full(cohort.n, NEVER, dtype=np.int64)
    place = {u: i for i, u in enumerate(cohort.patients)}
    origin = cohort.origin.tolist()
    for u, aval, when in zip(data.usubjid, data.days, data.dates, strict=True):
        if u not in place:
            continue
        i = place[u]
        start = origin[i]
        end[i] = round(aval) - 1 if when is None or start is None else (when - start).days
    return end


def duration_of_response(cohort: Cohort, responses: BestResponses, pfs: TimeToEvent) -> TimeToEvent:
    """DoR of confirmed responders: first CR/PR of the confirmed response to the PFS date, +1.

    A response at the last assessment lasts 1 day, censored, and is kept. Everybody else is listed
    as excluded. Conditional on response: it has no comparison and no p-value.
    """
    end = end_days(cohort, pfs)
    start = day_array(responses.response_day)
    event = dict(zip(pfs.usubjid, pfs.event, strict=True))
    reason = dict(zip(pfs.usubjid, pfs.reason, strict=True))
    excluded = []
    kept = []
    for i, u in enumerate(responses.usubjid):
        if responses.confirmed[i] not in RESPONSE:
            excluded.append(Exclusion(u, "no confirmed response"))
        elif start[i] >= NEVER or end[i] >= NEVER:
            excluded.append(Exclusion(u, "response or PFS has no date"))
        elif end[i] < start[i]:
            excluded.append(Exclusion(u, "PFS ends before the response"))
        else:
            kept.append(i)
    who = [responses.usubjid[i] for i in kept]
    rows = np.array(kept, dtype=np.int64)
    dates = cohort.date_of(end)
    return TimeToEvent(
        endpoint="DOR",
        rule=pfs.rule,
        source="derived",
        usubjid=tuple(who),
        days=tuple((end[rows] - start[rows] + 1).astype(np.float64).tolist()),
        event=tuple(event[u] for u in who),
        reason=tuple(reason[u] for u in who),
        dates=tuple(dates[i] for i in kept),
        excluded=tuple(excluded),
    )


@dataclass(frozen=True, slots=True)
class TimeToResponse(Result):
    """Days from origin to the first CR/PR of the confirmed response, +1; responders only."""

    n: int
    median: Estimate
    minimum: Estimate
    maximum: Estimate
    usubjid: tuple[str, ...]
    days: tuple[int, ...]
    excluded: tuple[Exclusion, ...]
    method: str = "median and range among confirmed responders"


def time_to_response(responses: BestResponses, members: AnalysisSet) -> TimeToResponse:
    """Median and range among the confirmed responders of a set: no curve, no comparison."""
    inside = set(members.patients)
    found = [
        (u, day + 1)
        for u, day in zip(responses.usubjid, responses.response_day, strict=True)
        if day is not None and u in inside
    ]
    days = np.array([d for _, d in found], dtype=np.float64)
    responders = {u for u, _ in found}
    undated = {
        u
        for u, term in zip(responses.usubjid, responses.confirmed, strict=True)
        if term in RESPONSE
    }
    return TimeToResponse(
        n=len(found),
        median=float(np.median(days)) if found else None,
        minimum=float(days.min()) if found else None,
        maximum=float(days.max()) if found else None,
        usubjid=tuple(u for u, _ in found),
        days=tuple(d for _, d in found),
        excluded=tuple(
            Exclusion(u, "response has no date" if u in undated else "no confirmed response")
            for u in members.patients
            if u not in responders
        ),
    )
