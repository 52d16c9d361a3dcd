"""The course of events: prevalence by cycle, onset, duration, and whether they are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.events.parts import (
    cell,
    is_severity,
    kinds,
    only,
    range_words,
    table,
    unknown,
)
from components.figures.event_prevalence import CycleMark, height, prevalence_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, lower, plural, tools
from components.safety.parts import card_n, nothing
from components.who import count
from dashboard.metrics.types import Proportion
from dashboard.text import text

NAME = "events-course"
METRICS = ("ae_prevalence", "ae_onset", "ae_duration", "ae_outcome")
STATES = ("resolved", "ended", "ongoing", "fatal", "unknown")
#: states told only where there is one
RARE = ("ended", "fatal", "unknown")

Json = Mapping[str, Any]


def draw(answer: Answer) -> html.Section:
    cycles = answer["kind"] is not None and bool(answer["prevalence"]["rows"])
    return card(
        NAME,
        text("events.course.title"),
        nothing(answer) or unknown(answer) or [*only(answer, METRICS[0]), *_body(answer)],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=cycles),
    )


def _body(answer: Answer) -> list[Any]:
    return [
        *kinds(answer, METRICS[0]),
        _facts(answer),
        html.H3(_title(answer), className="list-title", **metric(METRICS[0])),
        *_prevalence(answer),
        *_terms(answer),
    ]


def _title(answer: Answer) -> str:
    if answer["among"]:
        return text(
            "events.prevalence.title.among",
            kind=answer["kind"],
            among=lower(answer["among"]),
        )
    return text("events.prevalence.title", kind=answer["kind"])


# --- the kind in view -----------------------------------------------------------------------------


def _facts(answer: Answer) -> html.Dl:
    chosen = answer["chosen"]
    onset, outcome = chosen["onset"], chosen["outcome"]
    states: list[Any] = []
    for state in STATES:
        x = outcome[state]
        if not x and state in RARE:
            continue
        words = text(f"events.outcome.{state}", n=x)
        keys = outcome["who_ongoing"] if state == "ongoing" else ""
        if states:
            states.append("; ")
        states.append(words)
        if keys:
            who = count(plural("number.patients", outcome["patients_ongoing"]), keys, of=words)
            states += [" (", who, ")"]
    parts = [
        _fact(METRICS[1], "onset", _onset(onset)),
        _fact(METRICS[2], "duration", [_duration(outcome)]),
        _fact(METRICS[3], "outcome", states if outcome["n_events"] else [text("events.none")]),
    ]
    return html.Dl(parts, className="survival-headline course-facts")


def _fact(metric_id: str, key: str, value: list[Any]) -> html.Div:
    return html.Div(
        [html.Dt(ask(text(f"events.course.{key}"), metric_id)), html.Dd(value)],
        **metric(metric_id),
    )


def _onset(onset: Json) -> list[Any]:
    if not onset["n"]:
        return [text("events.none")]
    told = text(
        "events.onset",
        median=f"{onset['median']:g}",
        low=f"{onset['minimum']:g}",
        high=f"{onset['maximum']:g}",
    )
    who = count(plural("number.patients", onset["n"]), onset["who"], of=text("events.course.onset"))
    return [told, ", ", who]


def _duration(outcome: Json) -> str:
    if not outcome["n_duration"]:
        return text("events.duration.none")
    told = range_words(
        outcome["median"], outcome["minimum"], outcome["maximum"], outcome["n_duration"]
    )
    return text("events.duration", range=told)


# --- by cycle -------------------------------------------------------------------------------------


def marks_of(answer: Answer) -> tuple[CycleMark, ...]:
    """Cycles as the figure draws them, each with its patients of grade 3 or higher."""
    small = answer["min_group"]
    high = {r["cycle"]: r for r in (answer["high"] or {"rows": []})["rows"]}
    found = []
    for row in answer["prevalence"]["rows"]:
        share = Proportion.from_json(row["prevalence"])
        above = high.get(row["cycle"])
        top = None if above is None else Proportion.from_json(above["prevalence"])
        found.append(
            CycleMark(
                row["cycle"],
                share.x,
                share.n,
                numbers.proportion(share, small=small),
                row["who"],
                None if top is None else top.x,
                "" if top is None else numbers.proportion(top, small=small),
                "" if above is None else above["who"],
                few=share.n < small,
            )
        )
    return tuple(found)


def _prevalence(answer: Answer) -> list[Any]:
    cycles = marks_of(answer)
    about = metric(METRICS[0])
    if not cycles:
        return [html.P(text("events.prevalence.none"), className="note")]
    figure = prevalence_figure(
        cycles, severity=is_severity(answer), y_title=text("events.prevalence.y")
    )
    told = ", ".join(
        text("events.prevalence.alt.cycle", cycle=c.cycle, x=c.x, n=c.n) for c in cycles[:8]
    )
    return [
        graph(
            "events-course-figure",
            figure,
            alt=text("events.prevalence.alt", kind=answer["kind"], rows=told),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-prevalence",
            height=height(cycles),
            metrics=(METRICS[0],),
        ),
        html.P(_note(answer), className="figure-note", **about),
    ]


def _note(answer: Answer) -> str:
    found = answer["prevalence"]
    key = "severity" if is_severity(answer) else "grade"
    parts = [text(f"events.prevalence.note.{key if answer['scale'] else 'none'}")]
    parts.append(text("events.prevalence.rule", rule=lower(found["rule"])))
    few = [r for r in found["rows"] if r["prevalence"]["n"] < answer["min_group"]]
    if few:
        parts.append(text("events.prevalence.few", n=answer["min_group"]))
    if found["undated"]:
        parts.append(plural("events.prevalence.undated", found["undated"]))
    if found["later"]:
        parts.append(plural("events.prevalence.later", found["later"]))
    return " ".join(parts)


# --- by term --------------------------------------------------------------------------------------


def _terms(answer: Answer) -> list[Any]:
    if not answer["terms"]:
        return []
    heads = [text(f"events.course.head.{k}") for k in ("term", "onset", "duration", "outcome")]
    shown = [heads[0], *(ask(h, m) for h, m in zip(heads[1:], METRICS[1:], strict=True))]
    lines = [_line(row, heads) for row in answer["terms"]]
    title = text("events.course.terms")
    return [
        html.H3(title, className="list-title"),
        html.Div(table(title, shown, lines), **metric(*METRICS[1:])),
    ]


def _line(row: Json, heads: list[str]) -> html.Tr:
    outcome = row["outcome"]
    told: list[Any] = [text("events.outcome.resolved", n=outcome["resolved"]), "; "]
    ongoing = text("events.outcome.ongoing", n=outcome["ongoing"])
    told.append(count(ongoing, outcome["who_ongoing"], of=row["label"]))
    for state in RARE:
        if outcome[state]:
            told += ["; ", text(f"events.outcome.{state}", n=outcome[state])]
    return html.Tr(
        [
            html.Th(row["label"], scope="row"),
            cell(heads[1], *_onset(row["onset"])),
            cell(heads[2], _duration(outcome)),
            cell(heads[3], *told),
        ]
    )


HEADER = (
    *("event", "patients", "onset_median", "onset_minimum", "onset_maximum"),
    *("events", "resolved", "ended", "ongoing", "fatal", "unknown"),
    *("durations", "duration_median", "duration_minimum", "duration_maximum"),
    *("cycle", "x", "n", "percent", "lower", "upper", "level", "method"),
)


def rows(answer: Answer) -> Rows:
    """First onset, outcome and duration (of the kind and of each term), then the cycles."""
    header = tuple(text(f"events.csv.{k}") for k in HEADER)
    if answer["kind"] is None:
        return header, []
    body: list[tuple[Any, ...]] = []
    for row in (answer["chosen"], *answer["terms"]):
        onset, outcome = row["onset"], row["outcome"]
        days = [onset["median"], onset["minimum"], onset["maximum"]]
        lasted = [outcome["median"], outcome["minimum"], outcome["maximum"]]
        body.append(
            (
                row["label"],
                onset["n"],
                *("" if v is None else f"{v:g}" for v in days),
                outcome["n_events"],
                *(outcome[s] for s in STATES),
                outcome["n_duration"],
                *("" if v is None else f"{v:g}" for v in lasted),
                *[""] * 8,
            )
        )
    for row in answer["prevalence"]["rows"]:
        share = Proportion.from_json(row["prevalence"])
        values = [
            "" if v is None else numbers.percent(v)
            for v in (share.estimate, share.lower, share.upper)
        ]
        cells = (row["cycle"], share.x, share.n, *values, share.level, share.method)
        body.append((answer["kind"], *[""] * 14, *cells))
    return header, body
