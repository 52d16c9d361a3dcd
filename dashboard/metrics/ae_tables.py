"""Adverse events by system organ class and preferred term at worst grade (ICH E3 s.12.2.3).

A patient counts once per class and once per term, at the worst grade there; a class is not the sum
of its terms. Rows are sorted by number of patients, then by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_overview import HIGH_GRADE, count_by_grade, worst_grades
from dashboard.metrics.coded import Codes
from dashboard.metrics.grades import GRADE_KEYS, GRADES
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


#: term and class
_Name = tuple[str, str | None]
HIGH_KEYS = tuple(str(g) for g in GRADES if g >= HIGH_GRADE)


def term_table(events: AdverseEvents, *, level: float = 0.95) -> TermTable:
    """Tables of exactly the events given: pass `events.treatment_emergent()`, or a selection."""
    make = _RowMaker(events, level)
    width = max(len(events.pt_terms), 1)
    codes, found = np.unique(events.soc * np.int64(width) + events.pt, return_inverse=True)
    names = [(events.pt_terms[c % width], events.soc_terms[c // width]) for c in codes.tolist()]
    inside = make.rows(found.astype(np.int64), list(names))
    worst = worst_grades(events)
    who = np.flatnonzero(worst >= 0)
    terms: dict[str | None, list[TermRow]] = {}
    for row in inside:
        terms.setdefault(row.soc, []).append(row)
    soc_rows = make.rows(events.soc, [(t, None) for t in events.soc_terms])
    return TermTable(
        n=events.treated.n,
        n_events=events.n,
        level=level,
        scale=events.scale,
        overall=make.row(("Any adverse event", None), events.n, who, worst[who]),
        by_soc=tuple(SocRow(row, tuple(terms[row.term])) for row in soc_rows),
        by_pt=_by_term(events, make, inside),
    )


def _by_term(events: AdverseEvents, make: _RowMaker, inside: list[TermRow]) -> tuple[TermRow, ...]:
    """Terms alone: the row of its class, or a row of its own for a term in several classes."""
    classes = Counter(row.term for row in inside)
    rows = [row for row in inside if classes[row.term] == 1]
    several = np.array([classes[t] > 1 for t in events.pt_terms], dtype=np.bool_)
    if several.any():
        mine = events.select(several[events.pt])
        names: list[_Name] = [(t, None) for t in events.pt_terms]
        rows += _RowMaker(mine, make.level).rows(mine.pt, names)
    return tuple(sorted(rows, key=_frequency))


def _frequency(row: TermRow) -> tuple[int, str, str]:
    return (-row.any.x, row.term, row.soc or "")


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


class _RowMaker:
    """Rows over one N; equal counts share their interval."""

    def __init__(self, events: AdverseEvents, level: float) -> None:
        self.events, self.level = events, level
        self.known: dict[int, Proportion] = {}
        self.ids = events.treated.usubjid

    def rate(self, x: int) -> Proportion:
        if x not in self.known:
            self.known[x] = proportion(x, self.events.treated.n, level=self.level)
        return self.known[x]

    def rows(self, codes: Codes, names: Sequence[_Name]) -> list[TermRow]:
        """A row per term that occurs, most frequent first."""
        term, patient, grade = worst_per_term(codes, self.events.patient, self.events.grade)
        n_events = np.bincount(codes, minlength=len(names)).tolist()
        edges = np.searchsorted(term, np.arange(len(names) + 1)).tolist()
        rows = [
            self.row(names[i], n_events[i], patient[a:b], grade[a:b])
            for i, (a, b) in enumerate(pairwise(edges))
            if b > a
        ]
        return sorted(rows, key=_frequency)

    def row(
        self, name: _Name, n_events: int, who: NDArray[np.int64], grade: NDArray[np.int64]
    ) -> TermRow:
        by_grade = count_by_grade(grade)
        high = sum(by_grade[k] for k in HIGH_KEYS)
        return TermRow(
            term=name[0],
            soc=name[1],
            any=self.rate(int(who.size)),
            grade3plus=None if self.events.scale is None else self.rate(high),
            n_events=n_events,
            by_grade=by_grade,
            patients=tuple(self.ids[who].tolist()),
            worst=tuple([g or None for g in grade.tolist()]),
        )
