"""Groups of samples by distances: PERMANOVA (Anderson 2001) and dispersion (Anderson 2006)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations as permutations_of

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.dissimilarity import checked
from dashboard.metrics.ordination import spectrum
from dashboard.metrics.progress import Progress, silent
from dashboard.metrics.types import Estimate, Result, number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: arrangements up to which every one is gone through: the swaps of 14 pairs
COMPLETE = 2**14
#: groups up to which it is counted how many arrangements only rename them
MOST_RENAMED = 6
RANDOM = 9_999
SEED = 20_250_331
_CHUNK = 1_024


@dataclass(frozen=True, slots=True)
class Permanova(Result):
    """Do groups differ in where their samples lie? One factor; F and R2 None with nothing to test.

    `complete`: every arrangement the design allows was gone through, the one observed included;
    else `arrangements` - 1 random ones and the one observed. `smallest_p`: what p could at best be.
    """

    n: int
    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    f: Estimate
    r2: Estimate
    ss_between: float
    ss_total: float
    df: int
    df_residual: int
    p: Estimate
    arrangements: int
    complete: bool
    smallest_p: Estimate
    method: str


def permanova(
    distances: ArrayLike,
    group: ArrayLike,
    *,
    blocks: ArrayLike | None = None,
    permutations: int = RANDOM,
    seed: int = SEED,
    progress: Progress = silent,
) -> Permanova:
    """One-way PERMANOVA of distances (n, n) by group labels (n,).

    `blocks` (n,): the patient of each sample. Labels are then exchanged within a patient only;
    exchanging them between patients, as if samples were independent, gives a wrong p. Where there
    are no more arrangements than swaps of 14 pairs, all are gone through, else `permutations`
    random ones with a fixed seed. `progress` is told (arrangements done, of how many) after each
    part; what it raises stops the work.
    """
    d = checked(distances)
    labels, codes = np.unique(np.asarray(group).astype(str), return_inverse=True)
    if codes.shape != (d.shape[0],):
        raise ValueError(f"{codes.size} groups for {d.shape[0]} samples")
    k, n = labels.size, codes.size
    total = float((d**2).sum() / 2 / n) if n else 0.0
    between = total - float(_within(d, codes[None, :], k)[0]) if n else 0.0
    df, rest = max(k - 1, 0), n - k
    f = _ratio(between, total, df, rest)
    made = _arrangements(codes, blocks, permutations, seed)
    p = None
    if f is not None:
        least, hits = f - 1e-8 * max(1.0, f), 0 if made.complete else 1
        done = hits
        for part in made.draws:
            inside = _within(d, part, k)
            with np.errstate(divide="ignore", invalid="ignore"):
                drawn = ((total - inside) / df) / (inside / rest)
            hits += int((drawn >= least).sum())
            done += part.shape[0]
            progress(done, made.n)
        p = hits / made.n
    return Permanova(
        n=n,
        groups=tuple(labels.tolist()),
        sizes=tuple(np.bincount(codes, minlength=k).tolist()),
        f=f,
        r2=between / total if f is not None else None,
        ss_between=between,
        ss_total=total,
        df=df,
        df_residual=rest,
        p=p,
        arrangements=made.n,
        complete=made.complete,
        smallest_p=None if f is None else made.smallest,
        method=made.method,
    )


def _ratio(between: float, total: float, df: int, rest: int) -> float | None:
    inside = total - between
    if df < 1 or rest < 1 or total <= 0 or inside <= 0:
        return None
    return (between / df) / (inside / rest)


def _within(d: Floats, codes: Ints, k: int) -> Floats:
    """Sum of squares within groups for each row of codes (m, n)."""
    squared, out = d**2, np.zeros(codes.shape[0])
    for g in range(k):
        mine = (codes == g).astype(np.float64)
        size = mine.sum(axis=1)
        out += ((mine @ squared) * mine).sum(axis=1) / 2 / np.maximum(size, 1)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Arrangements:
    draws: Iterator[Ints]
    n: int
    complete: bool
    smallest: float
    method: str


def _arrangements(
    codes: Ints, blocks: ArrayLike | None, permutations: int, seed: int
) -> _Arrangements:
    within = np.zeros(codes.size, dtype=np.int64)
    where = "all samples"
    if blocks is not None:
        within = np.unique(np.asarray(blocks).astype(str), return_inverse=True)[1]
        where = "samples of one patient"
        if within.shape != codes.shape:
            raise ValueError(f"{within.size} blocks for {codes.size} samples")
    held = _held(codes, within)
    n = math.prod(_ways(row) for row in held.tolist())
    if n <= COMPLETE:
        pairs = blocks is not None and int(held.sum(axis=1).max(initial=0)) <= 2
        what = "swaps within patients" if pairs else f"exchanges among {where}"
        text = f"all {n} {what}" if n > 1 else "nothing can be exchanged"
        least = min(1.0, _mirrors(held) / n)
        return _Arrangements(_every(codes, within, n), n, True, least, text)
    text = f"{permutations} random exchanges among {where}, seed {seed}"
    draws = _random(codes, within, permutations, seed)
    return _Arrangements(
        draws, permutations + 1, complete=False, smallest=1 / (permutations + 1), method=text
    )


def _held(codes: Ints, within: Ints) -> Ints:
    """Samples of each group in each block, (blocks, groups)."""
    out = np.zeros((within.max(initial=-1) + 1, codes.max(initial=-1) + 1), dtype=np.int64)
    np.add.at(out, (within, codes), 1)
    return out


def _ways(sizes: Sequence[int]) -> int:
    """How many ways labels of so many samples can lie: a multinomial coefficient."""
    out, placed = 1, 0
    for size in sizes:
        placed += size
        out *= math.comb(placed, size)
    return out


def _mirrors(held: Ints) -> int:
    """Renamings of the groups that are arrangements themselves: F is the same in each of them."""
    k = held.shape[1]
    if k > MOST_RENAMED:
        return 1
    return sum(bool((held[:, list(new)] == held).all()) for new in permutations_of(range(k)))


def _orders(labels: Sequence[int]) -> list[tuple[int, ...]]:
    """Every distinct order of the labels of one block."""
    if not labels:
        return [()]
    return [
        (first, *rest) for first in sorted(set(labels)) for rest in _orders(_without(labels, first))
    ]


def _without(labels: Sequence[int], one: int) -> list[int]:
    left = list(labels)
    left.remove(one)
    return left


def _every(codes: Ints, within: Ints, n: int) -> Iterator[Ints]:
    """All n arrangements: the number of each, read as one digit per block."""
    blocks = [np.flatnonzero(within == b) for b in range(within.max(initial=-1) + 1)]
    mixed = [own for own in blocks if np.unique(codes[own]).size > 1]
    orders = [np.array(_orders(codes[own].tolist()), dtype=np.int64) for own in mixed]
    for start in range(0, n, _CHUNK):
        number = np.arange(start, min(start + _CHUNK, n))
        made = np.tile(codes, (number.size, 1))
        for own, order in zip(mixed, orders, strict=True):
            made[:, own] = order[number % len(order)]
            number = number // len(order)
        yield made


def _random(codes: Ints, within: Ints, permutations: int, seed: int) -> Iterator[Ints]:
    rng = np.random.default_rng(seed)
    home = np.argsort(within, kind="stable")
    for start in range(0, permutations, _CHUNK):
        m = min(_CHUNK, permutations - start)
        # sorting random keys within blocks exchanges labels within blocks
        order = np.argsort(within[None, :] + rng.random((m, codes.size)), axis=1)
        made = np.empty((m, codes.size), dtype=np.int64)
        made[:, home] = codes[order]
        yield made


@dataclass(frozen=True, slots=True)
class Dispersion(Result):
    """Do groups differ in how far their samples lie from their centre (spatial median)?

    `distance`: mean distance to the centre of each group. p of the F distribution.
    """

    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    distance: tuple[float, ...]
    f: Estimate
    df: int
    df_residual: int
    p: Estimate
    method: str = "distances to spatial medians in principal coordinates (betadisper), F test"


def dispersion(distances: ArrayLike, group: ArrayLike) -> Dispersion:
    """Homogeneity of dispersion. Coordinates of negative eigenvalues count against the distance.

    A distance that they take below zero is zero, as in vegan.
    """
    labels, codes = np.unique(np.asarray(group).astype(str), return_inverse=True)
    values, vectors = spectrum(distances)
    if codes.size != vectors.shape[0]:
        raise ValueError(f"{codes.size} groups for {vectors.shape[0]} samples")
    scores = vectors * np.sqrt(np.abs(values))
    real = values > 0
    apart = np.zeros(codes.size)
    for g in range(labels.size):
        mine = codes == g
        own = scores[mine]
        plus, minus = (((own[:, s] - spatial_median(own[:, s])) ** 2).sum(1) for s in (real, ~real))
        apart[mine] = np.sqrt(np.maximum(plus - minus, 0))
    sizes = np.bincount(codes, minlength=labels.size)
    means = np.bincount(codes, weights=apart, minlength=labels.size) / np.maximum(sizes, 1)
    df, rest = max(labels.size - 1, 0), codes.size - labels.size
    inside = float(((apart - means[codes]) ** 2).sum())
    between = float((sizes * (means - apart.mean()) ** 2).sum()) if codes.size else 0.0
    f = (between / df) / (inside / rest) if df and rest > 0 and inside > 0 else None
    return Dispersion(
        groups=tuple(labels.tolist()),
        sizes=tuple(sizes.tolist()),
        distance=tuple(means.tolist()),
        f=f,
        df=df,
        df_residual=rest,
        p=None if f is None else number(special.fdtrc(df, rest, f)),
    )


def spatial_median(points: Floats) -> Floats:
    """The point with the least sum of distances to `points` (n, axes): Vardi & Zhang 2000.

    From the medians of the axes, as in vegan: on one axis with an even number of points every place
    between the middle two is a median, and the midpoint is taken.
    """
    at: Floats = np.median(points, axis=0)
    for _ in range(10_000):
        away = np.sqrt(((points - at) ** 2).sum(axis=1))
        here = away <= 1e-14
        weight = np.divide(1.0, away, out=np.zeros_like(away), where=~here)
        if not weight.any():
            return at
        to = (weight[:, None] * points).sum(axis=0) / weight.sum()
        pull = float(np.sqrt((((points - at) * weight[:, None]).sum(axis=0) ** 2).sum()))
        share = min(1.0, int(here.sum()) / pull) if pull > 0 else 1.0
        following: Floats = (1 - share) * to + share * at
        if float(np.abs(following - at).max(initial=0.0)) < 1e-13:
            return following
        at = following
    return at
