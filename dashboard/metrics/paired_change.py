"""Paired change of markers: Hodges-Lehmann shift, exact signed-rank p, Benjamini-Hochberg q."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.markers import RATIO, Floats, Marker, MarkerValues
from dashboard.metrics.ranks import SignedRank, adjusted, signed_rank
from dashboard.metrics.sample_pairs import Pairs
from dashboard.metrics.types import Estimate, Exclusion, Result, number


@dataclass(frozen=True, slots=True)
class MarkerChange(Result):
    """One marker in the pairs that hold it at both visits.

    `change` is after - before, or log(after / before) where the scale is a ratio; `rank` is made
    of it. `estimate` and its limits are for reading: in the unit of the marker, or a factor.
    `q` is adjusted within the `m` markers of the family that have a p.
    """

    marker: Marker
    patients: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    change: tuple[float, ...]
    rank: SignedRank
    estimate: Estimate
    lower: Estimate
    upper: Estimate
    median_before: Estimate
    median_after: Estimate
    q: Estimate
    m: int
    left_out: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    patients: tuple[str, ...]
    before: Floats
    after: Floats
    left_out: tuple[Exclusion, ...]


def paired_changes(
    markers: Sequence[Marker], values: MarkerValues, pairs: Pairs, *, level: float = 0.95
) -> tuple[MarkerChange, ...]:
    """Change of each marker over the pairs. A marker without any pair has no p and is in no m."""
    held = [_held(m, values, pairs) for m in markers]
    changes = [on_scale(m, h.before, h.after) for m, h in zip(markers, held, strict=True)]
    ranks = [signed_rank(change, level=level) for change in changes]
    q, family_m = families(markers, [r.p for r in ranks])
    return tuple(
        _change(m, h, c, r, (q[i], family_m[i]))
        for i, (m, h, c, r) in enumerate(zip(markers, held, changes, ranks, strict=True))
    )


def on_scale(marker: Marker, before: Floats, after: Floats) -> Floats:
    """after - before, or the logarithm of after / before."""
    return np.log(after / before) if marker.scale == RATIO else after - before


def families(markers: Sequence[Marker], p: Sequence[Estimate]) -> tuple[list[Estimate], list[int]]:
    """q of each marker within its family, and how many p-values the family holds."""
    q: list[Estimate] = [None] * len(markers)
    m = [0] * len(markers)
    for family in dict.fromkeys(marker.family for marker in markers):
        own = [i for i, marker in enumerate(markers) if marker.family == family]
        found = adjusted(np.array([np.nan if p[i] is None else p[i] for i in own], np.float64))
        size = sum(p[i] is not None for i in own)
        for i, value in zip(own, found.tolist(), strict=True):
            q[i], m[i] = number(value), size
    return q, m


def _held(marker: Marker, values: MarkerValues, pairs: Pairs) -> _Held:
    """The pairs with a value at both visits; the others and what they lack."""
    own = values.values[marker.paramcd]
    ends = ((pairs.before, pairs.visits.before), (pairs.after, pairs.visits.after))
    keep, left_out = [], []
    for i, usubjid in enumerate(pairs.patients):
        why = [
            w for at, visit in ends for w in [_why(marker, values, int(at[i]), visit or "")] if w
        ]
        if why:
            left_out.append(Exclusion(usubjid, "; ".join(why)))
        else:
            keep.append(i)
    return _Held(
        tuple(pairs.patients[i] for i in keep),
        own[pairs.before[keep]],
        own[pairs.after[keep]],
        tuple(left_out),
    )


def _why(marker: Marker, values: MarkerValues, sample: int, visit: str) -> str | None:
    """Why a sample gives no value to a pair."""
    value = values.values[marker.paramcd][sample]
    foreign = values.foreign[marker.paramcd][sample] if values.foreign else ""
    if values.unclear[marker.paramcd][sample]:
        return f"two different values at {visit}"
    if not np.isfinite(value):
        return f"in another unit ({foreign}) at {visit}" if foreign else f"no value at {visit}"
    if marker.scale == RATIO and value <= 0:
        what = "zero" if value == 0 else "below zero"
        return f"{what} at {visit}, which has no ratio"
    return None


def _change(
    marker: Marker, held: _Held, change: Floats, rank: SignedRank, tested: tuple[Estimate, int]
) -> MarkerChange:
    read = _factor if marker.scale == RATIO else _same
    return MarkerChange(
        marker=marker,
        patients=held.patients,
        before=tuple(held.before.tolist()),
        after=tuple(held.after.tolist()),
        change=tuple(change.tolist()),
        rank=rank,
        estimate=read(rank.estimate),
        lower=read(rank.lower),
        upper=read(rank.upper),
        median_before=number(np.median(held.before)) if held.patients else None,
        median_after=number(np.median(held.after)) if held.patients else None,
        q=tested[0],
        m=tested[1],
        left_out=held.left_out,
    )


def _factor(value: Estimate) -> Estimate:
    return None if value is None else float(np.exp(value))


def _same(value: Estimate) -> Estimate:
    return value
