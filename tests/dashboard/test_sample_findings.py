"""Swapped and copied samples are findings of the import, on a hand-written export."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from dashboard.analysis import Analysis
from dashboard.derived_findings import derived_findings
from dashboard.metrics.dissimilarity import between, bray_curtis
from dashboard.preview import Preview
from dashboard.sample_findings import COPIED, SWAPPED
from data_access.importer import check_exports

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
    "P1A": (90, 5, 5), "P2A": (5, 90, 5), "P3A": (5, 5, 90),
    "P1B": (88, 6, 6), "P2B": (6, 88, 6), "P3B": (6, 6, 88),
}  # fmt: skip


def found(tmp_path, counts):
    exports = tmp_path / "exports"
    exports.mkdir()
    lines = [f"{s},{s[:2]},{s[2]}" for s in counts]
    (exports / "samples.csv").write_text("Sample,Patient,Visit\n" + "\n".join(lines) + "\n")
    table = [",".join(map(str, (s, *v))) for s, v in counts.items()]
    (exports / "counts.csv").write_text("SAMPLEID,x,y,z\n" + "\n".join(table) + "\n")
    study = tmp_path / "study.toml"
    study.write_text(STUDY)
    result = check_exports(exports, study, now=NOW)
    assert result.staged is not None, [f.sentence for f in result.findings]
    findings = derived_findings(Analysis(Preview(result.staged)))
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


@pytest.mark.parametrize("seed", range(5))
def test_distances_between_are_those_of_the_whole_table(seed):
    table = np.random.default_rng(seed).poisson(3, (7, 5)) + 1
    assert between(table[:3], table[3:]) == pytest.approx(bray_curtis(table)[:3, 3:])
