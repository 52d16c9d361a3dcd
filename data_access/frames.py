"""Arrow tables of a cut as the pandas frames that checks, metrics and pages work on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

PROVENANCE = ("_file", "_row")

#: Text everywhere: Arrow-backed, missing is NaN, never "".
TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)

#: Dates are days, but the smallest date unit of pandas is the second.
_SECONDS = pa.timestamp("s")


def to_series(column: Any) -> pd.Series[Any]:
    """An Arrow column as frames hold it: text with NaN, float64 with NaN, datetime64[s] with NaT.

    `_row` is the caller's business: whole numbers become float64 here, as every number does.
    The values are read-only, so that no page can change what another one shows.
    """
    kind = column.type
    if is_text(kind):
        dtype: Any = TEXT
        return pd.Series(dtype.__from_arrow__(column.cast(pa.large_string())), copy=False)
    values: Any
    if pa.types.is_date32(kind):
        values = column.cast(_SECONDS).to_numpy()
    else:
        values = column.cast(pa.float64()).to_numpy()
    values.flags.writeable = False
    return pd.Series(values, copy=False)


def whole_numbers(column: Any) -> pd.Series[Any]:
    """`_row` as int64, read-only; there is none missing."""
    values = column.to_numpy()
    values.flags.writeable = False
    return pd.Series(values, copy=False)


def to_frame(table: pa.Table, *, provenance: bool = False) -> pd.DataFrame:
    """Text as `TEXT`, numbers float64 (NaN), dates datetime64[s] (NaT), `_row` int64."""
    names = [n for n in table.column_names if provenance or n not in PROVENANCE]
    columns = {
        n: whole_numbers(table.column(n)) if n == "_row" else to_series(table.column(n))
        for n in names
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)


def is_text(kind: Any) -> bool:
    """Text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
