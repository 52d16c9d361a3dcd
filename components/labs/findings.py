"""The page's answer in words: who is out of range by grade, and what stands against the values."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.labs.parts import (
    no_grades,
    nothing,
    proportion,
    sentence,
    table,
    version,
)
from components.metric import ask, metric
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    brackets,
    plural,
    proportion_row,
    tools,
)
from components.safety.parts import card_n
from components.who import count, plain
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "labs-findings"
METRICS = ("lab_grade", "lab_values", "safety_n")
#: terms that stand in the first table
SHOWN = 8
#: problems that stand in sight; the others are folded away
PROBLEMS = 6


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("labs.findings.title"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=None if answer["missing"] else _subtitle(answer),
        subtitle_metric="lab_values",
        tools=tools(NAME, answer),
    )


def _subtitle(answer: Answer) -> str:
    return text(
        "labs.findings.subtitle",
        values=f"{answer['values']:,}",
        parameters=plural("labs.parameters", answer["parameters"]),
    )


def _body(answer: Answer) -> list[Any]:
    return [*_grades(answer), *_problems(answer)]


def _grades(answer: Answer) -> list[Any]:
    terms = answer["terms"]
    if not answer["graded"]:
        return no_grades(answer)
    if not terms:
        words = text("labs.findings.none.gradable", version=version(answer))
        return [html.P(words, className="sentence wide", **metric("lab_grade"))]
    high = [t for t in terms if t["high"]["x"]]
    parts: list[Any] = [_headline(answer), _words(answer, high)]
    if high:
        parts.append(_table(answer, high))
    return parts


def _headline(answer: Answer) -> html.P:
    number = Proportion.from_json(answer["high"])
    told = numbers.in_brackets(number, small=answer["min_group"])
    return html.P(
        [
            count(numbers.counts(number), answer["who_high"], of=text("labs.high")),
            " ",
            text("labs.findings.high"),
            " ",
            brackets(told),
        ],
        className="paper",
        **metric("lab_grade"),
    )


def _words(answer: Answer, high: list[dict[str, Any]]) -> html.P:
    rest = [t for t in answer["terms"] if not t["high"]["x"]]
    words = [text("labs.findings.rule", version=version(answer), days=answer["teae_days"])]
    if high and rest:
        words.append(plural("labs.findings.rest", len(rest)))
    if not high:
        words.append(plural("labs.findings.no_high", len(rest)))
    return sentence(" ".join(words), metrics=("lab_grade",))


def _table(answer: Answer, high: list[dict[str, Any]]) -> html.Div:
    ranked = sorted(high, key=lambda t: (-t["high"]["x"], -t["any"]["x"], t["term"]))
    head = [
        text("labs.term"),
        ask(text("labs.high"), "lab_grade"),
        text("labs.grade", grade=3),
        text("labs.grade", grade=4),
        text("labs.any"),
    ]
    body = [
        html.Tr(
            [
                html.Th(t["term"], scope="row"),
                html.Td(proportion(answer, t["high"], t["who_high"], of=t["term"])),
                *(html.Td(count(str(t["grades"][g]), t["who"][g], of=t["term"])) for g in (3, 4)),
                html.Td(count(f"{t['any']['x']}/{t['any']['n']}", t["who_any"], of=t["term"])),
            ]
        )
        for t in ranked[:SHOWN]
    ]
    made = table(text("labs.findings.table"), head, body)
    return html.Div([made], **metric("lab_grade"))


def _problems(answer: Answer) -> list[Any]:
    differs = [p for p in answer["problems"] if p["kind"] == "differs"]
    lines = [_problem(p) for p in answer["problems"] if p["kind"] != "differs"]
    if not lines and not answer["notes"]:
        lines.append(html.Li(text("labs.problems.none")))
    if differs:
        lines.append(_differs(answer, differs))
    if answer["ungraded"]:
        lines.append(
            html.Li(
                text(
                    "labs.problem.ungraded",
                    labels=listed(answer["ungraded"]),
                    version=version(answer),
                )
            )
        )
    lines += [html.Li(f"{note}.") for note in answer["notes"]]
    if answer["imported"]:
        lines.append(html.Li(plural("labs.problem.imported", answer["imported"])))
    title = html.H3(text("labs.problems"), className="list-title")
    shown: list[Any] = [html.Ul(lines[:PROBLEMS], className="lab-problems")]
    more = lines[PROBLEMS:]
    if more:
        shown.append(
            html.Details(
                [
                    html.Summary(plural("labs.problems.more", len(more)), className="fold"),
                    html.Ul(more, className="lab-problems"),
                ],
                className="folded",
            )
        )
    return [html.Div([title, *shown], **metric("lab_values", "lab_grade"))]


def _differs(answer: Answer, found: list[dict[str, Any]]) -> html.Li:
    """Where the export grades otherwise, all terms in one line."""
    items = [text("labs.problem.differs.item", label=p["label"], n=p["n"]) for p in found]
    n = sum(p["n"] for p in found)
    return html.Li(
        text(
            "labs.problem.differs",
            values=plural("labs.values", n),
            labels=listed(items),
            version=version(answer),
        )
    )


def _problem(problem: dict[str, Any]) -> html.Li:
    kind, n = problem["kind"], problem["n"]
    words = text(
        f"labs.problem.{kind}",
        label=problem["label"],
        values=plural("labs.values", n),
        patients=plural("number.patients", n),
        units=listed(problem.get("units", ())),
        times=f"{problem.get('times', 0):g}",
    )
    who = problem["who"]
    remedy = text(f"labs.problem.{kind}.remedy")
    shown = count(words, who) if who else plain(words)
    return html.Li([shown, " ", html.Span(remedy, className="muted")])


def rows(answer: Answer) -> Rows:
    """Grade 3 or higher of every gradable term, then the problems."""
    body = [
        proportion_row(f"{t['term']}, {text('labs.high')}", Proportion.from_json(t["high"]))
        for t in answer["terms"]
    ]
    for problem in answer["problems"]:
        kind = text(f"labs.csv.problem.{problem['kind']}")
        words = f"{problem['label']}: {kind}"
        body.append((words, problem["n"], *[""] * 6))
    return tuple(text(k) for k in PROPORTION_HEADER), body
