"""Rates at the landmarks and medians as a table: one row per curve, counts where there is none."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.metric import ask, metric
from components.overview.parts import Answer
from components.survival import words
from components.who import count
from dashboard.metrics.kaplan_meier import KaplanMeier, Quantile, Rate
from dashboard.metrics.time_to_event import SurvivalResult
from dashboard.text import text


def landmarks(answer: Answer, result: SurvivalResult) -> html.Div:
    """Rates at the landmarks and the median, one row per curve; counts where a curve is none."""
    drawn = answer["strata"]
    lines = [_line(text("survival.table.all"), result.curve, answer["readout"], answer["who"])]
    for stratum in drawn:
        if stratum["why"]:
            lines.append(_counts_only(stratum, len(answer["readout"]["rates"])))
        else:
            curve = SurvivalResult.from_json(stratum["result"]).curve
            lines.append(_line(stratum["label"], curve, stratum["readout"], stratum["who"]))
    times = [Rate.from_json(r) for r in answer["readout"]["rates"]]
    heads: list[Any] = [
        text("survival.table.group"),
        ask(text("survival.table.events"), "at_risk"),
        *(ask(text("survival.table.rate", time=words.at(t)), "rate_at") for t in times),
        ask(text("survival.table.median"), "median"),
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(text("survival.table"), className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
                html.Tbody(lines),
            ],
            className="numbers-table grouped" if drawn else "numbers-table stacking",
            **metric("rate_at", "median", "at_risk"),
        ),
        className="table-frame",
        # wider than a phone when there are groups: the keyboard must be able to scroll it
        **(
            {"tabIndex": 0, "role": "group", **attrs(aria_label=text("survival.table"))}
            if drawn
            else {}
        ),
    )


def _line(label: str, curve: KaplanMeier, readout: dict[str, Any], who: str) -> html.Tr:
    rates = [Rate.from_json(r) for r in readout["rates"]]
    cells = [
        _events_cell(label, f"{curve.events}/{curve.n}", who),
        *(_rate_cell(r, curve.level) for r in rates),
        _median_cell(curve.median, curve.level),
    ]
    return html.Tr([html.Th(label, scope="row"), *cells])


def _rate_cell(rate: Rate, level: float) -> html.Td:
    head = text("survival.table.rate", time=words.at(rate))
    if rate.survival is None:
        return _cell(head, text("number.ne"), "")
    ci = f"{numbers.level_words(level)} {numbers.interval(rate.lower, rate.upper)}"
    at_risk = text("survival.table.at_risk", n=rate.n_at_risk)
    return _cell(head, f"{numbers.percent(rate.survival)}%", ci, at_risk)


def _median_cell(found: Quantile, level: float) -> html.Td:
    ci = f"{numbers.level_words(level)} {words.month_ends(found.lower, found.upper)}"
    return _cell(text("survival.table.median"), numbers.months(found.estimate), ci)


def _events_cell(label: str, told: str, who: str) -> html.Td:
    """Events of a curve; the count opens the patients who had one."""
    head = text("survival.table.events")
    opened = count(told, who, of=f"{label}, {head}")
    return html.Td([html.Span(head, className="cell-head"), opened])


def _cell(head: str, value: str, *more: str) -> html.Td:
    small = [html.Span(m, className="cell-more") for m in more if m]
    return html.Td([html.Span(head, className="cell-head"), html.Span(value), *small])


def _counts_only(stratum: dict[str, Any], landmarks: int) -> html.Tr:
    return html.Tr(
        [
            html.Th(stratum["label"], scope="row"),
            _events_cell(stratum["label"], f"{stratum['events']}/{stratum['n']}", stratum["who"]),
            html.Td(text("survival.groups.counts.only"), colSpan=landmarks + 1, className="muted"),
        ]
    )
