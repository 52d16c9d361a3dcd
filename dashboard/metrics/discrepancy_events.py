"""TRTEMFL as exported against the dates of the event and of treatment (PHUSE WP-087)."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.discrepancies import Discrepancy
from dashboard.metrics.discrepancy_words import UNEXPLAINED, Reason

AFTER_WINDOW = "events after the end of the window"
BEFORE_DOSE = "events from before the first dose"
ENDED = "events that ended before the first dose"
NO_START = "events without a start date"
INSIDE = "events inside the window"
WORSENED = "events that worsened on treatment"
NO_DOSE = "patients without a first dose"


def emergence_discrepancies(events: AdverseEvents, end_days: int) -> tuple[Discrepancy, ...]:
    """Every event whose exported flag and derivation differ; () when there is no flag.

    Grave: the patient has any treatment-emergent event in one reading only.
    """
    if events.exported is None:
        return ()
    rows = np.flatnonzero(events.exported != events.derived)
    shown, own = (
        np.bincount(events.patient[mask], minlength=events.treated.n) > 0
        for mask in (events.exported, events.derived)
    )
    found = []
    for i in rows.tolist():
        patient = int(events.patient[i])
        said, kind = _reason(events, i, end_days)
        number = events.sequence[i]
        which = "" if np.isnan(number) else f"AESEQ {number:.0f}: "
        found.append(
            Discrepancy(
                "TRTEMFL",
                str(events.treated.usubjid[patient]),
                "Y" if events.exported[i] else "N",
                "Y" if events.derived[i] else "N",
                f"{which}{said}",
                kind,
                grave=bool(shown[patient] != own[patient]),
            )
        )
    return tuple(sorted(found, key=lambda d: (d.usubjid, d.reason)))


def _reason(events: AdverseEvents, i: int, end_days: int) -> Reason:
    """The part of the rule that the export reads otherwise."""
    treated, patient = events.treated, events.patient[i]
    first = treated.first_dose[patient]
    start, end = events.start[i], events.end[i]
    if np.isnat(first):
        return "the patient has no first dose", NO_DOSE
    if end < first:
        return f"it ended {_days(first - end)} before the first dose", ENDED
    if np.isnat(start):
        return "it has no start date and did not end before the first dose", NO_START
    if start < first:
        before = f"it starts {_days(first - start)} before the first dose"
        if events.derived[i]:
            return f"{before} and its grade rose on treatment", WORSENED
        return f"{before} and no rise of its grade is recorded", BEFORE_DOSE
    return _since_dose(events, i, end_days)


def _since_dose(events: AdverseEvents, i: int, end_days: int) -> Reason:
    treated, patient = events.treated, events.patient[i]
    start, first = events.start[i], treated.first_dose[patient]
    if start > treated.window_end[patient]:
        after = f"{_days(start - treated.last_dose[patient])} after the last dose"
        return f"it starts {after}, the window ends {end_days} days after it", AFTER_WINDOW
    into = int((start - first).astype(np.int64)) + 1
    return f"it starts on day {into} of treatment, inside the window: {UNEXPLAINED}", INSIDE


def _days(span: np.timedelta64) -> str:
    n = int(span.astype(np.int64))
    return f"{n} day{'' if n == 1 else 's'}"
