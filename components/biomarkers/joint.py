"""Proliferation against apoptosis against best change of the tumour, as a card."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.biomarkers.parts import measure, nothing
from components.card import card, empty
from components.figures.joint import CLASSES, HEIGHT, class_of, joint_figure
from components.figures.waterfall import signed
from components.graph import graph
from components.metric import marked, metric
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

NAME = "tissue-joint"
METRICS = ("joint_change",)


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("biomarkers.joint.title"),
        nothing(answer) or _body(answer),
        n=text("biomarkers.joint.n", n=len(answer["points"]), of=answer["n"]),
        n_metric="joint_change",
        tools=tools(NAME, answer, picture=bool(answer["points"]), select=bool(answer["points"])),
    )


def _body(answer: Answer) -> list[Any]:
    if answer["x"] is None or answer["y"] is None:
        return [marked(empty(text("biomarkers.joint.missing")), "n")]
    points = answer["points"]
    if not points:
        return [marked(empty(text("biomarkers.joint.nobody")), "joint_change")]
    figure = joint_figure(
        [_point(answer, p) for p in points], (_axis(answer["x"]), _axis(answer["y"]))
    )
    about = metric("joint_change")
    return [
        html.P(text("biomarkers.joint.words"), className="sentence wide", **about),
        _legend(points),
        graph(
            f"{NAME}-figure",
            figure,
            alt=text("biomarkers.joint.alt", n=len(points)),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-{NAME}",
            height=HEIGHT,
            metrics=("joint_change",),
        ),
        html.P(text("biomarkers.joint.note"), className="figure-note", **about),
    ]


def _legend(points: list[Answer]) -> html.Ul:
    seen = {class_of(p["best"]) for p in points}
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(className=f"joint-key joint-{name}", **attrs(aria_hidden="true")),
                    text(f"biomarkers.joint.{name}"),
                    f" ({sum(class_of(p['best']) == name for p in points)})",
                ]
            )
            for name, _, _ in CLASSES
            if name in seen
        ],
        className="line-keys",
        **metric("joint_change"),
    )


def _axis(marker: Answer) -> dict[str, Any]:
    log = marker["scale"] == "ratio"
    key = "biomarkers.joint.axis.ratio" if log else "biomarkers.joint.axis"
    return {
        "title": text(key, label=escape(marker["label"]), unit=escape(measure(marker))),
        "log": log,
    }


def _drawn(marker: Answer, change: float) -> float:
    return round(math.exp(change) if marker["scale"] == "ratio" else change, 6)


def _said(marker: Answer, change: float) -> str:
    told = (
        f"×{numbers.fixed(math.exp(change), 2)}"
        if marker["scale"] == "ratio"
        else f"{signed(change, 1)} {marker['unit']}"
    )
    return f"{escape(marker['label'])} {escape(told)}"


def _point(answer: Answer, p: Answer) -> dict[str, Any]:
    best = p["best"]
    size = (
        text("biomarkers.joint.unknown")
        if best is None
        else text("biomarkers.joint.best", best=signed(best, 1))
    )
    return {
        **p,
        "x": _drawn(answer["x"], p["x"]),
        "y": _drawn(answer["y"], p["y"]),
        "words": (_said(answer["x"], p["x"]), _said(answer["y"], p["y"]), size),
    }


def rows(answer: Answer) -> Rows:
    names = ["patient", "group"]
    header = [text(f"biomarkers.csv.{n}") for n in names]
    for key, role in (("x", "proliferation"), ("y", "apoptosis")):
        label = answer[key]["label"] if answer[key] else text(f"biomarkers.joint.{role}")
        header.append(text("biomarkers.csv.change", label=label))
    header.append(text("biomarkers.csv.best"))
    body: list[tuple[Any, ...]] = []
    for p in answer["points"]:
        group = text(f"biomarkers.group.{p['group'] or 'unknown'}")
        changes = (_drawn(answer[k], p[k]) for k in ("x", "y"))
        body.append((p["usubjid"], group, *changes, "" if p["best"] is None else p["best"]))
    return tuple(header), body
