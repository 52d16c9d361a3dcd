"""One patient's laboratory values by parameter, each with its own reference range (ADLB)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dashboard.metrics.coded import is_in
from dashboard.metrics.cohort import Cohort, flagged
from dashboard.metrics.labs import LabValues, lab_values
from dashboard.metrics.record_place import RecordPlace, places
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Estimate, Result, number

#: the parameters a reader of this trial asks for first, by their usual PARAMCDs
FIRST: tuple[tuple[str, ...], ...] = (
    ("URATE", "URICAC"),
    ("NEUT", "ANC"),
    ("PLAT", "PLATELET"),
    ("ALT",),
    ("BILI", "TBILI"),
    ("CREAT",),
)


@dataclass(frozen=True, slots=True)
class LabPoint(Result):
    """One value. `low` and `high` are the limits of normal that came with it, None where none did.

    `grade` is the exported CTCAE grade without its sign.
    """

    day: int
    when: date
    visit: str | None
    value: float
    low: Estimate
    high: Estimate
    grade: int | None
    baseline: bool
    place: RecordPlace

    @property
    def side(self) -> str:
        """low, high or "" inside the limits (or without them)."""
        if self.low is not None and self.value < self.low:
            return "low"
        return "high" if self.high is not None and self.value > self.high else ""


@dataclass(frozen=True, slots=True)
class LabSeries(Result):
    """Values of one parameter in one unit, in order of date."""

    paramcd: str
    label: str
    unit: str | None
    points: tuple[LabPoint, ...]


def lab_series(
    adlb: pd.DataFrame, treated: Treated, cohort: Cohort, usubjid: str, *, flags_baseline: bool
) -> tuple[LabSeries, ...]:
    """Every parameter of one patient; `adlb` holds the patient's own rows, `treated` the patient.

    `flags_baseline`: the export flags baselines (ABLFL), so that a patient without one has none.
    """
    at = np.flatnonzero(cohort.usubjid == usubjid)
    if not len(adlb) or not at.size or not cohort.timed[at[0]]:
        return ()
    values = lab_values(adlb, treated)
    order = np.lexsort((values.date, values.unit, values.param))
    days = (values.date - cohort.origin[at[0]]).astype(np.int64)
    spots = places(adlb.iloc[values.row])
    baseline = values.baseline & (not flags_baseline or bool(flagged(adlb, "ABLFL").any()))
    found: dict[tuple[int, int], list[LabPoint]] = {}
    for k in order.tolist():
        grade = int(values.exported_grade[k])
        visit = values.visits[values.visit[k]]
        point = LabPoint(
            day=int(days[k]),
            when=values.date[k].item(),
            visit=visit if visit != "No visit name" else None,
            value=float(values.value[k]),
            low=number(values.low[k]),
            high=number(values.high[k]),
            grade=None if grade < 0 else grade,
            baseline=bool(baseline[k]),
            place=spots[k],
        )
        found.setdefault((int(values.param[k]), int(values.unit[k])), []).append(point)
    made = [_series(values, pair, points) for pair, points in found.items()]
    return tuple(sorted(made, key=_rank))


def baselines_flagged(adlb: pd.DataFrame) -> bool:
    """Does the export flag any baseline?"""
    return "ABLFL" in adlb.columns and bool(is_in(adlb, "ABLFL", ("Y",)).any())


def _series(values: LabValues, pair: tuple[int, int], points: list[LabPoint]) -> LabSeries:
    param, unit = pair
    return LabSeries(
        paramcd=values.params[param],
        label=values.labels[param],
        unit=values.units[unit] or None,
        points=tuple(points),
    )


def _rank(series: LabSeries) -> tuple[int, str, str]:
    code = series.paramcd.upper()
    place = next((i for i, codes in enumerate(FIRST) if code in codes), len(FIRST))
    return place, series.label, series.unit or ""
