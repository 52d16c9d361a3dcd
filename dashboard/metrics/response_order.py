"""Markers by response without looking ahead: a sample must come before the response it explains.

Either the sample precedes the first response assessment of its patient, or a landmark is set: then
patients without response, progression or death up to that day are compared by what followed
(Anderson, Cain & Gelber 1983).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import NEVER, Days
from dashboard.metrics.types import Exclusion, Result

RESPONDERS = "responders"
NON_RESPONDERS = "non-responders"


@dataclass(frozen=True, slots=True)
class TimeOrder(Result):
    """Patients whose sample may be compared by response, per group; who may not, and why."""

    rule: str
    groups: Mapping[str, tuple[str, ...]]
    excluded: tuple[Exclusion, ...]


def before_assessment(
    patients: Sequence[str],
    sample_day: Days,
    first_assessment: Days,
    groups: Mapping[str, Collection[str]],
    *,
    baseline: bool = False,
) -> TimeOrder:
    """Samples (n,) taken before the first assessment (n,) of each patient.

    `baseline`: the samples are of the visit before treatment, which stands for a missing day.
    """
    rule = "samples taken no later than the first response assessment"

    def why(i: int) -> str | None:
        if sample_day[i] >= NEVER:
            return None if baseline else "the sample has no date"
        if first_assessment[i] >= NEVER:
            return None if baseline else "the first response assessment has no date"
        if sample_day[i] > first_assessment[i]:
            return "sampled after the first response assessment"
        return None

    return _ordered(rule, patients, groups, why)


def at_landmark(
    patients: Sequence[str],
    sample_day: Days,
    first_event: Days,
    followed: Days,
    groups: Mapping[str, Collection[str]],
    *,
    landmark: int,
    undated: Collection[str] = (),
) -> TimeOrder:
    """Samples up to day `landmark`, of patients then free of response, progression and death.

    `first_event` (n,): the first of those; `followed` (n,): the last day known; `undated`: patients
    who responded on a day nobody knows, which may be before the landmark.
    """
    unknown = set(undated)
    rule = f"landmark at day {landmark}: samples up to it, response after it"

    def why(i: int) -> str | None:
        if sample_day[i] >= NEVER:
            return "the sample has no date"
        if sample_day[i] > landmark:
            return "sampled after the landmark"
        if patients[i] in unknown:
            return "the response has no date"
        if first_event[i] <= landmark:
            return "responded, progressed or died up to the landmark"
        return "not followed to the landmark" if followed[i] < landmark else None

    return _ordered(rule, patients, groups, why)


def _ordered(
    rule: str,
    patients: Sequence[str],
    groups: Mapping[str, Collection[str]],
    why: Callable[[int], str | None],
) -> TimeOrder:
    reasons = {u: why(i) for i, u in enumerate(patients)}
    known = {u for who in groups.values() for u in who}
    excluded = [Exclusion(u, r) for u, r in reasons.items() if r and u in known]
    excluded += [Exclusion(u, "response not known") for u in patients if u not in known]
    kept = {
        name: tuple(u for u in patients if u in set(who) and reasons[u] is None)
        for name, who in groups.items()
    }
    return TimeOrder(rule, kept, tuple(excluded))


def unknown_days(n: int) -> Days:
    """No day known for any of n patients."""
    return np.full(n, NEVER, dtype=np.int64)
