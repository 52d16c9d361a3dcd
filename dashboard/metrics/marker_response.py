"""Markers by response: exact rank-sum test and shift, among samples that precede the response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.markers import RATIO, Marker
from dashboard.metrics.paired_change import families
from dashboard.metrics.ranks import RankSum, rank_sum
from dashboard.metrics.response_order import NON_RESPONDERS, RESPONDERS, TimeOrder
from dashboard.metrics.types import Estimate, Result, number


@dataclass(frozen=True, slots=True)
class ResponseContrast(Result):
    """One marker in responders and in the others.

    `rank` is of the values as compared: logarithms on a ratio scale. Medians and `shift` are for
    reading: medians in the unit of the value (of a change: a factor), `shift` a difference or,
    on a ratio scale, a factor. `auc` (in `rank`): how often a responder's value is above that of
    another patient. `q` is adjusted within the `m` markers of the family that have a p.
    """

    marker: Marker
    responders: tuple[str, ...]
    others: tuple[str, ...]
    rank: RankSum
    median_responders: Estimate
    median_others: Estimate
    shift: Estimate
    q: Estimate
    m: int


def by_response(
    markers: Sequence[Marker],
    values: Sequence[Mapping[str, float]],
    order: TimeOrder,
) -> tuple[ResponseContrast, ...]:
    """`values`: per marker, patient -> value before treatment or change, as ranked: logarithms on a
    ratio scale. Only the patients of `order` are compared."""
    found = []
    for own in values:
        groups = [
            tuple(u for u in order.groups.get(name, ()) if u in own)
            for name in (RESPONDERS, NON_RESPONDERS)
        ]
        found.append((groups, [np.array([own[u] for u in g], np.float64) for g in groups]))
    ranks = [rank_sum(*arrays) for _, arrays in found]
    q, m = families(markers, [r.p for r in ranks])
    return tuple(
        _contrast(marker, groups, arrays, rank, (q[i], m[i]))
        for i, (marker, (groups, arrays), rank) in enumerate(
            zip(markers, found, ranks, strict=True)
        )
    )


def _contrast(
    marker: Marker,
    groups: Sequence[tuple[str, ...]],
    arrays: Sequence[np.ndarray],
    rank: RankSum,
    tested: tuple[Estimate, int],
) -> ResponseContrast:
    ratio = marker.scale == RATIO
    medians = [number(np.median(np.exp(a) if ratio else a)) if a.size else None for a in arrays]
    shift = rank.shift
    return ResponseContrast(
        marker=marker,
        responders=groups[0],
        others=groups[1],
        rank=rank,
        median_responders=medians[0],
        median_others=medians[1],
        shift=number(np.exp(shift)) if ratio and shift is not None else shift,
        q=tested[0],
        m=tested[1],
    )
