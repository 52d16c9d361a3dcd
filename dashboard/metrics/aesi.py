"""Adverse events of special interest by drug: among those who got it, at worst grade.

Each patient counts once per group of terms, at the worst grade there (ICH E3 s.12.2.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_tables import TermRow, term_table
from dashboard.metrics.exposure_adjusted import ExposureAdjusted, exposure_adjusted
from dashboard.metrics.safety_options import AesiGroup
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class AesiRow(Result):
    """One group of terms: all of them together, and each term that occurred.

    `rate` is the first event of the group per patient-year at risk.
    """

    id: str
    label: str
    drug: str
    any: TermRow
    terms: tuple[TermRow, ...]
    rate: ExposureAdjusted


def aesi_table(
    events: AdverseEvents,
    groups: Sequence[AesiGroup],
    recipients: Mapping[str, Sequence[str]],
    *,
    level: float = 0.95,
) -> tuple[AesiRow, ...]:
    """The groups whose drug is in `recipients`, in their order, among the drug's own recipients.

    Events are exactly those given (pass the treatment-emergent ones, or a selection). Recipients
    outside the set of `events` are left out.
    """
    found = []
    among: dict[str, AdverseEvents] = {}
    for group in groups:
        drug = group.drug or ""
        if drug not in recipients:
            continue
        if drug not in among:
            among[drug] = events.restrict(recipients[drug])
        own = among[drug]
        mine = own.select(own.flag_of(f"aesi:{group.id}"))
        table = term_table(mine, level=level)
        rate = exposure_adjusted(mine, level=level)
        found.append(AesiRow(group.id, group.label, drug, table.overall, table.by_pt, rate))
    return tuple(found)
