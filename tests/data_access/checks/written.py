"""Small subject tables for the rules: text in, typed frames out."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent

import numpy as np
import pandas as pd

from data_access.checks import Context, Previous
from data_access.checks.context import kind_of
from data_access.schema import Kind
from data_access.study.model import Study, StudyText

TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)
STUDY = Study(id="S1", title="A study", text=StudyText("study.toml", ""))
CUT = date(2024, 6, 30)
TODAY = date(2024, 7, 15)


def typed(domain: str, strings: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Text cells ("" = missing) as the frames the rules are given."""
    frame = pd.DataFrame(index=range(len(strings)))
    for column in strings.columns:
        cells = strings[column].where(strings[column].str.strip() != "", None)
        kind = kind_of(context, domain, column)
        if kind in (Kind.NUMBER, Kind.INTEGER):
            frame[column] = pd.to_numeric(cells).astype("float64").to_numpy()
        elif kind is Kind.DATE:
            days = cells.str.slice(0, 10).fillna("NaT").to_numpy(dtype="datetime64[s]")
            frame[column] = days
        else:
            frame[column] = cells.astype(TEXT).to_numpy()
            frame[column] = frame[column].astype(TEXT)
    frame["_file"] = pd.Series(f"{domain.lower()}.csv", index=frame.index, dtype=TEXT)
    frame["_row"] = np.arange(2, len(frame) + 2, dtype="int64")
    return frame


def written(text: str) -> pd.DataFrame:
    """A hand-written table: cells between `|`, the first line names the columns."""
    lines = [line for line in dedent(text).splitlines() if line.strip()]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return pd.DataFrame(rows[1:], columns=rows[0], dtype=str)


def context_of(
    frames: Mapping[str, pd.DataFrame],
    *,
    study: Study = STUDY,
    cut_date: date = CUT,
    today: date = TODAY,
    previous: Mapping[str, pd.DataFrame] | None = None,
    previous_date: date = date(2024, 3, 31),
    line_based: bool = True,
) -> Context:
    """String tables by domain -> a typed context."""
    bare = Context(study, cut_date, today, {}, {})
    ready = {d: typed(d, f, bare) for d, f in frames.items()}
    before = None
    if previous is not None:
        before = Previous(
            "cut-before", previous_date, {d: typed(d, f, bare) for d, f in previous.items()}
        )
    lines = {f"{d.lower()}.csv": line_based for d in frames}
    return Context(study, cut_date, today, ready, lines, before)


def read_strings(path: Path) -> pd.DataFrame:
    """A CSV file with every cell as text."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    return pd.DataFrame(rows[1:], columns=rows[0], dtype=str)
