"""How the Patients pages grow: a page of the listing, the neighbours, and one patient.

    python -m benchmarks.patients_scale [PATIENTS ...]

Each size is a synthetic export (benchmarks.generate), imported into a store of its own.
Milliseconds on the server, median of several; the first listing of a cut also makes what is kept
while it is open.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.generate import write_study
from dashboard.listing import Arranged
from dashboard.panels.listing import listing, neighbours
from dashboard.panels.patient import profile
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.importer import import_exports
from data_access.store import CutStore

SIZES = (400, 10_000)
ROUNDS = 9


def measure(patients: int, folder: Path) -> dict[str, float]:
    """Milliseconds by what is asked."""
    exports = folder / "exports"
    write_study(exports, patients)
    study = folder / "study.toml"
    (exports / "study.toml").rename(study)
    store = CutStore(folder / "home")
    import_exports(exports, study, store=store)
    shelf = Shelf(store)
    view = Results(shelf, {}, Flask(__name__)).view(shelf.resolve("")[0], Audience.FULL)

    def ask(**values: Any) -> Callable[[], Any]:
        return lambda: listing(view, json.dumps(values))

    found = {"first listing": _once(ask(order="-days"))}
    rows = listing(view, json.dumps({"order": "-days"}))["rows"]
    found["listing, sorted"] = _median(ask(order="-days"))
    found["listing, searched"] = _median(ask(order="change", find="01-0"))
    ids = [row["usubjid"] for row in rows]
    found["neighbours"] = _median(lambda: neighbours(view, Arranged("-days"), ids[3]))
    found["one patient"] = statistics.median(_once(lambda u=u: profile(view, u)) for u in ids)
    return found


def _once(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _median(ask: Callable[[], Any]) -> float:
    return statistics.median(_once(ask) for _ in range(ROUNDS))


def main(sizes: list[int]) -> None:
    for patients in sizes or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(patients, Path(folder))
        told = ", ".join(f"{name} {ms:.1f} ms" for name, ms in found.items())
        sys.stdout.write(f"{patients:,} patients: {told}\n")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
