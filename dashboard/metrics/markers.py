"""Markers of a biomarker panel (subset, gate, parent, unit) and their values per sample."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import Days
from dashboard.metrics.columns import floats
from dashboard.metrics.sample_table import Words, written
from dashboard.metrics.types import Result

Floats = NDArray[np.float64]
Scale = Literal["difference", "ratio"]
DIFFERENCE: Literal["difference"] = "difference"
RATIO: Literal["ratio"] = "ratio"
#: the family of markers that name none: the panel
PANEL = "panel"
_IN_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_SHARES = ("%", "PERCENT", "FRACTION", "PROPORTION")


@dataclass(frozen=True, slots=True)
class Marker(Result):
    """What is measured. `parent`: of what a percentage is; `unit` "" where none is exported.

    `scale`: changes are differences (in `unit`) or ratios. p-values of one `family` are adjusted
    together. `position`: its place in the panel.
    """

    paramcd: str
    label: str
    unit: str
    gate: str | None
    parent: str | None
    scale: Scale
    family: str
    position: int


def scale_of(unit: str) -> Scale:
    """Percentages and scores change by differences; counts, concentrations, densities by ratios."""
    words = unit.upper()
    if any(share in words for share in _SHARES):
        return DIFFERENCE
    return RATIO if "/" in words or "RATIO" in words else DIFFERENCE


def markers_in(frame: pd.DataFrame) -> tuple[Marker, ...]:
    """Every parameter with a number: shares by parent, then counts and densities, then the rest."""
    known = frame[np.isfinite(floats(frame, "AVAL"))]
    code = written(known, "PARAMCD")
    names = {c: written(known, c) for c in ("PARAM", "GATE", "PARENT")}
    units = _units(code, written(known, "AVALU"), {})
    found: dict[str, tuple[str, str, str | None, str | None]] = {}
    for i, paramcd in enumerate(code.tolist()):
        if paramcd and paramcd not in found:
            gate, parent = (names[c][i] or None for c in ("GATE", "PARENT"))
            own = units[paramcd]
            label, unit = parted(names["PARAM"][i] or paramcd, own)
            # the parent says of what a percentage is
            found[paramcd] = (label, own if parent else unit, gate, parent)
    order = sorted(found, key=lambda c: _place(c, found[c]))
    return tuple(
        Marker(c, label, unit, gate, parent, scale_of(unit), PANEL, i)
        for i, c in enumerate(order)
        for label, unit, gate, parent in [found[c]]
    )


def _place(
    paramcd: str, told: tuple[str, str, str | None, str | None]
) -> tuple[int, int, str, str, str]:
    """Shares first, parents of few gates first, then by gate; a marker without a gate last."""
    _, unit, gate, parent = told
    kind = 0 if scale_of(unit) == DIFFERENCE and "%" in unit else 1 if "/" in unit else 2
    return kind, len(gates(parent or "")), parent or "~", gate or "~", paramcd


#: names of markers with a hyphen before a letter, which would read as a sign
_HYPHENS = (("HLA-DR", "HLADR"), ("PD-L1", "PDL1"))
_GATE = re.compile(r"([A-Z0-9][A-Z0-9/-]*?)(LO/-|HI|LO|[+-])(?=[A-Z]|$)")


def gates(gate: str) -> dict[str, str]:
    """Marker -> sign of a gate: CD3+CD8+CCR7- is {"CD3": "+", "CD8": "+", "CCR7": "-"}."""
    clean = gate.upper().replace(" ", "")
    for written_so, read_so in _HYPHENS:
        clean = clean.replace(written_so, read_so)
    found: list[tuple[str, str]] = _GATE.findall(clean)
    return dict(found)


def parted(param: str, unit: str) -> tuple[str, str]:
    """Name and unit: "B cells (% of lymphocytes)" in "%" is ("B cells", "% of lymphocytes")."""
    match = _IN_BRACKETS.search(param)
    if match is None or not unit or not match.group(1).upper().startswith(unit.upper()):
        return param, unit
    return param[: match.start()] or param, match.group(1)


#: the micro sign and the Greek mu
_MICRO = str.maketrans({"\u00b5": "u", "\u03bc": "u"})


def plain_unit(unit: str) -> str:
    """A unit as it is compared: case, blanks and the two ways to write a mu do not matter."""
    return unit.translate(_MICRO).casefold().replace(" ", "")


def _units(code: Words, unit: Words, stated: Mapping[str, str]) -> dict[str, str]:
    """PARAMCD -> its unit: the stated one where the data has it, else the one most values are in.

    The first of several that are equally frequent.
    """
    seen: dict[str, Counter[str]] = {}
    spelt: dict[tuple[str, str], str] = {}
    for c, u in zip(code.tolist(), unit.tolist(), strict=True):
        seen.setdefault(c, Counter())[plain_unit(u)] += bool(u)
        spelt.setdefault((c, plain_unit(u)), u)
    found = {}
    for c, counts in seen.items():
        asked = plain_unit(stated.get(c, ""))
        own = asked if counts[asked] else counts.most_common(1)[0][0]
        found[c] = spelt[c, own]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class MarkerValues:
    """PARAMCD -> value of each sample, shape (s,), NaN without one; `unclear`: samples with two
    values that differ, of which neither is used; `foreign`: the unit of a value that is not in the
    unit of its marker and is not used, "" for every other sample."""

    values: Mapping[str, Floats]
    unclear: Mapping[str, NDArray[np.bool_]]
    foreign: Mapping[str, Words] = field(default_factory=dict)


def impossible(marker: Marker, values: Floats) -> int:
    """How many values cannot be: a percentage beyond its whole, or a count below zero. A percent
    change, a score and a logarithm may be negative."""
    unit = plain_unit(marker.unit)
    known = values[np.isfinite(values)]
    if unit == "%" or unit.startswith("%of"):
        return int(((known < 0) | (known > 100 + 1e-9)).sum())
    is_count = "/" in unit and not re.search("log|ln|fold", unit)
    return int((known < 0).sum()) if is_count else 0


def marker_values(
    frame: pd.DataFrame,
    row: Days,
    n_samples: int,
    paramcds: Sequence[str],
    *,
    units: Mapping[str, str] | None = None,
) -> MarkerValues:
    """Values of the markers in `frame`, whose records belong to the samples `row` (-1: to none).

    `units`: the stated unit of a marker. A value in another unit is no value: a fraction beside
    percentages would be a shift that never was. Values without a unit are taken as they are.
    """
    value, code, unit = floats(frame, "AVAL"), written(frame, "PARAMCD"), written(frame, "AVALU")
    known = (row >= 0) & np.isfinite(value)
    own = _units(code[known], unit[known], units or {})
    plain = np.array([plain_unit(u) for u in unit.tolist()], dtype=object)
    values, unclear, foreign = {}, {}, {}
    for paramcd in paramcds:
        named = known & (code == paramcd)
        other = named & (plain != "") & (plain != plain_unit(own.get(paramcd, "")))
        mine = named & ~other
        low = np.full(n_samples, np.inf)
        high = np.full(n_samples, -np.inf)
        np.minimum.at(low, row[mine], value[mine])
        np.maximum.at(high, row[mine], value[mine])
        two = high > low
        values[paramcd] = np.where(np.isfinite(low) & ~two, low, np.nan)
        unclear[paramcd] = np.asarray(two, dtype=np.bool_)
        strange = np.full(n_samples, "", dtype=object)
        strange[row[other]] = unit[other]
        foreign[paramcd] = strange
    return MarkerValues(values, unclear, foreign)
