"""Sums of target lesion diameters: best change for the waterfall (RECIST 1.1 s.4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import (
    Bools,
    Cohort,
    Days,
    column_dates,
    days_between,
    flagged,
    text,
)
from dashboard.metrics.columns import floats
from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.recist import pick_evaluator, pick_parameter
from dashboard.metrics.types import Estimate, Exclusion, Result

SUM_PARAMCDS = ("SDIAM", "SUMDIAM", "SLDINV", "SUMLDIAM", "SLD")

NO_BASELINE = "no baseline sum of target lesions"
NO_POST_BASELINE = "no post-baseline measurement"
INCOMPLETE = "no post-baseline visit with every target lesion measured"
TOO_LATE = "measured only after PD or new anticancer therapy"


@dataclass(frozen=True, slots=True, eq=False)
class TargetSums:
    """Post-baseline sums (mm) by patient and day, shape (m,); `base` shape (n,), NaN if none.

    `complete`: every baseline target lesion was measured.
    """

    patient: Days
    day: Days
    total: Floats
    complete: Bools
    base: Floats
    paramcd: str | None


@dataclass(frozen=True, slots=True)
class BestChanges(Result):
    """Smallest percent change from baseline per patient with a bar; the others with the reason."""

    usubjid: tuple[str, ...]
    percent: tuple[float, ...]
    day: tuple[int, ...]
    baseline: tuple[float, ...]
    total: tuple[Estimate, ...]
    without: tuple[Exclusion, ...]


def target_sums(
    adtr: pd.DataFrame,
    cohort: Cohort,
    *,
    paramcds: Sequence[str] = SUM_PARAMCDS,
    evaluator: str = "INVESTIGATOR",
) -> TargetSums:
    """Sums of the first of `paramcds` in ADTR, up to the cut-off.

    Copies (DTYPE filled, such as MINIMUM) are no records. Baseline is the ABLFL record's AVAL,
    else BASE. A visit is complete where LSASS equals LSEXP, or where the export does not say.
    """
    rows, paramcd = pick_parameter(adtr, paramcds)
    rows = pick_evaluator(rows, "TREVAL", evaluator)
    rows = rows.take(text(rows, "DTYPE") == "")
    index = cohort.rows_of(rows)
    rows, index = rows.take(index >= 0), index[index >= 0]
    day = days_between(column_dates(rows, ("ADT",)), cohort.origin[index])
    value = floats(rows, "AVAL")
    at_base = flagged(rows, "ABLFL")
    base = np.full(cohort.n, np.nan)
    stated = floats(rows, "BASE")
    base[index[~np.isnan(stated)]] = stated[~np.isnan(stated)]
    measured = at_base & ~np.isnan(value)
    base[index[measured]] = value[measured]
    keep = ~at_base & ~np.isnan(value) & (day > 0) & (day <= cohort.follow_up[index])
    keep &= cohort.timed[index]
    if np.isnan(value).all() and np.isnan(base).all():  # percentages alone are no sums
        paramcd = None
    expected, assessed = text(rows, "LSEXP"), text(rows, "LSASS")
    complete = (expected == "") | (assessed == "") | (expected == assessed)
    order = np.lexsort((day[keep], index[keep]))
    return TargetSums(
        index[keep][order],
        day[keep][order],
        value[keep][order],
        np.asarray(complete, dtype=np.bool_)[keep][order],
        base,
        paramcd,
    )


def percent_change(sums: TargetSums) -> Floats:
    """Percent change from baseline of each sum; NaN without a baseline or with a baseline of 0."""
    base = sums.base[sums.patient]
    change = np.full(base.shape, np.nan)
    np.divide(100 * (sums.total - base), base, out=change, where=base > 0)
    return change


def best_changes(cohort: Cohort, sums: TargetSums, first_pd: Days) -> BestChanges:
    """Best change over complete post-baseline visits up to the first PD and before new therapy.

    `first_pd` in cohort order (NEVER where none). Without such a visit there is no bar: the
    patient is listed, never drawn as 0.
    """
    change = percent_change(sums)
    p = sums.patient
    in_time = (sums.day <= first_pd[p]) & (sums.day < cohort.new_therapy[p])
    usable = in_time & sums.complete & ~np.isnan(change)
    rows = np.flatnonzero(usable)
    order = rows[np.lexsort((sums.day[rows], change[rows], p[rows]))]
    who, first = np.unique(p[order], return_index=True)
    best = order[first]
    return BestChanges(
        usubjid=tuple(cohort.usubjid[who].tolist()),
        percent=tuple(change[best].tolist()),
        day=tuple(sums.day[best].tolist()),
        baseline=tuple(sums.base[who].tolist()),
        total=tuple(sums.total[best].tolist()),
        without=_without(cohort, sums, in_time, np.isin(np.arange(cohort.n), who)),
    )


def _without(
    cohort: Cohort, sums: TargetSums, in_time: Bools, shown: Bools
) -> tuple[Exclusion, ...]:
    def some(mask: Bools) -> Bools:
        return np.bincount(sums.patient[mask], minlength=cohort.n) > 0

    reason = np.full(cohort.n, INCOMPLETE, dtype=object)
    reason[~some(in_time)] = TOO_LATE
    reason[~some(np.ones(sums.day.size, dtype=np.bool_))] = NO_POST_BASELINE
    reason[~(sums.base > 0)] = NO_BASELINE
    return tuple(
        Exclusion(u, r) for u, r in zip(cohort.usubjid[~shown], reason[~shown], strict=True)
    )
