"""Two-stage designs and inference against clinfun 1.1.5; beta-binomial rules against R."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.bayes import (
    BetaPrior,
    PredictiveRule,
    ToxicityRule,
    posterior,
    predictive_boundary,
    predictive_probability,
    toxicity_boundary,
)
from dashboard.metrics.simon import SimonDesign, find_designs, two_stage_inference


@pytest.mark.parametrize("i", range(27))
def test_optimal_and_minimax_designs(oracle, near, i):
    case = oracle("simon_two_stage")["expected"]
    assert len(case) == 27
    want = case[i]
    found = find_designs(want["p0"], want["p1"], alpha=want["alpha"], beta=want["beta"])
    for kind in ("optimal", "minimax"):
        got, w = getattr(found, kind), want[kind]
        d = got.design
        assert (d.r1, d.n1, d.r, d.n) == (w["r1"], w["n1"], w["r"], w["n"])
        assert near(got.mean_n_p0, w["EN_p0"])
        assert near(got.stop_early_p0, w["PET_p0"])
        assert near(got.alpha, w["alpha"])
        assert near(got.power, w["power"])


def test_inference_after_two_stages(oracle, near):
    for row in oracle("simon_inference")["expected"]:
        r = {29: 5, 43: 12}[row["n"]]
        design = SimonDesign(row["r1"], row["n1"], r, row["n"], row["p0"], 0.9)
        got, want = two_stage_inference(row["x"], design), row["out"]
        assert near(got.umvue, want["pumvue"])
        assert near(got.p_value, want["p.value"])
        assert near(got.lower, want["5% LCL"], atol=1e-4)
        # clinfun's upper limit solves P(outcome < x) = 5%; the interval shown solves P(<= x) = 5%
        assert near(got.upper_clinfun, want["95% UCL"], atol=1e-4)
        assert got.upper > got.upper_clinfun


def test_posterior(oracle, near):
    for row in oracle("beta_binomial_posterior")["expected"]:
        got = posterior(row["x"], row["n"], p0=row["p0"], prior=BetaPrior(row["a"], row["b"]))
        assert near(got.mean, row["post_mean"])
        assert near(got.lower, row["ci95"][0])
        assert near(got.upper, row["ci95"][1])
        assert near(got.prob_above, row["prob_gt_p0"])


def test_predictive_probability(oracle, near):
    want = oracle("predictive_probability")["expected"]
    for row in (want["lee_liu_example"], *want["others"]):
        prior = BetaPrior(row["a"], row["b"])
        rule = PredictiveRule(row["N"], row["p0"], prior, row["theta_T"])
        got = predictive_probability(row["x"], row["n"], rule)
        assert near(got.probability, row["PP"])
        if "table" in row:
            assert list(got.y) == row["table"]["y"]
            assert np.allclose(got.chance, row["table"]["prob_y"], rtol=1e-9)
            assert np.allclose(got.prob_above, row["table"]["post_gt_p0"], rtol=1e-9)
            assert round(got.probability, 4) == 0.5656  # as published


def test_futility_boundary(oracle):
    case = oracle("predictive_probability_boundary")
    given, want = case["inputs"], case["expected"]
    prior = BetaPrior(given["a"], given["b"])
    rule = PredictiveRule(given["N"], given["p0"], prior, given["theta_T"], given["theta_L"])
    got = predictive_boundary(rule)
    assert list(got.n) == want["n"]
    assert list(got.stop_at_most) == want["stop_if_responses_le"]


def test_toxicity_boundaries(oracle):
    rows = oracle("toxicity_boundary")["expected"]["prior_mean_cut"]
    assert len(rows) == 4
    for row in rows:
        limit = 1 / 3 if round(row["p_tox"], 6) == 0.333333 else row["p_tox"]
        rule = ToxicityRule(limit, BetaPrior(row["a"], row["b"]), row["cutoff"])
        got = toxicity_boundary(rule, row["N"])
        assert list(got.stop_at_least) == row["stop_if_toxicities_ge"]
