"""Kaplan-Meier: limits, quantiles, rates, risk tables, restricted means, beside R survfit."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.kaplan_meier import KaplanMeierOptions, kaplan_meier
from dashboard.metrics.rmst import restricted_mean
from tests.oracle.live.draws import samples

PROBS = (0.1, 0.25, 0.5, 0.75, 0.9)
LEVELS = (0.95, 0.9, 0.8)
KINDS = ("log-log", "log", "plain")


def cases():
    out = []
    for i, case in enumerate(samples()):
        last = max(case["time"])
        at = sorted({0.0, case["time"][0], last / 3, last / 2, 0.9 * last, last, last + 1})
        # R refuses a horizon before the first time (nobody has left: the mean is the horizon)
        tau = [t for t in (last / 2, 0.9 * last, last) if t > 0 and t >= min(case["time"])]
        out.append({**case, "level": LEVELS[i % 3], "probs": PROBS, "at": at, "tau": tau})
    return out


@pytest.fixture(scope="module")
def compared(ask_r):
    """(case, R's answer) of every sample."""
    given = cases()
    return list(zip(given, ask_r("curves.R", given), strict=True))


@pytest.fixture(scope="module", params=KINDS)
def curves(compared, request):
    """(name, Interim's curve, R's, case) under one kind of interval."""
    kind = request.param
    return [
        (
            f"{case['name']}, {kind}",
            kaplan_meier(
                case["time"],
                case["status"],
                KaplanMeierOptions(conf_type=kind, level=case["level"]),
            ),
            answer[kind],
            case,
        )
        for case, answer in compared
    ]


def limits_agree(agrees, survival, ours, theirs):
    """Where the curve is at 1 or 0 no interval is estimable: Interim says None.

    R says NA or gives the point itself, [1, 1] or [0, 0], by kind of interval; nothing else.
    """
    if survival in (0.0, 1.0):
        return ours == (None, None) and all(v is None or v == survival for v in theirs)
    return all(agrees(a, b) for a, b in zip(ours, theirs, strict=True))


def test_every_pattern_is_drawn(compared):
    assert len(compared) == 4 * 6 * 8
    assert any(not any(c["status"]) for c, _ in compared)
    assert any(all(c["status"]) for c, _ in compared)
    assert any(len(set(c["time"])) < len(c["time"]) for c, _ in compared)
    # days written in months twice: R merges what differs by round-off, and so must Interim
    assert any(len(a["log"]["time"]) < len(set(c["time"])) for c, a in compared)


def test_steps(curves, agrees):
    for name, got, want, _ in curves:
        assert np.allclose(got.time, want["time"], rtol=1e-12), name
        for field in ("n_at_risk", "n_event", "n_censored"):
            assert list(getattr(got, field)) == want[field], (name, field)
        assert all(agrees(a, b) for a, b in zip(got.survival, want["survival"], strict=True)), name


def test_standard_errors(curves, agrees):
    for name, got, want, _ in curves:
        for s, a, b in zip(got.survival, got.se, want["se"], strict=True):
            assert agrees(a, b) if s else a is None, name


def test_limits(curves, agrees):
    for name, got, want, _ in curves:
        for i, survival in enumerate(got.survival):
            ours = got.lower[i], got.upper[i]
            theirs = want["lower"][i], want["upper"][i]
            assert limits_agree(agrees, survival, ours, theirs), (name, got.time[i])


def test_quantiles_and_their_limits(curves, agrees):
    for name, got, want, _ in curves:
        for i, p in enumerate(PROBS):
            q = got.quantile(p)
            assert agrees(q.estimate, want["quantile"][i]), (name, p)
            assert agrees(q.lower, want["quantile_lower"][i]), (name, p)
            assert agrees(q.upper, want["quantile_upper"][i]), (name, p)


def test_rates_and_numbers_at_risk(curves, agrees):
    for name, got, want, case in curves:
        for i, time in enumerate(case["at"]):
            rate = got.rate(time)
            assert rate.n_at_risk == want["at_risk"][i], (name, time)
            if time > max(case["time"]) and want["at_survival"][i] > 0:
                assert rate.survival is None, name  # R carries the last value forward
                continue
            assert agrees(rate.survival, want["at_survival"][i]), (name, time)
            theirs = want["at_lower"][i], want["at_upper"][i]
            ours = rate.lower, rate.upper
            assert limits_agree(agrees, rate.survival, ours, theirs), (name, time)


def test_restricted_means(compared, agrees):
    for case, answer in compared:
        curve = kaplan_meier(case["time"], case["status"])
        for i, tau in enumerate(case["tau"]):
            got = restricted_mean(curve, tau)
            assert agrees(got.estimate, answer["means"]["rmst"][i]), (case["name"], tau)
            assert agrees(got.se, answer["means"]["rmst_se"][i]), (case["name"], tau)
