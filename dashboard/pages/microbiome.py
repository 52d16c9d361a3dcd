"""Microbiome: did the gut community change, and does it go with response?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.biomarkers import account
from components.microbiome import composition, differ, holds, named, place, tests, within
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

KIND = "microbiome"
#: heights are those of the demo study, so that nothing moves on arrival. The last two are made in
#: the background: they come last, and nothing below them can move.
CARDS: tuple[Card, ...] = (
    Card(
        account.name(KIND), "biomarkers.account.title", (1323, 2046), account.draw, account.rows,
        metrics=(*account.METRICS, "n"),
    ),
    Card(
        holds.NAME, "microbiome.table.title", (697, 1124), holds.draw, holds.rows,
        metrics=(*holds.METRICS, "n"),
    ),
    Card(
        composition.NAME, "microbiome.composition.title", (987, 1226), composition.draw,
        composition.rows, metrics=(composition.METRIC, "n"),
    ),
    Card(
        within.NAME, "microbiome.alpha.title", (1433, 2060), within.draw, within.rows,
        metrics=(*within.METRICS, "n"),
    ),
    Card(
        place.NAME, "microbiome.ordination.title", (709, 1366), place.draw, place.rows,
        metrics=(place.METRIC, "n"),
    ),
    Card(
        named.NAME, "microbiome.taxa.title", (864, 979), named.draw, named.rows,
        metrics=(*named.METRICS, "n"),
    ),
    Card(
        tests.NAME, "microbiome.tests.title", (526, 993), tests.draw, tests.rows,
        metrics=(*tests.METRICS, "n"),
    ),
    Card(
        differ.NAME, "microbiome.differential.title", (1419, 1662), differ.draw, differ.rows,
        metrics=(*differ.METRICS, "n"),
    ),
)  # fmt: skip


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [
            html.H1(text("page.microbiome"), className="visually-hidden"),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="microbiome",
    path="/microbiome",
    icon="microbes",
    layout=layout,
    register=register,
    cards=CARDS,
)
