"""Whom a number counts and whom it leaves out, patient by patient, in the view on screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dashboard import laboratory
from dashboard.endpoints import (
    NO_RESPONSE,
    Endpoint,
    data_of,
    endpoint_named,
    endpoints,
    responders,
)
from dashboard.lab_rules import liver_options
from dashboard.measurements import best_changes_of, sums_of
from dashboard.metrics.liver import scatter
from dashboard.metrics.populations import intersect
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import AnalysisSet, Exclusion
from dashboard.metrics.urate import PARAMCDS
from dashboard.results import View

#: what a source is called where no derivation is meant: Interim counts records
COUNTED = "counted"
QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class People:
    """`members` is the denominator before `without`: its patients who have no value, and why."""

    members: AnalysisSet
    without: tuple[Exclusion, ...] = ()
    #: None: nobody can be left out (the whole cut)
    everybody: bool = False

    @property
    def n(self) -> int:
        return self.members.n - len({e.usubjid for e in self.without})

    @property
    def excluded(self) -> tuple[Exclusion, ...]:
        return () if self.everybody else (*self.members.excluded, *self.without)


def in_view(view: View) -> People:
    return People(view.members)


def enrolled(view: View) -> People:
    return People(view.set("enrolled"))


def safety(view: View) -> People:
    return People(view.set("safety"))


def with_labs(view: View) -> People:
    """Patients of the safety set with a laboratory value."""
    values = laboratory.labs_in(view)
    return _of_safety(view, () if values is None else values.treated.usubjid[values.patient])


def with_urate(view: View) -> People:
    """Those with a urate value after the first dose that can be converted."""
    values = laboratory.labs_in(view)
    if values is None:
        return _of_safety(view, ())
    known = values.of(PARAMCDS) & values.after & ~np.isnan(values.factors("urate"))
    return _of_safety(view, values.treated.usubjid[values.patient[known]])


def with_peaks(view: View) -> People:
    """Those with both peaks of the liver scatter."""
    members, values = view.set("safety"), laboratory.labs_in(view)
    if values is None:
        return _of_safety(view, ())
    axes = liver_options(view.analysis).scatter
    return People(members, _inside(scatter(values, axes).without, members))


def _of_safety(view: View, known: Iterable[str]) -> People:
    members, measured = view.set("safety"), {*known}
    absent = (u for u in members.patients if u not in measured)
    return People(members, tuple(Exclusion(u, "no such value") for u in absent))


def whole_cut(view: View) -> People:
    return People(view.analysis.sets["enrolled"], everybody=True)


def responding(view: View) -> People:
    """Confirmed responders of the set."""
    return People(intersect(view.members, responders(view.analysis), NO_RESPONSE))


def measured(view: View) -> People:
    """Patients with a bar in the waterfall."""
    sums = sums_of(view.analysis)
    if sums is None:
        absent = tuple(Exclusion(u, "no sum of target lesions") for u in view.members.patients)
        return People(view.members, absent)
    return People(view.members, _inside(best_changes_of(view.analysis, sums).without, view.members))


def dated(view: View) -> People:
    """Enrolled patients with a date to be drawn at."""
    members = view.set("enrolled")
    cohort = view.analysis.cohort
    known = {
        u
        for u, day, timed in zip(cohort.patients, cohort.enrolment, cohort.timed, strict=True)
        if timed or str(day) != "NaT"
    }
    absent = [u for u in members.patients if u not in known]
    return People(members, tuple(Exclusion(u, "no enrolment date") for u in absent))


def with_pfs(view: View) -> People:
    return _with_time(view, view.analysis.pfs(view.selection.rules))


def with_os(view: View) -> People:
    return _with_time(view, view.analysis.os)


def followed_enrolled(view: View) -> People:
    """Enrolled patients with a time of overall survival."""
    return _timed(view.set("enrolled"), view.analysis.os)


def with_endpoint(view: View) -> People:
    """Patients with a time of the endpoint in view."""
    found = chosen(view)
    data = None if found is None else data_of(view.analysis, found, view.selection.rules)
    return _with_time(view, data)


def with_origin(view: View) -> People:
    cohort = view.analysis.cohort
    return People(view.members, _inside(cohort.untimed, view.members))


def chosen(view: View) -> Endpoint | None:
    """The time to event in view."""
    return endpoint_named(endpoints(view.analysis), view.selection.endpoint)


def _with_time(view: View, data: TimeToEvent | None) -> People:
    return _timed(view.members, data)


def _timed(members: AnalysisSet, data: TimeToEvent | None) -> People:
    if data is None:
        return People(members, tuple(Exclusion(u, "no time") for u in members.patients))
    inside = data.restrict(members)
    known = set(inside.usubjid)
    listed = {e.usubjid: e for e in inside.excluded}
    return People(members, tuple(listed[u] for u in members.patients if u not in known))


def _inside(found: tuple[Exclusion, ...], members: AnalysisSet) -> tuple[Exclusion, ...]:
    ids = set(members.patients)
    return tuple(e for e in found if e.usubjid in ids)


# --- where a value comes from ---------------------------------------------------------------------


def counted(view: View) -> str | None:
    return COUNTED


def quoted(view: View) -> str | None:
    return QUOTED


def confirmed_source(view: View) -> str | None:
    return view.analysis.responses.source_confirmed


def shown_source(view: View) -> str | None:
    """The reading of response that is shown: confirmed wherever there is one."""
    responses = view.analysis.responses
    return responses.source_confirmed or responses.source_unconfirmed


def unconfirmed_source(view: View) -> str | None:
    return view.analysis.responses.source_unconfirmed


def pfs_source(view: View) -> str | None:
    data = view.analysis.pfs(view.selection.rules)
    return None if data is None else data.source


def os_source(view: View) -> str | None:
    return None if view.analysis.os is None else view.analysis.os.source


def endpoint_source(view: View) -> str | None:
    found = chosen(view)
    data = None if found is None else data_of(view.analysis, found, view.selection.rules)
    return None if data is None else data.source


def derived(view: View) -> str | None:
    return "derived"


def emergent_source(view: View) -> str | None:
    events = view.analysis.events
    return None if events is None else events.source
