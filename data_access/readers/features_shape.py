"""From a table as exported to samples x taxa: wide either way, long, and MetaPhlAn.

The layout is declared, or recognised by the name of the first column; it is never guessed from
the shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_access.findings import DataError, Finding, Rule, Severity
from data_access.rawtable import RawTable
from data_access.readers.assemble import Arrow, compute

Layout = Literal["auto", "wide", "wide-transposed", "long", "biom", "metaphlan"]
Matrix = npt.NDArray[np.float64]
Lineage = Mapping[str, str]  # rank -> name

LAYOUT = Rule(
    "read-features-layout",
    Severity.REJECT,
    "The layout of a feature table is stated or follows from the name of its first column",
    'State layout = "wide" (a row is a taxon), "wide-transposed" (a row is a sample), "long" or '
    '"metaphlan" under [features.<id>] of study.toml, or name the first column TAXON or SAMPLEID.',
)
NAMES = Rule(
    "read-features-names",
    Severity.REJECT,
    "Every sample and every taxon of a feature table has a name of its own",
    "Rename, or add up, the rows or columns that share a name, in the program that writes the "
    "table.",
)
VALUES = Rule(
    "read-features-values",
    Severity.REJECT,
    "Every value of a feature table is a number that is not negative",
    "Write 0 where a taxon was not found; take out samples that were not sequenced, and columns "
    "that hold no abundances.",
)
RANK = Rule(
    "read-features-rank",
    Severity.REJECT,
    "A MetaPhlAn table has rows of the rank to be shown",
    "Run MetaPhlAn with all ranks, or hand over the table as layout wide.",
)
RANK_KEPT = Rule(
    "read-features-rank-kept",
    Severity.NOTE,
    "Of a MetaPhlAn table one rank is kept",
    "Nothing needs doing: the ranks of one table repeat the same reads.",
)

RANKS = {
    "k": "kingdom", "p": "phylum", "c": "class", "o": "order",
    "f": "family", "g": "genus", "s": "species", "t": "strain",
}  # fmt: skip

_TAXON = frozenset({
    "otu", "otuid", "asv", "asvid", "taxon", "taxa", "taxonid", "taxonname", "cladename",
    "feature", "featureid", "featurename", "motu", "motuid", "kingdom", "phylum", "class",
    "order", "family", "genus", "species", "clade", "organism",
})  # fmt: skip
_SAMPLE = frozenset({
    "sample", "sampleid", "samplename", "samples", "specimen", "specimenid",
})  # fmt: skip
_VALUE = frozenset({
    "value", "count", "counts", "abundance", "relativeabundance", "reads", "readcount",
    "aval", "proportion",
})  # fmt: skip
_LINEAGE = frozenset({"taxonomy", "consensuslineage", "lineage"})
#: columns MetaPhlAn writes beside the abundances
_ASIDE = frozenset({"ncbitaxid", "cladetaxid", "additionalspecies"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Shaped:
    """`values[i, j]` is the abundance of taxon j in sample i."""

    samples: tuple[str, ...]
    taxa: tuple[str, ...]
    values: Matrix
    lineages: Mapping[str, Lineage] | None = None
    findings: tuple[Finding, ...] = ()
    metaphlan: bool = False


def shape(table: RawTable, layout: Layout, rank: str) -> Shaped:
    """A feature table as samples x taxa. Raises DataError with the place of the fault."""
    known = _recognise(table) if layout == "auto" else layout
    _contradiction(table, known)
    if known == "long":
        return _long(table)
    if known == "metaphlan":
        return _metaphlan(table, rank)
    if known == "wide-transposed":
        samples = _names(table, 0, "sample")
        columns = list(range(1, len(table.columns)))
        taxa = [table.columns[i].name for i in columns]
        return Shaped(samples, tuple(taxa), _matrix(table, columns))
    taxa_ = _names(table, 0, "taxon")
    columns, lineage = _wide_columns(table)
    lineages = None
    if lineage is not None:
        cells = table.data.column(lineage).to_pylist()
        lineages = {t: split_lineage(c or "") for t, c in zip(taxa_, cells, strict=True)}
    names = tuple(table.columns[i].name for i in columns)
    return Shaped(names, taxa_, np.ascontiguousarray(_matrix(table, columns).T), lineages)


def _contradiction(table: RawTable, known: Layout) -> None:
    """A first column called SAMPLEID holds samples, whatever study.toml says; likewise TAXON."""
    first = plain(table.columns[0].name) if table.columns else ""
    rows = {"wide": "taxon", "wide-transposed": "sample"}.get(known)
    named = "sample" if first in _SAMPLE else "taxon" if first in _TAXON else None
    if rows and named and rows != named and table.source.format != "biom":
        right = "wide-transposed" if named == "sample" else "wide"
        raise _refuse(
            LAYOUT,
            table,
            f'layout = "{known}" takes every row for a {rows}, but the first column is called '
            f"{table.columns[0].name}: the layout would be {right}.",
            column=table.columns[0].name,
        )


def plain(name: str) -> str:
    """A column name as it is compared: letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def split_lineage(text: str) -> dict[str, str]:
    """Ranks of a lineage with prefixes (k__Bacteria; p__... or |), empty names left out."""
    found = {}
    for part in re.split(r"[;|]", text):
        prefix, mark, name = part.strip().partition("__")
        prefix = "k" if prefix == "d" else prefix
        if mark and prefix in RANKS and name:
            found[RANKS[prefix]] = name
    return found


def _refuse(rule: Rule, table: RawTable, sentence: str, **where: Any) -> DataError:
    row, column = where.get("row", 0), where.get("column")
    place = table.place(row, column) if table.rows else None
    return DataError(
        rule.finding(
            sentence, column=column, places=[place] if place else [], count=where.get("count", 1)
        )
    )


def _recognise(table: RawTable) -> Layout:
    names = [plain(c.name) for c in table.columns]
    if len(names) == 3 and all(
        sum(n in words for n in names) == 1 for words in (_SAMPLE, _TAXON, _VALUE)
    ):
        return "long"
    if names and names[0] == "cladename":
        first = table.data.column(0).to_pylist()
        return "metaphlan" if any(str(c).startswith(("k__", "d__")) for c in first) else "wide"
    if names and names[0] in _TAXON:
        return "wide"
    if names and names[0] in _SAMPLE:
        return "wide-transposed"
    first_name = table.columns[0].name if table.columns else ""
    raise _refuse(
        LAYOUT,
        table,
        f"The first column of {table.source.name} is called {first_name}: that does not tell "
        "whether a row is a taxon or a sample.",
    )


def _names(table: RawTable, index: int, what: str) -> tuple[str, ...]:
    """The distinct, non-empty names in a column."""
    names = [_word(c) for c in table.data.column(index).to_pylist()]
    column = table.columns[index].name
    seen: set[str] = set()
    for row, name in enumerate(names):
        if not name:
            raise _refuse(NAMES, table, f"The {what} has no name.", row=row, column=column)
        if name in seen:
            raise _refuse(
                NAMES, table, f"The {what} {name} is there twice.", row=row, column=column
            )
        seen.add(name)
    if not names:
        raise _refuse(NAMES, table, f"{table.source.name} holds no {what}.")
    return tuple(names)


def _word(cell: object) -> str:
    """A name; identifiers read as numbers (an OTU number) keep their digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _wide_columns(table: RawTable) -> tuple[list[int], int | None]:
    """Columns of samples, and that of the lineage where QIIME or BIOM appended one."""
    lineage = next(
        (i for i, c in enumerate(table.columns) if i and plain(c.name) in _LINEAGE), None
    )
    columns = [
        i for i, c in enumerate(table.columns) if i and i != lineage and plain(c.name) not in _ASIDE
    ]
    return columns, lineage


def _matrix(table: RawTable, columns: Sequence[int]) -> Matrix:
    """Values (rows, columns), all finite and not negative."""
    if not columns:
        raise _refuse(VALUES, table, f"{table.source.name} has no column of abundances.")
    values = np.empty((table.rows, len(columns)))
    for at, index in enumerate(columns):
        values[:, at] = _numbers(table, index)
    return values


def _numbers(table: RawTable, index: int) -> npt.NDArray[np.float64]:
    raw, column = table.columns[index], table.data.column(index)
    if raw.declared not in ("text", "number"):
        raise _refuse(VALUES, table, f"{raw.name} holds {raw.declared}s.", column=raw.name)
    numbers = column if raw.declared == "number" else _parsed(column)
    if numbers is None or numbers.null_count:
        row, cell = _first_bad(column.to_pylist())
        said = "is empty" if cell is None else "is no number"
        raise _refuse(VALUES, table, f"A value {said}.", row=row, column=raw.name)
    values = numbers.to_numpy().astype(np.float64)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        row = int(np.argmax(bad))
        said = "negative" if values[row] < 0 else "no finite number"
        raise _refuse(
            VALUES, table, f"A value is {said}.", row=row, column=raw.name, count=int(bad.sum())
        )
    return np.asarray(values, dtype=np.float64)


def _parsed(column: Arrow) -> Arrow | None:
    try:
        return compute.cast(compute.utf8_trim_whitespace(column), pa.float64())
    except pa.ArrowInvalid:
        return None


def _first_bad(cells: Sequence[Any]) -> tuple[int, Any]:
    for row, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip())):
            return row, cell
        if isinstance(cell, float) and not math.isfinite(cell):
            return row, cell
    return 0, cells[0]


def _long(table: RawTable) -> Shaped:
    """SAMPLE, TAXON, VALUE in any order; a combination that is absent was not found (0)."""
    names = [plain(c.name) for c in table.columns]
    try:
        places = [
            next(i for i, n in enumerate(names) if n in words)
            for words in (_SAMPLE, _TAXON, _VALUE)
        ]
    except StopIteration:
        raise _refuse(
            LAYOUT,
            table,
            f"{table.source.name} lacks one of the columns SAMPLEID, TAXON and VALUE.",
        ) from None
    values = _numbers(table, places[2])
    keys = []
    for at, what in zip(places[:2], ("sample", "taxon"), strict=True):
        words = [_word(c) for c in table.data.column(at).to_pylist()]
        if "" in words:
            column = table.columns[at].name
            raise _refuse(
                NAMES, table, f"The {what} has no name.", row=words.index(""), column=column
            )
        keys.append(words)
    samples, taxa = (tuple(dict.fromkeys(words)) for words in keys)
    if not samples:
        raise _refuse(NAMES, table, f"{table.source.name} holds no sample.")
    by_sample = {s: i for i, s in enumerate(samples)}
    by_taxon = {t: i for i, t in enumerate(taxa)}
    flat = np.array(
        [by_sample[s] * len(taxa) + by_taxon[t] for s, t in zip(*keys, strict=True)], dtype=np.int64
    )
    _, first, counts = np.unique(flat, return_index=True, return_counts=True)
    if (counts > 1).any():
        seen = set(first.tolist())
        row = next(i for i in range(len(flat)) if i not in seen)
        raise _refuse(NAMES, table, "A sample has two values for one taxon.", row=row)
    matrix = np.zeros(len(samples) * len(taxa))
    matrix[flat] = values
    return Shaped(samples, taxa, matrix.reshape(len(samples), len(taxa)))


def _metaphlan(table: RawTable, rank: str) -> Shaped:
    """One rank of a merged MetaPhlAn table; a row's rank is that of the last part of its name."""
    clades = [str(c or "").strip() for c in table.data.column(0).to_pylist()]
    deepest = [RANKS.get(c.rpartition("|")[2].partition("__")[0], "") for c in clades]
    rows = [i for i, found in enumerate(deepest) if found == rank]
    if not rows:
        have = ", ".join(dict.fromkeys(r for r in deepest if r)) or "none"
        raise _refuse(
            RANK, table, f"{table.source.name} has no rows of rank {rank} (ranks: {have})."
        )
    taxa = [clades[i].rpartition("__")[2] for i in rows]
    if len(set(taxa)) < len(taxa):
        taxa = [clades[i] for i in rows]
    repeated = next((i for i, t in zip(rows, taxa, strict=True) if taxa.count(t) > 1), None)
    if repeated is not None:
        name = table.columns[0].name
        raise _refuse(
            NAMES, table, f"The clade {clades[repeated]} is there twice.", row=repeated, column=name
        )
    columns, _ = _wide_columns(table)
    values = _matrix(table, columns)[rows]
    finding = RANK_KEPT.finding(
        f"{table.source.name}: {len(rows)} rows of rank {rank} were kept of {len(clades)}.",
        places=[table.place(rows[0])],
    )
    return Shaped(
        tuple(table.columns[i].name for i in columns),
        tuple(taxa),
        np.ascontiguousarray(values.T),
        {t: split_lineage(clades[i]) for t, i in zip(taxa, rows, strict=True)},
        (finding,),
        metaphlan=True,
    )
