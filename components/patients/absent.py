"""A patient's page without the patient: an unknown key, or a patient outside the selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components.links import view_link
from components.metric import metric
from dashboard.text import text

Answer = Mapping[str, Any]


def draw(answer: Answer) -> html.Div:
    """Why there is nobody to show, and where to go."""
    links = [view_link(text("patient.back"), f"/patients?{answer['address']}", className="button")]
    if answer["problem"] == "unknown":
        title, body = text("patient.unknown.title"), text("patient.unknown.body")
    else:
        key = "body" if answer["reason"] else "plain"
        title = text("patient.outside.title")
        body = text(
            f"patient.outside.{key}", id=answer["id"], n=answer["n"], reason=answer["reason"]
        )
        if answer["filtered"]:
            words = text("patient.outside.filters")
            to = f"/patients/{answer['key']}?{answer['unfiltered']}"
            links.insert(0, view_link(words, to, className="button"))
    return html.Div(
        [html.H2(title), html.P(body, **metric("n")), html.P(links, className="absent-links")],
        className="trouble",
        role="alert",
    )
