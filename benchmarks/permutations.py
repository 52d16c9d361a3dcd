"""What the tests of a microbiome cost, and what they cost others meanwhile.

    python -m benchmarks.permutations [--pairs 70] [--taxa 500]

Seconds of each part for pairs x taxa of synthetic counts, then milliseconds of a page of the demo
study for another reader: alone, and while one and two such calculations run in the background.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dashboard.background import Background
from dashboard.demo import build_demo
from dashboard.factory import create_app
from dashboard.metrics.differential import differential_pairs
from dashboard.metrics.dissimilarity import aitchison, bray_curtis
from dashboard.metrics.feature_table import FeatureTable
from dashboard.metrics.permanova import dispersion, permanova
from dashboard.metrics.progress import Progress, silent
from dashboard.settings import Settings
from data_access.store import CutStore

ROUNDS = 5
VIEWS = 60


def draw(pairs: int, taxa: int) -> FeatureTable:
    """Counts of pairs before, then after: every patient a community of their own."""
    rng = np.random.default_rng(pairs * taxa)
    own = rng.lognormal(0, 1.5, (pairs, taxa))
    later = own * rng.lognormal(0, 0.3, own.shape)
    counts = np.vstack([rng.poisson(20 * own), rng.poisson(20 * later)]).astype(np.float64)
    names = tuple(f"s{i}" for i in range(2 * pairs))
    return FeatureTable(names, tuple(f"t{i}" for i in range(taxa)), counts, counts=True)


def whole(table: FeatureTable, progress: Progress = silent) -> None:
    """Both tests of the page: PERMANOVA on both distances with dispersion, then every taxon."""
    n = len(table.samples) // 2
    labels, patient = ["before"] * n + ["after"] * n, [*range(n), *range(n)]
    for distances in (aitchison(table.values), bray_curtis(table.values)):
        permanova(distances, labels, blocks=patient, progress=progress)
        dispersion(distances, labels)
    differential_pairs(table, table.samples[:n], table.samples[n:], progress=progress)


def seconds(work: Callable[[], object]) -> float:
    """Median wall seconds of several rounds after one to warm up."""
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def views(home: Path, table: FeatureTable, busy: int) -> list[float]:
    """Milliseconds of cold views of the Overview while `busy` calculations run."""
    client = create_app(Settings(home=home)).server.test_client()
    background, stop = Background(workers=max(busy, 1)), threading.Event()

    def forever(progress: Progress) -> None:
        while not stop.is_set():
            whole(table, progress)
            background.look(threading.current_thread().name, "reader")

    for i in range(busy):
        background.ask(f"background-{i}", "reader", forever)
    times = []
    for i in range(VIEWS):
        body = {"path": "/", "query": f"?f.AGE=..{100 + i + 100 * busy}", "page": None}
        started = time.perf_counter()
        client.post("/view", data=json.dumps(body), content_type="application/json").get_data()
        times.append(1000 * (time.perf_counter() - started))
        for k in range(busy):
            background.look(f"background-{k}", "reader")
    stop.set()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=70)
    parser.add_argument("--taxa", type=int, default=500)
    asked = parser.parse_args()
    table = draw(asked.pairs, asked.taxa)
    n = asked.pairs
    labels, patient = ["before"] * n + ["after"] * n, [*range(n), *range(n)]
    distances = bray_curtis(table.values)
    parts: dict[str, Callable[[], object]] = {
        "Bray-Curtis": lambda: bray_curtis(table.values),
        "Aitchison": lambda: aitchison(table.values),
        "PERMANOVA, 9,999 within patients": lambda: permanova(distances, labels, blocks=patient),
        "dispersion": lambda: dispersion(distances, labels),
        "every taxon: exact test, BH, LinDA": lambda: differential_pairs(
            table, table.samples[:n], table.samples[n:]
        ),
        "all tests of the page": lambda: whole(table),
    }
    print(f"{n} pairs x {asked.taxa} taxa")
    for name, work in parts.items():
        print(f"{name}: {seconds(work):.3f} s")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build_demo(CutStore(home), lambda _: None)
        for busy in (0, 1, 2):
            times = sorted(views(home, table, busy)[5:])
            p95 = times[int(0.95 * len(times))]
            print(f"Overview, {busy} running: {statistics.median(times):.0f} / {p95:.0f} ms")


if __name__ == "__main__":
    main()
