"""Treatment cycles of each patient from the dosing records (ADEX CYCLE), as date intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.coded import Codes, clean, is_in
from dashboard.metrics.cohort import Bools, Dates, column_dates
from dashboard.metrics.columns import Frame, floats, take
from dashboard.metrics.treated import Treated


@dataclass(frozen=True, slots=True)
class CycleOptions:
    """Which dosing records make the cycles, and how long a cycle without a successor lasts.

    `drug`: EXTRT or PARCAT2 whose cycles count (the study drug, given in all patients); None: all
    records. Without a CYCLE column cycles of `length_days` run from the first to the last dose.
    """

    drug: str | None = None
    length_days: int = 21


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """Cycles that were started by the cut-off, sorted by patient and start; shape (k,).

    A cycle ends the day before the next one, the last one after its planned length or its last
    dose, whichever is later; never after death or the cut-off.
    """

    treated: Treated
    patient: Codes
    number: Codes
    start: Dates
    end: Dates
    rule: str

    def containing(self, patient: Codes, day: Dates) -> Codes:
        """Row of the cycle each day falls in, -1 outside every cycle; both of shape (m,)."""
        if not self.patient.size:
            return np.full(patient.size, -1, dtype=np.int64)
        row = np.searchsorted(self.keys(self.start), keys(patient, day), side="right") - 1
        safe = np.maximum(row, 0)
        hit = (row >= 0) & (self.patient[safe] == patient) & (day <= self.end[safe])
        return np.where(hit & ~np.isnat(day), row, -1)

    def keys(self, dates: Dates) -> NDArray[np.int64]:
        return keys(self.patient, dates)


def keys(patient: Codes, dates: Dates) -> NDArray[np.int64]:
    """Patient and date as one sortable number; a missing date sorts before all of the patient."""
    days = np.where(np.isnat(dates), np.datetime64(0, "D"), dates).astype(np.int64)
    shifted = np.where(np.isnat(dates), 0, days + 2**20)
    made: NDArray[np.int64] = patient * np.int64(2**22) + shifted
    return made


def dosing_records(adex: Frame) -> Bools:
    """Rows that are a dose in a constant dosing interval: PARAMCD DOSE, or all without PARAMCD."""
    if "PARAMCD" not in adex.columns:
        return np.ones(len(adex), dtype=np.bool_)
    return is_in(adex, "PARAMCD", ("DOSE",))


def amount(adex: Frame) -> NDArray[np.float64]:
    """Dose of each record: EXDOSE, else AVAL; NaN where neither is known."""
    each = floats(adex, "EXDOSE")
    return np.where(np.isnan(each), floats(adex, "AVAL"), each)


def was_given(adex: Frame) -> Bools:
    """Rows in which something was given: a dose above zero, or the planned zero of a placebo.

    Where no row has an amount, the export records when and not how much: every row is a dose.
    """
    dose = amount(adex)
    if np.isnan(dose).all():
        return np.ones(len(adex), dtype=np.bool_)
    return np.asarray((dose > 0) | (floats(adex, "EXPLDOS") == 0), dtype=np.bool_)


def of_drug(adex: Frame, drug: str | None) -> Bools:
    """Rows whose EXTRT or PARCAT2 is `drug`."""
    if drug is None:
        return np.ones(len(adex), dtype=np.bool_)
    hits = [is_in(adex, c, (drug,)) for c in ("EXTRT", "PARCAT2") if c in adex.columns]
    if not hits:
        raise ValueError(f"ADEX has no EXTRT or PARCAT2 to find {drug!r} in")
    return np.asarray(np.logical_or.reduce(hits), dtype=np.bool_)


def treatment_cycles(
    adex: pd.DataFrame | None, treated: Treated, options: CycleOptions | None = None
) -> Cycles:
    """The cycles in which something was given, per patient of the set."""
    options = options or CycleOptions()
    if adex is None or "CYCLE" not in adex.columns or not adex["CYCLE"].notna().any():
        return _fixed(treated, options.length_days)
    rows = take(adex, dosing_records(adex) & of_drug(adex, options.drug))
    start, patient = column_dates(rows, ("ASTDT",)), treated.rows_of(rows)
    number = floats(rows, "CYCLE")
    use = (patient >= 0) & (start <= treated.cut) & was_given(rows) & np.isfinite(number)
    end = np.fmax(column_dates(rows, ("AENDT",)), start)
    made = _first_and_last(patient[use], number[use].astype(np.int64), start[use], end[use])
    rule = f"CYCLE of {clean(options.drug)}" if options.drug else "CYCLE of the dosing records"
    return _close(treated, made, options.length_days, rule)


_Made = tuple[Codes, Codes, Dates, Dates]


def _first_and_last(patient: Codes, number: Codes, start: Dates, end: Dates) -> _Made:
    """One row per patient and cycle number: first start and last end, sorted by start."""
    width = np.int64(number.max() + 1 if number.size else 1)
    pair, place = np.unique(patient * width + number, return_inverse=True)
    first = np.full(pair.size, np.iinfo(np.int64).max)
    last = np.full(pair.size, np.iinfo(np.int64).min)
    np.minimum.at(first, place, start.astype(np.int64))
    np.maximum.at(last, place, end.astype(np.int64))
    who, cycle = pair // width, pair % width
    order = np.lexsort((first, who))
    return (
        who[order],
        cycle[order],
        first[order].astype("datetime64[D]"),
        last[order].astype("datetime64[D]"),
    )


def _close(treated: Treated, made: _Made, length: int, rule: str) -> Cycles:
    who, cycle, start, last = made
    planned = np.maximum(start + np.timedelta64(length - 1, "D"), last)
    following = np.append(who[1:] == who[:-1], False)[: who.size]
    successor = np.append(start[1:], np.datetime64("NaT", "D"))[: who.size]
    end = np.where(following, successor - np.timedelta64(1, "D"), planned)
    end = np.minimum(end, treated.cut)
    death = treated.death[who]
    end = np.where(np.isnat(death), end, np.minimum(end, death))
    return Cycles(treated, who, cycle, start, end, rule)


def _fixed(treated: Treated, length: int) -> Cycles:
    """Cycles of one length from the first dose to the last one, or the cut-off if none is known."""
    stop = np.where(np.isnat(treated.last_dose), treated.at_risk_end, treated.last_dose)
    dosed = ~np.isnat(treated.first_dose)
    days = np.where(dosed, (stop - treated.first_dose).astype(np.int64), -1)
    count = np.where(dosed, np.maximum(days, 0) // length + 1, 0)
    who = np.repeat(np.arange(treated.n), count)
    number = np.arange(who.size) - np.repeat(np.cumsum(count) - count, count) + 1
    start = treated.first_dose[who] + ((number - 1) * length).astype("timedelta64[D]")
    rule = f"cycles of {length} days from the first dose (no cycle number in the export)"
    return _close(treated, (who, number, start, start), length, rule)
