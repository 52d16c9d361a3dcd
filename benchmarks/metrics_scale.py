"""What estimates cost from 10^2 to 10^6 patients, beside other packages, in one run.

    python -m benchmarks.metrics_scale [--sizes 100,10000,1000000] [--rounds 5]

CPU seconds of this process (R: of its own), medians of rounds in which every package takes its
turn, after one warm-up. lifelines is a test dependency; scikit-survival and R take part when they
are installed. Targets: a curve of 10^6 patients in whole days at most 2 x numpy.sort of its times;
with arbitrary times at least 4 x less than R's survfit; a whole study of 100 patients under 25 ms,
without scipy.stats or lifelines.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import whole_study
from dashboard.metrics.competing import cumulative_incidence
from dashboard.metrics.cox import cox
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.logrank import log_rank
from dashboard.metrics.proportions import METHODS, proportion
from dashboard.metrics.rmst import restricted_mean

HERE = Path(__file__).parent
Work = Callable[[], object]


@dataclass(frozen=True)
class Sample:
    """n patients: whole days and arbitrary times, events, competing causes, groups, covariates."""

    n: int
    days: np.ndarray
    times: np.ndarray
    event: np.ndarray
    cause: np.ndarray
    group: np.ndarray
    x: np.ndarray


def draw(n: int) -> Sample:
    rng = np.random.default_rng(n)
    event = rng.random(n) < 0.6
    return Sample(
        n=n,
        days=rng.integers(1, 1500, n).astype(np.float64),
        times=rng.exponential(300.0, n),
        event=event,
        cause=np.where(event, rng.integers(1, 3, n), 0),
        group=np.array(["a", "b"])[np.arange(n) % 2],
        x=rng.normal(size=(n, 2)),
    )


def ours(s: Sample) -> dict[str, Work]:
    """Interim's estimates by name; "curve" has its intervals, quartiles and their limits."""
    curve = kaplan_meier(s.days, s.event)
    return {
        "numpy.sort of the days": lambda: np.sort(s.days),
        "curve, whole days": lambda: kaplan_meier(s.days, s.event),
        "curve, arbitrary times": lambda: kaplan_meier(s.times, s.event),
        "rates and risk table": lambda: (curve.rate(182.625), curve.at_risk(range(0, 1500, 90))),
        "restricted mean": lambda: restricted_mean(curve, 365.0),
        "log-rank, 2 groups, whole days": lambda: log_rank(s.days, s.event, s.group),
        "log-rank, 2 groups, arbitrary times": lambda: log_rank(s.times, s.event, s.group),
        "Cox, 2 covariates, whole days": lambda: cox(s.days, s.event, s.x, ["a", "b"]),
        "cumulative incidence, whole days": lambda: cumulative_incidence(s.days, s.cause),
        "proportion, 3 intervals": lambda: [proportion(s.n // 3, s.n, method=m) for m in METHODS],
    }


def lifelines(s: Sample) -> dict[str, Work]:
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    a = s.group == "a"
    return {
        "curve, whole days": lambda: KaplanMeierFitter().fit(s.days, s.event).median_survival_time_,
        "curve, arbitrary times": lambda: (
            KaplanMeierFitter().fit(s.times, s.event).median_survival_time_
        ),
        "log-rank, 2 groups, whole days": lambda: logrank_test(
            s.days[a], s.days[~a], s.event[a], s.event[~a]
        ),
    }


def scikit_survival(s: Sample) -> dict[str, Work]:
    """Empty when it is not installed."""
    try:
        from sksurv.nonparametric import cumulative_incidence_competing_risks as incidence
        from sksurv.nonparametric import kaplan_meier_estimator as estimator
    except ImportError:
        return {}
    return {
        "curve, whole days": lambda: estimator(s.event, s.days, conf_type="log-log"),
        "curve, arbitrary times": lambda: estimator(s.event, s.times, conf_type="log-log"),
        "cumulative incidence, whole days": lambda: incidence(s.cause, s.days, conf_type="log-log"),
    }


class R:
    """A running Rscript that is asked for one round at a time, so that it takes its turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found = shutil.which("Rscript")

    def seconds(self, what: str, name: str, times: np.ndarray, event: np.ndarray) -> float | None:
        """CPU seconds of one warmed-up round; None without R."""
        if self.found is None:
            return None
        path = self.folder / f"{name}.bin"
        if not path.exists():
            path.write_bytes(np.concatenate([times, event.astype(np.float64)]).tobytes())
        done = subprocess.run(
            [self.found, "--vanilla", str(HERE / "survfit.R")],
            input=f"{what} {path} 1 {times.size}\n",
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout.split()[1])


def cpu(work: Work) -> float:
    """CPU seconds of one call; what it leaves behind is collected outside the clock."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(sample: Sample, rounds: int, r: R) -> dict[str, dict[str, float]]:
    """Median CPU seconds: estimate -> package -> seconds."""
    packages = {
        "Interim": ours(sample),
        "lifelines": lifelines(sample),
        "scikit-survival": scikit_survival(sample),
    }
    asked = {
        "curve, whole days": ("curve", "days", sample.days),
        "curve, arbitrary times": ("curve", "times", sample.times),
        "log-rank, 2 groups, whole days": ("logrank", "days", sample.days),
    }
    found: dict[str, dict[str, list[float]]] = {name: {} for name in packages["Interim"]}
    for works in packages.values():
        for work in works.values():
            work()
    for _ in range(rounds):
        for name, seconds in found.items():
            for package, works in packages.items():
                if name in works:
                    seconds.setdefault(package, []).append(cpu(works[name]))
            if name in asked:
                what, kind, times = asked[name]
                used = r.seconds(what, f"{kind}-{sample.n}", times, sample.event)
                if used is not None:
                    seconds.setdefault("R survival", []).append(used)
    return {
        name: {package: statistics.median(v) for package, v in seconds.items()}
        for name, seconds in found.items()
    }


def show(n: int, found: dict[str, dict[str, float]]) -> None:
    print(f"\n{n:,} patients (ms of CPU; in brackets: how many times Interim's)")
    for name, by_package in found.items():
        mine = by_package["Interim"]
        told = [f"{mine * 1e3:10.2f}"]
        told += [
            f"{package} {seconds * 1e3:.1f} ({seconds / mine:.1f}x)" if mine else package
            for package, seconds in by_package.items()
            if package != "Interim"
        ]
        print(f"  {name:38}" + "   ".join(told))


def targets(found: dict[str, dict[str, float]]) -> list[tuple[str, str, bool]]:
    """Target, figure and whether it holds, of the largest sample."""
    days = found["curve, whole days"]["Interim"] / found["numpy.sort of the days"]["Interim"]
    out = [("curve in whole days / numpy.sort, at most 2", f"{days:.2f}", days <= 2)]
    arbitrary = found["curve, arbitrary times"]
    if "R survival" in arbitrary:
        ratio = arbitrary["R survival"] / arbitrary["Interim"]
        out.append(("R survfit / curve, arbitrary times, at least 4", f"{ratio:.2f}", ratio >= 4))
    return out


def main() -> None:
    """Print a table per size, the whole study, and each target with its figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,10000,1000000")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of the other packages, about what they divide by zero
    study = whole_study.in_new_process()
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        r = R(Path(folder))
        if r.found is None:
            print("Rscript is not installed: R takes no part (make oracle)", file=sys.stderr)
        for size in [int(s) for s in arguments.sizes.split(",")]:
            found = measure(draw(size), arguments.rounds, r)
            show(size, found)
    held = [*targets(found), *whole_study.targets(study)]
    whole_study.show(study)
    print("\ntargets")
    for name, figure, holds in held:
        print(f"  {'holds ' if holds else 'MISSED'} {name}: {figure}")


if __name__ == "__main__":
    main()
