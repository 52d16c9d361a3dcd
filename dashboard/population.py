"""Apply a selection: which patients of a cut are looked at, out of how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis, Tables
from dashboard.metrics.populations import intersect
from dashboard.metrics.types import AnalysisSet
from dashboard.patient_keys import PatientKeys
from dashboard.selection import Filter, Levels, Selection
from dashboard.shelf import levels_of

Mask = np.ndarray[tuple[Any, ...], np.dtype[np.bool_]]
FILTERED = "outside the chosen filters"


@dataclass(frozen=True, slots=True)
class Population:
    """`base` is the analysis set, `members` those of it the filters leave; `filtered` are the
    patients of ADSL that pass the filters, whatever their set.

    `counts[column][level]` is how many patients choosing that level would show: of the analysis
    set and every *other* filter, so that a choice never hides itself.
    """

    base: AnalysisSet
    members: AnalysisSet
    filtered: frozenset[str]
    counts: Mapping[str, Mapping[str, int]]


def population(analysis: Analysis, selection: Selection, keys: PatientKeys) -> Population:
    """The patients of `selection`. Levels come from ADSL; backbone groups may overlap."""
    cut, adsl = analysis.cut, analysis.adsl
    ids = adsl["USUBJID"].to_numpy(dtype=object)
    base = analysis.sets[selection.analysis_set]
    inside = np.isin(ids, np.array(base.patients, dtype=object))
    memberships = _memberships(cut, adsl)
    masks: dict[str, Mask] = {f.column: _mask(adsl, f) for f in selection.filters}
    if selection.backbones:
        chosen = set(selection.backbones)
        masks["backbone"] = np.array([bool(chosen & set(m)) for m in memberships], dtype=bool)
    if selection.patients:
        picked = {keys.patient(k) for k in selection.patients}
        masks["patients"] = np.array([i in picked for i in ids.tolist()], dtype=bool)

    def passing(column: str) -> Mask:
        """Rows that pass every filter but the one on `column`."""
        keep = np.ones(len(adsl), dtype=bool)
        for name, mask in masks.items():
            if name != column:
                keep &= mask
        return keep

    filtered = frozenset(ids[passing("")].tolist())
    return Population(
        base=base,
        members=restrict(base, filtered) if selection.filtered else base,
        filtered=filtered,
        counts=_counts(cut, adsl, memberships, lambda column: passing(column) & inside),
    )


def restrict(members: AnalysisSet, filtered: Collection[str]) -> AnalysisSet:
    """A set as the filters leave it; the others are listed as excluded, with the reason."""
    return intersect(members, filtered, FILTERED)


def _memberships(cut: Tables, adsl: pd.DataFrame) -> list[tuple[str, ...]]:
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
    cut: Tables,
    adsl: pd.DataFrame,
    memberships: list[tuple[str, ...]],
    passing: Callable[[str], Mask],
) -> dict[str, dict[str, int]]:
    kept = zip(memberships, passing("backbone").tolist(), strict=True)
    found = {"backbone": dict(Counter(group for groups, k in kept if k for group in groups))}
    for spec in cut.study.filters:
        if spec.kind == "category" and spec.column in adsl.columns:
            levels = levels_of(adsl[spec.column])
            rows = zip(levels, passing(spec.column).tolist(), strict=True)
            found[spec.column] = dict(Counter(level for level, k in rows if k))
    return found
