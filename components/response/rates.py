"""Response rates by denominator with exact intervals, and where the response window stands."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import card, empty
from components.metric import ask, metric
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    headline,
    interval_bar,
    paper,
    proportion_row,
    tools,
)
from components.response.parts import card_n, plural
from dashboard.text import text

NAME = "response-rates"
_MEASURES = ("orr", "dcr", "cbr", "orr_unconfirmed")


def draw(answer: Answer) -> html.Section:
    body: list[Any]
    if not answer["responses_known"]:
        body = [empty(text("response.missing"))]
    elif answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        body = [
            html.P(text("response.rates.all"), className="sentence"),
            _table(answer),
            *_contradiction(answer),
            _window(answer),
        ]
    return card(
        NAME,
        text("response.rates.title"),
        body,
        n=card_n(answer),
        tools=tools(NAME, answer),
    )


def _label(answer: Answer, measure: str) -> str:
    return text(f"response.rates.{measure}", days=answer["cb_days"])


def _shown(answer: Answer) -> list[str]:
    """Measures that at least one denominator has."""
    return [m for m in _MEASURES if any(s[m] is not None for s in answer["sets"])]


def _table(answer: Answer) -> html.Table:
    head = [html.Th(text("response.rates.measure"), scope="col", className="visually-hidden-wide")]
    head += [html.Th(_set_words(s), scope="col") for s in answer["sets"]]
    body = [
        html.Tr(
            [
                html.Th(ask(_label(answer, measure), measure), scope="row"),
                *(_cell(answer, measure, s) for s in answer["sets"]),
            ],
            **metric(measure),
        )
        for measure in _shown(answer)
    ]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)],
        className="rates",
        **attrs(aria_label=text("response.rates.title")),
    )


def _set_words(shown: dict[str, Any]) -> list[Any]:
    told = (
        text("response.rates.set.n", n=shown["n"])
        if shown["known"]
        else text("response.rates.set.unknown")
    )
    return [html.Span(shown["label"]), html.Span(told, className="set-n", **metric("n"))]


def _cell(answer: Answer, measure: str, shown: dict[str, Any]) -> html.Td:
    label = attrs(data_label=shown["label"])
    if shown[measure] is None or not shown["known"]:
        return html.Td(text("number.ns"), className="absent", **label)
    number = headline(shown[measure])
    small = answer["min_group"]
    name = f"{_label(answer, measure)}, {shown['label']}"
    bar = None
    if number.n >= small:
        bar = interval_bar(name, number.estimate, number.lower, number.upper, number.level)
    told = paper(number, small=small, who=shown[measure]["who"], of=name)
    return html.Td([told, *([] if bar is None else [bar])], **label)


def _contradiction(answer: Answer) -> list[html.P]:
    """More confirmed than unconfirmed responses: two exported values that cannot both be right."""
    for shown in answer["sets"]:
        both = shown["known"] and shown["orr"] is not None and shown["orr_unconfirmed"] is not None
        if not both:
            continue
        sure, seen = headline(shown["orr"]).x, headline(shown["orr_unconfirmed"]).x
        if sure > seen:
            told = text("response.rates.contradiction", confirmed=sure, unconfirmed=seen)
            return [html.P(told, className="note", **metric("orr"))]
    return []


def _window(answer: Answer) -> html.Div:
    if answer["window"] is None:
        key = "no_window" if answer["confirmed"] else "window.unconfirmed"
        note = html.P(text(f"response.rates.{key}"), className="note", **metric("orr_window"))
        return html.Div(note, className="bounds-block")
    window = answer["window"]
    origin = text(f"origin.{answer['origin']}")
    title = text("response.rates.window", days=window["window_days"], origin=origin)
    who = text("response.rates.window.who", label=answer["set_label"], n=answer["n"])
    return html.Div(
        [
            html.H3([ask(title, "orr_window"), html.Span(who, className="role")]),
            html.Dl([_line(answer, *line) for line in _lines(window)], className="bounds-list"),
            *_words(answer, window),
        ],
        className="bounds-block",
        **metric("orr_window"),
    )


def _lines(window: Answer) -> list[tuple[str, Answer, str]]:
    """Label, number and the definition of each."""
    pending = window["pending"]
    first = (
        text("response.rates.interim", n=pending)
        if pending
        else text("response.rates.interim.none")
    )
    mature = text("maturity.bounds.mature", days=window["window_days"])
    if window["mature_pending"]:
        still = text("maturity.bounds.pending", n=window["mature_pending"])
        mature = f"{mature}, {still}"
    lines = [(first, window["interim"], "orr_window")]
    if pending:
        respond = text("maturity.bounds.respond")
        lines.append((respond, window["all_respond"], "orr_bounds"))
    return [*lines, (mature, window["mature"], "orr_mature")]


def _line(answer: Answer, label: str, result: Answer, metric_id: str) -> html.Div:
    small = answer["min_group"]
    number = paper(headline(result), small=small, who=result["who"], of=label)
    return html.Div([html.Dt(ask(label, metric_id)), html.Dd(number)], **metric(metric_id))


def _words(answer: Answer, window: Answer) -> list[Any]:
    words = []
    if window["pending"]:
        words.append(plural("response.rates.pending", window["pending"]))
        if window["waiting"]:
            words.append(plural("response.rates.waiting", window["waiting"]))
    if window["late"]:
        words.append(plural("response.rates.late", window["late"]))
    if answer["undated"]:
        words.append(text("response.rates.undated", n=answer["undated"]))
    found = window["incidence"]
    if found and found["estimate"] is not None and answer["n"] >= answer["min_group"]:
        label = text("maturity.bounds.incidence", days=window["window_days"])
        value = text(
            "maturity.bounds.incidence.value",
            value=numbers.percent(found["estimate"]),
            ci=numbers.level_words(answer["level"]),
            interval=numbers.interval(found["lower"], found["upper"]),
            method=window["incidence_method"],
        )
        words.append(f"{label}: {value}.")
    if not words:
        return []
    marks = ("orr_window", *(["orr_incidence"] if found else []))
    return [html.P(" ".join(words), className="sentence window-note", **metric(*marks))]


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for shown in answer["sets"]:
        for measure in _shown(answer):
            if shown[measure] is not None and shown["known"]:
                row = proportion_row(_label(answer, measure), headline(shown[measure]))
                body.append((shown["label"], *row))
    if answer["window"] is not None:
        for label, number, _ in _lines(answer["window"]):
            words = text("response.csv.window", label=label)
            body.append((answer["set_label"], *proportion_row(words, headline(number))))
    return (text("response.csv.set"), *(text(k) for k in PROPORTION_HEADER)), body
