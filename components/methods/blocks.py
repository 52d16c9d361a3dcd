"""Sections of the Methods page: blocks of plain words, written out in the browser by methods.js.

A browser pays for every component of a page; thousands of cells would cost seconds. So a section
is one component that carries its blocks as data, and becomes headings, lists and tables there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.overview.parts import Answer, tools
from dashboard.text import text

Block = Mapping[str, Any]


def section(name: str, title: str) -> Callable[[Answer], html.Section]:
    """How the card of a section is drawn; `title` is a key of the catalogue."""

    def draw(answer: Answer) -> html.Section:
        return card(
            name,
            text(title),
            written(answer["blocks"]),
            tools=tools(name, answer, data=False, passport=False),
            extra="methods-card",
        )

    return draw


def written(blocks: Sequence[Block]) -> html.Div:
    """The blocks as one component: text only, never markup."""
    data = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
    return html.Div(className="blocks", **attrs(data_blocks=data))
