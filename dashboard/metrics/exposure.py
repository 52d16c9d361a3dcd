"""Exposure: duration, cycles, cumulative dose and relative dose intensity per drug (ADEX, ADSL).

Relative dose intensity of a patient and drug is (dose given / weeks on the drug) over (planned dose
/ planned weeks) (Hryniuk & Bush 1984): a delay lowers it although the full dose was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.coded import Codes, grouped_terms
from dashboard.metrics.cohort import Bools, Dates, column_dates
from dashboard.metrics.cycles import dosing_records, was_given
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Estimate, Result, numbers

DAYS_PER_YEAR = 365.25
UNNAMED = "Study treatment"
ADJUSTED = "(dose given / weeks on the drug) / (planned dose / planned weeks)"
RATIO = "dose given / planned dose (no cycle numbers: delays cannot be seen)"


@dataclass(frozen=True, slots=True)
class ExposureOptions:
    """`drug_columns`: what names a drug, first present. `cycle_days`: planned cycle of a drug.

    A drug without a stated cycle gets the most common gap between its cycle starts.
    """

    drug_columns: tuple[str, ...] = ("EXTRT", "PARCAT2")
    cycle_days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Doses:
    """Dosing records of the treated patients by the cut-off; arrays have shape (m,).

    `given` and `planned` are on one basis (whole interval, or per administration).
    """

    treated: Treated
    frame: pd.DataFrame
    patient: Codes
    drug: Codes
    drugs: tuple[str, ...]
    cycle: NDArray[np.float64]
    start: Dates
    end: Dates
    given: NDArray[np.float64]
    planned: NDArray[np.float64]
    dosed: Bools
    unit: Codes
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrugCourse(Result):
    """One patient on one drug. Doses and intensity are None where the export has no such number."""

    usubjid: str
    cycles: int | None
    days: int
    given: Estimate
    planned: Estimate
    intensity: Estimate


@dataclass(frozen=True, slots=True)
class DrugExposure(Result):
    """One drug over the patients who got at least one dose of it."""

    drug: str
    n: int
    unit: str | None
    cycles: Spread
    days: Spread
    cumulative: Spread
    intensity: Spread
    intensity_method: str
    cycle_days: int | None
    courses: tuple[DrugCourse, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exposure(Result):
    """Exposure of a set: days from first to last dose (ongoing: to the cut-off), and per drug."""

    analysis_set: str
    n: int
    dosed: int
    ongoing: int
    days: Spread
    person_years: float
    drugs: tuple[DrugExposure, ...]
    notes: tuple[str, ...]


def doses(adex: pd.DataFrame, treated: Treated, options: ExposureOptions | None = None) -> Doses:
    """Dosing records of ADEX. Dose: DOSEO, else AVAL, else EXDOSE; planned in the same terms."""
    options = options or ExposureOptions()
    frame = adex[dosing_records(adex)]
    patient, start = treated.index(frame["USUBJID"]), column_dates(frame, ("ASTDT",))
    keep = (patient >= 0) & (start <= treated.cut)
    frame, patient, start = frame[keep], patient[keep], start[keep]
    end = np.minimum(np.fmax(column_dates(frame, ("AENDT",)), start), treated.cut)
    drug, drugs = grouped_terms(frame, options.drug_columns, UNNAMED)
    unit, units = grouped_terms(frame, ("AVALU", "EXDOSU"), "")
    given, planned = _amounts(frame)
    return Doses(
        treated=treated,
        frame=frame,
        patient=patient,
        drug=drug,
        drugs=drugs,
        cycle=_column(frame, "CYCLE"),
        start=start,
        end=end,
        given=given,
        planned=planned,
        dosed=was_given(frame),
        unit=unit,
        units=units,
    )


def _column(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _amounts(frame: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Given and planned dose per record; AVAL is brought to plan by the ratio EXPLDOS / EXDOSE."""
    each, plan = _column(frame, "EXDOSE"), _column(frame, "EXPLDOS")
    total, planned = _column(frame, "DOSEO"), _column(frame, "PDOSEO")
    value = _column(frame, "AVAL")
    given = np.where(np.isnan(total), np.where(np.isnan(value), each, value), total)
    scale = np.divide(plan, each, out=np.full(each.shape, np.nan), where=each > 0)
    by_record = np.where(np.isnan(value) & np.isnan(total), plan, given * scale)
    return given, np.where(np.isnan(planned), by_record, planned)


def exposure(
    treated: Treated, adex: pd.DataFrame | None, options: ExposureOptions | None = None
) -> Exposure:
    """Exposure of the set; without ADEX only the duration from ADSL."""
    return exposure_of(treated, None if adex is None else doses(adex, treated, options), options)


def exposure_of(
    treated: Treated, records: Doses | None, options: ExposureOptions | None = None
) -> Exposure:
    """Exposure from dosing records that are read already; None: the export has no ADEX."""
    options = options or ExposureOptions()
    stop = np.where(np.isnat(treated.last_dose), treated.at_risk_end, treated.last_dose)
    dosed = ~np.isnat(treated.first_dose)
    days = (stop[dosed] - treated.first_dose[dosed]).astype(np.int64) + 1
    open_end = int((dosed & np.isnat(treated.last_dose)).sum())
    note = f"{open_end} patients have no last dose date: counted to the end of their window"
    drugs: tuple[DrugExposure, ...] = ()
    if records is not None:
        drugs = tuple(_drug(records, i, options) for i in range(len(records.drugs)))
    return Exposure(
        analysis_set=treated.analysis_set,
        n=treated.n,
        dosed=int(dosed.sum()),
        ongoing=int(treated.ongoing.sum()),
        days=spread(days),
        person_years=float(days.sum()) / DAYS_PER_YEAR,
        drugs=tuple(d for d in drugs if d.n),
        notes=(note,) if open_end else (),
    )


def _drug(records: Doses, drug: int, options: ExposureOptions) -> DrugExposure:
    rows = np.flatnonzero(records.drug == drug)
    mine = rows[np.isin(records.patient[rows], records.patient[rows[records.dosed[rows]]])]
    who, place = np.unique(records.patient[mine], return_inverse=True)
    name = records.drugs[drug]
    numbered = bool(mine.size) and bool(np.isfinite(records.cycle[mine]).all())
    starts = _CycleStarts(records, mine, place) if numbered else None
    stated = {k.upper(): v for k, v in options.cycle_days.items()}
    length = stated.get(name.upper()) or (starts.usual_gap() if starts else None)
    given = _sums(place, records.given[mine], who.size)
    planned = _sums(place, records.planned[mine], who.size)
    intensity = np.divide(given, planned, out=np.full(who.size, np.nan), where=planned > 0)
    if starts is not None and length is not None:
        intensity = intensity * starts.planned_over_actual(length, who.size)
    units = sorted({records.units[u] for u in np.unique(records.unit[mine]).tolist()})
    cycles = starts.given(who.size) if starts else np.full(who.size, np.nan)
    days = _days(records, mine, place, who.size)
    single = len(units) == 1 and units[0] != ""
    return DrugExposure(
        drug=name,
        n=int(who.size),
        unit=units[0] if single else None,
        cycles=spread(cycles),
        days=spread(days),
        cumulative=spread(given if single else []),
        intensity=spread(intensity),
        intensity_method=ADJUSTED if starts is not None else RATIO,
        cycle_days=length,
        courses=tuple(
            DrugCourse(u, None if c is None else int(c), int(d), g, p, i)
            for u, c, d, g, p, i in zip(
                records.treated.usubjid[who].tolist(),
                numbers(cycles),
                days.tolist(),
                numbers(given),
                numbers(planned),
                numbers(intensity),
                strict=True,
            )
        ),
        notes=_notes(units, planned),
    )


def _notes(units: list[str], planned: NDArray[np.float64]) -> tuple[str, ...]:
    notes = []
    if len(units) > 1 or "" in units:
        known = ", ".join(u or "no unit" for u in units)
        notes.append(f"Doses are in {known}: no cumulative dose")
    if not np.isfinite(planned).all():
        missing = int((~np.isfinite(planned)).sum())
        notes.append(f"No planned dose in {missing} patients: no relative dose intensity")
    return tuple(notes)


def _sums(place: NDArray[np.int64], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Sum per patient; NaN where a value is missing (a sum of the rest would be too small)."""
    return np.bincount(place, weights=values, minlength=n).astype(np.float64)


def _days(
    records: Doses, rows: NDArray[np.int64], place: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """Days from the first to the last day with a dose, per patient."""
    dosed = records.dosed[rows]
    first = np.full(n, np.iinfo(np.int64).max)
    last = np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(first, place[dosed], records.start[rows][dosed].astype(np.int64))
    np.maximum.at(last, place[dosed], records.end[rows][dosed].astype(np.int64))
    days: NDArray[np.int64] = last - first + 1
    return days


class _CycleStarts:
    """First day of each patient's cycles of one drug, planned ones (dose 0) included."""

    def __init__(self, records: Doses, rows: NDArray[np.int64], place: NDArray[np.int64]) -> None:
        number = records.cycle[rows].astype(np.int64)
        width = np.int64(number.max() + 1)
        pair, at = np.unique(place * width + number, return_inverse=True)
        start = np.full(pair.size, np.iinfo(np.int64).max)
        np.minimum.at(start, at, records.start[rows].astype(np.int64))
        dosed = np.zeros(pair.size, dtype=np.bool_)
        np.logical_or.at(dosed, at, records.dosed[rows])
        self.patient, self.number, self.start, self.dosed = (
            pair // width,
            pair % width,
            start,
            dosed,
        )

    def usual_gap(self) -> int | None:
        """The most common gap between successive cycles over all patients; the shorter of ties."""
        follows = (np.diff(self.patient) == 0) & (np.diff(self.number) == 1)
        gaps = np.diff(self.start)[follows]
        gaps = gaps[gaps > 0]
        if not gaps.size:
            return None
        found, count = np.unique(gaps, return_counts=True)
        return int(found[np.argmax(count)])

    def given(self, n: int) -> NDArray[np.float64]:
        return np.bincount(self.patient[self.dosed], minlength=n).astype(np.float64)

    def planned_over_actual(self, length: int, n: int) -> NDArray[np.float64]:
        """Planned over actual time: recorded cycles x length, over first start to last + length."""
        count = np.bincount(self.patient, minlength=n)
        first = np.full(n, np.iinfo(np.int64).max)
        last = np.full(n, np.iinfo(np.int64).min)
        np.minimum.at(first, self.patient, self.start)
        np.maximum.at(last, self.patient, self.start)
        ratio: NDArray[np.float64] = count * length / (last - first + length)
        return ratio
