"""The one card: a title that says what is shown and for how many, tools, a body that may fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components.attributes import attrs
from components.icons import icon
from components.menu import menu
from dashboard.text import text


@dataclass(frozen=True, slots=True)
class Definition:
    """The passport of a number: each entry is a heading and its words."""

    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tools:
    """What can be done with a card. `csv` is the address of its data; pictures need a figure."""

    definition: Definition | None = None
    csv: str | None = None
    picture: bool = False
    footer: str = ""  # stands under a downloaded picture: study, cut, filters, synthetic label


def card(
    name: str,
    title: str,
    body: Any,
    *,
    n: str | None = None,
    subtitle: str | None = None,
    tools: Tools | None = None,
    extra: str = "",
) -> html.Section:
    """`name` is the card's anchor in a link and its stem in file names."""
    heading = f"{name}-title"
    return html.Section(
        [
            html.Header(
                [
                    html.Div(
                        [
                            html.H2(
                                [title, *([html.Span(n, className="card-n")] if n else [])],
                                id=heading,
                            ),
                            *([html.P(subtitle, className="card-subtitle")] if subtitle else []),
                        ],
                        className="card-words",
                    ),
                    *([_toolbar(title, tools)] if tools else []),
                ],
                className="card-head",
            ),
            html.Div(body, className="card-body"),
        ],
        id=name,
        className=f"card-frame {extra}".strip(),
        **attrs(aria_labelledby=heading),
    )


def _toolbar(title: str, tools: Tools) -> html.Div:
    items: list[Any] = []
    if tools.definition:
        items.append(_definition(title, tools.definition))
    if tools.csv or tools.picture:
        items.append(_downloads(tools))
    items.append(_button("link-45deg", "card.link", "copy-link"))
    if tools.picture:
        items.append(_button("fullscreen", "card.fullscreen", "fullscreen"))
    return html.Div(
        items,
        className="card-tools",
        role="group",
        **attrs(aria_label=f"{text('card.tools')}: {title}"),
    )


def _definition(title: str, definition: Definition) -> html.Details:
    rows: list[Any] = []
    for heading, words in definition.entries:
        rows += [html.Dt(heading), html.Dd(words)]
    return menu(
        text("card.definition"),
        html.Dl(rows, className="definition"),
        name=text("card.definition.of", title=title),
        extra="tool definition-menu",
        icon_name="info-circle",
        reading=True,
    )


def _downloads(tools: Tools) -> html.Details:
    items: list[Any] = []
    if tools.csv:
        items.append(
            html.A(text("card.download.csv"), href=tools.csv, download="", className="menu-choice")
        )
    if tools.picture:
        items += [
            html.Button(
                text(f"card.download.{form}"),
                type="button",
                className="menu-choice",
                **attrs(data_action=f"picture-{form}", data_footer=tools.footer),
            )
            for form in ("png", "svg")
        ]
    return menu(
        text("card.download"),
        html.Ul([html.Li(i) for i in items], className="menu-choices"),
        name=text("card.download"),
        extra="tool",
        icon_name="download",
    )


def _button(icon_name: str, key: str, action: str) -> html.Button:
    return html.Button(
        [icon(icon_name), html.Span(text(key), className="visually-hidden")],
        type="button",
        className="tool-button",
        title=text(key),
        **attrs(
            data_action=action,
            data_done=text("card.link.done"),
            data_failed=text("card.link.failed"),
        ),
    )


def empty(words: str, *, hint: str | None = None) -> html.Div:
    """Why there is nothing to see, and what to change."""
    return html.Div(
        [html.P(words), *([html.P(hint, className="muted")] if hint else [])],
        className="card-empty",
    )


def failed(name: str, title: str) -> html.Section:
    """A panel that could not be made: the rest of the page stays alive."""
    return card(
        name,
        title,
        html.Div(
            [
                html.P(text("card.failed.title")),
                html.P(text("card.failed.body"), className="muted"),
            ],
            className="card-empty",
            role="alert",
        ),
        extra="card-failed",
    )


def skeleton(name: str, title: str, *, lines: Sequence[int] = (40, 65, 55)) -> html.Section:
    """The card's frame before its numbers are there; its slot keeps the height free."""
    return html.Section(
        [
            html.Header(html.H2(title, id=f"{name}-title"), className="card-head"),
            html.Div([html.Div(className=f"skeleton w{w}") for w in lines], className="card-body"),
        ],
        id=name,
        className="card-frame card-loading",
        **attrs(aria_labelledby=f"{name}-title", aria_busy="true"),
    )
