"""Alpha diversity of samples of counts (Shannon 1948, Simpson 1949, Chao 1984, Hurlbert 1971)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from dashboard.metrics.types import Estimate, Result, number, numbers

Floats = NDArray[np.float64]
PROPORTIONS = "proportions, not counts: no Chao1 and no rarefaction"
NO_SINGLETONS = "no taxon was seen exactly once in any sample, as after denoising: Chao1 is too low"


@dataclass(frozen=True, slots=True)
class SampleDiversity(Result):
    """One sample; an empty one has no estimate. Shannon in nats (base e), Simpson is 1 - D.

    `pielou` is None with fewer than two taxa. `chao1` (bias-corrected) and `rarefied`, the expected
    number of taxa in `rarefied_depth` reads, are None for proportions.
    """

    sample: str
    depth: Estimate
    observed: int | None
    shannon: Estimate
    simpson: Estimate
    pielou: Estimate
    chao1: Estimate
    rarefied: Estimate


@dataclass(frozen=True, slots=True)
class Diversity(Result):
    """Alpha diversity of a table. `rarefied_depth`: reads to which all samples were compared."""

    samples: tuple[SampleDiversity, ...]
    counts: bool
    rarefied_depth: int | None
    base: str
    notes: tuple[str, ...]


def abundances(table: ArrayLike) -> Floats:
    """Samples x taxa as numbers. Raises ValueError on missing, negative or infinite ones."""
    found = np.asarray(table, dtype=np.float64)
    if found.ndim != 2:
        raise ValueError(f"abundances are samples x taxa, not of shape {found.shape}")
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError("an abundance is missing, negative or infinite")
    return found


def are_counts(table: Floats) -> bool:
    """Whole numbers throughout, and not shares of samples with one taxon each."""
    total = table.sum(axis=1)
    return bool((table == np.round(table)).all() and ((total > 1).any() or (total == 0).all()))


def shannon(table: ArrayLike) -> Floats:
    """Shannon index in nats per sample; NaN for an empty one."""
    p = _shares(abundances(table))
    made: Floats = -special.xlogy(p, p).sum(axis=1)
    return made + 0.0


def simpson(table: ArrayLike) -> Floats:
    """Simpson's 1 - D per sample; NaN for an empty one."""
    made: Floats = 1 - (_shares(abundances(table)) ** 2).sum(axis=1)
    return made


def observed(table: ArrayLike) -> NDArray[np.int64]:
    """Taxa seen in each sample."""
    return np.asarray((abundances(table) > 0).sum(axis=1), dtype=np.int64)


def pielou(table: ArrayLike) -> Floats:
    """Shannon over its largest possible value, log of the taxa seen; NaN for fewer than two."""
    seen = observed(table).astype(np.float64)
    top = np.log(seen, out=np.full(seen.shape, np.nan), where=seen > 1)
    made: Floats = shannon(table) / top
    return made


def chao1(table: ArrayLike) -> Floats:
    """Bias-corrected Chao1, S + f1 (f1 - 1) / (2 (f2 + 1)); NaN for an empty sample.

    f1 and f2 are taxa seen once and twice: only counts have them. Raises ValueError on proportions.
    """
    counts = _counts(table)
    once, twice = (counts == 1).sum(axis=1), (counts == 2).sum(axis=1)
    found = observed(counts) + once * (once - 1) / (2 * (twice + 1))
    return np.where(counts.sum(axis=1) > 0, found, np.nan)


def rarefied(table: ArrayLike, depth: int) -> Floats:
    """Expected number of taxa in `depth` reads drawn without replacement (Hurlbert 1971).

    Analytic: no draw, no seed. NaN for a sample with fewer reads. Raises ValueError on proportions
    and on a depth below 1.
    """
    if depth < 1:
        raise ValueError(f"{depth} reads hold no taxon")
    counts = _counts(table)
    total = counts.sum(axis=1, keepdims=True)
    rest = total - counts
    log_all = _log_choose(total, depth)
    with np.errstate(invalid="ignore"):  # -inf - -inf of samples that are too small, dropped below
        missed = np.where(rest >= depth, np.exp(_log_choose(rest, depth) - log_all), 0.0)
    found: Floats = np.where(total[:, 0] >= depth, (1 - missed).sum(axis=1), np.nan)
    return found


def diversity(table: ArrayLike, samples: Sequence[str], *, depth: int | None = None) -> Diversity:
    """Every index of every sample. `depth` None: the smallest depth of a sample with reads.

    A sample below `depth` has no rarefied number; the page says which samples that are.
    """
    found = abundances(table)
    if len(samples) != found.shape[0]:
        raise ValueError(f"{len(samples)} names for {found.shape[0]} samples")
    total = found.sum(axis=1)
    counts = are_counts(found)
    if depth is None and counts and (total > 0).any():
        depth = int(total[total > 0].min())
    nothing = np.full(total.shape, np.nan)
    notes = () if counts else (PROPORTIONS,)
    if counts and not (found == 1).any():
        notes = (NO_SINGLETONS,)
    columns = (
        np.where(total > 0, shannon(found), np.nan),
        np.where(total > 0, simpson(found), np.nan),
        pielou(found),
        chao1(found) if counts else nothing,
        rarefied(found, depth) if counts and depth is not None else nothing,
    )
    rows = zip(*(numbers(c) for c in columns), strict=True)
    return Diversity(
        samples=tuple(
            SampleDiversity(str(name), number(t), int(s) if t > 0 else None, *row)
            for name, t, s, row in zip(samples, total, observed(found), rows, strict=True)
        ),
        counts=counts,
        rarefied_depth=depth if counts else None,
        base="e",
        notes=notes,
    )


def _counts(table: ArrayLike) -> Floats:
    found = abundances(table)
    if found.size and not are_counts(found):
        raise ValueError(PROPORTIONS)
    return found


def _shares(table: Floats) -> Floats:
    total = table.sum(axis=1, keepdims=True)
    made: Floats = np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0)
    return made


def _log_choose(n: Floats, k: int) -> Floats:
    """log of n choose k; -inf where n < k."""
    inside = np.maximum(n, k)
    made = special.gammaln(inside + 1) - special.gammaln(inside - k + 1) - special.gammaln(k + 1)
    return np.where(n >= k, np.asarray(made, dtype=np.float64), -np.inf)
