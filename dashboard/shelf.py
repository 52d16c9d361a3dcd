"""Studies, cuts and what a query about a cut may say: the shell's view of the cut store."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from dashboard.analysis import Analysis
from dashboard.endpoints import endpoints
from dashboard.event_filter import EventWords
from dashboard.event_names import EventNames
from dashboard.lab_names import lab_names
from dashboard.microbiome import tables_of
from dashboard.patient_keys import PatientKeys
from dashboard.recent import Recent
from dashboard.selection import (
    MISSING,
    FilterField,
    Kind,
    Selection,
    SelectionError,
    Vocabulary,
    parse,
    wanted,
    wanted_against,
)
from data_access.findings import DataError
from data_access.store import Cut, CutStore, CutSummary, StudySummary
from data_access.study.model import FilterColumn

#: open cuts kept in memory; a cut of 100 patients is a few MB
OPEN_CUTS = 6
#: listings of studies and cuts kept in memory
LISTED = 64
#: characters of a cut id that a canonical query holds (64 bits)
WHOLE = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified cut with its vocabulary and the keys of its patients."""

    cut: Cut
    analysis: Analysis
    vocabulary: Vocabulary
    keys: PatientKeys


@dataclass(frozen=True, slots=True)
class CutName:
    id: str
    cut_date: date


class Shelf:
    """Read access to the store, safe for threads. Cuts are immutable, so an open one is kept."""

    def __init__(self, store: CutStore) -> None:
        self.store = store
        self._open: OrderedDict[tuple[str, str], Opened] = OrderedDict()
        self._listed: Recent[Any] = Recent(LISTED)
        self._lock = threading.Lock()

    def studies(self) -> tuple[StudySummary, ...]:
        """Every study; read anew when a folder of the store has changed."""
        found: tuple[StudySummary, ...] = self._listed.of(
            ("", self.store.stamp()), lambda: tuple(self.store.studies())
        )
        return found

    def cuts(self, study: str) -> tuple[CutName, ...]:
        """Whole cuts of a study, newest cut date first; read anew like the studies."""
        found: tuple[CutName, ...] = self._listed.of(
            (study, self.store.stamp()), lambda: self._cuts(study)
        )
        return found

    def _cuts(self, study: str) -> tuple[CutName, ...]:
        return tuple(
            CutName(c.id, c.cut_date)
            for c in self.store.cuts(study)
            if not c.damaged and c.cut_date is not None
        )

    def open(self, study: str, cut: str) -> Opened:
        """The cut with its vocabulary. SelectionError when the store has no such cut."""
        held = self._held(study, cut)
        if held is not None:
            return held
        matches = [c.id for c in self.store.cuts(study) if c.id.startswith(cut)]
        if len(matches) != 1:
            raise SelectionError("unknown_cut")
        key = (study, matches[0])
        opened = self.store.open(study, matches[0])
        analysis = Analysis(opened)
        patients = analysis.adsl["USUBJID"].astype(str)
        keys = PatientKeys(self.store.secret(), study, patients.tolist())
        found = Opened(opened, analysis, _vocabulary(study, opened, analysis, keys), keys)
        with self._lock:
            kept = self._open.setdefault(key, found)
            while len(self._open) > OPEN_CUTS:
                self._open.popitem(last=False)
        return kept

    def _held(self, study: str, cut: str) -> Opened | None:
        """An open cut by an id long enough to be nobody else's: no listing is read for it."""
        if len(cut) < WHOLE:
            return None
        with self._lock:
            for key in self._open:
                if key[0] == study and key[1].startswith(cut):
                    self._open.move_to_end(key)
                    return self._open[key]
        return None

    def resolve(self, query: str) -> tuple[Selection, Opened]:
        """What a query means now: no study is the one imported last, no cut its newest.

        SelectionError where it means nothing."""
        study, cut = wanted(query)
        if study is not None and cut is not None:
            held = self._held(study, cut)
            if held is not None:
                return self._parsed(query, held), held
        known = [s.id for s in self.studies()]
        if not known:
            raise SelectionError("no_study")
        if study is None:
            study = self._latest(known)
        elif study not in known:
            raise SelectionError("unknown_study")
        if cut is None:
            cuts = self.cuts(study)
            if not cuts:
                raise SelectionError("unknown_cut")
            cut = cuts[0].id
        opened = self.open(study, cut)
        return self._parsed(query, opened), opened

    def _latest(self, known: Sequence[str]) -> str:
        """The study that was imported last: what whoever opens the app has just brought in."""
        imported = {
            study: max(
                (c.imported_at.timestamp() for c in self._summaries(study) if c.imported_at),
                default=0.0,
            )
            for study in known
        }
        return max(known, key=lambda study: imported[study])

    def _summaries(self, study: str) -> tuple[CutSummary, ...]:
        found: tuple[CutSummary, ...] = self._listed.of(
            ("imported", study, self.store.stamp()), lambda: tuple(self.store.cuts(study))
        )
        return found

    def previous(self, study: str, cut: str) -> str | None:
        """The id of the newest cut before this one whose every file verifies; None without one."""
        ids = [c.id for c in self.cuts(study)]
        for id_ in ids[ids.index(cut) + 1 :] if cut in ids else []:
            try:
                return self.open(study, id_).cut.id
            except DataError:
                continue
        return None

    def _parsed(self, query: str, opened: Opened) -> Selection:
        """The selection a query means; the cut it compares with must be there, and be another."""
        selection = parse(query, opened.vocabulary)
        against = wanted_against(query)
        if against is None:
            return selection
        other = self.open(selection.study, against).cut.id
        return replace(selection, against="" if other == selection.cut else other)


def _vocabulary(study: str, cut: Cut, analysis: Analysis, keys: PatientKeys) -> Vocabulary:
    adsl = cut.frame("ADSL")
    backbones = cut.study.backbones
    groups = tuple(g.id for g in backbones.groups) if backbones else ()
    if backbones is not None and backbones.column not in adsl.columns:
        groups = ()
    fields = tuple(_field(spec, adsl) for spec in cut.study.filters if spec.column in adsl.columns)
    return Vocabulary(
        study=study,
        cut=cut.id,
        sets=analysis.shown_sets,
        backbones=groups,
        fields=fields,
        endpoints=tuple(e.id for e in endpoints(analysis)),
        labs=tuple(name.code for name in lab_names(analysis)),
        tables=tables_of(analysis),
        event_names=EventNames(analysis),
        patients=keys,
        event_words=EventWords(
            tuple(cut.study.terms.related_columns), tuple(a.id for a in cut.study.aesi)
        ),
    )


def _field(spec: FilterColumn, adsl: pd.DataFrame) -> FilterField:
    values = adsl[spec.column]
    if spec.kind == "number" and pd.api.types.is_numeric_dtype(values):
        known = values.dropna()
        lowest, highest = (float(known.min()), float(known.max())) if len(known) else (None, None)
        return FilterField(spec.column, spec.label, "number", (), lowest, highest)
    kind: Kind = "several" if spec.kind == "several" else "category"
    levels = {level for held in held_levels(adsl, spec) for level in held}
    return FilterField(spec.column, spec.label, kind, tuple(sorted(levels)))


def held_levels(adsl: pd.DataFrame, spec: FilterColumn) -> list[tuple[str, ...]]:
    """The levels of each row of ADSL in a filter's column, as a query names them: one, unless the
    column holds several; (MISSING,) where there is none."""
    levels = levels_of(adsl[spec.column])
    return [spec.values(level or None) or (MISSING,) for level in levels]


def held(analysis: Analysis, spec: FilterColumn) -> list[tuple[str, ...]]:
    """`held_levels` of a filter of the study, read once per cut. Shared: do not change it."""
    return analysis.once(f"levels {spec.column}", lambda: held_levels(analysis.adsl, spec))


def levels_of(values: pd.Series) -> list[str]:
    """One level per row of an ADSL column, as a query names it; "" where the value is missing."""
    if pd.api.types.is_numeric_dtype(values):
        return [MISSING if pd.isna(v) else f"{v:g}" for v in values]
    if pd.api.types.is_datetime64_any_dtype(values):
        return [MISSING if pd.isna(v) else v.date().isoformat() for v in values]
    return [MISSING if pd.isna(v) else str(v) for v in values]
