"""What goes into the store and what its listings give back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from data_access.digest import cut_id, table_digest
from data_access.findings import DataError, Finding
from data_access.rawtable import SourceFile
from data_access.store.problems import NAME
from data_access.study.model import Study

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def safe_name(name: str, what: str) -> str:
    """`name` if it may be the name of a file in the store; DataError otherwise."""
    if _NAME.fullmatch(name) is None:
        raise DataError(NAME.finding(f"The {what} {name[:100]!r} cannot be a file name."))
    return name


@dataclass(frozen=True, slots=True)
class Staged:
    """A cut ready to be written. Tables are canonical (`data_access.digest.canonical`).

    `digests` has one entry per table: "ADSL", ..., and "features/<id>" for feature tables;
    `cut_id` is made of them. `Staged.of` fills in both.
    """

    study: Study
    cut_date: date
    tables: Mapping[str, pa.Table]
    features: Mapping[str, pa.Table]
    digests: Mapping[str, str]
    cut_id: str
    sources: tuple[SourceFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    parent: str | None = None

    @classmethod
    def of(
        cls,
        study: Study,
        cut_date: date,
        tables: Mapping[str, pa.Table],
        *,
        features: Mapping[str, pa.Table] | None = None,
        sources: tuple[SourceFile, ...] = (),
        findings: tuple[Finding, ...] = (),
        parent: str | None = None,
    ) -> Staged:
        """Stage canonical tables: computes the digests and the id."""
        features = features or {}
        digests = {name: table_digest(table) for name, table in stems(tables, features).items()}
        return cls(
            study=study,
            cut_date=cut_date,
            tables=tables,
            features=features,
            digests=digests,
            cut_id=cut_id(study.text.text, cut_date, digests),
            sources=sources,
            findings=findings,
            parent=parent,
        )

    def stems(self) -> dict[str, pa.Table]:
        """Every table by the stem of its file: "ADSL", "features/taxa"."""
        return stems(self.tables, self.features)

    def check(self) -> None:
        """Refuse what cannot be a cut: DataError for a bad name, ValueError for a wrong id."""
        safe_name(self.study.id, "study id")
        for name in self.tables:
            safe_name(name, "domain")
        for name in self.features:
            safe_name(name, "feature table id")
        if set(self.digests) != set(self.stems()):
            raise ValueError("a staged cut needs one digest per table")
        if self.cut_id != cut_id(self.study.text.text, self.cut_date, self.digests):
            raise ValueError("the id of a staged cut must be that of its study, date and digests")


def stems(tables: Mapping[str, pa.Table], features: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Domains and feature tables under one naming."""
    return {**tables, **{f"features/{name}": table for name, table in features.items()}}


@dataclass(frozen=True, slots=True)
class CutSummary:
    """One line of a listing. A damaged cut has `damaged` in words and only what could be read."""

    id: str
    study_id: str
    cut_date: date | None = None
    imported_at: datetime | None = None
    version: str | None = None  # of the importer
    domains: Mapping[str, int] = field(default_factory=dict)  # domain -> rows
    patients: int | None = None  # distinct USUBJID in ADSL
    findings: Mapping[str, int] = field(default_factory=dict)  # severity -> findings
    parent: str | None = None
    sources: tuple[SourceFile, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)  # domain -> SHA-256 of its rows
    damaged: str | None = None


@dataclass(frozen=True, slots=True)
class StudySummary:
    """A study with at least one cut; what is known of it comes from its newest readable cut."""

    id: str
    title: str | None
    cuts: int
    damaged: int
    newest: CutSummary | None = None
