"""The map of change as a card: which patients changed in which markers."""

from __future__ import annotations

from html import escape
from typing import Any

from dash import html

from components.attributes import attrs
from components.biomarkers.parts import measure, nothing, pairs_n, value
from components.card import card
from components.figures.heat import STEPS, heat_figure, words
from components.graph import graph
from components.metric import metric
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

METRICS = ("marker_z", "paired_samples")


def name(kind: str) -> str:
    return f"{kind}-heat"


def draw(answer: Answer) -> html.Section:
    here = name(answer["kind"])
    shown = [row for row in answer["rows"] if row["sd"] is not None]
    return card(
        here,
        text("biomarkers.heat.title"),
        nothing(answer) or _body(answer, shown),
        n=pairs_n(answer),
        n_metric="paired_samples",
        tools=tools(here, answer, picture=bool(shown)),
    )


def _body(answer: Answer, shown: list[Any]) -> list[Any]:
    if not shown:
        return [html.P(text("biomarkers.heat.few"), className="sentence", **metric("marker_z"))]
    cells = [
        {
            "z": row["z"],
            "words": [words(row, i, _values(row, i)) for i in range(len(row["z"]))],
        }
        for row in shown
    ]
    figure = heat_figure(answer["people"], cells, [label(row["marker"]) for row in shown])
    parts: list[Any] = [
        html.P(text("biomarkers.heat.sentence"), className="sentence wide", **metric("marker_z")),
        _legend(),
        graph(
            f"{name(answer['kind'])}-figure",
            figure,
            alt=text("biomarkers.heat.alt", markers=len(shown), n=len(answer["people"])),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-{name(answer['kind'])}",
            height=figure["layout"]["height"],
            metrics=("marker_z",),
        ),
        html.P(text("biomarkers.heat.note"), className="figure-note", **metric("marker_z")),
    ]
    lacking = [label(r["marker"]) for r in answer["rows"] if r["sd"] is None]
    if lacking:
        said = text("biomarkers.heat.lacking", markers=", ".join(lacking))
        parts.append(html.P(said, className="figure-note", **metric("marker_z")))
    return parts


def _legend() -> html.Ul:
    """Colours with the half they fill, strong fall to strong rise."""
    keys = [("down", 3), ("down", 2), ("down", 1), ("none", 0), ("up", 1), ("up", 2), ("up", 3)]
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(className=f"heat-key heat-{way}-{size}", **attrs(aria_hidden="true")),
                    text(
                        f"biomarkers.heat.{way}.{size}", weak=STEPS[0], mid=STEPS[1], far=STEPS[2]
                    ),
                ]
            )
            for way, size in keys
        ],
        className="line-keys",
        **metric("marker_z"),
    )


def label(marker: Answer) -> str:
    """The name of a marker with its unit where that tells it from another."""
    unit = marker["unit"]
    short = "%" if unit.startswith("%") else measure(marker)
    return (
        text("biomarkers.heat.label", label=marker["label"], unit=short)
        if unit
        else str(marker["label"])
    )


def _values(row: Answer, i: int) -> str:
    before, after = row["before"][i], row["after"][i]
    if before is None:
        return ""
    return text(
        "biomarkers.heat.values",
        label=escape(row["marker"]["label"]),
        before=value(before, after),
        after=value(after, before),
        unit=escape(measure(row["marker"])),
    )


def rows(answer: Answer) -> Rows:
    names = ("patient", "group", "marker", "measure", "before", "after", "z")
    body: list[tuple[Any, ...]] = []
    for i, p in enumerate(answer["people"]):
        group = text(f"biomarkers.group.{p['group'] or 'unknown'}")
        for row in answer["rows"]:
            told = (row["marker"]["label"], measure(row["marker"]))
            cells = [row[k][i] for k in ("before", "after", "z")]
            body.append((p["usubjid"], group, *told, *("" if c is None else c for c in cells)))
    heads = {"before": "value.before", "after": "value.after"}
    return tuple(text(f"biomarkers.csv.{heads.get(n, n)}") for n in names), body
