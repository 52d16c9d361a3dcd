"""manifest.json of a cut: what is stored, its SHA-256, and where it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data_access.digest import cut_id
from data_access.findings import DataError, Finding, Severity
from data_access.rawtable import SourceFile
from data_access.schema import DOMAINS
from data_access.store.problems import NEWER, damaged

#: Layout of a cut folder and its manifest. A cut of a higher number is refused, not guessed at.
SCHEMA = 1

MANIFEST = "manifest.json"
CHECKSUM = "manifest.sha256"
STUDY = "study.toml"
FINDINGS = "findings.json"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the cut, by its path inside the cut folder."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One Parquet file: `columns` are (name, Arrow type) in stored order."""

    rows: int
    columns: tuple[tuple[str, str], ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that is known of a cut but its values. `tables` is keyed "ADSL", "features/taxa"."""

    cut: str
    study_id: str
    title: str
    cut_date: date
    version: str
    imported_at: datetime
    imported_by: str | None
    parent: str | None
    patients: int | None
    severities: Mapping[str, int]
    sources: tuple[SourceFile, ...]
    tables: Mapping[str, StoredTable]
    files: Mapping[str, StoredFile]

    def to_bytes(self) -> bytes:
        document = asdict(self) | {
            "schema": SCHEMA,
            "cut_date": self.cut_date.isoformat(),
            "imported_at": stamp(self.imported_at),
        }
        return to_json(document)

    @property
    def domains(self) -> dict[str, StoredTable]:
        """The ADaM domains, in the order of the schema."""
        known = list(DOMAINS)
        names = [name for name in self.tables if "/" not in name]
        names.sort(key=lambda n: (known.index(n) if n in known else len(known), n))
        return {name: self.tables[name] for name in names}

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(k.partition("/")[2] for k in self.tables if "/" in k)


def stamp(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC. ValueError when it does not say its time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time to be recorded must know its time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def to_json(document: object) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode()


def checksum_line(manifest: bytes) -> bytes:
    """What `manifest.sha256` holds; `sha256sum -c` reads it too."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a cut folder, verified against `manifest.sha256` and the folder's name.

    Raises DataError `store-damaged` naming the file, or `store-newer`.
    """
    cut = folder.name
    content = read_bytes(folder, MANIFEST)
    if read_bytes(folder, CHECKSUM) != checksum_line(content):
        raise damaged(cut, MANIFEST, f"does not agree with {CHECKSUM}")
    try:
        document = json.loads(content)
        if document["schema"] <= SCHEMA:
            return _from_json(document)
        version, schema = document.get("version"), document["schema"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(cut, MANIFEST, "cannot be understood") from error
    raise DataError(
        NEWER.finding(
            f"Cut {cut[:12]} was written by Interim {version} in storage layout {schema}; this "
            f"version reads layouts up to {SCHEMA}."
        )
    )


def read_bytes(folder: Path, name: str) -> bytes:
    """The content of a small file of a cut; DataError `store-damaged` when it cannot be read."""
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise damaged(folder.name, name, "is missing") from error
    except OSError as error:
        raise damaged(folder.name, name, f"cannot be read ({error.strerror})") from error


def verified_bytes(manifest: Manifest, folder: Path, name: str) -> bytes:
    """The content of a file of the cut, if it is what the manifest says; DataError otherwise."""
    content = read_bytes(folder, name)
    stored = manifest.files.get(name)
    if stored is None or hashlib.sha256(content).hexdigest() != stored.sha256:
        raise damaged(folder.name, name, "was changed after the import")
    return content


def verify_identity(manifest: Manifest, folder: Path, study_text: str) -> None:
    """The folder's name must be the SHA-256 of what the manifest and study.toml say."""
    digests = {name: table.digest for name, table in manifest.tables.items()}
    names = (manifest.cut, cut_id(study_text, manifest.cut_date, digests))
    if names != (folder.name, folder.name) or manifest.study_id != folder.parents[1].name:
        raise damaged(folder.name, MANIFEST, "is not the manifest of this cut")


def verify_files(manifest: Manifest, folder: Path) -> None:
    """Every file the manifest names must have its SHA-256; DataError for the first that has not."""
    for name, stored in manifest.files.items():
        try:
            size, sha256 = _size_and_hash(folder / name)
        except FileNotFoundError as error:
            raise damaged(folder.name, name, "is missing") from error
        except OSError as error:
            raise damaged(folder.name, name, f"cannot be read ({error.strerror})") from error
        if (size, sha256) != (stored.bytes, stored.sha256):
            raise damaged(folder.name, name, "was changed after the import")


def _size_and_hash(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256


def _from_json(document: Mapping[str, Any]) -> Manifest:
    return Manifest(
        cut=document["cut"],
        study_id=document["study_id"],
        title=document["title"],
        cut_date=date.fromisoformat(document["cut_date"]),
        version=document["version"],
        imported_at=datetime.fromisoformat(document["imported_at"]),
        imported_by=document["imported_by"],
        parent=document["parent"],
        patients=document["patients"],
        severities=document["severities"],
        sources=tuple(SourceFile(**source) for source in document["sources"]),
        tables={
            name: StoredTable(
                rows=table["rows"],
                columns=tuple((n, t) for n, t in table["columns"]),
                digest=table["digest"],
            )
            for name, table in document["tables"].items()
        },
        files={name: StoredFile(**stored) for name, stored in document["files"].items()},
    )


def severities(findings: tuple[Finding, ...]) -> dict[str, int]:
    """Number of findings of each severity."""
    return {s.value: sum(f.severity is s for f in findings) for s in Severity}
