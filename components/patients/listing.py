"""The listing as a card: search, who is listed, columns, a page of rows that stack on a phone.

A table of our own, not a grid: it is read by a screen reader as the table it is, its rows turn
into cards at 390 px, and no page pays for a grid's program (345 KB on every page once imported).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.attributes import attrs
from components.card import card, empty
from components.links import view_link
from components.metric import ask, metric
from components.overview.parts import Rows, tools
from components.patients.words import lower, months_words, percent_words
from components.who import pin, row
from dashboard.listing import ROWS, columns_of, first_order
from dashboard.text import day, text

NAME = "patients-listing"
#: the definition of a column; the others stand as the export has them
COLUMN_METRICS = {
    "best": "bor",
    "change": "best_change",
    "days": "treatment_time",
    "pfs": "pfs",
    "os": "os",
    "death": "event_day",
    "grade": "worst_grade",
    "serious": "serious_events",
    "samples": "samples",
}
RECORDED = "patient_list"
METRICS = (RECORDED, *COLUMN_METRICS.values())
#: columns that hold a number: right-aligned
NUMBERS = frozenset({"line", "age", "ecog", "change", "days", "death", "grade", "serious"})
#: short words that stay on one line
WHOLE = frozenset({"patient", "start", "best", "pfs", "os", "samples"})

Answer = Mapping[str, Any]
Line = Mapping[str, Any]


def draw(answer: Answer, columns: object = None) -> html.Section:
    """`columns` are those the reader has chosen."""
    body: list[Any]
    if not answer["n"]:
        body = [empty(text("card.empty.filter" if answer["filtered"] else "swimmer.empty"))]
    else:
        body = [
            _bar(answer, columns),
            html.Div(
                rows_of(answer, columns),
                id={"kind": "patients-rows", "card": "listing"},
                **attrs(data_keep_focus="true"),
            ),
        ]
    return card(
        NAME,
        text("patients.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(NAME, answer),
    )


def _bar(answer: Answer, columns: object) -> html.Div:
    """Search and choices: they stand outside the rows, so that they keep their reader."""
    return html.Div(
        [
            html.Label(
                [
                    html.Span(text("patients.find.label"), className="visually-hidden"),
                    dbc.Input(
                        id={"kind": "patients-find", "card": "listing"},
                        type="search",
                        value=answer["asked"]["find"],
                        placeholder=text("patients.find"),
                        debounce=0.3,
                        maxlength=40,
                        autocomplete="off",
                    ),
                ],
                className="find",
            ),
            _shown(answer),
            _columns(answer, columns),
        ],
        className="listing-bar",
        **metric("n"),
    )


def _shown(answer: Answer) -> html.Label:
    severity = answer["scale"] == "severity"
    options = [
        {
            "value": name,
            "label": text(
                "patients.shown.count",
                words=shown_words(name, severity=severity),
                n=answer["shown"][name],
            ),
        }
        for name in answer["offered"]
    ]
    return html.Label(
        [
            html.Span(text("patients.shown"), className="choice-name"),
            dbc.Select(
                id={"kind": "patients-shown", "card": "listing"},
                options=options,
                value=answer["asked"]["shown"],
            ),
        ],
        className="shown",
    )


def shown_words(name: str, *, severity: bool) -> str:
    """Who is listed."""
    graded = "patients.shown.severe.severity" if severity else "patients.shown.severe"
    return text(graded if name == "severe" else f"patients.shown.{name}")


def _columns(answer: Answer, columns: object) -> html.Details:
    offered = [c for c in answer["columns"] if c != "patient"]
    return html.Details(
        [
            html.Summary(
                html.Span(text("patients.columns"), className="menu-label"),
                className="menu-button",
            ),
            html.Div(
                dbc.Checklist(
                    id={"kind": "patients-columns", "card": "listing"},
                    options=[{"value": c, "label": head_words(answer, c)} for c in offered],
                    value=[c for c in columns_of(columns, answer["columns"]) if c != "patient"],
                ),
                className="menu-panel",
            ),
        ],
        className="menu picker listing-columns",
        **attrs(data_menu="true"),
    )


def rows_of(answer: Answer, columns: object = None) -> list[Any]:
    """What a search, an order or a page changes: how many match, the rows, the pager."""
    shown = columns_of(columns, answer["columns"])
    n = answer["matching"]
    found = [
        html.Div(
            [
                html.P(
                    text("patients.matching", matching=n, n=answer["n"]),
                    className="matching",
                    role="status",
                    **attrs(data_address=answer.get("address", "")),
                ),
                *_pager(answer),
            ],
            className="lane-bar",
            **metric("n"),
        )
    ]
    if not n:
        return [*found, empty(text("patients.none"))]
    return [*found, _table(answer, shown), _asks(answer, shown)]


def _asks(answer: Answer, columns: tuple[str, ...]) -> html.P:
    """The definition of every column of derived values; the headings sort, so it stands here."""
    asked: list[Any] = []
    for column in columns:
        if column in COLUMN_METRICS:
            asked += [ask(head_words(answer, column), COLUMN_METRICS[column]), " · "]
    asked.append(ask(text("patients.recorded"), RECORDED))
    return html.P([text("patients.definitions"), " ", *asked], className="column-asks")


def _table(answer: Answer, columns: tuple[str, ...]) -> html.Div:
    heads = [
        html.Th(html.Span(text("patients.compare.bar"), className="visually-hidden"), scope="col"),
        *(_head(answer, c) for c in columns),
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(text("patients.caption"), className="visually-hidden"),
                html.Thead(html.Tr(heads)),
                html.Tbody([_row(answer, line, columns) for line in answer["rows"]]),
            ],
            className="numbers-table listing-table",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=text("patients.title")),
    )


def head_words(answer: Answer, column: str) -> str:
    """The heading of a column, as this export has it."""
    severity = answer["scale"] == "severity"
    keys = {
        "line": f"patients.col.line.{answer['prior_column']}",
        "best": "patients.col.best.confirmed" if answer["confirmed"] else "patients.col.best",
        "grade": "patients.col.grade.severity" if severity else "patients.col.grade",
    }
    kinds = ", ".join(text(f"patient.kind.{k}").lower() for k in answer["kinds"])
    label = answer["backbone_label"] or ""
    return text(keys.get(column, f"patients.col.{column}"), label=label, kinds=kinds)


def _head(answer: Answer, column: str) -> html.Th:
    order = answer["asked"]["order"]
    current = order.removeprefix("-") == column
    descending = order.startswith("-")
    then = first_order(column)
    if current:
        then = column if descending else f"-{column}"
    words = head_words(answer, column)
    mark = ("↓" if descending else "↑") if current else ""
    button = view_link(
        [words, html.Span(f" {mark}" if mark else "", **attrs(aria_hidden="true"))],
        _sorted(answer, then),
        id=f"patients-sort-{column}",
        className="sort-button",
        title=text("patients.sort", column=words),
    )
    sort = ("descending" if descending else "ascending") if current else "none"
    marked = metric(COLUMN_METRICS.get(column, RECORDED))
    return html.Th(button, scope="col", className=_class(column), **attrs(aria_sort=sort), **marked)


def _sorted(answer: Answer, order: str) -> str:
    """The same listing in another order."""
    here = answer.get("address") or answer["query"]
    kept = [part for part in here.split("&") if not part.startswith("order=")]
    return f"/patients?{'&'.join([*kept, f'order={order}'])}"


def _class(column: str) -> str:
    if column == "status":
        return column
    return "number" if column in NUMBERS else "whole" if column in WHOLE else ""


def _row(answer: Answer, line: Line, columns: tuple[str, ...]) -> html.Tr:
    cells: list[Any] = [html.Td(_compare(line), className="compare-cell", **metric(RECORDED))]
    for column in columns:
        if column == "patient":
            named = html.Span([pin(line["key"], line["id"]), _link(answer, line)])
            cells.append(html.Th(named, scope="row", className="whole", **metric(RECORDED)))
        else:
            head = attrs(data_head=head_words(answer, column))
            head |= metric(COLUMN_METRICS.get(column, RECORDED))
            words = CELLS[column](answer, line)
            cells.append(html.Td(words, className=_class(column), **head))
    return row(cells, line["key"])


def _link(answer: Answer, line: Line) -> html.A:
    """The name of a patient leads to the patient's page."""
    return view_link(
        line["id"],
        address(answer, line["key"]),
        title=line["usubjid"],
        className="patient-link",
    )


def address(answer: Answer, key: str) -> str:
    """A patient's page on this view."""
    return f"/patients/{key}?{answer.get('address') or answer['query']}"


def _compare(line: Line) -> html.Button:
    """A box that is ticked in the browser: patients.js keeps at most three."""
    return html.Button(
        type="button",
        className="tick-box",
        title=text("patients.compare", id=line["id"]),
        role="checkbox",
        **attrs(
            data_compare=line["key"],
            data_id=line["id"],
            aria_checked="false",
            aria_label=text("patients.compare", id=line["id"]),
        ),
    )


def compare_bar() -> html.Div:
    """Who is ticked, and the way to see them side by side; patients.js fills it."""
    return html.Div(
        [
            html.Span(text("patients.compare.bar")),
            html.Span(className="compare-names"),
            html.Span(text("patients.compare.none"), className="compare-hint muted"),
            view_link(text("patients.compare.go"), "/patients", className="compare-go"),
            html.Button(
                text("patients.compare.clear"),
                type="button",
                className="page-button",
                **attrs(data_action="compare-clear"),
            ),
        ],
        id="compare-bar",
        className="compare-bar",
        hidden=True,
        role="status",
        **attrs(data_full=text("patients.compare.full")),
    )


def _pager(answer: Answer) -> list[Any]:
    """Where the reader is; the keys of all who match let thread.js say who is on another page."""
    n, page, pages = answer["matching"], answer["page"], answer["pages"]
    if n <= ROWS:
        return []
    first, last = (page - 1) * ROWS + 1, min(page * ROWS, n)
    steps = (
        ("previous", str(page - 1) if page > 1 else ""),
        ("next", str(page + 1) if page < pages else ""),
    )
    return [
        html.Nav(
            [
                html.Span(
                    text("patients.page.shown", first=first, last=last, n=n),
                    className="pager-shown",
                    **attrs(data_everyone=answer["everyone"], data_of="rows"),
                ),
                *(
                    html.Button(
                        text(f"patients.page.{step}", n=ROWS),
                        id={"kind": "patients-page", "step": step},
                        value=to,
                        type="button",
                        className="page-button",
                    )
                    for step, to in steps
                ),
            ],
            className="pager",
            **attrs(aria_label=text("patients.pages")),
        )
    ]


# --- cells ---------------------------------------------------------------------------------------


def backbone_words(answer: Answer, line: Line) -> str:
    names: dict[str, str] = {b["id"]: b["label"] for b in answer["backbones"]}
    group, drug = names.get(line["backbone"]), line["drug"]
    if not group:
        return str(drug or text("number.ns"))
    if not drug or drug.casefold() in group.casefold():
        return group
    if group.casefold() in drug.casefold():
        return str(drug)
    return text("swimmer.table.drug", drug=drug, group=group)


def status_words(line: Line) -> str:
    """On treatment, or why not."""
    state = line["state"]
    if state == "on treatment":
        return text("patients.cell.on")
    if state != "ended":
        return text(f"patients.cell.{state}")
    if line["reason"]:
        return text("patients.cell.off", reason=lower(line["reason"]))
    if line["study_reason_code"] == "COMPLETED":
        return text("patients.cell.completed")
    if line["study_reason"]:
        return text("patients.cell.left", reason=lower(line["study_reason"]))
    return text("patients.cell.ended")


def _days(answer: Answer, line: Line) -> Any:
    """Months alone: the column beside says whether treatment goes on."""
    if line["days"] is None:
        return days_words(line)
    return html.Span(months_words(line["days"]), title=days_words(line))


def days_words(line: Line) -> str:
    if line["days"] is None:
        return "–" if line["state"] == "not dosed" else text("number.ns")
    key = "ongoing" if line["state"] == "on treatment" else "days"
    return text(f"patients.cell.{key}", months=months_words(line["days"]), days=line["days"])


def _best(answer: Answer, line: Line) -> Any:
    words = text(f"swimmer.best.{line['best']}")
    short = text(f"patient.short.{line['best']}") if line["best"] != "MISSING" else words
    return html.Span(short, title=words)


def _time(name: str) -> Callable[[Answer, Line], str]:
    """Months of a time to event, and whether it ended in one."""

    def words(answer: Answer, line: Line) -> str:
        if line[name] is None:
            return text("number.ns")
        key = "event" if line[f"{name}_event"] else "censored"
        return text(f"patients.cell.{key}", months=months_words(line[name]))

    return words


def _death(answer: Answer, line: Line) -> str:
    if line["death_undated"]:
        return text("patients.cell.died")
    return "–" if line["death"] is None else str(line["death"])


def grade_cell(answer: Answer, line: Line) -> str:
    """The worst grade, or severity; none without an event, a dash outside the safety set."""
    grade = line["grade"]
    if grade is None or grade < -1:
        return "–"
    if grade == -1:
        return text("patients.cell.none")
    if grade == 0:
        return text("patients.cell.ungraded")
    if answer["scale"] == "severity":
        return text(f"patient.severity.{grade}")
    return str(grade)


def _serious(answer: Answer, line: Line) -> str:
    outside = line["grade"] is None or line["grade"] < -1
    return "–" if outside or line["serious"] is None else str(line["serious"])


def _samples(answer: Answer, line: Line) -> Any:
    """2/2 · 1/2 · 2/2 in the order that the heading names; with the kinds on hover."""
    short, whole = [], []
    for kind, (usable, due) in line["samples"].items():
        key = "patients.cell.sample" if due is not None else "patients.cell.sample.bare"
        short.append(text(f"{key}.short", usable=usable, due=due))
        name = text(f"patient.kind.{kind}")
        whole.append(text(key, kind=name, usable=usable, due=due))
    return html.Span(" · ".join(short), title=", ".join(whole))


def _plain(name: str) -> Callable[[Answer, Line], str]:
    return lambda answer, line: text("number.ns") if line[name] is None else str(line[name])


CELLS: Mapping[str, Callable[[Answer, Line], Any]] = {
    "backbone": backbone_words,
    "line": _plain("line"),
    "age": _plain("age"),
    "sex": _plain("sex"),
    "ecog": _plain("ecog"),
    "site": _plain("site"),
    "best": _best,
    "change": lambda answer, line: (
        text("patients.cell.no_bar") if line["change"] is None else percent_words(line["change"])
    ),
    "start": lambda answer, line: "–" if line["start"] is None else day(line["start"]),
    "days": _days,
    "status": lambda answer, line: status_words(line),
    "pfs": _time("pfs"),
    "os": _time("os"),
    "death": _death,
    "grade": grade_cell,
    "serious": _serious,
    "samples": _samples,
}


# --- file ----------------------------------------------------------------------------------------


def rows(answer: Answer) -> Rows:
    """Every patient of the selection, every column, in order of id; days, not months."""
    kinds = answer["kinds"]
    header = [*text("patients.csv").split(",")]
    for kind in kinds:
        header += text("patients.csv.samples", kind=kind).split(",")
    return tuple(header), [_cells(answer, line, kinds) for line in answer["rows"]]


def _cells(answer: Answer, line: Line, kinds: list[str]) -> tuple[Any, ...]:
    names = {b["id"]: b["label"] for b in answer["backbones"]}
    harmed = line["grade"] is not None and line["grade"] >= -1
    has = set(answer["columns"])
    samples = [v for kind in kinds for v in line["samples"][kind]]
    return (
        line["usubjid"],
        names.get(line["backbone"]),
        line["drug"],
        line["line"],
        line["age"],
        line["sex"],
        line["ecog"],
        line["site"],
        line["best"] if "best" in has else None,
        (text("word.yes") if answer["confirmed"] else text("word.no")) if "best" in has else None,
        None if line["change"] is None else round(line["change"], 2),
        line["start"],
        line["days"],
        line["state"],
        line["reason"],
        line["study_reason"],
        line["pfs"],
        None if line["pfs"] is None else text("word.yes" if line["pfs_event"] else "word.no"),
        line["os"],
        None if line["os"] is None else text("word.yes" if line["os_event"] else "word.no"),
        line["death"],
        line["grade"] if harmed and line["grade"] > 0 else None,
        answer["scale"],
        line["events"] if harmed else None,
        line["serious"] if harmed else None,
        *samples,
    )
