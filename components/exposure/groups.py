"""Exposure by backbone, folded until wanted: each group with its own n."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.exposure.parts import nothing, percents, spread
from components.labs.parts import figure_note, fold, proportion, table
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, tools
from components.safety.parts import card_n
from components.survival import words as survival_words
from components.who import count
from dashboard.metrics.kaplan_meier import Quantile
from dashboard.text import listed, text

NAME = "exposure-groups"
METRICS = (
    *("time_on_treatment", "cycles", "dose_intensity", "dose_modification", "stop_reason"),
    "safety_n",
)


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("exposure.groups.title"),
        nothing(answer, records=False) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["groups"]:
        return [empty(text("exposure.groups.none"), hint=text("exposure.groups.none.hint"))]
    words = html.P(
        text("exposure.groups.words", label=answer["backbone_label"], n=len(answer["groups"]) - 1),
        className="sentence wide",
        **metric("safety_n"),
    )
    notes = figure_note(_notes(answer), "safety_n")
    made = fold(text("exposure.groups.show"), [_table(answer), notes])
    return [words, html.Div(made, **metric(*METRICS))]


def _table(answer: Answer) -> html.Div:
    head = [
        answer["backbone_label"],
        text("labs.n"),
        ask(text("exposure.cycles.started"), "cycles"),
        ask(text("exposure.time.short"), "time_on_treatment"),
        ask(text("exposure.groups.study"), "dose_intensity"),
        ask(text("exposure.groups.backbone"), "dose_intensity"),
        ask(text("exposure.groups.changed"), "dose_modification"),
        ask(text("exposure.groups.stopped"), "stop_reason"),
    ]
    body = [_row(answer, g) for g in answer["groups"]]
    return table(text("exposure.groups.title"), head, body, extra="by-backbone")


def _row(answer: Answer, g: dict[str, Any]) -> html.Tr:
    return html.Tr(
        [
            html.Th(g["label"], scope="row"),
            html.Td(count(str(g["n"]), g["who"], of=g["label"])),
            html.Td(spread(g["started"])),
            html.Td(_time(answer, g)),
            html.Td(_dose(g["study"])),
            html.Td(_dose(g["backbone"])),
            html.Td(
                text("number.ns")
                if g["changed"] is None
                else proportion(answer, g["changed"], g["changed_who"], of=g["label"])
            ),
            html.Td(proportion(answer, g["stopped"], g["stopped_who"], of=g["label"])),
        ]
    )


def _time(answer: Answer, g: dict[str, Any]) -> Any:
    if g["time"] is None:
        return text("number.ns")
    if g["small"]:
        return text("exposure.groups.small")
    median = Quantile.from_json(g["time"])
    ends = survival_words.month_ends(median.lower, median.upper)
    ci = f"{numbers.level_words(answer['level'])} {ends}"
    return [numbers.months(median.estimate), html.Span(brackets(ci), className="cell-more")]


def _dose(found: dict[str, Any]) -> Any:
    if not found["n"]:
        return text("number.ns")
    return [
        percents(found),
        html.Span(text("card.n", n=found["n"]), className="cell-more"),
    ]


def _notes(answer: Answer) -> list[str]:
    words = []
    if not answer["randomised"]:
        words.append(text("cohort.chosen.overlap" if answer["overlapping"] else "cohort.chosen"))
    elif answer["overlapping"]:
        words.append(text("cohort.overlap"))
    words.append(text("exposure.groups.key", n=answer["min_group"]))
    if answer["empty_groups"]:
        words.append(text("cohort.empty", groups=listed(answer["empty_groups"])))
    return words


HEADER = ("group", "n", "cycles", "months", "study", "backbone", "changed", "stopped")


def rows(answer: Answer) -> Rows:
    body = [
        (
            g["label"],
            g["n"],
            _plain(g["started"]["median"]),
            "" if g["time"] is None or g["small"] else _months(g["time"]["estimate"]),
            _plain(g["study"]["median"]),
            _plain(g["backbone"]["median"]),
            "" if g["changed"] is None else g["changed"]["x"],
            g["stopped"]["x"],
        )
        for g in answer["groups"]
    ]
    return tuple(text(f"exposure.csv.group.{k}") for k in HEADER), body


def _plain(value: float | None) -> object:
    return "" if value is None else round(value, 4)


def _months(days: float | None) -> str:
    return "" if days is None else numbers.months(days)
