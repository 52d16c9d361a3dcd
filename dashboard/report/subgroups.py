"""Subgroup part of the report: confirmed response by backbone and baseline factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from dashboard.analysis import Analysis
from dashboard.metrics.response_rates import objective_response
from dashboard.metrics.subgroups import (
    Group,
    SubgroupTable,
    shrink_subgroups,
    subgroup_rates,
)
from dashboard.metrics.types import AnalysisSet
from dashboard.report.options import groups_by, words
from dashboard.report.response import proportion

Json = dict[str, Any]
T = TypeVar("T")

#: Numeric factors are grouped by the study, not here: only categories give rows.
NOT_RANDOMISED = "exploratory: groups are chosen by the physician, not randomised"


def backbone_groups(analysis: Analysis) -> tuple[Group, ...]:
    """Patients of every backbone group; a patient may be in several (carboplatin is a platinum)."""
    backbones = analysis.cut.study.backbones
    if backbones is None or backbones.column not in analysis.adsl.columns:
        return ()
    ids = analysis.adsl["USUBJID"].to_numpy(dtype=object)
    member = _per_value(words(analysis.adsl[backbones.column]), backbones.members)
    return tuple(
        Group(g.id, g.label, tuple(u for u, m in zip(ids, member, strict=True) if g.id in m))
        for g in backbones.groups
    )


def _per_value(values: np.ndarray, of: Callable[[str | None], T]) -> list[T]:
    """`of` each value, asked once per distinct value; "" is missing."""
    known = {v: of(v or None) for v in set(values.tolist())}
    return [known[v] for v in values.tolist()]


def partition(analysis: Analysis) -> tuple[Group, ...]:
    """The disjoint partition by primary backbone; empty groups are left out."""
    backbones = analysis.cut.study.backbones
    if backbones is None or backbones.column not in analysis.adsl.columns:
        return ()
    ids = analysis.adsl["USUBJID"].to_numpy(dtype=object)
    first = _per_value(words(analysis.adsl[backbones.column]), backbones.primary)
    groups = (
        Group(g.id, g.label, tuple(u for u, p in zip(ids, first, strict=True) if p == g.id))
        for g in backbones.groups
    )
    return tuple(g for g in groups if g.patients)


def subgroup_report(analysis: Analysis, members: AnalysisSet) -> Json:
    """Raw rates by group, and shrunken ones over the disjoint partition beside them."""
    overall = objective_response(analysis.responses, members, level=analysis.rules.level)
    if overall is None:
        return {"endpoint": "ORR", "backbone": None, "shrunken": None, "factors": {}}
    least = analysis.rules.min_group
    groups = backbone_groups(analysis)
    table = subgroup_rates(overall, members, groups, min_group=least) if groups else None
    parts = partition(analysis)
    shrunken = None
    if len(parts) > 1:
        disjoint = subgroup_rates(overall, members, parts, min_group=least)
        shrunken = shrink_subgroups(disjoint).to_json()
    factors = {}
    for item in analysis.cut.study.filters:
        if item.kind == "category" and item.column in analysis.adsl.columns:
            levels = groups_by(analysis.adsl, item.column)
            rows = tuple(Group(k, k, tuple(sorted(v))) for k, v in levels.items())
            found = subgroup_rates(overall, members, rows, min_group=least)
            factors[item.column] = _rows(found)
    return {
        "endpoint": "ORR",
        "note": NOT_RANDOMISED,
        "min_group": least,
        "backbone": _rows(table) if table else None,
        "shrunken": shrunken,
        "factors": factors,
    }


def _rows(table: SubgroupTable) -> Json:
    return {
        "overlapping": table.overlapping,
        "in_no_group": len(table.in_no_group),
        "rows": [
            {
                "id": row.id,
                "label": row.label,
                "small": row.small,
                "shares_with": list(row.shares_with),
                "orr": proportion(row.rate),
            }
            for row in table.rows
        ],
    }
