"""Safety: is anyone being harmed? Events in summary."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.safety import overview
from dashboard.pages.page import Card, Context, Page, fill, slot

#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        overview.NAME,
        "safety.overview.title",
        (900, 1200),
        overview.draw,
        overview.rows,
        metrics=(*overview.METRICS, "safety_n"),
    ),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks. The headline is the shell's."""
    return html.Div([slot(c) for c in CARDS], className="report")


def register(app: Dash, context: Context) -> None:
    for card in CARDS:
        fill(app, context, card)


PAGE = Page(
    name="safety",
    path="/safety",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    figures=False,
    group="safety",
)
