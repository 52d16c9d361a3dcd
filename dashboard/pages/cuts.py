"""Cuts: what changed, may we believe it?"""

from __future__ import annotations

import logging
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, html, no_update

from components.cuts import checks, findings, ledger, listing, records
from dashboard.definitions import shown
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.record_tables import records_behind, rows_by_file
from dashboard.selection import Selection, SelectionError
from dashboard.text import text
from data_access.findings import DataError

log = logging.getLogger(__name__)

#: heights are those of the demo study, so that nothing moves on arrival; without an earlier cut the
#: first two are a line each
CARDS: tuple[Card, ...] = (
    Card(
        ledger.NAME,
        "cuts.ledger.title",
        (2014, 2985),
        ledger.draw,
        ledger.rows,
        metrics=shown.ledger,
    ),
    Card(
        records.NAME,
        "cuts.records.title",
        (1120, 3050),
        records.draw,
        records.rows,
        metrics=("record_changes",),
    ),
    Card(
        findings.NAME,
        "cuts.findings.title",
        (517, 925),
        findings.draw,
        findings.rows,
        metrics=("findings",),
    ),
    Card(
        checks.NAME,
        "cuts.checks.title",
        (447, 1296),
        checks.draw,
        checks.rows,
        metrics=("agreement",),
    ),
    Card(
        listing.NAME,
        "cuts.list.title",
        (263, 446),
        listing.draw,
        listing.rows,
        metrics=("cut_list",),
    ),
)
MAX_SEARCH = 100


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [html.H1(text("page.cuts"), className="visually-hidden"), *(slot(c) for c in CARDS)],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    for card in CARDS:
        fill(app, context, card)
    _unfold(app, context)
    _filter(app, context)
    _turn_cuts(app, context)


def _unfold(app: Dash, context: Context) -> None:
    """Fill a fold when it is opened, and turn its pages."""

    @app.callback(
        Output({"kind": "cuts-fold", "of": MATCH}, "children"),
        Input({"kind": "cuts-open", "of": MATCH}, "n_clicks"),
        Input({"kind": "cuts-page", "of": MATCH, "step": ALL}, "n_clicks"),
        State({"kind": "cuts-page", "of": MATCH, "step": ALL}, "value"),
        State({"kind": "cuts-filter", "name": ALL}, "value"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _opened(opened: object, turned: object, pages: object, held: object, query: object) -> Any:
        if not any(t.get("value") for t in ctx.triggered):
            return no_update  # a line that has only just appeared
        pressed = ctx.triggered_id
        if not isinstance(pressed, dict):
            return no_update
        if pressed.get("kind") == "cuts-open" and opened != 1:
            return no_update  # filled before: the reader closes or opens it again
        selection = _selection(context, query)
        if selection is None:
            return no_update
        try:
            return unfolded(context, selection, str(pressed.get("of")), _page(), _filters())
        except (StopIteration, KeyError, ValueError, IndexError):
            log.warning("a line of the Cuts page could not be unfolded")
            return html.P(text("cuts.unfold.failed"), className="muted")


def unfolded(
    context: Context, selection: Selection, of: str, page: int, filters: dict[str, Any]
) -> list[Any]:
    """What a fold holds. Raises KeyError, ValueError or StopIteration for a name no page offers."""
    card, _, key = of.partition(":")

    def answer(name: str) -> dict[str, Any]:
        return context.results.panel(name, selection, context.audience())

    if card == "ledger":
        return ledger.unfold(answer(ledger.NAME), key, page)
    if card == "records":
        return records.unfold(answer(records.NAME), key, page)
    if card == "findings":
        return findings.unfold(answer(findings.NAME), key, page, filters)
    if card == "checks":
        return checks.unfold(answer(checks.NAME), key, page)
    if card == "item":
        item = answer(checks.NAME)["items"][int(key)]
        view = context.results.view(selection, context.audience())
        return checks.records(records_behind(view.cut, view.analysis, item[0], item[1]))
    if card == "cut":
        return _cut(context, selection, answer(listing.NAME), key)
    raise KeyError(of)


def _cut(context: Context, selection: Selection, answer: dict[str, Any], key: str) -> list[Any]:
    try:
        opened = context.shelf.open(selection.study, key)
        return listing.unfold(answer, key, rows_by_file(opened.cut), None)
    except DataError as error:
        return listing.unfold(answer, key, None, error.findings[0].sentence)
    except SelectionError as error:
        raise KeyError(key) from error


def _filter(app: Dash, context: Context) -> None:
    """The findings as severity, domain and search leave them, by page."""

    @app.callback(
        Output({"kind": "cuts-list", "of": "findings"}, "children"),
        Input({"kind": "cuts-filter", "name": ALL}, "value"),
        Input({"kind": "cuts-page", "of": "findings-list", "step": ALL}, "n_clicks"),
        State({"kind": "cuts-page", "of": "findings-list", "step": ALL}, "value"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _chosen(values: object, turned: object, pages: object, query: object) -> Any:
        pressed = ctx.triggered_id
        selection = _selection(context, query)
        if selection is None or not isinstance(pressed, dict):
            return no_update
        turning = pressed.get("kind") == "cuts-page"
        if turning and not any(t.get("value") for t in ctx.triggered):
            return no_update
        answer = context.results.panel(findings.NAME, selection, context.audience())
        return findings.listing(answer, _filters(inputs=True), _page() if turning else 0)


def _turn_cuts(app: Dash, context: Context) -> None:
    """Turn the pages of the list of cuts."""

    @app.callback(
        Output({"kind": "cuts-list", "of": "cuts"}, "children"),
        Input({"kind": "cuts-page", "of": "cuts-list", "step": ALL}, "n_clicks"),
        State({"kind": "cuts-page", "of": "cuts-list", "step": ALL}, "value"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _turned(turned: object, pages: object, query: object) -> Any:
        selection = _selection(context, query)
        if selection is None or not any(t.get("value") for t in ctx.triggered):
            return no_update
        answer = context.results.panel(listing.NAME, selection, context.audience())
        return listing.listing(answer, _page())


def _selection(context: Context, query: object) -> Selection | None:
    if not isinstance(query, str):
        return None
    try:
        return context.shelf.resolve(query)[0]
    except (SelectionError, DataError):
        return None


def _page() -> int:
    """The page a pressed button opens: what the button holds; 0 where none was pressed."""
    states = [s for group in ctx.states_list if isinstance(group, list) for s in group]
    held = next((s.get("value") for s in states if s["id"] == ctx.triggered_id), None)
    return int(held) if isinstance(held, str) and held.isdecimal() and len(held) < 6 else 0


def _filters(*, inputs: bool = False) -> dict[str, Any]:
    """What the filters of the findings hold."""
    groups = ctx.inputs_list if inputs else ctx.states_list
    found = [
        s
        for group in groups
        if isinstance(group, list)
        for s in group
        if isinstance(s["id"], dict) and s["id"].get("kind") == "cuts-filter"
    ]
    held = {s["id"].get("name"): s.get("value") for s in found}
    if isinstance(held.get("search"), str):
        held["search"] = held["search"][:MAX_SEARCH]
    return held


PAGE = Page(
    name="cuts",
    path="/cuts",
    icon="cuts",
    layout=layout,
    register=register,
    cards=CARDS,
    figures=False,
)
