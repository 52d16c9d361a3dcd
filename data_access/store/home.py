"""The folder everything stored lives in: found usable, or refused in words."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from data_access.findings import DataError
from data_access.store import fsops
from data_access.store.problems import UNWRITABLE, in_words

STUDIES = "studies"


def prepare_home(home: Path) -> Path:
    """Create the home folder when absent, for its owner only; returns its `studies` folder.

    An existing home keeps its permissions when it holds other things than a store: then the
    `studies` folder alone is closed to others. Raises DataError `store-unwritable`.
    """
    try:
        home = home.expanduser().absolute()
        _make_home(home)
        studies = home / STUDIES
        if not any(p.name != STUDIES for p in home.iterdir()) or studies.is_dir():
            _close_to_others(home)
        make_folders(studies, below=home)
        _close_to_others(studies)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(f"The folder {home} cannot be used ({reason}).") from error
    for folder in (home, studies):
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise _refused(f"The folder {folder} cannot be written by this user.")
    return studies


def existing_home(home: Path) -> Path:
    """The `studies` folder of a home that is only read; nothing is created or changed.

    Raises DataError `store-unwritable` when it is there and cannot be read.
    """
    studies = home.expanduser().absolute() / STUDIES
    for folder in (studies.parent, studies):
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            raise _refused(f"The folder {folder} cannot be read by this user.")
    return studies


def make_folders(folder: Path, *, below: Path) -> None:
    """Create the folders from `below` down to `folder` that are missing, durably. OSError."""
    for name in reversed([folder, *folder.parents]):
        if name.is_relative_to(below) and name != below:
            try:
                fsops.make_folder(name)
            except FileExistsError:
                if not name.is_dir():
                    raise
                continue
            fsops.sync_folder(name.parent)


def probe(home: Path) -> None:
    """Write and remove one small file. Raises DataError as `in_words` does."""
    path = home / f".probe-{os.getpid()}-{os.urandom(4).hex()}"
    with in_words("a test of the store"):
        descriptor = fsops.create(path)
        try:
            fsops.write(descriptor, b"1")
        finally:
            fsops.close(descriptor)
            fsops.remove_file(path)


def _make_home(home: Path) -> None:
    try:
        home.stat()
    except FileNotFoundError:
        if home.is_symlink():
            raise  # a link to nowhere: what it means to name is not ours to create
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)


def _close_to_others(folder: Path) -> None:
    state = folder.stat()
    if stat.S_IMODE(state.st_mode) & 0o077 and state.st_uid == os.geteuid():
        folder.chmod(0o700)


def _refused(sentence: str) -> DataError:
    return DataError(UNWRITABLE.finding(sentence))
