"""Who died by the cut-off, for every card that counts deaths: one way, so that they agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis
from dashboard.metrics.accrual import status_counts
from dashboard.metrics.disposition import UNSTATED, disposition
from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.table_columns import layout
from dashboard.metrics.types import AnalysisSet, PatientProportion
from dashboard.words import said
from data_access.study.model import Study


def deaths(analysis: Analysis, members: AnalysisSet) -> PatientProportion | None:
    """Deaths of any cause by the cut-off: of ADSL, else the events of an exported OS, else None."""
    level = analysis.rules.level
    if not {"DTHDT", "DTHFL"} & set(analysis.adsl.columns):
        if analysis.os is None:
            return None
        who = [u for u, dead in zip(analysis.os.usubjid, analysis.os.event, strict=True) if dead]
        return patient_proportion(
            "deaths", "Died", who, members, level=level, source=analysis.os.source
        )
    counts = status_counts(analysis.adsl, analysis.cohort, members, members, level=level)
    undated = undated_deaths(analysis, members)
    return patient_proportion(
        "deaths", "Died", (*counts.died.numerator, *undated), members, level=level
    )


def undated_deaths(analysis: Analysis, members: AnalysisSet) -> tuple[str, ...]:
    """Patients flagged as dead without a date: they count as dead, and are named."""
    adsl = analysis.adsl
    if "DTHFL" not in adsl.columns:
        return ()
    flagged = (adsl["DTHFL"].astype(object) == "Y").to_numpy()
    dated = adsl["DTHDT"].notna().to_numpy() if "DTHDT" in adsl.columns else np.zeros_like(flagged)
    who = adsl["USUBJID"].to_numpy(object)[flagged & ~dated]
    return tuple(sorted(set(pd.Series(who, dtype=object)) & set(members.patients)))


def disputed(analysis: Analysis, members: AnalysisSet) -> int:
    """How many members ADSL and an exported OS judge differently: dead in one, alive in the other.

    0 where the export tells only one of the two, or where they agree.
    """
    exported = analysis.exported_time("OS")
    told = {"DTHDT", "DTHFL"} & set(analysis.adsl.columns)
    died = deaths(analysis, members)
    if exported is None or not told or died is None:
        return 0
    inside, dead = set(members.patients), set(died.numerator)
    pairs = zip(exported.usubjid, exported.event, strict=True)
    return sum(bool(event) != (patient in dead) for patient, event in pairs if patient in inside)


def causes(study: Study, analysis: Analysis, members: AnalysisSet) -> list[dict[str, Any]] | None:
    """Deaths by cause, the most frequent first: {"cause": words or None, "patients": [...]}.

    None where the export holds no cause of death.
    """
    died = deaths(analysis, members)
    table = layout(members, (), everyone="", no_group="")
    found = disposition(
        analysis.adsl, analysis.cohort, table, died=() if died is None else died.numerator
    )
    if found.death_cause is None:
        return None
    return [
        {
            "cause": None if row.reason == UNSTATED else said(study, found.death_cause, row.reason),
            "patients": list(row.patients[0]),
        }
        for row in found.rows
        if row.part_of == "died"
    ]
