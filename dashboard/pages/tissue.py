"""Tumour tissue: who was biopsied, and did the tumour change?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.biomarkers import account, heat, joint, outcome, paired, response
from dashboard.pages.markers import marker_card
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

KIND = "tissue"
#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    marker_card(account, KIND, "biomarkers.account.title", (1623, 2494), more=account.TISSUE),
    marker_card(paired, KIND, f"biomarkers.paired.title.{KIND}", (1112, 1767)),
    marker_card(joint, KIND, "biomarkers.joint.title", (615, 870)),
    marker_card(heat, KIND, "biomarkers.heat.title", (435, 650)),
    marker_card(response, KIND, "biomarkers.response.title", (834, 1213)),
    marker_card(outcome, KIND, "biomarkers.outcome.title", (1332, 1831)),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [
            html.H1(text("page.tissue"), className="visually-hidden"),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="tissue", path="/tissue", icon="tissue", layout=layout, register=register, cards=CARDS
)
