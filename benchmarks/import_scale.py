"""How an import grows: seconds and peak memory from 10^3 to 10^5 patients, and for a real export.

    python -m benchmarks.import_scale [--sizes 1000,10000] [--exports FOLDER --study study.toml]

Each import runs in a process of its own, so that its peak memory is its own. Exponents near 1 mean
linear growth.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generate import write_study

ROOT = Path(__file__).resolve().parent.parent


def measure(exports: Path, study: Path) -> dict[str, float]:
    """Import into a fresh store in a child process: seconds, CPU seconds, peak MB, rows."""
    with tempfile.TemporaryDirectory() as home:
        child = subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.import_scale",
                "--child",
                home,
                str(exports),
                str(study),
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    return json.loads(child.stdout.splitlines()[-1])


def _child(home: str, exports: str, study: str) -> None:
    from data_access.importer import import_exports
    from data_access.store import CutStore

    begin, cpu = time.perf_counter(), time.process_time()
    result = import_exports(Path(exports), Path(study), store=CutStore(Path(home)), version="bench")
    seconds, used = time.perf_counter() - begin, time.process_time() - cpu
    if result.cut is None:
        for finding in result.findings[:5]:
            print(finding, file=sys.stderr)
        sys.exit(1)
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu": round(used, 2),
                "peak_mb": _peak_mb(),
                "rows": sum(result.cut.rows(d) for d in result.cut.domains),
            }
        )
    )


def _peak_mb() -> int:
    """Peak resident memory of this process (ru_maxrss would include what started it)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main() -> None:
    """Print one line per study and the growth exponents between sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--exports", type=Path)
    parser.add_argument("--study", type=Path)
    parser.add_argument("--child", nargs=3)
    arguments = parser.parse_args()
    if arguments.child:
        _child(*arguments.child)
        return
    if arguments.exports:
        print(f"{arguments.exports.name}: {measure(arguments.exports, arguments.study)}")
    before: tuple[int, float] | None = None
    with tempfile.TemporaryDirectory() as folder:
        for size in [int(s) for s in arguments.sizes.split(",") if s]:
            exports = Path(folder) / str(size)
            write_study(exports, size)
            figures = measure(exports, exports / "study.toml")
            growth = ""
            if before:
                power = math.log(figures["cpu"] / before[1]) / math.log(size / before[0])
                growth = f"  growth n^{power:.2f}"
            print(f"{size:>7,} patients: {figures}{growth}", flush=True)
            before = size, figures["cpu"]


if __name__ == "__main__":
    main()
