"""Raw tables written out by hand, for tests of what comes after the readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from data_access.rawtable import ARROW_TYPES, Declared, RawColumn, RawTable, SourceFile


def raw_table(
    columns: Mapping[str, Sequence[object]],
    *,
    declared: Mapping[str, Declared] | None = None,
    name: str = "adsl.csv",
) -> RawTable:
    """A delimited file with these columns; line 1 is the header, "" is missing."""
    kinds = declared or {}
    made = [RawColumn(c, kinds.get(c, "text")) for c in columns]
    arrays = [
        pa.array([None if v == "" else v for v in values], ARROW_TYPES[kinds.get(c, "text")])
        for c, values in columns.items()
    ]
    rows = len(arrays[0]) if arrays else 0
    return RawTable(
        dataset=name.split(".", maxsplit=1)[0],
        source=SourceFile(name, "csv", "0" * 64, 1),
        columns=tuple(made),
        data=pa.table(arrays, names=list(columns)),
        lines=pa.array(range(2, rows + 2), pa.int64()),
        has_lines=True,
    )
