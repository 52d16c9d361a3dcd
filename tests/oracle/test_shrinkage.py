"""Berry and EXNEX posteriors against fine quadrature in R (itself checked against JAGS)."""

from __future__ import annotations

import pytest
from scipy import special

from dashboard.metrics.shrinkage import ShrinkageOptions, shrink

FIELDS = (
    ("mean", "mean"),
    ("median", "median"),
    ("lower", "lower95"),
    ("upper", "upper95"),
    ("prob_above", "prob_gt_p0"),
    ("prob_exchangeable", "prob_exchangeable"),
)


@pytest.mark.parametrize("model", ["Berry", "EXNEX"])
@pytest.mark.parametrize("name", ["mixed8", "one_empty", "all_zero", "single"])
def test_posterior_of_every_group(oracle, near, model, name):
    case = oracle("hierarchical_response")
    data = case["expected"][name]["data"]
    want = case["expected"][name][model.lower()]
    labels = [str(i) for i in range(len(data["y"]))]
    options = ShrinkageOptions(model=model, p0=case["inputs"]["p0"])
    got = shrink(labels, data["y"], data["n"], options)
    for field, key in FIELDS:
        for j, group in enumerate(got.groups):
            assert near(getattr(group, field), want["strata"][key][j], atol=1e-4), (field, j)
    assert near(got.tau_mean, want["tau_mean"], atol=1e-4)
    assert near(got.population, want["p_population_at_mu"], atol=1e-4)


def test_empirical_bayes_would_pool_completely(oracle):
    """Why no empirical Bayes: its likelihood rises for ever, the hierarchy keeps a spread."""
    case = oracle("empirical_bayes_divergence")
    profile = case["expected"]["profile_loglik"]
    assert profile == sorted(profile)
    data = oracle("hierarchical_response")["expected"]["mixed8"]["data"]
    x, n = data["y"], data["n"]

    def marginal(m: float, prior_n: float) -> float:
        a, b = m * prior_n, (1 - m) * prior_n
        return sum(
            special.betaln(a + y, b + k - y) - special.betaln(a, b)
            for y, k in zip(x, n, strict=True)
        )

    best = [max(marginal(m / 200, size) for m in range(1, 200)) for size in case["inputs"]["M"]]
    assert best == sorted(best)
    got = shrink([str(i) for i in range(8)], x, n)
    assert got.tau_mean > 0.4
    assert len({round(g.mean, 3) for g in got.groups}) > 5
