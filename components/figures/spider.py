"""Spider: percent change of target lesions over time, one line per patient from baseline 0.

Conventions as in osprey g_spiderplot. Colour and marker say the best overall response; beyond
`TOGETHER` lines each response has its own panel, so that lines stay apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from components.figures.waterfall import signed
from components.numbers import DAYS_PER_MONTH
from dashboard.metrics.response import BEST_ORDER
from dashboard.text import text

Line = Mapping[str, Any]

TOGETHER = 80
PLOT, PANEL, PANEL_GAP = 360, 168, 44
LEGEND, BOTTOM = 56, 44
SYMBOLS = {
    "CR": "circle",
    "PR": "triangle-up",
    "SD": "diamond",
    "NON-CR/NON-PD": "diamond-open",
    "PD": "square",
    "NE": "circle-open",
    "MISSING": "square-open",
}


def spider_figure(
    lines: Sequence[Line], *, window_days: int | None, origin: str, prefix: str = ""
) -> dict[str, Any]:
    """Figure of the lines. Raises ValueError without one. `height` is in its layout.

    `prefix` starts the id of every patient: names of highlighted patients go without it.
    """
    if not lines:
        raise ValueError("no patient with a line")
    terms = [t for t in BEST_ORDER if any(line["term"] == t for line in lines)]
    apart = len(lines) > TOGETHER
    cells = _cells(terms) if apart else dict.fromkeys(terms, ("x", "y"))
    data: list[dict[str, Any]] = []
    span = max(line["day"][-1] for line in lines) / DAYS_PER_MONTH
    for term in terms:
        own = [line for line in lines if line["term"] == term]
        data += [
            {**trace, "xaxis": cells[term][0], "yaxis": cells[term][1]}
            for trace in (
                _lines(own, term, faint=apart),
                _progressions(own, size=6 if apart else 9),
                _ongoing(own, span, size=6 if apart else 9),
            )
            if trace["x"]
        ]
    _one_legend_entry_each(data)
    reach = (span, max(max(line["percent"]) for line in lines))
    layout = (
        _panels(lines, terms, reach, origin)
        if apart
        else _together(lines, reach, origin, window_days)
    )
    layout["meta"] = {"names": "ends", "prefix": prefix, "select": "lasso"}
    return {"data": data, "layout": layout}


def month(day: float) -> float:
    return round(day / DAYS_PER_MONTH, 2)


def _lines(own: Sequence[Line], term: str, *, faint: bool) -> dict[str, Any]:
    """One trace for all lines of a response; a gap between patients."""
    x: list[float | None] = []
    y: list[float | None] = []
    data: list[list[Any] | None] = []
    for line in own:
        x += [0, *(month(d) for d in line["day"]), None]
        y += [0, *(round(p, 1) for p in line["percent"]), None]
        data += [[line["key"], line["usubjid"], *words] for words in _visits(line)] + [None]
    label = text("response.row", label=text(f"response.short.{term}"), n=len(own))
    colour = theme.RESPONSE[term].light
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label,
        "x": x[:-1],
        "y": y[:-1],
        "line": {"width": 1 if faint else 1.6, "color": colour},
        "opacity": 0.35 if faint else 0.9,
        "marker": {"size": 3 if faint else 6, "symbol": SYMBOLS[term], "color": colour},
        "customdata": data[:-1],
        "hovertemplate": text("response.spider.hover"),
        "showlegend": not faint,
    }


def _visits(line: Line) -> list[tuple[str, str]]:
    best = text("response.hover.best", term=text(f"response.term.{line['term']}"))
    visits = [(0, 0.0), *zip(line["day"], line["percent"], strict=True)]
    return [
        (text("response.spider.hover.visit", change=signed(p, 1), day=d), best)
        if d
        else (text("response.spider.hover.baseline"), best)
        for d, p in visits
    ]


def _progressions(own: Sequence[Line], *, size: int) -> dict[str, Any]:
    marked = [line for line in own if line["pd_day"] is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("response.spider.pd"),
        "x": [month(line["pd_day"]) for line in marked],
        "y": [_height_at_pd(line) for line in marked],
        "marker": {
            "symbol": "x-thin",
            "size": size,
            "line": {"width": size / 5, "color": theme.colour("ink")},
        },
        "customdata": [
            [
                line["key"],
                line["usubjid"],
                text("response.spider.hover.pd", day=line["pd_day"]),
                ""
                if line["pd_percent"] is not None
                else text("response.spider.hover.pd.unmeasured"),
            ]
            for line in marked
        ],
        "hovertemplate": text("response.spider.hover"),
    }


def _height_at_pd(line: Line) -> float:
    """The change measured on the day of PD, else the last one before it: the words say which."""
    if line["pd_percent"] is not None:
        return round(float(line["pd_percent"]), 1)
    before = [p for d, p in zip(line["day"], line["percent"], strict=True) if d <= line["pd_day"]]
    return round(float(before[-1]), 1) if before else 0.0


def _ongoing(own: Sequence[Line], span: float, *, size: int) -> dict[str, Any]:
    """An arrow just beyond the last visit of a patient still on treatment."""
    marked = [line for line in own if line["ongoing"]]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("response.spider.ongoing"),
        "x": [round(month(line["day"][-1]) + 0.014 * span, 2) for line in marked],
        "y": [round(line["percent"][-1], 1) for line in marked],
        "marker": {"symbol": "triangle-right", "size": size, "color": theme.colour("ink")},
        "customdata": [
            [line["key"], line["usubjid"], text("response.sign.ongoing"), ""] for line in marked
        ],
        "hovertemplate": text("response.spider.hover"),
    }


def _one_legend_entry_each(data: list[dict[str, Any]]) -> None:
    """Signs stand once in the legend, after the responses."""
    seen: set[str] = set()
    for trace in data:
        name = trace["name"]
        if trace["mode"] == "markers":
            trace["showlegend"] = name not in seen
            trace["legendrank"] = 2000
        seen.add(name)


def _y(top: float, **more: Any) -> dict[str, Any]:
    high = max(40.0, top * 1.06)
    step = 20 if high <= 110 else 50
    return theme.axis(
        range=[-108, round(high, 1)], dtick=step, ticksuffix="%", showline=False, **more
    )


def _together(
    lines: Sequence[Line], reach: tuple[float, float], origin: str, window_days: int | None
) -> dict[str, Any]:
    span, top = reach
    shapes = [
        _level(0, "edge", None),
        _level(20, "muted", "4px,4px"),
        _level(-30, "muted", "4px,4px"),
    ]
    notes = [_note(y) for y in (20, -30)]
    if window_days is not None and window_days / DAYS_PER_MONTH < span * 1.04:
        shapes.append(_window(window_days))
        notes.append(_window_note(window_days))
    return theme.layout(
        height=PLOT + LEGEND + BOTTOM,
        margin={"l": 60, "r": 44, "t": LEGEND, "b": BOTTOM},
        xaxis=theme.axis(
            text("response.spider.x", origin=origin),
            range=[0, round(span * 1.04, 2)],
            showgrid=False,
            nticks=10,
        ),
        yaxis={**_y(top), "title": theme.axis(text("response.spider.y"))["title"]},
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend=theme.legend_above(entrywidth=96),
    )


def _level(
    y: float, colour: str, dash: str | None, cell: tuple[str, str] = ("x", "y")
) -> dict[str, Any]:
    line: dict[str, Any] = {"width": 1, "color": theme.colour(colour)}
    if dash:
        line["dash"] = dash
    return {
        "type": "line",
        "xref": f"{cell[0]} domain",
        "yref": cell[1],
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": line,
    }


def _note(y: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1,
        "y": y,
        "text": text("response.spider.reference", value=signed(y)),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 4,
        "font": {"size": 12, "color": theme.colour("muted")},
    }


def _window(days: int) -> dict[str, Any]:
    x = month(days)
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"width": 1, "dash": "2px,3px", "color": theme.colour("edge")},
    }


def _window_note(days: int) -> dict[str, Any]:
    return {
        "x": month(days),
        "yref": "paper",
        "y": 1,
        "text": text("response.spider.window", days=days),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 4,
        "font": {"size": 12, "color": theme.colour("muted")},
    }


def _cells(terms: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Axes of each response's panel."""
    names = ["" if i == 0 else str(i + 1) for i in range(len(terms))]
    return {t: (f"x{k}", f"y{k}") for t, k in zip(terms, names, strict=True)}


def _panels(
    lines: Sequence[Line], terms: Sequence[str], reach: tuple[float, float], origin: str
) -> dict[str, Any]:
    """Panels in two columns with the same axes, best response first."""
    span, top = reach
    deep = -(-len(terms) // 2)
    inner = deep * PANEL + (deep - 1) * PANEL_GAP
    head = LEGEND + 20
    axes: dict[str, Any] = {}
    shapes, notes = [], []
    for i, (term, cell) in enumerate(_cells(terms).items()):
        low = 1 - (i // 2 * (PANEL + PANEL_GAP) + PANEL) / inner
        domain = [round(max(0.0, low), 4), round(low + PANEL / inner, 4)]
        side = [0, 0.48] if i % 2 == 0 else [0.52, 1]
        last = i >= len(terms) - 2
        axes[cell[0].replace("x", "xaxis")] = theme.axis(
            text("response.spider.x", origin=origin) if last else None,
            domain=side,
            anchor=cell[1],
            range=[0, round(span * 1.04, 2)],
            showgrid=False,
            nticks=7,
        )
        axes[cell[1].replace("y", "yaxis")] = _y(
            top, domain=domain, anchor=cell[0], showticklabels=i % 2 == 0
        )
        shapes += [
            _level(0, "edge", None, cell),
            _level(20, "muted", "4px,4px", cell),
            _level(-30, "muted", "4px,4px", cell),
        ]
        notes.append(_panel_title(term, sum(x["term"] == term for x in lines), side, domain))
    return theme.layout(
        height=inner + head + BOTTOM,
        margin={"l": 52, "r": 12, "t": head, "b": BOTTOM},
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend=theme.legend_above(entrywidth=96),
        **axes,
    )


def _panel_title(term: str, n: int, side: list[float], domain: list[float]) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": side[0],
        "y": domain[1],
        "text": text("response.spider.panel", term=text(f"response.short.{term}"), n=n),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": 13, "color": theme.colour("ink")},
    }
