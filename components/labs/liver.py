"""The liver as a card: the answer in words, two scatters, candidates with their course."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card, empty
from components.events.parts import cell
from components.figures.liver import HEIGHT, course_figure, key, liver_figure
from components.graph import graph
from components.labs.parts import amount, figure_note, label, lead, nothing, table
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, plural, tools
from components.safety.parts import card_n
from components.who import count
from dashboard.text import listed, text

NAME = "labs-liver"
METRICS = ("liver_peaks", "hys_law")


def draw(answer: Answer) -> html.Section:
    drawn = any(s["points"] for s in answer["scatters"])
    return card(
        NAME,
        text("labs.liver.title"),
        nothing(answer) or _body(answer),
        n=_n(answer),
        n_metric="liver_peaks",
        tools=tools(NAME, answer, picture=drawn, select=drawn),
    )


def _n(answer: Answer) -> str:
    if not answer["scatters"]:
        return card_n(answer)
    return text("labs.liver.n", n=answer["scatters"][0]["n"], of=answer["n"])


def _body(answer: Answer) -> list[Any]:
    if answer["absent"]:
        names = listed(text(f"labs.liver.absent.{a}") for a in answer["absent"])
        return [empty(text("labs.liver.absent", names=names), hint=text("labs.liver.absent.hint"))]
    if not answer["scatters"][0]["points"]:
        words = empty(text("labs.liver.none"), hint=text("labs.liver.none.hint"))
        return [html.Div([words, *_without(answer)], **metric("liver_peaks"))]
    return [
        _answer(answer),
        html.Div([_scatter(answer, s) for s in answer["scatters"]], className="liver-pair"),
        figure_note(_notes(answer), "liver_peaks"),
        *_candidates(answer),
        *_courses(answer),
    ]


def _answer(answer: Answer) -> html.P:
    n = answer["confirmed"]["n"]
    upper = len(answer["candidates"])
    told = [
        count(f"{n}/{answer['scatters'][0]['n']}", answer["confirmed"]["who"], of=text("labs.hys")),
        " ",
        plural("labs.liver.confirmed", n) if n else text("labs.liver.confirmed.none"),
        " ",
        text("labs.liver.rule", rule=_signs(answer["rule"])),
    ]
    if upper > n:
        told += [" ", plural("labs.liver.refuted", upper - n)]
    return html.P(told, className="sentence wide", **metric("hys_law"))


def _signs(rule: str) -> str:
    return rule.replace(">=", "≥").replace(" x ", " × ")


def _scatter(answer: Answer, found: dict[str, Any]) -> html.Div:
    title = html.H3(text(f"labs.liver.scatter.{found['name']}"), className="list-title")
    if not found["points"]:
        words = empty(text("labs.liver.none.baseline"))
        return html.Div([title, words], **metric("liver_peaks"))
    counts = [
        html.Li(
            [
                html.Span(text(f"labs.quadrant.{key(q)}")),
                " ",
                count(f"{n}/{found['n']}", who, of=text(f"labs.quadrant.{key(q)}")),
            ]
        )
        for q, n, who in found["quadrants"]
    ]
    return html.Div(
        [
            title,
            graph(
                f"labs-liver-{found['name']}",
                liver_figure(
                    found,
                    x_line=answer["x_line"],
                    y_line=answer["y_line"],
                    prefix=answer["prefix"],
                ),
                alt=_alt(answer, found),
                file_name=f"{answer['study_id']}-{answer['cut_date']}-liver-{found['name']}",
                height=HEIGHT,
                metrics=("liver_peaks",),
            ),
            html.Ul(counts, className="quadrants"),
        ],
        **metric("liver_peaks"),
    )


def _alt(answer: Answer, found: dict[str, Any]) -> str:
    counts = listed(f"{text(f'labs.quadrant.{key(q)}')} {n}" for q, n, _ in found["quadrants"])
    return text(
        f"labs.liver.alt.{found['name']}",
        n=found["n"],
        x=f"{answer['x_line']:g}",
        y=f"{answer['y_line']:g}",
        counts=counts,
    )


def _notes(answer: Answer) -> list[str]:
    words = [text("labs.liver.key", x=f"{answer['x_line']:g}", y=f"{answer['y_line']:g}")]
    n = answer["scatters"][0]["n"]
    if len(answer["scatters"][0]["points"]) > n_said(answer):
        words.append(text("labs.liver.many"))
    if answer["metastases_known"]:
        words.append(text("labs.liver.hollow", x=answer["metastases"], n=n))
    else:
        words.append(text("labs.liver.metastases.unknown"))
    words.append(text("labs.liver.baseline"))
    if answer["without"]:
        words.append(
            text(
                "labs.liver.without",
                reasons=listed(f"{w['n']}: {w['reason']}" for w in answer["without"]),
            )
        )
    return words


def n_said(answer: Answer) -> int:
    """Points that say whose they are."""
    return sum(bool(p[0]) for p in answer["scatters"][0]["points"])


def _without(answer: Answer) -> list[Any]:
    if not answer["without"]:
        return []
    reasons = listed(f"{w['n']}: {w['reason']}" for w in answer["without"])
    return [html.P(text("labs.liver.without", reasons=reasons), className="figure-note")]


def _candidates(answer: Answer) -> list[Any]:
    if not answer["candidates"]:
        return []
    points = {p[1]: p for p in answer["scatters"][0]["points"]}
    heads = [
        text("labs.patient"),
        text("labs.liver.status"),
        text("labs.liver.alt_peak"),
        text("labs.liver.bili_peak"),
        text("labs.liver.days_between"),
        text("labs.liver.alp"),
        text("labs.liver.metastases.head"),
    ]
    head = [heads[0], ask(heads[1], "hys_law"), *heads[2:]]
    body = []
    for c in answer["candidates"]:
        point = points[c["usubjid"]]
        facts = (
            text(f"labs.liver.status.{_status(c['status'])}"),
            _times(point[2]),
            _times(point[3]),
            "–" if c["days"] is None else str(c["days"]),
            "–" if c["alp"] is None else _times(c["alp"]),
            _flag(c["metastases"]),
        )
        body.append(
            html.Tr(
                [
                    lead(answer, c["usubjid"], c["key"]),
                    *(cell(h, f) for h, f in zip(heads[1:], facts, strict=True)),
                ],
                **{"data-patients": c["key"]},
            )
        )
    title = text("labs.liver.list")
    return [
        html.Div(
            [
                html.H3(title, className="list-title"),
                table(title, head, body, extra="stacking"),
            ],
            **metric("hys_law", "liver_peaks"),
        )
    ]


def _status(status: str) -> str:
    return {"candidate": "candidate", "not a candidate": "refuted"}.get(status, "unknown")


def _times(value: float) -> str:
    return text("labs.times", value=amount(value))


def _flag(value: object) -> str:
    if value is None:
        return text("number.ns")
    return text("word.yes" if value else "word.no")


def _courses(answer: Answer) -> list[Any]:
    courses = answer["courses"]
    if not courses:
        return []
    named = [
        {**c, "series": [{**s, "label": label(s["label"])} for s in c["series"]]} for c in courses
    ]
    figure = course_figure(
        named, x_line=answer["x_line"], y_line=answer["y_line"], prefix=answer["prefix"]
    )
    made: list[Any] = [
        graph(
            "labs-liver-courses",
            figure,
            alt=text("labs.liver.course.alt", patients=plural("number.patients", len(courses))),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-liver-courses",
            height=figure["layout"]["height"],
            metrics=("liver_peaks", "hys_law"),
        )
    ]
    more = len(answer["candidates"]) - len(courses)
    if more:
        made.append(
            html.P(
                plural("labs.liver.course.more", more), className="figure-note", **metric("hys_law")
            )
        )
    return made


HEADER = ("patient", "axis", "x", "y", "quadrant", "status", "days_between", "alp", "metastases")


def rows(answer: Answer) -> Rows:
    """Every point of both scatters."""
    status = {c["usubjid"]: c for c in answer["candidates"]}
    body: list[tuple[Any, ...]] = []
    for found in answer["scatters"]:
        for p in found["points"]:
            own = status.get(p[1]) if found["name"] == "limit" else None
            body.append(
                (
                    p[1] or text("labs.liver.unnamed"),
                    text(f"labs.liver.scatter.{found['name']}"),
                    p[2],
                    p[3],
                    p[4],
                    own["status"] if own else "",
                    own["days"] if own and own["days"] is not None else "",
                    own["alp"] if own and own["alp"] is not None else "",
                    "" if p[5] is None else _flag(p[5]),
                )
            )
    return tuple(text(f"labs.csv.{k}") for k in HEADER), body
