"""GET /passport/<card>.json and /code/<card>.json?<selection>: what a card's numbers mean, and the
Python that prints them again, for the view on screen. Code of a card about one patient has the
patient's key in its address: /code/<card>/<key>.json.

Both name patients, so they take the same road as the page: selection, results, audience.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from flask import Flask, Response

from dashboard.asked import asked
from dashboard.definitions.passport import passports
from dashboard.pages import PAGES, Context
from dashboard.panels.patient import NotShownError
from dashboard.patient_keys import KEY
from dashboard.results import Panel
from dashboard.snippets import BELOW, code_panels, patient_code
from dashboard.text import text
from dashboard.web import refuse


def panel_name(card: str) -> str:
    return f"passport:{card}"


def passport_panels() -> dict[str, Panel]:
    """A panel for every card that tells its definitions."""
    cards = [c for p in PAGES for c in p.cards if c.metrics]
    return {panel_name(c.name): passports(c.metrics) for c in cards}


def comparing_code(comparing: Iterable[str]) -> frozenset[str]:
    """Code of cards that compare two cuts: it names both."""
    return frozenset(f"code:{name}" for name in comparing)


def add_passports(server: Flask, context: Context) -> None:
    """Register the addresses."""
    known = {**passport_panels(), **code_panels()}

    def told(panel: str) -> Response:
        if panel not in known:
            return refuse(404, text("refused.404"))
        selection = asked(context)
        if isinstance(selection, Response):
            return selection
        answer = context.results.raw(panel, selection, context.audience())
        return Response(answer, mimetype="application/json")

    @server.get("/passport/<name>.json")
    def passport(name: str) -> Response:
        return told(panel_name(name))

    @server.get("/code/<name>.json")
    def code(name: str) -> Response:
        return told(f"code:{name}")

    @server.get("/code/<name>/<key>.json")
    def code_below(name: str, key: str) -> Response:
        if name not in BELOW or not KEY.fullmatch(key):
            return refuse(404, text("refused.404"))
        selection = asked(context)
        if isinstance(selection, Response):
            return selection
        try:
            about = f"{name}:{key}"
            found = context.results.ask(patient_code, selection, context.audience(), about)
        except NotShownError:
            return refuse(404, text("refused.404"))
        return Response(json.dumps(found), mimetype="application/json")
