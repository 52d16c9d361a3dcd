"""One patient's doses drug by drug, each against its plan, with what was changed and why (ADEX)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.metrics.coded import clean
from dashboard.metrics.cohort import NEVER, Cohort, Days, days_between
from dashboard.metrics.columns import Frame, floats
from dashboard.metrics.dose_changes import NO_CHANGE
from dashboard.metrics.exposure import Doses
from dashboard.metrics.record_place import RecordPlace, places
from dashboard.metrics.types import Estimate, Result, number

Change = Literal["reduced", "omitted", "delayed", "interrupted", "stopped", "increased", "other"]
#: words of EXACN, and of the plan comparison, by what was done
CHANGES: Mapping[str, Change] = {
    "DOSE REDUCED": "reduced",
    "DOSE RATE REDUCED": "reduced",
    "DOSE OMITTED": "omitted",
    "DOSE DELAYED": "delayed",
    "DRUG INTERRUPTED": "interrupted",
    "DOSE INTERRUPTED": "interrupted",
    "DRUG WITHDRAWN": "stopped",
    "DRUG DISCONTINUED": "stopped",
    "PERMANENTLY DISCONTINUED": "stopped",
    "DOSE INCREASED": "increased",
}


@dataclass(frozen=True, slots=True)
class DoseRecord(Result):
    """One dosing interval, first and last day from the origin, both included.

    `given` and `planned` are on one basis, `unit` theirs; `dose`, `dose_unit` and `frequency` are
    one administration as exported (EXDOSE). `share` is given / planned, None without a plan;
    `below`: it is less than planned.
    `change` is what EXACN says was done to this dose, `words` EXACN itself, `reason` why (EXADJ).
    """

    drug: str
    first: int
    last: int
    start: date
    end: date
    cycle: int | None
    given: Estimate
    planned: Estimate
    share: Estimate
    below: bool
    dosed: bool
    unit: str | None
    dose: Estimate
    planned_dose: Estimate
    dose_unit: str | None
    frequency: str | None
    change: Change | None
    words: str | None
    reason: str | None
    place: RecordPlace


def dose_records(records: Doses, cohort: Cohort, usubjid: str) -> tuple[DoseRecord, ...]:
    """Doses of one patient by drug and day; a patient without an origin has none to place."""
    at = np.flatnonzero(cohort.usubjid == usubjid)
    mine = np.flatnonzero(records.treated.usubjid[records.patient] == usubjid)
    if not at.size or not cohort.timed[at[0]]:
        return ()
    origin = cohort.origin[at[0]]
    first, last = (_days(dates[mine], origin) for dates in (records.start, records.end))
    frame = records.frame.take(mine)
    spots = places(frame)
    actions, reasons, units, times = (
        _column(frame, c) for c in ("EXACN", "EXADJ", "EXDOSU", "EXDOSFRQ")
    )
    each, plan = floats(frame, "EXDOSE"), floats(frame, "EXPLDOS")
    found = []
    for k, row in enumerate(mine.tolist()):
        if first[k] >= NEVER:
            continue
        given, planned = number(records.given[row]), number(records.planned[row])
        cycle = records.cycle[row]
        word = actions[k]
        changed = word is not None and clean(word) not in NO_CHANGE
        found.append(
            DoseRecord(
                drug=records.drugs[records.drug[row]],
                first=int(first[k]),
                last=int(last[k]),
                start=records.start[row].item(),
                end=records.end[row].item(),
                cycle=None if np.isnan(cycle) else int(cycle),
                given=given,
                planned=planned,
                share=_share(given, planned),
                below=given is not None and planned is not None and given < planned - 1e-9,
                dosed=bool(records.dosed[row]),
                unit=records.units[records.unit[row]] or None,
                dose=number(each[k]),
                planned_dose=number(plan[k]),
                dose_unit=units[k],
                frequency=times[k],
                change=CHANGES.get(clean(word), "other") if changed and word else None,
                words=word if changed else None,
                reason=reasons[k],
                place=spots[k],
            )
        )
    return tuple(sorted(found, key=lambda d: (d.drug, d.first, d.last, d.place.row or 0)))


def _share(given: Estimate, planned: Estimate) -> Estimate:
    if given is None or planned is None or planned <= 0:
        return None
    return given / planned


def _days(dates: np.typing.NDArray[np.datetime64], origin: np.datetime64) -> Days:
    return days_between(dates, np.full(dates.shape, origin))


def _column(frame: Frame, column: str) -> list[str | None]:
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(v) else str(v) for v in frame[column].tolist()]
