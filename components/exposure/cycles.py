"""Cycles started, completed and cut short, as a card."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.exposure.parts import nothing, spread
from components.figures.exposure import CYCLES_HEIGHT, cycles_figure
from components.graph import graph
from components.labs.parts import cycle_words, figure_note, fold, sentence, table
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.text import text

NAME = "exposure-cycles"
METRICS = ("cycles", "safety_n")
PARTS = ("started", "completed", "running", "short")


def draw(answer: Answer) -> html.Section:
    drawn = bool(answer["rows"])
    return card(
        NAME,
        text("exposure.cycles.title"),
        nothing(answer, records=False) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=drawn),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["rows"]:
        return [empty(text("exposure.cycles.none"))]
    totals = answer["totals"]
    words = text(
        "exposure.cycles.words",
        started=spread(totals["started"]),
        completed=spread(totals["completed"]),
        n=totals["started"]["n"],
        total=totals["total"],
        done=totals["total_completed"],
    )
    notes = [cycle_words(totals["words"]), text("exposure.cycles.key")]
    if answer["without"]:
        notes.append(plural("exposure.cycles.without", answer["without"]))
    return [
        sentence(words, metrics=("cycles",)),
        graph(
            "exposure-cycles-figure",
            cycles_figure(answer["rows"]),
            alt=text(
                "exposure.cycles.alt", n=totals["started"]["n"], last=answer["rows"][-1]["cycle"]
            ),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-cycles",
            height=CYCLES_HEIGHT,
            metrics=("cycles",),
        ),
        figure_note(notes, "cycles"),
        html.Div(fold(text("labs.nadir.table"), [_table(answer)]), **metric("cycles")),
    ]


def _table(answer: Answer) -> html.Div:
    head = [text("labs.nadir.cycle"), *(ask(text(f"exposure.cycles.{p}"), "cycles") for p in PARTS)]
    body = [
        html.Tr(
            [
                html.Th(str(r["cycle"]), scope="row"),
                *(
                    html.Td(count(str(r[p][0]), r[p][1], of=text(f"exposure.cycles.{p}")))
                    for p in PARTS
                ),
            ]
        )
        for r in answer["rows"]
    ]
    return table(text("labs.nadir.table"), head, body)


def rows(answer: Answer) -> Rows:
    header = (text("labs.nadir.cycle"), *(text(f"exposure.cycles.{p}") for p in PARTS))
    return header, [(r["cycle"], *(r[p][0] for p in PARTS)) for r in answer["rows"]]
