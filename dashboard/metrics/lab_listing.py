"""Laboratory values as lines of a listing: chosen by parameter and by limits, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.metrics.coded import Codes
from dashboard.metrics.cohort import Bools
from dashboard.metrics.labs import NO_VISIT, LabValues
from dashboard.metrics.patient_events import date_of, day_of
from dashboard.metrics.types import Estimate, Result, number

HIGH_GRADE = 3


@dataclass(frozen=True, slots=True)
class LabLine(Result):
    """One value with the limits that came with it. `times` is the value over its upper limit;
    `grade` the exported CTCAE grade without its sign, None where none is exported.
    """

    usubjid: str
    label: str
    value: float
    unit: str | None
    low: Estimate
    high: Estimate
    times: Estimate
    side: str
    day: int | None
    when: date | None
    visit: str | None
    grade: int | None
    baseline: bool


def outside(values: LabValues) -> Bools:
    """Values below or above the limits that came with them."""
    return (values.value < values.low) | (values.value > values.high)


def lab_order(values: LabValues, column: str, *, descending: bool = False) -> Codes:
    """Positions by patient, parameter, value, times (of the upper limit), date or grade; what is
    not known stands last, ties by patient, parameter and date."""
    usual = (values.date.astype(np.float64), values.param, values.patient)
    place = np.argsort(np.argsort(np.array([w.upper() for w in values.labels], dtype=object)))
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(values.high > 0, values.value / values.high, np.nan)
    grade = values.exported_grade.astype(np.float64)
    keys = {
        "parameter": place[values.param].astype(np.float64) if values.labels else values.value,
        "value": values.value,
        "times": times,
        "date": values.date.astype(np.float64),
        "grade": np.where(grade < 0, np.nan, grade),
    }.get(column, values.patient.astype(np.float64))
    known = ~np.isnan(keys)
    keys = np.where(known, -keys if descending else keys, 0)
    return np.lexsort((*usual, keys, ~known)).astype(np.int64)


def lab_lines(values: LabValues, at: Codes) -> tuple[LabLine, ...]:
    """The values at these positions, in their order."""
    return tuple(_line(values, int(i)) for i in at.tolist())


def _line(values: LabValues, i: int) -> LabLine:
    value, low, high = float(values.value[i]), number(values.low[i]), number(values.high[i])
    below, above = low is not None and value < low, high is not None and value > high
    who, when = int(values.patient[i]), values.date[i]
    grade = int(values.exported_grade[i])
    visit = values.visits[values.visit[i]]
    return LabLine(
        usubjid=str(values.treated.usubjid[who]),
        label=values.labels[values.param[i]],
        value=value,
        unit=values.units[values.unit[i]] or None,
        low=low,
        high=high,
        times=value / high if high else None,
        side="low" if below else "high" if above else "",
        day=day_of(when, values.treated.origin[who]),
        when=date_of(when),
        visit=None if visit == NO_VISIT else visit,
        grade=None if grade < 0 else grade,
        baseline=bool(values.baseline[i]),
    )
