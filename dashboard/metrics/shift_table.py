"""Shift of one laboratory parameter from baseline to its worst value, with the patients of each
cell: by CTCAE grade, and by the limits of normal (ICH E3 s.12.4.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.ctcae import NOT_GRADED, grades
from dashboard.metrics.ctcae_rules import LabRule
from dashboard.metrics.lab_shift import SHIFT_KEYS, Until
from dashboard.metrics.labs import LabValues
from dashboard.metrics.types import Result

LOW, NORMAL, HIGH, BOTH, MISSING = "low", "normal", "high", "low and high", "missing"
#: rows of the table by limits of normal, and its columns
BEFORE, AFTER = (LOW, NORMAL, HIGH, MISSING), (LOW, NORMAL, HIGH, BOTH, MISSING)


@dataclass(frozen=True, slots=True)
class ShiftCell(Result):
    """Patients with this baseline and this worst value."""

    before: str
    after: str
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShiftTable(Result):
    """Cells that hold anybody; together they hold each of the `n` patients once.

    `term`: the CTCAE term, "" for the table by limits of normal. "missing" is no value that can be
    graded, or compared with a limit.
    """

    term: str
    direction: str
    n: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[ShiftCell, ...]

    def cell(self, before: str, after: str) -> tuple[str, ...]:
        """The patients of one cell."""
        found = (c.patients for c in self.cells if (c.before, c.after) == (before, after))
        return next(found, ())


def grade_shift(values: LabValues, rule: LabRule, *, until: Until = "window") -> ShiftTable:
    """Baseline grade by worst grade after the first dose, of one CTCAE term."""
    mine = values.select(values.of(rule.paramcds))
    grade = grades(mine, rule)
    after = mine.in_window if until == "window" else mine.after
    before = _highest(mine, grade, mine.baseline)
    worst = _highest(mine, grade, after)
    last = len(SHIFT_KEYS) - 1
    return _table(
        mine,
        (rule.term, rule.direction),
        (np.where(before < 0, last, before), SHIFT_KEYS),
        (np.where(worst < 0, last, worst), SHIFT_KEYS),
    )


def range_shift(values: LabValues, paramcd: str, *, until: Until = "window") -> ShiftTable:
    """Baseline against the limits of normal by whether any later value was low, high, or both.

    Each value is held against the limits that came with it; one limit is enough to be normal.
    """
    mine = values.select(values.of((paramcd,)))
    known = np.isfinite(mine.low) | np.isfinite(mine.high)
    low, high = mine.value < mine.low, mine.value > mine.high
    after = mine.in_window if until == "window" else mine.after
    n = mine.treated.n

    def any_of(rows: Bools) -> Bools:
        found = np.zeros(n, dtype=np.bool_)
        found[mine.patient[rows]] = True
        return found

    base = mine.baseline & known
    before = _place(any_of(base & low), any_of(base & high), any_of(base), BEFORE)
    later = after & known
    worst = _place(any_of(later & low), any_of(later & high), any_of(later), AFTER)
    return _table(mine, ("", ""), (before, BEFORE), (worst, AFTER))


Placed = tuple[NDArray[np.int64], tuple[str, ...]]


def _place(low: Bools, high: Bools, known: Bools, names: tuple[str, ...]) -> NDArray[np.int64]:
    both = names.index(BOTH) if BOTH in names else names.index(HIGH)
    place = np.full(low.size, names.index(MISSING), dtype=np.int64)
    place[known] = names.index(NORMAL)
    place[low] = names.index(LOW)
    place[high] = names.index(HIGH)
    place[low & high] = both
    return place


def _highest(values: LabValues, grade: NDArray[np.int64], rows: Bools) -> NDArray[np.int64]:
    worst = np.full(values.treated.n, NOT_GRADED, dtype=np.int64)
    np.maximum.at(worst, values.patient[rows], grade[rows])
    return worst


def _table(values: LabValues, name: tuple[str, str], before: Placed, after: Placed) -> ShiftTable:
    (row, rows), (column, columns) = before, after
    ids = values.treated.usubjid
    key = row * len(columns) + column
    cells = [
        ShiftCell(rows[k // len(columns)], columns[k % len(columns)], tuple(ids[key == k].tolist()))
        for k in np.unique(key).tolist()
    ]
    return ShiftTable(name[0], name[1], values.treated.n, rows, columns, tuple(cells))
