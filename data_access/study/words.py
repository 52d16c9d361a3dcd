"""[terms] and [missing] of study.toml: what the words of an export mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.study.fields import (
    Key,
    Keys,
    Spot,
    cell,
    choice,
    mapping,
    one_or_more,
    table,
)
from data_access.study.model import Terms
from data_access.study.sections import NAME
from data_access.study.suggest import fold, nearest

#: Purposes a PARAMCD of the export may serve.
PURPOSES = (
    "OVR", "BOR", "CBOR", "RSP", "CRSP", "PD", "DEATH", "LSTA", "PFS", "OS", "DOR", "TTR",
    "TARGET_SUM",
)  # fmt: skip
#: What a PARAM says of the purpose of its PARAMCD: domain, purpose, pattern (any case). Only to
#: propose a line of study.toml.
LABELLED: tuple[tuple[str, str, str], ...] = (
    ("ADRS", "CBOR", r"best.*confirmed.*overall resp|confirmed best (overall )?resp"),
    ("ADRS", "BOR", r"best (overall )?resp"),
    ("ADRS", "OVR", r"^(?!.*best).*overall resp"),
    ("ADTTE", "PFS", r"progression.free surv"),
    ("ADTTE", "OS", r"overall surv"),
    ("ADTTE", "DOR", r"duration of.*resp"),
    ("ADTR", "TARGET_SUM", r"sum of.*(diam|longest|lesion)|target lesion sum"),
)
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")


def _paramcds(value: Any, spot: Spot) -> dict[str, tuple[str, ...]]:
    read = mapping(one_or_more(cell), example='paramcds = { CBOR = "CBRSPI" }')
    found: dict[str, tuple[str, ...]] = read(value, spot)
    by_fold = {fold(p): p for p in PURPOSES}
    for name in found:
        meant = by_fold.get(fold(name))
        if meant == name:
            continue
        meant = meant or nearest(name, PURPOSES)
        remedy = f"Did you mean {meant}?" if meant else f"Purposes are {', '.join(PURPOSES)}."
        spot.at(name).complain(NAME, f"There is no purpose “{name}”.", remedy)
    return found


_WORDS = one_or_more(cell)
TERMS: Keys = {
    "response": Key(mapping(choice(*RESPONSES), example='response = { "Complete" = "CR" }')),
    "paramcds": Key(_paramcds),
    "event_codes": Key(_WORDS),
    "related": Key(_WORDS),
    "not_related": Key(_WORDS),
    "related_columns": Key(mapping(cell, example='related_columns = { inosine = "AERELI" }')),
    "severity_scale": Key(choice("auto", "CTCAE", "severity")),
    "units": Key(mapping(cell, example='units = { "mos" = "MONTHS" }')),
}
MISSING_KEYS: Keys = {
    "values": Key(_WORDS),
    "columns": Key(mapping(_WORDS, example='[missing.columns] with AGE = "-999"')),
    "literal": Key(_WORDS),
}


def terms(value: Any, spot: Spot) -> Mapping[str, Any]:
    return {"terms": table(value, spot, TERMS)}


def missing(value: Any, spot: Spot) -> Mapping[str, Any]:
    got = table(value, spot, MISSING_KEYS)
    names = {"values": "missing", "columns": "missing_by_column", "literal": "literal"}
    return {"missing": {names[k]: v for k, v in got.items()}}


def build_terms(parts: Mapping[str, Any]) -> Terms:
    """The words of [terms] and [missing] together."""
    return Terms(**parts.get("terms", {}), **parts.get("missing", {}))
