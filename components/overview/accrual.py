"""Enrolment over time, as a card: the figure, one sentence against the plan, the plotted data."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.figures.accrual import accrual_figure
from components.graph import graph
from components.metric import metric
from components.overview.parts import Answer, Rows, patients, tools
from dashboard.metrics.accrual import Accrual
from dashboard.text import day, text

NAME = "overview-accrual"
HEIGHT = 304


def draw(answer: Answer) -> html.Section:
    result = Accrual.from_json(answer["accrual"])
    return card(
        NAME,
        text("accrual.title"),
        _body(result, answer) if result.dates else [empty(_why_empty(answer))],
        n=text("accrual.n", n=result.n),
        n_metric="accrual",
        tools=tools(NAME, answer, picture=bool(result.dates)),
    )


def _body(result: Accrual, answer: Answer) -> list[Any]:
    undated = sum(e.reason == "no enrolment date" for e in result.excluded)
    words = [_plan_words(result, answer)]
    if undated:
        words.append(text("accrual.undated", n=patients(undated)))
    alt = text("accrual.alt", first=day(result.dates[0]), last=day(result.cut_date), n=result.n)
    return [
        html.P(" ".join(words), className="sentence", **metric("accrual")),
        graph(
            "overview-accrual-figure",
            accrual_figure(result),
            alt=alt,
            file_name=f"{answer['study_id']}-{answer['cut_date']}-enrolment",
            height=HEIGHT,
            metrics=("accrual",),
        ),
    ]


def _why_empty(answer: Answer) -> str:
    if not answer["dated"]:
        return text("accrual.missing")
    return text("card.empty.filter" if answer["filtered"] else "accrual.empty")


def _plan_words(result: Accrual, answer: Answer) -> str:
    if answer["filtered"] and answer["plan_stated"]:
        return text("accrual.plan.filtered")
    if result.planned_by_cut is not None:
        return text("accrual.plan.words", n=result.n, planned=result.planned_by_cut)
    if result.planned is not None:
        return text("accrual.total.words", n=result.n, planned=result.planned)
    return text("accrual.plan.none")


def rows(answer: Answer) -> Rows:
    result = Accrual.from_json(answer["accrual"])
    plan = dict(result.plan)
    actual = dict(zip(result.dates, result.cumulative, strict=True))
    header = tuple(text(f"accrual.csv.{k}") for k in ("date", "enrolled", "planned"))
    body = [(d.isoformat(), actual.get(d, ""), plan.get(d, "")) for d in sorted({*actual, *plan})]
    return header, body
