"""Kinds of adverse events: patients with at least one, by analysis set or by backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import card
from components.links import view_link
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
from components.safety.parts import card_n, nothing, segmented, with_query
from components.who import count
from components.written import written
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "safety-overview"
#: kind of event -> the definition of its number
DEFINITIONS = {
    "any": "ae_any",
    "grade3plus": "ae_high",
    "related": "ae_related",
    "related_grade3plus": "ae_related_high",
    "related_in_window": "ae_related_window",
    "serious": "ae_serious",
    "serious_related": "ae_serious_related",
    "fatal": "ae_fatal",
    "reduced": "ae_action",
    "interrupted": "ae_action",
    "withdrawn": "ae_action",
    "interest": "ae_aesi",
    "aesi": "ae_aesi",
}
METRICS = tuple(dict.fromkeys(DEFINITIONS.values()))

Flag = Mapping[str, Any]


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("safety.overview.title"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=None if answer["missing"] else _subtitle(answer),
        subtitle_metric="ae_any",
        tools=tools(NAME, answer),
    )


def _subtitle(answer: Answer) -> str:
    events = plural("safety.events", answer["n_events"])
    rule = text(f"safety.emergent.{answer['source']}", days=answer["teae_end_days"])
    ci = numbers.level_words(answer["level"])
    return text("safety.overview.subtitle", events=events, rule=rule, ci=ci)


def _body(answer: Answer) -> list[Any]:
    kinds = [f for f in answer["flags"] if not _listed(f)]
    return [*_choice(answer), _table(answer, kinds), *_lists(answer), *_notes(answer)]


def _listed(flag: Flag) -> bool:
    """A single list of special interest: folded away under the kinds."""
    return bool(flag["id"].startswith("aesi:"))


def _lists(answer: Answer) -> list[html.Details]:
    """The lists of special interest one by one; those of a backbone count everybody here too."""
    lists = [f for f in answer["flags"] if _listed(f)]
    if not lists:
        return []
    title = plural("safety.lists", len(lists))
    return [
        html.Details(
            [
                html.Summary(title),
                html.P(text("safety.lists.note"), className="figure-note"),
                _table(answer, lists, head="safety.lists.head"),
            ],
            className="folded",
            **metric("ae_aesi"),
        )
    ]


def _choice(answer: Answer) -> list[html.Nav]:
    if not answer["backbones"]:
        return []
    query, by = answer["query"], answer["by"]
    words = {"set": text("safety.by.set"), "backbone": text("safety.by.backbone")}
    addresses = {
        "set": with_query(query, group=None),
        "backbone": with_query(query, group="backbone"),
    }
    items = [(words[b], addresses[b], b == by) for b in ("set", "backbone")]
    return [segmented(text("safety.by"), items)]


def _table(answer: Answer, flags: Sequence[Flag], head: str = "safety.kind") -> html.Div:
    first = html.Th(text(head), scope="col")
    heads = [
        html.Th(
            [c["label"], html.Span(text("card.n", n=c["n"]), className="set-n")],
            scope="col",
            **metric("safety_n"),
        )
        for c in answer["columns"]
    ]
    made_table = html.Table(
        [
            html.Caption(text("safety.overview.title"), className="visually-hidden"),
            html.Thead(html.Tr([first, *heads])),
            html.Tbody([_row(answer, flag) for flag in flags]),
        ],
        className="numbers-table kinds" + (" on-a-line" if len(answer["columns"]) < 4 else ""),
    )
    return written(
        made_table, text("safety.overview.title"), "safety_n", *METRICS, extra="by-group-frame"
    )


def definition(id_: str) -> str:
    return DEFINITIONS[id_.partition(":")[0]]


def label(answer: Answer, flag: Flag) -> str:
    """The kind in words; "severe" where the export holds no grades."""
    kind, _, drug = flag["id"].partition(":")
    if kind == "aesi":
        of = answer["list_drugs"].get(drug)
        return text("safety.lists.of", drug=of, label=flag["label"]) if of else str(flag["label"])
    if kind in {"grade3plus", "related_grade3plus"}:
        return text(f"safety.kind.{kind}.{answer['scale'] or 'none'}")
    if kind == "interest" and not drug:
        return text("safety.kind.interest")
    if drug:
        return text(f"safety.kind.{kind}.of", drug=answer["drugs"].get(drug, drug))
    return text(f"safety.kind.{kind}", days=answer["ae_window_days"])


def _row(answer: Answer, flag: Flag) -> html.Tr:
    words, about = label(answer, flag), definition(flag["id"])
    part = ":" in flag["id"] and flag["id"].partition(":")[0] not in {"aesi", "interest"}
    first = html.Th(ask(words, about), scope="row", className="part" if part else "")
    if flag["cells"] is None:
        why = html.Td(why_unknown(flag["id"]), colSpan=len(answer["columns"]), className="absent")
        return html.Tr([first, why], **metric(about), **attrs(data_kind=flag["id"]))
    pairs = zip(answer["columns"], flag["cells"], strict=True)
    cells = [_cell(answer, words, column, cell) for column, cell in pairs]
    return html.Tr([first, *cells], **metric(about), **attrs(data_kind=flag["id"]))


def why_unknown(id_: str) -> str:
    """Which column of the export is missing, in words."""
    kind, _, drug = id_.partition(":")
    return text(f"safety.unknown.{kind}.of" if drug else f"safety.unknown.{kind}")


def _cell(answer: Answer, words: str, column: Flag, cell: Flag) -> html.Td:
    number = Proportion.from_json(cell["proportion"])
    of = f"{words}, {column['label']}"
    small = answer["min_group"]
    return html.Td(
        [
            count(numbers.counts(number), cell["who"], of=of),
            html.Span(brackets(numbers.plain_brackets(number, small=small)), className="cell-more"),
        ],
        title=plural("safety.events", cell["n_events"]),
        **attrs(data_label=column["label"]),
    )


def _notes(answer: Answer) -> list[Any]:
    words = []
    if answer["by"] == "backbone":
        chosen = "cohort.chosen.overlap" if answer["overlapping"] else "cohort.chosen"
        words.append(text("cohort.overlap" if answer["randomised"] else chosen))
        if answer["empty_groups"]:
            words.append(text("cohort.empty", groups=listed(answer["empty_groups"])))
    if not answer["drugs"]:
        words.append(text("safety.note.drugs"))
    if not answer["aesi_stated"]:
        words.append(text("safety.note.aesi"))
    if answer["scale"] == "severity":
        words.append(text("safety.note.severity"))
    words.append(text("safety.note.flags"))
    out: list[Any] = [html.P(" ".join(words), className="figure-note")]
    if answer["aesi_stated"]:
        to = view_link(text("safety.note.to_events"), f"/safety/events?{answer['query']}")
        urate = view_link(text("safety.note.to_urate"), f"/safety/labs?{answer['query']}")
        out.append(html.P([to, urate] if answer["urate"] else [to], className="story-ways"))
    if answer["notes"]:
        items = [html.Li(n) for n in answer["notes"]]
        title = text("safety.note.export")
        out.append(html.Div([html.P(title), html.Ul(items)], className="note", **metric("ae_any")))
    return out


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for flag in answer["flags"]:
        for i, column in enumerate(answer["columns"]):
            words = label(answer, flag)
            if flag["cells"] is None:
                empty = ("", column["n"], "", "", "", "", why_unknown(flag["id"]))
                body.append((column["label"], words, *empty, ""))
                continue
            cell = flag["cells"][i]
            row = proportion_row(words, Proportion.from_json(cell["proportion"]))
            body.append((column["label"], *row, cell["n_events"]))
    return (
        text("safety.csv.column"),
        *(text(k) for k in PROPORTION_HEADER),
        text("safety.csv.events"),
    ), body
