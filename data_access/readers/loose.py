"""Tables of a folder that nothing names as a domain: what a first study.toml may be made from."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from data_access.findings import DataError
from data_access.rawtable import RawTable
from data_access.readers import read_file
from data_access.readers.exports import FEATURE_COLUMNS, TABULAR
from data_access.readers.folder import parts_of
from data_access.readers.recognise import sdtm_of, stem

_TYPES = (*TABULAR, ".biom")


def loose_tables(exports: Path, known: Collection[str]) -> list[RawTable]:
    """Every table of the exports but those of the files `known`, SDTM datasets and papers.

    What cannot be read is left out: `collect` tells of every file that looks like a domain.
    """
    found: list[RawTable] = []
    with ExitStack() as stack:
        try:
            parts, _ = parts_of(exports, stack)
        except DataError:
            return []
        for entry in (e for part in parts for e in part.entries):
            if entry.name in known or Path(entry.name).suffix.casefold() not in _TYPES:
                continue
            try:
                tables = read_file(
                    entry.path, name=entry.name, max_columns=FEATURE_COLUMNS, comments=True
                )
            except (DataError, OSError):
                continue
            sdtm = sdtm_of(stem(entry.name)) is not None
            found += [t for t in tables if not sdtm and sdtm_of(t.dataset) is None]
    return found
