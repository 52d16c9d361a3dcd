"""Beta-binomial model with a uniform shrinkage prior: a cheaper reading beside the logit-normal.

theta_j ~ Beta(mM, (1-m)M), m ~ U(0, 1), 1/(1+M) ~ U(0, 1) (Christiansen & Morris 1997). Given m and
M everything is closed form, so the posterior is a mixture of beta distributions over a fixed
Gauss-Legendre grid: deterministic, no simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from dashboard.metrics.types import Result

Floats = NDArray[np.float64]

_NODES = 60
_BISECTIONS = 40
#: Grid points below this share of the posterior move no printed digit.
_NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True)
class UniformShrinkageGroup(Result):
    """Posterior of one group; `weight`: how far its rate is drawn to the common mean (0 to 1)."""

    group: str
    x: int
    n: int
    mean: float
    lower: float
    upper: float
    prob_above: float
    weight: float


@dataclass(frozen=True, slots=True)
class UniformShrinkage(Result):
    groups: tuple[UniformShrinkageGroup, ...]
    mean: float  # posterior mean of m
    p0: float
    level: float
    method: str = "beta-binomial, uniform shrinkage prior"
    note: str = "exploratory: groups are chosen by the physician, not randomised"


@lru_cache(maxsize=1)
def _grid() -> tuple[Floats, Floats, Floats]:
    """Common mean m, prior weight M (patients) and quadrature weight; shape (nodes²,)."""
    from scipy.special import roots_legendre

    node, weight = roots_legendre(_NODES)
    unit, half = (node + 1) / 2, weight / 2
    m, s = np.meshgrid(unit, unit, indexing="ij")
    return m.ravel(), ((1 - s) / s).ravel(), np.outer(half, half).ravel()


def uniform_shrinkage(
    groups: Sequence[str],
    x: Sequence[int],
    n: Sequence[int],
    *,
    p0: float = 0.2,
    level: float = 0.95,
) -> UniformShrinkage:
    """Posterior of the rate of each disjoint group; `x` of `n` responders, shape (groups,).

    An empty group shows the prior predictive. Raises ValueError unless 0 <= x <= n.
    """
    events, size = np.array(x, dtype=np.float64), np.array(n, dtype=np.float64)
    if not (len(groups) == events.size == size.size) or ((events < 0) | (events > size)).any():
        raise ValueError("every group needs 0 <= x <= n")
    m, prior, weight = _grid()
    a, b = m * prior, (1 - m) * prior
    log_likelihood = np.zeros(m.size)
    for e, k in zip(events, size, strict=True):
        log_likelihood += special.betaln(a + e, b + k - e) - special.betaln(a, b)
    posterior = weight * np.exp(log_likelihood - log_likelihood.max())
    posterior /= posterior.sum()
    kept = posterior > _NEGLIGIBLE
    m, prior, a, b, posterior = m[kept], prior[kept], a[kept], b[kept], posterior[kept]
    rows = []
    for name, e, k in zip(groups, events, size, strict=True):
        mixture = _Mixture(a + e, b + k - e, posterior)
        rows.append(
            UniformShrinkageGroup(
                group=name,
                x=int(e),
                n=int(k),
                mean=float(posterior @ ((a + e) / (prior + k))),
                lower=mixture.quantile((1 - level) / 2),
                upper=mixture.quantile((1 + level) / 2),
                prob_above=1 - mixture.below(p0),
                weight=float(posterior @ (prior / (prior + k))),
            )
        )
    return UniformShrinkage(tuple(rows), float(posterior @ m), p0, level)


@dataclass(frozen=True, slots=True)
class _Mixture:
    """A mixture of Beta(a_i, b_i) with weights w_i."""

    a: Floats
    b: Floats
    weight: Floats

    def below(self, theta: float) -> float:
        return float(self.weight @ special.betainc(self.a, self.b, theta))

    def quantile(self, p: float) -> float:
        """By bisection on the logit scale: limits may lie very near to 0 or 1."""
        low, high = -40.0, 40.0
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if self.below(float(special.expit(middle))) < p:
                low = middle
            else:
                high = middle
        return float(special.expit((low + high) / 2))
