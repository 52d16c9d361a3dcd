"""Findings so far: ORR, DCR, PFS rate and deaths, as a paper prints them and in a sentence."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.overview.finding import axis, bar_of, finding, missing
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    brackets,
    duration,
    interval_bar,
    paper,
    patient_proportion,
    population,
    proportion_row,
    tools,
)
from dashboard.metrics.kaplan_meier import Rate
from dashboard.metrics.time_to_event import SurvivalResult
from dashboard.metrics.types import PatientProportion, Proportion
from dashboard.metrics.windows import ResponseWindow
from dashboard.text import text

NAME = "overview-efficacy"


def draw(answer: Answer) -> html.Section:
    body: list[Any]
    if answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        body = [_orr(answer), _dcr(answer), _pfs(answer), _deaths(answer), axis()]
        if answer["n"] < answer["min_group"]:
            body.append(html.P(text("efficacy.small", n=answer["min_group"]), className="note"))
    return card(
        NAME,
        text("efficacy.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(NAME, answer, *_definitions(answer)),
    )


def headline_orr(answer: Answer) -> PatientProportion | None:
    """ORR as headlined: inside the window where one is stated, else the best response so far."""
    if answer["window"] is not None:
        return ResponseWindow.from_json(answer["window"]).interim
    return patient_proportion(answer["orr"])


def _orr(answer: Answer) -> html.Div:
    title = text("efficacy.orr" if answer["confirmed"] else "efficacy.orr.unconfirmed")
    result = headline_orr(answer)
    if result is None or not answer["responses_known"]:
        return missing(answer, text("efficacy.orr"), "ORR", text("efficacy.missing.response"))
    number = result.headline
    return finding(
        answer,
        title,
        "ORR",
        _orr_sentences(answer, number),
        number=paper(number, small=answer["min_group"]),
        bar=bar_of(answer, title, number),
    )


def _orr_sentences(answer: Answer, number: Proportion) -> list[str]:
    if answer["window"] is None:
        key = "efficacy.orr.all" if answer["confirmed"] else "efficacy.orr.first"
        return [text(key, x=number.x, n=number.n)]
    window = ResponseWindow.from_json(answer["window"])
    origin = text(f"origin.{answer['origin']}")
    words = [
        text("efficacy.orr.window", x=number.x, n=number.n, days=window.window_days, origin=origin)
    ]
    if window.pending:
        words.append(text("efficacy.orr.pending", n=len(window.pending)))
    late = len(window.late_responders)
    if late:
        words.append(text("efficacy.orr.late.one" if late == 1 else "efficacy.orr.late", n=late))
    if answer["undated_responders"]:
        words.append(text("efficacy.orr.undated", n=answer["undated_responders"]))
    return words


def _dcr(answer: Answer) -> html.Div:
    title = text("efficacy.dcr")
    result = patient_proportion(answer["dcr"])
    if result is None or not answer["responses_known"]:
        return missing(answer, title, "DCR", text("efficacy.missing.response"))
    number = result.headline
    words = text("efficacy.dcr.words", x=number.x, n=number.n, days=answer["sd_min_days"])
    return finding(
        answer,
        title,
        "DCR",
        [words],
        number=paper(number, small=answer["min_group"]),
        bar=bar_of(answer, title, number),
    )


def _pfs(answer: Answer) -> html.Div:
    if answer["pfs"] is None or answer["pfs_rate"] is None:
        title = text("efficacy.pfs", time=text("number.months", value=6))
        return missing(answer, title, "PFS", text("efficacy.missing.pfs"))
    result, rate = SurvivalResult.from_json(answer["pfs"]), Rate.from_json(answer["pfs_rate"])
    curve = result.curve
    when = duration(rate.time)
    title = text("efficacy.pfs", time=when)
    words = [
        text(
            "efficacy.pfs.words",
            events=curve.events,
            n=curve.n,
            at_risk=rate.n_at_risk,
            time=when,
        ),
        text("efficacy.pfs.median", median=_median(result)),
    ]
    if rate.survival is None:
        words.append(text("efficacy.not_estimable_at", time=when))
    number, line = _rate(answer, title, rate, result)
    return finding(answer, title, "PFS", words, number=number, bar=line)


def _rate(answer: Answer, title: str, rate: Rate, result: SurvivalResult) -> tuple[Any, Any]:
    curve = result.curve
    if rate.survival is None:
        return html.P(text("number.ne"), className="paper absent"), None
    small = curve.n < answer["min_group"]
    shown = text("number.ne") if small else f"{numbers.percent(rate.survival)}%"
    parts: list[Any] = [
        *([] if small else [html.Span(shown, className="count"), " "]),
        brackets(numbers.rate_in_brackets(rate, curve)),
    ]
    if small:
        parts = [html.Span(f"{curve.events}/{curve.n}", className="count"), " ", *parts]
    bar = None
    if not small:
        bar = interval_bar(title, rate.survival, rate.lower, rate.upper, curve.level)
    return html.P(parts, className="paper"), bar


def _median(result: SurvivalResult) -> str:
    median = result.curve.median
    if median.estimate is None:
        return text("number.nr")

    def end(value: float | None) -> str:
        return text("number.nr") if value is None else numbers.months(value)

    ends = text("number.to", lower=end(median.lower), upper=end(median.upper))
    ci = f"{numbers.level_words(result.curve.level)} {ends}"
    return text("efficacy.pfs.median.value", value=numbers.months(median.estimate), ci=ci)


def _deaths(answer: Answer) -> html.Div:
    title = text("efficacy.deaths")
    result = patient_proportion(answer["deaths"])
    if result is None:
        return missing(answer, title, "OS", text("efficacy.missing.deaths"))
    number = result.headline
    words = [text("efficacy.deaths.words", x=number.x, n=number.n)]
    if answer["undated_deaths"]:
        words.append(text("efficacy.deaths.undated", n=len(answer["undated_deaths"])))
    return finding(
        answer,
        title,
        "DEATHS",
        words,
        number=paper(number, small=answer["min_group"]),
        bar=bar_of(answer, title, number),
    )


def _definitions(answer: Answer) -> list[tuple[str, str]]:
    origin = text(f"origin.{answer['origin']}")
    entries = [
        population(answer, answer["set_rule"]),
        (
            text("efficacy.orr"),
            text("efficacy.definition.orr", confirm=answer["confirm_days"]),
        ),
        (text("efficacy.dcr"), text("efficacy.definition.dcr", days=answer["sd_min_days"])),
    ]
    response = answer["orr"]["source"] if answer["orr"] else None
    pfs = answer["pfs"]["data"] if answer["pfs"] else None
    if pfs is not None:
        when = answer["pfs_rate"]["time"]
        body = text("efficacy.definition.pfs", origin=origin, day=f"{when:g}", rule=pfs["rule"])
        entries.append((text("efficacy.pfs", time=duration(when)), body))
        method = answer["pfs"]["curve"]["method"]
        entries.append(
            (text("definition.method"), text("efficacy.definition.method", method=method))
        )
    entries.append((text("efficacy.deaths"), text("efficacy.definition.deaths")))
    entries.append(
        (
            text("definition.source"),
            text(
                "efficacy.definition.source",
                response=_source(response),
                pfs=_source(pfs["source"] if pfs else None),
            ),
        )
    )
    return entries


def _source(source: str | None) -> str:
    return text("number.ns") if source is None else text(f"source.{source}")


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    orr = headline_orr(answer)
    if orr is not None:
        body.append(proportion_row(orr.label, orr.headline))
    for name in ("dcr", "deaths"):
        result = patient_proportion(answer[name])
        if result is not None:
            body.append(proportion_row(result.label, result.headline))
    if answer["pfs"] is not None:
        rate, curve = Rate.from_json(answer["pfs_rate"]), answer["pfs"]["curve"]
        ends = [
            "" if v is None else numbers.percent(v) for v in (rate.survival, rate.lower, rate.upper)
        ]
        title = text("efficacy.pfs", time=duration(rate.time))
        body.append((title, curve["events"], curve["n"], *ends, curve["level"], curve["method"]))
    return tuple(text(k) for k in PROPORTION_HEADER), body
