"""Rank tests beside exactRankTests, coin and base R, on random data full of ties and zeros."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics import ranks
from dashboard.metrics.ranks import adjusted, rank_sum, signed_rank
from tests.oracle.live.draws import SEED


def cases():
    rng = np.random.default_rng(SEED)
    made = []
    for i in range(40):
        n, m = int(rng.integers(2, 30)), int(rng.integers(1, 14))
        step = (0.5, 1.0, 1e-3)[i % 3]  # many ties, more, hardly any
        d = np.round(rng.normal(0.4, 2, n) / step) * step
        d[0] = step  # somebody moved
        a = np.round(rng.normal(0.5, 2, m + 1) / step) * step
        b = np.round(rng.normal(0, 2, int(rng.integers(2, 14))) / step) * step
        b[0] = a[0] + step  # not all the same
        ps = rng.uniform(0, 1, int(rng.integers(1, 20))) ** 2
        made.append({"d": d.tolist(), "a": a.tolist(), "b": b.tolist(), "ps": ps.tolist()})
    return made


@pytest.fixture(scope="module")
def compared(ask_r):
    given = cases()
    return list(zip(given, ask_r("ranks.R", given), strict=True))


def test_signed_rank(compared, agrees):
    for case, want in compared:
        got = signed_rank(case["d"])
        assert agrees(got.statistic, want["V"])
        assert agrees(got.p, want["p"]), (case["d"], got.p, want["p"])
        assert agrees(signed_rank(case["d"], zeros="Pratt").p, want["pratt"])


def test_rank_sum(compared, agrees):
    for case, want in compared:
        got = rank_sum(case["a"], case["b"])
        assert agrees(got.u, want["U"])
        assert agrees(got.p, want["rank_sum"]), (case, got.p, want["rank_sum"])


def test_many_pairs_follow_the_normal_law_of_r(compared, agrees, monkeypatch):
    monkeypatch.setattr(ranks, "EXACT_PAIRS", 0)
    monkeypatch.setattr(ranks, "EXACT_SAMPLES", 0)
    for case, want in compared:
        assert agrees(signed_rank(case["d"]).p, want["normal"])
        assert agrees(rank_sum(case["a"], case["b"]).p, want["normal_sum"])


def test_adjusted_p_and_order_statistics(compared):
    for case, want in compared:
        assert np.allclose(adjusted(case["ps"]), want["q"], rtol=1e-12)
        assert ranks._signed_quantile(0.025, len(case["d"])) == want["k"]
