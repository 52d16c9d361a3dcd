"""Time on treatment and why it ended, over time (Kaplan & Meier 1958; Aalen & Johansen 1978)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools, Cohort, column_dates, in_order
from dashboard.metrics.columns import Rows
from dashboard.metrics.competing import CENSORED, COMPETING, EVENT, Incidence, cumulative_incidence
from dashboard.metrics.disposition import COMPLETED, DIED, UNSTATED
from dashboard.metrics.dose_changes import NO_REASON, NOT_EXPORTED, Discontinuations
from dashboard.metrics.kaplan_meier import (
    KaplanMeier,
    KaplanMeierOptions,
    RiskTable,
    kaplan_meier,
)
from dashboard.metrics.proportions import proportion
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Exclusion, Proportion, Result

NO_END = "treatment ended, but no date says when"
NO_START = "no date of first dose"


@dataclass(frozen=True, slots=True)
class TreatmentTime(Result):
    """Days on treatment of each patient, first and last day included; arrays are parallel.

    `reason` is why it ended ("" while it goes on, to the cut-off): the export's word, or one of
    COMPLETED, DIED and UNSTATED. `without` have no time.
    """

    usubjid: tuple[str, ...]
    days: tuple[int, ...]
    reason: tuple[str, ...]
    without: tuple[Exclusion, ...]
    rule: str

    def restrict(self, patients: Sequence[str]) -> TreatmentTime:
        """Only these patients."""
        wanted = set(patients)
        kept = [i for i, u in enumerate(self.usubjid) if u in wanted]
        return TreatmentTime(
            tuple(self.usubjid[i] for i in kept),
            tuple(self.days[i] for i in kept),
            tuple(self.reason[i] for i in kept),
            tuple(e for e in self.without if e.usubjid in wanted),
            self.rule,
        )


@dataclass(frozen=True, slots=True)
class ReasonCurve(Result):
    """One reason: how many stopped for it of all with a time, and how many had by each day.

    `day` and `share` are the steps of the cumulative incidence, the other reasons competing.
    """

    reason: str
    proportion: Proportion
    patients: tuple[str, ...]
    day: tuple[float, ...]
    share: tuple[float, ...]
    at: tuple[Incidence, ...]


@dataclass(frozen=True, slots=True)
class Stopping(Result):
    """The curve of all reasons together, and each reason; `ongoing` are censored at the cut-off."""

    n: int
    curve: KaplanMeier
    risk: RiskTable
    reasons: tuple[ReasonCurve, ...]
    ongoing: tuple[str, ...]
    without: tuple[Exclusion, ...]
    rule: str


def treatment_time(
    adsl: pd.DataFrame, cohort: Cohort, treated: Treated, stops: Discontinuations
) -> TreatmentTime:
    """From the first dose to the end of treatment; on treatment: to the cut-off.

    End: EOTDT, else the last dose, never after death. A patient without either has no time.
    """
    rows = _rows(adsl, cohort, treated)
    end = column_dates(rows, ("EOTDT",))
    end = np.where(end <= treated.cut, end, np.datetime64("NaT", "D"))
    end = np.where(np.isnat(end), treated.last_dose, end)
    end = np.where(np.isnat(end), treated.death, np.fmin(end, treated.death))
    ongoing = treated.mask(stops.ongoing) & np.isnat(treated.death)
    end = np.where(ongoing, treated.cut, end)
    dosed = ~np.isnat(treated.first_dose)
    known = dosed & ~np.isnat(end)
    days = (end - treated.first_dose).astype(np.int64) + 1
    known &= days > 0
    reason = _reasons(treated, stops, ongoing)
    at = np.flatnonzero(known)
    ids = treated.usubjid
    return TreatmentTime(
        usubjid=tuple(ids[at].tolist()),
        days=tuple(days[at].tolist()),
        reason=tuple(reason[at].tolist()),
        without=tuple(
            Exclusion(ids[i], NO_END if dosed[i] else NO_START)
            for i in np.flatnonzero(~known).tolist()
        ),
        rule=stops.rule,
    )


def _rows(adsl: pd.DataFrame, cohort: Cohort, treated: Treated) -> Rows:
    """ADSL in the order of the treated patients, who are sorted as the cohort is."""
    wanted = set(treated.patients)
    keep = np.array([u in wanted for u in cohort.usubjid.tolist()], dtype=np.bool_)
    return in_order(adsl, cohort).take(keep)


def _reasons(treated: Treated, stops: Discontinuations, ongoing: Bools) -> NDArray[np.object_]:
    """Why treatment ended, per patient; "" while it goes on."""
    reason = np.full(treated.n, UNSTATED, dtype=object)
    reason[~np.isnat(treated.death)] = DIED
    reason[treated.mask(stops.completed)] = COMPLETED
    for stop in stops.reasons:
        if stop.reason not in {NO_REASON, NOT_EXPORTED}:
            reason[treated.mask(stop.patients)] = stop.reason
    reason[ongoing] = ""
    return reason


def stopping(
    found: TreatmentTime,
    *,
    at: Sequence[float] = (),
    ticks: Sequence[float] = (),
    options: KaplanMeierOptions | None = None,
) -> Stopping:
    """Time on treatment and its end by reason; `at` days of readouts, `ticks` of the risk table."""
    options = options or KaplanMeierOptions()
    days = np.array(found.days, dtype=np.float64)
    reason = np.array(found.reason, dtype=object)
    ended = reason != ""
    curve = kaplan_meier(days, ended, options)
    names = sorted(
        {*reason[ended].tolist()},
        key=lambda r: (r == UNSTATED, -int((reason == r).sum()), r),
    )
    return Stopping(
        n=days.size,
        curve=curve,
        risk=curve.at_risk(ticks),
        reasons=tuple(_curve(found, name, at, options.level) for name in names),
        ongoing=tuple(u for u, r in zip(found.usubjid, found.reason, strict=True) if not r),
        without=found.without,
        rule=found.rule,
    )


def _curve(found: TreatmentTime, name: str, at: Sequence[float], level: float) -> ReasonCurve:
    days = np.array(found.days, dtype=np.float64)
    reason = np.array(found.reason, dtype=object)
    mine = reason == name
    cause = np.where(mine, EVENT, np.where(reason == "", CENSORED, COMPETING))
    made = cumulative_incidence(days, cause, level=level)
    steps = [i for i, d in enumerate(made.n_event) if d]
    who = tuple(u for u, hit in zip(found.usubjid, mine.tolist(), strict=True) if hit)
    return ReasonCurve(
        reason=name,
        proportion=proportion(len(who), days.size, level=level),
        patients=who,
        day=tuple(made.time[i] for i in steps),
        share=tuple(made.estimate[i] for i in steps),
        at=tuple(made.at(t) for t in at),
    )
