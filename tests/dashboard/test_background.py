"""Work in the background: once per key, told as it goes on, stopped when nobody asks any more."""

from __future__ import annotations

import threading

import pytest

from dashboard.background import Background, Standing


class Gate:
    """A computation that goes on by one step each time the test lets it."""

    def __init__(self, steps: int = 3) -> None:
        self.steps, self.runs = steps, 0
        self.let, self.at = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, progress) -> None:
        self.runs += 1
        for i in range(self.steps):
            self.at.release()
            assert self.let.acquire(timeout=10)
            progress(i + 1, self.steps)

    def go(self, steps: int) -> None:
        for _ in range(steps):
            self.let.release()


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def work(now):
    return Background(workers=1, waiting=2, lease=10, clock=lambda: now[0])


def test_askers_of_one_key_share_one_computation(work):
    gate = Gate()
    assert work.ask("k", "a", gate).stage == "waiting"
    assert work.ask("k", "b", gate).stage in {"waiting", "running"}
    gate.go(3)
    assert work.wait("k", 10) == Standing("done", 3, 3)
    assert gate.runs == 1


def test_progress_is_told(work):
    gate = Gate()
    work.ask("k", "a", gate)
    gate.go(1)
    assert gate.at.acquire(timeout=10)
    assert gate.at.acquire(timeout=10)  # at the second step: the first was told
    assert work.look("k", "a") == Standing("running", 1, 3)
    gate.go(2)
    work.wait("k", 10)


def test_one_who_leaves_does_not_take_it_from_another(work):
    gate = Gate()
    work.ask("k", "a", gate)
    work.ask("k", "b", gate)
    work.leave("k", "a")
    gate.go(3)
    assert work.wait("k", 10).stage == "done"


def test_the_last_to_leave_stops_it_and_another_may_start_it_again(work):
    gate = Gate()
    work.ask("k", "a", gate)
    assert gate.at.acquire(timeout=10)
    work.leave("k", "a")
    gate.go(1)
    assert work.wait("k", 10).stage == "stopped"
    again = Gate(1)
    assert work.ask("k", "b", again).stage in {"waiting", "running"}
    again.go(1)
    assert work.wait("k", 10).stage == "done"


def test_one_who_asks_no_more_is_forgotten(work, now):
    gate = Gate()
    work.ask("k", "a", gate)
    assert gate.at.acquire(timeout=10)
    now[0] = 9.0
    work.look("k", "a")
    now[0] = 18.0  # asked again at 9: still wanted
    gate.go(1)
    assert gate.at.acquire(timeout=10)
    now[0] = 30.0
    gate.go(1)
    assert work.wait("k", 10).stage == "stopped"


def test_more_than_can_wait_are_refused_and_nothing_is_lost(work):
    gates = [Gate(1) for _ in range(4)]
    work.ask("0", "a", gates[0])
    assert gates[0].at.acquire(timeout=10)  # one runs, two wait
    for i in (1, 2):
        assert work.ask(str(i), "a", gates[i]).stage == "waiting"
    assert work.ask("3", "a", gates[3]).stage == "full"
    for gate in gates:
        gate.go(1)
    for key in ("0", "1", "2"):
        assert work.wait(key, 10).stage == "done"
    assert work.look("3", "a") is None


def test_a_failure_is_a_stage_and_the_worker_lives_on(work, caplog):
    def broken(progress) -> None:
        raise ValueError("no")

    work.ask("k", "a", broken)
    assert work.wait("k", 10).stage == "failed"
    gate = Gate(1)
    gate.go(1)
    work.ask("l", "a", gate)
    assert work.wait("l", 10).stage == "done"
    assert "failed" in caplog.text


def test_what_was_finished_long_ago_is_forgotten(work):
    for i in range(100):
        gate = Gate(1)
        gate.go(1)
        work.ask(str(i), "a", gate)
        assert work.wait(str(i), 10).stage == "done"
    assert work.look("0", "a") is None
    assert work.look("99", "a").stage == "done"
