"""The lanes as a card: summary, key in words, controls, pages of lanes, what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import theme
from components.attributes import attrs
from components.biomarkers.link import marker_menu, marker_name
from components.card import card, empty
from components.figures.swimmer import height, needs_note, swimmer_figure
from components.figures.swimmer_marks import bar_colour, colour_group, colour_groups
from components.graph import graph
from components.metric import metric
from components.overview.parts import Rows, footer, patients, tools
from components.swimmer.pager import pager
from components.swimmer.view import Paged, paged
from components.swimmer.words import Answer, group_label, sort_words, time_words
from dashboard.metrics.lane_phases import Marker
from dashboard.metrics.lanes import NOT_STATED, Lane
from dashboard.text import text

NAME = "swimmer-lanes"
METRICS = ("treatment_time", "response_phase", "event_day", "bor", "marker_link")


def draw(answer: Answer, choice: object = None) -> html.Section:
    """`choice` is what the card holds: {"sort", "group", "page"}."""
    page = paged(answer, choice)
    drawn = any(lane["origin"] is not None for lane in answer["lanes"])
    body: list[Any]
    if not answer["lanes"]:
        body = [empty(text("card.empty.filter" if answer["filtered"] else "swimmer.empty"))]
    elif not drawn:
        body = [empty(text("swimmer.none.drawn"))]
    else:
        body = _body(answer, page)
    shown = bool(answer["lanes"]) and drawn
    return card(
        NAME,
        text("swimmer.title"),
        body,
        n=f"{answer['set_label']}, {text('card.n', n=answer['n'])}",
        tools=replace(
            tools(NAME, answer, picture=shown),
            footer=f"{_picture_words(answer)}\n{footer(answer, NAME)}",
        ),
    )


def _picture_words(answer: Answer) -> str:
    """What the key of a downloaded picture cannot show: hatching, hollow marks, the dashed line."""
    words = "; ".join(text(f"swimmer.key.{k}") for k in ("doublet", "hollow"))
    if answer["window_days"] is None:
        return text("swimmer.picture.none", words=words)
    return text("swimmer.picture", words=words, window=text("swimmer.key.window").lower())


def _body(answer: Answer, page: Paged) -> list[Any]:
    """Controls stand outside the parts that a choice draws anew, so that they keep their reader."""
    keys = " ".join(p["key"] for p in answer["patients"])
    turning = pager("lanes", page.first, page.last, page.n, page.page, keys=keys)
    return [
        html.P(
            _summary(answer),
            className="sentence",
            **metric("on_treatment_in_view", "treatment_time"),
        ),
        html.Div(
            [_controls(answer, page), *marker_menu(answer), turning],
            className="lane-bar",
            **metric("n"),
        ),
        _key(answer),
        html.Div(figure(answer, page), id={"kind": "lane-figure", "card": "lanes"}),
    ]


def figure(answer: Answer, page: Paged) -> list[Any]:
    """The lanes of one page and what to know about them: what a choice on the card changes."""
    alt = text(
        "swimmer.alt",
        shown=page.shown,
        n=patients(page.n),
        sort=face(answer, page),
        origin=_origin(answer),
    )
    return [
        graph(
            "swimmer-lanes-figure",
            swimmer_figure(answer, page),
            alt=alt,
            file_name=_file_name(answer, page),
            height=height(page, note=needs_note(answer, page)),
            metrics=METRICS,
        ),
        html.P(" ".join(_notes(answer)), className="lane-notes", **metric("event_day")),
    ]


def _file_name(answer: Answer, page: Paged) -> str:
    stem = f"{answer['study_id']}-{answer['cut_date']}-swimmer"
    return stem if page.pages == 1 else f"{stem}-{page.first}-to-{page.last}"


def _origin(answer: Answer) -> str:
    return text(f"origin.{answer['origin']}")


def _summary(answer: Answer) -> str:
    """How many are on treatment, and how long treatment lasted so far."""
    lanes = answer["lanes"]
    days = [x["days"] for x in lanes if x["days"] is not None]
    span = ""
    if days:
        span = text(
            "swimmer.summary.span" if len(days) > 1 else "swimmer.summary.span.one",
            longest=time_words(max(days)),
            shortest=time_words(min(days)),
        )
    if not answer["end_known"] or not answer["doses_known"]:
        return text("swimmer.summary.unknown", n=patients(len(lanes)))
    on = sum(x["ongoing"] for x in lanes)
    return text("swimmer.summary", on=on, n=patients(len(lanes)), span=span)


def face(answer: Answer, page: Paged) -> str:
    if page.group == "none":
        return text("swimmer.controls.face", sort=sort_words(page.sort))
    into = answer["backbone_label"] if page.group == "backbone" else ""
    return text(
        "swimmer.controls.face.grouped",
        sort=sort_words(page.sort),
        group=into or text(f"swimmer.into.{page.group}"),
    )


def _controls(answer: Answer, page: Paged) -> html.Details:
    groups = {
        g: text(f"swimmer.group.{g}", label=answer["backbone_label"] or "")
        for g in answer["groups"]
    }
    words: list[Any] = [
        text("swimmer.controls"),
        " ",
        html.Span(face(answer, page), id={"kind": "lane-face", "card": "lanes"}),
    ]
    # the face changes with the choice, so it is its own name
    return html.Details(
        [
            html.Summary(html.Span(words, className="menu-label"), className="menu-button"),
            html.Div(
                [
                    _choice(
                        "sort", {s: text(f"swimmer.sort.{s}") for s in answer["sorts"]}, page.sort
                    ),
                    _choice("group", groups, page.group),
                ],
                className="menu-panel",
            ),
        ],
        className="menu picker lane-controls",
        **attrs(data_menu="true"),
    )


def _choice(name: str, options: dict[str, str], value: str) -> html.Fieldset:
    return html.Fieldset(
        [
            html.Legend(text(f"swimmer.{name}")),
            dbc.RadioItems(
                id={"kind": "lane-choice", "name": name},
                options=[{"value": v, "label": words} for v, words in options.items()],
                value=value,
            ),
        ]
    )


def _key(answer: Answer) -> html.Ul:
    """What the marks mean, in words beside each mark; only marks this view holds."""
    lanes = answer["lanes"]
    pairs = zip(answer["patients"], lanes, strict=True)
    present = {colour_group(answer, p) for p, x in pairs if x["days"]}
    items = [
        _key_bar(answer, group, words)
        for group, words in colour_groups(answer).items()
        if group in present
    ]
    if any(p["doublet"] for p in answer["patients"]):
        items.append(_key_item("bar hatched", text("swimmer.key.doublet")))
    if any(x["ongoing"] for x in lanes):
        items.append(_key_item("arrow", text("swimmer.key.ongoing")))
    items.append(_key_item("followed", text("swimmer.key.followed")))
    segments = {s["term"] for x in lanes for s in x["segments"]}
    items += [
        _key_item(f"phase phase-{t.lower()}", text(f"swimmer.key.segment.{t}"))
        for t in ("CR", "PR")
        if t in segments
    ]
    events = {m["event"] for x in lanes for m in x["markers"]}
    items += [
        _key_item(f"mark mark-{e.lower().replace('_', '-')}", text(f"swimmer.key.{e}"))
        for e in ("CR", "PR", "PD", "NEW_THERAPY", "DEATH")
        if e in events
    ]
    if any(m["confirmed"] is False for x in lanes for m in x["markers"]):
        items.append(_key_item("mark hollow", text("swimmer.key.hollow")))
    if answer["window_days"] is not None:
        items.append(_key_item("window", text("swimmer.key.window")))
    return html.Ul(items, className="lane-key", **attrs(aria_label=text("swimmer.key")))


def _key_bar(answer: Answer, group: str, words: str) -> html.Li:
    light = bar_colour(answer, group)
    dark = theme.palette_for_browser().get(light, light)
    return _key_item("bar", words, {"--tone": light, "--tone-dark": dark})


def _key_item(shape: str, words: str, style: dict[str, str] | None = None) -> html.Li:
    swatch = html.Span(className=f"swatch {shape}", style=style or {}, **attrs(aria_hidden="true"))
    return html.Li([swatch, html.Span(words)])


def _marker_words(answer: Answer) -> list[str]:
    if answer["coloured_by"] == "backbone":
        return []
    label = marker_name(answer["marker"]["chosen"])
    return [text("biomarkers.link.swimmer", label=label)]


def _notes(answer: Answer) -> list[str]:
    """What the reader should know: the window line, and what the export lacks."""
    origin = _origin(answer)
    if answer["window_days"] is None:
        words = [text("swimmer.window.none")]
    else:
        words = [text("swimmer.window.words", days=answer["window_days"], origin=origin)]
    return words + _marker_words(answer) + _missing(answer)


def _missing(answer: Answer) -> list[str]:
    origin = _origin(answer)
    lacks = [
        ("responses", not answer["responses_known"]),
        ("assessments", answer["responses_known"] and not answer["assessed"]),
        ("doses", not answer["doses_known"]),
        ("end", answer["doses_known"] and not answer["end_known"]),
        ("reason", answer["end_known"] and not answer["reason_known"]),
        ("new_therapy", not answer["new_therapy_known"]),
        ("deaths", not answer["deaths_known"]),
    ]
    words = [text(f"swimmer.missing.{k}", origin=origin) for k, lacking in lacks if lacking]
    undrawn = sum(lane["origin"] is None for lane in answer["lanes"])
    if undrawn:
        words.append(text("swimmer.missing.undrawn", n=patients(undrawn)))
    return words


def rows(answer: Answer) -> Rows:
    """Every lane that is plotted, longest treatment first, in days from the origin."""
    header = tuple(text("swimmer.csv").split(","))
    order = [i for g in answer["layouts"][answer["sorts"][0]]["none"] for i in g["rows"]]
    return header, [_row(answer, i) for i in order]


def _row(answer: Answer, i: int) -> tuple[Any, ...]:
    lane, patient = Lane.from_json(answer["lanes"][i]), answer["patients"][i]
    group = patient["backbone"] and group_label(answer, "backbone", patient["backbone"])
    partial, complete = _marker(lane, "PR"), _marker(lane, "CR")
    phases = "; ".join(
        f"{s.term} {s.first} to {s.last}{'' if s.confirmed else ' unconfirmed'}"
        for s in lane.segments
    )
    return (
        lane.usubjid,
        group,
        patient["drug"],
        patient["site"],
        lane.prior,
        text(f"swimmer.state.{lane.state}"),
        lane.origin,
        lane.start_date,
        lane.start,
        lane.end,
        lane.days,
        None if lane.state == NOT_STATED else _yes(lane.ongoing),
        lane.best if answer["responses_known"] else None,
        _yes(lane.best_confirmed) if answer["responses_known"] else None,
        partial.day if partial else None,
        _yes(partial.confirmed) if partial else None,
        complete.day if complete else None,
        _yes(complete.confirmed) if complete else None,
        phases,
        lane.response_days,
        _yes(lane.response_over),
        lane.day_of("PD"),
        lane.day_of("NEW_THERAPY"),
        lane.day_of("DEATH"),
        lane.followed,
        patient["reason"],
        patient["study_reason"],
    )


def _marker(lane: Lane, event: str) -> Marker | None:
    return next((m for m in lane.markers if m.event == event), None)


def _yes(value: object) -> str | None:
    return None if value is None else text("word.yes" if value else "word.no")
