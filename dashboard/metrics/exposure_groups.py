"""Exposure of groups that may overlap (backbones): each over its own patients, from one result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dashboard.metrics.cycle_counts import CycleCounts
from dashboard.metrics.dose_changes import ANY, Modifications
from dashboard.metrics.exposure import DrugCourse, DrugExposure
from dashboard.metrics.kaplan_meier import KaplanMeierOptions, Quantile, kaplan_meier
from dashboard.metrics.proportions import proportion
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.stopping import TreatmentTime
from dashboard.metrics.table_columns import Column
from dashboard.metrics.types import Proportion, Result

#: dose intensity below which treatment counts as reduced (85%, as in Lyman, JNCCN 2009)
REDUCED = 0.85


@dataclass(frozen=True, slots=True)
class BelowPlan(Result):
    """Patients whose relative dose intensity is below `REDUCED`, of those who have one."""

    drug: str
    proportion: Proportion
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupExposure(Result):
    """One group of `n` patients. `study` and `backbone`: relative dose intensity, one value per
    patient and drug. `time`: median time on treatment, of `timed` patients. None: not recorded."""

    id: str
    label: str
    n: int
    small: bool
    started: Spread
    time: Quantile | None
    timed: int
    study: Spread
    backbone: Spread
    changed: Proportion | None
    changed_patients: tuple[str, ...]
    stopped: Proportion
    stopped_patients: tuple[str, ...]


def below_plan(drug: DrugExposure, *, level: float = 0.95) -> BelowPlan:
    known = [(c.usubjid, c.intensity) for c in drug.courses if c.intensity is not None]
    low = tuple(u for u, value in known if value < REDUCED - 1e-9)
    return BelowPlan(drug.drug, proportion(len(low), len(known), level=level), low)


def exposure_groups(
    columns: Sequence[Column],
    *,
    drugs: Sequence[DrugExposure],
    study_drugs: Collection[str],
    cycles: CycleCounts,
    changes: Modifications | None,
    time: TreatmentTime,
    options: KaplanMeierOptions | None = None,
) -> tuple[GroupExposure, ...]:
    """A row per column of a table by group, everyone first."""
    options = options or KaplanMeierOptions()
    started: dict[str, int] = {}
    for row in cycles.rows:
        for u in row.started:
            started[u] = started.get(u, 0) + 1
    changed = {
        u
        for row in (changes.rows if changes is not None and changes.recorded else ())
        if row.type == ANY
        for u in row.patients
    }
    known = changes is not None and changes.recorded
    facts = _Facts(
        started,
        _intensities(drugs, study_drugs, of_study=True),
        _intensities(drugs, study_drugs, of_study=False),
        changed if known else None,
        time,
    )
    return tuple(_group(column, facts, options) for column in columns)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of every patient."""

    started: Mapping[str, int]
    study: list[DrugCourse]
    backbone: list[DrugCourse]
    changed: set[str] | None
    time: TreatmentTime


def _intensities(
    drugs: Sequence[DrugExposure], study_drugs: Collection[str], *, of_study: bool
) -> list[DrugCourse]:
    return [c for d in drugs if (d.drug in study_drugs) == of_study for c in d.courses]


def _group(column: Column, facts: _Facts, options: KaplanMeierOptions) -> GroupExposure:
    own = set(column.patients)
    changed, started = facts.changed, facts.started
    timed = facts.time.restrict(column.patients)
    ended = [bool(r) for r in timed.reason]
    stopped = tuple(u for u, r in zip(timed.usubjid, timed.reason, strict=True) if r)
    hit = tuple(u for u in column.patients if changed is not None and u in changed)
    curve = kaplan_meier(timed.days, ended, options) if timed.usubjid else None
    study, other = (
        spread([c.intensity for c in part if c.usubjid in own and c.intensity is not None])
        for part in (facts.study, facts.backbone)
    )
    return GroupExposure(
        id=column.id,
        label=column.label,
        n=column.n,
        small=column.small,
        started=spread([started[u] for u in column.patients if u in started]),
        time=None if curve is None else curve.median,
        timed=len(timed.usubjid),
        study=study,
        backbone=other,
        changed=None if changed is None else proportion(len(hit), column.n, level=options.level),
        changed_patients=hit,
        stopped=proportion(len(stopped), len(timed.usubjid), level=options.level),
        stopped_patients=stopped,
    )
