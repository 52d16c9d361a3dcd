"""Exported values held against the records: how much agrees, and every value that does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.card import card
from components.cuts.parts import Answer, counted, fold, page_of, pager, patient, table
from components.overview.parts import Rows, tools
from components.who import short
from dashboard.metrics.discrepancy_words import UNEXPLAINED
from dashboard.text import CATALOGUE, text

NAME = "cuts-checks"


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("cuts.checks.title"),
        _body(answer),
        subtitle=text("cuts.checks.subtitle"),
        tools=tools(NAME, answer),
        marks=("agreement",),
        n_metric="agreement",
        subtitle_metric="agreement",
    )


def endpoint_words(endpoint: str) -> str:
    return CATALOGUE.get(f"cuts.endpoint.{endpoint}", endpoint)


def _body(answer: Answer) -> list[Any]:
    n = len(answer["items"])
    compared = any(e["compared"] for e in answer["endpoints"])
    head = counted("cuts.checks.differ", n) if n else text("cuts.checks.none")
    if not n and not compared:
        head = text("cuts.checks.nothing")
    return [
        html.P(head, className="sentence"),
        _table(answer),
        *_followed(answer),
        *(part for e in answer["endpoints"] for part in _differences(answer, e["id"])),
    ]


def _table(answer: Answer) -> html.Div:
    heads = [text(f"cuts.checks.{k}") for k in ("value", "against", "compared", "agree", "differ")]
    rows = []
    for e in answer["endpoints"]:
        id_, compared = e["id"], e["compared"]
        unit = "cuts.checks.events" if id_ == "TRTEMFL" else "number.patients"
        if compared is None and not e["differing"]:
            numbers = [text("cuts.checks.not_exported"), "", ""]
        elif compared is None:
            numbers = [
                text("cuts.checks.uncounted"),
                "",
                counted("number.patients", e["differing"]),
            ]
        else:
            agree = compared - e["differing"]
            numbers = [
                counted(unit, compared),
                text("cuts.checks.of", x=f"{agree:,}", n=f"{compared:,}"),
                f"{e['differing']:,}",
            ]
        against = f"cuts.against.{id_}"
        rows.append(
            [
                endpoint_words(id_),
                text(against if against in CATALOGUE else "cuts.against.other"),
                *numbers,
            ]
        )
    return table(heads, rows, caption=text("cuts.checks.title"))


def _followed(answer: Answer) -> list[html.P]:
    found = answer["followed"]
    if not found or not found["n"]:
        return []
    said = "; ".join(
        text("cuts.checks.rule", rule=name, x=x, n=found["n"]) for name, x in found["agree"]
    )
    return [html.P(text("cuts.checks.followed", rules=said), className="sentence")]


def kinds_of(answer: Answer, endpoint: str) -> list[tuple[str, list[int]]]:
    """Kinds of reasons with the positions of their values: most first, unexplained last."""
    found: dict[str, list[int]] = {}
    for i, item in enumerate(answer["items"]):
        if item[0] == endpoint:
            found.setdefault(item[5], []).append(i)
    return sorted(found.items(), key=lambda k: (k[0] == UNEXPLAINED, -len(k[1]), k[0]))


def _differences(answer: Answer, endpoint: str) -> list[Any]:
    kinds = kinds_of(answer, endpoint)
    if not kinds:
        return []
    return [
        html.H3(
            text("cuts.checks.of_endpoint", endpoint=endpoint_words(endpoint)),
            className="list-title",
        ),
        *(_kind(answer, endpoint, i, kind, found) for i, (kind, found) in enumerate(kinds)),
    ]


def _kind(answer: Answer, endpoint: str, i: int, kind: str, found: Sequence[int]) -> html.Details:
    pairs = Counter((answer["items"][j][2], answer["items"][j][3]) for j in found).most_common(2)
    pairs = [p for p in pairs if p[1] > 1 or len(found) == 1]
    usual = ", ".join(text("cuts.checks.pair", exported=a, derived=b, n=n) for (a, b), n in pairs)
    face = [
        html.Span(f"{len(found):,}", className="unfold-count"),
        html.Span(
            [
                html.Span(sentence(kind), className="cause-name"),
                html.Span(usual, className="cell-more"),
            ]
        ),
    ]
    return fold(f"checks:{endpoint}:{i}", face, extra="counted-fold")


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def unfold(answer: Answer, key: str, page: int) -> list[Any]:
    """The values of one kind of reason: patient, both values, the reason, the records."""
    endpoint, _, position = key.partition(":")
    _, found = kinds_of(answer, endpoint)[int(position)]
    shown, page = page_of(found, page)
    return [
        *(_item(answer, i) for i in shown),
        *pager(f"checks:{key}", page, len(found), noun="values"),
    ]


def _item(answer: Answer, i: int) -> html.Div:
    _, usubjid, exported, derived, reason, _, grave = answer["items"][i]
    marks: list[Any] = (
        [" ", html.Span(text("cuts.checks.grave"), className="grave")] if grave else []
    )
    return html.Div(
        [
            html.P(
                [
                    patient(answer, usubjid),
                    " ",
                    text("cuts.checks.both", exported=exported, derived=derived),
                    *marks,
                ],
                className="item-head",
            ),
            html.P(f"{sentence(reason)}.", className="sentence"),
            fold(
                f"item:{i}",
                [html.Span(text("cuts.checks.records.of", patient=short(answer, usubjid)))],
                extra="record-fold",
            ),
        ],
        className="item",
    )


def records(tables: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The patient's records behind a value: one table per domain, each row with file and row."""
    out: list[Any] = []
    for t in tables:
        heads = [*(c["label"] for c in t["columns"]), text("cuts.list.where")]
        rows = [
            [*row["values"], text("cuts.place", file=row["file"], row=row["row"])]
            for row in t["rows"]
        ]
        out.append(html.H4(t["title"], className="record-title"))
        out.append(
            table(heads, rows, caption=t["title"])
            if rows
            else html.P(text("cuts.checks.records.none"), className="muted")
        )
    return out


def rows(answer: Answer) -> Rows:
    """Every differing value."""
    keys = ("endpoint", "patient", "exported", "derived", "reason", "kind", "grave")
    header = tuple(text(f"cuts.csv.{k}") for k in keys)
    body = [(*item[:6], text("word.yes" if item[6] else "word.no")) for item in answer["items"]]
    return header, body
