"""Stores, applications and what a page says, for tests of the shell and its panels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient

from dashboard.factory import create_app
from dashboard.index import InterimDash
from dashboard.settings import Settings
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import import_written


@pytest.fixture(scope="session")
def written_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the hand-written trial. Shared: tests only read it."""
    home = tmp_path_factory.mktemp("home")
    import_written(CutStore(home), tmp_path_factory.mktemp("written"))
    return home


@pytest.fixture(scope="session")
def shelf(written_home: Path) -> Shelf:
    return Shelf(CutStore(written_home))


@pytest.fixture
def other(tmp_path: Path) -> Callable[..., Shelf]:
    """The hand-written trial with other files: a store of the test's own."""

    def make(**more: str) -> Shelf:
        store = CutStore(tmp_path / "home")
        import_written(store, tmp_path / "written", **more)
        return Shelf(store)

    return make


@pytest.fixture(scope="session")
def app(written_home: Path) -> InterimDash:
    return create_app(Settings(home=written_home))


class BufferedClient(FlaskClient):
    """Reads each answer whole and closes it, as a browser does."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"buffered": True, **kwargs})


@pytest.fixture
def client(app: InterimDash) -> FlaskClient:
    return BufferedClient(app.server)


@pytest.fixture
def said() -> Callable[[Any], str]:
    """Every word a component tree shows, in order, with single spaces."""

    def words(part: Any) -> list[str]:
        if part is None:
            return []
        if isinstance(part, list | tuple):
            return [w for p in part for w in words(p)]
        if isinstance(part, Component):
            written = getattr(part, "data-table", None)
            return [*in_table(written), *words(getattr(part, "children", None))]
        return [str(part)]

    def in_table(written: str | None) -> list[str]:
        """What tables.js writes out of a table's data."""
        if written is None:
            return []
        data = json.loads(written)
        told = [data["head"], *(w for column in data["columns"] for w in column)]
        for line in (line for body in data["bodies"] for line in body):
            told += [line["label"], line.get("unit", "")]
            for cell in line.get("cells", ()):
                told.append(cell if isinstance(cell, str) else f"{cell[0]}/{cell[1]} {cell[2]}")
        return told

    def join(part: Any) -> str:
        return " ".join("".join(f"{w}\x00" for w in words(part)).replace("\x00", " ").split())

    return join
