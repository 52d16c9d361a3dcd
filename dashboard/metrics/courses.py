"""Courses of treatment: every patient on every drug he got a dose of, all drugs in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LATE, _EARLY = np.iinfo(np.int64).max, np.iinfo(np.int64).min


class Courses:
    """Courses ordered by drug and patient; arrays have shape (k,), those of drugs (n_drugs,).

    `days`: from the first to the last day with a dose. `cycles`: cycles with a dose, NaN for a drug
    whose records have no cycle numbers. Sums are NaN where a record lacks the number: a sum of the
    rest would be too small. `rows`: the records that belong to a course.
    """

    def __init__(
        self,
        *,
        drug: Ints,
        patient: Ints,
        cycle: Floats,
        start: Ints,
        end: Ints,
        given: Floats,
        planned: Floats,
        dosed: Bools,
        n_drugs: int,
        n_patients: int,
    ) -> None:
        pair = drug * np.int64(n_patients) + patient
        treated = np.zeros(n_drugs * n_patients, dtype=np.bool_)
        treated[pair[dosed]] = True
        self.rows = np.flatnonzero(treated[pair])
        course = (np.cumsum(treated) - 1)[pair[self.rows]]
        found = np.flatnonzero(treated)
        self.drug, self.patient = found // max(n_patients, 1), found % max(n_patients, 1)
        self._first_of = np.searchsorted(self.drug, np.arange(n_drugs + 1)).tolist()
        self.given = _sums(course, given[self.rows], found.size)
        self.planned = _sums(course, planned[self.rows], found.size)
        on = dosed[self.rows]
        first, last = _range(course[on], start[self.rows][on], end[self.rows][on], found.size)
        self.days: Ints = last - first + 1
        unnumbered = drug[self.rows][~np.isfinite(cycle[self.rows])]
        has_rows = np.bincount(drug[self.rows], minlength=n_drugs) > 0
        self.numbered: Bools = has_rows & (np.bincount(unnumbered, minlength=n_drugs) == 0)
        use = self.numbered[drug[self.rows]]
        self._cycles_of(course[use], cycle[self.rows][use], start[self.rows][use], on[use])

    def of(self, drug: int) -> slice:
        """The courses of one drug."""
        return slice(self._first_of[drug], self._first_of[drug + 1])

    def _cycles_of(self, course: Ints, cycle: Floats, start: Ints, dosed: Bools) -> None:
        """First day of each cycle of each course; planned ones that were not given included."""
        number = cycle.astype(np.int64)
        least = number.min() if number.size else np.int64(0)
        width = np.int64(number.max() - least + 1 if number.size else 1)
        key, at = np.unique(course * width + (number - least), return_inverse=True)
        begun = np.full(key.size, _LATE)
        np.minimum.at(begun, at, start)
        some = np.zeros(key.size, dtype=np.bool_)
        some[at[dosed]] = True
        self._course, self._number, self._begun = key // width, key % width, begun
        counted = np.bincount(self._course[some], minlength=self.drug.size).astype(np.float64)
        self.cycles: Floats = np.where(self.numbered[self.drug], counted, np.nan)

    def usual_gaps(self) -> tuple[int | None, ...]:
        """Per drug the most common gap between successive cycles of all patients, else None.

        The shorter of equally common ones.
        """
        follows = (np.diff(self._course) == 0) & (np.diff(self._number) == 1)
        gap, drug = np.diff(self._begun)[follows], self.drug[self._course[1:][follows]]
        forward = gap > 0
        gap, drug = gap[forward], drug[forward]
        width = np.int64(gap.max() + 1 if gap.size else 1)
        found, count = np.unique(drug * width + gap, return_counts=True)
        out: list[int | None] = [None] * (len(self._first_of) - 1)
        best = [0] * len(out)
        for key, times in zip(found.tolist(), count.tolist(), strict=True):
            here, days = divmod(key, int(width))
            if times > best[here]:
                best[here], out[here] = times, days
        return tuple(out)

    def intensity(self, cycle_days: Sequence[int | None]) -> Floats:
        """Dose given / planned x planned time / actual time; the latter where cycles are numbered.

        Planned time: recorded cycles x length; actual: from the first start to the last + length.
        """
        ratio = np.divide(
            self.given, self.planned, out=np.full(self.given.shape, np.nan), where=self.planned > 0
        )
        length = np.array([np.nan if d is None else d for d in cycle_days])[self.drug]
        count = np.bincount(self._course, minlength=self.drug.size)
        first, last = _range(self._course, self._begun, self._begun, self.drug.size)
        timed = self.numbered[self.drug] & np.isfinite(length)
        actual = np.where(timed, last - first, 0) + length
        made: Floats = np.where(timed, ratio * ((count * length) / actual), ratio)
        return made


def _sums(place: Ints, values: Floats, n: int) -> Floats:
    return np.bincount(place, weights=values, minlength=n).astype(np.float64)


def _range(place: Ints, start: Ints, end: Ints, n: int) -> tuple[Ints, Ints]:
    """Earliest start and latest end per place."""
    first, last = np.full(n, _LATE), np.full(n, _EARLY)
    np.minimum.at(first, place, start)
    np.maximum.at(last, place, end)
    return first, last
