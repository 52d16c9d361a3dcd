"""What the cards of the Exposure page share: what is missing, medians and shares in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from components import numbers
from components.card import empty
from components.labs.parts import amount
from components.overview.parts import Answer
from dashboard.text import listed, text


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


#: quartiles of fewer values say nothing the values do not
FEW = 4


def spread(found: Mapping[str, Any]) -> str:
    """Median (quartiles); the values themselves where they are few."""
    return _told(found, amount, "labs.quartiles", "")


def percents(found: Mapping[str, Any]) -> str:
    """The same of a share of 1, in percent."""
    return _told(found, numbers.percent, "exposure.percents", "%")


def _told(found: Mapping[str, Any], say: Callable[[Any], str], key: str, sign: str) -> str:
    if not found["n"]:
        return text("number.ns")
    if found["n"] < FEW:
        return listed(f"{say(v)}{sign}" for v in few(found))
    return text(key, median=say(found["median"]), q1=say(found["q1"]), q3=say(found["q3"]))


def few(found: Mapping[str, Any]) -> list[float]:
    """The values of a spread of one to three."""
    ends = [found["minimum"], found["maximum"]]
    return {1: ends[:1], 2: ends}.get(found["n"], [ends[0], found["median"], ends[1]])
