"""Immune cells: who was sampled, and did blood immune cells shift?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.biomarkers import account, composition, heat, outcome, paired, ranges, response
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

KIND = "immune"
#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        account.name(KIND),
        "biomarkers.account.title",
        (1255, 1954),
        account.draw,
        account.rows,
        metrics=(*account.METRICS, "n"),
    ),
    Card(
        paired.name(KIND),
        f"biomarkers.paired.title.{KIND}",
        (2640, 4175),
        paired.draw,
        paired.rows,
        metrics=(*paired.METRICS, "n"),
        varies=True,
    ),
    Card(
        heat.name(KIND),
        "biomarkers.heat.title",
        (755, 970),
        heat.draw,
        heat.rows,
        metrics=(*heat.METRICS, "n"),
        varies=True,
    ),
    Card(
        composition.NAME,
        "biomarkers.composition.title",
        (776, 959),
        composition.draw,
        composition.rows,
        metrics=(*composition.METRICS, "n"),
        varies=True,
    ),
    Card(
        ranges.NAME,
        "biomarkers.ranges.title",
        (496, 677),
        ranges.draw,
        ranges.rows,
        metrics=(*ranges.METRICS, "n"),
        varies=True,
    ),
    Card(
        response.name(KIND),
        "biomarkers.response.title",
        (2895, 3578),
        response.draw,
        response.rows,
        metrics=(*response.METRICS, "n"),
        varies=True,
    ),
    Card(
        outcome.name(KIND),
        "biomarkers.outcome.title",
        (2238, 2715),
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
