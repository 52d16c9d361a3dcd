"""The records behind a patient's figure as tables; each row names its file and row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.overview.parts import tools
from components.patients.words import (
    action_words,
    amount_words,
    change_words,
    event_words,
    grade_words,
    lab_title,
    limits_words,
    lower,
    number_words,
    percent_words,
    place_words,
    plan_words,
    related_words,
    sample_words,
    state_words,
    visit_why,
)
from dashboard.text import day, text

NAME = "patient-records"
NUMBERS = frozenset({"day", "sum", "percent", "nadir", "cycle", "value"})

Answer = Mapping[str, Any]
Cells = list[tuple[str, Any]]


def draw(answer: Answer) -> html.Section:
    """Every table folded but the first."""
    tumour = answer["tumour"]
    labs = [(s, p) for s in answer["labs"]["series"] for p in s["points"]]
    seen = tumour["responses_known"] or tumour["sums_known"]
    tables = [
        _table("visits", [_visit(answer, v) for v in tumour["visits"]], known=seen, start=True),
        _table(
            "events",
            [_event(answer, e) for e in answer["events"]["records"]],
            known=answer["events"]["known"],
        ),
        _table(
            "doses",
            [_dose(answer, d) for d in answer["doses"]["records"]],
            known=answer["doses"]["known"],
        ),
        _table("labs", [_lab(s, p) for s, p in labs], known=answer["labs"]["known"]),
        _table(
            "samples",
            [_sample(s) for s in answer["samples"]["records"]],
            known=bool(answer["samples"]["kinds"]),
        ),
    ]
    return card(
        NAME,
        text("patient.records"),
        tables,
        n=answer["patient"]["id"],
        subtitle=text("patient.records.words"),
        subtitle_metric="patient_course",
        n_metric="patient_course",
        marks=("patient_course",),
        tools=tools(NAME, answer, data=False, key=answer["patient"]["key"]),
    )


def _table(name: str, rows: Sequence[Cells], *, known: bool, start: bool = False) -> html.Details:
    """Folded tables ride along as data: patients.js writes them out when they are opened, since a
    browser pays for every cell. The open one is there at once.
    """
    title = text(f"patient.table.{name}")
    count = text("patient.table.count", title=title, n=len(rows))
    if not rows:
        body: Any = html.P(
            text("patient.table.empty" if known else "patient.table.absent"), className="muted"
        )
    else:
        frame: dict[str, Any] = {"className": "table-frame", "tabIndex": 0, "role": "region"}
        if start:
            body = html.Div(_written(title, rows), **frame, **attrs(aria_label=title))
        else:
            body = html.Div(**frame, **attrs(aria_label=title, data_records=_data(title, rows)))
    return html.Details(
        [html.Summary(html.H3(count, className="record-summary")), body],
        open=start,
        className="records",
        **attrs(data_kind=name),
    )


def _written(title: str, rows: Sequence[Cells]) -> html.Table:
    heads = [html.Th(_head(c), scope="col", className=_class(c)) for c, _ in rows[0]]
    return html.Table(
        [
            html.Caption(title, className="visually-hidden"),
            html.Thead(html.Tr(heads)),
            html.Tbody([_row(cells) for cells in rows]),
        ],
        className="numbers-table record-table",
    )


def _data(title: str, rows: Sequence[Cells]) -> str:
    """The same table as JSON: headings, which of them are numbers, and the words of every cell."""
    columns = [c for c, _ in rows[0]]
    return json.dumps(
        {
            "title": title,
            "head": [_head(c) for c in columns],
            "numbers": [c in NUMBERS for c in columns],
            "rows": [[_cell(value) for _, value in cells] for cells in rows],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _head(column: str) -> str:
    return text(f"patient.col.{column}")


def _cell(value: Any) -> str:
    return "–" if value is None or value == "" else str(value)


def _class(column: str) -> str:
    return "number" if column in NUMBERS else ""


def _row(cells: Cells) -> html.Tr:
    return html.Tr(
        [
            html.Td(_cell(value), className=_class(column), **attrs(data_head=_head(column)))
            for column, value in cells
        ]
    )


def _visit(answer: Answer, v: Answer) -> Cells:
    def term(value: str | None) -> str | None:
        return None if value is None else text(f"patient.short.{value}") if (
            f"{value}" in {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"}
        ) else value  # fmt: skip

    new = None if v["new_lesion"] is None else text("word.yes" if v["new_lesion"] else "word.no")
    why = visit_why(answer, v)
    return [
        ("day", str(v["day"])),
        ("date", day(v["when"])),
        ("visit", v["visit"]),
        ("overall", term(v["overall"])),
        ("target", term(v["target"])),
        ("non_target", term(v["non_target"])),
        ("new", new),
        ("sum", None if v["total"] is None else number_words(round(v["total"], 1))),
        ("percent", None if v["percent"] is None else percent_words(v["percent"])),
        ("nadir", None if v["percent_nadir"] is None else percent_words(v["percent_nadir"])),
        ("why", why[:1].upper() + why[1:]),
        ("source", place_words(v["places"])),
    ]


def _event(answer: Answer, e: Answer) -> Cells:
    severity = answer["events"]["scale"] == "severity"
    grade = grade_words(answer, e["grade"])
    serious = None if e["serious"] is None else text("word.yes" if e["serious"] else "word.no")
    return [
        ("term", e["term"]),
        ("severity", grade) if severity else ("grade", str(e["grade"]) if e["grade"] else grade),
        ("day", None if e["first"] is None else str(e["first"])),
        ("start", None if e["start"] is None else day(e["start"])),
        ("end", state_words(e)),
        ("serious", serious),
        ("related", related_words(answer, e)),
        ("action", "; ".join(action_words(answer, a) for a in e["actions"])),
        ("source", place_words([e["place"]])),
    ]


def _dose(answer: Answer, d: Answer) -> Cells:
    names = {drug["name"]: drug["label"] for drug in answer["doses"]["drugs"]}
    changed = ""
    if d["change"]:
        changed = d["words"] or change_words(d["change"])
        if d["reason"]:
            changed = text("patient.because", what=changed, reason=lower(d["reason"]))
    return [
        ("drug", names.get(d["drug"], d["drug"])),
        ("cycle", None if d["cycle"] is None else str(d["cycle"])),
        ("day", str(d["first"]) if d["first"] == d["last"] else f"{d['first']}–{d['last']}"),
        ("date", day(d["start"])),
        ("dose", amount_words(d)),
        ("plan", plan_words(d)),
        ("changed", changed),
        ("source", place_words([d["place"]])),
    ]


def _lab(series: Answer, p: Answer) -> Cells:
    value = number_words(p["value"])
    if p["side"]:
        value = text(f"patient.lab.{p['side']}", value=value)
    return [
        ("lab", lab_title(series)),
        ("day", str(p["day"])),
        ("date", day(p["when"])),
        ("visit", p["visit"]),
        ("value", value),
        ("range", limits_words(p)),
        ("source", place_words([p["place"]])),
    ]


def _sample(s: Answer) -> Cells:
    return [
        ("kind", text(f"patient.kind.{s['kind']}")),
        ("visit", s["visit"]),
        ("day", None if s["day"] is None else str(s["day"])),
        ("date", None if s["when"] is None else day(s["when"])),
        ("state", sample_words(s)),
        ("source", place_words([s["place"]])),
    ]


# --- file ----------------------------------------------------------------------------------------


def plotted(answer: Answer) -> list[tuple[Any, ...]]:
    """Every record as a row of one long table, panel by panel."""
    rows: list[tuple[Any, ...]] = []
    for d in answer["doses"]["records"]:
        rows.append(
            ("dose", d["drug"], d["first"], d["last"], d["start"], d["end"], d["given"], d["unit"],
             None, d["planned"], d["words"], None, d["reason"], place_words([d["place"]]))
        )  # fmt: skip
    for v in answer["tumour"]["visits"]:
        detail = visit_why(answer, v)
        rows.append(
            ("assessment", v["overall"], v["day"], v["day"], v["when"], v["when"], v["total"],
             "mm" if v["total"] is not None else None, None, None, detail, None, v["visit"],
             place_words(v["places"]))
        )  # fmt: skip
    for e in answer["events"]["records"]:
        rows.append(
            ("adverse event", e["term"], e["first"], e["last"], e["start"], e["end"], None, None,
             None, None, event_words(answer, e), e["grade"] or None, e["state"],
             place_words([e["place"]]))
        )  # fmt: skip
    for s in answer["labs"]["series"]:
        rows += [
            ("lab", s["label"], p["day"], p["day"], p["when"], p["when"], p["value"], s["unit"],
             p["low"], p["high"], p["visit"], p["grade"], p["side"] or "in range",
             place_words([p["place"]]))
            for p in s["points"]
        ]  # fmt: skip
    for s in answer["samples"]["records"]:
        rows.append(
            ("sample", s["kind"], s["day"], s["day"], s["when"], s["when"], None, None, None, None,
             s["reason"], None, s["state"], place_words([s["place"]]))
        )  # fmt: skip
    return rows
