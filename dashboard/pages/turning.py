"""Presses inside the rows of a card: the rows alone are drawn anew, its controls stay."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, dcc, no_update

from dashboard.pages.page import About, Card, Context, fill, place
from dashboard.selection import Selection, SelectionError
from data_access.findings import DataError

log = logging.getLogger(__name__)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turning:
    """`turned` says what the card holds after a press ([data-turn] of its rows, from the browser as
    it is); `rows` is the id of what holds them, `draw` makes them of the card's answer and that."""

    card: Card
    rows: str
    turned: Callable[[Json, Json], dict[str, Any]]
    draw: Callable[..., list[Any]]

    @property
    def held(self) -> str:
        """The store of what its reader has arranged: no number changes, so no part of the link."""
        return f"{self.card.name}-held"

    @property
    def pressed(self) -> str:
        """The store that safety.js puts a press into."""
        return f"turn-{self.card.name}"

    def stores(self) -> list[dcc.Store]:
        return [dcc.Store(id=self.held, data={}), dcc.Store(id=self.pressed)]


def register_turning(app: Dash, context: Context, turning: Turning) -> None:
    """Fill the card with every view, and its rows after a press."""
    card = turning.card
    fill(app, context, card, choice=turning.held)

    @app.callback(
        Output(turning.held, "data"),
        Output(turning.rows, "children"),
        Input(turning.pressed, "data"),
        State(turning.held, "data"),
        State("where", "data"),
        prevent_initial_call=True,
    )
    def _answer(pressed: object, held: object, where: object) -> Any:
        if not isinstance(pressed, dict):
            return no_update, no_update
        wanted = turning.turned(held if isinstance(held, dict) else {}, pressed)
        path, query = place(where)
        try:
            selection, _ = context.shelf.resolve(query)
            answer = _answered(context, card, selection, About(path.rpartition("/")[2], wanted))
        except (SelectionError, DataError):
            log.warning("the rows of %s could not be turned", card.name)
            return no_update, no_update
        return wanted, turning.draw(answer, wanted)


def _answered(context: Context, card: Card, selection: Selection, about: About) -> Any:
    """What the card is drawn from: its panel's answer, or what it asks for its reader."""
    if card.ask is not None:
        return card.ask(context, selection, context.audience(), about)
    return context.results.panel(card.panel or card.name, selection, context.audience())
