"""Safety: is anyone being harmed? Events in summary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dash import Dash, html

from components.safety import grave, overview, terms
from dashboard.pages.page import About, Card, Context, Page, fill, slot
from dashboard.pages.turning import Turning, register_turning
from dashboard.panels import safety_terms
from dashboard.results import Audience
from dashboard.selection import Selection

Json = Mapping[str, Any]


def ask_terms(context: Context, selection: Selection, audience: Audience, about: About) -> Json:
    """The page of the table that the reader has arranged."""
    asked = json.dumps(asdict(safety_terms.arranged(about.held)), sort_keys=True)
    return context.results.ask(safety_terms.page_of_terms, selection, audience, asked)


#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        grave.NAME,
        "safety.grave.title",
        (1859, 3838),
        grave.draw,
        grave.rows,
        metrics=grave.METRICS,
    ),
    Card(
        overview.NAME,
        "safety.overview.title",
        (1160, 1865),
        overview.draw,
        overview.rows,
        metrics=(*overview.METRICS, "safety_n"),
    ),
    Card(
        terms.NAME,
        "safety.terms.title",
        (1427, 1908),
        terms.draw,
        terms.rows,
        ask=ask_terms,
        metrics=terms.METRICS,
    ),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks. The headline is the shell's."""
    return html.Div(
        [
            *(store for turning in TURNING for store in turning.stores()),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, CARDS[1])
    for turning in TURNING:
        register_turning(app, context, turning)


def _turned(now: Json, pressed: Json) -> dict[str, Any]:
    """Open or close a class, turn a page, open or close the events behind a count."""
    held = safety_terms.arranged(now)
    wanted = asdict(held)
    if isinstance(pressed.get("soc"), str):
        turned = set(held.turned) ^ {pressed["soc"]}
        wanted |= {"turned": sorted(turned)}
    if "page" in pressed:
        wanted |= {"page": pressed["page"], "cell": None}
    if "cell" in pressed:
        same = held.cell is not None and list(held.cell) == pressed["cell"]
        wanted |= {"cell": None if same else pressed["cell"], "events": 1}
    if "events" in pressed:
        wanted |= {"events": pressed["events"]}
    again = asdict(safety_terms.arranged(_lists(wanted)))
    return _lists(again)


def _lists(held: Json) -> dict[str, Any]:
    """Tuples as the lists that JSON has."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in held.items()}


def _turned_pages(now: Json, pressed: Json) -> dict[str, Any]:
    """Another page of deaths or of serious events."""
    wanted = {**now, **pressed}
    return {name: grave.page_in(wanted, name) for name in ("deaths", "serious")}


TURNING = (
    Turning(CARDS[0], grave.ROWS, _turned_pages, grave.rows_of),
    Turning(CARDS[2], terms.ROWS, _turned, terms.rows_of),
)
PAGE = Page(
    name="safety",
    path="/safety",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    figures=False,
    group="safety",
)
