"""Adverse events that meet several conditions at once: switches, and words in their terms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents, either
from dashboard.metrics.ae_overview import HIGH_GRADE
from dashboard.metrics.coded import clean
from dashboard.metrics.cohort import Bools


@dataclass(frozen=True, slots=True, eq=False)
class SelectedEvents:
    """`events` are those that meet every condition; `unknown` the switches that the export does
    not record, because of which none can be known to meet them."""

    events: AdverseEvents
    unknown: tuple[str, ...]


def condition(events: AdverseEvents, switch: str) -> Bools | None:
    """The events a switch is true for, shape (m,); None where the export does not record it.

    high, aesi (any list), or the id of a flag of AdverseEvents: serious, fatal, related,
    related:<drug>, aesi:<list>.
    """
    if switch == "high":
        return None if events.scale is None else events.grade >= HIGH_GRADE
    if switch == "aesi":
        lists = [f for k, f in events.flags.items() if k.startswith("aesi:") and f is not None]
        return either(lists)
    return events.flags.get(switch)


def select_events(
    events: AdverseEvents, switches: Sequence[str] = (), *, emergent: bool = True
) -> SelectedEvents:
    """The events that meet every switch, treatment-emergent ones only unless told otherwise."""
    keep = events.emergent.copy() if emergent else np.ones(events.n, dtype=np.bool_)
    unknown = []
    for switch in switches:
        found = condition(events, switch)
        if found is None:
            unknown.append(switch)
            keep[:] = False
        else:
            keep &= found
    return SelectedEvents(events.select(keep), tuple(unknown))


def with_words(events: AdverseEvents, words: str) -> Bools:
    """Events whose term or class holds every word, shape (m,)."""
    wanted = clean(words).split()
    if not wanted:
        return np.ones(events.n, dtype=np.bool_)
    keep = np.ones(events.n, dtype=np.bool_)
    for word in wanted:
        term, soc = (_holding(terms, word) for terms in (events.pt_terms, events.soc_terms))
        keep &= term[events.pt] | soc[events.soc]
    return keep


def _holding(terms: Collection[str], word: str) -> Bools:
    return np.array([word in clean(t) for t in terms], dtype=np.bool_)
