"""Shift of the chosen parameter from baseline to worst: every cell opens its patients."""

from __future__ import annotations

from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card, empty
from components.labs.parts import chooser, label, nothing, version
from components.metric import metric
from components.overview.parts import Answer, Rows, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.text import text

NAME = "labs-shift"
METRICS = ("lab_shift", "safety_n", "lab_values")


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("labs.shift.title", label=label(answer["label"]))
        if answer["label"]
        else text("labs.shift"),
        nothing(answer) or [*chooser(answer), *_body(answer)],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["tables"]:
        return [empty(text("labs.parameter.empty", label=answer["label"]))]
    words = [text("labs.shift.words", n=answer["n"], days=answer["teae_days"])]
    if not answer["gradable"]:
        key = "labs.shift.no_term" if answer["graded"] else "labs.ungraded.version"
        words.append(text(key, version=version(answer) if answer["graded"] else answer["version"]))
    return [
        html.P(" ".join(words), className="sentence wide", **metric("lab_shift")),
        html.Div([_table(answer, t) for t in answer["tables"]], className="shift-tables"),
    ]


def title(answer: Answer, told: dict[str, Any]) -> str:
    if told["term"]:
        return text("labs.shift.grades", term=told["term"], version=version(answer))
    return text("labs.shift.range")


def _table(answer: Answer, told: dict[str, Any]) -> html.Div:
    cells = {(b, a): (n, who) for b, a, n, who in told["cells"]}
    columns, kind = told["columns"], "grade" if told["term"] else "range"
    words = title(answer, told)
    head = html.Tr(
        [
            html.Th(text("labs.shift.before"), scope="col"),
            *(html.Th(_key(kind, c), scope="col") for c in columns),
            html.Th(text("labs.shift.total"), scope="col"),
        ]
    )
    body = []
    for r in told["rows"]:
        made = [
            _cell(cells.get((r, c), (0, "")), f"{words}: {_key(kind, r)}, {_key(kind, c)}", r, c)
            for c in columns
        ]
        total = sum(cells.get((r, c), (0, ""))[0] for c in columns)
        body.append(html.Tr([html.Th(_key(kind, r), scope="row"), *made, html.Td(str(total))]))
    return html.Div(
        [
            html.H3(words, className="list-title"),
            html.P(text("labs.shift.after"), className="shift-after"),
            html.Table(
                [
                    html.Caption(words, className="visually-hidden"),
                    html.Thead(head),
                    html.Tbody(body),
                ],
                className="numbers-table shift",
            ),
        ],
        className="table-frame by-group-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=words),
        **metric("lab_shift"),
    )


def _cell(found: tuple[int, str], of: str, before: str, after: str) -> html.Td:
    n, who = found
    worse = before != after and "missing" not in {before, after} and after != "normal"
    worse = worse and not (before.isdigit() and after.isdigit() and after < before)
    kind = "zero" if not n else "worse" if worse else ""
    return html.Td(count(str(n), who, of=of), className=kind)


def _key(kind: str, value: str) -> str:
    if value == "missing":
        return text("labs.shift.missing")
    return text("labs.grade", grade=value) if kind == "grade" else text(f"labs.side.{_id(value)}")


def _id(value: str) -> str:
    return value.replace(" ", "_")


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for told in answer["tables"]:
        kind = "grade" if told["term"] else "range"
        cells = {(b, a): n for b, a, n, _ in told["cells"]}
        body += [
            (
                answer["label"],
                title(answer, told),
                _key(kind, r),
                _key(kind, c),
                cells.get((r, c), 0),
                told["n"],
            )
            for r in told["rows"]
            for c in told["columns"]
        ]
    names = ("parameter", "table", "before", "after", "patients", "n")
    return tuple(text(f"labs.csv.{k}") for k in names), body
