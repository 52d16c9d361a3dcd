"""A table of taxa: what it holds, how deep its samples are, which samples and taxa are compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.columns import factorised, floats
from dashboard.metrics.diversity import are_counts
from dashboard.metrics.types import Estimate, Result, number

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EMPTY = "no reads at all"
SHALLOW = "fewer reads than the minimum"
UNLINKED = "belongs to no patient of the view"
UNUSABLE = "failed its assay"
SHARED = "its identifier names samples of two patients"


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """`values` (samples, taxa): counts, or shares of each sample."""

    samples: tuple[str, ...]
    taxa: tuple[str, ...]
    values: Floats
    counts: bool

    def rows(self, samples: Sequence[str]) -> FeatureTable:
        """The table of these samples, in their order. Raises KeyError on one it does not hold."""
        at = {s: i for i, s in enumerate(self.samples)}
        picked = self.values[[at[s] for s in samples]]
        return FeatureTable(tuple(samples), self.taxa, picked, self.counts)

    @property
    def depth(self) -> Floats:
        """Reads of each sample; for shares their sum."""
        total: Floats = self.values.sum(axis=1)
        return total

    @property
    def prevalence(self) -> Floats:
        """Share of samples in which each taxon is seen."""
        n = max(len(self.samples), 1)
        return np.asarray((self.values > 0).sum(axis=0) / n, dtype=np.float64)


def feature_table(long: pd.DataFrame) -> FeatureTable:
    """From SAMPLEID, TAXON, VALUE with a row per value; a pair without a row is 0."""
    sample, samples = factorised(long, "SAMPLEID")
    taxon, taxa = factorised(long, "TAXON")
    values = np.zeros((len(samples), len(taxa)))
    known = (sample >= 0) & (taxon >= 0)
    values[sample[known], taxon[known]] = floats(long, "VALUE")[known]
    names, taxa_named = tuple(map(str, samples)), tuple(map(str, taxa))
    return FeatureTable(names, taxa_named, values, are_counts(values))


@dataclass(frozen=True, slots=True)
class LeftOut(Result):
    """A sample that enters no estimate, and why."""

    sample: str
    reason: str
    depth: Estimate


@dataclass(frozen=True, slots=True)
class FeatureChecks(Result):
    """What a table holds. Depth and row sums are of the samples compared.

    `zero_share`: zeros among all values. `in_one_sample`: taxa seen in one sample only; `unseen`:
    in none. `tested`: taxa in at least `min_prevalence` of the samples.
    """

    samples: int
    taxa: int
    counts: bool
    compared: int
    left_out: tuple[LeftOut, ...]
    depth_min: Estimate
    depth_median: Estimate
    depth_max: Estimate
    min_depth: int | None
    zero_share: Estimate
    in_one_sample: int
    unseen: int
    min_prevalence: float
    tested: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The samples that enter estimates, and what the checks say of the whole table."""

    table: FeatureTable
    checks: FeatureChecks


def compared(
    table: FeatureTable,
    linked: Sequence[str],
    failed: Sequence[str] = (),
    *,
    shared: Collection[str] = (),
    min_depth: int | None = None,
    min_prevalence: float = 0.1,
) -> Compared:
    """Leave out samples of no patient (`linked` are those of some), failed, empty and shallow ones,
    and those whose identifier is `shared` by two patients: nothing says whose reads they are.

    `min_depth` is a number of reads: it is refused in words where the table holds shares.
    """
    notes = []
    if min_depth is not None and not table.counts:
        notes.append("a minimum depth is stated, but the table holds shares: it is not applied")
        min_depth = None
    known, bad, both = set(linked), set(failed), set(shared)
    depth = table.depth
    out, kept = [], []
    for sample, reads in zip(table.samples, depth.tolist(), strict=True):
        reason = SHARED if sample in known and sample in both else None
        reason = reason or _reason(sample, reads, known, bad, min_depth)
        if reason is None:
            kept.append(sample)
        else:
            out.append(LeftOut(sample, reason, number(reads)))
    rest = table.rows(kept)
    seen = (rest.values > 0).sum(axis=0)
    reads = rest.depth
    if not table.counts:
        notes.append("the table holds shares of reads: no depth, no Chao1 and no rarefaction")
    elif reads.size and reads.max() > 10 * reads.min():
        notes.append("the deepest sample has more than ten times the reads of the shallowest")
    checks = FeatureChecks(
        samples=len(table.samples),
        taxa=len(table.taxa),
        counts=table.counts,
        compared=len(kept),
        left_out=tuple(out),
        depth_min=number(reads.min()) if reads.size else None,
        depth_median=number(np.median(reads)) if reads.size else None,
        depth_max=number(reads.max()) if reads.size else None,
        min_depth=min_depth,
        zero_share=number((rest.values == 0).mean()) if rest.values.size else None,
        in_one_sample=int((seen == 1).sum()),
        unseen=int((seen == 0).sum()),
        min_prevalence=min_prevalence,
        tested=int(prevalent(rest, min_prevalence).sum()),
        notes=tuple(notes),
    )
    return Compared(rest, checks)


def _reason(
    sample: str, reads: float, known: set[str], failed: set[str], min_depth: int | None
) -> str | None:
    if sample not in known:
        return UNLINKED
    if sample in failed:
        return UNUSABLE
    if reads <= 0:
        return EMPTY
    return SHALLOW if min_depth is not None and reads < min_depth else None


def prevalent(table: FeatureTable, least: float) -> Bools:
    """Taxa seen in at least this share of the samples, and in at least one."""
    share = table.prevalence
    return np.asarray((share > 0) & (share >= least - 1e-12), dtype=np.bool_)
