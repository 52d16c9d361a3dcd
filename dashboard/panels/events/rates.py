"""Exposure-adjusted rates of the commonest terms and of the events of special interest."""

from __future__ import annotations

from typing import Any

from dashboard.metrics.ae_tables import term_table
from dashboard.metrics.aesi import aesi_table
from dashboard.metrics.exposure_adjusted import ExposureAdjusted, exposure_adjusted
from dashboard.panels.common import who
from dashboard.panels.events.aesi import is_backbone
from dashboard.panels.events.shared import (
    Json,
    counted,
    drug_label,
    flag_label,
    mask_of,
    of_counted,
    of_term,
    recipients,
    term_label,
)
from dashboard.results import View

#: terms shown, the most frequent first
TOP = 10


def rates(view: View) -> Json:
    """Patients with a first event per 100 patient-years at risk, and all events per 100."""
    answer: dict[str, Any] = {**of_counted(view), "groups": [], "undosed": 0}
    events = counted(view)
    if events is None:
        return answer
    level = view.analysis.rules.level
    whole = exposure_adjusted(events, level=level)
    kinds = [_row(view, flag_label(events, ""), whole)]
    for flag in ("grade3plus", "serious"):
        mask = mask_of(events, flag)
        if mask is not None:
            found = exposure_adjusted(events.select(mask), level=level)
            kinds.append(_row(view, flag_label(events, flag), found))
    common = []
    for row in term_table(events, level=level).by_pt[:TOP]:
        found = exposure_adjusted(of_term(events, row.term), level=level)
        common.append(_row(view, term_label(view, row.term), found))
    groups: list[dict[str, Any]] = [
        {"id": "kinds", "label": None, "rows": kinds},
        {"id": "terms", "label": None, "rows": common},
    ]
    options = view.analysis.safety_options
    got = recipients(view, events)
    held = {d: r.patients for d, r in got.items() if r.patients}
    table = aesi_table(events, options.aesi, held, level=level)
    groups += [
        {
            "id": drug,
            "label": drug_label(view, drug),
            "n": len(held[drug]),
            "backbone": is_backbone(view, drug),
            "rows": [_row(view, r.label, r.rate) for r in table if r.drug == drug],
        }
        for drug in held
    ]
    return {
        **answer,
        "groups": groups,
        "person_years": whole.person_years,
        "undosed": len([e for e in whole.excluded if e.reason.startswith("no ")]),
        "teae_days": view.analysis.rules.teae_end_days,
    }


def _row(view: View, label: str, found: ExposureAdjusted) -> dict[str, Any]:
    return {
        "label": label,
        "n": found.n,
        "incidence": found.incidence.to_json(),
        "n_events": found.n_events,
        "person_years": found.person_years,
        "event_rate": found.event_rate,
        "who": who(view, found.patients),
        "undated": len([e for e in found.excluded if e.reason.startswith("event ")]),
    }
