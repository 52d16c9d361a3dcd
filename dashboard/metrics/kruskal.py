"""Rank test of several groups (Kruskal & Wallis 1952) with the correction for ties, as R."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.ranks import DIGITS, doubled_ranks
from dashboard.metrics.types import Estimate, Result


@dataclass(frozen=True, slots=True)
class KruskalWallis(Result):
    """`h` is chi-squared with `df` degrees of freedom under no difference."""

    n: tuple[int, ...]
    h: Estimate
    df: int
    p: Estimate
    method: str = "Kruskal-Wallis rank test, chi-squared approximation"


def kruskal_wallis(groups: Sequence[ArrayLike]) -> KruskalWallis:
    """Of groups of finite values; nothing to test in fewer than two groups or without spread."""
    values = [_rounded(g) for g in groups]
    if any(not np.isfinite(v).all() for v in values):
        raise ValueError("a value is missing; leave such patients out and say so")
    sizes = tuple(int(v.size) for v in values)
    filled = [v for v in values if v.size]
    df = max(len(filled) - 1, 0)
    pooled = np.concatenate(filled) if filled else np.empty(0)
    if df < 1 or (pooled == pooled[0]).all():
        return KruskalWallis(sizes, None, df, None)
    rank = doubled_ranks(pooled) / 2
    n = pooled.size
    ends = np.cumsum([v.size for v in filled])[:-1]
    between = sum(float(part.sum()) ** 2 / part.size for part in np.split(rank, ends))
    _, ties = np.unique(pooled, return_counts=True)
    h = 12 * between / (n * (n + 1)) - 3 * (n + 1)
    h /= 1 - float((ties.astype(float) ** 3 - ties).sum()) / (n**3 - n)
    return KruskalWallis(sizes, h, df, float(special.chdtrc(df, h)))


def _rounded(group: ArrayLike) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.asarray(group, dtype=np.float64)
    return np.round(values, DIGITS)
