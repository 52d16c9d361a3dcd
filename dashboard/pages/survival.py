"""Survival: how long until progression or death?"""

from __future__ import annotations

import logging
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from components.survival import curve, follow, reasons, rules
from dashboard.definitions import shown
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.selection import SelectionError
from dashboard.text import text
from data_access.findings import DataError

log = logging.getLogger(__name__)

#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        curve.NAME,
        "survival.curve.title",
        (1059, 1757),
        curve.draw,
        curve.rows,
        metrics=shown.curve,
    ),
    Card(
        rules.NAME,
        "survival.rules.title",
        (372, 832),
        rules.draw,
        rules.rows,
        metrics=("censoring", "n"),
    ),
    Card(
        reasons.NAME,
        "survival.reasons.title",
        (876, 1495),
        reasons.draw,
        reasons.rows,
        metrics=(reasons.METRIC,),
    ),
    Card(
        follow.NAME,
        "survival.follow.title",
        (284, 511),
        follow.draw,
        follow.rows,
        metrics=("ttr", "follow_up", "n"),
    ),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [
            html.H1(text("page.survival"), className="visually-hidden"),
            *(slot(c) for c in CARDS),
        ],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)
    _listing(app, context)


def _listing(app: Dash, context: Context) -> None:
    """Sort and turn the pages of the patient list, without making its card again."""

    @app.callback(
        Output("survival-list", "children"),
        Output("survival-order", "data"),
        Input({"kind": "survival-sort", "column": ALL}, "n_clicks"),
        Input({"kind": "survival-page", "step": ALL}, "n_clicks"),
        State("survival-order", "data"),
        State("selection", "data"),
        prevent_initial_call=True,
    )
    def _turn(sorts: object, pages: object, order: object, query: object) -> Any:
        pressed = ctx.triggered_id
        if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
            return no_update, no_update  # buttons that have only just appeared
        new = ordered(order, pressed)
        answer = _answer(context, query)
        if answer is None:
            return no_update, no_update
        column, descending, page = new["column"], new["descending"], new["page"]
        rows = reasons.listing(answer, column, descending=descending, page=page)
        return rows, new


def ordered(order: object, pressed: dict[str, Any]) -> dict[str, Any]:
    """The order after a button: a new column sorts upwards, the same one turns round."""
    now = {**reasons.FIRST, **order} if isinstance(order, dict) else dict(reasons.FIRST)
    column, page = str(now["column"]), now["page"] if isinstance(now["page"], int) else 0
    if pressed.get("kind") == "survival-sort":
        wanted = str(pressed.get("column"))
        turned = wanted == column and not now["descending"]
        return {"column": wanted, "descending": turned, "page": 0}
    step = pressed.get("step")
    move = step if isinstance(step, int) else 0
    return {"column": column, "descending": bool(now["descending"]), "page": max(0, page + move)}


def _answer(context: Context, query: object) -> dict[str, Any] | None:
    if not isinstance(query, str):
        return None
    try:
        selection, _ = context.shelf.resolve(query)
        return context.results.panel(reasons.NAME, selection, context.audience())
    except (SelectionError, DataError):
        log.warning("the list of patients could not be ordered")
        return None


PAGE = Page(
    name="survival",
    path="/survival",
    icon="curve",
    layout=layout,
    register=register,
    cards=CARDS,
)
