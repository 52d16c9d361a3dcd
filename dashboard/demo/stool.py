"""Stool samples of the demo: counts of genera by a Dirichlet-multinomial around each patient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dashboard.demo.draws import Draws
from dashboard.demo.genera import GENERA
from dashboard.demo.life import Life
from dashboard.demo.samples import Sample
from dashboard.demo.truth import SEED, TAXON_SHIFT

#: larger = two samples of one patient are more alike
_PRECISION = 900.0
#: genera that many adults do not carry at all
_ABSENT = {"Akkermansia": 0.3, "Prevotella": 0.35, "Megamonas": 0.6, "Fusobacterium": 0.5}
_FEW_READS = (900, 2400)  # a sample that failed


@dataclass(frozen=True, slots=True)
class Stool:
    """One sequenced sample."""

    counts: Mapping[str, int]
    antibiotics: bool  # within 60 days before
    proton_pump: bool

    @property
    def depth(self) -> int:
        return sum(self.counts.values())


def _community(life: Life) -> npt.NDArray[np.float64]:
    """A patient's own mean shares (k,)."""
    draws = Draws(SEED, "community", life.person.usubjid)
    weights = []
    for genus in GENERA:
        rare = 0.75 if genus.weight < 1.5 else 0.45 if genus.weight < 3.5 else 0.04
        absent = draws.chance(_ABSENT.get(genus.name, rare))
        weights.append(0.0 if absent else genus.weight * draws.lognormal(1.0, 1.0))
    shares = np.array(weights)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


@cache
def stool(life: Life, sample: Sample) -> Stool:
    who = Draws(SEED, "stool", life.person.usubjid)
    when = Draws(SEED, "stool", life.person.usubjid, sample.visit)
    pump = who.chance(0.15)
    antibiotics = when.chance(0.2)
    shares = _community(life)
    for i, genus in enumerate(GENERA):
        shift = TAXON_SHIFT.get(genus.name, 0.0) if sample.post else 0.0
        if antibiotics and genus.lineage[1] == "Clostridia":
            shift -= 1.0
        shares[i] *= 2.0**shift * math.exp(when.normal(0, 0.25))
    shares = shares / shares.sum()
    drawn = np.array([when.gamma(_PRECISION * s) if s > 0 else 0.0 for s in shares])
    depth = (
        when.whole(*_FEW_READS)
        if not sample.passed
        else min(60_000, max(8_000, round(when.lognormal(27_000, 0.45))))
    )
    counts = when.counts(depth, drawn)
    return Stool(
        {genus.name: int(n) for genus, n in zip(GENERA, counts, strict=True)}, antibiotics, pump
    )
