"""Exposure-adjusted incidence rates with exact Poisson limits (Garwood 1936, by chi-square)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.cohort import Bools, Dates
from dashboard.metrics.types import Estimate, Exclusion, Result

DAYS_PER_YEAR = 365.25
METHOD = "exact Poisson (chi-square)"
UNDATED = "event without a start date"
UNDOSED = "no first dose date"


@dataclass(frozen=True, slots=True)
class PoissonRate(Result):
    """x events in person-years of observation; rate and limits per person-year (0 years: None)."""

    x: int
    person_years: float
    rate: Estimate
    lower: Estimate
    upper: Estimate
    method: str
    level: float


def poisson_rate(x: int, person_years: float, *, level: float = 0.95) -> PoissonRate:
    """Rate with its exact two-sided interval; x = 0 has the lower limit 0.

    Raises ValueError for negative counts or times.
    """
    if x < 0 or person_years < 0:
        raise ValueError(f"{x} events in {person_years} person-years is no rate")
    if person_years == 0:
        return PoissonRate(int(x), 0.0, None, None, None, METHOD, level)
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(special.gammaincinv(x, tail)) / person_years
    upper = float(special.gammainccinv(x + 1, tail)) / person_years
    return PoissonRate(int(x), person_years, x / person_years, lower, upper, METHOD, level)


@dataclass(frozen=True, slots=True)
class ExposureAdjusted(Result):
    """Patients with a first event per patient-year at risk, and all events per patient-year.

    `incidence`: patients with an event over the time to their first event or the end of their
    window. `event_rate`: all occurrences over the whole time in the window, without an interval
    (events of one patient are not independent). `excluded`: patients without the dates it takes.
    """

    n: int
    incidence: PoissonRate
    n_events: int
    person_years: float
    event_rate: Estimate
    patients: tuple[str, ...]
    excluded: tuple[Exclusion, ...]


def exposure_adjusted(events: AdverseEvents, *, level: float = 0.95) -> ExposureAdjusted:
    """Rates of exactly the events given (treatment-emergent ones, or a selection of them).

    A patient is at risk from the first dose (day 1) to the first event, death, the end of the
    window or the cut-off. A patient whose events all lack a start date has no time to the first
    event and is listed instead.
    """
    treated = events.treated
    first = first_onset(events)
    has = np.zeros(treated.n, dtype=np.bool_)
    has[events.patient] = True
    dosed = ~np.isnat(treated.first_dose)
    undated = has & np.isnat(first)
    usable = dosed & ~undated
    risk = days_at_risk(first, treated.first_dose, treated.at_risk_end)
    whole = days_at_risk(
        np.full(treated.n, np.datetime64("NaT", "D")), treated.first_dose, treated.at_risk_end
    )
    cases = usable & has
    total = float(whole[dosed].sum()) / DAYS_PER_YEAR
    counted = int(dosed[events.patient].sum())
    return ExposureAdjusted(
        n=treated.n,
        incidence=poisson_rate(
            int(cases.sum()), float(risk[usable].sum()) / DAYS_PER_YEAR, level=level
        ),
        n_events=counted,
        person_years=total,
        event_rate=counted / total if total else None,
        patients=events.ids(np.flatnonzero(cases)),
        excluded=_excluded(treated.usubjid, dosed, undated),
    )


def _excluded(ids: NDArray[np.object_], dosed: Bools, undated: Bools) -> tuple[Exclusion, ...]:
    return tuple(
        Exclusion(u, UNDATED if d else UNDOSED)
        for u, d, late in zip(ids.tolist(), dosed.tolist(), undated.tolist(), strict=True)
        if late or not d
    )


def first_onset(events: AdverseEvents) -> Dates:
    """Start of the first event of each patient of the set, shape (n,); NaT without a dated one."""
    none = np.iinfo(np.int64).max
    first = np.full(events.treated.n, none, dtype=np.int64)
    dated = ~np.isnat(events.start)
    np.minimum.at(first, events.patient[dated], events.start[dated].astype(np.int64))
    dates: Dates = np.where(first == none, 0, first).astype("datetime64[D]")
    dates[first == none] = np.datetime64("NaT")
    return dates


def days_at_risk(first: Dates, start: Dates, end: Dates) -> NDArray[np.int64]:
    """Days from `start` (day 1) to `first`, else to `end`; at least 1, 0 without a start.

    An event that began before the first dose and worsened on treatment counts on day 1.
    """
    until = np.where(np.isnat(first), end, first)
    known = ~(np.isnat(start) | np.isnat(until))
    days = np.zeros(start.shape, dtype=np.int64)
    days[known] = np.maximum((until[known] - start[known]).astype(np.int64) + 1, 1)
    return days
