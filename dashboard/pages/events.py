"""Events in time and of special interest: whose window is complete, what each drug is known for."""

from __future__ import annotations

from typing import Any

from dash import Dash, dcc, html

from components.events import aesi, clock, course, incidence, rates, terms
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.pages.redrawn import fill_shaped

#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        clock.NAME,
        "events.clock.title",
        (606, 1117),
        clock.draw,
        clock.rows,
        metrics=("window_complete", *clock.METRICS, "safety_n"),
    ),
    Card(
        aesi.NAME,
        "events.aesi.title",
        (1931, 4403),
        aesi.draw,
        aesi.rows,
        metrics=(*aesi.METRICS, "safety_n"),
    ),
    Card(
        terms.NAME,
        "events.terms.title",
        (997, 1338),
        terms.draw,
        terms.rows,
        metrics=(terms.METRIC, "ae_terms", "safety_n"),
    ),
    Card(
        rates.NAME,
        "events.rates.title",
        (943, 1126),
        rates.draw,
        rates.rows,
        metrics=(*rates.METRICS, "safety_n"),
    ),
    Card(
        incidence.NAME,
        "events.incidence.title",
        (1089, 1829),
        incidence.draw,
        incidence.rows,
        metrics=(incidence.METRIC, "safety_n"),
    ),
    Card(
        course.NAME,
        "events.course.title",
        (1328, 3132),
        course.draw,
        course.rows,
        metrics=(*course.METRICS, "safety_n"),
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
    fill_shaped(
        app, context, shaped, _intervals, store=CHOSEN, control=terms.INTERVALS, frame=terms.FRAME
    )


def _intervals(answer: Any, chosen: object) -> Any:
    return terms.picture(answer, intervals=terms.with_intervals(chosen))


PAGE = Page(
    name="events",
    path="/safety/events",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    group="safety",
)
