"""Takes the README's pictures anew, of every page of the demo study.

    python -m tests.browser.pictures [--to docs/images]

With `--home` and `--study` every page of any study, whole, at both widths, in both themes and on
paper, to be looked at.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.demo import build_demo
from dashboard.pages import PAGES
from data_access.store import CutStore
from tests.browser.conftest import FLAGS, NAMES, serving
from tests.browser.on_screen import settled

WIDE, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
#: pages below another, and where a reader presses to come to the first of them
BELOW = {"patient": "a.patient-link", "safety-event": "a.story-link"}


@contextmanager
def _page(browser: Browser, size: dict[str, int], theme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def _open(page: Page, url: str, path: str, cards: int, study: str) -> Page:
    page.goto(f"{url}{path}?study={study}")
    return settled(page, cards)


def _pages() -> list[tuple[str, str, int]]:
    """Name, path and number of cards of every page that has an address of its own."""
    found = [p for p in PAGES if p.below is None]
    return [
        (p.path.strip("/").replace("/", "-") or "overview", p.path, len(p.cards)) for p in found
    ]


def for_readme(browser: Browser, url: str, study: str, to: Path) -> None:
    cards_at = {path: cards for _, path, cards in _pages()}
    with _page(browser, WIDE, "light") as page:
        for name, path, cards in _pages():
            at = to / f"{'overview-light' if name == 'overview' else name}.png"
            _open(page, url, path, cards, study).screenshot(path=at)
        for below in (p for p in PAGES if p.below is not None):
            _open(page, url, below.path, cards_at[below.path], study)
            page.locator(BELOW[below.name]).first.click()
            settled(page, len(below.cards)).screenshot(path=to / f"{below.name}.png")
    for theme, size, name in (("dark", WIDE, "dark"), ("light", PHONE, "phone")):
        with _page(browser, size, theme) as page:
            _open(page, url, "/", cards_at["/"], study).screenshot(path=to / f"overview-{name}.png")


def to_be_looked_at(browser: Browser, url: str, study: str, to: Path) -> None:
    for theme in ("light", "dark"):
        for size in (WIDE, PHONE):
            with _page(browser, size, theme) as page:
                for name, path, cards in _pages():
                    at = to / f"{name}-{size['width']}-{theme}"
                    _open(page, url, path, cards, study)
                    page.screenshot(path=at.with_suffix(".png"), full_page=True)
                    if size is WIDE and theme == "light":
                        page.pdf(path=at.with_suffix(".pdf"), format="A4")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--to", type=Path, default=Path("docs/images"))
    options.add_argument("--home", type=Path, help="a store of cuts; the demo's is built if absent")
    options.add_argument("--study", help="a study of that store")
    chosen = options.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    found = next(path for name in NAMES if (path := shutil.which(name)))
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        home = chosen.home or Path(place)
        study = chosen.study or build_demo(CutStore(home), lambda _: None).study.id
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with serving(home) as url:
            take = to_be_looked_at if chosen.study else for_readme
            take(browser, url, study, chosen.to)
        browser.close()


if __name__ == "__main__":
    main()
