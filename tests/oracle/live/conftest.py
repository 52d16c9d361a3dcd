"""R beside Interim on random data: one R process for each module of tests."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
RTOL = 1e-9
#: Zero in one and round-off in the other: a difference of this size is no disagreement.
ATOL = 1e-12


@pytest.fixture(scope="session")
def ask_r() -> Callable[[str, Any], Any]:
    """ask_r("curves.R", cases): the JSON that the R script answers to the cases."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        message = "Rscript is not installed: `make oracle` installs R to compare with it live"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)

    def ask(script: str, cases: Any) -> Any:
        done = subprocess.run(
            [rscript, "--vanilla", str(HERE / script)],
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{script} failed:\n{done.stderr}"
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="session")
def agrees() -> Callable[[float | None, float | None], bool]:
    """Equal to 1e-9 relative; not estimable (None, R's NA) equals only itself."""

    def agrees_(got: float | None, want: float | None) -> bool:
        if got is None or want is None:
            return got is None and want is None
        return math.isclose(got, want, rel_tol=RTOL, abs_tol=ATOL)

    return agrees_


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, once, when nothing was compared with a running R."""
    skipped = [
        r for r in terminalreporter.stats.get("skipped", []) if "make oracle" in str(r.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(
            f"NOT RUN: {len(skipped)} live comparisons with R (Rscript is not installed; "
            "`make oracle` installs it).",
            yellow=True,
        )
