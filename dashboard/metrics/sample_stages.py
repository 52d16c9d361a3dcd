"""From plan to pair, patient by patient: what became of the samples of two visits, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import Cohort
from dashboard.metrics.sample_pairs import Pairs
from dashboard.metrics.sample_table import SampleTable
from dashboard.metrics.samples import FAILED, NOT_TAKEN, USABLE
from dashboard.metrics.types import Result

#: of a visit, in the order of a sample's life; a later stage includes the earlier ones
DUE, TAKEN, PASSED = "due", "taken", "passed"
STAGES = (DUE, TAKEN, PASSED)
#: no record of a sample: not due where the export holds the plan, else simply none
NOT_DUE, NONE = "not due", "none"
#: best state first: a visit with two samples counts as its best one
_BEST = (USABLE, FAILED, NOT_TAKEN)


@dataclass(frozen=True, slots=True)
class PatientSamples(Result):
    """One patient: per visit of the pair what became of the sample, and why it is not usable.

    `state` is "usable", "failed", "not taken", "not due" or "none".
    """

    usubjid: str
    state: Mapping[str, str]
    reason: Mapping[str, str]
    paired: bool


def patient_samples(
    samples: SampleTable, pairs: Pairs, cohort: Cohort, patients: Sequence[str]
) -> tuple[PatientSamples, ...]:
    """Every patient at the visits of the pair; none of them is left out."""
    visits = tuple(v for v in (pairs.visits.before, pairs.visits.after) if v)
    index = {u: i for i, u in enumerate(cohort.usubjid.tolist())}
    absent = NONE if samples.due is None else NOT_DUE
    held = set(pairs.patients)
    best: dict[tuple[int, str], tuple[str, str]] = {}
    rows = zip(samples.patient.tolist(), samples.visit, samples.state, samples.reason, strict=True)
    for who, visit, state, reason in rows:
        now = best.get((who, visit))
        if now is None or _BEST.index(state) < _BEST.index(now[0]):
            best[who, visit] = (state, reason)
    made = []
    for usubjid in patients:
        own = {v: best.get((index[usubjid], v), (absent, "")) for v in visits}
        made.append(
            PatientSamples(
                usubjid,
                {v: state for v, (state, _) in own.items()},
                {v: reason for v, (_, reason) in own.items() if reason},
                usubjid in held,
            )
        )
    return tuple(made)


def reached(found: Sequence[PatientSamples], visit: str, stage: str) -> tuple[str, ...]:
    """Patients whose sample of the visit came as far as the stage."""
    states = {
        DUE: (USABLE, FAILED, NOT_TAKEN),
        TAKEN: (USABLE, FAILED),
        PASSED: (USABLE,),
    }[stage]
    return tuple(p.usubjid for p in found if p.state.get(visit) in states)


@dataclass(frozen=True, slots=True)
class SiteCount(Result):
    """Patients with a usable biopsy of one site, per visit; `paired`: of those with a pair, those
    whose first biopsy is of this site."""

    site: str
    usable: Mapping[str, tuple[str, ...]]
    paired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesions(Result):
    """Pairs by whether both biopsies are of one lesion, as exported; `unknown`: not stated."""

    same: tuple[str, ...]
    other: tuple[str, ...]
    unknown: tuple[str, ...]


def sites(
    samples: SampleTable, pairs: Pairs, cohort: Cohort, patients: Sequence[str]
) -> tuple[SiteCount, ...]:
    """Where biopsies were taken, the most frequent site first; () where no site is exported."""
    inside = cohort.mask(set(patients))
    visits = tuple(v for v in (pairs.visits.before, pairs.visits.after) if v)
    mine = samples.usable & inside[samples.patient]
    names = [s for s in dict.fromkeys(samples.site[mine].tolist()) if s]
    first = dict(zip(pairs.patients, samples.site[pairs.before].tolist(), strict=True))

    def who(site: str, visit: str) -> tuple[str, ...]:
        here = mine & (samples.site == site) & (samples.visit == visit)
        return tuple(sorted(set(cohort.usubjid[samples.patient[here]].tolist())))

    found = [
        SiteCount(
            site,
            {v: who(site, v) for v in visits},
            tuple(u for u, s in first.items() if s == site),
        )
        for site in names
    ]
    return tuple(sorted(found, key=lambda s: (-sum(map(len, s.usable.values())), s.site)))


def lesions(samples: SampleTable, pairs: Pairs) -> Lesions:
    """By the flag of the second biopsy; without it by the two lesion ids."""
    flag = samples.same_lesion[pairs.after]
    ids = samples.lesion[pairs.before], samples.lesion[pairs.after]
    both = (ids[0] != "") & (ids[1] != "")
    same = (flag == "Y") | ((flag == "") & both & (ids[0] == ids[1]))
    other = (flag == "N") | ((flag == "") & both & (ids[0] != ids[1]))

    def who(mask: np.ndarray) -> tuple[str, ...]:
        return tuple(u for u, m in zip(pairs.patients, mask.tolist(), strict=True) if m)

    return Lesions(who(same), who(other), who(~(same | other)))
