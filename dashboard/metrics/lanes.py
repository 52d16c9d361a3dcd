"""One lane per patient of a swimmer plot: treatment, response phases, first events, how it ended.

Treatment is the time from first to last dose, both days included, or to the cut-off while it goes
on. A response phase starts at the first CR or PR and ends at progression (RECIST 1.1), at death,
else at the last adequate assessment before new therapy; a confirmed one ends where its duration of
response ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.metrics.accrual import on_treatment
from dashboard.metrics.cohort import (
    FIRST_DOSE_COLUMNS,
    LAST_DOSE_COLUMNS,
    NEVER,
    Bools,
    Cohort,
    Days,
    aligned,
    column_dates,
    days_between,
    flagged,
    text,
)
from dashboard.metrics.columns import Frame, floats, strings
from dashboard.metrics.lane_phases import Marker, Segment, markers_of, phases
from dashboard.metrics.recist import Assessments
from dashboard.metrics.response import BestResponses, day_tuple
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.treated import latest
from dashboard.metrics.types import AnalysisSet, Result

State = Literal["on treatment", "ended", "not dosed", "not stated"]
ON_TREATMENT: Literal["on treatment"] = "on treatment"
ENDED: Literal["ended"] = "ended"
NOT_DOSED: Literal["not dosed"] = "not dosed"
NOT_STATED: Literal["not stated"] = "not stated"

END_COLUMNS = ("EOTSTT", "EOTDT", *LAST_DOSE_COLUMNS)
PRIOR_COLUMNS = ("PRIORLN", "LINE")
REASON_COLUMNS = ("DCTREAS",)
STUDY_REASON_COLUMNS = ("DCSREAS", "DCDECOD", "DCREASCD")
COMPLETED = "COMPLETED"


@dataclass(frozen=True, slots=True)
class Lane(Result):
    """What one patient's lane holds; days count from the origin (day 0), None is not known.

    `end` is the last dose, or the cut-off while `ongoing`; `days` = end - start + 1. `followed` is
    the day of death, else the last day known alive. `response_days` is the duration of the
    confirmed response so far and `response_over` whether progression or death has ended it.
    `reason` is why treatment ended, `study_reason` why the patient left the study, as exported.
    """

    usubjid: str
    state: State
    origin: date | None
    start: int | None
    start_date: date | None
    end: int | None
    end_date: date | None
    days: int | None
    ongoing: bool
    followed: int | None
    best: str
    best_confirmed: bool
    segments: tuple[Segment, ...]
    markers: tuple[Marker, ...]
    response_days: int | None
    response_over: bool | None
    reason: str | None
    study_reason: str | None
    death_undated: bool
    prior: str | None

    def day_of(self, event: str) -> int | None:
        """Day of the marker of `event`; None where there is none."""
        return next((m.day for m in self.markers if m.event == event), None)


@dataclass(frozen=True, slots=True)
class Lanes(Result):
    """The lanes of an analysis set, sorted by USUBJID, and what the export could not say.

    `prior_column`: the column `prior` was read from. `responses_known`: the export has assessments
    or a best response. `end_known`, `reason_known`: it has a column for them.
    """

    lanes: tuple[Lane, ...]
    prior_column: str | None
    doses_known: bool
    end_known: bool
    reason_known: bool
    responses_known: bool
    origin_rule: str


def swimmer_lanes(
    adsl: pd.DataFrame,
    cohort: Cohort,
    members: AnalysisSet,
    assessments: Assessments,
    responses: BestResponses,
    *,
    dor: TimeToEvent | None = None,
) -> Lanes:
    """Lanes of the patients of `members`.

    `responses` and `dor` (duration of the confirmed responses) are those that are shown elsewhere;
    without a confirmed reading the best response is the unconfirmed one.
    """
    rows = aligned(adsl, cohort)
    columns = set(adsl.columns)
    given = _treatment(adsl, rows, cohort)
    phase = phases(cohort, assessments, responses, dor)
    marks = markers_of(cohort, assessments, phase)
    confirmed = responses.source_confirmed is not None
    best = responses.confirmed if confirmed else responses.unconfirmed
    prior_column = next((c for c in PRIOR_COLUMNS if c in columns), None)
    reason, study_reason = _reasons(rows, given.state), _study_reasons(rows, cohort)
    prior, undated = _prior(rows, prior_column), _undated_deaths(rows).tolist()
    origin = cohort.date_of(np.where(cohort.timed, 0, NEVER))
    first, last = cohort.date_of(given.start), cohort.date_of(given.end)
    start, end, days = (day_tuple(d) for d in (given.start, given.end, given.days))
    followed = day_tuple(_followed(cohort, given.end))
    lasted = _durations(dor)
    inside = cohort.mask(members.patients)
    lanes = tuple(
        Lane(
            usubjid=cohort.patients[i],
            state=given.state[i],
            origin=origin[i],
            start=start[i],
            start_date=first[i],
            end=end[i],
            end_date=last[i],
            days=days[i],
            ongoing=given.state[i] == ON_TREATMENT,
            followed=followed[i],
            best=best[i],
            best_confirmed=confirmed,
            segments=phase.segments[i],
            markers=marks[i],
            response_days=lasted.get(cohort.patients[i], (None, None))[0],
            response_over=lasted.get(cohort.patients[i], (None, None))[1],
            reason=reason[i],
            study_reason=study_reason[i],
            death_undated=undated[i],
            prior=prior[i],
        )
        for i in np.flatnonzero(inside).tolist()
    )
    return Lanes(
        lanes=lanes,
        prior_column=prior_column,
        doses_known=bool(columns & {*FIRST_DOSE_COLUMNS}),
        end_known=bool(columns & {*END_COLUMNS}),
        reason_known=bool(columns & {*REASON_COLUMNS}),
        responses_known=confirmed or responses.source_unconfirmed is not None,
        origin_rule=cohort.origin_rule,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Treatment:
    """Treatment of every cohort patient, shape (n,); NEVER is not known."""

    state: tuple[State, ...]
    start: Days
    end: Days
    days: Days


def _treatment(adsl: pd.DataFrame, rows: Frame, cohort: Cohort) -> _Treatment:
    """From first dose to last dose, else the end of treatment, or to the cut-off while ongoing.

    A patient flagged as treated (SAFFL) without a date of first dose is not stated, not undosed.
    """
    columns = set(adsl.columns)
    start = days_between(cohort.first_dose, cohort.origin)
    dosed = start < NEVER
    now = on_treatment(adsl, cohort)
    told = bool(columns & {*END_COLUMNS})
    undated = ~dosed & (flagged(rows, "SAFFL") | (not columns & {*FIRST_DOSE_COLUMNS}))
    state = np.full(cohort.n, ENDED, dtype=object)
    state[now] = ON_TREATMENT if told else NOT_STATED
    state[~dosed] = NOT_DOSED
    state[undated] = NOT_STATED
    last = days_between(latest(rows, LAST_DOSE_COLUMNS), cohort.origin)
    stop = days_between(column_dates(rows, ("EOTDT",)), cohort.origin)
    last = np.where(last <= cohort.follow_up, last, NEVER)
    stop = np.where(stop <= cohort.follow_up, stop, NEVER)
    end = np.where(last < NEVER, last, stop)
    end = np.where(state == ENDED, end, NEVER)
    end = np.where(state == ON_TREATMENT, cohort.follow_up, end)
    known = dosed & (end < NEVER) & (end >= start)
    end = np.where(known, end, NEVER)
    return _Treatment(
        tuple(state.tolist()),
        start,
        end,
        np.where(known, end - np.where(dosed, start, 0) + 1, NEVER),
    )


def _followed(cohort: Cohort, treated: Days) -> Days:
    """Day of death, else the last day known alive or on treatment."""
    known = np.where(treated < NEVER, np.maximum(treated, cohort.alive), cohort.alive)
    return np.where(cohort.death < NEVER, cohort.death, known)


def _reasons(rows: Frame, state: Sequence[State]) -> list[str | None]:
    """Why treatment ended, for those whose treatment ended; COMPLETED where only that is stated."""
    stated = _first_word(rows, REASON_COLUMNS)
    finished = (text(rows, "EOTSTT") == COMPLETED).tolist()
    return [
        None if now != ENDED else word or (COMPLETED if done else None)
        for word, done, now in zip(stated, finished, state, strict=True)
    ]


def _study_reasons(rows: Frame, cohort: Cohort) -> list[str | None]:
    """Why the patient left the study by the cut-off."""
    stated = _first_word(rows, STUDY_REASON_COLUMNS)
    finished = (text(rows, "EOSSTT") == COMPLETED).tolist()
    left = (~(np.isnat(cohort.left_on) & np.isnat(cohort.died_on))).tolist()
    return [
        None if not gone else word or (COMPLETED if done else None)
        for word, done, gone in zip(stated, finished, left, strict=True)
    ]


def _first_word(rows: Frame, columns: Sequence[str]) -> list[str | None]:
    """The first stated value of `columns` per row, as exported."""
    found: list[str | None] = [None] * len(rows)
    for column in columns:
        if column in rows.columns:
            values = strings(rows, column)
            words = [None if pd.isna(v) else str(v) for v in values.tolist()]
            found = [a if a is not None else b for a, b in zip(found, words, strict=True)]
    return found


def _prior(rows: Frame, column: str | None) -> list[str | None]:
    """Prior lines of therapy (PRIORLN), else the line of this one (LINE), as a reader writes it."""
    if column is None:
        return [None] * len(rows)
    if pd.api.types.is_numeric_dtype(rows[column]):
        return [None if np.isnan(v) else f"{v:g}" for v in floats(rows, column).tolist()]
    return _first_word(rows, (column,))


def _undated_deaths(rows: Frame) -> Bools:
    """Flagged as dead without any date of death."""
    return flagged(rows, "DTHFL") & np.isnat(column_dates(rows, ("DTHDT",)))


def _durations(dor: TimeToEvent | None) -> dict[str, tuple[int, bool]]:
    if dor is None:
        return {}
    return {
        u: (round(days), over)
        for u, days, over in zip(dor.usubjid, dor.days, dor.event, strict=True)
    }
