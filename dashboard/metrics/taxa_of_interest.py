"""Named taxa: how many carry them and how much, with the classes of Akkermansia (Derosa 2022).

Nature Medicine 28:315: absent, present up to 4.8%, and above it. Up and down are not good and bad:
too much Akkermansia after antibiotics went with worse survival.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.feature_table import FeatureTable
from dashboard.metrics.proportions import proportion
from dashboard.metrics.ranks import SignedRank, signed_rank
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.types import Proportion, Result

#: asked for in every study; a name matches a taxon or its genus
USUAL = (
    "Akkermansia",
    "Bifidobacterium",
    "Lactobacillus",
    "Limosilactobacillus",
    "Olsenella",
    "Faecalibacterium",
    "Coprococcus",
    "Dorea",
    "Ruminococcus",
    "Escherichia",
    "Clostridium",
)
_RANKS, _PREFIX, _JOINTS = re.compile("[|;]"), re.compile("^[a-z]__"), re.compile(r"[\s_/-]+")
#: share above which Akkermansia counts as too much
AKKERMANSIA_HIGH = 0.048
CLASSES = ("absent", "up to 4.8%", "above 4.8%")


@dataclass(frozen=True, slots=True)
class TaxonAtVisit(Result):
    """Share of the community (0 to 1) in samples of one visit; `carriers` have any read of it."""

    visit: str
    carriers: Proportion
    share: Spread
    classes: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class TaxonOfInterest(Result):
    """`taxa`: those of the table that the name stands for, () when none is; shares are summed.

    `change`: difference of shares in pairs, None without pairs or taxa.
    """

    name: str
    taxa: tuple[str, ...]
    visits: tuple[TaxonAtVisit, ...]
    change: SignedRank | None


def taxa_of_interest(
    table: FeatureTable,
    visits: Mapping[str, Sequence[str]],
    pairs: tuple[Sequence[str], Sequence[str]] | None,
    *,
    genera: Mapping[str, str] | None = None,
    names: Sequence[str] = (),
    level: float = 0.95,
) -> tuple[TaxonOfInterest, ...]:
    """`visits`: visit -> its samples; `pairs`: samples before and after by name.

    `genera`: taxon -> genus. Without it the first word of a taxon's name is its genus.
    """
    asked = list(dict.fromkeys((*USUAL, *names)))
    known = [_names(t, (genera or {}).get(t)) for t in table.taxa]
    found = []
    for name in asked:
        wanted = " ".join(_words(name))
        at = [i for i, own in enumerate(known) if wanted in own]
        found.append(_one(table, name, at, visits, pairs, level=level))
    return tuple(found)


def _one(
    table: FeatureTable,
    name: str,
    at: Sequence[int],
    visits: Mapping[str, Sequence[str]],
    pairs: tuple[Sequence[str], Sequence[str]] | None,
    *,
    level: float,
) -> TaxonOfInterest:
    """`at`: the taxa of the table that the name stands for."""
    if not at:
        return TaxonOfInterest(name, (), (), None)
    share = _share(table, at)
    per_visit = []
    for visit, samples in visits.items():
        own = np.array([share[s] for s in samples if s in share])
        classes = None
        if name.casefold().startswith("akkermansia"):
            classes = akkermansia_classes(own)
        carriers = proportion(int((own > 0).sum()), own.size, level=level)
        per_visit.append(TaxonAtVisit(visit, carriers, spread(own), classes))
    change = None
    if pairs is not None and len(pairs[0]):
        both = zip(*pairs, strict=True)
        change = signed_rank([share[a] - share[b] for b, a in both], level=level)
    return TaxonOfInterest(name, tuple(table.taxa[i] for i in at), tuple(per_visit), change)


def _names(taxon: str, genus: str | None) -> frozenset[str]:
    """Names a taxon answers to: its own, its genus, and the parts of a genus of several words or
    joined by a hyphen (Escherichia-Shigella)."""
    own = _words(genus or taxon)
    return frozenset({" ".join(_words(taxon)), " ".join(own), *own[:2]})


def _words(name: str) -> list[str]:
    """Words of a name as profilers write it: g__Akkermansia, Akkermansia_muciniphila, or a whole
    lineage, of which the last rank that is named counts."""
    ranks = [_PREFIX.sub("", part.strip()) for part in _RANKS.split(name.casefold())]
    last = next((r for r in reversed(ranks) if r), "")
    return [w for w in _JOINTS.split(last) if w]


def _share(table: FeatureTable, at: Sequence[int]) -> dict[str, float]:
    total = table.depth
    picked = table.values[:, list(at)].sum(axis=1)
    made = np.divide(picked, total, out=np.full(total.shape, np.nan), where=total > 0)
    pairs = zip(table.samples, made.tolist(), strict=True)
    return {s: v for s, v in pairs if np.isfinite(v)}


def akkermansia_classes(share: np.ndarray) -> dict[str, int]:
    """Samples per class of share."""
    counts = (
        int((share == 0).sum()),
        int(((share > 0) & (share <= AKKERMANSIA_HIGH)).sum()),
        int((share > AKKERMANSIA_HIGH).sum()),
    )
    return dict(zip(CLASSES, counts, strict=True))
