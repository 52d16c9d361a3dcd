"""Immune and tissue parts of the report: samples, pairs and the paired change of every marker."""

from __future__ import annotations

from typing import Any

from dashboard.analysis import Analysis
from dashboard.biomarkers import Kind
from dashboard.endpoints import from_origin
from dashboard.marker_outcomes import ENDPOINTS, MarkerTimes, times_of
from dashboard.marker_panel import Markers, compositions_of
from dashboard.metrics.marker_response import by_response
from dashboard.metrics.normal_ranges import against_ranges
from dashboard.metrics.sample_stages import lesions, sites
from dashboard.metrics.types import AnalysisSet

Json = dict[str, Any]


def markers_report(
    analysis: Analysis, members: AnalysisSet, kind: Kind, rule: str | None = None
) -> Json | None:
    """All of `immune` or `tissue`; null without the domain. `rule`: censoring rules of the times
    that Interim derives, as ReportOptions has it."""
    found = Markers(analysis, kind, members.patients)
    if not found.known:
        return None
    out: Json = {
        "population": members.id,
        "panel": "stated" if found.stated else "data",
        "samples": {
            "n": found.table.n,
            "usable": int(found.table.usable.sum()),
            "markers": len(found.markers),
        },
        "pairs": found.account.to_json(),
        "paired": [change.to_json() for change in found.changes],
        "by_response": _by_response(found) if found.groups else None,
        "outcomes": _outcomes(analysis, members, found, rule or "primary"),
        "compositions": [c.to_json() for c in compositions_of(found)],
    }
    if kind == "immune":
        made = against_ranges(found.markers, found.values, found.pairs, found.laboratory)
        out["ranges"] = [row.to_json() for row in made]
    if kind == "tissue":
        own = lesions(found.usable, found.pairs)
        out["lesions"] = {"same": own.same, "other": own.other, "unknown": own.unknown}
        out["sites"] = [
            {"site": s.site, "usable": dict(s.usable), "paired": s.paired}
            for s in sites(found.usable, found.pairs, analysis.cohort, found.patients)
        ]
    told: Json = _plain(out)
    return told


def _by_response(found: Markers) -> Json:
    """Values before treatment and changes, of patients whose sample came before their response."""
    parts = {
        "baseline": (found.order_before, found.baselines),
        "change": (found.order_after, found.shifts),
    }
    return {
        name: {
            "rule": order.rule,
            "excluded": [e.to_json() for e in order.excluded],
            "contrasts": [row.to_json() for row in by_response(found.markers, values, order)],
        }
        for name, (order, values) in parts.items()
    }


def _outcomes(analysis: Analysis, members: AnalysisSet, found: Markers, rule: str) -> list[Json]:
    """A Cox model per SD of every marker, for each time to event that counts from the origin."""
    told = []
    for endpoint in ENDPOINTS:
        data = times_of(analysis, endpoint, rule)
        if data is None or data.endpoint != endpoint:
            continue
        seen = MarkerTimes(found, data.restrict(members))
        counted = from_origin(analysis, data)
        told.append(
            {
                "endpoint": endpoint,
                "source": data.source,
                "rule": data.rule,
                "from_origin": counted,
                "landmark": seen.landmark,
                "hazards": [h.to_json() for h in seen.hazards()] if counted else [],
            }
        )
    return told


def _plain(value: Any) -> Any:
    """Tuples as the lists that JSON has."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (tuple, list)) else value
