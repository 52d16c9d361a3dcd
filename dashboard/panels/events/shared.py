"""What the cards of events share: the events in view, who got which drug, the kind looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboard import laboratory as lab
from dashboard.event_filter import NONE
from dashboard.event_names import AESI, FLAGS, TERM
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_overview import HIGH_GRADE
from dashboard.metrics.ae_select import select_events
from dashboard.metrics.ae_tables import TermRow
from dashboard.metrics.cohort import Bools
from dashboard.metrics.cycles import CycleOptions, Cycles, treatment_cycles
from dashboard.metrics.drug_received import Received, received
from dashboard.panels.common import who
from dashboard.panels.safety import events_in
from dashboard.panels.safety_lines import common_of
from dashboard.report.subgroups import backbone_groups
from dashboard.results import View
from dashboard.text import text
from dashboard.words import backbone_labels, said
from data_access.study.model import BackboneGroup

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """The treatment-emergent events looked at. `among`: whose they are, "" for the safety set."""

    id: str
    label: str
    events: AdverseEvents
    among: str = ""


def counted(view: View) -> AdverseEvents | None:
    """The treatment-emergent events that meet the switches of the view; None without any events.

    Whatever the switches: time at risk, cycles and first onsets are those of emergent events.
    """
    events = events_in(view)
    if events is None:
        return None
    return select_events(events, view.selection.events.required).events


def of_counted(view: View) -> dict[str, Any]:
    """What a card of such events says beside its numbers; words and thresholds do not shape it."""
    switches = replace(NONE, switches=view.selection.events.required)
    told = common_of(replace(view, selection=replace(view.selection, events=switches)))
    return {**told, "query": view.selection.query(), "none": _all_again(view)}


def _all_again(view: View) -> str:
    """The query of the view that counts every event."""
    events = view.selection.events
    return replace(view.selection, events=replace(events, switches=(), find="", least=0)).query()


def recipients(view: View, events: AdverseEvents) -> dict[str, Received]:
    """Drug of [aesi] -> the patients of the set in view who got it, in the study's order."""
    study, adex = view.cut.study, view.analysis.frame("ADEX")
    groups = {g.id: g for g in study.backbones.groups} if study.backbones else {}
    assigned = {g.id: g.patients for g in backbone_groups(view.analysis)}
    found = {}
    for drug in dict.fromkeys(a.drug for a in study.aesi):
        names = _names(groups, drug) if drug in groups else (drug,)
        found[drug] = received(
            adex, events.treated, names, otherwise=assigned.get(drug, events.treated.patients)
        )
    return found


def _names(groups: Mapping[str, BackboneGroup], group: str) -> tuple[str, ...]:
    """Names of the drugs of a group and of the groups within it."""
    inside = [g for g in groups.values() if g.id == group or group in _wider(groups, g.id)]
    return tuple(dict.fromkeys(v for g in inside for v in g.values))


def _wider(groups: Mapping[str, BackboneGroup], group: str) -> set[str]:
    found: set[str] = set()
    pending = list(groups[group].within) if group in groups else []
    while pending:
        wider = pending.pop()
        if wider not in found:
            found.add(wider)
            pending += groups[wider].within if wider in groups else ()
    return found


def cycles_of(view: View, events: AdverseEvents) -> Cycles:
    """Cycles of the patients of `events`, numbered as the laboratory pages number them."""
    found = lab.cycles_in(view, lab.doses_in(view))
    options = CycleOptions() if found is None else CycleOptions(found.drug, found.length)
    return treatment_cycles(view.analysis.frame("ADEX"), events.treated, options)


def drug_label(view: View, drug: str) -> str:
    """A drug as a reader says it: the group's label, else its name as study.toml has it."""
    return backbone_labels(view.cut.study).get(drug, drug[:1].upper() + drug[1:])


def term_label(view: View, term: str) -> str:
    """A preferred term as a reader says it: the study's word, else capitals as a sentence."""
    return said(view.cut.study, "AEDECOD", term)


def kind_of(view: View, events: AdverseEvents) -> Kind:
    """The kind of the view, among `events`."""
    name = view.selection.event
    if name.startswith(AESI):
        own = next(a for a in view.cut.study.aesi if f"{AESI}{a.id}" == name)
        got = recipients(view, events)[own.drug]
        mine = events.restrict(got.patients)
        label, drug = own.label, drug_label(view, own.drug)
        return Kind(name, label, mine.select(mine.flag_of(name)), drug)
    if name.startswith(TERM):
        term = name.removeprefix(TERM)
        return Kind(name, term_label(view, term), of_term(events, term))
    mask = mask_of(events, name)
    chosen = events if mask is None else events.select(mask)
    return Kind(name if mask is not None else "", flag_label(events, name), chosen)


def of_term(events: AdverseEvents, term: str) -> AdverseEvents:
    """The events of one preferred term."""
    hit = np.array([t == term for t in events.pt_terms], dtype=np.bool_)
    return events.select(hit[events.pt])


def mask_of(events: AdverseEvents, flag: str) -> Bools | None:
    """Events a flag is true for; None where the export does not record it, or for no flag."""
    if flag == "grade3plus":
        return None if events.scale is None else events.grade >= HIGH_GRADE
    return events.flags[flag] if flag in FLAGS else None


def flag_label(events: AdverseEvents, flag: str) -> str:
    """What a flag is called; severity is never called a grade."""
    if flag == "grade3plus":
        return text(f"events.kind.grade3plus.{events.scale or 'CTCAE'}")
    return text(f"events.kind.{flag or 'any'}")


def kind_choices(view: View, events: AdverseEvents, terms: tuple[TermRow, ...]) -> list[Json]:
    """Kinds on offer, each with the query of that view: flags, groups of interest, `terms`."""
    found = [("", flag_label(events, ""))]
    found += [(f, flag_label(events, f)) for f in FLAGS if mask_of(events, f) is not None]
    for a in view.cut.study.aesi:
        label = text("events.kind.aesi", label=a.label, drug=drug_label(view, a.drug))
        found.append((f"{AESI}{a.id}", label))
    found += [(f"{TERM}{t.term}", term_label(view, t.term)) for t in terms]
    now = view.selection.event
    if now and now not in dict(found):
        found.append((now, kind_of(view, events).label))
    return [
        {
            "label": label,
            "query": replace(view.selection, event=id_).query(),
            "current": id_ == now,
        }
        for id_, label in found
    ]


def row_json(view: View, row: TermRow) -> dict[str, Any]:
    """A row of a table with the keys behind its counts, all and by worst grade."""
    by_grade: dict[str, list[str]] = {}
    for patient, grade in zip(row.patients, row.worst, strict=True):
        by_grade.setdefault("missing" if grade is None else str(grade), []).append(patient)
    high = [p for g in ("3", "4", "5") for p in by_grade.get(g, ())]
    return {
        "term": row.term,
        "label": term_label(view, row.term),
        "any": row.any.to_json(),
        "grade3plus": None if row.grade3plus is None else row.grade3plus.to_json(),
        "n_events": row.n_events,
        "by_grade": dict(row.by_grade),
        "who": who(view, row.patients),
        "who_high": who(view, high),
        "who_by_grade": {g: who(view, p) for g, p in by_grade.items()},
    }
