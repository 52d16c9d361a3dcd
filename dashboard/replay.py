"""Open a view from Python: `v = view("study=...&cut=...", audience="full")`.

The road is that of a page: the store of INTERIM_HOME through Settings, the address through the
cut's own vocabulary, the audience stated. "Show code" of every card starts here.
"""

from __future__ import annotations

from functools import cache

from flask import Flask

from dashboard.panels import COMPARING, FRESH, PANELS
from dashboard.results import Audience, Results, View
from dashboard.settings import Settings
from dashboard.shelf import Shelf
from data_access.store import CutStore


@cache
def _results() -> Results:
    shelf = Shelf(CutStore(Settings.from_environment().home))
    return Results(shelf, PANELS, Flask(__name__), comparing=COMPARING, fresh=FRESH)


def view(query: str, audience: str = "full") -> View:
    """The view an address names, for an audience. SelectionError where it names none."""
    results = _results()
    selection, _ = results.shelf.resolve(query)
    return results.view(selection, Audience(audience))
