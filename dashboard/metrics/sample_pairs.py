"""Which patients have a usable sample before and after, and why the others have no pair.

A patient whose second sample could not be taken is often the one who progressed: the gap is
informative, so every missing pair keeps its reason and the responders among pairs stand beside
those of the cohort.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import Cohort, Days
from dashboard.metrics.proportions import proportion
from dashboard.metrics.sample_table import SampleTable, Visits
from dashboard.metrics.samples import FAILED, NOT_TAKEN
from dashboard.metrics.types import Proportion, Result

NO_VISITS = "the export does not say which visits make a pair"
NO_SECOND_DUE = "not due by the cut-off"


@dataclass(frozen=True, slots=True)
class Gap(Result):
    """A patient without a usable sample of a visit. `visit` None: of the pair as a whole."""

    usubjid: str
    visit: str | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """`before` and `after` index the samples, shape (n,), in the order of `patients`."""

    visits: Visits
    patients: tuple[str, ...]
    before: Days
    after: Days
    gaps: tuple[Gap, ...]


def sample_pairs(
    samples: SampleTable, visits: Visits, cohort: Cohort, patients: Sequence[str]
) -> Pairs:
    """One pair per patient of `patients` with exactly one usable sample at each visit.

    Two samples at one visit are no pair: nothing says which of them is meant.
    """
    index = {u: i for i, u in enumerate(cohort.usubjid.tolist())}
    if visits.before is None or visits.after is None:
        gaps = tuple(Gap(u, None, NO_VISITS) for u in patients)
        return Pairs(visits, (), np.empty(0, np.int64), np.empty(0, np.int64), gaps)
    by_visit: dict[str, dict[int, list[int]]] = {visits.before: {}, visits.after: {}}
    for i, (who, visit) in enumerate(zip(samples.patient.tolist(), samples.visit, strict=True)):
        if visit in by_visit:
            by_visit[visit].setdefault(who, []).append(i)
    nameless = Counter(samples.patient[samples.visit == ""].tolist())
    names, ends, gaps_found = [], [], []
    for usubjid in patients:
        who = index[usubjid]
        found = {
            v: _only(samples, per.get(who, []), v, nameless[who]) for v, per in by_visit.items()
        }
        missing = [Gap(usubjid, v, why) for v, why in found.items() if isinstance(why, str)]
        gaps_found += missing
        if not missing:
            names.append(usubjid)
            ends.append([found[visits.before], found[visits.after]])
    both = np.array(ends, dtype=np.int64).reshape(-1, 2)
    return Pairs(visits, tuple(names), both[:, 0], both[:, 1], tuple(gaps_found))


def _only(samples: SampleTable, own: list[int], visit: str, unnamed: int) -> int | str:
    """The one usable sample, or why there is none; `unnamed` samples of theirs have no visit."""
    usable = [i for i in own if samples.state[i] == "usable"]
    if len(usable) == 1:
        return usable[0]
    if usable:
        return f"{len(usable)} samples at {visit}, and which is meant is not known"
    if not own and unnamed:
        return f"no {visit} sample, and {unnamed} whose visit is not stated"
    if not own:
        planned = samples.due is not None
        return NO_SECOND_DUE if planned else f"no {visit} sample in the export"
    last = own[-1]
    state = "failed its assay" if samples.state[last] == FAILED else "not taken"
    reason = samples.reason[last]
    return f"{state}: {reason}" if reason else f"{state}, no reason stated"


@dataclass(frozen=True, slots=True)
class VisitCount(Result):
    """Patients with a sample of a visit that was due, taken and usable; `due` None: not stated."""

    visit: str
    due: int | None
    taken: int
    usable: int
    patients_taken: tuple[str, ...]
    patients_usable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapCount(Result):
    """Patients without a usable sample of a visit for one reason."""

    visit: str | None
    reason: str
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairedShare(Result):
    """Patients with a pair, of the patients of a response group."""

    group: str
    paired: Proportion
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accountability(Result):
    """Samples of a kind from plan to pair.

    `mix_pairs` and `mix_cohort`: responders among those with a pair and among all patients whose
    response is known. `others`: visits beside the pair's, `unvisited`: samples without a visit.
    """

    n: int
    visits: Visits
    per_visit: tuple[VisitCount, ...]
    paired: Proportion
    pairs: tuple[str, ...]
    gaps: tuple[GapCount, ...]
    by_response: tuple[PairedShare, ...]
    mix_pairs: Proportion | None
    mix_cohort: Proportion | None
    unvisited: int


def accountability(
    samples: SampleTable,
    pairs: Pairs,
    cohort: Cohort,
    patients: Sequence[str],
    groups: Mapping[str, Collection[str]],
    *,
    level: float = 0.95,
) -> Accountability:
    """`groups`: response group -> its patients, the responders first; {} when nobody knows."""
    inside = set(patients)
    names = cohort.usubjid[samples.patient] if samples.n else np.empty(0, object)
    mine = np.array([u in inside for u in names.tolist()], dtype=np.bool_)
    held = frozenset(pairs.patients)
    shares = [
        PairedShare(
            group,
            proportion(len(held & set(who) & inside), len(set(who) & inside), level=level),
            tuple(sorted(set(who) & inside)),
        )
        for group, who in groups.items()
    ]
    mixes: list[Proportion | None] = [None, None]
    if groups:
        first = set(next(iter(groups.values())))
        known = {u for who in groups.values() for u in who} & inside
        mixes = [proportion(len(first & of), len(of), level=level) for of in (known & held, known)]
    return Accountability(
        n=len(inside),
        visits=pairs.visits,
        per_visit=tuple(_visit(samples, names, mine, v) for v in _visits(samples, pairs.visits)),
        paired=proportion(len(held), len(inside), level=level),
        pairs=pairs.patients,
        gaps=_gaps(pairs.gaps),
        by_response=tuple(shares),
        mix_pairs=mixes[0],
        mix_cohort=mixes[1],
        unvisited=int((mine & (samples.visit == "")).sum()),
    )


def _visits(samples: SampleTable, pair: Visits) -> tuple[str, ...]:
    """The visits of the pair first, then the others in the order of their first sample."""
    first = [v for v in (pair.before, pair.after) if v]
    return tuple(dict.fromkeys([*first, *(v for v in samples.visit.tolist() if v)]))


def _visit(samples: SampleTable, names: np.ndarray, mine: np.ndarray, visit: str) -> VisitCount:
    here = mine & (samples.visit == visit)

    def who(mask: np.ndarray) -> tuple[str, ...]:
        return tuple(sorted(set(names[here & mask].tolist())))

    taken = who(samples.state != NOT_TAKEN)
    usable = who(samples.usable)
    due = None if samples.due is None else len(who(samples.due))
    return VisitCount(visit, due, len(taken), len(usable), taken, usable)


def _gaps(gaps: Sequence[Gap]) -> tuple[GapCount, ...]:
    """Reasons by visit, the most frequent first."""
    found: dict[tuple[str | None, str], list[str]] = {}
    for gap in gaps:
        found.setdefault((gap.visit, gap.reason), []).append(gap.usubjid)
    visits = list(dict.fromkeys(v for v, _ in found))
    order = sorted(found.items(), key=lambda f: (visits.index(f[0][0]), -len(f[1]), f[0][1]))
    return tuple(GapCount(v, reason, tuple(who)) for (v, reason), who in order)
