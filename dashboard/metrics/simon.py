"""Two-stage designs (Simon 1989), inference after them (Jung & Kim 2004), current status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import special

from dashboard.metrics.kaplan_meier import Floats, Ints
from dashboard.metrics.types import Estimate, Result

Stage = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class SimonDesign(Result):
    """Stop after n1 if responses <= r1; declare active if responses > r of n."""

    r1: int
    n1: int
    r: int
    n: int
    p0: float
    p1: float

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise ValueError(f"no two-stage design: {self.r1}/{self.n1}, {self.r}/{self.n}")
        if not 0 < self.p0 < self.p1 < 1:
            raise ValueError(f"rates {self.p0} and {self.p1} are not 0 < p0 < p1 < 1")


@dataclass(frozen=True, slots=True)
class Characteristics(Result):
    """Of a design: type I error and power, chance to stop early and mean size at p0 and p1."""

    design: SimonDesign
    alpha: float
    power: float
    stop_early_p0: float
    stop_early_p1: float
    mean_n_p0: float
    mean_n_p1: float


@dataclass(frozen=True, slots=True)
class SimonDesigns(Result):
    """The design with the smallest mean size at p0, and the one with the smallest size."""

    optimal: Characteristics | None
    minimax: Characteristics | None
    max_n: int


def _pmf(n: int, p: float) -> Floats:
    k = np.arange(n + 1)
    log = (
        special.gammaln(n + 1)
        - special.gammaln(k + 1)
        - special.gammaln(n - k + 1)
        + special.xlogy(k, p)
        + special.xlog1py(n - k, -p)
    )
    return np.asarray(np.exp(log), dtype=np.float64)


def _more_than(k: np.ndarray, n: int, p: float) -> Floats:
    """P(X > k) of Bin(n, p), for any integers k."""
    inside = np.clip(k, -1, n).astype(np.float64)
    tail = special.betainc(np.maximum(inside + 1, 0.5), np.maximum(n - inside, 0.5), p)
    return np.asarray(np.where(inside < 0, 1.0, np.where(inside >= n, 0.0, tail)), np.float64)


def rejects(design: SimonDesign, p: float) -> float:
    """Probability to declare activity at response rate p."""
    x1 = np.arange(design.r1 + 1, design.n1 + 1)
    more = _more_than(design.r - x1, design.n - design.n1, p)
    return float(np.sum(_pmf(design.n1, p)[x1] * more))


def characteristics(design: SimonDesign) -> Characteristics:
    """Operating characteristics of a design."""
    early = [float(_pmf(design.n1, p)[: design.r1 + 1].sum()) for p in (design.p0, design.p1)]
    left = design.n - design.n1
    return Characteristics(
        design=design,
        alpha=rejects(design, design.p0),
        power=rejects(design, design.p1),
        stop_early_p0=early[0],
        stop_early_p1=early[1],
        mean_n_p0=design.n1 + (1 - early[0]) * left,
        mean_n_p1=design.n1 + (1 - early[1]) * left,
    )


@lru_cache(maxsize=32)
def find_designs(
    p0: float, p1: float, *, alpha: float = 0.05, beta: float = 0.20, max_n: int = 120
) -> SimonDesigns:
    """Optimal and minimax design by full search up to `max_n` (clinfun::ph2simon).

    Raises ValueError unless 0 < p0 < p1 < 1.
    """
    if not 0 < p0 < p1 < 1:
        raise ValueError(f"rates {p0} and {p1} are not 0 < p0 < p1 < 1")
    optimal: tuple[float, SimonDesign] | None = None
    minimax: tuple[float, SimonDesign] | None = None
    pmfs = {n: (_pmf(n, p0), _pmf(n, p1)) for n in range(1, max_n + 1)}
    go_on = np.array([_least_to_go_on(pmfs[n1], beta) for n1 in range(1, max_n)])
    for n in range(2, max_n + 1):
        sizes = np.arange(1, n)
        at_least = sizes + go_on[: n - 1] * (n - sizes)
        limit = optimal[0] if optimal else np.inf
        hopeful = sizes[at_least < limit]
        if not hopeful.size:
            break  # the bound rises with n: no larger design has a smaller mean size
        best = _best_of_size(n, hopeful, pmfs, (p0, p1), (alpha, beta))
        if best is None:
            continue
        minimax = minimax or best
        if best[0] < limit:
            optimal = best
    return SimonDesigns(
        characteristics(optimal[1]) if optimal else None,
        characteristics(minimax[1]) if minimax else None,
        max_n,
    )


def _least_to_go_on(pmf: tuple[Floats, Floats], beta: float) -> float:
    """Smallest chance at p0 to enter stage 2 that a design with this n1 and power 1 - beta has."""
    early = np.cumsum(pmf[1]) <= beta
    return float(1 - np.cumsum(pmf[0])[early].max(initial=0.0))


def _best_of_size(
    n: int,
    first_sizes: Ints,
    pmfs: dict[int, tuple[Floats, Floats]],
    rates: tuple[float, float],
    errors: tuple[float, float],
) -> tuple[float, SimonDesign] | None:
    """The design of n patients that keeps both errors, with the smallest mean size at p0."""
    best: tuple[float, SimonDesign] | None = None
    for n1 in first_sizes.tolist():
        if best is not None and n1 >= best[0]:
            break  # the mean size is at least n1
        reject = [_reject_table(n1, n, pmfs[n1][i], pmfs[n - n1][i]) for i in (0, 1)]
        # per r1 the smallest r that keeps alpha has the largest power
        r = np.argmax(reject[0] <= errors[0], axis=1)
        r1 = np.arange(n1)
        fine = (reject[0][r1, r] <= errors[0]) & (reject[1][r1, r] >= 1 - errors[1]) & (r >= r1)
        if not fine.any():
            continue
        mean = n1 + (1 - np.cumsum(pmfs[n1][0])[:n1]) * (n - n1)
        pick = int(np.argmin(np.where(fine, mean, np.inf)))
        if best is None or mean[pick] < best[0]:
            best = float(mean[pick]), SimonDesign(pick, n1, int(r[pick]), n, *rates)
    return best


def _reject_table(n1: int, n: int, first: Floats, second: Floats) -> Floats:
    """P(reject) for r1 = 0..n1-1 (rows) and r = 0..n-1 (columns)."""
    more = np.concatenate([[1.0], 1 - np.cumsum(second), np.zeros(n1)])  # index k + 1: P(X2 > k)
    x1 = np.arange(n1 + 1)[:, None]
    k = np.clip(np.arange(n)[None, :] - x1, -1, n - n1)
    table = first[:, None] * np.maximum(more[k + 1], 0.0)
    return np.asarray(table[::-1].cumsum(axis=0)[::-1][1:], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class TwoStageInference(Result):
    """Estimate and interval that know the trial could have stopped after stage 1.

    `stage` is where the trial ended; outcomes are ordered by UMVUE. `upper` solves
    P(outcome <= x) = tail. clinfun prints the root of P(outcome < x) = tail as its upper limit
    (`upper_clinfun`): that interval covers far less than it says and is kept for comparison only.
    """

    design: SimonDesign
    x: int
    stage: int
    naive: float
    umvue: float
    p_value: float
    lower: Estimate
    upper: Estimate
    upper_clinfun: Estimate
    level: float
    method: str = "UMVUE (Jung & Kim 2004), interval by stagewise ordering"


def two_stage_inference(x: int, design: SimonDesign, *, level: float = 0.90) -> TwoStageInference:
    """Inference after a completed design: x <= r1 responses ended it at n1, more at n.

    p_value is one-sided for p > p0; the interval is two-sided at `level` (clinfun prints 90%).
    """
    stopped = x <= design.r1
    size = design.n1 if stopped else design.n
    if not 0 <= x <= size:
        raise ValueError(f"{x} responses of {size} patients")
    tail = (1 - level) / 2
    return TwoStageInference(
        design=design,
        x=x,
        stage=1 if stopped else 2,
        naive=x / size,
        umvue=_umvue(x, design),
        p_value=_at_least(x, design, design.p0),
        lower=0.0 if x == 0 else _solve(lambda p: _at_least(x, design, p) - tail),
        upper=1.0 if x == design.n else _solve(lambda p: tail - _at_most(x, design, p)),
        upper_clinfun=0.0 if x == 0 else _solve(lambda p: _at_least(x, design, p) - 1 + tail),
        level=level,
    )


def _umvue(x: int, design: SimonDesign) -> float:
    if x <= design.r1:
        return x / design.n1
    n2 = design.n - design.n1
    x1 = np.arange(max(design.r1 + 1, x - n2), min(design.n1, x) + 1)
    log = _log_choose(n2, x - x1)
    ways = _log_choose(design.n1, x1) + log
    top = float(ways.max())
    return float(np.sum(x1 / design.n1 * np.exp(ways - top)) / np.sum(np.exp(ways - top)))


def _log_choose(n: int, k: np.ndarray) -> Floats:
    return np.asarray(
        special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1), np.float64
    )


def _at_least(x: int, design: SimonDesign, p: float) -> float:
    """P(an outcome ordered at x or above)."""
    if x <= design.r1:
        return float(_more_than(np.array([x - 1]), design.n1, p)[0])
    x1 = np.arange(design.r1 + 1, design.n1 + 1)
    return float(np.sum(_pmf(design.n1, p)[x1] * _more_than(x - 1 - x1, design.n - design.n1, p)))


def _at_most(x: int, design: SimonDesign, p: float) -> float:
    return 1 - _at_least(x + 1, design, p)


def _solve(f: Callable[[float], float]) -> float:
    """Root of a function that rises with p."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class SimonStatus(Result):
    """Where the trial stands: the patients of each stage are the first n1 and n by enrolment.

    decision: "open", "continue" (stage 1 passed), "stop" (stage 1 failed), "active", "not active".
    Pending patients keep a stage open unless no outcome of theirs could change it.
    `more_to_pass`: further responders needed for the next boundary.
    """

    design: SimonDesign
    stage: int
    enrolled: int
    in_stage: int
    responders: int
    pending: tuple[str, ...]
    boundary: int
    more_to_pass: int
    decision: Literal["open", "continue", "stop", "active", "not active"]
    overrun: tuple[str, ...]


def simon_status(
    design: SimonDesign, patients: Sequence[str], status: Sequence[str]
) -> SimonStatus:
    """Status from patients in order of enrolment; status is "responder", "non-responder" or other.

    Any other status (pending) may still become a response. Patients beyond n are overrun: they are
    named and never counted against r of n.
    """
    one = _stage(design, patients, status, (1, design.n1, design.r1))
    if one.decision != "continue" or len(patients) <= design.n1:
        return one
    return _stage(design, patients, status, (2, design.n, design.r))


def _stage(
    design: SimonDesign,
    patients: Sequence[str],
    status: Sequence[str],
    rule: tuple[int, int, int],
) -> SimonStatus:
    stage, size, limit = rule
    ids, states = list(patients)[:size], list(status)[:size]
    x = states.count("responder")
    pending = tuple(
        u for u, s in zip(ids, states, strict=True) if s not in {"responder", "non-responder"}
    )
    may_come = len(pending) + size - len(ids)
    decision: Literal["open", "continue", "stop", "active", "not active"] = "open"
    if x > limit:
        decision = "continue" if stage == 1 else "active"
    elif x + may_come <= limit:
        decision = "stop" if stage == 1 else "not active"
    return SimonStatus(
        design=design,
        stage=stage,
        enrolled=len(patients),
        in_stage=len(ids),
        responders=x,
        pending=pending,
        boundary=limit,
        more_to_pass=max(0, limit + 1 - x),
        decision=decision,
        overrun=tuple(list(patients)[design.n :]),
    )


@dataclass(frozen=True, slots=True)
class ConditionalTest(Result):
    """Second stage of another size than planned (Koyama & Chen 2008).

    `p_value` of stage 2 alone is compared with the type I error the design had left at x1.
    """

    x1: int
    x2: int
    n2: int
    planned_n2: int
    p_value: float
    left_alpha: float
    active: bool
    method: str = "conditional on stage 1 (Koyama & Chen 2008)"


def conditional_test(x1: int, x2: int, n2: int, design: SimonDesign) -> ConditionalTest:
    """Test after stage 2 ended with n2 patients instead of n - n1. x1 must exceed r1."""
    if x1 <= design.r1:
        raise ValueError("stage 1 did not pass: there is no second stage to test")
    if not 0 <= x2 <= n2:
        raise ValueError(f"{x2} responses of {n2} patients")
    planned = design.n - design.n1
    left = float(_more_than(np.array([design.r - x1]), planned, design.p0)[0])
    p = float(_more_than(np.array([x2 - 1]), n2, design.p0)[0])
    return ConditionalTest(x1, x2, n2, planned, p, left, p <= left)
