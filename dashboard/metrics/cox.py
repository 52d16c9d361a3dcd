"""Proportional hazards regression (Cox 1972); Efron's ties as R coxph (SAS defaults to Breslow)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from dashboard.metrics.kaplan_meier import Floats, checked, count_times
from dashboard.metrics.types import Estimate, Result, numbers

Ties = Literal["efron", "breslow"]
MAX_STEPS = 30
CONVERGED = 1e-16
#: A standard error of the coefficient per SD this large: the likelihood has no finite maximum.
INFINITE = 100.0
#: Fewer events than this per covariate: show it greyed, with its interval and without a star.
EVENTS_PER_COVARIATE = 5


@dataclass(frozen=True, slots=True)
class CoxOptions:
    ties: Ties = "efron"
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Cox(Result):
    """One row per term; every estimate None when the likelihood has no finite maximum.

    `few_events`: fewer than 5 events per covariate.
    """

    term: tuple[str, ...]
    coef: tuple[Estimate, ...]
    se: tuple[Estimate, ...]
    hr: tuple[Estimate, ...]
    lower: tuple[Estimate, ...]
    upper: tuple[Estimate, ...]
    p: tuple[Estimate, ...]
    n: int
    events: int
    loglik_null: Estimate
    loglik: Estimate
    few_events: bool
    level: float
    method: str
    note: str | None = None


def per_sd(values: ArrayLike) -> Floats:
    """z scores with the n - 1 standard deviation over the rows given (those in the model)."""
    x = np.asarray(values, dtype=np.float64)
    scale = float(x.std(ddof=1)) if x.size > 1 else 0.0
    if not scale > 0:
        raise ValueError("a covariate that does not vary has no hazard ratio per SD")
    return np.asarray((x - x.mean()) / scale, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Rows sorted by time descending, so that risk sets are prefixes."""

    x: Floats  # (n, p), centred
    event_rows: Floats  # (d, p)
    last: np.ndarray  # per event: end of its risk set
    first_tied: np.ndarray  # per event: start and end of its tied events, in event order
    end_tied: np.ndarray
    share: Floats  # per event: Efron's fraction l / d, 0 under Breslow


def _prepare(time: Floats, event: np.ndarray, x: Floats, ties: Ties) -> _Data:
    # only the order of times matters; those that differ by round-off are tied, as in R
    rank = np.searchsorted(count_times(time, event)[0], time, side="right")
    order = np.lexsort((~event, -rank))
    t, d, x = rank[order], event[order], x[order] - x.mean(axis=0)
    rows = np.flatnonzero(d)
    tied = t[rows]
    first = np.searchsorted(-tied, -tied, side="left")
    end = np.searchsorted(-tied, -tied, side="right")
    share = np.zeros(rows.size)
    if ties == "efron":
        share = (np.arange(rows.size) - first) / (end - first)
    last = np.searchsorted(-t, -tied, side="right")
    return _Data(x, x[rows], last, first, end, share)


def _sums(data: _Data, beta: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, score (p,) and information (p, p) at beta."""
    eta = data.x @ beta
    shift = float(eta.max(initial=0.0))
    weight = np.exp(eta - shift)
    event_eta = data.event_rows @ beta
    event_weight = np.exp(event_eta - shift)

    def at_events(of_rows: Floats, of_events: Floats) -> Floats:
        """Risk-set sum less Efron's share of the tied events' sum, per event."""
        risk = np.cumsum(of_rows, axis=0)[data.last - 1]
        start = np.zeros((1, *of_events.shape[1:]))
        run = np.concatenate([start, np.cumsum(of_events, axis=0)])
        tied = run[data.end_tied] - run[data.first_tied]
        share = data.share.reshape(-1, *(1,) * (of_events.ndim - 1))
        return np.asarray(risk - share * tied, dtype=np.float64)

    wx, ex = weight[:, None] * data.x, event_weight[:, None] * data.event_rows
    s0 = at_events(weight, event_weight)
    mean = at_events(wx, ex) / s0[:, None]
    second = at_events(
        wx[:, :, None] * data.x[:, None, :], ex[:, :, None] * data.event_rows[:, None, :]
    )
    loglik = float(np.sum(event_eta - shift - np.log(s0)))
    score = (data.event_rows - mean).sum(axis=0)
    info = (second / s0[:, None, None]).sum(axis=0) - mean.T @ mean
    return loglik, score, info


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    terms: Sequence[str],
    options: CoxOptions | None = None,
) -> Cox:
    """Hazard ratios of `covariates`, shape (n, p), one term per column; rows must be complete.

    Raises ValueError on missing values and on shapes that differ. Without a finite maximum (a
    group without events, columns that repeat each other) every estimate is None and `note` says so.
    """
    options = options or CoxOptions()
    t, d = checked(time, event)
    x = np.asarray(covariates, dtype=np.float64)
    if x.shape != (t.size, len(terms)) or not np.isfinite(x).all():
        raise ValueError(f"covariates have shape {x.shape} or missing values; {t.size} rows needed")
    method = f"Cox, {options.ties.title()} ties"
    few = bool(d.sum() < EVENTS_PER_COVARIATE * len(terms))
    none = (None,) * len(terms)
    empty = Cox(
        term=tuple(terms),
        coef=none,
        se=none,
        hr=none,
        lower=none,
        upper=none,
        p=none,
        n=t.size,
        events=int(d.sum()),
        loglik_null=None,
        loglik=None,
        few_events=few,
        level=options.level,
        method=method,
    )
    if not d.any():
        return replace(empty, note="no events")
    fitted = _maximise(_prepare(t, d, x, options.ties), len(terms))
    if fitted is None:
        return replace(empty, note="no finite maximum likelihood estimate")
    beta, covariance, null, loglik = fitted
    se = np.sqrt(np.diag(covariance))
    z = float(special.ndtri((1 + options.level) / 2))
    with np.errstate(over="ignore"):  # a covariate in tiny units: no finite limit, None
        hr, lower, upper = (np.exp(beta + k * se) for k in (0, -z, z))
    return replace(
        empty,
        coef=numbers(beta),
        se=numbers(se),
        hr=numbers(hr),
        lower=numbers(lower),
        upper=numbers(upper),
        p=numbers(special.chdtrc(1, (beta / se) ** 2)),
        loglik_null=null,
        loglik=loglik,
    )


def _maximise(data: _Data, p: int) -> tuple[Floats, Floats, float, float] | None:
    """Newton-Raphson with step halving; None when it does not settle at a finite maximum."""
    beta = np.zeros(p)
    loglik, score, info = _sums(data, beta)
    null = loglik
    for _ in range(MAX_STEPS):
        if np.linalg.matrix_rank(info) < p:
            return None
        step = np.linalg.solve(info, score)
        if float(score @ step) < CONVERGED:  # twice the gain still to be had
            # one more step squares what error is left, so that 1e-9 of R holds for small effects
            beta = beta + step
            loglik, _, info = _sums(data, beta)
            covariance: Floats = np.linalg.inv(info).astype(np.float64)
            endless = (np.sqrt(np.diag(covariance)) * data.x.std(axis=0)).max() > INFINITE
            return None if endless else (beta, covariance, null, loglik)
        for _ in range(MAX_STEPS):
            trial = _sums(data, beta + step)
            if np.isfinite(trial[0]) and trial[0] >= loglik - 1e-9 * abs(loglik):
                break
            step = step / 2
        beta = beta + step
        loglik, score, info = trial
    return None
