"""Patients: who are they, one line each?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from components.patients import listing
from dashboard.listing import EVERYBODY, FIRST_ORDER, SHOWN, Arranged, arranged, searched
from dashboard.pages.page import About, Card, Context, Page, fill, place, slot
from dashboard.panels.listing import listing as listed
from dashboard.results import Audience, View
from dashboard.selection import Selection, SelectionError
from dashboard.text import text
from data_access.findings import DataError

log = logging.getLogger(__name__)

#: what the reader has arranged; it changes no number, so it is no part of the link
HELD = "patients-held"


def ask(
    context: Context, selection: Selection, audience: Audience, about: About
) -> Mapping[str, Any]:
    """The page of the listing that the address orders and the reader has arranged."""
    asked = _arranged(about.held, selection)
    told = json.dumps(asdict(asked), sort_keys=True)
    answer = context.results.ask(listed, selection, audience, told)
    here = replace(
        selection,
        shown="" if asked.shown == EVERYBODY else asked.shown,
        find="" if answer["by_id"] else asked.find,
    )
    return {**answer, "address": here.listed()}


def _arranged(held: object, selection: Selection) -> Arranged:
    """How the listing stands: as the reader has arranged it, until then as the address says."""
    order = selection.order or FIRST_ORDER
    return arranged(held, order, selection.shown, selection.find)


def draw(answer: Mapping[str, Any], held: object = None) -> html.Section:
    return listing.draw(answer, _columns(held))


def _columns(held: object) -> object:
    return held.get("columns") if isinstance(held, Mapping) else None


def metrics(view: View) -> tuple[str, ...]:
    """Every column that a reader may choose."""
    return (*listing.METRICS, "n")


CARDS: tuple[Card, ...] = (
    Card(
        listing.NAME,
        "patients.title",
        (1354, 9000),
        draw,
        listing.rows,
        ask=ask,
        metrics=metrics,
    ),
)


def layout() -> Any:
    """Ids and empty slots; the patients come with the view."""
    return html.Div(
        [
            html.H1(text("page.patients"), className="visually-hidden"),
            dcc.Store(id=HELD, data={}),
            *(slot(c) for c in CARDS),
            listing.compare_bar(),
        ],
        className="report wide",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS, choice=HELD)
    _turn(app, context)


def _turn(app: Dash, context: Context) -> None:
    """Search, narrow, turn pages and choose columns; the controls stay where they are."""

    @app.callback(
        Output(HELD, "data"),
        Output({"kind": "patients-rows", "card": ALL}, "children"),
        Input({"kind": "patients-find", "card": ALL}, "value"),
        Input({"kind": "patients-shown", "card": ALL}, "value"),
        Input({"kind": "patients-columns", "card": ALL}, "value"),
        Input({"kind": "patients-page", "step": ALL}, "n_clicks"),
        State({"kind": "patients-page", "step": ALL}, "value"),
        State(HELD, "data"),
        State("where", "data"),
        prevent_initial_call=True,
    )
    def _turned(  # noqa: PLR0917  (one argument per input and state)
        find: Any, shown: Any, columns: Any, clicks: Any, pages: Any, held: Any, where: Any
    ) -> Any:
        outputs = ctx.outputs_list
        still = no_update, [no_update] * len(outputs[1])
        now = dict(held) if isinstance(held, dict) else {}
        try:
            selection, _ = context.shelf.resolve(place(where)[1])
            before = _arranged(now, selection)
            wanted = _wanted(now, before, _first(find), _first(shown), _first(columns))
            if not outputs[1] or wanted == now or wanted is None:
                return still  # controls that have only just appeared report what they hold
            answer = ask(context, selection, context.audience(), About("", wanted))
        except (SelectionError, DataError):
            log.warning("the listing could not be arranged anew")
            return still
        return wanted, [listing.rows_of(answer, wanted.get("columns"))] * len(outputs[1])


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _wanted(
    now: dict[str, Any], held: Arranged, find: Any, shown: Any, columns: Any
) -> dict[str, Any] | None:
    """What the page should hold after this event; None where nothing was asked for."""
    wanted = {**now, "order": held.order, "page": held.page}
    pressed = ctx.triggered_id
    if isinstance(pressed, dict) and pressed.get("kind") == "patients-page":
        page = _page(pressed)
        return None if page is None else {**wanted, "page": page}
    if searched(find) != held.find:
        wanted |= {"find": searched(find), "page": 1}
    if shown in SHOWN and shown != held.shown:
        wanted |= {"shown": shown, "page": 1}
    chosen = isinstance(pressed, dict) and pressed.get("kind") == "patients-columns"
    if chosen and isinstance(columns, list):
        wanted["columns"] = [c for c in columns if isinstance(c, str)][:40]
    same = {k: v for k, v in wanted.items() if k not in {"order", "page"}}
    if same == {k: v for k, v in now.items() if k not in {"order", "page"}}:
        return None
    return wanted


def _page(pressed: object) -> int | None:
    """The page that a pressed button of the pager opens; None at either end."""
    if not any(t.get("value") for t in ctx.triggered):
        return None
    states = [s for group in ctx.states_list if isinstance(group, list) for s in group]
    to = next((s.get("value") for s in states if s["id"] == pressed), None)
    return int(to) if isinstance(to, str) and to.isdecimal() and len(to) < 6 else None


PAGE = Page(
    name="patients",
    path="/patients",
    icon="patients",
    layout=layout,
    register=register,
    cards=CARDS,
    figures=False,
)
