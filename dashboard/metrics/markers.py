"""Markers of a biomarker panel (subset, gate, parent, unit) and their values per sample."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import Days
from dashboard.metrics.columns import floats
from dashboard.metrics.sample_table import written
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
    names = {c: written(known, c) for c in ("PARAM", "AVALU", "GATE", "PARENT")}
    found: dict[str, tuple[str, str, str | None, str | None]] = {}
    for i, paramcd in enumerate(code.tolist()):
        if paramcd and paramcd not in found:
            gate, parent = (names[c][i] or None for c in ("GATE", "PARENT"))
            label, unit = parted(names["PARAM"][i] or paramcd, names["AVALU"][i])
            # the parent says of what a percentage is
            found[paramcd] = (label, names["AVALU"][i] if parent else unit, gate, parent)
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


@dataclass(frozen=True, slots=True, eq=False)
class MarkerValues:
    """PARAMCD -> value of each sample, shape (s,), NaN without one; `unclear`: samples with two
    values that differ, of which neither is used."""

    values: Mapping[str, Floats]
    unclear: Mapping[str, NDArray[np.bool_]]


def marker_values(
    frame: pd.DataFrame, row: Days, n_samples: int, paramcds: Sequence[str]
) -> MarkerValues:
    """Values of the markers in `frame`, whose records belong to the samples `row` (-1: to none)."""
    value, code = floats(frame, "AVAL"), written(frame, "PARAMCD")
    known = (row >= 0) & np.isfinite(value)
    values, unclear = {}, {}
    for paramcd in paramcds:
        mine = known & (code == paramcd)
        low = np.full(n_samples, np.inf)
        high = np.full(n_samples, -np.inf)
        np.minimum.at(low, row[mine], value[mine])
        np.maximum.at(high, row[mine], value[mine])
        two = high > low
        values[paramcd] = np.where(np.isfinite(low) & ~two, low, np.nan)
        unclear[paramcd] = np.asarray(two, dtype=np.bool_)
    return MarkerValues(values, unclear)
