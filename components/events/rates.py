"""Exposure-adjusted rates: patients with a first event per 100 patient-years at risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.events.parts import cell, only, table, unknown
from components.figures.event_rates import RateMark, RateSection, rates_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n, nothing
from components.who import count
from dashboard.metrics.exposure_adjusted import PoissonRate
from dashboard.text import text

NAME = "events-rates"
METRICS = ("ae_rate", "ae_event_rate")
#: rates are told per so many patient-years
PER = 100.0

Json = Mapping[str, Any]


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("events.rates.title"),
        nothing(answer) or unknown(answer) or [*only(answer, METRICS[0]), *_body(answer)],
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=bool(answer["groups"]) and bool(answer["n"])),
    )


def rate_words(data: Json, *, small: bool = False) -> str:
    """41.8 (95% CI 31.7 to 54.0) per 100 patient-years, or why there is none."""
    found = PoissonRate.from_json(data)
    if found.rate is None:
        return text("number.ne")
    ends = text("number.to", lower=per(found.lower), upper=per(found.upper))
    ci = f"{numbers.level_words(found.level)} {ends}"
    return f"({ci})" if small else f"{per(found.rate)} ({ci})"


def per(value: float | None) -> str:
    """A rate per patient-year as one per 100."""
    return text("number.ne") if value is None else numbers.fixed(PER * value)


def _body(answer: Answer) -> list[Any]:
    return [
        html.P(_sentence(answer), className="sentence", **metric(METRICS[0])),
        _picture(answer),
        html.P(_note(answer), className="figure-note", **metric(METRICS[0])),
        html.Details(
            [
                html.Summary(text("events.rates.all"), className="fold"),
                *(_table(answer, g) for g in answer["groups"] if g["rows"]),
            ],
            className="folded on-paper",
            **metric(*METRICS),
        ),
    ]


def _sentence(answer: Answer) -> str:
    return text(
        "events.rates.words",
        years=numbers.fixed(answer["person_years"]),
        n=answer["n"],
        days=answer["teae_days"],
    )


def group_title(group: Json) -> str:
    """What a group of rows is called, with its own number of patients."""
    if group["label"] is None:
        return text(f"events.rates.group.{group['id']}")
    return text("events.rates.group.drug", drug=group["label"], n=group["n"])


def _picture(answer: Answer) -> html.Div:
    """Kinds, common terms and the leading drug's list; the other lists stand in the table."""
    shown = [g for g in answer["groups"] if g["rows"] and not g.get("backbone")]
    sections = [RateSection(group_title(g), tuple(_mark(r) for r in g["rows"])) for g in shown]
    figure = rates_figure(sections, x_title=text("events.rates.x"))
    told = ", ".join(
        f"{r['label']} {rate_words(r['incidence'])}" for g in shown[:1] for r in g["rows"]
    )
    return graph(
        "events-rates-figure",
        figure,
        alt=text("events.rates.alt", rows=told),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-rates",
        height=figure["layout"]["height"],
        metrics=(METRICS[0],),
        role="group",
    )


def _mark(row: Json) -> RateMark:
    found = PoissonRate.from_json(row["incidence"])
    at = [None if v is None else PER * v for v in (found.rate, found.lower, found.upper)]
    words = text(
        "events.rates.mark.words",
        x=found.x,
        years=numbers.fixed(found.person_years),
        rate=rate_words(row["incidence"]),
    )
    return RateMark(row["label"], found.x, at[0], at[1], at[2], words, row["who"])


def _note(answer: Answer) -> str:
    parts = [text("events.rates.note", ci=numbers.level_words(answer["level"]))]
    if answer["undosed"]:
        parts.append(plural("events.rates.undosed", answer["undosed"]))
    undated = max((r["undated"] for g in answer["groups"] for r in g["rows"]), default=0)
    if undated:
        parts.append(plural("events.rates.undated", undated))
    return " ".join(parts)


def _table(answer: Answer, group: Json) -> html.Div:
    heads = [
        text("events.rates.head.event"),
        text("events.rates.head.patients"),
        text("events.rates.head.years"),
        text("events.rates.head.rate"),
        text("events.rates.head.events"),
    ]
    title = group_title(group)
    shown = [heads[0], heads[1], heads[2], ask(heads[3], METRICS[0]), ask(heads[4], METRICS[1])]
    lines = [_line(row, heads) for row in group["rows"]]
    return html.Div([html.H3(title, className="list-title"), table(title, shown, lines)])


def _line(row: Json, heads: list[str]) -> html.Tr:
    found = PoissonRate.from_json(row["incidence"])
    patients = count(f"{found.x}/{row['n']}", row["who"], of=row["label"])
    rate = [html.Span(per(found.rate))]
    if found.rate is not None:
        rate.append(html.Span(rate_words(row["incidence"], small=True), className="cell-more"))
    every = text(
        "events.rates.events",
        rate=per(row["event_rate"]),
        events=plural("safety.events", row["n_events"]),
    )
    return html.Tr(
        [
            html.Th(row["label"], scope="row"),
            cell(heads[1], patients),
            cell(heads[2], numbers.fixed(found.person_years)),
            cell(heads[3], *rate),
            cell(heads[4], every),
        ]
    )


HEADER = (
    *("group", "event", "x", "n", "person_years", "rate_per_100", "lower", "upper", "level"),
    *("method", "events", "events_per_100"),
)


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for group in answer["groups"]:
        for row in group["rows"]:
            found = PoissonRate.from_json(row["incidence"])
            ends = ["" if v is None else per(v) for v in (found.rate, found.lower, found.upper)]
            body.append(
                (
                    group_title(group),
                    row["label"],
                    found.x,
                    row["n"],
                    numbers.fixed(found.person_years, 3),
                    *ends,
                    found.level,
                    found.method,
                    row["n_events"],
                    "" if row["event_rate"] is None else per(row["event_rate"]),
                )
            )
    return tuple(text(f"events.csv.{k}") for k in HEADER), body
