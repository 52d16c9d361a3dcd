"""The listings of Safety, a page of rows at a time and whole for a file: events, deaths, labs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dashboard.analysis import Analysis
from dashboard.metrics.event_lines import event_order
from dashboard.metrics.lab_listing import HIGH_GRADE, lab_lines, lab_order, outside
from dashboard.metrics.labs import LabValues, lab_values
from dashboard.metrics.safety import treated
from dashboard.panels.safety import of_safety
from dashboard.panels.safety_lines import (
    choices_of,
    common_of,
    found_events,
    lines_of,
    patients_of,
)
from dashboard.people import everybody, once
from dashboard.results import View

Json = Mapping[str, Any]

ROWS = 25
LAB_COLUMNS = ("patient", "parameter", "value", "times", "date", "grade")
LAB_SHOWN = ("all", "outside", "high")
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """What the reader has arranged in a listing; it changes no number. `only` is a parameter."""

    order: str = ""
    page: int = 1
    shown: str = "all"
    only: str = ""

    @property
    def column(self) -> str:
        return self.order.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.order.startswith("-")


def listed(held: object, columns: tuple[str, ...]) -> Listed:
    """What a store of the page holds, checked: it comes from the browser."""
    now = held if isinstance(held, Mapping) else {}
    order, page, shown, only = (now.get(k) for k in ("order", "page", "shown", "only"))
    known = isinstance(order, str) and order.removeprefix("-") in columns
    good = isinstance(page, int) and not isinstance(page, bool) and 1 <= page < 10**6
    return Listed(
        order=str(order) if known else columns[0],
        page=page if good and isinstance(page, int) else 1,
        shown=str(shown) if shown in LAB_SHOWN else "all",
        only=only if isinstance(only, str) and len(only) <= MAX_NAME else "",
    )


def _paged(n: int, page: int) -> dict[str, int]:
    pages = max(1, -(-n // ROWS))
    return {"matching": n, "page": min(page, pages), "pages": pages}


# --- events --------------------------------------------------------------------------------------


def events(view: View) -> Json:
    """Every event that the filter counts, in its order: for the file and the code."""
    return _events(view, None)


def page_of_events(view: View, about: str) -> Json:
    """One page of them; `about` is the page."""
    return _events(view, int(about))


def _events(view: View, page: int | None) -> Json:
    told = {**common_of(view), "choices": choices_of(view)}
    found = found_events(view)
    if found is None:
        return {**told, "lines": [], **_paged(0, 1)}
    order = view.selection.events.order
    at = event_order(found, order.removeprefix("-"), descending=order.startswith("-"))
    turned = _paged(found.n, page or 1)
    if page is not None:
        at = at[(turned["page"] - 1) * ROWS : turned["page"] * ROWS]
    return {**told, "lines": lines_of(view, found, at), **turned}


# --- laboratory values ---------------------------------------------------------------------------


def values_of(analysis: Analysis) -> LabValues | None:
    """Laboratory values of every patient; None without ADLB."""

    def make() -> LabValues | None:
        adlb = analysis.frame("ADLB")
        if adlb is None:
            return None
        options = analysis.safety_options
        who = treated(analysis.adsl, analysis.cohort, everybody(analysis), options)
        return lab_values(adlb, who)

    return once(analysis, "lab values", make)


def labs(view: View) -> Json:
    """Every laboratory value of the safety set: for the file and the code."""
    return _labs(view, Listed(order="patient"), whole=True)


def page_of_labs(view: View, about: str) -> Json:
    """One page of them as the reader has arranged them; `about` is `Listed` as JSON."""
    return _labs(view, listed(json.loads(about), LAB_COLUMNS), whole=False)


def _labs(view: View, asked: Listed, *, whole: bool) -> Json:
    told = {**of_safety(view), "asked": asdict(asked)}
    values = values_of(view.analysis)
    if values is None:
        return {**told, "known": False, "lines": [], "parameters": [], **_paged(0, 1)}
    mine = values.select(values.treated.mask(view.set("safety").patients)[values.patient])
    parameters = sorted({mine.labels[i] for i in np.unique(mine.param).tolist()})
    graded = bool((mine.exported_grade >= 0).any())
    limits = bool((np.isfinite(mine.low) | np.isfinite(mine.high)).any())
    if asked.only in parameters:
        codes = [i for i, label in enumerate(mine.labels) if label == asked.only]
        mine = mine.select(np.isin(mine.param, codes))
    if asked.shown == "outside" and limits:
        mine = mine.select(outside(mine))
    if asked.shown == "high" and graded:
        mine = mine.select(mine.exported_grade >= HIGH_GRADE)
    at = lab_order(mine, asked.column, descending=asked.descending)
    turned = _paged(mine.n, asked.page)
    if not whole:
        at = at[(turned["page"] - 1) * ROWS : turned["page"] * ROWS]
    patients = patients_of(view.analysis)
    lines = [
        {
            **line.to_json(),
            "key": view.keys.key(line.usubjid),
            "id": patients.name(line.usubjid),
        }
        for line in lab_lines(mine, at)
    ]
    return {
        **told,
        "known": True,
        "lines": lines,
        "parameters": parameters,
        "graded": graded,
        "limits": limits,
        **turned,
    }
