"""Laboratory values and their change from baseline by visit: n, median and quartiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.labs import NO_VISIT, UNSCHEDULED, LabValues
from dashboard.metrics.spread import QUARTILES, Spread, spread
from dashboard.metrics.types import Estimate, Result


@dataclass(frozen=True, slots=True)
class VisitSummary(Result):
    """One planned visit: one value per patient, and its change from that patient's baseline."""

    visit: str
    number: Estimate
    value: Spread
    change: Spread
    percent_change: Spread


@dataclass(frozen=True, slots=True)
class LabChange(Result):
    """One parameter in one unit by visit. `unscheduled`: values outside the planned visits."""

    paramcd: str
    label: str
    unit: str
    visits: tuple[VisitSummary, ...]
    unscheduled: int
    other_units: tuple[str, ...]
    method: str = QUARTILES


def lab_changes(values: LabValues, paramcd: str) -> LabChange:
    """By visit, in order of visit number then name; the baseline is a visit like any other.

    Of several values of a patient at a visit the last one counts (ANL01FL = Y alone where the
    export has that flag). Values in another than the most frequent unit are left out and named.
    Raises KeyError for a parameter that is not in the values.
    """
    mine = values.select(values.of((paramcd,)) & values.preferred)
    if not mine.n:
        raise KeyError(paramcd)
    unit = int(np.argmax(np.bincount(mine.unit)))
    other = sorted({mine.units[u] or "no unit" for u in np.unique(mine.unit) if u != unit})
    mine = mine.select(mine.unit == unit)
    off = np.array([UNSCHEDULED in v.upper() or v == NO_VISIT for v in mine.visits])[mine.visit]
    planned = mine.select(~off)
    rows = one_per_visit(planned)
    summaries = [
        _summary(planned, rows[planned.visit[rows] == v]) for v in np.unique(planned.visit)
    ]
    found = np.unique(mine.param).tolist()
    return LabChange(
        paramcd=paramcd,
        label=mine.labels[found[0]],
        unit=mine.units[unit],
        visits=tuple(sorted(summaries, key=lambda s: (s.number is None, s.number or 0, s.visit))),
        unscheduled=int(off.sum()),
        other_units=tuple(other),
    )


def farthest(found: LabChange, *, at_least: int = 5) -> VisitSummary | None:
    """The visit whose median change is largest, among those with enough patients: `at_least`, and
    half of the most that any visit has, so that it is not told by the few who stay longest."""
    most = max((v.change.n for v in found.visits), default=0)
    enough = [v for v in found.visits if v.change.n >= max(at_least, (most + 1) // 2)]
    moved = [(abs(v.change.median), -i, v) for i, v in enumerate(enough) if v.change.median]
    return max(moved)[2] if moved else None


def one_per_visit(values: LabValues) -> NDArray[np.int64]:
    """The last value of each patient at each visit; of equal dates the higher value."""
    order = np.lexsort((values.value, values.date, values.visit, values.patient))
    if not order.size:
        return order.astype(np.int64)
    patient, visit = values.patient[order], values.visit[order]
    last = np.append((patient[1:] != patient[:-1]) | (visit[1:] != visit[:-1]), True)
    rows: NDArray[np.int64] = order[last].astype(np.int64)
    return rows


def _summary(values: LabValues, rows: NDArray[np.int64]) -> VisitSummary:
    value, base = values.value[rows], values.base[rows]
    after = ~values.baseline[rows]
    change = np.where(after, value - base, np.nan)
    percent = np.divide(100 * change, base, out=np.full(rows.size, np.nan), where=base > 0)
    number = values.visit_number[rows]
    known = number[np.isfinite(number)]
    return VisitSummary(
        visit=values.visits[int(values.visit[rows[0]])],
        number=float(known.min()) if known.size else None,
        value=spread(value),
        change=spread(change),
        percent_change=spread(percent),
    )
