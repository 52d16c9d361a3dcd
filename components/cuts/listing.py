"""The cuts of the study: when, from which files, by which version; damaged ones are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from components.card import card
from components.cuts.parts import Answer, counted, fold, pager, table
from components.cuts.records import domain_words
from components.links import view_link
from components.overview.parts import Rows, tools
from dashboard.text import day, text

NAME = "cuts-list"
SHORT = 12
CUTS = 10


def draw(answer: Answer) -> html.Section:
    cuts = answer["cuts"]
    return card(
        NAME,
        text("cuts.list.title"),
        [html.Div(listing(answer, 0), id={"kind": "cuts-list", "of": "cuts"})],
        n=counted("cuts.list.n", len(cuts)),
        subtitle=text("cuts.list.subtitle"),
        tools=tools(NAME, answer),
        marks=("cut_list",),
        n_metric="cut_list",
        subtitle_metric="cut_list",
    )


def listing(answer: Answer, page: int) -> list[Any]:
    cuts = answer["cuts"]
    last = max(0, (len(cuts) - 1) // CUTS)
    page = min(max(page, 0), last)
    shown = cuts[page * CUTS : (page + 1) * CUTS]
    damaged = sum(c["damaged"] is not None for c in cuts)
    said = (
        [html.P(counted("cuts.list.damaged", damaged), className="sentence trouble-line")]
        if damaged
        else []
    )
    return [
        *said,
        *(_cut(answer, c) for c in shown),
        *pager("cuts-list", page, len(cuts), size=CUTS, noun="cuts"),
    ]


def _cut(answer: Answer, cut: Mapping[str, Any]) -> html.Details:
    date = day(cut["date"]) if cut["date"] else text("cuts.list.undated")
    marks = []
    if cut["newest"]:
        marks.append(html.Span(text("cuts.list.newest"), className="cut-mark"))
    if cut["here"]:
        marks.append(html.Span(text("cuts.list.here"), className="cut-mark"))
    if cut["damaged"]:
        marks.append(
            html.Span(
                text("cuts.list.broken"), className="cut-mark bad glyph icon-exclamation-octagon"
            )
        )
        facts = cut["damaged"]
    else:
        facts = text(
            "cuts.list.facts",
            patients=counted("number.patients", cut["patients"] or 0),
            rows=f"{sum(cut['domains'].values()):,}",
            imported=moment(cut["imported_at"]),
            version=cut["version"] or text("number.ns"),
            findings=_findings(cut),
        )
    face = [
        html.Span(
            [html.Span(date, className="cause-name"), html.Code(cut["id"][:SHORT]), *marks],
            className="cut-head",
        ),
        html.Span(facts, className="cell-more"),
    ]
    return fold(f"cut:{cut['id'][:16]}", face, extra="plain-fold cut-fold")


def _findings(cut: Mapping[str, Any]) -> str:
    found = [(s, cut["findings"].get(s, 0)) for s in ("error", "warning", "note")]
    return ", ".join(counted(f"cuts.severity.{s}", n).lower() for s, n in found)


def moment(iso: str | None) -> str:
    """2 Jul 2025, 12:00 UTC."""
    if iso is None:
        return text("number.ns")
    when = datetime.fromisoformat(iso)
    return text("cuts.list.moment", date=day(when.date()), time=f"{when:%H:%M}")


def unfold(
    answer: Answer, key: str, rows_of: Mapping[str, int] | None, problem: str | None
) -> list[Any]:
    """Ids, digest and files of one cut; `rows_of` counts the stored rows of each file."""
    cut = next(c for c in answer["cuts"] if c["id"].startswith(key))
    out: list[Any] = []
    if problem or cut["damaged"]:
        out.append(html.P(problem or cut["damaged"], className="sentence trouble-line"))
        out.append(html.P(text("cuts.list.broken.remedy"), className="sentence"))
    ids: list[tuple[str, Any]] = [(text("cuts.list.id"), html.Code(cut["id"]))]
    if cut["digest"]:
        ids.append((text("cuts.list.digest"), html.Code(cut["digest"])))
    if not cut["here"] and not problem and not cut["damaged"]:
        address = f"?study={answer['study_id']}&cut={cut['id'][:16]}"
        link = view_link(text("cuts.list.open"), address)
        ids.append((text("cuts.list.view"), link))
    out.append(html.Dl([html.Div([html.Dt(k), html.Dd(v)]) for k, v in ids], className="facts"))
    if cut["sources"]:
        out.append(_sources(cut["sources"], rows_of))
    if cut["domains"]:
        heads = [text("cuts.records.domain"), text("cuts.list.rows")]
        out.append(
            table(
                heads,
                [[domain_words(d), f"{n:,}"] for d, n in cut["domains"].items()],
                caption=text("cuts.list.domains"),
            )
        )
    return out


def _sources(sources: Sequence[Mapping[str, Any]], rows_of: Mapping[str, int] | None) -> html.Div:
    heads = [text(f"cuts.list.{k}") for k in ("file", "format", "rows", "bytes", "sha256")]
    known = rows_of or {}
    rows = [
        [
            s["name"],
            s["format"],
            f"{known[s['name']]:,}" if s["name"] in known else text("cuts.list.none"),
            f"{s['bytes']:,}",
            html.Code(s["sha256"], className="hash"),
        ]
        for s in sources
    ]
    return table(heads, rows, caption=text("cuts.list.sources"))


def rows(answer: Answer) -> Rows:
    """One line per file of every cut; a damaged cut says what is wrong."""
    keys = (
        "cut",
        "date",
        "imported",
        "version",
        "digest",
        "file",
        "format",
        "bytes",
        "sha256",
        "damaged",
    )
    header = tuple(text(f"cuts.csv.{k}") for k in keys)
    body: list[tuple[Any, ...]] = []
    for c in answer["cuts"]:
        head = (
            c["id"],
            c["date"] or "",
            c["imported_at"] or "",
            c["version"] or "",
            c["digest"] or "",
        )
        files = [(s["name"], s["format"], s["bytes"], s["sha256"]) for s in c["sources"]] or [
            ("", "", "", "")
        ]
        body += [(*head, *f, c["damaged"] or "") for f in files]
    return header, body
