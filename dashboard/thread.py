"""The words of the patient thread: keys from the browser become names, for who may see them."""

from __future__ import annotations

import logging
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from components import thread as parts
from dashboard.pages import PAGES, Context
from dashboard.patient_keys import KEY
from dashboard.patient_names import short_name
from dashboard.results import View
from dashboard.selection import MAX_BESIDE, MAX_PATIENTS, SelectionError
from dashboard.text import text
from data_access.findings import DataError

log = logging.getLogger(__name__)

#: the page of a patient, once there is one
PATIENTS = "/patients"


def register(app: Dash, context: Context) -> None:
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("thread", "follow"),
        Output("thread-keys", "data"),
        Input("selection", "data"),
    )
    _words(app, context)


def _words(app: Dash, context: Context) -> None:
    @app.callback(
        Output("thread-words", "children"),
        Input("thread-keys", "data"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _named(keys: object, query: object) -> Any:
        view = _view(context, query)
        return no_update if view is None else parts.told(highlighted(view, keys_in(keys)))


def keys_in(value: object) -> tuple[str, ...]:
    """The keys a browser sends, each once, in order; whatever is no key is nobody."""
    if not isinstance(value, list):
        return ()
    found = {k for k in value if isinstance(k, str) and KEY.fullmatch(k)}
    return tuple(sorted(found)) if len(found) <= MAX_PATIENTS else ()


def highlighted(view: View, keys: tuple[str, ...]) -> parts.Highlighted:
    """Names of the highlighted patients by name, and who of them the view does not show."""
    found = {k: p for k in keys if (p := view.keys.patient(k)) is not None}
    cohort = view.analysis.cohort
    named = sorted((short_name(p, cohort), k) for k, p in found.items())
    query = view.selection.query()
    pages = any(p.path == PATIENTS for p in PAGES)
    members = set(view.members.patients)
    outside = sum(p not in members for p in found.values())
    notes = strangers(len(keys) - len(found))
    if outside:
        key = "thread.outside.one" if len(found) == 1 else "thread.outside"
        notes.insert(0, text(key, x=outside, n=len(found), label=view.members.label))
    return parts.Highlighted(
        tuple((name, f"{PATIENTS}/{k}?{query}" if pages else "") for name, k in named),
        tuple(notes),
        _together([k for _, k in named], query) if pages else (),
    )


def _together(keys: list[str], query: str) -> tuple[tuple[str, str], ...]:
    """The way to see two or three patients side by side; more do not fit."""
    if not 2 <= len(keys) <= MAX_BESIDE + 1:
        return ()
    beside = ",".join(keys[1:])
    return ((text("thread.side_by_side"), f"{PATIENTS}/{keys[0]}?{query}&with={beside}"),)


def strangers(n: int) -> list[str]:
    """Keys that no patient of this cut has."""
    if n < 1:
        return []
    return [text("thread.unknown.one" if n == 1 else "thread.unknown", n=n)]


def _view(context: Context, query: object) -> View | None:
    if not isinstance(query, str):
        return None
    try:
        selection, _ = context.shelf.resolve(query)
        return context.results.view(selection, context.audience())
    except (SelectionError, DataError):
        log.warning("the highlighted patients could not be named")
        return None
