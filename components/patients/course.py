"""One patient's course as a card: the key in words, controls, the figure, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import theme
from components.attributes import attrs
from components.card import card
from components.figures.patient import paper_zoom, patient_figure
from components.figures.patient_findings import drawn_events
from components.figures.patient_marks import CHANGED
from components.figures.patient_shape import (
    UNITS,
    Shape,
    has_sums,
    has_visits,
    lab_names,
    shape_of,
)
from components.graph import graph
from components.overview.parts import Rows, footer, tools
from components.patients.records import plotted
from components.patients.words import change_words, lower, sample_words
from dashboard.text import text

NAME = "patient-course"
#: parameters a reader may choose at once
MOST_LABS = 40

Answer = Mapping[str, Any]


def draw(answers: Sequence[Answer], choice: object = None) -> html.Section:
    """One patient, or two or three side by side. `choice` is {"unit", "labs"}."""
    unit, labs = chosen(choice)
    drawable = [a for a in answers if a["origin_date"] is not None]
    lead = answers[0]
    ids = ", ".join(a["patient"]["id"] for a in answers)
    if drawable:
        shape = shape_of(drawable, unit, labs)
        body = [
            html.Div(_controls(answers, shape), className="lane-bar"),
            _key(answers, shape),
            html.Div(figures(answers, shape), id={"kind": "patient-figures", "card": "course"}),
        ]
    else:
        body = [html.P(text("patient.missing.time"), className="lane-notes")]
    made = tools(NAME, lead, data=False, picture=bool(drawable), key=lead["patient"]["key"])
    others = ",".join(a["patient"]["key"] for a in answers[1:])
    address = f"/download/{NAME}/{lead['patient']['key']}.csv?{lead['query']}"
    address += f"&with={others}" if others else ""
    return card(
        NAME,
        text("patient.course"),
        body,
        n=ids,
        n_metric="patient_course",
        marks=("patient_course", "dose_share"),
        tools=replace(made, csv=address, footer=f"{_picture(answers)}\n{footer(lead, NAME)}"),
    )


def chosen(choice: object) -> tuple[str, tuple[str, ...] | None]:
    """What a reader has chosen on the card, checked: the unit of time and the parameters (None
    until they are chosen: no parameter at all is a choice)."""
    held = choice if isinstance(choice, Mapping) else {}
    unit, labs = held.get("unit"), held.get("labs")
    return (
        unit if isinstance(unit, str) and unit in UNITS else "",
        tuple(c for c in labs if isinstance(c, str))[:MOST_LABS]
        if isinstance(labs, list | tuple)
        else None,
    )


def figures(answers: Sequence[Answer], shape: Shape) -> html.Div:
    """The figures, one column per patient on one shared axis."""
    return html.Div(
        [_figure(answer, shape, together=len(answers) > 1) for answer in answers],
        className=f"courses courses-{len(answers)}",
    )


def _figure(answer: Answer, shape: Shape, *, together: bool) -> html.Div:
    patient = answer["patient"]
    origin = text(f"origin.{answer['origin']}")
    if answer["origin_date"] is None:
        plot: Any = html.P(text("patient.missing.time"), className="lane-notes")
    else:
        plot = graph(
            {"kind": "patient-figure", "patient": patient["key"]},
            patient_figure(answer, shape),
            alt=text("patient.alt", id=patient["id"], origin=origin),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-{patient['id']}",
            height=shape.height,
        )
    title = [html.H3(text("patient.title", id=patient["id"]))] if together else []
    return html.Div(
        [
            *title,
            html.Div(plot, className="sheet", style={"--paper": str(paper_zoom(shape))}),
            html.P(" ".join(notes(answer)), className="lane-notes"),
        ],
        className="course",
    )


def notes(answer: Answer) -> list[str]:
    """What the export or the patient lacks, in words."""
    tumour = answer["tumour"]
    lacks = [
        ("doses", not answer["doses"]["known"]),
        ("tumour", not tumour["sums_known"]),
        ("response", not tumour["responses_known"]),
        ("events", not answer["events"]["known"]),
        ("labs", not answer["labs"]["known"]),
        ("own.tumour", tumour["sums_known"] and not has_sums(answer)),
        ("own.response", tumour["responses_known"] and not has_visits(answer)),
        ("own.events", answer["events"]["known"] and not answer["events"]["records"]),
        ("own.labs", answer["labs"]["known"] and not answer["labs"]["series"]),
        ("samples", not answer["samples"]["kinds"]),
    ]
    words = [text(f"patient.missing.{k}") for k, lacking in lacks if lacking]
    events = answer["events"]["records"]
    drawn = drawn_events(answer)
    undated = sum(e["first"] is None and e["last"] is None for e in events)
    if len(drawn) + undated < len(events):
        words.append(text("patient.missing.events.drawn", drawn=len(drawn), n=len(events)))
    if undated:
        words.append(text("patient.missing.events.undated", n=undated))
    absent = [
        text(
            "patient.sample.undated",
            kind=text(f"patient.kind.{s['kind']}"),
            visit=s["visit"] or text("number.ns"),
            words=lower(sample_words(s)),
        )
        for s in answer["samples"]["records"]
        if s["day"] is None
    ]
    if absent:
        words.append(text("patient.missing.samples.undated", samples="; ".join(absent)))
    return words


def _controls(answers: Sequence[Answer], shape: Shape) -> html.Details:
    known = lab_names(answers)
    parts: list[Any] = [
        html.Fieldset(
            [
                html.Legend(text("patient.controls.unit")),
                dbc.RadioItems(
                    id={"kind": "patient-choice", "name": "unit"},
                    options=[{"value": u, "label": text(f"patient.unit.{u}")} for u in UNITS],
                    value=shape.unit,
                    inline=True,
                ),
            ]
        )
    ]
    if known:
        parts.append(
            html.Fieldset(
                [
                    html.Legend(text("patient.controls.labs")),
                    dbc.Checklist(
                        id={"kind": "patient-choice", "name": "labs"},
                        options=[{"value": c, "label": words} for c, words in known.items()],
                        value=list(shape.labs),
                    ),
                ]
            )
        )
    return html.Details(
        [
            html.Summary(
                html.Span(text("patient.controls"), className="menu-label"),
                className="menu-button",
            ),
            html.Div(parts, className="menu-panel"),
        ],
        className="menu picker lane-controls",
        **attrs(data_menu="true"),
    )


def _key(answers: Sequence[Answer], shape: Shape) -> html.Ul:
    """What the marks mean, in words beside each mark; only marks the figures hold."""
    items: list[Any] = []
    records = [d for a in answers for d in a["doses"]["records"]]
    changes = {d["change"] or ("reduced" if d["below"] else None) for d in records}
    items += [_item(f"dose-mark {kind}", change_words(kind)) for kind in CHANGED if kind in changes]
    if any(has_sums(a) for a in answers):
        items.append(_item("limit limit-pr", text("patient.key.pr")))
        items.append(_item("limit limit-pd", text("patient.key.pd")))
    visits = [v for a in answers for v in a["tumour"]["visits"]]
    if any(v["new_lesion"] for v in visits):
        items.append(_item("new-lesion", text("patient.key.new_lesion")))
    if any(v["complete"] is False for v in visits):
        items.append(_item("mark hollow", text("patient.key.incomplete")))
    grades = {e["grade"] for a in answers for e in drawn_events(a)}
    severity = any(a["events"]["scale"] == "severity" for a in answers)
    for grade in range(1, 6):
        if grade in grades:
            words = text(f"patient.severity.{grade}").capitalize() if severity else text(
                "patient.key.grade", grade=grade
            )  # fmt: skip
            items.append(_item("bar", words, theme.GRADE[grade - 1]))
    if any(e["state"] == "ongoing" for a in answers for e in drawn_events(a)):
        items.append(_item("arrow", text("patient.key.ongoing")))
    if shape.labs:
        items.append(_item("range", text("patient.key.range")))
    states = {s["state"] for a in answers for s in a["samples"]["records"] if s["day"] is not None}
    for state in ("failed", "not taken"):
        if state in states:
            mark = "mark hollow" if state == "failed" else "dose-mark omitted"
            items.append(_item(mark, text(f"patient.key.{state}")))
    return html.Ul(items, className="lane-key", **attrs(aria_label=text("patient.key")))


def _item(shape: str, words: str, tone: theme.Tone | None = None) -> html.Li:
    style = {} if tone is None else {"--tone": tone.light, "--tone-dark": tone.dark}
    swatch = html.Span(className=f"swatch {shape}", style=style, **attrs(aria_hidden="true"))
    return html.Li([swatch, html.Span(words)])


def _picture(answers: Sequence[Answer]) -> str:
    """What the key of a downloaded picture says."""
    told = [text("patient.key.pr"), text("patient.key.pd")]
    return f"Dotted: {told[0]}. Dashed: {told[1]}."


def rows(answer: Mapping[str, Any]) -> Rows:
    """Every record of the patients shown as a row: what, when, how much, from which record."""
    header = tuple(text("patient.csv").split(","))
    made = [
        (each["patient"]["usubjid"], *row) for each in answer["answers"] for row in plotted(each)
    ]
    return header, made
