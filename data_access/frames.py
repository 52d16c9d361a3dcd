"""Arrow tables of a cut as the pandas frames that checks, metrics and pages work on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

PROVENANCE = ("_file", "_row")

#: Text everywhere: Arrow-backed, missing is NaN, never "".
TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)


def to_frame(
    table: pa.Table, *, columns: Sequence[str] | None = None, provenance: bool = False
) -> pd.DataFrame:
    """Text as `TEXT`, numbers float64 (NaN), dates datetime64[s] (NaT), `_row` int64."""
    names = [c for c in table.column_names if c not in PROVENANCE]
    if columns is not None:
        names = [c for c in columns if c in names]
    if provenance:
        names += [c for c in PROVENANCE if c in table.column_names]
    return pd.DataFrame({n: _series(table.column(n), n) for n in names})


def _series(column: pa.ChunkedArray, name: str) -> pd.Series[object]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string(column.type):
        return pd.Series(TEXT.__from_arrow__(column.cast(pa.large_string())), name=name)
    if pa.types.is_date(column.type):
        days = column.cast(pa.timestamp("s")).to_numpy()
        return pd.Series(days, name=name, dtype="datetime64[s]")
    if name == "_row":
        return pd.Series(column.to_numpy(), name=name, dtype="int64")
    return pd.Series(column.cast(pa.float64()).to_numpy(), name=name, dtype="float64")
