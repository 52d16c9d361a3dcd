"""The forest of the Response page: response by backbone and by baseline factor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.analysis import Analysis
from dashboard.metrics.proportions import proportion
from dashboard.metrics.response_rates import objective_response
from dashboard.metrics.subgroups import Group, SubgroupTable, shrink_subgroups, subgroup_rates
from dashboard.metrics.types import AnalysisSet, PatientProportion
from dashboard.panels.common import common, json_of, who
from dashboard.panels.strip import level_order
from dashboard.report.options import groups_by
from dashboard.report.subgroups import backbone_groups, partition
from dashboard.results import View
from dashboard.words import said
from data_access.study.model import Benchmark

Json = Mapping[str, Any]
ENDPOINT = "ORR"


def forest(view: View) -> Json:
    """Raw rates with exact intervals, shrunken ones of the disjoint partition, benchmarks."""
    analysis, members = view.analysis, view.members
    study, rules = view.cut.study, view.analysis.rules
    confirmed = analysis.responses.source_confirmed is not None
    known = confirmed or analysis.responses.source_unconfirmed is not None
    overall = objective_response(
        analysis.responses, members, confirmed=confirmed, level=rules.level
    )
    said: dict[str, Any] = {
        **common(view),
        "responses_known": known and overall is not None,
        "confirmed": confirmed,
        "overall": None if overall is None else overall.headline.to_json(),
        "who": "" if overall is None else who(view, overall.numerator),
        "source": None if overall is None else overall.source,
        "randomised": study.design.randomised,
        "backbone_label": study.backbones.label if study.backbones else None,
        "backbone": None,
        "shrunken": None,
        "factors": [],
        "benchmarks": [_benchmark(b, rules.level) for b in study.benchmarks if _is_orr(b)],
    }
    if overall is None:
        return said
    groups = backbone_groups(analysis)
    if groups:
        table = subgroup_rates(overall, members, groups, min_group=rules.min_group)
        said["backbone"] = _rows(view, table)
        said["shrunken"] = _shrunken(analysis, overall, members)
    said["factors"] = _factors(view, overall)
    return said


def _shrunken(
    analysis: Analysis, overall: PatientProportion, members: AnalysisSet
) -> dict[str, Any] | None:
    """Over groups of anybody in view; None where fewer than two are left to borrow from."""
    parts = partition(analysis)
    table = subgroup_rates(overall, members, parts, min_group=analysis.rules.min_group)
    if sum(row.rate.headline.n > 0 for row in table.rows) < 2:
        return None
    return shrink_subgroups(table).to_json()


def _factors(view: View, overall: PatientProportion) -> list[dict[str, Any]]:
    """One table per baseline factor of the study; the backbone as recorded is no second factor."""
    study, analysis, members = view.cut.study, view.analysis, view.members
    found = []
    for spec in study.filters:
        own = study.backbones is not None and spec.column == study.backbones.column
        if spec.kind != "category" or spec.column not in analysis.adsl.columns or own:
            continue
        levels = groups_by(analysis.adsl, spec.column)
        groups = tuple(
            Group(level, said(study, spec.column, level), tuple(sorted(ids)))
            for level, ids in sorted(levels.items(), key=lambda item: level_order(item[0]))
        )
        table = subgroup_rates(overall, members, groups, min_group=analysis.rules.min_group)
        found.append({"column": spec.column, "label": spec.label, **_rows(view, table)})
    return found


def _rows(view: View, table: SubgroupTable) -> dict[str, Any]:
    """The rows; of patients only the keys of the responders, whom a mark and a count open."""
    return {
        "rows": [
            {
                "id": row.id,
                "label": row.label,
                "rate": row.rate.headline.to_json(),
                "small": row.small,
                "who": who(view, row.rate.numerator),
                "shares_with": list(row.shares_with),
            }
            for row in table.rows
        ],
        "overlapping": table.overlapping,
        "in_no_group": len(table.in_no_group),
    }


def _is_orr(benchmark: Benchmark) -> bool:
    return benchmark.endpoint.upper() == ENDPOINT and bool(benchmark.source)


def _benchmark(benchmark: Benchmark, level: float) -> dict[str, Any]:
    """A published rate: our exact interval where x and n are published, else as it was printed."""
    counted = benchmark.x is not None and benchmark.n is not None
    exact = proportion(benchmark.x or 0, benchmark.n or 0, level=level) if counted else None
    return {
        "id": benchmark.id,
        "label": benchmark.label,
        "population": benchmark.population,
        "source": benchmark.source,
        "backbone": benchmark.backbone,
        "exact": json_of(exact),
        "estimate": exact.estimate if exact else benchmark.estimate,
        "lower": exact.lower if exact else benchmark.lower,
        "upper": exact.upper if exact else benchmark.upper,
    }
