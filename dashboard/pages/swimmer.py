"""Swimmer: how long, and still going?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from components.card import failed
from components.swimmer import lanes, table
from dashboard.pages.page import Card, Context, Page, slot
from dashboard.selection import SelectionError
from dashboard.text import text

log = logging.getLogger(__name__)

CARDS: tuple[Card, ...] = (
    Card(lanes.NAME, "swimmer.title", (1440, 1560), lanes.draw, lanes.rows),
    Card(table.NAME, "swimmer.table.title", (2600, 2600), table.draw, table.rows),
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
    _fill(app, context, CARDS[0], lanes.draw)
    _fill(app, context, CARDS[1], table.draw)
    _lane_choice(app)
    _row_choice(app)


def _fill(
    app: Dash, context: Context, card: Card, draw: Callable[[Mapping[str, Any], object], Any]
) -> None:
    """Selection and the card's own choice -> panel -> card."""

    @app.callback(
        Output(f"slot-{card.name}", "children"),
        Input("selection", "data"),
        Input(CHOICES[card.name], "data"),
    )
    def _drawn(query: object, choice: object) -> Any:
        if not isinstance(query, str):
            return no_update
        try:
            selection, _ = context.library.resolve(query)
        except SelectionError:
            return no_update  # the shell explains it
        try:
            # one panel for both cards: they show the same lanes
            answer = context.results.panel(lanes.NAME, selection, context.audience())
            return draw(answer, choice)
        except Exception:
            log.exception("card %s of cut %s could not be made", card.name, selection.cut[:16])
            return failed(card.name, text(card.title))


def _lane_choice(app: Dash) -> None:
    @app.callback(
        Output("lane-choice", "data"),
        Input({"kind": "lane-choice", "name": ALL}, "value"),
        Input({"kind": "lane-page", "card": "lanes", "step": ALL}, "n_clicks"),
        State({"kind": "lane-choice", "name": ALL}, "id"),
        State({"kind": "lane-page", "card": "lanes", "step": ALL}, "value"),
        State({"kind": "lane-shown", "card": ALL}, "data"),
        State("lane-choice", "data"),
        prevent_initial_call=True,
    )
    def _chosen(  # noqa: PLR0917  (one argument per input and state)
        values: Any, clicks: Any, ids: Any, targets: Any, shown: Any, held: Any
    ) -> Any:
        page = _page()
        if page is not None:
            return {**(held if isinstance(held, dict) else {}), "page": page}
        picked = {i["name"]: v for i, v in zip(ids, values, strict=True)}
        # controls that are drawn anew report the value they were drawn with
        if not picked or (shown and shown[0] == picked):
            return no_update
        return {**picked, "page": 1}


def _row_choice(app: Dash) -> None:
    @app.callback(
        Output("row-choice", "data"),
        Input({"kind": "lane-column", "column": ALL}, "n_clicks"),
        Input({"kind": "lane-page", "card": "table", "step": ALL}, "n_clicks"),
        State({"kind": "lane-column", "column": ALL}, "id"),
        State({"kind": "lane-column", "column": ALL}, "value"),
        State({"kind": "lane-page", "card": "table", "step": ALL}, "value"),
        State("row-choice", "data"),
        prevent_initial_call=True,
    )
    def _chosen(  # noqa: PLR0917  (one argument per input and state)
        heads: Any, clicks: Any, ids: Any, orders: Any, targets: Any, held: Any
    ) -> Any:
        page = _page()
        if page is not None:
            return {**(held if isinstance(held, dict) else {}), "page": page}
        pressed = ctx.triggered_id
        if not isinstance(pressed, dict) or pressed.get("kind") != "lane-column" or not _pressed():
            return no_update
        order = {i["column"]: v for i, v in zip(ids, orders, strict=True)}[pressed["column"]]
        return {"column": pressed["column"], "order": order, "page": 1}


def _pressed() -> bool:
    """Did a press cause this, and not a button that was drawn anew?"""
    return any(t.get("value") for t in ctx.triggered)


def _page() -> int | None:
    """The page a pressed button of the pager opens."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or pressed.get("kind") != "lane-page" or not _pressed():
        return None
    states = [s for group in ctx.states_list if isinstance(group, list) for s in group]
    for state in states:
        if state["id"] == dict(pressed) and str(state.get("value", "")).isdigit():
            return max(1, int(state["value"]))
    return None


PAGE = Page(
    name="swimmer", path="/swimmer", icon="lanes", layout=layout, register=register, cards=CARDS
)
