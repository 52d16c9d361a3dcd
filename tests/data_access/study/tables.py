"""Small raw tables for tests of study.toml."""

from __future__ import annotations

import pyarrow as pa

from data_access.rawtable import ARROW_TYPES, RawColumn, RawTable, SourceFile


def raw(name: str, columns: dict[str, list[str | float | None]], **labels: str) -> RawTable:
    """A table as a reader of delimited text gives it; a column of floats is declared a number."""
    declared = {
        k: "number" if any(isinstance(v, float) for v in values) else "text"
        for k, values in columns.items()
    }
    rows = len(next(iter(columns.values())))
    return RawTable(
        dataset=name.partition(".")[0],
        source=SourceFile(name, "csv", "0" * 64, 1),
        columns=tuple(RawColumn(k, declared[k], labels.get(k)) for k in columns),  # type: ignore[arg-type]
        data=pa.table({k: pa.array(v, ARROW_TYPES[declared[k]]) for k, v in columns.items()}),
        lines=pa.array(range(2, rows + 2), pa.int64()),
        has_lines=True,
    )
