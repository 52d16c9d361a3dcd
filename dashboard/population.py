"""Apply a selection: which patients of a cut are looked at, out of how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.library import levels_of
from dashboard.selection import Filter, Levels, Selection
from data_access.store import Cut


@dataclass(frozen=True, slots=True)
class Population:
    """`base` are the patients of the analysis set, `patients` those of them the filters leave.

    Both are sorted by USUBJID. `counts[column][level]` is how many patients choosing that level
    would show: of the analysis set and every *other* filter, so that a choice never hides itself.
    """

    base: tuple[str, ...]
    patients: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]


Mask = np.ndarray[tuple[Any, ...], np.dtype[np.bool_]]


def population(cut: Cut, selection: Selection) -> Population:
    """The patients of `selection`. Levels come from ADSL; backbone groups may overlap."""
    adsl = cut.frame("ADSL")
    ids = adsl["USUBJID"].to_numpy(dtype=object)
    base = np.ones(len(adsl), dtype=bool)
    memberships = _memberships(cut, adsl)
    masks: dict[str, Mask] = {f.column: _mask(adsl, f) for f in selection.filters}
    if selection.backbones:
        chosen = set(selection.backbones)
        masks["backbone"] = np.array([bool(chosen & set(m)) for m in memberships], dtype=bool)

    def others(column: str) -> Mask:
        keep = base.copy()
        for name, mask in masks.items():
            if name != column:
                keep &= mask
        return keep

    return Population(
        base=_sorted(ids[base]),
        patients=_sorted(ids[others("")]),
        counts=_counts(cut, adsl, memberships, others),
    )


def _memberships(cut: Cut, adsl: pd.DataFrame) -> list[tuple[str, ...]]:
    backbones = cut.study.backbones
    if backbones is None or backbones.column not in adsl.columns:
        return [()] * len(adsl)
    return [backbones.members(None if pd.isna(v) else str(v)) for v in adsl[backbones.column]]


def _mask(adsl: pd.DataFrame, item: Filter) -> Mask:
    if isinstance(item, Levels):
        chosen = set(item.values)
        return np.array([level in chosen for level in levels_of(adsl[item.column])], dtype=bool)
    values = adsl[item.column].to_numpy(dtype=float)
    keep = ~np.isnan(values)
    if item.lower is not None:
        keep &= values >= item.lower
    if item.upper is not None:
        keep &= values <= item.upper
    return np.asarray(keep, dtype=bool)


def _counts(
    cut: Cut,
    adsl: pd.DataFrame,
    memberships: list[tuple[str, ...]],
    others: Callable[[str], Mask],
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    keep = others("backbone")
    found["backbone"] = dict(
        Counter(g for m, k in zip(memberships, keep, strict=True) if k for g in m)
    )
    for spec in cut.study.filters:
        if spec.kind == "category" and spec.column in adsl.columns:
            keep = others(spec.column)
            levels = levels_of(adsl[spec.column])
            found[spec.column] = dict(Counter(v for v, k in zip(levels, keep, strict=True) if k))
    return found


def _sorted(ids: np.ndarray) -> tuple[str, ...]:
    return tuple(sorted(ids.tolist()))
