"""The page's answer in numbers: time on treatment, cycles, dose, changes, why treatment ended."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.exposure.parts import FEW, nothing, percents, spread
from components.labs.parts import amount, cycle_words, sentence
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, tools
from components.safety.parts import card_n
from components.survival import words as survival_words
from components.who import count, plain
from dashboard.metrics.kaplan_meier import Quantile
from dashboard.text import text

NAME = "exposure-findings"
METRICS = (
    *("time_on_treatment", "cycles", "dose_intensity", "dose_modification", "stop_reason"),
    "safety_n",
)


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("exposure.findings.title"),
        nothing(answer, records=False) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer),
    )


def _body(answer: Answer) -> list[Any]:
    return [
        html.Dl([_time(answer), _cycles(answer), _dose(answer)], className="survival-headline"),
        *_changes(answer),
        *_stops(answer),
        *_notes(answer),
    ]


def _number(metric_id: str, title: str, value: str, more: str) -> html.Div:
    return html.Div(
        [
            html.Dt(ask(title, metric_id)),
            html.Dd([plain(value), " ", brackets(more)], className="paper"),
        ],
        **metric(metric_id),
    )


def _time(answer: Answer) -> html.Div:
    median = Quantile.from_json(answer["time"])
    title = text("exposure.time.title")
    if not answer["timed"]:
        return _number("time_on_treatment", title, text("number.ns"), text("exposure.time.none"))
    value = numbers.months(median.estimate)
    if median.estimate is not None:
        value = text("survival.months", value=value)
    ends = survival_words.month_ends(median.lower, median.upper)
    ci = f"{numbers.level_words(answer['level'])} {ends}"
    more = text("exposure.time.more", ci=ci, ongoing=answer["ongoing"], n=answer["timed"])
    return _number("time_on_treatment", title, value, more)


def _cycles(answer: Answer) -> html.Div:
    title = text("exposure.cycles.per_patient")
    totals = answer["cycles"]
    if totals is None or not totals["started"]["n"]:
        return _number("cycles", title, text("number.ns"), text("exposure.cycles.none"))
    found = totals["started"]
    if found["n"] < FEW:
        counts = {"total": totals["total"], "completed": totals["total_completed"]}
        return _number("cycles", title, spread(found), text("exposure.cycles.few", **counts))
    more = text(
        "exposure.cycles.more",
        q1=amount(found["q1"]),
        q3=amount(found["q3"]),
        total=totals["total"],
        completed=totals["total_completed"],
    )
    return _number("cycles", title, amount(found["median"]), more)


def _dose(answer: Answer) -> html.Div:
    """Relative dose intensity of the study drug, else of the drug most patients got."""
    drugs = answer["drugs"]
    study = [d for d in drugs if d["study"]] if answer["backbones"] else drugs
    first = study[0] if study else drugs[0] if drugs else None
    if first is None:
        title = text("exposure.intensity.title")
        return _number("dose_intensity", title, text("number.ns"), text("exposure.no_records"))
    title = text("exposure.intensity.of", drug=first["drug"])
    if not first["intensity"]["n"]:
        return _number("dose_intensity", title, text("number.ns"), text("exposure.no_plan"))
    found, low = first["intensity"], first["below"]
    if found["n"] < FEW:
        return _number("dose_intensity", title, percents(found), text("card.n", n=found["n"]))
    more = text(
        "exposure.intensity.more",
        q1=numbers.percent(found["q1"]),
        q3=numbers.percent(found["q3"]),
        x=low["x"],
        n=low["n"],
        edge=f"{100 * answer['reduced']:g}",
    )
    return _number("dose_intensity", title, f"{numbers.percent(found['median'])}%", more)


def _changes(answer: Answer) -> list[Any]:
    if not answer["records"]:
        return [_said("exposure.no_records.sentence", "dose_modification")]
    if not answer["changes_recorded"]:
        return [_said("exposure.no_changes", "dose_modification")]
    rows = sorted(answer["changed"], key=lambda r: (not r["study"], -r["proportion"]["x"]))
    told: list[Any] = [text("exposure.changes.words"), " "]
    for i, row in enumerate(rows):
        told += ["; "] if i else []
        of = text("exposure.changes.of", drug=row["drug"])
        told += [f"{row['drug']} ", *_share(row, of)]
    if not rows:
        told = [text("exposure.changes.nobody")]
    else:
        told.append(".")
    return [sentence(*told, metrics=("dose_modification",))]


def _share(row: dict[str, Any], of: str) -> list[Any]:
    share = row["proportion"]
    return [count(f"{share['x']}/{share['n']}", row["who"], of=of)]


def _said(key: str, metric_id: str) -> html.P:
    return sentence(text(key), metrics=(metric_id,))


def _stops(answer: Answer) -> list[Any]:
    if not answer["stopped"]:
        return [_said("exposure.stops.nobody", "stop_reason")]
    told: list[Any] = [text("exposure.stops.words"), " "]
    for i, row in enumerate(answer["stopped"]):
        told += ["; "] if i else []
        told += [f"{row['reason']} ", *_share(row, row["reason"])]
    told.append(".")
    return [sentence(*told, metrics=("stop_reason",))]


def _notes(answer: Answer) -> list[Any]:
    items = [f"{n}." for n in (*answer["notes"], *answer["treated_notes"])]
    if answer["cycles"] is not None:
        items.insert(0, cycle_words(answer["cycles"]["words"]))
    if not items:
        return []
    return [html.P(" ".join(items), className="figure-note", **metric("cycles"))]


HEADER = ("measure", "n", "median", "q1", "q3")


def rows(answer: Answer) -> Rows:
    """Days on treatment as numbers of the study, cycles, and each drug's dose intensity."""
    body: list[tuple[Any, ...]] = []
    if answer["found"]:
        if answer["cycles"] is not None:
            body.append(
                (text("exposure.cycles.per_patient"), *_numbers(answer["cycles"]["started"]))
            )
        for drug in answer["drugs"]:
            name = text("exposure.intensity.of", drug=drug["drug"])
            body.append((name, *_numbers(drug["intensity"])))
    return tuple(text(f"exposure.csv.{k}") for k in HEADER), body


def _numbers(found: dict[str, Any]) -> tuple[Any, ...]:
    return (found["n"], *("" if found[k] is None else found[k] for k in ("median", "q1", "q3")))
