"""Status strip: enrolled, treated, evaluable, on treatment, ended; cut date; median follow-up."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.metric import ask, metric
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    headline,
    proportion_row,
    tools,
)
from components.who import count
from dashboard.metrics.time_to_event import FollowUp
from dashboard.text import day, text

NAME = "overview-status"
FOLLOW_UP = "follow_up_enrolled"
_CELLS = ("treated", "evaluable", "on_treatment", "ended")


def draw(answer: Answer) -> html.Section:
    counts = answer["counts"]
    cells = [_enrolled(answer)]
    for name in _CELLS:
        result = headline(counts[name])
        if _known(answer, name):
            of = text("status.of", n=result.n)
            label = text(f"status.{name}")
            cells.append(_cell(name, count(str(result.x), counts[name]["who"], of=label), of))
        else:
            cells.append(_cell(name, text("number.ns"), "", words=True))
    return card(
        NAME,
        text("status.title"),
        [html.Dl(cells, className="strip"), _follow_up(answer)],
        n=text("status.cut", date=day(answer["cut_date"])),
        n_metric="cut_off",
        tools=tools(NAME, answer),
        extra="status-card",
    )


def _known(answer: Answer, name: str) -> bool:
    """All but the evaluable count rests on a date of first dose."""
    return bool(answer["evaluable_known" if name == "evaluable" else "doses_known"])


def _enrolled(answer: Answer) -> html.Div:
    planned = answer["planned"]
    of = "" if planned is None or answer["filtered"] else text("status.planned", n=planned)
    enrolled, label = answer["counts"]["enrolled"], text("status.enrolled")
    return _cell("enrolled", count(str(headline(enrolled).x), enrolled["who"], of=label), of)


def _cell(name: str, value: Any, of: str, *, words: bool = False) -> html.Div:
    """`name` is that of the count, of its label and of its definition."""
    label = ask(text(f"status.{name}"), name)
    number: list[Any] = [value, " ", html.Small(of)] if of else [value]
    shown = html.Dd(number, className="absent" if words else None)
    return html.Div([html.Dt(label), shown], **metric(name))


def _follow_up(answer: Answer) -> html.P:
    if answer["follow_up"] is None:
        words = text("status.follow_up.none")
    else:
        words = numbers.follow_up(FollowUp.from_json(answer["follow_up"]), answer["level"])
    return html.P(
        [ask(text("status.follow_up"), FOLLOW_UP), " ", html.Span(words)],
        className="strip-follow",
        **metric(FOLLOW_UP),
    )


def rows(answer: Answer) -> Rows:
    counts = answer["counts"]
    body: list[tuple[Any, ...]] = [
        proportion_row(text(f"status.{name}"), headline(counts[name]))
        for name in ("enrolled", *_CELLS)
        if name == "enrolled" or _known(answer, name)
    ]
    return tuple(text(k) for k in PROPORTION_HEADER), body
