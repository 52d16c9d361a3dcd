"""The time around one event on one axis, as Patients draws it: doses, events, laboratory values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import theme
from components.figures.patient import patient_figure
from components.figures.patient_findings import drawn_events
from components.figures.patient_shape import Shape, shape_of
from components.graph import graph
from components.metric import metric
from components.overview.parts import Rows
from components.patients.records import plotted
from components.patients.words import event_words, lab_title
from dashboard.text import listed, text

Answer = Mapping[str, Any]

#: parameters drawn: the one asked for first (urate), then those outside their limits; the table
#: below has all
LABS = 4
METRIC = "ae_story"


def timeline(answer: Answer, found: Answer) -> list[html.Div | html.P]:
    """The figure of the time that the tables below tell, and how to read it."""
    near = _near(answer, found)
    shape = shape_of([near], "days", None, span=_span(answer, found))
    return [
        graph(
            "safety-event-figure",
            _figure(near, shape, found),
            alt=_alt(near, found),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-{answer['patient']['id']}-event",
            height=shape.height,
            metrics=(METRIC,),
        ),
        html.P(_note(near, found), className="figure-note", **metric(METRIC)),
    ]


def rows(answer: Answer) -> Rows:
    """What is drawn, a record a row: what, when, how much, from which record."""
    header = tuple(text("patient.csv").split(","))
    found = answer["story"]
    if found is None:
        return header, []
    usubjid = answer["patient"]["usubjid"]
    return header, [(usubjid, *row) for row in plotted(_near(answer, found))]


def _span(answer: Answer, found: Answer) -> tuple[float, float]:
    """The days that the story tells, not beyond death or the cut-off."""
    first, last = found["start"] - answer["options"]["before"], found["until"]
    last += answer["options"]["after"]
    ends = [d for d in (answer["cut_day"], answer["patient"]["death"]) if d is not None]
    return first, max(min([last, *ends]), found["until"]) + 2


def _near(answer: Answer, found: Answer) -> Answer:
    """The patient's thread with what lies in those days alone."""
    first, last = _span(answer, found)
    given = [
        d if d["first"] >= first else {**d, "change": None, "below": False} for d in found["doses"]
    ]
    drugs = {d["drug"] for d in given}
    doses = answer["doses"]
    if given:
        doses = {**doses, "drugs": [d for d in doses["drugs"] if d["name"] in drugs]}
    told = [*found["labs"][:1], *sorted(found["labs"][1:], key=lambda each: not each["outside"])]
    names = [(each["label"], each["unit"]) for each in told[:LABS]]
    series = []
    for each in answer["labs"]["series"]:
        points = [p for p in each["points"] if first <= p["day"] <= last]
        if points and (each["label"], each["unit"]) in names:
            series.append({**each, "points": points})
    return {
        **answer,
        "doses": {**doses, "records": given},
        "events": {**answer["events"], "records": answer["course"]},
        "labs": {**answer["labs"], "series": series},
        "tumour": {**answer["tumour"], "visits": []},
        "samples": {**answer["samples"], "kinds": [], "records": []},
    }


def _figure(near: Answer, shape: Shape, found: Answer) -> dict[str, Any]:
    """The figure of Patients with the days of the event shaded through all of it."""
    figure = patient_figure(near, shape)
    band = {
        "type": "rect",
        "xref": "x",
        "x0": shape.at(found["start"]),
        "x1": shape.at(found["until"] + 1),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": theme.colour("accent-soft"),
    }
    layout = figure["layout"]
    return {**figure, "layout": {**layout, "shapes": [band, *layout["shapes"]]}}


def _note(near: Answer, found: Answer) -> str:
    key = "ongoing" if found["ongoing"] else "day" if found["start"] == found["until"] else "days"
    words = [text(f"safety.story.figure.{key}", first=found["start"], last=found["until"])]
    rest = len(near["events"]["records"]) - len(drawn_events(near))
    if rest:
        words.append(text("safety.story.figure.rest", n=rest))
    words.append(text("safety.story.figure.key"))
    return " ".join(words)


def _alt(near: Answer, found: Answer) -> str:
    drugs = listed([d["label"] for d in near["doses"]["drugs"]]) or text("safety.story.figure.none")
    labs = listed([lab_title(s) for s in near["labs"]["series"]]) or text(
        "safety.story.figure.none"
    )
    return text(
        "safety.story.figure.alt",
        event=event_words(near, near["events"]["records"][0]),
        first=found["start"],
        last=found["until"],
        drugs=drugs,
        labs=labs,
    )
