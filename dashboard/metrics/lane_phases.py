"""Response phases and first events of each patient, for the lanes of a swimmer plot (RECIST 1.1).

A response is the confirmed one where there is one, else the first CR or PR on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from dashboard.metrics.cohort import NEVER, Bools, Cohort, Days
from dashboard.metrics.recist import CR, NE, PD, PR, Assessments, day_at, first_row
from dashboard.metrics.response import RESPONSE, BestResponses, day_array, usable_records
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import Result

Term = Literal["CR", "PR"]
Event = Literal["CR", "PR", "PD", "NEW_THERAPY", "DEATH"]
#: what ended a phase: an event, the next phase, or nothing yet
Ending = Literal["PD", "DEATH", "EVENT", "CR", "NEW_THERAPY", "LAST"]


@dataclass(frozen=True, slots=True)
class Segment(Result):
    """A response phase, first and last day from the origin; `last` is inclusive.

    `ended`: PD, DEATH, EVENT (one of both, the export does not say which), CR (a complete response
    followed), NEW_THERAPY or LAST (still in response at the last adequate assessment).
    """

    term: Term
    first: int
    last: int
    confirmed: bool
    ended: Ending


@dataclass(frozen=True, slots=True)
class Marker(Result):
    """The first record of an event; `confirmed` only says something of CR and PR."""

    event: Event
    day: int
    when: date | None
    confirmed: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Phases:
    """Response days per patient, shape (n,), NEVER where none, and the segments they make."""

    partial: Days
    complete: Days
    partial_confirmed: Bools
    complete_confirmed: Bools
    segments: tuple[tuple[Segment, ...], ...]


def phases(
    cohort: Cohort, assessments: Assessments, responses: BestResponses, dor: TimeToEvent | None
) -> Phases:
    """When each patient was in PR and in CR. `responses` in cohort order."""
    records, first_pd, _ = usable_records(assessments, cohort.new_therapy)
    confirmed = _is_response(responses.confirmed) & (responses.source_confirmed is not None)
    start = np.where(confirmed, day_array(responses.response_day), _unconfirmed_start(responses))
    start = np.where(cohort.timed & (start <= cohort.follow_up), start, NEVER)
    later = records.day >= start[records.patient]
    partial = day_at(first_row(later & (records.response == PR), records), records)
    complete = day_at(first_row(later & (records.response == CR), records), records)
    # an exported response without an assessment on its day is taken at its word
    best = np.where(confirmed, _terms(responses.confirmed), _terms(responses.unconfirmed))
    bare = (start < NEVER) & (partial != start) & (complete != start)
    complete = np.where(bare & (best == "CR") & (partial >= NEVER), start, complete)
    partial = np.where(bare & (start < complete), start, partial)
    partial = np.where(partial < complete, partial, NEVER)
    complete_confirmed = confirmed & (_terms(responses.confirmed) == "CR")
    last, ended = _ends(cohort, records, first_pd, start)
    last, ended = _as_duration(cohort, dor, (start, first_pd), (last, ended))
    last = np.minimum(last, np.minimum(cohort.follow_up, cohort.death))
    return Phases(
        partial,
        complete,
        confirmed,
        complete_confirmed,
        _segments(partial, complete, (confirmed, complete_confirmed), last, ended),
    )


def _terms(values: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(values, dtype=object)


def _is_response(values: tuple[str, ...]) -> Bools:
    return np.fromiter((v in RESPONSE for v in values), np.bool_, len(values))


def _unconfirmed_start(responses: BestResponses) -> Days:
    """First CR or PR on record, else the exported day of an unconfirmed best response."""
    first = day_array(responses.first_response_day)
    stated = np.where(
        _is_response(responses.unconfirmed), day_array(responses.unconfirmed_day), NEVER
    )
    return np.where(first < NEVER, first, stated)


def _ends(
    cohort: Cohort, records: Assessments, first_pd: Days, start: Days
) -> tuple[Days, list[Ending]]:
    """Last day of the response and why: PD, death, else the last adequate assessment."""
    event = np.minimum(first_pd, cohort.death)
    over = (event < NEVER) & (event <= cohort.new_therapy)
    adequate = records.response != NE
    seen = np.full(cohort.n, -1, dtype=np.int64)
    np.maximum.at(seen, records.patient[adequate], records.day[adequate])
    last = np.where(over, event, np.maximum(seen, np.where(start < NEVER, start, -1)))
    name = np.full(cohort.n, "LAST", dtype=object)
    name[cohort.new_therapy < NEVER] = "NEW_THERAPY"
    name[over] = np.where(first_pd[over] <= cohort.death[over], "PD", "DEATH")
    return last, name.tolist()


def _as_duration(
    cohort: Cohort,
    dor: TimeToEvent | None,
    seen: tuple[Days, Days],
    own: tuple[Days, list[Ending]],
) -> tuple[Days, list[Ending]]:
    """The same, with confirmed responses ending where their duration of response ends.

    `seen`: first day of the response, and of PD.
    """
    last, ended = own[0].copy(), list(own[1])
    start, first_pd = seen
    place = {u: i for i, u in enumerate(cohort.patients)}
    found = () if dor is None else zip(dor.usubjid, dor.days, dor.event, strict=True)
    for u, days, over in found:
        i = place.get(u, -1)
        if i < 0 or start[i] >= NEVER:
            continue
        last[i] = start[i] + round(days) - 1
        if not over:
            ended[i] = "NEW_THERAPY" if cohort.new_therapy[i] < NEVER else "LAST"
        elif last[i] == first_pd[i]:
            ended[i] = "PD"
        else:
            ended[i] = "DEATH" if last[i] == cohort.death[i] else "EVENT"
    return last, ended


def _segments(
    partial: Days,
    complete: Days,
    confirmed: tuple[Bools, Bools],
    last: Days,
    ended: list[Ending],
) -> tuple[tuple[Segment, ...], ...]:
    """PR up to the first CR, CR from there; phases that would end before they start are none."""
    made: list[tuple[Segment, ...]] = [()] * partial.size
    for i in np.flatnonzero((partial < NEVER) | (complete < NEVER)).tolist():
        both: list[Segment] = []
        first, full, end = int(partial[i]), int(complete[i]), int(last[i])
        if first <= end and first < NEVER:
            turns = full <= end
            both.append(
                Segment(
                    "PR",
                    first,
                    full if turns else end,
                    bool(confirmed[0][i]),
                    "CR" if turns else ended[i],
                )
            )
        if full <= end:
            both.append(Segment("CR", full, end, bool(confirmed[1][i]), ended[i]))
        made[i] = tuple(both)
    return tuple(made)


def markers_of(
    cohort: Cohort, assessments: Assessments, found: Phases
) -> tuple[tuple[Marker, ...], ...]:
    """First PR, first CR, first PD of all records, new therapy and death, in order of day."""
    pd_day = day_at(first_row(assessments.response == PD, assessments), assessments)
    events: tuple[tuple[Event, Days, Bools | None], ...] = (
        ("PR", found.partial, found.partial_confirmed),
        ("CR", found.complete, found.complete_confirmed),
        ("PD", pd_day, None),
        ("NEW_THERAPY", cohort.new_therapy, None),
        ("DEATH", cohort.death, None),
    )
    made: list[list[Marker]] = [[] for _ in range(cohort.n)]
    for event, days, confirmed in events:
        dates = cohort.date_of(days)
        for i in np.flatnonzero(days < NEVER).tolist():
            sure = None if confirmed is None else bool(confirmed[i])
            made[i].append(Marker(event, int(days[i]), dates[i], sure))
    return tuple(tuple(sorted(m, key=lambda k: k.day)) for m in made)
