"""The registered endpoints in the registry's own words, with the note on what its PFS means."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card
from components.metric import metric
from components.overview.parts import Answer, duration, tools
from dashboard.text import text

NAME = "overview-registry"


def draw(answer: Answer) -> html.Section:
    number = answer["registry"] or text("number.ns")
    if answer["endpoints"]:
        body: list[Any] = [
            html.Dl(
                [_endpoint(e) for e in answer["endpoints"]],
                className="registry",
                **metric("registered"),
            )
        ]
    else:
        body = [html.P(text("registry.none"), className="sentence")]
    body.append(html.P(_honesty(answer), className="note", **metric("registered", "pfs")))
    return card(
        NAME,
        text("registry.title"),
        body,
        subtitle=text("registry.number", value=number),
        tools=tools(NAME, {**answer, "query": _of_cut(answer["query"])}, data=False),
    )


def _of_cut(query: str) -> str:
    """Study and cut alone: the card is the same under every filter, and is not sent again."""
    return "&".join(query.split("&")[:2])


def _endpoint(endpoint: dict[str, Any]) -> html.Div:
    wording = endpoint["wording"]
    words: list[Any] = [
        html.Q(wording) if wording else html.Span(text("registry.wording.none"), className="muted")
    ]
    if endpoint["window_days"] is not None:
        time = duration(endpoint["window_days"])
        words.append(html.Span(text("registry.window", time=time), className="registry-window"))
    role = html.Span(text(f"efficacy.role.{endpoint['role']}"), className="role")
    return html.Div([html.Dt([endpoint["label"], role]), html.Dd(words)])


def _honesty(answer: Answer) -> str:
    words = []
    if answer["pfs_wording"]:
        words.append(text("registry.pfs.reads", wording=answer["pfs_wording"]))
    if answer["pfs_is_os"]:
        words.append(text("registry.pfs.is_os"))
    if answer["pfs_not_randomised"]:
        words.append(text("registry.pfs.not_randomised"))
    words.append(text("registry.pfs.here", origin=text(f"origin.{answer['origin']}")))
    return " ".join(words)
