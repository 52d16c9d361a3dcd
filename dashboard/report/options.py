"""What is asked of a report, and which patients it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.metrics.columns import codes_of, strings
from data_access.study.model import Study

ConfType = Literal["log-log", "log", "plain"]


class ReportError(ValueError):
    """A question the cut cannot answer; the message says why and what can be asked."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """`where`: ADSL column -> accepted values (any of them; columns combine with and).
    `times` are in each endpoint's own unit. None leaves the choice to the study. `rule`: of what
    Interim derives; None: as the pages do, from the exported PFS where there is one, else FDA.
    `features`: a feature table; None: the first of study.toml."""

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    population: Literal["enrolled", "safety", "full", "evaluable"] = "enrolled"
    rule: Literal["fda", "ema"] | None = None
    conf_type: ConfType | None = None
    times: tuple[float, ...] = ()
    by: str | None = None
    only: tuple[str, ...] = ()
    features: str | None = None


def column_of(adsl: pd.DataFrame, name: str) -> str:
    """The stored name of an ADSL column, case ignored. Raises ReportError."""
    by_fold = {c.casefold(): c for c in adsl.columns}
    if name.casefold() in by_fold:
        return by_fold[name.casefold()]
    near = get_close_matches(name.upper(), [str(c) for c in adsl.columns], n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise ReportError(
        f"ADSL of this cut has no column {name}.{hint} A column beyond the standard ones is stored "
        "when study.toml names it under [domains.adsl] keep or [filters]."
    )


def words(column: pd.Series) -> np.ndarray:
    """A column as a person would type its values; missing is ""."""
    if isinstance(column.dtype, pd.StringDtype):
        codes, values = codes_of(column)
        return np.array([*values, ""], dtype=object)[codes]
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        text = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_float_dtype(column.dtype):
        text = column.map(lambda v: "" if pd.isna(v) else f"{v:.15g}")
    else:
        text = column
    return np.asarray(text.fillna("").to_numpy(dtype=object))


def selected(
    adsl: pd.DataFrame, where: Mapping[str, tuple[str, ...]], study: Study
) -> frozenset[str] | None:
    """Patients that meet every condition; None when there is none. Raises ReportError.

    A column that study.toml says to hold several values meets it by any of them, as on the pages.
    """
    if not where:
        return None
    keep = np.ones(len(adsl), dtype=bool)
    for name, values in where.items():
        column = column_of(adsl, name)
        held = _held(words(adsl[column]).tolist(), column, study)
        known = {v for row in held for v in row}
        wanted = {v.strip() for v in values}
        unknown = sorted(wanted - known)
        if unknown:  # a misspelt value beside a right one would leave patients out unnoticed
            some = ", ".join(repr(v) for v in sorted(v for v in known if v)[:12])
            raise ReportError(f"No patient has {column} = {' or '.join(unknown)}; it holds {some}.")
        keep &= np.array([not wanted.isdisjoint(row) for row in held], dtype=bool)
    return frozenset(adsl["USUBJID"].to_numpy(dtype=object)[keep].tolist())


def _held(cells: list[str], column: str, study: Study) -> list[tuple[str, ...]]:
    """The values of each cell; ("",) for a missing one."""
    spec = next((f for f in study.filters if f.column == column and f.kind == "several"), None)
    if spec is None:
        return [(cell,) for cell in cells]
    split = {cell: spec.values(cell) or ("",) for cell in set(cells)}
    return [split[cell] for cell in cells]


def groups_by(adsl: pd.DataFrame, name: str) -> dict[str, frozenset[str]]:
    """Level -> patients of an ADSL column; patients without a value are in no group."""
    levels: dict[str, list[str]] = {}
    here = words(adsl[column_of(adsl, name)])
    for patient, level in zip(strings(adsl, "USUBJID").tolist(), here.tolist(), strict=True):
        levels.setdefault(level, []).append(patient)
    return {level: frozenset(levels[level]) for level in sorted(levels) if level}
