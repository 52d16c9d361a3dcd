"""Where the patients are: disposition by backbone, with the reasons the export gives."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.metric import metric
from components.overview.baseline import percent
from components.overview.by_group import Line, counted, notes, table
from components.overview.parts import Answer, Rows, tools
from dashboard.metrics.disposition import Disposition, Row
from dashboard.text import text

NAME = "overview-disposition"
#: rows that need a date of first dose, an end of study, a death in the export
_NEEDS = {
    "in_study": "ends_known",
    "off_study": "ends_known",
    "died": "deaths_known",
}
#: the definition of a row, and of the reasons under it
_ASKS = {
    "enrolled": "enrolled",
    "treated": "treated",
    "not_treated": "treated",
    "on_treatment": "on_treatment",
    "off_treatment": "ended",
    "in_study": "off_study",
    "off_study": "off_study",
    "died": "died",
}
_WHY = {"off_treatment": "treatment_reason", "off_study": "study_reason", "died": "death_cause"}
METRICS = (*dict.fromkeys(_ASKS.values()), *_WHY.values())
_BROKEN_DOWN = (
    ("off_treatment", "treatment_reason"),
    ("off_study", "study_reason"),
    ("died", "death_cause"),
)


def draw(answer: Answer) -> html.Section:
    body: list[Any]
    if answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        body = _body(answer, Disposition.from_json(answer["table"]))
    return card(
        NAME,
        text("disposition.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        n_metric="enrolled",
        tools=tools(NAME, answer),
    )


def _known(answer: Answer, row: Row) -> bool:
    needs = _NEEDS.get(row.part_of or row.id)
    return needs is None or bool(answer[needs])


def _body(answer: Answer, found: Disposition) -> list[Any]:
    shown = [row for row in found.rows if _known(answer, row)]
    bodies: list[list[Line]] = []
    for row in shown:
        if not row.part_of or not bodies:
            bodies.append([])
        bodies[-1].append(_line(answer, found, row))
    words = [*notes(answer, found.columns, overlapping=found.overlapping), *_unknown(answer, found)]
    return [
        html.P(" ".join(words), className="sentence wide", **metric("enrolled")),
        table(
            text("disposition.title"),
            text("disposition.head"),
            found.columns,
            bodies,
        ),
    ]


def _unknown(answer: Answer, found: Disposition) -> list[str]:
    """What the export does not say, in words instead of rows of zeros."""
    words = []
    if not answer["doses_known"]:
        words.append(text("disposition.missing.doses"))
    if not answer["ends_known"]:
        words.append(text("disposition.missing.ends"))
    if not answer["deaths_known"]:
        words.append(text("disposition.missing.deaths"))
    rows = {row.id: row for row in found.rows}
    for id_, reason in _BROKEN_DOWN:
        row = rows.get(id_)
        if row is None or not _known(answer, row):
            continue
        if getattr(found, reason) is None and any(row.patients):
            words.append(text(f"disposition.unstated.{id_}"))
    return words


def _line(answer: Answer, found: Disposition, row: Row) -> Line:
    label, part = _label(answer, row), bool(row.part_of)
    asked = _WHY[row.part_of] if row.reason else _ASKS[row.id]
    if row.id == "enrolled":
        cells = [str(column.n) for column in found.columns]
        return {"label": label, "cells": cells, "ask": asked}
    made = counted(label, found.columns, row.patients, answer["keys"], part=part)
    return {**made, "ask": asked}


def _label(answer: Answer, row: Row) -> str:
    return answer["words"][row.id] if row.reason else text(f"disposition.{row.id}")


def rows(answer: Answer) -> Rows:
    header = tuple(
        text(f"cohort.csv.{k}") for k in ("state", "reason", "group", "x", "n", "percent")
    )
    found = Disposition.from_json(answer["table"])
    body: list[tuple[Any, ...]] = []
    for row in found.rows:
        if not _known(answer, row):
            continue
        state = text(f"disposition.{row.part_of or row.id}")
        reason = answer["words"][row.id] if row.reason else ""
        for column, ids in zip(found.columns, row.patients, strict=True):
            x = len(ids)
            body.append((state, reason, column.label, x, column.n, percent(column, x)))
    return header, body
