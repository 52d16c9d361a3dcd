"""The commonest terms at worst grade, of the events that the switches count."""

from __future__ import annotations

from typing import Any

from dashboard.metrics.ae_tables import term_table
from dashboard.panels.events.shared import Json, row_json
from dashboard.panels.safety_lines import choices_of, common_of, found_events
from dashboard.results import View


def terms(view: View) -> Json:
    """Terms by number of patients, each with x/n of all grades and of grade 3 or higher."""
    answer: dict[str, Any] = {**common_of(view), "choices": choices_of(view), "rows": []}
    answer["n_terms"] = answer["hidden"] = 0
    events = found_events(view)
    if events is None:
        return answer
    asked = view.selection.events
    table = term_table(events, level=view.analysis.rules.level)
    kept = [r for r in table.by_pt if 100 * r.any.x >= asked.least * r.any.n]
    return {
        **answer,
        "n_terms": len(table.by_pt),
        "hidden": len(table.by_pt) - len(kept),
        "n_events": table.n_events,
        "rows": [row_json(view, row) for row in kept[: asked.top]],
    }
