"""Cumulative incidence against cmprsk 2.2-11."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.competing import cumulative_incidence


@pytest.mark.parametrize("cause", [1, 2])
def test_estimate_aalen_error_and_loglog_limits(oracle, near, cause):
    case = oracle("cif_small")
    given, want = case["inputs"], case["expected"][cause - 1]
    status = np.array(given["status"])
    if cause == 2:
        status = np.array([0, 2, 1])[status]
    curve = cumulative_incidence(given["time"], status)
    for i, time in enumerate(given["times"]):
        got = curve.at(time)
        assert near(got.estimate, want["cif"][i])
        assert near(got.se, want["se_aalen"][i])
        assert near(got.lower, want["lower_loglog"][i])
        assert near(got.upper, want["upper_loglog"][i])
        assert got.estimate < want["naive_1_minus_km"][i] or time < 8


def test_response_window_incidence(oracle, near):
    case = oracle("orr_window_interim")
    people, want = case["inputs"]["patients"], case["expected"]["cif_at_window"]
    follow_up = [case["inputs"]["cutoff"] - e for e in people["enrol"]]
    never = 10**6
    resp = [never if r is None else r for r in people["resp"]]
    off = [never if o is None else o for o in people["off"]]
    time = np.minimum.reduce([resp, off, follow_up])
    status = np.where(time == resp, 1, np.where(time == off, 2, 0))
    got = cumulative_incidence(time, status).at(182)
    for key in ("estimate", "se", "lower", "upper"):
        assert near(getattr(got, key), want[key])
