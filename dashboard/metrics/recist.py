"""RECIST 1.1 overall responses by visit (Eisenhauer 2009): terms, and one record a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import (
    NEVER,
    Bools,
    Cohort,
    Days,
    column_dates,
    days_between,
    flagged,
    text,
)
from dashboard.metrics.columns import Frame, Rows, take

#: Codes in the order "worst": on one day the highest wins, and any evaluable value beats NE.
TERMS = ("NE", "CR", "PR", "SD", "NON-CR/NON-PD", "PD")
NE, CR, PR, SD, NON_CR_NON_PD, PD = range(6)
CODES = {term: code for code, term in enumerate(TERMS)}
#: Best overall response has one value more: nothing was recorded.
MISSING = "MISSING"
OVERALL_PARAMCDS = ("OVR", "OVRLRESP", "OVRINV")


@dataclass(frozen=True, slots=True, eq=False)
class Assessments:
    """Overall responses, one per patient and day, sorted by patient and day; shape (m,).

    `patient` indexes the cohort. `ignored` counts the records left out, by reason.
    """

    patient: Days
    day: Days
    response: NDArray[np.int64]
    n_patients: int
    paramcd: str | None
    ignored: dict[str, int]


def make_assessments(
    patient: Days, day: Days, response: NDArray[np.int64], n_patients: int
) -> Assessments:
    """Sort records and keep the worst of each patient-day (admiralonco worst_resp)."""
    order = np.lexsort((-response, day, patient))
    p, d, r = patient[order], day[order], response[order]
    first = np.ones(p.size, dtype=np.bool_)
    first[1:] = (p[1:] != p[:-1]) | (d[1:] != d[:-1])
    return Assessments(p[first], d[first], r[first], n_patients, "OVR", {})


def empty_assessments(cohort: Cohort) -> Assessments:
    """No records: the export has no ADRS."""
    none = np.empty(0, dtype=np.int64)
    return Assessments(none, none, none, cohort.n, None, {})


def overall_responses(
    adrs: pd.DataFrame,
    cohort: Cohort,
    *,
    paramcds: Sequence[str] = OVERALL_PARAMCDS,
    evaluator: str = "INVESTIGATOR",
) -> Assessments:
    """Per-visit overall responses from the first of `paramcds` the export holds.

    Left out and counted: copies (DTYPE filled), baseline records, terms outside RECIST, missing
    dates, dates before the origin or after the cut-off. Where RSEVAL names several evaluators only
    `evaluator` is used. The category comes from AVALC, never from AVAL: exports disagree on it.
    """
    rows, paramcd = pick_parameter(adrs, paramcds)
    rows = pick_evaluator(rows, "RSEVAL", evaluator)
    index = cohort.rows_of(rows)
    rows, index = rows.take(index >= 0), index[index >= 0]
    terms = text(rows, "AVALC")
    codes = np.array([CODES.get(t, -1) for t in terms], dtype=np.int64)
    dates = column_dates(rows, ("ADT",))
    day = days_between(dates, cohort.origin[index])
    ignored: Counter[str] = Counter()
    keep = np.ones(len(rows), dtype=np.bool_)
    for reason, bad in (
        ("copied or imputed record (DTYPE)", text(rows, "DTYPE") != ""),
        ("baseline record", flagged(rows, "ABLFL")),
        ("response missing", (terms == "") | (terms == MISSING)),
        ("term outside RECIST 1.1", codes < 0),
        ("date missing", np.isnat(dates)),
        ("patient without origin", ~cohort.timed[index]),
        ("before the origin", day < 0),
        ("after the cut-off date", (day > cohort.follow_up[index]) & ~np.isnat(dates)),
    ):
        ignored[reason] = int((keep & bad).sum())
        keep &= ~bad
    if np.isnat(dates).all():  # responses of no day are no assessments: "0 of n" would be made up
        paramcd = None
    made = make_assessments(index[keep], day[keep], codes[keep], cohort.n)
    return Assessments(
        made.patient,
        made.day,
        made.response,
        cohort.n,
        paramcd,
        {reason: count for reason, count in ignored.items() if count},
    )


def pick_parameter(adrs: Frame, paramcds: Sequence[str]) -> tuple[Rows, str | None]:
    """Rows of the first of `paramcds` that is there, and its name; no row and None otherwise."""
    codes = text(adrs, "PARAMCD")
    for name in paramcds:
        hit = codes == name.upper()
        if hit.any():
            return take(adrs, hit), name
    return take(adrs, np.zeros(len(adrs), dtype=np.bool_)), None


#: other words for the investigator, as exports write them
INVESTIGATOR_TERMS = ("INVESTIGATOR", "INV", "INVESTIGATOR ASSESSMENT", "LOCAL", "SITE")


def pick_evaluator(rows: Rows, column: str, evaluator: str) -> Rows:
    """The evaluator's rows where there are any; else those of the evaluator with most rows.

    Two readers are never mixed: the worst of two opinions is nobody's. Equally many rows: the first
    name. Rows without a name belong to whoever is chosen when there is only one name.
    """
    who = text(rows, column)
    names = INVESTIGATOR_TERMS if evaluator == INVESTIGATOR_TERMS[0] else (evaluator.upper(),)
    for name in names:
        chosen = who == name
        if chosen.any():
            return rows.take(chosen)
    counts = Counter(w for w in who.tolist() if w)
    if len(counts) < 2:
        return rows
    most = min(counts, key=lambda w: (-counts[w], w))
    return rows.take(who == most)


def first_row(mask: Bools, records: Assessments) -> Days:
    """Row of each patient's first record in `mask`, -1 where there is none; shape (n_patients,)."""
    rows = np.flatnonzero(mask)[::-1]
    found = np.full(records.n_patients, -1, dtype=np.int64)
    found[records.patient[rows]] = rows  # reversed: the earliest is written last
    return found


def day_at(rows: Days, records: Assessments) -> Days:
    """Day of each row, NEVER for -1."""
    if not records.day.size:
        return np.full(rows.shape, NEVER, dtype=np.int64)
    return np.where(rows >= 0, records.day[rows], NEVER)


def select(records: Assessments, keep: Bools) -> Assessments:
    """The records in `keep`."""
    return Assessments(
        records.patient[keep],
        records.day[keep],
        records.response[keep],
        records.n_patients,
        records.paramcd,
        records.ignored,
    )
