"""Rank tests: traps of binary fractions, ties, small n; symmetry; a family of p-values."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.ranks import NORMAL, RankSum, SignedRank, adjusted, rank_sum, signed_rank

small = st.lists(st.integers(-4, 4), min_size=1, max_size=9)


def test_equal_steps_are_ties_whatever_the_binary_says():
    """x + 0.1 - x is not 0.1; without rounding the ties are missed and p is 0.0625."""
    x = np.array([1.1, 2.2, 3.3, 4.4, 5.5, 6.6])
    step = np.array([0.1, 0.1, -0.1, 0.1, 0.1, -0.1])
    raw = (x + step) - x
    assert len(set(np.abs(raw).tolist())) > 1
    assert signed_rank(raw).p == signed_rank(step).p


def test_five_pairs_cannot_reach_five_percent():
    got = signed_rank([1, 2, 3, 4, 5])
    assert (got.p, got.smallest_p) == (2 / 32, 2 / 32)
    assert (got.estimate, got.lower, got.upper) == (3, None, None)
    assert signed_rank([1, 2, 3, 4, 5, 6]).lower == 1


def test_nothing_changed_and_nobody_came():
    got = signed_rank([0.0, 0.0, 0.0])
    assert (got.n, got.zeros, got.statistic, got.p, got.estimate) == (3, 3, None, None, 0.0)
    got = signed_rank([])
    assert (got.n, got.p, got.smallest_p, got.estimate) == (0, None, None, None)
    assert SignedRank.from_json(got.to_json()) == got
    assert rank_sum([], [1.0]).p is None


def test_a_missing_difference_is_refused():
    with pytest.raises(ValueError, match="missing"):
        signed_rank([1.0, np.nan])


def test_many_pairs_use_the_normal_law_and_say_so():
    d = np.random.default_rng(0).normal(0.1, 1, 201)
    got = signed_rank(d)
    assert got.method == NORMAL
    assert got.p == pytest.approx(signed_rank(d[:200]).p, abs=0.15)


@given(small)
def test_exact_p_by_all_signings(values):
    moved = [v for v in values if v]
    got = signed_rank(values)
    if not moved:
        assert got.p is None
        return
    size = np.abs(moved)
    rank = np.array([(size < s).sum() + ((size == s).sum() + 1) / 2 for s in size])
    sums = [
        sum(r for r, up in zip(rank, ups, strict=True) if up)
        for ups in product((0, 1), repeat=len(moved))
    ]
    apart = np.abs(np.array(sums) - rank.sum() / 2)
    assert got.p == pytest.approx(
        float((apart >= abs(got.statistic - rank.sum() / 2) - 1e-9).mean())
    )


@given(small)
def test_turning_all_differences_round_keeps_p(values):
    a, b = signed_rank(values), signed_rank([-v for v in values])
    assert a.p == b.p or a.p == pytest.approx(b.p)
    assert a.estimate == -b.estimate


@given(small, small)
def test_exchanging_the_groups_keeps_p_and_turns_the_effect(x, y):
    a, b = rank_sum(x, y), rank_sum(y, x)
    assert a.p == pytest.approx(b.p)
    assert a.u + b.u == len(x) * len(y)
    assert a.auc == pytest.approx(1 - b.auc)
    assert a.shift == -b.shift
    assert 0 < a.p <= 1
    assert RankSum.from_json(a.to_json()) == a


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12), st.randoms())
def test_adjusted_p_values(values, random):
    """Never below p, never above 1, in the order of p, and whatever the order of the family."""
    q = adjusted(values)
    known = [(p, v) for p, v in zip(values, q.tolist(), strict=True) if p is not None]
    assert all(p * (1 - 1e-12) <= v <= 1 for p, v in known)
    in_order = [v for _, v in sorted(known)]
    assert in_order == sorted(in_order)
    assert [np.isnan(v) for v in q] == [p is None for p in values]
    order = list(range(len(values)))
    random.shuffle(order)
    assert np.array_equal(adjusted([values[i] for i in order]), q[order], equal_nan=True)


def test_a_p_value_above_one_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted([1.2])
