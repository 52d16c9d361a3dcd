"""Last day known alive by the records, for exports that do not state it (ADSL LSTALVDT)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import NEVER, Bools, Cohort, Days, column_dates, in_order, text
from dashboard.metrics.columns import Frame, take

#: domain -> dates on which the patient was seen; an end date may be a guess, a start is not
SEEN = {
    "ADRS": ("ADT",),
    "ADTR": ("ADT",),
    "ADAE": ("ASTDT",),
    "ADEX": ("ASTDT",),
    "ADLB": ("ADT",),
}


def with_contacts(
    cohort: Cohort, adsl: pd.DataFrame, table: Callable[[str], pd.DataFrame | None]
) -> Cohort:
    """The cohort, known alive to the last record by the cut-off where ADSL states no LSTALVDT.

    `table` gives a domain, or None; it is asked only when somebody needs it. Without this a patient
    whose scans go on after the last dose would be censored for survival on that dose.
    """
    open_ = _unstated(cohort, adsl)
    if not open_.any():
        return cohort
    last = np.full(cohort.n, -1, dtype=np.int64)
    for domain, columns in SEEN.items():
        frame = table(domain)
        if frame is not None:
            np.maximum(last, last_seen(cohort, frame, columns), out=last)
    return replace(cohort, alive=np.where(open_, np.maximum(cohort.alive, last), cohort.alive))


def _unstated(cohort: Cohort, adsl: pd.DataFrame) -> Bools:
    stated = column_dates(in_order(adsl, cohort), ("LSTALVDT",))
    return np.asarray(np.isnat(stated) & cohort.timed & (cohort.death >= NEVER), dtype=np.bool_)


def last_seen(cohort: Cohort, frame: Frame, columns: Sequence[str]) -> Days:
    """Latest day of each patient's own records up to the cut-off, copies left out; -1 for none."""
    rows = take(frame, text(frame, "DTYPE") == "")
    patient = cohort.rows_of(rows)
    last = np.full(cohort.n, -1, dtype=np.int64)
    for name in columns:
        dates = column_dates(rows, (name,))
        use = (patient >= 0) & ~np.isnat(dates)
        use[use] &= cohort.timed[patient[use]]
        who = patient[use]
        day = (dates[use] - cohort.origin[who]).astype(np.int64)
        inside = day <= cohort.follow_up[who]
        np.maximum.at(last, who[inside], day[inside])
    return last
