"""Pages of lanes or rows: where the reader is, and two buttons that are reachable by keyboard."""

from __future__ import annotations

from dash import html

from components.attributes import attrs
from components.swimmer.view import PAGE
from dashboard.text import text


def pager(
    card: str, first: int, last: int, n: int, page: int, *, keys: str, size: int = PAGE
) -> html.Nav | None:
    """Nothing to press where one page holds everybody. A button's value is the page it opens.

    `keys` are those of all patients, so that thread.js can say who is on another page.
    """
    if n <= size:
        return None
    before, after = targets(page, n, size)
    return html.Nav(
        [
            html.Span(
                shown(first, last, n),
                id={"kind": "lane-shown", "card": card, "of": "pages"},
                className="pager-shown",
                role="status",
                **attrs(data_everyone=keys, data_of="rows" if card == "table" else "lanes"),
            ),
            _button(card, "previous", before, size),
            _button(card, "next", after, size),
        ],
        className="pager",
        **attrs(aria_label=text(f"swimmer.pages.{card}")),
    )


def shown(first: int, last: int, n: int) -> str:
    """Patients 1 to 60 of 400."""
    return text("swimmer.pages.shown", first=first, last=last, n=n)


def targets(page: int, n: int, size: int = PAGE) -> tuple[str, str]:
    """The pages the two buttons open; "" at either end."""
    pages = -(-n // size)
    return str(page - 1) if page > 1 else "", str(page + 1) if page < pages else ""


def _button(card: str, step: str, to: str, size: int) -> html.Button:
    return html.Button(
        text(f"swimmer.pages.{step}", n=size),
        id={"kind": "lane-page", "card": card, "step": step},
        value=to,
        type="button",
        className="page-button",
    )
