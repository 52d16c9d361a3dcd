"""Beta-binomial monitoring: posterior, predictive (Lee & Liu 2008), Thall & Simon 1994."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.types import Estimate, Result


@dataclass(frozen=True, slots=True)
class BetaPrior(Result):
    """Beta(a, b): mean a / (a + b), worth a + b patients. Printed wherever a posterior is shown."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if not (self.a > 0 and self.b > 0):
            raise ValueError(f"Beta({self.a}, {self.b}) is no prior")

    @classmethod
    def of_mean(cls, mean: float, *, patients: float = 1.0) -> BetaPrior:
        """Prior with a mean and a weight in patients; the default is Beta(p0, 1 - p0)."""
        return cls(mean * patients, (1 - mean) * patients)


@dataclass(frozen=True, slots=True)
class Posterior(Result):
    """Posterior of a response rate after x of n final patients."""

    x: int
    n: int
    p0: float
    prior: BetaPrior
    mean: float
    lower: float
    upper: float
    level: float
    prob_above: float
    method: str = "beta-binomial, equal-tailed interval"


def _check(x: int, n: int) -> None:
    if not 0 <= x <= n:
        raise ValueError(f"{x} of {n} is no proportion")


def prob_above(x: ArrayLike, n: ArrayLike, p0: float, prior: BetaPrior) -> Floats:
    """P(p > p0 | x of n), elementwise."""
    x, n = np.asarray(x, np.float64), np.asarray(n, np.float64)
    return np.asarray(special.betaincc(prior.a + x, prior.b + n - x, p0), dtype=np.float64)


def posterior(
    x: int, n: int, *, p0: float, prior: BetaPrior | None = None, level: float = 0.95
) -> Posterior:
    """Posterior of the rate and its chance to exceed p0; only final patients count in n."""
    _check(x, n)
    prior = prior or BetaPrior.of_mean(p0)
    a, b = prior.a + x, prior.b + n - x
    tail = (1 - level) / 2
    return Posterior(
        x=x,
        n=n,
        p0=p0,
        prior=prior,
        mean=a / (a + b),
        lower=float(special.betaincinv(a, b, tail)),
        upper=float(special.betainccinv(a, b, tail)),
        level=level,
        prob_above=float(prob_above(x, n, p0, prior)),
    )


@dataclass(frozen=True, slots=True)
class PredictiveRule(Result):
    """Design inputs: success if P(p > p0) > theta_t at the planned size; stop if PP < theta_l."""

    planned: int
    p0: float
    prior: BetaPrior
    theta_t: float
    theta_l: float = 0.05


@dataclass(frozen=True, slots=True)
class Predictive(Result):
    """Predictive probability, and what it sums over: `y` further responses, chance, posterior."""

    x: int
    n: int
    rule: PredictiveRule
    probability: float
    futile: bool
    y: tuple[int, ...]
    chance: tuple[float, ...]
    prob_above: tuple[float, ...]


def _beta_binomial(y: NDArray[np.int64], m: int, a: float, b: float) -> Floats:
    log = (
        special.gammaln(m + 1)
        - special.gammaln(y + 1)
        - special.gammaln(m - y + 1)
        + special.betaln(a + y, b + m - y)
        - special.betaln(a, b)
    )
    return np.asarray(np.exp(log), dtype=np.float64)


def predictive_probability(x: int, n: int, rule: PredictiveRule) -> Predictive:
    """Chance that the trial, continued to its planned size, ends a success.

    Raises ValueError when n exceeds the planned size: the rule does not say what to do then.
    """
    _check(x, n)
    if n > rule.planned:
        raise ValueError(f"{n} patients are more than the {rule.planned} planned")
    left = rule.planned - n
    y = np.arange(left + 1)
    chance = _beta_binomial(y, left, rule.prior.a + x, rule.prior.b + n - x)
    above = prob_above(x + y, rule.planned, rule.p0, rule.prior)
    pp = min(1.0, float(np.sum(chance[above > rule.theta_t])))
    return Predictive(
        x=x,
        n=n,
        rule=rule,
        probability=pp,
        futile=pp < rule.theta_l,
        y=tuple(y.tolist()),
        chance=tuple(chance.tolist()),
        prob_above=tuple(above.tolist()),
    )


@dataclass(frozen=True, slots=True)
class FutilityBoundary(Result):
    """For n = 1..planned: stop at this many responses or fewer; -1 = no stopping at this n."""

    rule: PredictiveRule
    n: tuple[int, ...]
    stop_at_most: tuple[int, ...]


def predictive_boundary(rule: PredictiveRule) -> FutilityBoundary:
    """Futility boundary of a predictive rule."""
    sizes = range(1, rule.planned + 1)
    stop = []
    x = -1  # the boundary never falls as n grows
    for n in sizes:
        while x < n and predictive_probability(x + 1, n, rule).futile:
            x += 1
        stop.append(x)
    return FutilityBoundary(rule, tuple(sizes), tuple(stop))


@dataclass(frozen=True, slots=True)
class ToxicityRule(Result):
    """Stop when P(p > limit | x of n) > cutoff; one third is passed as 1 / 3, not as 0.33."""

    limit: float
    prior: BetaPrior
    cutoff: float


@dataclass(frozen=True, slots=True)
class ToxicityBoundary(Result):
    """For n = 1..max: stop at this many toxicities or more; None = cannot stop at this n."""

    rule: ToxicityRule
    n: tuple[int, ...]
    stop_at_least: tuple[int | None, ...]


def toxicity_boundary(rule: ToxicityRule, max_n: int) -> ToxicityBoundary:
    """Smallest number of toxicities that stops, per number of patients who count.

    A patient counts when the window is complete or a toxicity was seen.
    """
    stop: list[int | None] = []
    for n in range(1, max_n + 1):
        crossed = np.flatnonzero(
            prob_above(np.arange(n + 1), n, rule.limit, rule.prior) > rule.cutoff
        )
        stop.append(int(crossed[0]) if crossed.size else None)
    return ToxicityBoundary(rule, tuple(range(1, max_n + 1)), tuple(stop))


@dataclass(frozen=True, slots=True)
class ToxicityStatus(Result):
    """Status against a toxicity rule; `more_to_stop` None: no number stops at this n."""

    rule: ToxicityRule
    x: int
    n: int
    prob_above: Estimate
    boundary: int | None
    more_to_stop: int | None
    stop: bool


def toxicity_status(x: int, n: int, rule: ToxicityRule) -> ToxicityStatus:
    """Status at x toxicities of n patients who count. n = 0: nothing is estimable."""
    _check(x, n)
    if n == 0:
        return ToxicityStatus(rule, 0, 0, None, None, None, stop=False)
    above = float(prob_above(x, n, rule.limit, rule.prior))
    boundary = toxicity_boundary(rule, n).stop_at_least[-1]
    more = None if boundary is None else max(0, boundary - x)
    return ToxicityStatus(rule, x, n, above, boundary, more, above > rule.cutoff)


@dataclass(frozen=True, slots=True)
class ThallSimon(Result):
    """P(p_E > p_S + delta) with a prior for the standard from history."""

    x: int
    n: int
    prior: BetaPrior
    standard: BetaPrior
    delta: float
    probability: float
    method: str = "Thall & Simon 1994, Gauss-Legendre by pieces"


def thall_simon(
    x: int, n: int, *, prior: BetaPrior, standard: BetaPrior, delta: float = 0.0
) -> ThallSimon:
    """Chance that the treatment beats the standard by more than delta.

    Show it only when history with a source is configured.
    """
    _check(x, n)
    value = _beats(x, n, prior, standard, delta)
    return ThallSimon(x, n, prior, standard, delta, value)


#: Pieces of the standard's distribution, finer towards the tail where its quantiles are steep.
_PIECES = np.array([0.0, *np.logspace(-12, -1, 12), 0.5])


def _beats(x: int, n: int, prior: BetaPrior, standard: BetaPrior, delta: float) -> float:
    """Integral of P(p_E > s + delta) over the quantiles s of the standard, both halves."""
    node, weight = np.polynomial.legendre.leggauss(32)
    total = 0.0
    for upper in (False, True):
        quantile = special.betainccinv if upper else special.betaincinv
        tail_of = special.betaincc if upper else special.betainc
        bend = float(tail_of(standard.a, standard.b, np.clip(1 - delta, 0, 1)))
        knots = np.unique([*_PIECES, min(bend, 0.5)])
        width = np.diff(knots)[:, None] / 2
        mass = knots[:-1, None] + width * (1 + node)
        rate = np.clip(quantile(standard.a, standard.b, mass) + delta, 0, 1)
        above = special.betaincc(prior.a + x, prior.b + n - x, rate)
        total += float(np.sum(width * weight * above))
    return total
