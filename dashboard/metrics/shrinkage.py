"""Shrinkage of response rates across disjoint groups: Berry 2013 and EXNEX (Neuenschwander 2016).

theta_j = logit p_j ~ N(mu, tau^2), mu ~ N(logit(guess), 2^2), tau ~ half-normal(1), integrated on a
grid: no random numbers. EXNEX lets each group stand alone with probability 1 - w.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import special

from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.types import Estimate, Result

Model = Literal["Berry", "EXNEX"]
#: Beyond it the likelihood is narrower than the grid (and the raw rate says everything).
MAX_PATIENTS = 2000
_THETA_POINTS = 301
_TAU_POINTS = 24
_LOWEST, _HIGHEST = -13.0, 11.0
_TAU_MAX = 4.5  # half-normal(1) beyond it: 7e-6


@dataclass(frozen=True, slots=True)
class ShrinkageOptions:
    """`guess`: prior response rate; `exchangeable`: EXNEX weight w; p0: rate to exceed."""

    model: Model = "Berry"
    p0: float = 0.20
    guess: float = 0.25
    mu_sd: float = 2.0
    tau_scale: float = 1.0
    exchangeable: float = 0.5
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class ShrunkenGroup(Result):
    """Posterior of one group. prob_exchangeable None under Berry (always exchangeable)."""

    group: str
    x: int
    n: int
    mean: float
    median: float
    lower: float
    upper: float
    prob_above: float
    prob_exchangeable: Estimate


@dataclass(frozen=True, slots=True)
class Shrinkage(Result):
    """All groups; `tau_mean` is the posterior mean spread between groups on the logit scale."""

    model: str
    groups: tuple[ShrunkenGroup, ...]
    tau_mean: float
    population: float
    p0: float
    guess: float
    level: float
    method: str
    note: str = "exploratory: groups are chosen by the physician, not randomised"


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    theta: Floats  # (T,)
    mu_weight: Floats  # (T,) prior mass of mu on the same points
    nex_weight: Floats  # (T,) prior mass of a group that stands alone
    tau: Floats  # (K,)
    tau_weight: Floats  # (K,)
    kernel: Floats  # (K, T mu, T theta), rows sum to 1


@lru_cache(maxsize=8)
def _grid(guess: float, mu_sd: float, tau_scale: float) -> _Grid:
    theta = np.linspace(_LOWEST, _HIGHEST, _THETA_POINTS)
    centre = special.logit(guess)
    prior = np.exp(-0.5 * ((theta - centre) / mu_sd) ** 2)
    node, weight = np.polynomial.legendre.leggauss(_TAU_POINTS)
    tau = (node + 1) / 2 * _TAU_MAX * tau_scale
    tau_weight = weight * np.exp(-0.5 * (tau / tau_scale) ** 2)
    gap = theta[None, :] - theta[:, None]
    kernel = np.exp(-0.5 * (gap[None] / tau[:, None, None]) ** 2)
    kernel /= kernel.sum(axis=2, keepdims=True)
    return _Grid(
        theta,
        prior / prior.sum(),
        prior / prior.sum(),
        tau,
        tau_weight / tau_weight.sum(),
        kernel,
    )


def shrink(
    groups: Sequence[str],
    x: Sequence[int],
    n: Sequence[int],
    options: ShrinkageOptions | None = None,
) -> Shrinkage:
    """Posterior response rate of each group of a disjoint partition (8 groups: some 10 ms).

    A group without patients gets its prior-predictive rate. Raises ValueError without a group,
    unless 0 <= x <= n in each, and for a group of more than 2000. Groups that overlap must not be
    shrunk together.
    """
    options = options or ShrinkageOptions()
    y, m = np.asarray(x, np.float64), np.asarray(n, np.float64)
    if not len(groups) or not (len(groups) == y.size == m.size):
        raise ValueError("groups, responders and patients must be of one length, at least one")
    if ((y < 0) | (y > m)).any():
        raise ValueError("a group has more responders than patients")
    if (m > MAX_PATIENTS).any():
        raise ValueError(f"a group of more than {MAX_PATIENTS} patients needs no shrinkage")
    grid = _grid(options.guess, options.mu_sd, options.tau_scale)
    w = options.exchangeable if options.model == "EXNEX" else 1.0
    log = y[:, None] * special.log_expit(grid.theta) + (m - y)[:, None] * special.log_expit(
        -grid.theta
    )
    like = np.exp(log - log.max(axis=1, keepdims=True))  # (J, T)
    together = like @ grid.kernel.transpose(0, 2, 1)  # (K, J, T mu)
    alone = like @ grid.nex_weight  # (J,)
    marginal = w * together + (1 - w) * alone[:, None]
    joint = _joint(marginal, grid)
    share = np.zeros_like(marginal)  # (K, J, T mu); no mass where the marginal underflows
    np.divide(joint[:, None, :], marginal, out=share, where=marginal > 0)
    flat = share.transpose(1, 0, 2).reshape(y.size, -1)
    pulled = flat @ grid.kernel.reshape(-1, grid.theta.size)
    own = share.sum(axis=(0, 2))
    density = like * (w * pulled + (1 - w) * own[:, None] * grid.nex_weight)
    density /= density.sum(axis=1, keepdims=True)
    exchangeable = (w * share * together).sum(axis=(0, 2))
    return Shrinkage(
        model=options.model,
        groups=tuple(
            _summary(
                str(g),
                (int(y[j]), int(m[j])),
                (grid.theta, density[j]),
                float(exchangeable[j]) if options.model == "EXNEX" else None,
                options,
            )
            for j, g in enumerate(groups)
        ),
        tau_mean=float(joint.sum(axis=1) @ grid.tau),
        population=float(joint.sum(axis=0) @ special.expit(grid.theta)),
        p0=options.p0,
        guess=options.guess,
        level=options.level,
        method=f"{options.model}, logit-normal hierarchy on a grid, equal-tailed interval",
    )


def _joint(marginal: Floats, grid: _Grid) -> Floats:
    """Posterior mass of (tau, mu), shape (K, T)."""
    log = np.log(np.maximum(marginal, 1e-300)).sum(axis=1)
    mass = np.exp(log - log.max()) * grid.tau_weight[:, None] * grid.mu_weight
    return np.asarray(mass / mass.sum(), dtype=np.float64)


def _summary(
    group: str,
    counts: tuple[int, int],
    posterior: tuple[Floats, Floats],
    exchangeable: float | None,
    options: ShrinkageOptions,
) -> ShrunkenGroup:
    theta, density = posterior
    at, below = _distribution(theta, density)
    tail = (1 - options.level) / 2
    lower, median, upper = special.expit(np.interp([tail, 0.5, 1 - tail], below, at)).tolist()
    return ShrunkenGroup(
        group=group,
        x=counts[0],
        n=counts[1],
        mean=float(density @ special.expit(theta)),
        median=median,
        lower=lower,
        upper=upper,
        prob_above=float(1 - np.interp(special.logit(options.p0), at, below)),
        prob_exchangeable=exchangeable,
    )


def _distribution(theta: Floats, density: Floats) -> tuple[Floats, Floats]:
    """Distribution function on a grid 16 times finer.

    Cumulative trapezoids with the Euler-Maclaurin correction, then cubic Hermite pieces whose
    slope is the density: linear interpolation on the coarse grid errs by up to 4e-4.
    """
    h = theta[1] - theta[0]
    slope = np.gradient(density)
    area = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)]) - slope / 12
    s = np.arange(16) / 16
    rise, start, end = np.diff(area)[:, None], density[:-1, None], density[1:, None]
    pieces = (
        area[:-1, None]
        + start * s
        + (3 * rise - 2 * start - end) * s**2
        + (start + end - 2 * rise) * s**3
    )
    at = theta[:-1, None] + h * s
    return at.ravel(), np.maximum.accumulate(np.clip(pieces.ravel(), 0, 1))
