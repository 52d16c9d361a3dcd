"""What the page of events in time shows: each module asks the metrics for one card."""

from __future__ import annotations

from dashboard.panels.events.aesi import aesi
from dashboard.panels.events.clock import clock
from dashboard.panels.events.course import course
from dashboard.panels.events.incidence import incidence
from dashboard.panels.events.rates import rates
from dashboard.panels.events.terms import terms
from dashboard.results import Panel

PANELS: dict[str, Panel] = {
    "events-clock": clock,
    "events-aesi": aesi,
    "events-terms": terms,
    "events-rates": rates,
    "events-incidence": incidence,
    "events-course": course,
}
