"""The safety result of a set: overview, tables and the check of the treatment-emergent flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.metrics.adverse_events import AdverseEvents, adverse_events, emergent_check
from dashboard.metrics.ae_overview import AeFlag, AeOverview, ae_overview, overview_by_group
from dashboard.metrics.ae_tables import TermRow, TermTable, term_table
from dashboard.metrics.cohort import Cohort
from dashboard.metrics.emergent import EmergentCheck
from dashboard.metrics.safety_options import SafetyOptions
from dashboard.metrics.subgroups import Group
from dashboard.metrics.treated import Treated, treated_patients
from dashboard.metrics.types import AnalysisSet, Result

#: flag id -> key of the printed JSON; other ids are printed as they are, ":" becoming "_"
JSON_KEYS = {
    "related:chemotherapy": "related_chemo",
    "reduced": "leading_to_reduction",
    "interrupted": "leading_to_interruption",
    "withdrawn": "leading_to_discontinuation",
}


@dataclass(frozen=True, slots=True)
class Safety(Result):
    """Adverse events of a safety set, overall and per group (groups may overlap)."""

    overview: AeOverview
    groups: tuple[AeOverview, ...]
    table: TermTable
    emergent: EmergentCheck


def safety_events(
    adsl: pd.DataFrame,
    adae: pd.DataFrame,
    cohort: Cohort,
    members: AnalysisSet,
    options: SafetyOptions | None = None,
) -> AdverseEvents:
    """The events of the set, ready for every other metric of adverse events."""
    options = options or SafetyOptions()
    return adverse_events(adae, treated(adsl, cohort, members, options), options)


def treated(
    adsl: pd.DataFrame, cohort: Cohort, members: AnalysisSet, options: SafetyOptions | None = None
) -> Treated:
    """The patients of the set with the windows of `options`."""
    options = options or SafetyOptions()
    return treated_patients(
        adsl,
        cohort,
        members,
        teae_end_days=options.teae_end_days,
        last_dose_columns=options.last_dose_columns,
    )


def safety(
    events: AdverseEvents, options: SafetyOptions | None = None, *, groups: Sequence[Group] = ()
) -> Safety:
    """Overview, groups and tables of the treatment-emergent events."""
    options = options or SafetyOptions()
    return Safety(
        overview=ae_overview(events, options),
        groups=overview_by_group(events, groups, options),
        table=term_table(events.treatment_emergent(), level=options.level),
        emergent=emergent_check(events),
    )


def safety_json(result: Safety, options: SafetyOptions | None = None) -> dict[str, Any]:
    """The `safety` part of the JSON that `metrics STUDY` prints.

    Every kind is a proportion {x, n, estimate, lower, upper, method, level}; null where the export
    does not record it. `grade3plus` carries its scale, CTCAE or severity.
    """
    options = options or SafetyOptions()
    out = _overview_json(result.overview, options)
    out["by_soc"] = [_row_json(s.row) for s in result.table.by_soc]
    out["by_pt"] = [_row_json(r) for r in result.table.by_pt]
    out["by_group"] = {g.id: _overview_json(g, options) for g in result.groups}
    out["teae_check"] = {
        "used": result.emergent.used,
        "n_exported": result.emergent.n_exported,
        "n_derived": result.emergent.n_derived,
        "n_mismatches": len(result.emergent.mismatches),
    }
    return out


def _overview_json(overview: AeOverview, options: SafetyOptions) -> dict[str, Any]:
    out: dict[str, Any] = {"n": overview.n, "analysis_set": overview.id, "aesi": {}}
    for flag in overview.flags:
        entry = _flag_json(flag)
        if flag.id.startswith("aesi:"):
            out["aesi"][flag.id.removeprefix("aesi:")] = {"label": flag.label, **(entry or {})}
        elif flag.id == "related_in_window":
            out[_window_key(options.ae_window_days)] = entry
        else:
            out[_key(flag.id)] = entry
    out.setdefault("related_12_months", None)
    for key in ("grade3plus", "related_grade3plus"):
        if out.get(key) is not None:
            out[key]["scale"] = overview.scale
    out["n_events"] = overview.n_events
    out["max_grade"] = dict(overview.max_grade)
    out["scale"] = overview.scale
    out["teae_source"] = overview.source
    out["notes"] = list(overview.notes)
    return out


def _key(id_: str) -> str:
    kind, _, drug = id_.partition(":")
    if id_ in JSON_KEYS:
        return JSON_KEYS[id_]
    base = JSON_KEYS.get(kind, kind)
    return f"{base}_{drug}" if drug else base


def _window_key(days: int | None) -> str:
    """related_12_months for a window of 12 months, else the days."""
    return "related_12_months" if days in (365, 366) else f"related_{days}_days"


def _flag_json(flag: AeFlag) -> dict[str, Any] | None:
    if flag.proportion is None:
        return None
    return {**flag.proportion.to_json(), "n_events": flag.n_events}


def _row_json(row: TermRow) -> dict[str, Any]:
    return {
        "term": row.term,
        "soc": row.soc,
        **row.any.to_json(),
        "n_events": row.n_events,
        "grade3plus": None if row.grade3plus is None else row.grade3plus.to_json(),
        "by_grade": dict(row.by_grade),
    }
