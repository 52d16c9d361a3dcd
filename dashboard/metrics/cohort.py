"""Patients as arrays of integer days from their origin: what every time-based metric starts from.

Records after the data cut-off do not exist. Full dates only; partial dates are imputed upstream.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.columns import Frame, Rows, days, factorised, strings
from dashboard.metrics.types import Exclusion

Days = NDArray[np.int64]
Dates = NDArray[np.datetime64]
Bools = NDArray[np.bool_]
Origin = Literal["first_dose", "enrolment", "randomisation"]

#: "Did not happen up to the cut-off": later than any day, so that minima and comparisons just work.
NEVER = np.int64(2**40)

ENROLMENT_COLUMNS = ("ENRLDT", "RANDDT", "RFICDT")
FIRST_DOSE_COLUMNS = ("TRTSDT", "TRT01SDT")
LAST_DOSE_COLUMNS = ("TRTEDT", "TRT01EDT")
ALIVE_COLUMNS = ("LSTALVDT", "EOSDT", "TRTEDT", "TRT01EDT", "LSTASSDT", "TRTSDT", "TRT01SDT")
_ORIGIN_COLUMNS: dict[Origin, tuple[tuple[str, ...], ...]] = {
    "first_dose": (FIRST_DOSE_COLUMNS, ENROLMENT_COLUMNS),
    "enrolment": (ENROLMENT_COLUMNS, FIRST_DOSE_COLUMNS),
    "randomisation": (("RANDDT",), ENROLMENT_COLUMNS, FIRST_DOSE_COLUMNS),
}


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients sorted by USUBJID; arrays have shape (n,), days count from the origin (day 0).

    NEVER stands for an event that did not happen by the cut-off, and for every day of a patient
    without an origin (`timed` False): such a patient is counted, but has no times.
    """

    usubjid: NDArray[np.object_]
    origin: Dates
    enrolment: Dates
    first_dose: Dates
    timed: Bools
    follow_up: Days  # cut-off minus origin
    death: Days
    alive: Days  # last day known alive, not after the cut-off
    new_therapy: Days  # start of new anticancer therapy
    off_study: Days  # end of study for a reason that ends scans
    died_on: Dates  # by the cut-off, also of patients without an origin, whose `death` is NEVER
    left_on: Dates  # end of study by the cut-off, likewise
    cut_date: date
    excluded: tuple[Exclusion, ...]  # in ADSL, but not before the cut-off
    untimed: tuple[Exclusion, ...]
    origin_rule: str

    @property
    def n(self) -> int:
        return int(self.usubjid.size)

    @cached_property
    def patients(self) -> tuple[str, ...]:
        return tuple(self.usubjid.tolist())

    def index(self, usubjid: pd.Series) -> Days:
        """Row of each USUBJID in this cohort, -1 for a patient outside it."""
        return np.asarray(
            pd.Index(self.usubjid).get_indexer(pd.Index(usubjid.to_numpy(object))), np.int64
        )

    def rows_of(self, frame: Frame) -> Days:
        """`index` of the USUBJID column, each patient looked up once."""
        codes, ids = factorised(frame, "USUBJID")
        place = {u: i for i, u in enumerate(self.usubjid.tolist())}
        table = np.array([*(place.get(u, -1) for u in ids), -1], dtype=np.int64)
        return np.asarray(table[codes], dtype=np.int64)

    def date_array(self, days: Days) -> Dates:
        """Calendar dates of days from the origin (shape n); NaT for NEVER."""
        known = self.timed & (days < NEVER)
        dates: Dates = self.origin + np.where(known, days, 0).astype("timedelta64[D]")
        dates[~known] = np.datetime64("NaT")
        return dates

    def date_of(self, days: Days) -> tuple[date | None, ...]:
        """`date_array` as Python dates; None for NEVER."""
        return tuple(self.date_array(days).tolist())

    def mask(self, patients: Collection[str]) -> Bools:
        """Which of the cohort's patients are in `patients`; shape (n,)."""
        inside = patients if isinstance(patients, (set, frozenset)) else set(patients)
        return np.fromiter((u in inside for u in self.usubjid), np.bool_, self.n)

    def subset(self, patients: Collection[str]) -> Cohort:
        """The same cohort for some of its patients."""
        keep = self.mask(patients)
        kept = set(self.usubjid[keep].tolist())
        arrays = (
            "usubjid origin enrolment first_dose timed follow_up death alive new_therapy off_study "
            "died_on left_on"
        )
        return Cohort(
            **{name: getattr(self, name)[keep] for name in arrays.split()},
            cut_date=self.cut_date,
            excluded=self.excluded,
            untimed=tuple(e for e in self.untimed if e.usubjid in kept),
            origin_rule=self.origin_rule,
        )


def column_dates(frame: Frame, columns: Sequence[str]) -> Dates:
    """First known date of `columns` per row, as datetime64[D]; NaT where none is known."""
    found = np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[D]")
    for name in columns:
        if name in frame.columns:
            values = days(frame, name)
            found = np.where(np.isnat(found), values, found)
    return found


def text(frame: Frame, column: str) -> NDArray[np.object_]:
    """A text column, upper case and stripped; "" where missing or absent."""
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    # codes repeat: each distinct value is cleaned once; -1, a missing value, takes the last entry
    codes, distinct = factorised(frame, column)
    clean = np.array([*(str(v).strip().upper() for v in distinct), ""], dtype=object)
    return np.asarray(clean[codes], dtype=object)


def flagged(frame: Frame, column: str) -> Bools:
    """True where a flag column is Y; all False when the column is absent."""
    return np.asarray(text(frame, column) == "Y", dtype=np.bool_)


def days_between(later: Dates, earlier: Dates) -> Days:
    """Whole days, without +1; NEVER where either date is missing."""
    known = ~(np.isnat(later) | np.isnat(earlier))
    days = np.full(later.shape, NEVER, dtype=np.int64)
    days[known] = (later[known] - earlier[known]).astype(np.int64)
    return days


def aligned(adsl: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """ADSL rows in the order of the cohort, every column copied; see `in_order`."""
    rows: pd.DataFrame = adsl.iloc[in_order(adsl, cohort).at]
    return rows


def in_order(adsl: pd.DataFrame, cohort: Cohort) -> Rows:
    """ADSL rows in the order of the cohort; no column is copied."""
    codes, ids = factorised(adsl, "USUBJID")
    place = {ids[code]: i for i, code in enumerate(codes.tolist())}
    return Rows(adsl, np.array([place[u] for u in cohort.usubjid.tolist()], dtype=np.int64))


def build_cohort(adsl: pd.DataFrame, cut_date: date, *, origin: Origin = "first_dose") -> Cohort:
    """Cohort of every ADSL patient whose enrolment or first dose is not after the cut-off.

    Origin: the stated event; where it is missing the next of first dose and enrolment (a patient
    never dosed counts from enrolment). Enrolment is ENRLDT, else RANDDT, else RFICDT.
    Raises ValueError when a patient has two rows.
    """
    ids = strings(adsl, "USUBJID")
    order = np.argsort(ids, kind="stable")
    rows, ids = Rows(adsl, order), ids[order]
    if len(set(ids.tolist())) != ids.size:
        raise ValueError("ADSL has more than one row for a patient")
    cut = np.datetime64(cut_date, "D")
    start = column_dates(rows, [c for group in _ORIGIN_COLUMNS[origin] for c in group])
    late = ~np.isnat(start) & (start > cut)
    excluded = tuple(Exclusion(u, "enrolled after the cut-off date") for u in ids[late])
    rows, ids, start = rows.take(~late), ids[~late], start[~late]
    timed = ~np.isnat(start)

    def day(columns: Sequence[str]) -> Days:
        dates = column_dates(rows, columns)
        return np.where(dates <= cut, days_between(dates, start), NEVER)

    follow_up = days_between(np.full(ids.size, cut), start)
    death = day(("DTHDT",))
    ongoing = text(rows, "EOSSTT") == "ONGOING"
    left = _until(column_dates(rows, ("EOSDT",)), cut)
    left[ongoing] = np.datetime64("NaT")
    return Cohort(
        usubjid=ids,
        origin=start,
        enrolment=column_dates(rows, ENROLMENT_COLUMNS),
        first_dose=_until(column_dates(rows, FIRST_DOSE_COLUMNS), cut),
        timed=timed,
        follow_up=follow_up,
        death=death,
        alive=_last_alive(rows, start, follow_up),
        new_therapy=day(("NACTDT",)),
        off_study=days_between(left, start),
        died_on=_until(column_dates(rows, ("DTHDT",)), cut),
        left_on=left,
        cut_date=cut_date,
        excluded=excluded,
        untimed=tuple(Exclusion(u, "no first dose and no enrolment date") for u in ids[~timed]),
        origin_rule=_origin_rule(adsl, origin),
    )


def _until(dates: Dates, cut: np.datetime64) -> Dates:
    return np.where(dates <= cut, dates, np.datetime64("NaT", "D"))


def _last_alive(adsl: Frame, start: Dates, follow_up: Days) -> Days:
    """LSTALVDT, else the latest other contact; known alive later means alive at the cut-off."""
    stated = days_between(column_dates(adsl, ("LSTALVDT",)), start)
    latest = np.zeros(start.shape, dtype=np.int64)
    for name in ALIVE_COLUMNS[1:]:
        other = days_between(column_dates(adsl, (name,)), start)
        latest = np.maximum(latest, np.where(other < NEVER, other, 0))
    alive = np.minimum(np.where(stated < NEVER, stated, latest), follow_up)
    return np.where(np.isnat(start), NEVER, alive)


def _origin_rule(adsl: pd.DataFrame, origin: Origin) -> str:
    groups = [[c for c in group if c in adsl.columns] for group in _ORIGIN_COLUMNS[origin]]
    names = [c for group in groups for c in group]
    return f"{origin.replace('_', ' ')}: {', else '.join(names) or 'no date column'}"
