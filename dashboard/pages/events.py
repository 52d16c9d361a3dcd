"""Events in time and of special interest: whose window is complete, what each drug is known for."""

from __future__ import annotations

import logging
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from components.card import failed
from components.events import aesi, clock, course, incidence, rates, terms
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.selection import SelectionError
from dashboard.text import text

log = logging.getLogger(__name__)

#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        clock.NAME,
        "events.clock.title",
        (606, 1117),
        clock.draw,
        clock.rows,
        metrics=("window_complete", *clock.METRICS, "safety_n"),
        varies=True,
    ),
    Card(
        aesi.NAME,
        "events.aesi.title",
        (1931, 4403),
        aesi.draw,
        aesi.rows,
        metrics=(*aesi.METRICS, "safety_n"),
        varies=True,
    ),
    Card(
        terms.NAME,
        "events.terms.title",
        (997, 1338),
        terms.draw,
        terms.rows,
        metrics=(terms.METRIC, "ae_terms", "safety_n"),
        varies=True,
    ),
    Card(
        rates.NAME,
        "events.rates.title",
        (943, 1126),
        rates.draw,
        rates.rows,
        metrics=(*rates.METRICS, "safety_n"),
        varies=True,
    ),
    Card(
        incidence.NAME,
        "events.incidence.title",
        (1089, 1829),
        incidence.draw,
        incidence.rows,
        metrics=(incidence.METRIC, "safety_n"),
        varies=True,
    ),
    Card(
        course.NAME,
        "events.course.title",
        (1328, 3132),
        course.draw,
        course.rows,
        metrics=(*course.METRICS, "safety_n"),
        varies=True,
    ),
)
#: whether intervals are drawn on the terms: it changes no number, so it stays on the card
CHOSEN = "events-terms-chosen"


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks. The headline is the shell's."""
    return html.Div([dcc.Store(id=CHOSEN), *(slot(c) for c in CARDS)], className="report")


def register(app: Dash, context: Context) -> None:
    shaped = next(card for card in CARDS if card.name == terms.NAME)
    fill(app, context, *(card for card in CARDS if card is not shaped))
    fill(app, context, shaped, choice=CHOSEN)
    _intervals(app, context, shaped)
    # A card that is drawn again holds the same choice: only a change is passed on.
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("response", "changed"),
        Output(CHOSEN, "data"),
        Input(terms.INTERVALS, "value"),
        State(CHOSEN, "data"),
        prevent_initial_call=True,
    )


def _intervals(app: Dash, context: Context, card: Card) -> None:
    """The figure alone is drawn again with its intervals or without."""

    @app.callback(
        Output(terms.FRAME, "children"),
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
            return terms.picture(answer, intervals=terms.with_intervals(chosen))
        except Exception:
            log.exception("card %s of cut %s could not be made", card.name, selection.cut[:16])
            return failed(card.name, text(card.title))


PAGE = Page(
    name="events",
    path="/safety/events",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    group="safety",
)
