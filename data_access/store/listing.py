"""Listings of stored cuts: quick, and a damaged folder is a line like any other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data_access.findings import DataError
from data_access.store.manifest import Manifest, read_manifest
from data_access.store.problems import damaged
from data_access.store.records import CutSummary

CUT = re.compile(r"[0-9a-f]{64}")
JOURNAL = "imports.jsonl"

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def cut_folders(cuts: Path) -> list[Path]:
    """Folders named as cuts are; temporary and put-aside ones and files are passed over."""
    if not cuts.is_dir():
        return []
    return sorted(p for p in cuts.iterdir() if CUT.fullmatch(p.name) and p.is_dir())


def newest_first(summaries: Iterable[CutSummary]) -> tuple[CutSummary, ...]:
    """By cut date, then by time of import; a cut of unknown date comes last."""
    return tuple(
        sorted(
            summaries,
            key=lambda s: (s.cut_date or date.min, s.imported_at or _LONG_AGO, s.id),
            reverse=True,
        )
    )


def summarise(folder: Path) -> tuple[CutSummary, Manifest | None]:
    """A cut as its manifest tells it, files looked at by size only. Never raises DataError.

    Of a damaged cut whose manifest cannot be believed the cut date comes from the journal.
    """
    study_id = folder.parents[1].name
    try:
        manifest = read_manifest(folder)
    except DataError as error:
        imports = [r for r in journal(folder.parents[1]) if r["cut"] == folder.name]
        cut_date = date.fromisoformat(imports[-1]["cut_date"]) if imports else None
        why = error.findings[0].sentence
        return CutSummary(folder.name, study_id, cut_date=cut_date, damaged=why), None
    summary = CutSummary(
        id=folder.name,
        study_id=study_id,
        cut_date=manifest.cut_date,
        imported_at=manifest.imported_at,
        version=manifest.version,
        domains={name: table.rows for name, table in manifest.domains.items()},
        patients=manifest.patients,
        findings=dict(manifest.severities),
        parent=manifest.parent,
        sources=manifest.sources,
        digests={name: table.digest for name, table in manifest.domains.items()},
        damaged=_missing(folder, manifest),
    )
    return summary, manifest


def _missing(folder: Path, manifest: Manifest) -> str | None:
    for name, stored in manifest.files.items():
        try:
            size = (folder / name).stat().st_size
        except OSError:
            return damaged(folder.name, name, "is missing").findings[0].sentence
        if size != stored.bytes:
            return damaged(folder.name, name, "has another size").findings[0].sentence
    return None


def journal(study: Path) -> tuple[dict[str, Any], ...]:
    """Every import of a study, oldest first; a line torn by a crash is passed over."""
    path = study / JOURNAL
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    records = []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            record = json.loads(line)
            date.fromisoformat(record["cut_date"])
            records.append({"cut": record["cut"], **record})
    return tuple(records)
