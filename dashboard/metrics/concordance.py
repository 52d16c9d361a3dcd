"""Concordance of a risk score with survival (Harrell 1982, as survival::concordance counts it)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dashboard.metrics.types import Estimate


def concordance(time: ArrayLike, event: ArrayLike, risk: ArrayLike) -> Estimate:
    """Share of comparable pairs in which the higher risk fails first; arrays of shape (n,).

    A pair is comparable when the earlier time is an event (an event precedes a censoring at the
    same time; two events at one time are not compared). Equal risks count half. None without a
    comparable pair. Quadratic in the number of events: for the few places that ask.
    """
    t = np.asarray(time, dtype=np.float64)
    d = np.asarray(event, dtype=bool)
    score = np.asarray(risk, dtype=np.float64)
    agree, pairs = 0.0, 0
    for i in np.flatnonzero(d):
        later = (t > t[i]) | ((t == t[i]) & ~d)
        pairs += int(later.sum())
        agree += float((score[i] > score[later]).sum() + 0.5 * (score[i] == score[later]).sum())
    return agree / pairs if pairs else None
