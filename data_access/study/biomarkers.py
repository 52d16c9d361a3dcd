"""[biomarkers] of study.toml: how samples pair, which markers form a panel, who responded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.study.fields import (
    MISSING,
    VALUE,
    Key,
    Keys,
    Spot,
    cell,
    choice,
    complete,
    no_repeats,
    number,
    one_or_more,
    table,
    text,
    whole,
    wrong_type,
)
from data_access.study.model import BiomarkerPlan, Biomarkers, PanelMarker
from data_access.study.sections import read_tables

MARKER: Keys = {
    "label": Key(text, required=True),
    "unit": Key(text, required=True),
    "gate": Key(text),
    "parent": Key(text),
    "scale": Key(choice("difference", "ratio")),
    "family": Key(text),
}


def _panel(value: Any, spot: Spot) -> tuple[PanelMarker, ...]:
    found = read_tables(value, spot, MARKER, example="[biomarkers.immune.panel.CD8]")
    no_repeats(((id_.upper(), spot.at(id_)) for id_ in found), spot.name)
    return tuple(PanelMarker(paramcd=id_.upper(), **got) for id_, got in found.items())


def _compositions(value: Any, spot: Spot) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Name = PARAMCDs of the parts, two or more, each once."""
    if not isinstance(value, dict):
        raise wrong_type(value, spot, "a section", 'Write it as name = ["CD4", "CD8", "CD19"].')
    found = []
    for name, item in value.items():
        at = spot.at(name)
        parts = at.attempt(one_or_more(cell), item)
        if parts is None:
            continue
        codes = tuple(str(p).upper() for p in parts)
        if len(codes) < 2 or len(set(codes)) < len(codes):
            at.complain(VALUE, f"A composition has two or more parts, each once; {name} has not.")
        found.append((name, codes))
    return tuple(found)


KIND: Keys = {
    "before": Key(cell),
    "after": Key(cell),
    "panel": Key(_panel),
    "compositions": Key(_compositions),
    "min_depth": Key(whole(1)),
    "rarefy_to": Key(whole(1)),
    "min_prevalence": Key(number(0, 1)),
    "taxa": Key(one_or_more(text)),
}
#: what only a microbiome has, and what it has not
_OF_TAXA = ("min_depth", "rarefy_to", "min_prevalence", "taxa")
_OF_MARKERS = ("panel", "compositions")


def _kind(value: Any, spot: Spot) -> BiomarkerPlan:
    got = table(value, spot, KIND)
    strange = {"microbiome": _OF_MARKERS, "tissue": (*_OF_TAXA, "compositions")}
    for name in strange.get(str(spot.path[-1]), _OF_TAXA):
        if name in got:
            where = "microbiome" if name in _OF_TAXA else "immune and tissue"
            where = "immune" if name == "compositions" else where
            spot.at(name).complain(VALUE, f"{name} can be stated for {where} only.", "Remove it.")
    if "before" in got and got["before"] == got.get("after"):
        spot.at("after").complain(VALUE, f"[{spot.name}] pairs {got['after']} with itself.")
    if ("before" in got) != ("after" in got):
        spot.complain(
            MISSING,
            f"[{spot.name}] states one visit of a pair.",
            "State before and after, or neither.",
        )
    return BiomarkerPlan(**got)


BIOMARKERS: Keys = {
    "response": Key(cell),
    "responders": Key(one_or_more(cell)),
    "non_responders": Key(one_or_more(cell)),
    "landmark_days": Key(whole(1, 36525)),
    "immune": Key(_kind),
    "microbiome": Key(_kind),
    "tissue": Key(_kind),
}


def biomarkers(value: Any, spot: Spot) -> Mapping[str, Any]:
    got = table(value, spot, BIOMARKERS)
    words = [name for name in ("responders", "non_responders") if name not in got]
    if "response" in got and words:
        spot.at("response").complain(
            MISSING,
            f"[{spot.name}] does not state {' and '.join(words)}.",
            "List the values of the column that mean it.",
        )
    both = {w.casefold() for w in got.get("responders", ())} & {
        w.casefold() for w in got.get("non_responders", ())
    }
    if both:
        spot.at("non_responders").complain(
            VALUE, f"{', '.join(sorted(both))} cannot mean a responder and a non-responder."
        )
    return {"biomarkers": Biomarkers(**got)} if complete(got, BIOMARKERS) else {}
