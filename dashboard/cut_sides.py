"""Both sides of every estimate that two cuts of a study are compared by.

Numbers are those the pages show: the same analysis set, the same filters, each cut by its own
study.toml. What needs no page lives in `dashboard.metrics.change_ledger`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis, Tables
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.change_ledger import Between, Fact, Side
from dashboard.metrics.cohort import Bools, Dates
from dashboard.metrics.recist import TERMS
from dashboard.metrics.response import CONTROL, RESPONSE, BestResponses
from dashboard.metrics.response_rates import disease_control, objective_response
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import AnalysisSet
from dashboard.metrics.windows import response_window
from dashboard.panels.deaths import deaths
from dashboard.patient_keys import PatientKeys
from dashboard.population import Population, population, restrict
from dashboard.selection import Selection
from data_access.study.model import Study

Facts = dict[str, frozenset[Fact]]
ESTIMATES = ("enrolled", "orr", "dcr", "pfs", "deaths", "related_grade3plus", "serious")
#: no best response could be told
UNKNOWN = frozenset({"NE", "MISSING"})


@dataclass(frozen=True, slots=True)
class Read:
    """The tables of a cut as another cut-off or another study.toml would have them read."""

    cut: Tables
    study: Study
    cut_date: date

    @property
    def domains(self) -> tuple[str, ...]:
        return self.cut.domains

    def frame(self, domain: str) -> pd.DataFrame:
        return self.cut.frame(domain)

    @property
    def feature_tables(self) -> tuple[str, ...]:
        return self.cut.feature_tables

    def features(self, id_: str) -> pd.DataFrame:
        return self.cut.features(id_)


class Seen:
    """One cut under a selection. `order` sorts cuts by time."""

    def __init__(
        self,
        analysis: Analysis,
        selection: Selection,
        keys: PatientKeys,
        order: tuple[str, ...],
    ) -> None:
        self.analysis = analysis
        self.selection = selection
        self.keys = keys
        self.order = order

    @cached_property
    def population(self) -> Population:
        return population(self.analysis, self.selection, self.keys, counted=False)

    def set(self, id_: str) -> AnalysisSet:
        whole = self.analysis.sets[id_]
        return restrict(whole, self.population.filtered) if self.selection.filtered else whole

    def by(self, other: Seen) -> Seen:
        """The same records read by the study.toml of another cut."""
        return self._read(other, self.analysis.cut.cut_date, self.order)

    def as_of(self, other: Seen) -> Seen:
        """What this cut's records say of the time up to the cut-off of an earlier cut."""
        return self._read(other, other.analysis.cut.cut_date, other.order)

    def _read(self, other: Seen, cut_date: date, order: tuple[str, ...]) -> Seen:
        """Kept with this cut: no selection changes what the records say. An order names its cut."""
        cut = Read(self.analysis.cut, other.analysis.cut.study, cut_date)
        name = f"read by {'|'.join(other.order)} at {cut_date}"
        analysis = self.analysis.once(name, lambda: Analysis(cut))
        return Seen(analysis, self.selection, self.keys, order)

    def side(self, estimate: str) -> Side | None:
        """This cut's reading of an estimate; None where the export cannot tell it."""
        made: Side | None = getattr(self, f"_{estimate}")
        return made

    def own(self, estimate: str) -> frozenset[str]:
        """Patients whom the records make positive, whatever the export derives."""
        analysis = self.analysis
        if estimate in ("orr", "dcr"):
            return self._own_responses(estimate)
        if estimate == "pfs":
            data = analysis.derived_pfs("ema" if self.selection.rules == "ema" else "fda")
            return frozenset() if data is None else _events_of(data)
        if estimate == "deaths":
            found = deaths(analysis, self.population.members)
            return frozenset() if found is None else frozenset(found.numerator)
        if estimate in ("related_grade3plus", "serious"):
            return frozenset(self._flagged(estimate) or ())
        return frozenset()

    # --- enrolment and death ---------------------------------------------------------------------

    def _side(self, members: AnalysisSet, positive: Iterable[str], **more: Any) -> Side:
        return Side(
            order=self.order,
            exported=self._exported,
            enrolled=self._ids("enrolled"),
            base=self._ids(members.id),
            members=frozenset(members.patients),
            positive=frozenset(positive) & frozenset(members.patients),
            **more,
        )

    @cached_property
    def _exported(self) -> frozenset[str]:
        return frozenset(self.analysis.adsl["USUBJID"].tolist())

    def _ids(self, set_: str) -> frozenset[str]:
        return frozenset(self.analysis.sets[set_].patients)

    @property
    def _enrolled(self) -> Side:
        members = self.set("enrolled")
        dates = _by_patient(self.analysis, self.analysis.cohort.enrolment)
        return self._side(members, members.patients, told=dates)

    @property
    def _deaths(self) -> Side | None:
        analysis = self.analysis
        cohort, members = analysis.cohort, self.population.members
        found = deaths(analysis, members)
        if found is None:
            return None
        if not {"DTHDT", "DTHFL"} & set(analysis.adsl.columns):
            told = {} if analysis.os is None else _times(analysis.os)
            return self._side(members, found.numerator, told=told)
        dates = _by_patient(analysis, cohort.died_on)
        told = {u: dates.get(u, "") for u in found.numerator}
        facts = {u: frozenset({("death", d)}) for u, d in told.items()}
        return self._side(members, found.numerator, told=told, facts=facts)

    # --- response --------------------------------------------------------------------------------

    @property
    def _response_facts(self) -> Facts:
        return self.analysis.once("response facts", self._facts_of_responses)

    def _facts_of_responses(self) -> Facts:
        """Date and overall response of every assessment, and the origin they are counted from."""
        cohort, seen = self.analysis.cohort, self.analysis.assessments
        found: dict[str, set[Fact]] = {}
        dates = np.datetime_as_string(cohort.origin[seen.patient] + seen.day)
        for i, day, code in zip(
            seen.patient.tolist(), dates.tolist(), seen.response.tolist(), strict=True
        ):
            found.setdefault(cohort.usubjid[i], set()).add(("response", day, TERMS[code]))
        return {u: frozenset(facts) for u, facts in found.items()}

    @property
    def _orr(self) -> Side | None:
        analysis, members = self.analysis, self.population.members
        responses, level = analysis.responses, analysis.rules.level
        confirmed = responses.source_confirmed is not None
        days = analysis.rules.orr_window_days
        if confirmed and days is not None:
            window = response_window(analysis.window_days, members, window_days=days, level=level)
            return self._rated(window.responders, confirmed=True, late=window.late_responders)
        found = objective_response(responses, members, confirmed=confirmed, level=level)
        return None if found is None else self._rated(found.numerator, confirmed=confirmed)

    @property
    def _dcr(self) -> Side | None:
        analysis = self.analysis
        confirmed = analysis.responses.source_confirmed is not None
        found = disease_control(
            analysis.responses,
            self.population.members,
            confirmed=confirmed,
            level=analysis.rules.level,
        )
        return None if found is None else self._rated(found.numerator, confirmed=confirmed)

    def _rated(self, who: Iterable[str], *, confirmed: bool, late: Iterable[str] = ()) -> Side:
        responses = self.analysis.responses
        terms = dict(
            zip(
                responses.usubjid,
                responses.confirmed if confirmed else responses.unconfirmed,
                strict=True,
            )
        )
        first = dict(zip(responses.usubjid, responses.unconfirmed, strict=True))
        open_ = {
            u
            for u, t in first.items()
            if confirmed and t in RESPONSE and terms.get(u) not in RESPONSE
        }
        told = {u: f"{t}+{first[u]}" if u in open_ else t for u, t in terms.items()}
        told |= {u: f"{told[u]}+late" for u in late}
        return self._side(
            self.population.members,
            who,
            provisional=frozenset(open_),
            unknown=frozenset(u for u, t in terms.items() if t in UNKNOWN),
            facts=self._response_facts,
            told=told,
        )

    def _own_responses(self, estimate: str) -> frozenset[str]:
        own: BestResponses = self.analysis.derived_responses
        if own.source_confirmed is None:
            return frozenset()
        wanted = RESPONSE if estimate == "orr" else CONTROL
        days = self.analysis.rules.orr_window_days if estimate == "orr" else None
        rows = zip(own.usubjid, own.confirmed, own.response_day, strict=True)
        return frozenset(
            u
            for u, term, day in rows
            if term in wanted and (days is None or (day is not None and day <= days))
        )

    # --- time to event ---------------------------------------------------------------------------

    @cached_property
    def pfs_times(self) -> TimeToEvent | None:
        """PFS as shown, of the patients of the selection."""
        data = self.analysis.pfs(self.selection.rules)
        return None if data is None else data.restrict(self.population.members)

    @property
    def _pfs(self) -> Side | None:
        data = self.pfs_times
        if data is None:
            return None
        timed = replace(self.population.members, patients=data.usubjid)
        return self._side(timed, _events_of(data), told=_times(data), facts=self._pfs_facts)

    @property
    def _pfs_facts(self) -> Facts:
        return self.analysis.once("pfs facts", self._facts_of_pfs)

    def _facts_of_pfs(self) -> Facts:
        analysis = self.analysis
        cohort = analysis.cohort
        found: dict[str, set[Fact]] = {u: set(f) for u, f in self._response_facts.items()}
        for name, days in (("death", cohort.death), ("new therapy", cohort.new_therapy)):
            for patient, day in _by_patient(analysis, cohort.date_array(days)).items():
                found.setdefault(patient, set()).add((name, day))
        return {u: frozenset(facts) for u, facts in found.items()}

    # --- adverse events --------------------------------------------------------------------------

    @cached_property
    def _safety_events(self) -> AdverseEvents | None:
        events = self.analysis.events
        if events is None:
            return None
        mine = events.restrict(self.set("safety").patients) if self.selection.filtered else events
        return mine.treatment_emergent()

    def _mask(self, events: AdverseEvents, estimate: str) -> Bools | None:
        if estimate == "serious":
            return events.flags["serious"]
        related = events.flags["related"]
        return None if events.scale is None or related is None else related & (events.grade >= 3)

    def _flagged(self, estimate: str) -> dict[str, int] | None:
        """Patients with such an event, and how many; None where it is not recorded."""
        events = self._safety_events
        mask = None if events is None else self._mask(events, estimate)
        if events is None or mask is None:
            return None
        who, count = np.unique(events.patient[mask], return_counts=True)
        return dict(zip(events.ids(who), count.tolist(), strict=True))

    def _events(self, estimate: str) -> Side | None:
        found = self._flagged(estimate)
        if found is None:
            return None
        told = {u: str(found.get(u, 0)) for u in self.set("safety").patients}
        return self._side(self.set("safety"), found, told=told, facts=self._event_facts)

    @property
    def _related_grade3plus(self) -> Side | None:
        return self._events("related_grade3plus")

    @property
    def _serious(self) -> Side | None:
        return self._events("serious")

    @cached_property
    def _event_facts(self) -> Facts:
        """What each treatment-emergent event says, less its end: that is known later."""
        events = self._safety_events
        found: dict[str, set[Fact]] = {}
        if events is None:
            return {}
        flags = [np.zeros(events.n, dtype=np.bool_) if f is None else f for f in (
            events.flags["related"], events.flags["serious"])]  # fmt: skip
        starts = np.datetime_as_string(events.start)
        for i in range(events.n):
            fact = (
                f"{events.sequence[i]:g}",
                events.pt_terms[events.pt[i]],
                str(starts[i]),
                str(events.grade[i]),
                str(flags[0][i]),
                str(flags[1][i]),
            )
            found.setdefault(str(events.treated.usubjid[events.patient[i]]), set()).add(fact)
        return {u: frozenset(f) for u, f in found.items()}


class Comparison:
    """Two cuts, told forwards in time: `then` is the earlier."""

    def __init__(self, one: Seen, other: Seen) -> None:
        self.then, self.now = (one, other) if one.order <= other.order else (other, one)

    @cached_property
    def same_rules(self) -> Seen | None:
        """The later cut by the rules of the earlier; None when study.toml says the same."""
        then, now = (s.analysis.cut.study for s in (self.then, self.now))
        if replace(then, cut_date=None) == replace(now, cut_date=None):
            return None
        return self.now.by(self.then)

    @cached_property
    def revised(self) -> Seen:
        """The later cut's records up to the earlier cut-off."""
        return self.now.as_of(self.then)

    def between(self, estimate: str) -> Between:
        return Between(
            own=self.then.own(estimate),
            revised=self.revised.own(estimate),
            same_rules=None if self.same_rules is None else self.same_rules.side(estimate),
        )


def known_times(data: TimeToEvent) -> dict[str, tuple[float, bool]]:
    return {u: (d, e) for u, d, e in zip(data.usubjid, data.days, data.event, strict=True)}


def _events_of(data: TimeToEvent) -> frozenset[str]:
    return frozenset(u for u, e in zip(data.usubjid, data.event, strict=True) if e)


def _times(data: TimeToEvent) -> dict[str, str]:
    """`event|128|PD`, `censored|96|last adequate assessment`."""
    rows = zip(data.usubjid, data.days, data.event, data.reason, strict=True)
    return {u: f"{'event' if e else 'censored'}|{d:g}|{r}" for u, d, e, r in rows}


def _by_patient(analysis: Analysis, dates: Dates) -> Mapping[str, str]:
    """Known dates as ISO text, by patient."""
    told = np.datetime_as_string(dates).tolist()
    pairs = zip(analysis.cohort.patients, told, strict=True)
    return {u: d for u, d in pairs if d != "NaT"}
