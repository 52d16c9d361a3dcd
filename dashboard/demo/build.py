"""Put the synthetic study into a cut store: its three cuts, imported as anybody's exports are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dashboard.demo.exports import write_exports
from dashboard.demo.truth import CUTS
from data_access import VERSION

if TYPE_CHECKING:
    from data_access.store import Cut, CutStore


def _silent(_: str) -> None:
    return None


def build_demo(
    store: CutStore, progress: Callable[[str], None] = _silent, *, version: str = VERSION
) -> Cut:
    """Import the demo's three cuts, oldest first, and return the newest.

    Cuts that are in the store already stay as they are. Raises DataError when an import is
    refused, which would be a fault of the demo itself.
    """
    from data_access.findings import DataError
    from data_access.importer import import_exports

    newest: Cut | None = None
    with TemporaryDirectory(prefix="interim-demo-") as name:
        folder = Path(name)
        progress("Simulating the demo study")
        write_exports(folder)
        for number, day in enumerate(CUTS, start=1):
            progress(f"Importing cut {number} of {len(CUTS)} ({day})")
            result = import_exports(
                folder / f"cut-{number}",
                folder / "study.toml",
                store=store,
                cut_date=day,
                version=version,
            )
            if result.cut is None:
                raise DataError(*result.findings)
            newest = result.cut
    assert newest is not None
    return newest
