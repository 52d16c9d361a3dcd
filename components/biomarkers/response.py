"""Markers by response as a card: only samples that precede the response assessment."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.biomarkers.paired import marker_words
from components.biomarkers.parts import card_n, chance, digits, nothing, value
from components.card import card, empty
from components.figures.waterfall import signed
from components.metric import ask, marked, metric
from components.overview.parts import Answer, Rows, patients, tools
from components.response.parts import by_reason
from components.who import count
from dashboard.text import text

METRICS = ("time_order", "marker_contrast", "rank_sum_p")


def name(kind: str) -> str:
    return f"{kind}-response"


def draw(answer: Answer) -> html.Section:
    here = name(answer["kind"])
    return card(
        here,
        text("biomarkers.response.title"),
        _body(answer),
        n=card_n(answer),
        tools=tools(here, answer, data=bool(answer["parts"])),
    )


def _body(answer: Answer) -> list[Any]:
    if answer["missing"] in {"domain", "nobody"}:
        return nothing(answer)
    if not answer["responses_known"]:
        return [marked(empty(text("biomarkers.response.unknown")), "n")]
    made: list[Any] = [
        html.P(text("biomarkers.response.words"), className="sentence wide", **metric("time_order"))
    ]
    for part in answer["parts"]:
        made += _part(answer, part)
    return made


def _part(answer: Answer, part: Answer) -> list[Any]:
    what = part["what"]
    inside = sum(g["n"] for g in part["groups"])
    said: list[Any] = [f"{text('biomarkers.response.rule', rule=part['rule'])} "]
    for i, g in enumerate(part["groups"]):
        words = text(f"biomarkers.group.{g['group']}").lower()
        said += [", " if i else "", count(str(g["n"]), g["who"], of=words), f" {words}"]
    title = text(f"biomarkers.response.{what}")
    body: list[Any] = [
        html.H3(ask(title, "marker_contrast")),
        html.P([*said, "."], className="sentence wide"),
    ]
    if all(g["n"] for g in part["groups"]):
        body.append(_table(answer, part, title))
    else:
        body.append(html.P(text("biomarkers.response.none"), className="note"))
    if part["excluded"]:
        n = sum(len(e["patients"]) for e in part["excluded"])
        body.append(
            html.P(text("biomarkers.response.excluded", n=patients(n)), className="sentence")
        )
        body.append(by_reason(answer, part["excluded"]))
    about = metric("time_order", "marker_contrast") if inside else metric("time_order")
    return [html.Div(body, className="bounds-block", **about)]


def _table(answer: Answer, part: Answer, title: str) -> html.Div:
    head: list[Any] = [
        text(f"biomarkers.column.marker.{answer['kind']}"),
        text("biomarkers.column.n"),
        text("biomarkers.column.median.responders"),
        text("biomarkers.column.median.others"),
        text("biomarkers.column.contrast"),
        text("biomarkers.column.auc"),
        ask(text("biomarkers.column.p"), "rank_sum_p"),
        ask(text("biomarkers.column.q"), "rank_sum_p"),
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in head])),
                html.Tbody([_row(row, part["what"]) for row in part["rows"]]),
            ],
            className="numbers-table kinds markers contrasts",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
        **metric("marker_contrast"),
    )


def _row(row: Answer, what: str) -> html.Tr:
    rank, who = row["rank"], row["who"]
    tested = rank["p"] is not None
    of_m = text("biomarkers.m", m=row["m"])
    return html.Tr(
        [
            html.Th(marker_words(row["marker"]), scope="row"),
            html.Td(
                [
                    count(str(rank["n_a"]), who["responders"], of=row["marker"]["label"]),
                    text("biomarkers.versus"),
                    count(str(rank["n_b"]), who["non-responders"], of=row["marker"]["label"]),
                ]
            ),
            html.Td(_value(row, row["median_responders"], what)),
            html.Td(_value(row, row["median_others"], what)),
            html.Td(_shift(row)),
            html.Td(numbers.fixed(rank["auc"], 2) if tested else text("number.ne")),
            html.Td(chance(rank["p"]), **metric("rank_sum_p")),
            html.Td(
                [chance(row["q"]), html.Span(of_m, className="cell-more")]
                if tested
                else text("number.ne"),
                **metric("rank_sum_p"),
            ),
        ],
        **attrs(data_marker=row["marker"]["paramcd"]),
    )  # fmt: skip


def _value(row: Answer, x: float | None, what: str) -> str:
    """A median: the value before treatment, or the change with its sign, or its factor."""
    if x is None:
        return text("number.ne")
    if what == "baseline":
        return value(x)
    return f"×{numbers.fixed(x, 2)}" if _factor(row) else signed(x, digits(x))


def _shift(row: Answer) -> str:
    x = row["shift"]
    if x is None:
        return text("number.ne")
    return f"×{numbers.fixed(x, 2)}" if _factor(row) else signed(x, digits(x))


def _factor(row: Answer) -> bool:
    return bool(row["marker"]["scale"] == "ratio")


def rows(answer: Answer) -> Rows:
    names = (
        "what", "marker", "measure", "responders", "others", "median.responders", "median.others",
        "contrast", "auc", "p", "q", "m", "rule",
    )  # fmt: skip
    body: list[tuple[Any, ...]] = []
    for part in answer["parts"]:
        for row in part["rows"]:
            rank, marker = row["rank"], row["marker"]
            cells = (
                text(f"biomarkers.response.{part['what']}"), marker["label"], marker["unit"],
                rank["n_a"], rank["n_b"], row["median_responders"], row["median_others"],
                row["shift"], rank["auc"], rank["p"], row["q"], row["m"], part["rule"],
            )  # fmt: skip
            body.append(tuple("" if c is None else c for c in cells))
    return tuple(text(f"biomarkers.csv.{n}") for n in names), body
