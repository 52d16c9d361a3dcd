"""Every call that changes the disk under the store, one function each: the tests fail each in turn.

POSIX.1-2017 semantics are relied on: rename within one folder is atomic, and what was written is
durable only after fsync of the file and of the folder that names it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from pathlib import Path

__all__ = [
    "append_to",
    "close",
    "create",
    "exchange",
    "free_bytes",
    "make_folder",
    "open_lock",
    "protect",
    "remove_file",
    "remove_folder",
    "rename",
    "sync",
    "sync_folder",
    "try_lock",
    "write",
]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def make_folder(path: Path) -> None:
    """Create one folder that only its owner may enter."""
    path.mkdir(mode=0o700)


def create(path: Path) -> int:
    """Open a file that must not exist yet, for writing."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def append_to(path: Path) -> int:
    """Open a file for appending, creating it when absent."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def write(descriptor: int, data: bytes | memoryview) -> int:
    """Write what the system takes of `data`; returns how many bytes that was."""
    return os.write(descriptor, data)


def write_all(descriptor: int, data: bytes | bytearray) -> None:
    """Write all of `data`, in as many calls of `write` as the system wants."""
    rest = memoryview(data)
    while rest:
        rest = rest[write(descriptor, rest) :]


def protect(descriptor: int, mode: int) -> None:
    os.fchmod(descriptor, mode)


def sync(descriptor: int) -> None:
    os.fsync(descriptor)


def close(descriptor: int) -> None:
    os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    source.rename(target)


def exchange(one: Path, other: Path) -> None:
    """Swap two names in one step (Linux renameat2). OSError ENOSYS where there is no such call."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    paths = (os.fsencode(one), os.fsencode(other))
    if call(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(one), None, str(other))


def remove_file(path: Path) -> None:
    path.unlink()


def remove_folder(path: Path) -> None:
    path.rmdir()


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock of an open file if nobody holds it. The system releases it when its
    holder dies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_bytes(path: Path) -> int:
    """Bytes an ordinary user may still write on the disk of `path`."""
    state = os.statvfs(path)
    return state.f_bavail * state.f_frsize
