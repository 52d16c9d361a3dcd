"""Absolute counts of blood subsets against published normal ranges of adults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.markers import Marker, MarkerValues, plain_unit
from dashboard.metrics.sample_pairs import Pairs
from dashboard.metrics.types import Result

#: cells per microlitre: central 95% of healthy Chinese adults of Hong Kong (PMC3623424)
PER_MICROLITRE: Mapping[str, tuple[float, float]] = {
    "CD3+": (723, 2271),
    "CD3+CD4+": (396, 1309),
    "CD3+CD8+": (224, 1014),
    "CD19+": (118, 645),
    "CD3-CD16/56+": (61, 607),
}
MICROLITRE = ("cells/ul", "/ul", "10^6/l", "cells/mm3", "/mm3")


@dataclass(frozen=True, slots=True)
class RangeCount(Result):
    """Patients below, within and above a range at one visit of the pair."""

    below: tuple[str, ...]
    within: tuple[str, ...]
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgainstRange(Result):
    """A count and its range. `low` None: no sourced range. `source`: "published" or "exported"."""

    marker: Marker
    low: float | None
    high: float | None
    source: str
    before: RangeCount | None
    after: RangeCount | None


def is_count(marker: Marker) -> bool:
    """An absolute count or concentration of cells in blood."""
    return "%" not in marker.unit and "/" in marker.unit


def published(marker: Marker) -> tuple[float, float] | None:
    """The range of the subset's gate, where the unit is cells per microlitre."""
    if plain_unit(marker.unit) not in MICROLITRE:
        return None
    return PER_MICROLITRE.get((marker.gate or "").upper().replace(" ", ""))


def against_ranges(
    markers: Sequence[Marker],
    values: MarkerValues,
    pairs: Pairs,
    exported: Mapping[str, tuple[float, float]],
) -> tuple[AgainstRange, ...]:
    """Every absolute count in the pairs. `exported`: the laboratory's own range, which goes first.

    Limits belong to the range.
    """
    found = []
    for marker in markers:
        if not is_count(marker):
            continue
        own = exported.get(marker.paramcd)
        limits, source = (own, "exported") if own else (published(marker), "published")
        counts: list[RangeCount | None] = [None, None]
        if limits is not None:
            x = values.values[marker.paramcd]
            both = np.isfinite(x[pairs.before]) & np.isfinite(x[pairs.after])
            names = np.array(pairs.patients, dtype=object)[both]
            counts = [
                _counted(x[at][both], names.tolist(), limits) for at in (pairs.before, pairs.after)
            ]
        low, high = limits if limits is not None else (None, None)
        found.append(AgainstRange(marker, low, high, source, counts[0], counts[1]))
    return tuple(found)


def _counted(values: np.ndarray, names: Sequence[str], limits: tuple[float, float]) -> RangeCount:
    low, high = limits

    def who(mask: np.ndarray) -> tuple[str, ...]:
        return tuple(u for u, m in zip(names, mask.tolist(), strict=True) if m)

    return RangeCount(
        who(values < low), who((values >= low) & (values <= high)), who(values > high)
    )
