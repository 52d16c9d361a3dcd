"""Every page on real exports: 400 patients, no response windows, no doses, one sheet of biomarkers.

Nothing errs, nothing moves however late and one by one the cards come, nothing is cut off, nothing
bars anybody, at both widths, in both themes and on paper.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard import view
from dashboard.pages import PAGES
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import settled
from tests.browser.pages import clipped, serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STUDIES = ("pharmaverse-onco", "random-cdisc", "imvigor210")
#: pages about a whole study, with their number of cards; a patient's own page has its own test
COUNT: dict[str, int] = {}
for _page in PAGES:
    COUNT.setdefault(_page.path, len(_page.cards))
PATHS = tuple(path for path, cards in COUNT.items() if cards)


#: seconds between a card and the next: more than a browser needs to paint
APART = 0.12
MOVED = 0.02  # web.dev/cls calls 0.1 good


@pytest.fixture(scope="module")
def late_url(real_home: Path) -> Iterator[str]:
    """The real exports from a server that takes its time for every card."""
    made = view.lines

    def late(*asked: Any) -> Iterator[bytes | None]:
        for line in made(*asked):
            yield line
            if line:
                yield None  # sent as it is
                time.sleep(APART)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "lines", late)
        with serving(real_home) as address:
            yield address


def opened(page: Page, url: str, study: str, path: str) -> Page:
    page.goto(f"{url}{path}?study={study}")
    return settled(page, COUNT[path])


def spilled(page: Page) -> list[str]:
    """Cells of a table whose words reach into the next: on paper nothing scrolls."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main :is(td, th)")].filter((cell) => {
             const edge = cell.getBoundingClientRect().right + 1;
             const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
             const words = document.createRange();
             while (texts.nextNode()) {
               if (texts.currentNode.parentElement.closest(".visually-hidden")) continue;
               words.selectNodeContents(texts.currentNode);
               const boxes = [...words.getClientRects()];
               if (boxes.some((box) => box.width && box.right > edge)) return true;
             }
           }).map((cell) => cell.outerHTML.slice(0, 200)).slice(0, 5)"""
    )
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("study", STUDIES)
def test_wide_and_light(open_page: Opener, late_url: str, study: str, path: str) -> None:
    """The fixture fails the test on any console error, stranger or policy violation."""
    page, watch = open_page()
    opened(page, late_url, study, path)
    assert page.locator(".card-failed").count() == 0
    assert page.evaluate("window.watched.shift") < MOVED, page.evaluate("window.watched.moved")
    assert clipped(page) == []
    assert serious(page) == []
    assert watch.failed == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("study", STUDIES)
def test_on_a_phone_in_the_dark_and_on_paper(
    open_page: Opener, late_url: str, study: str, path: str
) -> None:
    page, _ = open_page(390, theme="dark")
    opened(page, late_url, study, path)
    assert page.evaluate("window.watched.shift") < MOVED, page.evaluate("window.watched.moved")
    assert clipped(page) == []
    assert serious(page) == []
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    wide = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((e) => {
             const box = e.getBoundingClientRect();
             return box.width && box.right > document.documentElement.clientWidth + 1
               && !e.closest(".visually-hidden, .menu-panel, svg");
           }).map((e) => e.outerHTML.slice(0, 100)).slice(0, 5)"""
    )
    assert wide == []
    assert spilled(page) == []
