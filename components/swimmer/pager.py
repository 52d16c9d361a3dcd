"""Pages of lanes or rows: where the reader is, and two buttons that are reachable by keyboard."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.swimmer.view import PAGE
from dashboard.text import text


def pager(card: str, first: int, last: int, n: int, page: int) -> html.Nav | None:
    """Nothing to press where one page holds everybody. A button's value is the page it opens."""
    if n <= PAGE:
        return None
    return html.Nav(
        [
            html.Span(
                text("swimmer.pages.shown", first=first, last=last, n=n),
                className="pager-shown",
                role="status",
            ),
            _button(card, "previous", page - 1, off=first <= 1),
            _button(card, "next", page + 1, off=last >= n),
        ],
        className="pager",
        **attrs(aria_label=text(f"swimmer.pages.{card}")),
    )


def _button(card: str, step: str, to: int, *, off: bool) -> html.Button:
    more: dict[str, Any] = attrs(aria_disabled="true") if off else {}
    return html.Button(
        text(f"swimmer.pages.{step}", n=PAGE),
        id={"kind": "lane-page", "card": card, "step": step},
        value=str(to),
        type="button",
        className="page-button",
        **more,
    )
