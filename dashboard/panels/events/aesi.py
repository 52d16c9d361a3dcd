"""Events of special interest by drug, beside published frequencies that are no comparison."""

from __future__ import annotations

from typing import Any

from dashboard.metrics.aesi import AesiRow, aesi_table
from dashboard.metrics.drug_received import Received
from dashboard.metrics.labs import lab_values
from dashboard.metrics.proportions import proportion
from dashboard.metrics.types import Proportion
from dashboard.metrics.urate import Urate, UrateBands, urate
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

#: the band from which urate is to be watched, umol/L: the upper edge of the target zone of the
#: trials of inosine (8.0 mg/dL)
WATCH = 480.0


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
    """Highest urate after the first dose against the band to be watched; None without a value.

    Asked where a drug given beside the backbone has a list of its own: urate is its marker.
    """
    adlb, events = view.analysis.frame("ADLB"), events_in(view)
    drugs = [d for d in got if not is_backbone(view, d) and got[d].patients]
    if adlb is None or events is None or not drugs:
        return None
    treated = events.treated.keep(events.treated.mask(got[drugs[0]].patients))
    bands = UrateBands()
    found = urate(lab_values(adlb, treated), bands)
    if not found.patients:
        return None
    return {
        "drug": drug_label(view, drugs[0]),
        "unit": found.unit,
        "watch": WATCH,
        "n_drug": treated.n,
        **_above(view, found),
        "unknown_units": len(found.unknown_units),
    }


def _above(view: View, found: Urate) -> dict[str, Any]:
    level = view.analysis.rules.level
    out: dict[str, Any] = {}
    for name, of in (("peak", "peak"), ("last", "last")):
        over = [p.usubjid for p in found.patients if getattr(p, of) > WATCH]
        share: Proportion = proportion(len(over), len(found.patients), level=level)
        out[name] = {"proportion": share.to_json(), "who": who(view, over)}
    highest = max(found.patients, key=lambda p: p.peak)
    out["highest"] = {
        "value": highest.peak,
        "usubjid": highest.usubjid,
        "key": view.keys.key(highest.usubjid),
    }
    return out
