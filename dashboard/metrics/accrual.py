"""Enrolment over time against plan, and where the enrolled patients are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import Bools, Cohort, Dates, column_dates, in_order, text
from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.types import AnalysisSet, Exclusion, PatientProportion, Result


@dataclass(frozen=True, slots=True)
class Accrual(Result):
    """Cumulative number of patients enrolled, a step at each date with an enrolment.

    `by_month` counts per calendar month ("2026-03"), months without enrolment included, up to the
    cut-off's month. `planned_by_cut` is the plan at the cut-off (last step reached).
    """

    cut_date: date
    dates: tuple[date, ...]
    cumulative: tuple[int, ...]
    patients: tuple[tuple[str, ...], ...]
    month: tuple[str, ...]
    by_month: tuple[int, ...]
    n: int
    planned: int | None
    plan: tuple[tuple[date, int], ...]
    planned_by_cut: int | None
    excluded: tuple[Exclusion, ...]


def accrual(
    cohort: Cohort,
    members: AnalysisSet,
    *,
    planned: int | None = None,
    plan: Sequence[tuple[date, int]] = (),
) -> Accrual:
    """Enrolment of the set's patients by enrolment date (else origin); undated ones are listed."""
    part = cohort.subset(members.patients)
    when = np.where(np.isnat(part.enrolment), part.origin, part.enrolment)
    known = ~np.isnat(when)
    order = np.lexsort((part.usubjid[known], when[known]))
    days, ids = when[known][order], part.usubjid[known][order]
    steps, start, count = np.unique(days, return_index=True, return_counts=True)
    groups = np.split(ids, start[1:]) if steps.size else []
    month, by_month = _months(days, cohort.cut_date)
    reached = [n for when_, n in plan if when_ <= cohort.cut_date]
    return Accrual(
        cut_date=cohort.cut_date,
        dates=tuple(steps.tolist()),
        cumulative=tuple(np.cumsum(count).tolist()),
        patients=tuple(tuple(g.tolist()) for g in groups),
        month=month,
        by_month=by_month,
        n=int(days.size),
        planned=planned,
        plan=tuple(plan),
        planned_by_cut=(reached[-1] if reached else 0) if plan else None,
        excluded=(
            *members.excluded,
            *(Exclusion(u, "no enrolment date") for u in part.usubjid[~known]),
        ),
    )


def _months(days: Dates, cut: date) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if not days.size:
        return (), ()
    month = days.astype("datetime64[M]")
    last = max(np.datetime64(cut, "M"), month[-1])
    every = np.arange(month[0], last + 1)
    counts = np.bincount((month - month[0]).astype(np.int64), minlength=every.size)
    return tuple(every.astype(str).tolist()), tuple(counts.tolist())


@dataclass(frozen=True, slots=True)
class StatusCounts(Result):
    """Where the enrolled patients are at the cut-off; every row is x of the enrolled."""

    enrolled: PatientProportion
    treated: PatientProportion
    evaluable: PatientProportion
    on_treatment: PatientProportion
    ended: PatientProportion
    died: PatientProportion
    off_study: PatientProportion


def on_treatment(adsl: pd.DataFrame, cohort: Cohort) -> Bools:
    """Dosed and not ended at the cut-off, per cohort patient.

    Ended: EOTSTT says COMPLETED or DISCONTINUED, or an EOTDT by the cut-off, or death, or, where
    neither EOTSTT nor EOTDT is exported, a last dose date before the cut-off. Who left the study
    has ended too, unless EOTSTT says ONGOING.
    """
    rows = in_order(adsl, cohort)
    cut = np.datetime64(cohort.cut_date, "D")
    state = text(rows, "EOTSTT")
    end = column_dates(rows, ("EOTDT",))
    ended = np.isin(state.astype(str), ("COMPLETED", "DISCONTINUED", "ENDED"))
    ended = np.where(np.isnat(end), ended, end <= cut)
    if not {"EOTSTT", "EOTDT"} & set(adsl.columns):
        ended = column_dates(rows, ("TRTEDT", "TRT01EDT")) < cut
    ended = ended | (~np.isnat(cohort.left_on) & (state != "ONGOING") & np.isnat(end))
    alive = np.isnat(cohort.died_on)
    return np.asarray(~np.isnat(cohort.first_dose) & ~ended & alive, dtype=np.bool_)


def status_counts(
    adsl: pd.DataFrame,
    cohort: Cohort,
    enrolled: AnalysisSet,
    evaluable: AnalysisSet,
    *,
    level: float = 0.95,
) -> StatusCounts:
    """Counts of the status strip, each with its patients."""
    dosed = ~np.isnat(cohort.first_dose)
    now = on_treatment(adsl, cohort)
    dead = ~np.isnat(cohort.died_on)
    left = ~np.isnat(cohort.left_on)

    def row(id_: str, label: str, who: Bools | Sequence[str]) -> PatientProportion:
        ids = cohort.usubjid[who].tolist() if isinstance(who, np.ndarray) else who
        return patient_proportion(id_, label, ids, enrolled, level=level)

    return StatusCounts(
        enrolled=row("enrolled", "Enrolled", enrolled.patients),
        treated=row("treated", "Treated", dosed),
        evaluable=row("evaluable", "Response-evaluable", evaluable.patients),
        on_treatment=row("on_treatment", "On treatment", now),
        ended=row("ended", "Treatment ended", dosed & ~now),
        died=row("died", "Died", dead),
        off_study=row("off_study", "Off study", left | dead),
    )
