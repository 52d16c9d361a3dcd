"""Cumulative incidence of the first event of a kind, with the competing end of the window."""

from __future__ import annotations

from typing import Any

from dashboard.metrics.ae_tables import term_table
from dashboard.metrics.onset import Onset, time_to_first
from dashboard.panels.common import who
from dashboard.panels.events.shared import (
    Json,
    counted,
    flag_label,
    kind_choices,
    kind_of,
    mask_of,
    of_counted,
)
from dashboard.panels.survival import LANDMARKS, MONTH, ticks
from dashboard.results import View

#: terms on offer as a kind, the most frequent first
OFFERED = 15
#: kinds drawn beside any event
BESIDE = ("grade3plus", "serious")


def incidence(view: View) -> Json:
    """The first event of the kind in view; of any kind also grade 3 or higher, and serious."""
    answer: dict[str, Any] = {**of_counted(view), "curves": [], "choices": []}
    events = counted(view)
    if events is None:
        return answer
    level = view.analysis.rules.level
    kind = kind_of(view, events)
    shown = [(kind.label, kind.events)]
    if not kind.id:
        masks = {flag: mask_of(events, flag) for flag in BESIDE}
        shown += [
            (flag_label(events, flag), events.select(mask))
            for flag, mask in masks.items()
            if mask is not None
        ]
    found = [(label, time_to_first(mine, level=level)) for label, mine in shown]
    last = max((o.incidence.time[-1] for _, o in found if o.incidence.time), default=0.0)
    months = ticks(last)
    return {
        **answer,
        "choices": kind_choices(view, events, term_table(events, level=level).by_pt[:OFFERED]),
        "kind": kind.label,
        "kind_id": kind.id,
        "among": kind.among,
        "n_kind": kind.events.treated.n,
        "ticks": months,
        "curves": [_curve(view, label, onset, months) for label, onset in found],
        "excluded": len(found[0][1].excluded),
        "teae_days": view.analysis.rules.teae_end_days,
    }


def _curve(view: View, label: str, found: Onset, months: list[float]) -> dict[str, Any]:
    by_day: dict[int, list[str]] = {}
    for patient, day in zip(found.patients, found.days, strict=True):
        by_day.setdefault(day, []).append(patient)
    return {
        "label": label,
        "curve": found.incidence.to_json(),
        "who": who(view, found.patients),
        "who_by_day": {str(d): who(view, p) for d, p in sorted(by_day.items())},
        "table": found.incidence.table([m * MONTH for m in months]).to_json(),
        "at": [found.incidence.at(day).to_json() for day in LANDMARKS],
    }
