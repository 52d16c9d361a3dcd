"""Feature tables, differential abundance, named taxa, swaps and trees: borders and invariants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from dashboard.metrics.differential import (
    differential_groups,
    differential_pairs,
    log_ratios,
    smallest_rank_sum,
)
from dashboard.metrics.dissimilarity import jaccard
from dashboard.metrics.feature_table import FeatureTable, compared, feature_table, prevalent
from dashboard.metrics.kruskal import kruskal_wallis
from dashboard.metrics.linda import linda_groups, linda_pairs
from dashboard.metrics.modes import mode
from dashboard.metrics.phylogeny import faith_pd, read_newick, unifrac
from dashboard.metrics.sample_identity import identity_checks
from dashboard.metrics.taxa_of_interest import taxa_of_interest

counts = arrays(np.int64, (8, 6), elements=st.integers(0, 40))


def table(values, *, shares=False) -> FeatureTable:
    found = np.asarray(values, dtype=float)
    samples = tuple(f"s{i}" for i in range(found.shape[0]))
    taxa = tuple(f"t{i}" for i in range(found.shape[1]))
    return FeatureTable(samples, taxa, found, counts=not shares)


def test_a_long_table_becomes_samples_by_taxa():
    long = pd.DataFrame(
        {"SAMPLEID": ["a", "b", "b"], "TAXON": ["x", "x", "y"], "VALUE": [3.0, 1.0, 5.0]}
    )
    got = feature_table(long)
    assert (got.samples, got.taxa, got.counts) == (("a", "b"), ("x", "y"), True)
    assert got.values.tolist() == [[3, 0], [1, 5]]


def test_samples_that_enter_no_estimate_are_named_with_the_reason():
    found = table([[10, 5], [0, 0], [3, 1], [400, 20], [9, 9]])
    got = compared(found, ["s0", "s1", "s2", "s3"], ["s3"], min_depth=10)
    assert got.table.samples == ("s0",)
    assert {o.sample: o.reason for o in got.checks.left_out} == {
        "s1": "no reads at all",
        "s2": "fewer reads than the minimum",
        "s3": "failed its assay",
        "s4": "belongs to no patient of the view",
    }


def test_a_sample_of_two_patients_enters_no_estimate():
    got = compared(table([[10, 5], [3, 1]]), ["s0", "s1"], shared={"s1"})
    assert got.table.samples == ("s0",)
    assert [o.reason for o in got.checks.left_out] == [
        "its identifier names samples of two patients"
    ]


@pytest.mark.parametrize(
    "taxon",
    [
        "Akkermansia",
        "Akkermansia muciniphila",
        "Akkermansia_muciniphila",
        "g__Akkermansia",
        "s__Akkermansia_muciniphila",
        "k__Bacteria|p__Verrucomicrobiota|g__Akkermansia|s__Akkermansia_muciniphila",
        "d__Bacteria; g__Akkermansia; s__",
    ],
)
def test_a_genus_is_known_however_profilers_write_it(taxon):
    held = FeatureTable(("s",), (taxon, "Blautia"), np.array([[3.0, 1.0]]), counts=True)
    (found,) = (
        t for t in taxa_of_interest(held, {"BASELINE": ["s"]}, None) if t.name == "Akkermansia"
    )
    assert found.taxa == (taxon,)
    assert found.visits[0].share.median == 0.75


def test_a_genus_in_brackets_is_another_one():
    held = FeatureTable(("s",), ("[Clostridium] innocuum",), np.array([[3.0]]), counts=True)
    assert not any(t.taxa for t in taxa_of_interest(held, {"BASELINE": ["s"]}, None))


def test_a_minimum_depth_is_not_applied_to_shares():
    got = compared(table([[0.5, 0.5]], shares=True), ["s0"], min_depth=1000)
    assert (got.table.samples, got.checks.min_depth) == (("s0",), None)
    assert "minimum depth is stated, but the table holds shares" in got.checks.notes[0]


def test_a_taxon_in_one_sample_is_counted_and_not_tested():
    got = compared(table([[1, 9], [0, 9], [0, 9], [0, 9]]), [f"s{i}" for i in range(4)])
    assert (got.checks.in_one_sample, got.checks.unseen) == (1, 0)
    assert prevalent(got.table, 0.5).tolist() == [False, True]
    assert prevalent(got.table, 0.0).tolist() == [True, True]


def test_one_pair_can_show_nothing_and_says_so():
    got = differential_pairs(table([[10, 5, 1], [2, 5, 9]]), ["s0"], ["s1"])
    assert (got.n_first, got.smallest_p, got.found) == (1, 1.0, 0)
    assert all((r.p, r.lower, r.upper) == (1.0, None, None) or r.p is None for r in got.rows)
    assert any("no taxon can pass" in n for n in got.notes)
    assert any("too few taxa or samples for LinDA" in n for n in got.notes)


def test_no_pairs_give_no_rows():
    got = differential_pairs(table([[10, 5]]), [], [])
    assert (got.rows, got.tested, got.notes[0]) == ((), 0, "no pair of samples")


def test_shares_get_half_the_smallest_share_and_no_linda():
    found = table([[0.5, 0.5, 0], [0.2, 0.4, 0.4], [0.1, 0.9, 0]], shares=True)
    assert log_ratios(found)[1] == 0.05
    got = differential_groups(found, ["s0"], ["s1", "s2"])
    assert (got.sensitivity, got.pseudocount) == (None, 0.05)
    assert any("LinDA is not run" in n for n in got.notes)


@given(counts)
def test_groups_exchanged_mirror_their_effects(values):
    found = table(values)
    first, second = [f"s{i}" for i in range(4)], [f"s{i}" for i in range(4, 8)]
    one = differential_groups(found, first, second, min_prevalence=0.2)
    two = differential_groups(found, second, first, min_prevalence=0.2)
    other = {r.taxon: r for r in two.rows}
    for r in one.rows:
        assert r.p == pytest.approx(other[r.taxon].p)
        assert r.effect == pytest.approx(-other[r.taxon].effect)


@given(counts, st.permutations(range(4)))
def test_the_order_of_pairs_does_not_matter(values, order):
    found = table(values)
    before, after = [f"s{i}" for i in range(4)], [f"s{i}" for i in range(4, 8)]
    one = differential_pairs(found, before, after)
    two = differential_pairs(found, [before[i] for i in order], [after[i] for i in order])
    assert [(r.taxon, r.p) for r in one.rows] == [(r.taxon, r.p) for r in two.rows]


def test_q_is_at_least_p_and_nothing_beats_what_n_can_show():
    rng = np.random.default_rng(1)
    found = table(rng.poisson(20, (12, 30)))
    got = differential_pairs(found, found.samples[:6], found.samples[6:])
    assert all(r.q >= r.p >= got.smallest_p == 2 / 2**6 for r in got.rows)


def test_the_smallest_rank_sum_p_by_counting():
    assert smallest_rank_sum(3, 4) == pytest.approx(2 / 35)
    assert smallest_rank_sum(0, 4) is None
    assert smallest_rank_sum(1, 1) == 1.0


@given(counts)
def test_paired_linda_is_the_t_test_of_differences_less_its_bias(values):
    before, after = values[:4] + 1, values[4:] + 1
    got = linda_pairs(before, after, [f"t{i}" for i in range(6)])
    if got.bias is None:
        return
    one, two = (np.log2(v + 0.5) for v in (before, after))
    change = two - two.mean(axis=1, keepdims=True) - (one - one.mean(axis=1, keepdims=True))
    assert np.array(got.log2_fold) == pytest.approx(change.mean(axis=0) - got.bias)
    for i in range(6):
        if change[:, i].std() > 1e-9:
            want = stats.ttest_1samp(change[:, i], got.bias)
            assert got.p[i] == pytest.approx(want.pvalue, rel=1e-6, abs=1e-9)


def test_linda_finds_the_one_taxon_that_changed():
    rng = np.random.default_rng(5)
    mean = rng.lognormal(4, 1, 40)
    before = rng.poisson(mean, (20, 40))
    mean[3] *= 4
    after = rng.poisson(mean, (20, 40))
    got = linda_pairs(before, after, [f"t{i}" for i in range(40)])
    assert got.log2_fold[3] == pytest.approx(2, abs=0.2)
    assert [t for t, q in zip(got.taxon, got.q, strict=True) if q < 0.01] == ["t3"]
    assert linda_groups(before, np.zeros(20, bool), got.taxon).bias is None


def test_a_mode_is_where_most_values_are():
    values = [*np.linspace(-0.1, 0.1, 41), 3.0, 5.0, -4.0]
    assert mode(values) == pytest.approx(0, abs=0.01)
    with pytest.raises(ValueError, match="do not vary"):
        mode([1.0, 1.0, 1.0])


@given(counts)
def test_jaccard_by_sets(values):
    rows = values[(values > 0).any(axis=1)]
    got = jaccard(rows) if len(rows) else np.empty((0, 0))
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            one, two = set(np.flatnonzero(a)), set(np.flatnonzero(b))
            assert got[i, j] == pytest.approx(1 - len(one & two) / len(one | two))


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=2, max_size=4))
def test_kruskal_wallis_by_scipy(groups):
    got = kruskal_wallis(groups)
    if got.h is None:
        assert len({v for g in groups for v in g}) < 2
    else:
        want = stats.kruskal(*groups)
        assert (got.h, got.p) == (pytest.approx(want.statistic), pytest.approx(want.pvalue))


def test_akkermansia_has_three_classes_and_names_match_genera():
    found = FeatureTable(
        ("a", "b", "c"),
        ("otu1", "Escherichia-Shigella"),
        np.array([[0.0, 100.0], [4.0, 96.0], [10.0, 90.0]]),
        counts=True,
    )
    got = taxa_of_interest(
        found,
        {"Baseline": ["a", "b", "c"]},
        (["a"], ["c"]),
        genera={"otu1": "Akkermansia"},
        names=["Nothing"],
    )
    by_name = {t.name: t for t in got}
    akkermansia = by_name["Akkermansia"]
    assert akkermansia.visits[0].classes == {"absent": 1, "up to 4.8%": 1, "above 4.8%": 1}
    assert (akkermansia.visits[0].carriers.x, akkermansia.visits[0].carriers.n) == (2, 3)
    assert akkermansia.change.estimate == pytest.approx(0.1)
    assert by_name["Escherichia"].taxa == ("Escherichia-Shigella",)
    assert (by_name["Nothing"].taxa, by_name["Nothing"].change) == ((), None)


def test_two_patients_whose_second_samples_were_swapped_are_suspected():
    values = [[90, 5, 5], [5, 90, 5], [5, 5, 90], [6, 88, 6], [88, 6, 6], [6, 6, 88]]
    found = table(values)
    before, after = np.array(values[:3], float), np.array(values[3:], float)
    cross = np.abs(after[:, None] - before[None]).sum(axis=2)
    who = ["A", "B", "C", "A", "B", "C"]
    got = identity_checks(found, who, ["A", "B", "C"], cross, ["s3", "s4", "s5"])
    assert (got.pairs, got.nearest_own) == (3, 1)
    assert [(s.usubjid, s.other) for s in got.swaps] == [("A", "B")]
    assert got.swaps[0].swapped_distance < got.swaps[0].own_distance


def test_equal_samples_are_copies_unless_one_taxon_is_all_they_have():
    found = table([[5, 3, 0], [5, 3, 0], [7, 0, 0], [7, 0, 0]])
    got = identity_checks(found, ["A", "B", "C", "D"], [], np.empty((0, 0)), [])
    assert [(d.samples, d.patients) for d in got.duplicates] == [(("s0", "s1"), ("A", "B"))]


def test_trees_are_read_with_names_and_refused_when_they_are_none():
    tree = read_newick("(A:1,('B b':2,C:3)inner:4)root:9;")
    assert tree.taxa == ("A", "B b", "C")
    assert sorted(tree.length.tolist()) == [1, 2, 3, 4]
    assert faith_pd(tree, [[0, 1, 1]], tree.taxa).tolist() == [9]
    for text in ("", "(A:1,B:2", "(A:1,A:2);", "(A:-1,B:2);", "(,);", "A:1,B;"):
        with pytest.raises(ValueError, match=r"tree|branch"):
            read_newick(text)
    with pytest.raises(ValueError, match="1 taxa are not on the tree: D"):
        faith_pd(tree, [[1]], ["D"])


@given(arrays(np.int64, (3, 3), elements=st.integers(1, 20)))
def test_unifrac_is_a_distance_between_0_and_1(values):
    tree = read_newick("(A:1,(B:2,C:3):4);")
    for kind in ("unweighted", "weighted", "generalised"):
        got = unifrac(tree, values, ["A", "B", "C"], kind=kind)
        assert np.array_equal(got, got.T)
        assert (np.diag(got) == 0).all()
        assert ((got >= 0) & (got <= 1 + 1e-12)).all()
