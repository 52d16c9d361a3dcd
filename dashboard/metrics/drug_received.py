"""Who got a drug: patients of a set with a dose of it by the cut-off (ADEX EXTRT or PARCAT2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.metrics.coded import is_in
from dashboard.metrics.cohort import column_dates
from dashboard.metrics.columns import Rows
from dashboard.metrics.cycles import dosing_records, was_given
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Result, Source


@dataclass(frozen=True, slots=True)
class Received(Result):
    """Patients who got a drug. `source`: "exported" doses, or "derived" from what else is stated.

    `names` are the names that were looked for in the dosing records.
    """

    patients: tuple[str, ...]
    source: Source
    names: tuple[str, ...]


def received(
    adex: pd.DataFrame | None,
    treated: Treated,
    names: Sequence[str],
    *,
    otherwise: Collection[str],
) -> Received:
    """Patients with a dose of any of `names`, whatever their case.

    `otherwise` are the patients where no dosing record of the export, of anybody, names the drug:
    those assigned to it.
    """
    columns = [] if adex is None else [c for c in ("EXTRT", "PARCAT2") if c in adex.columns]
    if adex is not None and columns and names:
        hit = np.logical_or.reduce([is_in(adex, c, tuple(names)) for c in columns])
        rows = np.flatnonzero(hit & dosing_records(adex))
        if rows.size:
            frame = Rows(adex, rows)
            patient = treated.rows_of(frame)
            given = was_given(frame) & ~(column_dates(frame, ("ASTDT",)) > treated.cut)
            who = np.unique(patient[given & (patient >= 0)])
            return Received(tuple(treated.usubjid[who].tolist()), "exported", tuple(names))
    wanted = set(otherwise)
    kept = tuple(u for u in treated.patients if u in wanted)
    return Received(kept, "derived", tuple(names))
