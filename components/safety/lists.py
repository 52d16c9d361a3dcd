"""The listings of Safety: adverse events, deaths, laboratory values, one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card, empty
from components.links import view_link
from components.menu import menu
from components.metric import metric
from components.overview.parts import Answer, Rows, plural, tools
from components.patients.words import limits_words, number_words, unit_words
from components.safety import grave
from components.safety import lines as parts
from components.safety.lines import head, kind, pager, patient, table, turn
from components.safety.parts import card_n, nothing
from components.safety.terms import search, switch_words, switches
from components.who import row
from components.written import written
from dashboard.text import day, listed, text

EVENTS, DEATHS, LABS = "safety-list-events", "safety-list-deaths", "safety-list-labs"
EVENT_COLUMNS = (
    "patient", "term", "day", "start", "grade", "serious", "related", "state", "action",
    "dose",
)  # fmt: skip
DESCENDING_FIRST = frozenset({"grade", "serious", "related", "after", "value", "times", "death"})

Line = Mapping[str, Any]


def rows_id(card_name: str) -> str:
    return f"{card_name}-rows"


# --- events --------------------------------------------------------------------------------------


def draw_events(answer: Answer, held: object = None) -> html.Section:
    del held  # it has shaped the answer already
    return card(
        EVENTS,
        text("safety.list.events"),
        nothing(answer) or _events(answer),
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=None if answer["missing"] else text("safety.list.events.words"),
        tools=tools(EVENTS, answer),
    )


def _events(answer: Answer) -> list[Any]:
    return [
        html.Div(
            [search(answer["find"], text("safety.terms.find"))],
            className="card-choices terms-bar",
            **attrs(data_keep_focus="true"),
        ),
        switches(answer),
        html.Div(event_rows(answer), id=rows_id(EVENTS), **attrs(data_keep_focus="true")),
    ]


def event_rows(answer: Answer, held: object = None) -> list[Any]:
    """What turning changes."""
    del held
    if answer["unknown"]:
        words = [switch_words(answer, s) for s in answer["unknown"]]
        return [empty(text("safety.terms.unknown", kinds=listed(words)))]
    said = html.P(
        plural("safety.events", answer["matching"]),
        className="matching",
        role="status",
        **metric("ae_line"),
    )
    if not answer["lines"]:
        why = "safety.list.events.none" if not answer["switches"] else "safety.terms.none.switched"
        return [said, empty(text("safety.terms.unmatched" if answer["find"] else why))]
    title = text("safety.list.events")

    def heading(column: str) -> html.Th:
        return _link_head(answer, column)

    return [
        html.Div([said, *_turning(EVENTS, answer)], className="lane-bar"),
        table({**answer, "classes": True}, answer["lines"], EVENT_COLUMNS, title, heads=heading),
    ]


def _link_head(answer: Answer, column: str) -> html.Th:
    """A heading that orders by its column: a link, so that the order stands in the address."""
    words = head(answer, column)
    address = {o: f"?{q}" for o, q in answer["choices"]["orders"].items()}
    if column not in address:
        return html.Th(words, scope="col", className=kind(column))
    *_, sort = _order(answer["order"], column)
    links = [_link(answer, column, address)]
    if column == "term":  # the class stands under the event
        links.append(_link(answer, "soc", address))
    return html.Th(links, scope="col", className=kind(column), **attrs(aria_sort=sort))


def _link(answer: Answer, column: str, address: Mapping[str, str]) -> html.A:
    then, mark, _ = _order(answer["order"], column)
    words = head(answer, column)
    return view_link(
        [words, html.Span(mark, **attrs(aria_hidden="true"))],
        address[then],
        id=f"{EVENTS}-{column}",
        className="sort-button",
        title=text("safety.sort.by", column=words),
    )


def _order(order: str, column: str) -> tuple[str, str, str]:
    """What a press asks for, the arrow, and the state for a screen reader."""
    first = f"-{column}" if column in DESCENDING_FIRST else column
    if order.removeprefix("-") != column:
        return first, "", "none"
    descending = order.startswith("-")
    then = column if descending else f"-{column}"
    return then, " ↓" if descending else " ↑", "descending" if descending else "ascending"


def _turning(name: str, answer: Answer) -> list[Any]:
    words = text("safety.terms.page", page=answer["page"], pages=answer["pages"])
    found = pager(name, "page", answer["page"], answer["pages"], words)
    return [] if found is None else [html.Div(found, **metric(_METRIC[name]))]


_METRIC = {EVENTS: "ae_line", DEATHS: "death_line", LABS: "lab_line"}


def file_of_events(answer: Answer) -> Rows:
    body = [
        (
            e["usubjid"], e["backbone"], e["term"], e["soc"], e["first"],
            e["start"] or e["recorded"], e["end"],
            e["grade"] or "", _flag(e["serious"]), parts.related_text(answer, e), e["state"],
            "; ".join(e["actions"]), _flag(e["emergent"]), e["days_after"],
            "; ".join(parts.dose_words(d) for d in e["doses"]),
        )
        for e in answer["lines"]
    ]  # fmt: skip
    grade = text(f"safety.col.grade.{answer['scale'] or 'CTCAE'}")
    return tuple(text("safety.list.events.csv", grade=grade).split(",")), body


def _flag(value: bool | None) -> str:  # noqa: FBT001  (a value, not an option)
    return "" if value is None else text("word.yes" if value else "word.no")


# --- deaths --------------------------------------------------------------------------------------


def draw_deaths(answer: Answer, held: object = None) -> html.Section:
    body = nothing(answer) if answer["missing"] == "doses" or not answer["n"] else []
    rows = html.Div(death_rows(answer, held), id=rows_id(DEATHS), **attrs(data_keep_focus="true"))
    return card(
        DEATHS,
        text("safety.list.deaths"),
        body or [rows],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(DEATHS, answer),
    )


def death_rows(answer: Answer, held: object = None) -> list[Any]:
    asked = held if isinstance(held, Mapping) else {}
    order = asked.get("order")
    order = order if isinstance(order, str) and order.removeprefix("-") in _DEATH_KEYS else "-death"
    found = answer["deaths"]
    about = metric("deaths", "death_line")
    words = html.P(grave.death_words(answer), className="sentence wide", **about)
    if not found["lines"]:
        return [words]
    page = grave.page_in(asked, "page")
    lines = ordered(found["lines"], order)
    shown, turning = grave.turned(lines, page, "page", "death_line", card_name=DEATHS)
    heads = {c: _turn_head(DEATHS, text(f"safety.col.{c}"), c, order) for c in _DEATH_KEYS}
    return [words, grave.death_table(answer, shown, heads), *turning]


_DEATH_KEYS: Mapping[str, Callable[[Line], Any]] = {
    "patient": lambda d: d["usubjid"],
    "death": lambda d: d["when"],
    "after": lambda d: d["days_after"],
    "cause": lambda d: d["cause"],
}


def ordered(lines: Sequence[Line], order: str) -> list[Line]:
    """By a column; what is not known stands last in either order, ties by patient."""
    key = _DEATH_KEYS[order.removeprefix("-")]
    known = sorted((d for d in lines if key(d) is not None), key=lambda d: d["usubjid"])
    known.sort(key=key, reverse=order.startswith("-"))
    return [*known, *(d for d in lines if key(d) is None)]


def _turn_head(name: str, words: str, column: str, order: str, extra: str = "") -> html.Th:
    """A heading that orders by its column, for the listings whose order is no part of the link."""
    then, mark, sort = _order(order, column)
    button = html.Button(
        [words, html.Span(mark, **attrs(aria_hidden="true"))],
        id=f"{name}-{column}",
        type="button",
        className="sort-button",
        title=text("safety.sort.by", column=words),
        **turn(name, order=then),
    )
    return html.Th(button, scope="col", className=extra, **attrs(aria_sort=sort))


def file_of_deaths(answer: Answer) -> Rows:
    body = [
        (
            d["usubjid"], d["backbone"], d["when"], d["day"], d["days_after"],
            d["cause"] if d["recorded"] else text("safety.death.not_recorded"),
            "; ".join(e["term"] for e in d["events"]),
            "; ".join(parts.dose_words(x) for x in d["doses"]),
        )
        for d in answer["deaths"]["lines"]
    ]  # fmt: skip
    return tuple(text("safety.list.deaths.csv").split(",")), body


# --- laboratory values ---------------------------------------------------------------------------


def draw_labs(answer: Answer, held: object = None) -> html.Section:
    del held
    if answer["missing"] == "doses" or not answer["n"]:
        body = nothing(answer)
    elif not answer["known"]:
        body = [empty(text("safety.list.labs.missing"))]
    else:
        rows = lab_rows(answer)
        body = [html.Div(rows, id=rows_id(LABS), **attrs(data_keep_focus="true"))]
    return card(
        LABS,
        text("safety.list.labs"),
        body,
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(LABS, answer),
    )


def lab_rows(answer: Answer, held: object = None) -> list[Any]:
    del held
    if not answer["known"]:
        return []
    said = html.P(
        plural("safety.list.labs.shown", answer["matching"]),
        className="matching",
        role="status",
        **metric("lab_line"),
    )
    bar = html.Div([_parameters(answer), *_shown(answer)], className="card-choices terms-bar",
                   **metric("lab_line"))  # fmt: skip
    if not answer["lines"]:
        return [bar, said, empty(text("safety.list.labs.none"))]
    return [
        bar,
        html.Div([said, *_turning(LABS, answer)], className="lane-bar"),
        _lab_table(answer),
    ]


def _parameters(answer: Answer) -> html.Details:
    """All parameters, or one of them."""
    now = answer["asked"]["only"]
    now = now if now in answer["parameters"] else ""
    words = unit_words(now) or text("safety.list.labs.every")
    items = [("", text("safety.list.labs.every"))]
    items += [(p, unit_words(p)) for p in answer["parameters"]]
    choices = html.Ul(
        [
            html.Li(
                html.Button(
                    said,
                    type="button",
                    className="menu-choice current" if value == now else "menu-choice",
                    **turn(LABS, only=value, page=1),
                )
            )
            for value, said in items
        ],
        className="menu-choices",
    )
    name = text("safety.list.labs.parameter")
    face = [html.Span(f"{name}: ", className="choice-name"), words]
    return menu(face, choices, name=f"{name}: {words}", extra="picker")


def _shown(answer: Answer) -> list[html.Div]:
    offered = ["all", *(["outside"] if answer["limits"] else [])]
    offered += ["high"] if answer["graded"] else []
    if len(offered) < 2:
        return []
    now = answer["asked"]["shown"]
    return [
        html.Div(
            [
                html.Button(
                    text(f"safety.list.labs.{s}"),
                    id=f"{LABS}-show-{s}",
                    type="button",
                    className="segment current" if s == now else "segment",
                    **attrs(aria_pressed="true" if s == now else "false"),
                    **turn(LABS, shown=s, page=1),
                )
                for s in offered
            ],
            className="segments",
            role="group",
            **attrs(aria_label=text("safety.list.labs.show")),
        )
    ]


def _lab_columns(answer: Answer) -> list[str]:
    columns = ["patient", "parameter", "value"]
    columns += ["limits", "times"] if answer["limits"] else []
    columns += ["date", "visit"]
    return [*columns, *(["grade"] if answer["graded"] else [])]


_SORTED = frozenset({"patient", "parameter", "value", "times", "date", "grade"})
_RIGHT = frozenset({"value", "times"})


def _lab_table(answer: Answer) -> html.Div:
    columns, order = _lab_columns(answer), answer["asked"]["order"]
    heads = []
    for c in columns:
        words, extra = text(f"safety.lab.{c}"), "number" if c in _RIGHT else ""
        made = _turn_head(LABS, words, c, order, extra) if c in _SORTED else None
        heads.append(made or html.Th(words, scope="col", className=extra))
    title = text("safety.list.labs")
    made_table = html.Table(
        [
            html.Caption(title, className="visually-hidden"),
            html.Thead(html.Tr(heads)),
            html.Tbody([_lab_row(answer, line, columns) for line in answer["lines"]]),
        ],
        className="numbers-table event-lines sorted-lines",
    )
    return written(made_table, title, "lab_line")


def _lab_row(answer: Answer, line: Line, columns: Sequence[str]) -> html.Tr:
    cells: list[Any] = [html.Th(patient(answer, line), scope="row", className="whole")]
    for c in columns[1:]:
        extra = "number" if c in _RIGHT else ""
        more = attrs(data_head=text(f"safety.lab.{c}"))
        cells.append(html.Td(_LAB[c](line), className=f"{extra} at-{c}".strip(), **more))
    return row(cells, line["key"])


def _value(line: Line) -> Any:
    words = f"{number_words(line['value'])} {unit_words(line['unit'] or '')}".strip()
    if not line["side"]:
        return words
    side = text(f"safety.lab.{line['side']}")
    return html.Span([words, html.Span(side, className="lab-side")])


def _lab_day(line: Line) -> Any:
    when = text("number.ns") if line["when"] is None else day(line["when"])
    if line["day"] is None:
        return when
    return text("safety.lab.day", day=line["day"], when=when)


_LAB: Mapping[str, Callable[[Line], Any]] = {
    "parameter": lambda v: unit_words(v["label"]),
    "value": _value,
    "limits": limits_words,
    "times": lambda v: "–" if v["times"] is None else number_words(v["times"]),
    "date": _lab_day,
    "visit": lambda v: v["visit"] or "–",
    "grade": lambda v: "–" if v["grade"] is None else str(v["grade"]),
}


def file_of_labs(answer: Answer) -> Rows:
    body = [
        (
            v["usubjid"], v["label"], v["value"], v["unit"], v["low"], v["high"],
            None if v["times"] is None else round(v["times"], 4), v["side"], v["when"], v["day"],
            v["visit"], v["grade"], _flag(v["baseline"]),
        )
        for v in answer["lines"]
    ]  # fmt: skip
    return tuple(text("safety.list.labs.csv").split(",")), body
