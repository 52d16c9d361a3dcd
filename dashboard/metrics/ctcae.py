"""CTCAE grades of laboratory values (NCI CTCAE v5.0 and v6.0), refused without a known unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.ctcae_rules import LabRule
from dashboard.metrics.labs import Floats, LabValues

#: not gradable: no unit, an unknown unit, or no reference limit where one decides
NOT_GRADED = -1
#: a value equal to a limit up to rounding error is at the limit, not beyond it
_RELATIVE = 1e-12


def grades(values: LabValues, rule: LabRule) -> NDArray[np.int64]:
    """Grade 0 to 4 of every row by one rule, -1 where it cannot be graded; shape (m,).

    Rows of other parameters are graded too: select the rows of `rule.paramcds` first.
    """
    beyond = _Beyond(values, rule)
    grade = np.zeros(values.n, dtype=np.int64)
    for level in (1, 2, 3, 4):
        grade[beyond.level(level)] = level
    unit = np.ones(values.n, dtype=np.bool_) if rule.unitless else values.has_unit
    if rule.quantity is not None:
        unit = np.isfinite(values.factors(rule.quantity))
    known = unit & (beyond.decided | (grade > 1))
    return np.where(known, grade, NOT_GRADED)


class _Beyond:
    """Comparisons of one rule with the values, their range and their baseline."""

    def __init__(self, values: LabValues, rule: LabRule) -> None:
        self.values, self.rule = values, rule
        self.low = rule.direction == "low"
        self.limit = values.low if self.low else values.high
        self.scale = np.ones(values.n) if rule.quantity is None else values.factors(rule.quantity)
        self.by_baseline = self._by_baseline()

    @property
    def decided(self) -> Bools:
        """Rows with what grade 0 and grade 1 need: the limit of normal, or the baseline for it."""
        if self.rule.normal[0] is None:
            return np.ones(self.values.n, dtype=np.bool_)
        known = np.isfinite(self.limit)
        if self.rule.above_baseline:
            # at or below either of the two it is grade 0; above one, the other must be known
            base = self.values.base
            known_base = np.isfinite(base)
            lower = (known & ~self._past(self.limit)) | (known_base & ~self._past(base))
            return (known & known_base) | lower
        if self.rule.baseline_use == "instead_if_high":
            return known | self.by_baseline
        return known

    def _by_baseline(self) -> Bools:
        """Rows graded in multiples of their baseline in place of the limit of normal."""
        values = self.values
        if self.rule.baseline_use == "instead_if_high":
            return values.base > values.base_high
        if self.rule.baseline_use == "instead_if_low":
            return values.base < values.base_low
        return np.zeros(values.n, dtype=np.bool_)

    def level(self, grade: int) -> Bools:
        """Rows that are beyond the limit of `grade`."""
        rule, i = self.rule, grade - 1
        hit = np.zeros(self.values.n, dtype=np.bool_)
        absolute, over = rule.absolute[i], rule.over_normal[i]
        if absolute is not None:
            hit |= self._past(np.full(self.values.n, absolute), self.values.value * self.scale)
        if over is not None:
            hit |= self._past(self.limit * self.scale + over, self.values.value * self.scale)
        normal, baseline = rule.normal[i], rule.baseline[i]
        if normal is not None:
            past = self._past(self.limit * normal)
            if rule.above_baseline:
                past &= self._past(self.values.base)
            hit |= past & ~(self.by_baseline & (baseline is not None))
        if baseline is not None:
            past = self._past(self.values.base * baseline, inclusive=grade in rule.inclusive)
            hit |= past & (self.by_baseline | (rule.baseline_use == "also"))
        return hit

    def _past(
        self, limit: Floats, value: Floats | None = None, *, inclusive: bool = False
    ) -> Bools:
        """Beyond the limit in the rule's direction; False where either is missing."""
        value = self.values.value if value is None else value
        slack = np.abs(limit) * _RELATIVE
        if self.low:
            return value < limit - slack
        return value >= limit - slack if inclusive else value > limit + slack
