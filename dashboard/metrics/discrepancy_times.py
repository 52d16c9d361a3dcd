"""Exported times to event against their derivation, and the rule that explains a difference.

Rules: FDA 2007 App. 3 and EMA/CHMP/27994/2008 Rev.1 for PFS; end - start + 1 for every time.
Sentences give times as the export does: the origin is day 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Bools, Cohort, Days
from dashboard.metrics.discrepancies import Discrepancy
from dashboard.metrics.discrepancy_words import UNEXPLAINED, Reason
from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.recist import NE, PD, Assessments
from dashboard.metrics.time_to_event import DEATH_EVENT, MISSED, NEW_THERAPY, PD_EVENT, TimeToEvent
from dashboard.metrics.types import Result

OTHER_RULE = "another censoring rule"
DAY_ONE = "the first day counted otherwise"
OTHER_ORIGIN = "another origin"
OTHER_EVENT = "another record taken as the event"
OTHER_CENSORING = "censored at another date"
GAP = "another limit for missed assessments"
NO_EVENT = "an event without a record"
EVENT_CENSORED = "an event of the records is censored"
NO_ROW = "no record in the export"
NO_DERIVATION = "nothing to derive it from"
NOTHING = "no record"


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """One reading of an endpoint in cohort order: AVAL in days (NaN without a value)."""

    days: Floats
    event: Bools
    reason: NDArray[np.object_]

    @classmethod
    def of(cls, cohort: Cohort, data: TimeToEvent) -> Times:
        place = {u: i for i, u in enumerate(cohort.patients)}
        days = np.full(cohort.n, np.nan)
        event = np.zeros(cohort.n, dtype=np.bool_)
        reason = np.full(cohort.n, "", dtype=object)
        for u, aval, happened, why in zip(
            data.usubjid, data.days, data.event, data.reason, strict=True
        ):
            if u in place:
                i = place[u]
                days[i], event[i], reason[i] = aval, happened, why
        return cls(days, event, reason)

    def words(self, i: int) -> str:
        """`175 days, event`."""
        if np.isnan(self.days[i]):
            return NOTHING
        return f"{self.told(i)}, {'event' if self.event[i] else 'censored'}"

    def told(self, i: int) -> str:
        """`175 days`; parts of a day to two decimals."""
        return f"{round(float(self.days[i]), 2):g} days"


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """An exported endpoint with what may explain it; every array has shape (n,).

    `readings`: name -> derived times; the first is Interim's own. `starts`: name -> day from the
    origin of another start, NEVER where unknown. `ends`: name -> day from the origin at which an
    export may censor. `slack`: days that rounding of AVAL may cost. `start`: day of the own start.
    """

    name: str
    cohort: Cohort
    exported: Times
    readings: Mapping[str, Times]
    assessments: Assessments
    starts: Mapping[str, Days] = field(default_factory=dict)
    ends: Mapping[str, Days] = field(default_factory=dict)
    start: Days | None = None
    slack: float = 0.5
    max_gap: int = 126
    excluded: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> Times:
        return next(iter(self.readings.values()))

    def led_by(self, name: str) -> Endpoint:
        """The same with another reading as the first, the one differences are measured from."""
        first = {name: self.readings[name]}
        return replace(self, readings=first | dict(self.readings))

    @property
    def compared(self) -> Bools:
        """Patients with a value on either side; shape (n,)."""
        return ~(np.isnan(self.exported.days) & np.isnan(self.own.days))

    def n_compared(self, who: Bools) -> int:
        """Patients of `who` with a value on either side."""
        return int((who & self.compared).sum())

    def agrees(self, other: Times) -> Bools:
        """Same event status and the same time; shape (n,)."""
        near = np.abs(self.exported.days - other.days) <= self.slack
        return np.asarray(near & (self.exported.event == other.event), dtype=np.bool_)

    def same(self, i: int, other: Times, shift: int = 0) -> bool:
        """`agrees` for one patient, once `shift` days are added to `other`."""
        near = abs(self.exported.days[i] - other.days[i] - shift) <= self.slack
        return bool(near and self.exported.event[i] == other.event[i])

    def differing(self) -> Bools:
        """Patients with a value on either side for whom the own reading is not the exported one."""
        neither = np.isnan(self.exported.days) & np.isnan(self.own.days)
        return ~self.agrees(self.own) & ~neither

    def at(self, i: int, day: int) -> bool:
        """Does the exported time end on this day from the origin?"""
        begin = 0 if self.start is None else int(self.start[i])
        return bool(abs(self.exported.days[i] - (day - begin + 1)) <= self.slack)

    def days_of(self, i: int, *codes: int) -> list[int]:
        """Days from the origin of one patient's assessments with one of `codes`."""
        first, last = np.searchsorted(self.assessments.patient, (i, i + 1))
        days = self.assessments.day[first:last].tolist()
        terms = self.assessments.response[first:last].tolist()
        return [d for d, r in zip(days, terms, strict=True) if r in codes]


@dataclass(frozen=True, slots=True)
class Agreement(Result):
    """How many of the patients with both values agree under each reading, best first."""

    n: int
    agree: tuple[tuple[str, int], ...]


def agreement(endpoint: Endpoint, who: Bools) -> Agreement:
    """Which reading the export follows in `who`; ties stay in the order of the readings."""
    both = who & ~np.isnan(endpoint.exported.days) & ~np.isnan(endpoint.own.days)
    counts = [
        (name, int((endpoint.agrees(times) & both).sum()))
        for name, times in endpoint.readings.items()
    ]
    return Agreement(int(both.sum()), tuple(sorted(counts, key=lambda c: -c[1])))


def time_discrepancies(endpoint: Endpoint, who: Bools) -> tuple[Discrepancy, ...]:
    """Every patient of `who` (shape n) whose exported time or event is not the own reading's."""
    found = []
    for i in np.flatnonzero(endpoint.differing() & who).tolist():
        said = next(_reasons(endpoint, i))
        missing = np.isnan(endpoint.exported.days[i]) or np.isnan(endpoint.own.days[i])
        found.append(
            Discrepancy(
                endpoint.name,
                endpoint.cohort.patients[i],
                endpoint.exported.words(i),
                endpoint.own.words(i),
                *said,
                grave=bool(missing or endpoint.exported.event[i] != endpoint.own.event[i]),
            )
        )
    return tuple(found)


def _reasons(endpoint: Endpoint, i: int) -> Iterator[Reason]:
    """Reasons for one patient, the most specific first; the last one always answers."""
    for rule in _RULES:
        said = rule(endpoint, i)
        if said is not None:
            yield said
    own = endpoint.own
    yield f"{_ends_here(own, i)}: {UNEXPLAINED}", UNEXPLAINED


def _ends_here(own: Times, i: int) -> str:
    """`the records end at 64 days (last adequate assessment)`."""
    return f"the records end at {own.told(i)} ({_why(own, i)})"


def _why(own: Times, i: int) -> str:
    """The reason of the own reading, as it stands in a sentence."""
    reason = str(own.reason[i])
    return {PD_EVENT: "PD", DEATH_EVENT: "death"}.get(reason, reason)


# --- one function a rule -------------------------------------------------------------------------


def _absent(endpoint: Endpoint, i: int) -> Reason | None:
    u = endpoint.cohort.patients[i]
    if np.isnan(endpoint.exported.days[i]):
        why = endpoint.excluded.get(u)
        if why:
            return f"the exported value cannot be used: {why}", NO_ROW
        return f"the export has no {endpoint.name} record of this patient", NO_ROW
    if np.isnan(endpoint.own.days[i]):
        return f"{endpoint.excluded.get(u, 'the records give no value')}", NO_DERIVATION
    return None


def _other_rule(endpoint: Endpoint, i: int) -> Reason | None:
    for name, times in list(endpoint.readings.items())[1:]:
        if endpoint.same(i, times):
            return f"agrees with {name}: {_why_not_own(endpoint, i)}", OTHER_RULE
    return None


def _why_not_own(endpoint: Endpoint, i: int) -> str:
    """What made Interim's own reading censor where the other one counts."""
    own = endpoint.own
    when = endpoint.exported.told(i)
    if own.reason[i] == MISSED:
        gap = endpoint.exported.days[i] - own.days[i]
        last = "the last adequate assessment" if own.days[i] > 1 else "the origin, unassessed since"
        return (
            f"the exported event at {when} comes {gap:.0f} days after {last}, more than the "
            f"{endpoint.max_gap} days of the FDA-like rule"
        )
    if own.reason[i] == NEW_THERAPY:
        switch = int(endpoint.cohort.new_therapy[i]) + 1
        kind = "event" if endpoint.exported.event[i] else "last assessment"
        return (
            f"the exported {kind} at {when} comes after new anticancer therapy at {switch} days, "
            "where the FDA-like rule censors"
        )
    name = next(iter(endpoint.readings))
    return f"by {name} it is {own.words(i)} ({_why(own, i)})"


def _first_day(endpoint: Endpoint, i: int) -> Reason | None:
    for shift, said in (
        (-1, "the export leaves out the +1 day of end - start + 1"),
        (1, "the export counts one day more than end - start + 1"),
    ):
        for name, times in endpoint.readings.items():
            if endpoint.same(i, times, shift):
                return f"{said}{_of(endpoint, name)}", DAY_ONE
    return None


def _of(endpoint: Endpoint, name: str) -> str:
    return "" if name == next(iter(endpoint.readings)) else f", and follows {name}"


def _other_origin(endpoint: Endpoint, i: int) -> Reason | None:
    begin = 0 if endpoint.start is None else int(endpoint.start[i])
    for origin, days in endpoint.starts.items():
        shift = begin - int(days[i])
        if days[i] >= NEVER or shift == 0:
            continue
        for plus in (0, -1):
            for name, times in endpoint.readings.items():
                if endpoint.same(i, times, shift + plus):
                    side = "before" if shift > 0 else "after"
                    less = ", without the +1 day" if plus else ""
                    said = (
                        f"the export counts from {origin}, {abs(shift)} days {side} the start "
                        f"used here{less}{_of(endpoint, name)}"
                    )
                    return said, OTHER_ORIGIN
    return None


def _events(endpoint: Endpoint, i: int) -> Reason | None:
    """The export has an event: which record is it, if any?"""
    if not endpoint.exported.event[i]:
        return None
    when = endpoint.exported.told(i)
    death = int(endpoint.cohort.death[i])
    progressions = endpoint.days_of(i, PD)
    if any(endpoint.at(i, d) for d in progressions):
        if endpoint.at(i, progressions[0]):
            said = f"the export counts the PD at {when}; {_why_not_own(endpoint, i)}"
            return said, OTHER_RULE
        first = progressions[0] + 1
        return f"the export takes the PD at {when}; the first is at {first} days", OTHER_EVENT
    if death < NEVER and endpoint.at(i, death):
        if progressions and progressions[0] < death:
            first = progressions[0] + 1
            said = f"the export takes the death at {when}; PD at {first} days comes first"
            return said, OTHER_EVENT
        return f"the export counts the death at {when}; {_why_not_own(endpoint, i)}", OTHER_RULE
    return _no_event(endpoint, i, progressions)


def _no_event(endpoint: Endpoint, i: int, progressions: Sequence[int]) -> Reason:
    death = int(endpoint.cohort.death[i])
    when = f"the event at {endpoint.exported.told(i)}"
    own = [f"the first PD is at {progressions[0] + 1} days"] if progressions else []
    own = [] if endpoint.name == "OS" else own
    own += [f"the death at {death + 1} days"] if death < NEVER else []
    if own:
        return f"no record shows {when}, {' and '.join(own)}: {UNEXPLAINED}", NO_EVENT
    none = "no date of death" if endpoint.name == "OS" else "no PD and no date of death"
    return f"the records show {none} for {when}: {UNEXPLAINED}", NO_EVENT


def _limit(endpoint: Endpoint, i: int) -> Reason | None:
    """The export censors at the last assessment before an event that comes within the limit."""
    own = endpoint.own
    if endpoint.exported.event[i] or not own.event[i] or endpoint.name == "OS":
        return None
    event = int(own.days[i]) - 1
    adequate = [d for d in endpoint.days_of(i, *(c for c in range(6) if c != NE)) if d < event]
    last = adequate[-1] if adequate else 0
    if not endpoint.at(i, last):
        return None
    what = "death" if own.reason[i] == DEATH_EVENT else "PD"
    said = (
        f"the export censors at the last assessment before the {what} at {event + 1} days, "
        f"{event - last} days later; the FDA-like rule counts it up to {endpoint.max_gap} days"
    )
    return said, GAP


def _censored(endpoint: Endpoint, i: int) -> Reason | None:
    """The export is censored: at which date of the patient?"""
    if endpoint.exported.event[i]:
        return None
    own = endpoint.own
    if own.event[i]:
        what = "death" if own.reason[i] == DEATH_EVENT else "PD"
        rest = f"the records show the {what} at {own.days[i]:.0f} days"
    else:
        rest = f"censored here at {own.days[i]:.0f} days ({_why(own, i)})"
    kind = EVENT_CENSORED if own.event[i] else OTHER_CENSORING
    when = endpoint.exported.told(i)
    for name, days in endpoint.ends.items():
        if days[i] < NEVER and endpoint.at(i, int(days[i])):
            return f"the export censors at {name}, {when}; {rest}", kind
    if any(endpoint.at(i, d) for d in endpoint.days_of(i, NE)):
        return f"the export censors at an assessment that is NE, {when}; {rest}", kind
    if any(endpoint.at(i, d) for d in endpoint.days_of(i, *range(1, 6))):
        return f"the export censors at the assessment at {when}; {rest}", kind
    if own.event[i]:
        said = f"the export censors at {when}, on no date of the records; {rest}: {UNEXPLAINED}"
        return said, EVENT_CENSORED
    return None


_RULES: tuple[Callable[[Endpoint, int], Reason | None], ...] = (
    _absent,
    _other_rule,
    _first_day,
    _other_origin,
    _limit,
    _events,
    _censored,
)
