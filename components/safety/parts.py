"""What the cards of the Safety page share: who is counted, what is missing, links of choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from dash import html

from components.attributes import attrs
from components.card import empty
from components.links import view_link
from components.overview.parts import Answer
from dashboard.text import text


def card_n(answer: Answer) -> str:
    """Safety set, n = 34."""
    return f"{answer['set_label']}, {text('card.n', n=answer['n'])}"


def nothing(answer: Answer) -> list[Any]:
    """Why there is nothing to count; [] where there is."""
    if answer["missing"]:
        return [empty(text(f"safety.missing.{answer['missing']}"))]
    if answer["n"] == 0:
        return [empty(text("card.empty.filter"))]
    return []


def with_query(query: str, **changes: str | None) -> str:
    """The query with some of its parameters set anew, None taking one away."""
    pairs = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k not in changes]
    pairs += [(k, v) for k, v in changes.items() if v is not None]
    return f"?{urlencode(pairs, quote_via=quote, safe='')}"


def segmented(name: str, items: Sequence[tuple[str, str, bool]]) -> html.Nav:
    """A choice between a few views of one card: (words, address, is it this one)."""
    return html.Nav(
        [
            html.Span(name, className="choice-name"),
            *(
                view_link(
                    words,
                    address,
                    className="segment current" if current else "segment",
                    **(attrs(aria_current="true") if current else {}),
                )
                for words, address, current in items
            ),
        ],
        className="segments",
        **attrs(aria_label=name),
    )
