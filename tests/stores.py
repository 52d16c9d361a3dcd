"""Stores that many tests read, each built once in a run whatever number of processes share it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.demo import build_demo
from data_access.importer import import_exports
from data_access.store import CutStore
from tests.conftest import STUDIES


def built_once(
    factory: pytest.TempPathFactory, name: str, build: Callable[[CutStore], None]
) -> CutStore:
    """The store `name` of this run: who asks first builds it, others wait, then only read."""
    base = factory.getbasetemp()
    # pytest-xdist gives every process a folder of its own inside that of the run
    run = base.parent if base.name.startswith("popen-") else base
    home = run / "stores" / name
    home.parent.mkdir(exist_ok=True)
    built = home.with_suffix(".built")
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            build(CutStore(home))
            built.touch()
    return CutStore(home)


def demo_store(factory: pytest.TempPathFactory) -> CutStore:
    """The three cuts of the demo study. Not to be written to."""
    return built_once(factory, "demo", _demo)


def real_store(factory: pytest.TempPathFactory, shared: Path, *names: str) -> CutStore:
    """Published exports with their study.toml, imported from CSV. Not to be written to."""

    def build(store: CutStore) -> None:
        for name in names:
            made = import_exports(
                shared / "data" / name / "csv", STUDIES / name / "study.toml", store=store
            )
            assert made.cut is not None, [f.sentence for f in made.findings]

    return built_once(factory, "-".join(names), build)


def _demo(store: CutStore) -> None:
    build_demo(store, lambda _: None)
