"""Diversity, distances, ordination and permutation tests: borders and invariants."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dashboard.metrics.composition import closed, clr, clr_counts, zeros_replaced
from dashboard.metrics.dissimilarity import aitchison, bray_curtis, euclidean
from dashboard.metrics.diversity import PROPORTIONS, chao1, diversity, rarefied, shannon, simpson
from dashboard.metrics.ordination import Coordinates, principal_coordinates
from dashboard.metrics.permanova import Permanova, dispersion, permanova, spatial_median

tables = arrays(
    np.int64, st.tuples(st.integers(3, 8), st.integers(2, 7)), elements=st.integers(0, 30)
)


def test_proportions_have_no_chao1_and_no_rarefaction():
    table = [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]]
    for refused in (lambda: chao1(table), lambda: rarefied(table, 10)):
        with pytest.raises(ValueError, match="proportions, not counts"):
            refused()
    got = diversity(table, ["a", "b"])
    assert (got.counts, got.rarefied_depth, got.notes) == (False, None, (PROPORTIONS,))
    assert [s.chao1 for s in got.samples] == [None, None]
    assert got.samples[0].shannon == pytest.approx(1.5 * np.log(2))


def test_an_empty_sample_has_no_estimate():
    got = diversity([[0, 0], [3, 1]], ["empty", "full"])
    empty = got.samples[0]
    assert (empty.observed, empty.shannon, empty.simpson, empty.chao1) == (None, None, None, None)
    assert got.rarefied_depth == 4  # the smallest depth of a sample with reads


def test_one_taxon_has_no_evenness():
    assert diversity([[7, 0]], ["a"]).samples[0].pielou is None


def test_without_any_singleton_chao1_is_doubted():
    assert "seen exactly once" in diversity([[7, 2], [4, 2]], ["a", "b"]).notes[0]


def test_rarefied_to_its_own_depth_a_sample_shows_all_its_taxa():
    assert rarefied([[3, 2, 1]], 6)[0] == pytest.approx(3)
    assert rarefied([[3, 2, 1]], 1)[0] == pytest.approx(1)
    assert np.isnan(rarefied([[3, 2, 1]], 7)[0])
    with pytest.raises(ValueError, match="hold no taxon"):
        rarefied([[3, 2, 1]], 0)


def test_rarefied_by_enumeration():
    """Two reads of AAB: AA, AB, AB."""
    assert rarefied([[2, 1]], 2)[0] == pytest.approx((1 + 2 + 2) / 3)


@pytest.mark.parametrize("bad", [[[-1, 2]], [[np.nan, 2]], [1, 2]])
def test_what_is_no_table_is_refused(bad):
    with pytest.raises(ValueError, match="abundance"):
        shannon(bad)


def test_an_empty_sample_is_at_no_distance():
    with pytest.raises(ValueError, match="empty"):
        bray_curtis([[0, 0], [1, 2]])
    with pytest.raises(ValueError, match="empty"):
        closed([[0, 0]])


def test_depth_plays_no_part_in_relative_bray_curtis():
    assert bray_curtis([[1, 3], [10, 30]])[0, 1] == 0
    assert bray_curtis([[1, 3], [10, 30]], relative=False)[0, 1] == pytest.approx(36 / 44)


def test_clr_needs_positive_parts_and_zeros_a_stated_delta():
    with pytest.raises(ValueError, match="zero"):
        clr([[0.0, 1.0]])
    with pytest.raises(ValueError, match="cannot be replaced"):
        zeros_replaced([[0, 0, 1]], 0.5)
    assert zeros_replaced([[0, 1, 1]], 0.1).tolist() == [pytest.approx([0.1, 0.45, 0.45])]


@given(tables)
def test_indices_stay_in_their_bounds(table):
    table = table + 2 * (np.arange(table.shape[1]) == 0)
    assert (shannon(table) >= 0).all()
    assert (shannon(table) <= np.log(table.shape[1]) + 1e-12).all()
    assert ((simpson(table) >= 0) & (simpson(table) < 1)).all()
    assert (chao1(table) >= (table > 0).sum(axis=1)).all()
    assert np.allclose(clr_counts(table).sum(axis=1), 0)
    d = bray_curtis(table)
    assert ((d >= 0) & (d <= 1 + 1e-12)).all()


@given(tables, st.randoms())
def test_order_of_samples_and_taxa_does_not_matter(table, random):
    table = table + 2 * (np.arange(table.shape[1]) == 0)
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    moved = table[rows][:, columns]
    assert np.allclose(shannon(moved), shannon(table)[rows])
    for distance in (bray_curtis, aitchison):
        assert np.allclose(distance(moved), distance(table)[np.ix_(rows, rows)])


def test_coordinates_give_euclidean_distances_back():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(9, 3))
    d = euclidean(points)
    names = [f"s{i}" for i in range(9)]
    got = principal_coordinates(d, names, axes=5)
    assert (len(got.share), got.negative, got.sum_negative) == (3, 0, 0.0)
    assert np.allclose(euclidean(np.array(got.scores)), d)
    assert sum(got.share) == pytest.approx(1)
    assert Coordinates.from_json(got.to_json()) == got


def test_samples_that_are_all_alike_have_no_axis():
    got = principal_coordinates(np.zeros((3, 3)), ["a", "b", "c"])
    assert (got.scores, got.share) == (((), (), ()), ())


@pytest.mark.parametrize(
    "bad",
    [[[0, 1], [2, 0]], [[0, -1], [-1, 0]], [[1, 1], [1, 0]], [[0, np.nan], [np.nan, 0]], [0, 1]],
)
def test_what_is_no_distance_is_refused(bad):
    with pytest.raises(ValueError, match="distance"):
        permanova(bad, ["a", "b"])


def paired(pairs, shift, seed=3):
    """Distances of pairs whose second sample is moved by `shift` along one axis."""
    rng = np.random.default_rng(seed)
    home = np.repeat(rng.normal(0, 20, (pairs, 2)), 2, axis=0)
    points = home + rng.normal(0, 1, (2 * pairs, 2))
    points[1::2, 0] += shift
    patients = [f"P{i // 2}" for i in range(2 * pairs)]
    return euclidean(points), ["pre", "post"] * pairs, patients


def test_a_shift_in_every_patient_is_seen_within_patients_only():
    """As if samples were independent, the differences between patients drown it."""
    d, time, patients = paired(8, 6.0)
    within = permanova(d, time, blocks=patients)
    assert within.p == pytest.approx(2 / 2**8)
    assert within.p == within.smallest_p
    assert permanova(d, time).p > 0.3


def test_few_pairs_cannot_reach_five_percent():
    d, time, patients = paired(5, 50.0)
    got = permanova(d, time, blocks=patients)
    assert (got.p, got.smallest_p, got.arrangements) == (2 / 32, 2 / 32, 32)


def test_fourteen_pairs_are_enumerated_and_fifteen_drawn():
    d, time, patients = paired(14, 1.0)
    got = permanova(d, time, blocks=patients)
    assert (got.complete, got.arrangements) == (True, 2**14)
    d, time, patients = paired(15, 1.0)
    got = permanova(d, time, blocks=patients)
    assert (got.complete, got.arrangements) == (False, 10_000)
    assert got.p == permanova(d, time, blocks=patients).p  # one seed, one answer
    assert abs(got.p - permanova(d, time, blocks=patients, seed=7).p) < 0.03


def test_a_patient_with_one_sample_is_kept_and_never_swapped():
    d, time, patients = paired(6, 2.0)
    got = permanova(d[:-1, :-1], time[:-1], blocks=patients[:-1])
    assert (got.n, got.arrangements, got.complete) == (11, 2**5, True)


def test_three_visits_are_exchanged_within_patients():
    rng = np.random.default_rng(5)
    points = np.repeat(rng.normal(0, 20, (7, 2)), 3, axis=0) + rng.normal(0, 1, (21, 2))
    points[2::3, 0] += 5
    got = permanova(euclidean(points), ["a", "b", "c"] * 7, blocks=np.repeat(np.arange(7), 3))
    assert not got.complete
    assert got.p < 0.01


def test_few_samples_of_two_groups_are_gone_through_in_every_arrangement():
    rng = np.random.default_rng(3)
    d = euclidean(rng.normal(size=(7, 3)))
    labels = np.array(list("aaabbbb"))
    want = permanova(d, labels).f
    hits = 0
    for chosen in combinations(range(7), 3):  # by hand: 7 choose 3 of them
        moved = np.full(7, "b")
        moved[list(chosen)] = "a"
        hits += permanova(d, moved).f >= want - 1e-9
    got = permanova(d, labels)
    assert (got.complete, got.arrangements, got.p) == (True, 35, hits / 35)
    # with 3 against 4 no arrangement is another's mirror; with 3 against 3 each has one
    assert got.smallest_p == 1 / 35
    even = permanova(d[:6, :6], list("aaabbb"))
    assert (even.arrangements, even.smallest_p) == (20, 2 / 20)
    assert even.method == "all 20 exchanges among all samples"


def test_patients_of_three_visits_are_enumerated_where_they_are_few():
    rng = np.random.default_rng(5)
    got = permanova(
        euclidean(rng.normal(size=(12, 2))), ["a", "b", "c"] * 4, blocks=np.repeat(np.arange(4), 3)
    )
    # 3! orders of each patient; 3! renamings of the visits are arrangements with the same F
    assert (got.complete, got.arrangements, got.smallest_p) == (True, 6**4, 6 / 6**4)


def test_where_nothing_can_be_exchanged_nothing_is_tested():
    d = euclidean(np.array([[0.0], [1.0], [5.0], [6.0]]))
    got = permanova(d, list("aabb"), blocks=["p", "q", "r", "s"])
    assert (got.p, got.arrangements, got.smallest_p) == (1.0, 1, 1.0)
    assert got.method == "nothing can be exchanged"


def test_one_group_and_no_spread_have_no_test():
    d = euclidean([[0.0], [1.0], [2.0]])
    assert permanova(d, ["a", "a", "a"]).p is None
    assert permanova(np.zeros((4, 4)), list("aabb")).f is None
    assert dispersion(d, ["a", "a", "a"]).f is None
    made = permanova(d, ["a", "a", "b"], permutations=9)
    assert Permanova.from_json(made.to_json()) == made
    with pytest.raises(ValueError, match="2 groups for 3 samples"):
        permanova(d, ["a", "b"])


@given(st.permutations(range(12)))
def test_order_of_samples_does_not_matter_to_the_test(order):
    d, time, patients = paired(6, 1.0)
    moved = permanova(
        d[np.ix_(order, order)],
        [time[i] for i in order],
        blocks=[patients[i] for i in order],
    )
    want = permanova(d, time, blocks=patients)
    assert moved.p == want.p
    assert moved.f == pytest.approx(want.f)


def test_dispersion_sees_a_wider_group_that_lies_in_the_same_place():
    rng = np.random.default_rng(2)
    points = np.concatenate([rng.normal(0, 1, (20, 3)), rng.normal(0, 6, (20, 3))])
    group = ["narrow"] * 20 + ["wide"] * 20
    got = dispersion(euclidean(points), group)
    assert got.p < 1e-4
    assert got.distance[1] > 3 * got.distance[0]


@given(
    arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 3)), elements=st.floats(-9, 9))
)
def test_no_other_point_is_nearer_than_the_spatial_median(points):
    def far(at):
        return np.sqrt(((points - at) ** 2).sum(axis=1)).sum()

    found = far(spatial_median(points))
    rng = np.random.default_rng(0)
    others = [*points, *(spatial_median(points) + rng.normal(0, 0.3, points.shape))]
    assert all(found <= far(o) + 1e-4 for o in others)
