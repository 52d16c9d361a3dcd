"""Compositions: centred log-ratios (Aitchison 1986) and replaced zeros (Martin-Fernandez 2003)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard.metrics.diversity import abundances

Floats = NDArray[np.float64]
PSEUDOCOUNT = 0.5


def closed(table: ArrayLike) -> Floats:
    """Rows as shares of their sum. Raises ValueError on a row without anything in it."""
    found = abundances(table)
    total = found.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        raise ValueError("a sample is empty: it has no composition")
    made: Floats = found / total
    return made


def zeros_replaced(table: ArrayLike, delta: float) -> Floats:
    """Shares with each zero replaced by `delta` and the others scaled down, so that rows add to 1.

    `delta` is stated, never a default: it decides what a rare part weighs. Raises ValueError unless
    0 < delta and all zeros of a row together weigh less than 1.
    """
    shares = closed(table)
    zero = shares == 0
    weight = delta * zero.sum(axis=1, keepdims=True)
    if not delta > 0 or (weight >= 1).any():
        raise ValueError(f"zeros cannot be replaced by {delta}")
    return np.where(zero, delta, shares * (1 - weight))


def clr(table: ArrayLike) -> Floats:
    """Logarithm of each part over the geometric mean of its row. Raises ValueError on zeros."""
    found = abundances(table)
    if (found <= 0).any():
        raise ValueError("a part is zero: replace zeros or add a pseudocount first")
    logs = np.log(found)
    made: Floats = logs - logs.mean(axis=1, keepdims=True)
    return made


def clr_counts(counts: ArrayLike, pseudocount: float = PSEUDOCOUNT) -> Floats:
    """clr of counts with a pseudocount added to every one of them (all taxa, none left out)."""
    return clr(abundances(counts) + pseudocount)
