"""Time on treatment and why it ended, over time, as a card."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.exposure.parts import nothing
from components.figures.exposure import STOPS_HEIGHT, stops_figure
from components.graph import graph
from components.labs.parts import figure_note, proportion, table
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, tools
from components.safety.parts import card_n
from components.survival import words as survival_words
from components.who import count
from dashboard.metrics.competing import Incidence
from dashboard.metrics.kaplan_meier import KaplanMeier, Rate
from dashboard.text import listed, text

NAME = "exposure-stops"
METRICS = ("time_on_treatment", "stop_reason", "safety_n")


def draw(answer: Answer) -> html.Section:
    drawn = bool(answer["found"] and answer["reasons"])
    return card(
        NAME,
        text("exposure.stops.title"),
        nothing(answer, records=False) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=drawn, select=drawn),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["found"]:
        return [empty(text("exposure.time.none"), hint=text("exposure.time.none.hint"))]
    parts: list[Any] = [_words(answer)]
    if answer["reasons"]:
        parts.append(
            graph(
                "exposure-stops-figure",
                stops_figure(answer),
                alt=_alt(answer),
                file_name=f"{answer['study_id']}-{answer['cut_date']}-stops",
                height=STOPS_HEIGHT,
                metrics=METRICS[:2],
            )
        )
        parts.append(_table(answer))
    parts.append(figure_note(_notes(answer), "stop_reason", "time_on_treatment"))
    return parts


def _words(answer: Answer) -> html.P:
    curve = KaplanMeier.from_json(answer["curve"])
    ci = numbers.level_words(curve.level)
    median = curve.median
    if median.estimate is None:
        told = text("exposure.stops.median.nr", n=curve.n)
    else:
        told = text(
            "exposure.stops.median",
            value=numbers.months(median.estimate),
            ci=ci,
            ends=survival_words.month_ends(median.lower, median.upper),
            n=curve.n,
        )
    on = count(f"{answer['ongoing']}/{curve.n}", answer["ongoing_who"], of=text("exposure.on"))
    return html.P(
        [told, " ", on, " ", text("exposure.stops.on")],
        className="sentence wide",
        **metric("time_on_treatment"),
    )


def _alt(answer: Answer) -> str:
    told = listed(
        text(
            "exposure.stops.alt.reason",
            reason=r["reason"],
            x=r["proportion"]["x"],
            n=r["proportion"]["n"],
        )
        for r in answer["reasons"]
    )
    return text("exposure.stops.alt", n=answer["timed"], told=told)


def _table(answer: Answer) -> html.Div:
    times = [Rate.from_json(r) for r in answer["rates"]]
    head = [
        ask(text("exposure.stops.reason"), "stop_reason"),
        text("exposure.patients"),
        *(text("exposure.stops.by", time=survival_words.at(t)) for t in times),
    ]
    body = [
        html.Tr(
            [
                html.Th(r["reason"], scope="row"),
                html.Td(proportion(answer, r["proportion"], r["who"], of=r["reason"])),
                *(html.Td(_share(Incidence.from_json(i), answer)) for i in r["at"]),
            ]
        )
        for r in answer["reasons"]
    ]
    made = table(text("exposure.stops.table"), head, body)
    return html.Div([made], **metric("stop_reason"))


def _share(found: Incidence, answer: Answer) -> list[Any]:
    if found.estimate is None:
        return [text("number.ne")]
    told: list[Any] = [f"{numbers.percent(found.estimate)}%"]
    if found.lower is not None:
        ends = numbers.interval(found.lower, found.upper)
        told.append(
            html.Span(
                brackets(f"{numbers.level_words(answer['level'])} {ends}"), className="cell-more"
            )
        )
    return told


def _notes(answer: Answer) -> list[str]:
    words = [text("exposure.stops.key")]
    if answer["of_study"]:
        words.append(text("exposure.stops.of_study"))
    if answer["without"]:
        told = listed(
            text("exposure.stops.without.item", **w, patients=w["n"]) for w in answer["without"]
        )
        words.append(text("exposure.stops.without", reasons=told))
    return words


HEADER = ("reason", "x", "n", "day", "share")


def rows(answer: Answer) -> Rows:
    """Every step of every reason."""
    body: list[tuple[Any, ...]] = []
    for r in answer["reasons"] if answer["found"] else ():
        share = r["proportion"]
        body += [
            (r["reason"], share["x"], share["n"], day, numbers.percent(s))
            for day, s in zip(r["day"], r["share"], strict=True)
        ]
    return tuple(text(f"exposure.csv.{k}") for k in HEADER), body
