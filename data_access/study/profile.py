"""What a raw table holds, as far as it may be said: levels and counts, never an identifier."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data_access.checks.identifiers import identifier_columns
from data_access.rawtable import RawColumn, RawTable
from data_access.study.suggest import plain

#: Words that often mean "missing"; a study says which of them do.
MISSING_WORDS = ("NA", "N/A", "NULL", "NaN", ".", "-", "None", "UNK", "-99", "-999", "-9999")
#: What parts the values of a cell that holds several.
SEPARATORS = (";", "|")
#: Keys of patients, samples and records: their values are never listed.
_KEYS = ("USUBJID", "SUBJID", "SAMPLEID")


@dataclass(frozen=True)
class Profile:
    """One table and what of it can be shown."""

    table: RawTable

    @property
    def name(self) -> str:
        return self.table.source.name.rpartition("/")[2]

    @cached_property
    def identifiers(self) -> dict[str, str]:
        """Column -> why it identifies people (never a value)."""
        return identifier_columns(self.table)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {plain(c.name): i for i, c in reversed(list(enumerate(self.table.columns)))}

    def has(self, name: str) -> bool:
        return plain(name) in self._positions

    def column(self, name: str) -> RawColumn:
        return self.table.columns[self._positions[plain(name)]]

    def values(self, name: str) -> pa.ChunkedArray[Any]:
        return self.table.data.column(self._positions[plain(name)])

    def levels(self, name: str, *, most: int) -> dict[str, int]:
        """Value -> rows, most frequent first; {} when the column is absent, identifies people, is
        a key, or has more than `most` different values."""
        if not self.has(name) or self.column(name).name in self.identifiers:
            return {}
        if plain(name) in {plain(k) for k in _KEYS}:
            return {}
        counts: Any = pc.value_counts(self.values(name).combine_chunks().drop_null())
        if len(counts) > most * 4:  # blanks and case may still fall together
            return {}
        found: Counter[str] = Counter()
        for item in counts.to_pylist():
            if word := words(item["values"]):
                found[word] += item["counts"]
        return dict(found.most_common()) if len(found) <= most else {}

    def groups(self, name: str, *, most: int = 12) -> dict[str, int]:
        """The levels of a column that parts patients into groups: 2..most of them, and fewer than
        half as many as patients, so that no level is a name for one person."""
        levels = self.levels(name, most=most)
        return levels if 2 <= len(levels) <= sum(levels.values()) / 2 else {}

    def several(self, name: str, *, most: int = 40) -> tuple[str, dict[str, int]] | None:
        """Separator and values of a column whose cells hold several values each: in a fifth of
        them at least, of 2..most values, and each cell holding on average more than one that
        others hold too. None for any other column."""
        cells = self.levels(name, most=1000)
        rows = sum(cells.values())
        for mark in SEPARATORS:
            parted = sum(n for cell, n in cells.items() if mark in cell)
            found: Counter[str] = Counter()
            for cell, n in cells.items():
                for part in dict.fromkeys(p for p in map(str.strip, cell.split(mark)) if p):
                    found[part] += n
            if parted and 5 * parted >= rows and 2 <= len(found) <= min(most, rows / 2):
                return mark, dict(found.most_common())
        return None

    def unique(self, *, share: float = 1.0) -> list[str]:
        """Columns filled in every row with as many different values as `share` of the rows, no
        measurements among them: what could identify a row, or a patient."""
        rows = self.table.rows
        found = []
        for column in self.table.columns:
            values = self.values(column.name)
            if rows < 2 or values.null_count or column.name in self.identifiers:
                continue
            if _measured(values) or column.declared in ("date", "datetime", "time"):
                continue
            if share * rows <= pc.count_distinct(values).as_py():
                found.append(column.name)
        return found

    def missing_words(self) -> dict[str, Counter[str]]:
        """Word that often means "missing" -> text column -> cells that hold it."""
        found: dict[str, Counter[str]] = {}
        lookup = pa.array(MISSING_WORDS, pa.large_string())
        for column in self.table.columns:
            if column.declared == "text" and column.name not in self.identifiers:
                values = self.values(column.name)
                counts: Any = pc.value_counts(values.filter(pc.is_in(values, lookup)))
                for item in counts.to_pylist():
                    found.setdefault(item["values"], Counter())[column.name] += item["counts"]
        return found

    def newest_day(self) -> str | None:
        """The latest ISO date of the table's *DT, *DTM and *DTC columns."""
        days = []
        for column in self.table.columns:
            if not column.name.upper().endswith(("DT", "DTM", "DTC")):
                continue
            if column.name in self.identifiers:
                continue
            values = self.values(column.name)
            if column.declared == "text":
                full = values.filter(pc.match_substring_regex(values, r"^\d{4}-\d{2}-\d{2}"))
                days.append(pc.max(full).as_py())
            elif column.declared in ("date", "datetime"):
                days.append(pc.max(values).as_py())
        return max((str(d)[:10] for d in days if d is not None), default=None)


def _measured(values: pa.ChunkedArray[Any]) -> bool:
    """Whether a column holds decimal numbers."""
    if pa.types.is_floating(values.type):
        return bool(pc.any(pc.not_equal(pc.floor(values), values)).as_py())
    return bool(pc.any(pc.match_substring_regex(values, r"^-?\d+\.\d+$")).as_py())


def words(value: object) -> str:
    """A cell as text for a person: whole numbers without decimals, at most 60 characters."""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= 60 else text[:57] + "..."
