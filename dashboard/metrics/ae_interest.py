"""Events of special interest drug by drug: patients with an event of any list of the drug."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents, either
from dashboard.metrics.ae_overview import AeFlag
from dashboard.metrics.proportions import proportion
from dashboard.metrics.safety_options import SafetyOptions


def interest_by_drug(
    events: AdverseEvents, options: SafetyOptions, labels: Mapping[str, str] | None = None
) -> tuple[AeFlag, ...]:
    """A flag per drug that lists are stated for, in their order; lists of no drug come as "".

    Over all treatment-emergent events of all patients of the set, whoever got the drug.
    """
    mine = events.treatment_emergent()
    found = []
    for drug in dict.fromkeys(group.drug for group in options.aesi):
        lists = [g for g in options.aesi if g.drug == drug]
        masks = [m for g in lists if (m := mine.flags[f"aesi:{g.id}"]) is not None]
        mask = either(masks)
        if mask is None:
            continue
        who = np.unique(mine.patient[mask])
        found.append(
            AeFlag(
                id=f"interest:{drug or ''}",
                label=(labels or {}).get(drug or "", drug or ""),
                proportion=proportion(who.size, mine.treated.n, level=options.level),
                n_events=int(mask.sum()),
                patients=mine.ids(who),
                definition="; ".join(g.label for g in lists),
            )
        )
    return tuple(found)
