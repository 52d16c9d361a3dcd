"""Dose modifications per drug and kind with their reasons, as a card."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.exposure.parts import nothing
from components.labs.parts import figure_note, proportion, table
from components.metric import ask, metric
from components.overview.parts import PROPORTION_HEADER, Answer, Rows, proportion_row, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "exposure-changes"
METRICS = ("dose_modification", "safety_n")


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("exposure.changes.title"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["recorded"]:
        return [empty(text("exposure.no_changes"), hint=text("exposure.no_changes.hint"))]
    if not answer["rows"]:
        words = text("exposure.changes.nobody")
        return [html.P(words, className="sentence wide", **metric("dose_modification"))]
    head = [
        text("exposure.drug"),
        ask(text("exposure.change"), "dose_modification"),
        text("exposure.patients"),
        text("exposure.records"),
        text("exposure.reasons"),
    ]
    body = [_row(answer, row) for row in answer["rows"]]
    made = table(text("exposure.changes.title"), head, body, extra="changes")
    return [html.Div([made], **metric("dose_modification")), *_notes(answer)]


def _kind(row: dict[str, Any]) -> str:
    return text("exposure.change.any") if row["any"] else str(row["type"])


def _row(answer: Answer, row: dict[str, Any]) -> html.Tr:
    of = f"{row['drug']}, {_kind(row)}"
    first = html.Th(row["drug"] if row["any"] else "", scope="row")
    if not row["any"]:
        first = html.Th(html.Span(row["drug"], className="visually-hidden"), scope="row")
    return html.Tr(
        [
            first,
            html.Td(_kind(row)),
            html.Td(proportion(answer, row["proportion"], row["who"], of=of)),
            html.Td(str(row["n_records"])),
            html.Td(_opened(row, of)),
        ],
        className="first" if row["any"] else "part",
    )


def reasons(row: dict[str, Any]) -> str:
    """Adverse event 4, logistical reason 1."""
    return ", ".join(f"{_reason(reason)} {n}" for reason, n, _ in row["reasons"])


def _opened(row: dict[str, Any], of: str) -> list[Any]:
    """The same; each number opens its patients."""
    told: list[Any] = []
    for reason, n, keys in row["reasons"]:
        words = _reason(reason)
        opens = count(str(n), keys, of=f"{of}, {words}")
        told.append(html.Span([f"{words} ", opens], className="reason"))
    return told


def _reason(words: str | None) -> str:
    return text("exposure.reason.missing") if words is None else words


def _notes(answer: Answer) -> list[Any]:
    words = [text("exposure.changes.key")]
    key = "exposure.changes.exacn" if answer["rule"] == "EXACN" else "exposure.changes.plan"
    words.append(text(key))
    if answer["unchanged"]:
        told = [text("exposure.changes.none.item", **u) for u in answer["unchanged"]]
        words.append(text("exposure.changes.none", drugs=listed(told)))
    return [figure_note(words, "dose_modification")]


def rows(answer: Answer) -> Rows:
    body = [
        (
            *proportion_row(
                f"{row['drug']}: {_kind(row)}", Proportion.from_json(row["proportion"])
            ),
            row["n_records"],
            reasons(row),
        )
        for row in answer["rows"]
    ]
    header = (*(text(k) for k in PROPORTION_HEADER), text("exposure.records"))
    return (*header, text("exposure.reasons")), body
