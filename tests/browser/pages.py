"""Where things stand on a page: the few locators the browser tests share."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from dashboard.pages.overview import CARDS

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


class Overview:
    """The Overview in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "") -> Overview:
        self.page.goto(f"{self.url}/{query}")
        return self.ready()

    def ready(self) -> Overview:
        """Every card has arrived and no callback is under way."""
        settled(self.page)
        expect(self.page.locator(".card-frame:not(.card-loading)")).to_have_count(len(CARDS))
        return self

    @property
    def patients(self) -> Locator:
        return self.page.locator("#patients-shown")

    def card(self, name: str) -> Locator:
        return self.page.locator(f"#overview-{name}")

    def backbone(self, value: str) -> Locator:
        return self.page.locator(f".pills input[value={value}]")

    @property
    def chips(self) -> Locator:
        return self.page.locator(".chip:not(.clear)")

    def menu(self, name: str | re.Pattern[str]) -> Locator:
        """The button of a menu by what a screen reader calls it."""
        return self.page.locator("summary").and_(self.page.get_by_label(name))

    def shows(self, name: str, words: str) -> None:
        """The card comes to say `words`."""
        body = self.card(name).locator(".card-body")
        words = words.replace("log-log", "log\u2011log")  # set so that no line breaks inside it
        expect(body).to_contain_text(words, use_inner_text=True)

    def says(self, name: str) -> str:
        """The words of a card with single spaces."""
        return " ".join(self.card(name).locator(".card-body").inner_text().split())


def settled(page: Page) -> None:
    """The view asked for is there, no callback is under way, every figure is drawn."""
    expect(page.locator("html[data-view=ready]")).to_have_count(1)
    expect(page.locator("[data-progress]:not(.ended)")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-dash-is-loading=true]")).to_have_count(0)
    expect(page.locator(".dash-graph--pending")).to_have_count(0)


def serious(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA that axe calls serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {
             runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
           })).violations"""
    )
    return [
        f"{v['id']} ({v['impact']}): {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def clipped(page: Page) -> list[str]:
    """Texts cut off by their own box or by their figure, and a page wider than its window."""
    found: list[str] = page.evaluate(
        """() => {
          // what a frame scrolls into view by itself is not cut off
          const frames = ".by-group-frame *, .table-frame *";
          const unseen = `.visually-hidden, .menu-panel, .menu-label, svg, ${frames}`;
          const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
          const cut = [...document.querySelectorAll("main *, header *, nav *")].filter((e) => {
            const style = getComputedStyle(e);
            if (!own(e) || e.closest(unseen) || style.display === "inline") return false;
            return e.scrollWidth > e.clientWidth + 1 && style.overflowX !== "visible";
          }).map((e) => e.outerHTML.slice(0, 120));
          // words of a figure: inside the picture that draws them
          for (const e of document.querySelectorAll("main svg.main-svg text")) {
            const box = e.getBoundingClientRect();
            const frame = e.ownerSVGElement.getBoundingClientRect();
            if (!box.width || e.closest(".hoverlayer")) continue;
            if (box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
              cut.push(`in a figure: ${e.textContent.slice(0, 80)}`);
            }
          }
          const root = document.documentElement;
          const right = root.clientWidth;
          if (root.scrollWidth > right) cut.push(`page ${root.scrollWidth} > ${right}`);
          for (const e of document.querySelectorAll("main *")) {
            const box = e.getBoundingClientRect();
            if (box.width && box.right > right + 1 && !e.closest(unseen)) {
              cut.push(`beyond the window: ${e.outerHTML.slice(0, 100)}`);
            }
          }
          return cut.slice(0, 5);
        }"""
    )
    return found
