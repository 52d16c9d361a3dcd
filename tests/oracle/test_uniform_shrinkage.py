"""Beta-binomial posteriors and concordance against R."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.metrics.concordance import concordance
from dashboard.metrics.cox import cox, per_sd
from dashboard.metrics.uniform_shrinkage import UniformShrinkage, uniform_shrinkage

FIELDS = (
    ("mean", "mean"),
    ("lower", "lower95"),
    ("upper", "upper95"),
    ("prob_above", "prob_gt_p0"),
    ("weight", "shrink_weight"),
)


@pytest.mark.parametrize("name", ["mixed8", "one_empty", "all_zero", "single"])
def test_posterior_of_every_group(oracle, near, name):
    case = oracle("hierarchical_response")
    data = case["expected"][name]["data"]
    want = case["expected"][name]["betabinomial_usp"]
    labels = [str(i) for i in range(len(data["y"]))]
    got = uniform_shrinkage(labels, data["y"], data["n"], p0=case["inputs"]["p0"])
    assert near(got.mean, want["m_mean"], atol=1e-3)
    for field, key in FIELDS:
        expected = want["strata"][key]
        expected = expected if isinstance(expected, list) else [expected]
        for j, group in enumerate(got.groups):
            assert near(getattr(group, field), expected[j], atol=1e-3), (field, j)


COUNTS = st.lists(
    st.integers(0, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=12)
@given(COUNTS)
def test_order_does_not_matter_and_limits_hold_the_mean(counts):
    labels = [str(i) for i in range(len(counts))]
    x, n = [c[0] for c in counts], [c[1] for c in counts]
    forth = uniform_shrinkage(labels, x, n)
    back = uniform_shrinkage(labels[::-1], x[::-1], n[::-1])
    for a, b in zip(forth.groups, reversed(back.groups), strict=True):
        assert a.mean == pytest.approx(b.mean, abs=1e-9)
        assert a.lower <= a.mean <= a.upper
    assert UniformShrinkage.from_json(forth.to_json()) == forth


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="0 <= x <= n"):
        uniform_shrinkage(["a"], [3], [2])


def test_concordance_of_the_cox_model(oracle, near):
    case = oracle("cox_lung_per_sd")
    given_, want = case["inputs"], case["expected"]
    raw = [np.asarray(given_[k], dtype=float) for k in ("ph_karno", "age", "sex")]
    whole = ~np.isnan(np.column_stack(raw)).any(axis=1)
    columns = np.column_stack([per_sd(raw[0][whole]), per_sd(raw[1][whole]), raw[2][whole]])
    time = np.asarray(given_["time"], dtype=float)[whole]
    status = np.asarray(given_["status"], dtype=float)[whole]
    fit = cox(time, status, columns, want["efron"]["term"])
    risk = columns @ np.array(fit.coef)
    assert near(concordance(time, status, risk), want["concordance"])


def test_concordance_by_hand():
    # events at 1 and 3, censored at 2: pairs (1,2), (1,3) are comparable
    assert concordance([1, 2, 3], [1, 0, 1], [3, 1, 2]) == 1
    assert concordance([1, 2, 3], [1, 0, 1], [1, 1, 1]) == 0.5
    assert concordance([1, 2], [0, 0], [1, 2]) is None
