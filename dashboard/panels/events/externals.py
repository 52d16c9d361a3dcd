"""Published frequencies beside events of special interest: external, and no comparison."""

from __future__ import annotations

from typing import Any

from components.numbers import percent
from dashboard.metrics.proportions import proportion
from dashboard.text import text
from data_access.study.model import Aesi, External


def externals(group: Aesi) -> tuple[External, ...]:
    """Published frequencies of a group; the short form of one is one in words."""
    short: tuple[External, ...] = ()
    if group.expected:
        short = (External("short", "", group.source or "", words=group.expected),)
    return (*short, *group.external)


def external_json(found: External, level: float) -> dict[str, Any]:
    """One with its proportion: exact interval from x/n, else the interval that is printed."""
    printed = None
    if found.x is not None and found.n is not None:
        printed = proportion(found.x, found.n, level=level)
    return {
        "label": found.label,
        "words": found.words,
        "exact": None if printed is None else printed.to_json(),
        "estimate": found.estimate if printed is None else printed.estimate,
        "lower": found.lower if printed is None else printed.lower,
        "upper": found.upper if printed is None else printed.upper,
        "population": found.population,
        "line": found.line,
        "source": found.source or None,
    }


def said_externally(found: External) -> str:
    """One in a line: what was counted, and how often."""
    if found.x is not None and found.n is not None:
        result = f"{found.x}/{found.n}"
    elif found.estimate is not None:
        result = f"{percent(found.estimate)}%"
    else:
        result = found.words or ""
    return text("events.aesi.external.said", label=found.label, result=result).removeprefix(": ")
