"""A button that unfolds a small panel: native <details>, so it works by keyboard."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.icons import icon
from components.links import view_link


def menu(
    label: Any, children: Any, *, name: str, extra: str = "", icon_name: str | None = None
) -> html.Details:
    """`name` is what a screen reader calls the button; `label` is what stands on it."""
    face = [icon(icon_name)] if icon_name else []
    return html.Details(
        [
            html.Summary(
                [*face, html.Span(label, className="menu-label")],
                className="menu-button",
                title=name,
                **attrs(aria_label=name),
            ),
            html.Div(children, className="menu-panel"),
        ],
        className=f"menu {extra}".strip(),
        **attrs(data_menu="true"),
    )


def choices(items: list[tuple[str, str, bool]], *, current_words: str) -> html.Ul:
    """Links to other views as (words, address, is this the current one)."""
    return html.Ul(
        [
            html.Li(
                view_link(
                    [html.Span(words), *(_current(current_words) if current else [])],
                    address,
                    className="menu-choice current" if current else "menu-choice",
                )
            )
            for words, address, current in items
        ],
        className="menu-choices",
    )


def _current(words: str) -> list[Any]:
    return [icon("check2"), html.Span(f" ({words})", className="visually-hidden")]
