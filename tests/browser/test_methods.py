"""Methods in a real browser: found by address, by contents and by search; read at every size."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.definitions.registry import ENTRIES
from dashboard.pages.methods import CARDS
from tests.browser.conftest import Opener
from tests.browser.pages import clipped, serious, settled

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)


def open_methods(page: Page, url: str, query: str = "", anchor: str = "") -> Page:
    page.goto(f"{url}/methods{query}{anchor}")
    expect(page.locator(".card-frame:not(.card-loading)")).to_have_count(len(CARDS))
    settled(page)
    expect(page.locator(".entry")).to_have_count(len(ENTRIES))
    return page


def entry(page: Page, id_: str) -> Locator:
    return page.locator(f"article#{id_}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_reads_without_barriers(open_page: Opener, url: str, width: int, theme: str) -> None:
    page, _ = open_page(width, theme=theme)
    open_methods(page, url)
    assert serious(page) == []
    assert clipped(page) == []
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")


def test_it_says_what_holds_for_this_study(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_methods(page, url)
    expect(page.locator("#methods-endpoints")).to_contain_text(
        "“randomization to death from any cause, up to 6 months”"
    )
    expect(page.locator("#methods-monitoring")).to_contain_text("Not stated")
    expect(page.locator("#methods-sets tbody tr").first).to_contain_text("60")
    expect(entry(page, "orr")).to_contain_text("at least 28 days later")
    away = page.locator("#methods-benchmarks a.away").first
    expect(away).to_have_attribute("rel", "noopener noreferrer")
    assert (away.get_attribute("href") or "").startswith("https://")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_address_opens_on_its_definition(open_page: Opener, url: str, width: int) -> None:
    page, _ = open_page(width)
    open_methods(page, url, anchor="#pfs")
    expect(entry(page, "pfs")).to_be_focused()
    expect(entry(page, "pfs")).to_be_in_viewport()
    top = entry(page, "pfs").evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= top < 240
    assert page.url.endswith("#pfs")


def test_an_anchor_that_does_not_exist_does_no_harm(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_methods(page, url, anchor="#%E0%A4%A")
    assert page.evaluate("window.scrollY") == 0


def test_contents_and_works_lead_to_their_place(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_methods(page, url)
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Disease control rate").click()
    expect(entry(page, "dcr")).to_be_in_viewport()
    expect(entry(page, "dcr")).to_be_focused()
    entry(page, "dcr").get_by_role("link", name="Clopper and Pearson 1934").click()
    expect(page.locator("#ref-clopper")).to_be_in_viewport()
    page.go_back()
    expect(entry(page, "dcr")).to_be_in_viewport()


def test_search_shows_only_what_holds_the_words(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_methods(page, url)
    field = page.get_by_label("Search the definitions")
    field.fill("reverse kaplan")
    found = page.locator("#methods-found")
    expect(found).to_have_text("3 found")
    expect(entry(page, "follow_up")).to_be_visible()
    expect(entry(page, "orr")).to_be_hidden()
    expect(page.locator("#methods-benchmarks")).to_be_hidden()
    field.fill("xylophone")
    expect(found).to_have_text("0 found")
    field.fill("")
    expect(found).to_be_empty()
    expect(entry(page, "orr")).to_be_visible()
    expect(page.locator("#methods-benchmarks")).to_be_visible()


def test_a_filter_changes_what_it_must_and_keeps_the_search(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_methods(page, url)
    page.get_by_label("Search the definitions").fill("selection in view")
    expect(page.locator("#methods-cut")).to_contain_text("n = 60; All patients")
    page.locator(".pills input[value=eribulin]").check(force=True)
    expect(page.locator("#methods-cut")).to_contain_text("Eribulin mesylate")
    expect(page.locator("#methods-found")).to_have_text("1 found")
    expect(entry(page, "orr")).to_be_hidden()


def test_by_keyboard(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_methods(page, url)
    link = page.get_by_role("navigation", name="Contents").get_by_role("link").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#methods-cut")).to_be_in_viewport()
    summary = page.locator(".methods-contents > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".methods-contents")).not_to_have_attribute("open", "")


def test_on_a_phone_the_contents_stay_folded_until_wanted(open_page: Opener, url: str) -> None:
    page, _ = open_page(390)
    open_methods(page, url)
    expect(page.get_by_role("navigation", name="Contents")).to_be_hidden()
    page.locator(".methods-contents > summary").click()
    expect(page.get_by_role("navigation", name="Contents")).to_be_visible()
    assert clipped(page) == []


def test_on_paper_the_text_alone(open_page: Opener, url: str) -> None:
    page, _ = open_page(theme="dark")
    open_methods(page, url)
    page.emulate_media(media="print")
    expect(page.locator(".methods-side")).to_be_hidden()
    expect(page.locator(".entry-link").first).to_be_hidden()
    expect(entry(page, "orr")).to_be_visible()
    colour = page.evaluate(
        "getComputedStyle(document.querySelector('.methods-card')).backgroundColor"
    )
    assert colour == "rgb(255, 255, 255)"


def test_an_export_that_says_little_has_its_methods_too(open_page: Opener, bare_url: str) -> None:
    page, _ = open_page()
    open_methods(page, bare_url, "?study=bare")
    expect(page.locator("#methods-endpoints")).to_contain_text(
        "study.toml states no registered endpoint."
    )
    assert clipped(page) == []
