"""The files of an export, one folder or ZIP archive after the other, and what each is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data_access.findings import DataError, Finding, Place
from data_access.readers import archive, sources
from data_access.readers.detect import sniff
from data_access.readers.export_rules import FILE_NAME, FOLDER, NOT_USED, UNREADABLE
from data_access.readers.recognise import by_name, specs_of, stem
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


def parts_of(
    exports: Path, stack: ExitStack, study: Study | None = None
) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    """The exports folder and every archive in it; archives stay unpacked as long as `stack`.

    Raises DataError when there is nothing to look into. What cannot be opened or unpacked is a
    finding, so that the faults of other files are seen as well.
    """
    name = shown(exports.name)
    try:
        if exports.is_dir():
            return _of_folder(exports, stack, study)
        if not exports.is_file():
            raise DataError(FOLDER.finding(f"There is no folder {name}.", places=[Place(name)]))
        if sniff(exports) != "zip":
            raise DataError(
                FOLDER.finding(
                    f"{name} is neither a folder nor a ZIP archive.", places=[Place(name)]
                )
            )
        members = stack.enter_context(archive.unpacked(exports, name=name))
    except OSError as error:
        raise DataError(unreadable(name, error)) from error
    return (_of_members(members, ""),), ()


def shown(name: str) -> str:
    """A file name as a finding may say it: bytes that are not UTF-8, and what cannot be seen, are
    escaped (`adsl\\xff.csv`)."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def unreadable(name: str, error: OSError, domain: str | None = None) -> Finding:
    """The refusal of a file or folder that the system does not open; paths are not repeated."""
    why = error.strerror or "the system gives no reason"
    return UNREADABLE.finding(f"{name} cannot be read: {why}.", domain=domain, places=[Place(name)])


def _of_folder(
    exports: Path, stack: ExitStack, study: Study | None
) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    paths = sorted(exports.iterdir(), key=lambda p: p.name)
    files = [p for p in paths if p.is_file()]
    archives = [p for p in files if p.suffix.casefold() == ".zip" and not _set_aside(p.name)]
    parts: list[Part] = []
    findings = [f for p in paths for f in _misnamed(p, study)]
    taken = {_domain(p.name, study) for p in files}
    findings += [f for p in paths if p not in files for f in _no_file(p, study, taken)]
    for path in archives:
        name = shown(path.name)
        try:
            members = stack.enter_context(archive.unpacked(path, name=name))
        except DataError as error:
            findings += error.findings
        except OSError as error:
            findings.append(unreadable(name, error))
        else:
            parts.append(_of_members(members, name + "/"))
    entries = [Entry(p, shown(p.name)) for p in files if p not in archives]
    folders = tuple(shown(p.name) + ("/" if p.is_dir() else "") for p in paths if p not in files)
    return (_part("", entries, folders), *parts), tuple(findings)


def _domain(name: str, study: Study | None) -> str | None:
    """The domain that study.toml or the name itself gives a file."""
    specs = specs_of(name, study)
    return specs[0].domain if specs else by_name(stem(name))


def _misnamed(path: Path, study: Study | None) -> Iterator[Finding]:
    """A file of a domain whose name is not UTF-8."""
    name = shown(path.name)
    domain = _domain("".join(c for c in path.name if not "\ud800" <= c <= "\udfff"), study)
    if domain and any("\ud800" <= c <= "\udfff" for c in path.name):
        yield FILE_NAME.finding(
            f"The name of {name} is not UTF-8.", domain=domain, places=[Place(name)]
        )


def _no_file(path: Path, study: Study | None, taken: set[str | None]) -> Iterator[Finding]:
    """What is called like a domain and is no file. A subfolder beside the file is only that."""
    domain = _domain(path.name, study)
    if domain is None or (path.is_dir() and not path.suffix and domain in taken):
        return
    if path.is_dir():
        why = "it is a folder"
    elif path.is_symlink():
        why = "it is a link that leads to no file"
    else:
        why = "it is a pipe or device"
    name = shown(path.name)
    yield UNREADABLE.finding(f"{name} cannot be read: {why}.", domain=domain, places=[Place(name)])


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
    return {name: key.startswith("features.") for name, key in named_in(study).items()}


def named_in(study: Study | None) -> dict[str, str]:
    """Files a study names outside [files] -> the key of study.toml that does."""
    if study is None:
        return {}
    raw = [(d.source, f"domains.{d.domain}.from") for d in study.domains.values() if d.source]
    raw += [(w.file, f"tte.{w.paramcd}.file") for w in study.wide_tte]
    raw += [(w.file, f"best_response.{w.paramcd}.file") for w in study.wide_response]
    named = {name: key for name, key in raw if name.upper() not in DOMAINS}
    named |= {f.file: f"features.{f.id}.file" for f in study.features}
    return named | {f.taxonomy: f"features.{f.id}.taxonomy" for f in study.features if f.taxonomy}
