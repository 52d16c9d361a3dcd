"""Exposure, dose modifications and discontinuations of a set together, and their printed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.metrics.coded import distinct
from dashboard.metrics.cohort import Cohort
from dashboard.metrics.columns import Frame, Rows, floats, strings, take
from dashboard.metrics.dose_changes import (
    Discontinuations,
    Modifications,
    discontinuations,
    dose_modifications,
)
from dashboard.metrics.exposure import (
    DrugExposure,
    Exposure,
    ExposureOptions,
    doses,
    exposure_of,
)
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import AnalysisSet, Result


@dataclass(frozen=True, slots=True)
class ExposureSummary(Result):
    """What was given, what was changed, and who stopped. `modifications` None: no ADEX."""

    exposure: Exposure
    modifications: Modifications | None
    discontinuations: Discontinuations


def exposure_summary(
    adsl: pd.DataFrame,
    adex: pd.DataFrame | None,
    cohort: Cohort,
    members: AnalysisSet,
    treated: Treated,
    *,
    options: ExposureOptions | None = None,
    level: float = 0.95,
) -> ExposureSummary:
    """Of the patients of `treated`, who are those of `members`."""
    records = None if adex is None else doses(adex, treated, options)
    changes = None if records is None else dose_modifications(records, level=level)
    return ExposureSummary(
        exposure=exposure_of(treated, records, options),
        modifications=changes,
        discontinuations=discontinuations(adsl, cohort, members, level=level),
    )


def exposure_json(result: ExposureSummary) -> dict[str, Any]:
    """The `exposure` part of the JSON that `metrics STUDY` prints: numbers, without the courses."""
    given, stops = result.exposure, result.discontinuations
    return {
        "n": given.n,
        "dosed": given.dosed,
        "ongoing": given.ongoing,
        "duration_days": given.days.to_json(),
        "person_years": given.person_years,
        "modifications_rule": result.modifications.rule if result.modifications else None,
        "drugs": {d.drug: _drug_json(d, result.modifications) for d in given.drugs},
        "discontinued": {
            **stops.stopped.to_json(),
            "reasons": {r.reason: r.proportion.to_json() for r in stops.reasons},
            "rule": stops.rule,
        },
        "notes": list(given.notes),
    }


@dataclass(frozen=True, slots=True)
class ExportedTotal(Result):
    """A parameter of ADEX with one record per patient, as the export derived it."""

    paramcd: str
    label: str | None
    values: Spread


def exported_totals(adex: Frame | None, treated: Treated) -> tuple[ExportedTotal, ...]:
    """Totals per patient that the export holds for the patients of `treated`, by PARAMCD."""
    if adex is None or not {"AVAL", "PARAMCD"} <= set(adex.columns):
        return ()
    rows = take(adex, treated.rows_of(adex) >= 0)
    patient, (code, names) = treated.rows_of(rows), distinct(rows, "PARAMCD")
    known = np.flatnonzero(code >= 0)
    once = np.zeros((len(names) + 1, treated.n), dtype=np.int64)
    np.add.at(once, (code[known], patient[known]), 1)
    single = once.max(axis=1, initial=0) == 1
    value = floats(rows, "AVAL")
    out = []
    for i in sorted(range(len(names)), key=lambda i: str(names[i])):
        if single[i]:
            own = code == i
            if np.isfinite(value[own]).any():
                label = _first_word(rows.take(own), "PARAM")
                out.append(ExportedTotal(str(names[i]), label, spread(value[own])))
    return tuple(out)


def _first_word(rows: Rows, column: str) -> str | None:
    if column not in rows.columns:
        return None
    return next((v for v in strings(rows, column).tolist() if isinstance(v, str)), None)


def exported_json(totals: Sequence[ExportedTotal]) -> dict[str, Any]:
    """PARAMCD -> {label, n, mean, ...}: the `exported` part of `exposure`."""
    return {t.paramcd: {"label": t.label, **t.values.to_json()} for t in totals}


def _drug_json(drug: DrugExposure, changes: Modifications | None) -> dict[str, Any]:
    """Modifications are null where the export does not record them."""
    recorded = changes is not None and changes.recorded
    rows = changes.rows if changes else ()
    return {
        "n": drug.n,
        "unit": drug.unit,
        "cycles": drug.cycles.to_json(),
        "duration_days": drug.days.to_json(),
        "cumulative_dose": drug.cumulative.to_json(),
        "relative_dose_intensity": {
            **drug.intensity.to_json(),
            "method": drug.intensity_method,
            "cycle_days": drug.cycle_days,
        },
        "modifications": {
            row.type: {
                **row.proportion.to_json(),
                "n_records": row.n_records,
                "reasons": dict(row.reasons),
            }
            for row in rows
            if row.drug == drug.drug
        }
        if recorded
        else None,
        "notes": list(drug.notes),
    }
