"""What a page is, and how it fills its cards: each alone, each from one panel, failing in words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, html, no_update

from components.card import failed, skeleton
from dashboard.results import Audience, Results
from dashboard.selection import Selection, SelectionError
from dashboard.shelf import Shelf
from dashboard.text import text

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """What pages may use: results, and who asks."""

    shelf: Shelf
    results: Results
    audience: Callable[[], Audience]


@dataclass(frozen=True, slots=True)
class Card:
    """A slot of a page: the panel it asks for, how the answer is drawn, and its rows for a file."""

    name: str
    title: str  # key of the text catalogue
    height: tuple[int, int]  # px on a laptop and on a phone, kept free until the card is there
    draw: Callable[..., Any]  # the answer, and what `fill` calls `extra`
    rows: Callable[[dict[str, Any]], tuple[tuple[str, ...], list[tuple[Any, ...]]]] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    icon: str
    layout: Callable[[], Any]
    register: Callable[[Dash, Context], None]
    cards: tuple[Card, ...] = ()
    figures: bool = True  # does it draw any? then their library is fetched with the document


def slot(card: Card) -> html.Div:
    """Where a card will stand, at its height from the start so that nothing jumps."""
    wide, narrow = card.height
    return html.Div(
        skeleton(card.name, text(card.title)),
        id=f"slot-{card.name}",
        className="card-slot",
        style={"--wide": f"{wide}px", "--narrow": f"{narrow}px"},
    )


def fill(app: Dash, context: Context, *cards: Card, extra: str | None = None) -> None:
    """One callback for these cards: selection -> panels -> cards; each card fails alone.

    Cards whose panels take milliseconds belong together: the browser pays for every callback, and
    for every component on the page each time. A slow card gets a call of its own. `extra` names a
    store of strings that shape how a card is drawn (never a number); `draw` gets them second.
    """
    inputs = [Input("selection", "data"), *([Input(extra, "data")] if extra else [])]

    @app.callback([Output(f"slot-{card.name}", "children") for card in cards], inputs)
    def _fill(query: object, *more: object) -> list[Any]:
        still = [no_update] * len(cards)
        if not isinstance(query, str):
            return still
        try:
            selection, _ = context.shelf.resolve(query)
        except SelectionError:
            return still  # the shell explains it
        shape = [_strings(value) for value in more]
        return [_drawn(context, card, selection, shape) for card in cards]


def _strings(value: object) -> tuple[str, ...]:
    """What a store of strings holds; anything else is nothing."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _drawn(context: Context, card: Card, selection: Selection, shape: list[tuple[str, ...]]) -> Any:
    try:
        answer = context.results.panel(card.name, selection, context.audience())
        return card.draw(answer, *shape)
    except Exception:
        log.exception("card %s of cut %s could not be made", card.name, selection.cut[:16])
        return failed(card.name, text(card.title))
