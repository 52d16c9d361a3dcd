"""Waterfall: best percent change per patient, worst to best, over rows that say what a colour says.

Conventions as in osprey g_waterfall. Bars are coloured by best overall response and each patient is
marked again in the row of that response below, so that nothing rests on colour or on room for text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import numbers, theme
from components.figures.rows import Row, RowStack, bar_width, stack_height, stacked
from dashboard.metrics.response import BEST_ORDER
from dashboard.text import text

Bar = Mapping[str, Any]

LIMIT = 100.0
PLOT = 300  # px of the bars alone
TOP, BOTTOM, GAP = 8, 36, 14
#: with no more patients than this a bar has room for its own words, also on a phone
ROOMY = 16
#: among more bars than this a sign at a tip cannot be told from its neighbour's
NARROW = 100
#: a bar of less percent would be thinner than a line
THIN = 1.0
#: slots drawn at least, so that few patients do not become walls
SLOTS = 8
#: values of clipped bars above the bars: all of these, or the first few of more
LISTED, FIRST = 5, 3
LOWEST, HIGHEST = -108.0, 118.0


def waterfall_figure(
    bars: Sequence[Bar], strip: Sequence[Mapping[str, Any]] = (), *, prefix: str = ""
) -> dict[str, Any]:
    """Figure of sorted bars. Raises ValueError without one. `height` is in its layout.

    `prefix` starts the id of every patient: names of highlighted patients go without it.
    """
    if not bars:
        raise ValueError("no patient with a bar")
    rows = stacked(_rows(bars), strip, len(bars))
    height = TOP + PLOT + GAP + stack_height(rows) + BOTTOM
    inner = height - TOP - BOTTOM
    split = stack_height(rows) / inner
    data = [_trace(bars, term) for term in BEST_ORDER if any(b["term"] == term for b in bars)]
    data += [*_signs(bars), *rows.traces(bars)]
    layout = _layout(bars, rows, height, split)
    layout["meta"] = {"names": "tips", "prefix": prefix, "select": "select"}
    return {"data": data, "layout": layout}


def clipped(value: float) -> float:
    return round(max(-LIMIT, min(LIMIT, value)), 2)


def beyond(bars: Sequence[Bar]) -> list[str]:
    """The values of all clipped bars in words, where the figure names only the first."""
    found = [f"{signed(b['percent'])}%" for b in bars if abs(b["percent"]) > LIMIT]
    return found if len(found) > LISTED and len(bars) > ROOMY else []


def signed(value: float, digits: int = 0) -> str:
    """+131 or −45: the sign always there, a true minus."""
    shown = numbers.fixed(abs(value), digits)
    zero = float(shown) == 0
    return shown if zero else f"{'+' if value > 0 else '−'}{shown}"


def _trace(bars: Sequence[Bar], term: str) -> dict[str, Any]:
    own = [(i, b) for i, b in enumerate(bars) if b["term"] == term]
    return {
        "type": "bar",
        "name": text(f"response.term.{term}"),
        "x": [i for i, _ in own],
        "y": [clipped(b["percent"]) for _, b in own],
        # stated: a trace of few bars would make each as wide as the gaps between them
        "width": bar_width(len(bars)),
        "marker": {
            "color": theme.RESPONSE[term].light,
            "line": {"width": 0},
            "pattern": {
                "shape": ["/" if b["unconfirmed"] else "" for _, b in own],
                "fillmode": "overlay",
                "fgcolor": theme.colour("surface"),
                "size": 6,
                "solidity": 0.35,
            },
        },
        "customdata": [[b["key"], b["usubjid"], *hover_words(b)] for _, b in own],
        "hovertemplate": text("response.waterfall.hover"),
    }


def hover_words(bar: Bar) -> tuple[str, str, str]:
    """Change, response and signs of one patient in words."""
    change = text(
        "response.waterfall.hover.change",
        change=signed(bar["percent"], 1),
        day=bar["day"],
        base=f"{bar['baseline']:g}",
        total=f"{bar['total']:g}",
    )
    response = text("response.hover.best", term=text(f"response.term.{bar['term']}"))
    if bar["unconfirmed"]:
        key = "response.hover.waiting" if bar["waiting"] else "response.hover.unconfirmed"
        response += f"; {text(key, term=bar['best'])}"
    signs = [text(f"response.sign.{s}") for s in ("new_lesion", "ongoing") if bar[s]]
    return change, response, "; ".join(signs) or text("response.sign.none")


def _rows(bars: Sequence[Bar]) -> list[Row]:
    """One row per response present, then one per sign, each with how many bars it marks."""
    rows = []
    for term in BEST_ORDER:
        own = [i for i, b in enumerate(bars) if b["term"] == term]
        if own:
            label = text("response.row", label=text(f"response.short.{term}"), n=len(own))
            rows.append(Row(label, own, theme.RESPONSE[term].light))
    for sign in ("unconfirmed", "new_lesion", "ongoing"):
        own = [i for i, b in enumerate(bars) if b[sign]]
        if own:
            label = text("response.row", label=text(f"response.row.{sign}"), n=len(own))
            rows.append(Row(label, own, theme.colour("muted")))
    return rows


def _signs(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Words at the tips where there is room, `*` for a new lesion as long as it can be told."""
    if len(bars) > NARROW:
        return []
    roomy = len(bars) <= ROOMY
    words = [_tip(b, roomy=roomy) for b in bars]
    found = [(i, b, w) for (i, b), w in zip(enumerate(bars), words, strict=True) if w]
    if not found:
        return []
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [i for i, _, _ in found],
            "y": [
                round(clipped(b["percent"]) + (3 if b["percent"] >= 0 else -3), 2)
                for _, b, _ in found
            ],
            "text": [w for _, _, w in found],
            "textposition": [
                "top center" if b["percent"] >= 0 else "bottom center" for _, b, _ in found
            ],
            "textfont": {"size": 12 if roomy else 15, "color": theme.colour("ink")},
            "hoverinfo": "skip",
            "cliponaxis": False,
            "customdata": [[b["key"]] for _, b, _ in found],
        }
    ]


def _tip(bar: Bar, *, roomy: bool) -> str:
    star = "*" if bar["new_lesion"] else ""
    if not roomy:
        return star
    parts = [text(f"response.short.{bar['term']}")]
    if abs(bar["percent"]) > LIMIT:
        parts.insert(0, f"{signed(bar['percent'])}%")
    return " ".join([*parts, *([star] if star else [])])


def _layout(bars: Sequence[Bar], rows: RowStack, height: int, split: float) -> dict[str, Any]:
    inner = height - TOP - BOTTOM
    slots = max(len(bars), SLOTS)
    key = "response.waterfall.x.one" if len(bars) == 1 else "response.waterfall.x"
    x = theme.axis(
        text(key, n=len(bars)),
        range=[-0.6, slots - 0.4],
        showgrid=False,
        showticklabels=False,
        ticks="",
        showline=False,
        anchor="y2",
        automargin=False,
    )
    y = theme.axis(
        text("response.waterfall.y"),
        range=[LOWEST, HIGHEST],
        domain=[round(split + GAP / inner, 4), 1],
        dtick=20,
        ticksuffix="%",
        showline=False,
        automargin=False,
    )
    return theme.layout(
        height=height,
        margin={"l": rows.margin, "r": 8, "t": TOP, "b": BOTTOM},
        barmode="overlay",
        xaxis=x,
        yaxis=y,
        yaxis2={**rows.axis(), "domain": [0, round(split, 4)]},
        shapes=[_zero(), _reference(20), _reference(-30), *_breaks(bars), *_thin(bars)],
        annotations=[*_references(), *_values(bars), *rows.headings()],
    )


def _zero() -> dict[str, Any]:
    return _line(0, {"width": 1, "color": theme.colour("edge")})


def _reference(value: float) -> dict[str, Any]:
    return _line(value, {"width": 1, "dash": "4px,4px", "color": theme.colour("muted")})


def _line(y: float, line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _references() -> list[dict[str, Any]]:
    """Each line's words stand where bars cannot: +20 at the right, −30 at the left."""
    places = ((20, 1, "right", "bottom"), (-30, 0, "left", "top"))
    return [
        {
            "xref": "paper",
            "x": x,
            "y": y,
            "text": text("response.waterfall.reference", value=signed(y)),
            "showarrow": False,
            "xanchor": side,
            "yanchor": above,
            "font": {"size": 12, "color": theme.colour("muted")},
        }
        for y, x, side, above in places
    ]


def _values(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """The values of clipped bars, in their order, above the first of them (below the last)."""
    if len(bars) <= ROOMY:
        return []  # they stand at the tips
    over = [b for b in bars if b["percent"] > LIMIT]
    under = [b for b in bars if b["percent"] < -LIMIT]
    found = []
    for own, x, y, side, above in (
        (over, -0.5, LIMIT, "left", "bottom"),
        (under, len(bars) - 0.5, -LIMIT, "right", "top"),
    ):
        if own:
            found.append(
                {
                    "x": x,
                    "y": y,
                    "text": _clip_words([signed(b["percent"]) for b in own]),
                    "showarrow": False,
                    "xanchor": side,
                    "yanchor": above,
                    "font": {"size": 12, "color": theme.colour("ink")},
                }
            )
    return found


def _clip_words(values: Sequence[str]) -> str:
    """+200, +128%: short enough for a phone; the card lists what is left out."""
    if len(values) <= LISTED:
        return f"{', '.join(values)}%"
    shown = f"{', '.join(values[:FIRST])}%"
    return text("response.waterfall.more", values=shown, n=len(values) - FIRST)


def _breaks(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """A slanted gap through every bar that goes on beyond the axis."""
    return [
        {
            "type": "path",
            "path": (
                f"M {i - 0.5},{y} L {i + 0.5},{y + 5} L {i + 0.5},{y + 9} L {i - 0.5},{y + 4} Z"
            ),
            "fillcolor": theme.colour("surface"),
            "line": {"width": 0},
        }
        for i, b in enumerate(bars)
        if abs(b["percent"]) > LIMIT
        for y in [82 if b["percent"] > 0 else -91]
    ]


def _thin(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """A change of (nearly) zero is drawn, as a line in the colour of its response."""
    return [
        {
            "type": "line",
            "name": b["key"],  # it goes with its bar
            "x0": i - 0.42,
            "x1": i + 0.42,
            "y0": round(b["percent"], 2),
            "y1": round(b["percent"], 2),
            "line": {"width": 2, "color": theme.RESPONSE[b["term"]].light},
        }
        for i, b in enumerate(bars)
        if abs(b["percent"]) < THIN
    ]
