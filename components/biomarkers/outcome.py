"""Markers and time to event as a card: hazard ratio per SD of each, two curves of one."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from components import numbers, theme
from components.attributes import attrs
from components.biomarkers.paired import marker_words
from components.biomarkers.parts import card_n, measure, nothing, value
from components.card import card, empty
from components.figures.kaplan_meier import kaplan_meier_figure
from components.figures.kaplan_meier_frame import height
from components.figures.kaplan_meier_plot import DASHES, Curve, Plot
from components.figures.waterfall import signed
from components.graph import graph
from components.links import view_link
from components.metric import ask, marked, metric
from components.overview.parts import Answer, Rows, tools
from components.response.parts import by_reason
from components.safety.parts import segmented, with_query
from components.survival import words as of_survival
from components.who import count
from dashboard.metrics.kaplan_meier import Quantile, RiskTable
from dashboard.metrics.time_to_event import SurvivalResult
from dashboard.text import text

METRICS = ("marker_landmark", "marker_hazard")


def name(kind: str) -> str:
    return f"{kind}-outcome"


def draw(answer: Answer) -> html.Section:
    here = name(answer["kind"])
    drawn = _drawable(answer)
    return card(
        here,
        text("biomarkers.outcome.title"),
        _body(answer),
        n=card_n(answer),
        tools=tools(here, answer, data=bool(answer["hazards"]), picture=drawn),
    )


def _body(answer: Answer) -> list[Any]:
    if answer["missing"] in {"domain", "nobody"}:
        return nothing(answer)
    if answer["endpoint"] is None:
        return [marked(empty(text("biomarkers.outcome.no_endpoint")), "n")]
    if not answer["hazards"]:
        key = (
            "biomarkers.outcome.no_marker" if answer["from_origin"] else "biomarkers.outcome.clock"
        )
        return [marked(empty(text(key)), "n")]
    return [
        *_endpoints(answer),
        html.P(_words(answer), className="sentence wide", **metric("marker_landmark")),
        *_curves(answer),
        _table(answer),
        html.P(_note(answer), className="figure-note", **metric("marker_hazard")),
    ]


def _endpoints(answer: Answer) -> list[Any]:
    """Which time to event, and the others the cut has."""
    items = []
    for i, endpoint in enumerate(answer["endpoints"]):
        address = with_query(answer["query"], endpoint=endpoint if i else None)
        words = text(f"biomarkers.outcome.endpoint.{endpoint}")
        items.append((words, address, endpoint == answer["endpoint"]))
    return [marked(segmented(text("biomarkers.outcome.endpoint"), items), "marker_hazard")]


def _note(answer: Answer) -> str:
    """An interval that leaves out 1 is a test in other words: so many would by chance alone."""
    made = sum(h["cox"] is not None and h["cox"]["hr"][0] is not None for h in answer["hazards"])
    words = text(
        "biomarkers.outcome.many",
        n=made,
        ci=numbers.level_words(answer["level"]),
        chance=numbers.fixed((1 - answer["level"]) * made, 1),
    )
    return f"{text('biomarkers.outcome.note')} {words}" if made else text("biomarkers.outcome.note")


def _words(answer: Answer) -> str:
    day = answer["landmark"]
    if day is None:
        return text("biomarkers.outcome.no_landmark")
    key = "biomarkers.outcome.stated" if answer["landmark_stated"] else "biomarkers.outcome.derived"
    return f"{text(key, day=day)} {text('biomarkers.outcome.why')}"


def _drawable(answer: Answer) -> bool:
    curves = answer["curves"]
    return curves is not None and all(g["n"] >= answer["min_group"] for g in curves["groups"])


def _label(answer: Answer) -> str:
    """The chosen marker with what of it is meant."""
    chosen = answer["chosen"]
    row = next(h for h in answer["hazards"] if h["marker"]["paramcd"] == chosen["paramcd"])
    what = text(f"biomarkers.outcome.{chosen['what']}")
    return text("biomarkers.outcome.label", label=row["marker"]["label"], what=what)


def _curves(answer: Answer) -> list[Any]:
    curves = answer["curves"]
    if curves is None:
        return []
    about = metric("marker_landmark")
    head = html.H3(ask(text("biomarkers.outcome.curves", label=_label(answer)), "marker_landmark"))
    parts: list[Any] = [
        html.Div(head, className="marker-head", **about),
        html.P(_counts(answer), className="sentence wide", **about),
    ]
    if _drawable(answer):
        plot = plot_of(answer)
        parts.append(
            graph(
                f"{name(answer['kind'])}-figure",
                kaplan_meier_figure(plot),
                alt=text("biomarkers.outcome.alt", label=_label(answer), day=answer["landmark"]),
                file_name=f"{answer['study_id']}-{answer['cut_date']}-{name(answer['kind'])}",
                height=height(plot),
                metrics=("marker_landmark",),
            )
        )
    else:
        few = text("biomarkers.outcome.small", n=answer["min_group"])
        parts.append(html.P(few, className="note", **about))
    if curves["excluded"]:
        gone = text("biomarkers.outcome.excluded", day=answer["landmark"])
        parts.append(
            html.Details(
                [html.Summary(gone, className="fold"), by_reason(answer, curves["excluded"])],
                className="folded",
                **about,
            )
        )
    return parts


def _counts(answer: Answer) -> list[Any]:
    """Patients and events of each curve, and where they are parted."""
    curves = answer["curves"]
    words: list[Any] = []
    for i, g in enumerate(curves["groups"]):
        label = text(f"biomarkers.outcome.{g['id']}", cut=_cut(curves))
        words += ["; " if i else "", f"{label}: "]
        words.append(count(text("biomarkers.outcome.n", n=g["n"]), g["who"], of=label))
        words.append(text("biomarkers.outcome.events", events=g["events"]))
        if g["median"] is not None:
            median = of_survival.median(Quantile.from_json(g["median"]), answer["level"])
            words.append(text("biomarkers.outcome.median", median=median))
    return [*words, "."]


def _cut(curves: Answer) -> str:
    """The median that parts the curves, as it is read."""
    x, marker = curves["cut_point"], curves["marker"]
    if x is None:
        return text("number.ne")
    if curves["what"] == "change":
        told = f"×{numbers.fixed(math.exp(x), 2)}" if curves["logged"] else signed(x, 2)
        return told if curves["logged"] else f"{told} {marker['unit']}"
    return f"{value(math.exp(x) if curves['logged'] else x)} {measure(marker)}"


def plot_of(answer: Answer) -> Plot:
    curves = answer["curves"]
    tones = (theme.colour("accent"), theme.RISES[1].light)
    drawn = [
        Curve(
            label=text(f"biomarkers.outcome.curve.{g['id']}"),
            colour=tones[i],
            dash=DASHES[i],
            result=(result := SurvivalResult.from_json(g["result"])),
            risk=RiskTable.from_json(g["risk"]),
            thin_from=g["thin_from"],
            reasons={r: of_survival.reason(r) for r in set(result.data.reason)},
            keys=curves["keys"],
        )
        for i, g in enumerate(curves["groups"])
    ]
    return Plot(
        curves=tuple(drawn),
        ticks=tuple(curves["ticks"]),
        x_title=text("biomarkers.outcome.x", day=answer["landmark"]),
        y_title=text(f"biomarkers.outcome.y.{answer['endpoint']}"),
    )


def _table(answer: Answer) -> html.Div:
    ci = numbers.level_words(answer["level"])
    head: list[Any] = [html.Th(text(f"biomarkers.column.marker.{answer['kind']}"), scope="col")]
    for what in ("baseline", "change"):
        start = answer["landmark"] if what == "change" else 0
        words = text(f"biomarkers.outcome.column.{what}", day=start, ci=ci)
        head.append(html.Th(ask(words, "marker_hazard"), scope="col"))
        head.append(html.Th(text("biomarkers.outcome.column.n"), scope="col"))
    by: dict[str, dict[str, Any]] = {}
    for h in answer["hazards"]:
        by.setdefault(h["marker"]["paramcd"], {})[h["what"]] = h
    title = text("biomarkers.outcome.table", endpoint=answer["endpoint"])
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr(head)),
                html.Tbody([_row(answer, pair) for pair in by.values()]),
            ],
            className="numbers-table kinds markers hazards",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
        **metric("marker_hazard"),
    )


def _row(answer: Answer, pair: dict[str, Any]) -> html.Tr:
    marker = pair["baseline"]["marker"]
    cells: list[Any] = []
    for what in ("baseline", "change"):
        h = pair[what]
        told = text("biomarkers.outcome.of", events=h["events"], n=h["n"])
        few = h["cox"] is not None and h["cox"]["few_events"]
        cells.append(html.Td(_hazard(answer, h), className="absent" if few else ""))
        cells.append(html.Td([told, *([_few()] if few else [])]))
    return html.Tr(
        [html.Th(marker_words(marker), scope="row"), *cells],
        **attrs(data_marker=marker["paramcd"]),
    )


def _few() -> html.Span:
    return html.Span(text("biomarkers.outcome.few"), className="cell-more")


def _hazard(answer: Answer, h: Answer) -> list[Any]:
    """The hazard ratio opens the curves of its marker."""
    model = h["cox"]
    if model is None or model["hr"][0] is None:
        return [text("number.ne"), html.Span(_why(h["why"]), className="cell-more")]
    hr, low, high = (model[k][0] for k in ("hr", "lower", "upper"))
    ends = text("number.to", lower=_two(low), upper=_two(high))
    here = f"{answer['kind']}.{h['marker']['paramcd']}.{h['what']}"
    chosen = answer["chosen"]
    current = (chosen["paramcd"], chosen["what"]) == (h["marker"]["paramcd"], h["what"])
    label = text(
        "biomarkers.outcome.open",
        label=h["marker"]["label"],
        what=text(f"biomarkers.outcome.{h['what']}"),
        hr=_two(hr),
    )
    link = view_link(
        _two(hr),
        with_query(f"?{answer['query']}".removeprefix("?"), marker=here),
        className="segment current" if current else "segment",
        **attrs(aria_label=label, **({"aria_current": "true"} if current else {})),
    )
    return [link, html.Span(f"({ends})", className="cell-more")]


def _why(why: str | None) -> str:
    return text("number.ne") if why is None else why


def _two(x: float | None) -> str:
    return text("number.ne") if x is None else numbers.fixed(x, 2)


def rows(answer: Answer) -> Rows:
    names = (
        "marker",
        "measure",
        "what",
        "start",
        "n",
        "events",
        "sd",
        "hr",
        "lower",
        "upper",
        "reason",
    )
    body: list[tuple[Any, ...]] = []
    for h in answer["hazards"]:
        model = h["cox"] or {"hr": [None], "lower": [None], "upper": [None]}
        cells = (
            h["marker"]["label"], measure(h["marker"]), text(f"biomarkers.outcome.{h['what']}"),
            h["start"], h["n"], h["events"], h["sd"], model["hr"][0], model["lower"][0],
            model["upper"][0], h["why"],
        )  # fmt: skip
        body.append(tuple("" if c is None else c for c in cells))
    return tuple(text(f"biomarkers.csv.{n}") for n in names), body
