"""Restricted mean survival time: area under the Kaplan-Meier curve (Irwin 1949; R survmean)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.metrics.kaplan_meier import KaplanMeier
from dashboard.metrics.types import Estimate, Result


@dataclass(frozen=True, slots=True)
class Rmst(Result):
    """Mean time up to `tau`, in the curve's unit; None when follow-up ends before tau."""

    tau: float
    estimate: Estimate
    se: Estimate
    lower: Estimate
    upper: Estimate
    level: float
    method: str = "restricted mean, Greenwood"


def restricted_mean(curve: KaplanMeier, tau: float, *, level: float = 0.95) -> Rmst:
    """RMST up to `tau`. Raises ValueError unless tau is positive."""
    if not tau > 0:
        raise ValueError(f"the horizon {tau} is not positive")
    if not curve.time or (tau > curve.time[-1] and curve.survival[-1] > 0):
        return Rmst(float(tau), None, None, None, None, level)
    time = np.array(curve.time)
    inside = time < tau
    knots = np.concatenate([[0.0], time[inside], [tau]])
    height = np.concatenate([[1.0], np.array(curve.survival)[inside]])
    area = np.diff(knots) * height
    after = area[::-1].cumsum()[::-1][1:]  # area to the right of each time
    d = np.array(curve.n_event, dtype=np.float64)[inside]
    n = np.array(curve.n_at_risk, dtype=np.float64)[inside]
    step = np.divide(d, n * (n - d), out=np.zeros_like(d), where=n > d)
    se = float(np.sqrt(np.sum(after**2 * step)))
    mean = float(area.sum())
    z = float(special.ndtri((1 + level) / 2))
    half = z * se
    known = se > 0
    return Rmst(
        float(tau),
        mean,
        se,
        max(0.0, mean - half) if known else None,
        min(float(tau), mean + half) if known else None,
        level,
    )
