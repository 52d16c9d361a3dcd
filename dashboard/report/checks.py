"""Where the export's own derivations disagree with what its records give, and why."""

from __future__ import annotations

from typing import Any

from dashboard.analysis import Analysis
from dashboard.comparison import discrepancies

Json = dict[str, Any]


def derivation_checks(analysis: Analysis) -> list[Json]:
    """[{endpoint, patient, exported, derived, reason}], one entry per value and patient."""
    return [
        {
            "endpoint": d.endpoint,
            "patient": d.usubjid,
            "exported": d.exported,
            "derived": d.derived,
            "reason": d.reason,
        }
        for d in discrepancies(analysis)
    ]
