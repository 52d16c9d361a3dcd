"""Markers of a panel with one time to event: who is followed from which day, and the Cox models."""

from __future__ import annotations

from dashboard.analysis import Analysis
from dashboard.endpoints import data_of, endpoint_named, endpoints
from dashboard.marker_panel import Markers
from dashboard.metrics.cohort import NEVER
from dashboard.metrics.marker_outcome import AtRisk, MarkerHazard, at_risk, hazard, landmark_of
from dashboard.metrics.markers import RATIO
from dashboard.metrics.time_to_event import TimeToEvent

BASELINE, CHANGE = "baseline", "change"
#: endpoints a marker is seen with: their times count from the origin
ENDPOINTS = ("PFS", "OS")


def endpoints_of(analysis: Analysis) -> tuple[str, ...]:
    """The endpoints of the cut that a marker can be seen with."""
    return tuple(e.id for e in endpoints(analysis) if e.id in ENDPOINTS)


def times_of(analysis: Analysis, endpoint: str, rules: str) -> TimeToEvent | None:
    """The endpoint asked for where it is PFS or OS, else the first of them that the cut has."""
    known = [e for e in endpoints(analysis) if e.id in ENDPOINTS]
    found = endpoint_named(known, endpoint)
    return None if found is None else data_of(analysis, found, rules)


class MarkerTimes:
    """The markers of a view with one time to event of its patients."""

    def __init__(self, found: Markers, data: TimeToEvent) -> None:
        self.found, self.data = found, data
        days = found.usable.day
        self.days = {
            BASELINE: {u: int(days[i]) for u, i in found.baseline.items()},
            CHANGE: {u: int(days[i]) for u, i in found.second.items()},
        }
        stated = found.analysis.cut.study.biomarkers.landmark_days
        self.landmark = landmark_of(list(self.days[CHANGE].values()), stated)

    def followed(self, i: int, what: str, *, curves: bool) -> AtRisk:
        """Who is followed, from where: curves from the landmark, a model of a baseline value from
        the origin."""
        marker = self.found.markers[i]
        values = self.found.baselines[i] if what == BASELINE else self.found.shifts[i]
        start = self.landmark if curves or what == CHANGE else 0
        if start is None:
            values, start = {}, 0
        days = self.days[what]
        # a baseline sample is of the visit before treatment, whatever day it has
        if what == BASELINE and start:
            days = {u: min(d, 0) if d < NEVER else 0 for u, d in days.items()}
        return at_risk(self.data, values, days, start=start, logged=marker.scale == RATIO)

    def hazards(self) -> tuple[MarkerHazard, ...]:
        """Per SD of every marker before treatment and of its change."""
        return tuple(
            hazard(m, what, self.followed(i, what, curves=False), level=self.found.level)
            for i, m in enumerate(self.found.markers)
            for what in (BASELINE, CHANGE)
        )
