"""A writer that dies at any moment leaves every earlier cut, and a whole new one or none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

ROUNDS = 80


def drive(home: Path, *arguments: object) -> list[dict[str, Any]]:
    """One dictionary per line that crash_driver.py prints."""
    done = subprocess.run(
        [sys.executable, HERE / "crash_driver.py", home, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(rounds: list[dict[str, Any]]) -> None:
    for told in rounds:
        assert told["old"] == "whole", told
        assert told["new"] in {"whole", "absent"}, told
        assert told["damaged"] == 0, told
        assert told["orphans"] <= 1, told
        assert told["orphans_after"] == 0, told
        assert told["repeated"] is True, told


def test_killed_at_random_moments(quick_home: Path) -> None:
    rounds = drive(quick_home, "random", ROUNDS, 20250630)
    assert len(rounds) == ROUNDS
    check(rounds)
    assert sum(told["orphans"] for told in rounds) >= 5, "too few were killed while writing"


@pytest.mark.parametrize("when", ["before", "half"])
def test_killed_at_every_call_to_the_disk(quick_home: Path, when: str) -> None:
    rounds = drive(quick_home, "calls", when)
    assert len(rounds) >= (8 if when == "half" else 45)
    check(rounds)
    outcomes = {told["new"] for told in rounds}
    assert outcomes == ({"absent"} if when == "half" else {"absent", "whole"})


def test_several_imports_of_the_same_files_at_once_give_one_cut(quick_home: Path) -> None:
    (told,) = drive(quick_home, "together", 4)
    assert told["exits"] == [10, 11, 11, 11]
    assert (told["old"], told["new"]) == ("whole", "whole")
    assert (told["damaged"], told["orphans"], told["faulty"]) == (0, 0, 0)
    assert told["looked"] > 1
    assert told["imports"] == 4
