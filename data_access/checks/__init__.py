"""Conformance checks: what the typed frames of an export must hold before anyone reads a number."""

from __future__ import annotations

from data_access.checks import (
    adverse,
    adverse_words,
    change,
    copies,
    dates,
    hygiene,
    laboratory,
    levels,
    measures,
    privacy,
    response,
    sites,
    structure,
    subjects,
    time_units,
    time_words,
    times,
    values,
)
from data_access.checks.context import Check, Context, Previous
from data_access.findings import Finding, Rule, in_order

#: Modules of rules: each has `RULES` and `CHECKS`.
AREAS = (
    structure,
    subjects,
    privacy,
    hygiene,
    levels,
    values,
    dates,
    sites,
    response,
    measures,
    laboratory,
    times,
    time_units,
    time_words,
    adverse,
    adverse_words,
    change,
)

RULES: tuple[Rule, ...] = (*(r for area in AREAS for r in area.RULES), *copies.RULES)
CHECKS: tuple[Check, ...] = tuple(check for area in AREAS for check in area.CHECKS)

__all__ = ["AREAS", "CHECKS", "RULES", "Check", "Context", "Previous", "run_checks"]


def run_checks(context: Context) -> tuple[Finding, ...]:
    """Every finding of every rule, gravest first.

    When USUBJID identifies people, that alone is said: every other finding lists patients.
    """
    revealing = tuple(privacy.key_is_identifier(context))
    if revealing:
        return in_order(revealing)
    return in_order(finding for check in CHECKS for finding in check(context))
