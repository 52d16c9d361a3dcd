"""What stands against reading laboratory values as they are: units, ranges, missing baselines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.coded import Codes
from dashboard.metrics.labs import LabValues
from dashboard.metrics.types import Result

#: values so many times beyond a limit of normal are rather in another unit than true
FAR = 100.0


@dataclass(frozen=True, slots=True)
class LabParameter(Result):
    """One parameter: `n` values of `patients` patients, and how many of them lack what is needed.

    `units` as exported, the most frequent first ("" is no unit), with `unit_counts` beside them.
    `without_range`: neither limit of normal. `crossed`: LLN above ULN. `far`: more than `FAR` times
    beyond a limit of normal, as a value in another unit would be; `far_patients` are theirs.
    `without_baseline`: patients with a value after the first dose and no baseline in its unit.
    """

    paramcd: str
    label: str
    n: int
    patients: int
    units: tuple[str, ...]
    unit_counts: tuple[int, ...]
    without_range: int
    crossed: int
    far: int
    far_patients: tuple[str, ...]
    without_baseline: tuple[str, ...]

    @property
    def without_unit(self) -> int:
        return dict(zip(self.units, self.unit_counts, strict=True)).get("", 0)


def lab_parameters(values: LabValues) -> tuple[LabParameter, ...]:
    """Every parameter with a value, in order of PARAMCD."""
    order = np.argsort(values.param, kind="stable")
    ends = np.searchsorted(values.param[order], np.arange(len(values.params) + 1))
    return tuple(
        _parameter(values, p, order[ends[p] : ends[p + 1]])
        for p in range(len(values.params))
        if ends[p] < ends[p + 1]
    )


def _parameter(values: LabValues, param: int, rows: Codes) -> LabParameter:
    low, high, value = values.low[rows], values.high[rows], values.value[rows]
    patient = values.patient[rows]
    counts = np.bincount(values.unit[rows], minlength=len(values.units)).tolist()
    used = sorted(
        ((values.units[u], c) for u, c in enumerate(counts) if c), key=lambda x: (-x[1], x[0])
    )
    far = (value > FAR * high) & (high > 0) | (value < low / FAR) & (low > 0)
    after = values.after[rows]
    bare = np.unique(patient[after & np.isnan(values.base[rows])])
    ids = values.treated.usubjid
    return LabParameter(
        paramcd=values.params[param],
        label=values.labels[param],
        n=int(rows.size),
        patients=int(np.unique(patient).size),
        units=tuple(u for u, _ in used),
        unit_counts=tuple(c for _, c in used),
        without_range=int((np.isnan(low) & np.isnan(high)).sum()),
        crossed=int((low > high).sum()),
        far=int(far.sum()),
        far_patients=tuple(ids[np.unique(patient[far])].tolist()),
        without_baseline=tuple(ids[bare].tolist()),
    )
