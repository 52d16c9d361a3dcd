"""Overview: where are we?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

CARDS: tuple[Card, ...] = ()


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [html.H1(text("page.overview"), className="visually-hidden"), *(slot(c) for c in CARDS)],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    for card in CARDS:
        fill(app, context, card)


PAGE = Page(name="overview", path="/", icon="grid-1x2", layout=layout, register=register)
