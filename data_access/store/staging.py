"""Writing a cut beside its place, durably, so that one rename makes it exist."""

from __future__ import annotations

import errno
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pyarrow.compute as pc

from data_access.findings import DataError, in_order
from data_access.store import fsops
from data_access.store.manifest import (
    CHECKSUM,
    FINDINGS,
    MANIFEST,
    STUDY,
    Manifest,
    StoredFile,
    checksum_line,
    severities,
    to_json,
)
from data_access.store.problems import FULL, megabytes
from data_access.store.records import Staged
from data_access.store.tables import describe_table, write_file, write_table

TEMPORARY = ".tmp-"
PUT_ASIDE = ".damaged-"

#: What a system or disk answers that cannot swap two names in one step.
_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV}


def needed_bytes(staged: Staged) -> int:
    """A careful guess of the size on disk: clinical data compress to a tenth or a half."""
    tables = sum(int(table.nbytes) for table in staged.stems().values())
    return 200_000 + tables // 2


def ensure_space(folder: Path, needed: int) -> None:
    """DataError `store-full` when the disk of `folder` has less than `needed` bytes free."""
    free = fsops.free_bytes(folder)
    if free < needed:
        raise DataError(
            FULL.finding(
                f"The cut needs about {megabytes(needed)} of disk space and {megabytes(free)} are "
                "free. Nothing was written."
            )
        )


def sweep(cuts: Path) -> int:
    """Remove what dead writers left; the caller holds the study's lock, so none is alive."""
    orphans = [p for p in cuts.glob(f"{TEMPORARY}*") if p.is_dir() and not p.is_symlink()]
    for orphan in orphans:
        remove_tree(orphan)
    return len(orphans)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it. Raises OSError."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            fsops.remove_file(path)
    fsops.remove_folder(folder)


@contextmanager
def temporary(cuts: Path) -> Iterator[Path]:
    """A new folder in `cuts`; whatever is left under its name at the end is removed."""
    folder = cuts / f"{TEMPORARY}{uuid.uuid4().hex}"
    fsops.make_folder(folder)
    try:
        yield folder
    finally:
        with suppress(OSError):  # the next write sweeps what a broken disk keeps
            if folder.is_dir():
                remove_tree(folder)


def fill(
    folder: Path, staged: Staged, *, imported_at: datetime, imported_by: str | None, version: str
) -> None:
    """Write every file of a cut into an empty folder and make them durable. Raises OSError."""
    files: dict[str, StoredFile] = {}
    if staged.features:
        fsops.make_folder(folder / "features")
    for name, table in staged.stems().items():
        files[f"{name}.parquet"] = write_table(folder / f"{name}.parquet", table)
    files[STUDY] = write_file(folder / STUDY, staged.study.text.text.encode())
    findings = in_order(staged.findings)
    files[FINDINGS] = write_file(folder / FINDINGS, to_json([f.to_json() for f in findings]))
    manifest = Manifest(
        cut=staged.cut_id,
        study_id=staged.study.id,
        title=staged.study.title,
        cut_date=staged.cut_date,
        version=version,
        imported_at=imported_at,
        imported_by=imported_by,
        parent=staged.parent,
        patients=_patients(staged),
        severities=severities(findings),
        sources=staged.sources,
        tables={n: describe_table(t, staged.digests[n]) for n, t in staged.stems().items()},
        files=files,
    ).to_bytes()
    write_file(folder / MANIFEST, manifest)
    write_file(folder / CHECKSUM, checksum_line(manifest))
    if staged.features:
        fsops.sync_folder(folder / "features")
    fsops.sync_folder(folder)


def _patients(staged: Staged) -> int | None:
    subjects = staged.tables.get("ADSL")
    if subjects is None or "USUBJID" not in subjects.column_names:
        return None
    return int(pc.count_distinct(subjects.column("USUBJID")).as_py())


def publish(folder: Path, target: Path, *, replace: bool) -> None:
    """Give a filled folder its name, in one step. A damaged cut of that name is kept aside."""
    if replace:
        _swap(folder, target)
    else:
        fsops.rename(folder, target)
    fsops.sync_folder(target.parent)


def _swap(folder: Path, target: Path) -> None:
    aside = target.with_name(f"{PUT_ASIDE}{target.name[:12]}-{uuid.uuid4().hex[:8]}")
    fsops.rename(folder, aside)
    try:
        fsops.exchange(aside, target)
    except OSError as error:
        fsops.rename(aside, folder)
        if error.errno not in _NO_EXCHANGE:
            raise
        fsops.rename(target, aside)  # two steps then; only a damaged cut is absent between them
        fsops.rename(folder, target)


def append_line(path: Path, record: dict[str, object]) -> None:
    """Append one JSON line durably, on a line of its own even after a torn one. Raises OSError."""
    line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    new = not path.exists()
    torn = not new and path.read_bytes()[-1:] not in (b"", b"\n")
    descriptor = fsops.append_to(path)
    try:
        fsops.write_all(descriptor, b"\n" + line if torn else line)
        fsops.sync(descriptor)
    finally:
        fsops.close(descriptor)
    if new:
        fsops.sync_folder(path.parent)
