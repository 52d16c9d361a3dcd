"""Log-rank tests and Cox regressions of random groups, beside R survdiff and coxph."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.cox import CoxOptions, cox
from dashboard.metrics.logrank import log_rank
from tests.oracle.live.draws import SEED, UNITS, events, times

SIZES = (12, 30, 80, 300)
GROUPS = (2, 3, 5)
COVARIATES = (1, 2, 3)
LEVELS = (0.95, 0.9)


def cases():
    rng = np.random.default_rng(SEED)
    out = []
    for unit in UNITS:
        for censoring in ("some", "heavy", "none"):
            for n in SIZES:
                time = times(rng, n, unit)
                k, p = GROUPS[len(out) % 3], COVARIATES[len(out) % 3 - 1]
                x = [rng.normal(60, 12, n), rng.integers(0, 2, n) * 1.0, rng.normal(0, 1e-3, n)]
                status = events(rng, time, censoring)
                status[0] = 1  # without any event there is nothing to ask R
                out.append(
                    {
                        "name": f"{n}, {unit}, {censoring}, {k} groups, {p} covariates",
                        "time": time.tolist(),
                        "status": status.tolist(),
                        "group": [f"g{g}" for g in rng.integers(0, k, n)],
                        "x": [c.tolist() for c in x[:p]],
                        "level": LEVELS[len(out) % 2],
                    }
                )
    return out


@pytest.fixture(scope="module")
def compared(ask_r):
    given = cases()
    return list(zip(given, ask_r("groups.R", given), strict=True))


def test_log_rank(compared, agrees):
    for case, answer in compared:
        want, name = answer["test"], case["name"]
        assert not want["refused"], name
        got = log_rank(case["time"], case["status"], case["group"])
        assert list(got.group) == sorted(set(case["group"]))
        assert list(got.n) == want["n"], name
        assert list(got.observed) == want["observed"], name
        assert all(agrees(a, b) for a, b in zip(got.expected, want["expected"], strict=True)), name
        assert got.df == want["df"], name
        assert agrees(got.chisq, want["chisq"]), name
        assert agrees(got.p, want["p"]), name


def fitted(case, ties):
    terms = [f"x{i}" for i in range(len(case["x"]))]
    options = CoxOptions(ties=ties, level=case["level"])
    return cox(case["time"], case["status"], np.column_stack(case["x"]), terms, options)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox(compared, agrees, ties):
    fits = 0
    for case, answer in compared:
        got, want, name = fitted(case, ties), answer[ties], case["name"]
        if got.note is not None:
            assert want["warned"], (name, got.note)  # R warns of an infinite coefficient
            continue
        fits += 1
        for field in ("coef", "se", "hr", "lower", "upper", "p"):
            for a, b in zip(getattr(got, field), want[field], strict=True):
                assert agrees(a, b), (name, field, a, b)
        assert agrees(got.loglik_null, want["loglik"][0]), name
        assert agrees(got.loglik, want["loglik"][1]), name
    assert fits > 0.9 * len(compared)
