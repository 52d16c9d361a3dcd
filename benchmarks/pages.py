"""Server time of a filter change: the whole request, from the question to its last byte.

    python -m benchmarks.pages [--rounds 20] [--exports FOLDER --study study.toml]

Through the Flask test client, so all of the server takes part: border, selection, panels, figures,
JSON, compression. Cold: a filter nobody asked for before, on an open cut. Warm: the same question
again. Pages take turns in every round, so that what else runs on the machine meets all of them.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import app as _as_served  # noqa: F401  (sets what the server runs with, before numpy comes)

PAGES = {"Overview": "/", "Response": "/response", "Swimmer": "/swimmer", "Survival": "/survival"}
COLD_MS, WARM_MS = 50.0, 5.0
WARM_ROUNDS = 3


#: what a study of this kind states, and the generator's own does not
STUDY = """
[rules]
orr_window_days = 182
pfs_window_days = 182
ae_window_days = 365

[filters]
AGE = { label = "Age (years)", kind = "number" }
SITEID = "Site"

[backbones]
label = "Chemotherapy backbone"
column = "ARM"
groups.eribulin = { label = "Eribulin", values = ["ERIBULIN"] }
groups.capecitabine = { label = "Capecitabine", values = ["CAPECITABINE"] }
groups.vinorelbine = { label = "Vinorelbine", values = ["VINORELBINE"] }
groups.carboplatin = { label = "Carboplatin", values = ["CARBOPLATIN"] }
groups.taxane = { label = "Taxane", values = ["PACLITAXEL"] }
"""


class Reader:
    """A browser as the server knows it: where it is and what it holds."""

    def __init__(self, client: Any, study: str, path: str) -> None:
        self.client, self.path = client, path
        self.query, self.page, self.held = f"study={study}", None, {}
        self.ask({})

    def ask(self, changes: dict[str, Any]) -> tuple[float, float, int, int]:
        """One filter change: wall and CPU milliseconds, bytes plain and on the wire."""
        import brotli

        question = {
            "path": self.path,
            "query": self.query,
            "changes": changes,
            "page": self.page,
            "held": self.held,
        }
        started, used = time.perf_counter(), time.process_time()
        answer = self.client.post("/view", json=question, headers={"Accept-Encoding": "br"})
        body = answer.data
        wall, cpu = time.perf_counter() - started, time.process_time() - used
        assert answer.status_code == 200
        plain = brotli.decompress(body)
        assert b"card-failed" not in plain
        for line in plain.splitlines():
            told = json.loads(line)
            self.held = {**self.held, **told["held"]}
            self.page, self.query = told.get("page", self.page), told.get("query", self.query)
        return 1e3 * wall, 1e3 * cpu, len(plain), len(body)


def measure(home: Path, study: str, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Page -> milliseconds and bytes of every round."""
    from dashboard.factory import create_app
    from dashboard.settings import Settings

    app = create_app(Settings(home=home))
    client = app.server.test_client()
    readers = {name: Reader(client, study, path) for name, path in PAGES.items()}
    found: dict[str, dict[str, list[float]]] = {
        name: {"cold": [], "cold CPU": [], "warm": [], "warm CPU": [], "bytes": [], "wire": []}
        for name in PAGES
    }
    wanted = _ranges(home, study)
    for _ in range(rounds):
        for name, reader in readers.items():
            change = next(wanted)
            gc.collect()
            wall, cpu, plain, wire = reader.ask(change)
            kept = found[name]
            kept["cold"].append(wall)
            kept["cold CPU"].append(cpu)
            kept["bytes"].append(plain)
            kept["wire"].append(wire)
            for _ in range(WARM_ROUNDS):
                reader.ask({column: [None, None] for column in change})
                wall, cpu, _, _ = reader.ask(change)
                kept["warm"].append(wall)
                kept["warm CPU"].append(cpu)
    return found


def _ranges(home: Path, study: str) -> Iterator[dict[str, list[float]]]:
    """Filters on a number that nobody asked for before, each leaving nearly everybody in."""
    from dashboard.shelf import Shelf
    from data_access.store import CutStore

    _, opened = Shelf(CutStore(home)).resolve(f"study={study}")
    field = next(f for f in opened.vocabulary.fields if f.kind == "number")
    assert field.lowest is not None
    for i in itertools.count():
        yield {field.column: [field.lowest + 0.001 * i, 1e6]}


def _demo(folder: Path) -> tuple[Path, str]:
    from dashboard.demo import build_demo
    from data_access.store import CutStore

    store = CutStore(folder / "demo")
    return folder / "demo", build_demo(store).study.id


def _synthetic(folder: Path) -> tuple[Path, str]:
    from benchmarks.generate import write_study

    exports = folder / "exports"
    write_study(exports, 100)
    with (exports / "study.toml").open("a", encoding="utf-8") as file:
        file.write(STUDY)
    return _imported(exports, exports / "study.toml", folder / "synthetic")


def _imported(exports: Path, study: Path, home: Path) -> tuple[Path, str]:
    from data_access.importer import import_exports
    from data_access.store import CutStore

    done = import_exports(exports, study, store=CutStore(home), version="bench")
    assert done.cut is not None, [f.sentence for f in done.findings]
    return home, done.cut.study.id


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def show(name: str, found: dict[str, dict[str, list[float]]]) -> None:
    print(f"\n{name}: milliseconds, median / p95 (CPU median)")
    for page, of in found.items():
        times = [
            f"{k} {statistics.median(of[k]):6.1f} / {quantile(of[k], 0.95):6.1f}"
            f" ({statistics.median(of[f'{k} CPU']):5.1f})"
            for k in ("cold", "warm")
        ]
        size = f"{statistics.median(of['bytes']) / 1e3:6.1f} kB, on the wire"
        print(f"  {page:9} {'   '.join(times)}   {size} {statistics.median(of['wire']) / 1e3:5.1f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--exports", type=Path, help="a third study, with --study")
    options.add_argument("--study", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        homes = {
            "demo (72 patients)": _demo(folder),
            "synthetic (100 patients)": _synthetic(folder),
        }
        if chosen.exports:
            home = _imported(chosen.exports, chosen.study, folder / "third")
            homes[f"{home[1]} (as exported)"] = home
        for name, (home, study) in homes.items():
            show(name, measure(home, study, chosen.rounds))


if __name__ == "__main__":
    main()
