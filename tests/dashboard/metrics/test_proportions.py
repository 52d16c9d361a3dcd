"""One proportion: borders, one-sided bounds, and what an interval must always satisfy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.proportions import METHODS, exact_p_greater, patient_proportion, proportion
from dashboard.metrics.types import AnalysisSet, Exclusion, PatientProportion

every_method = pytest.mark.parametrize("method", METHODS)
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def members(*ids: str) -> AnalysisSet:
    return AnalysisSet("enrolled", "Enrolled", ids, (Exclusion("S9", "screen failure"),), "ENRLFL")


@every_method
def test_nobody_gives_not_estimable_not_zero(method):
    got = proportion(0, 0, method=method)
    assert (got.estimate, got.lower, got.upper) == (None, None, None)


@every_method
def test_none_of_ten_and_all_of_ten_touch_the_border(method):
    assert proportion(0, 10, method=method).lower == 0
    assert proportion(0, 10, method=method).upper < 0.5
    assert proportion(10, 10, method=method).upper == 1
    assert proportion(10, 10, method=method).lower > 0.5


def test_three_of_ten():
    got = proportion(3, 10)
    assert (round(got.lower, 4), round(got.upper, 4)) == (0.0667, 0.6525)


@pytest.mark.parametrize(("x", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(ValueError, match="is no proportion"):
        proportion(x, n)


def test_no_patients_no_p_value():
    assert exact_p_greater(0, 0, 0.1) is None
    assert exact_p_greater(0, 5, 0.1) == 1.0


def test_patients_outside_the_set_are_not_counted():
    got = patient_proportion("ORR", "ORR", ["S1", "S7"], members("S1", "S2"))
    assert (got.headline.x, got.headline.n) == (1, 2)
    assert (got.numerator, got.denominator) == (("S1",), ("S1", "S2"))
    assert got.excluded == (Exclusion("S9", "screen failure"),)
    assert got.headline.method == "Clopper-Pearson"


@given(counts)
@every_method
def test_estimate_lies_inside(method, xn):
    got = proportion(*xn, method=method)
    assert 0 <= got.lower <= got.estimate <= got.upper <= 1


@given(counts)
@every_method
def test_complement_mirrors_the_interval(method, xn):
    x, n = xn
    one, other = proportion(x, n, method=method), proportion(n - x, n, method=method)
    assert math.isclose(one.lower, 1 - other.upper, abs_tol=1e-9)
    assert math.isclose(one.upper, 1 - other.lower, abs_tol=1e-9)


@given(counts)
@every_method
def test_higher_level_contains_lower(method, xn):
    wide, narrow = (proportion(*xn, method=method, level=level) for level in (0.95, 0.90))
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


@given(counts.filter(lambda xn: xn[0] < xn[1]))
@every_method
def test_one_more_responder_never_lowers_a_limit(method, xn):
    x, n = xn
    one, more = proportion(x, n, method=method), proportion(x + 1, n, method=method)
    assert one.lower <= more.lower
    assert one.upper <= more.upper


@given(counts)
def test_jeffreys_lies_inside_clopper_pearson(xn):
    exact, jeffreys = proportion(*xn), proportion(*xn, method="Jeffreys")
    assert exact.lower <= jeffreys.lower + 1e-12
    assert jeffreys.upper <= exact.upper + 1e-12


@given(st.integers(0, 30))
def test_clopper_pearson_covers_what_it_says(x_of_30):
    """At any true rate the exact interval misses at most 5%."""
    p = x_of_30 / 30
    missed = sum(
        math.comb(12, x) * p**x * (1 - p) ** (12 - x)
        for x in range(13)
        if not proportion(x, 12).lower - 1e-12 <= p <= proportion(x, 12).upper + 1e-12
    )
    assert missed <= 0.05 + 1e-9


@given(st.lists(st.sampled_from("ABCDEFGH"), unique=True), st.sets(st.sampled_from("ABCDEFGH")))
def test_json_round_trip(ids, responders):
    result = patient_proportion("DCR", "DCR", sorted(responders), members(*ids))
    assert PatientProportion.from_json(result.to_json()) == result
