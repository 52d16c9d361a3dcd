"""Sums of target lesions of a cut and their best changes: one composition for pages and reports."""

from __future__ import annotations

from dashboard.analysis import Analysis
from dashboard.metrics.response import day_array
from dashboard.metrics.tumour import BestChanges, TargetSums, best_changes


def sums_of(analysis: Analysis) -> TargetSums | None:
    """Post-baseline sums of target diameters; None when the export holds none."""
    return analysis.sums


def best_changes_of(analysis: Analysis, sums: TargetSums) -> BestChanges:
    """Best percent change up to the first PD (as derived) and before new anticancer therapy."""
    first_pd = day_array(analysis.responses.first_pd_day)
    return best_changes(analysis.cohort, sums, first_pd=first_pd)
