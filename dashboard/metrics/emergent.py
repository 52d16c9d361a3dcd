"""Treatment-emergent adverse events (PHUSE WP-087 as in admiral derive_var_trtemfl).

An event is emergent when it starts from the first dose up to the end of the window (last dose +
30 days by default, that day included). A missing start counts unless the event ended before the
first dose. An event from before the first dose counts only when its grade at the start and its
worst grade are both recorded and the second is higher.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import Bools, Dates
from dashboard.metrics.columns import Frame, factorised
from dashboard.metrics.grades import MISSING, Grades
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Result, Source


@dataclass(frozen=True, slots=True, eq=False)
class Emergence:
    """What decides per event; arrays have shape (m,). `patient` is the row in the treated set."""

    patient: np.typing.NDArray[np.int64]
    start: Dates
    end: Dates
    grade: Grades
    initial: Grades


def since_first_dose(events: Emergence, treated: Treated) -> Bools:
    """Emergent without an end of the window: for events counted to a limit of their own."""
    first = treated.first_dose[events.patient]
    ended_before = events.end < first
    no_start = np.isnat(events.start) & ~np.isnat(first)
    before = events.start < first
    worse = (events.initial > MISSING) & (events.grade > events.initial)
    return (no_start | (events.start >= first) | (before & worse)) & ~ended_before


def emergent(events: Emergence, treated: Treated) -> Bools:
    """Emergent by dates and grades: `since_first_dose` and not after the end of the window."""
    late = events.start > treated.window_end[events.patient]
    return since_first_dose(events, treated) & ~late


@dataclass(frozen=True, slots=True)
class EmergentMismatch(Result):
    """An event whose exported flag and derivation differ."""

    usubjid: str
    sequence: int | None
    term: str
    exported: bool
    derived: bool


@dataclass(frozen=True, slots=True)
class EmergentCheck(Result):
    """The export's TRTEMFL against the derivation. `used` is what every table counts."""

    used: Source
    rule: str
    n_events: int
    n_exported: int | None
    n_derived: int
    mismatches: tuple[EmergentMismatch, ...]


def exported_flag(adae: Frame) -> Bools | None:
    """TRTEMFL = Y per row; missing means no. None when the export has no flag at all."""
    if "TRTEMFL" not in adae.columns:
        return None
    codes, values = factorised(adae, "TRTEMFL")
    if not (codes >= 0).any():
        return None
    table = np.array([*(v in {"Y", "y"} for v in values), False], dtype=np.bool_)
    return table[codes]
