"""Markers beyond their shift: who changed, response, composition, normal ranges, outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.biomarkers import Kind
from dashboard.endpoints import from_origin
from dashboard.marker_outcomes import BASELINE, CHANGE, MarkerTimes, endpoints_of, times_of
from dashboard.marker_panel import Markers, compositions_of
from dashboard.measurements import best_changes_of, sums_of
from dashboard.metrics.marker_composition import Composition
from dashboard.metrics.marker_heat import heat_rows
from dashboard.metrics.marker_outcome import strata
from dashboard.metrics.marker_response import ResponseContrast, by_response
from dashboard.metrics.markers import Marker
from dashboard.metrics.normal_ranges import RangeCount, against_ranges
from dashboard.metrics.response_order import NON_RESPONDERS, RESPONDERS, TimeOrder
from dashboard.metrics.time_to_event import SurvivalResult, TimeToEvent
from dashboard.panels.biomarkers import by_reason, of_samples
from dashboard.panels.common import who
from dashboard.panels.survival import MONTH, ticks
from dashboard.results import Panel, View

Json = Mapping[str, Any]

#: what says that a marker is of proliferation or of apoptosis
PROLIFERATION = ("KI67", "KI-67", "MIB1", "PCNA")
APOPTOSIS = ("CC3", "CASPASE", "APOPTO", "TUNEL", "M30")


def heat(kind: Kind) -> Panel:
    """Change of every marker in every patient with a pair, in SDs before treatment."""

    def panel(view: View) -> Json:
        found = Markers(view.analysis, kind, view.members.patients)
        told = of_samples(view, found)
        if told["missing"]:
            return {**told, "people": [], "rows": []}
        group = {u: g for g, own in found.groups.items() for u in own}
        order = {g: i for i, g in enumerate((*found.groups, None))}
        patients = sorted(found.pairs.patients, key=lambda u: (order[group.get(u)], u))
        return {
            **told,
            "people": [
                {"usubjid": u, "key": view.keys.key(u), "group": group.get(u)} for u in patients
            ],
            "rows": [row.to_json() for row in heat_rows(found.changes, patients)],
        }

    return panel


def response(kind: Kind) -> Panel:
    """Baseline and change by response, only where samples precede the response assessment."""

    def panel(view: View) -> Json:
        found = Markers(view.analysis, kind, view.members.patients)
        told = of_samples(view, found)
        if not found.known or not found.patients or not found.groups:
            return {**told, "parts": []}
        parts = [_part(view, found, BASELINE, found.order_before)]
        if not told["missing"]:
            parts.append(_part(view, found, CHANGE, found.order_after))
        return {
            **told,
            "parts": parts,
            "landmark": view.cut.study.biomarkers.landmark_days,
        }

    return panel


def _part(view: View, found: Markers, what: str, order: TimeOrder) -> dict[str, Any]:
    values = found.shifts if what == CHANGE else found.baselines
    rows = by_response(found.markers, values, order)
    return {
        "what": what,
        "rule": order.rule,
        "groups": [
            {"group": g, "n": len(own), "who": who(view, own)} for g, own in order.groups.items()
        ],
        "excluded": by_reason(view, order.excluded),
        "rows": [_contrast(view, row) for row in rows],
    }


def _contrast(view: View, row: ResponseContrast) -> dict[str, Any]:
    told = row.to_json()
    told["who"] = {RESPONDERS: who(view, row.responders), NON_RESPONDERS: who(view, row.others)}
    return {k: v for k, v in told.items() if k not in {"responders", "others"}}


def composition(view: View) -> Json:
    """Exclusive subsets of one parent, changed in log-ratios."""
    found = Markers(view.analysis, "immune", view.members.patients)
    told = of_samples(view, found)
    if told["missing"]:
        return {**told, "compositions": []}
    made = compositions_of(found)
    return {**told, "compositions": [_composed(view, c) for c in made]}


def _composed(view: View, found: Composition) -> dict[str, Any]:
    told = found.to_json()
    told["n"] = len(found.patients)
    told["who"] = who(view, found.patients)
    told["without"] = len(found.without)
    del told["patients"]
    return told


def ranges(view: View) -> Json:
    """Absolute counts of the pairs against normal ranges."""
    found = Markers(view.analysis, "immune", view.members.patients)
    told = of_samples(view, found)
    if told["missing"]:
        return {**told, "rows": []}
    made = against_ranges(found.markers, found.values, found.pairs, found.laboratory)
    return {
        **told,
        "rows": [
            {
                "marker": row.marker.to_json(),
                "low": row.low,
                "high": row.high,
                "source": row.source,
                "before": _counted(view, row.before),
                "after": _counted(view, row.after),
            }
            for row in made
        ],
    }


def _counted(view: View, found: RangeCount | None) -> dict[str, Any] | None:
    if found is None:
        return None
    groups = {"below": found.below, "within": found.within, "above": found.above}
    told: dict[str, Any] = {
        name: {"n": len(own), "who": who(view, own)} for name, own in groups.items()
    }
    return {**told, "n": sum(map(len, groups.values()))}


def joint(view: View) -> Json:
    """Change of proliferation against change of apoptosis, with the best change of the tumour."""
    found = Markers(view.analysis, "tissue", view.members.patients)
    told: dict[str, Any] = {**of_samples(view, found), "points": [], "x": None, "y": None}
    if told["missing"]:
        return told
    x, y = _role(found, PROLIFERATION), _role(found, APOPTOSIS)
    told |= {
        "x": None if x is None else found.markers[x].to_json(),
        "y": None if y is None else found.markers[y].to_json(),
    }
    if x is None or y is None:
        return told
    sums = sums_of(view.analysis)
    best = None if sums is None else best_changes_of(view.analysis, sums)
    change = {} if best is None else dict(zip(best.usubjid, best.percent, strict=True))
    group = {u: g for g, own in found.groups.items() for u in own}
    both = [u for u in found.pairs.patients if u in found.shifts[x] and u in found.shifts[y]]
    told["measured"] = sums is not None
    told["points"] = [
        {
            "usubjid": u,
            "key": view.keys.key(u),
            "group": group.get(u),
            "x": found.shifts[x][u],
            "y": found.shifts[y][u],
            "best": change.get(u),
        }
        for u in both
    ]
    return told


def _role(found: Markers, words: tuple[str, ...]) -> int | None:
    """The first marker whose code or name says what it is of."""
    for i, m in enumerate(found.markers):
        if any(w in m.paramcd.upper() or w in m.label.upper() for w in words):
            return i
    return None


def outcome(kind: Kind) -> Panel:
    """Hazard ratio per SD of every marker, and curves of the chosen one from a landmark."""

    def panel(view: View) -> Json:
        found = Markers(view.analysis, kind, view.members.patients)
        told: dict[str, Any] = {
            **of_samples(view, found),
            "endpoint": None,
            "endpoints": list(endpoints_of(view.analysis)),
            "hazards": [],
            "chosen": None,
            "curves": None,
            "landmark": None,
            "randomised": view.cut.study.design.randomised,
        }
        data = times_of(view.analysis, view.selection.endpoint, view.selection.rules)
        if not found.known or not found.patients or not found.markers or data is None:
            return told
        inside = data.restrict(view.members)
        told["endpoint"] = data.endpoint
        seen = _Outcomes(view, found, inside)
        told["landmark"] = seen.landmark
        told["landmark_stated"] = view.cut.study.biomarkers.landmark_days is not None
        told["from_origin"] = from_origin(view.analysis, data)
        if not told["from_origin"]:
            return told
        told["hazards"] = [h.to_json() for h in seen.hazards()]
        told |= seen.chosen()
        return told

    return panel


class _Outcomes(MarkerTimes):
    """The markers of a view with one time to event."""

    def __init__(self, view: View, found: Markers, data: TimeToEvent) -> None:
        super().__init__(found, data)
        self.view = view

    def chosen(self) -> dict[str, Any]:
        """The marker of the address, else the first: its two curves from the landmark."""
        codes = [m.paramcd for m in self.found.markers]
        kind, _, rest = self.view.selection.marker.partition(".")
        paramcd, _, what = rest.partition(".")
        if kind != self.found.kind or paramcd not in codes:
            paramcd, what = codes[0], CHANGE if self.landmark is not None else BASELINE
        i = codes.index(paramcd)
        told: dict[str, Any] = {"chosen": {"paramcd": paramcd, "what": what}}
        if self.landmark is None:
            return told
        seen = self.followed(i, what, curves=True)
        split = strata(self.data, seen, self.view.analysis.km_options)
        marker: Marker = self.found.markers[i]
        last = max((r.curve.last_time or 0.0 for r in (split.above, split.others)), default=0.0)
        months = ticks(last)
        told["curves"] = {
            "marker": marker.to_json(),
            "what": what,
            "n": len(seen.patients),
            "events": sum(seen.event),
            "cut_point": split.cut_point,
            "logged": seen.logged,
            "excluded": by_reason(self.view, seen.excluded),
            "ticks": months,
            "groups": [
                _curve(self.view, name, result, months)
                for name, result in (("above", split.above), ("others", split.others))
            ],
            "keys": {u: self.view.keys.key(u) for u in seen.patients},
        }
        return told


def _curve(view: View, name: str, result: SurvivalResult, months: list[float]) -> dict[str, Any]:
    curve = result.curve
    return {
        "id": name,
        "n": curve.n,
        "events": curve.events,
        "who": who(view, result.data.usubjid),
        "result": result.to_json(),
        "risk": curve.at_risk([m * MONTH for m in months]).to_json() if curve.n else None,
        "thin_from": curve.thin_from() if curve.n else None,
        "median": curve.median.to_json() if curve.n else None,
    }
