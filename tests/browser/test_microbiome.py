"""The Microbiome page in a browser: the demo, real exports, and its work in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.background import StoppedError
from dashboard.pages.microbiome import CARDS
from dashboard.panels import SLOW, microbiome
from dashboard.results import View
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import settled
from tests.browser.pages import clipped, serious
from tests.stores import real_store

pytestmark = pytest.mark.browser

REAL = ("icb_gut_motus", "kostic_crc_paired", "enterotype_relabund")
STUDIES = ("icb-gut-motus", "kostic-crc-paired", "enterotype-relabund")


@pytest.fixture(scope="session")
def gut_url(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(real_store(tmp_path_factory, shared, *REAL).home) as address:
        yield address


def whole(page: Page) -> None:
    assert page.locator(".card-failed").count() == 0
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")
    assert clipped(page) == []
    assert serious(page) == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_the_demo(open_page: Opener, url: str, width: int, theme: str) -> None:
    page, watch = open_page(width, theme=theme)
    page.goto(f"{url}/microbiome")
    settled(page, len(CARDS))
    whole(page)
    assert watch.failed == []
    expect(page.locator("#microbiome-tests tbody tr")).to_have_count(4)
    expect(page.locator("#microbiome-taxa")).to_contain_text("Akkermansia")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("study", STUDIES)
def test_real_exports(open_page: Opener, gut_url: str, study: str, width: int, theme: str) -> None:
    page, _ = open_page(width, theme=theme)
    page.goto(f"{gut_url}/microbiome?study={study}")
    settled(page, len(CARDS))
    whole(page)


def test_where_there_is_no_microbiome_each_card_says_so(open_page: Opener, bare_url: str) -> None:
    page, _ = open_page()
    page.goto(f"{bare_url}/microbiome?study=bare")
    settled(page, len(CARDS))
    whole(page)
    expect(page.locator("#microbiome-tests")).to_contain_text("no microbiome samples")


class Gate:
    """The tests of the page, one step of which waits until the test lets it go on."""

    def __init__(self) -> None:
        self.go, self.stopped, self.runs = threading.Event(), threading.Event(), 0

    def __call__(self, view: View, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        self.runs += 1
        try:
            while not self.go.wait(0.1):
                progress(1, 4)
        except StoppedError:
            self.stopped.set()
            raise
        return microbiome.tests(view, progress)


def test_long_work_tells_how_far_it_is_and_can_be_stopped_and_started_again(
    open_page: Opener, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setitem(SLOW, "microbiome-tests", gate)
    with serving(demo_home) as address:
        page, _ = open_page()
        page.goto(f"{address}/microbiome")
        card = page.locator("#microbiome-tests")
        expect(card.locator(".work-words")).to_contain_text("Calculating")
        expect(card.locator(".work-far")).to_have_text("1 of 4 steps")
        # the rest of the page is there meanwhile, and so is another page
        expect(page.locator("#microbiome-differential .plot").first).to_be_visible()
        assert serious(page) == []
        card.get_by_role("button", name="Stop").click()
        expect(card.locator(".work-words")).to_contain_text("Stopped")
        assert gate.stopped.wait(20)
        card.get_by_role("button", name="Start again").click()
        expect(card.locator(".work-far")).to_have_text("1 of 4 steps")
        gate.go.set()
        expect(card.locator("tbody tr")).to_have_count(4)
        assert gate.runs == 2


def test_one_reader_who_stops_takes_nothing_from_another(
    open_page: Opener, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setitem(SLOW, "microbiome-tests", gate)
    with serving(demo_home) as address:
        one, _ = open_page()
        two, _ = open_page()
        for page in (one, two):
            page.goto(f"{address}/microbiome")
            expect(page.locator("#microbiome-tests .work-far")).to_have_text("1 of 4 steps")
        one.locator("#microbiome-tests").get_by_role("button", name="Stop").click()
        expect(one.locator("#microbiome-tests .work-words")).to_contain_text("Stopped")
        assert not gate.stopped.wait(1)
        gate.go.set()
        expect(two.locator("#microbiome-tests tbody tr")).to_have_count(4)
        assert gate.runs == 1
