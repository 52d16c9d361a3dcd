"""Maturity: whose windows are complete, and where the response rate can still go."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import card, empty
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    duration,
    paper,
    population,
    proportion_row,
    tools,
)
from dashboard.metrics.maturity import Maturity
from dashboard.metrics.types import Proportion
from dashboard.metrics.windows import ResponseWindow
from dashboard.text import text

NAME = "overview-maturity"


def draw(answer: Answer) -> html.Section:
    windows = [Maturity.from_json(w) for w in answer["windows"]]
    body: list[Any]
    if answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    elif not windows:
        body = [empty(text("maturity.missing"))]
    else:
        body = [html.Div([_window(w) for w in windows], className="windows")]
        if answer["bounds"] is not None:
            body.append(_bounds(answer, ResponseWindow.from_json(answer["bounds"])))
    origin = text(f"origin.{answer['origin']}")
    return card(
        NAME,
        text("maturity.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(
            NAME,
            answer,
            population(answer, answer["set_rule"]),
            (text("maturity.title"), text("maturity.definition.followed", origin=origin)),
            (text("maturity.bounds"), text("maturity.definition.bounds")),
        ),
    )


def _label(window: Maturity) -> str:
    return f"{text(f'maturity.{window.id}')}, {duration(window.window_days)}"


def _window(window: Maturity) -> html.Div:
    n, resolved = window.resolved.headline.n, window.resolved.headline.x
    followed, open_ = window.followed.headline.x, len(window.open)
    share = 100 * resolved / n if n else 0
    return html.Div(
        [
            html.H3(_label(window)),
            html.P(text("maturity.row", resolved=resolved, n=n), className="window-count"),
            html.Div(
                [
                    html.Div(
                        className="window-followed",
                        style={"width": f"{100 * followed / n if n else 0:.2f}%"},
                    ),
                    html.Div(
                        className="window-early",
                        style={"width": f"{share - (100 * followed / n if n else 0):.2f}%"},
                    ),
                ],
                className="window-bar",
                role="img",
                **attrs(
                    aria_label=text(
                        "maturity.alt", label=_label(window), resolved=resolved, n=n, open=open_
                    )
                ),
            ),
            html.P(_words(window, followed, resolved, open_), className="window-words"),
            html.P(text(f"maturity.final.{window.id}"), className="window-final"),
        ],
        className="window",
    )


def _words(window: Maturity, followed: int, resolved: int, open_: int) -> str:
    parts = [
        text("maturity.followed", followed=followed, time=duration(window.window_days)),
        text("maturity.early", early=resolved - followed),
    ]
    if window.days_left:
        parts.append(text("maturity.open", open=open_))
        days = (window.days_left[0], window.days_left[-1])
        parts.append(text("maturity.next", days=days[0], last=days[1]))
    else:
        parts.append(text("maturity.none.open"))
    return "; ".join(parts) + "."


def _bounds(answer: Answer, window: ResponseWindow) -> html.Div:
    small = answer["min_group"]
    lines = [
        _line(text("maturity.bounds.fail"), window.all_fail.headline, small),
        _line(text("maturity.bounds.respond"), window.all_respond.headline, small),
    ]
    if window.window_days is not None:
        pending = len(window.mature_pending)
        label = text("maturity.bounds.mature", days=window.window_days)
        if pending:
            label = f"{label}, {text('maturity.bounds.pending', n=pending)}"
        lines.append(_line(label, window.mature.headline, small))
    lines += _incidence(answer, window)
    return html.Div(
        [html.H3(text("maturity.bounds")), html.Dl(lines, className="bounds-list")],
        className="bounds-block",
    )


def _line(label: str, result: Proportion, small: int) -> html.Div:
    return html.Div([html.Dt(label), html.Dd(paper(result, small=small))])


def _incidence(answer: Answer, window: ResponseWindow) -> list[html.Div]:
    found = window.incidence
    if found is None or window.interim.headline.n < answer["min_group"]:
        return []
    if found.estimate is None:
        words = text("number.ne")
    else:
        words = text(
            "maturity.bounds.incidence.value",
            value=numbers.percent(found.estimate),
            ci=numbers.level_words(answer["level"]),
            interval=numbers.interval(found.lower, found.upper),
            method=window.incidence_method,
        )
    label = text("maturity.bounds.incidence", days=window.window_days)
    return [html.Div([html.Dt(label), html.Dd(html.P(words, className="paper"))])]


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for data in answer["windows"]:
        window = Maturity.from_json(data)
        label = _label(window)
        for part in (window.followed, window.resolved):
            body.append(proportion_row(f"{label}{part.label}", part.headline))
    if answer["bounds"] is not None:
        bounds = ResponseWindow.from_json(answer["bounds"])
        body += [
            proportion_row(r.label, r.headline)
            for r in (bounds.all_fail, bounds.all_respond, bounds.mature)
        ]
    return tuple(text(k) for k in PROPORTION_HEADER), body
