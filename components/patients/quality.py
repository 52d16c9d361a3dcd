"""Findings that list a patient, and exported values that the patient's records give otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.overview.parts import tools
from dashboard.text import text

NAME = "patient-quality"
#: a finding of so many other patients says little of this one
FEW = 10
#: patients a finding names at most
MOST = 50
COLUMNS = ("endpoint", "exported", "derived", "reason")

Answer = Mapping[str, Any]


def draw(answer: Answer) -> html.Section:
    """Mismatches first, then findings of few patients; those of many stay folded."""
    findings, mismatches = answer["findings"], answer["mismatches"]
    few = [f for f in findings if f["others"] < FEW]
    many = [f for f in findings if f["others"] >= FEW]
    body: list[Any] = []
    if not findings and not mismatches:
        body.append(html.P(text("patient.quality.none")))
    if mismatches:
        body += [html.H3(text("patient.quality.mismatches")), _mismatches(mismatches)]
    if findings:
        body.append(html.H3(text("patient.quality.findings")))
    if few:
        body.append(html.Ul([_finding(f) for f in few], className="finding-list"))
    if many:
        one = len(many) == 1
        body.append(
            html.Details(
                [
                    html.Summary(text(f"patient.quality.wide{'.one' if one else ''}", n=len(many))),
                    html.Ul([_finding(f) for f in many], className="finding-list"),
                ],
                className="records",
            )
        )
    if findings:
        body.append(html.P(text("patient.quality.limit", n=MOST), className="muted"))
    return card(
        NAME,
        text("patient.quality"),
        body,
        n=answer["patient"]["id"],
        n_metric="agreement",
        marks=("agreement",),
        tools=tools(NAME, answer, data=False, code=False),
    )


def _mismatches(found: list[Answer]) -> html.Div:
    heads = [html.Th(text(f"patient.col.{c}"), scope="col") for c in COLUMNS]
    rows = [
        html.Tr([html.Td(d[c], **attrs(data_head=text(f"patient.col.{c}"))) for c in COLUMNS])
        for d in found
    ]
    caption = html.Caption(text("patient.quality.mismatches"), className="visually-hidden")
    table = html.Table(
        [caption, html.Thead(html.Tr(heads)), html.Tbody(rows)],
        className="numbers-table record-table",
    )
    return html.Div(
        table,
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=text("patient.quality.mismatches")),
    )


def _finding(found: Answer) -> html.Li:
    others = found["others"]
    who = text("patient.quality.of", n=others) if others else text("patient.quality.alone")
    if found["cut_short"]:
        who = text("patient.quality.many")
    return html.Li(
        [
            html.Span(text(f"quality.severity.{found['severity']}"), className="finding-severity"),
            f": {found['sentence']} ",
            html.Small(f"{who} {found['remedy']}"),
        ]
    )
