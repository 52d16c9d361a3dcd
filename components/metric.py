"""Marks numbers with the definition they have: `data-metric` on what holds them, labels that ask.

A test walks every card: a text with a digit must stand under a mark, and every mark must name an
entry of the registry that the card tells (dashboard/definitions, `Card.metrics`).
"""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from dashboard.text import text


def marked(part: Any, *metrics: str) -> Any:
    """`part` with the ids of the definitions of the numbers in it."""
    setattr(part, "data-metric", " ".join(metrics))
    return part


def metric(*metrics: str) -> dict[str, Any]:
    """The same mark as keyword arguments of a component."""
    return attrs(data_metric=" ".join(metrics))


def ask(words: Any, metric_id: str) -> html.Button:
    """A label that opens the definition of its number."""
    return html.Button(
        words,
        type="button",
        className="ask",
        title=text("passport.ask"),
        **attrs(data_ask=metric_id),
    )
