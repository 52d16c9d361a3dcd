"""Ordination as a card: where samples lie, and how far the two of a patient are apart."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.figures.ordination import height, ordination_figure
from components.graph import graph
from components.metric import metric
from components.microbiome.parts import card_n, nothing, number_of, visit
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

NAME = "microbiome-ordination"
METRIC = "ordination"


def draw(answer: Answer) -> html.Section:
    drawn = not answer["missing"] and answer["samples"] > 2
    return card(
        NAME,
        text("microbiome.ordination.title"),
        _body(answer) if drawn else nothing(answer) or _too_few(answer),
        n=card_n(answer),
        n_metric=METRIC if drawn else "n",
        tools=tools(NAME, answer, data=drawn, picture=drawn, select=drawn),
    )


def _too_few(answer: Answer) -> list[Any]:
    words = text("microbiome.ordination.few", n=answer["samples"])
    return [html.P(words, className="sentence", **metric("n"))]


def _body(answer: Answer) -> list[Any]:
    points = [{**p, "visit_words": visit(p["visit"])} for p in answer["points"]]
    found = answer["ordinations"]
    figure = ordination_figure(found, points, answer["lines"])
    return [
        _key(answer),
        graph(
            f"{NAME}-figure",
            figure,
            alt=text("microbiome.ordination.alt", n=answer["samples"], pairs=answer["pairs"]),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-ordination",
            height=figure["layout"]["height"],
            narrow=height(1, len(found)),
            metrics=(METRIC,),
        ),
        *(html.P(_words(o), className="figure-note", **metric(METRIC)) for o in found),
        html.P(text("microbiome.ordination.note"), className="figure-note"),
    ]


def _key(answer: Answer) -> html.Ul:
    groups = ("responders", "non-responders") if answer["responses_known"] else ()
    items = [
        html.Li(
            [
                html.Span(className=f"dot-key dot-{g}", **attrs(aria_hidden="true")),
                text(f"microbiome.group.{g}"),
            ]
        )
        for g in groups
    ]
    if answer["pairs"]:
        before, after = (visit(answer["visits"][end]) for end in ("before", "after"))
        words = text("microbiome.ordination.key", before=before, after=after)
        items.append(html.Li(words))
    return html.Ul(items, className="line-keys", **metric(METRIC))


def _words(one: Answer) -> str:
    """How far apart samples are, of one patient and of all; how much no axis shows."""
    distance = text(f"microbiome.distance.{one['distance']}")
    words = [text("microbiome.ordination.mean", distance=distance, mean=number_of(one["mean"]))]
    within = one["within"]
    if within["n"]:
        words.append(
            text(
                "microbiome.ordination.within",
                n=within["n"],
                median=number_of(within["median"]),
                low=number_of(within["minimum"]),
                high=number_of(within["maximum"]),
            )
        )
    if one["negative"]:
        words.append(text("microbiome.ordination.negative", n=one["negative"]))
    return " ".join(words)


def rows(answer: Answer) -> Rows:
    names = ("patient", "sample", "visit", "group", "distance", "axis1", "axis2")
    body: list[tuple[Any, ...]] = []
    for one in answer.get("ordinations", ()):
        distance = text(f"microbiome.distance.{one['distance']}")
        for p in answer["points"]:
            axes = [*one["scores"][p["sample"]], "", ""][:2]
            group = text(f"microbiome.group.{p['group'] or 'unknown'}")
            where = (p["usubjid"], p["sample"], visit(p["visit"]), group, distance)
            body.append((*where, *axes))
    return tuple(text(f"microbiome.csv.{n}") for n in names), body
