"""One opened cut: verified, immutable, its tables read when first asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from threading import RLock
from typing import Any

import pandas as pd
import pyarrow as pa

from data_access.digest import PROVENANCE
from data_access.findings import DataError, Finding
from data_access.frames import to_series, whole_numbers
from data_access.rawtable import SourceFile
from data_access.store.manifest import (
    FINDINGS,
    STUDY,
    Manifest,
    StoredTable,
    read_manifest,
    verified_bytes,
    verify_files,
    verify_identity,
)
from data_access.store.problems import STUDY_REFUSED
from data_access.store.tables import read_table, to_frame
from data_access.study.model import Study


class Cut:
    """An imported set of exports. Safe to use from several threads.

    Frames have USUBJID and every other text as `string` (missing NaN), numbers as float64, dates
    as datetime64[s]; with `provenance=True` also `_file` (text) and `_row` (int64: the line of
    delimited text, the record number elsewhere). Their values are shared and must not be changed;
    numbers and dates cannot be, and a column added to a frame stays with whoever added it.
    """

    def __init__(self, folder: Path, manifest: Manifest, study: Study, text: bytes) -> None:
        self.path = folder
        self.study = study
        self.findings = tuple(Finding.from_json(f) for f in json.loads(text))
        self._manifest = manifest
        self._lock = RLock()
        self._columns: dict[str, dict[str, pd.Series[Any]]] = {}
        self._frames: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = {}

    def __repr__(self) -> str:
        return f"Cut({self.study.id}, {self.cut_date}, {self.id[:12]})"

    @property
    def id(self) -> str:
        return self._manifest.cut

    @property
    def cut_date(self) -> date:
        return self._manifest.cut_date

    @property
    def imported_at(self) -> datetime:
        """When it was first imported, in UTC."""
        return self._manifest.imported_at

    @property
    def version(self) -> str:
        """Version of Interim that imported it."""
        return self._manifest.version

    @property
    def parent(self) -> str | None:
        """Id of the cut that was the newest when this one was imported."""
        return self._manifest.parent

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        return self._manifest.sources

    @property
    def domains(self) -> tuple[str, ...]:
        return tuple(self._manifest.domains)

    @property
    def feature_tables(self) -> tuple[str, ...]:
        return self._manifest.features

    def rows(self, domain: str) -> int:
        return self._table(domain).rows

    def digest(self, domain: str) -> str:
        """SHA-256 of the canonical rows of a domain."""
        return self._table(domain).digest

    def columns(self, domain: str) -> tuple[str, ...]:
        """Names of the data columns of a domain, without reading it."""
        return tuple(n for n, _ in self._table(domain).columns if n not in PROVENANCE)

    def frame(
        self, domain: str, *, provenance: bool = False, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """A domain, or only some of its columns (in the order asked for). KeyError when absent."""
        return self._frame(domain, provenance=provenance, columns=columns)

    def features(self, id_: str, *, provenance: bool = False) -> pd.DataFrame:
        """A feature table. KeyError when absent."""
        return self._frame(f"features/{id_}", provenance=provenance, columns=None)

    def _table(self, name: str) -> StoredTable:
        try:
            return self._manifest.tables[name]
        except KeyError:
            raise KeyError(f"cut {self.id[:12]} has no {name}") from None

    def _frame(self, name: str, *, provenance: bool, columns: Sequence[str] | None) -> pd.DataFrame:
        known = [n for n, _ in self._table(name).columns]
        wanted = [n for n in known if n not in PROVENANCE] if columns is None else list(columns)
        unknown = [n for n in wanted if n not in known]
        if unknown:
            raise KeyError(f"{name} of cut {self.id[:12]} has no column {', '.join(unknown)}")
        if provenance:
            wanted += [n for n in PROVENANCE if n in known and n not in wanted]
        key = (name, tuple(wanted))
        with self._lock:
            if key not in self._frames:
                loaded = self._load(name, wanted)
                series = {n: loaded[n] for n in wanted}
                self._frames[key] = to_frame(series, self._table(name).rows)
            return self._frames[key].copy(deep=False)

    def _load(self, name: str, wanted: Sequence[str]) -> dict[str, pd.Series[Any]]:
        """Read what of `wanted` was never read; the caller holds the lock."""
        loaded = self._columns.setdefault(name, {})
        missing = [n for n in wanted if n not in loaded]
        if missing:
            data = self._read(name, missing)
            for column in missing:
                convert = whole_numbers if column == "_row" else to_series
                loaded[column] = convert(data.column(column))
        return loaded

    def _read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        return read_table(self._manifest, self.path, name, columns)

    def arrow(self, name: str) -> pa.Table:
        """The canonical table as stored, provenance included; read anew each time."""
        self._table(name)
        return self._read(name)


def open_cut(folder: Path) -> Cut:
    """A cut of which every stored byte has been verified. Raises DataError."""
    manifest = read_manifest(folder)
    text = verified_bytes(manifest, folder, STUDY).decode()
    findings = verified_bytes(manifest, folder, FINDINGS)
    verify_identity(manifest, folder, text)
    verify_files(manifest, folder)
    return Cut(folder, manifest, _study(text, folder.name), findings)


def _study(text: str, cut: str) -> Study:
    from data_access.study.parse import parse_study

    try:
        return parse_study(text, STUDY)
    except DataError as error:
        finding = STUDY_REFUSED.finding(
            f"The study.toml kept with cut {cut[:12]} is as it was stored, but this version of "
            "Interim does not accept it."
        )
        raise DataError(finding, *error.findings) from error
