"""What the cards of the Cuts page share: folds that fill when opened, pages of rows, patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.links import view_link
from components.who import short
from dashboard.text import day, text

Answer = Mapping[str, Any]
#: rows of one page of an unfolded list
ROWS = 12
MINUS = "\u2212"


def fold(of: str, face: list[Any], *, extra: str = "") -> html.Details:
    """A line that unfolds; its inside is asked for when it is opened. `of` says what it holds."""
    return html.Details(
        [
            html.Summary(face, id={"kind": "cuts-open", "of": of}, className="unfold-face"),
            html.Div(
                html.P(text("cuts.loading"), className="muted"),
                id={"kind": "cuts-fold", "of": of},
                className="unfold-body",
                **attrs(data_keep_focus="true"),
            ),
        ],
        className=f"unfold {extra}".strip(),
    )


def page_of(rows: Sequence[Any], page: int) -> tuple[list[Any], int]:
    """The rows of a page, and which page that is: one beyond the end is the last."""
    last = max(0, (len(rows) - 1) // ROWS)
    page = min(max(page, 0), last)
    return list(rows[page * ROWS : (page + 1) * ROWS]), page


def pager(of: str, page: int, n: int, *, size: int = ROWS, noun: str = "rows") -> list[Any]:
    """Which rows these are, and the buttons to the next ones; nothing for a single page."""
    last = max(0, (n - 1) // size)
    if not last:
        return []
    first, end = page * size + 1, min(n, (page + 1) * size)
    buttons = [
        html.Button(
            text(f"cuts.page.{word}"),
            id={"kind": "cuts-page", "of": of, "step": word},
            value=str(page + step),
            type="button",
            className="page-button",
            disabled=not 0 <= page + step <= last,
        )
        for word, step in (("previous", -1), ("next", 1))
    ]
    told = text(f"cuts.page.{noun}", first=first, last=end, n=n)
    return [
        html.Div([html.Span(told, role="status", className="muted"), *buttons], className="pager")
    ]


def patient(answer: Answer, usubjid: str) -> html.Span | html.A:
    """A patient's name: it leads to the patient's page, where this cut has the patient."""
    key = answer["keys"].get(usubjid)
    words = short(answer, usubjid)
    if key is None or usubjid in answer["absent"]:
        return html.Span(words, title=usubjid)
    address = f"/patients/{key}?{answer['query']}"
    return view_link(words, address, className="patient-link", title=usubjid)


def keys_of(answer: Answer, patients: Sequence[str]) -> str:
    """The opaque keys of patients, with a space between."""
    return " ".join(answer["keys"][u] for u in patients if u in answer["keys"])


def table(
    heads: Sequence[str], rows: Sequence[Sequence[Any]], *, caption: str, extra: str = ""
) -> html.Div:
    """Words in columns; on a phone each row stacks under its heads, short numbers (`extra` is
    "figures") three to a line."""
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
                html.Tbody([_row(heads, row) for row in rows]),
            ],
            className=f"numbers-table words-table stacking {extra}".strip(),
        ),
        className="table-frame",
    )


def _row(heads: Sequence[str], row: Sequence[Any]) -> html.Tr:
    first, *rest = row
    return html.Tr(
        [
            html.Th(first, scope="row"),
            *(
                html.Td([html.Span(head, className="cell-head"), html.Span(cell)])
                for head, cell in zip(heads[1:], rest, strict=True)
            ),
        ]
    )


def signed(n: int) -> str:
    """+3, −1 (with a minus sign, not a hyphen), 0."""
    return f"+{n}" if n > 0 else f"{MINUS}{-n}" if n < 0 else "0"


def counted(key: str, n: int) -> str:
    """`key`.one or `key`.other with its number."""
    return text(f"{key}.{'one' if n == 1 else 'other'}", n=f"{n:,}")


def place(where: Mapping[str, Any] | None) -> str:
    """adae.csv, row 12."""
    if where is None:
        return text("number.ns")
    return text("cuts.place", file=where["file"], row=where["row"])


def value(words: str | None) -> str:
    return text("cuts.missing") if words is None else words


def cut_words(cut: Mapping[str, str]) -> str:
    return text("cuts.cut", date=day(cut["date"]))
