"""Numbers as a paper prints them: counts first, intervals with their method, words for what is not.

Rounding is half away from zero on the decimal value, as SAS and clinical tables do.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from dashboard.metrics.kaplan_meier import Rate
from dashboard.metrics.time_to_event import FollowUp
from dashboard.metrics.types import Estimate, Proportion
from dashboard.text import text

DAYS_PER_MONTH = 30.4375
#: below this many patients a proportion is a count with an interval, never a bare percentage
SMALL = 5


def fixed(value: float, digits: int = 1) -> str:
    """`value` with `digits` decimals, halves away from zero."""
    step = Decimal(1).scaleb(-digits)
    return str(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def plain(value: Estimate) -> str:
    """Whole numbers without decimals, others with one."""
    if value is None:
        return text("number.ne")
    return f"{value:.0f}" if value == round(value) else fixed(value)


def percent(value: Estimate) -> str:
    """A fraction 0..1 as a percentage without its sign: 35.3."""
    if value is None:
        return text("number.ne")
    step = Decimal(1).scaleb(-1)
    return str((Decimal(repr(float(value))) * 100).quantize(step, ROUND_HALF_UP))


def level_words(level: float) -> str:
    """95% CI."""
    return text("number.ci", level=f"{level * 100:g}")


def counts(result: Proportion) -> str:
    return f"{result.x}/{result.n}"


def interval(lower: Estimate, upper: Estimate) -> str:
    """19.7 to 53.5; an open or missing end in words."""
    if lower is None and upper is None:
        return text("number.ne")
    return text("number.to", lower=percent(lower), upper=percent(upper))


def in_brackets(result: Proportion, *, small: int = SMALL) -> str:
    """What follows the counts: (35.3%; 95% CI 19.7 to 53.5, Clopper-Pearson)."""
    if result.n == 0 or result.estimate is None:
        return f"({text('number.ne')})"
    ci = f"{level_words(result.level)} {interval(result.lower, result.upper)}, {result.method}"
    if result.n < small:
        return f"({ci})"
    return f"({percent(result.estimate)}%; {ci})"


def plain_brackets(result: Proportion, *, small: int = SMALL) -> str:
    """The same in a sentence, where the method stands elsewhere: (35.3%; 95% CI 19.7 to 53.5)."""
    if result.n == 0 or result.estimate is None:
        return f"({text('number.ne')})"
    ci = f"{level_words(result.level)} {interval(result.lower, result.upper)}"
    if result.n < small:
        return f"({ci})"
    return f"({percent(result.estimate)}%; {ci})"


def proportion(result: Proportion, *, small: int = SMALL) -> str:
    """12/34 (35.3%; 95% CI 19.7 to 53.5, Clopper-Pearson); no percentage below `small` patients."""
    return f"{counts(result)} {in_brackets(result, small=small)}"


class Estimator(Protocol):
    """Who made an interval: its confidence level and method."""

    @property
    def level(self) -> float: ...

    @property
    def method(self) -> str: ...


def rate_in_brackets(rate: Rate, curve: Estimator) -> str:
    """What follows a survival rate: (95% CI 38.1 to 64.2, Kaplan-Meier, log-log)."""
    ci = f"{level_words(curve.level)} {interval(rate.lower, rate.upper)}, {curve.method}"
    return f"({ci})"


def months(days: Estimate, *, digits: int = 1) -> str:
    """Days as months (30.4375 days) for display."""
    if days is None:
        return text("number.nr")
    return fixed(days / DAYS_PER_MONTH, digits)


def follow_up(result: FollowUp, level: float) -> str:
    """7.4 months (95% CI 6.1 to 8.9, reverse Kaplan-Meier); not reached in words."""
    if result.n == 0:
        return text("number.ne")
    if result.median is None:
        return f"{text('number.nr')} ({result.method})"
    ends = text("number.to", lower=months(result.lower), upper=months(result.upper))
    return text(
        "number.follow_up",
        median=months(result.median),
        ci=f"{level_words(level)} {ends}",
        method=result.method,
    )
