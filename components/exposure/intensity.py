"""Dose of every drug against its plan, as a card: strips of the patients, a table of the drugs."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.exposure.parts import nothing, percents, spread
from components.figures.exposure import intensity_figure, strip_height
from components.graph import graph
from components.labs.parts import figure_note, proportion, table, unit
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.text import text

NAME = "exposure-intensity"
METRICS = ("dose_intensity", "dose_given", "safety_n")


def draw(answer: Answer) -> html.Section:
    drawn = any(d["intensity"]["n"] for d in answer["drugs"])
    return card(
        NAME,
        text("exposure.intensity.card"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=drawn),
    )


def _body(answer: Answer) -> list[Any]:
    drugs = answer["drugs"]
    if not drugs:
        return [empty(text("exposure.intensity.none"), hint=text("exposure.intensity.none.hint"))]
    drawn = [d for d in drugs if d["intensity"]["n"]]
    parts: list[Any] = []
    if drawn:
        parts.append(
            graph(
                "exposure-intensity-figure",
                intensity_figure(drugs, answer["reduced"]),
                alt=_alt(drawn),
                file_name=f"{answer['study_id']}-{answer['cut_date']}-dose-intensity",
                height=strip_height(len(drawn)),
                metrics=("dose_intensity",),
            )
        )
    else:
        parts.append(
            html.Div(
                empty(text("exposure.no_plan.long"), hint=text("exposure.no_plan.hint")),
                **metric("dose_intensity"),
            )
        )
    return [*parts, figure_note(_notes(drugs), "dose_intensity", "dose_given"), _table(answer)]


def _alt(drugs: list[dict[str, Any]]) -> str:
    told = "; ".join(
        text("exposure.intensity.alt.drug", drug=d["drug"], told=percents(d["intensity"]))
        for d in drugs
    )
    return text("exposure.intensity.alt", told=told)


def _notes(drugs: list[dict[str, Any]]) -> list[str]:
    words = [text("exposure.intensity.key")]
    timed = [d for d in drugs if d["intensity"]["n"]]
    if timed and not all(d["adjusted"] for d in timed):
        words.append(text("exposure.intensity.ratio"))
    words += [f"{d['drug']}: {note}." for d in drugs for note in d["notes"]]
    return words


def _table(answer: Answer) -> html.Div:
    head = [
        text("exposure.drug"),
        text("exposure.patients"),
        ask(text("exposure.cycles.head"), "dose_given"),
        text("exposure.days"),
        ask(text("exposure.dose"), "dose_given"),
        ask(text("exposure.intensity.head"), "dose_intensity"),
        text("exposure.below", edge=f"{100 * answer['reduced']:g}"),
    ]
    body = [_row(answer, d) for d in answer["drugs"]]
    made = table(text("exposure.intensity.table"), head, body, extra="doses")
    return html.Div([made], **metric("dose_intensity", "dose_given"))


def _row(answer: Answer, d: dict[str, Any]) -> html.Tr:
    dose = spread(d["cumulative"])
    if d["cumulative"]["n"] and d["unit"]:
        dose = f"{dose} {unit(d['unit'])}"
    intensity: Any = percents(d["intensity"])
    if 0 < d["intensity"]["n"] < d["n"]:
        more = text("card.n", n=d["intensity"]["n"])
        intensity = [intensity, html.Span(more, className="cell-more")]
    below: Any = text("number.ns")
    if d["below"]["n"]:
        below = proportion(answer, d["below"], d["below_who"], of=d["drug"])
    role = text("exposure.study_drug") if d["study"] else text("exposure.backbone")
    roles = [html.Span(role, className="cell-more")] if answer["roles"] else []
    return html.Tr(
        [
            html.Th([d["drug"], *roles], scope="row"),
            html.Td(count(str(d["n"]), d["who"], of=d["drug"])),
            html.Td(spread(d["cycles"])),
            html.Td(spread(d["days"])),
            html.Td(dose),
            html.Td(intensity),
            html.Td(below),
        ]
    )


HEADER = ("drug", "patients", "measure", "n", "median", "q1", "q3", "minimum", "maximum")


def rows(answer: Answer) -> Rows:
    body: list[tuple[Any, ...]] = []
    for d in answer["drugs"]:
        for measure in ("cycles", "days", "cumulative", "intensity"):
            found = d[measure]
            numbers = (
                "" if found[k] is None else found[k]
                for k in ("median", "q1", "q3", "minimum", "maximum")
            )
            name = text(f"exposure.csv.{measure}")
            body.append((d["drug"], d["n"], name, found["n"], *numbers))
    return tuple(text(f"exposure.csv.{k}") for k in HEADER), body
