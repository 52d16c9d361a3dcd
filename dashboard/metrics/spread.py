"""Median, quartiles and range of a sample (quartiles as SAS PCTLDEF=5 and R type 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard.metrics.types import Estimate, Result

QUARTILES = "quartiles: averaged inverted distribution function (SAS PCTLDEF=5, R type 2)"


@dataclass(frozen=True, slots=True)
class Spread(Result):
    """Location and spread of n values; everything is None for n = 0, sd also for n = 1."""

    n: int
    mean: Estimate
    sd: Estimate
    median: Estimate
    q1: Estimate
    q3: Estimate
    minimum: Estimate
    maximum: Estimate


def spread(values: ArrayLike) -> Spread:
    """Of the finite values of a one-dimensional array."""
    found = np.asarray(values, dtype=np.float64)
    found = found[np.isfinite(found)]
    if not found.size:
        return Spread(0, None, None, None, None, None, None, None)
    found.sort()
    q1, q2, q3 = (_quantile(found, p) for p in (0.25, 0.5, 0.75))
    return Spread(
        n=int(found.size),
        mean=float(found.mean()),
        sd=float(found.std(ddof=1)) if found.size > 1 else None,
        median=q2,
        q1=q1,
        q3=q3,
        minimum=float(found.min()),
        maximum=float(found.max()),
    )


def _quantile(ordered: NDArray[np.float64], p: float) -> float:
    """SAS's default (Hyndman & Fan type 2): the mean of two neighbours where n p is whole."""
    rank = ordered.size * p
    low = math.ceil(rank) - 1
    high = low + 1 if rank == low + 1 and low + 1 < ordered.size else low
    return float((ordered[max(low, 0)] + ordered[max(high, 0)]) / 2)
