"""Methods: how was it computed?"""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import Dash, html

from components.attributes import attrs
from components.methods import definitions
from components.methods.blocks import section
from dashboard.definitions.registry import ENTRIES, SECTIONS
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

#: heights are those of the demo study, so that nothing moves on arrival
HEIGHTS = {
    "methods-cut": (800, 1300),
}

#: a section below the first screen: what is kept free for it moves nothing that is seen
TALL = (480, 800)

#: card -> key of its title, in the order of the page
TITLES = {
    "methods-cut": "methods.cut",
    "methods-endpoints": "methods.endpoints",
    "methods-sets": "methods.sets",
    "methods-sources": "methods.sources",
    "methods-rules": "methods.rules",
    "methods-censoring": "methods.censoring",
    "methods-intervals": "methods.intervals",
    "methods-groups": "methods.groups",
    "methods-adverse": "methods.adverse",
    "methods-benchmarks": "methods.benchmarks",
    "methods-monitoring": "methods.monitoring",
    definitions.NAME: "methods.definitions",
    "methods-files": "methods.files",
    "methods-references": "methods.references",
}


def _card(name: str, title: str) -> Card:
    height = HEIGHTS.get(name, TALL)
    if name == definitions.NAME:
        return Card(name, title, height, definitions.draw, definitions.rows)
    return Card(name, title, height, section(name, title))


CARDS: tuple[Card, ...] = tuple(_card(name, title) for name, title in TITLES.items())


def layout() -> Any:
    """Contents, search and empty slots; what holds for this study comes by callbacks."""
    return html.Div(
        [
            html.H1(text("page.methods"), className="visually-hidden"),
            html.Div([_search(), _contents()], className="methods-side"),
            html.Div(
                [
                    html.P(text("methods.lead"), className="methods-lead"),
                    *(slot(c) for c in CARDS),
                ],
                className="report methods-report",
            ),
        ],
        className="methods",
    )


def _search() -> html.Div:
    """methods.js hides what does not hold the words; nothing is sent."""
    return html.Div(
        [
            html.Label(text("methods.search"), htmlFor="methods-search"),
            dbc.Input(
                id="methods-search",
                type="search",
                placeholder=text("methods.search.hint"),
                autocomplete="off",
            ),
            html.Span(
                id="methods-found",
                className="muted",
                role="status",
                **attrs(data_words=text("methods.found", n="%n")),
            ),
        ],
        className="methods-search",
        role="search",
    )


def _contents() -> html.Details:
    """Links to every section and every definition; methods.js opens it where there is room."""
    items = []
    for card in CARDS:
        inner = []
        if card.name == definitions.NAME:
            inner = [
                html.Ul(
                    [
                        html.Li(html.A(e.name, href=f"#{e.id}"))
                        for s in SECTIONS
                        for e in ENTRIES
                        if e.section == s
                    ]
                )
            ]
        items.append(html.Li([html.A(text(card.title), href=f"#{card.name}"), *inner]))
    return html.Details(
        [
            html.Summary(text("methods.contents"), className="fold"),
            html.Nav(html.Ul(items), **attrs(aria_label=text("methods.contents"))),
        ],
        className="methods-contents folded",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="methods",
    path="/methods",
    icon="methods",
    layout=layout,
    register=register,
    cards=CARDS,
    figures=False,
)
