"""Microbiome feature tables: samples x taxa as counts or proportions, with their taxonomy.

Read from delimited text, Parquet or Excel (wide, long, MetaPhlAn 3 and 4) and BIOM 2.1; stored as
a long table of the values that are not 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.rawtable import RawTable, SourceFile
from data_access.readers import features_shape, read_file
from data_access.readers.assemble import Arrow
from data_access.readers.features_shape import Layout, Matrix, Shaped, plain, shape

Kind = Literal["counts", "proportions"]

KIND = Rule(
    "read-features-kind",
    Severity.REJECT,
    "A feature table holds counts, or proportions that add up to 1 (or 100) in every sample",
    'State kind = "counts" or "proportions" under [features.<id>] of study.toml, or export the '
    "counts as they came from the profiler, without any transformation.",
)
KIND_FOUND = Rule(
    "read-features-kind-found",
    Severity.NOTE,
    "Whether a feature table holds counts or proportions is found from its values",
    "State kind under [features.<id>] of study.toml to have it checked.",
)
EMPTY_SAMPLE = Rule(
    "read-features-empty-sample",
    Severity.WARNING,
    "Every sample of a feature table has at least one taxon",
    "Such samples enter no figure: take them out, or find out why sequencing gave nothing.",
)
TAXONOMY = Rule(
    "read-features-taxonomy",
    Severity.REJECT,
    "A taxonomy has one row per taxon: its name first, then its ranks",
    "Name the first column as in the feature table and keep one row per taxon.",
)
TAXONOMY_GAP = Rule(
    "read-features-taxonomy-gap",
    Severity.WARNING,
    "Every taxon of a feature table is in its taxonomy",
    "Add the missing taxa to the taxonomy file; until then they count as unclassified.",
)

RULES: tuple[Rule, ...] = (
    features_shape.LAYOUT,
    features_shape.NAMES,
    features_shape.VALUES,
    features_shape.RANK,
    features_shape.RANK_KEPT,
    KIND,
    KIND_FOUND,
    EMPTY_SAMPLE,
    TAXONOMY,
    TAXONOMY_GAP,
)

#: How far the sum of a sample may be from 1, and from 100 in percent.
_ONE, _HUNDRED = 1e-3, 0.1
#: and in percent without decimals
_ROUNDED = 5
#: A feature table may have this many columns: one per sample, or one per taxon.
MAX_COLUMNS = 1_000_000
SCHEMA = pa.schema(
    [
        pa.field("SAMPLEID", pa.large_string()),
        pa.field("TAXON", pa.large_string()),
        pa.field("VALUE", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class FeatureData:
    """`values` (samples, taxa), float64: counts, or proportions of 1.

    `taxonomy` gives rank -> name for each taxon it knows (ranks: kingdom, phylum ... species).
    """

    samples: tuple[str, ...]
    taxa: tuple[str, ...]
    values: Matrix
    kind: Kind
    taxonomy: Mapping[str, Mapping[str, str]] | None = None
    findings: tuple[Finding, ...] = field(default=())


def read_features(
    path: Path,
    source: SourceFile,
    *,
    layout: Layout = "auto",
    kind: Kind | None = None,
    rank: str = "species",
    taxonomy: RawTable | None = None,
    **options: Any,
) -> FeatureData:
    """The feature table in a file; `options` (encoding, separator, sheet) go to its reader.

    Raises DataError as `feature_data` does and as the format's reader does.
    """
    tables = read_file(path, name=source.name, comments=True, max_columns=MAX_COLUMNS, **options)
    if len(tables) != 1:
        sentence = f"{source.name} holds {len(tables)} tables; a feature table is one."
        raise DataError(features_shape.LAYOUT.finding(sentence, places=[Place(source.name)]))
    return feature_data(tables[0], layout=layout, kind=kind, rank=rank, taxonomy=taxonomy)


def feature_data(
    table: RawTable,
    *,
    layout: Layout = "auto",
    kind: Kind | None = None,
    rank: str = "species",
    taxonomy: RawTable | None = None,
) -> FeatureData:
    """A table that has been read (BIOM included) as samples x taxa.

    `kind` None: found from the values. `rank`: the rank kept of a MetaPhlAn table. `taxonomy`: a
    table with the taxon first and one column per rank. Raises DataError with the place of the
    fault: unknown layout, names that repeat, values missing, negative or no numbers, sums that are
    neither counts nor proportions.
    """
    # a BIOM table says what its rows are by its format
    known: Layout = "wide" if table.source.format == "biom" or layout == "biom" else layout
    shaped = shape(table, known, rank)
    findings = [*table.findings, *shaped.findings, *_empty_samples(shaped, table)]
    found, values, said = _kind(shaped, kind, table)
    findings.extend(said)
    lineages = shaped.lineages
    if taxonomy is not None:
        lineages, gaps = _taxonomy(taxonomy, shaped.taxa)
        findings.extend(gaps)
    return FeatureData(shaped.samples, shaped.taxa, values, found, lineages, tuple(findings))


def to_arrow(data: FeatureData) -> pa.Table:
    """SAMPLEID, TAXON, VALUE of everything that is not 0, in the order of names.

    A sample or taxon that is 0 throughout keeps one row of 0, so that none is lost.
    """
    sample, taxon = np.nonzero(data.values)
    empty_samples = np.setdiff1d(np.arange(len(data.samples)), sample)
    empty_taxa = np.setdiff1d(np.arange(len(data.taxa)), taxon)
    sample = np.concatenate([sample, empty_samples, np.zeros_like(empty_taxa)])
    taxon = np.concatenate([taxon, np.zeros_like(empty_samples), empty_taxa])
    pairs = np.unique(np.stack([sample, taxon], axis=1), axis=0)
    sample, taxon = pairs[:, 0], pairs[:, 1]
    columns: list[Arrow] = [
        pa.array(data.samples, pa.large_string()).take(sample),
        pa.array(data.taxa, pa.large_string()).take(taxon),
        pa.array(data.values[sample, taxon]),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA).sort_by(
        [("SAMPLEID", "ascending"), ("TAXON", "ascending")]
    )


def from_arrow(table: pa.Table, *, kind: Kind | None = None) -> FeatureData:
    """The matrix behind `to_arrow`, samples and taxa in the order of names; without taxonomy.

    `kind` None: counts when every value is whole, else proportions.
    """
    samples, rows = np.unique(table.column("SAMPLEID").to_numpy().astype(str), return_inverse=True)
    taxa, columns = np.unique(table.column("TAXON").to_numpy().astype(str), return_inverse=True)
    values = np.zeros((len(samples), len(taxa)))
    numbers = table.column("VALUE").to_numpy()
    values[rows, columns] = numbers
    whole = bool((numbers == np.floor(numbers)).all())
    found: Kind = kind or ("counts" if whole else "proportions")
    return FeatureData(tuple(map(str, samples)), tuple(map(str, taxa)), values, found)


def _empty_samples(shaped: Shaped, table: RawTable) -> list[Finding]:
    empty = [
        s for s, total in zip(shaped.samples, shaped.values.sum(axis=1), strict=True) if not total
    ]
    if not empty:
        return []
    shown = ", ".join(empty[:5])
    return [
        EMPTY_SAMPLE.finding(
            f"{len(empty)} samples of {table.source.name} have no taxon at all ({shown}).",
            places=[Place(table.source.name, column=s) for s in empty[:50]],
            count=len(empty),
        )
    ]


def _kind(
    shaped: Shaped, stated: Kind | None, table: RawTable
) -> tuple[Kind, Matrix, tuple[Finding, ...]]:
    """Counts or proportions, and the values with proportions brought to a sum of 1."""
    values = shaped.values
    sums = values.sum(axis=1)
    filled = sums[sums > 0]
    whole = bool((values == np.floor(values)).all())
    if stated is None and whole and not shaped.metaphlan and _like_percent(filled):
        raise _kind_refused(
            "every value is whole and every sample adds up to about 100: rounded percentages look "
            "so, and counts of 100 reads",
            table,
        )
    if stated == "counts" or (stated is None and whole and not shaped.metaphlan):
        if not whole:
            raise _kind_refused("counts are stated, but values are not whole numbers", table)
        return "counts", values, () if stated else (_found("counts", table),)
    scale = _scale(filled, stated=stated is not None or shaped.metaphlan, whole=whole)
    if scale is None:
        low, high = (filled.min(), filled.max()) if len(filled) else (0, 0)
        raise _kind_refused(
            f"values are not whole numbers and samples add up to {low:.4g} to {high:.4g}", table
        )
    return "proportions", values / scale, () if stated else (_found("proportions", table),)


def _scale(sums: Matrix, *, stated: bool, whole: bool) -> float | None:
    """What the samples add up to: 1 or 100; less is accepted where proportions are stated."""
    if not len(sums):
        return 1.0
    if (np.abs(sums - 1) <= _ONE).all():
        return 1.0
    if (np.abs(sums - 100) <= _HUNDRED).all():
        return 100.0
    if not stated:
        return None
    if sums.max() <= 1 + _ONE:
        return 1.0
    # rounded to whole percent, a sample of many taxa may add up to more
    return 100.0 if sums.max() <= 100 + (_ROUNDED if whole else _HUNDRED) else None


def _like_percent(sums: Matrix) -> bool:
    """Do several samples all add up to 100, but for what rounding leaves?"""
    return len(sums) > 1 and bool((np.abs(sums - 100) <= _ROUNDED).all())


def _found(kind: Kind, table: RawTable) -> Finding:
    return KIND_FOUND.finding(
        f"{table.source.name} holds {kind}, by its values.", places=[Place(table.source.name)]
    )


def _kind_refused(what: str, table: RawTable) -> DataError:
    name = table.source.name
    return DataError(KIND.finding(f"In {name} {what}.", places=[Place(name)]))


def _taxonomy(
    table: RawTable, taxa: tuple[str, ...]
) -> tuple[dict[str, dict[str, str]], tuple[Finding, ...]]:
    """Ranks of each taxon from a taxonomy table; a warning for taxa it does not know."""
    ranks = [plain(c.name) for c in table.columns]
    ranks = ["kingdom" if r == "domain" else r for r in ranks]
    cells = [table.data.column(i).to_pylist() for i in range(len(ranks))]
    found: dict[str, dict[str, str]] = {}
    for row in range(table.rows):
        name = str(cells[0][row] or "").strip()
        if not name or name in found:
            what = f"The taxon {name} is there twice" if name else "A taxon has no name"
            place = table.place(row, table.columns[0].name)
            raise DataError(TAXONOMY.finding(f"{what}.", places=[place]))
        found[name] = {
            rank: str(column[row]).strip()
            for rank, column in zip(ranks[1:], cells[1:], strict=True)
            if column[row] is not None
        }
    unknown = [t for t in taxa if t not in found]
    if taxa and len(unknown) == len(taxa):
        raise DataError(
            TAXONOMY.finding(
                f"None of the {len(taxa)} taxa of the feature table is in {table.source.name}: "
                "the table lies the other way round (layout), or the two do not belong together.",
                places=[Place(table.source.name)],
                count=len(taxa),
            )
        )
    gaps: tuple[Finding, ...] = ()
    if unknown:
        shown = ", ".join(unknown[:5])
        gaps = (
            TAXONOMY_GAP.finding(
                f"{len(unknown)} of {len(taxa)} taxa are not in {table.source.name} ({shown}).",
                places=[Place(table.source.name)],
                count=len(unknown),
            ),
        )
    return {t: found[t] for t in taxa if t in found}, gaps
