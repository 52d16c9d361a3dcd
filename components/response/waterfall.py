"""The waterfall as a card: bars, the rate they are not, who has no bar, a strip on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.biomarkers.link import marker_menu, marker_name
from components.card import card, empty
from components.figures.waterfall import beyond, signed, waterfall_figure
from components.graph import graph
from components.metric import ask, marked, metric
from components.overview.parts import (
    Answer,
    Rows,
    headline,
    paper,
    tools,
)
from components.response.parts import by_reason, plural, reading
from dashboard.text import listed, text

NAME = "response-waterfall"
STRIP = "response-strip"
FRAME = "response-waterfall-frame"


def draw(answer: Answer, chosen: Sequence[str] = ()) -> html.Section:
    bars = answer["bars"]
    body = (
        _body(answer, chosen)
        if bars
        else [marked(empty(_why_empty(answer)), "n"), *_without(answer)]
    )
    return card(
        NAME,
        text("response.waterfall.title"),
        body,
        n=text("response.waterfall.n", n=len(bars), of=answer["n"]),
        n_metric="best_change",
        tools=tools(NAME, answer, picture=bool(bars), select=bool(bars)),
    )


def shaped(answer: Answer, chosen: object = None) -> html.Section:
    """The card with the columns under its bars that a browser says are chosen."""
    return draw(answer, columns(chosen))


def columns(chosen: object) -> list[str]:
    """What a browser says is chosen; only columns the card offers are ever drawn."""
    return [c for c in chosen if isinstance(c, str)] if isinstance(chosen, list) else []


def _why_empty(answer: Answer) -> str:
    if not answer["measured"]:
        return text("response.missing.sums")
    if answer["n"] == 0:
        return text("card.empty.filter")
    return text("response.missing.baseline", n=answer["n"])


def _body(answer: Answer, chosen: Sequence[str]) -> list[Any]:
    return [
        html.Div([_beside(answer), _controls(answer, chosen)], className="beside"),
        html.Div(picture(answer, chosen), id=FRAME),
        html.P(_key(answer), className="figure-note", **metric("best_change")),
        html.P(text("response.waterfall.caveat"), className="figure-note", **metric("best_change")),
        *_without(answer),
    ]


def picture(answer: Answer, chosen: Sequence[str]) -> html.Div:
    """The figure with the chosen baseline columns under its bars."""
    columns = [*_marker(answer), *(c for c in answer["strip"] if c["column"] in chosen)]
    figure = waterfall_figure(answer["bars"], columns, prefix=answer["prefix"])
    return graph(
        "response-waterfall-figure",
        figure,
        alt=_alt(answer),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-waterfall",
        height=figure["layout"]["height"],
        metrics=("best_change", "bor"),
    )


def _marker(answer: Answer) -> list[dict[str, Any]]:
    """The biomarker of the address as a row of values under the bars."""
    chosen = answer["marker"]["chosen"]
    if chosen is None or all(v is None for v in chosen["values"]):
        return []
    values = [None if v is None else float(f"{v:.4g}") for v in chosen["values"]]
    row = {"column": "marker", "label": marker_name(chosen), "kind": "number", "values": values}
    return [row]


def _beside(answer: Answer) -> html.Div:
    """The rate that bars must not be read as, and how far the two are apart."""
    bars = answer["bars"]
    words = []
    number: Any = html.P(text("number.ns"), className="paper absent")
    if answer["orr"] is not None and answer["responses_known"]:
        number = paper(headline(answer["orr"]), small=answer["min_group"], who=answer["orr"]["who"])
        words.append(
            text(
                "response.waterfall.not_orr",
                deep=answer["deep"],
                n=len(bars),
                responders=answer["deep_responders"],
                reading=reading(answer),
            )
        )
    ongoing = sum(bool(bar["ongoing"]) for bar in bars)
    if ongoing:
        words.append(text("response.waterfall.ongoing", n=ongoing))
    key = "response.waterfall.orr" if answer["confirmed"] else "response.waterfall.orr.unconfirmed"
    rate = "orr" if answer["confirmed"] else "orr_unconfirmed"
    said = html.P(" ".join(words), className="sentence", **metric("best_change", rate))
    return html.Div(
        [html.H3(ask(text(key), rate)), number, said], className="beside-words", **metric(rate)
    )


def _controls(answer: Answer, chosen: Sequence[str]) -> html.Div:
    """What may stand under the bars: a biomarker, and the study's baseline columns."""
    return html.Div([*marker_menu(answer), *_control(answer, chosen)], className="strip-controls")


def _control(answer: Answer, chosen: Sequence[str]) -> list[Any]:
    """The study's baseline columns, folded until wanted."""
    if not answer["strip"]:
        return []
    offered = [c["column"] for c in answer["strip"]]
    return [
        html.Details(
            [
                html.Summary(text("response.waterfall.strip"), className="fold"),
                html.Fieldset(
                    [
                        html.Legend(
                            text("response.waterfall.strip.choose"), className="visually-hidden"
                        ),
                        dbc.Checklist(
                            id=STRIP,
                            options=[
                                {"value": c["column"], "label": c["label"]} for c in answer["strip"]
                            ],
                            value=[c for c in offered if c in chosen],
                            className="strip-list",
                        ),
                    ]
                ),
            ],
            className="folded strip-choice",
        )
    ]


def _key(answer: Answer) -> str:
    words = [text("response.waterfall.key")]
    values = beyond(answer["bars"])
    if values:
        words.append(text("response.waterfall.beyond", values=listed(values)))
    if not answer["new_lesions_known"]:
        words.append(text("response.waterfall.new_lesions.unknown"))
    if all(bar["ongoing"] is None for bar in answer["bars"]):
        words.append(text("response.waterfall.ongoing.unknown"))
    if not answer["confirmed"] and answer["responses_known"]:
        words.append(text("response.one_reading"))
    return " ".join(words)


def _without(answer: Answer) -> list[Any]:
    groups = answer["without"]
    n = sum(len(g["patients"]) for g in groups)
    if not n:
        return []
    return [
        html.Div(
            [html.H3(plural("response.waterfall.without", n)), by_reason(answer, groups)],
            className="bounds-block",
            **metric("best_change"),
        )
    ]


def _alt(answer: Answer) -> str:
    bars = answer["bars"]
    return text(
        "response.waterfall.alt",
        n=len(bars),
        first=signed(bars[0]["percent"]),
        last=signed(bars[-1]["percent"]),
        deep=answer["deep"],
    )


def rows(answer: Answer) -> Rows:
    names = (
        "patient", "change", "day", "baseline", "total", "confirmed", "unconfirmed", "new_lesion",
        "ongoing", "reason",
    )  # fmt: skip
    body: list[tuple[Any, ...]] = [
        (
            bar["usubjid"],
            round(bar["percent"], 4),
            bar["day"],
            bar["baseline"],
            bar["total"],
            bar["term"],
            bar["best"] or "",
            _flag(bar["new_lesion"]),
            _flag(bar["ongoing"]),
            "",
        )
        for bar in answer["bars"]
    ]
    for group in answer["without"]:
        for patient, term in zip(group["patients"], group["terms"], strict=True):
            body.append((patient, *[""] * 4, term, *[""] * 3, group["reason"]))
    return tuple(text(f"response.csv.{n}") for n in names), body


def _flag(value: object) -> str:
    return "" if value is None else text("word.yes" if value else "word.no")
