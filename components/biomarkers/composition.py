"""Compositions as a card: subsets that share a parent cannot all rise, so they change in ratios."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.biomarkers.parts import chance, limits, nothing, pairs_n, shift, smallest
from components.card import card, empty
from components.metric import ask, marked, metric
from components.overview.parts import Answer, Rows, tools
from components.who import count
from dashboard.text import text

NAME = "immune-composition"
METRICS = ("composition_shift", "paired_samples")


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("biomarkers.composition.title"),
        nothing(answer) or _body(answer),
        n=pairs_n(answer),
        n_metric="paired_samples",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    made = answer["compositions"]
    if not made:
        return [marked(empty(text("biomarkers.composition.none")), "composition_shift")]
    about = metric("composition_shift")
    return [
        html.P(text("biomarkers.composition.words"), className="sentence wide", **about),
        *(_one(answer, c) for c in made),
    ]


def _one(answer: Answer, found: Answer) -> html.Div:
    parent = found["parent"]
    title = text("biomarkers.composition.of", parent=parent.lower() if parent.isalpha() else parent)
    if found["stated"]:
        title = text("biomarkers.composition.stated", name=parent)
    words = [
        text("biomarkers.composition.covered", covered=numbers.fixed(found["covered"] or 0.0, 0))
        if found["covered"] is not None
        else text("biomarkers.composition.nobody")
    ]
    if found["delta"] is not None:
        share = numbers.fixed(100 * found["delta"], 3)
        words.append(text("biomarkers.composition.delta", delta=share))
    if found["missing"]:
        parts = ", ".join(found["missing"])
        words.append(text("biomarkers.composition.missing", parts=parts))
    if found["without"]:
        words.append(text("biomarkers.composition.without", n=found["without"]))
    return html.Div(
        [
            html.H3(
                [
                    ask(title, "composition_shift"),
                    " ",
                    count(text("card.n", n=found["n"]), found["who"], of=title),
                ]
            ),
            _table(answer, found, title),
            html.P(" ".join(words), className="figure-note"),
        ],
        className="bounds-block",
        **metric("composition_shift"),
    )


def _table(answer: Answer, found: Answer, title: str) -> html.Div:
    ci = numbers.level_words(answer["level"])
    head = (
        text("biomarkers.column.marker.immune"),
        text("biomarkers.composition.share"),
        text("biomarkers.column.shift", ci=ci),
        text("biomarkers.column.p"),
        text("biomarkers.column.q"),
    )
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in head])),
                html.Tbody([_row(p) for p in found["parts"]]),
            ],
            className="numbers-table kinds markers",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
    )


def _row(part: Answer) -> html.Tr:
    as_factor = {**part, "marker": {**part["marker"], "scale": "ratio"}}
    rank = part["rank"]
    ends = [numbers.percent(part[k]) for k in ("share_before", "share_after")]
    return html.Tr(
        [
            html.Th(part["marker"]["label"], scope="row"),
            html.Td(text("biomarkers.composition.shares", before=ends[0], after=ends[1])),
            html.Td([shift(as_factor), html.Span(f"({limits(as_factor)})", className="cell-more")]),
            html.Td(
                [
                    chance(rank["p"]),
                    html.Span(smallest(rank["smallest_p"]), className="cell-more"),
                ]
            ),
            html.Td(
                [
                    chance(part["q"]),
                    html.Span(text("biomarkers.m", m=part["m"]), className="cell-more"),
                ]
            ),
        ],
        **attrs(data_marker=part["marker"]["paramcd"]),
    )


def rows(answer: Answer) -> Rows:
    names = (
        "parent", "marker", "pairs", "share.before", "share.after", "shift", "lower", "upper", "p",
        "q", "m",
    )  # fmt: skip
    body: list[tuple[Any, ...]] = []
    for found in answer["compositions"]:
        for p in found["parts"]:
            cells = (
                found["parent"], p["marker"]["label"], p["rank"]["n"], p["share_before"],
                p["share_after"], p["estimate"], p["lower"], p["upper"], p["rank"]["p"], p["q"],
                p["m"],
            )  # fmt: skip
            body.append(tuple("" if c is None else c for c in cells))
    return tuple(text(f"biomarkers.csv.{n}") for n in names), body
