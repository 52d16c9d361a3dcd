"""Alpha diversity of pairs and of groups: what changed, and whether groups differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.diversity import Diversity
from dashboard.metrics.kruskal import KruskalWallis, kruskal_wallis
from dashboard.metrics.ranks import RankSum, SignedRank, rank_sum, signed_rank
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.types import Result

Floats = NDArray[np.float64]
#: the indices compared; chao1 and rarefied only of counts
INDICES = ("observed", "rarefied", "shannon", "simpson", "pielou", "chao1")


@dataclass(frozen=True, slots=True)
class IndexChange(Result):
    """One index in pairs: spread before and after, and the change. `without`: pairs without it."""

    index: str
    before: Spread
    after: Spread
    change: SignedRank
    median_change: float | None
    without: int


@dataclass(frozen=True, slots=True)
class IndexGroups(Result):
    """One index by group; two groups by the rank sum (first against second), more by ranks."""

    index: str
    groups: tuple[str, ...]
    spreads: tuple[Spread, ...]
    two: RankSum | None
    several: KruskalWallis | None


def index_values(found: Diversity, index: str) -> dict[str, float]:
    """Sample -> value of an index, of samples that have one."""
    pairs = ((s.sample, getattr(s, index)) for s in found.samples)
    return {sample: float(value) for sample, value in pairs if value is not None}


def alpha_changes(
    found: Diversity, before: Sequence[str], after: Sequence[str], *, level: float = 0.95
) -> tuple[IndexChange, ...]:
    """Every index that the table has, of pairs of samples by name."""
    return tuple(
        _change(index, index_values(found, index), before, after, level)
        for index in INDICES
        if _has(found, index)
    )


def _change(
    index: str,
    value: Mapping[str, float],
    before: Sequence[str],
    after: Sequence[str],
    level: float,
) -> IndexChange:
    both = [(value[b], value[a]) for b, a in zip(before, after, strict=True) if {a, b} <= {*value}]
    made: Floats = np.array(both, dtype=np.float64).reshape(-1, 2)
    change = made[:, 1] - made[:, 0]
    return IndexChange(
        index=index,
        before=spread(made[:, 0]),
        after=spread(made[:, 1]),
        change=signed_rank(change, level=level),
        median_change=float(np.median(change)) if change.size else None,
        without=len(before) - change.size,
    )


def alpha_groups(found: Diversity, groups: Mapping[str, Sequence[str]]) -> tuple[IndexGroups, ...]:
    """Every index by group; a group is named with its samples."""
    out = []
    for index in INDICES:
        if not _has(found, index):
            continue
        value = index_values(found, index)
        parts = [np.array([value[s] for s in own if s in value]) for own in groups.values()]
        out.append(
            IndexGroups(
                index=index,
                groups=tuple(groups),
                spreads=tuple(spread(p) for p in parts),
                two=rank_sum(*parts) if len(parts) == 2 else None,
                several=kruskal_wallis(parts) if len(parts) > 2 else None,
            )
        )
    return tuple(out)


def _has(found: Diversity, index: str) -> bool:
    return found.counts or index not in {"chao1", "rarefied"}
