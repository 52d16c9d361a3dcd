"""The head of a patient's page: who, where in the list, key facts, previous and next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.links import view_link
from components.metric import ask, metric
from components.overview.parts import tools
from components.patients.listing import (
    address,
    backbone_words,
    days_words,
    grade_cell,
    head_words,
    shown_words,
    status_words,
)
from components.patients.words import best_why, best_words, lower, months_words, percent_words
from components.survival.words import reason as reason_words
from dashboard.listing import EVERYBODY
from dashboard.text import day, text

NAME = "patient-facts"
#: the definition of a fact; the others stand as the export has them
METRICS = {
    "days": "treatment_time",
    "best": "bor",
    "change": "best_change",
    "PFS": "pfs",
    "OS": "os",
    "DOR": "dor",
    "grade": "worst_grade",
}
RECORDED = "patient_course"

Answer = Mapping[str, Any]


def draw(answers: Sequence[Answer], around: Answer) -> html.Section:
    """Key facts of one patient, or of each side by side."""
    lead = answers[0]
    body: list[Any] = [_steps(lead, around)]
    body.append(_facts(lead) if len(answers) == 1 else _side_by_side(answers))
    names = " · ".join(a["patient"]["id"] for a in answers)
    return card(
        NAME,
        text("patient.title", id=names),
        body,
        marks=("patient_course",),
        tools=tools(NAME, lead, data=False, key=lead["patient"]["key"]),
        extra="patient-head",
    )


def _side_by_side(answers: Sequence[Answer]) -> html.Div:
    """A column per patient, a row per fact, so that the same fact stands on one line."""
    told = [{key: (name, words, more) for key, name, words, more in facts_of(a)} for a in answers]
    names = {key: fact[0] for each in told for key, fact in each.items()}
    heads = [html.Th(html.Span(text("patient.facts"), className="visually-hidden"), scope="col")]
    heads += [html.Th(_name(a), scope="col") for a in answers]
    rows = [
        html.Tr(
            [
                html.Th(ask(name, METRICS.get(key, RECORDED)), scope="row"),
                *(html.Td(_fact(*t[key][1:]) if key in t else "–") for t in told),
            ],
            **metric(METRICS.get(key, RECORDED)),
        )
        for key, name in names.items()
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(text("patient.facts"), className="visually-hidden"),
                html.Thead(html.Tr(heads)),
                html.Tbody(rows),
            ],
            className="numbers-table facts-table",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=text("patient.facts")),
    )


def _fact(words: str, more: str | None) -> list[Any]:
    return [words, *([html.Small(more, className="fact-more")] if more else [])]


def _name(answer: Answer) -> Any:
    patient = answer["patient"]
    return view_link(text("patient.title", id=patient["id"]), address(answer, patient["key"]))


def _steps(answer: Answer, around: Answer) -> html.Nav:
    """Back to the list, previous and next in its order, print."""
    place = ""
    if around["at"] is not None:
        order = head_words({**answer}, around["order"].removeprefix("-"))
        place = text("patient.place", at=around["at"], n=around["n"], order=lower(order))
        place += _narrowed(answer, around)
    return html.Nav(
        [
            view_link(
                text("patient.back"),
                f"/patients?{answer.get('address') or answer['query']}",
                className="page-button",
            ),
            _step(answer, around, "previous", around["before"]),
            _step(answer, around, "next", around["after"]),
            html.Span(place, className="muted step-place"),
            html.Span(text("patient.keys"), className="muted step-keys"),
            html.Button(
                text("patient.print"),
                type="button",
                className="page-button step-print",
                **attrs(data_action="print"),
            ),
        ],
        className="patient-steps",
        **attrs(aria_label=text("patient.steps")),
    )


def _narrowed(answer: Answer, around: Answer) -> str:
    """How the list that previous and next walk through was narrowed."""
    severity = answer["scale"] == "severity"
    parts = []
    if around["shown"] != EVERYBODY:
        parts.append(shown_words(around["shown"], severity=severity))
    if around["find"]:
        parts.append(text("patient.place.find", words=around["find"]))
    return text("patient.place.narrowed", how=", ".join(map(lower, parts))) if parts else ""


def _step(answer: Answer, around: Answer, name: str, to: Any) -> Any:
    if to is None:
        return html.Span(text(f"patient.{name}.none"), className="muted step-none")
    return view_link(
        text(f"patient.{name}", id=to["id"]),
        address(answer, to["key"]),
        className="page-button",
        id=f"patient-{name}",
    )


def _facts(answer: Answer) -> html.Dl:
    return html.Dl(
        [
            html.Div(
                [html.Dt(ask(name, METRICS.get(key, RECORDED))), html.Dd(_fact(words, more))],
                **metric(METRICS.get(key, RECORDED)),
            )
            for key, name, words, more in facts_of(answer)
        ],
        className="patient-facts",
    )


Fact = tuple[str, str, str, str | None]


def facts_of(answer: Answer) -> list[Fact]:
    """What a physician asks first, as id, name, words and more; only what the export can say."""
    has = set(answer["columns"])
    who, words = _who(answer["patient"])
    times = [_named(t["id"], _time(t)) for t in answer["times"]]
    return [
        *_treatment(answer, has),
        *([("who", who, words, None)] if words else []),
        *_outcome(answer, has),
        *times,
        *([_named("grade", _worst(answer), _events(answer))] if "grade" in has else []),
    ]


def _named(key: str, words: str, more: str | None = None) -> Fact:
    return key, text(f"patient.fact.{key}"), words, more


def _treatment(answer: Answer, has: set[str]) -> list[Fact]:
    """Backbone, lines before, first dose, how long and whether it goes on."""
    patient = answer["patient"]
    found: list[Fact] = []
    if "backbone" in has:
        label = answer["backbone_label"]
        found.append(("backbone", label, backbone_words(answer, patient), None))
    if "line" in has:
        name = text(f"patient.fact.line.{answer['prior_column']}")
        found.append(("line", name, patient["line"] or text("number.ns"), None))
    if "start" in has and patient["start"] is not None:
        found.append(_named("start", day(patient["start"])))
    if "days" in has:
        found.append(_named("days", days_words(patient)))
    if "status" in has:
        found.append(_named("status", status_words(patient)))
    return found


def _outcome(answer: Answer, has: set[str]) -> list[Fact]:
    """Best response with what made it, and the best change."""
    best, change = answer["tumour"]["best"], answer["patient"]["change"]
    found = [_named("best", best_words(best), best_why(best))] if "best" in has else []
    if "change" in has:
        words = text("patients.cell.no_bar") if change is None else percent_words(change)
        found.append(_named("change", words))
    return found


def _who(patient: Answer) -> tuple[str, str]:
    """Age, sex and ECOG as far as they are stated: their names, and their words."""
    known = {
        "age": patient["age"] and text("patient.years", age=patient["age"]),
        "sex": patient["sex"],
        "ecog": patient["ecog"] and text("patient.ecog", ecog=patient["ecog"]),
    }
    names = [text(f"patient.fact.{k}") for k, words in known.items() if words]
    told = ", ".join(words for words in known.values() if words)
    return ", ".join(names)[:1].upper() + ", ".join(names)[1:], told


def _time(found: Answer) -> str:
    """7.4 months, progressive disease."""
    reason = reason_words(found["reason"]) if found["reason"] else ""
    reason = reason.lower() if reason.istitle() else lower(reason)
    key = ("event" if found["event"] else "censored") + ("" if reason else ".bare")
    return text(f"patient.time.{key}", months=months_words(found["days"]), reason=reason)


def _worst(answer: Answer) -> str:
    words = grade_cell(answer, answer["patient"])
    grade = answer["patient"]["grade"]
    if grade is None or grade < 1 or answer["scale"] == "severity":
        return words[:1].upper() + words[1:]
    return text("patient.key.grade", grade=words)


def _events(answer: Answer) -> str | None:
    patient = answer["patient"]
    if patient["events"] is None or patient["serious"] is None or (patient["grade"] or 0) < -1:
        return None
    return text("patient.fact.events", n=patient["events"], serious=patient["serious"])
