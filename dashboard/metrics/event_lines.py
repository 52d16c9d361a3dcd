"""Adverse events as lines of a listing: what is on record of each, with the doses before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_outcome import event_states
from dashboard.metrics.coded import Codes
from dashboard.metrics.cohort import Bools
from dashboard.metrics.dose_before import DoseBefore, doses_before
from dashboard.metrics.exposure import Doses
from dashboard.metrics.patient_events import actions_of, date_of, day_of
from dashboard.metrics.types import Result

Floats = np.typing.NDArray[np.float64]

#: order of how events stand at the cut-off, gravest first
STATES = ("fatal", "ongoing", "unknown", "ended", "resolved")


@dataclass(frozen=True, slots=True)
class EventLine(Result):
    """One event. Days count from the origin; None without a date or an origin.

    `row` is its place in ADAE. `grade` 0: missing. `related` and `drugs` (drug -> judgement) are
    None where the export does not record them. `days_after` counts from the last dose to the onset,
    None before it and while treatment goes on.
    """

    usubjid: str
    row: int
    term: str
    soc: str
    grade: int
    first: int | None
    last: int | None
    start: date | None
    end: date | None
    state: str
    serious: bool | None
    fatal: bool | None
    related: bool | None
    drugs: Mapping[str, bool | None]
    actions: tuple[str, ...]
    emergent: bool
    days_after: int | None
    doses: tuple[DoseBefore, ...]


def event_lines(
    events: AdverseEvents, at: Codes, doses: Doses | None = None
) -> tuple[EventLine, ...]:
    """The events at these positions, in their order."""
    mine = events.select(at)
    states, actions = event_states(mine), actions_of(mine)
    ids = mine.ids(mine.patient)
    treated = mine.treated
    origin = treated.origin[mine.patient]
    after = (mine.start - treated.last_dose[mine.patient]).astype(np.float64)
    after[treated.ongoing[mine.patient] | np.isnat(mine.start)] = np.nan
    after[np.isnat(treated.last_dose[mine.patient])] = np.nan
    drugs = {k.removeprefix("related:"): v for k, v in mine.flags.items() if ":" in k}
    drugs = {k: v for k, v in drugs.items() if f"related:{k}" in mine.flags}
    return tuple(
        EventLine(
            usubjid=ids[i],
            row=int(mine.row[i]),
            term=mine.pt_terms[mine.pt[i]],
            soc=mine.soc_terms[mine.soc[i]],
            grade=int(mine.grade[i]),
            first=day_of(mine.start[i], origin[i]),
            last=day_of(mine.end[i], origin[i]),
            start=date_of(mine.start[i]),
            end=date_of(mine.end[i]),
            state=states[i],
            serious=_at(mine.flags["serious"], i),
            fatal=_at(mine.flags["fatal"], i),
            related=_at(mine.flags["related"], i),
            drugs={k: _at(v, i) for k, v in drugs.items()},
            actions=actions[i],
            emergent=bool(mine.emergent[i]),
            days_after=int(after[i]) if after[i] > 0 else None,
            doses=() if doses is None else doses_before(doses, ids[i], mine.start[i]),
        )
        for i in range(mine.n)
    )


def _at(flag: Bools | None, i: int) -> bool | None:
    return None if flag is None else bool(flag[i])


def event_order(events: AdverseEvents, column: str, *, descending: bool = False) -> Codes:
    """Positions of the events by a column; what is not known stands last in either order, ties by
    patient, day and place in the export."""
    usual = (events.row, _days(events), events.patient)
    keys = _ordered_by(events, column)
    known = ~np.isnan(keys)
    keys = np.where(known, -keys if descending else keys, 0)
    return np.lexsort((*usual, keys, ~known)).astype(np.int64)


def _days(events: AdverseEvents) -> Floats:
    """Start as days since 1970, undated events last."""
    days = events.start.astype(np.float64)
    return np.where(np.isnat(events.start), np.inf, days)


def _ordered_by(events: AdverseEvents, column: str) -> Floats:
    """A key per event; NaN where it is not known."""
    key = _KEYS.get(column)
    return events.patient.astype(np.float64) if key is None else key(events)


def _by_words(codes: Codes, terms: tuple[str, ...]) -> Floats:
    place = np.argsort(np.argsort(np.array([t.upper() for t in terms], dtype=object)))
    return place[codes].astype(np.float64) if terms else np.zeros(codes.size)


def _by_start(events: AdverseEvents) -> Floats:
    return np.where(np.isnat(events.start), np.nan, events.start.astype(np.float64))


def _by_day(events: AdverseEvents) -> Floats:
    origin = events.treated.origin[events.patient]
    days = (events.start - origin).astype(np.float64)
    return np.where(np.isnat(events.start) | np.isnat(origin), np.nan, days)


def _by_flag(id_: str) -> Callable[[AdverseEvents], Floats]:
    def key(events: AdverseEvents) -> Floats:
        flag = events.flags[id_]
        return np.full(events.n, np.nan) if flag is None else flag.astype(np.float64)

    return key


def _by_state(events: AdverseEvents) -> Floats:
    place_of = {s: i for i, s in enumerate(STATES)}
    return np.array([place_of[s] for s in event_states(events)], dtype=np.float64)


_KEYS: Mapping[str, Callable[[AdverseEvents], Floats]] = {
    "term": lambda e: _by_words(e.pt, e.pt_terms),
    "soc": lambda e: _by_words(e.soc, e.soc_terms),
    "start": _by_start,
    "day": _by_day,
    "grade": lambda e: np.where(e.grade == 0, np.nan, e.grade.astype(np.float64)),
    "serious": _by_flag("serious"),
    "related": _by_flag("related"),
    "state": _by_state,
}


def event_numbers(events: AdverseEvents) -> Codes:
    """By place in ADAE, the number of an event among those of its patient, from 1; 0 for a row
    that is no event of the patients given."""
    order = np.lexsort((events.row, events.patient))
    patient = events.patient[order]
    first = np.searchsorted(patient, patient)
    numbers = np.zeros(int(events.row.max()) + 1 if events.n else 0, dtype=np.int64)
    numbers[events.row[order]] = np.arange(events.n) - first + 1
    return numbers
