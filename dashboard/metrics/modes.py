"""The mode of a sample by mean shift (Fukunaga & Hostetler 1975), as R modeest::mlv(meanshift).

Gaussian kernel with the bandwidth of Silverman 1986 (R bw.nrd0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
STEPS = 1000


def mode(values: ArrayLike) -> float:
    """The mode reached from the middle of the shortest half. Raises ValueError without spread."""
    x = np.sort(np.asarray(values, dtype=np.float64))
    if x.size < 2 or not np.isfinite(x).all():
        raise ValueError(f"no mode of {x.size} values")
    width = silverman(x)
    at = shorth(x)
    for _ in range(STEPS):
        weight = np.exp(-0.5 * ((x - at) / width) ** 2)
        following = float((x * weight).sum() / weight.sum())
        if abs(following - at) <= np.sqrt(np.finfo(np.float64).eps) * abs(at):
            return at
        at = following
    return at


def shorth(ordered: Floats) -> float:
    """Mean of the shortest half of ordered values; of equally short ones the middle one."""
    k = int(np.ceil(ordered.size / 2)) - 1
    width = ordered[k:] - ordered[: ordered.size - k]
    found = np.flatnonzero(width == width.min())
    start = int(np.floor(found.mean()))
    return float(ordered[start : start + k + 1].mean())


def silverman(x: Floats) -> float:
    """0.9 min(SD, IQR / 1.34) n^(-1/5). Raises ValueError where the values do not vary."""
    sd = float(x.std(ddof=1))
    high, low = np.percentile(x, [75, 25])
    spread = min(sd, float(high - low) / 1.34) or sd
    if spread <= 0:
        raise ValueError("the values do not vary enough for a mode")
    return float(0.9 * spread * x.size ** (-1 / 5))
