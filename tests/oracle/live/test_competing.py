"""Cumulative incidence of random competing events, beside R cmprsk and survfit."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from dashboard.metrics.competing import cumulative_incidence
from tests.oracle.live.draws import SEED, times

SIZES = (2, 3, 6, 15, 60, 300)
#: Shares of censoring, event of interest and competing event.
MIXES = {
    "some of each": (0.3, 0.4, 0.3),
    "no censoring": (0.0, 0.5, 0.5),
    "rare event": (0.5, 0.1, 0.4),
    "no competing event": (0.4, 0.6, 0.0),
}


def cases():
    rng = np.random.default_rng(SEED)
    out = []
    for unit in ("days", "tied days", "arbitrary"):
        for mix, shares in MIXES.items():
            for n in SIZES:
                time = times(rng, n, unit)
                cause = rng.choice(3, n, p=shares)
                cause[rng.integers(n)] = 1  # cmprsk answers only about events that happen
                out.append(
                    {
                        "name": f"{n}, {unit}, {mix}",
                        "time": time.tolist(),
                        "cause": cause.tolist(),
                    }
                )
    return out


@pytest.fixture(scope="module")
def compared(ask_r):
    """(name, Interim's curve, R's answer, events of interest so far) of every case."""
    given = cases()
    answers = ask_r("competing.R", given)
    return [
        (case["name"], cumulative_incidence(case["time"], case["cause"]), answer)
        for case, answer in zip(given, answers, strict=True)
    ]


def test_estimate_is_that_of_cmprsk_and_of_survfit(compared, agrees):
    for name, got, want in compared:
        assert np.allclose(got.time, want["time"], rtol=1e-12), name
        for i, estimate in enumerate(got.estimate):
            assert agrees(estimate, want["aalen_johansen"][i]), (name, got.time[i])
            if want["estimate"][i] is not None:  # cmprsk is silent after the last time it steps
                assert agrees(estimate, want["estimate"][i]), (name, got.time[i])


def test_standard_error_is_that_of_cmprsk(compared, agrees):
    seen = 0
    for name, got, want in compared:
        for i, variance in enumerate(want["variance"]):
            if variance is None:
                continue
            seen += 1
            assert agrees(got.se[i], math.sqrt(variance)), (name, got.time[i])
    assert seen > 1000


def test_limits_are_log_log(compared, agrees):
    """F ** exp(-+ z se / (F log F)), from R's own estimate and variance; none at 0 and at 1."""
    z = NormalDist().inv_cdf(0.975)
    for name, got, want in compared:
        for i, (f, variance) in enumerate(zip(want["estimate"], want["variance"], strict=True)):
            if f is None:
                continue
            if f == 0 or f > 1 - 1e-12:
                assert (got.lower[i], got.upper[i]) == (None, None), name
                continue
            power = z * math.sqrt(variance) / (f * math.log(f))
            assert agrees(got.lower[i], f ** math.exp(-power)), (name, got.time[i])
            assert agrees(got.upper[i], f ** math.exp(power)), (name, got.time[i])
