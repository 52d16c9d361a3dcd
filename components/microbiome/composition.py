"""Composition as a card: bars of patients by visit, and the mean shares in a table."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.figures.community import community_figure
from components.graph import graph
from components.metric import metric
from components.microbiome.parts import card_n, nothing, share, table, visit
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

NAME = "microbiome-composition"
METRIC = "community_share"


def draw(answer: Answer) -> html.Section:
    drawn = not answer["missing"]
    return card(
        NAME,
        text("microbiome.composition.title"),
        _body(answer) if drawn else nothing(answer),
        n=card_n(answer),
        n_metric=METRIC if drawn else "n",
        tools=tools(NAME, answer, data=drawn, picture=drawn),
    )


def label(answer: Answer, position: int) -> str:
    """A genus as exported; the last part in words, with how many taxa it sums."""
    groups = answer["groups"]
    if position < len(groups) - 1:
        return str(groups[position])
    key = f"microbiome.composition.other.{answer['rank']}"
    return text(key, n=answer["members"][position])


def _body(answer: Answer) -> list[Any]:
    labels = [label(answer, g) for g in range(len(answer["groups"]))]
    rows_ = [{**r, "label": _row_label(r)} for r in answer["rows"]]
    figure = community_figure(rows_, answer["groups"], labels)
    alt = text(
        "microbiome.composition.alt",
        n=answer["samples"],
        groups=len(labels) - 1,
        first=labels[0],
    )
    return [
        _key(labels),
        graph(
            f"{NAME}-figure",
            figure,
            alt=alt,
            file_name=f"{answer['study_id']}-{answer['cut_date']}-composition",
            height=figure["layout"]["height"],
            metrics=(METRIC,),
        ),
        html.P(_note(answer), className="figure-note", **metric(METRIC)),
        _means(answer, labels),
    ]


def _row_label(row: Answer) -> str:
    words = text("microbiome.composition.row", visit=visit(row["visit"]), n=row["patients"])
    if row["shown"] < row["patients"]:
        return f"{words} {text('microbiome.composition.first', n=row['shown'])}"
    return words


def _key(labels: list[str]) -> html.Ul:
    """The colours of the parts; the last is everything else."""
    last = len(labels) - 1
    items = [
        html.Li(
            [
                html.Span(
                    className=f"part-key part-{'other' if i == last else i}",
                    **attrs(aria_hidden="true"),
                ),
                words,
            ]
        )
        for i, words in enumerate(labels)
    ]
    return html.Ul(items, className="part-keys", **metric(METRIC))


def _note(answer: Answer) -> str:
    words = [text("microbiome.composition.order")] if len(answer["rows"]) > 1 else []
    words.append(text(f"microbiome.composition.what.{answer['rank']}"))
    return " ".join(words)


def _means(answer: Answer, labels: list[str]) -> html.Div:
    head = [
        text(f"microbiome.composition.part.{answer['rank']}"),
        *(
            text("microbiome.composition.mean", visit=visit(r["visit"]), n=r["patients"])
            for r in answer["rows"]
        ),
    ]
    body = [
        html.Tr(
            [
                html.Th(words, scope="row"),
                *(html.Td(share(r["mean"][g])) for r in answer["rows"]),
            ],
            **metric(METRIC),
        )
        for g, words in enumerate(labels)
    ]
    return table(text("microbiome.composition.table"), head, body, "narrow", METRIC)


def rows(answer: Answer) -> Rows:
    labels = [label(answer, g) for g in range(len(answer.get("groups", ())))]
    header = (
        *(text(f"microbiome.csv.{n}") for n in ("patient", "sample", "visit")),
        *labels,
    )
    body = [
        (p["usubjid"], p["sample"], visit(r["visit"]), *(round(100 * v, 4) for v in p["shares"]))
        for r in answer.get("rows", ())
        for p in r["people"]
    ]
    return tuple(header), body
