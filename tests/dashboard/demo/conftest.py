"""The demo's exports as a stranger would read them: text cells, empty = missing."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from dashboard.demo.exports import export

Row = dict[str, str]
Tables = dict[str, list[Row]]


def read(cut: int) -> Tables:
    return {
        name.removesuffix(".csv"): list(csv.DictReader(StringIO(text)))
        for name, text in export(cut).items()
    }


@pytest.fixture(scope="session")
def cuts() -> dict[int, Tables]:
    """Domain -> rows, for cut 1, 2 and 3."""
    return {cut: read(cut) for cut in (1, 2, 3)}


@pytest.fixture(scope="session")
def last(cuts: dict[int, Tables]) -> Tables:
    return cuts[3]
