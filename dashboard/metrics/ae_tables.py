"""Adverse events by system organ class and preferred term at worst grade (ICH E3 s.12.2.3).

A patient counts once per class and once per term, at the worst grade there; a class is not the sum
of its terms. Rows are sorted by number of patients, then by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_overview import HIGH_GRADE, count_by_grade, worst_grades
from dashboard.metrics.coded import Codes
from dashboard.metrics.grades import GRADE_KEYS
from dashboard.metrics.proportions import proportion
from dashboard.metrics.safety_options import Scale
from dashboard.metrics.types import Proportion, Result


@dataclass(frozen=True, slots=True)
class TermRow(Result):
    """One class or term (`soc` None: a class, or a term that was coded to several classes).

    `patients` and `worst` (grade, None when missing) are parallel. `grade3plus` is None where the
    export has no grade at all.
    """

    term: str
    soc: str | None
    any: Proportion
    grade3plus: Proportion | None
    n_events: int
    by_grade: Mapping[str, int]
    patients: tuple[str, ...]
    worst: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SocRow(Result):
    """A class with its terms."""

    row: TermRow
    terms: tuple[TermRow, ...]


@dataclass(frozen=True, slots=True)
class TermTable(Result):
    """Events of a set by class (with terms inside), and by term alone."""

    n: int
    n_events: int
    level: float
    scale: Scale | None
    overall: TermRow
    by_soc: tuple[SocRow, ...]
    by_pt: tuple[TermRow, ...]


#: term and class; rows of patients and their worst grades
_Name = tuple[str, str | None]
_Worst = tuple[NDArray[np.int64], NDArray[np.int64]]


def term_table(events: AdverseEvents, *, level: float = 0.95) -> TermTable:
    """Tables of exactly the events given: pass `events.treatment_emergent()`, or a selection."""
    soc_rows = _rows(events, events.soc, events.soc_terms, level)
    width = max(len(events.pt_terms), 1)
    codes, found = np.unique(events.soc * np.int64(width) + events.pt, return_inverse=True)
    names = tuple(events.pt_terms[c % width] for c in codes.tolist())
    socs = [events.soc_terms[c // width] for c in codes.tolist()]
    terms: dict[str, list[TermRow]] = {}
    for row in _rows(events, found.astype(np.int64), names, level, socs):
        terms.setdefault(str(row.soc), []).append(row)
    worst = worst_grades(events)
    return TermTable(
        n=events.treated.n,
        n_events=events.n,
        level=level,
        scale=events.scale,
        overall=_row(events, ("Any adverse event", None), events.n, _worst_list(worst), level),
        by_soc=tuple(SocRow(row, tuple(terms[row.term])) for row in soc_rows),
        by_pt=tuple(
            _rows(events, events.pt, events.pt_terms, level, _only_class(events, names, socs))
        ),
    )


def _only_class(
    events: AdverseEvents, names: Sequence[str], socs: Sequence[str]
) -> list[str | None]:
    """The class of each term; None for a term that was coded to several classes."""
    classes: dict[str, str | None] = {}
    for name, soc in zip(names, socs, strict=True):
        classes[name] = None if name in classes else soc
    return [classes.get(t) for t in events.pt_terms]


def _worst_list(worst: NDArray[np.int64]) -> _Worst:
    who = np.flatnonzero(worst >= 0)
    return who, worst[who]


def _rows(
    events: AdverseEvents,
    codes: Codes,
    terms: tuple[str, ...],
    level: float,
    socs: Sequence[str | None] = (),
) -> list[TermRow]:
    """A row per term that occurs, most frequent first."""
    term, patient, grade = worst_per_term(codes, events.patient, events.grade)
    n_events = np.bincount(codes, minlength=len(terms))
    edges = np.searchsorted(term, np.arange(len(terms) + 1))
    rows = [
        _row(
            events,
            (terms[i], socs[i] if socs else None),
            int(n_events[i]),
            (patient[edges[i] : edges[i + 1]], grade[edges[i] : edges[i + 1]]),
            level,
        )
        for i in range(len(terms))
        if n_events[i]
    ]
    return sorted(rows, key=lambda r: (-r.any.x, r.term, r.soc or ""))


def worst_per_term(
    term: Codes, patient: Codes, grade: NDArray[np.int64]
) -> tuple[Codes, Codes, NDArray[np.int64]]:
    """One entry per term and patient that occur together, with the worst grade; sorted by both."""
    width = np.int64(patient.max() + 1 if patient.size else 1)
    base = np.int64(len(GRADE_KEYS) + 1)
    keys = np.sort((term * width + patient) * base + grade)
    pair = keys // base
    last = np.append(pair[1:] != pair[:-1], True)[: keys.size]
    pair, worst = pair[last], (keys % base)[last]
    return pair // width, pair % width, worst


def _row(events: AdverseEvents, name: _Name, n_events: int, worst: _Worst, level: float) -> TermRow:
    (term, soc), (who, grade) = name, worst
    n = events.treated.n
    high = int((grade >= HIGH_GRADE).sum())
    return TermRow(
        term=term,
        soc=soc,
        any=proportion(who.size, n, level=level),
        grade3plus=None if events.scale is None else proportion(high, n, level=level),
        n_events=n_events,
        by_grade=count_by_grade(grade),
        patients=events.ids(who),
        worst=tuple(g or None for g in grade.tolist()),
    )
