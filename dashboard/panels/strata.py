"""Groups of patients a curve is split by when asked: backbones, or a category of ADSL."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.metrics.kaplan_meier import KaplanMeierOptions
from dashboard.metrics.populations import intersect
from dashboard.metrics.time_to_event import SurvivalResult, TimeToEvent, survival
from dashboard.results import View
from dashboard.selection import MISSING
from dashboard.shelf import levels_of
from dashboard.text import text
from dashboard.words import backbone_labels, said

OTHER_GROUP = "outside the group"


@dataclass(frozen=True, slots=True)
class Stratum:
    """One group with its curve. `why` says why it is counts only ("" when it is drawn):
    "small" (under the study's minimum), "missing" (no group stated), "many".

    `position` is the place of the group among all levels: its colour, whatever is shown.
    """

    id: str
    label: str
    position: int
    result: SurvivalResult
    why: str = ""


def strata_of(
    view: View, data: TimeToEvent, options: KaplanMeierOptions, limit: int
) -> tuple[Stratum, ...]:
    """The groups of the selection, disjoint, in the study's order; () when none is asked for.

    A patient on several backbones counts once, in the first group of the study's priority.
    """
    groups = _groups(view)
    found: list[Stratum] = []
    for position, (id_, (label, patients)) in enumerate(groups.items()):
        members = intersect(view.members, patients, OTHER_GROUP)
        if not members.n:
            continue
        result = survival(data, members, options)
        why = ""
        if id_ == MISSING:
            why = "missing"
        elif result.curve.n < view.analysis.rules.min_group:
            why = "small"
        found.append(Stratum(id_, label, position, result, why))
    drawn = sorted((s for s in found if not s.why), key=lambda s: -s.result.curve.n)
    kept = {s.id for s in drawn[:limit]}
    return tuple(
        s if s.why or s.id in kept else Stratum(s.id, s.label, s.position, s.result, "many")
        for s in found
    )


def _groups(view: View) -> dict[str, tuple[str, frozenset[str]]]:
    """Id -> (label, patients of ADSL), in the order of the study; "" is whoever has none."""
    group = view.selection.group
    study, adsl = view.cut.study, view.analysis.adsl
    if group == "none":
        return {}
    if group == "backbone":
        if study.backbones is None or study.backbones.column not in adsl.columns:
            return {}
        column = adsl[study.backbones.column]
        own = [study.backbones.primary(None if v == MISSING else v) for v in levels_of(column)]
        of = [MISSING if o is None else o for o in own]
        labels = {**backbone_labels(study), MISSING: text("survival.group.missing")}
    else:
        of = levels_of(adsl[group])
        stated = sorted({*of} - {MISSING})
        labels = {v: said(study, group, v) for v in (*stated, MISSING)}
    ids = adsl["USUBJID"].tolist()
    return {
        id_: (label, frozenset(u for u, o in zip(ids, of, strict=True) if o == id_))
        for id_, label in labels.items()
    }


def overlapping(view: View) -> bool:
    """Is any patient of the set in several backbone groups?"""
    backbones, adsl = view.cut.study.backbones, view.analysis.adsl
    if backbones is None or backbones.column not in adsl.columns:
        return False
    inside = set(view.members.patients)
    pairs = zip(adsl["USUBJID"].tolist(), levels_of(adsl[backbones.column]), strict=True)
    return any(
        len(backbones.members(value)) > 1
        for patient, value in pairs
        if patient in inside and value != MISSING
    )
