"""What changed in the records, in the rules and in the analysis sets between two cuts."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.cuts.ledger import picker, subtitle
from components.cuts.parts import (
    Answer,
    counted,
    fold,
    page_of,
    pager,
    patient,
    place,
    table,
    value,
)
from components.overview.parts import Rows, tools
from components.who import short
from dashboard.text import CATALOGUE, listed, text

NAME = "cuts-records"


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("cuts.records.title"),
        _body(answer),
        subtitle=subtitle(answer),
        tools=tools(NAME, answer),
        marks=("record_changes",),
        n_metric="record_changes",
        subtitle_metric="record_changes",
    )


def _body(answer: Answer) -> list[Any]:
    if answer["then"] is None:
        return [*picker(answer, "record_changes"), empty(text(f"cuts.problem.{answer['problem']}"))]
    return [
        *_vanished(answer),
        _domains(answer),
        *(d for d in map(_fold, answer["domains"]) if d is not None),
        html.H3(text("cuts.sets.title"), className="list-title"),
        *_sets(answer),
        html.H3(text("cuts.study.title"), className="list-title"),
        *_study(answer),
    ]


def domain_words(domain: str) -> str:
    return CATALOGUE.get(f"cuts.domain.{domain}", domain)


def column_words(column: str) -> str:
    """What a column holds, with its name; the name alone where we have no words."""
    key = f"cuts.column.{column}"
    return f"{CATALOGUE[key]} ({column})" if key in CATALOGUE else column


def _vanished(answer: Answer) -> list[Any]:
    gone = answer["vanished"]
    if not gone:
        return [html.P(text("cuts.vanished.none"), className="sentence")]
    return [
        html.P(
            [
                html.Strong(counted("cuts.vanished", len(gone))),
                " ",
                listed(short(answer, u) for u in gone[:20]),
            ],
            className="sentence trouble-line",
        )
    ]


def _domains(answer: Answer) -> html.Div:
    heads = [
        text(f"cuts.records.{k}") for k in ("domain", "then", "now", "added", "removed", "changed")
    ]
    rows = []
    for d in answer["domains"]:
        name = domain_words(d["domain"])
        if d.get("alone"):
            sides = [f"{d['rows']:,}", text("cuts.records.absent")]
            sides = sides if d["alone"] == "then" else sides[::-1]
            rows.append([name, *sides, "", "", ""])
        elif d.get("same"):
            rows.append([name, f"{d['rows']:,}", f"{d['rows']:,}", "0", "0", "0"])
        else:
            numbers = [d[k] for k in ("rows_then", "rows_now", "added", "removed", "changed")]
            rows.append([name, *(f"{n:,}" for n in numbers)])
    return table(heads, rows, caption=text("cuts.records.title"), extra="figures")


def _fold(domain: dict[str, Any]) -> html.Details | None:
    if domain.get("alone") or domain.get("same"):
        return None
    parts = []
    if domain["columns"]:
        parts.append(counted("cuts.records.columns", len(domain["columns"])))
    if domain["gone"]:
        parts.append(counted("cuts.records.gone", domain["removed"]))
    if domain["new_columns"] or domain["lost_columns"]:
        parts.append(text("cuts.records.shape"))
    if not parts:
        return None
    name = domain_words(domain["domain"])
    face = [html.Span(name, className="cause-name"), html.Span(", ".join(parts), className="muted")]
    return fold(f"records:{domain['domain']}", face, extra="plain-fold")


def _sets(answer: Answer) -> list[Any]:
    heads = [
        text(f"cuts.sets.{k}") for k in ("set", "then", "now", "new", "joined", "left", "gone")
    ]
    rows = []
    folds = []
    for s in answer["sets"]:
        sides = [text("number.ns") if s[k] is None else str(s[k]) for k in ("then", "now")]
        rows.append(
            [
                s["label"],
                *sides,
                str(s["new"]),
                str(len(s["joined"])),
                str(len(s["left"])),
                str(s["gone"]),
            ]
        )
        if s["joined"] or s["left"]:
            face = [
                html.Span(s["label"], className="cause-name"),
                html.Span(
                    text("cuts.sets.who", joined=len(s["joined"]), left=len(s["left"])),
                    className="muted",
                ),
            ]
            folds.append(fold(f"records:set-{s['id']}", face, extra="plain-fold"))
    rules = [
        html.P(
            text("cuts.sets.rule", label=s["label"], then=s["rule_then"], now=s["rule_now"]),
            className="sentence",
        )
        for s in answer["sets"]
        if s["rule_then"] != s["rule_now"]
    ]
    return [table(heads, rows, caption=text("cuts.sets.title"), extra="figures"), *folds, *rules]


def _study(answer: Answer) -> list[Any]:
    changes = answer["study_changes"]
    if not changes:
        return [html.P(text("cuts.study.same"), className="sentence")]
    heads = [text(f"cuts.study.{k}") for k in ("name", "then", "now")]
    rows = [
        [name, was or text("number.ns"), now or text("number.ns")] for name, was, now in changes
    ]
    return [
        html.P(counted("cuts.study.changed", len(changes)), className="sentence"),
        table(heads, rows, caption=text("cuts.study.title")),
    ]


# --- unfolded ------------------------------------------------------------------------------------


def unfold(answer: Answer, key: str, page: int) -> list[Any]:
    """A domain's changed columns, the values of one, its removed rows, or a set's comers."""
    name, _, column = key.partition(":")
    if name.startswith("set-"):
        return _members(answer, name, page)
    domain = next(d for d in answer["domains"] if d["domain"] == name)
    if column == "-gone":
        return _gone(answer, domain, key, page)
    if column:
        return _cells(answer, domain, (column, page))
    folds: list[Any] = []
    for word in ("new_columns", "lost_columns"):
        if domain[word]:
            said = listed(column_words(c) for c in domain[word])
            folds.append(html.P(text(f"cuts.records.{word}", columns=said), className="sentence"))
    if domain["gone"]:
        face = [html.Span(counted("cuts.records.gone", domain["removed"]), className="cause-name")]
        folds.append(fold(f"records:{name}:-gone", face, extra="plain-fold"))
    for c in domain["columns"]:
        face = [
            html.Span(column_words(c["column"]), className="cause-name"),
            html.Span(_changed(c), className="muted"),
        ]
        folds.append(fold(f"records:{name}:{c['column']}", face, extra="plain-fold"))
    return folds


def _changed(column: dict[str, Any]) -> str:
    said = text(
        "cuts.records.values",
        values=counted("cuts.records.value", column["n"]),
        patients=counted("number.patients", column["patients"]),
    )
    if column["filled"] == column["n"]:
        return f"{said}, {text('cuts.records.filled.all')}"
    return (
        f"{said}, {text('cuts.records.filled', n=column['filled'])}" if column["filled"] else said
    )


def _cells(answer: Answer, domain: dict[str, Any], place_: tuple[str, int]) -> list[Any]:
    column, page = place_
    key = f"{domain['domain']}:{column}"
    found = next(c for c in domain["columns"] if c["column"] == column)
    shown, page = page_of(found["cells"], page)
    heads = [text(f"cuts.list.{k}") for k in ("patient", "record", "then", "now", "where")]
    rows = [
        [
            patient(answer, c["usubjid"]),
            c["record"] or text("cuts.record.patient"),
            value(c["old"]),
            value(c["new"]),
            [place(c["then"]), " → ", place(c["now"])],
        ]
        for c in shown
    ]
    return [
        table(heads, rows, caption=column_words(column)),
        *pager(f"records:{key}", page, len(found["cells"])),
        *_cut_off(found["n"], len(found["cells"])),
    ]


def _cut_off(n: int, shown: int) -> list[Any]:
    return (
        [html.P(text("cuts.records.first", shown=f"{shown:,}", n=f"{n:,}"), className="muted")]
        if shown < n
        else []
    )


def _gone(answer: Answer, domain: dict[str, Any], key: str, page: int) -> list[Any]:
    shown, page = page_of(domain["gone"], page)
    heads = [text(f"cuts.list.{k}") for k in ("patient", "record", "where")]
    rows = [
        [
            patient(answer, g["usubjid"]),
            g["record"] or text("cuts.record.patient"),
            place(g["then"]),
        ]
        for g in shown
    ]
    return [
        table(heads, rows, caption=counted("cuts.records.gone", domain["removed"])),
        *pager(f"records:{key}", page, len(domain["gone"])),
        *_cut_off(domain["removed"], len(domain["gone"])),
    ]


def _members(answer: Answer, name: str, page: int) -> list[Any]:
    found = next(s for s in answer["sets"] if f"set-{s['id']}" == name)
    rows = [(u, "joined", why) for u, why in found["joined"]] + [
        (u, "left", why) for u, why in found["left"]
    ]
    shown, page = page_of(rows, page)
    heads = [text(f"cuts.list.{k}") for k in ("patient", "change", "why")]
    return [
        table(
            heads,
            [
                [
                    patient(answer, u),
                    text(f"cuts.sets.{how}.one"),
                    text(f"cuts.sets.{how}.why", why=why or text("number.ns")),
                ]
                for u, how, why in shown
            ],
            caption=found["label"],
        ),
        *pager(f"records:{name}", page, len(rows), noun="patients"),
    ]


def rows(answer: Answer) -> Rows:
    """One line per changed value and per removed row."""
    keys = (
        "domain",
        "change",
        "patient",
        "record",
        "column",
        "was",
        "is",
        "file_then",
        "row_then",
        "file_now",
        "row_now",
    )
    header = tuple(text(f"cuts.csv.{k}") for k in keys)
    body: list[tuple[Any, ...]] = []
    for d in answer["domains"]:
        for g in d.get("gone", ()):
            body.append(
                (
                    d["domain"],
                    text("cuts.csv.removed"),
                    g["usubjid"],
                    g["record"],
                    "",
                    "",
                    "",
                    *_at(g["then"]),
                    "",
                    "",
                )
            )
        for c in d.get("columns", ()):
            body += [
                (
                    d["domain"],
                    text("cuts.csv.changed"),
                    e["usubjid"],
                    e["record"],
                    c["column"],
                    e["old"] or "",
                    e["new"] or "",
                    *_at(e["then"]),
                    *_at(e["now"]),
                )
                for e in c["cells"]
            ]
    for name, was, now in answer["study_changes"]:
        body.append(
            ("study.toml", text("cuts.csv.changed"), "", name, "", was, now, "", "", "", "")
        )
    return header, body


def _at(where: dict[str, Any] | None) -> tuple[Any, Any]:
    return ("", "") if where is None else (where["file"], where["row"])
