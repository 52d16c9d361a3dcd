"""Time to response (median and range, no curve) and follow-up (reverse Kaplan-Meier)."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, tools
from components.survival import words
from dashboard.metrics.duration import TimeToResponse
from dashboard.metrics.time_to_event import FollowUp
from dashboard.text import listed, text

NAME = "survival-follow"
#: definition -> key of its title
TITLES = {"ttr": "survival.follow.ttr", "follow_up": "survival.follow.follow"}


def draw(answer: Answer) -> html.Section:
    if answer["n"] == 0:
        body: list[Any] = [empty(text("card.empty.filter"))]
    else:
        body = [_response(answer), _follow(answer)]
    return card(
        NAME,
        text("survival.follow.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(NAME, answer),
    )


def _finding(metric_id: str, told: str, number: Any) -> html.Div:
    title = ask(text(TITLES[metric_id]), metric_id)
    return html.Div(
        [
            html.Div(
                [html.H3(title), html.P(told, className="sentence")], className="finding-words"
            ),
            html.Div(number, className="finding-number"),
        ],
        className="finding",
        **metric(metric_id),
    )


def _paper(value: str, more: str) -> html.P:
    parts: list[Any] = [html.Span(value, className="count")]
    if more:
        parts += [" ", brackets(more)]
    return html.P(parts, className="paper")


def _absent(why: str) -> html.P:
    return html.P(why, className="paper absent")


def _range(lower: float | None, upper: float | None) -> str:
    return text("survival.follow.range", lower=numbers.months(lower), upper=numbers.months(upper))


def _response(answer: Answer) -> html.Div:
    metric_id = "ttr"
    told = text("survival.follow.ttr.words", origin=text(f"origin.{answer['origin']}"))
    if answer["response"] is None:
        return _finding(metric_id, text("survival.follow.ttr.missing"), _absent(text("number.ns")))
    found = TimeToResponse.from_json(answer["response"])
    if answer["undated"] and found.n == 0:
        why = words.plural("survival.follow.all_undated", answer["undated"])
        return _finding(metric_id, why, _absent(text("number.ns")))
    if answer["undated"]:
        told = f"{told} {words.plural('survival.follow.undated', answer['undated'])}"
    if found.n == 0:
        return _finding(metric_id, told, _absent(text("survival.follow.ttr.none")))
    who = words.plural("survival.follow.n", found.n)
    if found.n < answer["min_group"]:
        each = listed(numbers.months(d) for d in sorted(found.days))
        return _finding(metric_id, told, _paper(who, text("survival.follow.values", values=each)))
    value = text("survival.follow.ttr.value", median=numbers.months(found.median))
    more = f"{_range(found.minimum, found.maximum)}, {who}"
    return _finding(metric_id, told, _paper(value, more))


def _follow(answer: Answer) -> html.Div:
    metric_id = "follow_up"
    if answer["follow_up"] is None:
        return _finding(
            metric_id, text("survival.follow.follow.missing"), _absent(text("number.ns"))
        )
    found = FollowUp.from_json(answer["follow_up"])
    told = text("survival.follow.follow.words")
    if found.n == 0:
        return _finding(metric_id, told, _absent(text("number.ne")))
    who = words_of(found)
    if found.n < answer["min_group"]:
        observed = _range(found.minimum, found.maximum)
        return _finding(metric_id, told, _paper(words.plural("number.patients", found.n), observed))
    if found.median is None:
        return _finding(metric_id, told, _paper(text("number.nr"), who))
    ends = f"{numbers.level_words(answer['level'])} {words.month_ends(found.lower, found.upper)}"
    value = text("survival.follow.ttr.value", median=numbers.months(found.median))
    return _finding(metric_id, told, _paper(value, f"{ends}, {found.method}; {who}"))


def words_of(found: FollowUp) -> str:
    """How many, and from the shortest to the longest time observed."""
    observed = _range(found.minimum, found.maximum)
    return text("survival.follow.follow.n", n=found.n, range=observed)


HEADER = ("measure", "n", "median", "lower_months", "upper_months", "min", "max", "method")


def rows(answer: Answer) -> Rows:
    header = tuple(text(f"survival.csv.{k}") for k in HEADER)
    body: list[tuple[Any, ...]] = []

    def cell(days: float | None) -> str:
        return "" if days is None else numbers.months(days, digits=2)

    if answer["response"] is not None:
        ttr = TimeToResponse.from_json(answer["response"])
        ends = (cell(ttr.minimum), cell(ttr.maximum))
        body.append(
            (text("survival.follow.ttr"), ttr.n, cell(ttr.median), "", "", *ends, ttr.method)
        )
    if answer["follow_up"] is not None:
        found = FollowUp.from_json(answer["follow_up"])
        values = (found.median, found.lower, found.upper, found.minimum, found.maximum)
        body.append(
            (text("survival.follow.follow"), found.n, *(cell(v) for v in values), found.method)
        )
    return header, body
