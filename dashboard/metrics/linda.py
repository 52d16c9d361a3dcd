"""LinDA, linear models of log-ratios with the bias of compositions taken out (Zhou et al. 2022).

Genome Biology 23:95. log2 centred log-ratios of the taxa kept, one linear model per taxon; because
all ratios share their denominator, coefficients are off by one number, estimated as their mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.composition import PSEUDOCOUNT, clr_counts
from dashboard.metrics.modes import mode
from dashboard.metrics.ranks import adjusted
from dashboard.metrics.types import Estimate, Result, numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linda(Result):
    """One row per taxon: log2 fold change of its ratio to all, bias removed; two-sided t test.

    `bias` None: too few taxa for a mode, so that nothing is taken out and nothing tested.
    """

    taxon: tuple[str, ...]
    log2_fold: tuple[Estimate, ...]
    se: tuple[Estimate, ...]
    t: tuple[Estimate, ...]
    df: int
    p: tuple[Estimate, ...]
    q: tuple[Estimate, ...]
    bias: Estimate
    n: int
    method: str


def linda_groups(
    counts: ArrayLike, second: ArrayLike, taxa: Sequence[str], pseudocount: float = PSEUDOCOUNT
) -> Linda:
    """Counts (n, taxa) of two groups; `second` (n,) True: the group compared with the other."""
    in_second = np.asarray(second, dtype=np.bool_)
    n, n2 = in_second.size, int(in_second.sum())
    method = "LinDA, two groups"
    if not 0 < n2 < n or n < 3 or not taxa:
        return _nothing(taxa, n, n - 2, method)
    logs = _log2(counts, pseudocount)
    one, two = logs[~in_second], logs[in_second]
    effect = two.mean(axis=0) - one.mean(axis=0)
    rest = ((one - one.mean(axis=0)) ** 2).sum(axis=0) + ((two - two.mean(axis=0)) ** 2).sum(axis=0)
    se = np.sqrt(rest / (n - 2) * (1 / n2 + 1 / (n - n2)))
    return _result(_nothing(taxa, n, n - 2, method), effect, se)


def linda_pairs(
    before: ArrayLike, after: ArrayLike, taxa: Sequence[str], pseudocount: float = PSEUDOCOUNT
) -> Linda:
    """Counts (pairs, taxa) before and after of the same patients.

    The mixed model of LinDA with a random intercept per patient is, for complete pairs, the t test
    of differences.
    """
    n = len(np.asarray(before))
    method = "LinDA, differences within pairs"
    if n < 2 or not taxa:
        return _nothing(taxa, n, n - 1, method)
    change = _log2(after, pseudocount) - _log2(before, pseudocount)
    se = change.std(axis=0, ddof=1) / np.sqrt(n)
    return _result(_nothing(taxa, n, n - 1, method), change.mean(axis=0), se)


def _log2(counts: ArrayLike, pseudocount: float) -> Floats:
    made: Floats = clr_counts(counts, pseudocount) / np.log(2)
    return made


def _result(blank: Linda, effect: Floats, se: Floats) -> Linda:
    """`blank` with the bias taken out of the effects; as it is where no mode can be found."""
    root = np.sqrt(blank.n)
    try:
        bias = mode(root * effect) / root
    except ValueError:
        return blank
    free = effect - bias
    t = np.divide(free, se, out=np.full(free.shape, np.nan), where=se > 0)
    p = 2 * special.stdtr(blank.df, -np.abs(t))
    return replace(
        blank,
        log2_fold=numbers(free),
        se=numbers(se),
        t=numbers(t),
        p=numbers(p),
        q=numbers(adjusted(p)),
        bias=float(bias),
    )


def _nothing(taxa: Sequence[str], n: int, df: int, method: str) -> Linda:
    none: tuple[Estimate, ...] = (None,) * len(taxa)
    return Linda(tuple(taxa), none, none, none, max(df, 0), none, none, None, n, method)
