"""Which taxa differ: log-ratios to all taxa, exact rank tests, Benjamini-Hochberg.

Centred log-ratios (Aitchison 1986) are made of every taxon with a pseudocount, then the taxa seen
in enough samples are tested. A method of another kind (LinDA) stands beside it: what only one of
two methods shows is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.composition import PSEUDOCOUNT, closed, clr
from dashboard.metrics.feature_table import FeatureTable, prevalent
from dashboard.metrics.linda import Linda, linda_groups, linda_pairs
from dashboard.metrics.progress import Progress, silent
from dashboard.metrics.ranks import adjusted, rank_sum, signed_rank
from dashboard.metrics.types import Estimate, Result, number, numbers

Floats = NDArray[np.float64]
Scale = Literal["clr", "share"]
NO_TABLE = "no pair of samples"
#: q below which a taxon counts as different; the page says so
Q = 0.1


@dataclass(frozen=True, slots=True)
class TaxonChange(Result):
    """One taxon in pairs or groups. Shares are means; seen: samples with the taxon.

    `effect` is the Hodges-Lehmann shift of the log-ratio (natural log) with its limits; `log2_fold`
    and `sensitivity_q` are LinDA's.
    """

    taxon: str
    seen_first: int
    seen_second: int
    share_first: float
    share_second: float
    effect: Estimate
    lower: Estimate
    upper: Estimate
    median: Estimate
    statistic: Estimate
    p: Estimate
    q: Estimate
    log2_fold: Estimate
    sensitivity_p: Estimate
    sensitivity_q: Estimate


@dataclass(frozen=True, slots=True)
class Differential(Result):
    """Taxa by p. `smallest_p`: what n can show at best; `smallest_q`: after adjusting `tested`.

    `n_first` and `n_second` samples; in pairs both are the number of pairs.
    """

    design: Literal["pairs", "groups"]
    first: str
    second: str
    n_first: int
    n_second: int
    taxa: int
    tested: int
    min_prevalence: float
    pseudocount: Estimate
    rows: tuple[TaxonChange, ...]
    smallest_p: Estimate
    found: int
    found_by_both: int
    q: float
    method: str
    sensitivity: str | None
    bias: Estimate
    notes: tuple[str, ...]


def differential_pairs(
    table: FeatureTable,
    before: Sequence[str],
    after: Sequence[str],
    *,
    names: tuple[str, str] = ("before", "after"),
    min_prevalence: float = 0.1,
    level: float = 0.95,
    progress: Progress = silent,
) -> Differential:
    """Pairs of samples by name; prevalence is of both visits together."""
    first, second = table.rows(before), table.rows(after)
    both = table.rows([*before, *after])
    kept = prevalent(both, min_prevalence)
    logs, pseudocount = log_ratios(both)
    n = len(before)
    change = (logs[n:] - logs[:n])[:, kept]
    tests = [signed_rank(c, level=level) for c in told(change.T, progress)]
    taxa = [t for t, k in zip(table.taxa, kept.tolist(), strict=True) if k]
    beside = None
    if table.counts:
        beside = linda_pairs(first.values[:, kept], second.values[:, kept], taxa)
    effects = [(t.estimate, t.lower, t.upper) for t in tests]
    return _differential(
        "pairs",
        names,
        (first, second),
        kept,
        min_prevalence=min_prevalence,
        pseudocount=pseudocount,
        effects=effects,
        medians=numbers(np.median(change, axis=0)) if n else (None,) * len(taxa),
        tests=[(t.statistic, t.p) for t in tests],
        smallest=tests[0].smallest_p if tests else None,
        method="exact signed rank of log-ratio differences",
        beside=beside,
    )


def differential_groups(
    table: FeatureTable,
    first: Sequence[str],
    second: Sequence[str],
    *,
    names: tuple[str, str] = ("first", "second"),
    min_prevalence: float = 0.1,
    scale: Scale = "clr",
    progress: Progress = silent,
) -> Differential:
    """The second group against the first, samples by name. `scale` "share": of relative abundances.

    The effect is the median of all differences second - first, without limits.
    """
    one, two = table.rows(first), table.rows(second)
    both = table.rows([*first, *second])
    kept = prevalent(both, min_prevalence)
    pseudocount: Estimate = None
    if scale == "clr":
        values, pseudocount = log_ratios(both)
    else:
        values = closed(both.values) if both.values.size else both.values
    picked = values[:, kept]
    n = len(first)
    tests = [rank_sum(v[n:], v[:n]) for v in told(picked.T, progress)]
    taxa = [t for t, k in zip(table.taxa, kept.tolist(), strict=True) if k]
    beside = None
    if table.counts:
        beside = linda_groups(both.values[:, kept], np.arange(len(both.samples)) >= n, taxa)
    return _differential(
        "groups",
        names,
        (one, two),
        kept,
        min_prevalence=min_prevalence,
        pseudocount=pseudocount,
        effects=[(t.shift, None, None) for t in tests],
        medians=tuple(t.shift for t in tests),
        tests=[(t.u, t.p) for t in tests],
        smallest=smallest_rank_sum(n, len(second)),
        method="rank sum of " + ("log-ratios" if scale == "clr" else "relative abundances"),
        beside=beside,
    )


def told(columns: Floats, progress: Progress) -> Iterator[Floats]:
    """Row after row, telling how many of how many are done; what `progress` raises stops it."""
    for done, column in enumerate(columns):
        progress(done, len(columns))
        yield column


def smallest_rank_sum(n_a: int, n_b: int) -> Estimate:
    """The least two-sided p of an exact rank-sum test without ties."""
    if not n_a or not n_b:
        return None
    ways = 1.0
    for i in range(1, min(n_a, n_b) + 1):
        ways *= (n_a + n_b - i + 1) / i
    return min(1.0, 2 / ways)


def log_ratios(table: FeatureTable) -> tuple[Floats, float]:
    """Centred log-ratios (samples, taxa) of all taxa, and what was added to every value.

    0.5 is added to counts. Shares have no reads to add half of: half the smallest share above 0 is
    added, which is stated beside the result.
    """
    values = table.values
    if table.counts:
        return clr(values + PSEUDOCOUNT) if values.size else values, PSEUDOCOUNT
    above = values[values > 0]
    small = float(above.min()) / 2 if above.size else PSEUDOCOUNT
    return clr(values + small) if values.size else values, small


def _differential(
    design: Literal["pairs", "groups"],
    names: tuple[str, str],
    ends: tuple[FeatureTable, FeatureTable],
    kept: NDArray[np.bool_],
    *,
    min_prevalence: float,
    pseudocount: Estimate,
    effects: Sequence[tuple[Estimate, Estimate, Estimate]],
    medians: Sequence[Estimate],
    tests: Sequence[tuple[Estimate, Estimate]],
    smallest: Estimate,
    method: str,
    beside: Linda | None,
) -> Differential:
    first, second = ends
    at = np.flatnonzero(kept)
    q = numbers(adjusted(np.array([p for _, p in tests], dtype=object))) if tests else ()
    rows = [
        TaxonChange(
            taxon=first.taxa[i],
            seen_first=int((first.values[:, i] > 0).sum()),
            seen_second=int((second.values[:, i] > 0).sum()),
            share_first=_mean_share(first, i),
            share_second=_mean_share(second, i),
            effect=effects[k][0],
            lower=effects[k][1],
            upper=effects[k][2],
            median=medians[k],
            statistic=tests[k][0],
            p=tests[k][1],
            q=q[k],
            log2_fold=beside.log2_fold[k] if beside else None,
            sensitivity_p=beside.p[k] if beside else None,
            sensitivity_q=beside.q[k] if beside else None,
        )
        for k, i in enumerate(at.tolist())
    ]
    rows.sort(key=lambda r: (2.0 if r.p is None else r.p, -abs(r.effect or 0.0), r.taxon))
    hit = [r for r in rows if r.q is not None and r.q < Q]
    agreed = [r for r in hit if r.sensitivity_q is not None and r.sensitivity_q < Q]
    return Differential(
        design=design,
        first=names[0],
        second=names[1],
        n_first=len(first.samples),
        n_second=len(second.samples),
        taxa=len(first.taxa),
        tested=len(rows),
        min_prevalence=min_prevalence,
        pseudocount=number(pseudocount),
        rows=tuple(rows),
        smallest_p=smallest,
        found=len(hit),
        found_by_both=len(agreed),
        q=Q,
        method=method,
        sensitivity=beside.method if beside else None,
        bias=beside.bias if beside else None,
        notes=_notes(len(first.samples), len(rows), smallest, beside, counts=first.counts),
    )


def _mean_share(table: FeatureTable, taxon: int) -> float:
    """Mean share of a taxon over samples with reads."""
    total = table.depth
    own = table.values[total > 0, taxon] / total[total > 0]
    return float(own.mean()) if own.size else 0.0


def _notes(
    n: int, tested: int, smallest: Estimate, beside: Linda | None, *, counts: bool
) -> tuple[str, ...]:
    notes = []
    if not n:
        notes.append(NO_TABLE)
    if smallest is not None and tested and smallest * tested > Q:
        # one taxon alone cannot pass; many at the smallest p still could
        needed = int(np.ceil(smallest * tested / Q))
        many = "no taxon can pass" if needed > tested else f"at least {needed} taxa must reach it"
        notes.append(f"the smallest p that n can give is {smallest:.3g}: {many} q < {Q:g}")
    if not counts:
        notes.append("shares, not counts: half the smallest share is added, and LinDA is not run")
    elif beside is not None and beside.bias is None and n:
        notes.append("too few taxa or samples for LinDA: no method stands beside this one")
    return tuple(notes)
