"""ZIP archives opened with suspicion (APPNOTE 6.3): checked before a byte is unpacked.

The Excel reader uses `check_zip` too, since a workbook is a ZIP archive.
"""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data_access.findings import DataError, Place, Rule, Severity
from data_access.readers.detect import sniff

MAX_TOTAL = 8 * 1024**3
MAX_RATIO = 200.0  # DEFLATE cannot pass 1032; tables reach 60
MAX_MEMBERS = 10_000
#: archives that unpack to less than this are no bomb, however well they shrink
_HARMLESS = 64 * 1024**2

ARCHIVE = Rule(
    "read-archive",
    Severity.REJECT,
    "A ZIP archive is whole and can be unpacked",
    "Make the archive again, without a password and with ordinary (Deflate) compression, or give "
    "the files unpacked.",
    answers=(69,),
)
BOMB = Rule(
    "read-archive-size",
    Severity.REJECT,
    "A ZIP archive does not unpack to something huge",
    "Unpack the archive by hand, look at what is in it, and give the files themselves.",
    answers=(65,),
)
NAMES = Rule(
    "read-archive-names",
    Severity.REJECT,
    "Members of a ZIP archive are plain files with names of their own, inside the archive",
    "Make the archive again from a plain folder of exports.",
    answers=(66, 67, 68),
)

RULES: tuple[Rule, ...] = (ARCHIVE, BOMB, NAMES)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name there (without one folder that holds everything), and where
    its bytes lie until the archive is closed."""

    name: str
    path: Path


def check_zip(
    path: Path,
    *,
    name: str | None = None,
    max_ratio: float = MAX_RATIO,
    max_total: int = MAX_TOTAL,
) -> tuple[zipfile.ZipInfo, ...]:
    """The members of an archive that is safe to unpack; nothing is unpacked.

    Refused with DataError: damage, encryption, other compression than Deflate, more than
    `max_total` bytes unpacked or `max_ratio` times its size, absolute names, "..", drive letters,
    backslashes, one name twice, symbolic links and devices.
    """
    shown = name or path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = tuple(archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _refusal(ARCHIVE, f"{shown} is damaged or cut off: {error}.", shown) from None
    _check_size(members, path.stat().st_size, shown, max_ratio=max_ratio, max_total=max_total)
    _check_names(members, shown)
    for member in members:
        _check_member(member, shown)
    return members


def open_safely(path: Path, *, name: str | None = None) -> zipfile.ZipFile:
    """An archive that has passed `check_zip`, open for reading."""
    check_zip(path, name=name)
    return zipfile.ZipFile(path)


@contextmanager
def unpacked(path: Path, *, name: str) -> Iterator[tuple[Member, ...]]:
    """The files of a checked archive, unpacked into a folder that is gone afterwards.

    Raises DataError as `check_zip` does, and for archives inside the archive.
    """
    members = [m for m in check_zip(path, name=name) if not m.is_dir()]
    with tempfile.TemporaryDirectory(prefix="interim-") as folder:
        free = shutil.disk_usage(folder).free
        if sum(m.file_size for m in members) > free:
            raise _refusal(ARCHIVE, f"There is no room on the disk to unpack {name}.", name)
        yield _unpack(path, members, Path(folder), name)


def _unpack(
    path: Path, members: Sequence[zipfile.ZipInfo], folder: Path, name: str
) -> tuple[Member, ...]:
    top = _common_folder([m.filename for m in members])
    out = []
    with zipfile.ZipFile(path) as archive:
        for number, member in enumerate(members):
            # files get names of our own: the archive's never reach the file system
            target = folder / f"{number:05d}{PurePosixPath(member.filename).suffix}"
            try:
                with archive.open(member) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file, 1 << 20)
            except (
                zipfile.BadZipFile,
                zlib.error,
                EOFError,
                NotImplementedError,
                OSError,
            ) as error:
                raise _refusal(
                    ARCHIVE, f"{member.filename} in {name} cannot be unpacked: {error}.", name
                ) from None
            if sniff(target) == "zip":
                raise _refusal(
                    ARCHIVE,
                    f"{member.filename} in {name} is itself a ZIP archive.",
                    name,
                    remedy="Put the exports themselves into one archive.",
                )
            out.append(Member(member.filename.removeprefix(top), target))
    return tuple(out)


def _common_folder(names: Sequence[str]) -> str:
    """The folder under which every visible file lies ("exports/"), or ""."""
    tops = {n.partition("/")[0] if "/" in n else "" for n in names if not _hidden(n)}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""


def _hidden(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _check_size(
    members: Sequence[zipfile.ZipInfo], size: int, name: str, *, max_ratio: float, max_total: int
) -> None:
    total = sum(m.file_size for m in members)
    if len(members) > MAX_MEMBERS:
        raise _refusal(
            BOMB, f"{name} has {len(members):,} members; at most {MAX_MEMBERS:,} are read.", name
        )
    if total > max_total:
        raise _refusal(
            BOMB, f"{name} unpacks to {total:,} bytes; at most {max_total:,} are read.", name
        )
    ratio = total / max(size, 1)
    if total > _HARMLESS and ratio > max_ratio:
        raise _refusal(
            BOMB,
            f"{name} unpacks to {total:,} bytes, {ratio:,.0f} times its size; "
            f"exports do not shrink more than {max_ratio:,.0f} times.",
            name,
        )


def _check_names(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    counts = Counter(m.filename.casefold() for m in members)
    for member in members:
        reason = _bad_name(member.orig_filename)
        if reason:
            raise _refusal(
                NAMES, f"A member of {name} has {reason}: {member.orig_filename!r}.", name
            )
        if counts[member.filename.casefold()] > 1:
            raise _refusal(
                NAMES,
                f"{name} holds {member.filename} more than once, and which is meant is not known.",
                name,
            )


_BAD_NAMES: tuple[tuple[str, str], ...] = (
    (r"\Z", "an empty name"),
    (r"/", "an absolute name"),
    (r"[A-Za-z]:", "a drive letter in its name"),
    (r"[\s\S]*\\", "a backslash in its name"),
    (r"([\s\S]*/)?\.\.(/|\Z)", "a name that leads out of the archive"),
    (r"[\s\S]*[\x00-\x1f]", "a control character in its name"),
)


def _bad_name(member: str) -> str | None:
    """What is wrong with a member's name."""
    return next((reason for pattern, reason in _BAD_NAMES if re.match(pattern, member)), None)


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        what = "a symbolic link" if kind == stat.S_IFLNK else "no plain file"
        raise _refusal(NAMES, f"{member.filename} in {name} is {what}.", name)
    if member.flag_bits & 0x1:
        raise _refusal(ARCHIVE, f"{member.filename} in {name} is encrypted.", name)
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _refusal(
            ARCHIVE,
            f"{member.filename} in {name} is compressed by method {member.compress_type}, which is "
            "not read.",
            name,
        )


def _refusal(rule: Rule, sentence: str, name: str, *, remedy: str | None = None) -> DataError:
    return DataError(rule.finding(sentence, places=[Place(name)], remedy=remedy))
