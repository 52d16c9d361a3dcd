"""What the Survival page shows: each function asks the metrics for one card, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.endpoints import STANDARD, Endpoint, data_of, endpoint_named, endpoints, from_origin
from dashboard.metrics.duration import time_to_response
from dashboard.metrics.kaplan_meier import KaplanMeier
from dashboard.metrics.reasons import reason_counts
from dashboard.metrics.sensitivity import compare_times
from dashboard.metrics.time_to_event import SurvivalResult, TimeToEvent, follow_up, survival
from dashboard.panels.cautions import cautions
from dashboard.panels.common import common, json_of, who
from dashboard.panels.overview import registry
from dashboard.panels.strata import overlapping, strata_of
from dashboard.results import View
from dashboard.selection import Selection
from dashboard.text import text

Json = Mapping[str, Any]

MONTH = 30.4375
#: landmarks read off every curve: 3, 6 and 12 months
LANDMARKS = (3 * MONTH, 6 * MONTH, 12 * MONTH)
#: distances between ticks of the time axis, months; the first that needs few ticks is taken
STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
MAX_TICKS = 7
#: more curves than this cannot be told apart; the other groups are counts
MAX_CURVES = 8


def curve(view: View) -> Json:
    """The chosen endpoint: curve, readouts and risk table, of all patients or by group."""
    found = endpoints(view.analysis)
    chosen = endpoint_named(found, view.selection.endpoint)
    answer = {**_shared(view, chosen), **_choices(view, found, chosen), "result": None}
    data = None if chosen is None else data_of(view.analysis, chosen, view.selection.rules)
    if chosen is None or data is None:
        return answer
    options = view.analysis.km_options
    whole = survival(data, view.members, options)
    months = ticks(whole.curve.last_time or 0.0)
    landmarks = _landmarks(view, chosen)
    groups = strata_of(view, data, options, MAX_CURVES)
    window = view.analysis.rules.pfs_window_days if chosen.id == "PFS" else None
    return {
        **answer,
        "result": whole.to_json(),
        "who": _with_event(view, whole.data),
        "keys": {u: view.keys.key(u) for u in whole.data.usubjid},
        "readout": _readout(whole.curve, landmarks, months),
        "headline": _headline(view, chosen),
        **cautions(whole.curve, _headline(view, chosen)),
        "from_origin": from_origin(view.analysis, data),
        "window_days": window,
        "ticks": months,
        "strata": [
            {
                "id": s.id,
                "label": s.label,
                "position": s.position,
                "n": s.result.curve.n,
                "events": s.result.curve.events,
                "who": _with_event(view, s.result.data),
                "why": s.why,
                "result": None if s.why else s.result.to_json(),
                "readout": None if s.why else _readout(s.result.curve, landmarks, months),
            }
            for s in groups
        ],
    }


def censoring(view: View) -> Json:
    """PFS by each reading: as exported, FDA-like, EMA-like; and whom the readings differ in."""
    analysis, members, options = view.analysis, view.members, view.analysis.km_options
    readings: dict[str, TimeToEvent | None] = {
        "exported": analysis.exported_time("PFS"),
        "fda": analysis.derived_pfs("fda"),
        "ema": analysis.derived_pfs("ema"),
    }
    known = {name: data for name, data in readings.items() if data is not None}
    curves = {name: survival(data, members, options) for name, data in known.items()}
    shown = view.selection.rules
    if shown == "primary":
        shown = "exported" if "exported" in known else "fda"
    rules = analysis.rules
    return {
        **common(view),
        "readings": [
            {
                "id": name,
                "shown": name == shown,
                "events": result.curve.events,
                "n": result.curve.n,
                "who": _with_event(view, result.data),
                "median": result.curve.median.to_json(),
                "rate": result.curve.rate(analysis.pfs_landmark).to_json(),
                "method": result.curve.method,
                "rule": result.data.rule,
                "without": _without(view, result),
            }
            for name, result in curves.items()
        ],
        "pairs": [
            _pair(view, one, known[one], two, known[two])
            for one, two in (("fda", "ema"), ("exported", "fda"))
            if one in known and two in known
        ],
        "max_gap": 2 * rules.assessment_interval + 2 * rules.visit_window,
        "assessments_known": analysis.assessments.paramcd is not None,
    }


def reasons(view: View) -> Json:
    """Why each patient's time ended, counted and one by one."""
    found = endpoints(view.analysis)
    chosen = endpoint_named(found, view.selection.endpoint)
    answer = {**_shared(view, chosen), "counts": [], "patients": [], "excluded": [], "source": None}
    data = None if chosen is None else data_of(view.analysis, chosen, view.selection.rules)
    if data is None:
        return answer
    inside = data.restrict(view.members)
    return {
        **answer,
        "source": inside.source,
        "rule": inside.rule,
        "counts": [
            {**c.to_json(), "n": c.n, "who": who(view, c.patients)} for c in reason_counts(inside)
        ],
        "patients": [
            [u, d, e, r, None if w is None else w.isoformat(), view.keys.key(u)]
            for u, d, e, r, w in zip(
                inside.usubjid, inside.days, inside.event, inside.reason, inside.dates, strict=True
            )
        ],
        "excluded": _excluded(view, inside),
    }


def follow(view: View) -> Json:
    """Time to response among responders, and follow-up by the reverse Kaplan-Meier method."""
    analysis, members = view.analysis, view.members
    known = analysis.responses.source_confirmed is not None
    response = time_to_response(analysis.responses, members) if known else None
    followed = None
    if analysis.os is not None:
        followed = follow_up(analysis.os, members, analysis.km_options)
    undated = 0
    if response is not None:
        pairs = zip(analysis.responses.usubjid, analysis.responses.confirmed, strict=True)
        inside = set(members.patients)
        confirmed = {u for u, term in pairs if term in {"CR", "PR"} and u in inside}
        undated = len(confirmed - set(response.usubjid))
    return {
        **common(view),
        "response": json_of(response),
        "undated": undated,
        "source": analysis.responses.source_confirmed,
        "follow_up": json_of(followed),
        "follow_up_source": None if analysis.os is None else analysis.os.source,
    }


def endpoint_label(endpoint: Endpoint) -> str:
    """The endpoint's name: ours for the standard ones, else the export's own words."""
    if endpoint.id in STANDARD:
        return text(f"survival.endpoint.{endpoint.id}")
    return endpoint.words


def ticks(last_day: float) -> list[float]:
    """Months 0, step, 2 x step ... up to the first at or after the end of follow-up."""
    last = last_day / MONTH
    step = next((s for s in STEPS if last / s <= MAX_TICKS - 1), STEPS[-1])
    months = [0.0]
    while months[-1] < last - 1e-9 or len(months) < 2:
        months.append(months[-1] + step)
    return months


def _shared(view: View, chosen: Endpoint | None) -> dict[str, Any]:
    """What the cards about one endpoint have in common."""
    words = registry(view)
    kept = ("pfs_wording", "pfs_is_os", "pfs_not_randomised")
    return {
        **common(view),
        "endpoint": None
        if chosen is None
        else {"id": chosen.id, "label": endpoint_label(chosen), "code": chosen.code},
        "registry": {k: words[k] for k in kept},
        "randomised": view.cut.study.design.randomised,
        "rules": view.selection.rules,
    }


def _choices(view: View, found: tuple[Endpoint, ...], chosen: Endpoint | None) -> dict[str, Any]:
    """What the card may be changed to, each with the query of that view."""
    selection = view.selection
    return {
        "endpoints": [
            _choice(
                endpoint_label(e),
                replace(selection, endpoint="" if e is found[0] else e.id),
                current=e is chosen,
            )
            for e in found
        ],
        "readings": _readings(view, chosen),
        "groups": [
            _choice(
                label if id_ == "none" else text("survival.group.by", group=label),
                replace(selection, group=id_),
                current=id_ == selection.group,
            )
            for id_, label in _groupings(view)
        ],
        "group": dict(_groupings(view)).get(selection.group) if selection.group != "none" else None,
        "group_is_backbone": selection.group == "backbone",
        "groups_overlap": selection.group == "backbone" and overlapping(view),
    }


def _choice(label: str, selection: Selection, *, current: bool) -> dict[str, Any]:
    return {"label": label, "query": selection.query(), "current": current}


def _readings(view: View, chosen: Endpoint | None) -> list[dict[str, Any]]:
    """Censoring rules an endpoint can be read by: PFS, and a response duration derived from it."""
    analysis, selection = view.analysis, view.selection
    derived = chosen is not None and chosen.code is None and chosen.id == "DOR"
    if chosen is None or (chosen.id != "PFS" and not derived):
        return []
    exported = analysis.exported_time("PFS") is not None
    ids = ["primary"]
    if analysis.assessments.paramcd is not None:
        ids += ["fda", "ema"] if exported else ["ema"]
    names = {"primary": "exported" if exported else "fda", "fda": "fda", "ema": "ema"}
    current = "primary" if selection.rules == "fda" and not exported else selection.rules
    return [
        _choice(
            text(f"survival.reading.{names[i]}"),
            replace(selection, rules=i),
            current=i == current,
        )
        for i in ids
    ]


def _groupings(view: View) -> list[tuple[str, str]]:
    study = view.cut.study
    adsl = set(view.analysis.adsl.columns)
    found = [("none", text("survival.group.none"))]
    if study.backbones is not None and study.backbones.column in adsl:
        found.append(("backbone", study.backbones.label))
    taken = study.backbones.column if study.backbones else None
    return found + [
        (f.column, f.label)
        for f in study.filters
        if f.kind == "category" and f.column in adsl and f.column != taken
    ]


def _landmarks(view: View, chosen: Endpoint) -> tuple[float, ...]:
    """3, 6 and 12 months, and the endpoint's own headline where it is another time."""
    return tuple(sorted({*LANDMARKS, _headline(view, chosen)}))


def _headline(view: View, chosen: Endpoint) -> float:
    """Day of the rate that is set large."""
    if chosen.id == "PFS":
        return view.analysis.pfs_landmark
    return LANDMARKS[2] if chosen.id == "OS" else LANDMARKS[1]


def _readout(found: KaplanMeier, landmarks: tuple[float, ...], months: list[float]) -> Json:
    return {
        "median": found.median.to_json(),
        "rates": [found.rate(day).to_json() for day in landmarks],
        "risk": found.at_risk([m * MONTH for m in months]).to_json(),
        "thin_from": found.thin_from(),
    }


def _excluded(view: View, data: TimeToEvent) -> list[list[str]]:
    """Members of the set who have no time, and why; the filters' own exclusions are no news."""
    inside = set(view.members.patients)
    return [[e.usubjid, e.reason] for e in data.excluded if e.usubjid in inside]


def _with_event(view: View, data: TimeToEvent) -> str:
    """Keys of those whose time ended in an event."""
    return who(view, [u for u, event in zip(data.usubjid, data.event, strict=True) if event])


def _without(view: View, result: SurvivalResult) -> int:
    return view.members.n - result.curve.n


def _pair(view: View, one: str, first: TimeToEvent, two: str, second: TimeToEvent) -> Json:
    found = compare_times(first, second, view.members, view.analysis.km_options)
    return {
        "first": one,
        "second": two,
        "status_differs": found.status_differs,
        "differing": [d.to_json() for d in found.differing],
        "keys": {d.usubjid: view.keys.key(d.usubjid) for d in found.differing},
    }
