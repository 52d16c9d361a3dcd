"""New lesions as the export records them: PD whatever the target lesions do (RECIST 1.1)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import NEVER, Cohort, Days, column_dates, days_between, text

#: parameter of ADRS (AVALC Y), or column beside an overall response (Y)
NEW_LESION = "NEWLFL"


def first_new_lesion(adrs: pd.DataFrame, cohort: Cohort) -> Days | None:
    """Day of each patient's first recorded new lesion, NEVER where none; shape (n,).

    Read from ADRS parameter NEWLFL and from the column of that name, up to the cut-off and before
    new anticancer therapy. None: the export records no new lesions, so their absence says nothing.
    """
    parameter, column = text(adrs, "PARAMCD") == NEW_LESION, text(adrs, NEW_LESION)
    if not parameter.any() and not (column != "").any():
        return None
    seen = (parameter & (text(adrs, "AVALC") == "Y")) | (column == "Y")
    index = cohort.index(adrs["USUBJID"])
    dates = column_dates(adrs, ("ADT",))
    day = np.full(index.shape, NEVER, dtype=np.int64)
    known = seen & (index >= 0)
    day[known] = days_between(dates[known], cohort.origin[index[known]])
    # a scan on the day of the switch is what triggered it, as for progression
    known &= (day <= cohort.follow_up[index]) & (day <= cohort.new_therapy[index]) & (day < NEVER)
    first = np.full(cohort.n, NEVER, dtype=np.int64)
    np.minimum.at(first, index[known], day[known])
    return first
