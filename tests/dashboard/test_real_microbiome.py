"""Real microbiomes through the import path, beside vegan 2.6.4 (reference.json and ref/)."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dashboard.analysis import Analysis
from dashboard.metrics.differential import differential_groups
from dashboard.microbiome import Microbiome
from dashboard.report import ReportOptions, metrics_report
from data_access.importer import import_exports
from data_access.store import Cut, CutStore
from tests.conftest import STUDIES

NOW = datetime(2026, 6, 1, tzinfo=UTC)
#: set -> study.toml -> (section of the reference, ADSL column of its groups, prefix of ref/)
CASES = {
    "icb response": ("icb_gut_motus", "study.toml", "all_by_response", "RESPONSE", "icb4"),
    "icb study": ("icb_gut_motus", "study.toml", "all_by_study", "COHORT", "icb4"),
    "peters": ("icb_gut_motus", "peters.toml", "peters_val_by_response", "RESPONSE", "peters"),
    "enterotype": ("enterotype_relabund", "study.toml", "by_enterotype", "ENTEROTYPE", "ent"),
    "status": ("enterotype_relabund", "study.toml", "by_status", "STATUS", "ent"),
}
#: an index of Interim -> of the reference
INDICES = {
    "observed": "observed",
    "shannon": "shannon",
    "simpson": "simpson",
    "pielou": "pielou",
    "chao1": "chao1",
    "rarefied": "rarefied_richness_at_min",
}


@pytest.fixture(scope="module")
def cut_of(shared, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    @cache
    def made(name: str, study: str = "study.toml") -> Cut:
        exports = shared / "data" / name / "csv"
        found = import_exports(exports, STUDIES / name / study, store=CutStore(home), now=NOW)
        assert found.cut is not None, found.findings
        return found.cut

    return made


@pytest.fixture(scope="module")
def report_of(cut_of):
    @cache
    def made(name: str, study: str = "study.toml", by: str | None = None):
        options = ReportOptions(only=("microbiome",), by=by)
        found = metrics_report(cut_of(name, study), options)["microbiome"]
        json.dumps(found, allow_nan=False)
        return found

    return made


def reference(shared: Path, name: str):
    return json.loads((shared / "data" / name / "reference.json").read_text())


def table(shared: Path, name: str, file: str) -> list[dict[str, str]]:
    with (shared / "data" / name / "ref" / file).open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def a_test(found, distance: str, factor: str):
    return next(t for t in found["permanova"] if (t["distance"], t["factor"]) == (distance, factor))


@pytest.mark.parametrize("case", CASES)
def test_alpha_of_every_sample(shared, report_of, case):
    name, study, _, by, prefix = CASES[case]
    found = report_of(name, study, by)
    ours = {s["sample"]: s for s in found["alpha"]["samples"]}
    want = table(shared, name, f"{prefix}_alpha.csv")
    assert len(want) == len(ours) == found["samples"]["compared"]
    counts = name != "enterotype_relabund"
    assert found["samples"]["counts"] is counts
    for row in want:
        got = ours[row["SAMPLE"]]
        assert got["depth"] == pytest.approx(float(row["depth"]), rel=2e-4)
        for index, theirs in INDICES.items():
            if theirs not in row:
                assert got[index] is None  # shares have no singletons and no reads to draw
                continue
            assert got[index] == pytest.approx(float(row[theirs]), rel=2e-4 if not counts else 1e-8)


@pytest.mark.parametrize("case", CASES)
def test_groups_by_vegan_and_wilcox(shared, report_of, case):
    name, study, section, by, _ = CASES[case]
    found, want = report_of(name, study, by), reference(shared, name)[section]
    test = a_test(found, "bray_curtis", "by")
    known = {k: v for k, v in want["group"].items() if k != "<NA>"}
    assert dict(zip(test["groups"], test["sizes"], strict=True)) == known
    for theirs in want["alpha_by_group"]:
        index = {v: k for k, v in INDICES.items()}.get(theirs["metric"])
        if index is None:  # invsimpson and ACE are not shown
            continue
        ours = next(g for g in found["alpha"]["by_group"] if g["index"] == index)
        # two estimates of Chao1 are equal but for round-off, which R does not see as a tie
        near = {"rel": 5e-4 if index == "chao1" else 1e-6}
        medians = dict(zip(ours["groups"], [s["median"] for s in ours["spreads"]], strict=True))
        assert medians == pytest.approx(theirs["medians"], rel=2e-4)
        if "wilcox_W" in theirs:
            assert ours["two"]["u"] == pytest.approx(theirs["wilcox_W"], abs=0.5)
            if sum(want["group"].values()) > 100:  # R's approximation; smaller groups are exact
                assert ours["two"]["p"] == pytest.approx(theirs["wilcox_p"], **near)
        else:
            assert ours["several"]["h"] == pytest.approx(theirs["kruskal"], **near)
            assert ours["several"]["p"] == pytest.approx(theirs["kruskal_p"], rel=1e-2)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("distance", ["bray_curtis", "jaccard"])
def test_distances_ordination_and_permanova(shared, report_of, case, distance):
    name, study, section, by, prefix = CASES[case]
    theirs = {"bray_curtis": "bray_relabund", "jaccard": "jaccard_binary"}[distance]
    found, want = report_of(name, study, by), reference(shared, name)[section][theirs]
    beta = found["beta"][distance]
    assert beta["mean_distance"] == pytest.approx(want["mean_distance"], rel=1e-8)
    axes = beta["ordination"]
    assert axes["eigenvalues"][:5] == pytest.approx(want["pcoa_eig"], rel=1e-8)
    assert axes["negative"] == want["n_negative_eig"]
    assert axes["share"] == pytest.approx(want["pcoa_prop_of_positive"][:2], rel=1e-8)
    scores = dict(zip(axes["sample"], axes["scores"], strict=True))
    for row in table(shared, name, f"{prefix}_pcoa_{theirs}.csv"):
        own = [abs(s) for s in scores[row["SAMPLE"]]]
        assert own == pytest.approx([abs(float(row[a])) for a in ("X1", "X2")], abs=1e-6)
    test = a_test(found, distance, "by")
    assert test["f"] == pytest.approx(want["adonis2"]["F"], rel=1e-8)
    assert test["r2"] == pytest.approx(want["adonis2"]["R2"], rel=1e-8)
    assert [test["df"], test["df_residual"]] == want["adonis2"]["Df"]
    spread = dict(zip(test["groups"], test["dispersion"]["distance"], strict=True))
    # vegan looks for spatial medians by optim, to some four digits
    wanted = want["betadisper"]["group_mean_distance"]
    assert spread == pytest.approx(wanted, rel=2e-4, abs=1e-4)
    assert test["dispersion"]["f"] == pytest.approx(want["betadisper"]["anova_F"], rel=2e-3)


@pytest.mark.parametrize("case", ["icb response", "peters"])
def test_aitchison(shared, report_of, case):
    name, study, section, by, _ = CASES[case]
    found, want = report_of(name, study, by), reference(shared, name)[section]
    want = want["aitchison_pseudo0.5"]
    assert found["beta"]["aitchison"]["mean_distance"] == pytest.approx(want["mean_distance"])
    test = a_test(found, "aitchison", "by")
    assert [test["f"], test["r2"]] == pytest.approx(
        [want["adonis2"]["F"], want["adonis2"]["R2"]], rel=1e-8
    )


def test_rank_sums_of_relative_abundances(shared, cut_of):
    """R's own test of 230 samples is our approximation; its top ten taxa and q are ours."""
    want = reference(shared, "icb_gut_motus")["all_by_response"]
    want = want["diff_abund_wilcox_relabund_prev10"]
    cut = cut_of("icb_gut_motus")
    analysis = Analysis(cut)
    view = Microbiome(analysis, analysis.sets["enrolled"].patients, "gut")
    groups = view.by_response
    found = differential_groups(
        view.compared.table, groups["non-responders"], groups["responders"], scale="share"
    )
    assert found.tested == want["n_tested"]
    ours = {r.taxon: r for r in found.rows}
    for row in want["top10"]:
        got = ours[row["taxon"]]
        assert [got.p, got.q] == pytest.approx([row["p"], row["q"]], rel=1e-8)
        means = [got.share_first, got.share_second]
        assert means == pytest.approx([row["mean"]["NR"], row["mean"]["R"]], rel=1e-8)


def test_pairs_of_tumour_and_mucosa(shared, report_of):
    found = report_of("kostic_crc_paired")
    whole = reference(shared, "kostic_crc_paired")
    want = whole["paired"]
    pairs = found["pairs"]
    assert (pairs["paired"]["x"], pairs["paired"]["n"]) == (88, 97)
    assert whole["n_complete_pairs_by_ANONYMIZED_NAME"] == 88
    left = {u for g in pairs["gaps"] for u in g["patients"]}
    assert left == set(whole["ids_not_1to1"])
    for index in ("shannon", "observed"):
        change = next(c for c in found["alpha"]["paired"] if c["index"] == index)
        n = change["change"]["n"] - change["change"]["zeros"]
        # R's V counts the other direction
        v = n * (n + 1) / 2 - change["change"]["statistic"]
        assert (change["change"]["n"], v) == (want[index]["n_pairs"], want[index]["V"])
        assert change["median_change"] == pytest.approx(want[index]["median_diff"])
        assert change["change"]["p"] < 1e-5
    within = found["beta"]["bray_curtis"]["within_pairs"]
    for ours, theirs in (("median",) * 2, ("mean",) * 2, ("minimum", "min"), ("maximum", "max")):
        assert within[ours] == pytest.approx(want["within_pair_bray"][theirs])
    test = a_test(found, "bray_curtis", "visit")
    adonis = whole["all"]["bray_relabund"]["adonis2"]
    assert [test["f"], test["r2"]] == pytest.approx([adonis["F"], adonis["R2"]], rel=1e-8)
    # a healthy and a tumour sample of one patient are exchanged, never those of two
    assert (test["n"], test["smallest_p"]) == (185, 1e-4)


def test_depth_46_is_compared_and_said(report_of):
    found = report_of("kostic_crc_paired")
    assert found["samples"]["depth_min"] == 46
    assert found["alpha"]["rarefied_depth"] == 46
    assert any("ten times the reads" in n for n in found["samples"]["notes"])


def test_proportions_are_not_taken_for_counts(report_of):
    found = report_of("enterotype_relabund", by="ENTEROTYPE")
    assert found["samples"]["counts"] is False
    assert any("no Chao1 and no rarefaction" in n for n in found["samples"]["notes"])
    assert set(found["beta"]) == {"bray_curtis", "jaccard"}
    assert found["alpha"]["rarefied_depth"] is None
    assert np.all([s["chao1"] is None for s in found["alpha"]["samples"]])


def test_one_visit_makes_no_pairs_and_says_so(report_of):
    found = report_of("icb_gut_motus")
    assert found["pairs"]["paired"]["x"] == 0
    assert "no later visit has samples" in found["pairs"]["visits"]["rule"]
    assert found["differential"]["paired"] is None
    rows = found["differential"]["by_response"]
    assert (rows["n_first"], rows["n_second"]) == (159, 71)
