"""Safety so far: related events of grade 3 or higher, and serious events, in the safety set."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.overview.finding import axis, bar_of, finding, missing
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    paper,
    plural,
    proportion_row,
    tools,
    who,
)
from dashboard.metrics.ae_overview import AeFlag, AeOverview
from dashboard.text import text

NAME = "overview-safety"
_FLAGS = ("related_grade3plus", "serious")
#: the definition of each
METRICS = {"related_grade3plus": "ae_related_high", "serious": "ae_serious"}


def draw(answer: Answer) -> html.Section:
    told = AeOverview.from_json(answer["overview"]) if answer["overview"] else None
    body: list[Any]
    if told is None:
        why = "safety.missing.doses" if answer["events_known"] else "safety.missing.events"
        body = [empty(text(why))]
    elif answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        body = [*(_row(answer, told, name) for name in _FLAGS), axis()]
    return card(
        NAME,
        text("safety.title"),
        body,
        n=f"{answer['set_label']}, {_size(answer)}",
        n_metric="safety_n",
        tools=tools(NAME, answer),
    )


def _size(answer: Answer) -> str:
    """Where nobody is said to be dosed, the size of the set is not known: it is not 0."""
    return text("card.n", n=answer["n"]) if answer["set_known"] else text("number.ns")


def _title(told: AeOverview, name: str) -> str:
    """Never "grade" where the export only has severity."""
    if name == "serious":
        return text("safety.serious")
    return text(f"safety.{name}.{told.scale or 'CTCAE'}")


def _key(told: AeOverview, name: str) -> str:
    if name == "serious":
        return "safety.words.serious"
    return f"safety.words.{name}.{told.scale or 'CTCAE'}"


def _row(answer: Answer, told: AeOverview, name: str) -> html.Div:
    title = _title(told, name)
    flag: AeFlag = told.flag(name)
    if flag.proportion is None:
        return missing(answer, title, "AE", text("safety.missing.flag"), METRICS[name])
    number = flag.proportion
    words = text(
        _key(told, name), events=plural("safety.events", flag.n_events or 0), **who(answer, number)
    )
    return finding(
        answer,
        title,
        "AE",
        [words],
        metric_id=METRICS[name],
        number=paper(number, small=answer["min_group"], who=answer["flag_who"][name], of=title),
        bar=bar_of(answer, title, number),
    )


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    if answer["overview"]:
        told = AeOverview.from_json(answer["overview"])
        for flag in told.flags:
            if flag.proportion is not None:
                body.append(proportion_row(flag.label, flag.proportion))
    return tuple(text(k) for k in PROPORTION_HEADER), body
