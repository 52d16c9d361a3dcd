"""Results: every answer carries its audience, is computed once, and is kept as JSON bytes only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dashboard.background import Background, Standing
from dashboard.panels import PANELS
from dashboard.results import Audience, Results, Timing, View
from dashboard.selection import Selection
from dashboard.shelf import Shelf


@pytest.fixture
def selection(shelf: Shelf) -> Selection:
    return shelf.resolve("")[0]


def asking(shelf: Shelf, panel: Callable[[View], Mapping[str, Any]]) -> Results:
    return Results(shelf, {"panel": panel}, Flask(__name__))


def test_an_answer_is_computed_once_and_then_kept(shelf: Shelf, selection: Selection) -> None:
    calls: list[str] = []

    def panel(view: View) -> dict[str, Any]:
        calls.append(view.audience.value)
        return {"n": view.members.n}

    results = asking(shelf, panel)
    timings: list[Timing] = []
    results.observe(timings.append)
    for _ in range(3):
        assert results.panel("panel", selection, Audience.FULL) == {"n": 9}
    assert calls == ["full"]
    assert [t.cached for t in timings] == [False, True, True]
    assert all(t.panel == "panel" and t.milliseconds >= 0 for t in timings)


def test_concurrent_misses_share_one_computation(shelf: Shelf, selection: Selection) -> None:
    calls: list[int] = []
    gate = threading.Barrier(16)

    def panel(view: View) -> dict[str, Any]:
        calls.append(1)
        time.sleep(0.05)
        return {"n": view.members.n}

    results = asking(shelf, panel)

    def ask(_: int) -> bytes:
        gate.wait(timeout=10)
        return results.raw("panel", selection, Audience.FULL)

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(ask, range(16)))
    assert answers == {b'{"n":9}'}
    assert len(calls) == 1


def test_a_failure_reaches_everyone_who_waits_and_is_not_kept(
    shelf: Shelf, selection: Selection
) -> None:
    calls: list[int] = []

    def panel(view: View) -> dict[str, Any]:
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError
        return {"n": view.members.n}

    results = asking(shelf, panel)
    with pytest.raises(ZeroDivisionError):
        results.panel("panel", selection, Audience.FULL)
    assert results.panel("panel", selection, Audience.FULL) == {"n": 9}


def test_a_key_is_text_that_names_cut_audience_panel_and_view(selection: Selection) -> None:
    key = Results.key("panel", selection, Audience.FULL)
    assert key == f"{selection.cut}|full|panel|{selection.query()}"
    others = {
        Results.key("other", selection, Audience.FULL),
        Results.key("panel", replace(selection, backbones=("taxane",)), Audience.FULL),
        Results.key("panel", replace(selection, cut="f" * 64), Audience.FULL),
    }
    assert len(others | {key}) == 4


def test_highlighting_asks_for_no_new_result(shelf: Shelf, selection: Selection) -> None:
    seen: list[tuple[str, ...]] = []

    def panel(view: View) -> dict[str, Any]:
        seen.append(view.selection.highlighted)
        return {"n": view.members.n}

    results = asking(shelf, panel)
    keys = shelf.open(selection.study, selection.cut).keys
    marked = replace(selection, highlighted=(keys.key("P01"),))
    assert results.raw("panel", marked, Audience.FULL) == b'{"n":9}'
    assert results.raw("panel", selection, Audience.FULL) == b'{"n":9}'
    assert seen == [()]
    assert results.view(marked, Audience.FULL).keys.patient(keys.key("P01")) == "P01"


def test_the_cache_holds_the_json_bytes_themselves(shelf: Shelf, selection: Selection) -> None:
    results = asking(shelf, lambda view: {"n": view.members.n})
    results.panel("panel", selection, Audience.FULL)
    stored = [value for _, value in results._backend._cache.values()]
    assert stored == [b'{"n":9}']


def test_an_answer_with_nan_is_a_fault_and_never_kept(shelf: Shelf, selection: Selection) -> None:
    results = asking(shelf, lambda view: {"n": float("nan")})
    with pytest.raises(ValueError, match="JSON compliant"):
        results.panel("panel", selection, Audience.FULL)


def test_an_unknown_panel_is_an_error(shelf: Shelf, selection: Selection) -> None:
    with pytest.raises(KeyError):
        asking(shelf, lambda view: {}).panel("other", selection, Audience.FULL)


@pytest.mark.parametrize("name", sorted(PANELS))
def test_every_panel_answers_plain_json_the_same_twice(
    shelf: Shelf, selection: Selection, name: str
) -> None:
    answers = [
        Results(shelf, PANELS, Flask(__name__)).raw(name, selection, Audience.FULL)
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert isinstance(json.loads(answers[0]), dict)


def test_nothing_we_serve_with_knows_pickle() -> None:
    root = Path(__file__).resolve().parents[2]
    served = [*(root / "dashboard").rglob("*.py"), *(root / "components").rglob("*.py")]
    assert served
    assert not [p.name for p in served if "import pickle" in p.read_text(encoding="utf-8")]


class Slow:
    """A slow panel that goes on when the test lets it."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.calls = 0

    def __call__(self, view: View, progress: Callable[[int, int], None]) -> dict[str, Any]:
        self.calls += 1
        progress(1, 2)
        assert self.let.wait(10)
        progress(2, 2)
        return {"n": view.members.n}


def slow_results(shelf: Shelf, slow: Slow, background: Background | None = None) -> Results:
    return Results(shelf, {}, Flask(__name__), slow={"slow": slow}, background=background)


def test_a_slow_answer_is_made_in_the_background_and_then_kept(
    shelf: Shelf, selection: Selection
) -> None:
    slow = Slow()
    results = slow_results(shelf, slow)
    state = results.underway("slow", selection, Audience.FULL, "view")
    assert state == Standing("running", 1, 2)
    told = results.standing("slow", selection, Audience.FULL, "a", leaves=False)
    assert told == Standing("running", 1, 2)
    slow.let.set()
    assert results.panel("slow", selection, Audience.FULL) == {"n": 9}
    assert results.underway("slow", selection, Audience.FULL, "view") is None
    told = results.standing("slow", selection, Audience.FULL, "a", leaves=False)
    assert (told.stage, slow.calls) == ("done", 1)


def test_an_answer_that_takes_a_glance_is_not_announced(shelf: Shelf, selection: Selection) -> None:
    slow = Slow()
    slow.let.set()
    results = slow_results(shelf, slow)
    assert results.underway("slow", selection, Audience.FULL, "view") is None
    assert results.panel("slow", selection, Audience.FULL) == {"n": 9}
    assert slow.calls == 1


def test_one_who_waits_for_the_answer_has_it_though_those_of_the_card_left(
    shelf: Shelf, selection: Selection
) -> None:
    slow = Slow()
    results = slow_results(shelf, slow)
    results.underway("slow", selection, Audience.FULL, "view")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(results.panel, "slow", selection, Audience.FULL)
        left = results.standing("slow", selection, Audience.FULL, "a", leaves=True)
        assert left.stage == "stopped"
        slow.let.set()
        assert waiting.result(timeout=10) == {"n": 9}


def test_other_answers_do_not_wait_for_a_slow_one(shelf: Shelf, selection: Selection) -> None:
    slow = Slow()
    results = Results(
        shelf, {"quick": lambda view: {"n": view.members.n}}, Flask(__name__), slow={"slow": slow}
    )
    results.underway("slow", selection, Audience.FULL, "view")
    assert results.panel("quick", selection, Audience.FULL) == {"n": 9}
    assert results.underway("quick", selection, Audience.FULL, "view") is None
    slow.let.set()


def test_too_many_slow_answers_are_refused_in_words(shelf: Shelf, selection: Selection) -> None:
    slow = Slow()
    results = slow_results(shelf, slow, Background(workers=1, waiting=0))
    assert results.underway("slow", selection, Audience.FULL, "view") == Standing("full")
