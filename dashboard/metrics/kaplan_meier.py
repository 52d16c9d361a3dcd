"""Product-limit estimate (Kaplan & Meier 1958), Greenwood's variance, R's quantile rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.types import Estimate, Result, number, numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ConfType = Literal["log-log", "log", "plain"]

#: R quantile.survfit: a curve this close to 1 - p lies on it; R aeqSurv: times this close are tied.
TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
#: Counting by bincount needs an array of max(time); longer than this, sort instead.
_COUNTING_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class KaplanMeierOptions:
    """conf_type "log-log" is SAS's default (R's is "log", tern's "plain")."""

    conf_type: ConfType = "log-log"
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Quantile(Result):
    """Time at which the cumulative probability of the event reaches p; None = not reached.

    `flat`: the curve lies at exactly 1 - p from the first to the second time, and the estimate is
    the midpoint. `sas_not_estimable`: that piece runs to the end of follow-up and ends censored.
    """

    p: float
    estimate: Estimate
    lower: Estimate
    upper: Estimate
    flat: tuple[float, float] | None = None
    sas_not_estimable: bool = False


@dataclass(frozen=True, slots=True)
class Rate(Result):
    """Survival probability at a time; None after the last observation unless the curve is at 0."""

    time: float
    survival: Estimate
    se: Estimate
    lower: Estimate
    upper: Estimate
    n_at_risk: int


@dataclass(frozen=True, slots=True)
class RiskTable(Result):
    """At each time: patients with time >= t, events and censorings before t; they add up to n."""

    time: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_event: tuple[int, ...]
    n_censored: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KaplanMeier(Result):
    """One curve: a row per distinct time. se is the standard error of survival."""

    n: int
    events: int
    censored: int
    conf_type: str
    level: float
    method: str
    time: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_event: tuple[int, ...]
    n_censored: tuple[int, ...]
    survival: tuple[float, ...]
    se: tuple[Estimate, ...]
    lower: tuple[Estimate, ...]
    upper: tuple[Estimate, ...]
    quartiles: tuple[Quantile, ...]

    @property
    def median(self) -> Quantile:
        return self.quartiles[1]

    @property
    def last_time(self) -> Estimate:
        return self.time[-1] if self.time else None

    def quantile(self, p: float) -> Quantile:
        """Quantile with CDF probability p (Brookmeyer & Crowley 1982 limits)."""
        known = next((q for q in self.quartiles if q.p == p), None)
        if known is not None:
            return known
        bands = (self.survival, self.lower, self.upper)
        curves = [np.array(band, dtype=np.float64) for band in bands]
        times = np.array(self.time, dtype=np.float64)
        return _quantiles((p,), times, curves, ends_censored=self._ends_censored)[0]

    @property
    def _ends_censored(self) -> bool:
        return bool(self.n_event) and self.n_event[-1] == 0

    def rate(self, time: float) -> Rate:
        """Survival at `time` (same unit as the data)."""
        i = bisect_right(self.time, time) - 1
        next_ = bisect_left(self.time, time)
        at_risk = self.n_at_risk[next_] if next_ < len(self.time) else 0
        if not self.time:
            return Rate(float(time), None, None, None, None, 0)
        if time > self.time[-1]:
            over = 0.0 if self.survival[-1] == 0 else None
            return Rate(float(time), over, None, None, None, at_risk)
        if i < 0:
            return Rate(float(time), 1.0, 0.0, None, None, at_risk)
        return Rate(
            float(time), self.survival[i], self.se[i], self.lower[i], self.upper[i], at_risk
        )

    def at_risk(self, times: Sequence[float]) -> RiskTable:
        """Risk table at `times` (just before each, as R, tern and ggsurvfit count)."""
        i = np.searchsorted(
            np.array(self.time, dtype=np.float64), np.array(times, dtype=np.float64)
        )
        events = np.concatenate([[0], np.cumsum(self.n_event, dtype=np.int64)])[i]
        censored = np.concatenate([[0], np.cumsum(self.n_censored, dtype=np.int64)])[i]
        return RiskTable(
            tuple(float(t) for t in times),
            tuple((self.n - events - censored).tolist()),
            tuple(events.tolist()),
            tuple(censored.tolist()),
        )

    def thin_from(self, *, at_least: int = 5, share: float = 0.10) -> Estimate:
        """First time with fewer than `at_least` or less than `share` of n at risk; None if none."""
        for time, at_risk in zip(self.time, self.n_at_risk, strict=True):
            if at_risk < at_least or at_risk < share * self.n:
                return time
        return None


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, options: KaplanMeierOptions | None = None
) -> KaplanMeier:
    """Kaplan-Meier curve of times (shape n, any unit) and event indicators (shape n).

    Events precede censorings at equal times. Interval None where S is 1 or 0: no interval is
    estimable there. Raises ValueError on missing or negative times and on shapes that differ.
    """
    options = options or KaplanMeierOptions()
    t, d = checked(time, event)
    times, n_event, n_censored = count_times(t, d)
    gone = np.cumsum(n_event + n_censored)
    at_risk = t.size - np.concatenate([[0], gone])[: times.size].astype(np.int64)
    survival = np.cumprod(1 - np.divide(n_event, at_risk))
    left = at_risk - n_event
    terms = np.divide(n_event, at_risk * left, out=np.full(times.size, np.nan), where=left > 0)
    se_log = np.sqrt(np.cumsum(terms))
    lower, upper = _limits(survival, se_log, options)
    ends_censored = bool(times.size) and bool(n_event[-1] == 0)
    return KaplanMeier(
        n=t.size,
        events=int(n_event.sum()),
        censored=int(n_censored.sum()),
        conf_type=options.conf_type,
        level=options.level,
        method=f"Kaplan-Meier, Greenwood, {options.conf_type} interval",
        time=tuple(times.tolist()),
        n_at_risk=tuple(at_risk.tolist()),
        n_event=tuple(n_event.tolist()),
        n_censored=tuple(n_censored.tolist()),
        survival=tuple(survival.tolist()),
        se=numbers(survival * se_log),
        lower=numbers(lower),
        upper=numbers(upper),
        quartiles=_quantiles(
            (0.25, 0.5, 0.75), times, (survival, lower, upper), ends_censored=ends_censored
        ),
    )


def checked(time: ArrayLike, event: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Times and events as arrays of one shape. Raises ValueError on missing or negative times."""
    t = np.asarray(time, dtype=np.float64)
    raw = np.asarray(event)
    if t.ndim != 1 or t.shape != raw.shape:
        raise ValueError(f"times have shape {t.shape}, events {raw.shape}")
    if not np.isfinite(t).all() or (t < 0).any():
        raise ValueError("a time is missing or negative; leave such patients out and say so")
    if raw.dtype != np.bool_ and not ((raw == 0) | (raw == 1)).all():
        raise ValueError("events are 1 (event) or 0 (censored)")
    return t, raw.astype(np.bool_)


def count_times(time: Floats, event: NDArray[np.bool_]) -> tuple[Floats, Ints, Ints]:
    """Distinct times ascending, with events and censorings at each.

    Whole days are counted (linear in n); other times are sorted, and times closer than R's
    tolerance are one.
    """
    if time.size == 0:
        return np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64)
    days = time.astype(np.int64) if time.max() <= _COUNTING_LIMIT else None
    if days is not None and (days == time).all():
        # one pass: censorings of day t at 2t, events at 2t + 1
        cells = np.bincount(2 * days + event, minlength=2 * (int(days.max()) + 1)).reshape(-1, 2)
        seen = np.flatnonzero(cells.any(axis=1))
        return seen.astype(np.float64), cells[seen, 1], cells[seen, 0]
    return _count_sorted(time, event)


def _count_sorted(time: Floats, event: NDArray[np.bool_]) -> tuple[Floats, Ints, Ints]:
    """`count_times` of any times: one sort of the times with their event in the lowest bit.

    The bits of floats that are not negative sort as the floats do, and their sign bit is free.
    """
    key = (time + 0.0).view(np.uint64) << np.uint64(1)
    key |= event
    key.sort()
    t, d = (key >> np.uint64(1)).view(np.float64), (key & np.uint64(1)).astype(np.int64)
    first = np.flatnonzero(np.concatenate([[True], t[1:] > t[:-1]]))
    times = t[first]
    apart = np.diff(times) > TOLERANCE * max(1.0, float(times.mean()))
    start = first[np.concatenate([[True], apart])]
    total = np.diff(start, append=t.size)
    events = np.add.reduceat(d, start)
    return t[start], events, total - events


def _limits(survival: Floats, se_log: Floats, options: KaplanMeierOptions) -> tuple[Floats, Floats]:
    """Pointwise limits; NaN where S is 0 or 1 (no variance is estimable there)."""
    z = float(special.ndtri((1 + options.level) / 2))
    s = np.where((survival > 0) & (survival < 1), survival, np.nan)
    if options.conf_type == "log-log":
        log = np.log(s)
        # exp(-exp(log(-log S) -+ half)), with half negative
        factor = np.exp(z * se_log / log)
        lower, upper = np.exp(log / factor), np.exp(log * factor)
    elif options.conf_type == "log":
        lower, upper = s * np.exp(-z * se_log), s * np.exp(z * se_log)
    else:
        lower, upper = s - z * s * se_log, s + z * s * se_log
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def _crossing(p: float, time: Floats, band: Floats) -> tuple[float, float, bool] | None:
    """Where `band` falls to 1 - p: (first time, end of the piece flat at it, it is the tail).

    NaN (not estimable) is never at or below anything.
    """
    reached = band <= 1 - p + TOLERANCE
    first = int(reached.argmax()) if reached.size else 0
    if not reached.size or not reached[first]:
        return None
    below = band < 1 - p - TOLERANCE
    if below[first]:
        return float(time[first]), float(time[first]), False
    end = int(below.argmax())
    tail = not below[end]
    if tail:
        end = int(np.flatnonzero(~np.isnan(band))[-1])
    return float(time[first]), float(time[end]), tail


def _quantiles(
    ps: Sequence[float], time: Floats, bands: Sequence[Floats], *, ends_censored: bool
) -> tuple[Quantile, ...]:
    """R's rule: the midpoint of a piece flat at exactly 1 - p, on the curve and on its limits."""
    if not all(0 < p < 1 for p in ps):
        raise ValueError(f"a quantile probability of {ps} is not between 0 and 1")
    out = []
    for p in ps:
        found = [_crossing(p, time, band) for band in bands]
        middle = [None if f is None else number((f[0] + f[1]) / 2) for f in found]
        flat, tail = None, False
        if found[0] is not None and found[0][1] > found[0][0]:
            flat, tail = (found[0][0], found[0][1]), found[0][2]
        out.append(Quantile(p, middle[0], middle[1], middle[2], flat, tail and ends_censored))
    return tuple(out)
