"""Tables on disk: Parquet (zstd, CRC-32 on every page)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data_access.frames import is_text
from data_access.store import fsops
from data_access.store.manifest import Manifest, StoredFile, StoredTable, verified_bytes
from data_access.store.problems import damaged

#: A Parquet writer hands over many small parts; the system gets them in pieces of this many bytes.
_PIECE = 1 << 20


class Sink:
    """A new file: hashed while written, durable and read-only once closed without an error.

    Raises OSError as the system gives it; `error` keeps the first one, because a Parquet writer
    may replace it by its own.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = fsops.create(path)
        self._sha256 = hashlib.sha256()
        self._bytes = 0
        self._pending = bytearray()
        self.closed = False
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        given = memoryview(data).cast("B")
        self._sha256.update(given)
        self._bytes += len(given)
        self._pending += given
        if len(self._pending) >= _PIECE:
            self.flush()
        return len(given)

    def tell(self) -> int:
        return self._bytes

    def flush(self) -> None:
        """Hand what is pending to the system."""
        pending, self._pending = self._pending, bytearray()
        try:
            fsops.write_all(self._descriptor, pending)
        except OSError as error:
            self.error = self.error or error
            raise

    def close(self) -> None:
        """What a Parquet writer calls; the file stays open for `seal`."""

    def seal(self) -> StoredFile:
        """Read-only, on the disk, closed."""
        self.flush()
        fsops.protect(self._descriptor, 0o440)
        fsops.sync(self._descriptor)
        self.closed = True
        fsops.close(self._descriptor)
        return StoredFile(self._sha256.hexdigest(), self._bytes)

    def abandon(self) -> None:
        if not self.closed:
            self.closed = True
            fsops.close(self._descriptor)


def write_file(path: Path, content: bytes) -> StoredFile:
    """A small file, durable and read-only."""
    sink = Sink(path)
    try:
        sink.write(content)
        return sink.seal()
    finally:
        sink.abandon()


def write_table(path: Path, table: pa.Table) -> StoredFile:
    """A canonical table as Parquet. Raises OSError."""
    texts: Any = [f.name for f in table.schema if is_text(f.type)]
    sink = Sink(path)
    stream: Any = sink
    try:
        pq.write_table(
            table,
            pa.PythonFile(stream, mode="w"),
            compression="zstd",
            use_dictionary=texts,
            write_page_checksum=True,
        )
        if sink.error is not None:
            raise sink.error
        return sink.seal()
    except OSError as error:
        raise (sink.error or error) from None
    finally:
        sink.abandon()


def describe_table(table: pa.Table, digest: str) -> StoredTable:
    columns = tuple((field.name, str(field.type)) for field in table.schema)
    return StoredTable(table.num_rows, columns, digest)


def read_table(
    manifest: Manifest, folder: Path, name: str, columns: Sequence[str] | None = None
) -> pa.Table:
    """Columns of one table of a cut ("ADSL", "features/taxa"): the very bytes parsed are hashed.

    Raises DataError `store-damaged`.
    """
    content = verified_bytes(manifest, folder, f"{name}.parquet")
    try:
        data = pq.read_table(
            pa.BufferReader(_owned(content)),
            columns=None if columns is None else list(columns),
            page_checksum_verification=True,
        )
    except (OSError, pa.ArrowException) as error:
        raise damaged(folder.name, f"{name}.parquet", "cannot be read as Parquet") from error
    return data


def _owned(content: bytes) -> pa.Buffer:
    """The same bytes in Arrow's own memory.

    A thread of Arrow may let go of its input after the read has returned. For an object of Python
    it needs the interpreter, and aborts the process (exit code 134) when that is just ending.
    """
    copy = pa.allocate_buffer(len(content))
    memoryview(copy).cast("B")[:] = content
    return copy


def to_frame(columns: Mapping[str, pd.Series[Any]], rows: int) -> pd.DataFrame:
    """A frame that shares the memory of its columns."""
    return pd.DataFrame(dict(columns), index=pd.RangeIndex(rows), copy=False)
