"""Swimmer: how long, and still going?"""

from __future__ import annotations

import logging
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from components.swimmer import lanes, table
from components.swimmer.pager import shown, targets
from components.swimmer.view import paged
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.selection import SelectionError
from dashboard.text import text
from data_access.findings import DataError

log = logging.getLogger(__name__)

LANES, TABLE = (*lanes.METRICS, "on_treatment_in_view", "n"), (*table.METRICS, "n")
#: one panel for both cards: they show the same lanes. Heights are those of the demo study, so that
#: nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(lanes.NAME, "swimmer.title", (1527, 1830), lanes.draw, lanes.rows, metrics=LANES),
    Card(
        table.NAME,
        "swimmer.table.title",
        (1294, 6118),
        table.draw,
        table.rows,
        lanes.NAME,
        metrics=TABLE,
    ),
)
#: what each card holds for its reader; it changes no number, so it is no part of the link
CHOICES = {lanes.NAME: "lane-choice", table.NAME: "row-choice"}


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [
            html.H1(text("page.swimmer"), className="visually-hidden"),
            *(dcc.Store(id=name, data={}) for name in CHOICES.values()),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    for card in CARDS:
        fill(app, context, card, choice=CHOICES[card.name])
    _turn_lanes(app, context)
    _turn_rows(app, context)


def _turn_lanes(app: Dash, context: Context) -> None:
    """Order, group and turn pages of lanes; the controls themselves stay where they are."""

    @app.callback(
        Output("lane-choice", "data"),
        Output({"kind": "lane-figure", "card": ALL}, "children"),
        Output({"kind": "lane-face", "card": ALL}, "children"),
        Output({"kind": "lane-shown", "card": "lanes", "of": ALL}, "children"),
        Output({"kind": "lane-page", "card": "lanes", "step": ALL}, "value"),
        Input({"kind": "lane-choice", "name": ALL}, "value"),
        Input({"kind": "lane-page", "card": "lanes", "step": ALL}, "n_clicks"),
        State({"kind": "lane-page", "card": "lanes", "step": ALL}, "value"),
        State("lane-choice", "data"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _turned(values: Any, clicks: Any, pages: Any, held: Any, query: Any) -> Any:
        outputs = ctx.outputs_list
        still = no_update, *([no_update] * len(group) for group in outputs[1:])
        answer = _answer(context, query)
        wanted = _wanted(held)
        if answer is None or not outputs[1] or wanted is None:
            return still
        before, page = paged(answer, held), paged(answer, wanted)
        if (page.sort, page.group, page.page) == (before.sort, before.group, before.page):
            return still  # controls that have only just appeared report what they hold
        steps = dict(zip(("previous", "next"), targets(page.page, page.n), strict=True))
        return (
            {"sort": page.sort, "group": page.group, "page": page.page},
            [lanes.figure(answer, page)] * len(outputs[1]),
            [lanes.face(answer, page)] * len(outputs[2]),
            [shown(page.first, page.last, page.n)] * len(outputs[3]),
            [steps.get(o["id"].get("step"), "") for o in outputs[4]],
        )


def _turn_rows(app: Dash, context: Context) -> None:
    """Order the table and turn its pages."""

    @app.callback(
        Output("row-choice", "data"),
        Output({"kind": "lane-rows", "card": ALL}, "children"),
        Input({"kind": "lane-column", "column": ALL}, "n_clicks"),
        Input({"kind": "lane-page", "card": "table", "step": ALL}, "n_clicks"),
        State({"kind": "lane-column", "column": ALL}, "value"),
        State({"kind": "lane-page", "card": "table", "step": ALL}, "value"),
        State("row-choice", "data"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _turned(  # noqa: PLR0917  (one argument per input and state)
        columns: Any, clicks: Any, orders: Any, pages: Any, held: Any, query: Any
    ) -> Any:
        outputs = ctx.outputs_list
        still = no_update, [no_update] * len(outputs[1])
        answer = _answer(context, query)
        wanted = _wanted_rows(held)
        if answer is None or not outputs[1] or wanted is None:
            return still
        return wanted, [table.listing(answer, wanted)] * len(outputs[1])


def _answer(context: Context, query: object) -> dict[str, Any] | None:
    """The lanes of the view on screen."""
    if not isinstance(query, str):
        return None
    try:
        selection, _ = context.shelf.resolve(query)
        return context.results.panel(lanes.NAME, selection, context.audience())
    except (SelectionError, DataError):
        log.warning("the lanes could not be arranged anew")
        return None


def _wanted(held: object) -> dict[str, Any] | None:
    """What the card should hold after this event; None where nothing was asked for."""
    now = dict(held) if isinstance(held, dict) else {}
    if not isinstance(ctx.triggered_id, dict):
        return None
    if ctx.triggered_id.get("kind") == "lane-page":
        page = _page()
        return None if page is None else {**now, "page": page}
    picked = {i["id"]["name"]: i.get("value") for i in ctx.inputs_list[0]}
    return {**picked, "page": 1}


def _wanted_rows(held: object) -> dict[str, Any] | None:
    now = dict(held) if isinstance(held, dict) else {}
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not _pressed():
        return None
    if pressed.get("kind") == "lane-page":
        page = _page()
        return None if page is None else {**now, "page": page}
    return {"column": pressed.get("column"), "order": _value_of(pressed), "page": 1}


def _pressed() -> bool:
    """Did a press cause this, and not a button that has only just appeared?"""
    return any(t.get("value") for t in ctx.triggered)


def _page() -> int | None:
    """The page a pressed button of the pager opens; None at either end."""
    to = _value_of(ctx.triggered_id) if _pressed() else None
    return int(to) if isinstance(to, str) and to.isdecimal() and len(to) < 6 else None


def _value_of(pressed: object) -> Any:
    """What the pressed button holds."""
    states = [s for group in ctx.states_list if isinstance(group, list) for s in group]
    return next((s.get("value") for s in states if s["id"] == pressed), None)


PAGE = Page(
    name="swimmer", path="/swimmer", icon="lanes", layout=layout, register=register, cards=CARDS
)
