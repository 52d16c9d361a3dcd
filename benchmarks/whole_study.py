"""CPU of a whole study: every section of the report of a cut, from the rows to JSON values.

    python -m benchmarks.whole_study

Runs in a process of its own, so that what it imports is known. Two cuts: the newest of the demo,
and a synthetic one of 100 patients (benchmarks.generate). Shrinkage is left aside: it is computed
once and handed back; what it costs is told apart. Each round derives everything anew from the
columns that the opened cut holds.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 31
LIMIT_MS = 25.0
Figures = dict[str, Any]


def in_new_process() -> Figures:
    """The figures of `python -m benchmarks.whole_study --json`."""
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.whole_study", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(child.stdout.splitlines()[-1])


def measure() -> Figures:
    """Milliseconds by study and section, and the heavy modules that got imported."""
    from data_access.store import CutStore

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        studies = {
            "demo": _demo(CutStore(home / "demo")),
            "synthetic": _synthetic(CutStore(home / "synthetic"), home / "exports"),
        }
        before = set(sys.modules)
        out: Figures = {name: _sections(cut) for name, cut in studies.items()}
        out["imported"] = [m for m in ("scipy.stats", "lifelines") if m in sys.modules]
        out["imported_late"] = sorted(
            m for m in set(sys.modules) - before if m.startswith(("scipy.", "lifelines"))
        )
    return out


def _demo(store: Any) -> Any:
    from dashboard.demo import build_demo

    return build_demo(store)


def _synthetic(store: Any, exports: Path) -> Any:
    from benchmarks.generate import write_study
    from data_access.importer import import_exports

    write_study(exports, 100)
    cut = import_exports(exports, exports / "study.toml", store=store, version="bench").cut
    assert cut is not None
    return cut


def _sections(cut: Any) -> Figures:
    from dashboard.report import CLINICAL, ReportOptions, metrics_report
    from dashboard.report import subgroups as of_subgroups

    def run(*sections: str) -> Callable[[], object]:
        return lambda: metrics_report(cut, ReportOptions(only=sections))

    with_shrinkage = _median(run("subgroups"))
    real, kept = of_subgroups.shrink_subgroups, {}

    def once(table: Any) -> Any:
        if "made" not in kept:
            kept["made"] = real(table)
        return kept["made"]

    with patch.object(of_subgroups, "shrink_subgroups", once):
        sections = {s: _median(run(s)) for s in CLINICAL}
        whole, fastest = _median(run(*CLINICAL)), _fastest(run(*CLINICAL))
    return {
        "patients": cut.rows("ADSL"),
        "rows": sum(cut.rows(d) for d in cut.domains),
        "whole": whole,
        "fastest": fastest,
        "each alone": sections,
        "shrinkage": with_shrinkage - sections["subgroups"],
        "with checks": _median(lambda: metrics_report(cut, ReportOptions())),
    }


def _median(work: Callable[[], object]) -> float:
    """Median CPU milliseconds after a warm-up."""
    return round(statistics.median(_rounds(work)) * 1e3, 2)


def _fastest(work: Callable[[], object]) -> float:
    """CPU milliseconds of the round that other processes disturbed least."""
    return round(min(_rounds(work)) * 1e3, 2)


def _rounds(work: Callable[[], object]) -> list[float]:
    for _ in range(3):
        work()
    used = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        used.append(time.process_time() - start)
    return used


def show(figures: Figures) -> None:
    for name in ("demo", "synthetic"):
        of = figures[name]
        print(f"\nwhole study, {name}: {of['patients']} patients, {of['rows']:,} rows (ms of CPU)")
        print(f"  every section: {of['whole']:.1f} (fastest round {of['fastest']:.1f})")
        print("  each alone   " + ", ".join(f"{k} {v:.1f}" for k, v in of["each alone"].items()))
        print(f"  aside        shrinkage {of['shrinkage']:.1f}")
        print(f"  with the checks of derivations and shrinkage {of['with checks']:.1f}")


def targets(figures: Figures) -> list[tuple[str, str, bool]]:
    """Target, figure and whether it holds."""
    out = [
        (
            f"whole study ({name}, {figures[name]['patients']} patients) under {LIMIT_MS:g} ms",
            f"{figures[name]['whole']:.1f}",
            figures[name]["whole"] < LIMIT_MS,
        )
        for name in ("demo", "synthetic")
    ]
    heavy = figures["imported"]
    out.append(
        ("neither scipy.stats nor lifelines imported", ", ".join(heavy) or "none", not heavy)
    )
    return out


if __name__ == "__main__":
    found = measure()
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        show(found)
