"""Landmark analysis (Anderson, Cain & Gelber 1983): survival by response, no immortal time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.kaplan_meier import KaplanMeier, KaplanMeierOptions, kaplan_meier
from dashboard.metrics.response import BestResponses
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.types import AnalysisSet, Exclusion, Result


@dataclass(frozen=True, slots=True)
class LandmarkGroup(Result):
    """Patients still at risk at the landmark; times count from it."""

    label: str
    patients: tuple[str, ...]
    curve: KaplanMeier


@dataclass(frozen=True, slots=True)
class Landmark(Result):
    """Survival after the landmark by response up to it; descriptive, nobody was randomised."""

    endpoint: str
    landmark_day: int
    responders: LandmarkGroup
    others: LandmarkGroup
    excluded: tuple[Exclusion, ...]
    method: str = "landmark analysis"


def landmark_by_response(
    data: TimeToEvent,
    responses: BestResponses,
    members: AnalysisSet,
    *,
    landmark_day: int = 56,
    options: KaplanMeierOptions | None = None,
) -> Landmark:
    """Responder = first CR/PR dated on or before the landmark; the rest are the others.

    Patients with an event or censored on or before the landmark are excluded. A response after
    the landmark does not move a patient: that would give responders time they cannot die in.
    """
    inside = data.restrict(members)
    day = dict(zip(responses.usubjid, responses.first_response_day, strict=True))
    groups: tuple[list[int], list[int]] = ([], [])
    early = []
    for i, u in enumerate(inside.usubjid):
        if inside.days[i] - 1 <= landmark_day:
            early.append(Exclusion(u, f"event or censored by day {landmark_day}"))
            continue
        first = day.get(u)
        groups[first is None or first > landmark_day].append(i)

    def group(label: str, rows: list[int]) -> LandmarkGroup:
        days = np.array([inside.days[i] - landmark_day for i in rows], dtype=np.float64)
        event = np.array([inside.event[i] for i in rows], dtype=np.bool_)
        curve = kaplan_meier(days, event, options)
        return LandmarkGroup(label, tuple(inside.usubjid[i] for i in rows), curve)

    return Landmark(
        endpoint=data.endpoint,
        landmark_day=landmark_day,
        responders=group(f"CR or PR by day {landmark_day}", groups[0]),
        others=group(f"No CR or PR by day {landmark_day}", groups[1]),
        excluded=(*inside.excluded, *early),
    )
