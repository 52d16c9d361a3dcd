"""What a page is, and how it fills its cards: each alone, each from one panel, failing in words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, html, no_update

from components.card import failed, skeleton
from dashboard.library import Library
from dashboard.results import Audience, Results
from dashboard.selection import SelectionError
from dashboard.text import text

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """What pages may use: results, and who asks."""

    library: Library
    results: Results
    audience: Callable[[], Audience]


@dataclass(frozen=True, slots=True)
class Card:
    """A slot of a page: the panel it asks for, how the answer is drawn, and its rows for a file."""

    name: str
    title: str  # key of the text catalogue
    height: tuple[int, int]  # px on a laptop and on a phone, kept free until the card is there
    draw: Callable[[dict[str, Any]], Any]
    rows: Callable[[dict[str, Any]], tuple[tuple[str, ...], list[tuple[Any, ...]]]] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    icon: str
    layout: Callable[[], Any]
    register: Callable[[Dash, Context], None]
    cards: tuple[Card, ...] = ()


def slot(card: Card) -> html.Div:
    """Where a card will stand, at its height from the start so that nothing jumps."""
    wide, narrow = card.height
    return html.Div(
        skeleton(card.name, text(card.title)),
        id=f"slot-{card.name}",
        className="card-slot",
        style={"--wide": f"{wide}px", "--narrow": f"{narrow}px"},
    )


def fill(app: Dash, context: Context, card: Card) -> None:
    """One callback for one card: selection -> panel -> card."""

    @app.callback(Output(f"slot-{card.name}", "children"), Input("selection", "data"))
    def _fill(query: object) -> Any:
        if not isinstance(query, str):
            return no_update
        try:
            selection, _ = context.library.resolve(query)
        except SelectionError:
            return no_update  # the shell explains it
        try:
            answer = context.results.panel(card.name, selection, context.audience())
            return card.draw(answer)
        except Exception:
            log.exception("card %s of cut %s could not be made", card.name, selection.cut[:16])
            return failed(card.name, text(card.title))
