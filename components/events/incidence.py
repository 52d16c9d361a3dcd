"""Cumulative incidence of the first event, with its competing end and numbers at risk beneath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.events.parts import cell, kinds, only, table, unknown
from components.figures.event_incidence import IncidenceCurve, height, incidence_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, lower, plural, tools
from components.safety.parts import card_n, nothing
from components.who import count
from dashboard.metrics.competing import CumulativeIncidence, Incidence, IncidenceTable
from dashboard.text import text

NAME = "events-incidence"
METRIC = "ae_incidence"

Json = Mapping[str, Any]


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("events.incidence.title"),
        nothing(answer) or unknown(answer) or [*only(answer, METRIC), *_body(answer)],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=_drawable(answer)),
    )


def _drawable(answer: Answer) -> bool:
    curves = answer["curves"]
    return bool(curves) and curves[0]["curve"]["n"] >= answer["min_group"]


def _body(answer: Answer) -> list[Any]:
    first = answer["curves"][0]
    n = first["curve"]["n"]
    about = metric(METRIC)
    sentence = html.P(_sentence(answer), className="sentence", **about)
    if not n:
        return [*kinds(answer, METRIC), empty(text("events.incidence.undosed"))]
    if not _drawable(answer):
        small = text("events.incidence.small", n=answer["min_group"])
        return [*kinds(answer, METRIC), sentence, html.P(small, className="figure-note", **about)]
    return [
        *kinds(answer, METRIC),
        sentence,
        _picture(answer),
        html.P(_note(answer), className="figure-note", **about),
        _table(answer),
    ]


def _sentence(answer: Answer) -> str:
    """The first curve at its last landmark that can be told, with what happened to whom."""
    first = answer["curves"][0]
    found = CumulativeIncidence.from_json(first["curve"])
    key = "events.incidence.words.among" if answer["among"] else "events.incidence.words"
    told = text(
        key,
        kind=answer["kind"],
        events=found.events,
        n=found.n,
        competing=found.competing,
        censored=found.censored,
        among=lower(answer["among"]),
    )
    known = [a for a in map(Incidence.from_json, first["at"]) if a.estimate is not None]
    if not known or found.n < answer["min_group"]:
        return told
    at = known[-1]
    read = text(
        "events.incidence.read",
        month=_month(at),
        value=numbers.percent(at.estimate),
        ci=numbers.level_words(found.level),
        interval=numbers.interval(at.lower, at.upper),
        at_risk=at.n_at_risk,
    )
    return f"{told} {read}"


def _month(at: Incidence) -> str:
    return f"{round(at.time / numbers.DAYS_PER_MONTH)}"


def curves_of(answer: Answer) -> tuple[IncidenceCurve, ...]:
    return tuple(
        IncidenceCurve(
            c["label"],
            CumulativeIncidence.from_json(c["curve"]),
            IncidenceTable.from_json(c["table"]),
            c["who_by_day"],
        )
        for c in answer["curves"]
    )


def _picture(answer: Answer) -> html.Div:
    curves = curves_of(answer)
    figure = incidence_figure(
        curves,
        answer["ticks"],
        x_title=text("events.incidence.x"),
        y_title=text("events.incidence.y"),
    )
    told = "; ".join(f"{c.label}: {c.curve.events}/{c.curve.n}" for c in curves)
    return graph(
        "events-incidence-figure",
        figure,
        alt=text("events.incidence.alt", curves=told),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-incidence",
        height=height(curves),
        metrics=(METRIC,),
    )


def _note(answer: Answer) -> str:
    parts = []
    if len(answer["curves"]) == 1:
        parts.append(text("events.incidence.band", ci=numbers.level_words(answer["level"])))
    thin = [c.curve.thin_from() for c in curves_of(answer)]
    if len(thin) == 1 and thin[0] is not None:
        parts.append(text("events.incidence.tail", month=numbers.months(thin[0])))
    elif len(thin) > 1 and any(t is not None for t in thin):
        parts.append(text("events.incidence.tail.many"))
    parts.append(text("events.incidence.note", days=answer["teae_days"]))
    if answer["excluded"]:
        parts.append(plural("events.incidence.excluded", answer["excluded"]))
    return " ".join(parts)


def _table(answer: Answer) -> html.Div:
    times = [Incidence.from_json(a) for a in answer["curves"][0]["at"]]
    heads = [
        text("events.incidence.head.event"),
        text("events.incidence.head.patients"),
        *(text("events.incidence.head.at", month=_month(t)) for t in times),
    ]
    lines = [_line(c, heads) for c in answer["curves"]]
    shown = [*heads[:2], *(ask(h, METRIC) for h in heads[2:])]
    return html.Div(table(text("events.incidence.table"), shown, lines), **metric(METRIC))


def _line(found: Json, heads: list[str]) -> html.Tr:
    curve = found["curve"]
    told = count(f"{curve['events']}/{curve['n']}", found["who"], of=found["label"])
    cells = [cell(heads[1], told)]
    for head, data in zip(heads[2:], found["at"], strict=True):
        cells.append(cell(head, *_at(Incidence.from_json(data), curve["level"])))
    return html.Tr([html.Th(found["label"], scope="row"), *cells])


def _at(at: Incidence, level: float) -> list[Any]:
    if at.estimate is None:
        return [text("events.incidence.beyond")]
    ci = f"{numbers.level_words(level)} {numbers.interval(at.lower, at.upper)}"
    risk = text("survival.table.at_risk", n=at.n_at_risk)
    return [
        html.Span(f"{numbers.percent(at.estimate)}%"),
        html.Span(ci, className="cell-more"),
        html.Span(risk, className="cell-more"),
    ]


HEADER = (
    *("event", "days", "months", "at_risk", "first_events", "competing", "percent"),
    *("lower", "upper", "level", "method"),
)


def rows(answer: Answer) -> Rows:
    """Every step of every curve as drawn."""
    body: list[tuple[Any, ...]] = []
    for found in curves_of(answer) if _drawable(answer) else ():
        curve = found.curve
        for i, day in enumerate(curve.time):
            shares = [
                "" if v is None else numbers.percent(v)
                for v in (curve.estimate[i], curve.lower[i], curve.upper[i])
            ]
            body.append(
                (
                    found.label,
                    f"{day:g}",
                    numbers.fixed(day / numbers.DAYS_PER_MONTH, 2),
                    curve.n_at_risk[i],
                    curve.n_event[i],
                    curve.n_competing[i],
                    *shares,
                    curve.level,
                    curve.method,
                )
            )
    return tuple(text(f"events.csv.{k}") for k in HEADER), body
