"""Adverse events as rows of a table: the patient, the event, and what a reader judges it by."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.links import view_link
from components.patients.words import action_words, grade_words, number_words, state_words
from components.who import patient_link, pin, row
from components.written import written
from dashboard.text import day, text

Answer = Mapping[str, Any]
Line = Mapping[str, Any]

NUMBERS = frozenset({"day", "grade"})
STORIES = "/safety/listings"


def table(
    answer: Answer,
    lines: Sequence[Line],
    columns: Sequence[str],
    title: str,
    *,
    heads: Callable[[str], Any] | None = None,
) -> html.Div:
    """`heads` makes the heading of a column where it is more than its words."""
    shown = [c for c in columns if offered(answer, c)]
    made = [(heads or (lambda c: html.Th(head(answer, c), scope="col", className=kind(c))))(c)
            for c in shown]  # fmt: skip
    made_table = html.Table(
        [
            html.Caption(title, className="visually-hidden"),
            html.Thead(html.Tr(made)),
            html.Tbody([_row(answer, line, shown) for line in lines]),
        ],
        className=f"numbers-table event-lines{' sorted-lines' if heads else ''}",
    )
    return written(made_table, title, "ae_line")


def offered(answer: Answer, column: str) -> bool:
    """Columns that the export can fill."""
    needs = {"grade": answer["scale"], "dose": answer["doses_known"]}
    return bool(needs.get(column, True))


def head(answer: Answer, column: str) -> str:
    if column == "grade":
        return text(f"safety.col.grade.{answer['scale']}")
    return text(f"safety.col.{column}")


def kind(column: str) -> str:
    return "number" if column in NUMBERS else ""


def _row(answer: Answer, line: Line, columns: Sequence[str]) -> html.Tr:
    cells: list[Any] = []
    for column in columns:
        if column == "patient":
            cells.append(html.Th(patient(answer, line), scope="row", className="whole"))
        else:
            words = CELLS[column](answer, line)
            more = attrs(data_head=head(answer, column))
            if column == "dose" and line["backbone"]:
                more |= attrs(data_short=answer["backbone_label"])
            cells.append(
                html.Td(one(words), className=f"{kind(column)} at-{column}".strip(), **more)
            )
    return row(cells, line["key"])


def one(words: Any) -> Any:
    """Several parts of a cell as one: on a phone a cell is its heading beside one thing."""
    return html.Div(words) if isinstance(words, list) else words


def patient(answer: Answer, line: Line) -> html.Span:
    """The switch and the name of a patient."""
    link = patient_link(line["key"], line["id"], answer["query"], title=line["usubjid"])
    return html.Span([pin(line["key"], line["id"]), link])


def term(answer: Answer, line: Line) -> html.A:
    """The event leads to its story."""
    return view_link(
        line["words"],
        f"{STORIES}/{line['event']}?{answer['query']}",
        className="story-link",
        title=text("safety.story.link", term=line["words"], soc=line["class"]),
    )


def event(answer: Answer, line: Line) -> list[Any]:
    """The event, and what is not usual about it."""
    notes = [line["class"]] if answer.get("classes") else []
    if not line["emergent"]:
        notes.append(text("safety.line.not_emergent"))
    notes += dated(line)
    if line["days_after"]:
        key = "safety.line.after.one" if line["days_after"] == 1 else "safety.line.after"
        notes.append(text(key, n=line["days_after"]))
    more = [html.Span(", ".join(notes), className="cell-more")] if notes else []
    return [term(answer, line), *more]


def dated(line: Line) -> list[str]:
    """What is not known of the dates: a start without its day, an imputed one, an end before it."""
    known = line["recorded"]
    if line["start"] is None:
        return [text("safety.line.partial", recorded=known)] if known else []
    notes = []
    if line["imputed"]:
        key = "safety.line.imputed.from" if known else "safety.line.imputed"
        notes.append(text(key, recorded=known))
    if line["end"] is not None and line["end"] < line["start"]:
        notes.append(text("safety.line.reversed"))
    return notes


def grade(answer: Answer, line: Line) -> str:
    """3, or severe where the export has severity in place of grades."""
    if line["grade"] and answer["scale"] == "CTCAE":
        return str(line["grade"])
    return grade_words(answer, line["grade"])


def related(answer: Answer, line: Line) -> Any:
    """inosine: yes, chemotherapy: no, a drug a line; or whether to treatment as a whole."""
    drugs = {d: v for d, v in line["drugs"].items() if v is not None}
    if drugs:
        said = [
            text("safety.line.drug", drug=answer["labels"].get(d, d), judged=yes_no(v))
            for d, v in drugs.items()
        ]
        return [html.Span(words, className="cell-first judged") for words in said]
    return yes_no(line["related"])


def related_text(answer: Answer, line: Line) -> str:
    """The same in one line."""
    drugs = {d: v for d, v in line["drugs"].items() if v is not None}
    if drugs:
        return "; ".join(
            text("safety.line.drug", drug=answer["labels"].get(d, d), judged=yes_no(v))
            for d, v in drugs.items()
        )
    return text("safety.line.related", judged=yes_no(line["related"]))


def grade_phrase(answer: Answer, line: Line) -> str:
    """grade 3, severe, or that it is missing; "" where the export has no scale."""
    return grade_words(answer, line["grade"]) if answer["scale"] else ""


def yes_no(value: bool | None) -> str:  # noqa: FBT001  (a value, not an option)
    if value is None:
        return text("number.ns")
    return text("word.yes" if value else "word.no")


def state(answer: Answer, line: Line) -> str:
    words = state_words(line)
    return words[:1].upper() + words[1:]


def actions(answer: Answer, line: Line) -> str:
    return "; ".join(action_words(answer, a) for a in line["actions"]) or "–"


def dose(answer: Answer, line: Line) -> list[Any]:
    """Backbone, and the last dose of every drug before the event."""
    parts: list[Any] = []
    if line["backbone"]:
        parts.append(html.Span(line["backbone"], className="cell-first"))
    if not line["doses"]:
        none = "safety.dose.none" if line["start"] else "safety.dose.undated"
        return [*parts, html.Span(text(none), className="cell-more")]
    return [*parts, *(html.Span(dose_words(d), className="cell-more dose") for d in line["doses"])]


def dose_words(found: Line) -> str:
    """paclitaxel 80 mg/m2, 3 days before."""
    amount = ""
    if found["dose"] is not None:
        amount = " ".join(w for w in (number_words(found["dose"]), found["unit"]) if w)
    days = found["days_before"]
    key = "on" if days == 0 else "one" if days == 1 else "before"
    named = " ".join(w for w in (found["label"], amount) if w)
    return text(f"safety.dose.{key}", dose=named, n=days)


def news(answer: Answer, line: Line) -> Any:
    """What is new of it since the previous cut."""
    found = line.get("news")
    if found is None:
        return text("number.ns")
    if not found:
        return html.Span(text("safety.news.known"), className="muted")
    return html.Span(text(f"safety.news.{found}"), className="news")


CELLS: Mapping[str, Callable[[Answer, Line], Any]] = {
    "event": event,
    "term": event,
    "soc": lambda answer, line: line["class"],
    "day": lambda answer, line: "–" if line["first"] is None else str(line["first"]),
    "start": lambda answer, line: "–" if line["start"] is None else day(line["start"]),
    "grade": grade,
    "serious": lambda answer, line: yes_no(line["serious"]),
    "related": related,
    "state": state,
    "action": actions,
    "dose": dose,
    "news": news,
}


def turn(card: str, **what: Any) -> dict[str, Any]:
    """What a press asks of a card: safety.js hands it to the server as it is."""
    return attrs(data_turn=json.dumps({"card": card, **what}, separators=(",", ":")))


def pager(card: str, name: str, page: int, pages: int, words: str, **more: Any) -> html.Nav | None:
    """Where the reader is, and two buttons; None where one page holds everything."""
    if pages <= 1:
        return None
    steps = (("previous", page - 1, page > 1), ("next", page + 1, page < pages))
    return html.Nav(
        [
            html.Span(words, className="pager-shown", role="status"),
            *(
                html.Button(
                    text(f"safety.page.{step}"),
                    id=f"{card}-{name}-{step}",
                    type="button",
                    className="page-button",
                    disabled=not there,
                    **turn(card, **{name: to}, **more),
                )
                for step, to, there in steps
            ),
        ],
        className="pager",
        **attrs(aria_label=text("safety.pages")),
    )
