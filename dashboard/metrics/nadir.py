"""Lowest value of a blood count in each cycle (nadir), per patient and summarised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Dates
from dashboard.metrics.ctcae import grades
from dashboard.metrics.ctcae_rules import LabRule, rules
from dashboard.metrics.cycles import Cycles
from dashboard.metrics.lab_units import STANDARD_UNITS
from dashboard.metrics.labs import LabValues, UnknownUnit, unknown_units
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class CycleNadir(Result):
    """One cycle: `started` patients, those with a value in it, and their lowest values.

    `by_grade` counts those patients by the grade of their lowest value.
    """

    cycle: int
    started: int
    nadir: Spread
    by_grade: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Nadirs(Result):
    """Nadirs of one term by cycle; values outside every cycle are in none."""

    term: str
    unit: str
    version: str
    rows: tuple[CycleNadir, ...]
    unknown_units: tuple[UnknownUnit, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Nadir(Result):
    """The lowest value of one patient in one cycle; `grade` is -1 where it cannot be graded."""

    usubjid: str
    cycle: int
    day: int
    value: float
    grade: int


def nadir_points(
    values: LabValues, cycles: Cycles, paramcds: Sequence[str], *, version: str = "5.0"
) -> tuple[Nadir, ...]:
    """The values behind `nadirs`, by cycle and patient. `day` counts from the first dose."""
    found = _lowest(values, cycles, paramcds, version)
    who = cycles.patient[found.row]
    order = np.lexsort((who, cycles.number[found.row]))
    days = (found.date - values.treated.first_dose[who]).astype(np.int64)
    ids = values.treated.usubjid
    return tuple(
        Nadir(str(ids[who[i]]), int(cycles.number[found.row[i]]), int(days[i]),
              float(found.amount[i]), int(found.grade[i]))
        for i in order.tolist()
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Lowest:
    """One value per cycle that has any; arrays are parallel, `row` is the row of the cycle."""

    rule: LabRule
    row: NDArray[np.int64]
    amount: NDArray[np.float64]
    grade: NDArray[np.int64]
    date: Dates


def _lowest(values: LabValues, cycles: Cycles, paramcds: Sequence[str], version: str) -> _Lowest:
    if not np.array_equal(cycles.treated.usubjid, values.treated.usubjid):
        raise ValueError("cycles and values are of different patients; make both from one set")
    rule = _rule(paramcds, version)
    mine = values.select(values.of(paramcds))
    amount = mine.value * mine.factors(str(rule.quantity))
    grade = grades(mine, rule)
    row = cycles.containing(mine.patient, mine.date)
    use = (row >= 0) & np.isfinite(amount) & mine.after
    order = np.flatnonzero(use)[np.lexsort((mine.date[use], amount[use], row[use]))]
    first = np.append(True, row[order][1:] != row[order][:-1])[: order.size]
    at = order[first]
    return _Lowest(rule, row[at], amount[at], grade[at], mine.date[at])


def nadirs(
    values: LabValues, cycles: Cycles, paramcds: Sequence[str], *, version: str = "5.0"
) -> Nadirs:
    """Nadir by cycle of a count that CTCAE grades when it falls (neutrophils, platelets ...).

    Raises KeyError when the version has no rule for a fall of these parameters, ValueError when
    the cycles are those of other patients.
    """
    found = _lowest(values, cycles, paramcds, version)
    rule, row, amount, grade = found.rule, found.row, found.amount, found.grade
    quantity = str(rule.quantity)
    numbers = np.unique(cycles.number)
    rows = []
    for number in numbers.tolist():
        here = cycles.number[row] == number
        counts = np.bincount(grade[here] % 6, minlength=6).tolist()
        rows.append(
            CycleNadir(
                cycle=int(number),
                started=int((cycles.number == number).sum()),
                nadir=spread(amount[here]),
                by_grade=dict(zip(("0", "1", "2", "3", "4", "missing"), counts, strict=True)),
            )
        )
    return Nadirs(
        term=rule.term,
        unit=STANDARD_UNITS[quantity],
        version=version,
        rows=tuple(rows),
        unknown_units=tuple(unknown_units(values, paramcds, quantity)),
        rule=cycles.rule,
    )


def _rule(paramcds: Sequence[str], version: str) -> LabRule:
    wanted = {p.upper() for p in paramcds}
    for rule in rules(version):
        if rule.direction == "low" and rule.quantity and wanted & set(rule.paramcds):
            return rule
    raise KeyError(f"CTCAE {version} grades no fall of {', '.join(paramcds)}")
