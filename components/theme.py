"""The one palette: a fixed colour per category in light and dark, and the figure template.

Figures are built in light colours; the browser swaps each one for its dark partner, so a figure is
cached once and a colour means the same in both themes. Every colour of data keeps 3:1 against its
background (WCAG 2.2, 1.4.11) and the backbone colours stay apart under simulated colour blindness
(Machado, Oliveira and Fernandes 2009); tests measure both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tone:
    light: str
    dark: str


#: structure: text, lines and backgrounds. tokens.css holds the same values (a test compares).
STRUCTURE: Mapping[str, Tone] = {
    "paper": Tone("#f6f7f9", "#0e1319"),
    "surface": Tone("#ffffff", "#161d26"),
    "sunken": Tone("#eef1f4", "#1e2732"),
    "ink": Tone("#18212c", "#e7ebf0"),
    "muted": Tone("#55616f", "#9eabba"),
    "line": Tone("#dde2e8", "#2b3542"),
    "edge": Tone("#7f8b99", "#6d7a89"),
    "accent": Tone("#0b6277", "#63bfd3"),
    "accent-soft": Tone("#e2eff2", "#173540"),
    "danger": Tone("#a3301c", "#f0917c"),
    "danger-soft": Tone("#fbeae6", "#3b1f1a"),
    "warn": Tone("#7d5600", "#e2b75c"),
    "warn-soft": Tone("#f9f0dc", "#33290f"),
}

#: best overall response, best to worst; words and shapes go with it, never colour alone
RESPONSE: Mapping[str, Tone] = {
    "CR": Tone("#0f4a9e", "#5f93e6"),
    "PR": Tone("#3f83c4", "#8fc0f0"),
    "SD": Tone("#8b8161", "#c9bd93"),
    "NON-CR/NON-PD": Tone("#a08a3f", "#e0cd85"),
    "PD": Tone("#b3411f", "#ee8560"),
    "NE": Tone("#7b8794", "#9aa6b3"),
    "MISSING": Tone("#5f6873", "#78848f"),
}

#: CTCAE grade 1 to 5 (or mild, moderate, severe): one ordered scale
GRADE: tuple[Tone, ...] = (
    Tone("#b38a50", "#8a7759"),
    Tone("#a86a2c", "#af8959"),
    Tone("#984b16", "#d59964"),
    Tone("#7d2d0b", "#f2ac81"),
    Tone("#551a10", "#ffc4a9"),
)

#: chemotherapy backbones, in the order study.toml lists its groups
BACKBONE: tuple[Tone, ...] = (
    Tone("#124391", "#4072c5"),
    Tone("#b35713", "#d5753a"),
    Tone("#5d9d6b", "#a1e4ae"),
    Tone("#5a3c57", "#896885"),
    Tone("#3566b8", "#6397ee"),
    Tone("#a778b2", "#efbcfa"),
    Tone("#8e2d00", "#b04c26"),
    Tone("#845b6e", "#c99cb0"),
)
#: a patient without a backbone group
UNGROUPED = Tone("#7b8794", "#9aa6b3")

#: change on a two-sided scale, weak to strong; where a mark stands says the direction as well
FALLS: tuple[Tone, ...] = (
    Tone("#8478b8", "#7f75b3"),
    Tone("#5d4a9e", "#a89edd"),
    Tone("#352272", "#d6cefd"),
)
RISES: tuple[Tone, ...] = (
    Tone("#b9772e", "#a6763d"),
    Tone("#94550f", "#cf9b57"),
    Tone("#5f3300", "#f5cd94"),
)

#: px on paper of a figure that stands beside another (`layout.meta.paper`, figures.js)
PAIR_ON_PAPER = 304
FONT = "'Inter', 'Segoe UI', system-ui, sans-serif"


def colour(name: str) -> str:
    """The light value of a structural colour: what figures are built with."""
    return STRUCTURE[name].light


def backbone_colour(position: int) -> str:
    """Colour of the group at `position` in study.toml; further groups repeat with a pattern."""
    return BACKBONE[position % len(BACKBONE)].light


def palette_for_browser() -> dict[str, str]:
    """Light colour -> dark colour, for every colour a figure may hold."""
    tones = [*STRUCTURE.values(), *RESPONSE.values(), *GRADE, *BACKBONE, UNGROUPED, *FALLS, *RISES]
    return {t.light: t.dark for t in tones}


def axis(title: str | None = None, **more: Any) -> dict[str, Any]:
    """An axis in the house style: light grid, no box, title in words with its unit."""
    base: dict[str, Any] = {
        "gridcolor": colour("line"),
        "linecolor": colour("edge"),
        "tickcolor": colour("edge"),
        "zeroline": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": colour("muted"), "size": 12},
    }
    if title:
        base["title"] = {
            "text": title,
            "font": {"color": colour("muted"), "size": 12},
            "standoff": 8,
        }
    return {**base, **more}


def layout(**more: Any) -> dict[str, Any]:
    """The layout every figure starts from. Titles stand on the card, legends beside the marks."""
    base: dict[str, Any] = {
        "font": {"family": FONT, "size": 13, "color": colour("ink")},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 48, "r": 16, "t": 8, "b": 40},
        "hoverlabel": {
            "bgcolor": colour("surface"),
            "bordercolor": colour("edge"),
            "font": {"family": FONT, "size": 13, "color": colour("ink")},
        },
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "template": {},
    }
    return {**base, **more}


def legend_above(**more: Any) -> dict[str, Any]:
    """One row of keys over the plot, from its left edge; pressing a key hides nothing."""
    return {
        "orientation": "h",
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "itemclick": False,
        "itemdoubleclick": False,
        "font": {"size": 12, "color": colour("ink")},
        "itemwidth": 30,
        **more,
    }
