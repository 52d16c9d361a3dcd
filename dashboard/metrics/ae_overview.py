"""Patients with an adverse event of each kind, over the fixed N of the set (ICH E3 s.12.2).

The kinds are flags, not exclusive classes: one patient counts in every kind that any event meets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.cohort import Bools
from dashboard.metrics.grades import GRADE_KEYS, MISSING
from dashboard.metrics.proportions import proportion
from dashboard.metrics.safety_options import ACTION_LABELS, SafetyOptions, Scale
from dashboard.metrics.subgroups import Group
from dashboard.metrics.types import Proportion, Result, Source

#: grade 3 or higher, or severe where the export has severity alone
HIGH_GRADE = 3


@dataclass(frozen=True, slots=True)
class AeFlag(Result):
    """Patients with at least one event of a kind.

    `proportion` and `n_events` are None when the export does not record the kind: that is not zero.
    """

    id: str
    label: str
    proportion: Proportion | None
    n_events: int | None
    patients: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class AeOverview(Result):
    """Every kind over the same N patients. Group rows overlap when the groups do.

    `max_grade`: patients by their worst grade, "1".."5" and "missing" for patients of whose events
    none has a grade; patients without an event are in none of them.
    """

    id: str
    label: str
    n: int
    level: float
    scale: Scale | None
    source: Source
    rule: str
    n_events: int
    flags: tuple[AeFlag, ...]
    max_grade: Mapping[str, int]
    notes: tuple[str, ...]

    def flag(self, id_: str) -> AeFlag:
        """The flag with this id. Raises KeyError when there is none."""
        for found in self.flags:
            if found.id == id_:
                return found
        raise KeyError(id_)


def high_grade_label(scale: Scale | None) -> str:
    """What "grade 3 or higher" is called on this scale: never "grade" where severity stands."""
    return "Severe" if scale == "severity" else "Grade 3 or higher"


def worst_grades(events: AdverseEvents) -> np.typing.NDArray[np.int64]:
    """Worst grade of each patient of the set: -1 without an event, 0 when all are missing."""
    worst = np.full(events.treated.n, -1, dtype=np.int64)
    np.maximum.at(worst, events.patient, events.grade)
    return worst


def count_by_grade(worst: np.typing.NDArray[np.int64]) -> dict[str, int]:
    """Patients by worst grade, in the order of GRADE_KEYS."""
    counts = np.bincount(worst[worst >= MISSING], minlength=len(GRADE_KEYS)).tolist()
    return dict(zip(GRADE_KEYS, [*counts[1:], counts[0]], strict=True))


def ae_overview(
    events: AdverseEvents,
    options: SafetyOptions | None = None,
    *,
    id_: str = "",
    label: str = "",
) -> AeOverview:
    """Flags of all treatment-emergent events, and of related events to `ae_window_days`."""
    options = options or SafetyOptions()
    treated = events.treated
    mine = events.treatment_emergent()
    flags = [_flag(mine, kind, options.level) for kind in _kinds(mine, options)]
    if options.ae_window_days is not None:
        flags.insert(_after_related(flags), _in_window(events, options.ae_window_days, options))
    return AeOverview(
        id=id_ or treated.analysis_set,
        label=label,
        n=treated.n,
        level=options.level,
        scale=events.scale,
        source=events.source,
        rule="TRTEMFL = Y" if events.source == "exported" else treated.rule,
        n_events=mine.n,
        flags=tuple(flags),
        max_grade=count_by_grade(worst_grades(mine)),
        notes=events.notes,
    )


def overview_by_group(
    events: AdverseEvents, groups: Sequence[Group], options: SafetyOptions | None = None
) -> tuple[AeOverview, ...]:
    """The same for each group, over the N of that group in the set; groups may overlap."""
    return tuple(
        ae_overview(events.restrict(g.patients), options, id_=g.id, label=g.label) for g in groups
    )


_Kind = tuple[str, str, Bools | None, str]


def _kinds(events: AdverseEvents, options: SafetyOptions) -> list[_Kind]:
    flags = events.flags
    high = None if events.scale is None else events.grade >= HIGH_GRADE
    name = high_grade_label(events.scale)
    related = flags["related"]
    serious = flags["serious"]
    drugs = options.drug_labels
    kinds: list[_Kind] = [
        ("any", "Any", np.ones(events.n, dtype=np.bool_), "any treatment-emergent event"),
        ("grade3plus", name, high, f"worst grade 3 to 5 ({events.scale or 'no grade'})"),
        ("related", "Related to treatment", related, "related to any study drug"),
        ("related_grade3plus", f"Related, {name.lower()}", _both(related, high), "same event"),
    ]
    kinds += [
        (f"related:{d}", f"Related to {drugs.get(d, d)}", flags[f"related:{d}"], f"column {c}")
        for d, c in options.related_columns.items()
    ]
    kinds += [
        ("serious", "Serious", serious, "AESER = Y"),
        ("serious_related", "Serious and related", _both(serious, related), "same event"),
        ("fatal", "Fatal", flags["fatal"], "AESDTH = Y, outcome fatal, or grade 5"),
    ]
    for action in options.actions:
        text = f"Leading to {ACTION_LABELS.get(action, action)}"
        terms = ", ".join(options.actions[action])
        kinds.append((action, f"{text} of any study drug", flags[action], terms))
        kinds += [
            (f"{action}:{d}", f"{text} of {drugs.get(d, d)}", flags[f"{action}:{d}"], terms)
            for d in options.action_columns
        ]
    kinds += [
        (f"aesi:{g.id}", g.label, flags[f"aesi:{g.id}"], ", ".join(g.terms)) for g in options.aesi
    ]
    return kinds


def _both(a: Bools | None, b: Bools | None) -> Bools | None:
    return None if a is None or b is None else a & b


def _flag(events: AdverseEvents, kind: _Kind, level: float) -> AeFlag:
    id_, label, mask, definition = kind
    if mask is None:
        return AeFlag(id_, label, None, None, (), f"not recorded in this export ({definition})")
    who = np.unique(events.patient[mask])
    return AeFlag(
        id=id_,
        label=label,
        proportion=proportion(who.size, events.treated.n, level=level),
        n_events=int(mask.sum()),
        patients=events.ids(who),
        definition=definition,
    )


def _after_related(flags: Sequence[AeFlag]) -> int:
    return 1 + max(i for i, f in enumerate(flags) if f.id.startswith("related"))


def in_window(events: AdverseEvents, days: int) -> Bools:
    """Events from the first dose to `days` after the origin, without the 30-day limit; shape (m,).

    A clock of its own: an event after the treatment-emergent window counts, one after `days` does
    not even while treatment goes on, nor one dated after the patient's death. An event without a
    start date counts when it is emergent.
    """
    origin = events.treated.origin[events.patient]
    late = events.start > origin + np.timedelta64(days, "D")
    late |= events.start > events.treated.death[events.patient]  # no date is after none
    return (events.since_first_dose | events.emergent) & ~late


def _in_window(events: AdverseEvents, days: int, options: SafetyOptions) -> AeFlag:
    """Related events of the window of `days`."""
    related = events.flags["related"]
    mask = None if related is None else related & in_window(events, days)
    label = f"Related to treatment, to day {days}"
    definition = (
        f"related, started up to {days} days after the origin, no limit after the last dose"
    )
    return _flag(events, ("related_in_window", label, mask, definition), options.level)
