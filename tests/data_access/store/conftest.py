"""Fixtures of the store tests."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from data_access.store import CutStore, Staged

HERE = Path(__file__).resolve().parent


def load(name: str) -> ModuleType:
    """A helper module of this folder."""
    spec = importlib.util.spec_from_file_location(f"store_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The module samples.py: tables and cuts to store."""
    return load("samples")


@pytest.fixture(scope="session")
def faults() -> ModuleType:
    """The module faults.py: calls to the disk that go wrong."""
    return load("faults")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def quick_home(tmp_path: Path) -> Iterator[Path]:
    """A home in memory where there is such a folder: for tests of hundreds of writes, in which
    the disk adds nothing but waiting."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK | os.X_OK):
        yield tmp_path / "home"
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder) / "home"


@pytest.fixture
def store(home: Path) -> CutStore:
    return CutStore(home)


@pytest.fixture
def write(store: CutStore, samples: ModuleType) -> Callable[[Staged], str]:
    """Write a cut; returns its id."""

    def _write(cut: Staged) -> str:
        return store.write(cut, imported_at=samples.NOW, version=samples.VERSION)[0].id

    return _write
