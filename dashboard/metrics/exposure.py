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
from dashboard.metrics.columns import Rows, floats, take
from dashboard.metrics.courses import Courses
from dashboard.metrics.cycles import dosing_records, was_given
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Estimate, Result, numbers
from dashboard.metrics.words import some

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
    frame: Rows
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
    frame = take(adex, dosing_records(adex))
    patient, start = treated.rows_of(frame), column_dates(frame, ("ASTDT",))
    keep = (patient >= 0) & (start <= treated.cut)
    frame, patient, start = frame.take(keep), patient[keep], start[keep]
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
        cycle=floats(frame, "CYCLE"),
        start=start,
        end=end,
        given=given,
        planned=planned,
        dosed=was_given(frame),
        unit=unit,
        units=units,
    )


def _amounts(frame: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Given and planned dose per record; AVAL is brought to plan by the ratio EXPLDOS / EXDOSE."""
    each, plan = floats(frame, "EXDOSE"), floats(frame, "EXPLDOS")
    total, planned = floats(frame, "DOSEO"), floats(frame, "PDOSEO")
    value = floats(frame, "AVAL")
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
    note = f"No last dose date in {some(open_end, 'patient')}: counted to the end of the window"
    drugs: tuple[DrugExposure, ...] = ()
    if records is not None:
        drugs = _by_drug(records, options)
    return Exposure(
        analysis_set=treated.analysis_set,
        n=treated.n,
        dosed=int(dosed.sum()),
        ongoing=int(treated.ongoing.sum()),
        days=spread(days),
        person_years=float(days.sum()) / DAYS_PER_YEAR,
        drugs=drugs,
        notes=(note,) if open_end else (),
    )


def _by_drug(records: Doses, options: ExposureOptions) -> tuple[DrugExposure, ...]:
    """Every drug that somebody got, in the order of its name."""
    courses = _courses(records)
    stated = {k.upper(): v for k, v in options.cycle_days.items()}
    usual = courses.usual_gaps()
    lengths = tuple(
        stated.get(name.upper()) or gap for name, gap in zip(records.drugs, usual, strict=True)
    )
    used = np.zeros((len(records.drugs), len(records.units)), dtype=np.bool_)
    used[records.drug[courses.rows], records.unit[courses.rows]] = True
    units = [
        [u for u, found in zip(records.units, row, strict=True) if found] for row in used.tolist()
    ]
    intensity = courses.intensity(lengths)
    return tuple(
        _drug(records, courses, drug, (lengths[drug], units[drug]), intensity)
        for drug in range(len(records.drugs))
        if courses.of(drug).start < courses.of(drug).stop
    )


def usual_gaps(records: Doses) -> tuple[int | None, ...]:
    """Per drug the most common gap between the starts of successive cycles, None without any."""
    return _courses(records).usual_gaps()


def _courses(records: Doses) -> Courses:
    return Courses(
        drug=records.drug,
        patient=records.patient,
        cycle=records.cycle,
        start=records.start.astype(np.int64),
        end=records.end.astype(np.int64),
        given=records.given,
        planned=records.planned,
        dosed=records.dosed,
        n_drugs=len(records.drugs),
        n_patients=records.treated.n,
    )


def _drug(
    records: Doses,
    courses: Courses,
    drug: int,
    terms: tuple[int | None, list[str]],
    intensities: NDArray[np.float64],
) -> DrugExposure:
    part, (length, units) = courses.of(drug), terms
    intensity = intensities[part]
    single = len(units) == 1 and units[0] != ""
    cycles, days = courses.cycles[part], courses.days[part]
    given, planned = courses.given[part], courses.planned[part]
    return DrugExposure(
        drug=records.drugs[drug],
        n=part.stop - part.start,
        unit=units[0] if single else None,
        cycles=spread(cycles),
        days=spread(days),
        cumulative=spread(given if single else []),
        intensity=spread(intensity),
        intensity_method=ADJUSTED if courses.numbered[drug] else RATIO,
        cycle_days=length,
        courses=tuple(
            DrugCourse(u, None if c is None else int(c), d, g, p, i)
            for u, c, d, g, p, i in zip(
                records.treated.usubjid[courses.patient[part]].tolist(),
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
        notes.append(f"No planned dose in {some(missing, 'patient')}: no relative dose intensity")
    return tuple(notes)
