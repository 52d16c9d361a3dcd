"""What the Response page shows: each function asks the metrics for one card, returns plain JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from dashboard.analysis import Analysis
from dashboard.measurements import best_changes_of, sums_of
from dashboard.metrics.accrual import on_treatment
from dashboard.metrics.new_lesions import first_new_lesion
from dashboard.metrics.not_evaluable import not_evaluable_reasons
from dashboard.metrics.response import RESPONSE, day_array
from dashboard.metrics.response_rates import (
    best_response_table,
    clinical_benefit,
    disease_control,
    objective_response,
)
from dashboard.metrics.trajectories import trajectories
from dashboard.metrics.types import AnalysisSet, Exclusion, PatientProportion
from dashboard.metrics.windows import ResponseWindow, response_window
from dashboard.panels.common import common, json_of, who
from dashboard.panels.marker_link import marker_link
from dashboard.panels.strip import strip
from dashboard.results import View

Json = Mapping[str, Any]

#: percent change from baseline of a partial response in target lesions (RECIST 1.1)
DEEP = -30.0
#: denominators of the rates, in the order shown; another set joins when it is the chosen one
DENOMINATORS = ("enrolled", "full", "evaluable")


def rates(view: View) -> Json:
    """ORR, DCR and CBR by denominator, and where the response window stands."""
    analysis, rules = view.analysis, view.analysis.rules
    confirmed = analysis.responses.source_confirmed is not None
    chosen = view.selection.analysis_set
    ids = DENOMINATORS if chosen in DENOMINATORS else (chosen, *DENOMINATORS)
    windowed = None
    if confirmed and rules.orr_window_days is not None:
        windowed = response_window(
            analysis.window_days,
            view.members,
            window_days=rules.orr_window_days,
            level=rules.level,
        )
    return {
        **common(view),
        **_readings(analysis),
        "sets": [_rates_of(view, id_) for id_ in ids],
        "window": None if windowed is None else _window(view, windowed),
        "undated": _undated(analysis, view.members, windowed),
        "confirm_days": rules.confirm_days,
        "sd_min_days": rules.sd_min_days,
        "cb_days": rules.cb_days,
        "visit_window": rules.visit_window,
        "origin_rule": analysis.cohort.origin_rule,
    }


def _rates_of(view: View, id_: str) -> dict[str, Any]:
    """The rates of one denominator; `known` False where the export cannot tell who belongs."""
    analysis, members = view.analysis, view.set(id_)
    responses, level = analysis.responses, analysis.rules.level
    benefit = clinical_benefit(
        analysis.cohort,
        analysis.assessments,
        responses,
        members,
        analysis.response_rules,
        level=level,
    )
    return {
        "id": id_,
        "label": members.label,
        "rule": members.rule,
        "n": members.n,
        "known": id_ in analysis.shown_sets,
        "orr": _headline(view, objective_response(responses, members, level=level)),
        "dcr": _headline(view, disease_control(responses, members, level=level)),
        "cbr": _headline(view, benefit),
        "orr_unconfirmed": _headline(
            view, objective_response(responses, members, confirmed=False, level=level)
        ),
    }


def _headline(view: View, found: PatientProportion | None) -> dict[str, Any] | None:
    """The number with its interval and source, and the keys of the patients it counts."""
    if found is None:
        return None
    return {
        "headline": found.headline.to_json(),
        "source": found.source,
        "who": who(view, found.numerator),
    }


def _window(view: View, found: ResponseWindow) -> dict[str, Any]:
    """The window's rates, and how many patients stand where."""
    return {
        "window_days": found.window_days,
        "pending": len(found.pending),
        "waiting": len(found.pending_unconfirmed),
        "late": len(found.late_responders),
        "mature_pending": len(found.mature_pending),
        "interim": _headline(view, found.interim),
        "all_fail": _headline(view, found.all_fail),
        "all_respond": _headline(view, found.all_respond),
        "mature": _headline(view, found.mature),
        "incidence": json_of(found.incidence),
        "incidence_method": found.incidence_method,
    }


def best_response(view: View) -> Json:
    """Best overall responses, confirmed and unconfirmed, and why some are not evaluable."""
    analysis, members = view.analysis, view.members
    table = best_response_table(analysis.responses, members, level=analysis.rules.level)
    confirmed = analysis.responses.source_confirmed is not None
    reasons = not_evaluable_reasons(
        analysis.cohort,
        analysis.assessments,
        analysis.responses,
        analysis.response_rules,
        confirmed=confirmed,
    )
    terms = _terms(analysis, confirmed=confirmed)
    return {
        **common(view),
        **_readings(analysis),
        "who": who(view, members.patients),
        "rows": [
            {
                "term": row.term,
                "confirmed": _headline(view, row.confirmed),
                "unconfirmed": _headline(view, row.unconfirmed),
            }
            for row in table.rows
        ],
        "reasons": [
            {
                "term": term,
                "reasons": _grouped(view, tuple(e for e in kept if terms[e.usubjid] == term)),
            }
            for kept in [_inside(reasons, members)]
            for term in ("NE", "MISSING")
            if any(terms[e.usubjid] == term for e in kept)
        ],
        # without visits the reason of an exported NE cannot be told
        "reasons_known": analysis.assessments.paramcd is not None,
        "sd_min_days": analysis.rules.sd_min_days,
        "confirm_days": analysis.rules.confirm_days,
    }


def waterfall(view: View) -> Json:
    """Best percent change of every patient with a bar, worst first; the others by reason."""
    analysis, members = view.analysis, view.members
    sums, orr = sums_of(analysis), _shown_orr(analysis, members)
    said: dict[str, Any] = {
        **common(view),
        **_readings(analysis),
        "measured": sums is not None,
        "orr": _headline(view, orr),
        "bars": [],
        "deep": 0,
        "deep_responders": 0,
        "new_lesions_known": False,
        "without": [],
        "strip": [],
        "marker": marker_link(view, []),
    }
    if sums is None:
        return said
    best = best_changes_of(analysis, sums)
    inside = set(members.patients)
    marks = _marks(view)
    found = zip(best.usubjid, best.percent, best.day, best.baseline, best.total, strict=True)
    bars = [
        {
            "usubjid": u,
            "percent": percent,
            "day": day,
            "baseline": base,
            "total": total,
            **marks[u],
        }
        for u, percent, day, base, total in found
        if u in inside
    ]
    bars.sort(key=lambda bar: (-bar["percent"], bar["usubjid"]))
    deep = {bar["usubjid"] for bar in bars if bar["percent"] <= DEEP + 1e-9}
    said["bars"] = bars
    said["deep"] = len(deep)
    said["deep_responders"] = 0 if orr is None else len(deep.intersection(orr.numerator))
    said["new_lesions_known"] = any(bar["new_lesion"] is not None for bar in bars)
    said["without"] = _grouped(view, _inside(best.without, members), marks)
    said["marker"] = marker_link(view, [bar["usubjid"] for bar in bars])
    said["strip"] = strip(view.cut.study, analysis.adsl, [bar["usubjid"] for bar in bars])
    return said


def spider(view: View) -> Json:
    """Percent change over time of every patient with a line, from baseline 0."""
    analysis, members = view.analysis, view.members
    sums = sums_of(analysis)
    said: dict[str, Any] = {
        **common(view),
        **_readings(analysis),
        "measured": sums is not None,
        "lines": [],
        "left_out": [],
        "without": [],
        "window_days": analysis.rules.orr_window_days,
    }
    if sums is None:
        return said
    inside = set(members.patients)
    drawn = trajectories(analysis.cohort, sums, day_array(analysis.responses.first_pd_day))
    marks = _marks(view)
    said["lines"] = [
        {**line.to_json(), **marks[line.usubjid]} for line in drawn.lines if line.usubjid in inside
    ]
    shown = {line["usubjid"] for line in said["lines"]}
    said["without"] = [u for u in members.patients if u not in shown]
    reasons = Counter(e.reason for e in drawn.left_out if e.usubjid in inside)
    said["left_out"] = [{"reason": reason, "n": n} for reason, n in reasons.most_common()]
    return said


def _readings(analysis: Analysis) -> dict[str, Any]:
    """Which readings of best response there are, and where each comes from."""
    responses = analysis.responses
    return {
        "source_confirmed": responses.source_confirmed,
        "source_unconfirmed": responses.source_unconfirmed,
        "confirmed": responses.source_confirmed is not None,
        "responses_known": bool(responses.source_confirmed or responses.source_unconfirmed),
    }


def _terms(analysis: Analysis, *, confirmed: bool) -> dict[str, str]:
    responses = analysis.responses
    values = responses.confirmed if confirmed else responses.unconfirmed
    return dict(zip(responses.usubjid, values, strict=True))


def _marks(view: View) -> dict[str, dict[str, Any]]:
    """What a bar or a line of a patient says beside its numbers. None: the export does not say."""
    analysis = view.analysis
    responses, cohort = analysis.responses, analysis.cohort
    confirmed = responses.source_confirmed is not None
    terms = _terms(analysis, confirmed=confirmed)
    unconfirmed = _terms(analysis, confirmed=False)
    adrs = analysis.frame("ADRS")
    first_pd = day_array(responses.first_pd_day)
    lesion = None if adrs is None else first_new_lesion(adrs, cohort)
    new = None if lesion is None else (lesion <= np.minimum(first_pd, cohort.follow_up)).tolist()
    ongoing = on_treatment(analysis.adsl, cohort).tolist() if analysis.doses_known else None
    both = confirmed and responses.source_unconfirmed is not None
    waiting = dict(zip(responses.usubjid, responses.candidate_day, strict=True))
    return {
        u: {
            "key": view.keys.key(u),
            "term": terms[u],
            "best": unconfirmed[u] if responses.source_unconfirmed is not None else None,
            "unconfirmed": both and unconfirmed[u] in RESPONSE and terms[u] not in RESPONSE,
            "waiting": waiting[u] is not None,
            "new_lesion": None if new is None else new[i],
            "ongoing": None if ongoing is None else ongoing[i],
        }
        for i, u in enumerate(cohort.patients)
    }


def _shown_orr(analysis: Analysis, members: AnalysisSet) -> PatientProportion | None:
    confirmed = analysis.responses.source_confirmed is not None
    return objective_response(
        analysis.responses, members, confirmed=confirmed, level=analysis.rules.level
    )


def _undated(analysis: Analysis, members: AnalysisSet, found: ResponseWindow | None) -> int:
    """Responders whose response has no date, so that no window can hold them."""
    shown = objective_response(analysis.responses, members)
    if shown is None or found is None:
        return 0
    return len({*shown.numerator} - {*found.responders, *found.late_responders})


def _inside(exclusions: tuple[Exclusion, ...], members: AnalysisSet) -> tuple[Exclusion, ...]:
    inside = set(members.patients)
    return tuple(e for e in exclusions if e.usubjid in inside)


def _grouped(
    view: View,
    exclusions: tuple[Exclusion, ...],
    marks: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Patients by reason, the most frequent reason first; with their best response on demand."""
    groups: dict[str, list[str]] = {}
    for e in exclusions:
        groups.setdefault(e.reason, []).append(e.usubjid)
    return [
        {
            "reason": reason,
            "patients": ids,
            "keys": [view.keys.key(u) for u in ids],
            **({} if marks is None else {"terms": [marks[u]["term"] for u in ids]}),
        }
        for reason, ids in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
