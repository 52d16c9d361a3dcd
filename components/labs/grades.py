"""Worst CTCAE grade of every gradable term: one row a term, counts that open their patients."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card
from components.labs.parts import no_grades, nothing, proportion, table, th, version
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.text import listed, text

NAME = "labs-grades"
METRICS = ("lab_grade", "safety_n")


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("labs.grades.title", version=version(answer)),
        nothing(answer) or no_grades(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=text("labs.grades.subtitle", days=answer["teae_days"])
        if answer["terms"]
        else None,
        subtitle_metric="lab_grade",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["terms"]:
        words = text("labs.findings.none.gradable", version=version(answer))
        return [html.P(words, className="sentence wide", **metric("lab_grade"))]
    head = [
        text("labs.term"),
        text("labs.measured"),
        *(th(text("labs.grade", grade=g), className="grade") for g in range(5)),
        text("labs.any"),
        ask(text("labs.high"), "lab_grade"),
    ]
    body = [_row(answer, t) for t in answer["terms"]]
    made = table(text("labs.grades.title", version=version(answer)), head, body, extra="grades")
    return [html.Div([made, *_notes(answer)], **metric("lab_grade"))]


def _row(answer: Answer, t: dict[str, Any]) -> html.Tr:
    cells = [
        html.Td(
            count(str(x), t["who"][g], of=f"{t['term']}, {text('labs.grade', grade=g)}"),
            className="grade" if x else "grade zero",
        )
        for g, x in enumerate(t["grades"])
    ]
    return html.Tr(
        [
            html.Th(_name(t), scope="row"),
            html.Td(f"{t['measured']}/{t['n']}"),
            *cells,
            html.Td(count(f"{t['any']['x']}/{t['any']['n']}", t["who_any"], of=t["term"])),
            html.Td(proportion(answer, t["high"], t["who_high"], of=t["term"])),
        ]
    )


def _name(t: dict[str, Any]) -> list[Any]:
    notes = []
    if t["note"]:
        notes.append(t["note"])
    if t["not_graded"]:
        notes.append(plural("labs.grades.not_graded", t["not_graded"]))
    units = [u["unit"] or text("labs.no_unit") for u in t["units"]]
    if units:
        notes.append(text("labs.grades.units", units=listed(units)))
    if t["differs"]:
        notes.append(plural("labs.grades.differs", t["differs"]))
    return [t["term"], *(html.Span(f"{n}.", className="cell-more") for n in notes)]


def _notes(answer: Answer) -> list[Any]:
    words = [text("labs.grades.note", version=version(answer))]
    if answer["ungraded"]:
        words.append(
            text(
                "labs.problem.ungraded",
                labels=listed(answer["ungraded"]),
                version=version(answer),
            )
        )
    return [html.P(" ".join(words), className="figure-note")]


HEADER = ("term", "direction", "measured", "n", *(f"g{g}" for g in range(5)), "any", "high")
MORE = ("not_graded", "differs", "version")


def rows(answer: Answer) -> Rows:
    body = [
        (
            t["term"],
            text(f"labs.direction.{t['direction']}"),
            t["measured"],
            t["n"],
            *t["grades"],
            t["any"]["x"],
            t["high"]["x"],
            t["not_graded"],
            "" if t["differs"] is None else t["differs"],
            answer["version"],
        )
        for t in answer["terms"]
    ]
    return tuple(text(f"labs.csv.{k}") for k in (*HEADER, *MORE)), body
