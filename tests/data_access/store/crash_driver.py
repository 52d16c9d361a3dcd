"""Helper process of test_crash.py: forks writers of the second cut and kills them with SIGKILL.

Arguments: home folder, then `random <rounds> <seed>`, `calls <before|half>` or
`together <writers>`. Prints one JSON line per round.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import faults
import samples

from data_access.findings import DataError
from data_access.store import CutStore, Staged

OLD = samples.staged(date(2025, 3, 31))
NEW = samples.staged(date(2025, 6, 30), patients=30, parent=OLD.cut_id)


def write(home: Path, staged: Staged) -> bool:
    return CutStore(home).write(staged, imported_at=samples.NOW, version="1")[1]


def fork(work: Callable[[], int]) -> int:
    """Run `work` in a child; its result is the exit status."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 99
        try:
            status = work()
        finally:
            os._exit(status)
    return child


def state(home: Path) -> dict[str, Any]:
    """What a reader finds now, everything verified down to the rows."""
    store = CutStore(home)
    cuts = home / "studies" / "trial-1" / "cuts"
    found = {"old": "whole", "new": "absent", "damaged": 0}
    for name, staged in (("old", OLD), ("new", NEW)):
        if name == "old" or (cuts / staged.cut_id).exists():
            try:
                store.verify("trial-1", staged.cut_id)
                found[name] = "whole"
            except DataError as error:
                found[name] = str(error)
    found["damaged"] = sum(c.damaged is not None for c in store.cuts("trial-1"))
    found["orphans"] = len(list(cuts.glob(".tmp-*")))
    return found


def report(home: Path, **more: object) -> None:
    """Print what is there after a crash and after the next write; then start over."""
    found = state(home) | more
    write(home, OLD)
    cuts = home / "studies" / "trial-1" / "cuts"
    found["orphans_after"] = len(list(cuts.glob(".tmp-*")))
    again = write(home, NEW)
    found["repeated"] = again == (found["new"] == "absent") and state(home)["new"] == "whole"
    shutil.rmtree(cuts / NEW.cut_id)
    print(json.dumps(found))


def at_random(home: Path, rounds: int, seed: int) -> None:
    """Kill at a random moment of a write, up to after its usual end."""
    dice = random.Random(seed)
    started = time.perf_counter()
    write(home, NEW)
    usual = time.perf_counter() - started
    shutil.rmtree(home / "studies" / "trial-1" / "cuts" / NEW.cut_id)
    for _ in range(rounds):
        receive, send = os.pipe()

        def work(send: int = send) -> int:
            os.write(send, b"!")
            write(home, NEW)
            return 0

        child = fork(work)
        os.read(receive, 1)
        time.sleep(dice.uniform(0, usual * 1.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(receive)
        os.close(send)
        report(home)


class KillNth:
    """SIGKILL this process before the Nth call, or half way through the Nth write."""

    def __init__(self, nth: int, when: str) -> None:
        self.left = nth
        self.when = when

    def __call__(self, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        self.left -= self.when == "before" or name == "write"
        if self.left == 0:
            if self.when == "half":
                real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)


def at_every_call(home: Path, when: str) -> None:
    """One round per disk operation of a write, until none is left to be killed at."""
    nth = 0
    while True:
        nth += 1

        def work(nth: int = nth) -> int:
            with faults.wrapped(KillNth(nth, when)):
                write(home, NEW)
            return 0

        _, status = os.waitpid(fork(work), 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.WEXITSTATUS(status))
        report(home, nth=nth)


def together(home: Path, writers: int) -> None:
    """Several processes write the same cut at once; a reader looks on all the while."""
    receive, send = os.pipe()

    def work() -> int:
        os.read(receive, 1)
        return 10 if write(home, NEW) else 11

    children = [fork(work) for _ in range(writers)]
    os.write(send, b"!" * writers)
    done: list[int] = []
    looked = 0
    faulty = 0
    while len(done) < writers:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child in children:
            done.append(os.WEXITSTATUS(status))
        store = CutStore(home)
        newest = store.open("trial-1").id
        looked += 1
        faulty += newest not in {OLD.cut_id, NEW.cut_id}
        faulty += any(c.damaged for c in store.cuts("trial-1"))
    found = state(home) | {"exits": sorted(done), "looked": looked, "faulty": faulty}
    print(json.dumps(found | {"imports": len(CutStore(home).imports("trial-1", NEW.cut_id))}))


def main() -> None:
    home, mode, *rest = Path(sys.argv[1]), *sys.argv[2:]
    write(home, OLD)
    if mode == "random":
        at_random(home, int(rest[0]), int(rest[1]))
    elif mode == "calls":
        at_every_call(home, rest[0])
    else:
        together(home, int(rest[0]))


if __name__ == "__main__":
    main()
