"""Microbiome part of the report: one feature table of the population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.analysis import Analysis
from dashboard.metrics.types import AnalysisSet
from dashboard.microbiome import Distance, Factor, Microbiome, Test, tables_of
from dashboard.report.options import ReportError

Json = dict[str, Any]
FACTORS: tuple[Factor, ...] = ("visit_pairs", "visit", "response", "by")


def microbiome_report(
    analysis: Analysis,
    members: AnalysisSet,
    table: str | None,
    seed: int,
    groups: Mapping[str, frozenset[str]] | None,
) -> Json | None:
    """All of `microbiome`; null without samples (ADMB) or without a feature table. `seed`: of
    random permutations.

    Raises ReportError on a table that the cut does not hold.
    """
    tables = tables_of(analysis)
    if table is not None and table not in tables:
        known = ", ".join(tables) or "none"
        raise ReportError(f"There is no feature table {table}; this cut holds {known}.")
    if "ADMB" not in analysis.cut.domains or not tables:
        return None
    view = Microbiome(analysis, members.patients, table or tables[0], groups, seed=seed)
    return {
        "table": view.table_id,
        "label": view.spec.label,
        "tables": list(tables),
        "population": members.id,
        "samples": view.compared.checks.to_json(),
        "pairs": {**view.account.to_json(), "drugs": [d.to_json() for d in view.drugs()]},
        "identity": view.identity().to_json(),
        "alpha": _alpha(view),
        "beta": {d: _beta(view, d) for d in view.distances},
        "permanova": [_test(t) for t in _tests(view)],
        "differential": {
            "paired": _json(view.differential_paired()),
            "by_response": _json(view.differential_response()),
        },
        "taxa_of_interest": [t.to_json() for t in view.taxa()],
    }


def _json(found: Any) -> Json | None:
    return None if found is None else dict(found.to_json())


def _alpha(view: Microbiome) -> Json:
    return {
        **view.alpha.to_json(),
        "paired": [c.to_json() for c in view.alpha_paired()],
        "by_response": [g.to_json() for g in view.alpha_of(view.by_response)],
        "by_group": [g.to_json() for g in view.alpha_of(view.by_group)],
    }


def _beta(view: Microbiome, distance: Distance) -> Json:
    if not view.compared.table.samples:
        return {"mean_distance": None, "within_pairs": None, "ordination": None}
    return {
        "mean_distance": view.mean_distance(distance),
        "within_pairs": view.within_pairs(distance).to_json(),
        "ordination": view.ordination(distance).to_json(),
    }


def _tests(view: Microbiome) -> list[Test]:
    made = (view.test(d, f) for d in view.distances for f in FACTORS)
    return [t for t in made if t is not None]


def _test(found: Test) -> Json:
    return {
        "distance": found.distance,
        "factor": found.factor,
        "of": found.samples,
        **found.permanova.to_json(),
        "dispersion": found.dispersion.to_json(),
    }
