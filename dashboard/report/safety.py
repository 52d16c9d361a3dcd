"""Safety and exposure parts of the report; always over the safety set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.analysis import Analysis
from dashboard.metrics.dose_changes import Discontinuations
from dashboard.metrics.exposure_summary import (
    exported_json,
    exported_totals,
    exposure_json,
    exposure_summary,
)
from dashboard.metrics.safety import safety, safety_events, safety_json, treated
from dashboard.metrics.stopping import stopping, treatment_time
from dashboard.metrics.subgroups import Group
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import AnalysisSet

Json = dict[str, Any]


def safety_report(
    analysis: Analysis, members: AnalysisSet, groups: Mapping[str, frozenset[str]] | None
) -> Json | None:
    """All of `safety`; null when the export has no ADAE or the safety set is not known."""
    adae = analysis.frame("ADAE")
    if adae is None or not members.derivable:
        return None
    options = analysis.safety_options
    events = safety_events(analysis.adsl, adae, analysis.cohort, members, options)
    named = [Group(k, k, tuple(sorted(v))) for k, v in (groups or {}).items()]
    return safety_json(safety(events, options, groups=named), options)


def exposure_report(analysis: Analysis, members: AnalysisSet) -> Json | None:
    """All of `exposure`; null when the safety set is not known."""
    if not members.derivable:
        return None
    options = analysis.safety_options
    patients = treated(analysis.adsl, analysis.cohort, members, options)
    found = exposure_summary(
        analysis.adsl,
        analysis.frame("ADEX"),
        analysis.cohort,
        members,
        patients,
        level=analysis.rules.level,
    )
    totals = exported_totals(analysis.frame("ADEX"), patients)
    return {
        **exposure_json(found),
        "time_on_treatment": _time(analysis, patients, found.discontinuations),
        "exported": exported_json(totals),
    }


def _time(analysis: Analysis, patients: Treated, stops: Discontinuations) -> Json:
    """Kaplan-Meier median in days, and patients off treatment by reason."""
    times = treatment_time(analysis.adsl, analysis.cohort, patients, stops)
    found = stopping(times, options=analysis.km_options)
    median = found.curve.median
    return {
        "n": found.n,
        "ongoing": len(found.ongoing),
        "median": median.estimate,
        "median_lower": median.lower,
        "median_upper": median.upper,
        "reasons": {r.reason: r.proportion.to_json() for r in found.reasons},
    }
