"""Kaplan-Meier: where packages disagree, what is not estimable, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from dashboard.metrics.kaplan_meier import KaplanMeier, KaplanMeierOptions, kaplan_meier

FLAT = ([6, 6, 87, 87, 118, 118], [1, 1, 1, 0, 0, 0])

records = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40)
conf_types = st.sampled_from(["log-log", "log", "plain"])


def fit(rows, conf_type="log-log"):
    time, event = zip(*rows, strict=True)
    return kaplan_meier(time, event, KaplanMeierOptions(conf_type=conf_type))


def test_nobody():
    curve = kaplan_meier([], [])
    assert (curve.n, curve.time, curve.median.estimate) == (0, (), None)
    assert curve.rate(10).survival is None
    assert curve.at_risk([0, 5]).n_at_risk == (0, 0)
    assert KaplanMeier.from_json(curve.to_json()) == curve


def test_missing_or_negative_times_are_refused():
    for bad in (np.nan, -1.0, np.inf):
        with pytest.raises(ValueError, match="missing or negative"):
            kaplan_meier([3.0, bad], [1, 0])
    with pytest.raises(ValueError, match="events are 1"):
        kaplan_meier([3.0], [2])
    with pytest.raises(ValueError, match="shape"):
        kaplan_meier([3.0, 4.0], [1])


@pytest.mark.parametrize("n", range(2, 101, 2))
def test_median_of_uncensored_days_is_the_midpoint(n):
    """Round-off in exp(cumsum(log)) gives n/2 or n/2 + 1 for some n; R gives n/2 + 1/2 for all."""
    assert kaplan_meier(np.arange(1, n + 1), np.ones(n)).median.estimate == n / 2 + 0.5


def test_quartiles_of_four_events():
    got = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    assert [q.estimate for q in got.quartiles] == [1.5, 2.5, 3.5]


def test_flat_half_to_the_end_is_the_midpoint_with_a_footnote():
    got = kaplan_meier(*FLAT).median
    assert got.estimate == 102.5
    assert got.flat == (87.0, 118.0)
    assert got.sas_not_estimable
    final_event = kaplan_meier(FLAT[0], [1, 1, 1, 0, 1, 1]).median
    assert (final_event.estimate, final_event.sas_not_estimable) == (102.5, False)


def test_upper_limit_of_the_median_is_open_when_the_curve_reaches_zero():
    assert kaplan_meier([2, 3, 5, 7, 11], [1, 1, 1, 1, 1]).median.upper is None


def test_interval_is_not_estimable_at_zero_and_at_one():
    curve = kaplan_meier([1, 2, 3], [0, 1, 1])
    assert (curve.survival[0], curve.lower[0], curve.upper[0]) == (1.0, None, None)
    assert (curve.survival[-1], curve.lower[-1], curve.upper[-1], curve.se[-1]) == (0, *[None] * 3)


def test_rate_after_the_last_observation():
    assert kaplan_meier([5, 9], [1, 0]).rate(10).survival is None
    assert kaplan_meier([5, 9], [1, 1]).rate(10).survival == 0.0
    assert kaplan_meier([5, 9], [1, 1]).rate(10).lower is None


def test_six_months_ends_after_day_182():
    before, after = (kaplan_meier([d, 400], [1, 0]).rate(182.625).survival for d in (182, 183))
    assert (before, after) == (0.5, 1.0)


def test_events_precede_censorings_on_the_same_day():
    assert kaplan_meier([4, 4], [1, 0]).survival == (0.5,)


def test_at_risk_counts_everyone_not_yet_gone():
    table = kaplan_meier([2, 5, 5, 8, 8, 12], [1, 1, 0, 0, 1, 0]).at_risk([0, 2, 5, 6, 8, 12, 13])
    assert table.n_at_risk == (6, 6, 5, 3, 3, 1, 0)
    assert table.n_event == (0, 0, 1, 2, 2, 3, 3)
    assert table.n_censored == (0, 0, 0, 1, 1, 2, 3)


def test_thin_part_of_the_curve():
    curve = kaplan_meier(np.arange(1, 101), np.ones(100))
    assert curve.thin_from() == 92  # nine at risk of a hundred
    assert kaplan_meier(np.arange(1, 21), np.ones(20)).thin_from() == 17  # four at risk
    assert kaplan_meier([3] * 40, [1] * 40).thin_from() is None


def test_fractional_times_that_differ_by_rounding_are_tied():
    assert kaplan_meier([0.1 + 0.2, 0.3, 1.7], [1, 1, 0]).time == (0.3, 1.7)


def test_whole_days_and_sorting_give_the_same_curve():
    rng = np.random.default_rng(7)
    days, event = rng.integers(0, 50, 300), rng.random(300) < 0.6
    counted = kaplan_meier(days, event)
    sorted_ = kaplan_meier(days + 2_000_000, event)
    assert counted.survival == sorted_.survival
    assert counted.n_at_risk == sorted_.n_at_risk


def test_quantile_probability_is_checked():
    with pytest.raises(ValueError, match="between 0 and 1"):
        kaplan_meier([1], [1]).quantile(1.0)


@given(records, conf_types, st.randoms())
def test_order_of_patients_does_not_matter(rows, conf_type, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert fit(rows, conf_type) == fit(shuffled, conf_type)


@given(records)
def test_a_patient_censored_before_the_first_event_changes_no_survival(rows):
    events = [t for t, e in rows if e]
    if not events or min(events) == 0:
        return
    before = fit(rows)
    after = fit([*rows, (min(events) - 1, False)])
    for time in range(61):
        one, other = before.rate(time).survival, after.rate(time).survival
        assert one == other or abs(one - other) < 1e-12


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_curve_and_that_of_its_censorings_share_out_who_left(events):
    """With distinct times S(t) times the reverse curve is the share still there after t."""
    rows = [(t, e) for t, e in enumerate(events, 1)]
    curve, reverse = fit(rows), fit([(t, not e) for t, e in rows])
    left = [1 - t / len(rows) for t in range(1, len(rows) + 1)]
    product = np.array(curve.survival) * np.array(reverse.survival)
    assert np.allclose(product, left, atol=1e-12)
    assert (curve.events, curve.censored) == (reverse.censored, reverse.events)


@given(records, conf_types)
def test_curve_falls_limits_hold_it_and_counts_add_up(rows, conf_type):
    curve = fit(rows, conf_type)
    assert all(a >= b for a, b in zip(curve.survival, curve.survival[1:], strict=False))
    for s, lower, upper in zip(curve.survival, curve.lower, curve.upper, strict=True):
        assert (lower is None) == (upper is None)
        if lower is not None:
            assert 0 <= lower <= s <= upper <= 1
    table = curve.at_risk(range(62))
    parts = zip(table.n_at_risk, table.n_event, table.n_censored, strict=True)
    assert all(sum(p) == len(rows) for p in parts)


@given(records)
def test_higher_level_contains_lower(rows):
    time, event = zip(*rows, strict=True)
    wide, narrow = (
        kaplan_meier(time, event, KaplanMeierOptions(level=level)) for level in (0.95, 0.90)
    )
    for a, b, c, d in zip(wide.lower, narrow.lower, narrow.upper, wide.upper, strict=True):
        assert a is None or a <= b <= c <= d


@given(records, conf_types)
def test_json_round_trip(rows, conf_type):
    curve = fit(rows, conf_type)
    assert KaplanMeier.from_json(curve.to_json()) == curve


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=2, max_size=40))
def test_agrees_with_lifelines_where_lifelines_is_right(rows):
    time, event = zip(*rows, strict=True)
    other = KaplanMeierFitter().fit(time, event)
    curve = fit(rows)
    table = other.confidence_interval_
    for t, s, lower, upper in zip(
        curve.time, curve.survival, curve.lower, curve.upper, strict=True
    ):
        assert abs(other.survival_function_.loc[t].iloc[0] - s) < 1e-9
        if lower is not None:
            assert abs(table.loc[t].iloc[0] - lower) < 1e-9
            assert abs(table.loc[t].iloc[1] - upper) < 1e-9
