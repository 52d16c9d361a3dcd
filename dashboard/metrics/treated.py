"""Treated patients with their doses and the windows in which adverse events count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.accrual import on_treatment
from dashboard.metrics.cohort import Bools, Cohort, Dates, column_dates, in_order
from dashboard.metrics.columns import Frame, factorised
from dashboard.metrics.types import AnalysisSet, Exclusion
from dashboard.metrics.words import some

NAT = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """The patients of a safety set, sorted by USUBJID; arrays have shape (n,), dates are days.

    `window_end`: last day on which a new event counts as treatment-emergent, never after the
    cut-off; NaT for a patient without a first dose. `at_risk_end` is the same, but not after death.
    """

    usubjid: NDArray[np.object_]
    origin: Dates
    first_dose: Dates
    last_dose: Dates
    death: Dates
    ongoing: Bools
    window_end: Dates
    at_risk_end: Dates
    cut: np.datetime64
    analysis_set: str
    excluded: tuple[Exclusion, ...]
    rule: str
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return int(self.usubjid.size)

    @property
    def patients(self) -> tuple[str, ...]:
        return tuple(self.usubjid.tolist())

    def keep(self, mask: Bools) -> Treated:
        """The same for some of the patients; `mask` has shape (n,)."""
        names = "usubjid origin first_dose last_dose death ongoing window_end at_risk_end"
        return replace(self, **{name: getattr(self, name)[mask] for name in names.split()})

    def mask(self, patients: Sequence[str]) -> Bools:
        """Which of these patients are among `patients`."""
        wanted = set(patients)
        return np.array([u in wanted for u in self.usubjid.tolist()], dtype=np.bool_)

    def index(self, usubjid: pd.Series) -> NDArray[np.int64]:
        """Row of each USUBJID, -1 for a patient outside; linear in the rows."""
        return self.rows_of(usubjid.to_frame("USUBJID"))

    def rows_of(self, frame: Frame) -> NDArray[np.int64]:
        """`index` of the USUBJID column, each patient looked up once."""
        codes, ids = factorised(frame, "USUBJID")
        place = {u: i for i, u in enumerate(self.usubjid.tolist())}
        table = np.array([*(place.get(u, -1) for u in ids), -1], dtype=np.int64)
        return np.asarray(table[codes], dtype=np.int64)


def treated_patients(
    adsl: pd.DataFrame,
    cohort: Cohort,
    members: AnalysisSet,
    *,
    teae_end_days: int = 30,
    last_dose_columns: Sequence[str] = ("TRTEDT", "TRT01EDT"),
) -> Treated:
    """Windows of the patients of `members` (normally the safety set).

    The window runs from the first dose to `teae_end_days` after the last dose; while treatment goes
    on, or where no last dose is known, to the cut-off.
    """
    wanted = set(members.patients)
    keep = np.array([u in wanted for u in cohort.usubjid.tolist()], dtype=np.bool_)
    rows = in_order(adsl, cohort).take(keep)
    cut = np.datetime64(cohort.cut_date, "D")
    last = latest(rows, last_dose_columns)
    last = np.where(last <= cut, last, NAT)
    ongoing = on_treatment(adsl, cohort)[keep]
    first = cohort.first_dose[keep]
    until = np.where(ongoing | np.isnat(last), cut, last + np.timedelta64(teae_end_days, "D"))
    window = np.where(np.isnat(first), NAT, np.minimum(until, cut))
    death = cohort.died_on[keep]
    ids = cohort.usubjid[keep]
    return Treated(
        usubjid=ids,
        origin=cohort.origin[keep],
        first_dose=first,
        last_dose=last,
        death=death,
        ongoing=ongoing,
        window_end=window,
        at_risk_end=np.where(np.isnat(death), window, np.minimum(window, death)),
        cut=cut,
        analysis_set=members.id,
        excluded=members.excluded,
        rule=f"first dose to last dose + {teae_end_days} days, to the cut-off while on treatment",
        notes=_notes(ids, ~ongoing & np.isnat(last) & ~np.isnat(first), np.isnat(first)),
    )


def latest(rows: Frame, columns: Sequence[str]) -> Dates:
    """Latest of the date columns per row, as datetime64[D]; NaT where none is known."""
    found = np.full(len(rows), NAT, dtype="datetime64[D]")
    for name in columns:
        found = np.fmax(found, column_dates(rows, (name,)))
    return found


def _notes(ids: NDArray[np.object_], open_end: Bools, undosed: Bools) -> tuple[str, ...]:
    notes = []
    if open_end.any():
        notes.append(
            f"Treatment ended but the last dose has no date in "
            f"{some(int(open_end.sum()), 'patient')}: "
            f"window to the cut-off ({', '.join(ids[open_end].tolist()[:5])})"
        )
    if undosed.any():
        notes.append(
            f"No first dose date in {some(int(undosed.sum()), 'patient')} of the set: "
            f"no event of theirs can be treatment-emergent by date "
            f"({', '.join(ids[undosed].tolist()[:5])})"
        )
    return tuple(notes)
