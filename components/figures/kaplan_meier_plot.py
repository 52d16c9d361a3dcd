"""What a Kaplan-Meier figure draws: curves, their places in the table, and fixed measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components import numbers, theme
from dashboard.metrics.kaplan_meier import RiskTable
from dashboard.metrics.time_to_event import SurvivalResult

#: px: the plot, what stands between it and its table, a row of the table, the margins
PLOT, GAP, ROW, TOP, BOTTOM = 296, 56, 20, 24, 8
#: px kept above the plot for the sentence on groups
NOTE = 40
LEFT, RIGHT, LABELS = 88, 24, 112
#: px between the names of the counts and the counts at month 0
STANDOFF = 22
#: more bands than this hide each other; the readout then carries the intervals
MAX_BANDS = 3
#: from so many patients on, censor ticks are thin and short
MANY = 150
BAND, TAIL_BAND, TAIL = 0.16, 0.08, 0.5
DASHES = ("solid", "8px,3px", "2px,3px", "8px,3px,2px,3px")
ROWS = ("at_risk", "censored", "events")


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve as drawn. `label` is "" for a curve that stands alone; `colour` is a light value.

    `thin_from`: day from which few are at risk (None: never). `reasons`: words of a reason.
    `keys`: the opaque key of each patient.
    """

    label: str
    colour: str
    dash: str
    result: SurvivalResult
    risk: RiskTable
    thin_from: float | None
    reasons: dict[str, str]
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn: curves, tick months, axis words, and marks to be explained.

    `window`: (month, words) of a reference line. `note`: lines above the plot.
    """

    curves: tuple[Curve, ...]
    ticks: tuple[float, ...]
    x_title: str
    y_title: str
    window: tuple[float, str] | None = None
    note: tuple[str, ...] = ()

    @property
    def grouped(self) -> bool:
        return any(c.label for c in self.curves)


def row_count(plot: Plot) -> int:
    """Rows of the table."""
    return len(plot.curves) * (len(ROWS) + plot.grouped)


def row_of(plot: Plot, curve: int, count: int) -> int:
    """Place of a count of a curve in the table, from 0 on top; -1 is the row of its name."""
    return curve * (len(ROWS) + plot.grouped) + plot.grouped + count


def month(days: float) -> float:
    """Days as months, rounded for a figure."""
    return round(days / numbers.DAYS_PER_MONTH, 3)


def share(value: float) -> float:
    """A fraction as percent, rounded for a figure."""
    return round(100 * value, 2)


def colours(position: int, *, single: bool) -> tuple[str, str]:
    """Colour and dash of a group by its place among the groups; one curve is the accent.

    Backbones of similar hue lie four places apart: their dashes are set apart as well.
    """
    if single:
        return theme.colour("accent"), DASHES[0]
    return theme.backbone_colour(position), DASHES[
        (position + position // len(DASHES)) % len(DASHES)
    ]
