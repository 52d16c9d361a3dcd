"""What the pages of patients derive once per cut: a line per patient, all adverse events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from dashboard.analysis import Analysis
from dashboard.comparison import compared
from dashboard.endpoints import data_of, endpoints
from dashboard.measurements import best_changes_of, sums_of
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.discrepancies import Discrepancy
from dashboard.metrics.lanes import Lanes, swimmer_lanes
from dashboard.metrics.patient_listing import PatientTable, best_change_array, harm_of
from dashboard.metrics.safety import safety_events
from dashboard.metrics.samples import KINDS, SampleCounts, sample_counts
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.tumour import TargetSums
from dashboard.metrics.types import AnalysisSet

T = TypeVar("T")

_KEPT: WeakKeyDictionary[Analysis, dict[str, Any]] = WeakKeyDictionary()


def once(analysis: Analysis, name: str, make: Callable[[], T]) -> T:
    """`make()`, kept as long as the cut is open."""
    kept = _KEPT.setdefault(analysis, {})
    if name not in kept:
        kept[name] = make()
    made: T = kept[name]
    return made


def everybody(analysis: Analysis) -> AnalysisSet:
    """Every patient of the cohort as a set: results per patient do not depend on the set."""
    return AnalysisSet("all", "All patients", analysis.cohort.patients, (), "every patient")


def lanes_of(analysis: Analysis, rules: str) -> Lanes:
    """Everybody's lane, as the Swimmer page draws it. `rules` choose among readings of PFS."""
    return once(analysis, f"lanes {rules}", lambda: _lanes(analysis, rules))


def _lanes(analysis: Analysis, rules: str) -> Lanes:
    dor = time_of(analysis, "DOR", rules)
    return swimmer_lanes(
        analysis.adsl,
        analysis.cohort,
        everybody(analysis),
        analysis.assessments,
        analysis.responses,
        dor=dor,
    )


def time_of(analysis: Analysis, endpoint: str, rules: str) -> TimeToEvent | None:
    """A standard time to event as the Survival page shows it; None where the cut has none."""
    return once(analysis, f"{endpoint} {rules}", lambda: _time(analysis, endpoint, rules))


def _time(analysis: Analysis, endpoint: str, rules: str) -> TimeToEvent | None:
    chosen = next((e for e in endpoints(analysis) if e.id == endpoint), None)
    return None if chosen is None else data_of(analysis, chosen, rules)


def sums_once(analysis: Analysis) -> TargetSums | None:
    return once(analysis, "sums", lambda: sums_of(analysis))


def events_of(analysis: Analysis) -> AdverseEvents | None:
    """Adverse events of every patient; None without ADAE."""
    return once(analysis, "events", lambda: _events(analysis))


def _events(analysis: Analysis) -> AdverseEvents | None:
    adae = analysis.frame("ADAE")
    if adae is None:
        return None
    options = analysis.safety_options
    return safety_events(analysis.adsl, adae, analysis.cohort, everybody(analysis), options)


def discrepancies_of(analysis: Analysis, usubjid: str) -> tuple[Discrepancy, ...]:
    """The exported values of one patient that the records give otherwise."""
    found = compared(analysis)
    mine = [d for d in (*found.found, *found.contradictions) if d.usubjid == usubjid]
    return tuple(dict.fromkeys(mine))


def table_of(analysis: Analysis) -> PatientTable:
    """A line per patient of the cohort, under the primary rules."""
    return once(analysis, "table", lambda: _table(analysis))


def _table(analysis: Analysis) -> PatientTable:
    sums = sums_once(analysis)
    events, safety = events_of(analysis), analysis.sets["safety"]
    harm = None
    if events is not None and safety.derivable:
        harm = harm_of(analysis.cohort, events.restrict(safety.patients))
    changes = None if sums is None else best_changes_of(analysis, sums)
    return PatientTable(
        lanes=lanes_of(analysis, "primary").lanes,
        change=None if changes is None else best_change_array(analysis.cohort, changes),
        harm=harm,
        samples=_samples(analysis),
    )


def _samples(analysis: Analysis) -> dict[str, SampleCounts]:
    found = {}
    for domain, kind in KINDS.items():
        frame = analysis.frame(domain)
        if frame is not None:
            found[kind] = sample_counts(frame, analysis.cohort)
    return found
