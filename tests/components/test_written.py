"""Tables that ride along as data: the tree says what the components say, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dash import dcc, html

from components.attributes import attrs
from components.metric import marked
from components.written import as_data, properties, written


def test_a_tree_holds_tags_attributes_and_text() -> None:
    cell = html.Td(
        ["3/9", None, [html.Span("(33.3%)", className="more"), 4]],
        colSpan=2,
        className="number",
        **attrs(data_patients="abc def", aria_label="three"),
    )
    assert as_data(html.Tr([cell])) == [
        "tr", {},
        ["td", {"colspan": "2", "class": "number", "data-patients": "abc def",
                "aria-label": "three"},
         "3/9", ["span", {"class": "more"}, "(33.3%)"], "4"],
    ]  # fmt: skip


def test_text_of_an_export_stays_text() -> None:
    told = as_data(html.Td("<script>alert(1)</script>"))
    assert told == ["td", {}, "<script>alert(1)</script>"]


def test_a_disabled_button_says_so_and_an_enabled_one_does_not() -> None:
    assert as_data(html.Button("x", disabled=True))[1] == {"disabled": "True"}
    assert as_data(html.Button("x", disabled=False))[1] == {}


def test_an_attribute_that_the_script_does_not_know_is_a_fault() -> None:
    with pytest.raises(KeyError):
        as_data(html.A("x", hrefLang="en"))


def test_the_frame_is_named_and_marked() -> None:
    frame: Any = written(html.Table([]), "Doses", "ae_line", "n", extra="wide")
    assert json.loads(getattr(frame, "data-written")) == ["table", {}]
    assert (getattr(frame, "data-metric"), getattr(frame, "aria-label")) == ("ae_line n", "Doses")
    assert (frame.className, frame.role, frame.tabIndex) == ("table-frame wide", "region", 0)


@pytest.mark.parametrize(
    "part",
    [
        html.Td("3/12", className="n", colSpan=2, **attrs(data_metric="orr")),
        html.Div([html.Span("x"), None], id={"kind": "a", "i": 1}, style={"--n": 4}),
        marked(html.P(), "n", "orr"),
        dcc.Graph(id="g", figure={"data": []}, config={"displayModeBar": False}),
        dcc.Store(id="s", data=None),
        dcc.RadioItems([{"label": "a", "value": 1}], value=1, inline=True),
    ],
)
def test_properties_are_those_of_its_json(part: Any) -> None:
    assert properties(part) == part.to_plotly_json()["props"]
