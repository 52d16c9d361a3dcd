"""POST /view: one round trip from an address to all that the page shows of it.

The browser says where it is and what it holds; the answer is JSON lines (application/x-ndjson),
the head of the page first, then one card after the other as each is ready:

    {"path", "page", "query", "tail", "said", "study", "title", "counts", "controls", "stores",
     "set": [[id, props], ...], "held": {id: digest}}
    {"set": [["slot-overview-status", {"children": ...}]], "held": {"overview-status": digest}}

What the browser holds already (by digest) is not sent again. Nothing is remembered here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, Response, request

from components.encode import encoded
from dashboard.callback_body import depth
from dashboard.compression import streamed
from dashboard.event_filter import NONE
from dashboard.head import (
    Head,
    changed,
    head_of,
    no_such_page,
    part_title,
    parts_of_page,
    trouble_of,
)
from dashboard.pages import Context, Page, page_at
from dashboard.pages.page import About, Drawing, Filling, drawing
from dashboard.results import Audience
from dashboard.selection import MAX_QUERY
from dashboard.text import text
from dashboard.web import refuse

PATH = "/view"
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks for: an address, choices made on it, and what it holds already."""

    path: str
    query: str
    changes: Mapping[str, Any]  # column -> what its filter control holds now
    page: str | None  # the page on screen
    held: Mapping[str, Any]  # part of the page -> digest
    stores: Mapping[str, Any]  # id of a store -> what it holds


def add_view(server: Flask, context: Context) -> None:
    """Register the address. It takes the one road: selection, results, audience."""

    @server.post(PATH)
    def view() -> Response:
        if request.mimetype != "application/json":
            return refuse(415, text("refused.type"))
        asked = asked_by(request.get_data())
        if asked is None:
            return refuse(400, text("refused.body", problem="not a view"))
        return streamed(lines(context, asked, context.audience()), "application/x-ndjson")


def asked_by(data: bytes) -> Asked | None:
    """The question in a request's body; None where our own page asks nothing like it."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or depth(body) > MAX_DEPTH or not _is_text(body):
        return None
    path, query, page = body.get("path"), body.get("query"), body.get("page")
    parts = [body.get(name) or {} for name in ("changes", "held", "stores")]
    if not (isinstance(path, str) and isinstance(query, str) and len(path) <= MAX_QUERY):
        return None
    if not all(isinstance(p, dict) for p in parts):
        return None
    return Asked(path, query, parts[0], page if isinstance(page, str) else None, *parts[1:])


def _is_text(body: object) -> bool:
    """JSON can spell half a surrogate pair ("\\ud800"): no text, and nothing can answer it."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def lines(context: Context, asked: Asked, audience: Audience) -> Iterator[bytes | None]:
    """Lines of the answer, for `streamed`: the frame of a new page does not wait for its cards."""
    page, key = page_at(asked.path)
    drawings: list[Drawing] = []
    title = tail = ""
    try:
        selection, opened = context.shelf.resolve(asked.query)
        if page is None or page.below is None:
            selection = replace(selection, beside=())  # it is said of one patient's page alone
        if page is None or page.group != "safety":
            # nothing elsewhere would say that they are there
            selection = replace(selection, events=NONE, event="")
        after = changed(selection, asked.changes, opened.vocabulary)
        head = head_of(context, after, opened, audience)
        drawings = [
            drawing(
                context, f, after.selection, audience, About(key, asked.stores.get(f.store or ""))
            )
            for f in _fillings(context, page)
        ]
        tail = after.selection.tail()
        title = page.title(opened, key) if page is not None and page.title is not None else ""
        head = replace(head, parts=(*head.parts, parts_of_page(page, head.query, title)))
        title = title or part_title(page)
    except Exception as error:
        head = trouble_of(error)
    yield _first(asked, page, head, [d.filling for d in drawings], (title, tail))
    there = page is not None and asked.page == page.name
    if not there:
        yield None
    for drawing_ in drawings:
        if not drawing_.kept:
            yield b""
        digest, card = drawing_.json()
        name = drawing_.filling.card.name
        if not (there and digest and asked.held.get(name) == digest):
            yield b'{"set":[[%b,{"children":%b}]],"held":%b}\n' % (
                encoded(f"slot-{name}"),
                card,
                encoded({name: digest}),
            )


def _first(
    asked: Asked, page: Page | None, head: Head, fillings: list[Filling], more: tuple[str, str]
) -> bytes:
    """The head, and the page's empty slots where another page is on screen.

    `more`: what the browser calls the page, and what the address holds beside the query.
    """
    title, tail = more
    name = page.name if page is not None else ""
    sets: list[tuple[str, bytes]] = []
    if asked.page != name:
        frame = page.layout() if page is not None else no_such_page()
        sets.append(("page", encoded({"children": frame})))
    sets += [(id_, props()) for id_, props, digest in head.parts if asked.held.get(id_) != digest]
    # last, so that whoever listens to them finds the page there
    search = asked.query if head.query is None else f"?{'&'.join(filter(None, (head.query, tail)))}"
    sets.append(("address", encoded({"pathname": asked.path, "search": search})))
    sets.append(("where", encoded({"data": [asked.path, search]})))
    sets.append(("selection", encoded({"data": head.query})))
    told = {
        "path": asked.path,
        "page": name,
        "query": head.query,
        "tail": tail,
        "said": head.said,
        "study": head.study,
        "title": title,
        "counts": head.counts,
        "controls": head.controls,
        "stores": [f.store for f in fillings if f.store is not None],
        "held": {id_: digest for id_, _, digest in head.parts},
    }
    pairs = b",".join(b'["%b",%b]' % (id_.encode(), props) for id_, props in sets)
    return b'%b,"set":[%b]}\n' % (encoded(told)[:-1], pairs)


def _fillings(context: Context, page: Page | None) -> list[Filling]:
    cards = page.cards if page is not None else ()
    return [context.fillings[c.name] for c in cards if c.name in context.fillings]
