"""Findings so far: ORR, DCR, PFS rate and deaths, as a paper prints them and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.metric import metric
from components.overview.finding import axis, bar_of, finding, missing
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    brackets,
    duration,
    have,
    headline,
    interval_bar,
    lower,
    paper,
    proportion_row,
    tools,
    who,
)
from components.survival.words import few
from dashboard.metrics.kaplan_meier import Quantile, Rate
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "overview-efficacy"
#: causes of death told in the sentence; the rest are counted
NAMED_CAUSES = 5


def draw(answer: Answer) -> html.Section:
    body: list[Any]
    if answer["n"] == 0:
        body = [empty(text("card.empty.filter"))]
    else:
        body = [_orr(answer), _dcr(answer), _pfs(answer), _deaths(answer), axis()]
        if answer["n"] < answer["min_group"]:
            small = text("efficacy.small", n=answer["min_group"])
            body.append(html.P(small, className="note", **metric("n")))
    return card(
        NAME,
        text("efficacy.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=tools(NAME, answer),
    )


def headline_orr(answer: Answer) -> Mapping[str, Any] | None:
    """ORR as headlined: inside the window where one is stated, else the best response so far."""
    found: Mapping[str, Any] | None = answer["orr"]
    return found if answer["window"] is None else answer["window"]["interim"]


def _orr(answer: Answer) -> html.Div:
    title = text("efficacy.orr" if answer["confirmed"] else "efficacy.orr.unconfirmed")
    result = headline_orr(answer)
    if result is None or not answer["responses_known"]:
        why = text("efficacy.missing.response")
        return missing(answer, text("efficacy.orr"), "ORR", why, _orr_metric(answer))
    number = headline(result)
    return finding(
        answer,
        title,
        "ORR",
        _orr_sentences(answer, number),
        metric_id=_orr_metric(answer),
        number=paper(number, small=answer["min_group"], who=result["who"], of=title),
        bar=bar_of(answer, title, number),
    )


def _orr_metric(answer: Answer) -> str:
    """The definition of the headline: inside the window, confirmed, or the one reading there is."""
    if answer["window"] is not None:
        return "orr_window"
    return "orr" if answer["confirmed"] else "orr_unconfirmed"


def _orr_sentences(answer: Answer, number: Proportion) -> list[str]:
    if answer["window"] is None:
        key = "efficacy.orr.all" if answer["confirmed"] else "efficacy.orr.first"
        return [text(key, **who(answer, number))]
    window = answer["window"]
    origin = text(f"origin.{answer['origin']}")
    subject = who(answer, number)
    told = text("efficacy.orr.window", days=window["window_days"], origin=origin, **subject)
    words = [told + _pending(window)]
    late = len(window["late_responders"])
    if late:
        words.append(text("efficacy.orr.late.one" if late == 1 else "efficacy.orr.late", n=late))
    if answer["undated_responders"]:
        words.append(text("efficacy.orr.undated", n=answer["undated_responders"]))
    return words


def _pending(window: Mapping[str, Any]) -> str:
    """Where the figure can still go: its bounds if all pending patients fail, or all respond."""
    n = len(window["pending"])
    if not n:
        return text("efficacy.orr.pending.none")
    low, high = (numbers.counts(headline(window[b])) for b in ("all_fail", "all_respond"))
    key = "efficacy.orr.pending.one" if n == 1 else "efficacy.orr.pending"
    return text(key, n=n, low=low, high=high)


def _dcr(answer: Answer) -> html.Div:
    title = text("efficacy.dcr")
    result = answer["dcr"]
    if result is None or not answer["responses_known"]:
        return missing(answer, title, "DCR", text("efficacy.missing.response"), "dcr")
    number = headline(result)
    words = text("efficacy.dcr.words", days=answer["sd_min_days"], **who(answer, number))
    return finding(
        answer,
        title,
        "DCR",
        [words],
        metric_id="dcr",
        number=paper(number, small=answer["min_group"], who=result["who"], of=title),
        bar=bar_of(answer, title, number),
    )


@dataclass(frozen=True, slots=True)
class _Curve:
    """What the card says of a survival curve, without its steps."""

    n: int
    events: int
    level: float
    method: str
    median: Quantile

    @classmethod
    def of(cls, answer: Answer) -> _Curve:
        curve = answer["pfs"]["curve"]
        median = Quantile.from_json(curve["quartiles"][1])
        return cls(curve["n"], curve["events"], curve["level"], curve["method"], median)


def _pfs(answer: Answer) -> html.Div:
    if answer["pfs"] is None or answer["pfs_rate"] is None:
        title = text("efficacy.pfs", time=text("number.months", value=6))
        return missing(answer, title, "PFS", text("efficacy.missing.pfs"), "pfs_rate")
    curve, rate = _Curve.of(answer), Rate.from_json(answer["pfs_rate"])
    when = duration(rate.time)
    title = text("efficacy.pfs", time=when)
    words = [_pfs_sentence(answer, curve, rate, when)]
    if rate.survival is None:
        words.append(text("efficacy.not_estimable_at", time=when))
    elif curve.n >= answer["min_group"]:
        words += few(answer["cautions"], rate, curve.n)
    words.append(text("efficacy.pfs.median", median=_median(curve)))
    number, line = _rate(answer, title, rate, curve)
    return finding(answer, title, "PFS", words, number=number, bar=line, metric_id="pfs_rate")


def _pfs_sentence(answer: Answer, curve: _Curve, rate: Rate, when: str) -> str:
    told = {
        "n": curve.n,
        "patients": text(f"efficacy.pfs.{answer['set_id']}"),
        "events": curve.events,
        "have": have(curve.events),
        "at_risk": rate.n_at_risk,
        "time": when,
    }
    if rate.survival is None or curve.n < answer["min_group"]:
        return text("efficacy.pfs.words.few", **told)
    ends = numbers.interval(rate.lower, rate.upper)
    limits = f"({numbers.level_words(curve.level)} {ends})"
    return text("efficacy.pfs.words", rate=numbers.percent(rate.survival), brackets=limits, **told)


def _rate(answer: Answer, title: str, rate: Rate, curve: _Curve) -> tuple[Any, Any]:
    """The rate and its interval; for a few patients the events and the interval alone."""
    if rate.survival is None:
        return html.P(text("number.ne"), className="paper absent"), None
    interval = brackets(numbers.rate_in_brackets(rate, curve))
    if curve.n < answer["min_group"]:
        events = f"{curve.events}/{curve.n}"
        told: list[Any] = [
            html.Span(events, className="count"),
            html.Span(f" {text('efficacy.pfs.small')} ", className="brackets"),
            interval,
        ]
        return html.P(told, className="paper"), None
    shown = html.Span(f"{numbers.percent(rate.survival)}%", className="count")
    bar = interval_bar(title, rate.survival, rate.lower, rate.upper, curve.level)
    return html.P([shown, " ", interval], className="paper"), bar


def _median(curve: _Curve) -> str:
    median = curve.median
    if median.estimate is None:
        return text("number.nr")

    def end(value: float | None) -> str:
        return text("number.nr") if value is None else numbers.months(value)

    ends = text("number.to", lower=end(median.lower), upper=end(median.upper))
    ci = f"{numbers.level_words(curve.level)} {ends}"
    return text("efficacy.pfs.median.value", value=numbers.months(median.estimate), ci=ci)


def _deaths(answer: Answer) -> html.Div:
    title = text("efficacy.deaths")
    result = answer["deaths"]
    if result is None:
        return missing(answer, title, "OS", text("efficacy.missing.deaths"), "deaths")
    number = headline(result)
    words = [text("efficacy.deaths.words", **who(answer, number)) + _causes(answer, number)]
    if answer["undated_deaths"]:
        words.append(text("efficacy.deaths.undated", n=len(answer["undated_deaths"])))
    if answer["disputed_deaths"]:
        words.append(text("efficacy.deaths.disputed", n=answer["disputed_deaths"]))
    return finding(
        answer,
        title,
        "DEATHS",
        words,
        metric_id="deaths",
        number=paper(number, small=answer["min_group"], who=result["who"], of=title),
        bar=bar_of(answer, title, number),
    )


def _causes(answer: Answer, number: Proportion) -> str:
    if not number.x:
        return text("efficacy.deaths.none")
    if answer["causes"] is None:
        return text("efficacy.deaths.no_causes")
    named = [c for c in answer["causes"] if c["cause"] is not None]
    told = [
        text("efficacy.deaths.cause", n=len(c["patients"]), cause=lower(c["cause"]))
        for c in named[:NAMED_CAUSES]
    ]
    rest = sum(len(c["patients"]) for c in named[NAMED_CAUSES:])
    if rest:
        told.append(text("efficacy.deaths.cause.others", n=rest))
    unstated = sum(len(c["patients"]) for c in answer["causes"] if c["cause"] is None)
    if unstated:
        told.append(text("efficacy.deaths.cause.unstated", n=unstated))
    return text("efficacy.deaths.causes", causes=listed(told))


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    orr = headline_orr(answer)
    if orr is not None:
        body.append(proportion_row(orr["label"], headline(orr)))
    for name in ("dcr", "deaths"):
        result = answer[name]
        if result is not None:
            body.append(proportion_row(result["label"], headline(result)))
    if answer["pfs"] is not None:
        rate, curve = Rate.from_json(answer["pfs_rate"]), answer["pfs"]["curve"]
        ends = [
            "" if v is None else numbers.percent(v) for v in (rate.survival, rate.lower, rate.upper)
        ]
        title = text("efficacy.pfs", time=duration(rate.time))
        body.append((title, curve["events"], curve["n"], *ends, curve["level"], curve["method"]))
    return tuple(text(k) for k in PROPORTION_HEADER), body
