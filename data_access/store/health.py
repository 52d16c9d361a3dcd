"""Is the store fit to serve? Cheap enough to be asked every few seconds."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from data_access.findings import DataError
from data_access.store.cut import open_cut

#: Below this share of free space the next import is likely to fail.
LEAST_FREE = 0.10

_Print = tuple[tuple[str, int, int, int], ...]


class Verified:
    """Remembers which cuts verified, as long as no file of theirs was touched."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[Path, tuple[_Print, str | None]] = {}

    def problem(self, folder: Path) -> str | None:
        """None when every file of the cut verifies, else what is wrong with it."""
        try:
            now = _fingerprint(folder)
        except OSError as error:
            return f"Cut {folder.name[:12]} cannot be read ({error.strerror})."
        with self._lock:
            before = self._seen.get(folder)
            if before is None or before[0] != now:
                before = (now, _problem(folder))
                self._seen[folder] = before
        return before[1]


def _problem(folder: Path) -> str | None:
    try:
        open_cut(folder)
    except DataError as error:
        return error.findings[0].sentence
    return None


def _fingerprint(folder: Path) -> _Print:
    """Name, size and times of every file; a change of content changes at least one time."""
    states = [(p, p.stat()) for p in sorted(folder.rglob("*"))]
    return tuple((str(p), s.st_size, s.st_mtime_ns, s.st_ctime_ns) for p, s in states)


def space_problem(folder: Path) -> str | None:
    """None when more than `LEAST_FREE` of the disk is free."""
    state = os.statvfs(folder)
    share = state.f_bavail / state.f_blocks if state.f_blocks else 0.0
    if share > LEAST_FREE:
        return None
    return f"Only {share:.0%} of the disk of the store is free."
