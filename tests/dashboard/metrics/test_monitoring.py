"""Two-stage designs, Bayesian rules, subgroups and shrinkage: decisions and invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from dashboard.metrics.bayes import (
    BetaPrior,
    FutilityBoundary,
    Predictive,
    PredictiveRule,
    ToxicityRule,
    ToxicityStatus,
    posterior,
    predictive_boundary,
    predictive_probability,
    thall_simon,
    toxicity_boundary,
    toxicity_status,
)
from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.shrinkage import Shrinkage, ShrinkageOptions, shrink
from dashboard.metrics.simon import (
    SimonDesign,
    SimonDesigns,
    SimonStatus,
    TwoStageInference,
    characteristics,
    conditional_test,
    find_designs,
    rejects,
    simon_status,
    two_stage_inference,
)
from dashboard.metrics.subgroups import Group, SubgroupTable, shrink_subgroups, subgroup_rates
from dashboard.metrics.types import AnalysisSet

DESIGN = SimonDesign(1, 10, 5, 29, 0.1, 0.3)
YES, NO, WAIT = "responder", "non-responder", "pending"


def status(*states):
    return simon_status(DESIGN, [f"P{i}" for i in range(len(states))], states)


def test_published_design_has_its_published_characteristics():
    got = characteristics(DESIGN)
    assert (round(got.mean_n_p0, 2), round(got.stop_early_p0, 3)) == (15.01, 0.736)
    assert got.alpha <= 0.05
    assert got.power >= 0.80
    found = find_designs(0.1, 0.3)
    assert found.optimal.design == DESIGN
    assert SimonDesigns.from_json(found.to_json()) == found


def test_rejection_probability_by_enumeration():
    p = 0.27
    ways = sum(
        math.comb(10, a) * math.comb(19, b) * p ** (a + b) * (1 - p) ** (29 - a - b)
        for a in range(2, 11)
        for b in range(20)
        if a + b > 5
    )
    assert math.isclose(rejects(DESIGN, p), ways, rel_tol=1e-12)


@pytest.mark.parametrize("bad", [(5, 5, 8, 20), (1, 10, 0, 29), (1, 10, 5, 10), (1, 10, 29, 29)])
def test_impossible_designs_are_refused(bad):
    with pytest.raises(ValueError, match="no two-stage design"):
        SimonDesign(*bad, 0.1, 0.3)
    with pytest.raises(ValueError, match="p0 < p1"):
        SimonDesign(1, 10, 5, 29, 0.3, 0.1)


@pytest.mark.parametrize(
    ("states", "stage", "decision", "more"),
    [
        ((), 1, "open", 2),
        ((NO,) * 9 + (WAIT,), 1, "stop", 2),  # even a response of the last would not do
        ((NO,) * 8 + (WAIT,) * 2, 1, "open", 2),
        ((YES,) + (NO,) * 8 + (WAIT,), 1, "open", 1),
        ((YES,) + (NO,) * 9, 1, "stop", 1),
        ((YES,) * 2 + (WAIT,) * 8, 1, "continue", 0),
        ((YES,) * 2 + (NO,) * 9, 2, "open", 4),
        ((YES,) * 6 + (NO,) * 5, 2, "active", 0),
        ((YES,) * 2 + (NO,) * 27, 2, "not active", 4),
        ((YES,) * 2 + (NO,) * 23 + (WAIT,) * 4, 2, "open", 4),
        ((YES,) * 2 + (NO,) * 24 + (WAIT,) * 3, 2, "not active", 4),
    ],
)
def test_where_the_trial_stands(states, stage, decision, more):
    got = status(*states)
    assert (got.stage, got.decision, got.more_to_pass) == (stage, decision, more)
    assert SimonStatus.from_json(got.to_json()) == got


def test_stage_one_is_the_first_patients_by_enrolment_not_the_first_results():
    """Two responders among patients 11 and 12 do not rescue stage 1."""
    got = status(*(NO,) * 10, YES, YES)
    assert (got.stage, got.decision, got.responders) == (1, "stop", 0)


def test_pending_stage_one_stays_open_while_later_patients_enrol():
    got = status(YES, *(NO,) * 8, WAIT, *(YES,) * 5)
    assert (got.stage, got.decision, got.pending) == (1, "open", ("P9",))


def test_patients_beyond_the_design_are_named_and_not_counted():
    got = status(*(YES,) * 3, *(NO,) * 26, *(YES,) * 9)
    assert (got.decision, got.responders, len(got.overrun)) == ("not active", 3, 9)


def test_another_second_stage_needs_the_conditional_test():
    planned = conditional_test(2, 4, 19, DESIGN)
    assert planned.active
    assert math.isclose(planned.p_value, planned.left_alpha)
    assert not conditional_test(2, 3, 19, DESIGN).active
    assert conditional_test(2, 4, 25, DESIGN).p_value > planned.p_value
    with pytest.raises(ValueError, match="stage 1 did not pass"):
        conditional_test(1, 4, 19, DESIGN)
    with pytest.raises(ValueError, match="20 responses"):
        conditional_test(2, 20, 19, DESIGN)


def test_estimate_after_two_stages_is_unbiased_and_the_naive_one_is_not():
    p = 0.2
    n2 = DESIGN.n - DESIGN.n1
    mean = {"umvue": 0.0, "naive": 0.0}
    for a in range(11):
        first = math.comb(10, a) * p**a * (1 - p) ** (10 - a)
        outcomes = [(a, first)]
        if a > DESIGN.r1:
            outcomes = [
                (a + b, first * math.comb(n2, b) * p**b * (1 - p) ** (n2 - b))
                for b in range(n2 + 1)
            ]
        for x, chance in outcomes:
            got = two_stage_inference(x, DESIGN)
            mean["umvue"] += chance * got.umvue
            mean["naive"] += chance * got.naive
    assert math.isclose(mean["umvue"], p, rel_tol=1e-9)
    assert mean["naive"] < p - 0.01


def test_interval_after_two_stages_covers_what_it_says():
    results = {x: two_stage_inference(x, DESIGN, level=0.9) for x in range(30)}
    for p in np.linspace(0.03, 0.7, 30):
        covered = covered_clinfun = 0.0
        for a in range(11):
            first = math.comb(10, a) * p**a * (1 - p) ** (10 - a)
            outcomes = (
                [(a, first)]
                if a <= 1
                else [
                    (a + b, first * math.comb(19, b) * p**b * (1 - p) ** (19 - b))
                    for b in range(20)
                ]
            )
            for x, chance in outcomes:
                covered += chance * (results[x].lower <= p <= results[x].upper)
                covered_clinfun += chance * (results[x].lower <= p <= results[x].upper_clinfun)
        assert covered >= 0.9 - 1e-9
        assert covered_clinfun <= covered
    assert TwoStageInference.from_json(results[6].to_json()) == results[6]
    with pytest.raises(ValueError, match="responses"):
        two_stage_inference(30, DESIGN)


def test_success_needs_more_than_the_threshold_not_the_threshold():
    prior = BetaPrior(1, 1)
    exact = posterior(9, 10, p0=0.5, prior=prior).prob_above
    at = PredictiveRule(10, 0.5, prior, exact)
    below = PredictiveRule(10, 0.5, prior, exact - 1e-12)
    assert predictive_probability(9, 10, at).probability == 0
    assert predictive_probability(9, 10, below).probability == 1


def test_default_prior_has_mean_p0_and_the_weight_of_one_patient():
    got = posterior(0, 0, p0=0.2)
    assert (got.prior.a, got.prior.b, got.mean) == (0.2, 0.8, 0.2)
    with pytest.raises(ValueError, match="no prior"):
        BetaPrior(0, 1)


RULE = PredictiveRule(29, 0.1, BetaPrior(0.1, 0.9), 0.9, 0.05)


def test_more_patients_than_planned_are_refused():
    with pytest.raises(ValueError, match="more than the 29 planned"):
        predictive_probability(3, 30, RULE)
    with pytest.raises(ValueError, match="no proportion"):
        predictive_probability(4, 3, RULE)


def test_boundary_is_where_the_rule_fires():
    bounds = predictive_boundary(RULE)
    for n, stop in zip(bounds.n, bounds.stop_at_most, strict=True):
        if stop >= 0:
            assert predictive_probability(stop, n, RULE).futile
        if stop < n:
            assert not predictive_probability(stop + 1, n, RULE).futile
    assert FutilityBoundary.from_json(bounds.to_json()) == bounds
    got = predictive_probability(3, 10, RULE)
    assert Predictive.from_json(got.to_json()) == got


@settings(deadline=None)
@given(st.integers(0, 28), st.integers(0, 28))
def test_one_more_response_never_lowers_the_chance(n, x):
    x = min(x, n)
    one, more = (predictive_probability(k, n + 1, RULE).probability for k in (x, x + 1))
    assert one <= more + 1e-12
    got = predictive_probability(x, n, RULE)
    assert math.isclose(sum(got.chance), 1, rel_tol=1e-9)


def test_a_third_is_a_fraction_not_its_rounding():
    third, rounded = (ToxicityRule(p, BetaPrior(1, 1), 0.9) for p in (1 / 3, 0.30))
    assert toxicity_boundary(third, 30) != toxicity_boundary(rounded, 30)


def test_toxicity_status_counts_what_is_missing_to_the_boundary():
    rule = ToxicityRule(0.30, BetaPrior(0.6, 1.4), 0.90)
    got = toxicity_status(2, 6, rule)
    assert (got.boundary, got.more_to_stop, got.stop) == (4, 2, False)
    assert toxicity_status(4, 6, rule).stop
    assert toxicity_status(5, 6, rule).more_to_stop == 0
    assert toxicity_status(1, 1, rule).boundary is None
    nobody = toxicity_status(0, 0, rule)
    assert (nobody.prob_above, nobody.stop) == (None, False)
    assert ToxicityStatus.from_json(nobody.to_json()) == nobody


def test_thall_simon_by_closed_form():
    flat = BetaPrior(1, 1)
    same = thall_simon(0, 0, prior=flat, standard=flat)
    assert math.isclose(same.probability, 0.5, rel_tol=1e-9)
    shifted = thall_simon(0, 0, prior=flat, standard=flat, delta=0.2)
    assert math.isclose(shifted.probability, 0.8**2 / 2, rel_tol=1e-9)

    def beats(a, b, c, d):
        """P(Beta(a, b) > Beta(c, d)) for whole a."""
        log_beta = special.betaln
        terms = [
            log_beta(c + i, b + d) - math.log(b + i) - log_beta(1 + i, b) - log_beta(c, d)
            for i in range(a)
        ]
        return sum(math.exp(t) for t in terms)

    got = thall_simon(6, 20, prior=flat, standard=BetaPrior(5, 45))
    assert math.isclose(got.probability, beats(7, 15, 5, 45), rel_tol=1e-10)
    sharp = thall_simon(3, 9, prior=flat, standard=BetaPrior(0.3, 0.9))
    assert math.isclose(sharp.probability, beats(4, 7, 0.3, 0.9), rel_tol=1e-8)


MEMBERS = AnalysisSet("enrolled", "Enrolled", tuple("ABCDEFGHIJ"), (), "all")
OVERALL = patient_proportion("ORR", "ORR", ["A", "B", "F"], MEMBERS)
PLATINUM = Group("platinum", "Platinum", ("A", "B", "C", "D", "E", "F", "G"))
CARBO = Group("carboplatin", "Carboplatin", ("A", "B", "C", "stranger"))
TAXANE = Group("taxane", "Taxane", ("H", "I"))


def test_overlapping_groups_show_raw_counts_and_say_so():
    got = subgroup_rates(OVERALL, MEMBERS, [PLATINUM, CARBO, TAXANE])
    counts = [(r.rate.headline.x, r.rate.headline.n, r.small) for r in got.rows]
    assert counts == [(3, 7, False), (2, 3, True), (0, 2, True)]
    assert got.overlapping
    assert [r.shares_with for r in got.rows] == [("carboplatin",), ("platinum",), ()]
    assert got.in_no_group == ("J",)
    assert SubgroupTable.from_json(got.to_json()) == got
    with pytest.raises(ValueError, match="only a disjoint partition"):
        shrink_subgroups(got)


def test_a_partition_adds_up_and_may_be_shrunk():
    rest = Group("rest", "Rest", ("J",))
    got = subgroup_rates(OVERALL, MEMBERS, [PLATINUM, TAXANE, rest], min_group=2)
    assert sum(r.rate.headline.x for r in got.rows) == OVERALL.headline.x
    assert sum(r.rate.headline.n for r in got.rows) == OVERALL.headline.n
    assert [r.small for r in got.rows] == [False, False, True]
    pulled = shrink_subgroups(got)
    raw = [r.rate.headline.estimate for r in got.rows]
    for group, x in zip(pulled.groups, raw, strict=True):
        assert group.lower < group.mean < group.upper
        assert abs(group.mean - 0.3) < abs(x - 0.3) + 0.05


def test_an_empty_group_gets_its_prior_not_zero():
    got = shrink(["a", "b"], [4, 0], [10, 0])
    assert 0.2 < got.groups[1].mean < 0.6
    assert got.groups[1].upper - got.groups[1].lower > got.groups[0].upper - got.groups[0].lower
    assert Shrinkage.from_json(got.to_json()) == got


def test_impossible_groups_are_refused():
    for groups, x, n in (([], [], []), (["a"], [2], [1]), (["a"], [1, 2], [3, 3])):
        with pytest.raises(ValueError, match=r"length|responders"):
            shrink(groups, x, n)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.integers(0, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
        max_size=6,
    ),
    st.randoms(),
)
@pytest.mark.parametrize("model", ["Berry", "EXNEX"])
def test_shrinkage_does_not_depend_on_the_order_of_groups(model, rows, random):
    options = ShrinkageOptions(model=model)
    names = [f"g{i}" for i in range(len(rows))]
    got = shrink(names, *zip(*rows, strict=True), options)
    order = list(range(len(rows)))
    random.shuffle(order)
    moved = shrink([names[i] for i in order], *zip(*(rows[i] for i in order), strict=True), options)
    by_name = {g.group: g for g in moved.groups}
    for g in got.groups:
        assert math.isclose(g.mean, by_name[g.group].mean, rel_tol=1e-9)
        assert 0 <= g.lower < g.median < g.upper <= 1


def test_a_thousand_patients_in_a_group_speak_for_themselves():
    got = shrink(["a", "b"], [500, 0], [1000, 3])
    assert abs(got.groups[0].mean - 0.5) < 0.005
    assert math.isclose(got.groups[0].lower, 0.469, abs_tol=0.001)
    with pytest.raises(ValueError, match="needs no shrinkage"):
        shrink(["a"], [500], [2001])
