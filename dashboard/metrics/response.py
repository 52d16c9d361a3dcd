"""Best overall response, confirmed and not (RECIST 1.1 s.4.4, table 3, as in admiralonco 1.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Bools, Cohort, Days
from dashboard.metrics.recist import (
    CR,
    MISSING,
    NE,
    NON_CR_NON_PD,
    PD,
    PR,
    SD,
    Assessments,
    day_at,
    first_row,
    select,
)
from dashboard.metrics.types import Exclusion, Result, Source

#: Order in which a best response is shown, best first.
BEST_ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", MISSING)
RESPONSE = frozenset({"CR", "PR"})
CONTROL = frozenset({"CR", "PR", "SD", "NON-CR/NON-PD"})


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """Parameters of the derivation, in days unless named otherwise."""

    confirm_days: int = 28
    sd_min_days: int = 42
    max_ne: int = 1
    accept_sd_between: bool = False
    cb_days: int = 168
    visit_window: int = 7


@dataclass(frozen=True, slots=True)
class BestResponses(Result):
    """Best overall response per patient, one column per value; days count from the origin.

    `response_day` is the first CR/PR of the confirmed pair. `candidate_day` is the first CR/PR
    that is unconfirmed and can still be confirmed. `first_pd_day` ends the assessments used.
    Source None: the export holds nothing to read or derive that column from.
    """

    usubjid: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    unconfirmed_day: tuple[int | None, ...]
    confirmed: tuple[str, ...]
    confirmed_day: tuple[int | None, ...]
    first_response_day: tuple[int | None, ...]
    response_day: tuple[int | None, ...]
    confirmation_day: tuple[int | None, ...]
    candidate_day: tuple[int | None, ...]
    first_pd_day: tuple[int | None, ...]
    source_unconfirmed: Source | None = "derived"
    source_confirmed: Source | None = "derived"
    data_queries: tuple[Exclusion, ...] = ()
    notes: tuple[str, ...] = ()


def day_tuple(days: Days) -> tuple[int | None, ...]:
    """Days as JSON values: None for NEVER."""
    return tuple(None if d >= NEVER else d for d in days.tolist())


def day_array(days: tuple[int | None, ...]) -> Days:
    """The inverse of `day_tuple`."""
    return np.array([NEVER if d is None else d for d in days], dtype=np.int64)


def usable_records(records: Assessments, new_therapy: Days) -> tuple[Assessments, Days, Bools]:
    """Records before new therapy, up to and including the first PD.

    A PD on the start day of new therapy is kept: that scan is what triggered the switch.
    Returns the records, first PD day per patient, and who has such a PD.
    """
    start = new_therapy[records.patient]
    at_switch = (records.day == start) & (records.response == PD)
    kept = select(records, (records.day < start) | at_switch)
    first_pd = day_at(first_row(kept.response == PD, kept), kept)
    switched = (first_pd == new_therapy) & (first_pd < NEVER)
    return select(kept, kept.day <= first_pd[kept.patient]), first_pd, switched


@dataclass(frozen=True, slots=True, eq=False)
class Confirmation:
    """For each record: is it a confirmed response, by which record, or may it still become one."""

    confirmed: Bools
    by: Days
    open: Bools


def confirmation(
    records: Assessments, start: int, by: tuple[int, ...], rules: ResponseRules
) -> Confirmation:
    """Pairs "start ... first of `by` at least confirm_days later", only allowed records between."""
    p, d, r = records.patient, records.day, records.response
    m = p.size
    rows = np.arange(m)
    is_start, is_end = r == start, np.isin(r, by)
    last = np.searchsorted(p, p, side="right") - 1  # last record of the same patient
    ends = np.flatnonzero(is_end)
    span = int(d.max(initial=0)) + rules.confirm_days + 1
    key = p * span + d
    place = np.searchsorted(key[ends], key + rules.confirm_days)
    target = np.append(ends, m)[place]
    found = (target < m) & (np.append(p, -1)[target] == p)
    stop = np.where(found, target, last + 1)
    ne = _between(r == NE, rows, stop)
    sd = _between((r == SD), rows, stop)
    other = _between(~(is_end | (r == NE) | (r == SD)), rows, stop)
    allowed_sd = 1 if rules.accept_sd_between and start == PR else 0
    fine = is_start & (other == 0) & (ne <= rules.max_ne) & (sd <= allowed_sd)
    if start == PR:
        fine &= ~_pr_after_cr(r, rows, np.where(found, target, last))
    return Confirmation(fine & found, np.where(fine & found, stop, -1), fine & ~found)


def _between(flag: Bools, rows: Days, stop: Days) -> Days:
    """Number of flagged records strictly between `rows` and `stop`."""
    total = np.concatenate([[0], np.cumsum(flag)])
    return np.asarray(total[stop] - total[rows + 1], dtype=np.int64)


def _pr_after_cr(r: NDArray[np.int64], rows: Days, end: Days) -> Bools:
    """Is there, after each record and up to `end`, a PR that follows a CR?"""
    m = r.size
    crs, prs = np.flatnonzero(r == CR), np.flatnonzero(r == PR)
    next_cr = np.append(crs, m)[np.searchsorted(crs, rows + 1)]
    last_pr = np.append(prs, -1)[np.searchsorted(prs, end, side="right") - 1]
    return np.asarray((next_cr <= end) & (last_pr > next_cr), dtype=np.bool_)


def _first_match(
    records: Assessments, choices: tuple[tuple[str, Bools], ...]
) -> tuple[NDArray[np.object_], Days]:
    """Per patient the first choice with any record, and the day of its first record."""
    best = np.full(records.n_patients, MISSING, dtype=object)
    day = np.full(records.n_patients, NEVER, dtype=np.int64)
    for term, mask in reversed(choices):
        rows = first_row(mask, records)
        best[rows >= 0] = term
        day = np.where(rows >= 0, day_at(rows, records), day)
    return best, day


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Best responses of the records given, shape (n_patients,), and the pairs behind them."""

    unconfirmed: NDArray[np.object_]
    unconfirmed_day: Days
    confirmed: NDArray[np.object_]
    confirmed_day: Days
    complete: Confirmation
    partial: Confirmation


def read_best(records: Assessments, rules: ResponseRules) -> Reading:
    """First matching category of each reading; the caller has chosen which records count."""
    r = records.response
    lasting = records.day >= rules.sd_min_days
    stable = (
        ("SD", np.isin(r, (CR, PR, SD)) & lasting),
        ("NON-CR/NON-PD", (r == NON_CR_NON_PD) & lasting),
        ("PD", r == PD),
        ("NE", np.ones(r.size, dtype=np.bool_)),
    )
    complete = confirmation(records, CR, (CR,), rules)
    partial = confirmation(records, PR, (CR, PR), rules)
    unconfirmed = _first_match(records, (("CR", r == CR), ("PR", r == PR), *stable))
    confirmed = _first_match(
        records, (("CR", complete.confirmed), ("PR", partial.confirmed), *stable)
    )
    return Reading(*unconfirmed, *confirmed, complete, partial)


def best_responses(
    cohort: Cohort, assessments: Assessments, rules: ResponseRules | None = None
) -> BestResponses:
    """Unconfirmed (BOR) and confirmed (CBOR) best response of every patient of the cohort.

    Patients without any usable record are MISSING; so is one without an origin, who is listed.
    """
    rules = rules or ResponseRules()
    records, first_pd, switched = usable_records(assessments, cohort.new_therapy)
    r = records.response
    read = read_best(records, rules)
    complete, partial = read.complete, read.partial
    pair = first_row(complete.confirmed | partial.confirmed, records)
    by = np.append(np.where(complete.confirmed, complete.by, partial.by), -1)[pair]
    ended = np.minimum.reduce([first_pd, cohort.death, cohort.new_therapy, cohort.off_study])
    candidate = day_at(first_row(complete.open | partial.open, records), records)
    source: Source | None = "derived" if assessments.paramcd else None
    settled = (ended < NEVER) | (pair >= 0)
    return BestResponses(
        usubjid=cohort.patients,
        unconfirmed=tuple(read.unconfirmed.tolist()),
        unconfirmed_day=day_tuple(read.unconfirmed_day),
        confirmed=tuple(read.confirmed.tolist()),
        confirmed_day=day_tuple(read.confirmed_day),
        first_response_day=day_tuple(day_at(first_row((r == CR) | (r == PR), records), records)),
        response_day=day_tuple(day_at(pair, records)),
        confirmation_day=day_tuple(day_at(by, records)),
        candidate_day=day_tuple(np.where(settled, NEVER, candidate)),
        first_pd_day=day_tuple(first_pd),
        source_unconfirmed=source,
        source_confirmed=source,
        data_queries=_queries(cohort, records, switched),
    )


def _queries(cohort: Cohort, records: Assessments, switched: Bools) -> tuple[Exclusion, ...]:
    """What a data manager should look at: PR after CR, PD on the day of new therapy, no origin."""
    crs = first_row(records.response == CR, records)
    after = (records.response == PR) & (records.day > day_at(crs, records)[records.patient])
    relapse = np.zeros(records.n_patients, dtype=np.bool_)
    relapse[records.patient[after]] = True
    return (
        *(Exclusion(u, "PR follows CR without PD between") for u in cohort.usubjid[relapse]),
        *(
            Exclusion(u, "PD on the start day of new anticancer therapy: kept as PD")
            for u in cohort.usubjid[switched]
        ),
        *cohort.untimed,
    )


def changed_if_sd_accepted(
    cohort: Cohort, assessments: Assessments, rules: ResponseRules | None = None
) -> tuple[str, ...]:
    """Patients whose confirmed response differs if one SD may lie between two PRs (EORTC FAQ)."""
    rules = rules or ResponseRules()
    strict, wide = (
        best_responses(cohort, assessments, replace(rules, accept_sd_between=accept)).confirmed
        for accept in (False, True)
    )
    return tuple(u for u, a, b in zip(cohort.patients, strict, wide, strict=True) if a != b)
