"""The passport of a number in a real browser: by mouse and keyboard, at both widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.pages import clipped, serious

pytestmark = pytest.mark.browser


def open_response(page: Page, url: str, query: str = "") -> Page:
    page.goto(f"{url}/response{query}")
    expect(page.locator(".card-frame:not(.card-loading)")).to_have_count(5)
    expect(page.locator("[data-dash-is-loading=true]")).to_have_count(0)
    return page


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def entry(page: Page, id_: str) -> Locator:
    return dialog(page).locator(f"[data-entry={id_}]")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_label_opens_the_definition_of_its_number(
    open_page: Opener, url: str, width: int, theme: str
) -> None:
    page, _ = open_page(width, theme=theme)
    open_response(page, url, "?backbone=eribulin")
    page.locator("#response-rates [data-ask=dcr]").click()
    expect(dialog(page)).to_have_accessible_name("Definition: Response rates by denominator")
    found = entry(page, "dcr")
    expect(found).to_have_attribute("open", "")
    expect(found.locator("summary").first).to_be_focused()
    expect(found).to_be_in_viewport()
    for words in (
        "n = 9, after the active filters",
        "63 patients of the export are outside:",
        "51: outside the chosen filters",
        "12: the export's flag ENRLFL is not Y",
        "as the export states it",
        "RECIST 1.1 (Eisenhauer 2009)",
        "30 Sep 2025, hash",
    ):
        expect(found).to_contain_text(words)
    expect(found.get_by_text("outside the chosen filters").locator("..")).not_to_have_attribute(
        "open", ""
    )
    expect(found.locator(".patient-name").last).to_be_visible()
    assert serious(page) == []
    assert clipped(page) == []


def test_by_keyboard_there_and_back(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_response(page, url)
    tool = page.locator("#response-best [data-action=passport]")
    tool.focus()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_visible()
    expect(entry(page, "bor")).not_to_have_attribute("open", "")
    for _ in range(12):  # the keyboard never leaves the dialog
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "!!document.activeElement.closest('dialog') || document.activeElement === document.body"
        )
        assert inside
    entry(page, "bor").locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(entry(page, "bor")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(tool).to_be_focused()


def test_it_closes_by_its_button_and_beside_it(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_response(page, url)
    page.locator("#response-rates [data-action=passport]").click()
    dialog(page).get_by_role("button", name="Close").click()
    expect(dialog(page)).to_have_count(0)
    page.locator("#response-rates [data-action=passport]").click()
    expect(dialog(page)).to_be_visible()
    page.mouse.click(4, 4)
    expect(dialog(page)).to_have_count(0)


def test_it_leads_to_the_entry_of_the_methods_page(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_response(page, url, "?backbone=eribulin")
    page.locator("#response-rates [data-ask=cbr]").click()
    entry(page, "cbr").get_by_role("link", name="Methods").click()
    expect(page.locator("article#cbr")).to_be_in_viewport()
    expect(page.locator("article#cbr")).to_be_focused()
    assert "backbone=eribulin" in page.url


def test_a_name_that_is_left_out_leads_to_the_patient_and_why(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    open_response(page, url, "?backbone=eribulin")
    page.locator("#response-rates [data-ask=dcr]").click()
    found = entry(page, "dcr").locator(".patient-name:visible").first
    key, name = found.get_attribute("data-patients"), found.inner_text()
    found.get_by_role("link").click()
    expect(page.locator(".trouble")).to_contain_text(name)
    assert f"/patients/{key}?" in page.url
    assert "backbone=eribulin" in page.url


def test_an_answer_that_does_not_come_is_told(open_page: Opener, url: str) -> None:
    page, watch = open_page()
    open_response(page, url)
    page.route("**/passport/**", lambda route: route.abort())
    page.locator("#response-rates [data-action=passport]").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("could not be opened")
    page.unroute("**/passport/**")
    page.keyboard.press("Escape")
    page.locator("#response-rates [data-action=passport]").click()
    expect(dialog(page).locator(".passport-entry").first).to_be_visible()
    watch.errors.clear()  # the refused request is told on the console, as it should


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_the_code_of_a_card_is_shown_and_copied(
    open_page: Opener, url: str, width: int, theme: str
) -> None:
    page, _ = open_page(width, theme=theme)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_response(page, url, "?backbone=eribulin")
    page.locator("#response-rates [data-action=code]").focus()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_have_accessible_name("Code: Response rates by denominator")
    copy = dialog(page).get_by_role("button", name="Copy")
    expect(copy).to_be_focused()
    told = dialog(page).locator("pre.code")
    expect(told).to_contain_text("from dashboard.replay import view")
    expect(told).to_contain_text("backbone=eribulin")
    assert serious(page) == []
    assert clipped(page) == []
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("status")).to_have_text("Code copied")
    assert page.evaluate("navigator.clipboard.readText()") == told.inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#response-rates [data-action=code]")).to_be_focused()
