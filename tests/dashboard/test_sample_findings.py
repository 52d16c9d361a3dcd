"""Swapped and copied samples are findings of the import, on a hand-written export."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from flask import Flask

from dashboard.analysis import Analysis
from dashboard.derived_findings import derived_findings
from dashboard.metrics.dissimilarity import between, bray_curtis
from dashboard.microbiome import Microbiome
from dashboard.pages.microbiome import CARDS
from dashboard.panels import PANELS, SLOW
from dashboard.preview import Preview
from dashboard.report.microbiome import microbiome_report
from dashboard.results import Audience, Results
from dashboard.sample_findings import COPIED, SWAPPED
from dashboard.shelf import Shelf
from data_access.importer import check_exports, import_exports
from data_access.store import CutStore

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STUDY = """
[study]
id = "samples"
title = "T"
cut_date = 2025-01-01
[domains.adsl]
from = "samples.csv"
key = "Patient"
[domains.admb]
from = "samples.csv"
columns = { SAMPLEID = "Sample", AVISIT = "Visit" }
[features.gut]
file = "counts.csv"
layout = "wide-transposed"
[biomarkers.microbiome]
before = "A"
after = "B"
"""
#: samples of three patients: each second near its own first
COUNTS = {
    "P1A": (180, 10, 10), "P2A": (10, 180, 10), "P3A": (10, 10, 180),
    "P1B": (176, 12, 12), "P2B": (12, 176, 12), "P3B": (12, 12, 176),
}  # fmt: skip


def written(tmp_path, counts, text=STUDY):
    """The folder of exports and study.toml."""
    exports = tmp_path / "exports"
    exports.mkdir()
    lines = [f"{s},{s[:2]},{s[2]}" for s in counts]
    (exports / "samples.csv").write_text("Sample,Patient,Visit\n" + "\n".join(lines) + "\n")
    table = [",".join(map(str, (s, *v))) for s, v in counts.items()]
    (exports / "counts.csv").write_text("SAMPLEID,x,y,z\n" + "\n".join(table) + "\n")
    study = tmp_path / "study.toml"
    study.write_text(text)
    return exports, study


def analysis_of(tmp_path, counts, text=STUDY):
    exports, study = written(tmp_path, counts, text)
    result = check_exports(exports, study, now=NOW)
    assert result.staged is not None, [f.sentence for f in result.findings]
    return Analysis(Preview(result.staged))


def found(tmp_path, counts):
    findings = derived_findings(analysis_of(tmp_path, counts))
    return {f.rule: f for f in findings if f.domain == "ADMB"}


def test_samples_as_they_should_be_give_no_finding(tmp_path):
    assert found(tmp_path, COUNTS) == {}


def test_two_patients_whose_second_samples_were_exchanged(tmp_path):
    swapped = {**COUNTS, "P1B": COUNTS["P2B"], "P2B": COUNTS["P1B"]}
    (finding,) = found(tmp_path, swapped).values()
    assert (finding.rule, finding.severity) == (SWAPPED.id, SWAPPED.severity)
    assert finding.patients == ("P1", "P2")
    assert "0.04 apart in sum" in finding.sentence


def test_a_sample_exported_twice_under_two_names(tmp_path):
    copied = {**COUNTS, "P3B": COUNTS["P1B"]}
    finding = found(tmp_path, copied)[COPIED.id]
    assert finding.patients == ("P1", "P3")
    assert "P1B, P3B" in finding.sentence


def test_a_stated_depth_is_that_of_rarefaction(tmp_path):
    """Two of three reads of AAB: hand calculation of Hurlbert's expectation."""
    counts = {"P1A": (2, 1, 0), "P1B": (1, 0, 0), "P2A": (9, 9, 9), "P2B": (3, 3, 3)}
    study = STUDY + "rarefy_to = 2\n"
    analysis = analysis_of(tmp_path, counts, study)
    view = Microbiome(analysis, analysis.sets["enrolled"].patients, "gut")
    got = {s.sample: s.rarefied for s in view.alpha.samples}
    assert view.alpha.rarefied_depth == 2
    assert got["P1A"] == pytest.approx(5 / 3)
    assert got["P1B"] is None


#: tables that leave little or nothing to compare -> samples compared, pairs
POOR = {
    "nothing but zeros": (dict.fromkeys(COUNTS, (0, 0, 0)), 0, 0),
    "one sample of one patient": ({"P1A": (3, 2, 1)}, 1, 0),
    "one pair": ({"P1A": (3, 2, 1), "P1B": (1, 2, 3)}, 2, 1),
    "no pairs": ({"P1A": (3, 2, 1), "P2B": (1, 2, 3)}, 2, 0),
    "one taxon in one sample": ({"P1A": (3, 0, 0), "P1B": (0, 0, 0), "P2A": (0, 0, 0)}, 1, 0),
    "one taxon in all": ({s: (n + 1, 0, 0) for n, s in enumerate(COUNTS)}, 6, 3),
    "shares": (dict.fromkeys(COUNTS, (0.5, 0.3, 0.2)), 6, 3),
}


@pytest.mark.parametrize("name", POOR)
def test_poor_tables_are_reported_in_words_and_drawn(tmp_path, name):
    counts, compared, pairs = POOR[name]
    analysis = analysis_of(tmp_path, counts)
    told = microbiome_report(analysis, analysis.sets["enrolled"], None, 1, None)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["samples"]["compared"] == compared
    assert told["pairs"]["paired"]["x"] == pairs
    assert len(told["samples"]["left_out"]) == len(counts) - compared
    if not pairs:
        assert told["differential"]["paired"] is None
    if pairs == 1:
        paired = told["differential"]["paired"]
        assert any("no taxon can pass" in note for note in paired["notes"])
        assert all(t["smallest_p"] == 1.0 for t in told["permanova"])
    if name == "shares":
        assert told["samples"]["counts"] is False
        assert told["alpha"]["samples"][0]["chao1"] is None


@pytest.mark.parametrize("name", POOR)
def test_every_card_of_the_page_can_be_drawn_of_a_poor_table(tmp_path, name):
    store = CutStore(tmp_path / "home")
    result = import_exports(*written(tmp_path, POOR[name][0]), store=store, now=NOW)
    assert result.cut is not None
    results = Results(Shelf(store), PANELS, Flask(__name__), slow=SLOW)
    selection = results.shelf.resolve("study=samples")[0]
    for card in CARDS:
        answer = results.panel(card.name, selection, Audience.FULL)
        assert card.draw(answer).id == card.name
        header, body = card.rows(answer)
        assert all(len(row) == len(header) for row in body), card.name


@pytest.mark.parametrize("seed", range(5))
def test_distances_between_are_those_of_the_whole_table(seed):
    table = np.random.default_rng(seed).poisson(3, (7, 5)) + 1
    assert between(table[:3], table[3:]) == pytest.approx(bray_curtis(table)[:3, 3:])
