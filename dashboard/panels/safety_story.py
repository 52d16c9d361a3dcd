"""One event in its patient's thread: the record, and what stood before it, around it, after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dashboard.event_keys import parts_of_key
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.columns import strings
from dashboard.metrics.event_story import Story, StoryOptions, event_story
from dashboard.metrics.patient_doses import DoseRecord
from dashboard.metrics.patient_events import EventRecord, event_records
from dashboard.metrics.patient_labs import LabSeries
from dashboard.panels.patient import check_shown, profile
from dashboard.panels.safety import drugs_of
from dashboard.panels.safety_lines import common_of, lines_of, numbers_of
from dashboard.people import events_of
from dashboard.results import View
from dashboard.words import said

Json = Mapping[str, Any]

#: columns that say what else is on record of an event, as the export holds them
CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")


class NoEventError(LookupError):
    """The cut has no such event."""


def story(view: View, about: str) -> Json:
    """The event of an address. NoEventError, or NotShownError for a patient outside the view."""
    place = parts_of_key(about)
    usubjid = None if place is None else view.keys.patient(place[0])
    events = events_of(view.analysis)
    if place is None or usubjid is None or events is None:
        raise NoEventError(about)
    check_shown(view, usubjid)
    at = _position(view, events, usubjid, place[1])
    told = profile(view, usubjid)
    mine = np.flatnonzero(events.patient == events.patient[at])
    rest = mine[mine != at]
    own, *others = _records(view, events, usubjid, [at, *rest.tolist()])
    series = [_series(s) for s in told["labs"]["series"]]
    doses = [DoseRecord.from_json(d) for d in told["doses"]["records"]]
    found = event_story(own, others, doses, series, StoryOptions(cut_day=told["cut_day"]))
    line, *lines = lines_of(view, events, np.array([at, *rest.tolist()], dtype=np.int64))
    story_ = None if found is None else found.to_json()
    if story_ is not None:
        story_ |= {name: [lines[i] for i in story_[name]] for name in ("open", "later")}
    return {
        **told,
        **{k: v for k, v in common_of(view).items() if k in {"labels", "missing", "doses_known"}},
        "scale": events.scale,
        "labels": {**told["labels"], **drugs_of(view)},
        "line": line,
        "number": place[1],
        "n_events": int(mine.size),
        "story": story_,
        "course": [] if found is None else _course(view, own, others, found),
        "criteria": _criteria(view, events, at),
        "reported": _reported(view, events, at),
        "options": {"before": StoryOptions().before, "after": StoryOptions().after},
    }


def _course(
    view: View, own: EventRecord, others: list[EventRecord], found: Story
) -> list[dict[str, Any]]:
    """The event, then those beside and after it, as a figure draws them."""
    told = [own, *(others[i] for i in (*found.open, *found.later))]
    return [{**e.to_json(), "term": said(view.cut.study, "AEDECOD", e.term)} for e in told]


def _position(view: View, events: AdverseEvents, usubjid: str, number: int) -> int:
    """Where the event stands among all of the cut."""
    numbers = numbers_of(view.analysis)
    who = int(np.searchsorted(events.treated.usubjid, usubjid))
    mine = np.flatnonzero(events.patient == who)
    found = mine[numbers[events.row[mine]] == number]
    if not found.size:
        raise NoEventError(usubjid)
    return int(found[0])


def _series(told: Mapping[str, Any]) -> LabSeries:
    """The values of a parameter without what the page adds to them."""
    points = [{k: v for k, v in p.items() if k != "side"} for p in told["points"]]
    return LabSeries.from_json({**told, "points": points})


def _records(view: View, events: AdverseEvents, usubjid: str, at: list[int]) -> list[EventRecord]:
    """The records of events of one patient, in the order of their positions."""
    frame = view.cut.frame("ADAE", provenance=True, columns=["USUBJID"])
    return [event_records(events.select(np.array([i])), usubjid, frame)[0] for i in at]


def _criteria(view: View, events: AdverseEvents, at: int) -> list[str]:
    """Which criteria of seriousness the export says are met."""
    adae = view.analysis.frame("ADAE")
    assert adae is not None
    row = int(events.row[at])
    return [c for c in CRITERIA if c in adae.columns and adae[c].iloc[row] == "Y"]


def _reported(view: View, events: AdverseEvents, at: int) -> str | None:
    """The term as it was reported, where it is another than the coded one."""
    adae = view.analysis.frame("ADAE")
    assert adae is not None
    if "AETERM" not in adae.columns:
        return None
    value = strings(adae, "AETERM")[int(events.row[at])]
    term = events.pt_terms[events.pt[at]]
    if not isinstance(value, str) or value.casefold() == term.casefold():
        return None
    return said(view.cut.study, "AETERM", value)
