"""What a page is, and how it fills its cards: each alone, each from one panel, failing in words."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from components.card import failed, skeleton, underway
from components.encode import encoded
from components.lightened import lightened
from dashboard.background import Standing
from dashboard.recent import Recent
from dashboard.results import FIRST_ASKER, Audience, Results, View
from dashboard.selection import Selection, SelectionError
from dashboard.shelf import Opened, Shelf
from dashboard.text import text

log = logging.getLogger(__name__)

#: a card of a longer key (an endless choice of its reader) is drawn, but not kept
LONGEST_KEY = 12_000
HEADS = 256


@dataclass(frozen=True, slots=True)
class Context:
    """What pages may use: results, and who asks. `fill` writes down what fills which slot."""

    shelf: Shelf
    results: Results
    audience: Callable[[], Audience]
    fillings: dict[str, Filling] = field(default_factory=dict)
    #: heads of pages made lately (dashboard/head.py)
    heads: Recent[Any] = field(default_factory=lambda: Recent(HEADS))


Metrics = tuple[str, ...] | Callable[[View], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Card:
    """A slot of a page: the panel it asks for, how the answer is drawn, and its rows for a file."""

    name: str
    title: str  # key of the text catalogue
    height: tuple[int, int]  # px on a laptop and on a phone, kept free until the card is there
    draw: Callable[..., Any]  # the answer, and what `fill` calls `extra` or `choice`
    rows: Callable[[dict[str, Any]], tuple[tuple[str, ...], list[tuple[Any, ...]]]] | None = None
    panel: str = ""  # where it is not the card's own name
    #: where the answer is about more than the view: one patient, one page of a listing
    ask: Callable[[Context, Selection, Audience, About], Mapping[str, Any]] | None = None
    #: ids of the definitions of its numbers (dashboard/definitions), or how the view chooses them
    metrics: Metrics = ()


@dataclass(frozen=True, slots=True)
class About:
    """What a card is about beside the selection: the last part of the address (the key of a
    patient), and what its reader's store holds. Both come from the browser as they are."""

    key: str = ""
    held: object = None


@dataclass(frozen=True, slots=True)
class Page:
    """`below`: what stands below the path (a key), so that the page is about one thing; `title`
    names that thing for the browser. Such a page has no link in the rail.

    `group` is the name of the page that stands in the rail for several, itself among them: the
    others are reached by the links under its headline, which the shell makes from this field
    (`page.<name>.part` of the catalogue is what a link says). The headline is theirs too, so the
    layout of such a page holds none."""

    name: str
    path: str
    icon: str
    layout: Callable[[], Any]
    register: Callable[[Dash, Context], None]
    cards: tuple[Card, ...] = ()
    figures: bool = True  # does it draw any? then their library is fetched with the document
    below: re.Pattern[str] | None = None
    title: Callable[[Opened, str], str] | None = None
    group: str = ""

    def key_in(self, path: str) -> str | None:
        """The key that `path` names below this page ("" for the page itself); None elsewhere."""
        wanted = path.rstrip("/") or "/"
        if self.below is None:
            return "" if wanted == self.path else None
        start, _, key = wanted.rpartition("/")
        return key if start == self.path and self.below.fullmatch(key) else None


@dataclass(frozen=True, slots=True)
class Filling:
    """How a slot is filled: its card, and the store whose content shapes how it is drawn."""

    card: Card
    store: str | None
    read: Callable[[object], Any]


def place(where: object) -> tuple[str, str]:
    """Path and query of the address, as the store `where` of the shell holds them."""
    parts = where if isinstance(where, list) else []
    path, query = [*(p if isinstance(p, str) else "" for p in parts), "", ""][:2]
    return path, query


def slot(card: Card) -> html.Div:
    """Where a card will stand, at its height from the start so that nothing jumps."""
    wide, narrow = card.height
    return html.Div(
        skeleton(card.name, text(card.title)),
        id=f"slot-{card.name}",
        className="card-slot",
        style={"--wide": f"{wide}px", "--narrow": f"{narrow}px"},
    )


def fill(
    app: Dash,
    context: Context,
    *cards: Card,
    extra: str | None = None,
    choice: str | None = None,
) -> None:
    """Let these cards be filled with every view (dashboard/view.py), each failing alone.

    `extra` names a store of strings that shape how the cards are drawn (never a number); they are
    drawn again when it changes. `choice` names a store whose changes the page draws itself, so
    that the cards need only hold it when another view comes. `draw` gets either second; what a
    `choice` holds comes from the browser as it is.
    """
    for card in cards:
        read = _strings if extra else _as_it_is
        context.fillings[card.name] = Filling(card, extra or choice, read)
    if extra:
        _redraw(app, context, cards, extra)


def _redraw(app: Dash, context: Context, cards: tuple[Card, ...], extra: str) -> None:
    @app.callback(
        [Output(f"slot-{card.name}", "children") for card in cards],
        Input(extra, "data"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _fill(held: object, query: object) -> list[Any]:
        still = [no_update] * len(cards)
        if not isinstance(query, str):
            return still
        try:
            selection, _ = context.shelf.resolve(query)
        except SelectionError:
            return still  # the shell explains it
        who = context.audience()
        return [
            drawing(context, context.fillings[card.name], selection, who, About("", held)).card()
            for card in cards
        ]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A card of one view. `kept` is its JSON where it was drawn before, for whomever."""

    context: Context
    filling: Filling
    selection: Selection
    audience: Audience
    about: About
    key: str  # "" where it is drawn anew each time
    kept: bytes | None

    def card(self) -> Any:
        """The card as a component. One that fails says so; the rest of the page stays alive."""
        try:
            state = self._state()
            return self._made() if state is None else self._waiting(state)
        except Exception:
            return self._failure()

    def json(self) -> tuple[str, bytes]:
        """A digest of the card ("" for one that failed or is not ready) and its JSON, kept."""
        made = self.kept
        if made is None:
            try:
                state = self._state()
                if state is not None:
                    return "", encoded(self._waiting(state))
                made = encoded(lightened(self._made()))
            except Exception:
                return "", encoded(self._failure())
            if 0 < len(self.key) <= LONGEST_KEY:
                self.context.results.keep(self.key, made)
        return hashlib.blake2b(made, digest_size=9).hexdigest(), made

    def _made(self) -> Any:
        card, results = self.filling.card, self.context.results
        answer: Mapping[str, Any]
        if card.ask is not None:
            answer = card.ask(self.context, self.selection, self.audience, self.about)
        else:
            answer = results.panel(card.panel or card.name, self.selection, self.audience)
        if self.filling.store is None:
            return card.draw(answer)
        return card.draw(answer, self.filling.read(self.about.held))

    def _state(self) -> Standing | None:
        """How far a card made in the background is; None where it can be drawn."""
        card, results = self.filling.card, self.context.results
        if card.ask is not None:
            return None
        panel = card.panel or card.name
        return results.underway(panel, self.selection, self.audience, FIRST_ASKER)

    def _waiting(self, state: Standing) -> Any:
        card = self.filling.card
        return underway(card.name, text(card.title), state.stage, state.done, state.total)

    def _failure(self) -> Any:
        card = self.filling.card
        log.exception("card %s of cut %s could not be made", card.name, self.selection.cut[:16])
        return failed(card.name, text(card.title))


def drawing(
    context: Context,
    filling: Filling,
    selection: Selection,
    audience: Audience,
    about: About,
) -> Drawing:
    """The card of `filling` for a view, as its reader holds it."""
    card, results = filling.card, context.results
    panel = card.panel or card.name
    at, kept = "", None
    if results.lasting(panel):
        shape = "" if filling.store is None else json.dumps(about.held, sort_keys=True)
        name = card.name
        if card.ask is not None:
            name = f"{name}:{about.key}:{selection.tail()}"
        at = results.key(f"card:{name}:{shape}", results.pinned(panel, selection), audience)
        kept = results.kept(at)
    return Drawing(context, filling, selection, audience, about, at, kept)


def _strings(value: object) -> tuple[str, ...]:
    """What a store of strings holds; anything else is nothing."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _as_it_is(value: object) -> object:
    return value
