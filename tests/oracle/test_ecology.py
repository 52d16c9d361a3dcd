"""Diversity, distances, ordination and PERMANOVA beside vegan 2.6-4 (stored cases)."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.composition import clr, clr_counts, zeros_replaced
from dashboard.metrics.differential import differential_pairs
from dashboard.metrics.dissimilarity import aitchison, bray_curtis
from dashboard.metrics.diversity import (
    chao1,
    diversity,
    observed,
    pielou,
    rarefied,
    shannon,
    simpson,
)
from dashboard.metrics.feature_table import FeatureTable
from dashboard.metrics.linda import linda_groups
from dashboard.metrics.ordination import principal_coordinates
from dashboard.metrics.permanova import dispersion, permanova
from dashboard.metrics.phylogeny import faith_pd, read_newick, unifrac
from dashboard.metrics.ranks import adjusted, signed_rank


def same(near, got, want, **tolerance):
    values = [None if v is None or np.isnan(v) else float(v) for v in got]
    assert len(values) == len(want)
    assert all(near(a, b, **tolerance) for a, b in zip(values, want, strict=True)), (values, want)


@pytest.fixture
def dune(oracle):
    return np.array(oracle("alpha_dune")["inputs"]["counts"], dtype=float)


@pytest.mark.parametrize("name", ["alpha_dune", "alpha_edge"])
def test_alpha(oracle, near, name):
    case = oracle(name)
    counts, want = case["inputs"]["counts"], case["expected"]
    assert observed(counts).tolist() == want["richness"]
    same(near, shannon(counts), want["shannon_e"])
    same(near, simpson(counts), want["simpson_1_minus_D"])
    same(near, pielou(counts), want["pielou"])
    same(near, chao1(counts), want["chao1"])


def test_rarefaction_is_analytic(oracle, near):
    case = oracle("alpha_dune")
    want = case["expected"]
    got = rarefied(case["inputs"]["counts"], want["rarefy_to"])
    same(near, got, want["rarefied_richness"])


def test_a_table_of_samples(oracle, near):
    case = oracle("alpha_edge")
    got = diversity(case["inputs"]["counts"], case["inputs"]["rows"])
    assert (got.counts, got.rarefied_depth, got.base) == (True, 4, "e")
    same(near, [s.chao1 for s in got.samples], case["expected"]["chao1"])
    assert got.samples[0].pielou is None


def lower(matrix):
    return matrix[np.tril_indices(len(matrix), -1)]


@pytest.mark.parametrize(
    ("name", "relative"), [("bray_pcoa_dune", False), ("bray_relative_dune", True)]
)
def test_bray_curtis(oracle, near, dune, name, relative):
    want, got = oracle(name)["expected"], bray_curtis(dune, relative=relative)
    # R writes the lower triangle by columns
    same(near, got[:, 0][1:11], want["bray_lower_first10"])
    assert near(float(lower(got).sum()), want["bray_sum"])


def test_principal_coordinates(oracle, near, dune):
    want = oracle("bray_pcoa_dune")["expected"]["pcoa"]
    names = [str(i) for i in range(20)]
    got = principal_coordinates(bray_curtis(dune, relative=False), names, axes=2)
    same(near, got.eigenvalues[:6], want["eigenvalues"])
    same(near, got.share, want["prop_of_positive"])
    assert (got.negative, near(got.sum_negative, want["sum_negative"])) == (5, True)
    same(near, [abs(s[0]) for s in got.scores], want["axis1_abs"])
    for axis in zip(*got.scores, strict=True):
        assert max(axis, key=abs) > 0


def test_permanova_of_four_groups(oracle, near, dune):
    case = oracle("permanova_dune")
    want, group = case["expected"], case["inputs"]["group"]
    got = permanova(bray_curtis(dune, relative=False), group, permutations=99)
    assert near(got.f, want["F"], rtol=1e-12)
    assert near(got.r2, want["R2"], rtol=1e-12)
    assert near(got.ss_between, want["SS"])
    assert near(got.ss_total, want["SS_total"])
    assert (got.df, got.df_residual) == (want["df"], want["df_resid"])


def test_dispersion_around_spatial_medians(oracle, near, dune):
    """vegan looks for the medians by optim, to some six digits."""
    case = oracle("permanova_dune")
    want = case["expected"]
    got = dispersion(bray_curtis(dune, relative=False), case["inputs"]["group"])
    assert near(got.f, want["betadisper_median_F"], rtol=1e-4)
    assert near(got.p, want["betadisper_median_p_param"], rtol=1e-4)
    distance = dict(zip(got.groups, got.distance, strict=True))
    for group, value in want["group_distances_median"].items():
        assert near(distance[group], value, rtol=1e-5)


@pytest.mark.parametrize("name", ["bray", "aitchison_pc05"])
def test_paired_permanova_goes_through_every_swap(oracle, near, name):
    case = oracle("permanova_paired")
    given, want = case["inputs"], case["expected"][name]
    counts = given["counts"]
    distances = bray_curtis(counts, relative=False) if name == "bray" else aitchison(counts)
    time = given["time"]
    got = permanova(distances, time, blocks=given["patient"])
    assert near(got.f, want["F"], rtol=1e-12)
    assert near(got.r2, want["R2"], rtol=1e-12)
    assert (got.complete, got.arrangements) == (True, want["n_perm"])
    assert near(got.p, want["p_exact"])
    assert near(got.smallest_p, want["min_attainable_p"])
    # as if twelve samples were of twelve patients
    naive = permanova(distances, time)
    assert not near(naive.p, want["p_exact"], atol=0.01)


def test_fractions_of_cells(oracle, near):
    case = oracle("clr_fractions")
    replaced = zeros_replaced(case["inputs"]["x"], case["inputs"]["delta"])
    for got, want in zip(replaced, case["expected"]["replaced"], strict=True):
        same(near, got, want)
    for got, want in zip(clr(replaced), case["expected"]["clr"], strict=True):
        same(near, got, want)


def test_differential_abundance_of_pairs(oracle, near):
    """clr on all taxa, then those in at least a quarter of the samples; signed rank, then BH."""
    case, pairs = oracle("diff_abundance_paired"), oracle("permanova_paired")["inputs"]
    counts = np.array(pairs["counts"], dtype=float)
    time = np.array(pairs["time"])
    patient = np.array(pairs["patient"])
    logs = clr_counts(counts)
    before, after = (np.flatnonzero(time == t) for t in dict.fromkeys(time.tolist()))
    order = [after[patient[after] == patient[i]][0] for i in before]
    change = logs[order] - logs[before]
    kept = (counts > 0).mean(axis=0) >= case["inputs"]["prevalence_min"]
    names = [t for t, k in zip(case["inputs"]["taxa"], kept, strict=True) if k]
    assert names == case["expected"]["taxon"]
    tests = [signed_rank(c) for c in change[:, kept].T]
    same(near, [t.p for t in tests], case["expected"]["p"])
    same(near, adjusted([t.p for t in tests]), case["expected"]["q"])
    same(near, np.median(change[:, kept], axis=0), case["expected"]["median_diff"], atol=1e-12)


def test_linda_takes_the_bias_of_compositions_out(oracle, near, dune):
    case = oracle("linda_dune_two_group")
    want, given = case["expected"], case["inputs"]
    kept = (dune > 0).mean(axis=0) >= given["prevalence_min"]
    second = np.array(given["group"]) != given["reference"]
    got = linda_groups(dune[:, kept], second, want["taxa"])
    assert near(got.bias, want["bias"], rtol=1e-12)
    assert got.df == want["df"][0]
    for ours, theirs in (("log2_fold", "log2fc"), ("se",) * 2, ("t", "stat"), ("p",) * 2):
        same(near, getattr(got, ours), want[theirs], rtol=1e-10)
    same(near, got.q, want["q"], rtol=1e-10)


def test_a_branch_above_the_root_is_no_diversity(oracle, near):
    case = oracle("faith_pd_unifrac")
    given, want = case["inputs"], case["expected"]
    tree = read_newick(given["newick"])
    counts, taxa = given["counts"], given["taxa"]
    same(near, faith_pd(tree, counts, taxa), want["faith_pd_incl_root_path"])
    for kind, name in (
        ("unweighted", "unweighted_unifrac"),
        ("weighted", "weighted_unifrac_normalised"),
        ("generalised", "generalised_05"),
    ):
        got = unifrac(tree, counts, taxa, kind=kind)
        for row, wanted in zip(got, want[name], strict=True):
            same(near, row, wanted)


def test_differential_abundance_as_the_page_shows_it(oracle, near):
    case, pairs = oracle("diff_abundance_paired"), oracle("permanova_paired")["inputs"]
    given = case["inputs"]
    names = [f"{p}-{t}" for p, t in zip(pairs["patient"], pairs["time"], strict=True)]
    counts = np.array(pairs["counts"], dtype=float)
    table = FeatureTable(tuple(names), tuple(given["taxa"]), counts, counts=True)
    patients = list(dict.fromkeys(pairs["patient"]))
    before, after = ([f"{p}-{t}" for p in patients] for t in ("pre", "post"))
    got = differential_pairs(table, before, after, min_prevalence=given["prevalence_min"])
    rows, want = {r.taxon: r for r in got.rows}, case["expected"]
    assert set(rows) == set(want["taxon"])
    for i, taxon in enumerate(want["taxon"]):
        assert near(rows[taxon].p, want["p"][i])
        assert near(rows[taxon].q, want["q"][i])
        assert near(rows[taxon].median, want["median_diff"][i], atol=1e-12)
    assert got.smallest_p == 0.03125
    assert any("at least 6 taxa must reach it" in note for note in got.notes)
