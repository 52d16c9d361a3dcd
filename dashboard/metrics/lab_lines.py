"""Laboratory values of each patient over planned visits or over time, one parameter in one unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.lab_change import one_per_visit
from dashboard.metrics.labs import NO_VISIT, UNSCHEDULED, Floats, LabValues
from dashboard.metrics.types import Estimate, Result, number

#: more lines than this cannot be told apart, and slow a browser down
LINES = 150


@dataclass(frozen=True, slots=True)
class LabLine(Result):
    """One patient's values in order; arrays are parallel. `day` counts from the first dose.

    `visit`: the planned visit of each value, "" for none. `side`: low, high, or "" inside the
    limits of normal that came with the value (or without any).
    """

    usubjid: str
    day: tuple[int, ...]
    value: tuple[float, ...]
    visit: tuple[str, ...]
    side: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabLines(Result):
    """`lines` of `patients` patients with a value: all of them, or those farthest from normal.

    `low`, `high`: the limits of normal where all values share them. `unscheduled`: values outside
    planned visits, with their extremes.
    """

    paramcd: str
    label: str
    unit: str
    lines: tuple[LabLine, ...]
    patients: int
    low: Estimate
    high: Estimate
    unscheduled: int
    unscheduled_low: Estimate
    unscheduled_high: Estimate


def lab_lines(values: LabValues, paramcd: str, *, most: int = LINES) -> LabLines:
    """One value per planned visit (the last; ANL01FL = Y alone where exported), in the most
    frequent unit, as `lab_changes` summarises them. KeyError for a parameter without values."""
    mine = values.select(values.of((paramcd,)) & values.preferred)
    if not mine.n:
        raise KeyError(paramcd)
    unit = int(np.argmax(np.bincount(mine.unit)))
    mine = mine.select(mine.unit == unit)
    off = _off(mine)
    planned = mine.select(~off)
    other = mine.value[off]
    lines, patients = _lines(planned.select(_as_mask(planned, one_per_visit(planned))), most)
    return LabLines(
        paramcd=paramcd,
        label=mine.labels[int(mine.param[0])],
        unit=mine.units[unit],
        lines=lines,
        patients=patients,
        low=_shared(mine.low),
        high=_shared(mine.high),
        unscheduled=int(off.sum()),
        unscheduled_low=number(other.min()) if other.size else None,
        unscheduled_high=number(other.max()) if other.size else None,
    )


def timed_lines(values: LabValues, amount: Floats, *, most: int = LINES) -> tuple[LabLine, ...]:
    """Every value over time, planned or not, with `amount` (shape (m,)) in place of the value.

    Values that are NaN in `amount` are left out; beyond `most` patients those with the highest.
    """
    known = np.isfinite(amount)
    found = values.select(known)
    rest = amount[known]
    keep = np.ones(found.n, dtype=np.bool_)
    if np.unique(found.patient).size > most:
        peak = np.full(found.treated.n, -np.inf)
        np.maximum.at(peak, found.patient, rest)
        keep = _among(found, np.argsort(-peak, kind="stable")[:most])
    return _drawn(found.select(keep), rest[keep])


def _off(values: LabValues) -> Bools:
    table = [UNSCHEDULED in v.upper() or v == NO_VISIT for v in values.visits]
    return np.array(table, dtype=np.bool_)[values.visit] if table else np.zeros(0, dtype=np.bool_)


def _as_mask(values: LabValues, rows: NDArray[np.int64]) -> Bools:
    mask = np.zeros(values.n, dtype=np.bool_)
    mask[rows] = True
    return mask


def _lines(values: LabValues, most: int) -> tuple[tuple[LabLine, ...], int]:
    patients = np.unique(values.patient).size
    if patients > most:
        values = values.select(_among(values, _farthest(values)[:most]))
    return _drawn(values, values.value), int(patients)


def _farthest(values: LabValues) -> NDArray[np.int64]:
    """Patients by how many times their worst value is beyond its limit of normal, then by value."""
    nothing = np.zeros(values.n)
    over = np.divide(values.value, values.high, out=nothing.copy(), where=values.high > 0)
    under = np.divide(
        values.low, values.value, out=nothing, where=(values.low > 0) & (values.value > 0)
    )
    worst, peak = np.full(values.treated.n, -np.inf), np.full(values.treated.n, -np.inf)
    np.maximum.at(worst, values.patient, np.maximum(over, under))
    np.maximum.at(peak, values.patient, values.value)
    ranked: NDArray[np.int64] = np.lexsort((-peak, -worst)).astype(np.int64)
    return ranked


def _among(values: LabValues, patients: NDArray[np.int64]) -> Bools:
    chosen = np.zeros(values.treated.n, dtype=np.bool_)
    chosen[patients] = True
    found: Bools = chosen[values.patient]
    return found


def _drawn(values: LabValues, amount: Floats) -> tuple[LabLine, ...]:
    if not values.n:
        return ()
    order = np.lexsort((amount, values.date, values.patient))
    patient = values.patient[order]
    days = (values.date - values.treated.first_dose[values.patient])[order].astype(np.int64)
    side = np.where(
        values.value < values.low, "low", np.where(values.value > values.high, "high", "")
    )[order]
    off = _off(values)
    names = [
        "" if off[i] else values.visits[v] for i, v in zip(order, values.visit[order], strict=True)
    ]
    starts = np.flatnonzero(np.append(True, patient[1:] != patient[:-1])[: patient.size])
    ends = np.append(starts[1:], patient.size)
    shown = amount[order]
    return tuple(
        LabLine(
            usubjid=str(values.treated.usubjid[patient[a]]),
            day=tuple(days[a:b].tolist()),
            value=tuple(shown[a:b].tolist()),
            visit=tuple(names[a:b]),
            side=tuple(side[a:b].tolist()),
        )
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    )


def _shared(limits: Floats) -> Estimate:
    """The limit that all values have; None where they differ or any has none."""
    if not limits.size or np.isnan(limits).any() or limits.min() < limits.max():
        return None
    return number(limits[0])
