"""What the Overview shows: each function asks the metrics for one card and returns plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dashboard.derived_findings import derived_findings
from dashboard.metrics.accrual import accrual as accrual_of
from dashboard.metrics.accrual import status_counts
from dashboard.metrics.ae_overview import ae_overview
from dashboard.metrics.maturity import event_days, maturity
from dashboard.metrics.response_rates import disease_control, objective_response
from dashboard.metrics.safety import safety_events
from dashboard.metrics.time_to_event import follow_up, survival
from dashboard.metrics.types import PatientProportion
from dashboard.metrics.windows import ResponseWindow, response_window
from dashboard.panels.cautions import cautions
from dashboard.panels.common import common, json_of, who
from dashboard.panels.deaths import causes, deaths, disputed, undated_deaths
from dashboard.results import View
from data_access.findings import Finding, in_order

Json = Mapping[str, Any]

#: cells of the status strip
COUNTS = ("enrolled", "treated", "evaluable", "on_treatment", "ended", "died", "off_study")
#: findings named on the page per severity; the count is always the full one
LISTED = 8


def status(view: View) -> Json:
    """Enrolled, treated, evaluable, on treatment, ended; cut date; median follow-up."""
    analysis = view.analysis
    level = analysis.rules.level
    counts = status_counts(
        analysis.adsl, analysis.cohort, view.set("enrolled"), view.set("evaluable"), level=level
    )
    followed = None
    if analysis.os is not None:
        followed = follow_up(analysis.os, view.set("enrolled"), analysis.km_options)
    return {
        **common(view),
        "counts": {name: _counted(view, getattr(counts, name)) for name in COUNTS},
        "evaluable_known": analysis.evaluable_known,
        "doses_known": analysis.doses_known,
        "follow_up": json_of(followed),
        "planned": view.cut.study.design.planned_patients,
        "enrolled_rule": analysis.sets["enrolled"].rule,
    }


def efficacy(view: View) -> Json:
    """ORR, DCR, PFS rate and deaths of the chosen set, or which export is missing."""
    analysis, members = view.analysis, view.members
    rules, level = analysis.rules, analysis.rules.level
    responses = analysis.responses
    confirmed = responses.source_confirmed is not None
    known = confirmed or responses.source_unconfirmed is not None
    orr = objective_response(responses, members, confirmed=confirmed, level=level)
    windowed = None
    if confirmed and rules.orr_window_days is not None:
        windowed = response_window(
            analysis.window_days, members, window_days=rules.orr_window_days, level=level
        )
    pfs = analysis.pfs(view.selection.rules)
    curve = None if pfs is None else survival(pfs, members, analysis.km_options)
    return {
        **common(view),
        "responses_known": known,
        "confirmed": confirmed,
        "orr": _counted(view, orr),
        "window": _window(view, windowed),
        "undated_responders": _undated(orr, windowed),
        "dcr": _counted(
            view, disease_control(responses, members, confirmed=confirmed, level=level)
        ),
        "sd_min_days": rules.sd_min_days,
        "confirm_days": rules.confirm_days,
        "pfs": json_of(curve),
        "pfs_rate": None if curve is None else curve.curve.rate(analysis.pfs_landmark).to_json(),
        "cautions": None if curve is None else cautions(curve.curve, analysis.pfs_landmark),
        "pfs_stated": rules.pfs_window_days is not None,
        "origin": analysis.cut.study.origin,
        "origin_rule": analysis.cohort.origin_rule,
        "set_rule": members.rule,
        "deaths": _counted(view, deaths(analysis, members)),
        "causes": causes(view.cut.study, analysis, members),
        "undated_deaths": list(undated_deaths(analysis, members)),
        "disputed_deaths": disputed(analysis, members),
        "endpoints": _endpoints(view),
        "min_group": rules.min_group,
    }


def harm(view: View) -> Json:
    """Related events of grade 3 or higher, and serious events, of the safety set."""
    analysis = view.analysis
    members, adae = view.set("safety"), analysis.frame("ADAE")
    told = None
    if adae is not None and analysis.sets["safety"].n:
        options = analysis.safety_options
        events = safety_events(analysis.adsl, adae, analysis.cohort, members, options)
        told = ae_overview(events, options)
    return {
        **common(view),
        "set_label": members.label,
        "set_id": members.id,
        "n": members.n,
        "set_rule": members.rule,
        "set_known": analysis.sets["safety"].derivable,
        "overview": json_of(told),
        "flag_who": {} if told is None else {f.id: who(view, f.patients) for f in told.flags},
        "events_known": adae is not None,
        "min_group": analysis.rules.min_group,
        "teae_days": analysis.rules.teae_end_days,
        "endpoints": {},
    }


def mature(view: View) -> Json:
    """Who completed the response, PFS and AE windows, and what ORR can still become."""
    analysis, rules, level = view.analysis, view.analysis.rules, view.analysis.rules.level
    cohort, members = analysis.cohort, view.members
    windows: list[Any] = []
    bounds = None
    if rules.orr_window_days is not None and analysis.responses.source_confirmed is not None:
        days = analysis.window_days
        final = np.minimum(days.response, days.off)
        windows.append(
            maturity(
                "ORR", "", cohort, members,
                window_days=rules.orr_window_days, final_day=final, level=level,
            )
        )  # fmt: skip
        bounds = response_window(days, members, window_days=rules.orr_window_days, level=level)
    pfs = analysis.pfs(view.selection.rules)
    if rules.pfs_window_days is not None and pfs is not None:
        final = event_days(cohort, pfs)
        windows.append(
            maturity(
                "PFS", "", cohort, members,
                window_days=rules.pfs_window_days, final_day=final, level=level,
            )
        )  # fmt: skip
    if rules.ae_window_days is not None and analysis.sets["safety"].n:
        windows.append(
            maturity(
                "AE", "", cohort, view.set("safety"),
                window_days=rules.ae_window_days, final_day=cohort.death, level=level,
            )
        )  # fmt: skip
    return {
        **common(view),
        "windows": [{**w.to_json(), "resolved": _counted(view, w.resolved)} for w in windows],
        "bounds": _window(view, bounds),
        "origin": analysis.cut.study.origin,
        "set_rule": members.rule,
        "min_group": rules.min_group,
        "stated": {
            "ORR": rules.orr_window_days,
            "PFS": rules.pfs_window_days,
            "AE": rules.ae_window_days,
        },
    }


def accrual(view: View) -> Json:
    """Enrolment over time, against plan where one is stated."""
    design = view.cut.study.design
    result = accrual_of(
        view.analysis.cohort,
        view.set("enrolled"),
        planned=design.planned_patients,
        plan=design.accrual_plan,
    )
    # A plan is for the whole trial: under a filter it would be the wrong yardstick.
    stated = design.planned_patients is not None or bool(design.accrual_plan)
    if view.selection.filtered:
        result = replace(result, planned=None, plan=(), planned_by_cut=None)
    return {
        **common(view),
        "accrual": result.to_json(),
        "plan_stated": stated,
        "dated": bool(view.analysis.dated),
    }


def quality(view: View) -> Json:
    """Findings of the import and of the derivations, counted, the first of each severity told."""
    groups: dict[str, list[Finding]] = {}
    for finding in in_order([*view.cut.findings, *derived_findings(view.analysis)]):
        groups.setdefault(finding.severity.value, []).append(finding)
    return {
        **common(view),
        "groups": [
            {
                "severity": severity,
                "n": len(found),
                "findings": [
                    {"sentence": f.sentence, "remedy": f.remedy, "rule": f.rule, "count": f.count}
                    for f in found[:LISTED]
                ],
            }
            for severity, found in groups.items()
        ],
    }


def registry(view: View) -> Json:
    """The registered endpoints in their own words, and how far the wording of PFS carries."""
    study = view.cut.study
    pfs = next((e for e in study.endpoints if e.id.upper() == "PFS"), None)
    wording = (pfs.wording or "").casefold() if pfs else ""
    return {
        **common(view),
        "endpoints": [
            {
                "id": e.id,
                "label": e.label,
                "role": e.role,
                "wording": e.wording,
                "window_days": e.window_days,
            }
            for e in study.endpoints
        ],
        "registry": study.registry,
        "pfs_wording": pfs.wording if pfs else None,
        "pfs_is_os": "death" in wording and "progress" not in wording,
        "pfs_not_randomised": "randomi" in wording and not study.design.randomised,
        "origin": study.origin,
    }


def _counted(view: View, result: PatientProportion | None) -> dict[str, Any] | None:
    """A proportion with the keys of the patients it counts."""
    return None if result is None else {**result.to_json(), "who": who(view, result.numerator)}


def _window(view: View, found: ResponseWindow | None) -> dict[str, Any] | None:
    """The window with the keys behind each of its rates."""
    if found is None:
        return None
    rates = ("interim", "all_fail", "all_respond", "mature")
    return {**found.to_json(), **{name: _counted(view, getattr(found, name)) for name in rates}}


def _undated(orr: Any, windowed: Any) -> int:
    """Responders whose response has no date, so that no window can hold them."""
    if orr is None or windowed is None:
        return 0
    dated = {*windowed.responders, *windowed.late_responders}
    return sum(patient not in dated for patient in orr.numerator)


def _endpoints(view: View) -> dict[str, dict[str, Any]]:
    return {
        e.id.upper(): {"label": e.label, "role": e.role, "wording": e.wording}
        for e in view.cut.study.endpoints
    }
