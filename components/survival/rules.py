"""What the censoring rules change: each reading of PFS side by side, and whom they differ in."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, tools
from components.survival import words
from components.who import count, person, row
from dashboard.metrics.kaplan_meier import Quantile, Rate
from dashboard.metrics.sensitivity import TimeDifference
from dashboard.text import text

NAME = "survival-rules"
#: patients listed on the page per pair of readings; the file has all
LISTED = 40


def draw(answer: Answer) -> html.Section:
    readings = answer["readings"]
    return card(
        NAME,
        text("survival.rules.title"),
        _body(answer),
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        subtitle=text("survival.rules.subtitle") if readings else None,
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["readings"]:
        return [empty(text("survival.rules.none"))]
    if answer["n"] == 0:
        return [empty(text("card.empty.filter"))]
    body: list[Any] = [_table(answer)]
    if not answer["assessments_known"]:
        body.append(html.P(text("survival.rules.one"), className="sentence"))
    return body + [_pair(answer, p) for p in answer["pairs"]]


def _name(reading: str) -> str:
    return text(f"survival.reading.{reading}")


def _table(answer: Answer) -> html.Div:
    time = words.at(Rate.from_json(answer["readings"][0]["rate"]))
    heads = [
        text("survival.rules.reading"),
        text("survival.rules.events"),
        text("survival.rules.rate", time=time),
        text("survival.table.median"),
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(text("survival.rules.subtitle"), className="visually-hidden"),
                html.Thead(html.Tr([html.Th(ask(h, "censoring"), scope="col") for h in heads])),
                html.Tbody([_line(answer, r, heads) for r in answer["readings"]]),
            ],
            className="numbers-table stacking",
            **metric("censoring"),
        ),
        className="table-frame",
    )


def _line(answer: Answer, reading: dict[str, Any], heads: list[str]) -> html.Tr:
    level = answer["level"]
    shown = [html.Span(text("survival.rules.shown"), className="role")] if reading["shown"] else []
    if reading["n"] < answer["min_group"]:
        values = ["", ""]
    else:
        values = [
            words.rate(Rate.from_json(reading["rate"]), level),
            words.median(Quantile.from_json(reading["median"]), level),
        ]
    name = _name(reading["id"])
    told = f"{reading['events']}/{reading['n']}"
    counts = count(told, reading["who"], of=f"{name}, {heads[1]}")
    return html.Tr(
        [
            html.Th([name, *shown], scope="row"),
            html.Td([html.Span(heads[1], className="cell-head"), counts]),
            *(_cell(h, v) for h, v in zip(heads[2:], values, strict=True)),
        ]
    )


def _cell(head: str, value: str) -> html.Td:
    value = value or text("survival.groups.counts.only")
    main, _, more = value.partition(" (")
    small = [html.Span(more.rstrip(")"), className="cell-more")] if more else []
    return html.Td([html.Span(head, className="cell-head"), html.Span(main), *small])


def _pair(answer: Answer, pair: dict[str, Any]) -> html.P | html.Details:
    names = {"first": _name(pair["first"]), "second": _name(pair["second"])}
    found = [TimeDifference.from_json(d) for d in pair["differing"]]
    if not found:
        same = text("survival.rules.pair.same", **names)
        return html.P(same, className="sentence", **metric("censoring"))
    summary = words.plural("survival.rules.pair.status", pair["status_differs"], **names)
    later = len(found) - pair["status_differs"]
    if later:
        summary = f"{summary}; {words.plural('survival.rules.pair.time', later)}"
    found.sort(key=lambda d: (d.event[0] == d.event[1], d.usubjid))
    hidden = len(found) - LISTED
    more = [html.P(text("survival.rules.more", n=hidden), className="muted")] if hidden > 0 else []
    return html.Details(
        [
            html.Summary(html.Span(f"{summary}."), className="finding-summary"),
            _differences(answer, found[:LISTED], names, pair["keys"]),
            *more,
        ],
        className="severity differing",
        **metric("censoring"),
    )


def _differences(
    answer: Answer, found: list[TimeDifference], names: dict[str, str], keys: dict[str, str]
) -> html.Div:
    heads = [text("survival.rules.patient"), names["first"], names["second"]]
    lines = [
        row(
            [
                html.Th(person(answer, keys[d.usubjid], d.usubjid), scope="row"),
                *(
                    html.Td([html.Span(heads[1 + i], className="cell-head"), _outcome(d, i)])
                    for i in (0, 1)
                ),
            ],
            keys[d.usubjid],
        )
        for d in found
    ]
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
                html.Tbody(lines),
            ],
            className="numbers-table stacking words-table",
        ),
        className="table-frame",
    )


def _outcome(found: TimeDifference, side: int) -> str:
    days, event = found.days[side], found.event[side]
    if days is None:
        return text("survival.rules.outcome.none")
    return text(
        "survival.rules.outcome",
        status=words.status(event),
        months=numbers.months(days),
        reason=words.reason(found.reason[side]),
    )


def rows(answer: Answer) -> Rows:
    """Every patient some readings differ in, with what each pair of readings says."""
    header = tuple(
        text(f"survival.csv.{k}") for k in ("patient", "rule", "days", "months", "status", "reason")
    )
    body: list[tuple[Any, ...]] = []
    seen: set[tuple[str, str]] = set()
    for pair in answer["pairs"]:
        for data in pair["differing"]:
            found = TimeDifference.from_json(data)
            for side, reading in enumerate((pair["first"], pair["second"])):
                if (found.usubjid, reading) not in seen:
                    seen.add((found.usubjid, reading))
                    body.append(_csv_row(found, side, reading))
    return header, sorted(body, key=lambda row: (row[0], row[1]))


def _csv_row(found: TimeDifference, side: int, reading: str) -> tuple[Any, ...]:
    days = found.days[side]
    months = "" if days is None else numbers.fixed(days / numbers.DAYS_PER_MONTH, 2)
    return (
        found.usubjid,
        _name(reading),
        "" if days is None else round(days, 4),
        months,
        words.status(found.event[side]),
        words.reason(found.reason[side]),
    )
