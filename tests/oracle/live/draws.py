"""Random times, causes and groups as trials have them, the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np

SEED = 20250331
UNITS = ("days", "tied days", "months", "arbitrary")
CENSORINGS = ("some", "heavy", "none", "all", "last is an event", "last is censored")
SIZES = (1, 2, 3, 5, 8, 20, 60, 300)


def times(rng: np.random.Generator, n: int, unit: str) -> np.ndarray:
    """n times: whole days, whole days with many ties, days / 30.4375 twice rounded, or any."""
    if unit == "days":
        return rng.integers(0, 900, n).astype(np.float64)
    if unit == "tied days":
        return rng.integers(1, 12, n) * 21.0
    if unit == "months":
        days = rng.integers(1, 400, n)
        # the same day written by two programs differs in the last bits; R calls them tied
        return np.where(rng.random(n) < 0.5, days / 30.4375, days * (1 / 30.4375))
    return rng.exponential(300.0, n) + rng.random(n) * 1e-3


def events(rng: np.random.Generator, time: np.ndarray, censoring: str) -> np.ndarray:
    """1 = event, 0 = censored, by the named pattern."""
    share = {"heavy": 0.15, "none": 1.0, "all": 0.0}.get(censoring, 0.6)
    status = (rng.random(time.size) < share).astype(np.int64)
    last = time == time.max()
    if censoring == "last is an event":
        status[last] = 1
    if censoring == "last is censored":
        status[last] = 0
    return status


def samples() -> list[dict[str, Any]]:
    """One sample of every unit, censoring and size."""
    rng = np.random.default_rng(SEED)
    out = []
    for unit in UNITS:
        for censoring in CENSORINGS:
            for n in SIZES:
                time = times(rng, n, unit)
                status = events(rng, time, censoring)
                out.append(
                    {
                        "name": f"{n}, {unit}, {censoring}",
                        "time": time.tolist(),
                        "status": status.tolist(),
                    }
                )
    return out
