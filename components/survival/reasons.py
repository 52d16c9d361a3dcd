"""Why each time ended: reasons counted, and every patient with time, status and reason."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dash import dcc, html

from components import numbers
from components.attributes import attrs
from components.card import card, empty
from components.metric import metric
from components.overview.parts import Answer, Rows, tools
from components.survival import words
from components.who import count, person, row
from dashboard.text import text

NAME = "survival-reasons"
METRIC = "end_reasons"
COLUMNS = ("patient", "time", "status", "reason")
PAGE = 12
#: how the list of patients first stands
FIRST = {"column": "time", "descending": False, "page": 0}


def draw(answer: Answer) -> html.Section:
    title = text("survival.reasons.title")
    if answer["endpoint"] is None or answer["source"] is None:
        return card(NAME, title, [empty(text("survival.missing"))], tools=tools(NAME, answer))
    n = len(answer["patients"])
    return card(
        NAME,
        title,
        _body(answer),
        n=text("survival.n", label=answer["set_label"], n=n),
        subtitle=text(
            "survival.reasons.subtitle",
            endpoint=answer["endpoint"]["label"],
            reading=words.source(answer["source"]),
        ),
        n_metric=METRIC,
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["patients"]:
        filtered = answer["filtered"] and answer["n"] == 0
        return [empty(text("card.empty.filter" if filtered else "survival.none"))]
    return [
        _counts(answer),
        *_excluded(answer),
        html.H3(text("survival.reasons.list"), className="list-title"),
        html.Div(
            listing(answer),
            id="survival-list",
            **metric(METRIC),
        ),
        dcc.Store(id="survival-order", data=FIRST),  # here, so that another view starts anew
    ]


def _counts(answer: Answer) -> html.Div:
    heads = ("status", "reason", "patients")
    lines = [
        html.Tr(
            [
                html.Td(words.status(c["event"])),
                html.Td(words.reason(c["reason"])),
                html.Td(
                    count(str(c["n"]), c["who"], of=words.reason(c["reason"])), className="number"
                ),
            ]
        )
        for c in answer["counts"]
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(text("survival.reasons.title"), className="visually-hidden"),
                html.Thead(
                    html.Tr([html.Th(text(f"survival.reasons.{h}"), scope="col") for h in heads])
                ),
                html.Tbody(lines),
            ],
            className="numbers-table words-table",
            **metric(METRIC),
        ),
        className="table-frame",
    )


def _excluded(answer: Answer) -> list[html.P]:
    counts = Counter(reason for _, reason in answer["excluded"])
    if not counts:
        return []
    items = ", ".join(
        text("survival.list.excluded.item", n=words_patients(n), reason=reason)
        for reason, n in counts.most_common()
    )
    words_ = text("survival.list.excluded", words=items)
    return [html.P(words_, className="sentence", **metric(METRIC))]


def words_patients(n: int) -> str:
    return text("number.patients.one" if n == 1 else "number.patients.other", n=n)


def listing(
    answer: Answer, column: str = "time", *, descending: bool = False, page: int = 0
) -> list[Any]:
    """One page of the list in the order asked for, with the buttons that change it.

    Unknown columns and pages beyond the end are taken as the first: they can only come from a
    page that is no longer shown.
    """
    column = column if column in COLUMNS else "time"
    ordered = sort(answer["patients"], column, descending=descending)
    last = max(0, (len(ordered) - 1) // PAGE)
    page = min(max(page, 0), last)
    shown = ordered[page * PAGE : (page + 1) * PAGE]
    return [
        html.Div(
            html.Table(
                [
                    html.Thead(html.Tr([_head(c, column, descending) for c in COLUMNS])),
                    html.Tbody([_row(answer, p) for p in shown]),
                ],
                className="numbers-table words-table listing",
            ),
            className="table-frame",
        ),
        _pager(page, last, [p[5] for p in ordered]),
    ]


def sort(patients: list[list[Any]], column: str, *, descending: bool) -> list[list[Any]]:
    """Patients by a column; equal values by time, then patient, always upwards."""
    keys: dict[str, Any] = {
        "patient": lambda p: p[0],
        "time": lambda p: p[1],
        "status": lambda p: not p[2],
        "reason": lambda p: words.reason(p[3]).casefold(),
    }
    base = sorted(patients, key=lambda p: (p[1], p[0]))
    return sorted(base, key=keys[column], reverse=descending)


def _head(column: str, sorted_by: str, descending: bool) -> html.Th:  # noqa: FBT001
    label = text(f"survival.list.{column}")
    current = column == sorted_by
    order = text(f"survival.list.{'descending' if descending else 'ascending'}")
    name = (
        text("survival.list.sorted", column=label, order=order)
        if current
        else text("survival.list.sort", column=label)
    )
    state = ("descending" if descending else "ascending") if current else "none"
    arrow = ("↓" if descending else "↑") if current else ""
    return html.Th(
        html.Button(
            [label, html.Span(arrow, className="arrow", **attrs(aria_hidden="true"))],
            id={"kind": "survival-sort", "column": column},
            type="button",
            className="sort-button",
            **attrs(aria_label=name),
        ),
        scope="col",
        **attrs(aria_sort=state),
    )


def _row(answer: Answer, patient: list[Any]) -> html.Tr:
    key = patient[5]
    return row(
        [
            html.Th(person(answer, key, patient[0]), scope="row"),
            html.Td(numbers.months(patient[1], digits=2), className="number"),
            html.Td(words.status(patient[2])),
            html.Td(words.reason(patient[3])),
        ],
        key,
    )


def _pager(page: int, last: int, keys: list[str]) -> html.Div:
    n = len(keys)
    first, end = page * PAGE + 1, min(n, (page + 1) * PAGE)
    buttons = [
        html.Button(
            text(f"survival.list.{name}"),
            id={"kind": "survival-page", "step": step},
            type="button",
            className="page-button",
            disabled=not 0 <= page + step <= last,
        )
        for name, step in (("previous", -1), ("next", 1))
    ]
    count = html.Span(
        text("survival.list.page", first=first, last=end, n=n),
        role="status",
        className="muted",
        **attrs(data_everyone=" ".join(keys), data_of="rows"),
    )
    return html.Div([count, *(buttons if last else [])], className="pager")


def rows(answer: Answer) -> Rows:
    """Every patient, ordered as first shown: by time."""
    keys = ("patient", "days", "months", "status", "reason", "date", "endpoint", "rule")
    header = tuple(text(f"survival.csv.{k}") for k in keys)
    if answer["endpoint"] is None or answer["source"] is None:
        return header, []
    body = [
        (
            patient,
            round(days, 4),
            numbers.fixed(days / numbers.DAYS_PER_MONTH, 2),
            words.status(event),
            words.reason(reason),
            when or "",
            answer["endpoint"]["label"],
            answer["rule"],
        )
        for patient, days, event, reason, when, _ in sort(
            answer["patients"], "time", descending=False
        )
    ]
    return header, body
