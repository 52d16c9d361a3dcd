"""Rank tests and adjusted p-values beside R, exactRankTests and coin (stored cases)."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.ranks import adjusted, rank_sum, signed_rank

PAIRS = ("sleep", "no_ties", "zeros_ties", "n3", "n5_all_up", "ties_n18")
GROUPS = ("tiny", "ties", "n9_n12", "n1")


@pytest.mark.parametrize("name", PAIRS)
def test_signed_rank(oracle, near, name):
    case = oracle("paired_wilcoxon")
    pair, want = case["inputs"]["pairs"][name], case["expected"][name]
    difference = np.array(pair["y"]) - np.array(pair["x"])
    got = signed_rank(difference)
    assert (got.n, got.zeros) == (want["n"], want["n_zero"])
    exact = want["exact_wilcoxon_zeros_dropped"]
    assert near(got.statistic, exact["V"])
    assert near(got.p, exact["p"])
    assert near(got.p, want["enumerated_two_sided"]["wilcoxon"])
    pratt = signed_rank(difference, zeros="Pratt")
    assert near(pratt.p, want["coin_exact"]["pratt"])
    walsh = want["walsh_all"]
    assert near(got.estimate, walsh["hl"])
    assert near(got.lower, walsh["lower"])
    assert near(got.upper, walsh["upper"])
    assert near(got.smallest_p, walsh["min_attainable_p"])


@pytest.mark.parametrize("name", GROUPS)
def test_rank_sum(oracle, near, name):
    case = oracle("mann_whitney")
    groups, want = case["inputs"]["groups"][name], case["expected"][name]
    got = rank_sum(groups["a"], groups["b"])
    assert near(got.u, want["U"])
    assert near(got.auc, want["auc"])
    assert near(got.shift, want["hl_all_pairwise"])
    assert near(got.p, want["exact_midrank"]["p"])
    assert near(got.p, want["coin_exact"])


def test_adjusted_p_values(oracle, near):
    case = oracle("bh_adjust")
    for given, key in (("p", "bh"), ("p_with_na", "bh_with_na")):
        got = adjusted(case["inputs"][given])
        values = [None if np.isnan(v) else v for v in got]
        assert all(near(a, b) for a, b in zip(values, case["expected"][key], strict=True))
