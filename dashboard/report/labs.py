"""Laboratory part of the report; always over the safety set."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dashboard.analysis import Analysis
from dashboard.lab_rules import graded, liver_options, sex_of, urate_bands, urate_limits
from dashboard.metrics.lab_shift import LabGrades, any_high, lab_grades
from dashboard.metrics.labs import LabValues, lab_values
from dashboard.metrics.liver import liver
from dashboard.metrics.safety import treated
from dashboard.metrics.types import AnalysisSet
from dashboard.metrics.urate import urate
from dashboard.metrics.urate_course import above, over_limits

Json = dict[str, Any]


def labs_report(analysis: Analysis, members: AnalysisSet) -> Json | None:
    """All of `labs`; null without laboratory values or where the safety set is not known."""
    adlb = analysis.frame("ADLB")
    if adlb is None or not {"PARAMCD", "AVAL"} <= set(adlb.columns) or not members.derivable:
        return None
    options, version = analysis.safety_options, analysis.rules.ctcae_version
    patients = treated(analysis.adsl, analysis.cohort, members, options)
    values, level = lab_values(adlb, patients), analysis.rules.level
    found = lab_grades(values, version=version, level=level) if graded(version) else ()
    return {
        "n": patients.n,
        "values": values.n,
        "ctcae_version": version if graded(version) else None,
        "terms": {g.term: _term(g) for g in found},
        "grade3plus": any_high(found, level=level).proportion.to_json() if found else None,
        "urate": _urate(analysis, values),
        "liver": _liver(analysis, values),
    }


def _term(found: LabGrades) -> Json:
    return {
        "measured": found.measured,
        "any": found.any.to_json(),
        "grade3plus": found.grade3plus.to_json(),
        "by_grade": {g: found.by_grade[g] for g in "01234"},
        "not_graded": found.not_graded,
    }


def _urate(analysis: Analysis, values: LabValues) -> Json | None:
    study, level = analysis.cut.study, analysis.rules.level
    found = urate(values, urate_bands(study))
    if not found.patients:
        return None
    over = over_limits(found, sex_of(analysis), urate_limits(study), level=level)
    return {
        "n": len(found.patients),
        "unit": found.unit,
        "bands": dict(found.peak_bands),
        "above": {f"{e:g}": above(found, e, level=level)[0].to_json() for e in found.edges},
        "over_limit": {o.sex: o.proportion.to_json() for o in over},
    }


def _liver(analysis: Analysis, values: LabValues) -> Json | None:
    found = liver(values, liver_options(analysis))
    if not found.patients:
        return None
    return {
        "n": len(found.patients),
        "quadrants": dict(Counter(p.quadrant for p in found.patients)),
        "candidates": list(found.candidates),
        "rule": found.rule,
    }
