"""Intervals for a proportion: Clopper-Pearson 1934, Wilson 1927, Jeffreys (Brown et al. 2001)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from scipy import special

from dashboard.metrics.types import (
    AnalysisSet,
    Exclusion,
    PatientProportion,
    Proportion,
    Source,
)

Method = Literal["Clopper-Pearson", "Wilson", "Jeffreys"]
METHODS: tuple[Method, ...] = ("Clopper-Pearson", "Wilson", "Jeffreys")


def _clopper_pearson(x: int, n: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(special.betaincinv(x, n - x + 1, tail))
    upper = 1.0 if x == n else float(special.betainccinv(x + 1, n - x, tail))
    return lower, upper


def _wilson(x: int, n: int, level: float) -> tuple[float, float]:
    """Score interval without continuity correction (R prop.test(correct = FALSE))."""
    z = float(special.ndtri((1 + level) / 2))
    p = x / n
    centre = p + z * z / (2 * n)
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    scale = 1 + z * z / n
    lower = 0.0 if x == 0 else max(0.0, (centre - half) / scale)
    upper = 1.0 if x == n else min(1.0, (centre + half) / scale)
    return lower, upper


def _jeffreys(x: int, n: int, level: float) -> tuple[float, float]:
    """Equal-tailed Beta(1/2, 1/2) posterior; the limit at the border is the border, as SAS does."""
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(special.betaincinv(x + 0.5, n - x + 0.5, tail))
    upper = 1.0 if x == n else float(special.betainccinv(x + 0.5, n - x + 0.5, tail))
    return lower, upper


_INTERVALS = {"Clopper-Pearson": _clopper_pearson, "Wilson": _wilson, "Jeffreys": _jeffreys}


@lru_cache(maxsize=8192)
def _interval(method: Method, x: int, n: int, level: float) -> tuple[float, float]:
    """Limits by method; the tables of one study ask for the same few x of n again and again."""
    return _INTERVALS[method](x, n, level)


def proportion(
    x: int, n: int, *, method: Method = "Clopper-Pearson", level: float = 0.95
) -> Proportion:
    """x of n with its two-sided interval.

    The one-sided bound at level L is the limit of the two-sided interval at level 2L - 1.
    Raises ValueError unless 0 <= x <= n and 0 < level < 1.
    """
    if not 0 <= x <= n:
        raise ValueError(f"{x} of {n} is no proportion")
    if not 0 < level < 1:
        raise ValueError(f"confidence level {level} is not between 0 and 1")
    if n == 0:
        return Proportion(0, 0, None, None, None, method, level)
    lower, upper = _interval(method, int(x), int(n), level)
    return Proportion(int(x), int(n), x / n, lower, upper, method, level)


def exact_p_greater(x: int, n: int, p0: float) -> float | None:
    """One-sided exact binomial p value of H0: p <= p0 (R binom.test(alternative = "greater"))."""
    if n == 0:
        return None
    return 1.0 if x == 0 else float(special.betainc(x, n - x + 1, p0))


def patient_proportion(
    id_: str,
    label: str,
    responders: Iterable[str],
    members: AnalysisSet,
    *,
    level: float = 0.95,
    source: Source = "derived",
    methods: Sequence[Method] = METHODS,
    excluded: Sequence[Exclusion] = (),
    notes: Sequence[str] = (),
) -> PatientProportion:
    """Responders among the patients of an analysis set; anyone outside the set is not counted.

    The first of `methods` is the headline. `excluded` extends the set's own list.
    """
    inside = set(responders).intersection(members.patients)
    numerator = tuple(p for p in members.patients if p in inside)
    results = [proportion(len(numerator), members.n, method=m, level=level) for m in methods]
    return PatientProportion(
        id=id_,
        label=label,
        headline=results[0],
        others=tuple(results[1:]),
        numerator=numerator,
        denominator=members.patients,
        excluded=(*members.excluded, *excluded),
        analysis_set=members.id,
        source=source,
        notes=(*members.notes, *notes),
    )
