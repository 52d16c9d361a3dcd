"""POST /progress/<card>: how far a card made in the background is, or that a reader leaves it.

    {"query": "?...", "asker": "16 hex digits", "leaves": false} -> {"stage", "done", "total"}

The same road as the view: the query becomes a selection, and the answer names no patient. Several
readers wait for one computation; it stops when the last of them leaves or asks no more.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict

from flask import Flask, Response, request

from dashboard.pages import PAGES, Context
from dashboard.panels import SLOW
from dashboard.selection import MAX_QUERY, SelectionError
from dashboard.text import text
from dashboard.web import refuse
from data_access.findings import DataError

ASKER = re.compile(r"[0-9a-f]{16}")


def add_progress(server: Flask, context: Context) -> None:
    """Register the address."""
    cards = {c.name: c.panel or c.name for p in PAGES for c in p.cards}

    @server.post("/progress/<name>")
    def work(name: str) -> Response:
        panel = cards.get(name)
        if panel not in SLOW:
            return refuse(404, text("refused.404"))
        if request.mimetype != "application/json":
            return refuse(415, text("refused.type"))
        asked = asked_by(request.get_data())
        if asked is None:
            return refuse(400, text("refused.body", problem="not a question about work"))
        query, asker, leaves = asked
        try:
            selection, _ = context.shelf.resolve(query)
        except SelectionError as error:
            return refuse(400, text(f"selection.{error.problem}", part=error.part))
        except DataError:
            return refuse(503, text("trouble.damaged.body"))
        who = context.audience()
        state = context.results.standing(panel, selection, who, asker, leaves=leaves)
        return Response(json.dumps(asdict(state)), mimetype="application/json")


def asked_by(data: bytes) -> tuple[str, str, bool] | None:
    """Query, asker, and whether they leave; None where our own page asks nothing like it."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or set(body) != {"query", "asker", "leaves"}:
        return None
    query, asker, leaves = body["query"], body["asker"], body["leaves"]
    if not isinstance(query, str) or len(query) > MAX_QUERY or not query.isascii():
        return None
    if not isinstance(asker, str) or not ASKER.fullmatch(asker) or not isinstance(leaves, bool):
        return None
    return query.removeprefix("?"), asker, leaves
