"""Orders of the lanes of a swimmer plot: by duration, response, start, best response, waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.metrics.lanes import Lane
from dashboard.metrics.response import BEST_ORDER
from dashboard.metrics.tumour import BestChanges
from dashboard.metrics.types import Result

Sort = Literal["duration", "response", "start", "best", "waterfall"]
SORTS: tuple[Sort, ...] = ("duration", "response", "start", "best", "waterfall")
#: sorts behind everything that is known
LAST = 2**40


@dataclass(frozen=True, slots=True)
class LaneGroup(Result):
    """Rows of the lanes under one heading, in the order they are drawn."""

    key: str
    rows: tuple[int, ...]


def lane_order(
    lanes: Sequence[Lane], by: Sort, changes: BestChanges | None = None
) -> tuple[int, ...]:
    """Positions in `lanes`, first drawn first; ties by longer treatment, then USUBJID.

    duration: longest first. response: earliest CR or PR first. start: earliest first dose first.
    best: CR to MISSING. waterfall: largest growth of the target sum first, as a waterfall reads
    from the left; patients without a bar follow.
    """
    percent = {} if changes is None else dict(zip(changes.usubjid, changes.percent, strict=True))

    def key(i: int) -> tuple[float, float, str]:
        lane = lanes[i]
        longest = -(lane.days or 0)
        if by == "waterfall":  # ties by patient alone, as the waterfall has them
            return -percent.get(lane.usubjid, -np.inf), 0, lane.usubjid
        first = {
            "duration": longest,
            "response": _or_last(_first_response(lane)),
            "start": LAST if lane.start_date is None else lane.start_date.toordinal(),
            "best": BEST_ORDER.index(lane.best) if lane.best in BEST_ORDER else LAST,
        }[by]
        return first, longest, lane.usubjid

    return tuple(sorted(range(len(lanes)), key=key))


def lane_groups(
    order: Sequence[int], keys: Sequence[str], known: Sequence[str]
) -> tuple[LaneGroup, ...]:
    """`order` cut into groups by `keys` (one per lane); groups as in `known`, others after by name.

    Every lane stands in exactly one group; a group without lanes is left out.
    """
    rows: dict[str, list[int]] = {}
    for i in order:
        rows.setdefault(keys[i], []).append(i)
    names = [k for k in known if k in rows] + sorted(k for k in rows if k not in set(known))
    return tuple(LaneGroup(k, tuple(rows[k])) for k in names)


def _first_response(lane: Lane) -> int | None:
    days = [m.day for m in lane.markers if m.event in {"CR", "PR"}]
    return min(days, default=None)


def _or_last(day: int | None) -> int:
    return LAST if day is None else day
