"""Where a record stands in the export: file and row, so that a number can be followed to it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.metrics.columns import Frame
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class RecordPlace(Result):
    """`row` is the line of delimited text (the header is 1), the record number elsewhere.

    Both are None for a record of a frame that was read without them.
    """

    file: str | None
    row: int | None


NOWHERE = RecordPlace(None, None)


def places(frame: Frame) -> tuple[RecordPlace, ...]:
    """The place of every row, from its columns `_file` and `_row`."""
    if not {"_file", "_row"} <= set(frame.columns):
        return (NOWHERE,) * len(frame)
    files = [None if pd.isna(f) else str(f) for f in frame["_file"].tolist()]
    rows = [None if pd.isna(r) else int(r) for r in frame["_row"].tolist()]
    return tuple(RecordPlace(f, r) for f, r in zip(files, rows, strict=True))
