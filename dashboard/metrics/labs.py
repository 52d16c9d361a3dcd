"""Laboratory values of treated patients with their baseline, unit and reference range (ADLB)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.coded import Codes, grouped_terms, is_in
from dashboard.metrics.cohort import Bools, Dates, column_dates
from dashboard.metrics.lab_units import FACTORS, factor, spelled
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Result
from dashboard.metrics.words import some

Floats = NDArray[np.float64]
NO_VISIT = "No visit name"
NO_UNIT = ""
UNSCHEDULED = "UNSCHEDULED"


@dataclass(frozen=True, slots=True, eq=False)
class LabValues:
    """Measured values by the cut-off, one row each; arrays have shape (m,), NaN for missing.

    `row` is the position in the frame that was read.
    `baseline`: the row is the patient's baseline of its parameter. `base`, `base_low`, `base_high`
    are the value, LLN and ULN of that baseline, NaN where there is none or its unit differs.
    `after`: dated after the first dose; `in_window`: after it and inside the safety window.
    """

    treated: Treated
    patient: Codes
    row: Codes
    param: Codes
    params: tuple[str, ...]
    labels: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    unit: Codes
    units: tuple[str, ...]
    date: Dates
    visit: Codes
    visits: tuple[str, ...]
    visit_number: Floats
    preferred: Bools
    baseline: Bools
    base: Floats
    base_low: Floats
    base_high: Floats
    after: Bools
    in_window: Bools
    exported_grade: Codes
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return int(self.value.size)

    def select(self, mask: Bools) -> LabValues:
        """The rows of `mask`, shape (m,)."""
        return replace(self, **{name: getattr(self, name)[mask] for name in _ARRAYS})

    def restrict(self, patients: Sequence[str]) -> LabValues:
        """Patients among `patients` (those a filter leaves) and their values."""
        keep = self.treated.mask(patients)
        place = np.cumsum(keep) - 1
        mine = self.select(keep[self.patient])
        return replace(mine, treated=self.treated.keep(keep), patient=place[mine.patient])

    def of(self, paramcds: Sequence[str]) -> Bools:
        """Rows of any of these parameters, without regard to case."""
        wanted = {p.upper() for p in paramcds}
        hit = np.array([p.upper() in wanted for p in self.params], dtype=np.bool_)
        return hit[self.param] if self.params else np.zeros(self.n, dtype=np.bool_)

    def factors(self, quantity: str) -> Floats:
        """Factor of each row's unit to the standard unit of `quantity`; NaN where unknown."""
        known = [factor(quantity, u) if u else None for u in self.units]
        table = np.array([np.nan if f is None else f for f in known], dtype=np.float64)
        return table[self.unit] if self.units else np.full(self.n, np.nan)

    @property
    def has_unit(self) -> Bools:
        table = np.array([bool(spelled(u)) for u in self.units], dtype=np.bool_)
        return table[self.unit] if self.units else np.zeros(self.n, dtype=np.bool_)


_ARRAYS = (
    *("patient", "row", "param", "value", "low", "high", "unit", "date", "visit", "visit_number"),
    *("preferred", "baseline", "base", "base_low", "base_high", "after", "in_window"),
    "exported_grade",
)


def lab_values(adlb: pd.DataFrame, treated: Treated) -> LabValues:
    """Values of ADLB with a number and a date by the cut-off; derived copies (DTYPE) are left out.

    Baseline: ABLFL = Y, else the last value up to the day of the first dose. Baseline values come
    from the baseline row itself, so that its own unit and reference range go with them.
    """
    patient, date = treated.index(adlb["USUBJID"]), column_dates(adlb, ("ADT",))
    value = _number(adlb, "AVAL")
    keep = (patient >= 0) & (date <= treated.cut) & np.isfinite(value)
    notes = _left_out(patient, date, value)
    if "DTYPE" in adlb.columns:
        keep &= adlb["DTYPE"].isna().to_numpy()
    rows, row = adlb[keep], np.flatnonzero(keep).astype(np.int64)
    patient, date, value = patient[keep], date[keep], value[keep]
    param, params = grouped_terms(rows, ("PARAMCD",), "")
    unit, units = grouped_terms(rows, ("AVALU",), NO_UNIT)
    if not any(c in rows.columns and rows[c].notna().any() for c in ("AVALU",)):
        unit, units = np.zeros(len(rows), dtype=np.int64), (NO_UNIT,)
    visit, visits = grouped_terms(rows, ("AVISIT", "VISIT"), NO_VISIT)
    first = treated.first_dose[patient]
    after = date > first
    baseline = _baseline(rows, patient, param, date, first)
    values = LabValues(
        treated=treated,
        patient=patient,
        row=row,
        param=param,
        params=params,
        labels=_labels(rows, param, params),
        value=value,
        low=_number(rows, "ANRLO"),
        high=_number(rows, "ANRHI"),
        unit=unit,
        units=units,
        date=date,
        visit=visit,
        visits=visits,
        visit_number=_number(rows, "AVISITN"),
        preferred=_preferred(rows),
        baseline=baseline,
        base=value,
        base_low=value,
        base_high=value,
        after=after & ~baseline,
        in_window=after & ~baseline & (date <= treated.window_end[patient]),
        exported_grade=_exported_grade(rows),
        notes=notes,
    )
    return _with_baseline(values)


def _number(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(dtype=np.float64, na_value=np.nan)


def _left_out(patient: Codes, date: Dates, value: Floats) -> tuple[str, ...]:
    mine = patient >= 0
    undated, missing = int((mine & np.isnat(date)).sum()), int((mine & np.isnan(value)).sum())
    notes = []
    if undated:
        notes.append(f"In no summary, without a date: {some(undated, 'laboratory record')}")
    if missing:
        notes.append(f"In no summary, without a number: {some(missing, 'laboratory record')}")
    return tuple(notes)


def _labels(rows: pd.DataFrame, param: Codes, params: tuple[str, ...]) -> tuple[str, ...]:
    """PARAM of each PARAMCD, the first in sorting order where several are used."""
    codes, names = grouped_terms(rows, ("PARAM",), "")
    found = dict(zip(range(len(params)), params, strict=True))
    width = np.int64(max(len(names), 1))
    for pair in np.unique(param * width + codes).tolist()[::-1]:
        p, name = divmod(pair, int(width))
        found[p] = names[name] or params[p]
    return tuple(found[i] for i in range(len(params)))


def _preferred(rows: pd.DataFrame) -> Bools:
    """ANL01FL = Y where the export has the flag, else every row."""
    if "ANL01FL" not in rows.columns or not rows["ANL01FL"].notna().any():
        return np.ones(len(rows), dtype=np.bool_)
    return is_in(rows, "ANL01FL", ("Y",))


def _exported_grade(rows: pd.DataFrame) -> Codes:
    """ATOXGR without its sign, -1 where missing."""
    codes, terms = grouped_terms(rows, ("ATOXGR",), "")
    table = [int(t.lstrip("-")) if t.lstrip("-") in "01234" and t else -1 for t in terms]
    return np.array(table, dtype=np.int64)[codes] if terms else codes


def _baseline(rows: pd.DataFrame, patient: Codes, param: Codes, date: Dates, first: Dates) -> Bools:
    """The one baseline row per patient and parameter: flagged, else last up to the first dose."""
    flagged = np.zeros(len(rows), dtype=np.bool_)
    if "ABLFL" in rows.columns:
        flagged = is_in(rows, "ABLFL", ("Y",))
    candidate = flagged if flagged.any() else np.asarray(date <= first, dtype=np.bool_)
    index = np.flatnonzero(candidate)
    order = index[np.lexsort((index, date[index], param[index], patient[index]))]
    last = np.ones(order.size, dtype=np.bool_)
    last[:-1] = (patient[order][1:] != patient[order][:-1]) | (
        param[order][1:] != param[order][:-1]
    )
    found = np.zeros(len(rows), dtype=np.bool_)
    found[order[last]] = True
    return found


def _with_baseline(values: LabValues) -> LabValues:
    width = np.int64(max(len(values.params), 1))
    key = values.patient * width + values.param
    rows = np.flatnonzero(values.baseline)
    rows = rows[np.argsort(key[rows], kind="stable")]
    if not rows.size:
        nothing = np.full(values.n, np.nan)
        return replace(values, base=nothing, base_low=nothing, base_high=nothing)
    at = np.minimum(np.searchsorted(key[rows], key), rows.size - 1)
    source = rows[at]
    same = (key[source] == key) & _same_unit(values, source)

    def of_baseline(column: Floats) -> Floats:
        return np.where(same, column[source], np.nan)

    return replace(
        values,
        base=of_baseline(values.value),
        base_low=of_baseline(values.low),
        base_high=of_baseline(values.high),
    )


def _same_unit(values: LabValues, source: NDArray[np.int64]) -> Bools:
    spellings = [spelled(u) for u in values.units]
    place = {s: i for i, s in enumerate(sorted(set(spellings)))}
    table = np.array([place[s] for s in spellings], dtype=np.int64)
    same: Bools = table[values.unit] == table[values.unit[source]]
    return same


@dataclass(frozen=True, slots=True)
class UnknownUnit(Result):
    """A parameter with a unit that the limits cannot be compared with, and how many values."""

    paramcd: str
    unit: str
    n: int


def unknown_units(values: LabValues, paramcds: Sequence[str], quantity: str) -> list[UnknownUnit]:
    """Units of these parameters that have no factor to `quantity` ("" is a missing unit)."""
    if quantity not in FACTORS:
        raise ValueError(f"no units are known for {quantity!r}")
    rows = values.of(paramcds) & np.isnan(values.factors(quantity))
    pairs = values.param[rows] * np.int64(max(len(values.units), 1)) + values.unit[rows]
    found, counts = np.unique(pairs, return_counts=True)
    width = max(len(values.units), 1)
    return [
        UnknownUnit(values.params[p // width], values.units[p % width], n)
        for p, n in zip(found.tolist(), counts.tolist(), strict=True)
    ]
