"""GET /download/<card>.csv?<selection>: what a card shows, as a file that names its view."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from dashboard.pages import PAGES, Context
from dashboard.pages.page import Card
from dashboard.selection import SelectionError
from dashboard.spreadsheet import Cell, to_csv
from dashboard.text import text
from dashboard.web import refuse
from data_access.findings import DataError

log = logging.getLogger(__name__)


def add_downloads(server: Flask, context: Context) -> None:
    """Register the address. It takes the same road as the page: selection, results, audience."""
    cards = {c.name: c for p in PAGES for c in p.cards if c.rows is not None}

    @server.get("/download/<name>.csv")
    def download(name: str) -> Response:
        card = cards.get(name)
        if card is None:
            return refuse(404, text("refused.404"))
        try:
            query = request.query_string.decode("ascii", "replace")
            selection, _ = context.shelf.resolve(query)
        except SelectionError as error:
            return refuse(400, text(f"selection.{error.problem}", part=error.part))
        except DataError:
            return refuse(503, text("trouble.damaged.body"))
        answer = context.results.panel(card.name, selection, context.audience())
        body = _file(card, answer, request.host_url)
        stem = re.sub(r"[^A-Za-z0-9._-]", "-", f"{answer['study_id']}-{answer['cut_date']}-{name}")
        response = Response(body, mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
        return response


def _file(card: Card, answer: Mapping[str, Any], host: str) -> bytes:
    assert card.rows is not None
    header, rows = card.rows(dict(answer))
    preamble: list[tuple[str, Cell]] = [
        (text("file.study"), answer["study"]),
        (text("file.cut"), answer["cut_date"]),
        (text("file.hash"), answer["cut"]),
        (text("file.set"), f"{answer['set_label']}, {text('card.n', n=answer['n'])}"),
        (text("shell.filters"), answer["filter_words"]),
        (text("file.view"), f"{host}?{answer['query']}"),
    ]
    if answer["synthetic"]:
        preamble.append((text("file.synthetic"), None))
    return to_csv(preamble, header, rows)
