"""The laboratory parameters of a cut: what an address may name and a menu offers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.analysis import Analysis
from dashboard.metrics.coded import distinct
from dashboard.metrics.columns import every, strings
from dashboard.metrics.patient_labs import FIRST


@dataclass(frozen=True, slots=True)
class LabName:
    """A parameter of the export: its code, and what a reader calls it."""

    code: str
    label: str


def lab_names(analysis: Analysis) -> tuple[LabName, ...]:
    """The parameters of the cut, those a reader of such a trial asks for first in front."""
    return analysis.once("lab names", lambda: _names(analysis))


def _names(analysis: Analysis) -> tuple[LabName, ...]:
    frame = analysis.frame("ADLB")
    if frame is None or not {"PARAMCD", "AVAL"} <= set(frame.columns):
        return ()
    codes, found = distinct(frame, "PARAMCD")
    known = np.flatnonzero(codes >= 0)
    rows = known[np.unique(codes[known], return_index=True)[1]]
    picked = every(frame).take(rows)
    labels = strings(picked, "PARAM") if "PARAM" in frame.columns else np.full(rows.size, None)
    named: dict[str, LabName] = {}
    for code, label in zip(codes[rows].tolist(), labels.tolist(), strict=True):
        name = str(found[code])
        named.setdefault(name.upper(), LabName(name, label if isinstance(label, str) else name))
    return tuple(sorted(named.values(), key=_rank))


def _rank(name: LabName) -> tuple[int, str, str]:
    code = name.code.upper()
    place = next((i for i, codes in enumerate(FIRST) if code in codes), len(FIRST))
    return place, name.label, name.code
