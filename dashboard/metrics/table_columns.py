"""Columns of a descriptive table: everybody, then groups that may overlap, each with its own n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.subgroups import Group
from dashboard.metrics.types import AnalysisSet, Result

#: ids of the columns that are no group of the study
EVERYONE, NO_GROUP = "*all", "*none"

Patients = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column(Result):
    """One column. `small`: fewer patients than the minimum, so counts only."""

    id: str
    label: str
    patients: Patients
    small: bool

    @property
    def n(self) -> int:
        return len(self.patients)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The columns of one table over the patients of a set, and who is in which.

    `inside` has shape (columns, patients). `overlapping`: some patient is in several groups.
    """

    usubjid: NDArray[np.object_]
    columns: tuple[Column, ...]
    inside: Bools
    overlapping: bool

    def split(self, who: Bools) -> tuple[Patients, ...]:
        """The patients of a mask (shape: patients) that each column holds."""
        return tuple(tuple(self.usubjid[who & column].tolist()) for column in self.inside)


def layout(
    members: AnalysisSet,
    groups: Sequence[Group],
    *,
    everyone: str,
    no_group: str,
    min_group: int = 5,
) -> Layout:
    """Everyone of the set first, then each group in the order given, then who is in no group.

    Groups without a patient of the set have no column. A patient stands in every group it belongs
    to, so columns need not add up to the first. Without groups there is one column.
    """
    ids = np.array(members.patients, dtype=object)
    masks: list[tuple[str, str, Bools]] = [(EVERYONE, everyone, np.ones(ids.size, dtype=np.bool_))]
    of_groups = [
        (g.id, g.label, np.array([u in own for u in members.patients], dtype=np.bool_))
        for g in groups
        for own in [set(g.patients)]
    ]
    counted = np.zeros(ids.size, dtype=np.int64)
    for _, _, mask in of_groups:
        counted += mask
    masks += [found for found in of_groups if found[2].any()]
    if groups and (counted == 0).any():
        masks.append((NO_GROUP, no_group, counted == 0))
    columns = tuple(
        Column(id_, label, tuple(ids[mask].tolist()), bool(mask.sum() < min_group))
        for id_, label, mask in masks
    )
    inside = np.array([mask for _, _, mask in masks], dtype=np.bool_).reshape(len(masks), ids.size)
    return Layout(ids, columns, inside, bool((counted > 1).any()))
