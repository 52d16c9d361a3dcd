"""One laboratory parameter by planned visit: a line per patient, median and quartiles over them.

n stands under the axis at every visit; where there is no room, at every second or third.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from components import theme
from components.labs.parts import amount, unit
from dashboard.text import text

Visit = Mapping[str, Any]
PLOT, TOP, BOTTOM, FLAT = 292, 44, 104, 56
#: more names than this stand upright
UPRIGHT = 8
#: px of the plot on a laptop and on a phone, and px that an n and a name take
WIDE, NARROW, ROOM = 880, 270, 19
_SHORT = (
    (r"^end of (study )?treatment\b.*", "End"),
    (r"\bcycle\s*(\d+)", r"C\1"),
    (r"\bweek\s*(\d+)", r"W\1"),
    (r"\bday\s*(\d+)", r"D\1"),
)
_LONGEST = 12
#: visits a patient may miss before the line ends and begins anew
BREAK = 3


def lab_figure(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Figure of the chosen parameter. Raises ValueError without a planned visit."""
    visits = answer["change"]["visits"]
    if not visits:
        raise ValueError("no planned visit")
    place = {v["visit"]: i for i, v in enumerate(visits)}
    lines = answer["lines"]
    data = [_lines(lines["lines"], place, answer), *_beyond(lines["lines"], place, answer)]
    data += _summary(visits, answer)
    return {"data": [t for t in data if t["x"]], "layout": _layout(answer, visits)}


def short(words: str) -> str:
    """Cycle 12 day 8 is C12 D8."""
    told = words
    for pattern, by in _SHORT:
        told = re.sub(pattern, by, told, flags=re.IGNORECASE)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1].rstrip()}…"


def _lines(
    lines: Sequence[Mapping[str, Any]], place: Mapping[str, int], answer: Mapping[str, Any]
) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    data: list[list[Any] | None] = []
    for line in lines:
        before: int | None = None
        for visit, value, day in zip(line["visit"], line["value"], line["day"], strict=True):
            if before is not None and place[visit] - before > BREAK:
                x.append(None)
                y.append(None)
                data.append(None)
            before = place[visit]
            x.append(before)
            y.append(round(value, 4))
            data.append([line["key"], line["usubjid"], _hover(answer, visit, value, day)])
        x.append(None)
        y.append(None)
        data.append(None)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("labs.parameter.line"),
        "x": x[:-1],
        "y": y[:-1],
        "line": {"width": 1, "color": theme.colour("muted")},
        "marker": {"size": 3, "color": theme.colour("muted")},
        "opacity": 0.32,
        "customdata": data[:-1],
        "hovertemplate": text("labs.hover"),
    }


def _hover(answer: Mapping[str, Any], visit: str, value: float, day: int) -> str:
    told = f"{amount(value)} {unit(answer['lines']['unit'])}".strip()
    words = answer["visit_words"].get(visit, visit)
    return text("labs.parameter.hover", value=told, day=day, visit=words)


def _beyond(
    lines: Sequence[Mapping[str, Any]], place: Mapping[str, int], answer: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Values outside the limits of normal that came with them: a triangle that says which."""
    out = []
    for side, symbol in (("high", "triangle-up"), ("low", "triangle-down")):
        hits = [
            (line, visit, value, day)
            for line in lines
            for visit, value, day, s in zip(
                line["visit"], line["value"], line["day"], line["side"], strict=True
            )
            if s == side
        ]
        out.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": text(f"labs.beyond.{side}"),
                "x": [place[visit] for _, visit, _, _ in hits],
                "y": [round(value, 4) for _, _, value, _ in hits],
                "marker": {"symbol": symbol, "size": 5, "color": theme.colour("danger")},
                "opacity": 0.5,
                "customdata": [
                    [line["key"], line["usubjid"], _hover(answer, visit, value, day)]
                    for line, visit, value, day in hits
                ],
                "hovertemplate": text("labs.hover"),
            }
        )
    return out


def _summary(visits: Sequence[Visit], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Median with quartiles, from as many values as may be summarised."""
    small = answer["min_group"]
    enough = [(i, v) for i, v in enumerate(visits) if v["value"]["n"] >= small]
    rows: list[tuple[Any, ...]] = []
    for k, (i, v) in enumerate(enough):
        if k and i - enough[k - 1][0] > BREAK:
            rows.append((None, None, None, None, ""))
        value = v["value"]
        median = value["median"]
        spread = (round(value["q3"] - median, 4), round(median - value["q1"], 4))
        rows.append((i, round(median, 4), *spread, _summary_words(v, answer)))
    x, y, up, down, words = (list(c) for c in zip(*rows, strict=True)) if rows else ([],) * 5
    ink = theme.colour("ink")
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": text("labs.parameter.median"),
            "x": x,
            "y": y,
            "line": {"width": 2.4, "color": ink},
            "marker": {"size": 7, "color": ink},
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": up,
                "arrayminus": down,
                "width": 4,
                "thickness": 1.6,
                "color": ink,
            },
            "hovertext": words,
            "hovertemplate": "%{hovertext}<extra></extra>",
            "meta": "curve",
        }
    ]


def _summary_words(visit: Visit, answer: Mapping[str, Any]) -> str:
    value = visit["value"]
    return text(
        "labs.parameter.hover.summary",
        visit=answer["visit_words"].get(visit["visit"], visit["visit"]),
        n=value["n"],
        median=amount(value["median"]),
        q1=amount(value["q1"]),
        q3=amount(value["q3"]),
    )


def _layout(answer: Mapping[str, Any], visits: Sequence[Visit]) -> dict[str, Any]:
    lines = answer["lines"]
    wide, narrow = step(len(visits), WIDE), step(len(visits), NARROW)
    ticks = thinned(len(visits), wide)
    few = [ticks[i] for i in thinned(len(ticks), -(-narrow // wide))]
    shapes, notes = _range(lines)
    for i in ticks:
        note = _n(i, visits[i]["value"]["n"])
        notes.append(note if i in few else {**note, "name": "minor"})
    names = {i: short(answer["visit_words"].get(visits[i]["visit"], "")) for i in ticks}
    return theme.layout(
        height=height(len(visits)),
        margin={"l": 60, "r": 24, "t": TOP, "b": _bottom(len(visits))},
        xaxis=theme.axis(
            range=[-0.6, len(visits) - 0.4],
            tickmode="array",
            tickvals=ticks,
            ticktext=[names[i] for i in ticks],
            tickangle=-90 if len(visits) > UPRIGHT else 0,
            ticklabelstandoff=20,
            showgrid=False,
            automargin=False,
        ),
        yaxis=theme.axis(_y_title(answer), nticks=7),
        shapes=shapes,
        annotations=[*notes, _n_label()],
        showlegend=True,
        legend=theme.legend_above(),
        meta={
            "names": "ends",
            "prefix": answer["prefix"],
            "select": "lasso",
            "narrow": {
                "below": 560,
                "annotations": ["minor"],
                "layout": {"xaxis": {"tickvals": few, "ticktext": [names[i] for i in few]}},
            },
        },
    )


def height(visits: int) -> int:
    """px of the figure: names that stand upright need more room."""
    return PLOT + TOP + _bottom(visits)


def _bottom(visits: int) -> int:
    return BOTTOM if visits > UPRIGHT else FLAT


def thinned(visits: int, every: int) -> list[int]:
    """Every so many visits, the last one always: it is often the end of treatment."""
    kept = [i for i in range(0, visits, every) if i == 0 or visits - 1 - i >= every]
    return [*kept, visits - 1] if visits > 1 else kept


def step(visits: int, width: int) -> int:
    """Every how many visits there is room for an n."""
    return max(1, -(-visits * ROOM // width))


def _y_title(answer: Mapping[str, Any]) -> str:
    told = unit(answer["lines"]["unit"])
    return f"{answer['short']} ({told})" if told else str(answer["short"])


def _n(place: int, n: int) -> dict[str, Any]:
    return {
        "x": place,
        "yref": "paper",
        "y": 0,
        "text": str(n),
        "showarrow": False,
        "xanchor": "center",
        "yanchor": "top",
        "yshift": -5,
        "font": {"size": 11, "color": theme.colour("ink")},
    }


def _n_label() -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 0,
        "yref": "paper",
        "y": 0,
        "text": text("labs.n"),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "top",
        "xshift": -10,
        "yshift": -5,
        "font": {"size": 11, "color": theme.colour("muted")},
    }


def _range(lines: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Limits of normal where all values share them."""
    shapes, notes = [], []
    for name in ("low", "high"):
        value = lines[name]
        if value is None:
            continue
        shapes.append(
            {
                "type": "line",
                "xref": "x domain",
                "x0": 0,
                "x1": 1,
                "y0": value,
                "y1": value,
                "layer": "below",
                "line": {"width": 1, "dash": "4px,4px", "color": theme.colour("edge")},
            }
        )
        notes.append(
            {
                "xref": "x domain",
                "x": 1,
                "y": value,
                "text": text(f"labs.limit.{name}", value=amount(value)),
                "showarrow": False,
                "xanchor": "right",
                "yanchor": "bottom",
                "font": {"size": 12, "color": theme.colour("muted")},
            }
        )
    return shapes, notes
