"""The patients of the swimmer plot as a table: sortable, by page, with the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card, empty
from components.metric import metric
from components.overview.parts import Rows, tools
from components.swimmer import lanes as lanes_card
from components.swimmer.pager import pager
from components.swimmer.view import ROWS, chosen, page_of
from components.swimmer.words import Answer, group_label, left_study, months
from components.who import patient_link, pin, row
from dashboard.metrics.response import BEST_ORDER
from dashboard.text import day, text

NAME = "swimmer-table"
METRICS = ("treatment_time", "bor", "response_phase", "event_day")
COLUMNS = (
    "patient",
    "backbone",
    "start",
    "days",
    "best",
    "response",
    "lasted",
    "progression",
    "death",
    "state",
    "reason",
)
#: columns that hold a number: right-aligned
NUMBERS = frozenset({"days", "response", "lasted", "progression", "death"})
#: short words that stay on one line
WHOLE = frozenset({"start", "state"})
#: longest or latest first where that is what is asked for first
DESCENDING_FIRST = frozenset({"days", "lasted"})
STATES = ("on treatment", "ended", "not stated", "not dosed")

Lane = Mapping[str, Any]


def draw(answer: Answer, choice: object = None) -> html.Section:
    """`choice` is what the card holds: {"column", "order", "page"}."""
    if not answer["lanes"]:
        words = text("card.empty.filter" if answer["filtered"] else "swimmer.empty")
        body: list[Any] = [empty(words)]
    else:
        body = _body(answer, choice)
    return card(
        NAME,
        text("swimmer.table.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        subtitle=text("swimmer.table.units", origin=text(f"origin.{answer['origin']}")),
        subtitle_metric="event_day",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer, choice: object) -> list[Any]:
    return [
        html.Div(
            listing(answer, choice),
            id={"kind": "lane-rows", "card": "table"},
            **attrs(data_keep_focus="true"),
        )
    ]


def listing(answer: Answer, choice: object) -> list[Any]:
    """One page of rows in the chosen order, with the buttons that change it."""
    columns = [c for c in COLUMNS if c != "backbone" or answer["backbones"]]
    column = chosen(choice, "column", columns, "days")
    order = chosen(choice, "order", ["ascending", "descending"], first_order(column))
    rows = ordered(answer, column, order)
    page, _ = page_of(choice, len(rows), ROWS)
    first, last = (page - 1) * ROWS, min(page * ROWS, len(rows))
    heads = [_head(answer, c, column, order) for c in columns]
    keys = " ".join(p["key"] for p in answer["patients"])
    turning = pager("table", first + 1, last, len(rows), page, keys=keys, size=ROWS)
    return [
        *([html.Div(turning, className="lane-bar", **metric("n"))] if turning is not None else []),
        html.Div(
            html.Table(
                [
                    html.Caption(text("swimmer.table.caption"), className="visually-hidden"),
                    html.Thead(html.Tr(heads)),
                    html.Tbody([_row(answer, i, columns) for i in rows[first:last]]),
                ],
                className="numbers-table lane-table",
                **metric(*METRICS),
            ),
            className="table-frame",
            tabIndex=0,
            role="region",
            **attrs(aria_label=text("swimmer.table.title")),
        ),
    ]


def first_order(column: str) -> str:
    return "descending" if column in DESCENDING_FIRST else "ascending"


def ordered(answer: Answer, column: str, order: str) -> list[int]:
    """Rows by a column; what is not known stands last in either order, ties by patient."""
    key = _KEYS[column]
    pairs = [(key(answer, i), answer["lanes"][i]["usubjid"], i) for i in range(answer["n"])]
    known = sorted((p for p in pairs if p[0] is not None), key=lambda p: p[1])
    known.sort(key=lambda p: p[0], reverse=order == "descending")  # stable: ties stay by patient
    absent = sorted((p for p in pairs if p[0] is None), key=lambda p: p[1])
    return [i for _, _, i in (*known, *absent)]


def first_response(lane: Lane) -> int | None:
    return min((m["day"] for m in lane["markers"] if m["event"] in {"CR", "PR"}), default=None)


def event_day(lane: Lane, event: str) -> int | None:
    return next((m["day"] for m in lane["markers"] if m["event"] == event), None)


def _lane(name: str) -> Callable[[Answer, int], Any]:
    return lambda answer, i: answer["lanes"][i][name]


def _event(event: str) -> Callable[[Answer, int], Any]:
    return lambda answer, i: event_day(answer["lanes"][i], event)


def _best_rank(answer: Answer, i: int) -> int | None:
    best = answer["lanes"][i]["best"]
    return BEST_ORDER.index(best) if answer["responses_known"] and best in BEST_ORDER else None


def _group_rank(answer: Answer, i: int) -> tuple[int, str] | None:
    ids = [b["id"] for b in answer["backbones"]]
    patient = answer["patients"][i]
    if patient["backbone"] not in ids:
        return None
    return ids.index(patient["backbone"]), patient["drug"] or ""


def _reason_words(answer: Answer, i: int) -> str | None:
    patient = answer["patients"][i]
    if patient["reason"]:
        return str(patient["reason"])
    if patient["study_reason"] and answer["lanes"][i]["state"] == "ended":
        return left_study(answer["lanes"][i], patient, "swimmer.label")
    return None


_KEYS: Mapping[str, Callable[[Answer, int], Any]] = {
    "patient": _lane("usubjid"),
    "backbone": _group_rank,
    "start": _lane("start_date"),
    "days": _lane("days"),
    "best": _best_rank,
    "response": lambda answer, i: first_response(answer["lanes"][i]),
    "lasted": _lane("response_days"),
    "progression": _event("PD"),
    "death": _event("DEATH"),
    "state": lambda answer, i: STATES.index(answer["lanes"][i]["state"]),
    "reason": _reason_words,
}


def _head(answer: Answer, column: str, current: str, order: str) -> html.Th:
    confirmed = column == "best" and all(lane["best_confirmed"] for lane in answer["lanes"])
    words = text("swimmer.col.best.confirmed" if confirmed else f"swimmer.col.{column}")
    is_current = column == current
    then = first_order(column)
    if is_current:
        then = "descending" if order == "ascending" else "ascending"
    mark = {"ascending": " ↑", "descending": " ↓"}[order] if is_current else ""
    button = html.Button(
        [words, html.Span(mark, **attrs(aria_hidden="true"))],
        id={"kind": "lane-column", "column": column},
        value=then,
        type="button",
        className="sort-button",
        title=text("swimmer.table.sort", column=words),
    )
    return html.Th(
        button,
        scope="col",
        className=_class(column),
        **attrs(aria_sort=order if is_current else "none"),
    )


def _class(column: str) -> str:
    return "number" if column in NUMBERS else "whole" if column in WHOLE else ""


def _row(answer: Answer, i: int, columns: list[str]) -> html.Tr:
    lane, patient = answer["lanes"][i], answer["patients"][i]
    cells: list[Any] = []
    for column in columns:
        words = _CELLS[column](answer, i)
        if column == "patient":
            marked = pin(patient["key"], patient["id"])
            whose = patient_link(
                patient["key"], patient["id"], answer["query"], title=lane["usubjid"]
            )
            cells.append(html.Th([marked, whose], scope="row"))
        else:
            head = attrs(data_head=text(f"swimmer.col.{column}"))
            cells.append(html.Td(words, className=_class(column), **head))
    return row(cells, patient["key"])


def _time(days: int | None) -> str:
    if days is None:
        return ""
    return text("swimmer.table.months", months=months(days), days=days)


def _absent(value: int | None, *, known: bool = True) -> str:
    if value is not None:
        return str(value)
    return "–" if known else text("number.ns")


def _start(answer: Answer, i: int) -> str:
    lane = answer["lanes"][i]
    return "–" if lane["state"] == "not dosed" else day(lane["start_date"])


def _treated(answer: Answer, i: int) -> str:
    lane = answer["lanes"][i]
    if lane["days"] is None:
        return "–" if lane["state"] == "not dosed" else text("number.ns")
    words = _time(lane["days"])
    return text("swimmer.table.ongoing", value=words) if lane["ongoing"] else words


def _best(answer: Answer, i: int) -> str:
    if not answer["responses_known"]:
        return text("number.ns")
    lane = answer["lanes"][i]
    words = text(f"swimmer.best.{lane['best']}")
    return words[:1].upper() + words[1:]


def _dated(answer: Answer, i: int) -> bool:
    """Would a response of the patient have its day? Not where the export states the best response
    alone: a dash would then say that a responder never responded."""
    lane = answer["lanes"][i]
    if first_response(lane) is not None:
        return True
    return bool(answer["responses_known"]) and lane["best"] not in {"CR", "PR"}


def _lasted(answer: Answer, i: int) -> str:
    lane = answer["lanes"][i]
    if lane["response_days"] is None:
        return _absent(None, known=_dated(answer, i))
    key = "swimmer.table.over" if lane["response_over"] else "swimmer.table.ongoing"
    return text(key, value=_time(lane["response_days"]))


def _first(answer: Answer, i: int) -> str:
    lane = answer["lanes"][i]
    found = first_response(lane)
    words = _absent(found, known=_dated(answer, i))
    sure = any(m["confirmed"] for m in lane["markers"])
    if found is None or sure or not lane["best_confirmed"]:
        return words
    return text("swimmer.table.unconfirmed", value=words)


def _death(answer: Answer, i: int) -> str:
    lane = answer["lanes"][i]
    if lane["death_undated"]:
        return text("swimmer.label.died")
    return _absent(event_day(lane, "DEATH"), known=answer["deaths_known"])


def _backbone(answer: Answer, i: int) -> str:
    patient = answer["patients"][i]
    group = group_label(answer, "backbone", patient["backbone"])
    drug = patient["drug"]
    if not drug or drug.casefold() in group.casefold():
        return group
    if group.casefold() in drug.casefold():
        return str(drug)
    return text("swimmer.table.drug", drug=drug, group=group)


_CELLS: Mapping[str, Callable[[Answer, int], str]] = {
    "patient": lambda answer, i: str(answer["patients"][i]["id"]),
    "backbone": _backbone,
    "start": _start,
    "days": _treated,
    "best": _best,
    "response": _first,
    "lasted": _lasted,
    "progression": lambda answer, i: _absent(
        event_day(answer["lanes"][i], "PD"), known=answer["assessed"]
    ),
    "death": _death,
    "state": lambda answer, i: text(f"swimmer.state.{answer['lanes'][i]['state']}"),
    "reason": lambda answer, i: _reason_words(answer, i) or "–",
}


def rows(answer: Answer) -> Rows:
    """The table as a file: the same records as the plot, one row per patient."""
    return lanes_card.rows(answer)
