"""The commonest terms: a dot plot with the stack of worst grades, x/n beside each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import numbers
from components.card import card, empty
from components.events.parts import cell, high_words, is_severity, share_of, table, unknown
from components.figures.event_terms import STACK, TermMark, any_name, grade_name, terms_figure
from components.graph import graph
from components.menu import choices, menu
from components.metric import metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n, nothing
from components.safety.terms import least_words, switches
from components.who import count
from dashboard.metrics.types import Proportion
from dashboard.text import text

NAME = "events-terms"
METRIC = "ae_term"
#: the switch of the intervals; it changes no number, so it stays on the card
INTERVALS, FRAME = "events-terms-intervals", "events-terms-frame"

Json = Mapping[str, Any]


def draw(answer: Answer, chosen: object = None) -> html.Section:
    return card(
        NAME,
        text("events.terms.title"),
        nothing(answer) or [*_choices(answer), *(unknown(answer) or _body(answer, chosen))],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=_drawable(answer)),
    )


def _choices(answer: Answer) -> list[Any]:
    """Which events count (as on Safety), from how many patients on, how many terms are drawn."""
    links = answer["choices"]
    least = [
        (least_words(int(p)), f"?{q}", int(p) == answer["least"]) for p, q in links["least"].items()
    ]
    tops = [(_top(int(n)), f"?{q}", int(n) == answer["top"]) for n, q in links["tops"].items()]
    pickers = [
        _picker(text("safety.least.name"), least_words(answer["least"]), least),
        _picker(text("events.terms.top"), _top(answer["top"]), tops),
    ]
    return [
        html.Div(pickers, className="card-choices", **metric(METRIC)),
        html.Div(switches(answer), **metric(METRIC)),
    ]


def _top(n: int) -> str:
    return text("events.terms.top.n", n=n)


def _picker(name: str, now: str, links: list[tuple[str, str, bool]]) -> html.Details:
    face = [html.Span(f"{name}: ", className="choice-name"), now]
    listed_ = choices(links, current_words=text("shell.current"))
    return menu(face, listed_, name=f"{name}: {now}", extra="picker")


def _drawable(answer: Answer) -> bool:
    """Of few patients there are counts, and no bar that shows a share."""
    return bool(answer["rows"]) and answer["n"] >= answer["min_group"]


def with_intervals(chosen: object) -> bool:
    """Does the reader's store ask for intervals? It comes from the browser as it is."""
    return chosen is True


def _body(answer: Answer, chosen: object) -> list[Any]:
    if not answer["rows"]:
        narrowed = answer["switches"] or answer["find"] or answer["least"]
        return [empty(text("safety.terms.unmatched" if narrowed else "events.none.counted"))]
    sentence = html.P(_sentence(answer), className="sentence", **metric(METRIC))
    if not _drawable(answer):
        return [sentence, _counts(answer)]
    return [
        sentence,
        html.Div([_switch(chosen), _key(answer)], className="terms-tools"),
        html.Div(picture(answer, intervals=with_intervals(chosen)), id=FRAME),
        html.P(_note(answer), className="figure-note", **metric(METRIC)),
    ]


def _sentence(answer: Answer) -> str:
    top = answer["rows"][0]
    found = Proportion.from_json(top["any"])
    shown = len(answer["rows"])
    said = text("events.terms.hidden", n=answer["least"]) if answer["hidden"] else ""
    told = text(
        "events.terms.words",
        shown=shown,
        terms=plural("events.terms.count", answer["n_terms"]),
        term=top["label"],
        x=found.x,
        n=found.n,
        brackets=numbers.plain_brackets(found, small=answer["min_group"]),
    )
    return f"{told} {said}".strip()


def _counts(answer: Answer) -> html.Div:
    heads = [
        text("events.terms.head.term"),
        any_name(severity=is_severity(answer)),
        high_words(answer),
    ]
    lines = []
    for row in answer["rows"]:
        cells = [cell(heads[1], count(_xn(row["any"]), row["who"], of=row["label"]))]
        high = row["grade3plus"]
        if high is not None:
            cells.append(cell(heads[2], count(_xn(high), row["who_high"], of=row["label"])))
        lines.append(html.Tr([html.Th(row["label"], scope="row"), *cells]))
    shown = heads if answer["scale"] else heads[:2]
    small = text("events.terms.small", n=answer["min_group"])
    return html.Div(
        [table(text("events.terms.title"), shown, lines), html.P(small, className="figure-note")],
        **metric(METRIC),
    )


def _xn(data: Json) -> str:
    return numbers.counts(Proportion.from_json(data))


def _switch(chosen: object) -> html.Div:
    return html.Div(
        dbc.Checkbox(
            id=INTERVALS, label=text("events.terms.intervals"), value=with_intervals(chosen)
        ),
        className="terms-switch",
    )


def _key(answer: Answer) -> html.Ul:
    """What a colour is, worst first, and what the two marks are."""
    held = [k for k in STACK if any(r["by_grade"].get(k) for r in answer["rows"])]
    parts = [
        html.Li(
            [
                html.Span(className=f"grade-key grade-{k}"),
                grade_name(k, severity=is_severity(answer)),
            ]
        )
        for k in held
    ]
    marks = [
        html.Li([html.Span(className="mark-key mark-any"), any_name(severity=is_severity(answer))])
    ]
    if answer["scale"]:
        marks.append(html.Li([html.Span(className="mark-key mark-high"), high_words(answer)]))
    return html.Ul([*parts, *marks], className="grade-legend", **metric(METRIC))


def picture(answer: Answer, *, intervals: bool) -> html.Div:
    """The figure alone: it is drawn again when the intervals are asked for."""
    marks = [m for row in answer["rows"] if (m := mark(row, answer["min_group"])) is not None]
    figure = terms_figure(
        marks,
        severity=is_severity(answer),
        intervals=intervals,
        x_title=text("events.terms.x", n=answer["n"]),
    )
    told = ", ".join(f"{r['label']} {r['any']['x']}/{r['any']['n']}" for r in answer["rows"][:10])
    return graph(
        "events-terms-figure",
        figure,
        alt=text("events.terms.alt", rows=told),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-terms",
        height=figure["layout"]["height"],
        metrics=(METRIC,),
        role="group",
    )


def mark(row: Json, small: int) -> TermMark | None:
    """A row as the figure draws it."""
    any_ = share_of(row["any"], row["who"], small)
    if any_ is None:
        return None
    grades = {k: (x, row["who_by_grade"].get(k, "")) for k, x in row["by_grade"].items()}
    high = share_of(row["grade3plus"], row["who_high"], small)
    return TermMark(row["label"], any_, high, grades)


def _note(answer: Answer) -> str:
    parts = [text("events.terms.note", ci=numbers.level_words(answer["level"]))]
    if answer["scale"] is None:
        parts.append(text("events.terms.ungraded"))
    elif is_severity(answer):
        parts.append(text("events.terms.severity"))
    return " ".join(parts)


HEADER = (
    *("event", "x", "n", "percent", "lower", "upper", "level", "method", "events"),
    *("high_x", "high_percent", "high_lower", "high_upper"),
    *("grade1", "grade2", "grade3", "grade4", "grade5", "grade_missing"),
)


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for row in answer["rows"]:
        found = Proportion.from_json(row["any"])
        high = None if row["grade3plus"] is None else Proportion.from_json(row["grade3plus"])
        above = ("", "", "", "") if high is None else (high.x, *_percents(high))
        body.append(
            (
                row["label"],
                found.x,
                found.n,
                *_percents(found),
                found.level,
                found.method,
                row["n_events"],
                *above,
                *(row["by_grade"][k] for k in ("1", "2", "3", "4", "5", "missing")),
            )
        )
    return tuple(text(f"events.csv.{k}") for k in HEADER), body


def _percents(found: Proportion) -> list[str]:
    return [
        "" if v is None else numbers.percent(v) for v in (found.estimate, found.lower, found.upper)
    ]
