"""Worst laboratory grade after the first dose, and shift from the baseline (ICH E3 s.12.4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.ctcae import NOT_GRADED, grades
from dashboard.metrics.ctcae_rules import LabRule, rules
from dashboard.metrics.labs import LabValues, UnknownUnit, unknown_units
from dashboard.metrics.proportions import proportion
from dashboard.metrics.types import Proportion, Result

#: rows and columns of a shift table
SHIFT_KEYS = ("0", "1", "2", "3", "4", "missing")
Until = Literal["window", "cut"]


@dataclass(frozen=True, slots=True)
class LabGrades(Result):
    """One CTCAE term: patients by worst grade after the first dose, and by baseline x worst.

    `any` and `grade3plus` are over the patients of the set with a gradable value after the first
    dose (`measured`), so a patient who was never measured is not counted as normal. `shift[b][w]`
    counts patients with baseline grade b and worst grade w; "missing" is no gradable value.
    `patients` and `worst` are parallel over the measured patients.
    """

    term: str
    paramcd: tuple[str, ...]
    direction: str
    version: str
    n: int
    measured: int
    any: Proportion
    grade3plus: Proportion
    by_grade: Mapping[str, int]
    shift: Mapping[str, Mapping[str, int]]
    patients: tuple[str, ...]
    worst: tuple[int, ...]
    not_graded: int
    unknown_units: tuple[UnknownUnit, ...]
    differs_from_export: int | None
    note: str
    until: str


def lab_grades(
    values: LabValues, *, version: str = "5.0", until: Until = "window", level: float = 0.95
) -> tuple[LabGrades, ...]:
    """Every term of the CTCAE version for which the export has a parameter, in order of the table.

    `until` "window": values in the safety window (last dose + 30 days); "cut": all up to the
    cut-off. Raises ValueError for a version without a rule table.
    """
    present = {p.upper() for p in values.params}
    return tuple(
        _term(values.select(values.of(rule.paramcds)), rule, version, until, level)
        for rule in rules(version)
        if present & {p.upper() for p in rule.paramcds}
    )


@dataclass(frozen=True, slots=True)
class HighGrades(Result):
    """Patients with grade 3 or 4 in any term, of those with a gradable value in any."""

    proportion: Proportion
    patients: tuple[str, ...]


def any_high(found: Sequence[LabGrades], *, level: float = 0.95) -> HighGrades:
    """Each patient once, whatever the number of terms."""
    measured: set[str] = set()
    high: set[str] = set()
    for g in found:
        measured.update(g.patients)
        high.update(u for u, worst in zip(g.patients, g.worst, strict=True) if worst >= 3)
    return HighGrades(proportion(len(high), len(measured), level=level), tuple(sorted(high)))


def _term(mine: LabValues, rule: LabRule, version: str, until: Until, level: float) -> LabGrades:
    grade = grades(mine, rule)
    after = mine.in_window if until == "window" else mine.after
    n = mine.treated.n
    worst = _worst(mine.patient, grade, after, n)
    before = _worst(mine.patient, grade, mine.baseline, n)
    who = np.flatnonzero(worst >= 0)
    counts = np.bincount(worst[who], minlength=5).tolist()
    units = unknown_units(mine, rule.paramcds, rule.quantity) if rule.quantity else []
    return LabGrades(
        term=rule.term,
        paramcd=tuple(p for p in mine.params if p.upper() in rule.paramcds),
        direction=rule.direction,
        version=version,
        n=n,
        measured=int(who.size),
        any=proportion(int((worst >= 1).sum()), int(who.size), level=level),
        grade3plus=proportion(int((worst >= 3).sum()), int(who.size), level=level),
        by_grade=dict(zip(SHIFT_KEYS, counts, strict=False)),
        shift=_shift(before, worst),
        patients=tuple(mine.treated.usubjid[who].tolist()),
        worst=tuple(worst[who].tolist()),
        not_graded=int((grade == NOT_GRADED).sum()),
        unknown_units=tuple(units),
        differs_from_export=_differs(mine, grade, rule),
        note=rule.note,
        until="to the end of the safety window" if until == "window" else "to the cut-off",
    )


def _worst(
    patient: NDArray[np.int64], grade: NDArray[np.int64], mask: Bools, n: int
) -> NDArray[np.int64]:
    """Highest grade per patient among the rows of `mask`; -1 without a gradable one."""
    worst = np.full(n, NOT_GRADED, dtype=np.int64)
    np.maximum.at(worst, patient[mask], grade[mask])
    return worst


def _shift(before: NDArray[np.int64], worst: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    size = len(SHIFT_KEYS)
    cells = np.bincount((before % size) * size + worst % size, minlength=size * size)
    table = cells.reshape(size, size).tolist()
    return {b: dict(zip(SHIFT_KEYS, table[i], strict=True)) for i, b in enumerate(SHIFT_KEYS)}


def _differs(mine: LabValues, grade: NDArray[np.int64], rule: LabRule) -> int | None:
    """Values whose ATOXGR differs from the derived grade; None without an exported grade.

    A parameter that is graded in both directions has one exported grade; it is compared where it
    can only mean this direction.
    """
    exported = mine.exported_grade
    limit = mine.low if rule.direction == "low" else mine.high
    side = mine.value < limit if rule.direction == "low" else mine.value > limit
    both = (exported >= 0) & (grade >= 0) & (side | (grade > 0))
    return int((exported[both] != grade[both]).sum()) if (exported >= 0).any() else None
