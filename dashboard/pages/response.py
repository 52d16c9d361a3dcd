"""Response: who responded, by how much?"""

from __future__ import annotations

import logging
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from components.card import failed
from components.response import best, forest, rates, spider, waterfall
from dashboard.definitions import shown
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.selection import SelectionError
from dashboard.text import text

log = logging.getLogger(__name__)

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
    fill(app, context, shaped, choice=CHOSEN)
    _strip(app, context, shaped)
    # A card that is drawn again holds the same choice: only a change is passed on.
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("response", "changed"),
        Output(CHOSEN, "data"),
        Input(waterfall.STRIP, "value"),
        State(CHOSEN, "data"),
        prevent_initial_call=True,
    )


def _strip(app: Dash, context: Context, card: Card) -> None:
    """The figure alone is drawn again when other columns are chosen under it."""

    @app.callback(
        Output(waterfall.FRAME, "children"),
        Input(CHOSEN, "data"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _picture(chosen: object, query: object) -> Any:
        if not isinstance(query, str):
            return no_update
        try:
            selection, _ = context.shelf.resolve(query)
        except SelectionError:
            return no_update  # the shell explains it
        try:
            answer = context.results.panel(card.name, selection, context.audience())
            return waterfall.picture(answer, waterfall.columns(chosen))
        except Exception:
            log.exception("card %s of cut %s could not be made", card.name, selection.cut[:16])
            return failed(card.name, text(card.title))


PAGE = Page(
    name="response",
    path="/response",
    icon="waterfall",
    layout=layout,
    register=register,
    cards=CARDS,
)
