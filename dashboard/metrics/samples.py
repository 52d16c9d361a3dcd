"""Biomarker samples per patient: due, taken, usable, and why not (ADIM, ADMB, ADTB).

A sample is the records of one patient that share SAMPLEID, else visit and date. It counts as taken
unless TAKENFL is N, and as usable unless PASSFL is N: an export without these flags holds values
only of samples that were both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import NEVER, Cohort, Days, column_dates, days_between, text
from dashboard.metrics.columns import strings
from dashboard.metrics.record_place import NOWHERE, RecordPlace, places
from dashboard.metrics.types import Result

#: domain -> what is sampled
KINDS: Mapping[str, str] = {"ADIM": "blood", "ADMB": "stool", "ADTB": "tissue"}

State = Literal["usable", "failed", "not taken"]
USABLE: Literal["usable"] = "usable"
FAILED: Literal["failed"] = "failed"
NOT_TAKEN: Literal["not taken"] = "not taken"


@dataclass(frozen=True, slots=True)
class Sample(Result):
    """One sample; days count from the origin, None without a date or an origin.

    `due`: the plan asked for it by the cut-off, None where the export does not say. `reason` is
    why it was not taken or not usable, as exported; `site` is where a biopsy was taken.
    """

    kind: str
    id: str | None
    visit: str | None
    day: int | None
    when: date | None
    state: State
    due: bool | None
    reason: str | None
    site: str | None
    place: RecordPlace


@dataclass(frozen=True, slots=True, eq=False)
class SampleCounts:
    """Samples per patient of the cohort, shape (n,). `due` is None where no plan is exported."""

    usable: Days
    taken: Days
    due: Days | None


def samples(frame: pd.DataFrame, kind: str, cohort: Cohort, usubjid: str) -> tuple[Sample, ...]:
    """Samples of one patient, by date and visit; one dated after the cut-off does not exist."""
    rows = frame[strings(frame, "USUBJID") == usubjid]
    if not len(rows):
        return ()
    first = _firsts(rows)
    rows = rows[first]
    place = np.flatnonzero(cohort.usubjid == usubjid)
    origin = cohort.origin[place] if place.size else np.array(["NaT"], dtype="datetime64[D]")
    dates = column_dates(rows, ("ADT",))
    day = days_between(dates, np.broadcast_to(origin, dates.shape))
    late = dates > np.datetime64(cohort.cut_date, "D")
    state = states(rows)
    due = text(rows, "DUEFL")
    spots = places(rows)
    number = _numbers(rows, "AVISITN")
    found = [
        (
            (np.isnat(dates[i]), dates[i].astype(np.int64), number[i]),
            Sample(
                kind=kind,
                id=_word(rows, "SAMPLEID", i),
                visit=_word(rows, "AVISIT", i),
                day=None if day[i] >= NEVER else int(day[i]),
                when=None if np.isnat(dates[i]) else dates[i].item(),
                state=state[i],
                due=None if "DUEFL" not in rows.columns else bool(due[i] == "Y"),
                reason=_word(rows, "REASND", i),
                site=_word(rows, "BIOPSITE", i),
                place=spots[i] if spots else NOWHERE,
            ),
        )
        for i in np.flatnonzero(~late).tolist()
    ]
    return tuple(sample for _, sample in sorted(found, key=lambda f: f[0]))


def sample_counts(frame: pd.DataFrame, cohort: Cohort) -> SampleCounts:
    """How many samples each patient has, up to the cut-off."""
    rows = frame[_firsts(frame)]
    index = cohort.index(rows["USUBJID"])
    dates = column_dates(rows, ("ADT",))
    known = (index >= 0) & ~(dates > np.datetime64(cohort.cut_date, "D"))
    rows, index = rows[known], index[known]
    state = np.array(states(rows), dtype=object)

    def count(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Days:
        return np.bincount(index[mask], minlength=cohort.n).astype(np.int64)

    return SampleCounts(
        usable=count(state == USABLE),
        taken=count(state != NOT_TAKEN),
        due=count(text(rows, "DUEFL") == "Y") if "DUEFL" in rows.columns else None,
    )


def _firsts(rows: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The first record of every sample."""
    ids = text(rows, "SAMPLEID")
    dates = column_dates(rows, ("ADT",)).astype(str)
    visits = text(rows, "AVISIT")
    plan = np.array([f"{v}|{d}" for v, d in zip(visits, dates, strict=True)], dtype=object)
    key = np.where(ids == "", plan, ids)
    pairs = pd.DataFrame({"patient": strings(rows, "USUBJID"), "sample": key})
    return ~pairs.duplicated().to_numpy()


def states(rows: pd.DataFrame) -> tuple[State, ...]:
    taken, passed = text(rows, "TAKENFL"), text(rows, "PASSFL")
    return tuple(
        NOT_TAKEN if t == "N" else FAILED if p == "N" else USABLE
        for t, p in zip(taken, passed, strict=True)
    )


def _word(rows: pd.DataFrame, column: str, i: int) -> str | None:
    if column not in rows.columns:
        return None
    value = rows[column].iloc[i]
    return None if pd.isna(value) else str(value)


def _numbers(rows: pd.DataFrame, column: str) -> list[float]:
    if column not in rows.columns:
        return [0.0] * len(rows)
    return [0.0 if pd.isna(v) else float(v) for v in rows[column].tolist()]
