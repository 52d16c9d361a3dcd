"""A choice on a card that changes no number: only the figure is drawn again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from components.card import failed
from dashboard.pages.page import Card, Context, fill
from dashboard.selection import SelectionError
from dashboard.text import text

log = logging.getLogger(__name__)


def fill_shaped(
    app: Dash,
    context: Context,
    card: Card,
    picture: Callable[[Any, object], Any],
    *,
    store: str,
    control: str,
    frame: str,
) -> None:
    """Fill `card`, and draw what stands in `frame` again whenever `control` holds something else.

    `picture` makes it of the card's answer and of what `store` holds, which comes from the browser
    as it is.
    """
    fill(app, context, card, choice=store)
    # A card that is drawn again holds the same choice: only a change is passed on.
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("response", "changed"),
        Output(store, "data"),
        Input(control, "value"),
        State(store, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(frame, "children"),
        Input(store, "data"),
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
            return picture(answer, chosen)
        except Exception:
            log.exception("card %s of cut %s could not be made", card.name, selection.cut[:16])
            return failed(card.name, text(card.title))
