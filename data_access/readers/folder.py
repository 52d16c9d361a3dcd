"""The files of an export, one folder or ZIP archive after the other, and what each is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data_access.findings import DataError, Finding, Place
from data_access.readers import archive, sources
from data_access.readers.detect import sniff
from data_access.readers.export_rules import FOLDER, NOT_USED
from data_access.schema import DOMAINS
from data_access.study.model import Study

#: beside the exports, and never one of them
_PAPERS = ("readme", "license", "licence", "changelog", "notice", "index", "description")
_PAPER_TYPES = frozenset({".md", ".toml", ".r", ".sas", ".log", ".sha256", ".html"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: where its bytes lie, and its name as findings say it (exports.zip/adsl.csv)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A folder or archive: files that may be domains, files that never are, and subfolders."""

    prefix: str
    entries: tuple[Entry, ...]
    set_aside: tuple[Entry, ...]  # hidden files, labels, papers
    folders: tuple[str, ...]

    @property
    def sources(self) -> Path | None:
        """Its sources.toml."""
        name = self.prefix + sources.NAME
        return next((e.path for e in self.set_aside if e.name == name), None)


def parts_of(exports: Path, stack: ExitStack) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    """The exports folder and every archive in it; archives stay unpacked as long as `stack`.

    Raises DataError when there is nothing to look into. An archive that cannot be unpacked is a
    finding, so that the faults of other files are seen as well.
    """
    if exports.is_file():
        if sniff(exports) != "zip":
            raise DataError(
                FOLDER.finding(
                    f"{exports.name} is neither a folder nor a ZIP archive.",
                    places=[Place(exports.name)],
                )
            )
        members = stack.enter_context(archive.unpacked(exports, name=exports.name))
        return (_of_members(members, ""),), ()
    if not exports.is_dir():
        raise DataError(
            FOLDER.finding(f"There is no folder {exports.name}.", places=[Place(exports.name)])
        )
    return _of_folder(exports, stack)


def _of_folder(exports: Path, stack: ExitStack) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    paths = sorted(exports.iterdir(), key=lambda p: p.name)
    files = [p for p in paths if p.is_file()]
    archives = [p for p in files if p.suffix.casefold() == ".zip" and not _set_aside(p.name)]
    parts: list[Part] = []
    findings: list[Finding] = []
    for path in archives:
        try:
            members = stack.enter_context(archive.unpacked(path, name=path.name))
        except DataError as error:
            findings += error.findings
        else:
            parts.append(_of_members(members, path.name + "/"))
    entries = [Entry(p, p.name) for p in files if p not in archives]
    folders = tuple(p.name + "/" for p in paths if not p.is_file())
    return (_part("", entries, folders), *parts), tuple(findings)


def _of_members(members: tuple[archive.Member, ...], prefix: str) -> Part:
    top = [Entry(m.path, prefix + m.name) for m in members if "/" not in m.name]
    deeper = dict.fromkeys(m.name.partition("/")[0] for m in members if "/" in m.name)
    return _part(prefix, top, tuple(f"{prefix}{name}/" for name in deeper))


def _part(prefix: str, entries: list[Entry], folders: tuple[str, ...]) -> Part:
    aside = tuple(e for e in entries if _set_aside(e.name))
    return Part(prefix, tuple(e for e in entries if e not in aside), aside, folders)


def _set_aside(name: str) -> bool:
    """Hidden files, `*_labels.*`, licences, read-me files and scripts are never domains."""
    pure = PurePosixPath(name.casefold())
    stem = pure.name.split(".")[0]
    return (
        pure.name.startswith((".", "~$"))
        or pure.suffix in _PAPER_TYPES
        or stem.endswith("_labels")
        or stem.startswith(_PAPERS)
    )


def unused(names: list[str]) -> Iterator[Finding]:
    """One note on all files that are no domain."""
    seen = [n for n in names if PurePosixPath(n).name not in {sources.NAME, "study.toml"}]
    if seen:
        listed = ", ".join(sorted(seen)[:10]) + (" …" if len(seen) > 10 else "")
        yield NOT_USED.finding(
            f"Not used, being no domain: {listed}.",
            places=[Place(n) for n in sorted(seen)],
            count=len(seen),
        )


def wanted_sheets(study: Study | None) -> dict[str, bool]:
    """Files a study names outside [files] -> whether it is a feature table."""
    if study is None:
        return {}
    raw = [d.source for d in study.domains.values() if d.source]
    raw += [w.file for w in study.wide_tte] + [w.file for w in study.wide_response]
    named = {name: False for name in raw if name.upper() not in DOMAINS}
    features = [f.file for f in study.features] + [f.taxonomy for f in study.features if f.taxonomy]
    return {**named, **dict.fromkeys(features, True)}
