"""Baseline columns the study names, per patient and in words: the strip under a waterfall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboard.selection import MISSING
from dashboard.shelf import held_levels, levels_of
from dashboard.words import said
from data_access.study.model import FilterColumn, Study

#: a column with more levels than this has no rows to read
MOST_LEVELS = 12
BACKBONE = "backbone"
_DIGITS = re.compile(r"(\d+)")


def strip(study: Study, adsl: pd.DataFrame, patients: Sequence[str]) -> list[dict[str, Any]]:
    """Columns in the study's order, backbone first: rows of levels, or values of a number.

    {"column", "label", "kind", "levels": [{"label", "members": positions}] | "values": [...]};
    positions index `patients`.
    """
    ids = adsl["USUBJID"].to_numpy(dtype=object)
    place = {u: i for i, u in enumerate(ids.tolist())}
    rows = [place[u] for u in patients]
    found = [_backbones(study, adsl, rows)]
    for spec in study.filters:
        own = study.backbones is not None and spec.column == study.backbones.column
        if spec.column not in adsl.columns or own:
            continue
        values = adsl[spec.column]
        if spec.kind == "several":
            found.append(_several(study, spec, adsl, rows))
        elif spec.kind == "number" and pd.api.types.is_numeric_dtype(values):
            found.append(_number(spec.column, spec.label, values, rows))
        else:
            found.append(_category(study, spec.column, spec.label, values, rows))
    return [column for column in found if column is not None]


def level_order(level: str) -> tuple[bool, int, list[tuple[int, float, str]]]:
    """Levels as a reader orders them: <40, 40-49, 50-64, >=65; 2 before 10; "not stated" last."""
    edge = -1 if level.startswith("<") else 1 if level.startswith((">", "≥")) else 0
    parts = [(0, float(p), "") if p.isdecimal() else (1, 0.0, p) for p in _DIGITS.split(level) if p]
    return level == MISSING, edge, parts


def _backbones(study: Study, adsl: pd.DataFrame, rows: list[int]) -> dict[str, Any] | None:
    backbones = study.backbones
    if backbones is None or backbones.column not in adsl.columns:
        return None
    stated = levels_of(adsl[backbones.column])
    members = [backbones.members(stated[row] or None) for row in rows]
    levels = [
        {"label": g.label, "members": [i for i, m in enumerate(members) if g.id in m]}
        for g in backbones.groups
    ]
    missing = [i for i, m in enumerate(members) if not m]
    return _rows(BACKBONE, backbones.label, [*levels, {"label": "", "members": missing}])


def _category(
    study: Study, column: str, label: str, values: pd.Series, rows: list[int]
) -> dict[str, Any] | None:
    stated = levels_of(values)
    own = [stated[row] for row in rows]
    order = sorted(set(own), key=level_order)
    if len(order) > MOST_LEVELS:
        return None
    levels = [
        {
            "label": "" if level == MISSING else said(study, column, level),
            "members": [i for i, value in enumerate(own) if value == level],
        }
        for level in order
    ]
    return _rows(column, label, levels)


def _several(
    study: Study, spec: FilterColumn, adsl: pd.DataFrame, rows: list[int]
) -> dict[str, Any] | None:
    """Rows of values: a patient stands in the row of each."""
    held = held_levels(adsl, spec)
    own = [held[row] for row in rows]
    order = sorted({level for levels in own for level in levels}, key=level_order)
    if len(order) > MOST_LEVELS:
        return None
    return _rows(
        spec.column,
        spec.label,
        [
            {
                "label": "" if level == MISSING else said(study, spec.column, level),
                "members": [i for i, levels in enumerate(own) if level in levels],
            }
            for level in order
        ],
    )


def _rows(column: str, label: str, levels: list[dict[str, Any]]) -> dict[str, Any]:
    """Levels of anybody with a bar; the empty label is "not stated"."""
    kept = [
        {**level, "position": i if level["label"] else None}
        for i, level in enumerate(levels)
        if level["members"]
    ]
    return {"column": column, "label": label, "kind": "category", "levels": kept}


def _number(column: str, label: str, values: pd.Series, rows: list[int]) -> dict[str, Any]:
    stated = values.to_numpy(dtype=float)[rows].tolist()
    return {
        "column": column,
        "label": label,
        "kind": "number",
        "values": [None if pd.isna(v) else v for v in stated],
    }
