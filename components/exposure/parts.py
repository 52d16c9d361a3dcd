"""What the cards of the Exposure page share: what is missing, medians and shares in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components import numbers
from components.card import empty
from components.labs.parts import amount
from components.overview.parts import Answer
from dashboard.text import text


def nothing(answer: Answer, *, records: bool = True) -> list[Any]:
    """Why there is nothing to show, and what would mend it; [] where there is. `records`: the card
    needs dosing records."""
    if answer["missing"]:
        return [empty(text("exposure.missing.doses"), hint=text("exposure.missing.doses.hint"))]
    if answer["n"] == 0:
        return [empty(text("card.empty.filter"))]
    if records and not answer["records"]:
        return [empty(text("exposure.missing.records"), hint=text("exposure.missing.records.hint"))]
    return []


def spread(found: Mapping[str, Any]) -> str:
    """Median (quartiles)."""
    if not found["n"]:
        return text("number.ns")
    return text(
        "labs.quartiles",
        median=amount(found["median"]),
        q1=amount(found["q1"]),
        q3=amount(found["q3"]),
    )


def percents(found: Mapping[str, Any]) -> str:
    """Median (quartiles) of a share of 1 in percent."""
    if not found["n"]:
        return text("number.ns")
    return text(
        "exposure.percents",
        median=numbers.percent(found["median"]),
        q1=numbers.percent(found["q1"]),
        q3=numbers.percent(found["q3"]),
    )
