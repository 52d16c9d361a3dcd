"""Markers by patient, response, composition, normal range and outcome, counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.cox import cox
from dashboard.metrics.marker_composition import composition_changes, exclusive, partitions
from dashboard.metrics.marker_heat import heat_rows
from dashboard.metrics.marker_outcome import at_risk, hazard, landmark_of, strata
from dashboard.metrics.marker_response import by_response
from dashboard.metrics.markers import DIFFERENCE, RATIO, Marker, MarkerValues
from dashboard.metrics.normal_ranges import against_ranges, published
from dashboard.metrics.response_order import TimeOrder
from dashboard.metrics.sample_pairs import Pairs
from dashboard.metrics.sample_table import Visits
from dashboard.metrics.thirds import thirds
from dashboard.metrics.time_to_event import TimeToEvent
from tests.dashboard.metrics.test_markers import changes, marker


def subset(code, gate, parent="LYMPHOCYTES", unit="%", scale=DIFFERENCE):
    return Marker(code, code, unit, gate, parent, scale, "panel", 0)


def pairs_of(n):
    visits = Visits("Baseline", "Week 6", "hand")
    names = tuple(f"P{i}" for i in range(n))
    return Pairs(visits, names, np.arange(n), np.arange(n, 2 * n), ())


def values_of(**columns):
    """Per code (before, after)."""
    made = {c: np.array([*b, *a], float) for c, (b, a) in columns.items()}
    return MarkerValues(made, {c: np.zeros(len(v), bool) for c, v in made.items()})


# --- the map of change ----------------------------------------------------------------------------


def test_a_change_is_told_in_sds_before_treatment():
    """Before 1, 2, 3 has SD 1; of logarithms of 1, e, e^2 the SD is 1 as well."""
    plain = changes({"A": ([1, 2, 3], [2, 2, 1])})
    (row,) = heat_rows(plain, ["P2", "P0", "P1", "P9"])
    assert row.sd == 1
    assert row.z == (-2, 1, 0, None)
    logged = changes({"A": ([1, math.e, math.e**2], [math.e, math.e, 1])}, [marker(scale=RATIO)])
    (row,) = heat_rows(logged, ["P0", "P1", "P2"])
    assert row.sd == pytest.approx(1)
    assert row.z == pytest.approx((1, 0, -2))


def test_two_pairs_or_one_value_have_no_scale():
    (row,) = heat_rows(changes({"A": ([1, 2], [2, 3])}), ["P0", "P1"])
    assert (row.sd, row.z) == (None, (None, None))
    (row,) = heat_rows(changes({"A": ([2, 2, 2], [2, 3, 4])}), ["P0", "P1", "P2"])
    assert row.sd is None


# --- by response ----------------------------------------------------------------------------------


def order(responders, others):
    groups = {"responders": tuple(responders), "non-responders": tuple(others)}
    return TimeOrder("by hand", groups, ())


def test_responders_against_others_by_hand():
    """4, 5 against 1, 2, 3: all 6 pairs higher, p = 2/10, shift = median of 1 2 3 2 3 4."""
    own = {"A": 4, "B": 5, "C": 1, "D": 2, "E": 3, "X": 99}
    (row,) = by_response([marker()], [own], order("AB", "CDE"))
    assert (row.rank.auc, row.shift, row.rank.p) == (1, 2.5, pytest.approx(0.2))
    assert (row.median_responders, row.median_others) == (4.5, 2)
    assert (row.q, row.m) == (pytest.approx(0.2), 1)
    assert "X" not in row.responders + row.others


def test_on_a_ratio_scale_the_shift_is_a_factor_and_medians_are_values():
    own = {u: math.log(v) for u, v in (("A", 40), ("B", 20), ("C", 10))}
    (row,) = by_response([marker(scale=RATIO)], [own], order("AB", "C"))
    assert row.median_responders == pytest.approx(30)
    assert row.median_others == pytest.approx(10)
    assert row.shift == pytest.approx(math.sqrt(8))


def test_nobody_in_a_group_is_no_comparison_and_no_test():
    one, two = by_response(
        [marker("A"), marker("B")], [{"P": 1.0}, {"P": 1.0, "Q": 2.0}], order("P", "Q")
    )
    assert (one.rank.p, one.q) == (None, None)
    assert two.m == 1


# --- composition ----------------------------------------------------------------------------------


def test_gates_of_one_parent_that_exclude_each_other_are_a_composition():
    t, b, nk = subset("T", "CD3+"), subset("B", "CD19+"), subset("NK", "CD3-CD16/56+")
    helper = subset("H", "CD3+CD4+")
    assert exclusive(t, nk)
    assert exclusive(t, b)
    assert not exclusive(t, helper)
    memory = [
        subset(c, f"CD8+CCR7{a}CD45RA{z}", "CD3+CD8+")
        for c, a, z in (("N", "+", "+"), ("C", "+", "-"), ("E", "-", "-"), ("R", "-", "+"))
    ]
    other = subset("PD", "CD8+PD-1+", "CD3+CD8+")
    found = partitions([helper, t, b, nk, other, *memory])
    assert [[m.paramcd for m in parts] for parts in found] == [["T", "B", "NK"], list("NCER")]
    assert partitions([t, b, helper, other]) == ()


def test_a_part_that_doubles_against_two_constant_ones_by_hand():
    """(1, 1, 2) to (2, 1, 2): clr of the first rises by 2/3 log(2), the others fall by 1/3."""
    parts = [subset("T", "CD3+"), subset("B", "CD19+"), subset("NK", "CD3-CD16/56+")]
    n = 6
    values = values_of(T=([1] * n, [2] * n), B=([1] * n, [1] * n), NK=([2] * n, [2] * n))
    (found,) = composition_changes(parts, values, pairs_of(n))
    assert [p.estimate for p in found.parts] == pytest.approx(
        [2 ** (2 / 3), 2 ** (-1 / 3), 2 ** (-1 / 3)]
    )
    assert found.parts[0].share_before == 0.25
    assert found.parts[0].share_after == pytest.approx(0.4)
    assert found.delta is None
    assert found.covered == 4
    assert [p.m for p in found.parts] == [3, 3, 3]


def test_a_stated_composition_is_the_only_one_and_one_family():
    parts = [
        replace(subset("T", "CD3+"), family="one"),
        replace(subset("B", "CD19+"), family="two"),
        subset("NK", "CD3-CD16/56+"),
        subset("TABS", "CD3+", None, "cells/uL", RATIO),
    ]
    values = values_of(
        T=([1, 2, 3], [2, 2, 2]), B=([1] * 3, [1] * 3), NK=([9] * 3, [2] * 3),
        TABS=([9] * 3, [2] * 3),
    )  # fmt: skip
    stated = (("Main", ("T", "B", "TABS", "NOSUCH")), ("Nothing", ("B", "NOSUCH")))
    (found,) = composition_changes(parts, values, pairs_of(3), stated=stated)
    assert (found.parent, found.stated, found.missing) == ("Main", True, ("TABS", "NOSUCH"))
    assert [p.marker.paramcd for p in found.parts] == ["T", "B"]
    assert [p.marker.family for p in found.parts] == ["one", "two"]
    # clr of two parts: +-1/2 log(2), +-0, +-1/2 log(2/3); both p are of one family
    assert found.parts[0].rank.p == found.parts[1].rank.p
    assert [p.m for p in found.parts] == [2, 2]


def test_a_zero_part_is_replaced_by_half_the_smallest_share_and_a_missing_one_leaves_out():
    parts = [subset("T", "CD3+"), subset("B", "CD19+"), subset("NK", "CD3-CD16/56+")]
    values = values_of(
        T=([50, 50, 50], [50, 50, 50]), B=([0, 10, np.nan], [10] * 3), NK=([50, 40, 40], [40] * 3)
    )
    (found,) = composition_changes(parts, values, pairs_of(3))
    assert found.delta == pytest.approx(0.05)
    assert found.without == ("P2",)
    assert found.parts[1].rank.n == 2


# --- normal ranges --------------------------------------------------------------------------------


def test_limits_belong_to_the_range_and_the_laboratory_goes_first():
    cd4 = subset("CD4ABS", "CD3+CD4+", None, "cells/uL", RATIO)
    values = values_of(CD4ABS=([395, 396, 1309, 1310], [396] * 4))
    (row,) = against_ranges([cd4], values, pairs_of(4), {})
    assert (row.low, row.high, row.source) == (396, 1309, "published")
    assert row.before is not None
    assert (row.before.below, row.before.within, row.before.above) == (
        ("P0",), ("P1", "P2"), ("P3",),
    )  # fmt: skip
    (own,) = against_ranges([cd4], values, pairs_of(4), {"CD4ABS": (500, 2000)})
    assert (own.low, own.source) == (500, "exported")


@pytest.mark.parametrize("unit", ["cells/uL", "cells/\u00b5L", "cells/\u03bcL", "/mm3", "10^6/L"])
def test_a_microlitre_may_be_written_with_either_mu(unit):
    cd4 = subset("CD4ABS", "CD3+CD4+", None, unit, RATIO)
    assert published(cd4) == (396, 1309)


def test_a_count_without_a_sourced_range_has_none_and_a_share_is_no_count():
    monocytes = subset("MONO", "CD14+", None, "10^9/L", RATIO)
    share = subset("CD4", "CD3+CD4+")
    (row,) = against_ranges(
        [monocytes, share], values_of(MONO=([1], [1]), CD4=([1], [1])), pairs_of(1), {}
    )
    assert (row.low, row.before) == (None, None)
    assert published(subset("X", "CD3+", None, "10^9/L", RATIO)) is None


# --- outcome --------------------------------------------------------------------------------------

TIMES = TimeToEvent(
    endpoint="PFS",
    rule="by hand",
    source="derived",
    usubjid=tuple("ABCDEF"),
    days=(31.0, 41.0, 100.0, 200.0, 300.0, 50.0),
    event=(True, True, True, False, True, True),
    reason=("PD",) * 6,
    dates=(date(2025, 1, 1),) * 6,
)
VALUES = {"A": 1.0, "B": 2.0, "C": 3.0, "D": 5.0, "E": 4.0}
SAMPLED = {"A": 20, "B": 40, "C": 40, "D": 41, "E": 38, "F": 30}


def test_nobody_is_followed_before_the_landmark_and_each_exclusion_has_its_reason():
    """Day 40: A and B (event on day 40 counted from day 0) are gone, D was sampled too late."""
    found = at_risk(TIMES, VALUES, SAMPLED, start=40)
    assert found.patients == ("C", "E")
    assert found.days == (60.0, 260.0)
    assert {e.usubjid: e.reason for e in found.excluded} == {
        "A": "event or censored by day 40",
        "B": "event or censored by day 40",
        "D": "sampled after day 40",
        "F": "no value of the marker",
    }


def test_from_the_origin_a_later_sample_does_not_count_and_an_undated_one_does():
    found = at_risk(TIMES, VALUES, {"A": -1, "B": 0, "C": 1, "D": int(NEVER)}, start=0)
    assert found.patients == ("A", "B", "D", "E")
    assert found.days == (31.0, 41.0, 200.0, 300.0)


def test_without_a_day_nobody_is_followed_from_a_landmark():
    found = at_risk(TIMES, VALUES, {}, start=40)
    assert found.patients == ()


def test_the_landmark_is_stated_or_the_day_of_the_last_second_sample():
    assert landmark_of([38, 45, int(NEVER)], None) == 45
    assert landmark_of([38, 45], 60) == 60
    assert landmark_of([int(NEVER)], None) is None
    assert landmark_of([], None) is None


def test_the_hazard_ratio_is_per_sd_of_those_in_the_model():
    found = at_risk(TIMES, VALUES, {}, start=0)
    told = hazard(marker(), "baseline", found)
    x = np.array(found.value)
    model = cox(found.days, found.event, (x / x.std(ddof=1))[:, None], ("A",))
    assert told.sd == pytest.approx(x.std(ddof=1))
    assert told.cox is not None
    assert told.cox.hr == pytest.approx(model.hr)
    assert (told.n, told.events) == (5, 4)
    assert told.cox.few_events


def test_no_event_and_no_variation_have_no_model_and_say_why():
    found = at_risk(TIMES, VALUES, {}, start=0)
    calm = replace(found, event=(False,) * 5)
    assert hazard(marker(), "baseline", calm).why == "no events"
    flat = replace(found, value=(1.0,) * 5)
    assert hazard(marker(), "baseline", flat).why == "the marker does not vary"
    assert hazard(marker(), "change", at_risk(TIMES, {}, {}, start=40)).n == 0


def test_strata_are_above_the_median_and_the_rest():
    found = at_risk(TIMES, VALUES, {}, start=0)
    split = strata(TIMES, found)
    assert split.cut_point == 3
    assert split.above.data.usubjid == ("D", "E")
    assert split.others.data.usubjid == ("A", "B", "C")
    assert split.others.curve.events == 3


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.floats(0, 10), max_size=6),
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(-5, 300), max_size=6),
    st.integers(1, 200),
)
def test_every_patient_is_followed_or_named_and_nobody_gains_time(values, sampled, start):
    found = at_risk(TIMES, values, sampled, start=start)
    assert sorted([*found.patients, *(e.usubjid for e in found.excluded)]) == list("ABCDEF")
    assert all(d > 0 for d in found.days)
    assert all(sampled[u] <= start for u in found.patients)


# --- thirds ---------------------------------------------------------------------------------------


def test_thirds_by_hand():
    assert thirds([1, 2, 3, 4, 5, 6]) == (0, 0, 1, 1, 2, 2)
    assert thirds([None, 1, 2, 3]) == (None, 0, 1, 2)
    assert thirds([1, 2]) == (None, None)
    assert thirds([2, 2, 2]) == (None, None, None)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=30))
def test_a_higher_value_is_never_in_a_lower_third(values):
    found = thirds(values)
    pairs = [(v, t) for v, t in zip(values, found, strict=True) if t is not None]
    for v, t in pairs:
        assert all(t <= other for w, other in pairs if w >= v)
