"""Response inside a fixed window: responders, final non-responders, and who is still pending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Cohort, Days
from dashboard.metrics.competing import (
    CENSORED,
    COMPETING,
    EVENT,
    Incidence,
    cumulative_incidence,
)
from dashboard.metrics.populations import intersect
from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.response import BestResponses, day_array
from dashboard.metrics.types import AnalysisSet, PatientProportion, Result

RESPONDER = "responder"
NON_RESPONDER = "non-responder"
PENDING = "pending"
PENDING_UNCONFIRMED = "pending, unconfirmed"


@dataclass(frozen=True, slots=True)
class ResponseWindow(Result):
    """Response in the first `window_days` of every patient of a set; days from the origin.

    `interim`: responders of all, pending ones counted as non-responders. `all_fail` and
    `all_respond` bound what it can become. `mature`: patients followed for the whole window,
    chosen by their start date alone, never by outcome. Responders among resolved patients only
    is not offered: it is biased upwards.
    """

    window_days: int | None
    usubjid: tuple[str, ...]
    status: tuple[str, ...]
    response_day: tuple[int | None, ...]
    follow_up: tuple[int | None, ...]
    responders: tuple[str, ...]
    final_non_responders: tuple[str, ...]
    pending: tuple[str, ...]
    pending_unconfirmed: tuple[str, ...]
    late_responders: tuple[str, ...]
    interim: PatientProportion
    all_fail: PatientProportion
    all_respond: PatientProportion
    mature: PatientProportion
    mature_pending: tuple[str, ...]
    incidence: Incidence | None
    incidence_method: str | None


@dataclass(frozen=True, slots=True, eq=False)
class WindowDays:
    """What the window needs of each patient, in days from the origin, NEVER where none; shape (n,).

    `off` is the first of PD, death, end of study and new anticancer therapy.
    """

    usubjid: Sequence[str]
    follow_up: Days
    response: Days
    candidate: Days
    off: Days


def window_days_of(
    cohort: Cohort, responses: BestResponses, *, confirmed: bool = True
) -> WindowDays:
    """The window's input from a cohort and its best responses (same patients, same order).

    Unconfirmed reading: every first CR/PR counts on its day and nothing waits for a scan.
    """
    if responses.usubjid != cohort.patients:
        raise ValueError("responses and cohort are not of the same patients")
    off = np.minimum.reduce(
        [
            day_array(responses.first_pd_day),
            cohort.death,
            cohort.new_therapy,
            cohort.off_study,
        ]
    )
    never = np.full(cohort.n, NEVER)
    return WindowDays(
        cohort.patients,
        cohort.follow_up,
        day_array(responses.response_day if confirmed else responses.first_response_day),
        day_array(responses.candidate_day) if confirmed else never,
        off,
    )


def _status(days: WindowDays, window: np.int64) -> NDArray[np.object_]:
    horizon = np.minimum(window, days.follow_up)
    responded = days.response <= horizon
    waiting = ~responded & (days.candidate <= window)
    timed = days.follow_up < NEVER
    final = (days.off <= horizon) | (timed & (days.follow_up >= window))
    status = np.full(days.response.shape, PENDING, dtype=object)
    status[final] = NON_RESPONDER
    status[waiting] = PENDING_UNCONFIRMED
    status[responded] = RESPONDER
    return status


def response_window(
    days: WindowDays,
    members: AnalysisSet,
    *,
    window_days: int | None,
    level: float = 0.95,
    label: str = "Objective response",
) -> ResponseWindow:
    """Status of each patient of the set, and every honest way to write the rate so far.

    window_days None: no window is stated; the whole follow-up counts, only a final event (PD,
    death, end of study, new therapy) makes a non-responder, and nobody is "mature".
    A patient who belongs to the set but has no origin date stays pending.
    """
    part = _of_set(days, members)
    ids = part.usubjid
    window = NEVER - 1 if window_days is None else np.int64(window_days)
    status = _status(part, window)
    who = {
        s: tuple(u for u, t in zip(ids, status, strict=True) if t == s)
        for s in (RESPONDER, NON_RESPONDER, PENDING, PENDING_UNCONFIRMED)
    }
    waiting = {*who[PENDING], *who[PENDING_UNCONFIRMED]}
    pending = tuple(u for u in ids if u in waiting)
    long_enough = (part.follow_up >= window) & (part.follow_up < NEVER)
    old = tuple(u for u, m in zip(ids, long_enough.tolist(), strict=True) if m)
    late = (part.response > window) & (part.response < NEVER)
    name = label if window_days is None else f"{label} within {window_days} days"
    incidence, method = _incidence(part, window_days, level)

    def rate(id_: str, text: str, who_: Sequence[str], of: AnalysisSet) -> PatientProportion:
        return patient_proportion(id_, f"{name}{text}", who_, of, level=level)

    mature = replace(
        intersect(members, old, "started less than one window before the cut-off"), id="mature"
    )
    return ResponseWindow(
        window_days=window_days,
        usubjid=tuple(ids),
        status=tuple(status.tolist()),
        response_day=_seen(part.response),
        follow_up=_seen(part.follow_up),
        responders=who[RESPONDER],
        final_non_responders=who[NON_RESPONDER],
        pending=pending,
        pending_unconfirmed=who[PENDING_UNCONFIRMED],
        late_responders=tuple(u for u, k in zip(ids, late.tolist(), strict=True) if k),
        interim=rate("interim", f", interim, {len(pending)} pending", who[RESPONDER], members),
        all_fail=rate("all_fail", " if no pending patient responds", who[RESPONDER], members),
        all_respond=rate(
            "all_respond",
            " if every pending patient responds",
            (*who[RESPONDER], *pending),
            members,
        ),
        mature=rate("mature", ", mature cohort", who[RESPONDER], mature),
        mature_pending=tuple(u for u in old if u in waiting),
        incidence=incidence,
        incidence_method=method,
    )


def _of_set(days: WindowDays, members: AnalysisSet) -> WindowDays:
    """The entries of the set's patients; all of them must be there."""
    inside = set(members.patients)
    keep = np.array([u in inside for u in days.usubjid], dtype=np.bool_)
    ids = [u for u, k in zip(days.usubjid, keep.tolist(), strict=True) if k]
    if set(ids) != inside:
        raise ValueError("the analysis set has patients who are not in the cohort")
    return WindowDays(
        ids, days.follow_up[keep], days.response[keep], days.candidate[keep], days.off[keep]
    )


def _seen(days: Days) -> tuple[int | None, ...]:
    return tuple(None if d >= NEVER else d for d in days.tolist())


def _incidence(
    days: WindowDays, window_days: int | None, level: float
) -> tuple[Incidence | None, str | None]:
    """Cumulative incidence of response at the window's end.

    PD, death, end of study and new therapy compete. A response that waits for its confirmation
    is censored on its own day: from there on nobody knows.
    """
    if window_days is None:
        return None, None
    timed = days.follow_up < NEVER
    responded = days.response <= np.minimum(days.off, days.follow_up)
    first_off = np.minimum(days.off, days.follow_up + 1)
    end = np.minimum.reduce([days.response, first_off, days.candidate, days.follow_up])
    cause = np.where(responded, EVENT, np.where(days.off <= end, COMPETING, CENSORED))
    curve = cumulative_incidence(end[timed].astype(np.float64), cause[timed], level=level)
    return curve.at(float(window_days)), curve.method
