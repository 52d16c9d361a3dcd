"""Best overall response, confirmed and unconfirmed, and why some patients are not evaluable."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card, empty
from components.metric import ask, metric
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    headline,
    paper,
    proportion_row,
    tools,
)
from components.response.parts import by_reason, card_n, plural, term_label
from components.who import count
from dashboard.text import text

NAME = "response-best"
_READINGS = ("confirmed", "unconfirmed")


def draw(answer: Answer) -> html.Section:
    body: list[Any]
    if not answer["responses_known"]:
        body = [empty(text("response.missing"))]
    elif answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        body = [_table(answer), *_reasons(answer)]
    return card(
        NAME,
        text("response.bor.title"),
        body,
        n=card_n(answer),
        tools=tools(NAME, answer),
    )


def _table(answer: Answer) -> html.Table:
    shown = [r for r in _READINGS if answer[f"source_{r}"] is not None]
    used = [row for row in answer["rows"] if any(_count(row[r]) for r in shown)]
    head = [html.Th(ask(text("response.bor.term"), "bor"), scope="col")]
    head += [html.Th(text(f"response.bor.{r}"), scope="col") for r in shown]
    body = [
        html.Tr(
            [
                html.Th(term_label(row["term"]), scope="row"),
                *(_cell(answer, r, row) for r in shown),
            ]
        )
        for row in used
    ]
    total = [
        html.Td(
            count(str(answer["n"]), answer["who"], of=text("response.bor.total")),
            className="total",
            **attrs(data_label=text(f"response.bor.{r}")),
        )
        for r in shown
    ]
    body.append(html.Tr([html.Th(text("response.bor.total"), scope="row"), *total]))
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)],
        className="rates best",
        **metric("bor"),
        **attrs(aria_label=text("response.bor.title")),
    )


def _count(result: Answer | None) -> int:
    return 0 if result is None else int(result["headline"]["x"])


def _cell(answer: Answer, name: str, row: Answer) -> html.Td:
    result: Answer | None = row[name]
    column = text(f"response.bor.{name}")
    label = attrs(data_label=column)
    if result is None:
        return html.Td(text("number.ns"), className="absent", **label)
    term = text(f"response.term.{row['term']}")
    number = paper(
        headline(result), small=answer["min_group"], who=result["who"], of=f"{term}, {column}"
    )
    return html.Td(number, **label)


def _reasons(answer: Answer) -> list[Any]:
    if not answer["reasons"]:
        return []
    if not answer["reasons_known"]:
        return [html.P(text("response.bor.reasons.unknown"), className="note")]
    found: list[Any] = []
    for group in answer["reasons"]:
        n = sum(len(r["patients"]) for r in group["reasons"])
        why = plural(f"response.bor.reasons.{group['term']}", n)
        found.append(html.H3(ask(why, "not_evaluable")))
        found.append(by_reason(answer, group["reasons"]))
    return [html.Div(found, className="bounds-block", **metric("not_evaluable"))]


def rows(answer: Answer) -> Rows:
    header = (
        text("response.csv.reading"),
        text("response.csv.term"),
        *(text(k) for k in PROPORTION_HEADER[1:]),
    )
    body = [
        (text(f"response.reading.{name}"), *proportion_row(row["term"], headline(row[name])))
        for name in _READINGS
        for row in answer["rows"]
        if row[name] is not None
    ]
    return header, body
