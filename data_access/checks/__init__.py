"""Conformance checks: what the typed frames of an export must hold before anyone reads a number."""

from __future__ import annotations

from data_access.checks import structure
from data_access.checks.context import Check, Context, Previous
from data_access.findings import Finding, Rule, in_order

_AREAS = (structure,)

RULES: tuple[Rule, ...] = tuple(rule for area in _AREAS for rule in area.RULES)
CHECKS: tuple[Check, ...] = tuple(check for area in _AREAS for check in area.CHECKS)

__all__ = ["CHECKS", "RULES", "Check", "Context", "Previous", "run_checks"]


def run_checks(context: Context) -> tuple[Finding, ...]:
    """Every finding of every rule, gravest first."""
    return in_order(finding for check in CHECKS for finding in check(context))
