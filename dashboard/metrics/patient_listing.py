"""One line per patient: what a listing shows and sorts by, as arrays over the cohort.

Every column is a result shown elsewhere (lanes, best change, PFS, adverse events, samples), so that
a number here is the number there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_overview import worst_grades
from dashboard.metrics.cohort import Cohort
from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.lanes import Lane
from dashboard.metrics.samples import SampleCounts
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.tumour import BestChanges

Ints = NDArray[np.int64]
#: worst grade of a patient outside the safety set, and of one in it without an event
OUTSIDE, NONE = -2, -1


@dataclass(frozen=True, slots=True, eq=False)
class Harm:
    """Treatment-emergent adverse events per patient of the cohort, shape (n,).

    `worst`: worst grade, 0 where no grade is recorded, NONE without an event, OUTSIDE for a patient
    who is not in the safety set. `serious`: number of serious events, None where it is not
    recorded. `scale`: CTCAE or severity.
    """

    worst: Ints
    events: Ints
    serious: Ints | None
    scale: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PatientTable:
    """The patients of a cohort; arrays have shape (n,), NaN for a value that is not there.

    `change`: best percent change of the sum of target lesions (the bar of the waterfall), None
    where the export has no sums. `harm` None: no ADAE. `samples`: by kind, those exported.
    """

    lanes: tuple[Lane, ...]
    change: Floats | None
    harm: Harm | None
    samples: Mapping[str, SampleCounts]


def best_change_array(cohort: Cohort, changes: BestChanges) -> Floats:
    """Best percent change of every patient of the cohort; NaN for a patient without a bar."""
    found = np.full(cohort.n, np.nan)
    place = {u: i for i, u in enumerate(cohort.usubjid.tolist())}
    for usubjid, percent in zip(changes.usubjid, changes.percent, strict=True):
        found[place[usubjid]] = percent
    return found


def harm_of(cohort: Cohort, events: AdverseEvents) -> Harm:
    """Worst grades and serious events as the safety tables count them."""
    mine = events.treatment_emergent()
    at = np.array([int(i) for i in np.searchsorted(cohort.usubjid, mine.treated.usubjid)], np.int64)
    worst = np.full(cohort.n, OUTSIDE, dtype=np.int64)
    worst[at] = worst_grades(mine)
    count = np.zeros(cohort.n, dtype=np.int64)
    count[at] = np.bincount(mine.patient, minlength=mine.treated.n)
    flag = mine.flags["serious"]
    serious = None
    if flag is not None:
        serious = np.zeros(cohort.n, dtype=np.int64)
        serious[at] = np.bincount(mine.patient[flag], minlength=mine.treated.n)
    return Harm(worst, count, serious, mine.scale)


def times_of(cohort: Cohort, data: TimeToEvent | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Days and whether they end in an event, per patient; NaN for a patient without a time."""
    days = np.full(cohort.n, np.nan)
    event = np.zeros(cohort.n, dtype=np.bool_)
    if data is None:
        return days, event
    place = {u: i for i, u in enumerate(cohort.usubjid.tolist())}
    for usubjid, value, hit in zip(data.usubjid, data.days, data.event, strict=True):
        if usubjid in place:
            days[place[usubjid]], event[place[usubjid]] = value, hit
    return days, event


def sorted_rows(keys: Sequence[object], rows: Ints, *, descending: bool) -> Ints:
    """`rows` (of the cohort, by USUBJID) in the order of `keys`; what is missing (None) stands last
    in either direction, ties stay by patient.
    """
    kept = [r for r in rows.tolist() if keys[r] is not None]
    absent = [r for r in rows.tolist() if keys[r] is None]
    kept.sort(key=lambda r: keys[r], reverse=descending)
    return np.array([*kept, *absent], dtype=np.int64)
