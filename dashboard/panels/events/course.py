"""When events begin, how long they last, whether they are over: of a kind, and by term."""

from __future__ import annotations

from typing import Any

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_outcome import ae_outcome
from dashboard.metrics.ae_overview import HIGH_GRADE
from dashboard.metrics.ae_tables import term_table
from dashboard.metrics.onset import time_to_first
from dashboard.metrics.prevalence import Prevalence, prevalence_by_cycle
from dashboard.panels.common import who
from dashboard.panels.events.incidence import OFFERED
from dashboard.panels.events.shared import (
    Json,
    counted,
    cycles_of,
    kind_choices,
    kind_of,
    of_counted,
    of_term,
    term_label,
)
from dashboard.results import View

#: terms with a line of their own, the most frequent first
TOP = 10
#: cycles drawn; later ones are counted in words
CYCLES = 24


def course(view: View) -> Json:
    """Prevalence by cycle, outcome, onset and duration of the kind in view."""
    answer: dict[str, Any] = {**of_counted(view), "kind": None, "choices": []}
    events = counted(view)
    if events is None:
        return answer
    level = view.analysis.rules.level
    by_pt = term_table(events, level=level).by_pt
    kind = kind_of(view, events)
    mine = kind.events
    cycles = cycles_of(view, mine)
    high = None
    if events.scale is not None:
        high = prevalence_by_cycle(mine.select(mine.grade >= HIGH_GRADE), cycles, level=level)
    rows = []
    for row in by_pt[:TOP]:
        rows.append(_line(view, term_label(view, row.term), of_term(events, row.term)))
    return {
        **answer,
        "choices": kind_choices(view, events, by_pt[:OFFERED]),
        "kind": kind.label,
        "kind_id": kind.id,
        "among": kind.among,
        "n_kind": mine.treated.n,
        "chosen": _line(view, kind.label, mine),
        "prevalence": _prevalence(view, prevalence_by_cycle(mine, cycles, level=level)),
        "high": None if high is None else _prevalence(view, high),
        "terms": rows,
    }


def _line(view: View, label: str, events: AdverseEvents) -> dict[str, Any]:
    onset, outcome = time_to_first(events), ae_outcome(events)
    return {
        "label": label,
        "n": onset.n,
        "onset": {
            "n": onset.affected,
            "median": onset.median,
            "minimum": onset.minimum,
            "maximum": onset.maximum,
            "who": who(view, onset.patients),
            "excluded": len(onset.excluded),
        },
        "outcome": {
            **{k: v for k, v in outcome.to_json().items() if k != "patients_ongoing"},
            "who_ongoing": who(view, outcome.patients_ongoing),
            "patients_ongoing": len(outcome.patients_ongoing),
        },
    }


def _prevalence(view: View, found: Prevalence) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "undated": found.undated,
        "later": max(0, len(found.rows) - CYCLES),
        "rows": [
            {
                "cycle": r.cycle,
                "prevalence": r.prevalence.to_json(),
                "new": r.new,
                "who": who(view, r.patients),
            }
            for r in found.rows[:CYCLES]
        ],
    }
