"""Maturity: whose windows are complete, and where the response rate can still go."""

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
    duration,
    headline,
    paper,
    proportion_row,
    tools,
)
from dashboard.metrics.competing import Incidence
from dashboard.text import text

NAME = "overview-maturity"
INCIDENCE = "orr_incidence"


def draw(answer: Answer) -> html.Section:
    windows = answer["windows"]
    body: list[Any]
    if answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    elif not windows:
        body = [empty(text("maturity.missing"))]
    else:
        body = [html.Div([_window(w) for w in windows], className="windows")]
        if answer["bounds"] is not None:
            body.append(_bounds(answer, answer["bounds"]))
    return card(
        NAME,
        text("maturity.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(NAME, answer),
    )


def _label(window: Answer) -> str:
    name = text(f"maturity.{window['id']}")
    return f"{name}, {duration(window['window_days'])}"


def _window(window: Answer) -> html.Div:
    metric_id = "window_complete_ae" if window["id"] == "AE" else "window_complete"
    done = headline(window["resolved"])
    n, resolved = done.n, done.x
    followed, open_ = headline(window["followed"]).x, len(window["open"])
    share = 100 * resolved / n if n else 0
    return html.Div(
        [
            html.H3(ask(_label(window), metric_id)),
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
            html.P(text(f"maturity.final.{window['id']}"), className="window-final"),
        ],
        className="window",
        **metric(metric_id),
    )


def _words(window: Answer, followed: int, resolved: int, open_: int) -> str:
    parts = [
        text("maturity.followed", followed=followed, time=duration(window["window_days"])),
        text("maturity.early", early=resolved - followed),
    ]
    left = window["days_left"]
    if left:
        parts.append(text("maturity.open", open=open_))
        key = "maturity.next" if len(left) > 1 else "maturity.only"
        parts.append(text(f"{key}.one" if left[0] == 1 else key, days=left[0], last=left[-1]))
    else:
        parts.append(text("maturity.none.open"))
    return "; ".join(parts) + "."


def _bounds(answer: Answer, window: Answer) -> html.Div:
    small = answer["min_group"]
    lines = [
        _line("orr_bounds", text("maturity.bounds.fail"), window["all_fail"], small),
        _line("orr_bounds", text("maturity.bounds.respond"), window["all_respond"], small),
    ]
    if window["window_days"] is not None:
        pending = len(window["mature_pending"])
        label = text("maturity.bounds.mature", days=window["window_days"])
        if pending:
            label = f"{label}, {text('maturity.bounds.pending', n=pending)}"
        lines.append(_line("orr_mature", label, window["mature"], small))
    lines += _incidence(answer, window)
    return html.Div(
        [html.H3(text("maturity.bounds")), html.Dl(lines, className="bounds-list")],
        className="bounds-block",
    )


def _line(metric_id: str, label: str, result: Answer, small: int) -> html.Div:
    told = paper(headline(result), small=small, who=result["who"], of=label)
    return html.Div([html.Dt(ask(label, metric_id)), html.Dd(told)], **metric(metric_id))


def _incidence(answer: Answer, window: Answer) -> list[html.Div]:
    if window["incidence"] is None or headline(window["interim"]).n < answer["min_group"]:
        return []
    found = Incidence.from_json(window["incidence"])
    if found.estimate is None:
        words = text("number.ne")
    else:
        words = text(
            "maturity.bounds.incidence.value",
            value=numbers.percent(found.estimate),
            ci=numbers.level_words(answer["level"]),
            interval=numbers.interval(found.lower, found.upper),
            method=window["incidence_method"],
        )
    label = text("maturity.bounds.incidence", days=window["window_days"])
    parts = [html.Dt(ask(label, INCIDENCE)), html.Dd(html.P(words, className="paper"))]
    return [html.Div(parts, **metric(INCIDENCE))]


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for window in answer["windows"]:
        for part in (window["followed"], window["resolved"]):
            body.append(proportion_row(f"{_label(window)}{part['label']}", headline(part)))
    bounds = answer["bounds"]
    if bounds is not None:
        body += [
            proportion_row(bounds[r]["label"], headline(bounds[r]))
            for r in ("all_fail", "all_respond", "mature")
        ]
    return tuple(text(k) for k in PROPORTION_HEADER), body
