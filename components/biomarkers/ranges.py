"""Absolute counts against normal ranges as a card; a count without a sourced range says so."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.biomarkers.paired import marker_words
from components.biomarkers.parts import measure, nothing, pairs_n, value, visit
from components.card import card, empty
from components.metric import ask, marked, metric
from components.overview.parts import Answer, Rows, tools
from components.who import count
from dashboard.text import text

NAME = "immune-ranges"
METRICS = ("normal_range", "paired_samples")
SOURCE = "https://pmc.ncbi.nlm.nih.gov/articles/PMC3623424"
PARTS = ("below", "within", "above")


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("biomarkers.ranges.title"),
        nothing(answer) or _body(answer),
        n=pairs_n(answer),
        n_metric="paired_samples",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["rows"]:
        return [marked(empty(text("biomarkers.ranges.none")), "normal_range")]
    about = metric("normal_range")
    parts: list[Any] = [_table(answer)]
    note: list[Any] = []
    if any(r["low"] is not None and r["source"] == "published" for r in answer["rows"]):
        link = html.A(
            text("biomarkers.ranges.link"), href=SOURCE, rel="noreferrer", target="_blank"
        )
        note += [text("biomarkers.ranges.published"), " ", link, ". "]
    if any(r["source"] == "exported" for r in answer["rows"]):
        note.append(f"{text('biomarkers.ranges.exported')} ")
    note.append(text("biomarkers.ranges.words"))
    return [*parts, html.P(note, className="figure-note", **about)]


def _table(answer: Answer) -> html.Div:
    visits = [visit(answer["visits"][k]) for k in ("before", "after")]
    head: list[Any] = [
        html.Th(text("biomarkers.column.marker.immune"), scope="col"),
        html.Th(ask(text("biomarkers.ranges.range"), "normal_range"), scope="col"),
    ]
    head += [
        html.Th(
            text("biomarkers.ranges.head", visit=v, part=text(f"biomarkers.ranges.{p}")),
            scope="col",
        )
        for v in visits
        for p in PARTS
    ]
    title = text("biomarkers.ranges.title")
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr(head)),
                html.Tbody([_row(row, visits) for row in answer["rows"]]),
            ],
            className="numbers-table kinds ranges",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
        **metric("normal_range"),
    )


def _row(row: Answer, visits: list[str]) -> html.Tr:
    first = html.Th(marker_words(row["marker"]), scope="row")
    about = attrs(data_marker=row["marker"]["paramcd"])
    if row["low"] is None:
        return html.Tr(
            [first, html.Td(text("biomarkers.ranges.unsourced"), colSpan=7, className="absent")],
            **about,
        )
    low, high = value(row["low"], row["high"]), value(row["high"], row["low"])
    cells = [html.Td(text("biomarkers.ranges.ends", low=low, high=high))]
    for name, words in zip(("before", "after"), visits, strict=True):
        told = row[name]
        cells += [
            html.Td(
                count(
                    text("biomarkers.ranges.count", x=told[p]["n"], n=told["n"]),
                    told[p]["who"],
                    of=f"{row['marker']['label']}, {words}, {text(f'biomarkers.ranges.{p}')}",
                )
            )
            for p in PARTS
        ]
    return html.Tr([first, *cells], **about)


def rows(answer: Answer) -> Rows:
    names = ("marker", "measure", "low", "high", "source", "visit", "below", "within", "above", "n")
    body: list[tuple[Any, ...]] = []
    for row in answer["rows"]:
        told = (row["marker"]["label"], measure(row["marker"]))
        if row["low"] is None:
            body.append((*told, "", "", text("biomarkers.ranges.unsourced"), *[""] * 5))
            continue
        ends = (row["low"], row["high"], text(f"biomarkers.ranges.source.{row['source']}"))
        for name in ("before", "after"):
            when = visit(answer["visits"][name])
            counts = (row[name][p]["n"] for p in PARTS)
            body.append((*told, *ends, when, *counts, row[name]["n"]))
    return tuple(text(f"biomarkers.csv.{n}") for n in names), body
