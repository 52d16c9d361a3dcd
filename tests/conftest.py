"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STUDIES = Path(__file__).resolve().parent / "studies"


def shared_folder() -> Path:
    """Where the real exports and reference values lie: INTERIM_TEST_DATA, else ../shared."""
    return Path(os.environ.get("INTERIM_TEST_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real exports. Absent on a stranger's machine: said aloud. Absent in CI: a failure."""
    folder = shared_folder()
    if folder.is_dir():
        return folder
    message = (
        f"no test data at {folder}: set INTERIM_TEST_DATA to the folder with data/ and reference/ "
        "to compare with real exports and R"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


#: tests of the modules whose every line must be run: `[tool.coverage]` names them
COVERING = ("data_access/", "dashboard/metrics/", "oracle/")


@pytest.hookimpl(trylast=True)  # after hypothesis has marked its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count covered lines by the tests that name their examples.

    Tracing doubles the time of a test. Hundreds of random examples, whole exports of other trials,
    and pages walk over lines that those tests cover already.
    """
    for item in items:
        of_others = not item.path.relative_to(ROOT / "tests").as_posix().startswith(COVERING)
        if of_others or item.get_closest_marker("hypothesis") or item.get_closest_marker("slow"):
            item.add_marker("no_cover")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, once, when comparisons with real data did not run."""
    skipped = [
        r
        for r in terminalreporter.stats.get("skipped", [])
        if "INTERIM_TEST_DATA" in str(r.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(
            f"NOT RUN: {len(skipped)} comparisons with real exports and R values "
            "(INTERIM_TEST_DATA is not set and ../shared is absent).",
            yellow=True,
        )
