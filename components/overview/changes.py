"""What changed since the previous cut: every headline then and now, and what moved it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from components import numbers
from components.card import card, empty
from components.cuts import ledger
from components.cuts.parts import signed
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, duration, lower, tools
from components.who import count
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "overview-changes"


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("changes.title"),
        _body(answer),
        n=answer["set_label"] if answer["estimates"] else None,
        subtitle=ledger.subtitle(answer),
        tools=tools(NAME, answer),
        n_metric="ledger",
        subtitle_metric="ledger",
    )


def _body(answer: Answer) -> list[Any]:
    if answer["problem"]:
        return [empty(text(f"cuts.problem.{answer['problem']}"))]
    body: list[Any] = []
    if answer["rules_changed"]:
        body.append(html.P(text("cuts.ledger.rules"), className="sentence"))
    lines = []
    for estimate in answer["estimates"]:
        lines.append(_line(answer, estimate))
        if estimate["id"] == "pfs" and answer["rate"]:
            lines.append(_rate(answer["rate"]))
    body.append(html.Dl([line for line in lines if line is not None], className="since"))
    link = dcc.Link(text("changes.link"), href=f"/cuts?{answer['query']}")
    body.append(html.P([text("changes.more"), " ", link], className="since-more"))
    return body


def _line(answer: Answer, estimate: Mapping[str, Any]) -> html.Div | None:
    """None where neither cut can tell the estimate: the cards above say so already."""
    if estimate["then"] is None and estimate["now"] is None:
        return None
    id_ = estimate["id"]
    then, now = (
        None if estimate[side] is None else Proportion.from_json(estimate[side])
        for side in ("then", "now")
    )
    sides = [_told(id_, p) for p in (then, now)]
    if then is None or now is None:
        why: list[Any] = [text(f"cuts.untold.{'then' if then is None else 'now'}")]
    else:
        why = _why(answer, estimate)
    asked = ledger.metric_of(answer, id_)
    return _row(text(f"cuts.estimate.{id_}"), sides, why, (asked, "ledger"))


def _told(id_: str, found: Proportion | None) -> str:
    if found is None:
        return text("number.ns")
    return str(found.n) if id_ == "enrolled" else numbers.counts(found)


def _why(answer: Answer, estimate: Mapping[str, Any]) -> list[Any]:
    """+4: newly enrolled +2, newly evaluable +3, corrected −1; each count opens its patients."""
    moves = estimate["moves"]
    place = 3 if estimate["id"] == "enrolled" else 2
    total = sum(m[place] for m in moves)
    parts: list[Any] = []
    for cause, mine in ledger.grouped(moves):
        moved = [m for m in mine if m[place]]
        if moved:
            keys = [k for m in moved if (k := answer["keys"].get(m[0]))]
            told = signed(sum(m[place] for m in moved))
            name = text(f"cuts.cause.{cause}")
            parts += [", " if parts else ": ", f"{lower(name)} ", _mark(told, keys, name)]
    if not parts:
        return [text("changes.none")]
    return [html.Span(signed(total), className="since-total"), *parts]


def _mark(words: str, keys: list[str], name: str) -> Any:
    return count(words, " ".join(keys), of=name)


def _rate(rate: Mapping[str, Any]) -> html.Div:
    sides = [
        text("number.ne") if rate[side] is None else f"{numbers.percent(rate[side])}%"
        for side in ("then", "now")
    ]
    why: list[Any] = []
    if rate["then"] is not None and rate["now"] is not None:
        why = [text("changes.points", change=ledger.points(rate["now"] - rate["then"]))]
    label = text("cuts.estimate.pfs_rate", time=duration(rate["day"]))
    return _row(label, sides, why, ("pfs_rate", "pfs_rate"))


def _row(label: str, sides: list[str], why: list[Any], metrics: tuple[str, str]) -> html.Div:
    """`metrics`: the definitions of the estimate and of what its causes moved."""
    told, moved = metrics
    arrow = [
        html.Span([html.Span(text("cuts.side.then"), className="visually-hidden"), sides[0]]),
        html.Span(" → ", className="muted"),
        html.Span(
            [html.Span(text("cuts.side.now"), className="visually-hidden"), sides[1]],
            className="since-now",
        ),
    ]
    return html.Div(
        [
            html.Dt(ask(label, told)),
            html.Dd(arrow, className="since-sides"),
            html.Dd(why, className="why", **metric(moved)),
        ],
        **metric(told),
    )


def rows(answer: Answer) -> Rows:
    """The line of every estimate; the Cuts page has a file patient by patient."""
    header = tuple(text(f"changes.csv.{k}") for k in ("estimate", "then", "now", "change", "why"))
    body: list[tuple[Any, ...]] = []
    for estimate in answer["estimates"]:
        sides = [
            "" if estimate[s] is None else f"{estimate[s]['x']}/{estimate[s]['n']}"
            for s in ("then", "now")
        ]
        place = 3 if estimate["id"] == "enrolled" else 2
        causes = [
            f"{text(f'cuts.cause.{cause}')} {signed(sum(m[place] for m in mine))}"
            for cause, mine in ledger.grouped(estimate["moves"])
            if any(m[place] for m in mine)
        ]
        total = signed(sum(m[place] for m in estimate["moves"]))
        body.append((text(f"cuts.estimate.{estimate['id']}"), *sides, total, listed(causes)))
    return header, body
