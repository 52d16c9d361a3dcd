"""The spider as a card: change over time, first progression, who goes on."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.figures.spider import spider_figure
from components.graph import graph
from components.metric import marked, metric
from components.numbers import DAYS_PER_MONTH, fixed
from components.overview.parts import Answer, Rows, tools
from dashboard.text import listed, text

NAME = "response-spider"
METRIC = "change_over_time"


def draw(answer: Answer) -> html.Section:
    lines = answer["lines"]
    return card(
        NAME,
        text("response.spider.title"),
        _body(answer) if lines else [marked(empty(_why_empty(answer)), "n")],
        n=text("response.spider.n", n=len(lines), of=answer["n"]),
        n_metric=METRIC,
        tools=tools(NAME, answer, picture=bool(lines), select=bool(lines)),
    )


def _why_empty(answer: Answer) -> str:
    if not answer["measured"]:
        return text("response.missing.sums")
    if answer["n"] == 0:
        return text("card.empty.filter")
    return text("response.missing.baseline", n=answer["n"])


def _body(answer: Answer) -> list[Any]:
    lines = answer["lines"]
    progressed = sum(line["pd_day"] is not None for line in lines)
    figure = spider_figure(
        lines,
        window_days=answer["window_days"],
        origin=text(f"origin.{answer['origin']}"),
        prefix=answer["prefix"],
    )
    last = max(line["day"][-1] for line in lines)
    alt = text(
        "response.spider.alt",
        n=len(lines),
        months=fixed(last / DAYS_PER_MONTH),
        pd=progressed,
    )
    return [
        html.P(_words(answer, progressed), className="sentence", **metric(METRIC, "bor")),
        graph(
            "response-spider-figure",
            figure,
            alt=alt,
            file_name=f"{answer['study_id']}-{answer['cut_date']}-spider",
            height=figure["layout"]["height"],
            metrics=(METRIC, "bor"),
        ),
        *_left_out(answer),
    ]


def _words(answer: Answer, progressed: int) -> str:
    lines = answer["lines"]
    drawn = text("response.spider.lines")
    if all(line["ongoing"] is None for line in lines):
        return f"{text('response.spider.words.unknown', pd=progressed, n=len(lines))} {drawn}"
    ongoing = sum(bool(line["ongoing"]) for line in lines)
    words = text("response.spider.words", pd=progressed, n=len(lines), ongoing=ongoing)
    return f"{words} {drawn}"


def _left_out(answer: Answer) -> list[Any]:
    if not answer["left_out"]:
        return []
    items = [
        text("response.spider.left_out.item", n=g["n"], reason=g["reason"])
        for g in answer["left_out"]
    ]
    words = text("response.spider.left_out", reasons=listed(items))
    return [html.P(words, className="figure-note", **metric(METRIC))]


def rows(answer: Answer) -> Rows:
    names = ("patient", "visit_day", "visit_change", "confirmed", "first_pd")
    body: list[tuple[Any, ...]] = []
    for line in answer["lines"]:
        visits = [(0, 0.0), *zip(line["day"], line["percent"], strict=True)]
        last = "" if line["pd_day"] is None else line["pd_day"]
        body += [
            (line["usubjid"], day, round(change, 4), line["term"], last) for day, change in visits
        ]
    return tuple(text(f"response.csv.{n}") for n in names), body
