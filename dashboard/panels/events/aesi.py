"""Events of special interest by drug, beside published frequencies that are no comparison."""

from __future__ import annotations

from typing import Any

from dashboard import laboratory as lab
from dashboard.lab_rules import urate_bands
from dashboard.metrics.aesi import AesiRow, aesi_table
from dashboard.metrics.drug_received import Received
from dashboard.metrics.proportions import proportion
from dashboard.metrics.urate import urate
from dashboard.metrics.urate_course import above
from dashboard.panels.common import who
from dashboard.panels.events.externals import external_json, externals
from dashboard.panels.events.shared import (
    Json,
    drug_label,
    recipients,
    row_json,
)
from dashboard.panels.safety import events_in, of_safety
from dashboard.results import View
from data_access.study.model import Aesi


def aesi(view: View) -> Json:
    """Each drug's own list, among those who got it: x/n, worst grade, published frequencies."""
    told = of_safety(view)
    events, study = events_in(view), view.cut.study
    answer: dict[str, Any] = {
        **told,
        "stated": bool(study.aesi),
        "scale": None,
        "drugs": [],
        "without": [],
        "urate": None,
        "randomised": study.design.randomised,
    }
    if events is None or not study.aesi:
        return answer
    got = recipients(view, events)
    options = view.analysis.safety_options
    emergent = events.treatment_emergent()
    held = {d: r.patients for d, r in got.items() if r.patients}
    found = aesi_table(emergent, options.aesi, held, level=options.level)
    groups = {a.id: a for a in study.aesi}
    answer["scale"] = events.scale
    answer["drugs"] = [
        {
            "id": drug,
            "label": drug_label(view, drug),
            "n": len(r.patients),
            "small": len(r.patients) < told["min_group"],
            "who": who(view, r.patients),
            "everybody": set(r.patients) == set(events.treated.patients),
            "source": r.source,
            "backbone": is_backbone(view, drug),
            "rows": [_row(view, row, groups[row.id]) for row in found if row.drug == drug],
        }
        for drug, r in got.items()
        if r.patients
    ]
    answer["without"] = [drug_label(view, d) for d, r in got.items() if not r.patients]
    answer["urate"] = _urate(view, got)
    return answer


def is_backbone(view: View, drug: str) -> bool:
    backbones = view.cut.study.backbones
    return backbones is not None and any(g.id == drug for g in backbones.groups)


def _row(view: View, row: AesiRow, group: Aesi) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": row.label,
        **{k: v for k, v in row_json(view, row.any).items() if k not in {"term", "label"}},
        "terms": [
            {k: v for k, v in row_json(view, t).items() if k in {"label", "any", "who"}}
            for t in row.terms
        ],
        "listed": [t.lower() for t in group.terms],
        "external": [external_json(e, view.analysis.rules.level) for e in externals(group)],
    }


def _urate(view: View, got: dict[str, Received]) -> dict[str, Any] | None:
    """Highest and last urate after the first dose against the band to be watched; None without one.

    Asked where a drug given beside the backbone has a list of its own: urate is its marker.
    """
    drugs = [d for d in got if not is_backbone(view, d) and got[d].patients]
    values = lab.labs_in(view) if drugs else None
    if values is None:
        return None
    edge = watched(urate_bands(view.cut.study).edges)
    found = urate(values.restrict(got[drugs[0]].patients), urate_bands(view.cut.study))
    if not found.patients:
        return None
    level = view.analysis.rules.level
    peak, over = above(found, edge, level=level)
    still = [p.usubjid for p in found.patients if p.last > edge + 1e-9]
    last = proportion(len(still), len(found.patients), level=level)
    highest = max(found.patients, key=lambda p: p.peak)
    return {
        "drug": drug_label(view, drugs[0]),
        "unit": found.unit,
        "watch": edge,
        "peak": {"proportion": peak.to_json(), "who": who(view, over)},
        "last": {"proportion": last.to_json(), "who": who(view, still)},
        "highest": highest.peak,
        "unknown_units": len(found.unknown_units),
    }


def watched(edges: tuple[float, ...]) -> float:
    """The edge above which urate is watched: the last but one, as the last asks for action."""
    return edges[-2] if len(edges) > 1 else edges[-1]
