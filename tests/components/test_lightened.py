"""What of a card travels as data, and what stays a component."""

from __future__ import annotations

import json
from typing import Any

from dash import dcc, html

from components.attributes import attrs
from components.encode import encoded
from components.lightened import lightened


def sent(part: Any) -> Any:
    return json.loads(encoded(lightened(part)))


def parts(told: dict[str, Any]) -> Any:
    return json.loads(told["props"]["data-parts"])


def test_plain_content_is_data_and_its_element_stays() -> None:
    told = sent(html.Div([html.P(["3/9 ", html.Span("(33%)")]), "end"], className="body"))
    assert (told["type"], told["props"]["className"]) == ("Div", "body")
    assert "children" not in told["props"]
    assert parts(told) == [["p", {}, "3/9 ", ["span", {}, "(33%)"]], "end"]


def test_what_callbacks_find_stays_a_component() -> None:
    button = html.Button([html.Span("Later")], id={"kind": "page", "of": "x"})
    figure = dcc.Graph(id="g", figure={})
    told = sent(html.Div([html.P([html.B("9")]), html.Div([button, figure])]))
    first, second = told["props"]["children"]
    assert parts(first) == [["b", {}, "9"]]
    there, drawn = second["props"]["children"]
    assert there["props"]["id"] == {"kind": "page", "of": "x"}
    assert drawn["type"] == "Graph"


def test_what_a_callback_fills_is_not_filled_from_data() -> None:
    told = sent(html.Div([html.Div(html.P([html.B("Loading")]), id={"kind": "fold"})]))
    (fold,) = told["props"]["children"]
    assert "data-parts" not in fold["props"]
    assert parts(fold["props"]["children"]) == [["b", {}, "Loading"]]


def test_what_opens_and_shuts_stays_a_component() -> None:
    """The renderer keeps it open when its content changes."""
    fold = html.Details([html.Summary("More"), html.Div([html.P("8 of 9")])])
    told = sent(html.Div([fold]))
    (kept,) = told["props"]["children"]
    assert [c["type"] for c in kept["props"]["children"]] == ["Summary", "Div"]
    assert parts(kept["props"]["children"][1]) == [["p", {}, "8 of 9"]]


def test_what_the_script_cannot_write_stays_a_component() -> None:
    told = sent(html.Div([html.P([html.Img(src="/x.png")]), html.P("9")]))
    assert "data-parts" not in told["props"]
    assert told["props"]["children"][0]["props"]["children"][0]["type"] == "Img"


def test_attributes_keep_their_names_and_values() -> None:
    cell = html.Td("3", className="n", style={"minWidth": "3ch", "--at": "4%"}, colSpan=2)
    more = html.A("source", href="https://doi.org/x", target="_blank", **attrs(data_patients="a b"))
    told = sent(html.Tr([cell, more, html.Button("x", disabled=False, title=None)]))
    assert parts(told) == [
        ["td", {"class": "n", "style": "min-width:3ch;--at:4%", "colspan": "2"}, "3"],
        ["a", {"href": "https://doi.org/x", "target": "_blank", "data-patients": "a b"}, "source"],
        ["button", {}, "x"],
    ]


def test_text_alone_and_numbers_are_left_as_they_are() -> None:
    assert sent(html.P("9 of 60"))["props"] == {"children": "9 of 60"}
    assert sent(html.P([9, " of ", 60]))["props"] == {"children": [9, " of ", 60]}
    assert sent(html.P())["props"].get("children") is None
    assert sent(None) is None
