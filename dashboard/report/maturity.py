"""Maturity part of the report: whose windows are complete."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard.analysis import Analysis
from dashboard.metrics.maturity import event_days, maturity
from dashboard.metrics.types import AnalysisSet

Json = dict[str, Any]


def maturity_report(analysis: Analysis, members: AnalysisSet, safety: AnalysisSet) -> Json:
    """Response and PFS windows of the population, adverse-event windows of the safety set.

    A window the study does not state is null.
    """
    rules, cohort = analysis.rules, analysis.cohort
    out: Json = {"response": None, "pfs": None, "adverse_events": None}
    if rules.orr_window_days is not None and analysis.responses.source_confirmed is not None:
        days = analysis.window_days
        out["response"] = _counts(
            maturity(
                "response",
                "Response window",
                cohort,
                members,
                window_days=rules.orr_window_days,
                final_day=np.minimum.reduce([days.response, days.off]),
                level=rules.level,
            )
        )
    pfs = analysis.pfs("primary")
    if rules.pfs_window_days is not None and pfs is not None:
        out["pfs"] = _counts(
            maturity(
                "pfs",
                "Progression-free survival window",
                cohort,
                members,
                window_days=rules.pfs_window_days,
                final_day=event_days(cohort, pfs),
                level=rules.level,
            )
        )
    if rules.ae_window_days is not None:
        out["adverse_events"] = _counts(
            maturity(
                "adverse_events",
                "Adverse-event window",
                cohort,
                safety,
                window_days=rules.ae_window_days,
                final_day=cohort.death,
                level=rules.level,
            )
        )
    return out


def _counts(found: Any) -> Json:
    followed, resolved, still_open = found.followed, found.resolved, found.open
    return {
        "window_days": found.window_days,
        "followed": _size(followed),
        "resolved": _size(resolved),
        "open": _size(still_open),
        "days_left": _days(found.days_left),
    }


def _size(part: Any) -> int:
    return int(part.headline.x) if hasattr(part, "headline") else len(part)


def _days(left: Any) -> Any:
    return list(left)
