"""Who the patients are: baseline characteristics by backbone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.metric import metric
from components.overview.by_group import Line, counted, notes, table
from components.overview.parts import Answer, Rows, tools
from dashboard.metrics.baseline import BaselineTable, Characteristic
from dashboard.metrics.spread import Spread
from dashboard.metrics.table_columns import Column
from dashboard.text import listed, text

NAME = "overview-baseline"
_YES = "Y"
METRICS = ("baseline_number", "baseline_category", "baseline_list")
#: characteristics named on the fold
_NAMED = 4


def draw(answer: Answer) -> html.Section:
    body: list[Any]
    if answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        found = BaselineTable.from_json(answer["table"])
        body = _body(answer, found) if found.characteristics else [empty(text("baseline.missing"))]
    return card(
        NAME,
        text("baseline.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer, found: BaselineTable) -> list[Any]:
    first, more = _split(answer, found)
    body: list[Any] = [
        html.P(
            " ".join(notes(answer, found.columns, overlapping=found.overlapping)),
            className="sentence wide",
            **metric("baseline_category"),
        ),
        _table(answer, found.columns, first, text("baseline.title")),
    ]
    if more:
        names = [answer["labels"][c.column] for c in more]
        if len(names) > _NAMED + 1:
            left = len(names) - _NAMED
            names = [*names[:_NAMED], text("baseline.others", n=left)]
        body.append(
            html.Details(
                [
                    html.Summary(text("baseline.more", names=listed(names)), className="fold"),
                    _table(answer, found.columns, more, text("baseline.more.title")),
                ],
                className="folded on-paper",
                **metric("baseline_category"),
            )
        )
    if found.left_out:
        told = listed(
            text("baseline.levels", label=answer["labels"][column], n=n)
            for column, n in found.left_out
        )
        body.append(
            html.P(
                text("baseline.left_out", names=told),
                className="figure-note",
                **metric("baseline_category"),
            )
        )
    return body


def _split(
    answer: Answer, found: BaselineTable
) -> tuple[Sequence[Characteristic], Sequence[Characteristic]]:
    at = answer["first"]
    return found.characteristics[:at], found.characteristics[at:]


def _table(
    answer: Answer, columns: Sequence[Column], shown: Sequence[Characteristic], title: str
) -> html.Div:
    bodies = [_lines(answer, columns, one) for one in shown]
    return table(title, text("baseline.head"), columns, bodies)


def _lines(answer: Answer, columns: Sequence[Column], one: Characteristic) -> list[Line]:
    label, keys = answer["labels"][one.column], answer["keys"]
    lines: list[Line] = []
    asked = f"baseline_{one.kind}"
    if one.kind == "number":
        cells = [_spread(c, s) for c, s in zip(columns, one.spreads, strict=True)]
        unit = text("baseline.median")
        lines.append({"label": label, "unit": unit, "cells": cells, "ask": asked})
    elif one.column in answer["flags"]:
        yes = next((level for level in one.levels if level.value == _YES), None)
        who = yes.patients if yes else [()] * len(columns)
        lines.append({**counted(label, columns, who, keys), "ask": asked})
    else:
        lines.append({"label": label, "heading": True, "ask": asked})
        lines += [
            counted(said, columns, level.patients, keys, part=True)
            for said, level in zip(answer["words"][one.column], one.levels, strict=True)
        ]
    if any(one.missing):
        lines.append(counted(text("baseline.unstated"), columns, one.missing, keys, part=True))
    return lines


def _spread(column: Column, found: Spread) -> str:
    """52 (34 to 71); in a small column how many values there are."""
    if found.n == 0:
        return text("number.ne")
    if column.small:
        return text("baseline.values.one" if found.n == 1 else "baseline.values", n=found.n)
    return text(
        "baseline.spread",
        median=numbers.plain(found.median),
        lowest=numbers.plain(found.minimum),
        highest=numbers.plain(found.maximum),
    )


def rows(answer: Answer) -> Rows:
    keys = ("characteristic", "level", "group", "x", "n", "percent", "median", "q1", "q3")
    header = tuple(text(f"cohort.csv.{k}") for k in (*keys, "minimum", "maximum"))
    found = BaselineTable.from_json(answer["table"])
    body: list[tuple[Any, ...]] = []
    for one in found.characteristics:
        label = answer["labels"][one.column]
        for column, s in zip(found.columns, one.spreads, strict=False):
            told = (s.median, s.q1, s.q3, s.minimum, s.maximum)
            values = tuple("" if v is None or column.small else f"{v:g}" for v in told)
            stated = text("baseline.csv.stated")
            body.append((label, stated, column.label, s.n, column.n, "", *values))
        levels = list(zip(answer["words"][one.column], one.levels, strict=True))
        for words, level in levels:
            body += _level_rows(label, words, found.columns, level.patients)
        if any(one.missing):
            body += _level_rows(label, text("baseline.unstated"), found.columns, one.missing)
    return header, body


def _level_rows(
    label: str, words: str, columns: Sequence[Column], who: Sequence[tuple[str, ...]]
) -> list[tuple[Any, ...]]:
    return [
        (label, words, c.label, len(ids), c.n, percent(c, len(ids)), "", "", "", "", "")
        for c, ids in zip(columns, who, strict=True)
    ]


def percent(column: Column, x: int) -> str:
    """A share for a file; none for a small column."""
    return "" if column.small or not column.n else numbers.percent(x / column.n)
