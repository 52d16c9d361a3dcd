"""Whether adverse events have ended, and how long the ended ones lasted (AEOUT, AENDT)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.cohort import Bools
from dashboard.metrics.types import Estimate, Result


@dataclass(frozen=True, slots=True)
class AeOutcome(Result):
    """Events by state at the cut-off; the five states add up to `n_events`.

    Duration (days, end - start + 1) is that of resolved and ended events with both dates, so it is
    short of the truth while long events are still ongoing: `ongoing` stands beside it. `ended`: the
    export gives an end, yet its outcome says not recovered; that is not called resolved.
    """

    n_events: int
    resolved: int
    ongoing: int
    fatal: int
    unknown: int
    ended: int
    resolved_without_end: int
    n_duration: int
    median: Estimate
    minimum: Estimate
    maximum: Estimate
    patients_ongoing: tuple[str, ...]
    method: str = "median and range of resolved and ended events with both dates"


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """The five states of events, shape (m,): each event is in exactly one."""

    fatal: Bools
    resolved: Bools
    unknown: Bools
    ended: Bools
    ongoing: Bools


def _states(events: AdverseEvents) -> _States:
    """Fatal first; then an end by the cut-off: resolved, or ended where the outcome says not (yet)
    recovered; resolved by an outcome that says so; an end after the cut-off, or an outcome of not
    (yet) recovered, is ongoing; no end and no outcome is ongoing; an outcome that says unknown is
    unknown.
    """
    fatal = events.flag_of("fatal")
    dated = ~np.isnat(events.end)
    ended = ~fatal & dated & events.flag_of("unrecovered")
    over = dated | (events.flag_of("recovered") & ~events.ends_later)
    resolved = ~fatal & ~ended & over
    unknown = ~fatal & ~over & events.flag_of("outcome_unknown") & ~events.ends_later
    return _States(fatal, resolved, unknown, ended, ~(fatal | resolved | unknown | ended))


def event_states(events: AdverseEvents) -> tuple[str, ...]:
    """fatal, resolved, ended, unknown or ongoing for each event."""
    found = _states(events)
    words = np.full(events.n, "ongoing", dtype=object)
    for name in ("fatal", "resolved", "unknown", "ended"):
        words[getattr(found, name)] = name
    return tuple(words.tolist())


def ae_outcome(events: AdverseEvents) -> AeOutcome:
    """States of exactly the events given (see `_states`)."""
    states = _states(events)
    resolved, ongoing = states.resolved, states.ongoing
    dated = ~np.isnat(events.end)
    days = (events.end - events.start).astype(np.int64) + 1
    known = (resolved | states.ended) & dated & ~np.isnat(events.start) & (days > 0)
    lasted = days[known]
    return AeOutcome(
        n_events=events.n,
        resolved=int(resolved.sum()),
        ongoing=int(ongoing.sum()),
        fatal=int(states.fatal.sum()),
        unknown=int(states.unknown.sum()),
        ended=int(states.ended.sum()),
        resolved_without_end=int((resolved & ~dated).sum()),
        n_duration=int(lasted.size),
        median=float(np.median(lasted)) if lasted.size else None,
        minimum=float(lasted.min()) if lasted.size else None,
        maximum=float(lasted.max()) if lasted.size else None,
        patients_ongoing=events.ids(np.unique(events.patient[ongoing])),
    )
