"""Feature tables of an export as the long tables a cut stores."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from data_access.findings import DataError, Finding, Rule, Severity
from data_access.rawtable import RawTable
from data_access.readers.features import feature_data, to_arrow
from data_access.study.model import FeatureTable, Study

UNLINKED = Rule(
    "import-samples-unlinked",
    Severity.ERROR,
    "Samples of a feature table belong to no patient",
    "Give every sample its row in ADMB (USUBJID, SAMPLEID), with the identifier the table uses.",
)
SHARED = Rule(
    "import-samples-shared",
    Severity.ERROR,
    "A sample identifier stands for samples of two patients",
    "Make SAMPLEID unique in the study, in ADMB and in the feature table; until then such samples "
    "enter no estimate, because nothing says whose reads they are.",
)
RULES = (UNLINKED, SHARED)

#: Added to the id of a feature table to name its taxonomy.
TAXONOMY = "_taxonomy"


def feature_tables(
    study: Study, sheets: Mapping[str, RawTable]
) -> tuple[dict[str, pa.Table], list[Finding]]:
    """Each feature table that study.toml names and the export holds: SAMPLEID, TAXON, VALUE.

    A taxonomy is stored beside its table, as text, under the table's id + `TAXONOMY`. What cannot
    be read comes back as findings of severity reject.
    """
    tables: dict[str, pa.Table] = {}
    findings: list[Finding] = []
    for spec in study.features:
        sheet = sheets.get(spec.file)
        if sheet is None:
            continue  # the reader of the folder has said so
        try:
            tables |= _read(spec, sheet, sheets, findings)
        except DataError as error:
            findings += error.findings
    return tables, findings


def _read(
    spec: FeatureTable,
    sheet: RawTable,
    sheets: Mapping[str, RawTable],
    findings: list[Finding],
) -> dict[str, pa.Table]:
    taxonomy = sheets.get(spec.taxonomy) if spec.taxonomy else None
    data = feature_data(sheet, layout=spec.layout, kind=spec.kind, taxonomy=taxonomy)
    findings += data.findings
    tables = {spec.id: to_arrow(data)}
    if taxonomy is not None:
        text = [
            taxonomy.data.column(i).cast(pa.large_string()) for i in range(len(taxonomy.columns))
        ]
        tables[spec.id + TAXONOMY] = pa.table(text, names=[c.name for c in taxonomy.columns])
    elif data.taxonomy and any(data.taxonomy.values()):
        tables[spec.id + TAXONOMY] = _lineages(data.taxonomy)
    return tables


def _lineages(taxonomy: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """The lineages a table brings along (BIOM, QIIME, MetaPhlAn) as a taxonomy: a row per taxon."""
    ranks = dict.fromkeys(rank for own in taxonomy.values() for rank in own)
    columns = {"TAXON": list(taxonomy)} | {
        rank: [own.get(rank) for own in taxonomy.values()] for rank in ranks
    }
    return pa.table({name: pa.array(v, pa.large_string()) for name, v in columns.items()})


def shared_samples(
    features: Mapping[str, pa.Table], samples: pa.Table | None
) -> tuple[Finding, ...]:
    """Samples of a feature table that ADMB gives to two patients."""
    if not features or samples is None or "SAMPLEID" not in samples.column_names:
        return ()
    whose: dict[str, set[str]] = {}
    pairs = zip(
        samples.column("SAMPLEID").to_pylist(), samples.column("USUBJID").to_pylist(), strict=True
    )
    for sample, patient in pairs:
        if sample and patient:
            whose.setdefault(sample, set()).add(patient)
    both = sorted(s for s, own in whose.items() if len(own) > 1)
    if not both:
        return ()
    more = f" and {len(both) - 5} more" if len(both) > 5 else ""
    one = len(both) == 1
    many = "1 sample identifier stands for" if one else f"{len(both)} sample identifiers stand for"
    return (
        SHARED.finding(
            f"{many} samples of several patients in ADMB: {', '.join(both[:5])}{more}.",
            domain="ADMB",
            column="SAMPLEID",
            patients=sorted({p for s in both for p in whose[s]}),
            count=len(both),
        ),
    )


def unlinked_samples(
    features: Mapping[str, pa.Table], samples: pa.Table | None
) -> tuple[Finding, ...]:
    """Samples of each feature table that ADMB does not know; nothing without ADMB.SAMPLEID."""
    if samples is None or "SAMPLEID" not in samples.column_names:
        return ()
    known = set(samples.column("SAMPLEID").to_pylist())
    findings = []
    for name, table in features.items():
        if name.endswith(TAXONOMY):
            continue
        own = [s for s in table.column("SAMPLEID").unique().to_pylist() if s is not None]
        lost = sorted(s for s in own if s not in known)
        if lost:
            more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
            findings.append(
                UNLINKED.finding(
                    f"{len(lost)} of {len(own)} samples of {name} are not in ADMB: "
                    f"{', '.join(lost[:5])}{more}.",
                    domain="ADMB",
                    column="SAMPLEID",
                    count=len(lost),
                )
            )
    return tuple(findings)
