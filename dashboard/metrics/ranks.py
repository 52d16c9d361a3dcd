"""Exact rank tests: signed rank for pairs and rank sum for groups (Wilcoxon 1945), with effects.

Exact conditional distributions of midranks by dynamic programming, so that ties and zeros cost
nothing (R exactRankTests and coin; SAS PROC UNIVARIATE drops zeros as well). Effects are those of
Hodges & Lehmann 1963.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.types import Estimate, Result, number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Zeros = Literal["dropped", "Pratt"]

#: differences are rounded to so many digits: x + 0.1 - x is 0.10000000000000003 in binary
DIGITS = 9
EXACT_PAIRS = 200
EXACT_SAMPLES = 100
EXACT = "exact, conditional on ties"
NORMAL = "normal approximation with tie and continuity correction"


@dataclass(frozen=True, slots=True)
class SignedRank(Result):
    """Pairs after - before. `n` pairs, of which `zeros` did not change; p two-sided.

    `estimate`: median of the Walsh averages of all differences, zeros kept; limits by order
    statistics, None where n is too small for the level. `smallest_p`: no n pairs can show less.
    """

    n: int
    zeros: int
    statistic: Estimate
    p: Estimate
    smallest_p: Estimate
    estimate: Estimate
    lower: Estimate
    upper: Estimate
    level: float
    method: str


@dataclass(frozen=True, slots=True)
class RankSum(Result):
    """Group a against group b. `u` counts pairs with a above b, ties half; `auc` is their share.

    `shift`: median of all differences a - b. p two-sided.
    """

    n_a: int
    n_b: int
    u: Estimate
    auc: Estimate
    shift: Estimate
    p: Estimate
    method: str


def signed_rank(
    differences: ArrayLike, *, zeros: Zeros = "dropped", level: float = 0.95
) -> SignedRank:
    """Signed-rank test of differences (n,). Raises ValueError on a missing one: count pairs first.

    Exact up to 200 differences other than zero, then normal. Zeros "Pratt": they are ranked, and
    their ranks left out.
    """
    d = np.round(_finite(differences), DIGITS)
    n, moved = d.size, d[d != 0]
    ranked = d if zeros == "Pratt" else moved
    rank = doubled_ranks(np.abs(ranked))[ranked != 0]
    statistic, p, method = None, None, EXACT
    if moved.size:
        above = int(rank[moved > 0].sum())
        statistic = above / 2
        if moved.size <= EXACT_PAIRS:
            p = _exact_signed(rank, above)
        else:
            p, method = _normal_signed(rank / 2, above / 2), NORMAL
    estimate, lower, upper = walsh(d, level=level)
    return SignedRank(
        n=n,
        zeros=n - moved.size,
        statistic=statistic,
        p=p,
        smallest_p=min(1.0, 2.0 ** (1 - n)) if n else None,
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
    )


def _finite(values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise ValueError("a value is missing; leave such patients out and say so")
    return found


def doubled_ranks(values: Floats) -> Ints:
    """Midranks times two, which are whole numbers."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(count) - count
    made: Ints = (2 * below + count + 1)[place]
    return made


def _exact_signed(rank: Ints, above: int) -> float:
    """Share of all 2^n signings whose sum is as far from the middle as the one observed."""
    total = int(rank.sum())
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    for r in rank.tolist():
        chance[r:] = (chance[r:] + chance[: total + 1 - r]) / 2
        chance[:r] /= 2
    apart = np.abs(2 * np.arange(total + 1) - total)
    return min(1.0, float(chance[apart >= abs(2 * above - total)].sum()))


def _normal_signed(rank: Floats, above: float) -> float:
    """R wilcox.test(exact = FALSE, correct = TRUE)."""
    off = above - rank.sum() / 2
    z = (off - 0.5 * np.sign(off)) / np.sqrt((rank**2).sum() / 4)
    return float(min(1.0, 2 * special.ndtr(-abs(z))))


def walsh(differences: ArrayLike, *, level: float = 0.95) -> tuple[Estimate, Estimate, Estimate]:
    """Hodges-Lehmann estimate of differences and its limits; limits None where n is too small."""
    d = _finite(differences)
    if not d.size:
        return None, None, None
    i, j = np.triu_indices(d.size)
    averages = np.sort((d[i] + d[j]) / 2)
    middle = float(np.median(averages))
    if 2.0 ** (1 - d.size) > 1 - level:
        return middle, None, None
    k = max(1, _signed_quantile((1 - level) / 2, d.size))
    return middle, float(averages[k - 1]), float(averages[averages.size - k])


@lru_cache(maxsize=1024)  # one n and level serve every marker and taxon of a panel
def _signed_quantile(p: float, n: int) -> int:
    """Smallest k with P(V <= k) >= p for n untied differences (R qsignrank)."""
    if n > EXACT_PAIRS:
        spread = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return int(np.ceil(n * (n + 1) / 4 + special.ndtri(p) * spread - 0.5))
    total = n * (n + 1) // 2
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    for r in range(1, n + 1):
        chance[r:] = (chance[r:] + chance[: total + 1 - r]) / 2
        chance[:r] /= 2
    # R: p is met with a slack for round-off
    return int(np.searchsorted(np.cumsum(chance), p * (1 - 64 * np.finfo(float).eps)))


def rank_sum(a: ArrayLike, b: ArrayLike) -> RankSum:
    """Rank-sum test of two groups, shapes (n_a,) and (n_b,).

    Exact up to 100 values, then normal. Values are rounded to 9 digits, so that ties are seen.
    """
    x, y = np.round(_finite(a), DIGITS), np.round(_finite(b), DIGITS)
    n_a, n_b = x.size, y.size
    if not n_a or not n_b:
        return RankSum(n_a, n_b, None, None, None, None, EXACT)
    rank = doubled_ranks(np.concatenate([x, y]))
    mine = int(rank[:n_a].sum())
    u = (mine - n_a * (n_a + 1)) / 2
    p: Estimate
    if n_a + n_b <= EXACT_SAMPLES:
        p, method = _exact_sum(rank, n_a, mine), EXACT
    else:
        p, method = _normal_sum(rank / 2, n_a, mine / 2), NORMAL
    return RankSum(
        n_a=n_a,
        n_b=n_b,
        u=u,
        auc=u / (n_a * n_b),
        shift=number(np.median(x[:, None] - y[None, :])),
        p=p,
        method=method,
    )


def _exact_sum(rank: Ints, n_a: int, mine: int) -> float:
    """Share of all choices of n_a ranks whose sum is as far from its mean as the one observed."""
    n, total = rank.size, int(rank.sum())
    top = int(np.sort(rank)[n - n_a :].sum())
    # ways[k, s]: share of choices of k of the ranks so far with sum s, among all choices of k
    ways = np.zeros((n_a + 1, top + 1))
    ways[0, 0] = 1.0
    for seen, r in enumerate(rank.tolist(), 1):
        for k in range(min(seen, n_a), 0, -1):
            # of the choices of k among `seen`, k / seen hold the newest rank
            ways[k] *= (seen - k) / seen
            ways[k, r:] += ways[k - 1, : top + 1 - r] * (k / seen)
    apart = np.abs(n * np.arange(top + 1) - n_a * total)
    return min(1.0, float(ways[n_a][apart >= abs(n * mine - n_a * total)].sum()))


def _normal_sum(rank: Floats, n_a: int, mine: float) -> float | None:
    """R wilcox.test(exact = FALSE, correct = TRUE)."""
    n = rank.size
    off = mine - n_a * rank.mean()
    spread = n_a * (n - n_a) / (n * (n - 1)) * ((rank - rank.mean()) ** 2).sum()
    if spread <= 0:
        return None
    z = (off - 0.5 * np.sign(off)) / np.sqrt(spread)
    return float(min(1.0, 2 * special.ndtr(-abs(z))))


def adjusted(p: ArrayLike) -> Floats:
    """Benjamini & Hochberg 1995 q-values of a family; a missing p (NaN) is not in it (R p.adjust).

    Raises ValueError on a p outside 0 to 1.
    """
    values = np.asarray([np.nan if v is None else v for v in np.asarray(p, dtype=object)], float)
    q, known = np.full(values.shape, np.nan), np.flatnonzero(~np.isnan(values))
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise ValueError("a p-value is not between 0 and 1")
    order = known[np.argsort(values[known], kind="stable")[::-1]]
    m = order.size
    scaled = values[order] * m / np.arange(m, 0, -1)
    q[order] = np.minimum(np.minimum.accumulate(scaled), 1.0) if m else scaled
    return q
