"""Nadirs of neutrophils and platelets by cycle, as a card."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.figures.nadir import HEIGHT, nadir_figure
from components.graph import graph
from components.labs.parts import (
    amount,
    cycle_words,
    figure_note,
    fold,
    no_grades,
    nothing,
    table,
    unit,
    version,
)
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.text import listed, text

NAME = "labs-nadir"
METRICS = ("nadir", "safety_n")


def draw(answer: Answer) -> html.Section:
    drawn = any(_some(c) for c in answer["counts"])
    return card(
        NAME,
        text("labs.nadir.title"),
        nothing(answer) or no_grades(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=drawn, select=drawn),
    )


def _some(found: dict[str, Any]) -> bool:
    return any(r["nadir"]["n"] for r in found["rows"])


def _body(answer: Answer) -> list[Any]:
    if not answer["counts"]:
        names = listed(text(f"labs.nadir.name.{a}") for a in answer["absent"])
        return [empty(text("labs.nadir.absent", names=names), hint=text("labs.nadir.absent.hint"))]
    return [
        html.P(_words(answer), className="sentence wide", **metric("nadir")),
        html.Div([_count(answer, c) for c in answer["counts"]], className="liver-pair"),
        figure_note(_notes(answer), "nadir"),
        html.Div(fold(text("labs.nadir.table"), [_table(answer)]), **metric("nadir")),
    ]


def _words(answer: Answer) -> list[Any]:
    told: list[Any] = []
    for c in answer["counts"]:
        name = text(f"labs.nadir.name.{c['id']}")
        told += [
            name[0].upper() + name[1:],
            ": ",
            count(f"{c['ever']['n']}/{c['measured']}", c["ever"]["who"], of=name),
            " ",
            text("labs.nadir.words", version=version(answer)),
            " ",
        ]
    return told


def _count(answer: Answer, found: dict[str, Any]) -> html.Div:
    name = text(f"labs.nadir.name.{found['id']}")
    title = html.H3(name[0].upper() + name[1:], className="list-title")
    if not _some(found):
        units = listed(u["unit"] or text("labs.no_unit") for u in found["unknown_units"])
        why = text("labs.nadir.units", units=units) if units else text("labs.nadir.none")
        return html.Div([title, empty(why)], **metric("nadir"))
    figure = nadir_figure(answer, found)
    return html.Div(
        [
            title,
            graph(
                f"labs-nadir-{found['id'].lower()}",
                figure,
                alt=text("labs.nadir.alt", name=name, n=found["measured"]),
                file_name=f"{answer['study_id']}-{answer['cut_date']}-nadir-{found['id'].lower()}",
                height=HEIGHT,
                metrics=("nadir",),
            ),
        ],
        **metric("nadir"),
    )


def _notes(answer: Answer) -> list[str]:
    words = [text("labs.nadir.key", n=answer["min_group"]), cycle_words(answer["cycles"])]
    for c in answer["counts"]:
        if c["unknown_units"] and _some(c):
            units = listed(u["unit"] or text("labs.no_unit") for u in c["unknown_units"])
            n = sum(u["n"] for u in c["unknown_units"])
            words.append(
                text("labs.nadir.some_units", values=plural("labs.values", n), units=units)
            )
        if not c["points"] and _some(c):
            words.append(text("labs.nadir.many"))
    if answer["absent"]:
        names = listed(text(f"labs.nadir.name.{a}") for a in answer["absent"])
        words.append(text("labs.nadir.absent", names=names))
    return words


def _table(answer: Answer) -> html.Div:
    counts = answer["counts"]
    head: list[Any] = [text("labs.nadir.cycle")]
    for c in counts:
        name = text(f"labs.nadir.name.{c['id']}")
        head += [
            ask(text("labs.nadir.head", name=name, unit=unit(c["unit"])), "nadir"),
            text("labs.nadir.head.high", name=name),
        ]
    cycles = sorted({r["cycle"] for c in counts for r in c["rows"]})
    by = [
        {r["cycle"]: (r, high) for r, high in zip(c["rows"], c["high"], strict=True)}
        for c in counts
    ]
    body = []
    for cycle in cycles:
        cells: list[Any] = []
        for found in by:
            cells += _cells(found.get(cycle))
        body.append(html.Tr([html.Th(str(cycle), scope="row"), *cells]))
    return table(text("labs.nadir.table"), head, body)


def _cells(found: tuple[dict[str, Any], list[Any]] | None) -> list[html.Td]:
    if found is None or not found[0]["nadir"]["n"]:
        return [html.Td("–"), html.Td("–")]
    row, (n, who) = found
    spread = row["nadir"]
    told = text(
        "labs.quartiles",
        median=amount(spread["median"]),
        q1=amount(spread["q1"]),
        q3=amount(spread["q3"]),
    )
    of = text("labs.nadir.of", n=spread["n"], started=row["started"])
    return [
        html.Td([told, html.Span(of, className="cell-more")]),
        html.Td(count(f"{n}/{spread['n']}", who, of=text("labs.high"))),
    ]


HEADER = ("parameter", "unit", "cycle", "started", "n", "median", "q1", "q3", "high")


def rows(answer: Answer) -> Rows:
    body = [
        (
            text(f"labs.nadir.name.{c['id']}"),
            c["unit"],
            r["cycle"],
            r["started"],
            r["nadir"]["n"],
            "" if r["nadir"]["median"] is None else r["nadir"]["median"],
            "" if r["nadir"]["q1"] is None else r["nadir"]["q1"],
            "" if r["nadir"]["q3"] is None else r["nadir"]["q3"],
            high[0],
        )
        for c in answer["counts"]
        for r, high in zip(c["rows"], c["high"], strict=True)
    ]
    return tuple(text(f"labs.csv.{k}") for k in HEADER), body
