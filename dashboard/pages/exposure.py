"""Exposure: how much treatment was given, what was changed, and why it ended?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.exposure import changes, cycles, findings, groups, intensity, stops
from dashboard.pages.page import Card, Context, Page, fill, slot

#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        findings.NAME,
        "exposure.findings.title",
        (331, 726),
        findings.draw,
        findings.rows,
        metrics=findings.METRICS,
    ),
    Card(
        cycles.NAME,
        "exposure.cycles.title",
        (563, 694),
        cycles.draw,
        cycles.rows,
        metrics=cycles.METRICS,
    ),
    Card(
        intensity.NAME,
        "exposure.intensity.card",
        (1342, 1700),
        intensity.draw,
        intensity.rows,
        metrics=intensity.METRICS,
    ),
    Card(
        changes.NAME,
        "exposure.changes.title",
        (1148, 1815),
        changes.draw,
        changes.rows,
        metrics=changes.METRICS,
    ),
    Card(
        stops.NAME,
        "exposure.stops.title",
        (1003, 1268),
        stops.draw,
        stops.rows,
        metrics=stops.METRICS,
    ),
    Card(
        groups.NAME,
        "exposure.groups.title",
        (131, 202),
        groups.draw,
        groups.rows,
        metrics=groups.METRICS,
    ),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks. The headline is the shell's."""
    return html.Div([slot(c) for c in CARDS], className="report")


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="exposure",
    path="/safety/exposure",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    group="safety",
)
