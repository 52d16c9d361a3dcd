"""Adverse events of treated patients as arrays, each flag read once (ADaM ADAE, OCCDS 1.0)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.coded import Codes, clean, distinct, first_present, grouped_terms, is_in
from dashboard.metrics.cohort import Bools, Dates, column_dates
from dashboard.metrics.columns import Frame, Rows, floats
from dashboard.metrics.emergent import (
    Emergence,
    EmergentCheck,
    EmergentMismatch,
    emergent,
    exported_flag,
    since_first_dose,
)
from dashboard.metrics.grades import Grades, event_grades, read_grades
from dashboard.metrics.safety_options import NO_ACTION, SafetyOptions, Scale
from dashboard.metrics.treated import NAT, Treated
from dashboard.metrics.types import Source
from dashboard.metrics.words import some

NOT_CODED = "Not coded"
TERM_COLUMNS = ("AEDECOD", "AETERM")
SOC_COLUMNS = ("AEBODSYS", "AESOC")
#: AESER, else any criterion of seriousness (ICH E2A)
SERIOUS_CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")
#: answers to AESER and its criteria (CDISC codelist NY)
ANSWERS = ("Y", "N", "U", "UNKNOWN", "NA", "N/A", "NOT APPLICABLE")
#: terms of AEOUT (CDISC codelist OUT)
FATAL_OUTCOMES = ("FATAL", "DEATH", "DIED")
RECOVERED = (
    "RECOVERED/RESOLVED",
    "RECOVERED/RESOLVED WITH SEQUELAE",
    "RECOVERED",
    "RESOLVED",
    "RESOLVED WITH SEQUELAE",
    "RECOVERED WITH SEQUELAE",
)
UNKNOWN_OUTCOMES = ("UNKNOWN", "NOT EVALUABLE")
UNRECOVERED = (
    "NOT RECOVERED/NOT RESOLVED",
    "NOT RECOVERED",
    "NOT RESOLVED",
    "RECOVERING/RESOLVING",
    "RECOVERING",
    "RESOLVING",
)
OUTCOMES = (
    *FATAL_OUTCOMES,
    *RECOVERED,
    *UNRECOVERED,
    *UNKNOWN_OUTCOMES,
    "ONGOING",
    "NOT APPLICABLE",
)


_ARRAYS = (
    *("patient", "row", "sequence", "soc", "pt", "start", "end", "ends_later", "grade"),
    *("emergent", "derived", "since_first_dose"),
)


@dataclass(frozen=True, slots=True, eq=False)
class AdverseEvents:
    """Events of the treated patients that had started by the cut-off; arrays have shape (m,).

    `patient` is the row in `treated`, `row` the position in the frame that was read. `flags` maps
    an id (serious, fatal, related, related:<drug>, <action>, <action>:<drug>, aesi:<group>) to the
    events it is true for; None means that the export does not record it. `emergent` is what the
    tables count, `since_first_dose` the same without the end of the window.
    """

    treated: Treated
    patient: Codes
    row: Codes
    sequence: NDArray[np.float64]
    soc: Codes
    soc_terms: tuple[str, ...]
    pt: Codes
    pt_terms: tuple[str, ...]
    start: Dates
    end: Dates
    ends_later: Bools  # an end date after the cut-off: still ongoing, whatever the outcome says
    grade: Grades
    scale: Scale | None
    emergent: Bools
    derived: Bools
    since_first_dose: Bools
    exported: Bools | None
    source: Source
    flags: Mapping[str, Bools | None]
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        return int(self.patient.size)

    def select(self, mask: Bools | Codes) -> AdverseEvents:
        """The events of `mask`, shape (m,), or at these positions; the patients stay the same."""
        arrays = {name: getattr(self, name)[mask] for name in _ARRAYS}
        flags = {k: None if v is None else v[mask] for k, v in self.flags.items()}
        exported = None if self.exported is None else self.exported[mask]
        return replace(self, **arrays, flags=flags, exported=exported)

    def treatment_emergent(self) -> AdverseEvents:
        return self.select(self.emergent)

    def restrict(self, patients: Sequence[str]) -> AdverseEvents:
        """Patients among `patients` (a backbone group) and their events."""
        keep = self.treated.mask(patients)
        place = np.cumsum(keep) - 1
        mine = self.select(keep[self.patient])
        return replace(mine, treated=self.treated.keep(keep), patient=place[mine.patient])

    def flag_of(self, id_: str) -> Bools:
        """A flag, False where the export does not record it."""
        found = self.flags[id_]
        return np.zeros(self.n, dtype=np.bool_) if found is None else found

    def ids(self, patients: NDArray[np.int64]) -> tuple[str, ...]:
        """USUBJIDs of rows of the treated set."""
        return tuple(self.treated.usubjid[patients].tolist())


def adverse_events(
    adae: pd.DataFrame, treated: Treated, options: SafetyOptions | None = None
) -> AdverseEvents:
    """Every event of the treated patients, dated by the cut-off or without a start date.

    An event that ends after the cut-off has no end yet. Rows of other patients are left out.
    """
    options = options or SafetyOptions()
    start_all = column_dates(adae, ("ASTDT",))
    patient_all = treated.rows_of(adae)
    known = (patient_all >= 0) & ~(start_all > treated.cut)
    rows = np.flatnonzero(known)
    frame = Rows(adae, rows)
    patient, start = patient_all[rows], start_all[rows]
    stated = column_dates(frame, ("AENDT",))
    end = np.where(stated <= treated.cut, stated, NAT)
    grade, scale, notes = event_grades(frame, options)
    timing = Emergence(patient, start, end, grade, _initial(frame, scale, options))
    derived = emergent(timing, treated)
    exported = exported_flag(frame)
    use_export = options.teae == "exported" or (options.teae == "auto" and exported is not None)
    if use_export and exported is None:
        raise ValueError("ADAE has no TRTEMFL, but the exported flag is asked for")
    soc, soc_terms = grouped_terms(frame, SOC_COLUMNS, NOT_CODED)
    pt, pt_terms = grouped_terms(frame, TERM_COLUMNS, NOT_CODED)
    flags, more = event_flags(frame, grade, pt, pt_terms, options)
    return AdverseEvents(
        treated=treated,
        patient=patient,
        row=rows.astype(np.int64),
        sequence=floats(frame, "AESEQ"),
        soc=soc,
        soc_terms=soc_terms,
        pt=pt,
        pt_terms=pt_terms,
        start=start,
        end=end,
        ends_later=stated > treated.cut,
        grade=grade,
        scale=scale,
        emergent=derived if exported is None or not use_export else exported,
        derived=derived,
        since_first_dose=since_first_dose(timing, treated),
        exported=exported,
        source="exported" if use_export else "derived",
        flags=flags,
        notes=(*treated.notes, *notes, *more),
    )


def _initial(frame: Frame, scale: Scale | None, options: SafetyOptions) -> Grades:
    column = first_present(frame, options.initial_grade_columns)
    if column is None or scale is None:
        return np.zeros(len(frame), dtype=np.int64)
    return read_grades(frame, column, scale)[0]


def event_flags(
    frame: Frame,
    grade: Grades,
    pt: Codes,
    pt_terms: Sequence[str],
    options: SafetyOptions,
) -> tuple[dict[str, Bools | None], tuple[str, ...]]:
    """Flags per row, and notes about causality or action terms that are not known."""
    notes: list[str] = []
    flags: dict[str, Bools | None] = {
        "serious": _serious(frame, notes),
        "fatal": _fatal(frame, grade),
        "recovered": _outcome(frame, RECOVERED),
        "unrecovered": _outcome(frame, UNRECOVERED),
        "outcome_unknown": _outcome(frame, UNKNOWN_OUTCOMES),
    }
    _related(frame, options, flags, notes)
    _actions(frame, options, flags, notes)
    for group in options.aesi:
        terms = {clean(t) for t in group.terms}
        hit = np.array([clean(t) in terms for t in pt_terms], dtype=np.bool_)
        flags[f"aesi:{group.id}"] = hit[pt]
    return flags, tuple(notes)


def _serious(frame: Frame, notes: list[str]) -> Bools | None:
    columns = ["AESER"] if first_present(frame, ("AESER",)) else list(SERIOUS_CRITERIA)
    present = [c for c in columns if first_present(frame, (c,))]
    for column in present:
        notes.extend(_unknown(frame, column, set(ANSWERS), "counted as not serious", missing=False))
    return either([_said(frame, c, ("Y",), ANSWERS) for c in present])


def _said(
    frame: Frame, column: str, terms: Collection[str], known: Collection[str]
) -> Bools | None:
    """Rows whose term is one of `terms`; None when no term of the column is known.

    A column in words that nobody knows records nothing: "0 of n" would be made up.
    """
    values = distinct(frame, column)[1]
    if values and not {clean(v) for v in values} & {clean(k) for k in known}:
        return None
    return is_in(frame, column, terms)


def _outcome(frame: Frame, terms: tuple[str, ...]) -> Bools | None:
    return _said(frame, "AEOUT", terms, OUTCOMES) if first_present(frame, ("AEOUT",)) else None


def either(masks: Sequence[Bools | None]) -> Bools | None:
    """True where any of the masks is; None for no mask at all."""
    known = [m for m in masks if m is not None]
    return np.asarray(np.logical_or.reduce(known), dtype=np.bool_) if known else None


def _fatal(frame: Frame, grade: Grades) -> Bools | None:
    """AESDTH = Y, or the outcome is fatal, or grade 5."""
    found = grade == 5
    recorded = bool(grade.any()) or frame.empty
    for column, terms, known in (
        ("AESDTH", ("Y",), ANSWERS),
        ("AEOUT", FATAL_OUTCOMES, OUTCOMES),
    ):
        if first_present(frame, (column,)):
            said = _said(frame, column, terms, known)
            found |= False if said is None else said
            recorded |= said is not None
    return found if recorded else None


def _related(
    frame: Frame,
    options: SafetyOptions,
    flags: dict[str, Bools | None],
    notes: list[str],
) -> None:
    """related:<drug> per column; related = the general column or any drug's column."""
    known = {clean(t) for t in (*options.related, *options.not_related)}
    general = first_present(frame, options.related_any)
    found = [] if general is None else [_said(frame, general, options.related, known)]
    columns = [] if general is None else [general]
    for drug, column in options.related_columns.items():
        if first_present(frame, (column,)) is None:
            flags[f"related:{drug}"] = None
            continue
        hit = _said(frame, column, options.related, known)
        flags[f"related:{drug}"] = hit
        found.append(hit)
        columns.append(column)
    flags["related"] = either(found)
    for column in columns:
        notes.extend(_unknown(frame, column, known, "counted as not related"))


def _actions(
    frame: Frame,
    options: SafetyOptions,
    flags: dict[str, Bools | None],
    notes: list[str],
) -> None:
    """<action>:<drug> per column; <action> = the general column or any drug's column."""
    known = {clean(t) for terms in options.actions.values() for t in terms} | set(NO_ACTION)
    general = first_present(frame, options.action_any)
    present = {d: c for d, c in options.action_columns.items() if first_present(frame, (c,))}
    columns = [*([general] if general else []), *present.values()]
    for action, terms in options.actions.items():
        for drug in options.action_columns:
            column = present.get(drug)
            flags[f"{action}:{drug}"] = _said(frame, column, terms, known) if column else None
        found = [_said(frame, c, terms, known) for c in columns]
        flags[action] = either(found)
    for column in dict.fromkeys(columns):
        notes.extend(_unknown(frame, column, known, "counted as no change of dose", missing=False))


def _unknown(
    frame: Frame, column: str, known: set[str], outcome: str, *, missing: bool = True
) -> list[str]:
    codes, terms = distinct(frame, column)
    counts = np.bincount(codes + 1, minlength=len(terms) + 1)
    if not {clean(t) for t in terms} & known:
        outcome = "not counted, for no term of the column is known"
    notes = [
        f"{column} = {clean(t)!r} is not a known term: "
        f"{some(int(counts[i + 1]), 'event')} {outcome}"
        for i, t in sorted(enumerate(terms), key=lambda x: clean(x[1]))
        if clean(t) not in known
    ]
    if missing and counts[0]:
        notes.append(f"{column} is missing in {int(counts[0])} events, {outcome}")
    return notes


def emergent_check(events: AdverseEvents) -> EmergentCheck:
    """The exported flag beside the derivation, with every event on which they differ."""
    exported = events.exported
    found: tuple[EmergentMismatch, ...] = ()
    if exported is not None:
        found = tuple(_mismatch(events, int(i)) for i in np.flatnonzero(exported != events.derived))
    return EmergentCheck(
        used=events.source,
        rule=events.treated.rule,
        n_events=events.n,
        n_exported=None if exported is None else int(exported.sum()),
        n_derived=int(events.derived.sum()),
        mismatches=tuple(sorted(found, key=lambda m: (m.usubjid, m.sequence or 0, m.term))),
    )


def _mismatch(events: AdverseEvents, i: int) -> EmergentMismatch:
    sequence = events.sequence[i]
    return EmergentMismatch(
        usubjid=str(events.treated.usubjid[events.patient[i]]),
        sequence=None if np.isnan(sequence) else int(sequence),
        term=events.pt_terms[events.pt[i]],
        exported=bool(events.exported is not None and events.exported[i]),
        derived=bool(events.derived[i]),
    )
