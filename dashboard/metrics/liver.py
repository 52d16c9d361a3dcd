"""Liver safety: peaks of ALT or AST and bilirubin in multiples of the ULN, and Hy's law candidates.

Lines at 3 x ULN and 2 x ULN (FDA guidance on drug-induced liver injury, 2009; Watkins et al. 2011).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.labs import Floats, LabValues
from dashboard.metrics.types import Estimate, Exclusion, Result, numbers

HYS_LAW, TEMPLE, CHOLESTASIS, NORMAL = (
    "potential Hy's law",
    "Temple's corollary",
    "cholestasis",
    "normal or near normal",
)
CONFIRMED, REFUTED, UNKNOWN = "candidate", "not a candidate", "alkaline phosphatase not measured"


@dataclass(frozen=True, slots=True)
class ScatterOptions:
    """Parameters of the two axes and where their lines are (a value on the line is beyond it)."""

    x: tuple[str, ...]
    y: tuple[str, ...]
    x_line: float = 3.0
    y_line: float = 2.0


@dataclass(frozen=True, slots=True)
class LiverOptions:
    """`hys_law_days`: bilirubin on or up to so many days after the rise of ALT or AST."""

    scatter: ScatterOptions = field(
        default_factory=lambda: ScatterOptions(("ALT", "SGPT", "AST", "SGOT"), ("BILI", "TBIL"))
    )
    alp: tuple[str, ...] = ("ALP",)
    alp_line: float = 2.0
    hys_law_days: int = 30


@dataclass(frozen=True, slots=True)
class ScatterPoint(Result):
    """Peaks of one patient after the first dose, and what they were at baseline (xULN)."""

    usubjid: str
    x: float
    y: float
    x_baseline: Estimate
    y_baseline: Estimate
    upper_right: bool


@dataclass(frozen=True, slots=True)
class Scatter(Result):
    """Peaks in multiples of the upper limit of normal; who has no point, and why."""

    x: tuple[str, ...]
    y: tuple[str, ...]
    x_line: float
    y_line: float
    points: tuple[ScatterPoint, ...]
    without: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class LiverPatient(Result):
    """One patient of the scatter with the quadrant and the confirmation of Hy's law.

    `status` is None outside the upper right quadrant. `days`: from the rise of ALT or AST to the
    bilirubin that meets the rule; `alp`: highest alkaline phosphatase between the two (xULN).
    """

    usubjid: str
    quadrant: str
    status: str | None
    days: int | None
    alp: Estimate


@dataclass(frozen=True, slots=True)
class Liver(Result):
    """The scatter, and each patient's quadrant. `rule` is the sentence the page prints."""

    scatter: Scatter
    patients: tuple[LiverPatient, ...]
    candidates: tuple[str, ...]
    rule: str


def times_upper_limit(values: LabValues) -> Floats:
    """Values over their own ULN; NaN without a limit above zero, or without a unit."""
    ratio = np.divide(
        values.value, values.high, out=np.full(values.n, np.nan), where=values.high > 0
    )
    return np.where(values.has_unit, ratio, np.nan)


def quadrants(x: Floats, y: Floats, *, x_line: float = 3.0, y_line: float = 2.0) -> tuple[str, ...]:
    """Quadrant of each pair of peaks (xULN); both of shape (n,), none missing."""
    right, upper = x >= x_line - 1e-9, y >= y_line - 1e-9
    names = np.where(right, np.where(upper, HYS_LAW, TEMPLE), np.where(upper, CHOLESTASIS, NORMAL))
    return tuple(names.tolist())


def times_baseline(values: LabValues) -> Floats:
    """Values over the patient's own baseline; NaN without one above zero in the same unit."""
    ratio: Floats = np.divide(
        values.value, values.base, out=np.full(values.n, np.nan), where=values.base > 0
    )
    return ratio


def scatter(values: LabValues, options: ScatterOptions) -> Scatter:
    """Peaks of the two axes from the first dose to the cut-off (also urate against creatinine)."""
    return _scatter(values, options, times_upper_limit(values), BY_LIMIT)


def scatter_by_baseline(values: LabValues, options: ScatterOptions) -> Scatter:
    """The same peaks in multiples of the patient's own baseline (mDISH, for those who begin with a
    raised value, as with liver metastases); a low baseline makes a small rise large."""
    return _scatter(values, options, times_baseline(values), BY_BASELINE)


#: what a value must have to be on the scatter
BY_LIMIT = "with unit and upper limit after the first dose"
BY_BASELINE = "after the first dose with a baseline in its unit"


def _scatter(values: LabValues, options: ScatterOptions, ratio: Floats, needed: str) -> Scatter:
    on = {axis: values.of(getattr(options, axis)) for axis in ("x", "y")}
    peak = {axis: _peak(values, ratio, mask & values.after) for axis, mask in on.items()}
    base = {axis: _peak(values, ratio, mask & values.baseline) for axis, mask in on.items()}
    x, y = peak["x"], peak["y"]
    has_x, has_y = np.isfinite(x), np.isfinite(y)
    who = np.flatnonzero(has_x & has_y)
    corner = (x[who] >= options.x_line - 1e-9) & (y[who] >= options.y_line - 1e-9)
    ids = values.treated.usubjid
    points = zip(
        ids[who].tolist(),
        x[who].tolist(),
        y[who].tolist(),
        numbers(base["x"][who]),
        numbers(base["y"][who]),
        corner.tolist(),
        strict=True,
    )
    return Scatter(
        x=options.x,
        y=options.y,
        x_line=options.x_line,
        y_line=options.y_line,
        points=tuple(ScatterPoint(*p) for p in points),
        without=tuple(
            Exclusion(ids[i], _reason(options, needed, x=bool(has_x[i]), y=bool(has_y[i])))
            for i in np.flatnonzero(~(has_x & has_y)).tolist()
        ),
    )


def _reason(options: ScatterOptions, needed: str, *, x: bool, y: bool) -> str:
    missing = [*([] if x else options.x[:1]), *([] if y else options.y[:1])]
    return f"no {' and no '.join(missing)} {needed}"


def _peak(values: LabValues, ratio: Floats, mask: Bools) -> Floats:
    """Highest multiple per patient of the rows of `mask`; NaN without one."""
    peak = np.full(values.treated.n, -np.inf)
    use = mask & np.isfinite(ratio)
    np.maximum.at(peak, values.patient[use], ratio[use])
    return np.where(np.isfinite(peak), peak, np.nan)


def liver(values: LabValues, options: LiverOptions | None = None) -> Liver:
    """Quadrants, and among potential cases those that meet Hy's law within `hys_law_days`.

    Candidate: ALT or AST >= 3 x ULN, bilirubin >= 2 x ULN on that day or up to `hys_law_days`
    later, and alkaline phosphatase below 2 x ULN in between (the last value before where none was
    taken in between). No other cause is looked for: a candidate needs a clinician.
    """
    options = options or LiverOptions()
    axes = options.scatter
    made = scatter(values, axes)
    x = np.array([p.x for p in made.points], dtype=np.float64)
    y = np.array([p.y for p in made.points], dtype=np.float64)
    names = quadrants(x, y, x_line=axes.x_line, y_line=axes.y_line)
    index = {u: i for i, u in enumerate(values.treated.patients)}
    patients = tuple(
        LiverPatient(p.usubjid, name, None, None, None)
        if name != HYS_LAW
        else _confirm(values, index[p.usubjid], options)
        for p, name in zip(made.points, names, strict=True)
    )
    return Liver(
        scatter=made,
        patients=patients,
        candidates=tuple(p.usubjid for p in patients if p.status == CONFIRMED),
        rule=(
            f"ALT or AST >= {axes.x_line:g} x ULN, bilirubin >= {axes.y_line:g} x ULN on that day "
            f"or up to {options.hys_law_days} days later, and alkaline phosphatase "
            f"< {options.alp_line:g} x ULN"
        ),
    )


def _confirm(values: LabValues, patient: int, options: LiverOptions) -> LiverPatient:
    """The most telling pair of one patient of the upper right quadrant."""
    axes, mine = options.scatter, values.select(values.patient == patient)
    ratio = times_upper_limit(mine)
    day = mine.date.astype(np.int64)
    rise = mine.after & mine.of(axes.x) & (ratio >= axes.x_line - 1e-9)
    high = mine.after & mine.of(axes.y) & (ratio >= axes.y_line - 1e-9)
    alp = np.flatnonzero(mine.of(options.alp) & np.isfinite(ratio))
    found = [
        _pair(day[r], day[b], day[alp], ratio[alp], options.alp_line)
        for r in np.flatnonzero(rise)
        for b in np.flatnonzero(high)
        if 0 <= day[b] - day[r] <= options.hys_law_days
    ]
    name = str(values.treated.usubjid[patient])
    if not found:
        return LiverPatient(name, HYS_LAW, REFUTED, None, None)
    order = (CONFIRMED, UNKNOWN, REFUTED)
    status, days, level = min(found, key=lambda f: (order.index(f[0]), f[1]))
    return LiverPatient(name, HYS_LAW, status, days, level)


def _pair(
    start: int, end: int, days: NDArray[np.int64], alp: Floats, line: float
) -> tuple[str, int, float | None]:
    """Status, days apart and the alkaline phosphatase that decides, for one pair of values."""
    apart = int(end - start)
    between = (days >= start) & (days <= end)
    before = days < start
    if between.any():
        level = float(alp[between].max())
    elif before.any():
        level = float(alp[np.flatnonzero(before)[np.argmax(days[before])]])
    else:
        return UNKNOWN, apart, None
    return (CONFIRMED if level < line - 1e-9 else REFUTED), apart, level
