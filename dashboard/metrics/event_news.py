"""What is new of adverse events since another cut: events it did not hold, and graver ones."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.coded import Codes, clean

#: "": known as it is. "new": the other cut has no such event. "serious" or "fatal": it was not
#: that then. "grade": its grade was lower
News = Literal["", "new", "fatal", "serious", "grade"]


def event_news(now: AdverseEvents, then: AdverseEvents, at: Codes) -> tuple[News, ...]:
    """For the events of `now` at these positions.

    An event is the same where patient and term are, and the start date, else the sequence number;
    each event of the other cut is used once, equal ones in their order.
    """
    ids = now.ids(now.patient[at])
    wanted = set(ids)
    dated: dict[tuple[str, str, object], list[int]] = defaultdict(list)
    numbered: dict[tuple[str, str, float], list[int]] = defaultdict(list)
    keep = np.array([u in wanted for u in then.treated.usubjid.tolist()], dtype=np.bool_)
    for j in np.flatnonzero(keep[then.patient]).tolist():
        who, term = str(then.treated.usubjid[then.patient[j]]), clean(then.pt_terms[then.pt[j]])
        dated[who, term, _when(then, j)].append(j)
        numbered[who, term, float(then.sequence[j])].append(j)
    used: set[int] = set()
    found: dict[int, int] = {}
    for first in (True, False):
        for k, i in enumerate(at.tolist()):
            if k in found:
                continue
            term = clean(now.pt_terms[now.pt[i]])
            where = (
                dated.get((ids[k], term, _when(now, i)))
                if first
                else numbered.get((ids[k], term, float(now.sequence[i])))
            )
            match = next((j for j in where or () if j not in used), None)
            if match is not None:
                used.add(match)
                found[k] = match
    return tuple(
        _news(now, then, i, found[k]) if k in found else "new" for k, i in enumerate(at.tolist())
    )


def _when(events: AdverseEvents, i: int) -> object:
    start = events.start[i]
    return None if np.isnat(start) else start.item()


def _news(now: AdverseEvents, then: AdverseEvents, i: int, j: int) -> News:
    for flag in ("fatal", "serious"):
        if now.flag_of(flag)[i] and not then.flag_of(flag)[j]:
            return "fatal" if flag == "fatal" else "serious"
    return "grade" if now.grade[i] > then.grade[j] > 0 else ""
