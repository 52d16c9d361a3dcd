"""Walks a card: every text with a digit, and the definitions it stands under."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from dashboard.results import View
from dashboard.shelf import levels_of

#: what a reader sees or hears of a component besides its children
SEEN = ("title", "aria-label", "placeholder", "alt", "options", "label", "value")
#: data that a script writes out as part of the page
WRITTEN = ("data-table", "data-blocks")
#: ticks of a drawn scale: they measure, and are no result
SCALES = ("interval-axis",)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Said:
    """A text of a card with the definitions it stands under, innermost first."""

    text: str
    metrics: tuple[str, ...]
    where: str


def said(part: Any, metrics: tuple[str, ...] = (), where: str = "") -> Iterator[Said]:
    """Every text of a component tree; a figure's texts stand under the mark of its frame."""
    if part is None or isinstance(part, bool):
        return
    if isinstance(part, list | tuple):
        for p in part:
            yield from said(p, metrics, where)
        return
    if not isinstance(part, Component):
        yield Said(str(part), metrics, where)
        return
    if getattr(part, "className", None) in SCALES:
        return
    own = getattr(part, "data-metric", "").split()
    metrics = (*own, *metrics)
    place = f"{where}/{type(part).__name__}.{getattr(part, 'className', None) or ''}"
    for name in WRITTEN:
        yield from said(_strings(getattr(part, name, None)), metrics, place)
    for name in SEEN:
        yield from said(_words(getattr(part, name, None)), metrics, place)
    yield from _tree(getattr(part, "data-written", None), metrics, place)
    yield from said(_figure_words(getattr(part, "figure", None)), metrics, place)
    yield from said(getattr(part, "children", None), metrics, place)


def _tree(told: str | None, metrics: tuple[str, ...], where: str) -> Iterator[Said]:
    """Every text of a table that rides along as data (components/written.py)."""

    def walk(tree: Any, metrics: tuple[str, ...], place: str) -> Iterator[Said]:
        if isinstance(tree, str):
            yield Said(tree, metrics, place)
            return
        tag, attributes, *children = tree
        metrics = (*attributes.get("data-metric", "").split(), *metrics)
        place = f"{place}/{tag}.{attributes.get('class', '')}"
        for name in ("title", "aria-label"):
            if name in attributes:
                yield Said(attributes[name], metrics, place)
        yield from _tree(attributes.get("data-written"), metrics, place)
        for child in children:
            yield from walk(child, metrics, place)

    if told:
        yield from walk(json.loads(told), metrics, where)


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [str(v.get("label", "")) for v in value if isinstance(v, dict)]
    return []


def _strings(data: str | None) -> list[str]:
    """Every word and number of data that a script writes out."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for v in value:
                yield from walk(v)
        elif value is not None:
            yield str(value)

    return list(walk(json.loads(data))) if data else []


def _figure_words(figure: Any) -> list[str]:
    return ["a figure draws numbers: 1"] if figure else []


def asked(part: Any) -> Iterator[str]:
    """Definitions that a label of the card opens."""
    if isinstance(part, list | tuple):
        for p in part:
            yield from asked(p)
    elif isinstance(part, Component):
        if hasattr(part, "data-ask"):
            yield getattr(part, "data-ask")
        table = getattr(part, "data-table", None)
        if table:
            lines = (line for body in json.loads(table)["bodies"] for line in body)
            yield from (line["ask"] for line in lines if "ask" in line)
        yield from re.findall(r'"data-ask":"(\w+)"', getattr(part, "data-written", None) or "")
        yield from asked(getattr(part, "children", None))


def names_of(view: View) -> list[str]:
    """Words of the export and of study.toml that name things: their digits are no numbers.

    Patients, levels of ADSL, the labels of study.toml, standards by their own names.
    """
    study, adsl = view.cut.study, view.analysis.adsl
    found = {part for u in adsl["USUBJID"] for part in _tails(str(u))}
    found |= {
        v for c in adsl.columns for v in levels_of(adsl[c]) if not v.replace(".", "").isdigit()
    }
    found |= {s.label for s in study.sets} | {f.label for f in study.filters}
    found |= set(study.labels.values()) | {e.label for e in study.endpoints}
    if study.backbones is not None:
        found |= {g.label for g in study.backbones.groups} | {study.backbones.label}
    found |= {"EMA/CHMP/27994/2008 Rev.1", "RECIST 1.1", "PD-L1", "CTCAE v5.0", "CTCAE v6.0"}
    return sorted((f for f in found if _DIGIT.search(f)), key=len, reverse=True)


def _tails(usubjid: str) -> list[str]:
    """An id and what is left of it without what the ids of a study share: 01-701-1015, 701-1015."""
    parts = usubjid.split("-")
    return ["-".join(parts[i:]) for i in range(len(parts))]


def unmarked(card: Any, names: Iterable[str]) -> list[Said]:
    """Texts with a digit that is neither a name's nor under a definition."""
    found = []
    for s in said(card):
        rest = s.text
        for name in names:
            rest = rest.replace(name, "")
        if _DIGIT.search(rest) and not s.metrics:
            found.append(s)
    return found


def marks(card: Any) -> set[str]:
    """Every definition the card's numbers stand under."""
    return {m for s in said(card) for m in s.metrics}
