"""Swimmer plot: a lane per patient on one axis of time, pages of lanes, names and prior lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from components import theme
from components.figures.swimmer_marks import Row, marks, month, reasons
from components.swimmer.view import Paged
from components.swimmer.words import DAYS_PER_MONTH, end_label, heading
from dashboard.metrics.lanes import Lane
from dashboard.text import text

#: px of one lane, whatever their number; a heading takes one too
LANE = 18
TOP, BOTTOM = 56, 48
#: px of the sentence below grouped lanes
NOTE = 40
#: a picture that leaves the page carries its key: entries side by side, px of a line of them
KEY_COLUMNS, KEY_LINE = 3, 19
#: narrower than this, a figure has no room for labels at the ends of lanes
NARROW = 620
#: px of one character of a reason, and of the column of reasons at most
CHARACTER, REASONS = 6.2, 220
#: names of the notes above the lanes that a narrow figure leaves out
REASON_HEAD, WINDOW_HEAD = "reasons", "window"
#: one tick every so many months; the first that needs few is taken
STEPS = (1, 2, 3, 6, 12, 24, 60)
MAX_TICKS = 14


@dataclass(frozen=True, slots=True)
class Heading:
    y: int
    words: str


def placed(answer: Mapping[str, Any], page: Paged) -> tuple[list[Row], list[Heading]]:
    """Lanes and headings of one page, top to bottom."""
    rows: list[Row] = []
    headings: list[Heading] = []
    y = 0
    for section in page.sections:
        if page.group != "none":
            words = heading(answer, page.group, section.key, section.n, more=section.more)
            headings.append(Heading(y, words))
            y += 1
        for i in section.rows:
            lane, patient = answer["lanes"][i], answer["patients"][i]
            rows.append(
                Row(y, Lane.from_json(lane), patient, end_label(lane, patient), last_day(lane))
            )
            y += 1
    return rows, headings


def height(page: Paged, *, note: bool = False) -> int:
    """px of a page of lanes: every lane is equally high. `note`: a sentence stands below."""
    return TOP + BOTTOM + LANE * page.slots + (NOTE if note else 0)


def needs_note(answer: Mapping[str, Any], page: Paged) -> bool:
    """Groups of backbones that nobody was randomised to carry that in the figure itself."""
    return page.group == "backbone" and not answer["randomised"]


def swimmer_figure(answer: Mapping[str, Any], page: Paged) -> dict[str, Any]:
    """The lanes of one page. The time axis spans all lanes of the view, so pages compare."""
    rows, headings = placed(answer, page)
    data = marks(answer, rows)
    span = _span(answer)
    layout = _layout(answer, rows, headings, span, reasons_at=len(data))
    entries = sum(trace.get("showlegend", True) for trace in data)
    layout["meta"]["legend"] = KEY_LINE * -(-entries // KEY_COLUMNS) + 16
    layout["height"] = height(page, note=needs_note(answer, page))
    if needs_note(answer, page):
        layout["margin"]["b"] += NOTE
        words = text("swimmer.not_randomised")
        layout["annotations"].append(
            _note(words, x=1, y=0, xanchor="right", yanchor="top", yshift=-BOTTOM, align="right")
        )
    return {"data": [*data, reasons(rows, span)], "layout": layout}


def last_day(lane: Mapping[str, Any]) -> int:
    """The last day anything is drawn on a lane (as JSON)."""
    known = [lane["followed"], lane["end"], *(m["day"] for m in lane["markers"])]
    return max((d for d in known if d is not None), default=0)


def _span(answer: Mapping[str, Any]) -> float:
    """Months the axis spans: the same on every page of a view."""
    window = (answer["window_days"] or 0) / DAYS_PER_MONTH
    longest = max([window, 1.0, *(last_day(x) / DAYS_PER_MONTH for x in answer["lanes"])])
    return round(longest * 1.03, 2)


def _margin(answer: Mapping[str, Any]) -> int:
    """px for the column of reasons: as wide as its longest, none where no reason is known."""
    pairs = zip(answer["lanes"], answer["patients"], strict=True)
    longest = max((len(end_label(lane, patient)) for lane, patient in pairs), default=0)
    return min(max(16, round(longest * CHARACTER) + 24), REASONS) if longest else 16


def _layout(
    answer: Mapping[str, Any],
    rows: Sequence[Row],
    headings: Sequence[Heading],
    span: float,
    *,
    reasons_at: int,
) -> dict[str, Any]:
    slots = len(rows) + len(headings)
    right = _margin(answer)
    step = next((s for s in STEPS if span / s <= MAX_TICKS), STEPS[-1])
    few = next((s for s in STEPS if span / s <= MAX_TICKS / 2), STEPS[-1])
    months: dict[str, Any] = {"dtick": step, "tick0": 0, "range": [0, span], "rangemode": "tozero"}
    lower = theme.axis(text("swimmer.x", origin=text(f"origin.{answer['origin']}")), **months)
    upper = theme.axis(**months, side="top", overlaying="x", showgrid=False, matches="x")
    return theme.layout(
        barmode="overlay",
        bargap=0,
        margin={"l": 24, "r": right, "t": TOP, "b": BOTTOM},
        xaxis=lower,
        xaxis2=upper,
        yaxis=_patients(answer, rows, slots),
        shapes=_window_line(answer),
        annotations=[
            _column_head(answer),
            *_window_words(answer),
            *_reason_head(right),
            *(_heading(h) for h in headings),
        ],
        meta={
            "lanes": {r.patient["key"]: r.y for r in rows},
            "narrow": {
                "below": NARROW,
                "traces": [reasons_at],
                "annotations": [REASON_HEAD, WINDOW_HEAD],
                "layout": {
                    "margin": {"r": 16},
                    "xaxis": {"dtick": few},
                    "xaxis2": {"dtick": few},
                },
            },
        },
    )


def _patients(answer: Mapping[str, Any], rows: Sequence[Row], slots: int) -> dict[str, Any]:
    """Names of patients, and their prior lines in a column beside them."""
    column = answer["prior_column"] is not None
    return theme.axis(
        range=[slots - 0.5, -0.5],
        tickmode="array",
        tickvals=[r.y for r in rows],
        ticktext=[_name(r, column=column) for r in rows],
        ticks="",
        showline=True,
        tickfont={"color": theme.colour("ink"), "size": 11},
    )


def _name(row: Row, *, column: bool) -> str:
    name = escape(row.patient["id"])
    if not column:
        return f"{name} "
    return f"{name}   <b>{escape(row.lane.prior or '–')}</b> "


def _column_head(answer: Mapping[str, Any]) -> dict[str, Any]:
    words = text("swimmer.column.patient")
    if answer["prior_column"] is not None:
        words += f"<br>{text('swimmer.column.' + answer['prior_column'])}"
    return _note(words, x=0, y=1, xanchor="right", yanchor="bottom", xshift=-6, align="right")


def _reason_head(right: int) -> list[dict[str, Any]]:
    if right <= 16:
        return []
    words = text("swimmer.column.reason")
    note = _note(words, x=1, y=1, xanchor="left", yanchor="bottom", xshift=6, align="left")
    return [{**note, "name": REASON_HEAD}]


def _heading(at: Heading) -> dict[str, Any]:
    return {
        "text": f"<b>{escape(at.words)}</b>",
        "xref": "paper",
        "x": 0,
        "y": at.y,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 4,
        "showarrow": False,
        "bgcolor": theme.colour("surface"),
        "font": {"size": 12, "color": theme.colour("ink")},
    }


def _window_line(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    if answer["window_days"] is None:
        return []
    return [
        {
            "type": "line",
            "x0": month(answer["window_days"]),
            "x1": month(answer["window_days"]),
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 1.5, "dash": "4px,4px", "color": theme.colour("muted")},
        }
    ]


def _window_words(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    days = answer["window_days"]
    if days is None:
        return []
    note = _note(
        text("swimmer.window", days=days), x=month(days), y=1, xanchor="center", yanchor="bottom"
    )
    return [{**note, "xref": "x", "yshift": 24, "name": WINDOW_HEAD}]


def _note(words: str, *, x: float, y: float, **more: Any) -> dict[str, Any]:
    return {
        "text": words,
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour("muted")},
        **more,
    }
