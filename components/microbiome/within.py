"""Alpha diversity as a card: change in pairs, and responders against non-responders."""

from __future__ import annotations

from html import escape
from typing import Any

from dash import html

from components import numbers
from components.biomarkers.paired import legend
from components.card import card
from components.figures.paired import NARROW, height, paired_figure
from components.figures.waterfall import signed
from components.graph import graph
from components.metric import ask, metric
from components.microbiome.parts import card_n, chance, more, nothing, number_of, table, visit
from components.overview.parts import Answer, Rows, tools
from components.who import count
from dashboard.metrics.ranks import EXACT
from dashboard.text import text

NAME = "microbiome-alpha"
METRICS = ("alpha_index", "alpha_change", "alpha_groups")


def draw(answer: Answer) -> html.Section:
    drawn = not answer["missing"]
    return card(
        NAME,
        text("microbiome.alpha.title"),
        _body(answer) if drawn else nothing(answer),
        n=card_n(answer),
        n_metric="alpha_index" if drawn else "n",
        tools=tools(NAME, answer, data=drawn, picture=bool(drawn and answer["pairs"])),
    )


def _body(answer: Answer) -> list[Any]:
    parts: list[Any] = []
    if answer["pairs"]:
        parts += _pairs(answer)
    else:
        words = text("microbiome.alpha.unpaired", rule=answer["visits"]["rule"])
        parts.append(html.P(words, className="sentence", **metric("n")))
    if answer["by_response"]:
        parts += _groups(answer)
    parts.append(html.P(_note(answer), className="figure-note", **metric("alpha_index")))
    return parts


def index_words(answer: Answer, index: str) -> list[Any]:
    more_key = f"microbiome.index.{index}.more"
    return [
        text(f"microbiome.index.{index}"),
        more(text(more_key, depth=f"{answer['rarefied_depth'] or 0:,}")),
    ]


def _pairs(answer: Answer) -> list[Any]:
    before, after = (visit(answer["visits"][end]) for end in ("before", "after"))
    ci = numbers.level_words(answer["level"])
    head = [
        ask(text("microbiome.alpha.index"), "alpha_index"),
        text("microbiome.alpha.pairs"),
        text("microbiome.alpha.medians", before=before, after=after),
        ask(text("microbiome.alpha.change", ci=ci), "alpha_change"),
        ask(text("microbiome.alpha.p"), "alpha_change"),
    ]
    title = text("microbiome.alpha.paired", before=before, after=after)
    body = [_pair_row(answer, c) for c in answer["changes"]]
    return [
        html.H3(title, **metric("alpha_change")),
        *_picture(answer, (before, after)),
        html.P(
            text("microbiome.alpha.exploratory", n=len(body)),
            className="sentence wide",
            **metric("alpha_change"),
        ),
        table(title, head, body, "markers", "alpha_change"),
    ]


def _picture(answer: Answer, visits: tuple[str, str]) -> list[Any]:
    cells = [_cell(answer, c, visits) for c in answer["changes"] if c["people"]]
    if not cells:
        return []
    figure = paired_figure(cells, visits)
    frame = graph(
        f"{NAME}-figure",
        figure,
        alt=text(
            "microbiome.alpha.alt", n=len(cells), pairs=answer["pairs"],
            before=visits[0], after=visits[1],
        ),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-alpha",
        height=figure["layout"]["height"],
        narrow=height(len(cells), min(NARROW, len(cells))),
        metrics=("alpha_index",),
    )  # fmt: skip
    return [legend(answer), frame]


def _cell(answer: Answer, change: Answer, visits: tuple[str, str]) -> dict[str, Any]:
    index, places = change["index"], digits(change["index"])
    label = text(f"microbiome.index.{index}")

    def said(p: Answer) -> str:
        return text(
            "microbiome.alpha.hover",
            label=label,
            first=escape(visits[0]),
            second=escape(visits[1]),
            before=number_of(p["before"], places),
            after=number_of(p["after"], places),
        )

    return {
        "title": label,
        "measure": text(
            f"microbiome.index.{index}.more", depth=f"{answer['rarefied_depth'] or 0:,}"
        ),
        "log": False,
        "people": change["people"],
        "medians": (change["before"]["median"], change["after"]["median"]),
        "words": said,
    }


def digits(index: str) -> int:
    """Decimals of an index: taxa are counted, entropies are small."""
    return {"observed": 1, "rarefied": 1, "chao1": 1}.get(index, 3)


def _pair_row(answer: Answer, change: Answer) -> html.Tr:
    found, places = change["change"], digits(change["index"])
    told = text(
        "microbiome.alpha.ends",
        before=number_of(change["before"]["median"], places),
        after=number_of(change["after"]["median"], places),
    )
    return html.Tr(
        [
            html.Th(index_words(answer, change["index"]), scope="row"),
            html.Td(count(str(found["n"]), change["who"], of=text("microbiome.alpha.pairs"))),
            html.Td(told),
            html.Td(_shift(found, places)),
            html.Td(
                [
                    chance(found["p"]),
                    more(text("microbiome.smallest", p=chance(found["smallest_p"]))),
                ]
                if found["p"] is not None or not found["n"]
                else text("biomarkers.untested")
            ),
        ],
        **metric("alpha_change"),
    )


def _shift(found: Answer, places: int) -> list[Any]:
    if found["estimate"] is None:
        return [text("number.ne")]
    words = signed(found["estimate"], places)
    if found["lower"] is None:
        return [words, more(f"({text('number.ne')})")]
    ends = text(
        "number.to", lower=signed(found["lower"], places), upper=signed(found["upper"], places)
    )
    return [words, more(f"({ends})")]


def _groups(answer: Answer) -> list[Any]:
    first = answer["by_response"][0]
    sizes = {g: s["n"] for g, s in zip(first["groups"], first["spreads"], strict=True)}
    head = [
        ask(text("microbiome.alpha.index"), "alpha_index"),
        *(
            text("microbiome.alpha.group", group=text(f"microbiome.group.{g}"), n=n)
            for g, n in sizes.items()
        ),
        ask(text("microbiome.alpha.shift"), "alpha_groups"),
        ask(text("microbiome.alpha.auc"), "alpha_groups"),
        ask(text(_p_key(answer)), "alpha_groups"),
    ]
    title = text("microbiome.alpha.response")
    body = [_group_row(answer, g) for g in answer["by_response"]]
    return [
        html.H3(title),
        html.P(
            text("microbiome.alpha.exploratory.groups", n=len(body)),
            className="sentence wide",
            **metric("alpha_groups"),
        ),
        table(title, head, body, "markers", "alpha_groups"),
    ]


def _p_key(answer: Answer) -> str:
    """Large groups have an approximate p, and the column says so."""
    exact = all(g["two"]["method"] == EXACT for g in answer["by_response"])
    return "microbiome.alpha.p" if exact else "microbiome.alpha.p.normal"


def _group_row(answer: Answer, found: Answer) -> html.Tr:
    places, two = digits(found["index"]), found["two"]
    medians = [
        html.Td(
            [
                number_of(s["median"], places),
                more(
                    text(
                        "microbiome.alpha.quartiles",
                        low=number_of(s["q1"], places),
                        high=number_of(s["q3"], places),
                    )
                ),
            ]
        )
        for s in found["spreads"]
    ]
    shift = two["shift"]
    return html.Tr(
        [
            html.Th(index_words(answer, found["index"]), scope="row"),
            *medians,
            html.Td(text("number.ne") if shift is None else signed(shift, places)),
            html.Td(number_of(two["auc"])),
            html.Td(chance(two["p"])),
        ],
        **metric("alpha_groups"),
    )


def _note(answer: Answer) -> str:
    words = [text("microbiome.alpha.note")]
    if not answer["counts"]:
        words.append(text("microbiome.alpha.note.shares"))
        return " ".join(words)
    depth = f"{answer['rarefied_depth'] or 0:,}"
    key = "stated" if answer["rarefied_stated"] else "data"
    words.append(text(f"microbiome.alpha.depth.{key}", depth=depth))
    if answer["shallow"]:
        words.append(text("microbiome.alpha.depth.shallow", n=answer["shallow"]))
    if answer["notes"]:
        words.append(text("microbiome.alpha.note.singletons"))
    return " ".join(words)


def rows(answer: Answer) -> Rows:
    """A row per index and patient with both values."""
    names = ("index", "patient", "group", "before", "after")
    body = [
        (
            text(f"microbiome.index.{c['index']}"),
            p["usubjid"],
            text(f"microbiome.group.{p['group'] or 'unknown'}"),
            p["before"],
            p["after"],
        )
        for c in answer.get("changes", ())
        for p in c["people"]
    ]
    return tuple(text(f"microbiome.csv.{n}") for n in names), body
