"""Safety, listings: adverse events, deaths and laboratory values, one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dash import Dash, html

from components.safety import grave, lists
from dashboard.pages.page import About, Card, Context, Page, slot
from dashboard.pages.turning import Turning, register_turning
from dashboard.panels import safety_lists
from dashboard.results import Audience
from dashboard.selection import Selection

Json = Mapping[str, Any]


def ask_events(context: Context, selection: Selection, audience: Audience, about: About) -> Json:
    """The page of events that the reader has turned to."""
    page = str(grave.page_in(about.held, "page"))
    return context.results.ask(safety_lists.page_of_events, selection, audience, page)


def ask_labs(context: Context, selection: Selection, audience: Audience, about: About) -> Json:
    """The page of values that the reader has arranged."""
    asked = safety_lists.listed(about.held, safety_lists.LAB_COLUMNS)
    told = json.dumps(asdict(asked), sort_keys=True)
    return context.results.ask(safety_lists.page_of_labs, selection, audience, told)


#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        lists.EVENTS,
        "safety.list.events",
        (1952, 7842),
        lists.draw_events,
        lists.file_of_events,
        ask=ask_events,
        metrics=("ae_line", "ae_terms", "safety_n"),
    ),
    Card(
        lists.DEATHS,
        "safety.list.deaths",
        (970, 2750),
        lists.draw_deaths,
        lists.file_of_deaths,
        metrics=("deaths", "death_line", "safety_n"),
    ),
    Card(
        lists.LABS,
        "safety.list.labs",
        (1045, 4431),
        lists.draw_labs,
        lists.file_of_labs,
        ask=ask_labs,
        metrics=("lab_line", "safety_n"),
    ),
)


def _turned_page(now: Json, pressed: Json) -> dict[str, Any]:
    return {"page": grave.page_in({**now, **pressed}, "page")}


def _turned(now: Json, pressed: Json) -> dict[str, Any]:
    """Another order, page or choice; another order begins at the first page."""
    wanted = {**now, **pressed, **({"page": 1} if "order" in pressed else {})}
    return {k: wanted[k] for k in ("order", "page", "shown", "only") if k in wanted}


TURNING = (
    Turning(CARDS[0], lists.rows_id(lists.EVENTS), _turned_page, lists.event_rows),
    Turning(CARDS[1], lists.rows_id(lists.DEATHS), _turned, lists.death_rows),
    Turning(CARDS[2], lists.rows_id(lists.LABS), _turned, lists.lab_rows),
)


def layout() -> Any:
    """Ids and empty slots; the lines come with the view. The headline is the shell's."""
    stores = [store for turning in TURNING for store in turning.stores()]
    return html.Div([*stores, *(slot(c) for c in CARDS)], className="report wide")


def register(app: Dash, context: Context) -> None:
    for turning in TURNING:
        register_turning(app, context, turning)


PAGE = Page(
    name="safety-listings",
    path="/safety/listings",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    figures=False,
    group="safety",
)
