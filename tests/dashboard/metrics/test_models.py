"""Cox, log-rank, restricted mean and cumulative incidence: edges and invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from dashboard.metrics.competing import CumulativeIncidence, cumulative_incidence
from dashboard.metrics.cox import Cox, CoxOptions, cox, per_sd
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.logrank import LogRank, log_rank
from dashboard.metrics.rmst import Rmst, restricted_mean

TIME = [5, 6, 6, 8, 9, 9, 9, 12, 15, 20]
EVENT = [1, 1, 0, 1, 1, 1, 0, 1, 0, 1]
AGE = np.array([61, 45, 52, 70, 38, 66, 47, 59, 50, 41], dtype=float)


def test_hazard_ratio_per_sd_uses_n_minus_one():
    assert np.isclose(per_sd(AGE).std(ddof=1), 1)
    with pytest.raises(ValueError, match="does not vary"):
        per_sd([3.0, 3.0])
    with pytest.raises(ValueError, match="does not vary"):
        per_sd([3.0])


def test_ties_matter():
    one, other = (
        cox(TIME, EVENT, per_sd(AGE)[:, None], ["age"], CoxOptions(ties=t))
        for t in ("efron", "breslow")
    )
    assert abs(one.coef[0] - other.coef[0]) > 1e-4
    assert one.method == "Cox, Efron ties"


def test_few_events_are_flagged():
    assert not cox(TIME, EVENT, AGE[:, None], ["age"]).few_events
    x = np.column_stack([AGE, np.arange(10) % 2])
    assert cox(TIME, EVENT, x, ["age", "sex"]).few_events


@pytest.mark.parametrize(
    ("event", "x", "note"),
    [
        ([0] * 10, AGE[:, None], "no events"),
        (EVENT, np.zeros((10, 1)), "no finite maximum likelihood estimate"),
        (EVENT, np.column_stack([AGE, 2 * AGE]), "no finite maximum likelihood estimate"),
        ([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [[1]] * 4 + [[0]] * 6, "no finite maximum"),
    ],
)
def test_what_has_no_estimate_says_so(event, x, note):
    x = np.array(x, dtype=float)
    got = cox(TIME, event, x, ["a", "b"][: x.shape[1]])
    assert set(got.hr) == {None}
    assert note in got.note
    assert Cox.from_json(got.to_json()) == got


def test_a_covariate_in_tiny_units_has_an_open_limit_not_an_overflow():
    got = cox(TIME, EVENT, AGE[:, None] * 1e-6, ["age"])
    assert got.coef[0] is not None
    assert got.upper[0] is None or got.upper[0] > 1


def test_missing_covariates_are_refused_not_dropped():
    with pytest.raises(ValueError, match="missing values"):
        cox(TIME, EVENT, np.where(AGE > 60, np.nan, AGE)[:, None], ["age"])


def test_score_of_a_two_group_cox_model_is_the_log_rank_test_without_ties():
    rng = np.random.default_rng(3)
    time, event = np.arange(1, 41), rng.random(40) < 0.7
    group = rng.integers(0, 2, 40)
    fit = cox(time, event, group[:, None].astype(float), ["g"])
    test = log_rank(time, event, group)
    assert abs(2 * (fit.loglik - fit.loglik_null) - test.chisq) < 0.3
    assert abs(fit.p[0] - test.p) < 0.03


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(10)), st.floats(0.5, 40), st.floats(-50, 50))
def test_order_scale_and_origin_of_a_covariate_do_not_matter(order, scale, shift):
    base = cox(TIME, EVENT, AGE[:, None], ["age"])
    x = (AGE * scale + shift)[order]
    got = cox(np.array(TIME)[order], np.array(EVENT)[order], x[:, None], ["age"])
    assert np.isclose(got.coef[0] * scale, base.coef[0], rtol=1e-7)
    assert np.isclose(got.p[0], base.p[0], rtol=1e-7)
    assert np.isclose(got.loglik, base.loglik)


def test_log_rank_needs_two_groups_and_an_event():
    alone = log_rank([1, 2], [1, 1], ["a", "a"])
    assert (alone.df, alone.chisq, alone.p) == (0, None, None)
    quiet = log_rank([1, 2], [0, 0], ["a", "b"])
    assert (quiet.chisq, quiet.expected) == (None, (0.0, 0.0))
    assert log_rank([], [], []).group == ()
    assert LogRank.from_json(quiet.to_json()) == quiet


def test_log_rank_of_three_arms(adam, expected):
    rows = adam("random_cdisc", "adtte")
    for paramcd in ("PFS", "OS"):
        part = rows[rows["PARAMCD"] == paramcd]
        want = expected("random_cdisc")["tte"][paramcd]["logrank_across_arms"]
        got = log_rank(part["AVAL"], part["CNSR"] == 0, part["ARM"])
        assert np.isclose(got.chisq, want["chisq"], rtol=1e-8)
        assert (got.df, np.isclose(got.p, want["p"], rtol=1e-8)) == (want["df"], True)


def test_cox_by_arm(adam, expected):
    rows = adam("random_cdisc", "adtte")
    part = rows[rows["PARAMCD"] == "PFS"]
    want = expected("random_cdisc")["subgroup_BMRKR2_PFS"]
    names = ["A: Drug X", "C: Combination"]
    x = np.column_stack([(part["ARM"] == n).to_numpy(float) for n in names])
    got = cox(part["AVAL"], part["CNSR"] == 0, x, names)
    for i, name in enumerate(names):
        assert np.isclose(got.hr[i], want["coxph_efron_HR"][f"ARM{name}"], rtol=1e-8)
        assert np.isclose(got.lower[i], want["lower"][f"ARM{name}"], rtol=1e-8)
        assert np.isclose(got.upper[i], want["upper"][f"ARM{name}"], rtol=1e-8)


def test_restricted_mean_of_uncensored_times_is_their_mean():
    curve = kaplan_meier([2, 4, 9], [1, 1, 1])
    assert np.isclose(restricted_mean(curve, 9).estimate, 5)
    assert np.isclose(restricted_mean(curve, 3).estimate, (2 + 3 + 3) / 3)


def test_restricted_mean_is_not_estimable_beyond_follow_up():
    censored, dead = kaplan_meier([2, 5], [1, 0]), kaplan_meier([2, 5], [1, 1])
    got = restricted_mean(censored, 6)
    assert (got.estimate, got.se, got.lower) == (None, None, None)
    assert restricted_mean(censored, 5).estimate == 3.5
    assert restricted_mean(dead, 6).estimate == 3.5
    assert restricted_mean(kaplan_meier([], []), 5).estimate is None
    with pytest.raises(ValueError, match="not positive"):
        restricted_mean(dead, 0)
    assert Rmst.from_json(got.to_json()) == got


causes = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=30)


@given(causes)
def test_incidences_and_survival_add_up_to_one(rows):
    time, cause = map(np.array, zip(*rows, strict=True))
    one = cumulative_incidence(time, cause)
    other = cumulative_incidence(time, np.array([0, 2, 1])[cause])
    both = kaplan_meier(time, cause > 0)
    total = np.array(one.estimate) + np.array(other.estimate) + np.array(both.survival)
    assert np.allclose(total, 1)
    assert list(one.time) == list(both.time)
    assert CumulativeIncidence.from_json(one.to_json()) == one


@given(causes)
def test_naive_one_minus_kaplan_meier_never_understates(rows):
    time, cause = map(np.array, zip(*rows, strict=True))
    curve = cumulative_incidence(time, cause)
    naive = 1 - np.array(kaplan_meier(time, cause == 1).survival)
    assert (np.array(curve.estimate) <= naive + 1e-12).all()
    for f, lower, upper in zip(curve.estimate, curve.lower, curve.upper, strict=True):
        assert lower is None or 0 <= lower <= f + 1e-12 <= upper + 1e-9 <= 1 + 1e-9


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=30))
def test_without_competition_incidence_is_one_minus_kaplan_meier(rows):
    time, event = map(np.array, zip(*rows, strict=True))
    curve = cumulative_incidence(time, event.astype(int))
    assert np.allclose(curve.estimate, 1 - np.array(kaplan_meier(time, event).survival))


def test_incidence_after_the_last_observation():
    open_ = cumulative_incidence([3, 9], [1, 0])
    assert (open_.at(9).estimate, open_.at(10).estimate) == (0.5, None)
    closed = cumulative_incidence([3, 9], [1, 2])
    assert closed.at(10).estimate == 0.5
    assert cumulative_incidence([], []).at(5).estimate is None
    assert cumulative_incidence([3], [1]).at(1).estimate == 0.0


def test_bad_causes_and_times_are_refused():
    with pytest.raises(ValueError, match="causes are 0"):
        cumulative_incidence([1], [3])
    with pytest.raises(ValueError, match="missing or negative"):
        cumulative_incidence([np.nan], [1])
    with pytest.raises(ValueError, match="shape"):
        cumulative_incidence([1, 2], [1])


def test_p_value_of_the_statistic():
    got = log_rank(TIME, EVENT, np.arange(10) % 2)
    assert np.isclose(got.p, special.chdtrc(1, got.chisq))
    assert sum(got.observed) == sum(EVENT)
    assert np.isclose(sum(got.expected), sum(EVENT))
