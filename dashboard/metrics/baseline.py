"""Baseline characteristics by group (CONSORT 2010, item 15): counts, medians, missing values.

No test between columns: nobody was randomised to them (and ICH E9 would want none if they were).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import Bools
from dashboard.metrics.columns import Rows, factorised, floats
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.table_columns import Column, Layout, Patients
from dashboard.metrics.types import Result

Kind = Literal["category", "number", "list"]
#: what parts the entries of a list in one cell; the first that occurs in the column is used
SEPARATORS = (";", ",")


@dataclass(frozen=True, slots=True)
class Factor:
    """A column of ADSL to describe. A `list` cell holds several values: "PACLITAXEL; CARBOPLATIN".

    `most`: a category with more levels than this is left out and said so; of a list, the most
    frequent levels are kept and the others pooled. `separator`: what parts the values of a list;
    None where the study does not say, then it is read off the cells.
    """

    column: str
    kind: Kind = "category"
    most: int = 12
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Level(Result):
    """One level and the patients with it, per column. `pooled` levels are told together."""

    value: str
    patients: tuple[Patients, ...]
    pooled: int = 0


@dataclass(frozen=True, slots=True)
class Characteristic(Result):
    """One factor. `levels` for categories and lists, `spreads` (one per column) for numbers.

    `stated` and `missing` share each column's patients between them. Levels of a category share
    the stated patients; a patient may have several levels of a list.
    """

    column: str
    kind: str
    levels: tuple[Level, ...]
    spreads: tuple[Spread, ...]
    stated: tuple[Patients, ...]
    missing: tuple[Patients, ...]


@dataclass(frozen=True, slots=True)
class BaselineTable(Result):
    """`left_out`: categories with too many levels to read, as (column, number of levels)."""

    columns: tuple[Column, ...]
    characteristics: tuple[Characteristic, ...]
    left_out: tuple[tuple[str, int], ...]
    overlapping: bool


def baseline_table(
    adsl: pd.DataFrame,
    table: Layout,
    factors: Sequence[Factor],
    *,
    order: Callable[[str], Any] = str,
) -> BaselineTable:
    """The factors ADSL has, in the order given; `order` is the sort key of a category's levels.

    Raises KeyError when a patient of the table has no row in ADSL.
    """
    place = {u: i for i, u in enumerate(adsl["USUBJID"].tolist())}
    rows = Rows(adsl, np.array([place[u] for u in table.usubjid.tolist()], dtype=np.int64))
    found: list[Characteristic] = []
    left_out: list[tuple[str, int]] = []
    for factor in factors:
        if factor.column not in adsl.columns:
            continue
        if factor.kind == "number" and pd.api.types.is_numeric_dtype(adsl[factor.column]):
            found.append(_number(rows, table, factor))
        elif factor.kind == "list":
            found.append(_list(rows, table, factor))
        else:
            made = _category(rows, table, factor, order)
            if isinstance(made, int):
                left_out.append((factor.column, made))
            else:
                found.append(made)
    return BaselineTable(table.columns, tuple(found), tuple(left_out), table.overlapping)


def _number(rows: Rows, table: Layout, factor: Factor) -> Characteristic:
    values = floats(rows, factor.column)
    known = np.isfinite(values)
    return Characteristic(
        column=factor.column,
        kind="number",
        levels=(),
        spreads=tuple(spread(values[known & column]) for column in table.inside),
        stated=table.split(known),
        missing=table.split(~known),
    )


def _words(rows: Rows, column: str) -> NDArray[np.object_]:
    """One word per patient as a reader types it, "" where the value is missing."""
    codes, values = factorised(rows, column)
    words = [f"{v:g}" if isinstance(v, float) else str(v).strip() for v in values]
    return np.asarray(np.array([*words, ""], dtype=object)[codes], dtype=object)


def _category(
    rows: Rows, table: Layout, factor: Factor, order: Callable[[str], Any]
) -> Characteristic | int:
    """The number of levels where they are too many to read."""
    words = _words(rows, factor.column)
    levels = sorted({w for w in words.tolist() if w}, key=order)
    if len(levels) > factor.most:
        return len(levels)
    known = np.asarray(words != "", dtype=np.bool_)
    return Characteristic(
        column=factor.column,
        kind="category",
        levels=tuple(
            Level(level, table.split(np.asarray(words == level, dtype=np.bool_)))
            for level in levels
        ),
        spreads=(),
        stated=table.split(known),
        missing=table.split(~known),
    )


def _list(rows: Rows, table: Layout, factor: Factor) -> Characteristic:
    """Most frequent first, ties by name; each patient once per level."""
    cells = _words(rows, factor.column).tolist()
    found = next((s for s in SEPARATORS if any(s in cell for cell in cells)), SEPARATORS[0])
    by = factor.separator or found
    held = [frozenset(p for p in (" ".join(q.split()) for q in c.split(by)) if p) for c in cells]
    known = np.array([bool(h) for h in held], dtype=np.bool_)

    def of(levels: frozenset[str]) -> Bools:
        return np.array([bool(levels & h) for h in held], dtype=np.bool_)

    counts = {level: int(of(frozenset({level})).sum()) for level in frozenset().union(*held)}
    ranked = sorted(counts, key=lambda level: (-counts[level], level))
    kept = ranked if len(ranked) <= factor.most else ranked[: factor.most - 1]
    levels = [Level(level, table.split(of(frozenset({level})))) for level in kept]
    rest = frozenset(ranked) - frozenset(kept)
    if rest:
        levels.append(Level("", table.split(of(rest)), pooled=len(rest)))
    return Characteristic(
        column=factor.column,
        kind="list",
        levels=tuple(levels),
        spreads=(),
        stated=table.split(known),
        missing=table.split(~known),
    )
