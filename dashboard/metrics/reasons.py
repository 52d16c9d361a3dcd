"""Why each time ended: events and censorings counted by their reason (KMunicate's questions)."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class ReasonCount(Result):
    """Patients whose time ended for one reason, as an event or censored. reason "" is unstated."""

    event: bool
    reason: str
    patients: tuple[str, ...]

    @property
    def n(self) -> int:
        return len(self.patients)


def reason_counts(data: TimeToEvent) -> tuple[ReasonCount, ...]:
    """Events first, then censorings; within each the most frequent reason first, ties by name.

    The counts add up to the patients of `data`.
    """
    found: dict[tuple[bool, str], list[str]] = {}
    for patient, event, reason in zip(data.usubjid, data.event, data.reason, strict=True):
        found.setdefault((event, reason), []).append(patient)
    counts = [ReasonCount(event, reason, tuple(who)) for (event, reason), who in found.items()]
    return tuple(sorted(counts, key=lambda c: (not c.event, -c.n, c.reason)))
