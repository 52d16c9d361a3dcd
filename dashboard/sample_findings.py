"""Findings about samples: two patients' samples that look swapped, samples that are copies."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.analysis import Analysis
from dashboard.microbiome import Microbiome, tables_of
from data_access.findings import Finding, Rule, Severity

SWAPPED = Rule(
    "derive-samples-swapped",
    Severity.WARNING,
    "Two patients' second samples are each nearest to the first sample of the other",
    "Ask the laboratory to check the labels of these samples. Nothing is left out of any estimate "
    "for it: two communities may change into each other's neighbourhood.",
)
COPIED = Rule(
    "derive-samples-equal",
    Severity.ERROR,
    "Samples have the same value in every taxon",
    "Two sequenced samples are never equal: export each sample once, under its own identifier.",
)
RULES: tuple[Rule, ...] = (SWAPPED, COPIED)


def sample_findings(analysis: Analysis) -> Iterator[Finding]:
    """Of every feature table, among the enrolled patients."""
    if "ADMB" not in analysis.cut.domains:
        return
    for table in tables_of(analysis):
        found = Microbiome(analysis, analysis.sets["enrolled"].patients, table).identity()
        for swap in found.swaps:
            yield SWAPPED.finding(
                f"{table}: exchanged, the samples of these two patients would be "
                f"{swap.swapped_distance:.2f} apart in sum (Bray-Curtis); as labelled they are "
                f"{swap.own_distance:.2f}.",
                domain="ADMB",
                column="SAMPLEID",
                patients=sorted({swap.usubjid, swap.other}),
                count=2,
            )
        for same in found.duplicates:
            yield COPIED.finding(
                f"{table}: {len(same.samples)} samples are equal: {', '.join(same.samples[:5])}"
                f"{' and others' if len(same.samples) > 5 else ''}.",
                domain="ADMB",
                column="SAMPLEID",
                patients=sorted(same.patients),
                count=len(same.samples),
            )
