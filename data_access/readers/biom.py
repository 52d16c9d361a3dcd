"""Feature tables in BIOM 2.1 (HDF5; biom-format.org): a row per feature, a column per sample."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.rawtable import RawColumn, RawTable, SourceFile

#: features times samples; a table of this size takes 0.8 GB
MAX_CELLS = 100_000_000
FEATURE = "FEATURE"

BIOM = Rule(
    "read-biom",
    Severity.REJECT,
    "A BIOM file is whole and follows BIOM 2.1",
    "Write the table again with biom-format 2.1 (biom convert --to-hdf5), or as TSV.",
)
METADATA = Rule(
    "read-biom-metadata",
    Severity.NOTE,
    "A BIOM file holds counts alone",
    "Give the taxonomy as a table of its own: taxonomy = under [features.<id>] in study.toml.",
)

RULES: tuple[Rule, ...] = (BIOM, METADATA)


class _FaultError(Exception):
    """What is wrong, as the end of a sentence about the file."""


def read(path: Path, source: SourceFile, **_: object) -> tuple[RawTable, ...]:
    """The matrix of a BIOM 2.1 file: FEATURE (text) and a number column for each sample.

    Values that the sparse matrix leaves out are 0. Raises DataError for damage, for matrices that
    contradict themselves, and for files that point into other files.
    """
    name = source.name
    try:
        with h5py.File(path, "r") as file:
            features, samples = _ids(file, "observation"), _ids(file, "sample")
            matrix = _matrix(file, len(features), len(samples))
            notes = _metadata(file, name)
    except _FaultError as fault:
        raise _refusal(f"{name} {fault}.", name) from None
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
        raise _refusal(f"{name} is damaged or no BIOM 2.1 file: {error}.", name) from None
    arrays = [pa.array(features, pa.large_string()), *(pa.array(c) for c in matrix.T)]
    columns = (RawColumn(FEATURE, "text"), *(RawColumn(s, "number") for s in samples))
    table = RawTable(
        dataset=PurePosixPath(name).stem,
        source=source,
        columns=columns,
        data=pa.table(arrays, names=[c.name for c in columns]),
        lines=pa.array(np.arange(1, len(features) + 1), pa.int64()),
        has_lines=False,
        findings=notes,
    )
    return (table,)


def _dataset(file: h5py.File, name: str) -> Any:
    """A dataset that lies in this file; links and storage elsewhere are refused."""
    here: Any = file
    for part in name.split("/"):
        if not isinstance(here.get(part, getlink=True), h5py.HardLink):
            raise _FaultError(f"has no {name} of its own, as BIOM 2.1 asks")
        here = here[part]
    if not isinstance(here, h5py.Dataset) or here.external or here.is_virtual:
        raise _FaultError(f"has no {name} of its own, as BIOM 2.1 asks")
    if here.size is None or here.size > MAX_CELLS:
        raise _FaultError(f"has more values in {name} than the {MAX_CELLS:,} that are read")
    return here


def _ids(file: h5py.File, axis: str) -> list[str]:
    ids = [str(i).strip() for i in _dataset(file, f"{axis}/ids").asstr()[()]]
    if not ids:
        raise _FaultError(f"has no {axis}s")
    if not all(ids) or len({i.casefold() for i in ids}) < len(ids):
        raise _FaultError(f"has {axis} ids that are empty or there twice")
    if axis == "sample" and FEATURE.casefold() in {i.casefold() for i in ids}:
        raise _FaultError(f"has a sample called {FEATURE}")
    return ids


def _matrix(file: h5py.File, rows: int, columns: int) -> npt.NDArray[np.float64]:
    """The observation matrix (compressed sparse rows), shape (features, samples), filled with 0."""
    if rows * columns > MAX_CELLS:
        raise _FaultError(
            f"has {rows:,} features times {columns:,} samples; {MAX_CELLS:,} values are read"
        )
    values = np.asarray(_dataset(file, "observation/matrix/data")[()], dtype=np.float64)
    where = np.asarray(_dataset(file, "observation/matrix/indices")[()], dtype=np.int64)
    bounds = np.asarray(_dataset(file, "observation/matrix/indptr")[()], dtype=np.int64)
    shape = tuple(int(n) for n in file.attrs["shape"])
    counts = np.diff(bounds)
    agree = (
        shape == (rows, columns)
        and len(bounds) == rows + 1
        and bounds[0] == 0
        and (counts >= 0).all()
        and bounds[-1] == len(values) == len(where)
        and ((where >= 0) & (where < columns)).all()
    )
    if not agree:
        raise _FaultError("has a matrix that does not agree with its ids and shape")
    if not np.isfinite(values).all():
        raise _FaultError("has values that are no numbers")
    flat = np.repeat(np.arange(rows), counts) * columns + where
    if len(np.unique(flat)) < len(flat):
        raise _FaultError("gives a feature two values in one sample")
    dense = np.zeros(rows * columns)
    dense[flat] = values
    return dense.reshape(rows, columns)


def _metadata(file: h5py.File, name: str) -> tuple[Finding, ...]:
    """A note on the metadata the file holds and Interim does not read."""
    held = [
        f"{axis} {key}"
        for axis in ("observation", "sample")
        for key in file[axis].get("metadata", ())
    ]
    if not held:
        return ()
    sentence = f"{name} holds metadata that is not read: {', '.join(held[:10])}."
    return (METADATA.finding(sentence, places=[Place(name)]),)


def _refusal(sentence: str, name: str) -> DataError:
    return DataError(BIOM.finding(sentence, places=[Place(name)]))
