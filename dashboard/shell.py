"""The shell's callbacks: address -> pinned selection -> top bar and filters -> address."""

from __future__ import annotations

import logging
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from components import shell as parts
from components import thread as thread_parts
from components.attributes import attrs
from dashboard import frame, thread
from dashboard.pages import PAGES, Context
from dashboard.selection import Selection, SelectionError, choose
from dashboard.shelf import CutName, Opened
from dashboard.text import day, text
from data_access.findings import DataError

log = logging.getLogger(__name__)

#: how often an open page asks whether a newer cut exists
NEWER_MILLISECONDS = 60_000


def layout() -> html.Div:
    """Ids and frame only: no study, no number, nothing of a patient.

    The page shows when the head has arrived above it, so that the head pushes nothing down.
    """
    items = tuple(parts.NavItem(text(f"page.{p.name}"), p.path, p.icon) for p in PAGES)
    return html.Div(
        [
            dcc.Location(id="address", refresh=False),
            dcc.Store(id="selection"),
            dcc.Store(id="controls"),  # the cut whose levels the filter bar offers
            dcc.Store(id="counts"),  # patients per level, written beside the controls
            dcc.Store(id="counted"),
            dcc.Store(id="document"),
            dcc.Store(id="thread-keys"),  # who is highlighted: keys, in step with the address
            dcc.Store(id="thread-only"),  # keys that are to become the filter on patients
            dcc.Store(id="thread-said"),
            dcc.Store(id="thread-heard"),
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
                        [html.Div(id="trouble"), html.Div(id="page", hidden=True)],
                        id="main",
                        tabIndex=-1,
                        **attrs(aria_label=text("app.main")),
                    ),
                    thread_parts.bar(),
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
    _route(app)
    _resolve(app, context)
    _filters(app, context)
    _controls(app, context)
    _newer(app, context)
    thread.register(app, context)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("interim", "settle"),
        Output("document", "data"),
        Input("selection", "data"),
        Input("address", "pathname"),
        State("document", "data"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("interim", "count"),
        Output("counted", "data"),
        Input("counts", "data"),
        Input("filter-bar", "children"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("interim", "carry"),
        Output({"kind": "nav", "path": ALL}, "href"),
        Input("selection", "data"),
        State({"kind": "nav", "path": ALL}, "id"),
    )


def _route(app: Dash) -> None:
    layouts = {p.path: p.layout for p in PAGES}

    @app.callback(Output("page", "children"), Input("address", "pathname"))
    def _page(path: object) -> Any:
        known = layouts.get(path.rstrip("/") or "/") if isinstance(path, str) else None
        if known is not None:
            return known()
        return parts.trouble(
            text("trouble.page.title"),
            text("trouble.page.body"),
            back=(text("trouble.back"), "/"),
        )


def _resolve(app: Dash, context: Context) -> None:
    @app.callback(
        Output("selection", "data"),
        Output("top-bar", "children"),
        Output("filter-bar", "children"),
        Output("controls", "data"),
        Output("counts", "data"),
        Output("notice", "children"),
        Output("trouble", "children"),
        Output("page", "hidden"),
        Input("address", "search"),
        State("controls", "data"),
    )
    def _selection(search: object, offered: object) -> Any:
        try:
            selection, opened = context.shelf.resolve(search if isinstance(search, str) else "")
            view = context.results.view(selection, context.audience())
            studies = tuple((s.id, s.title or s.id) for s in context.shelf.studies())
            cuts = context.shelf.cuts(selection.study)
            bar = frame.top_bar(selection, opened, view.population, studies, cuts)
            controls = frame.controls(selection, opened, view.population)
        except SelectionError as error:
            return _nowhere(_trouble(error))
        except DataError:
            log.exception("a cut could not be opened")
            return _nowhere(_page("trouble.damaged"))
        except Exception:
            log.exception("a selection could not be opened")
            return _nowhere(_page("trouble.failed"))
        told = (selection.query(), parts.top_bar(bar))
        counts = parts.level_counts(*controls)
        newer = _newer_cut(selection, opened, cuts)
        if offered == selection.cut:
            # Controls already there keep the reader's place; `_controls` brings their values.
            return *told, no_update, no_update, counts, newer, no_update, no_update
        return *told, parts.filter_bar(*controls), selection.cut, counts, newer, None, False


def _nowhere(told: html.Div) -> tuple[Any, ...]:
    return None, [], [], None, None, None, told, True


def _page(key: str) -> html.Div:
    return parts.trouble(text(f"{key}.title"), text(f"{key}.body"), back=_back())


def _back() -> tuple[str, str]:
    return text("trouble.back"), "/"


def _trouble(error: SelectionError) -> html.Div:
    if error.problem == "no_study":
        return parts.trouble(
            text("trouble.empty.title"),
            text("trouble.empty.body"),
            command=text("trouble.empty.command"),
        )
    return parts.trouble(
        text("trouble.title"),
        text(f"selection.{error.problem}", part=error.part),
        detail=text("trouble.keep"),
        back=_back(),
    )


def _filters(app: Dash, context: Context) -> None:
    @app.callback(
        Output("address", "search"),
        Input({"kind": "levels", "column": ALL}, "value"),
        Input({"kind": "bound", "column": ALL, "end": ALL}, "value"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _changed(levels: object, bounds: object, query: object) -> Any:
        if not isinstance(query, str) or not isinstance(ctx.triggered_id, dict):
            return no_update
        try:
            selection, opened = context.shelf.resolve(query)
            column = str(ctx.triggered_id.get("column"))
            new = choose(selection, column, _held(column), opened.vocabulary)
        except SelectionError:
            return no_update  # a value the page itself never offers
        return "?" + new.query() if new != selection else no_update


def _controls(app: Dash, context: Context) -> None:
    """Choices of the filter controls follow the selection, without rebuilding them."""

    @app.callback(
        Output({"kind": "levels", "column": ALL}, "value"),
        Output({"kind": "bound", "column": ALL, "end": ALL}, "value"),
        Input("selection", "data"),
        State({"kind": "levels", "column": ALL}, "value"),
        State({"kind": "bound", "column": ALL, "end": ALL}, "value"),
    )
    def _follow(query: object, levels: object, bounds: object) -> Any:
        values, ends = ctx.outputs_list
        still = [no_update] * len(values), [no_update] * len(ends)
        if not isinstance(query, str):
            return still
        try:
            selection, opened = context.shelf.resolve(query)
        except SelectionError:
            return still
        held = _by_id(ctx.states_list)
        return tuple(
            [_value(selection, opened, o["id"], held) for o in group] for group in (values, ends)
        )


def _by_id(states: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """What the controls hold now, by the text of their id."""
    return {str(sorted(i["id"].items())): i.get("value") for group in states for i in group}


def _value(selection: Selection, opened: Opened, id_: dict[str, Any], held: Any) -> Any:
    """What a control should hold; no_update where it already does, so that nothing answers back."""
    column = id_.get("column", "")
    if column != "backbone" and opened.vocabulary.field(column) is None:
        return no_update
    wanted = frame.held_by(selection, column, id_.get("end"))
    now = held.get(str(sorted(id_.items())))
    return no_update if (now or None) == (wanted or None) else wanted


def _held(column: str) -> object:
    """What the controls of one column hold now: levels, or the two ends of a range."""
    held = [i for group in ctx.inputs_list for i in group if i["id"].get("column") == column]
    ends = {i["id"]["end"]: i.get("value") for i in held if "end" in i["id"]}
    if ends:
        return [ends.get("lower"), ends.get("upper")]
    return held[0].get("value") if held else None


def _newer(app: Dash, context: Context) -> None:
    """An open page asks now and then whether a newer cut has come."""

    @app.callback(
        Output("notice", "children", allow_duplicate=True),
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
        return _newer_cut(selection, opened, context.shelf.cuts(selection.study))


def _newer_cut(selection: Selection, opened: Opened, cuts: tuple[CutName, ...]) -> Any:
    """The offer of the newest cut, unless this is it or a later one."""
    here = opened.cut.cut_date
    if not cuts or cuts[0].id == selection.cut or cuts[0].cut_date < here:
        return None
    address = f"?study={selection.study}&cut={cuts[0].id[:16]}"
    return parts.newer_cut(day(cuts[0].cut_date), day(here), address)
