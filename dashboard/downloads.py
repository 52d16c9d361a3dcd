"""GET /download/<card>.csv?<selection>: what a card shows, as a file that names its view.

A card about one patient has the patient's key in its address: /download/<card>/<key>.csv.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from components.overview.parts import caveats
from dashboard.asked import asked
from dashboard.pages import PAGES, Context
from dashboard.pages.page import About, Card, Page
from dashboard.spreadsheet import Cell, to_csv
from dashboard.text import text
from dashboard.web import refuse

log = logging.getLogger(__name__)


def add_downloads(server: Flask, context: Context) -> None:
    """Register the address. It takes the same road as the page: selection, results, audience."""
    plain = [p for p in PAGES if p.below is None]
    cards = {c.name: (p, c) for p in plain for c in p.cards if c.rows is not None}
    below = {c.name: (p, c) for p in PAGES if p.below is not None for c in p.cards if c.rows}

    @server.get("/download/<name>.csv")
    def download(name: str) -> Response:
        page, card = cards.get(name, (None, None))
        if page is None or card is None:
            return refuse(404, text("refused.404"))
        selection = asked(context)
        if isinstance(selection, Response):
            return selection
        answer = context.results.panel(card.panel or card.name, selection, context.audience())
        return _sent(name, answer, _file(card, answer, answer, _address(page)))

    @server.get("/download/<name>/<key>.csv")
    def download_below(name: str, key: str) -> Response:
        page, card = below.get(name, (None, None))
        if page is None or card is None or card.ask is None:
            return refuse(404, text("refused.404"))
        if page.below is None or not page.below.fullmatch(key):
            return refuse(404, text("refused.404"))
        selection = asked(context)
        if isinstance(selection, Response):
            return selection
        answer = card.ask(context, selection, context.audience(), About(key))
        if "problem" in answer:
            return refuse(404, text("refused.404"))
        lead = answer["answers"][0] if "answers" in answer else answer
        return _sent(name, lead, _file(card, answer, lead, _address(page, key)))


def _address(page: Page, key: str = "") -> str:
    """Where the card stands, so that the file leads back to it."""
    below = f"/{key}" if key else ""
    return f"{request.host_url.rstrip('/')}{page.path}{below}"


def _sent(name: str, answer: Mapping[str, Any], body: bytes) -> Response:
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", f"{answer['study_id']}-{answer['cut_date']}-{name}")
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
    return response


def _file(card: Card, shown: Mapping[str, Any], answer: Mapping[str, Any], place: str) -> bytes:
    """`shown` is what the rows are made of, `answer` names the view, `place` is the page's."""
    assert card.rows is not None
    header, rows = card.rows(dict(shown))
    preamble: list[tuple[str, Cell]] = [
        (text("file.study"), answer["study"]),
        (text("file.cut"), answer["cut_date"]),
        (text("file.hash"), answer["cut"]),
        (text("file.set"), f"{answer['set_label']}, {text('card.n', n=answer['n'])}"),
        (text("shell.filters"), answer["filter_words"]),
        (text("file.view"), f"{place}?{answer['query']}"),
    ]
    if len(answer.get("tables", ())) > 1:
        preamble.append((text("file.table"), answer["table"]))
    preamble += [(text("file.caveat"), words) for words in caveats({**answer, **shown}, card.name)]
    if answer["synthetic"]:
        preamble.append((text("file.synthetic"), None))
    return to_csv(preamble, header, rows)
