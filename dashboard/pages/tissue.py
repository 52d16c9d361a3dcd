"""Tumour tissue: who was biopsied, and did the tumour change?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.biomarkers import account, heat, joint, outcome, paired, response
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

KIND = "tissue"
#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        account.name(KIND),
        "biomarkers.account.title",
        (1623, 2494),
        account.draw,
        account.rows,
        metrics=(*account.METRICS, *account.TISSUE, "n"),
    ),
    Card(
        paired.name(KIND),
        f"biomarkers.paired.title.{KIND}",
        (1112, 1767),
        paired.draw,
        paired.rows,
        metrics=(*paired.METRICS, "n"),
        varies=True,
    ),
    Card(
        joint.NAME,
        "biomarkers.joint.title",
        (615, 870),
        joint.draw,
        joint.rows,
        metrics=(*joint.METRICS, "n"),
        varies=True,
    ),
    Card(
        heat.name(KIND),
        "biomarkers.heat.title",
        (435, 650),
        heat.draw,
        heat.rows,
        metrics=(*heat.METRICS, "n"),
        varies=True,
    ),
    Card(
        response.name(KIND),
        "biomarkers.response.title",
        (834, 1213),
        response.draw,
        response.rows,
        metrics=(*response.METRICS, "n"),
        varies=True,
    ),
    Card(
        outcome.name(KIND),
        "biomarkers.outcome.title",
        (1274, 1730),
        outcome.draw,
        outcome.rows,
        metrics=(*outcome.METRICS, "n"),
        varies=True,
    ),
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
