"""What communities are made of: shares of the most abundant taxa or genera, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.feature_table import FeatureTable
from dashboard.metrics.types import Result

OTHER = "other"
UNCLASSIFIED = "unclassified"
#: groups told apart; the others are one
TOP = 8


@dataclass(frozen=True, slots=True)
class Community(Result):
    """Shares of `groups` (the most abundant first, `OTHER` last) in each sample; rows add to 1.

    `members`: taxa per group. `rank`: of what the groups are, genus or taxon. Samples without
    reads are not there.
    """

    rank: str
    groups: tuple[str, ...]
    members: tuple[int, ...]
    samples: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    mean: tuple[float, ...]


def community(
    table: FeatureTable, genera: Mapping[str, str], samples: Sequence[str], *, top: int = TOP
) -> Community:
    """The `top` groups by mean share over `samples`; the others are summed.

    `genera`: taxon -> genus; taxa it does not know are unclassified. {}: each taxon is a group.
    """
    own = table.rows([s for s in samples if s in set(table.samples)])
    filled = own.depth > 0
    shares = own.values[filled] / own.depth[filled, None]
    names = [genera.get(t, UNCLASSIFIED) if genera else t for t in own.taxa]
    groups = list(dict.fromkeys(names))
    at = {g: i for i, g in enumerate(groups)}
    place = np.array([at[n] for n in names], dtype=np.int64)
    summed = np.zeros((shares.shape[0], len(groups)))
    for column, group in enumerate(place.tolist()):
        summed[:, group] += shares[:, column]
    mean = summed.mean(axis=0) if summed.size else np.zeros(len(groups))
    order = np.lexsort((np.array(groups), -mean)) if groups else np.empty(0, np.int64)
    # what has no genus is no group to look at, however much of it there is
    named = [i for i in order.tolist() if groups[i] != UNCLASSIFIED][:top]
    rest = [i for i in order.tolist() if i not in set(named)]
    kept = summed[:, named]
    others = summed[:, rest].sum(axis=1, keepdims=True)
    whole = np.concatenate([kept, others], axis=1)
    return Community(
        rank="genus" if genera else "taxon",
        groups=(*(groups[i] for i in named), OTHER),
        members=(*(int((place == i).sum()) for i in named), int(np.isin(place, rest).sum())),
        samples=tuple(s for s, k in zip(own.samples, filled.tolist(), strict=True) if k),
        shares=tuple(tuple(row) for row in whole.tolist()),
        mean=tuple(whole.mean(axis=0).tolist()) if whole.size else (0.0,) * whole.shape[1],
    )
