"""Links to other views: view.js follows them without loading the page anew."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs


def view_link(children: Any, address: str, **more: Any) -> html.A:
    """`address` is a query of this page ("?...") or a page with its query."""
    return html.A(children, href=address, **attrs(data_view="true"), **more)
