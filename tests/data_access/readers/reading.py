"""Helpers of the reader tests: write bytes, read them, and look at the refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_access.findings import DataError, Finding, Severity
from data_access.rawtable import RawTable, SourceFile


def source_of(path: Path, kind: str) -> SourceFile:
    data = path.read_bytes()
    return SourceFile(path.name, kind, hashlib.sha256(data).hexdigest(), len(data))


def refused(read: Callable[[], Any], rule: str, file: str) -> Finding:
    """The one finding of a refusal: it names its rule, the file, the reason and a remedy."""
    with pytest.raises(DataError) as caught:
        read()
    (finding,) = caught.value.findings
    assert finding.rule == rule
    assert finding.severity is Severity.REJECT
    assert finding.places[0].file == file
    assert finding.sentence.endswith((".", ")"))
    assert finding.remedy
    return finding


def values(table: RawTable) -> dict[str, list[Any]]:
    return table.data.to_pydict()
