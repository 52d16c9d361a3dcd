"""Work of more than a second: a few threads, one computation per key, with progress and an end.

Whoever needs an answer asks again and again while it is made. An asker who says stop, or asks no
more, is forgotten; work that nobody asks for any longer is stopped at its next step. What is made
here is numpy on arrays, which lets other threads answer meanwhile.

`Background` is the border: work spread over machines would stand behind the same four calls.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from dashboard.metrics.progress import Progress

log = logging.getLogger(__name__)

WORKERS = 2
#: computations that may wait for a worker
WAITING = 24
#: seconds after which an asker who asked no more is gone
LEASE = 15.0
#: finished computations remembered, so that their askers hear how they ended
REMEMBERED = 64

Stage = Literal["waiting", "running", "done", "failed", "stopped", "full"]
Work = Callable[[Progress], object]


class StoppedError(Exception):
    """Raised inside a computation that nobody asks for any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a computation stands; `done` of `total` steps, 0 of 0 before the first is told."""

    stage: Stage
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class _Job:
    make: Work
    stage: Stage = "waiting"
    done: int = 0
    total: int = 0
    askers: dict[str, float] = field(default_factory=dict)  # who -> until when


class Background:
    """Computations by key. Safe for threads; its own are daemons, made with the first work."""

    def __init__(
        self,
        *,
        workers: int = WORKERS,
        waiting: int = WAITING,
        lease: float = LEASE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers, self._room, self._lease, self._clock = workers, waiting, lease, clock
        self._changed = threading.Condition()
        self._jobs: dict[str, _Job] = {}
        self._queue: deque[str] = deque()
        self._threads: list[threading.Thread] = []

    def ask(self, key: str, asker: str, make: Work) -> Standing:
        """Start the computation, or join the one under way. "full": too many wait already.

        One that failed or was stopped starts anew.
        """
        with self._changed:
            job = self._jobs.get(key)
            if job is None or job.stage in {"done", "failed", "stopped"}:
                if len(self._queue) >= self._room:
                    return Standing("full")
                job = self._jobs[key] = _Job(make)
                self._queue.append(key)
                self._forget()
                self._hire()
                self._changed.notify()
            job.askers[asker] = self._clock() + self._lease
            return Standing(job.stage, job.done, job.total)

    def look(self, key: str, asker: str) -> Standing | None:
        """Where the computation stands, for one who still wants it; None where there is none."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None:
                return None
            if job.stage in {"waiting", "running"}:
                job.askers[asker] = self._clock() + self._lease
            return Standing(job.stage, job.done, job.total)

    def leave(self, key: str, asker: str) -> None:
        """One asker wants it no more. Others go on waiting for it."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None:
                job.askers.pop(asker, None)

    def wait(self, key: str, seconds: float) -> Standing | None:
        """Wait for the end of a computation, at most so long."""
        end = time.monotonic() + seconds
        with self._changed:
            while (job := self._jobs.get(key)) and job.stage in {"waiting", "running"}:
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            job = self._jobs.get(key)
            return None if job is None else Standing(job.stage, job.done, job.total)

    def _hire(self) -> None:
        """The caller holds the lock."""
        if len(self._threads) < self._workers:
            name = f"background-{len(self._threads)}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _forget(self) -> None:
        """Drop the oldest finished computations; the caller holds the lock."""
        over = [k for k, j in self._jobs.items() if j.stage in {"done", "failed", "stopped"}]
        for key in over[: max(0, len(over) - REMEMBERED)]:
            del self._jobs[key]

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue:
                    self._changed.wait()
                job = self._jobs[self._queue.popleft()]
                job.stage = "running"
            self._end(job, self._made(job))

    def _made(self, job: _Job) -> Stage:
        def progress(done: int, total: int) -> None:
            with self._changed:
                job.done, job.total = done, total
            self._still_wanted(job)

        try:
            self._still_wanted(job)
            job.make(progress)
        except StoppedError:
            return "stopped"
        except Exception:
            log.exception("a computation in the background failed")
            return "failed"
        return "done"

    def _still_wanted(self, job: _Job) -> None:
        with self._changed:
            now = self._clock()
            if not any(until > now for until in job.askers.values()):
                raise StoppedError

    def _end(self, job: _Job, stage: Stage) -> None:
        with self._changed:
            job.stage = stage
            job.askers.clear()
            self._changed.notify_all()
