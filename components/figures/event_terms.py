"""Commonest events: a bar stacked by worst grade, ended by a dot; x/n at the right (BMJ 2022).

Grades are stacked from the worst outwards, so the bar of grade 3 or higher ends where its own mark
stands, and the bar of all grades where the dot stands. Positions of rows are px from the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components import theme
from components.figures.rows import text_width
from dashboard.text import text

#: px of a row, of a row's published frequency under it, of the axis on top and its title, margins
ROW, UNDER, HEAD, BOTTOM, BAR = 30, 12, 60, 8, 12
#: characters of a label on a laptop and of each of its two lines on a phone
WIDE, NARROW = 44, 19
#: px below which labels take two lines
BELOW = 560
#: px of a column of counts at the least: its head needs them
COLUMN = 50
#: a patient's worst grade, worst first; then those of whose events none has a grade
STACK = ("5", "4", "3", "2", "1", "missing")


@dataclass(frozen=True, slots=True)
class Share:
    """x of n with its interval, as fractions 0..1; `who` are keys with a space between."""

    x: int
    n: int
    estimate: float
    lower: float
    upper: float
    words: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A frequency from elsewhere under the row it belongs to."""

    lower: float | None
    estimate: float
    upper: float | None
    words: str


@dataclass(frozen=True, slots=True)
class TermMark:
    """One row. `by_grade`: key of STACK -> (patients, their keys); `high` None: no grades."""

    label: str
    any: Share
    high: Share | None
    by_grade: Mapping[str, tuple[int, str]]
    published: Sequence[Published] = field(default=())


def terms_figure(
    rows: Sequence[TermMark], *, severity: bool, intervals: bool, x_title: str
) -> dict[str, Any]:
    """The figure as a plain dict; its height is in its layout. Raises ValueError without a row."""
    if not rows:
        raise ValueError("a figure of events needs a row")
    places, depth = _places(rows)
    high = any(r.high is not None for r in rows)
    top = _end(rows, intervals=intervals)
    left = 20 + max(text_width(_short(r.label)) for r in rows)
    column = _column(rows)
    right = 12 + column * (1 + high)
    narrow = {
        "below": BELOW,
        "layout": {
            "margin": {"l": 16 + 6 * NARROW},
            "xaxis": _ticks(top, 3),
            "yaxis": {"ticktext": [_lines(r.label) for r in rows]},
        },
    }
    data = _bars(rows, places, severity=severity)
    data += _published(rows, places)
    if high:
        data.append(_marks(rows, places, of="high", severity=severity, intervals=intervals))
    data.append(_marks(rows, places, of="any", severity=severity, intervals=intervals))
    return {
        "data": data,
        "layout": theme.layout(
            height=HEAD + round(depth) + BOTTOM,
            margin={"l": left, "r": right, "t": HEAD, "b": BOTTOM},
            barmode="overlay",
            xaxis=theme.axis(
                x_title,
                range=[0, top],
                side="top",
                tickmode="array",
                **_ticks(top, 6),
                automargin=False,
                showline=False,
                tickangle=0,
            ),
            yaxis=theme.axis(
                range=[depth, 0],
                tickmode="array",
                tickvals=places,
                ticktext=[_safe(_short(r.label)) for r in rows],
                ticks="",
                ticklabelstandoff=8,
                showgrid=False,
                showline=False,
                automargin=False,
                tickfont={"size": 12, "color": theme.colour("ink")},
            ),
            annotations=_counts(rows, places, column, severity=severity, high=high),
            meta={"narrow": narrow},
        ),
    }


def _places(rows: Sequence[TermMark]) -> tuple[list[float], float]:
    """Middle of each row in px from the top, and the depth of all."""
    places, depth = [], 0.0
    for row in rows:
        places.append(depth + ROW / 2)
        depth += ROW + UNDER * len(row.published)
    return places, depth


def _end(rows: Sequence[TermMark], *, intervals: bool) -> float:
    """Where the axis ends: the next ten percent, at least 20."""
    ends = [r.any.upper if intervals else r.any.estimate for r in rows]
    ends += [p.upper if p.upper is not None else p.estimate for r in rows for p in r.published]
    whole = 100 * max(ends)
    # just short of a tick: its label would run into the heads of the counts
    return float(min(102, max(20, 10 * (int(whole // 10) + 1)) - 1))


def _ticks(top: float, most: int) -> dict[str, Any]:
    """Ticks at round percentages, no more than `most`."""
    step = next(s for s in (5, 10, 20, 25, 50, 100) if top / s < most)
    values = list(range(0, int(top) + 1, step))
    return {"tickvals": values, "ticktext": [f"{v}%" for v in values]}


def _bars(
    rows: Sequence[TermMark], places: Sequence[float], *, severity: bool
) -> list[dict[str, Any]]:
    """One trace per grade, each bar from where the worse grades end."""
    start = [0.0] * len(rows)
    found = []
    for key in STACK:
        own = [(i, *r.by_grade[key]) for i, r in enumerate(rows) if r.by_grade[key][0]]
        if not own:
            continue
        name = grade_name(key, severity=severity)
        lengths = [100 * x / rows[i].any.n for i, x, _ in own]
        found.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": [round(v, 2) for v in lengths],
                "y": [places[i] for i, *_ in own],
                "base": [round(start[i], 2) for i, *_ in own],
                "width": BAR,
                "marker": _paint(key),
                "customdata": [
                    [keys, f"{_safe(rows[i].label)}: {x}/{rows[i].any.n}"] for i, x, keys in own
                ],
                "hovertemplate": text("events.terms.hover.grade", grade=name),
            }
        )
        for (i, *_), length in zip(own, lengths, strict=True):
            start[i] += length
    return found


def _paint(key: str) -> dict[str, Any]:
    """Colour of a grade; one that is not stated is hatched: colour does not say it alone."""
    line = {"width": 0}
    if key == "missing":
        tone = theme.UNGROUPED.light
        return {
            "color": theme.colour("sunken"),
            "line": {"width": 1, "color": tone},
            "pattern": {"shape": "/", "fgcolor": tone, "size": 5, "solidity": 0.3},
        }
    return {"color": theme.GRADE[int(key) - 1].light, "line": line}


def any_name(*, severity: bool) -> str:
    """All grades, or any severity."""
    return text(f"events.terms.any.{'severity' if severity else 'grade'}")


def high_name(*, severity: bool) -> str:
    """Grade 3 or higher, or severe: severity is never called a grade."""
    return text(f"events.high.{'severity' if severity else 'grade'}")


def grade_name(key: str, *, severity: bool) -> str:
    """Grade 3, severe, or grade not stated."""
    return text(f"events.grade.{'severity' if severity else 'grade'}.{key}")


def _marks(
    rows: Sequence[TermMark], places: Sequence[float], *, of: str, severity: bool, intervals: bool
) -> dict[str, Any]:
    """A dot at the end of all grades, a diamond at the end of grade 3 or higher."""
    pairs = [(getattr(r, of), y, r) for r, y in zip(rows, places, strict=True)]
    # at zero a mark would lie on the label, and the count says it
    own = [p for p in pairs if p[0] is not None and (p[0].x or of == "any")]
    low, high = [], []
    for share, *_ in own:
        low.append(round(100 * (share.estimate - share.lower), 2))
        high.append(round(100 * (share.upper - share.estimate), 2))
    colour = theme.colour("ink")
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": any_name(severity=severity) if of == "any" else high_name(severity=severity),
        "x": [round(100 * s.estimate, 2) for s, *_ in own],
        "y": [y for _, y, _ in own],
        "cliponaxis": False,
        "marker": {
            "symbol": "circle" if of == "any" else "diamond",
            "size": 9,
            "color": theme.colour("surface") if of == "high" else colour,
            "line": {"width": 1.5, "color": colour},
        },
        "customdata": [[s.who, f"{_safe(r.label)}: {s.words}"] for s, _, r in own],
        "hovertemplate": text("events.terms.hover.mark"),
    }
    if intervals:
        trace["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": high,
            "arrayminus": low,
            "thickness": 1.5 if of == "any" else 1,
            "width": 3 if of == "any" else 0,
            "color": theme.colour("muted"),
        }
    return trace


def _published(rows: Sequence[TermMark], places: Sequence[float]) -> list[dict[str, Any]]:
    """Frequencies from elsewhere: an open tick with its interval, thin, under the row."""
    own = [
        (p, y + ROW / 2 + UNDER * (k + 0.5) - 4)
        for r, y in zip(rows, places, strict=True)
        for k, p in enumerate(r.published)
    ]
    if not own:
        return []
    low = [0 if p.lower is None else round(100 * (p.estimate - p.lower), 2) for p, _ in own]
    high = [0 if p.upper is None else round(100 * (p.upper - p.estimate), 2) for p, _ in own]
    colour = theme.colour("edge")
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": text("events.aesi.external"),
            "x": [round(100 * p.estimate, 2) for p, _ in own],
            "y": [y for _, y in own],
            "cliponaxis": False,
            "marker": {
                "symbol": "line-ns-open",
                "size": 8,
                "color": colour,
                "line": {"width": 2, "color": colour},
            },
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": high,
                "arrayminus": low,
                "thickness": 1,
                "width": 0,
                "color": colour,
            },
            "customdata": [["", _safe(p.words)] for p, _ in own],
            "hovertemplate": text("events.terms.hover.mark"),
        }
    ]


def _column(rows: Sequence[TermMark]) -> int:
    """px of a column of counts: x/n of a large trial is long."""
    return max(COLUMN, 16 + max(text_width(f"{r.any.x}/{r.any.n}") for r in rows))


def _counts(
    rows: Sequence[TermMark], places: Sequence[float], column: int, *, severity: bool, high: bool
) -> list[dict[str, Any]]:
    """x/n in columns right of the scale, each opening its patients; a head above each column."""
    out = []
    columns = [("any", 8)] + ([("high", 8 + column)] if high else [])
    for of, shift in columns:
        key = "severity" if severity else "grade"
        out.append(
            {
                **_words(text(f"events.terms.head.{of}.{key}"), shift),
                "yref": "paper",
                "y": 1,
                "yshift": 12,
                "font": {"size": 11, "color": theme.colour("muted")},
            }
        )
        for row, y in zip(rows, places, strict=True):
            share: Share | None = getattr(row, of)
            if share is not None:
                out.append(
                    {**_words(f"{share.x}/{share.n}", shift), "y": y, **_opens(share, row.label)}
                )
    return out


def _words(words: str, shift: int) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1,
        "xshift": shift,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "borderpad": 0,
        "font": {"size": 12, "color": theme.colour("ink")},
    }


def _opens(share: Share, label: str) -> dict[str, Any]:
    """A note that can be pressed; its `name` holds the keys for thread.js."""
    n = len(share.who.split())
    if not n:
        return {"hovertext": share.words}
    key = "thread.count.one" if n == 1 else "thread.count"
    return {
        "name": share.who,
        "captureevents": True,
        "hovertext": text(key, words=_safe(f"{label} {share.words}"), n=n),
    }


def _safe(label: str) -> str:
    """A label of the export as text: plotly would read its angle brackets as markup."""
    return label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _short(label: str, most: int = WIDE) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def _lines(label: str) -> str:
    """A label in two lines for a phone."""
    lines = [""]
    for word in label.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= NARROW or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    shown = [_safe(_short(line, NARROW)) for line in lines[:2]]
    if len(lines) > 2:
        shown[1] = f"{shown[1][: NARROW - 1]}…"
    return "<br>".join(shown)
