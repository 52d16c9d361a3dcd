"""Apply a selection: which patients of a cut are looked at, out of how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis, Tables
from dashboard.metrics.populations import intersect
from dashboard.metrics.types import AnalysisSet
from dashboard.patient_keys import PatientKeys
from dashboard.selection import Filter, Levels, Selection
from dashboard.shelf import held
from data_access.study.model import FilterColumn

Mask = np.ndarray[tuple[Any, ...], np.dtype[np.bool_]]
FILTERED = "outside the chosen filters"
#: ways out of a view of nobody that are offered
SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Loosened:
    """Filters (by column) without which `n` patients would be shown."""

    columns: tuple[str, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Population:
    """`base` is the analysis set, `members` those of it the filters leave; `filtered` are the
    patients of ADSL that pass the filters, whatever their set.

    `loosened` says, when nobody is left, which filters to take away: one if that helps, else two.
    `counts[column][level]` is how many patients choosing that level would show: of the analysis
    set and every *other* filter, so that a choice never hides itself.
    """

    base: AnalysisSet
    members: AnalysisSet
    filtered: frozenset[str]
    counts: Mapping[str, Mapping[str, int]]
    loosened: tuple[Loosened, ...] = ()


def population(
    analysis: Analysis, selection: Selection, keys: PatientKeys, *, counted: bool = True
) -> Population:
    """The patients of `selection`. Levels come from ADSL; backbone groups may overlap. `counted`
    False leaves out what only the filters themselves show."""
    cut, adsl = analysis.cut, analysis.adsl
    ids = analysis.once("ids", lambda: adsl["USUBJID"].to_numpy(dtype=object))
    base = analysis.sets[selection.analysis_set]
    known = set(base.patients)  # np.isin compares objects one by one
    inside = np.array([u in known for u in ids.tolist()], dtype=np.bool_)
    memberships = analysis.once("memberships", lambda: _memberships(cut, adsl))
    specs = {f.column: f for f in cut.study.filters}
    masks: dict[str, Mask] = {
        f.column: _mask(analysis, f, specs[f.column]) for f in selection.filters
    }
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
    members = restrict(base, filtered) if selection.filtered else base
    return Population(
        base=base,
        members=members,
        loosened=_loosened(masks, inside) if base.n and not members.n else (),
        filtered=filtered,
        counts=_counts(analysis, memberships, lambda column: passing(column) & inside)
        if counted
        else {},
    )


def _loosened(masks: Mapping[str, Mask], inside: Mask) -> tuple[Loosened, ...]:
    """The fewest filters to take away so that anybody is left: the most patients first."""
    for size in (1, 2):
        found = []
        for columns in combinations(masks, size):
            rest = [mask for column, mask in masks.items() if column not in columns]
            n = int(np.logical_and.reduce([inside, *rest]).sum())
            if n:
                found.append(Loosened(columns, n))
        if found:
            return tuple(sorted(found, key=lambda each: -each.n)[:SUGGESTED])
    return ()


def restrict(members: AnalysisSet, filtered: Collection[str]) -> AnalysisSet:
    """A set as the filters leave it; the others are listed as excluded, with the reason."""
    return intersect(members, filtered, FILTERED)


def _memberships(cut: Tables, adsl: pd.DataFrame) -> list[tuple[str, ...]]:
    backbones = cut.study.backbones
    if backbones is None or backbones.column not in adsl.columns:
        return [()] * len(adsl)
    return [backbones.members(None if pd.isna(v) else str(v)) for v in adsl[backbones.column]]


def _mask(analysis: Analysis, item: Filter, spec: FilterColumn) -> Mask:
    if isinstance(item, Levels):
        chosen = set(item.values)
        rows = held(analysis, spec)
        return np.array([not chosen.isdisjoint(levels) for levels in rows], dtype=bool)
    values = analysis.adsl[item.column].to_numpy(dtype=float)
    keep = ~np.isnan(values)
    if item.lower is not None:
        keep &= values >= item.lower
    if item.upper is not None:
        keep &= values <= item.upper
    return np.asarray(keep, dtype=bool)


def _counts(
    analysis: Analysis,
    memberships: list[tuple[str, ...]],
    passing: Callable[[str], Mask],
) -> dict[str, dict[str, int]]:
    kept = zip(memberships, passing("backbone").tolist(), strict=True)
    found = {"backbone": dict(Counter(group for groups, k in kept if k for group in groups))}
    for spec in analysis.cut.study.filters:
        if spec.kind != "number" and spec.column in analysis.adsl.columns:
            rows = zip(held(analysis, spec), passing(spec.column).tolist(), strict=True)
            found[spec.column] = dict(Counter(level for levels, k in rows if k for level in levels))
    return found
