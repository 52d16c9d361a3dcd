"""One parameter as a card: the menu, each patient over the visits, and a table of the visits."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.figures.lab_lines import height, lab_figure
from components.graph import graph
from components.labs.parts import (
    amount,
    chooser,
    figure_note,
    fold,
    label,
    nothing,
    table,
    unit,
)
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n
from dashboard.text import listed, text

NAME = "labs-parameter"
METRICS = ("lab_values", "lab_change", "safety_n")


def draw(answer: Answer) -> html.Section:
    drawn = _drawn(answer)
    return card(
        NAME,
        text("labs.parameter.title", label=_short(answer))
        if answer["label"]
        else text("labs.parameter"),
        nothing(answer) or [*chooser(answer), *_body(answer)],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=drawn, select=drawn),
    )


def _drawn(answer: Answer) -> bool:
    return bool(answer["lines"] and answer["change"]["visits"])


def _short(answer: Answer) -> str:
    units = answer["lines"]["unit"] if answer["lines"] else ""
    return label(answer["label"], units)


def _body(answer: Answer) -> list[Any]:
    if not answer["lines"]:
        return [empty(text("labs.parameter.empty", label=answer["label"]))]
    words = html.P(
        " ".join(_words(answer)), className="sentence wide", **metric("lab_values", "lab_change")
    )
    if not _drawn(answer):
        return [words, empty(text("labs.parameter.unplanned"))]
    return [
        words,
        graph(
            "labs-parameter-figure",
            lab_figure({**answer, "short": _short(answer)}),
            alt=_alt(answer),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-{answer['parameter'].lower()}",
            height=height(len(answer["change"]["visits"])),
            metrics=METRICS[:2],
        ),
        figure_note(_notes(answer), "lab_values", "lab_change"),
        html.Div(fold(text("labs.parameter.visits"), [_visits(answer)]), **metric("lab_change")),
    ]


def _words(answer: Answer) -> list[str]:
    """From baseline to the visit at which the median had moved farthest."""
    lines, quality = answer["lines"], answer["quality"]
    told = unit(lines["unit"]) or text("labs.no_unit")
    words = [
        text(
            "labs.parameter.words",
            values=plural("labs.values", quality["n"]),
            patients=plural("number.patients", quality["patients"]),
            of=answer["n"],
            unit=told,
        )
    ]
    far = answer["far"]
    if far is not None:
        words.append(
            text(
                "labs.parameter.far",
                visit=answer["visit_words"][far["visit"]],
                change=signed(far["change"]["median"]),
                unit=told,
                q1=signed(far["change"]["q1"]),
                q3=signed(far["change"]["q3"]),
                n=far["change"]["n"],
            )
        )
    return words


def signed(value: float | None) -> str:
    """+52, −3.1."""
    told = amount(value)
    if value is None or value == 0:
        return told
    return f"+{told}" if value > 0 else f"\u2212{told.removeprefix('-')}"


def _notes(answer: Answer) -> list[str]:
    lines, change, quality = answer["lines"], answer["change"], answer["quality"]
    words = [text("labs.parameter.key", n=answer["min_group"])]
    if lines["low"] is None and lines["high"] is None:
        key = "labs.parameter.no_range" if quality["without_range"] else "labs.parameter.ranges"
        words.append(text(key))
    if lines["unscheduled"]:
        words.append(
            text(
                "labs.parameter.unscheduled",
                values=plural("labs.values", lines["unscheduled"]),
                low=amount(lines["unscheduled_low"]),
                high=amount(lines["unscheduled_high"]),
            )
        )
    if change["other_units"]:
        words.append(text("labs.parameter.other_units", units=listed(change["other_units"])))
    if len(lines["lines"]) < lines["patients"]:
        words.append(text("labs.lines.few", drawn=len(lines["lines"]), n=lines["patients"]))
    return words


def _visits(answer: Answer) -> html.Div:
    head = [
        text("labs.visit"),
        text("labs.n"),
        ask(text("labs.value"), "lab_values"),
        text("labs.change.n"),
        ask(text("labs.change"), "lab_change"),
        text("labs.change.percent"),
    ]
    body = [
        html.Tr(
            [
                html.Th(answer["visit_words"][v["visit"]], scope="row"),
                html.Td(str(v["value"]["n"])),
                html.Td(_spread(v["value"])),
                html.Td(str(v["change"]["n"])),
                html.Td(_spread(v["change"], sign=True)),
                html.Td(_spread(v["percent_change"], sign=True)),
            ]
        )
        for v in answer["change"]["visits"]
    ]
    return table(text("labs.parameter.visits"), head, body, extra="visits")


def _spread(found: dict[str, Any], *, sign: bool = False) -> str:
    if not found["n"]:
        return "–"
    say = signed if sign else amount
    return text(
        "labs.quartiles", median=say(found["median"]), q1=say(found["q1"]), q3=say(found["q3"])
    )


def _alt(answer: Answer) -> str:
    visits = answer["change"]["visits"]
    return text(
        "labs.parameter.alt",
        label=answer["label"],
        n=answer["lines"]["patients"],
        visits=plural("labs.planned", len(visits)),
    )


HEADER = ("parameter", "unit", "visit", "n", "median", "q1", "q3", "change_n", "change")


def rows(answer: Answer) -> Rows:
    """The summary of every planned visit."""
    body: list[tuple[Any, ...]] = []
    if answer["lines"]:
        body = [
            (
                answer["label"],
                answer["lines"]["unit"],
                answer["visit_words"][v["visit"]],
                v["value"]["n"],
                v["value"]["median"],
                v["value"]["q1"],
                v["value"]["q3"],
                v["change"]["n"],
                "" if v["change"]["median"] is None else v["change"]["median"],
            )
            for v in answer["change"]["visits"]
        ]
    return tuple(text(f"labs.csv.{k}") for k in HEADER), body
