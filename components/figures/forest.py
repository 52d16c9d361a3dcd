"""Forest: response by group, raw with exact interval, shrunken estimate and published rate beside.

Row labels and numbers stand in margins of fixed width, so that the scale takes what room is left;
on a phone they stand above their interval, which has the whole width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components import theme
from components.figures.rows import text_width
from dashboard.text import text

Kind = Literal["raw", "shrunken", "published"]

RIGHT = 96
ROW, UNDER, HEADING, SECTION = 22, 19, 24, 10  # px
LINE = 16  # px of a line of the sentence on top
#: px of a character of the numbers at 11 px, measured in the browser
_CHARACTER = 6.3
#: characters of a line of the sentence, and of a row's label
SENTENCE, LABEL = 50, 17
AXIS = 36
#: px; narrower than this the rows are stacked, each this much higher, words this far above the mark
STACKED, HIGHER, ABOVE = 640, 1.8, 6


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One estimate as fractions 0..1; estimate None: words alone."""

    label: str
    words: str
    kind: Kind = "raw"
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    colour: str = ""
    hover: str = ""
    who: str = ""  # keys of the x of x/n with a space between


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[ForestRow, ...]


def forest_figure(
    sections: Sequence[Section], *, overall: float | None, sentence: str
) -> dict[str, Any]:
    """Sections from top to bottom; `sentence` is part of the picture. `height` is in its layout."""
    lines = _wrapped(sentence)
    placed, headings, depth = _placed(sections)
    left = _left(placed)
    top = AXIS + LINE * len(lines) + 8
    intervals = _intervals(placed)
    return {
        "data": [*intervals, _numbers(placed)],
        "layout": theme.layout(
            meta={"narrow": _narrow(top + round(HIGHER * depth) + 8, numbers=len(intervals))},
            height=top + round(depth) + 8,
            margin={"l": left, "r": _right(placed), "t": top, "b": 8},
            xaxis=theme.axis(
                range=[-2, 102],
                side="top",
                tickvals=[0, 50, 100],
                ticktext=["0%", "50%", "100%"],
                tickangle=0,
                automargin=False,
                showline=False,
            ),
            yaxis=theme.axis(
                range=[depth, 0],
                tickmode="array",
                tickvals=[y for _, y in placed],
                ticktext=[_label(row) for row, _ in placed],
                ticks="",
                ticklabelstandoff=4,
                showgrid=False,
                showline=False,
                automargin=False,
                tickfont={"size": 12, "color": theme.colour("ink")},
            ),
            shapes=[] if overall is None else [_overall(overall)],
            annotations=[{**note, "xshift": 6 - left} for note in headings]
            + [{**_sentence(lines), "xshift": -left}]
            + [_count(row, y) for row, y in placed if row.who],
        ),
    }


def _narrow(height: int, *, numbers: int) -> dict[str, Any]:
    """How figures.js stacks the rows; `numbers` is the place of the trace of numbers."""
    above = {"yanchor": "bottom", "yshift": ABOVE}
    return {
        "below": STACKED,
        "layout": {
            "height": height,
            "margin": {"l": 8, "r": 20},
            "yaxis": {"showticklabels": False},
        },
        "numbers": numbers,
        "notes": {"xshift": 0},
        "counts": {"xref": "paper", "x": 1, "xshift": 16, "xanchor": "right", "showarrow": False}
        | above,
        "labels": {"xref": "paper", "x": 0, "xanchor": "left", "showarrow": False, **above},
    }


def _placed(
    sections: Sequence[Section],
) -> tuple[list[tuple[ForestRow, float]], list[dict[str, Any]], float]:
    """Rows with their place in px from the top, headings, and the depth of all."""
    placed: list[tuple[ForestRow, float]] = []
    headings = []
    depth = 0.0
    for number, section in enumerate(sections):
        depth += SECTION if number else 0
        if section.title:
            headings.append(_heading(section.title, depth + HEADING / 2))
            depth += HEADING
        for row in section.rows:
            room = ROW if row.kind == "raw" else UNDER
            placed.append((row, round(depth + room / 2, 1)))
            depth += room
    return placed, headings, depth


def _left(placed: Sequence[tuple[ForestRow, float]]) -> int:
    """The margin the longest label needs."""
    return 16 + max((text_width(_short(r.label)) for r, _ in placed), default=0)


def _right(placed: Sequence[tuple[ForestRow, float]]) -> int:
    """The margin the longest numbers need; it is never cut off."""
    return max(RIGHT, 4 + round(_CHARACTER * max((len(r.words) for r, _ in placed), default=0)))


def _label(row: ForestRow) -> str:
    own = _short(row.label)
    return own if row.kind == "raw" else f"<i>{own}</i>"


def _short(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"


def _intervals(placed: Sequence[tuple[ForestRow, float]]) -> list[dict[str, Any]]:
    found = []
    for kind in ("published", "shrunken", "raw"):
        own = [(r, y) for r, y in placed if r.kind == kind and r.estimate is not None]
        if own:
            found.append(_trace(kind, own))
    return found


def _trace(kind: str, own: Sequence[tuple[ForestRow, float]]) -> dict[str, Any]:
    symbol, width = {
        "raw": ("square", 2),
        "shrunken": ("diamond-open", 1.5),
        "published": ("line-ns-open", 5),
    }[kind]
    colours = [r.colour for r, _ in own]
    faint = kind == "published"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(f"response.forest.kind.{kind}"),
        "x": [_percent(r.estimate) for r, _ in own],
        "y": [y for _, y in own],
        "marker": {
            "symbol": symbol,
            "size": 9,
            "color": colours,
            "line": {"width": 2, "color": colours},
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_gap(r.upper, r.estimate) for r, _ in own],
            "arrayminus": [_gap(r.estimate, r.lower) for r, _ in own],
            "thickness": width,
            "width": 0,
            # error bars take one colour: neutral, the mark carries the group's
            "color": theme.colour("line" if faint else "edge"),
        },
        "customdata": [[r.who, r.hover] for r, _ in own],
        "hovertemplate": text("response.forest.hover"),
    }


def _numbers(placed: Sequence[tuple[ForestRow, float]]) -> dict[str, Any]:
    """The numbers of nobody's own in the right margin, beside the end of the scale."""
    placed = [(r, y) for r, y in placed if not r.who]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [102] * len(placed),
        "y": [y for _, y in placed],
        "text": [r.words for r, _ in placed],
        "textposition": "middle right",
        "textfont": {
            "size": 11,
            "color": [theme.colour("ink" if r.kind == "raw" else "muted") for r, _ in placed],
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _count(row: ForestRow, y: float) -> dict[str, Any]:
    """The numbers of a row that stands for patients: a note, which can be pressed; its `name`
    holds their keys for thread.js."""
    n = len(row.who.split())
    return {
        "xref": "paper",
        "x": 1,
        "y": y,
        "text": row.words,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "borderpad": 0,
        "font": {"size": 11, "color": theme.colour("ink")},
        "name": row.who,
        "captureevents": True,
        "hovertext": text("thread.count.one" if n == 1 else "thread.count", words=row.words, n=n),
    }


def _heading(words: str, y: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 0,
        "y": y,
        "text": f"<b>{words}</b>",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "font": {"size": 12, "color": theme.colour("ink")},
    }


def _sentence(lines: Sequence[str]) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1,
        "yshift": AXIS,
        "text": "<br>".join(lines),
        "align": "left",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": 12, "color": theme.colour("warn")},
    }


def _overall(estimate: float) -> dict[str, Any]:
    x = _percent(estimate)
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 1, "dash": "4px,4px", "color": theme.colour("muted")},
    }


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else round(100 * (high - low), 2)


def _wrapped(sentence: str) -> list[str]:
    lines = [""]
    for word in sentence.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= SENTENCE or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
