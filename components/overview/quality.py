"""What the import found, by severity: the count, and the findings themselves one click away."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card
from components.icons import icon
from components.links import view_link
from components.metric import metric
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

NAME = "overview-quality"
_ICONS = {
    "error": "exclamation-octagon",
    "warning": "exclamation-triangle",
    "note": "info-circle",
}


def draw(answer: Answer) -> html.Section:
    groups = answer["groups"]
    body: Any = [_group(g) for g in groups]
    if not groups:
        body = [html.P([icon("check2"), " ", text("quality.none")], className="sentence")]
    link = view_link(text("quality.all"), f"/cuts?{answer['query']}")
    body.append(html.P(link, className="since-more"))
    return card(
        NAME,
        text("quality.title"),
        body,
        subtitle=text("quality.subtitle"),
        tools=tools(NAME, answer),
    )


def _group(group: dict[str, Any]) -> html.Details:
    severity, n = group["severity"], group["n"]
    words = text(f"quality.{severity}.{'one' if n == 1 else 'other'}", n=n)
    items = [html.Li([f["sentence"], " ", html.Small(f["remedy"])]) for f in group["findings"]]
    hidden = n - len(items)
    more = [html.P(text("quality.more", n=hidden), className="muted")] if hidden else []
    return html.Details(
        [
            html.Summary(words, className=f"finding-summary glyph icon-{_ICONS[severity]}"),
            html.Ul(items, className="finding-list"),
            *more,
        ],
        className=f"severity {severity}",
        **metric("findings"),
    )


def rows(answer: Answer) -> Rows:
    header = tuple(text(f"quality.csv.{k}") for k in ("severity", "rule", "finding", "remedy"))
    body = [
        (g["severity"], f["rule"], f["sentence"], f["remedy"])
        for g in answer["groups"]
        for f in g["findings"]
    ]
    return header, body
