"""Immune cells: who was sampled, and did blood immune cells shift?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.biomarkers import account, composition, heat, outcome, paired, ranges, response
from dashboard.pages.markers import marker_card
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

KIND = "immune"
#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    marker_card(account, KIND, "biomarkers.account.title", (1255, 1954)),
    marker_card(paired, KIND, f"biomarkers.paired.title.{KIND}", (2640, 4175)),
    marker_card(heat, KIND, "biomarkers.heat.title", (755, 970)),
    marker_card(composition, KIND, "biomarkers.composition.title", (776, 959)),
    marker_card(ranges, KIND, "biomarkers.ranges.title", (496, 677)),
    marker_card(response, KIND, "biomarkers.response.title", (2895, 3578)),
    marker_card(outcome, KIND, "biomarkers.outcome.title", (2286, 2815)),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [
            html.H1(text("page.immune"), className="visually-hidden"),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="immune", path="/immune", icon="cells", layout=layout, register=register, cards=CARDS
)
