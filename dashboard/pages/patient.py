"""One patient: show me this patient, and two or three side by side."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from components.figures.patient_shape import shape_of
from components.patients import absent, course, facts, quality, records
from dashboard.listing import Arranged, arranged
from dashboard.pages.page import About, Card, Context, Page, fill, place, slot
from dashboard.panels import patient
from dashboard.panels.listing import neighbours
from dashboard.patient_keys import KEY
from dashboard.patient_names import short_name
from dashboard.results import Audience, View
from dashboard.selection import Selection, SelectionError
from dashboard.shelf import Opened
from dashboard.text import text
from data_access.findings import DataError

log = logging.getLogger(__name__)

#: the unit of the axis and the laboratory values shown: no number changes, so no part of the link
CHOICE = "patient-choice"

Answer = Mapping[str, Any]


def ask(context: Context, selection: Selection, audience: Audience, about: About) -> Answer:
    """The patient of the address and those beside, or why there is nobody to show.

    {"answers", "around", "address"} or {"problem": "unknown" | "outside", ...}.
    """
    opened = context.shelf.open(selection.study, selection.cut)
    keys = [about.key, *(k for k in selection.beside if k != about.key)]
    answers = []
    address = selection.listed()
    for key in keys:
        found = _one(context, selection, audience, opened, key)
        if "problem" in found:
            if key == about.key:
                return {**found, "address": address}
            continue  # a patient beside, whom the filters leave out, leaves the others alone
        answers.append({**found, "address": address})
    listed = arranged(None, selection.order, selection.shown, selection.find)
    told = json.dumps({"key": about.key, **asdict(listed)}, sort_keys=True)
    around = context.results.ask(_around, selection, audience, told)
    return {"answers": answers, "around": around}


def ask_checks(context: Context, selection: Selection, audience: Audience, about: About) -> Answer:
    """What the checks say about the patient of the address alone: {"answers": [one]}."""
    opened = context.shelf.open(selection.study, selection.cut)
    beside = any(k != about.key for k in selection.beside)
    if beside or opened.keys.patient(about.key) is None:
        return {"answers": []}
    try:
        return {"answers": [context.results.ask(_checks, selection, audience, about.key)]}
    except patient.NotShownError:
        return {"problem": "outside"}


def _one(
    context: Context, selection: Selection, audience: Audience, opened: Opened, key: str
) -> Answer:
    if opened.keys.patient(key) is None:
        return {"problem": "unknown"}
    try:
        return context.results.ask(_profile, selection, audience, key)
    except patient.NotShownError as error:
        view = context.results.view(selection, audience)
        usubjid = opened.keys.patient(key) or ""
        return {
            "problem": "outside",
            "id": short_name(usubjid, view.analysis.cohort),
            "reason": error.reason,
            "n": view.members.n,
            "filtered": selection.filtered,
            "key": key,
            "unfiltered": selection.unfiltered().query(),
        }


def _profile(view: View, about: str) -> Answer:
    return patient.profile(view, view.keys.patient(about) or "")


def _checks(view: View, about: str) -> Answer:
    return patient.checks(view, view.keys.patient(about) or "")


def _around(view: View, about: str) -> Answer:
    asked = json.loads(about)
    usubjid = view.keys.patient(asked.pop("key")) or ""
    return neighbours(view, Arranged(**asked), usubjid)


def _drawn(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Draw what is asked for; where there is nobody to show, nothing but the head says so."""

    def drawn(answer: Answer, *choice: object) -> Any:
        return None if "problem" in answer else draw(answer, *choice)

    return drawn


def _head(answer: Answer) -> Any:
    if "problem" in answer:
        return absent.draw(answer)
    return facts.draw(answer["answers"], answer["around"])


def _course(answer: Answer, choice: object = None) -> Any:
    return course.draw(answer["answers"], choice)


def _alone(draw: Callable[[Answer], Any]) -> Callable[[Answer], Any]:
    """Records and checks belong to one patient; side by side they stay away."""
    return lambda answer: draw(answer["answers"][0]) if len(answer["answers"]) == 1 else None


CHECKS = ("agreement",)
RECORDS = ("patient_course",)
COURSE = (*RECORDS, "dose_share")


def head_metrics(view: View) -> tuple[str, ...]:
    """Every fact that a patient may have."""
    return (facts.RECORDED, *facts.METRICS.values(), "n")


CARDS: tuple[Card, ...] = (
    Card(facts.NAME, "patient.facts", (334, 680), _head, ask=ask, metrics=head_metrics),
    Card(
        course.NAME,
        "patient.course",
        (1465, 1533),
        _drawn(_course),
        course.rows,
        ask=ask,
        metrics=COURSE,
    ),
    Card(
        records.NAME,
        "patient.records",
        (534, 1540),
        _drawn(_alone(records.draw)),
        ask=ask,
        metrics=RECORDS,
    ),
    Card(
        quality.NAME,
        "patient.quality",
        (231, 378),
        _drawn(_alone(quality.draw)),
        ask=ask_checks,
        metrics=CHECKS,
    ),
)


def layout() -> Any:
    """Ids and empty slots; the patient comes with the view."""
    return html.Div(
        [
            html.H1(text("page.patients"), className="visually-hidden"),
            dcc.Store(id=CHOICE, data={}),
            *(slot(c) for c in CARDS),
        ],
        className="report patient-page",
    )


def register(app: Dash, context: Context) -> None:
    shaped = next(card for card in CARDS if card.name == course.NAME)
    fill(app, context, *(card for card in CARDS if card is not shaped))
    fill(app, context, shaped, choice=CHOICE)
    _choose(app, context)


def _choose(app: Dash, context: Context) -> None:
    """Another unit of time or other laboratory values: the figures alone are drawn anew."""

    @app.callback(
        Output(CHOICE, "data"),
        Output({"kind": "patient-figures", "card": ALL}, "children"),
        Input({"kind": "patient-choice", "name": ALL}, "value"),
        State(CHOICE, "data"),
        State("where", "data"),
        prevent_initial_call=True,
    )
    def _chosen(values: Any, held: Any, where: Any) -> Any:
        outputs = ctx.outputs_list
        still = no_update, [no_update] * len(outputs[1])
        path, search = place(where)
        key = PAGE.key_in(path)
        if key is None or not outputs[1]:
            return still
        picked = {i["id"]["name"]: i.get("value") for i in ctx.inputs_list[0]}
        unit, labs = course.chosen(picked)
        try:
            selection, _ = context.shelf.resolve(search)
            answer = ask(context, selection, context.audience(), About(key))
        except (SelectionError, DataError):
            log.warning("the course could not be drawn anew")
            return still
        if "problem" in answer:
            return still
        answers = answer["answers"]
        before, after = (
            shape_of([a for a in answers if a["origin_date"]], *course.chosen(c))
            for c in (held, {"unit": unit, "labs": labs})
        )
        if before == after:
            return still  # controls that have only just appeared report what they hold
        figures = course.figures(answers, after)
        return {"unit": unit, "labs": None if labs is None else list(labs)}, [figures] * len(
            outputs[1]
        )


def title(opened: Opened, key: str) -> str:
    """What the browser calls the page."""
    usubjid = opened.keys.patient(key)
    if usubjid is None:
        return text("patient.unknown.title")
    return text("patient.title", id=short_name(usubjid, opened.analysis.cohort))


PAGE = Page(
    name="patient",
    path="/patients",
    icon="patients",
    layout=layout,
    register=register,
    cards=CARDS,
    below=KEY,
    title=title,
)
