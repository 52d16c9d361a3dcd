"""Other readings of the same assessments (RECIST 1.1 s.4.4, table 3), and what each would say.

An alternative changes one rule: which records count, or how they are read. Where it gives the
exported best response, its sentence names the records, their days from the origin and the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Cohort, Days
from dashboard.metrics.recist import (
    CODES,
    CR,
    MISSING,
    NE,
    PR,
    SD,
    TERMS,
    Assessments,
    select,
)
from dashboard.metrics.response import (
    RESPONSE,
    Reading,
    ResponseRules,
    read_best,
    usable_records,
)

#: A sentence, and the kind of reason it is.
Reason = tuple[str, str]

UNEXPLAINED = "not explained by any rule Interim knows"
UNCONFIRMED = "no confirming scan"
SD_BETWEEN = "SD between two responses"
NE_BETWEEN = "NE between two responses"
SOONER = "confirmed sooner than the study asks"
EARLY_SD = "SD before its minimum duration"
LATE_SD = "a longer minimum duration of SD"
AFTER_THERAPY = "assessments after new anticancer therapy"
AFTER_PD = "assessments after the first PD"
ALREADY = "confirmation asked of the unconfirmed best response"
SYNONYM = "NE and MISSING for the same"
NON_TARGET = "SD and NON-CR/NON-PD for the same"
NO_RECORD = "no assessment behind the exported value"
NO_VALUE = "no value in the export"

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """The assessments of the patients whose best response differs. Rows are those of the cohort."""

    cohort: Cohort
    every: Assessments  # all records of these patients
    rules: ResponseRules
    first_pd: Days
    confirmed: bool

    @classmethod
    def of(
        cls,
        cohort: Cohort,
        assessments: Assessments,
        rules: ResponseRules,
        rows: Sequence[int],
        *,
        confirmed: bool,
    ) -> Reader:
        """Narrow the records to the patients in `rows`, so that each reading is cheap."""
        every = select(assessments, np.isin(assessments.patient, rows))
        _, first_pd, _ = usable_records(every, cohort.new_therapy)
        return cls(cohort, every, rules, first_pd, confirmed)

    def records(self, *, after_therapy: bool, after_pd: bool) -> Assessments:
        """The records that count, or more of them."""
        never = np.full(self.cohort.n, NEVER, dtype=np.int64)
        start = never if after_therapy else self.cohort.new_therapy
        if not after_pd:
            return usable_records(self.every, start)[0]
        return select(self.every, self.every.day < start[self.every.patient])

    def own_rows(self, records: Assessments, patient: int) -> Days:
        """Rows of one patient's records."""
        first, last = np.searchsorted(records.patient, (patient, patient + 1))
        return np.arange(first, last)

    def unexplained(self, patient: int, exported: str, derived: str) -> Reason:
        """What can be said where no rule gives the exported value."""
        if {exported, derived} == {"SD", "NON-CR/NON-PD"}:
            return f"the records say {derived}, the export calls it {exported}", NON_TARGET
        mine = self.every.response[self.own_rows(self.every, patient)]
        if exported in CODES and CODES[exported] not in mine:
            return f"no assessment says {exported}: {UNEXPLAINED}", UNEXPLAINED
        return f"the assessments give {derived}: {UNEXPLAINED}", UNEXPLAINED


def without_value(
    reader: Reader,
    patient: int,
    exported: str,
    derived: str,
    *,
    day: int | None,
    unused: str | None,
) -> Reason | None:
    """The reason where one side has no value at all; None where both have one."""
    if unused and exported == MISSING:
        return f"{unused}; the assessments give {derived}", NO_VALUE
    if {exported, derived} == {"NE", MISSING}:
        if derived == MISSING:
            said = "no assessment between the origin and the cut-off date counts"
        else:
            said = "assessments exist, but none is evaluable or late enough for SD"
        return f"{said}; the export says {exported}, Interim {derived}", SYNONYM
    if exported == MISSING:
        return f"the export gives no value; the assessments give {derived}", NO_VALUE
    return _without_record(reader, patient, exported, day)


def _without_record(reader: Reader, patient: int, exported: str, day: int | None) -> Reason | None:
    if day is not None and day < 0:
        return f"the exported {exported} is dated {-day} days before the origin", NO_RECORD
    if not len(reader.own_rows(reader.every, patient)):
        death = int(reader.cohort.death[patient])
        if exported == "PD" and death < NEVER:
            return f"no assessment; the export counts the death on day {death} as PD", NO_RECORD
        said = "no dated assessment between the origin and the cut-off date is exported"
        return said, NO_RECORD
    return None


@dataclass(frozen=True, eq=False)
class Alternative:
    """One other reading. `terms` are the best responses it gives, shape (n,)."""

    reader: Reader
    scope: Assessments
    rules: ResponseRules
    confirmed: bool
    told: Callable[[Alternative, int], Reason]

    @cached_property
    def reading(self) -> Reading:
        return read_best(self.scope, self.rules)

    def terms(self) -> NDArray[np.object_]:
        return self.reading.confirmed if self.confirmed else self.reading.unconfirmed

    def day(self, patient: int) -> int:
        """Day of the first record that gives the best response."""
        days = self.reading.confirmed_day if self.confirmed else self.reading.unconfirmed_day
        return int(days[patient])

    def reason(self, patient: int) -> Reason:
        """The sentence for one patient, and its kind."""
        return self.told(self, patient)

    def pair(self, patient: int) -> Pair | None:
        """Rows of the response and of the scan that confirms it; None where there is no pair."""
        term = self.terms()[patient]
        if not self.confirmed or term not in RESPONSE:
            return None
        pairs = self.reading.complete if term == "CR" else self.reading.partial
        rows = self.reader.own_rows(self.scope, patient)
        start = rows[pairs.confirmed[rows]][0]
        return int(start), int(pairs.by[start])

    def row(self, patient: int) -> int:
        """Row of the record that gives the best response."""
        rows = self.reader.own_rows(self.scope, patient)
        return int(rows[self.scope.day[rows] == self.day(patient)][0])

    def said(self, row: int) -> str:
        """`PR on day 42`."""
        return f"{TERMS[self.scope.response[row]]} on day {self.scope.day[row]}"


def alternatives(reader: Reader) -> Iterator[Alternative]:
    """Other readings, the nearest first: one rule read otherwise, more records, then both.

    "Not confirmed at all" comes after "confirmed by a later record": it explains more values.
    """
    counted = reader.records(after_therapy=False, after_pd=False)
    more = [
        (reader.records(after_therapy=therapy, after_pd=pd), told)
        for therapy, pd, told in (
            (True, False, _after_therapy),
            (False, True, _after_pd),
            (True, True, _after_pd),
        )
    ]
    *near, last = _variants(reader)
    for rules, confirmed, words in near:
        yield Alternative(reader, counted, rules, confirmed, words)
    for records, told in more:
        yield Alternative(reader, records, reader.rules, reader.confirmed, told)
    yield Alternative(reader, counted, *last)
    for records, told in more:
        for rules, confirmed, words in (*near, last):
            yield Alternative(reader, records, rules, confirmed, _joined(told, words))


def _variants(
    reader: Reader,
) -> Iterator[tuple[ResponseRules, bool, Callable[[Alternative, int], Reason]]]:
    """Rules read otherwise, for the reading at hand."""
    rules, confirmed = reader.rules, reader.confirmed
    if confirmed:
        if not rules.accept_sd_between:
            yield replace(rules, accept_sd_between=True), True, _sd_between
        yield replace(rules, max_ne=10**6), True, _ne_between
        yield replace(rules, confirm_days=1), True, _sooner
        if rules.max_ne:
            yield replace(rules, max_ne=0), True, _no_ne
    yield replace(rules, sd_min_days=rules.sd_min_days - 1), confirmed, _day_one
    yield replace(rules, sd_min_days=0), confirmed, _early_sd
    for days in (49, 56):
        if days > rules.sd_min_days:
            yield replace(rules, sd_min_days=days), confirmed, _late_sd
    if confirmed:
        yield rules, False, _unconfirmed
    else:
        yield rules, True, _already


def _joined(
    scope: Callable[[Alternative, int], Reason], words: Callable[[Alternative, int], Reason]
) -> Callable[[Alternative, int], Reason]:
    def told(other: Alternative, patient: int) -> Reason:
        (first, kind), (second, _) = scope(other, patient), words(other, patient)
        return f"{first}; {second}", kind

    return told


# --- sentences -----------------------------------------------------------------------------------


def _after_therapy(other: Alternative, patient: int) -> Reason:
    start = other.reader.cohort.new_therapy[patient]
    pair = other.pair(patient)
    row = pair[1] if pair else other.row(patient)
    said = f"{other.said(row)} comes after new anticancer therapy (day {start})"
    return said, AFTER_THERAPY


def _after_pd(other: Alternative, patient: int) -> Reason:
    first = other.reader.first_pd[patient]
    pair = other.pair(patient)
    row = pair[1] if pair else other.row(patient)
    if first >= NEVER:  # the PD itself comes after new therapy
        return _after_therapy(other, patient)
    return f"{other.said(row)} comes after the first PD (day {first})", AFTER_PD


def _sd_between(other: Alternative, patient: int) -> Reason:
    start, end = other.pair(patient) or (other.row(patient), other.row(patient))
    between = np.arange(start + 1, end)
    between = between[other.scope.response[between] == SD]
    lies = other.said(int(between[0])) if len(between) else "SD"
    said = f"{lies} lies between {other.said(start)} and {other.said(end)}; none may"
    return said, SD_BETWEEN


def _ne_between(other: Alternative, patient: int) -> Reason:
    start, end = other.pair(patient) or (other.row(patient), other.row(patient))
    n = int((other.scope.response[start + 1 : end] == NE).sum())
    most = other.reader.rules.max_ne
    lie = "lies" if n == 1 else "lie"
    said = f"{n} NE {lie} between {other.said(start)} and {other.said(end)}; at most {most} may"
    return said, NE_BETWEEN


def _no_ne(other: Alternative, patient: int) -> Reason:
    most = other.reader.rules.max_ne
    return f"an NE lies between the two responses; {most} may, the export allows none", NE_BETWEEN


def _sooner(other: Alternative, patient: int) -> Reason:
    start, end = other.pair(patient) or (other.row(patient), other.row(patient))
    gap = other.scope.day[end] - other.scope.day[start]
    least = other.reader.rules.confirm_days
    said = (
        f"{other.said(end)} comes {gap} days after {other.said(start)}; confirmation takes at "
        f"least {least}"
    )
    return said, SOONER


def _day_one(other: Alternative, patient: int) -> Reason:
    least = other.reader.rules.sd_min_days
    said = (
        f"{other.said(other.row(patient))} reaches day {least}, the minimum for SD, only when the "
        "origin is counted as day 1"
    )
    return said, EARLY_SD


def _early_sd(other: Alternative, patient: int) -> Reason:
    least = other.reader.rules.sd_min_days
    said = f"{other.said(other.row(patient))} comes before day {least}, the minimum for SD"
    return said, EARLY_SD


def _late_sd(other: Alternative, patient: int) -> Reason:
    days, least = other.rules.sd_min_days, other.reader.rules.sd_min_days
    said = (
        f"no assessment from day {days} on supports SD, which the export seems to ask; the "
        f"minimum for SD is {least} days"
    )
    return said, LATE_SD


def _already(other: Alternative, patient: int) -> Reason:
    return "the export's BOR asks for confirmation; this one has none", ALREADY


def _unconfirmed(other: Alternative, patient: int) -> Reason:
    """The exported value is the unconfirmed best response: say what the confirmation lacks."""
    row = other.row(patient)
    term = other.terms()[patient]
    if term not in RESPONSE:
        return f"{other.said(row)} is the unconfirmed best response", UNCONFIRMED
    rows = other.reader.own_rows(other.scope, patient)
    later = rows[rows > row]
    by = (CR,) if term == "CR" else (CR, PR)
    least = other.reader.rules.confirm_days
    due = other.scope.day[later] >= other.scope.day[row] + least
    ends = later[due & np.isin(other.scope.response[later], by)]
    if len(ends):
        return _broken(other, row, int(ends[0]))
    following = (
        f"next assessment day {_next(other, int(later[0]))}"
        if len(later)
        else _none(other, patient)
    )
    said = f"{other.said(row)} has no confirming scan at least {least} days later ({following})"
    return said, UNCONFIRMED


def _broken(other: Alternative, start: int, end: int) -> Reason:
    between = [other.said(r) for r in range(start + 1, end)]
    shown = ", ".join(between[:3]) + (" ..." if len(between) > 3 else "")
    said = f"{other.said(end)} does not confirm {other.said(start)}: {shown} between"
    return said, UNCONFIRMED


def _next(other: Alternative, row: int) -> str:
    return f"{other.scope.day[row]}, {TERMS[other.scope.response[row]]}"


def _none(other: Alternative, patient: int) -> str:
    start = other.reader.cohort.new_therapy[patient]
    if start < NEVER:
        return f"no later assessment before new anticancer therapy on day {start}"
    return "no later assessment"
