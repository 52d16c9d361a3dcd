"""Intervals and exact tests of x of n, beside R binom.test, prop.test and qbeta."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.proportions import exact_p_greater, proportion
from tests.oracle.live.draws import SEED

LEVELS = (0.95, 0.9, 0.99)


def cases():
    rng = np.random.default_rng(SEED)
    pairs = [(x, n) for n in (1, 2, 3, 5, 9, 24) for x in range(n + 1)]
    pairs += [(int(rng.integers(0, n + 1)), int(n)) for n in rng.integers(25, 2000, 80)]
    pairs += [(0, 1500), (1500, 1500)]
    return [
        {"x": x, "n": n, "level": LEVELS[i % 3], "p0": float(rng.uniform(0.02, 0.98))}
        for i, (x, n) in enumerate(pairs)
    ]


@pytest.fixture(scope="module")
def compared(ask_r):
    given = cases()
    return list(zip(given, ask_r("counts.R", given), strict=True))


@pytest.mark.parametrize(
    ("method", "key"),
    [("Clopper-Pearson", "exact"), ("Wilson", "wilson"), ("Jeffreys", "jeffreys")],
)
def test_intervals(compared, agrees, method, key):
    for case, want in compared:
        x, n = case["x"], case["n"]
        got = proportion(x, n, method=method, level=case["level"])
        assert agrees(got.estimate, want["estimate"])
        lower, upper = want[key]
        if method == "Jeffreys":  # SAS's rule, which plain quantiles do not follow
            lower, upper = (0.0 if x == 0 else lower), (1.0 if x == n else upper)
        assert agrees(got.lower, lower), (case, got.lower, lower)
        assert agrees(got.upper, upper), (case, got.upper, upper)


def test_one_sided_p(compared, agrees):
    for case, want in compared:
        assert agrees(exact_p_greater(case["x"], case["n"], case["p0"]), want["p_greater"]), case
