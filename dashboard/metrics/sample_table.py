"""Every biomarker sample of a cut as arrays, and the two visits that make a pair.

What a sample is, and when it counts as taken and as usable, is said in `samples`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Bools, Cohort, Days, column_dates, days_between, text
from dashboard.metrics.columns import floats, strings
from dashboard.metrics.samples import states
from dashboard.metrics.types import Result

Words = NDArray[np.object_]
#: visits called so are the first, whatever their number says
BASELINE_WORDS = ("BASELINE", "SCREENING", "PRE", "PRE-TREATMENT", "PRETREATMENT", "CYCLE 1 DAY 1")


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """Samples up to the cut-off, shape (s,), by patient, day and visit number.

    `row` is the sample of each record of the domain, -1 for a record of none; `patient` indexes
    the cohort; text is "" where the export says nothing. `due` None: no plan is exported.
    """

    row: Days
    patient: Days
    id: Words
    visit: Words
    number: NDArray[np.float64]
    day: Days
    state: Words
    due: Bools | None
    reason: Words
    site: Words
    lesion: Words
    same_lesion: Words
    antibiotics: Words
    acid_blocker: Words
    baseline: Bools

    @property
    def n(self) -> int:
        return int(self.patient.size)

    @property
    def usable(self) -> Bools:
        return np.asarray(self.state == "usable", dtype=np.bool_)


def sample_table(frame: pd.DataFrame, cohort: Cohort) -> SampleTable:
    """The samples of one domain (ADIM, ADMB or ADTB) of patients in the cohort."""
    patient = cohort.index(frame["USUBJID"])
    dates = column_dates(frame, ("ADT",))
    late = dates > np.datetime64(cohort.cut_date, "D")
    known = np.flatnonzero((patient >= 0) & ~late)
    ids, visits = written(frame, "SAMPLEID"), written(frame, "AVISIT")
    plan = np.array([f"{v}|{d}" for v, d in zip(visits, dates.astype(str), strict=True)], object)
    name, names = pd.factorize(np.where(ids == "", plan, ids)[known])
    codes, _ = pd.factorize(patient[known] * max(len(names), 1) + name)
    first = np.full(codes.max(initial=-1) + 1, -1, dtype=np.int64)
    first[codes[::-1]] = known[::-1]
    flagged = text(frame, "ABLFL") == "Y"
    baseline = np.bincount(codes, weights=flagged[known], minlength=first.size) > 0
    origin = cohort.origin[patient[first]]
    day = np.minimum(days_between(dates[first], origin), NEVER)
    number = floats(frame, "AVISITN")[first]
    order = np.lexsort((number, day, patient[first]))
    place = np.empty(first.size, dtype=np.int64)
    place[order] = np.arange(first.size)
    row = np.full(len(frame), -1, dtype=np.int64)
    row[known] = place[codes]
    at = first[order]

    def words(name: str) -> Words:
        return written(frame, name)[at]

    def flags(name: str) -> Words:
        return np.asarray(text(frame, name)[at], dtype=object)

    return SampleTable(
        row=row,
        patient=patient[at],
        id=ids[at],
        visit=visits[at],
        number=number[order],
        day=day[order],
        state=np.array(states(frame), dtype=object)[at] if len(frame) else ids,
        due=(text(frame, "DUEFL") == "Y")[at] if "DUEFL" in frame.columns else None,
        reason=words("REASND"),
        site=words("BIOPSITE"),
        lesion=words("LESIONID"),
        same_lesion=flags("SAMELSFL"),
        antibiotics=flags("ABXFL"),
        acid_blocker=flags("PPIFL"),
        baseline=baseline[order],
    )


def written(frame: pd.DataFrame, name: str) -> Words:
    """A text column as the export writes it; "" where missing, and everywhere when it is absent."""
    if name not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    values = strings(frame, name)
    return np.array([v if isinstance(v, str) else "" for v in values.tolist()], dtype=object)


@dataclass(frozen=True, slots=True)
class Visits(Result):
    """The two visits of a pair, and how they were found. None: the export does not say."""

    before: str | None
    after: str | None
    rule: str


def pair_visits(
    samples: SampleTable, *, before: str | None = None, after: str | None = None
) -> Visits:
    """As stated; else the visit of most baseline flags, and the first visit after it that at least
    half as many patients have as any later one.

    Visits follow AVISITN, else their median day. Without either a second visit is not known.
    """
    if before and after:
        return Visits(_as_written(samples, before), _as_written(samples, after), "study.toml")
    order = _in_order(samples)
    if not order:
        return Visits(None, None, "no sample names its visit")
    flags = {v: int(samples.baseline[samples.visit == v].sum()) for v in order}
    # a single patient's screening sample flagged as their baseline is not everybody's first visit
    flagged = sorted((v for v in order if flags[v]), key=lambda v: -flags[v])
    named = [v for v in order if v.upper() in BASELINE_WORDS]
    first = next(iter([*flagged, *named]), None)
    rule = "the visit of the baseline flag" if flagged else "the visit called baseline"
    if first is None:
        if not _ordered(samples):
            why = "neither visit numbers nor dates say which visit is first"
            return Visits(None, None, why)
        first, rule = order[0], "the first visit"
    later = order[order.index(first) + 1 :]
    if not later:
        return Visits(first, None, f"{rule}; no later visit has samples")
    if not _ordered(samples):
        return Visits(first, None, f"{rule}; nothing says which visit follows it")
    # an unscheduled visit of one patient is not everybody's second one
    held = [len(set(samples.patient[samples.visit == v].tolist())) for v in later]
    at = next(i for i, n in enumerate(held) if 2 * n >= max(held))
    over = f" but {', '.join(later[:at])}, which few have" if at else ""
    return Visits(first, later[at], f"{rule}, and the next one{over}")


def _ordered(samples: SampleTable) -> bool:
    return bool(np.isfinite(samples.number).any() or (samples.day < NEVER).any())


def _as_written(samples: SampleTable, stated: str) -> str:
    same = (v for v in samples.visit.tolist() if v.casefold() == stated.casefold())
    return next(same, stated)


def _in_order(samples: SampleTable) -> list[str]:
    """Visits by number, else by median day."""

    def when(visit: str) -> tuple[float, float]:
        mine = samples.visit == visit
        number = samples.number[mine]
        day = samples.day[mine]
        known = number[np.isfinite(number)]
        dated = day[day < NEVER]
        return (
            float(np.median(known)) if known.size else np.inf,
            float(np.median(dated)) if dated.size else np.inf,
        )

    visits = list(dict.fromkeys(v for v in samples.visit.tolist() if v))
    return sorted(visits, key=when)
