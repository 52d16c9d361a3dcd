"""One writer per study at a time: an flock that dies with its holder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_access.findings import DataError
from data_access.store import fsops
from data_access.store.problems import BUSY

_PAUSE = 0.02  # seconds between two tries


@contextmanager
def exclusive(
    path: Path, *, patience: float, holder: str = "Another import of this study"
) -> Iterator[None]:
    """Hold the lock file `path`, which is never removed. Waits `patience` seconds for another
    `holder` (words), then raises DataError `store-busy`. Works between processes and threads."""
    descriptor = fsops.open_lock(path)
    try:
        deadline = time.monotonic() + patience
        while not fsops.try_lock(descriptor):
            if time.monotonic() > deadline:
                raise DataError(
                    BUSY.finding(f"{holder} has been running for {patience:.0f} seconds.")
                )
            time.sleep(_PAUSE)
        yield
    finally:
        fsops.close(descriptor)
