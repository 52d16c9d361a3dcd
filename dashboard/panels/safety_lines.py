"""Lines of adverse events as the Safety pages say them: the patient, the drugs, the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis
from dashboard.event_filter import (
    FOLDS,
    LEAST,
    ORDERS,
    SORTS,
    TOPS,
    EventFilter,
    EventWords,
)
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_select import SelectedEvents, select_events, with_words
from dashboard.metrics.coded import Codes
from dashboard.metrics.columns import strings
from dashboard.metrics.event_lines import event_lines, event_numbers
from dashboard.metrics.exposure import Doses, doses
from dashboard.metrics.safety import treated
from dashboard.panels.safety import drugs_of, events_in, of_safety
from dashboard.patient_names import shared_prefix
from dashboard.people import events_of, everybody, once
from dashboard.recent import Recent
from dashboard.results import View
from dashboard.text import listed, text
from dashboard.words import backbone_labels, said

Json = Mapping[str, Any]

#: selections of events kept of one cut
KEPT = 6


def selected(view: View) -> SelectedEvents | None:
    """The events that the filter of the view counts, words and threshold aside; None without any
    adverse events. Kept, because a reader turns pages and sorts what is selected."""
    selection, analysis = view.selection, view.analysis
    kept = once(analysis, "selected events", lambda: Recent[SelectedEvents | None](KEPT))
    who = (selection.backbones, selection.filters, selection.patients)
    return kept.of((who, selection.events.switches), lambda: _selected(view))


def _selected(view: View) -> SelectedEvents | None:
    events = events_in(view)
    if events is None:
        return None
    chosen = view.selection.events
    return select_events(events, chosen.required, emergent=chosen.emergent)


def found_events(view: View) -> AdverseEvents | None:
    """The selected events whose terms hold the words looked for."""
    chosen = selected(view)
    if chosen is None:
        return None
    find = view.selection.events.find
    return chosen.events.select(with_words(chosen.events, find)) if find else chosen.events


def doses_of(analysis: Analysis) -> Doses | None:
    """Every dosing record of every patient; None without ADEX."""

    def make() -> Doses | None:
        adex = analysis.frame("ADEX")
        if adex is None:
            return None
        options = analysis.safety_options
        return doses(adex, treated(analysis.adsl, analysis.cohort, everybody(analysis), options))

    return once(analysis, "doses", make)


def numbers_of(analysis: Analysis) -> Codes:
    """The number of every event among those of its patient, by place in ADAE."""

    def make() -> Codes:
        events = events_of(analysis)
        return np.zeros(0, dtype=np.int64) if events is None else event_numbers(events)

    return once(analysis, "event numbers", make)


#: letters of a date without anything missing
WHOLE_DATE = 10


class Patients:
    """What patients of a cut are called, and their backbone in words."""

    def __init__(self, analysis: Analysis) -> None:
        self.study = analysis.cut.study
        self._prefix = len(shared_prefix(analysis.cohort.patients))
        column = self.study.backbones.column if self.study.backbones else None
        self._drug: dict[str, str] = {}
        if column is not None and column in analysis.adsl.columns:
            pairs = zip(
                strings(analysis.adsl, "USUBJID").tolist(),
                strings(analysis.adsl, column).tolist(),
                strict=True,
            )
            self._drug = {str(u): str(d) for u, d in pairs if not pd.isna(d)}

    def name(self, usubjid: str) -> str:
        return usubjid[self._prefix :]

    def backbone(self, usubjid: str) -> str | None:
        """Group and drug: Taxane (paclitaxel); the drug alone where one says the other."""
        backbones, drug = self.study.backbones, self._drug.get(usubjid)
        if backbones is None or drug is None:
            return None
        words = said(self.study, backbones.column, drug)
        group = backbone_labels(self.study).get(backbones.primary(drug) or "")
        if not group or group.casefold() in words.casefold():
            return words
        return group if words.casefold() in group.casefold() else f"{group} ({words})"


def patients_of(analysis: Analysis) -> Patients:
    return once(analysis, "safety patients", lambda: Patients(analysis))


def drug_words(view: View, drug: str) -> str:
    """A drug of the dosing records as a reader says it."""
    study = view.cut.study
    return said(study, study.backbones.column if study.backbones else "EXTRT", drug)


def _as_recorded(analysis: Analysis) -> tuple[list[str | None], list[bool]]:
    """AESTDTC of every row of ADAE, and whether ASTDTF says that its start was imputed."""

    def make() -> tuple[list[str | None], list[bool]]:
        adae = analysis.frame("ADAE")
        if adae is None:
            return [], []
        held: dict[str, list[Any]] = {
            c: strings(adae, c).tolist() if c in adae.columns else [None] * len(adae)
            for c in ("AESTDTC", "ASTDTF")
        }
        starts = [None if pd.isna(v) else str(v) for v in held["AESTDTC"]]
        return starts, [not pd.isna(v) and bool(str(v).strip()) for v in held["ASTDTF"]]

    return once(analysis, "recorded starts", make)


def lines_of(view: View, events: AdverseEvents, at: Codes) -> list[dict[str, Any]]:
    """The events at these positions as JSON values, with key, name and address of each."""
    analysis = view.analysis
    numbers, patients = numbers_of(analysis), patients_of(analysis)
    made = []
    recorded, flagged = _as_recorded(analysis)
    for line in event_lines(events, at, doses_of(analysis)):
        told = line.to_json()
        told["recorded"] = recorded[line.row]
        told["imputed"] = line.start is not None and (
            flagged[line.row] or 0 < len(recorded[line.row] or "") < WHOLE_DATE
        )
        key = view.keys.key(line.usubjid)
        told["key"] = key
        told["words"] = said(view.cut.study, "AEDECOD", line.term)
        told["class"] = said(view.cut.study, "AEBODSYS", line.soc)
        told["id"] = patients.name(line.usubjid)
        told["backbone"] = patients.backbone(line.usubjid)
        told["event"] = f"{key}-{numbers[line.row]}"
        for dose in told["doses"]:
            dose["label"] = drug_words(view, dose["drug"])
        made.append(told)
    return made


def common_of(view: View) -> dict[str, Any]:
    """What every card of events says beside its numbers: whose they are and which are counted."""
    chosen = selected(view)
    events = view.selection.events
    options = view.analysis.safety_options
    told = of_safety(view)
    return {
        **told,
        "filter_words": "; ".join((told["filter_words"], *event_words(view))),
        "scale": None if chosen is None else chosen.events.scale,
        "labels": drugs_of(view),
        "doses_known": "ADEX" in view.cut.domains,
        "backbone_label": view.cut.study.backbones.label if view.cut.study.backbones else None,
        "switches": list(events.switches),
        "find": events.find,
        "least": events.least,
        "fold": events.by,
        "sort": events.sort,
        "order": events.order,
        "top": events.top,
        "lists": {g.id: g.label for g in options.aesi},
        "unknown": [] if chosen is None else list(chosen.unknown),
        "n_events": 0 if chosen is None else chosen.events.n,
        "source": None if chosen is None else chosen.events.source,
        "teae_end_days": view.analysis.rules.teae_end_days,
    }


def event_words(view: View) -> list[str]:
    """The filter on events in words, for files and pictures; [] where all are counted."""
    events, labels = view.selection.events, drugs_of(view)
    lists = {a.id: a.label for a in view.cut.study.aesi}
    chosen = selected(view)
    scale = (chosen.events.scale if chosen is not None else None) or "none"
    words = []
    for switch in events.switches:
        kind, _, of = switch.partition(":")
        if kind == "high":
            words.append(text(f"safety.switch.high.{scale}"))
        elif kind == "aesi" and of:
            words.append(lists[of])
        else:
            words.append(
                text(f"safety.switch.{kind}{'.of' if of else ''}", drug=labels.get(of, of))
            )
    said_ = [text("safety.filter.events", words=listed(words))] if words else []
    if events.find:
        said_.append(text("safety.filter.find", words=events.find))
    if events.least:
        said_.append(text("safety.filter.least", n=events.least))
    return said_


def choices_of(view: View) -> dict[str, Any]:
    """The views one step from this one: switch, fold, order or threshold -> its query."""
    selection = view.selection
    now = selection.events
    words = EventWords(tuple(drugs_of(view)), tuple(a.id for a in view.cut.study.aesi))

    def query(events: EventFilter) -> str:
        return replace(selection, events=events).query()

    offered = [s for s in words.switches if not s.startswith("aesi:") or s in now.switches]
    if not words.lists:
        offered.remove("aesi")
    return {
        "switches": {s: query(now.toggled(s, words)) for s in offered},
        "folds": {f: query(replace(now, by=f)) for f in FOLDS},
        "sorts": {s: query(replace(now, sort=s)) for s in SORTS},
        "least": {str(p): query(replace(now, least=p)) for p in (0, *LEAST)},
        "orders": {o: query(replace(now, order=o)) for o in ORDERS},
        "tops": {str(n): query(replace(now, top=n)) for n in TOPS},
        "none": query(replace(now, switches=(), find="", least=0)),
    }
