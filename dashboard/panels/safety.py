"""What the Safety page shows of adverse events: kinds by set or backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.laboratory import holds
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_interest import interest_by_drug
from dashboard.metrics.ae_overview import AeFlag, AeOverview, ae_overview, overview_by_group
from dashboard.metrics.subgroups import Group
from dashboard.metrics.urate import PARAMCDS
from dashboard.panels.common import common, who
from dashboard.report.subgroups import backbone_groups
from dashboard.results import View
from dashboard.words import backbone_labels

Json = Mapping[str, Any]

#: why there is no adverse event to count: no file, or nobody is known to have been treated
NO_FILE, NO_DOSES = "events", "doses"
#: sets that hold treated patients, widest first
SETS = ("safety", "full", "evaluable")


def of_safety(view: View) -> dict[str, Any]:
    """`common` with the safety set as the population: safety has a denominator of its own."""
    members = view.set("safety")
    return {
        **common(view),
        "set_label": members.label,
        "set_id": members.id,
        "set_rule": members.rule,
        "n": members.n,
        "missing": missing(view),
    }


def missing(view: View) -> str | None:
    """Why adverse events cannot be counted; None where they can."""
    if "ADAE" not in view.cut.domains:
        return NO_FILE
    return None if view.analysis.sets["safety"].n else NO_DOSES


def events_in(view: View) -> AdverseEvents | None:
    """Events of the safety set under the filters of the view. What the export records is decided
    once for the whole cut, so that no filter turns a recorded kind into an unrecorded one."""
    events = view.analysis.events
    if events is None or missing(view):
        return None
    return events.restrict(view.set("safety").patients) if view.selection.filtered else events


def overview(view: View) -> Json:
    """Kinds of events: x of n with exact intervals, by analysis set or by backbone."""
    told = of_safety(view)
    events = events_in(view)
    groups = backbone_groups(view.analysis)
    by = "backbone" if view.selection.group == "backbone" and groups else "set"
    found: list[AeOverview] = []
    interest: list[dict[str, Any]] = []
    if events is not None:
        options = view.analysis.safety_options
        whole = ae_overview(events, options, label=told["set_label"])
        parts = _held(groups, events) if by == "backbone" else _sets(view)
        found = [whole, *overview_by_group(events, parts, options)]
        interest = _interest(view, events, parts)
    patients = {g.id: set(g.patients) for g in groups}
    return {
        **told,
        "by": by,
        "columns": [
            {"id": o.id, "label": o.label, "n": o.n, "small": o.n < told["min_group"]}
            for o in found
        ],
        "flags": _in_order([*_flags(view, found), *interest]),
        "list_drugs": {g.id: _list_drug(view, g.drug) for g in view.analysis.safety_options.aesi},
        "scale": found[0].scale if found else None,
        "source": found[0].source if found else None,
        "rule": found[0].rule if found else None,
        "n_events": found[0].n_events if found else 0,
        "notes": list(found[0].notes) if found else [],
        "max_grade": dict(found[0].max_grade) if found else {},
        "drugs": drugs_of(view),
        "ae_window_days": view.analysis.rules.ae_window_days,
        "teae_end_days": view.analysis.rules.teae_end_days,
        "randomised": view.cut.study.design.randomised,
        "overlapping": by == "backbone" and _overlap(list(patients.values())),
        "backbones": bool(groups),
        "backbone_label": view.cut.study.backbones.label if view.cut.study.backbones else None,
        "empty_groups": [g.label for g in groups if not _inside(g, events)],
        "aesi_stated": bool(view.analysis.safety_options.aesi),
        "urate": "ADLB" in view.cut.domains and holds(view.analysis, PARAMCDS),
    }


def _flags(view: View, found: Sequence[AeOverview]) -> list[dict[str, Any]]:
    """A row per kind with a cell per column; `cells` is None where the export does not say."""
    flags = found[0].flags if found else ()
    return [_flag(view, [o.flags[i] for o in found]) for i in range(len(flags))]


def _flag(view: View, columns: Sequence[AeFlag]) -> dict[str, Any]:
    first = columns[0]
    cells = [
        {
            "proportion": None if f.proportion is None else f.proportion.to_json(),
            "n_events": f.n_events,
            "who": who(view, f.patients),
        }
        for f in columns
    ]
    return {
        "id": first.id,
        "label": first.label,
        "definition": first.definition,
        "cells": None if first.proportion is None else cells,
    }


def _interest(view: View, events: AdverseEvents, parts: Sequence[Group]) -> list[dict[str, Any]]:
    """Rows of special interest for the study drugs and for none: what every patient got. The lists
    of a backbone concern its patients, and stay with the single lists."""
    options, names = view.analysis.safety_options, backbone_labels(view.cut.study)
    mine = [a for a in options.aesi if a.drug not in names]
    wanted = replace(options, aesi=tuple(mine))
    per_column = [
        interest_by_drug(e, wanted, drugs_of(view))
        for e in (events, *(events.restrict(g.patients) for g in parts))
    ]
    return [_flag(view, column) for column in zip(*per_column, strict=True)]


#: kinds in the order of the table; every other stands after them
KINDS = (
    *("any", "grade3plus", "related", "related_grade3plus", "serious", "serious_related"),
    *("interest", "fatal", "reduced", "interrupted", "withdrawn", "related_in_window"),
)


def _in_order(flags: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By kind, a kind before its drugs, "related" before what is more than related."""
    place = {kind: i for i, kind in enumerate(KINDS)}
    return sorted(flags, key=lambda f: place.get(f["id"].partition(":")[0], len(place)))


def _list_drug(view: View, drug: str | None) -> str | None:
    """The drug a list is stated for, in words."""
    if drug is None:
        return None
    return {**backbone_labels(view.cut.study), **drugs_of(view)}.get(drug, drug)


def _sets(view: View) -> list[Group]:
    """The other analysis sets a reader may choose, where they are not the safety set itself."""
    known = [view.set(s) for s in SETS[1:] if s in view.analysis.shown_sets]
    whole = set(view.set("safety").patients)
    return [Group(m.id, m.label, m.patients) for m in known if (set(m.patients) & whole) != whole]


def _held(groups: Sequence[Group], events: AdverseEvents) -> list[Group]:
    return [g for g in groups if _inside(g, events)]


def _inside(group: Group, events: AdverseEvents | None) -> bool:
    return events is not None and bool(events.treated.mask(group.patients).any())


def _overlap(patients: Sequence[set[str]]) -> bool:
    """Is some patient in more than one of the groups?"""
    return sum(len(p) for p in patients) > len(set().union(*patients))


def drugs_of(view: View) -> dict[str, str]:
    """Words of the drugs that relations and actions name."""
    labels = backbone_labels(view.cut.study)
    columns = view.cut.study.terms.related_columns
    return {drug: labels.get(drug, drug) for drug in columns}
