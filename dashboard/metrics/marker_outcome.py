"""Markers and time to event: Kaplan-Meier strata at a landmark and a Cox model per SD.

A value measured on treatment is known only to those who lived to its sample: its patients are
followed from a landmark at or after the sample, never from day 0 (Anderson, Cain & Gelber 1983).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.cox import Cox, CoxOptions, cox, per_sd
from dashboard.metrics.kaplan_meier import KaplanMeierOptions, kaplan_meier
from dashboard.metrics.markers import Marker
from dashboard.metrics.time_to_event import SurvivalResult, TimeToEvent
from dashboard.metrics.types import Estimate, Exclusion, Result

NO_VALUE = "no value of the marker"
UNDATED = "the sample has no date"


@dataclass(frozen=True, slots=True)
class AtRisk(Result):
    """Patients followed from day `start`: times count from it. `value` is that of the marker,
    a logarithm where `logged`."""

    start: int
    logged: bool
    patients: tuple[str, ...]
    value: tuple[float, ...]
    days: tuple[float, ...]
    event: tuple[bool, ...]
    excluded: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class MarkerHazard(Result):
    """Hazard ratio per SD of one marker; `cox` None where it cannot be fitted, `why` says why."""

    marker: Marker
    what: str
    start: int
    logged: bool
    n: int
    events: int
    sd: Estimate
    cox: Cox | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Strata(Result):
    """Curves from the landmark of patients above the median of the marker, and of the others."""

    cut_point: Estimate
    above: SurvivalResult
    others: SurvivalResult


def at_risk(
    data: TimeToEvent,
    values: Mapping[str, float],
    sample_day: Mapping[str, int],
    *,
    start: int,
    logged: bool = False,
) -> AtRisk:
    """Patients with a value sampled up to day `start` and still followed after it.

    `data` counts from the origin (day 1 is the origin's day). A baseline value with `start` 0 keeps
    everybody; a sample without a day is of the visit before treatment then.
    """
    keep: list[int] = []
    gone: list[Exclusion] = []
    for i, usubjid in enumerate(data.usubjid):
        why = _why(usubjid, values, sample_day, start)
        if why is None and start and data.days[i] - 1 <= start:
            why = f"event or censored by day {start}"
        if why is None:
            keep.append(i)
        else:
            gone.append(Exclusion(usubjid, why))
    return AtRisk(
        start=start,
        logged=logged,
        patients=tuple(data.usubjid[i] for i in keep),
        value=tuple(values[data.usubjid[i]] for i in keep),
        days=tuple(float(data.days[i] - start) for i in keep),
        event=tuple(data.event[i] for i in keep),
        excluded=tuple(gone),
    )


def _why(
    usubjid: str, values: Mapping[str, float], sample_day: Mapping[str, int], start: int
) -> str | None:
    if usubjid not in values:
        return NO_VALUE
    day = sample_day.get(usubjid, int(NEVER))
    if start and day >= NEVER:
        return UNDATED
    # from the origin on, a value sampled later was known only to those who lived to it
    return f"sampled after day {start}" if int(NEVER) > day > start else None


def landmark_of(sample_day: Sequence[int], stated: int | None) -> int | None:
    """The day study.toml states, else the day by which every second sample was taken."""
    if stated is not None:
        return stated
    known = [d for d in sample_day if 0 < d < NEVER]
    return max(known) if known else None


def hazard(marker: Marker, what: str, found: AtRisk, *, level: float = 0.95) -> MarkerHazard:
    """Cox model of one covariate: the marker, per SD (n - 1) of the patients in the model."""
    x = np.asarray(found.value, dtype=np.float64)
    events = sum(found.event)
    told = MarkerHazard(marker, what, found.start, found.logged, x.size, events, None, None, None)
    sd = float(x.std(ddof=1)) if x.size > 1 else 0.0
    if not events:
        return replace(told, why="no events")
    if not sd > 0:
        return replace(told, why="the marker does not vary")
    model = cox(
        np.asarray(found.days), np.asarray(found.event, dtype=np.bool_),
        per_sd(x)[:, None], (marker.paramcd,), CoxOptions(level=level),
    )  # fmt: skip
    return replace(told, sd=sd, cox=model, why=model.note)


def strata(data: TimeToEvent, found: AtRisk, options: KaplanMeierOptions | None = None) -> Strata:
    """Two curves split at the median of those at risk; equal to the median is not above it."""
    x = np.asarray(found.value, dtype=np.float64)
    middle = float(np.median(x)) if x.size else None
    high = x > middle if middle is not None else np.zeros(0, dtype=np.bool_)
    return Strata(
        middle,
        _curve(data, found, np.flatnonzero(high), options),
        _curve(data, found, np.flatnonzero(~high), options),
    )


def _curve(
    data: TimeToEvent,
    found: AtRisk,
    rows: np.ndarray,
    options: KaplanMeierOptions | None,
) -> SurvivalResult:
    place = {u: i for i, u in enumerate(data.usubjid)}
    at = [place[found.patients[i]] for i in rows.tolist()]
    mine = replace(
        data,
        usubjid=tuple(data.usubjid[i] for i in at),
        days=tuple(found.days[i] for i in rows.tolist()),
        event=tuple(data.event[i] for i in at),
        reason=tuple(data.reason[i] for i in at),
        dates=tuple(data.dates[i] for i in at),
        excluded=(),
    )
    curve = kaplan_meier(np.array(mine.days), np.array(mine.event, dtype=np.bool_), options)
    return SurvivalResult(mine, "landmark", curve)
