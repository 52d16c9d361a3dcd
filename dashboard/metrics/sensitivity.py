"""What another reading would change: PFS rule sets side by side, export against derivation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.metrics.kaplan_meier import KaplanMeierOptions
from dashboard.metrics.response import BestResponses
from dashboard.metrics.time_to_event import SurvivalResult, TimeToEvent, survival
from dashboard.metrics.types import AnalysisSet, Result


@dataclass(frozen=True, slots=True)
class TimeDifference(Result):
    """A patient whose time or status differs between two readings of one endpoint."""

    usubjid: str
    days: tuple[float | None, float | None]
    event: tuple[bool | None, bool | None]
    reason: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison(Result):
    """Two readings of one endpoint in one analysis set, and the patients they differ in.

    `status_differs` counts event against censored; `reasons` counts the reasons of each reading.
    """

    first: SurvivalResult
    second: SurvivalResult
    differing: tuple[TimeDifference, ...]
    status_differs: int
    reasons_first: tuple[tuple[str, int], ...]
    reasons_second: tuple[tuple[str, int], ...]


def compare_times(
    first: TimeToEvent,
    second: TimeToEvent,
    members: AnalysisSet,
    options: KaplanMeierOptions | None = None,
) -> Comparison:
    """Both curves, and every patient for whom they differ by time or by event status.

    Serves PFS under the FDA and EMA rules, and an exported endpoint against its derivation.
    """
    one, two = survival(first, members, options), survival(second, members, options)
    rows = [_by_patient(one.data), _by_patient(two.data)]
    none = (None, None, "no value")
    differing = []
    for u in members.patients:
        a, b = rows[0].get(u, none), rows[1].get(u, none)
        if a[:2] != b[:2]:
            differing.append(TimeDifference(u, (a[0], b[0]), (a[1], b[1]), (a[2], b[2])))
    return Comparison(
        first=one,
        second=two,
        differing=tuple(differing),
        status_differs=sum(d.event[0] != d.event[1] for d in differing),
        reasons_first=_counted(one.data.reason),
        reasons_second=_counted(two.data.reason),
    )


def _by_patient(data: TimeToEvent) -> dict[str, tuple[float | None, bool | None, str]]:
    return {
        u: (d, e, r)
        for u, d, e, r in zip(data.usubjid, data.days, data.event, data.reason, strict=True)
    }


def _counted(reasons: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(reasons).items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class Mismatch(Result):
    """A patient whose exported value is not what the records give."""

    usubjid: str
    parameter: str
    exported: str
    derived: str


def response_mismatches(shown: BestResponses, derived: BestResponses) -> tuple[Mismatch, ...]:
    """Exported against derived best responses; () where nothing is exported or derivable."""
    found = []
    for parameter, source, exported, own in (
        ("CBOR", shown.source_confirmed, shown.confirmed, derived.confirmed),
        ("BOR", shown.source_unconfirmed, shown.unconfirmed, derived.unconfirmed),
    ):
        if source == "exported" and derived.source_confirmed is not None:
            found += [
                Mismatch(u, parameter, a, b)
                for u, a, b in zip(shown.usubjid, exported, own, strict=True)
                if a != b
            ]
    return tuple(found)
