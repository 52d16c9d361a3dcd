"""Response: who responded, by how much?"""

from __future__ import annotations

from typing import Any

from dash import Dash, dcc, html

from components.response import best, forest, rates, spider, waterfall
from dashboard.definitions import shown
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.pages.redrawn import fill_shaped
from dashboard.text import text

RATES = (
    "orr", "dcr", "cbr", "orr_unconfirmed", "orr_window", "orr_bounds", "orr_mature",
    "orr_incidence", "n",
)  # fmt: skip
BEST, FOREST = ("bor", "not_evaluable", "n"), (*forest.METRICS, "n")
SPIDER = ("change_over_time", "bor", "n")
#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(rates.NAME, "response.rates.title", (799, 2194), rates.draw, rates.rows, metrics=RATES),
    Card(best.NAME, "response.bor.title", (676, 1765), best.draw, best.rows, metrics=BEST),
    Card(
        waterfall.NAME,
        "response.waterfall.title",
        (930, 1361),
        waterfall.shaped,
        waterfall.rows,
        metrics=shown.waterfall,
    ),
    Card(
        spider.NAME, "response.spider.title", (631, 726), spider.draw, spider.rows, metrics=SPIDER
    ),
    Card(
        forest.NAME, "response.forest.title", (2469, 4450), forest.draw, forest.rows, metrics=FOREST
    ),
)
#: the baseline columns shown under the waterfall: they change no number, so they stay on the card
CHOSEN = "response-strip-chosen"


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [
            html.H1(text("page.response"), className="visually-hidden"),
            dcc.Store(id=CHOSEN),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    shaped = next(card for card in CARDS if card.name == waterfall.NAME)
    fill(app, context, *(card for card in CARDS if card is not shaped))
    fill_shaped(
        app, context, shaped, _strip, store=CHOSEN, control=waterfall.STRIP, frame=waterfall.FRAME
    )


def _strip(answer: Any, chosen: object) -> Any:
    return waterfall.picture(answer, waterfall.columns(chosen))


PAGE = Page(
    name="response",
    path="/response",
    icon="waterfall",
    layout=layout,
    register=register,
    cards=CARDS,
)
