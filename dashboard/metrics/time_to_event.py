"""PFS and OS per patient: FDA 2007 App. 3, EMA/CHMP/27994/2008 Rev.1, or as exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Bools, Cohort, Days, column_dates, text
from dashboard.metrics.columns import Frame, Rows, factorised, floats, strings, take
from dashboard.metrics.kaplan_meier import KaplanMeier, KaplanMeierOptions, kaplan_meier
from dashboard.metrics.recist import NE, PD, Assessments, day_at, first_row
from dashboard.metrics.types import AnalysisSet, Exclusion, Result, Source

RuleSet = Literal["FDA", "EMA"]
#: Per patient: last day, whether it is an event, and why it is the last day.
Outcome = tuple[Days, Bools, NDArray[np.object_]]

#: Days in one unit of AVALU. Months and years are for display; exports may use them.
DAYS_PER = {"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": 30.4375, "YEARS": 365.25}
DAYS_PER |= {unit[:-1]: days for unit, days in DAYS_PER.items()}

PD_EVENT = "PD"
DEATH_EVENT = "DEATH"
NO_BASELINE = "no baseline assessment"
NEW_THERAPY = "new anticancer therapy"
MISSED = "event after two or more missed assessments"
NO_POST_BASELINE = "no adequate post-baseline assessment"
LAST_ADEQUATE = "last adequate assessment"
ALIVE = "last known alive"


@dataclass(frozen=True, slots=True)
class PfsRules:
    """`max_gap` = 2 x assessment interval + 2 x visit window; a later event is censored."""

    rule: RuleSet = "FDA"
    assessment_interval: int = 56
    visit_window: int = 7

    @property
    def max_gap(self) -> int:
        return 2 * self.assessment_interval + 2 * self.visit_window


@dataclass(frozen=True, slots=True)
class TimeToEvent(Result):
    """One endpoint, one entry per patient. days = AVAL (end - start + 1); reason says which record.

    `excluded` lists patients without a value.
    """

    endpoint: str
    rule: str
    source: Source
    usubjid: tuple[str, ...]
    days: tuple[float, ...]
    event: tuple[bool, ...]
    reason: tuple[str, ...]
    dates: tuple[date | None, ...]
    excluded: tuple[Exclusion, ...] = ()
    notes: tuple[str, ...] = ()

    def restrict(self, members: AnalysisSet) -> TimeToEvent:
        """The same endpoint for the patients of an analysis set; the missing ones are listed."""
        inside = set(members.patients)
        keep = [i for i, u in enumerate(self.usubjid) if u in inside]
        known = {self.usubjid[i] for i in keep}
        listed = {e.usubjid: e for e in self.excluded}
        absent = tuple(
            listed.get(u, Exclusion(u, f"no {self.endpoint} record"))
            for u in members.patients
            if u not in known
        )
        return TimeToEvent(
            endpoint=self.endpoint,
            rule=self.rule,
            source=self.source,
            usubjid=tuple(self.usubjid[i] for i in keep),
            days=tuple(self.days[i] for i in keep),
            event=tuple(self.event[i] for i in keep),
            reason=tuple(self.reason[i] for i in keep),
            dates=tuple(self.dates[i] for i in keep),
            excluded=(*members.excluded, *absent),
            notes=(*self.notes, *members.notes),
        )


@dataclass(frozen=True, slots=True)
class SurvivalResult(Result):
    """An endpoint as shown: who, which rule, and the curve in days."""

    data: TimeToEvent
    analysis_set: str
    curve: KaplanMeier


def survival(
    data: TimeToEvent, members: AnalysisSet, options: KaplanMeierOptions | None = None
) -> SurvivalResult:
    """Kaplan-Meier of an endpoint among the patients of an analysis set; times in days."""
    inside = data.restrict(members)
    curve = kaplan_meier(np.array(inside.days), np.array(inside.event, dtype=np.bool_), options)
    return SurvivalResult(inside, members.id, curve)


@dataclass(frozen=True, slots=True)
class FollowUp(Result):
    """Follow-up in days: reverse Kaplan-Meier (Schemper & Smith 1996) median, minimum, maximum."""

    n: int
    median: float | None
    lower: float | None
    upper: float | None
    minimum: float | None
    maximum: float | None
    method: str
    excluded: tuple[Exclusion, ...]


def follow_up(
    overall_survival: TimeToEvent, members: AnalysisSet, options: KaplanMeierOptions | None = None
) -> FollowUp:
    """Median follow-up: censoring for OS is the event, death censors."""
    inside = overall_survival.restrict(members)
    days = np.array(inside.days)
    curve = kaplan_meier(days, ~np.array(inside.event, dtype=np.bool_), options)
    return FollowUp(
        n=curve.n,
        median=curve.median.estimate,
        lower=curve.median.lower,
        upper=curve.median.upper,
        minimum=float(days.min()) if days.size else None,
        maximum=float(days.max()) if days.size else None,
        method=f"reverse {curve.method}",
        excluded=inside.excluded,
    )


def progression_free_survival(
    cohort: Cohort,
    assessments: Assessments,
    rules: PfsRules | None = None,
    *,
    baseline: Bools | None = None,
) -> TimeToEvent:
    """PFS: origin to first RECIST PD or death from any cause, censored by the rule set.

    `baseline` (shape n): has the patient an adequate baseline assessment; None: all have.
    FDA looks at its situations in the order of the table in docs/definitions.md; EMA counts every
    PD or death whatever came before.
    """
    rules = rules or PfsRules()
    pd_day = day_at(first_row(assessments.response == PD, assessments), assessments)
    event_day = np.minimum(pd_day, cohort.death)
    name = np.where(pd_day <= cohort.death, PD_EVENT, DEATH_EVENT).astype(object)
    if rules.rule == "EMA":
        outcome = _as_observed(cohort, assessments, event_day, name)
    else:
        base = np.ones(cohort.n, dtype=np.bool_) if baseline is None else baseline
        outcome = _fda(cohort, assessments, (event_day, name), base, max_gap=rules.max_gap)
    return _tte("PFS", rules.rule, cohort, outcome)


def _last_adequate(assessments: Assessments, before: Days) -> Days:
    """Day of each patient's last non-NE assessment strictly before a day; -1 if none."""
    adequate = assessments.response != NE
    p, d = assessments.patient[adequate], assessments.day[adequate]
    span = int(d.max(initial=0)) + 2
    patients = np.arange(before.size)
    bound = patients * span + np.clip(before, 0, span - 1)
    row = np.searchsorted(p * span + d, bound) - 1
    own = (row >= 0) & (np.append(p, -1)[row] == patients)
    return np.where(own, np.append(d, -1)[row], -1)


def _as_observed(
    cohort: Cohort, assessments: Assessments, event_day: Days, name: NDArray[np.object_]
) -> Outcome:
    event = event_day < NEVER
    last = _last_adequate(assessments, np.full(cohort.n, NEVER))
    quiet = np.where(last >= 0, LAST_ADEQUATE, NO_POST_BASELINE).astype(object)
    return (
        np.where(event, event_day, np.maximum(last, 0)),
        event,
        np.where(event, name, quiet),
    )


def _fda(
    cohort: Cohort,
    assessments: Assessments,
    first_event: tuple[Days, NDArray[np.object_]],
    baseline: Bools,
    *,
    max_gap: int,
) -> Outcome:
    event_day, name = first_event
    end, event, reason = _as_observed(cohort, assessments, event_day, name)
    # a scan on the day of death was not missed; the scan of a PD is the event itself
    known_by = np.where(name == DEATH_EVENT, event_day + 1, event_day)
    before_event = np.maximum(_last_adequate(assessments, known_by), 0)
    missed = event & (event_day - before_event > max_gap)
    end = np.where(missed, before_event, end)
    reason = np.where(missed, MISSED, reason)
    switched = cohort.new_therapy < event_day
    # on or before the start of new therapy
    until_switch = np.maximum(_last_adequate(assessments, cohort.new_therapy + 1), 0)
    end = np.where(switched, until_switch, end)
    reason = np.where(switched, NEW_THERAPY, reason)
    early_death = (cohort.death <= max_gap) & (cohort.death <= cohort.new_therapy)
    dead = ~baseline & early_death
    lost = ~baseline & ~early_death
    end = np.where(dead, cohort.death, np.where(lost, 0, end))
    reason = np.where(dead, DEATH_EVENT, np.where(lost, NO_BASELINE, reason))
    return end, (event & ~missed & ~switched & baseline) | dead, reason


def overall_survival(cohort: Cohort) -> TimeToEvent:
    """OS: origin to death from any cause; censored when last known alive, not at the cut-off."""
    dead = cohort.death < NEVER
    end = np.where(dead, cohort.death, np.maximum(cohort.alive, 0))
    reason = np.where(dead, DEATH_EVENT, ALIVE).astype(object)
    return _tte("OS", "death from any cause", cohort, (end, dead, reason))


def _tte(endpoint: str, rule: str, cohort: Cohort, outcome: Outcome) -> TimeToEvent:
    end, event, reason = outcome
    keep = cohort.timed
    dates = cohort.date_of(np.where(keep, end, NEVER))
    return TimeToEvent(
        endpoint=endpoint,
        rule=rule,
        source="derived",
        usubjid=tuple(cohort.usubjid[keep].tolist()),
        days=tuple((end[keep] + 1).astype(np.float64).tolist()),
        event=tuple(event[keep].tolist()),
        reason=tuple(reason[keep].tolist()),
        dates=tuple(d for d, k in zip(dates, keep.tolist(), strict=True) if k),
        excluded=cohort.untimed,
    )


def exported_time_to_event(
    adtte: Frame,
    endpoint: str,
    paramcds: Sequence[str],
    *,
    event_codes: Sequence[str] = ("0",),
    unit: str = "DAYS",
) -> TimeToEvent | None:
    """An endpoint as the export derived it (ADTTE); None when no row has one of `paramcds`.

    The first PARAMCD present is used. AVAL is in AVALU, else in `unit`, and becomes days. Rows
    without AVAL or CNSR, with a negative AVAL, an unknown unit, or a second row for a patient are
    listed as excluded, never guessed.
    """
    codes = text(adtte, "PARAMCD")
    used = next((c for c in paramcds if (codes == c.upper()).any()), None)
    if used is None:
        return None
    rows = take(adtte, codes == used.upper())
    ids = strings(rows, "USUBJID")
    order = np.argsort(ids, kind="stable")
    rows, ids = rows.take(order), ids[order]
    again = np.flatnonzero(ids[1:] == ids[:-1])
    repeated = np.zeros(ids.size, dtype=np.bool_)
    repeated[again] = repeated[again + 1] = True
    aval = floats(rows, "AVAL")
    units = text(rows, "AVALU")
    factor = np.array([DAYS_PER.get(u or unit.upper(), np.nan) for u in units], dtype=np.float64)
    censor = floats(rows, "CNSR")
    event = np.isin(censor, [float(c) for c in event_codes])
    excluded: list[Exclusion] = []
    keep = np.ones(ids.size, dtype=np.bool_)
    for reason, bad in (
        (f"more than one {used} record", repeated),
        (f"{used} time missing", np.isnan(aval)),
        (f"{used} time negative", aval < 0),
        (f"{used} unit unknown", np.isnan(factor)),
        (f"{used} censoring code missing", np.isnan(censor)),
    ):
        excluded += [Exclusion(u, reason) for u in dict.fromkeys(ids[keep & bad].tolist())]
        keep &= ~bad
    words = zip(_words(rows, "EVNTDESC"), _words(rows, "CNSDTDSC"), strict=True)
    detail = [event_text or censor_text for event_text, censor_text in words]
    dates = column_dates(rows, ("ADT",)).tolist()
    return TimeToEvent(
        endpoint=endpoint,
        rule=f"as exported ({used})",
        source="exported",
        usubjid=tuple(ids[keep].tolist()),
        days=tuple((aval * factor)[keep].tolist()),
        event=tuple(event[keep].tolist()),
        reason=tuple(d for d, k in zip(detail, keep, strict=True) if k),
        dates=tuple(d for d, k in zip(dates, keep, strict=True) if k),
        excluded=tuple(excluded),
    )


def _words(rows: Rows, column: str) -> list[str]:
    if column not in rows.columns:
        return [""] * len(rows)
    codes, values = factorised(rows, column)
    table = [*(str(v) for v in values), ""]
    return [table[code] for code in codes.tolist()]
