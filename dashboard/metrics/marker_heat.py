"""Change of every marker in every patient on one scale: SDs of the marker before treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.markers import RATIO, Marker
from dashboard.metrics.paired_change import MarkerChange
from dashboard.metrics.types import Estimate, Result, number

#: with fewer pairs an SD is no scale
LEAST = 3


@dataclass(frozen=True, slots=True)
class HeatRow(Result):
    """One marker: `z` per patient of the map (None: no pair), `sd` of the values before treatment,
    on the scale of the change (logarithms where that is a ratio)."""

    marker: Marker
    sd: Estimate
    z: tuple[Estimate, ...]
    before: tuple[Estimate, ...]
    after: tuple[Estimate, ...]


def heat_rows(changes: Sequence[MarkerChange], patients: Sequence[str]) -> tuple[HeatRow, ...]:
    """A row per marker, a column per patient; the SD is that of its pairs (n - 1)."""
    return tuple(_row(change, patients) for change in changes)


def _row(change: MarkerChange, patients: Sequence[str]) -> HeatRow:
    before = np.asarray(change.before, dtype=np.float64)
    scaled = np.log(before) if change.marker.scale == RATIO else before
    sd = float(scaled.std(ddof=1)) if scaled.size >= LEAST else 0.0
    place = {u: i for i, u in enumerate(change.patients)}
    at = [place.get(u) for u in patients]

    def of(values: Sequence[float], scale: float = 1.0) -> tuple[Estimate, ...]:
        return tuple(None if i is None else number(values[i] / scale) for i in at)

    known = sd > 0
    return HeatRow(
        marker=change.marker,
        sd=sd if known else None,
        z=of(change.change, sd) if known else (None,) * len(at),
        before=of(change.before),
        after=of(change.after),
    )
