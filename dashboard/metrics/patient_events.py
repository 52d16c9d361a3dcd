"""One patient's adverse events in order of onset: grade, seriousness, relation, how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_outcome import event_states
from dashboard.metrics.cohort import Bools
from dashboard.metrics.record_place import NOWHERE, RecordPlace, places
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class EventRecord(Result):
    """One event. Days count from the origin; None without a date or an origin.

    `grade` 1 to 5 on the scale of all events (CTCAE, or severity mild 1 to severe 3), 0 missing.
    `state`: fatal, resolved, unknown or ongoing. `serious`, `related` and the drugs are None where
    the export does not record them. `emergent`: the safety tables count it.
    """

    term: str
    soc: str
    grade: int
    first: int | None
    last: int | None
    start: date | None
    end: date | None
    state: str
    serious: bool | None
    related: bool | None
    drugs: tuple[str, ...]
    actions: tuple[str, ...]
    emergent: bool
    place: RecordPlace


def event_records(
    events: AdverseEvents, usubjid: str, frame: pd.DataFrame | None = None
) -> tuple[EventRecord, ...]:
    """Events of one patient, by onset; without a start date last. `frame`: ADAE with its places."""
    who = np.flatnonzero(events.treated.usubjid == usubjid)
    if not who.size:
        return ()
    mine = events.select(events.patient == who[0])
    origin = events.treated.origin[who[0]]
    spots = (NOWHERE,) * mine.n if frame is None else places(frame.iloc[mine.row])
    states = event_states(mine)
    drugs = _named(mine, "related:")
    actions = actions_of(mine)
    found = [
        EventRecord(
            term=mine.pt_terms[mine.pt[i]],
            soc=mine.soc_terms[mine.soc[i]],
            grade=int(mine.grade[i]),
            first=day_of(mine.start[i], origin),
            last=day_of(mine.end[i], origin),
            start=date_of(mine.start[i]),
            end=date_of(mine.end[i]),
            state=states[i],
            serious=_at(mine.flags["serious"], i),
            related=_at(mine.flags["related"], i),
            drugs=drugs[i],
            actions=actions[i],
            emergent=bool(mine.emergent[i]),
            place=spots[i],
        )
        for i in range(mine.n)
    ]
    return tuple(sorted(found, key=_onset))


def _onset(event: EventRecord) -> tuple[bool, int, int, str]:
    return event.first is None, event.first or 0, -event.grade, event.term


def _named(events: AdverseEvents, prefix: str) -> list[tuple[str, ...]]:
    """Per event, the drugs (or actions) whose flag is true for it."""
    flags = {
        k.removeprefix(prefix): v
        for k, v in events.flags.items()
        if k.startswith(prefix) and v is not None
    }
    return [tuple(name for name, hit in flags.items() if hit[i]) for i in range(events.n)]


def actions_of(events: AdverseEvents) -> list[tuple[str, ...]]:
    """Per event what was done with a drug because of it: "reduced:inosine", or "reduced"."""
    ids = [k for k in events.flags if k.split(":")[0] in {"reduced", "interrupted", "withdrawn"}]
    made = []
    for i in range(events.n):
        hit = [k for k in ids if (flag := events.flags[k]) is not None and flag[i]]
        by_drug = {k.split(":")[0] for k in hit if ":" in k}
        made.append(tuple(k for k in hit if ":" in k or k not in by_drug))
    return made


def _at(flag: Bools | None, i: int) -> bool | None:
    return None if flag is None else bool(flag[i])


def day_of(when: np.datetime64, origin: np.datetime64) -> int | None:
    return None if np.isnat(when) or np.isnat(origin) else int((when - origin).astype(np.int64))


def date_of(when: np.datetime64) -> date | None:
    if np.isnat(when):
        return None
    known: date = when.astype("datetime64[D]").astype(object)
    return known
