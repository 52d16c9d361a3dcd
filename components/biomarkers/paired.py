"""Paired change of every marker as a card: small multiples; shift, exact p and q in a table."""

from __future__ import annotations

from html import escape
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.biomarkers.parts import (
    chance,
    limits,
    measure,
    nothing,
    pairs_n,
    shift,
    smallest,
    value,
    visit,
)
from components.card import card
from components.figures.paired import NARROW, height, paired_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, tools
from components.response.parts import by_reason
from components.who import count
from dashboard.text import listed, text

METRICS = ("marker_shift", "signed_rank_p", "marker_q", "paired_samples")
#: characters of a title that a cell has room for on a phone
_ROOM = 22
#: with so many pairs no p can be below 0.05, and no 95% interval exists
FEW = 5


def name(kind: str) -> str:
    return f"{kind}-paired"


def draw(answer: Answer) -> html.Section:
    here = name(answer["kind"])
    drawn = [m for m in answer["markers"] if m["n"]]
    return card(
        here,
        text(f"biomarkers.paired.title.{answer['kind']}"),
        nothing(answer) or _body(answer, drawn),
        n=pairs_n(answer),
        n_metric="paired_samples",
        tools=tools(here, answer, picture=bool(drawn)),
    )


def _body(answer: Answer, drawn: list[Any]) -> list[Any]:
    return [
        html.P(_words(answer), className="sentence wide", **metric("marker_q")),
        _table(answer),
        *_rule(answer),
        *_left_out(answer),
        *(_picture(answer, drawn) if drawn else []),
    ]


def _words(answer: Answer) -> str:
    """Exploratory; how many tests; what so many pairs can and cannot show."""
    families = answer["families"]
    m = sum(f["m"] for f in families)
    words = [text("biomarkers.exploratory", m=m, chance=numbers.fixed(0.05 * m, 1))]
    if not m:
        words = [text("biomarkers.exploratory.none")]
    if len(families) > 1:
        told = [text("biomarkers.family", family=f["family"], m=f["m"]) for f in families]
        words.append(text("biomarkers.families", families=listed(told)))
    most = max(answer["markers"], key=lambda row: row["n"], default=None)
    if most is not None and most["n"]:
        key = "biomarkers.few" if most["n"] <= FEW else "biomarkers.most"
        key = "biomarkers.single" if most["n"] == 1 else key
        words.append(text(key, n=most["n"], p=chance(most["smallest_p"])))
    words.append(text("biomarkers.cannot"))
    if answer["impossible"]:
        told = [text("biomarkers.impossible.of", **row) for row in answer["impossible"]]
        words.append(text("biomarkers.impossible", markers=listed(told)))
    return " ".join(words)


def _picture(answer: Answer, drawn: list[Any]) -> list[Any]:
    visits = (visit(answer["visits"]["before"]), visit(answer["visits"]["after"]))
    figure = paired_figure([_cell(row, visits) for row in drawn], visits)
    frame = graph(
        f"{name(answer['kind'])}-figure",
        figure,
        alt=text(
            "biomarkers.paired.alt", markers=len(drawn), pairs=answer["pairs"],
            before=visits[0], after=visits[1],
        ),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-{name(answer['kind'])}",
        height=figure["layout"]["height"],
        narrow=height(len(drawn), min(NARROW, len(drawn))),
        metrics=("marker_shift",),
    )  # fmt: skip
    key = "biomarkers.paired.key" if answer["responses_known"] else "biomarkers.paired.key.plain"
    title = html.H3(text("biomarkers.paired.each"))
    return [title, legend(answer), frame, html.P(text(key), className="figure-note")]


def legend(answer: Answer) -> html.Ul:
    """Whose lines are which; the figure has no key of its own."""
    groups = ("responders", "non-responders") if answer["responses_known"] else ("unknown",)
    items = [
        html.Li(
            [
                html.Span(className=f"line-key line-{g}", **attrs(aria_hidden="true")),
                text(f"biomarkers.group.{g}"),
            ]
        )
        for g in groups
    ]
    items.append(
        html.Li(
            [
                html.Span(className="line-key line-median", **attrs(aria_hidden="true")),
                text("biomarkers.paired.median"),
            ]
        )
    )
    return html.Ul(items, className="line-keys")


def _cell(row: Answer, visits: tuple[str, str]) -> dict[str, Any]:
    marker = row["marker"]
    label = marker["label"]
    title = label if len(label) <= _ROOM else f"{label[: _ROOM - 1].rstrip()}…"

    def said(p: Answer) -> str:
        return text(
            "biomarkers.paired.hover.values",
            label=escape(label),
            before=value(p["before"], p["after"]),
            after=value(p["after"], p["before"]),
            unit=escape(marker["unit"]),
            first=escape(visits[0]),
            second=escape(visits[1]),
            lesion=f"; {text('biomarkers.lesions.hover')}" if p["other_lesion"] else "",
        )

    return {
        "title": escape(title),
        "measure": escape(measure(marker)),
        "log": marker["scale"] == "ratio",
        "people": row["people"],
        "medians": (row["median_before"], row["median_after"]),
        "words": said,
    }


def _table(answer: Answer) -> html.Div:
    ci = numbers.level_words(answer["level"])
    before, after = visit(answer["visits"]["before"]), visit(answer["visits"]["after"])
    head: list[Any] = [
        text(f"biomarkers.column.marker.{answer['kind']}"),
        text("biomarkers.column.pairs"),
        ask(text("biomarkers.column.shift", ci=ci), "marker_shift"),
        ask(text("biomarkers.column.p"), "signed_rank_p"),
        ask(text("biomarkers.column.q"), "marker_q"),
        text("biomarkers.column.medians", before=before, after=after),
    ]
    title = text(f"biomarkers.paired.title.{answer['kind']}")
    one = len({row["n"] for row in answer["markers"]}) == 1
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in head])),
                html.Tbody([_row(row, shared=one) for row in answer["markers"]]),
            ],
            className="numbers-table kinds markers",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
        **metric("marker_shift"),
    )


def _row(row: Answer, *, shared: bool) -> html.Tr:
    """`shared`: the smallest possible p is that of every row, and stands above."""
    marker = row["marker"]
    medians = text(
        "biomarkers.medians",
        before=value(row["median_before"], row["median_after"]),
        after=value(row["median_after"], row["median_before"]),
    )
    tested = row["p"] is not None
    more = "" if row["smallest_p"] is None or shared else smallest(row["smallest_p"])
    of_m = text("biomarkers.m", m=row["m"])
    return html.Tr(
        [
            html.Th(marker_words(marker), scope="row"),
            html.Td(count(str(row["n"]), row["who"], of=marker["label"])),
            html.Td(
                [shift(row), html.Span(f"({limits(row)})", className="cell-more")]
                if row["n"]
                else text("number.ne"),
                **metric("marker_shift"),
            ),
            html.Td(
                [chance(row["p"]), html.Span(more, className="cell-more")] if tested
                else text("biomarkers.untested" if row["n"] else "number.ne"),
                **metric("signed_rank_p"),
            ),
            html.Td(
                [chance(row["q"]), html.Span(of_m, className="cell-more")]
                if tested
                else text("number.ne"),
                **metric("marker_q"),
            ),
            html.Td(medians if row["n"] else text("number.ne")),
        ],
        **metric("marker_shift"),
        **attrs(data_marker=marker["paramcd"]),
    )  # fmt: skip


def marker_words(marker: Answer) -> list[Any]:
    """The name of a marker, below it what is measured and how it is gated."""
    more = measure(marker)
    if marker["gate"]:
        more = text("biomarkers.gate", measure=more, gate=marker["gate"])
    return [marker["label"], html.Span(more, className="cell-more")]


def _left_out(answer: Answer) -> list[Any]:
    """Pairs that lack a marker, by marker and reason."""
    lacking = [row for row in answer["markers"] if row["left_out"]]
    if not lacking:
        return []
    parts: list[Any] = []
    for row in lacking:
        parts += [html.H4(row["marker"]["label"]), by_reason(answer, row["left_out"])]
    title = text("biomarkers.lacking", n=len(lacking))
    body = html.Div([*parts], className="unfold-body")
    return [
        html.Details(
            [html.Summary(title, className="fold"), body],
            className="folded",
            **metric("marker_shift"),
        )
    ]


def _rule(answer: Answer) -> list[Any]:
    """Where the panel comes from, and what a pathologist's score means."""
    keys = ["biomarkers.panel.stated" if answer["stated"] else "biomarkers.panel.data"]
    keys.append("biomarkers.scale")
    if answer["kind"] == "tissue":
        keys.append("biomarkers.tissue.rule")
    return [
        html.P(" ".join(text(k) for k in keys), className="figure-note", **metric("marker_shift"))
    ]


def rows(answer: Answer) -> Rows:
    """A row per marker and patient, then a row per marker with its estimate."""
    names = (
        "marker", "measure", "gate", "patient", "group", "before", "after", "pairs", "shift",
        "lower", "upper", "scale", "p", "smallest", "q", "m", "reason",
    )  # fmt: skip
    body: list[tuple[Any, ...]] = []
    for row in answer["markers"]:
        marker = row["marker"]
        told = (marker["label"], measure(marker), marker["gate"] or "")
        scale = text(f"biomarkers.scale.{marker['scale']}")
        body.append(
            (
                *told, text("biomarkers.csv.all"), "", row["median_before"], row["median_after"],
                row["n"], row["estimate"], row["lower"], row["upper"], scale, row["p"],
                row["smallest_p"], row["q"], row["m"], "",
            )
        )  # fmt: skip
        for p in row["people"]:
            group = text(f"biomarkers.group.{p['group'] or 'unknown'}")
            body.append((*told, p["usubjid"], group, p["before"], p["after"], *[""] * 10))
        for gap in row["left_out"]:
            body += [(*told, u, *[""] * 12, gap["reason"]) for u in gap["patients"]]
    cleaned = [tuple("" if cell is None else cell for cell in r) for r in body]
    return tuple(text(f"biomarkers.csv.{n}") for n in names), cleaned
