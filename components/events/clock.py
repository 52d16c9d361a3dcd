"""The clock of adverse events: whose window is complete, and related events within it."""

from __future__ import annotations

from collections.abc import Mapping
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
    brackets,
    duration,
    paper,
    plural,
    proportion_row,
    tools,
)
from components.safety.parts import card_n, nothing
from components.who import count
from dashboard.metrics.competing import Incidence
from dashboard.metrics.types import Proportion
from dashboard.text import text

NAME = "events-clock"
METRICS = ("window_complete_ae", "ae_related_window", "ae_window_mature", "ae_window_incidence")


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("events.clock.title"),
        _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=_subtitle(answer),
        subtitle_metric=METRICS[0],
        tools=tools(NAME, answer),
    )


def _subtitle(answer: Answer) -> str | None:
    if answer["window_days"] is None:
        return None
    return text("events.clock.subtitle", time=duration(answer["window_days"]))


def _body(answer: Answer) -> list[Any]:
    if answer["window_days"] is None:
        return [empty(text("events.clock.unstated"))]
    if answer["missing"] == "doses" or answer["n"] == 0:
        return nothing(answer)
    return [
        html.P(_sentence(answer), className="sentence clock-sentence", **metric(METRICS[0])),
        html.Div(
            [_window(answer["ae"], "AE"), *_efficacy(answer)],
            className="windows",
        ),
        *(nothing(answer) or _related(answer)),
    ]


def _sentence(answer: Answer) -> str:
    ae = answer["ae"]
    time = duration(ae["window_days"])
    told = text(
        "events.clock.words", followed=ae["followed"], n=ae["n"], time=time, open=ae["open"]
    )
    return told if ae["open"] else text("events.clock.words.all", n=ae["n"], time=time)


def _window(window: Mapping[str, Any], id_: str) -> html.Div:
    """One clock: complete of all, as a bar, and when the open ones close."""
    metric_id = METRICS[0] if id_ == "AE" else "window_complete"
    n, done, followed = window["n"], window["resolved"]["x"], window["followed"]
    name = text(f"events.clock.{id_}", time=duration(window["window_days"]))
    parts = [
        (f"window-{kind}", 100 * x / n if n else 0)
        for kind, x in (("followed", followed), ("early", done - followed))
    ]
    return html.Div(
        [
            html.H3(ask(name, metric_id)),
            html.P(text("maturity.row", resolved=done, n=n), className="window-count"),
            html.Div(
                [
                    html.Div(className=kind, style={"width": f"{share:.2f}%"})
                    for kind, share in parts
                ],
                className="window-bar",
                role="img",
                **attrs(
                    aria_label=text(
                        "maturity.alt", label=name, resolved=done, n=n, open=window["open"]
                    )
                ),
            ),
            html.P(_states(window, id_), className="window-words"),
            html.P(_left(window), className="window-final"),
        ],
        className="window",
        **metric(metric_id),
    )


def _states(window: Mapping[str, Any], id_: str) -> list[Any]:
    """Followed for the whole window, closed earlier, still open: each opens its patients."""
    early = window["resolved"]["x"] - window["followed"]
    states = [
        ("followed", window["followed"], window["who_followed"]),
        (f"early.{id_}", early, window["who_early"]),
        ("open", window["open"], window["who_open"]),
    ]
    out: list[Any] = []
    for i, (key, x, who) in enumerate(states):
        words = text(f"events.clock.state.{key}", time=duration(window["window_days"]))
        out += ["; " if i else "", count(str(x), who, of=words), f" {words}"]
    return [*out, "."]


def _left(window: Mapping[str, Any]) -> str:
    left = window["days_left"]
    if not left:
        return text("events.clock.left.none")
    if len(left) == 1:
        return plural("events.clock.left.only", left[0])
    return text("events.clock.left", first=left[0], last=left[-1])


def _efficacy(answer: Answer) -> list[html.Div]:
    """The other clock, set beside it so that nobody takes one for the other."""
    other = answer["efficacy"]
    if other is None:
        return []
    made = _window(other, "ORR")
    made.children = [
        *made.children,
        html.P(text("events.clock.apart", label=other["set_label"]), className="window-final"),
    ]
    return [made]


def _related(answer: Answer) -> list[Any]:
    found = answer["related"]
    if found is None:
        return [html.P(text("safety.unknown.related_in_window"), className="note")]
    small = answer["min_group"]
    time = duration(answer["window_days"])
    lines = [
        _line(METRICS[1], text("events.clock.interim"), found["interim"], found["who"], small),
        _line(
            METRICS[2],
            text("events.clock.mature", time=time),
            found["mature"],
            found["who_mature"],
            small,
        ),
        _incidence(answer, found),
    ]
    interim = Proportion.from_json(found["interim"])
    opened = plural("events.clock.pending", found["open"])
    if not found["open"]:
        opened = text("events.clock.pending.none")
    return [
        html.Div(
            [
                html.H3(text("events.clock.related", time=time)),
                html.P(
                    text(
                        "events.clock.related.words",
                        x=interim.x,
                        n=interim.n,
                        events=plural("safety.events", found["n_events"]),
                        opened=opened,
                    ),
                    className="sentence",
                ),
                html.Dl(lines, className="bounds-list"),
            ],
            className="bounds-block",
            **metric(METRICS[1]),
        )
    ]


def _line(metric_id: str, label: str, data: Mapping[str, Any], who: str, small: int) -> html.Div:
    told = paper(Proportion.from_json(data), small=small, who=who, of=label)
    return html.Div([html.Dt(ask(label, metric_id)), html.Dd(told)], **metric(metric_id))


def _incidence(answer: Answer, found: Mapping[str, Any]) -> html.Div:
    at = Incidence.from_json(found["incidence"])
    label = text("events.clock.incidence", time=duration(answer["window_days"]))
    if at.estimate is None or answer["n"] < answer["min_group"]:
        told: list[Any] = [text("events.clock.incidence.none")]
    else:
        ci = numbers.level_words(answer["level"])
        inside = f"({ci} {numbers.interval(at.lower, at.upper)}, {found['method']})"
        told = [
            html.Span(f"{numbers.percent(at.estimate)}%", className="count"),
            " ",
            brackets(inside),
        ]
    parts = [html.Dt(ask(label, METRICS[3])), html.Dd(html.P(told, className="paper"))]
    return html.Div(parts, **metric(METRICS[3]))


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for key in ("ae", "efficacy"):
        window = answer[key]
        if window is not None:
            id_ = "AE" if key == "ae" else "ORR"
            name = text(f"events.clock.{id_}", time=duration(window["window_days"]))
            found = Proportion.from_json(window["resolved"])
            body.append(proportion_row(text("events.clock.csv.complete", name=name), found))
    related = answer["related"]
    if related is not None:
        time = duration(answer["window_days"])
        body.append(
            proportion_row(
                text("events.clock.related", time=time), Proportion.from_json(related["interim"])
            )
        )
        body.append(
            proportion_row(
                text("events.clock.mature", time=time), Proportion.from_json(related["mature"])
            )
        )
    return tuple(text(k) for k in PROPORTION_HEADER), body
