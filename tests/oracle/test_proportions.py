"""Intervals for one proportion against R binom.test, prop.test and qbeta."""

from __future__ import annotations

import pytest

from dashboard.metrics.proportions import exact_p_greater, proportion


@pytest.mark.parametrize(
    ("method", "key"),
    [("Clopper-Pearson", "clopper_pearson"), ("Wilson", "wilson"), ("Jeffreys", "jeffreys")],
)
def test_interval(oracle, near, method, key):
    rows = oracle("proportion_ci")["expected"]
    assert len(rows) == 54
    for row in rows:
        got = proportion(row["x"], row["n"], method=method, level=row["level"])
        lower, upper = row[key] or (None, None)
        assert near(got.estimate, row["estimate"])
        assert near(got.lower, lower), row
        assert near(got.upper, upper), row


def test_one_sided_bound_is_the_limit_of_the_90_percent_interval(oracle, near):
    case = oracle("proportion_one_sided")
    given, want = case["inputs"], case["expected"]
    got = proportion(given["x"], given["n"], level=0.90)
    assert near(got.lower, want["lower_95_one_sided_cp"])
    p = exact_p_greater(given["x"], given["n"], given["p0"])
    assert near(p, want["p_value_exact_greater"])
