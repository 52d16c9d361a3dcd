"""One event: what is on record of it, and what happened before it, around it and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash import html

from components.attributes import attrs
from components.card import card
from components.links import view_link
from components.metric import metric
from components.overview.parts import tools
from components.patients.words import (
    amount_words,
    change_words,
    grade_words,
    lab_title,
    limits_words,
    lower,
    number_words,
)
from components.safety import lines as parts
from components.safety.lines import STORIES, table
from components.safety.timeline import timeline
from components.who import patient_link
from components.written import written
from dashboard.text import day, listed, text

FACTS, AROUND = "safety-event", "safety-event-around"
METRICS = ("ae_line", "ae_story")
LINES = ("term", "day", "grade", "serious", "related", "state", "dose")

Answer = Mapping[str, Any]


def absent(answer: Answer) -> html.Div:
    """Why there is no event to show, and the way back."""
    key = answer["problem"]
    return html.Div(
        [
            html.H2(text(f"safety.story.{key}.title")),
            html.P(text(f"safety.story.{key}")),
            html.P(
                view_link(
                    text("safety.story.back"), f"{STORIES}?{answer['address']}", className="button"
                )
            ),
        ],
        className="trouble",
        role="alert",
    )


# --- facts ---------------------------------------------------------------------------------------


def draw_facts(answer: Answer) -> Any:
    if "problem" in answer:
        return absent(answer)
    line = answer["line"]
    return card(
        FACTS,
        line["words"],
        [
            html.P(sentence(answer), className="sentence wide", **metric("ae_line")),
            html.Dl(
                [html.Div([html.Dt(k), html.Dd(v)]) for k, v in _facts(answer)],
                className="patient-facts story-facts",
                **metric("ae_line"),
            ),
            html.P(_ways(answer), className="story-ways", **metric("ae_line")),
        ],
        n=text("safety.story.of", id=line["id"]),
        n_metric="ae_line",
        tools=tools(FACTS, answer, data=False, key=line["key"]),
    )


def sentence(answer: Answer) -> str:
    """The event in one sentence, as a narrative begins."""
    line = answer["line"]
    grade = grade_words(answer, line["grade"]) if answer["scale"] else ""
    serious = text("safety.story.serious") if line["serious"] else ""
    what = ", ".join(p for p in (line["words"], grade, serious) if p)
    if line["first"] is None:
        key = "safety.story.partial" if line["recorded"] else "safety.story.undated"
        said = [text(key, what=what, recorded=line["recorded"])]
    else:
        when = text("safety.story.day", day=line["first"], date=day(line["start"]))
        said = [text("safety.story.begun", what=what, when=when)]
    if line["doses"]:
        doses = listed([parts.dose_words(d) for d in line["doses"]])
        said.append(text("safety.story.doses", doses=doses))
    elif line["first"] is not None and answer["doses_known"]:
        said.append(text("safety.story.no_doses"))
    said.append(_ended(answer))
    return " ".join(said)


def _ended(answer: Answer) -> str:
    line = answer["line"]
    state = line["state"]
    if state in {"resolved", "ended"} and None not in {line["last"], line["first"]}:
        n = line["last"] - line["first"] + 1
        key = f"safety.story.{state}.one" if n == 1 else f"safety.story.{state}"
        return text(key, n=n, date=day(line["end"]))
    key = {
        "unknown": "unknown.outcome",
        "resolved": "resolved.undated",
        "ended": "ended.undated",
    }.get(state, state)
    return text(f"safety.story.{key}")


def _facts(answer: Answer) -> list[tuple[str, Any]]:
    line = answer["line"]
    facts: list[tuple[str, Any]] = [(text("safety.col.soc"), line["class"])]
    if answer["reported"]:
        facts.append((text("safety.story.reported"), answer["reported"]))
    if answer["scale"]:
        facts.append((parts.head(answer, "grade"), parts.grade(answer, line)))
    facts += [
        (text("safety.col.serious"), _serious(answer)),
        (text("safety.col.related"), parts.one(parts.related(answer, line))),
        (text("safety.col.state"), parts.state(answer, line)),
        (text("safety.col.action"), parts.actions(answer, line)),
        (text("safety.story.emergent"), parts.yes_no(line["emergent"])),
    ]
    if answer["backbone_label"]:
        facts.append((answer["backbone_label"], line["backbone"] or text("number.ns")))
    return facts


def _serious(answer: Answer) -> Any:
    words = parts.yes_no(answer["line"]["serious"])
    met = [text(f"safety.criterion.{c}") for c in answer["criteria"]]
    return words if not met else [words, html.Span(listed(met), className="fact-more")]


def _ways(answer: Answer) -> list[Any]:
    """To the patient, and back to the listing."""
    line = answer["line"]
    n = answer["n_events"]
    key = "safety.story.patient.one" if n == 1 else "safety.story.patient"
    to = patient_link(
        line["key"],
        text(key, id=line["id"], n=n),
        answer["query"],
        title=line["usubjid"],
    )
    back = view_link(text("safety.story.back"), f"{STORIES}?{answer['query']}")
    return [to, back]


# --- around --------------------------------------------------------------------------------------


def draw_around(answer: Answer) -> Any:
    if "problem" in answer:
        return None
    line, found = answer["line"], answer["story"]
    body: list[Any]
    if found is None:
        body = [html.P(text("safety.story.nowhere"), className="card-empty")]
    else:
        body = [
            *timeline(answer, found),
            *_doses(answer, found),
            *_labs(answer, found),
            *_events(answer, found["open"], "open"),
            *_events(answer, found["later"], "later"),
            *_after(answer, found),
        ]
    made = tools(AROUND, answer, data=False, picture=found is not None, key=line["key"])
    address = f"/download/{AROUND}/{line['event']}.csv?{answer['query']}"
    return card(
        AROUND,
        text("safety.story.around"),
        body,
        n=text("safety.story.of", id=line["id"]),
        n_metric="ae_line",
        subtitle=text("safety.story.window", **answer["options"]) if found else None,
        subtitle_metric="ae_story",
        tools=replace(made, csv=address if found is not None else None),
    )


def _section(key: str, body: Any) -> list[Any]:
    return [html.H3(text(f"safety.story.{key}"), className="list-title"), body]


def from_onset(days: int) -> str:
    """3 days before, on the day, 12 days after the start."""
    if days == 0:
        return text("safety.story.on")
    side = "before" if days < 0 else "after"
    one = ".one" if abs(days) == 1 else ""
    return text(f"safety.story.{side}{one}", n=abs(days))


def _plain_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Div:
    made_table = html.Table(
        [
            html.Caption(title, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(r[0], scope="row"),
                            *(
                                html.Td(parts.one(c), **attrs(data_head=h))
                                for c, h in zip(r[1:], heads[1:], strict=True)
                            ),
                        ]
                    )
                    for r in rows
                ]
            ),
        ],
        className="numbers-table event-lines",
    )
    return written(made_table, title, "ae_story")


def _doses(answer: Answer, found: Answer) -> list[Any]:
    if not answer["doses"]["known"]:
        return _section("doses.title", html.P(text("safety.story.doses.absent")))
    if not found["doses"]:
        return _section("doses.title", html.P(text("safety.story.doses.none")))
    names = {d["name"]: d["label"] for d in answer["doses"]["drugs"]}
    start = found["start"]
    rows = []
    for d in found["doses"]:
        span = str(d["first"]) if d["first"] == d["last"] else f"{d['first']}–{d['last']}"
        near = d["first"] - start if d["first"] > start else min(d["last"], start) - start
        changed = "–"
        if d["change"]:
            changed = d["words"] or change_words(d["change"])
            if d["reason"]:
                changed = text("patient.because", what=changed, reason=lower(d["reason"]))
        rows.append(
            [names.get(d["drug"], d["drug"]), span, from_onset(near), amount_words(d), changed]
        )
    heads = [text(f"safety.story.dose.{c}") for c in ("drug", "days", "from", "amount", "changed")]
    return _section("doses.title", _plain_table(text("safety.story.doses.title"), heads, rows))


def _labs(answer: Answer, found: Answer) -> list[Any]:
    if not answer["labs"]["known"]:
        return _section("labs", html.P(text("safety.list.labs.missing")))
    if not found["labs"]:
        return _section("labs", html.P(text("safety.story.labs.none")))
    rows = [
        [lab_title(each), *(_point(each[c], found["start"]) for c in _POINTS)]
        for each in found["labs"]
    ]
    heads = [text("safety.lab.parameter"), *(text(f"safety.story.lab.{c}") for c in _POINTS)]
    return _section("labs", _plain_table(text("safety.story.labs"), heads, rows))


_POINTS = ("before", "at", "worst", "last")


def _point(point: Answer | None, start: int) -> Any:
    """The value, whether it is outside its limits, and how far it is from the start."""
    if point is None:
        return "–"
    low, high, value = point["low"], point["high"], point["value"]
    side = ""
    if low is not None and value < low:
        side = text("safety.lab.low")
    if high is not None and value > high:
        side = text("safety.lab.high")
    marks = [html.Span(side, className="lab-side")] if side else []
    more = text(
        "safety.story.lab.more", limits=limits_words(point), when=from_onset(point["day"] - start)
    )
    return [number_words(value), *marks, html.Span(more, className="cell-more")]


def _events(answer: Answer, lines: Sequence[Answer], key: str) -> list[Any]:
    if not lines:
        return _section(key, html.P(text(f"safety.story.{key}.none")))
    return _section(key, table(answer, lines, LINES, text(f"safety.story.{key}")))


def _after(answer: Answer, found: Answer) -> list[Any]:
    """Treatment, disease and life after the event."""
    start, lane = found["start"], answer["lane"]
    items = []
    if lane["reason"]:
        items.append(text("safety.story.off", reason=lower(answer["patient"]["reason"] or "")))
    for visit in answer["tumour"]["visits"]:
        if visit["overall"] and visit["day"] >= start:
            when = from_onset(visit["day"] - start)
            items.append(text("safety.story.response", response=visit["overall"], when=when))
    death = answer["patient"]["death"]
    if death is not None:
        items.append(text("safety.story.died", when=from_onset(death - start)))
    if not items:
        return _section("after.title", html.P(text("safety.story.after.none")))
    return _section("after.title", html.Ul([html.Li(i) for i in items], **metric("ae_story")))
