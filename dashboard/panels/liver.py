"""The liver card: peaks against each other, candidates for Hy's law and their course."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from dashboard import laboratory as lab
from dashboard.lab_rules import liver_options
from dashboard.metrics.columns import strings
from dashboard.metrics.liver import (
    CHOLESTASIS,
    HYS_LAW,
    NORMAL,
    TEMPLE,
    Liver,
    Scatter,
    liver,
    quadrants,
    scatter_by_baseline,
)
from dashboard.metrics.liver_course import liver_courses
from dashboard.panels.common import who
from dashboard.panels.labs import of_labs
from dashboard.results import View

Json = Mapping[str, Any]

QUADRANTS = (HYS_LAW, TEMPLE, CHOLESTASIS, NORMAL)
#: candidates whose course is drawn; the others are listed
COURSES = 12
#: among more points those of the lower left quadrant say nothing of their patient
MANY = 1_500
METASTASES = "LIVERFL"


def course(view: View) -> Json:
    """Both scatters, their quadrants, and those of the upper right with their course."""
    answer: dict[str, Any] = {**of_labs(view), "scatters": [], "candidates": [], "absent": []}
    values = lab.labs_in(view)
    if values is None:
        return answer
    options = liver_options(view.analysis)
    axes = options.scatter
    absent = [
        n for n, codes in (("x", axes.x), ("y", axes.y)) if not lab.holds(view.analysis, codes)
    ]
    if absent:
        return {**answer, "absent": absent}
    found = liver(values, options)
    flags = _metastases(view)
    upper = [p for p in found.patients if p.quadrant == HYS_LAW]
    courses = liver_courses(values, [p.usubjid for p in upper[:COURSES]], options)
    return {
        **answer,
        "rule": found.rule,
        "scatters": [
            _scatter(view, "limit", found.scatter, flags),
            _scatter(view, "baseline", scatter_by_baseline(values, axes), flags),
        ],
        "x_line": axes.x_line,
        "y_line": axes.y_line,
        "metastases_known": flags is not None,
        "metastases": 0
        if flags is None
        else sum(flags.get(p.usubjid, False) for p in found.scatter.points),
        "confirmed": _confirmed(view, found),
        "candidates": [
            {
                **p.to_json(),
                "key": view.keys.key(p.usubjid),
                "metastases": None if flags is None else flags.get(p.usubjid, False),
            }
            for p in upper
        ],
        "courses": [{**c.to_json(), "key": view.keys.key(c.usubjid)} for c in courses],
        "without": _without(found.scatter),
    }


def _confirmed(view: View, found: Liver) -> dict[str, Any]:
    return {"n": len(found.candidates), "who": who(view, found.candidates)}


def _scatter(
    view: View, name: str, found: Scatter, flags: Mapping[str, bool] | None
) -> dict[str, Any]:
    x = np.array([p.x for p in found.points], dtype=np.float64)
    y = np.array([p.y for p in found.points], dtype=np.float64)
    names = quadrants(x, y, x_line=found.x_line, y_line=found.y_line)
    groups: dict[str, list[str]] = {q: [] for q in QUADRANTS}
    for point, quadrant in zip(found.points, names, strict=True):
        groups[quadrant].append(point.usubjid)
    return {
        "name": name,
        "n": len(found.points),
        "quadrants": [[q, len(groups[q]), who(view, groups[q])] for q in QUADRANTS],
        "points": [
            ["", "", round(p.x, 2), round(p.y, 2), q, None]
            if q == NORMAL and len(found.points) > MANY
            else [
                view.keys.key(p.usubjid),
                p.usubjid,
                round(p.x, 3),
                round(p.y, 3),
                q,
                None if flags is None else flags.get(p.usubjid, False),
            ]
            for p, q in zip(found.points, names, strict=True)
        ],
        "without": len(found.without),
    }


def _metastases(view: View) -> dict[str, bool] | None:
    """USUBJID -> liver metastases at baseline; None where the export does not say."""
    adsl = view.analysis.adsl
    if METASTASES not in adsl.columns:
        return None
    pairs = zip(strings(adsl, "USUBJID").tolist(), strings(adsl, METASTASES).tolist(), strict=True)
    return {u: f == "Y" for u, f in pairs}


def _without(found: Scatter) -> list[dict[str, Any]]:
    counted = Counter(e.reason for e in found.without)
    return [{"reason": r, "n": n} for r, n in counted.most_common()]
