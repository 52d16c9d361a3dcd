"""Response part of the report: rates by set, best responses, best change, the interim window."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dashboard.analysis import Analysis
from dashboard.measurements import best_changes_of, sums_of
from dashboard.metrics.response import BEST_ORDER
from dashboard.metrics.response_rates import (
    clinical_benefit,
    disease_control,
    objective_response,
)
from dashboard.metrics.types import AnalysisSet, PatientProportion
from dashboard.metrics.windows import response_window

Json = dict[str, Any]


def response_report(analysis: Analysis, members: AnalysisSet) -> Json:
    """All of `response`; what the export cannot say is null."""
    responses, level = analysis.responses, analysis.rules.level
    inside = frozenset(members.patients)
    confirmed = responses.source_confirmed is not None
    benefit = clinical_benefit(
        analysis.cohort,
        analysis.assessments,
        responses,
        members,
        analysis.response_rules,
        level=level,
    )
    return {
        "population": members.id,
        "n": members.n,
        "source": responses.source_confirmed,
        "source_unconfirmed": responses.source_unconfirmed,
        "orr": proportion(objective_response(responses, members, level=level)),
        "orr_unconfirmed": proportion(
            objective_response(responses, members, confirmed=False, level=level)
        ),
        "dcr": proportion(disease_control(responses, members, level=level)),
        "dcr_unconfirmed": proportion(
            disease_control(responses, members, confirmed=False, level=level)
        ),
        "cbr": proportion(benefit),
        "bor": _counts(responses.usubjid, responses.confirmed, inside) if confirmed else None,
        "bor_unconfirmed": _counts(responses.usubjid, responses.unconfirmed, inside)
        if responses.source_unconfirmed
        else None,
        "best_pchg": _best_change(analysis, inside),
        "window": _window(analysis, members) if confirmed else None,
    }


def proportion(value: PatientProportion | None) -> Json | None:
    """{x, n, estimate, lower, upper, method, level}, with the other intervals beside it."""
    if value is None:
        return None
    others = {p.method: {"lower": p.lower, "upper": p.upper} for p in value.others}
    return {**value.headline.to_json(), "other_intervals": others, "source": value.source}


def _counts(ids: tuple[str, ...], terms: tuple[str, ...], inside: frozenset[str]) -> dict[str, int]:
    found = Counter(t for u, t in zip(ids, terms, strict=True) if u in inside)
    return {t: found[t] for t in BEST_ORDER if found[t]}


def _best_change(analysis: Analysis, inside: frozenset[str]) -> Json | None:
    sums = sums_of(analysis)
    if sums is None:
        return None
    best = best_changes_of(analysis, sums)
    values = {u: p for u, p in zip(best.usubjid, best.percent, strict=True) if u in inside}
    return {
        "n": len(values),
        "percent": values,
        "without": [e.to_json() for e in best.without if e.usubjid in inside],
    }


def _window(analysis: Analysis, members: AnalysisSet) -> Json | None:
    days = analysis.rules.orr_window_days
    if days is None:
        return None
    found = response_window(
        analysis.window_days, members, window_days=days, level=analysis.rules.level
    )
    return {
        "window_days": days,
        "orr": proportion(found.interim),
        "pending": len(found.pending),
        "pending_unconfirmed": len(found.pending_unconfirmed),
        "late_responders": list(found.late_responders),
        "mature": {
            **(proportion(found.mature) or {}),
            "still_pending": len(found.mature_pending),
        },
        "incidence": found.incidence.to_json() if found.incidence else None,
        "incidence_method": found.incidence_method,
        "bounds": {
            "all_fail": proportion(found.all_fail),
            "all_respond": proportion(found.all_respond),
        },
    }
