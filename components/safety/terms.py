"""The table of terms: patients by their worst grade, class by class, with the events behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import numbers
from components.attributes import attrs
from components.card import card, empty
from components.icons import icon
from components.links import view_link
from components.menu import choices, menu
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, plural, tools
from components.safety.lines import pager, table, turn
from components.safety.parts import card_n, nothing, segmented
from components.who import plain
from components.written import written
from dashboard.metrics.grades import GRADE_KEYS
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "safety-terms"
METRICS = ("ae_terms", "ae_line", "safety_n")
ROWS = "safety-terms-rows"
LINES = ("patient", "event", "day", "grade", "serious", "related", "state", "dose")

Row = Mapping[str, Any]


def draw(answer: Answer, held: object = None) -> html.Section:
    """`held` has shaped the answer already."""
    del held
    return card(
        NAME,
        text("safety.terms.title"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=None if answer["missing"] else _subtitle(answer),
        subtitle_metric="ae_terms",
        tools=tools(NAME, answer),
    )


def _subtitle(answer: Answer) -> str:
    scale = answer["scale"] or "none"
    counted = text("safety.terms.counted", events=plural("safety.events", answer["n_events"]))
    return f"{text(f'safety.terms.subtitle.{scale}')} {counted}"


def _body(answer: Answer) -> list[Any]:
    return [
        html.Div(
            [_search(answer), *_views(answer)],
            className="card-choices terms-bar",
            **attrs(data_keep_focus="true"),
            **metric("ae_terms"),
        ),
        switches(answer),
        html.Div(rows_of(answer), id=ROWS, **attrs(data_keep_focus="true")),
    ]


def search(value: str, label: str) -> html.Label:
    """What is typed stands in the address: safety.js asks for that view."""
    return html.Label(
        [
            html.Span(label, className="visually-hidden"),
            dbc.Input(
                id="event-find",
                type="search",
                value=value,
                placeholder=label,
                maxlength=40,
                autocomplete="off",
                debounce=True,
            ),
        ],
        className="find event-find",
    )


def _search(answer: Answer) -> html.Label:
    return search(answer["find"], text("safety.terms.find"))


def _views(answer: Answer) -> list[Any]:
    links = answer["choices"]
    folds = [
        (text(f"safety.fold.{f}"), f"?{q}", f == answer["fold"]) for f, q in links["folds"].items()
    ]
    sorts = [
        (text(f"safety.sort.{s}"), f"?{q}", s == answer["sort"]) for s, q in links["sorts"].items()
    ]
    least = [
        (least_words(int(p)), f"?{q}", int(p) == answer["least"]) for p, q in links["least"].items()
    ]
    name = text("safety.least.name")
    return [
        segmented(text("safety.fold"), folds),
        segmented(text("safety.sort"), sorts),
        menu(
            [html.Span(f"{name}: ", className="choice-name"), least_words(answer["least"])],
            choices(least, current_words=text("shell.current")),
            name=f"{name}: {least_words(answer['least'])}",
            extra="picker",
        ),
    ]


def least_words(percent: int) -> str:
    return text("safety.least", n=percent) if percent else text("safety.least.all")


def switch_words(answer: Answer, switch: str) -> str:
    kind, _, of = switch.partition(":")
    if kind == "aesi" and of:
        return str(answer["lists"].get(of, of))
    if kind == "related" and of:
        return text("safety.switch.related.of", drug=answer["labels"].get(of, of))
    if kind == "high":
        return text(f"safety.switch.high.{answer['scale'] or 'none'}")
    return text(f"safety.switch.{kind}")


def switches(answer: Answer) -> html.Div:
    """Which events count: no filter on patients, and not to be taken for one."""
    links = answer["choices"]["switches"]
    on = set(answer["switches"])
    items: list[Any] = [html.Span(text("safety.switches"), className="choice-name")]
    for switch, query in links.items():
        if switch == "all":
            continue
        items.append(_switch(answer, switch, query, on=switch in on))
    items.append(_switch(answer, "all", links["all"], on="all" in on))
    if on or answer["find"] or answer["least"]:
        items.append(
            view_link(
                text("safety.switch.none"), f"?{answer['choices']['none']}", className="switch-none"
            )
        )
    return html.Div(
        items,
        className="event-switches",
        role="group",
        **attrs(aria_label=text("safety.switches.label")),
        **metric("ae_terms"),
    )


def _switch(answer: Answer, switch: str, query: str, *, on: bool) -> html.A:
    mark = [icon("check2"), html.Span(text("safety.switch.on"), className="visually-hidden")]
    return view_link(
        [*(mark if on else []), switch_words(answer, switch)],
        f"?{query}",
        id=f"switch-{switch.replace(':', '-')}",
        className="event-switch on" if on else "event-switch",
        **attrs(data_switch=switch),
    )


def rows_of(answer: Answer, held: object = None) -> list[Any]:
    """What turning changes: how many terms, the table, the pager. `held` shaped the answer."""
    del held
    if answer["unknown"]:
        words = [switch_words(answer, s) for s in answer["unknown"]]
        return [empty(text("safety.terms.unknown", kinds=listed(words)))]
    if not answer["rows"]:
        return [_status(answer), empty(text(_why(answer)))]
    return [
        html.Div([_status(answer), *_pager(answer)], className="lane-bar"),
        html.P(text("safety.terms.hint"), className="scroll-hint"),
        _table(answer),
        html.P(text(f"safety.terms.note.{answer['scale'] or 'none'}"), className="figure-note"),
    ]


def _why(answer: Answer) -> str:
    if answer["find"] or answer["least"]:
        return "safety.terms.unmatched"
    return "safety.terms.none.switched" if answer["switches"] else "safety.terms.none"


def _status(answer: Answer) -> html.P:
    parts = [plural("safety.terms.shown", answer["terms"])]
    if answer["hidden"]:
        parts.append(plural("safety.terms.hidden", answer["hidden"]))
    if answer["unmatched"] and answer["find"]:
        parts.append(plural("safety.terms.other", answer["unmatched"]))
    return html.P("; ".join(parts), className="matching", role="status", **metric("ae_terms"))


def _pager(answer: Answer) -> list[Any]:
    words = text("safety.terms.page", page=answer["page"], pages=answer["pages"])
    found = pager(NAME, "page", answer["page"], answer["pages"], words)
    if found is None:
        return []
    return [html.Div(found, **metric("ae_terms"))]


def grades_of(answer: Answer) -> list[str]:
    """Grades with a column of their own: five of CTCAE, the words of severity that occur."""
    if answer["scale"] is None or answer["overall"] is None:
        return []
    counts = answer["overall"]["by_grade"]
    seen = [g for g in GRADE_KEYS if counts[g] or _inside(answer, g)]
    if answer["scale"] == "CTCAE":
        return [g for g in GRADE_KEYS if g != "missing" or "missing" in seen]
    return [g for g in GRADE_KEYS if g in {"1", "2", "3"} or g in seen]


def _inside(answer: Answer, grade: str) -> bool:
    return any(r["by_grade"][grade] for r in answer["rows"])


def grade_head(answer: Answer, grade: str) -> str:
    severity = answer["scale"] == "severity"
    if grade == "missing":
        return text("safety.grade.missing.severity" if severity else "safety.grade.missing")
    if severity:
        return text(f"safety.severity.{grade}")
    return text(f"safety.grade.{answer['scale']}", grade=grade)


def _columns(answer: Answer) -> list[tuple[str, str]]:
    """(column, heading) of the counts."""
    grades = grades_of(answer)
    found = [("any", text("safety.terms.any"))]
    if answer["scale"] == "CTCAE":
        found.append(("high", text("safety.terms.high")))
    elif answer["scale"] and {"4", "5"} & set(grades):
        found.append(("high", text("safety.terms.high.severity")))
    return [*found, *((g, grade_head(answer, g)) for g in grades)]


def _table(answer: Answer) -> html.Div:
    columns = _columns(answer)
    heads = [html.Th(ask(text("safety.terms.term"), "ae_terms"), scope="col")]
    heads += [
        html.Th(words, scope="col", className="number" if c not in {"any", "high"} else "")
        for c, words in columns
    ]
    heads.append(html.Th(text("safety.terms.events"), scope="col", className="number"))
    body = [_row(answer, answer["overall"], columns, "all")]
    for place, found in enumerate(answer["rows"]):
        body.append(_row(answer, found, columns, str(place)))
        if found.get("opened"):
            body.append(_opened(answer, found, len(columns) + 2, columns))
    made_table = html.Table(
        [
            html.Caption(text("safety.terms.title"), className="visually-hidden"),
            html.Thead(html.Tr(heads)),
            html.Tbody(body),
        ],
        className="numbers-table terms",
    )
    return written(made_table, text("safety.terms.title"), "ae_terms", extra="by-group-frame")


def _row(answer: Answer, found: Row, columns: Sequence[tuple[str, str]], place: str) -> html.Tr:
    whole = "terms" not in found
    is_class = not whole and found["terms"] is not None
    cells: list[Any] = [
        html.Th(_name(answer, found, place), scope="row", className=_depth(answer, found))
    ]
    for column, words in columns:
        cells.append(_count(answer, found, column, words))
    cells.append(html.Td(str(found["n_events"]), className="number"))
    about: dict[str, Any] = {} if whole else attrs(data_soc=found["soc"], data_pt=found["pt"])
    return html.Tr(cells, className="class-row" if is_class or whole else "", **about)


def _depth(answer: Answer, found: Row) -> str:
    inside = found.get("pt") and answer["fold"] != "term"
    return "inside" if inside else ""


def _name(answer: Answer, found: Row, place: str) -> list[Any]:
    if "terms" not in found:
        return [text("safety.terms.overall")]
    if found["terms"] is None:
        more = []
        if answer["fold"] == "term":
            more = [
                html.Span(found["class"] or text("safety.terms.several"), className="cell-more")
            ]
        return [found["name"], *more]
    return [
        html.Button(
            [
                html.Span(className="fold-mark", **attrs(aria_hidden="true")),
                found["name"],
            ],
            id=f"class-{place}",
            type="button",
            className="fold-button",
            **attrs(aria_expanded="true" if found["open"] else "false"),
            **turn(NAME, soc=found["soc"]),
        ),
        html.Span(plural("safety.terms.inside", found["terms"]), className="cell-more"),
    ]


def _count(answer: Answer, found: Row, column: str, words: str) -> html.Td:
    """A count that opens its patients and, under the row, their events."""
    rate = None
    if column in {"any", "high"}:
        held = found[column]
        rate = None if held is None else Proportion.from_json(held)
        if rate is None:
            return html.Td(text("number.ns"))
        shown, x = numbers.counts(rate), rate.x
    else:
        x = found["by_grade"][column]
        shown = str(x)
    number = "number" if rate is None else ""
    more = []
    if rate is not None:
        small = answer["min_group"]
        inside = numbers.plain_brackets(rate, small=small)
        more = [html.Span(brackets(inside), className="cell-more")]
    opener = _button(answer, found, column, shown, words) if x else plain(shown)
    kind = number if x else f"{number} none".strip()
    return html.Td([opener, *more], className=kind, **attrs(data_column=column))


def _button(answer: Answer, found: Row, column: str, shown: str, words: str) -> html.Button:
    keys = found["who"].get(column, "")
    name = text("safety.terms.open", count=shown, term=found["name"], column=words)
    opened: dict[str, Any] = (
        {} if "terms" not in found else turn(NAME, cell=[found["soc"], found["pt"], column])
    )
    chosen: dict[str, Any] = attrs(data_patients=keys) if keys else {}
    return html.Button(
        shown,
        type="button",
        className="count who",
        title=name,
        **attrs(aria_label=name),
        **chosen,
        **opened,
    )


def _opened(answer: Answer, found: Row, width: int, columns: Sequence[tuple[str, str]]) -> html.Tr:
    behind = found["opened"]
    words = dict(columns).get(behind["column"], "")
    title = text("safety.terms.behind", term=found["name"], column=words[:1].lower() + words[1:])
    n = plural("safety.events", behind["n"])
    shown = text("safety.terms.page", page=behind["page"], pages=behind["pages"])
    turning = pager(NAME, "events", behind["page"], behind["pages"], shown)
    close = html.Button(
        text("safety.terms.close"),
        id="safety-terms-close",
        type="button",
        className="page-button",
        **turn(NAME, cell=None),
    )
    body = [
        html.Div(
            [html.P([title, html.Span(n, className="card-n")], className="list-title"), close],
            className="opened-head",
        ),
        table(answer, behind["lines"], LINES, title),
        *([turning] if turning is not None else []),
    ]
    return html.Tr(
        html.Td(html.Div(body, className="opened-body"), colSpan=width),
        className="opened",
        **metric("ae_line"),
    )


def rows(answer: Answer) -> Rows:
    """The whole table, its threshold and words applied."""
    grades = grades_of(answer) if answer["overall"] else []
    header = text("safety.terms.csv").split(",")
    names = [grade_head(answer, g) for g in grades]
    body = []
    for found in [*([answer["overall"]] if answer["overall"] else []), *answer["rows"]]:
        rate = Proportion.from_json(found["any"])
        high = None if found["high"] is None else Proportion.from_json(found["high"])
        body.append(
            (
                found.get("soc") or ("" if found.get("pt") else text("safety.terms.overall")),
                found.get("pt", ""),
                *_rate(rate),
                *(_rate(high) if high else ("", "", "", "", "")),
                *(found["by_grade"][g] for g in grades),
                found["n_events"],
            )
        )
    high_words = text(f"safety.terms.csv.high.{answer['scale'] or 'none'}").split(",")
    return (*header, *high_words, *names, text("safety.csv.events")), body


def _rate(rate: Proportion) -> tuple[Any, ...]:
    ends = (rate.estimate, rate.lower, rate.upper)
    return (rate.x, rate.n, *("" if v is None else numbers.percent(v) for v in ends))
