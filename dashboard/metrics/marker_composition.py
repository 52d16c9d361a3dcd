"""Compositions inside a panel: exclusive subsets of one parent, changed in log-ratios (CLR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from dashboard.metrics.composition import clr, zeros_replaced
from dashboard.metrics.markers import Floats, Marker, MarkerValues, gates
from dashboard.metrics.paired_change import families
from dashboard.metrics.ranks import SignedRank, signed_rank
from dashboard.metrics.sample_pairs import Pairs
from dashboard.metrics.types import Estimate, Result, number

#: markers of a lineage: a cell has one of them (T, B, monocyte; CD16/56 without CD3 is NK)
LINEAGES = {"CD3": "T", "CD19": "B", "CD20": "B", "CD14": "monocyte", "CD16/56": "NK", "CD56": "NK"}
#: a composition has at least three parts, and of more than this the search would be long
LEAST, MOST = 3, 14


@dataclass(frozen=True, slots=True)
class PartChange(Result):
    """One part: mean share before and after (of the parts together), and its paired change of clr.

    `estimate` and limits are factors against the geometric mean of all parts.
    """

    marker: Marker
    share_before: Estimate
    share_after: Estimate
    rank: SignedRank
    estimate: Estimate
    lower: Estimate
    upper: Estimate
    q: Estimate
    m: int


@dataclass(frozen=True, slots=True)
class Composition(Result):
    """Parts of one parent, or of what study.toml calls so (`stated`). `covered`: median of the sum
    of the parts before treatment, percent. `missing`: stated parts that the panel does not hold, or
    not as percentages; the composition is of the others.

    `delta`: what a zero was replaced by, as a share; None where no part is zero.
    """

    parent: str
    parts: tuple[PartChange, ...]
    patients: tuple[str, ...]
    without: tuple[str, ...]
    covered: Estimate
    delta: Estimate
    stated: bool = False
    missing: tuple[str, ...] = ()


def exclusive(one: Marker, two: Marker) -> bool:
    """Can no cell be in both gates? Opposite signs of a marker, or two lineages, say so."""
    a, b = gates(one.gate or ""), gates(two.gate or "")
    if any({a[k], b[k]} == {"+", "-"} for k in a.keys() & b.keys()):
        return True
    kinds = [
        {LINEAGES[k] for k, sign in g.items() if sign == "+" and k in LINEAGES} for g in (a, b)
    ]
    return bool(kinds[0] and kinds[1] and not kinds[0] & kinds[1])


def partitions(markers: Sequence[Marker]) -> tuple[tuple[Marker, ...], ...]:
    """Per parent the largest set of percentages whose gates exclude each other, of 3 or more."""
    shares = [m for m in markers if m.parent and m.unit.startswith("%")]
    found = []
    for parent in dict.fromkeys(m.parent for m in shares):
        own = [m for m in shares if m.parent == parent][:MOST]
        best = _largest(own)
        if best:
            found.append(best)
    return tuple(found)


def _largest(own: Sequence[Marker]) -> tuple[Marker, ...]:
    apart = {(a.paramcd, b.paramcd) for a, b in combinations(own, 2) if exclusive(a, b)}
    for size in range(len(own), LEAST - 1, -1):
        found = [
            group
            for group in combinations(own, size)
            if all((a.paramcd, b.paramcd) in apart for a, b in combinations(group, 2))
        ]
        if found:
            # T cells before helper T cells: the gates with fewest markers hold the most cells
            return min(found, key=lambda group: sum(len(gates(m.gate or "")) for m in group))
    return ()


def composition_changes(
    markers: Sequence[Marker],
    values: MarkerValues,
    pairs: Pairs,
    *,
    stated: Sequence[tuple[str, Sequence[str]]] = (),
    level: float = 0.95,
) -> tuple[Composition, ...]:
    """Every composition of the panel, in the pairs that hold all its parts at both visits.

    `stated`: name and PARAMCDs of the compositions meant; without any they are found by gates.
    """
    if not stated:
        return tuple(
            _composition(parts[0].parent or "", parts, values, pairs, level)
            for parts in partitions(markers)
        )
    shares = {m.paramcd: m for m in markers if m.unit.startswith("%")}
    made = []
    for name, codes in stated:
        parts = [shares[c] for c in codes if c in shares]
        missing = tuple(c for c in codes if c not in shares)
        if len(parts) > 1:
            found = _composition(name, parts, values, pairs, level)
            made.append(replace(found, stated=True, missing=missing))
    return tuple(made)


def _composition(
    name: str, parts: Sequence[Marker], values: MarkerValues, pairs: Pairs, level: float
) -> Composition:
    table = np.array([values.values[m.paramcd] for m in parts]).T
    before, after = table[pairs.before], table[pairs.after]
    keep = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    keep &= (before.sum(axis=1) > 0) & (after.sum(axis=1) > 0)
    before, after = before[keep], after[keep]
    names = np.array(pairs.patients, dtype=object)
    delta = _delta(np.concatenate([before, after]))
    change = np.zeros_like(before)
    if len(before):
        first, second = (clr(zeros_replaced(t, delta or 1e-9)) for t in (before, after))
        change = second - first
    ranks = [signed_rank(change[:, i], level=level) for i in range(len(parts))]
    # one composition is one family, whatever families its parts are of in the panel
    q, m = families([replace(p, family=name) for p in parts], [r.p for r in ranks])
    return Composition(
        parent=name,
        parts=tuple(
            _part(marker, _shares(before)[:, i], _shares(after)[:, i], rank, (q[i], m[i]))
            for i, (marker, rank) in enumerate(zip(parts, ranks, strict=True))
        ),
        patients=tuple(names[keep].tolist()),
        without=tuple(names[~keep].tolist()),
        covered=number(np.median(before.sum(axis=1))) if len(before) else None,
        delta=delta,
    )


def _shares(table: Floats) -> Floats:
    total: Floats = table / table.sum(axis=1, keepdims=True)
    return total


def _delta(table: Floats) -> Estimate:
    """Half the smallest share that is not zero; None where nothing is zero."""
    if not table.size or not (table == 0).any():
        return None
    shares = _shares(table)
    return float(shares[shares > 0].min() / 2)


def _part(
    marker: Marker,
    before: Floats,
    after: Floats,
    rank: SignedRank,
    tested: tuple[Estimate, int],
) -> PartChange:
    def factor(x: Estimate) -> Estimate:
        return None if x is None else float(np.exp(x))

    return PartChange(
        marker=marker,
        share_before=number(before.mean()) if before.size else None,
        share_after=number(after.mean()) if after.size else None,
        rank=rank,
        estimate=factor(rank.estimate),
        lower=factor(rank.lower),
        upper=factor(rank.upper),
        q=tested[0],
        m=tested[1],
    )
