"""Where the export's own derivations disagree with what its records give, and why."""

from __future__ import annotations

from typing import Any

from dashboard.analysis import Analysis
from dashboard.metrics.sensitivity import compare_times, response_mismatches

Json = dict[str, Any]


def derivation_checks(analysis: Analysis) -> list[Json]:
    """[{endpoint, patient, exported, derived, reason}] for best response, PFS and OS."""
    return [*_responses(analysis), *_times(analysis)]


def _responses(analysis: Analysis) -> list[Json]:
    if analysis.assessments.paramcd is None:
        return []
    found = response_mismatches(analysis.responses, analysis.derived_responses)
    return [
        {
            "endpoint": m.parameter,
            "patient": m.usubjid,
            "exported": m.exported,
            "derived": m.derived,
            "reason": m.reason,
        }
        for m in found
    ]


def _times(analysis: Analysis) -> list[Json]:
    out: list[Json] = []
    pairs = (
        ("PFS", analysis.exported_time("PFS"), analysis.derived_pfs("fda")),
        ("OS", analysis.exported_time("OS"), analysis.derived_os()),
    )
    for endpoint, exported, derived in pairs:
        if exported is None or derived is None:
            continue
        compared = compare_times(exported, derived, analysis.sets["enrolled"])
        for item in compared.differing:
            out.append(
                {
                    "endpoint": endpoint,
                    "patient": item.usubjid,
                    "exported": _words(item.days[0], item.event[0]),
                    "derived": _words(item.days[1], item.event[1]),
                    "reason": f"exported: {item.reason[0]}; derived: {item.reason[1]}",
                }
            )
    return out


def _words(days: float | None, event: bool | None) -> str:  # noqa: FBT001 - a value, not a switch
    if days is None:
        return "no record"
    return f"{days:g} days, {'event' if event else 'censored'}"
