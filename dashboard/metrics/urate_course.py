"""Urate, what may come of it and what was done about it: limits by sex, stones and gout, doses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_outcome import event_states
from dashboard.metrics.coded import clean, grouped_terms
from dashboard.metrics.dose_changes import NO_REASON, changed_records
from dashboard.metrics.exposure import Doses
from dashboard.metrics.lab_lines import LabLine
from dashboard.metrics.labs import Floats, LabValues
from dashboard.metrics.patient_doses import CHANGES
from dashboard.metrics.proportions import proportion
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.types import Estimate, Proportion, Result
from dashboard.metrics.urate import Urate

#: preferred terms (MedDRA) of what urate may lead to, by kind; both spellings where there are two
CONSEQUENCES: Mapping[str, frozenset[str]] = {
    "stone": frozenset(
        {
            *("NEPHROLITHIASIS", "URETEROLITHIASIS", "CALCULUS URINARY", "CALCULUS URETERIC"),
            *("CALCULUS BLADDER", "CALCULUS URETHRAL", "RENAL COLIC", "STAG HORN CALCULUS"),
            *("UROLITHIASIS", "KIDNEY STONE"),
        }
    ),
    "gout": frozenset(
        {"GOUT", "GOUTY ARTHRITIS", "ARTHRITIS GOUTY", "GOUTY TOPHUS", "ACUTE GOUT", "TOPHUS"}
    ),
    "kidney": frozenset(
        {
            *("ACUTE KIDNEY INJURY", "RENAL FAILURE", "RENAL FAILURE ACUTE", "RENAL IMPAIRMENT"),
            *("ACUTE RENAL FAILURE", "URATE NEPHROPATHY", "CRYSTAL NEPHROPATHY"),
            *("KIDNEY INJURY", "RENAL TUBULAR NECROSIS", "RENAL INJURY"),
        }
    ),
}
#: preferred terms of a raised urate itself, as it is reported
RAISED = frozenset({"HYPERURICAEMIA", "HYPERURICEMIA", "BLOOD URIC ACID INCREASED"})
#: umol/L outside which a value is hardly urate in blood in the unit it states: 0.4 is mmol/L, and
#: 460 mg/dL are umol/L
PLAUSIBLE = (30.0, 1500.0)
WOMAN, MAN = "F", "M"


@dataclass(frozen=True, slots=True)
class UrateEvent(Result):
    """A stone, gout or a kidney event; days count from the first dose.

    `before`: the last urate on or before its start, taken on `before_day`; `peak` the highest after
    the first dose. `state` as in the tables of events.
    """

    usubjid: str
    kind: str
    term: str
    grade: int
    first: int | None
    last: int | None
    state: str
    serious: bool | None
    before: Estimate
    before_day: int | None
    peak: Estimate


@dataclass(frozen=True, slots=True)
class DoseMark(Result):
    """A dose of a study drug that was changed, with the last urate on or before it."""

    usubjid: str
    drug: str
    day: int
    change: str
    words: str
    reason: str | None
    before: Estimate


@dataclass(frozen=True, slots=True)
class OverLimit(Result):
    """Patients of one sex whose highest urate after the first dose was above its limit.

    `already`: of them, those who were above it at baseline.
    """

    sex: str
    limit: float
    proportion: Proportion
    patients: tuple[str, ...]
    already: int


@dataclass(frozen=True, slots=True)
class UrateChange(Result):
    """Patients with a baseline and a later value: before, highest and last, in umol/L."""

    n: int
    before: Spread
    peak: Spread
    last: Spread
    rise: Spread


def urate_change(found: Urate) -> UrateChange:
    """`rise`: each patient's highest value less the baseline."""
    pairs = [(p.baseline, p.peak, p.last) for p in found.patients if p.baseline is not None]
    before, peak, last = np.array(pairs, dtype=np.float64).reshape(-1, 3).T
    return UrateChange(
        len(pairs), spread(before), spread(peak), spread(last), spread(peak - before)
    )


def over_limits(
    found: Urate, sex: Mapping[str, str], limits: Mapping[str, float], *, level: float = 0.95
) -> tuple[OverLimit, ...]:
    """By sex, of the patients with a value after the first dose; a sex without a limit has none."""
    made = []
    for name, limit in limits.items():
        own = [p for p in found.patients if sex.get(p.usubjid) == name]
        edge = limit + 1e-9
        over = tuple(p.usubjid for p in own if p.peak > edge)
        already = sum(p.peak > edge and (p.baseline or 0.0) > edge for p in own)
        share = proportion(len(over), len(own), level=level)
        if own:
            made.append(OverLimit(name, limit, share, over, already))
    return tuple(made)


def reported(events: AdverseEvents) -> tuple[str, ...]:
    """Patients of whom a raised urate was reported as a treatment-emergent adverse event."""
    of_term = np.array([clean(t) in RAISED for t in events.pt_terms], dtype=np.bool_)
    if not of_term.any():
        return ()
    return events.ids(np.unique(events.patient[of_term[events.pt] & events.emergent]))


def implausible(values: LabValues, amount: Floats) -> tuple[int, tuple[str, ...]]:
    """Values outside `PLAUSIBLE` (`amount` in umol/L, a row each), and whose they are."""
    low, high = PLAUSIBLE
    odd = (amount < low) | (amount > high)
    return int(odd.sum()), tuple(values.treated.usubjid[np.unique(values.patient[odd])].tolist())


def above(found: Urate, edge: float, *, level: float = 0.95) -> tuple[Proportion, tuple[str, ...]]:
    """Patients whose highest urate was above an edge, of those with a value."""
    who = tuple(p.usubjid for p in found.patients if p.peak > edge + 1e-9)
    return proportion(len(who), len(found.patients), level=level), who


def urate_events(
    events: AdverseEvents, found: Urate, lines: Sequence[LabLine]
) -> tuple[UrateEvent, ...]:
    """Treatment-emergent stones, gout and kidney events, by patient and start."""
    kinds = {t: kind for kind, terms in CONSEQUENCES.items() for t in terms}
    of_term = [kinds.get(clean(t), "") for t in events.pt_terms]
    hit = np.array([bool(k) for k in of_term], dtype=np.bool_)[events.pt] if of_term else None
    if hit is None or not hit.any():
        return ()
    mine = events.select(hit & events.emergent)
    peaks = {p.usubjid: p.peak for p in found.patients}
    by_patient = {line.usubjid: line for line in lines}
    states = event_states(mine)
    made = []
    for i in range(mine.n):
        who = int(mine.patient[i])
        usubjid, origin = str(mine.treated.usubjid[who]), mine.treated.first_dose[who]
        first, last = _day(mine.start[i], origin), _day(mine.end[i], origin)
        value, day = last_before(by_patient.get(usubjid), first)
        serious = mine.flags["serious"]
        made.append(
            UrateEvent(
                usubjid=usubjid,
                kind=of_term[mine.pt[i]],
                term=mine.pt_terms[mine.pt[i]],
                grade=int(mine.grade[i]),
                first=first,
                last=last,
                state=states[i],
                serious=None if serious is None else bool(serious[i]),
                before=value,
                before_day=day,
                peak=peaks.get(usubjid),
            )
        )
    return tuple(sorted(made, key=lambda e: (e.usubjid, e.first is None, e.first or 0, e.term)))


def dose_marks(
    records: Doses, drugs: Sequence[str], lines: Sequence[LabLine]
) -> tuple[DoseMark, ...]:
    """Changed doses of these drugs (EXACN, else dose against plan), by patient and day."""
    wanted = np.array([d in set(drugs) for d in records.drugs], dtype=np.bool_)
    if not wanted.any():
        return ()
    at, action, types = changed_records(records)
    mine = wanted[records.drug[at]]
    at, action = at[mine], action[mine]
    reason, reasons = grouped_terms(records.frame, ("EXADJ",), NO_REASON)
    by_patient = {line.usubjid: line for line in lines}
    made = []
    for k, what in zip(at.tolist(), action.tolist(), strict=True):
        who = int(records.patient[k])
        usubjid = str(records.treated.usubjid[who])
        day = _day(records.start[k], records.treated.first_dose[who])
        if day is None:
            continue
        why = reasons[reason[k]]
        made.append(
            DoseMark(
                usubjid=usubjid,
                drug=records.drugs[records.drug[k]],
                day=day,
                change=CHANGES.get(clean(types[what]), "other"),
                words=types[what],
                reason=None if why == NO_REASON else why,
                before=last_before(by_patient.get(usubjid), day)[0],
            )
        )
    return tuple(sorted(made, key=lambda d: (d.usubjid, d.day, d.drug)))


#: days before and after the start of an event in which a changed dose is told with it
BEFORE_EVENT, AFTER_EVENT = 7, 14


def changes_near(event: UrateEvent, marks: Sequence[DoseMark]) -> tuple[DoseMark, ...]:
    """The patient's changed doses around the start of the event."""
    if event.first is None:
        return ()
    low, high = event.first - BEFORE_EVENT, event.first + AFTER_EVENT
    return tuple(m for m in marks if m.usubjid == event.usubjid and low <= m.day <= high)


def last_before(line: LabLine | None, day: int | None) -> tuple[Estimate, int | None]:
    """The last value on or before a day, and its day."""
    if line is None or day is None:
        return None, None
    at = int(np.searchsorted(np.array(line.day), day, side="right")) - 1
    return (None, None) if at < 0 else (line.value[at], line.day[at])


def _day(when: np.datetime64, origin: np.datetime64) -> int | None:
    return None if np.isnat(when) or np.isnat(origin) else int((when - origin).astype(np.int64))
