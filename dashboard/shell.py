"""The shell: the frame of every page, and its two callbacks beside /view (dashboard/view.py)."""

from __future__ import annotations

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from components import shell as parts
from components import thread as thread_parts
from components.attributes import attrs
from components.passport import passport_words
from dashboard import thread
from dashboard.head import newer_cut
from dashboard.pages import Context, rail_pages
from dashboard.selection import SelectionError
from dashboard.text import text
from data_access.findings import DataError

#: how often an open page asks whether a newer cut exists
NEWER_MILLISECONDS = 60_000


def layout() -> html.Div:
    """Ids and frame only: no study, no number, nothing of a patient.

    `address` and `selection` hold the view on screen, for callbacks; view.js writes them. The page
    shows when the head has arrived above it, so that the head pushes nothing down.
    """
    items = tuple(parts.NavItem(text(f"page.{p.name}"), p.path, p.icon) for p in rail_pages())
    return html.Div(
        [
            html.Div(id="address", hidden=True, **attrs(data_failed=text("shell.no_answer"))),
            dcc.Store(id="selection"),
            dcc.Store(id="where"),  # path and query of the address
            dcc.Store(id="thread-keys"),  # who is highlighted: keys, in step with the address
            dcc.Interval(id="heartbeat", interval=NEWER_MILLISECONDS),
            parts.skip_link(),
            parts.rail(items),
            html.Div(
                [
                    html.Header(
                        [
                            html.Div(id="top-bar", className="top-bar"),
                            html.Div(id="filter-bar", className="filter-bar"),
                        ],
                        className="head",
                    ),
                    html.Div(id="notice"),
                    html.Main(
                        [
                            html.Div(id="trouble"),
                            html.Div(id="parts"),
                            html.Div(id="page", hidden=True),
                        ],
                        id="main",
                        tabIndex=-1,
                        **attrs(aria_label=text("app.main")),
                    ),
                    thread_parts.bar(),
                    html.Div(id="passport-words", hidden=True, **passport_words()),
                    html.Footer(
                        id="print-foot",
                        className="print-foot",
                        **attrs(data_words=text("shell.print")),
                    ),
                ],
                className="frame",
            ),
        ],
        className="app",
    )


def register(app: Dash, context: Context) -> None:
    """What the filter controls hold goes to view.js, which asks for the view they mean."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("interim", "changed"),
        Output("address", "title"),
        Input({"kind": "levels", "column": ALL}, "value"),
        Input({"kind": "bound", "column": ALL, "end": ALL}, "value"),
    )
    _newer(app, context)
    thread.register(app, context)


def _newer(app: Dash, context: Context) -> None:
    """An open page asks now and then whether a newer cut has come."""

    @app.callback(
        Output("notice", "children"),
        Input("heartbeat", "n_intervals"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _notice(beats: object, query: object) -> Any:
        if not isinstance(query, str):
            return no_update
        try:
            selection, opened = context.shelf.resolve(query)
        except (SelectionError, DataError):
            return no_update
        return newer_cut(selection, opened, context.shelf.cuts(selection.study))
