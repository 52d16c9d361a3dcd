"""Log-rank test (Mantel 1966) of two or more groups, as R survdiff(rho = 0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.kaplan_meier import checked, count_times
from dashboard.metrics.types import Estimate, Result


@dataclass(frozen=True, slots=True)
class LogRank(Result):
    """Test over groups in the order of `group`; chisq and p None when not estimable."""

    group: tuple[str, ...]
    n: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chisq: Estimate
    df: int
    p: Estimate
    method: str = "log-rank"


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> LogRank:
    """Log-rank test; times, events and group labels of shape (n,).

    Descriptive in a single-arm trial: groups were not randomised. Not estimable with fewer than
    two groups at risk or without events.
    """
    t, d = checked(time, event)
    labels, place = np.unique(np.asarray(group).astype(str), return_inverse=True)
    times, _, _ = count_times(t, d)
    row = np.clip(np.searchsorted(times, t, side="right") - 1, 0, None)
    k = labels.size
    cell = row * k + place
    shape = (times.size, k)
    total = np.bincount(cell, minlength=times.size * k).reshape(shape)
    events = np.bincount(cell[d], minlength=times.size * k).reshape(shape)
    at_risk = total[::-1].cumsum(axis=0)[::-1].astype(np.float64)
    n, deaths = at_risk.sum(axis=1), events.sum(axis=1).astype(np.float64)
    happened = deaths > 0
    share = at_risk[happened] / n[happened, None]
    expected = (deaths[happened, None] * share).sum(axis=0)
    chisq, df = _statistic(events.sum(axis=0), expected, share, n[happened], deaths[happened])
    return LogRank(
        group=tuple(labels.tolist()),
        n=tuple(total.sum(axis=0).tolist()),
        observed=tuple(events.sum(axis=0).tolist()),
        expected=tuple(expected.tolist()),
        chisq=chisq,
        df=df,
        p=None if chisq is None else float(special.chdtrc(df, chisq)),
    )


def _statistic(
    observed: NDArray[np.int64],
    expected: NDArray[np.float64],
    share: NDArray[np.float64],
    n: NDArray[np.float64],
    deaths: NDArray[np.float64],
) -> tuple[float | None, int]:
    used = np.flatnonzero(expected > 0)
    df = max(int(used.size) - 1, 0)
    if df == 0:
        return None, df
    share = share[:, used]
    spread = np.divide(n - deaths, n - 1, out=np.zeros_like(n), where=n > 1) * deaths
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    left = (observed - expected)[used][:-1]
    inner = variance[:-1, :-1]
    if np.linalg.matrix_rank(inner) < df:
        return None, df
    return float(left @ np.linalg.solve(inner, left)), df
