"""The marks of a swimmer plot: bars, response phases, arrows, events and reasons of some lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from components import theme
from components.biomarkers.link import marker_name
from components.swimmer.words import DAYS_PER_MONTH, lane_hover, marker_hover, segment_hover
from dashboard.metrics.lane_phases import Segment
from dashboard.metrics.lanes import Lane
from dashboard.text import text

#: within a lane, in lanes from its middle: the bar, and the response phase below it
BAR = (-0.25, 0.46)
MIDDLE = BAR[0] + BAR[1] / 2
PHASE = {"PR": (0.29, 0.12), "CR": (0.27, 0.19)}
SYMBOLS: Mapping[str, tuple[str, int]] = {
    "PR": ("triangle-up", 10),
    "CR": ("circle", 9),
    "PD": ("square", 8),
    "NEW_THERAPY": ("diamond", 9),
    "DEATH": ("x", 9),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A lane where it is drawn: y counts lanes and headings from the top."""

    y: int
    lane: Lane
    patient: Mapping[str, Any]
    label: str
    last: int  # last day anything is drawn


def colour_group(answer: Mapping[str, Any], patient: Mapping[str, Any]) -> str:
    """What colours the bar of a patient: the backbone group, or the third of a biomarker."""
    return str(patient[answer["coloured_by"]])


def colour_groups(answer: Mapping[str, Any]) -> dict[str, str]:
    """Groups that have a colour, with their names; "" is a patient without one."""
    if answer["coloured_by"] == "backbone":
        names = {b["id"]: b["label"] for b in answer["backbones"]}
        return {**names, "": text("swimmer.key.ungrouped" if names else "swimmer.key.treatment")}
    label = marker_name(answer["marker"]["chosen"])
    return {
        **{t: text(f"biomarkers.link.third.{t}", label=label) for t in ("0", "1", "2")},
        "": text("biomarkers.link.third.none", label=label),
    }


def bar_colour(answer: Mapping[str, Any], group: str) -> str:
    """Colour of a backbone group by its place in study.toml, or of a third."""
    if answer["coloured_by"] == "third":
        return theme.RISES[int(group)].light if group else theme.UNGROUPED.light
    ids = [b["id"] for b in answer["backbones"]]
    if not ids:
        return theme.colour("accent")
    return theme.backbone_colour(ids.index(group)) if group in ids else theme.UNGROUPED.light


def month(days: float) -> float:
    return round(days / DAYS_PER_MONTH, 2)


def marks(answer: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Every trace but the reasons, in drawing order."""
    return [
        *_followed(rows),
        *_bars(answer, rows),
        *_phases(rows),
        *_arrows(answer, rows),
        *_markers(answer, rows),
    ]


def _followed(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A thin line from the end of treatment to the last day the patient was known alive."""
    x: list[float | None] = []
    y: list[float | None] = []
    who: list[list[str]] = []
    for row in rows:
        start = row.lane.end if row.lane.end is not None else row.lane.start or 0
        if row.lane.origin is not None and row.last > start:
            x += [month(start), month(row.last), None]
            y += [row.y + MIDDLE, row.y + MIDDLE, None]
            who += [[row.patient["key"]]] * 3
    if not x:
        return []
    line = {"color": theme.colour("edge"), "width": 1}
    name = text("swimmer.key.followed")
    return [
        _scatter(name, x, y, mode="lines", line=line, hoverinfo="skip", customdata=who),
    ]


def _bars(answer: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Treatment, one trace per group of one colour; doublets hatched."""
    traces = []
    for group, name in colour_groups(answer).items():
        mine = [
            r for r in rows if colour_group(answer, r.patient) == group and r.lane.days is not None
        ]
        if not mine:
            continue
        shapes = ["/" if r.patient["doublet"] else "" for r in mine]
        bars = _bar(
            name,
            mine,
            [(r.lane.start or 0, r.lane.days or 0) for r in mine],
            BAR,
            [lane_hover(answer, r.lane, r.patient) for r in mine],
        )
        bars["marker"] = {"color": bar_colour(answer, group), "line": {"width": 0}}
        if any(shapes):
            bars["marker"]["pattern"] = {
                "shape": shapes,
                "fgcolor": theme.colour("surface"),
                "fillmode": "overlay",
                "size": 5,
                "solidity": 0.25,
            }
        traces.append(bars)
    return traces


def _bar(
    name: str,
    rows: Sequence[Row],
    spans: Sequence[tuple[int, int]],
    place: tuple[float, float],
    hover: Sequence[str],
) -> dict[str, Any]:
    """Horizontal bars of (first day, number of days)."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [r.y for r in rows],
        "base": [month(first) for first, _ in spans],
        "x": [max(month(n), 0.03) for _, n in spans],
        "offset": place[0],
        "width": place[1],
        "customdata": [[r.patient["key"]] for r in rows],
        "hovertext": list(hover),
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _phases(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Response phases below the bar: CR thicker than PR, hollow where not confirmed."""
    traces = []
    for term, place in PHASE.items():
        for confirmed in (True, False):
            found = [
                (r, s)
                for r in rows
                for s in r.lane.segments
                if (s.term, s.confirmed) == (term, confirmed)
            ]
            if found:
                traces.append(_phase(term, found, place, confirmed=confirmed))
    return traces


def _phase(
    term: str,
    found: Sequence[tuple[Row, Segment]],
    place: tuple[float, float],
    *,
    confirmed: bool,
) -> dict[str, Any]:
    colour = theme.RESPONSE[term].light
    bars = _bar(
        text(f"swimmer.key.segment.{term}"),
        [r for r, _ in found],
        [(s.first, s.last - s.first + 1) for _, s in found],
        place,
        [segment_hover(r.lane, r.patient, s) for r, s in found],
    )
    fill = colour if confirmed else theme.colour("surface")
    bars["marker"] = {"color": fill, "line": {"width": 0 if confirmed else 1, "color": colour}}
    bars["showlegend"] = confirmed
    return bars


def _arrows(answer: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """An arrow head at the end of the bar of every patient on treatment, and of nobody else."""
    mine = [r for r in rows if r.lane.ongoing and r.lane.end is not None]
    if not mine:
        return []
    marker = {
        "symbol": "triangle-right",
        "size": 13,
        "color": [bar_colour(answer, colour_group(answer, r.patient)) for r in mine],
        "line": {"width": 0},
    }
    return [
        _scatter(
            text("swimmer.key.ongoing"),
            [month((r.lane.end or 0) + 1) for r in mine],
            [round(r.y + MIDDLE, 2) for r in mine],
            mode="markers",
            marker=marker,
            cliponaxis=False,
            customdata=[[r.patient["key"]] for r in mine],
            hovertext=[lane_hover(answer, r.lane, r.patient) for r in mine],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    ]


def _markers(answer: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One trace per event, in ink with a halo so that it stands off every bar."""
    traces = []
    for event, (symbol, size) in SYMBOLS.items():
        for hollow in (False, True):
            mine = [
                (r, m)
                for r in rows
                for m in r.lane.markers
                if m.event == event and (m.confirmed is False) == hollow
            ]
            if not mine:
                continue
            ink, surface = theme.colour("ink"), theme.colour("surface")
            traces.append(
                _scatter(
                    text(f"swimmer.key.{event}"),
                    [month(m.day) for _, m in mine],
                    [round(r.y + MIDDLE, 2) for r, _ in mine],
                    mode="markers",
                    marker={
                        "symbol": symbol,
                        "size": size,
                        "color": surface if hollow else ink,
                        "line": {
                            "width": 1.5 if hollow else 1,
                            "color": ink if hollow else surface,
                        },
                    },
                    cliponaxis=False,
                    customdata=[[r.patient["key"]] for r, _ in mine],
                    hovertext=[marker_hover(answer, r.lane, r.patient, m) for r, m in mine],
                    hovertemplate="%{hovertext}<extra></extra>",
                    showlegend=not hollow,
                )
            )
    return traces


def reasons(rows: Sequence[Row], edge: float) -> dict[str, Any]:
    """Why treatment ended, in a column right of the lanes. It also carries the upper time axis."""
    return _scatter(
        "",
        [edge] * len(rows),
        [round(r.y + MIDDLE, 2) for r in rows],
        mode="text",
        text=[f"  {escape(r.label)}" if r.label else "" for r in rows],
        textposition="middle right",
        textfont={"size": 11, "color": theme.colour("muted")},
        hoverinfo="skip",
        customdata=[[r.patient["key"]] for r in rows],
        xaxis="x2",
        cliponaxis=False,
        showlegend=False,
    )


def _scatter(name: str, x: Sequence[Any], y: Sequence[Any], **more: Any) -> dict[str, Any]:
    return {"type": "scatter", "name": name, "x": list(x), "y": list(y), **more}
