"""Liver values of single patients over time in multiples of the upper limit of normal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.labs import LabValues
from dashboard.metrics.liver import LiverOptions, times_upper_limit
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class LiverSeries(Result):
    """One parameter of one patient; `day` counts from the first dose, `times` is x ULN."""

    paramcd: str
    label: str
    day: tuple[int, ...]
    times: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LiverCourse(Result):
    """The liver values of one patient, baseline included."""

    usubjid: str
    series: tuple[LiverSeries, ...]


def liver_courses(
    values: LabValues, patients: Sequence[str], options: LiverOptions | None = None
) -> tuple[LiverCourse, ...]:
    """ALT, AST, bilirubin and alkaline phosphatase of these patients, in the order given."""
    options = options or LiverOptions()
    axes = options.scatter
    mine = values.select(values.of((*axes.x, *axes.y, *options.alp)))
    ratio = times_upper_limit(mine)
    index = {u: i for i, u in enumerate(values.treated.patients)}
    day = (mine.date - mine.treated.first_dose[mine.patient]).astype(np.int64)
    made = []
    for usubjid in patients:
        own = (mine.patient == index[usubjid]) & np.isfinite(ratio)
        series = []
        for p in np.unique(mine.param[own]).tolist():
            rows = np.flatnonzero(own & (mine.param == p))
            rows = rows[np.lexsort((ratio[rows], day[rows]))]
            series.append(
                LiverSeries(
                    mine.params[p],
                    mine.labels[p],
                    tuple(day[rows].tolist()),
                    tuple(ratio[rows].tolist()),
                )
            )
        made.append(LiverCourse(usubjid, tuple(series)))
    return tuple(made)
