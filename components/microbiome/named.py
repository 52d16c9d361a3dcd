"""Taxa of interest as a card: carriers, shares, classes of Akkermansia, change in pairs."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.figures.waterfall import signed
from components.metric import ask, metric
from components.microbiome.parts import card_n, more, nothing, share, table, visit
from components.overview.parts import Answer, Rows, tools
from components.who import count
from dashboard.metrics.taxa_of_interest import CLASSES
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "microbiome-taxa"
METRICS = ("taxon_carriers", "taxon_share", "akkermansia")


def draw(answer: Answer) -> html.Section:
    drawn = not answer["missing"]
    return card(
        NAME,
        text("microbiome.taxa.title"),
        _body(answer) if drawn else nothing(answer),
        n=card_n(answer),
        n_metric="taxon_share" if drawn else "n",
        tools=tools(NAME, answer, data=drawn),
    )


def _body(answer: Answer) -> list[Any]:
    held = [t for t in answer["taxa"] if t["taxa"]]
    absent = [t["name"] for t in answer["taxa"] if not t["taxa"]]
    visits = list(dict.fromkeys(v["visit"] for t in held for v in t["visits"]))
    head: list[Any] = [text("microbiome.taxa.taxon")]
    for v in visits:
        words = text("microbiome.taxa.visit", visit=visit(v))
        head.append(ask(words, "taxon_carriers"))
    if answer["pairs"]:
        ci = numbers.level_words(answer["level"])
        head.append(ask(text("microbiome.taxa.change", ci=ci), "taxon_share"))
    parts: list[Any] = []
    if held:
        body = [_row(answer, t) for t in held]
        parts.append(table(text("microbiome.taxa.title"), head, body, "markers", "taxon_share"))
        parts += _classes(held)
    if absent:
        words = text("microbiome.taxa.absent", names=listed(absent))
        parts.append(html.P(words, className="figure-note", **metric("taxon_carriers")))
    parts.append(html.P(text("microbiome.taxa.note"), className="figure-note"))
    return parts


def _row(answer: Answer, taxon: Answer) -> html.Tr:
    n = len(taxon["taxa"])
    name: list[Any] = [taxon["name"]]
    if n > 1 or taxon["taxa"][0] != taxon["name"]:
        name.append(more(text("microbiome.taxa.of.one" if n == 1 else "microbiome.taxa.of", n=n)))
    cells: list[Any] = [html.Th(name, scope="row")]
    for v in taxon["visits"]:
        found = Proportion.from_json(v["carriers"])
        carriers = taxon["who"].get(v["visit"], "")
        words = text(
            "microbiome.taxa.share",
            median=share(v["share"]["median"]),
            low=share(v["share"]["q1"]),
            high=share(v["share"]["q3"]),
        )
        cells.append(
            html.Td(
                [count(numbers.counts(found), carriers, of=taxon["name"]), more(words)],
                **metric("taxon_carriers", "taxon_share"),
            )
        )
    if answer["pairs"]:
        cells.append(html.Td(_change(taxon["change"])))
    return html.Tr(cells, **metric("taxon_share"))


def _change(change: Answer | None) -> list[Any]:
    """Points of percent, by Hodges-Lehmann, with the interval and the number of pairs."""
    if change is None or change["estimate"] is None:
        return [text("number.ne")]
    words = text("microbiome.taxa.points", points=signed(100 * change["estimate"], 2))
    if change["lower"] is None:
        return [words, more(text("microbiome.taxa.pairs", n=change["n"]))]
    ends = text(
        "number.to",
        lower=signed(100 * change["lower"], 2),
        upper=signed(100 * change["upper"], 2),
    )
    return [words, more(f"({ends}); {text('microbiome.taxa.pairs', n=change['n'])}")]


def _classes(held: list[Any]) -> list[Any]:
    """Akkermansia: none, up to 4.8%, above: neither end is called good."""
    found = [(v["visit"], v["classes"]) for t in held for v in t["visits"] if v["classes"]]
    if not found:
        return []
    head = [
        ask(text("microbiome.taxa.classes"), "akkermansia"),
        *(text(f"microbiome.taxa.class.{c}") for c in CLASSES),
    ]
    body = [
        html.Tr(
            [
                html.Th(visit(v), scope="row"),
                *(html.Td(f"{classes[c]}/{sum(classes.values())}") for c in CLASSES),
            ],
            **metric("akkermansia"),
        )
        for v, classes in found
    ]
    return [table(text("microbiome.taxa.classes"), head, body, "narrow", "akkermansia")]


def rows(answer: Answer) -> Rows:
    names = ("taxon", "visit", "carriers", "n", "median", "q1", "q3", "change", "lower", "upper")
    body: list[tuple[Any, ...]] = []
    for t in answer.get("taxa", ()):
        change = t["change"] or {}
        for i, v in enumerate(t["visits"]):
            ends = [change.get(k) if i == 0 else None for k in ("estimate", "lower", "upper")]
            values = (*(v["share"][k] for k in ("median", "q1", "q3")), *ends)
            told = (t["name"], visit(v["visit"]), v["carriers"]["x"], v["carriers"]["n"])
            body.append((*told, *("" if x is None else x for x in values)))
    return tuple(text(f"microbiome.csv.{n}") for n in names), body
