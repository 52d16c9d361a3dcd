"""What the cards of the Microbiome page share: who is shown, why nothing is, p and q in words."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import empty
from components.menu import choices, menu
from components.metric import marked, metric
from components.overview.parts import Answer
from components.safety.parts import with_query
from dashboard.casing import term_case
from dashboard.text import text

#: a p below this is printed as "below" it
SMALLEST = 0.0001


def card_n(answer: Answer) -> str | None:
    """41 samples of 30 patients, 12 pairs; only the patients where there is no sample."""
    if answer["missing"]:
        return f"{answer['set_label']}, {text('card.n', n=answer['n'])}"
    key = "microbiome.n" if answer["pairs"] else "microbiome.n.unpaired"
    key = "microbiome.n.one" if answer["pairs"] == 1 else key
    words = text(key, samples=answer["samples"], n=answer["n"], pairs=answer["pairs"])
    if len(answer["tables"]) < 2:
        return words
    return text("microbiome.n.table", words=words, table=answer["table"])


def nothing(answer: Answer) -> list[Any]:
    """Why there is no sample to show; [] where there is one."""
    why = answer["missing"]
    if why is None:
        return []
    hint = text(f"microbiome.missing.{why}.hint")
    return [marked(empty(text(f"microbiome.missing.{why}", n=answer["n"]), hint=hint), "n")]


def visit(name: str | None) -> str:
    """A visit as a reader says it: WEEK 6 is Week 6."""
    if not name:
        return text("microbiome.visit.none")
    return term_case(name)


def chance(p: float | None) -> str:
    """A p or q: <0.0001, 0.0042, 0.164."""
    if p is None:
        return text("number.ne")
    if p < SMALLEST:
        return f"<{SMALLEST:.4f}"
    return numbers.fixed(p, 4 if p < 0.01 else 3)


def share(value: float | None) -> str:
    """A share of the community in percent: 12.3%, <0.01%."""
    if value is None:
        return text("number.ne")
    if 0 < value < 0.0001:
        return "<0.01%"
    return f"{numbers.fixed(100 * value, 1 if value >= 0.01 or not value else 2)}%"


def number_of(x: float | None, digits: int = 2) -> str:
    return text("number.ne") if x is None else numbers.fixed(x, digits)


def shown(answer: Answer) -> str:
    """Which table is shown, in words."""
    return text("microbiome.shown", table=answer["table"])


def table_menu(answer: Answer) -> list[Any]:
    """Links to this page with each table of the cut; [] where there is one."""
    if len(answer.get("tables", ())) < 2:
        return []
    items = []
    for i, held in enumerate(answer["tables"]):
        address = with_query(answer["query"], table=held["id"] if i else None)
        items.append((held["label"], address, held["shown"]))
    face = [html.Span(text("microbiome.table.choice"), className="choice-name"), answer["table"]]
    return [
        menu(
            face,
            choices(items, current_words=text("shell.current")),
            name=text("microbiome.table.now", now=answer["table"]),
            extra="picker",
        )
    ]


def table(title: str, head: list[Any], body: list[html.Tr], extra: str, *metrics: str) -> html.Div:
    """A table of numbers in a frame that scrolls, named for a screen reader."""
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in head])),
                html.Tbody(body),
            ],
            className=f"numbers-table kinds {extra}".strip(),
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
        **metric(*metrics),
    )


def more(words: str) -> html.Span:
    """Smaller words below a number."""
    return html.Span(words, className="cell-more")
