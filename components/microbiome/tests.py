"""PERMANOVA with dispersion beside it, as a table in words."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.metric import ask, metric
from components.microbiome.parts import card_n, chance, more, nothing, number_of, table, visit
from components.overview.parts import Answer, Rows, tools
from dashboard.text import listed, text

NAME = "microbiome-tests"
METRICS = ("permanova", "dispersion")


def draw(answer: Answer) -> html.Section:
    found = [] if answer["missing"] else answer["tests"]
    return card(
        NAME,
        text("microbiome.tests.title"),
        nothing(answer) or (_body(answer, found) if found else _none(answer)),
        n=card_n(answer),
        n_metric="permanova" if found else "n",
        tools=tools(NAME, answer, data=bool(found)),
    )


def _none(answer: Answer) -> list[Any]:
    n = answer["pairs"]
    pairs = text("microbiome.tests.pairs.one" if n == 1 else "microbiome.tests.pairs", n=n)
    words = text("microbiome.tests.none", pairs=pairs, rule=answer["visits"]["rule"])
    return [html.P(words, className="sentence", **metric("n"))]


def _body(answer: Answer, found: list[Any]) -> list[Any]:
    title = text("microbiome.tests.title")
    head = [
        text("microbiome.tests.question"),
        text("microbiome.tests.groups"),
        ask(text("microbiome.tests.r2"), "permanova"),
        ask(text("microbiome.tests.p"), "permanova"),
        ask(text("microbiome.tests.dispersion"), "dispersion"),
    ]
    return [
        html.P(
            text("microbiome.tests.exploratory", n=len(found)),
            className="sentence wide",
            **metric("permanova"),
        ),
        table(title, head, [_row(t) for t in found], "wrapping", "permanova"),
        html.P(text("microbiome.tests.note"), className="figure-note"),
    ]


def _groups(test: Answer) -> list[str]:
    return [
        text("microbiome.tests.group", group=_name(test, g), n=n)
        for g, n in zip(test["groups"], test["sizes"], strict=True)
    ]


def _name(test: Answer, group: str) -> str:
    if test["factor"] == "response":
        return text(f"microbiome.group.{group}").lower()
    return visit(group)


def _row(test: Answer) -> html.Tr:
    question = text(f"microbiome.tests.of.{test['factor']}")
    distance = text(f"microbiome.distance.{test['distance']}")
    return html.Tr(
        [
            html.Th([question, more(distance)], scope="row"),
            html.Td(listed(_groups(test))),
            html.Td(
                [
                    f"{numbers.percent(test['r2'])}%" if test["r2"] is not None
                    else text("number.ne"),
                    more(text("microbiome.tests.f", f=number_of(test["f"]))),
                ],
                **metric("permanova"),
            ),
            html.Td([chance(test["p"]), more(_arrangements(test))], **metric("permanova")),
            html.Td(_dispersion(test), **metric("dispersion")),
        ],
        **metric("permanova"),
    )  # fmt: skip


def _arrangements(test: Answer) -> str:
    kind = "all" if test["complete"] else "random"
    return text(
        f"microbiome.tests.arrangements.{kind}",
        n=f"{test['arrangements']:,}",
        p=chance(test["smallest_p"]),
    )


def _dispersion(test: Answer) -> list[Any]:
    told = test["dispersion"]
    ends = [
        text("microbiome.tests.spread", group=_name(test, g), distance=number_of(d))
        for g, d in zip(told["groups"], told["distance"], strict=True)
    ]
    return [listed(ends), more(text("microbiome.tests.dispersion.p", p=chance(told["p"])))]


def rows(answer: Answer) -> Rows:
    names = (
        "factor", "distance", "groups", "f", "r2", "p", "smallest", "arrangements", "method",
        "dispersion", "dispersion_p",
    )  # fmt: skip
    body = [
        (
            text(f"microbiome.tests.of.{t['factor']}"),
            text(f"microbiome.distance.{t['distance']}"),
            "; ".join(_groups(t)),
            *("" if v is None else v for v in (t["f"], t["r2"], t["p"], t["smallest_p"])),
            t["arrangements"],
            t["method"],
            "; ".join(str(round(d, 6)) for d in t["dispersion"]["distance"]),
            "" if t["dispersion"]["p"] is None else t["dispersion"]["p"],
        )
        for t in answer.get("tests", ())
    ]
    return tuple(text(f"microbiome.csv.{n}") for n in names), body
