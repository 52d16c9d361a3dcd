"""Differential abundance as a card: effects with intervals, then the table with both methods."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.figures.effects import effects_figure
from components.figures.waterfall import signed
from components.graph import graph
from components.metric import ask, metric
from components.microbiome.parts import card_n, chance, more, nothing, share, table, visit
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

NAME = "microbiome-differential"
METRICS = ("differential", "differential_q", "linda")
#: taxa drawn and listed; the file holds all
SHOWN = 20


def draw(answer: Answer) -> html.Section:
    designs = [] if answer["missing"] else [d for d in answer["designs"] if d["rows"]]
    return card(
        NAME,
        text("microbiome.differential.title"),
        nothing(answer)
        or ([part for d in designs for part in _design(answer, d)] if designs else _none(answer)),
        n=card_n(answer),
        n_metric="differential" if designs else "n",
        tools=tools(NAME, answer, data=bool(designs), picture=bool(designs)),
    )


def _none(answer: Answer) -> list[Any]:
    words = text("microbiome.differential.none", rule=answer["visits"]["rule"])
    return [html.P(words, className="sentence", **metric("n"))]


def _label(answer: Answer, taxon: str) -> str:
    """Genus and taxon where the taxonomy knows more than the name."""
    genus = answer["genera"].get(taxon)
    if genus is None:
        return taxon
    return text("microbiome.differential.taxon", genus=genus, taxon=taxon)


def _end(design: Answer, which: str) -> str:
    name = design[which]
    if design["design"] == "groups":
        return text(f"microbiome.group.{name}").lower()
    return visit(name)


def _design(answer: Answer, design: Answer) -> list[Any]:
    shown = design["rows"][:SHOWN]
    first, second = _end(design, "first"), _end(design, "second")
    key = design["design"]
    words = text(
        f"microbiome.differential.{key}",
        first=first, second=second, n=design["n_first"], m=design["n_second"],
    )  # fmt: skip
    title = words[0].upper() + words[1:]
    figure = effects_figure(
        [_effect(answer, r, design) for r in shown],
        text("microbiome.differential.axis"),
    )
    return [
        html.H3(title, **metric("differential")),
        html.P(_words(design), className="sentence wide", **metric("differential_q")),
        graph(
            f"{NAME}-{key}-figure",
            figure,
            alt=text(
                "microbiome.differential.alt", n=len(shown), first=first, second=second,
                found=design["found_by_both"],
            ),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-differential-{key}",
            height=figure["layout"]["height"],
            metrics=("differential",),
        ),
        html.P(_note(answer, design), className="figure-note", **metric("differential")),
        _table(answer, design, shown, title),
    ]  # fmt: skip


def _effect(answer: Answer, row: Answer, design: Answer) -> dict[str, Any]:
    limit = design["q"]
    both = [row["q"], row["sensitivity_q"] if design["sensitivity"] else row["q"]]
    return {
        "label": _label(answer, row["taxon"]),
        "effect": row["effect"],
        "lower": row["lower"],
        "upper": row["upper"],
        "found": all(q is not None and q < limit for q in both),
        "words": text(
            "microbiome.differential.hover",
            taxon=_label(answer, row["taxon"]),
            effect=_signed(row["effect"]),
            q=chance(row["q"]),
        ),
    }


def _signed(x: float | None) -> str:
    return text("number.ne") if x is None else signed(x, 2)


def _words(design: Answer) -> str:
    """How many tests, how many found, and what so few samples cannot show."""
    told = {
        "tested": design["tested"],
        "taxa": design["taxa"],
        "share": f"{100 * design['min_prevalence']:g}",
        "q": f"{design['q']:g}",
        "found": design["found"],
        "both": design["found_by_both"],
    }
    key = "found" if design["sensitivity"] else "found.alone"
    key = key if design["found"] else "found.none"
    words = [
        text("microbiome.differential.exploratory", **told),
        text(f"microbiome.differential.{key}", **told),
    ]
    smallest = design["smallest_p"]
    if smallest is not None and smallest * design["tested"] > design["q"]:
        words.append(text("microbiome.differential.smallest", p=chance(smallest)))
    return " ".join(words)


def _note(answer: Answer, design: Answer) -> str:
    key = "microbiome.differential.note"
    ci = numbers.level_words(answer["level"])
    words = [text(key), text(f"{key}.{design['design']}", ci=ci)]
    if design["sensitivity"] is None:
        words.append(text(f"{key}.shares"))
    return " ".join(words)


def _table(answer: Answer, design: Answer, shown: list[Any], title: str) -> html.Details:
    first, second = _end(design, "first"), _end(design, "second")
    head = [
        text("microbiome.differential.column.taxon"),
        text("microbiome.differential.column.seen", first=first, second=second),
        text("microbiome.differential.column.share", first=first, second=second),
        ask(text("microbiome.differential.column.effect"), "differential"),
        ask(text("microbiome.differential.column.q"), "differential_q"),
        ask(text("microbiome.differential.column.linda"), "linda"),
    ]
    body = [_row(answer, design, r) for r in shown]
    parts: list[Any] = [table(title, head, body, "markers", "differential")]
    rest = len(design["rows"]) - len(shown)
    if rest > 0:
        words = text("microbiome.differential.rest", n=rest)
        parts.append(html.P(words, className="figure-note", **metric("differential")))
    fold = text("microbiome.differential.fold", n=len(shown))
    return html.Details(
        [html.Summary(fold, className="fold"), html.Div(parts, className="unfold-body")],
        className="folded",
        **metric("differential"),
    )


def _row(answer: Answer, design: Answer, row: Answer) -> html.Tr:
    seen = f"{row['seen_first']}/{design['n_first']}, {row['seen_second']}/{design['n_second']}"
    linda: list[Any] = [text("number.ne")]
    if row["log2_fold"] is not None:
        linda = [_signed(row["log2_fold"]), more(f"q {chance(row['sensitivity_q'])}")]
    limits = (
        text("number.to", lower=_signed(row["lower"]), upper=_signed(row["upper"]))
        if row["lower"] is not None
        else ""
    )
    return html.Tr(
        [
            html.Th(_label(answer, row["taxon"]), scope="row"),
            html.Td(seen),
            html.Td(f"{share(row['share_first'])}, {share(row['share_second'])}"),
            html.Td([_signed(row["effect"]), *([more(f"({limits})")] if limits else [])]),
            html.Td([chance(row["q"]), more(f"p {chance(row['p'])}")], **metric("differential_q")),
            html.Td(linda, **metric("linda")),
        ],
        **metric("differential"),
    )


def rows(answer: Answer) -> Rows:
    names = (
        "design", "taxon", "genus", "first", "second", "seen_first", "seen_second", "share_first",
        "share_second", "effect", "lower", "upper", "p", "q", "log2_fold", "linda_p", "linda_q",
    )  # fmt: skip
    body: list[tuple[Any, ...]] = []
    for d in answer.get("designs", ()):
        for r in d["rows"]:
            values = (
                r["seen_first"], r["seen_second"], r["share_first"], r["share_second"],
                r["effect"], r["lower"], r["upper"], r["p"], r["q"], r["log2_fold"],
                r["sensitivity_p"], r["sensitivity_q"],
            )  # fmt: skip
            told = (d["design"], r["taxon"], answer["genera"].get(r["taxon"], ""))
            ends = (_end(d, "first"), _end(d, "second"))
            body.append((*told, *ends, *("" if v is None else v for v in values)))
    return tuple(text(f"microbiome.csv.{n}") for n in names), body
