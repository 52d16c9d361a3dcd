"""Cumulative incidence (Aalen & Johansen 1978), variance as in R cmprsk and SAS error=aalen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.kaplan_meier import Floats, count_times
from dashboard.metrics.types import Estimate, Result, numbers

CENSORED, EVENT, COMPETING = 0, 1, 2
#: A sum of fractions this close to 1 is 1.
_ROUND_OFF = 1e-12


@dataclass(frozen=True, slots=True)
class Incidence(Result):
    """Incidence at a time; None after the last observation while anyone could change it."""

    time: float
    estimate: Estimate
    se: Estimate
    lower: Estimate
    upper: Estimate
    n_at_risk: int


@dataclass(frozen=True, slots=True)
class IncidenceTable(Result):
    """At each time: patients with time >= t, and what befell the others before t; they add up."""

    time: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_event: tuple[int, ...]
    n_competing: tuple[int, ...]
    n_censored: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CumulativeIncidence(Result):
    """One curve: a row per distinct time. se None where no event has happened."""

    n: int
    events: int
    competing: int
    censored: int
    level: float
    method: str
    time: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_event: tuple[int, ...]
    n_competing: tuple[int, ...]
    estimate: tuple[float, ...]
    se: tuple[Estimate, ...]
    lower: tuple[Estimate, ...]
    upper: tuple[Estimate, ...]
    #: nobody is left to be observed after the last time: the curve holds its value
    complete: bool

    def table(self, times: Sequence[float]) -> IncidenceTable:
        """The risk table at `times` (same unit as the data)."""
        place = np.searchsorted(np.array(self.time, dtype=np.float64), np.array(times))
        at_risk = np.array([*self.n_at_risk, 0], dtype=np.int64)[place]
        events = np.concatenate([[0], np.cumsum(self.n_event)]).astype(np.int64)[place]
        others = np.concatenate([[0], np.cumsum(self.n_competing)]).astype(np.int64)[place]
        return IncidenceTable(
            tuple(float(t) for t in times),
            tuple(at_risk.tolist()),
            tuple(events.tolist()),
            tuple(others.tolist()),
            tuple((self.n - at_risk - events - others).tolist()),
        )

    def thin_from(self, *, at_least: int = 5, share: float = 0.10) -> Estimate:
        """First time with fewer than `at_least` or less than `share` of n at risk; None if none."""
        for time, at_risk in zip(self.time, self.n_at_risk, strict=True):
            if at_risk < at_least or at_risk < share * self.n:
                return time
        return None

    def at(self, time: float) -> Incidence:
        """Cumulative incidence at `time` (same unit as the data)."""
        times = np.array(self.time, dtype=np.float64)
        i = int(np.searchsorted(times, time, side="right")) - 1
        j = int(np.searchsorted(times, time))
        at_risk = self.n_at_risk[j] if j < times.size else 0
        if not self.time or (time > self.time[-1] and not self.complete):
            return Incidence(float(time), None, None, None, None, at_risk)
        if i < 0:
            return Incidence(float(time), 0.0, 0.0, None, None, at_risk)
        return Incidence(
            float(time), self.estimate[i], self.se[i], self.lower[i], self.upper[i], at_risk
        )


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, *, level: float = 0.95
) -> CumulativeIncidence:
    """Incidence of cause 1 with cause 2 competing and 0 censored; both arrays of shape (n,).

    Limits are log-log, F ** exp(-+ z se / (F log F)). Raises ValueError on missing or negative
    times and on other causes.
    """
    t, c = _checked(time, cause)
    times, d1, total = _counts(t, c)
    d2 = _by_time(times, t, c == COMPETING)
    at_risk = t.size - np.concatenate([[0], np.cumsum(total)[:-1]])[: times.size].astype(np.int64)
    after = np.cumprod(1 - np.divide(d1 + d2, at_risk))
    before = np.concatenate([[1.0], after[:-1]])[: times.size]
    estimate = np.minimum(np.cumsum(before * np.divide(d1, at_risk)), 1.0)
    se = np.sqrt(_variance(estimate, before, after, (at_risk, d1, d2)))
    lower, upper = _limits(estimate, se, level)
    return CumulativeIncidence(
        n=t.size,
        events=int(d1.sum()),
        competing=int(d2.sum()),
        censored=int((c == CENSORED).sum()),
        level=level,
        method="Aalen-Johansen, log-log interval",
        time=tuple(times.tolist()),
        n_at_risk=tuple(at_risk.tolist()),
        n_event=tuple(d1.tolist()),
        n_competing=tuple(d2.tolist()),
        estimate=tuple(estimate.tolist()),
        se=numbers(se),
        lower=numbers(lower),
        upper=numbers(upper),
        complete=bool(times.size) and bool(total[-1] == (d1 + d2)[-1]),
    )


def _checked(time: ArrayLike, cause: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    t, raw = np.asarray(time, dtype=np.float64), np.asarray(cause)
    if t.ndim != 1 or t.shape != raw.shape:
        raise ValueError(f"times have shape {t.shape}, causes {raw.shape}")
    if not np.isfinite(t).all() or (t < 0).any():
        raise ValueError("a time is missing or negative; leave such patients out and say so")
    if not np.isin(raw, (CENSORED, EVENT, COMPETING)).all():
        raise ValueError("causes are 0 (censored), 1 (event) or 2 (competing)")
    return t, raw.astype(np.int64)


def _counts(
    time: Floats, cause: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    times, events, others = count_times(time, cause == EVENT)
    return times, events, events + others


def _by_time(times: Floats, time: Floats, flag: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of `flag` at each of `times` (nearest at or below, as tied times were merged)."""
    place = np.searchsorted(times, time[flag], side="right") - 1
    return np.bincount(np.maximum(place, 0), minlength=times.size).astype(np.int64)


def _variance(
    f: Floats,
    before: Floats,
    after: Floats,
    counts: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> Floats:
    """Gray's variance (cmprsk's cinc): sums over event times with a correction for ties."""
    at_risk, d1, d2 = counts
    inverse = np.divide(1.0, after, out=np.zeros_like(after), where=after > 0)

    def weight(d: NDArray[np.int64]) -> Floats:
        ties = np.divide(d - 1.0, at_risk - 1.0, out=np.zeros_like(f), where=d > 1)
        weights: Floats = before**2 * (1 - ties) * d / at_risk.astype(np.float64) ** 2
        return weights

    w1, w2 = weight(d1), np.where(after > 0, weight(d2), 0.0)
    own, cross = 1 + inverse * f, inverse * f
    v1 = np.cumsum(own**2 * w1 + cross**2 * w2)
    v2 = np.cumsum(inverse * (own * w1 + cross * w2))
    v3 = np.cumsum(inverse**2 * (w1 + w2))
    raw = v1 + f**2 * v3 - 2 * f * v2
    # between events of interest the estimate does not move, and neither does its variance
    last = np.maximum.accumulate(np.where(d1 > 0, np.arange(f.size), -1))
    return np.where(last >= 0, np.maximum(raw[np.maximum(last, 0)], 0.0), 0.0) if f.size else f


def _limits(f: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Log-log limits; NaN where the estimate is 0 or 1."""
    z = float(special.ndtri((1 + level) / 2))
    inner = np.where((f > 0) & (f < 1 - _ROUND_OFF), f, np.nan)
    # beyond exp(700) the limit is 0 or 1 anyway
    power = np.clip(z * se / (inner * np.log(inner)), -700, 700)
    return inner ** np.exp(-power), inner ** np.exp(power)
