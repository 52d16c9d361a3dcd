"""Response by subgroup: raw x/n with exact intervals; groups may overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.shrinkage import Shrinkage, ShrinkageOptions, shrink
from dashboard.metrics.types import AnalysisSet, PatientProportion, Result


@dataclass(frozen=True, slots=True)
class Group:
    """A named group of patients; the caller decides who is in it (carboplatin is a platinum)."""

    id: str
    label: str
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubgroupRow(Result):
    """One group of the set. `small`: fewer patients than the minimum, no percentage is shown.

    `shares_with`: groups that have patients in common with this one.
    """

    id: str
    label: str
    rate: PatientProportion
    small: bool
    shares_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubgroupTable(Result):
    """Rows in the order given, and everyone of the set for comparison.

    `overlapping`: some patient is in more than one group, so rows do not add up. `in_no_group`
    lists patients of the set outside every group.
    """

    overall: PatientProportion
    rows: tuple[SubgroupRow, ...]
    overlapping: bool
    in_no_group: tuple[str, ...]
    min_group: int


def subgroup_rates(
    overall: PatientProportion,
    members: AnalysisSet,
    groups: Sequence[Group],
    *,
    min_group: int = 5,
) -> SubgroupTable:
    """The proportion in each group of the set; no test between groups: nobody was randomised."""
    level = overall.headline.level
    inside = set(members.patients)
    own = {g.id: inside.intersection(g.patients) for g in groups}
    rows = []
    for group in groups:
        part = AnalysisSet(
            id=members.id,
            label=group.label,
            patients=tuple(u for u in members.patients if u in own[group.id]),
            excluded=members.excluded,
            rule=f"{members.rule}; {group.label}",
        )
        rate = patient_proportion(
            overall.id, group.label, overall.numerator, part, level=level, source=overall.source
        )
        shared = tuple(g.id for g in groups if g.id != group.id and own[g.id] & own[group.id])
        rows.append(SubgroupRow(group.id, group.label, rate, part.n < min_group, shared))
    covered = set().union(*own.values())
    return SubgroupTable(
        overall=overall,
        rows=tuple(rows),
        overlapping=any(row.shares_with for row in rows),
        in_no_group=tuple(u for u in members.patients if u not in covered),
        min_group=min_group,
    )


def shrink_subgroups(table: SubgroupTable, options: ShrinkageOptions | None = None) -> Shrinkage:
    """Shrunken rates of a disjoint partition, to stand beside the raw rows, never instead of them.

    Raises ValueError when groups overlap: a patient must not be counted twice.
    """
    if table.overlapping:
        raise ValueError("groups overlap: only a disjoint partition can be shrunk")
    rows = table.rows
    return shrink(
        [r.id for r in rows],
        [r.rate.headline.x for r in rows],
        [r.rate.headline.n for r in rows],
        options,
    )
