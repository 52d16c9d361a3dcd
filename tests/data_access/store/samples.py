"""A small study to store: two domains and a feature table, with every type and missing values.

Tests get this module through the fixture `samples`; helper processes import it by its folder.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa

from data_access.digest import canonical
from data_access.findings import Finding, Place, Severity
from data_access.rawtable import SourceFile
from data_access.store import Staged
from data_access.study.model import Study
from data_access.study.parse import parse_study

STUDY_TEXT = '[study]\nid = "trial-1"\ntitle = "A trial"\n'
VERSION = "0.1.0"
NOW = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)
DIGEST_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def subjects(patients: int) -> pa.Table:
    """ADSL with every type, missing values among them, and where each row came from."""
    numbers = range(patients)
    return canonical(
        pa.table(
            {
                "USUBJID": pa.array([f"P{i:03d}" for i in numbers], pa.large_string()),
                "SEX": pa.array([None if i % 4 == 3 else "F" for i in numbers], pa.large_string()),
                "AGE": pa.array([None if i % 5 == 4 else 40.5 + i for i in numbers], pa.float64()),
                "LINE": pa.array([None if i % 3 == 2 else i for i in numbers], pa.int64()),
                "TRTSDT": pa.array(
                    [None if i % 6 == 5 else date(2025, 1, 1 + i % 28) for i in numbers],
                    pa.date32(),
                ),
                "_file": pa.array(["adsl.csv"] * patients).dictionary_encode(),
                "_row": pa.array([i + 2 for i in numbers], pa.int64()),
            }
        )
    )


def events(patients: int) -> pa.Table:
    rows = [(f"P{i:03d}", n) for i in range(patients) for n in range(i % 4)]
    return canonical(
        pa.table(
            {
                "USUBJID": pa.array([p for p, _ in rows], pa.large_string()),
                "AESEQ": pa.array([n for _, n in rows], pa.int64()),
                "AETERM": pa.array([f"Übelkeit {n}" for _, n in rows], pa.large_string()),
                "_file": pa.array(["adae.xpt"] * len(rows), pa.string()).dictionary_encode(),
                "_row": pa.array(range(1, len(rows) + 1), pa.int64()),
            }
        )
    )


def taxa() -> pa.Table:
    return canonical(
        pa.table(
            {
                "SAMPLEID": pa.array(["S2", "S1"], pa.large_string()),
                "Bacteroides": pa.array([12.0, 3.0]),
                "Akkermansia": pa.array([0.0, None], pa.float64()),
                "_file": pa.array(["taxa.tsv"] * 2).dictionary_encode(),
                "_row": pa.array([2, 3], pa.int64()),
            }
        )
    )


def study(text: str = STUDY_TEXT) -> Study:
    return parse_study(text, "study.toml")


def staged(
    cut_date: date = date(2025, 3, 31), *, patients: int = 12, parent: str | None = None
) -> Staged:
    """A cut of `patients` patients; the id follows from the arguments."""
    return Staged.of(
        study(),
        cut_date,
        {"ADSL": subjects(patients), "ADAE": events(patients)},
        features={"taxa": taxa()},
        sources=(SourceFile("adsl.csv", "csv", DIGEST_OF_NOTHING, 812, "utf-8"),),
        findings=(
            Finding(
                "check-x",
                Severity.WARNING,
                "A sentence.",
                "A remedy.",
                domain="ADSL",
                patients=("P001",),
                places=(Place("adsl.csv", line=3, column="AGE"),),
            ),
            Finding("check-y", Severity.ERROR, "Another sentence.", "A remedy."),
        ),
        parent=parent,
    )
