"""Icons: a masked span in the colour of its text; the words beside it carry the meaning."""

from __future__ import annotations

from dash import html

from components.attributes import attrs


def icon(name: str) -> html.Span:
    """A decorative icon; shell.css knows the names."""
    return html.Span(className=f"icon icon-{name}", **attrs(aria_hidden="true"))
