"""The store's secret: 32 random bytes in a file of its owner, made once and kept."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from data_access.findings import DataError
from data_access.store import fsops
from data_access.store.locks import exclusive
from data_access.store.problems import SECRET, in_words

FILE = "secret"
SIZE = 32  # bytes, as RFC 2104 recommends for HMAC-SHA-256


def store_secret(home: Path, *, read_only: bool, patience: float) -> bytes:
    """The secret of the store at `home`; created when there is none, unless `read_only`.

    Whatever is derived from it (the opaque keys of patients in links) stays valid as long as the
    file stays: whoever copies a store copies it too. Raises DataError `store-secret` when the file
    is not one of Interim's, or is absent and may not be made; `store-unwritable` or `store-full`
    when the disk refuses.
    """
    home = home.expanduser().absolute()
    found = _read(home / FILE)
    if found is not None:
        return found
    if read_only:
        raise DataError(
            SECRET.finding(
                "The store has no secret yet, and it is only read here: patients cannot be given "
                "their keys."
            )
        )
    with in_words("making the store's secret"):
        lock = exclusive(home / f".{FILE}.lock", patience=patience, holder="Another process")
        with lock:
            return _read(home / FILE) or _made(home)


def _read(path: Path) -> bytes | None:
    with in_words("reading the store's secret"):
        try:
            state = path.stat()
        except FileNotFoundError:
            return None
        found = path.read_bytes()
    if len(found) != SIZE or not stat.S_ISREG(state.st_mode):
        raise DataError(
            SECRET.finding(
                f"The file {FILE!r} of the store holds {len(found)} bytes instead of {SIZE}.",
            )
        )
    return found


def _made(home: Path) -> bytes:
    """Write beside and rename: the name never stands for half a secret. Raises OSError."""
    secret = secrets.token_bytes(SIZE)
    path = home / f".{FILE}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        descriptor = fsops.create(path)
        try:
            fsops.write_all(descriptor, secret)
            fsops.sync(descriptor)
        finally:
            fsops.close(descriptor)
        fsops.rename(path, home / FILE)
    except OSError:
        with suppress(OSError):
            fsops.remove_file(path)
        raise
    fsops.sync_folder(home)
    return secret
