"""Groups of patients saved by name: in this browser only, never as markup, coded in a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.pages import serious
from tests.browser.test_thread import Thread

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"window.hit=1\"> & 'friends'"


def save(page: Page, name: str) -> None:
    page.get_by_role("button", name="Save as group").click()
    page.get_by_label("Name of the group").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#spoken")).to_contain_text(name)
    expect(page.locator("#thread-form form")).to_have_count(0)


def panel(page: Page) -> Locator:
    menu = page.locator("details.groups")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    return menu.locator(".menu-panel")


def test_a_group_is_saved_applied_and_shared_by_keys_only(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    expect(panel(page)).to_contain_text("No group is saved in this browser yet.")
    page.locator("#response-best button.who").nth(2).click()
    keys = thread.chosen
    save(page, HOSTILE)
    page.get_by_role("button", name="Clear").click()
    page.reload()
    thread.ready()
    row = panel(page).locator("li")
    expect(row.locator(".group-name")).to_have_text(HOSTILE)
    expect(row).to_contain_text(f"{len(keys)} patients")
    assert serious(page) == []
    row.get_by_role("button", name="Highlight").click()
    expect(thread.count).to_have_text(f"{len(keys)} patients highlighted")
    assert thread.chosen == keys
    panel(page).get_by_role("button", name="Show only these").click()
    expect(page.locator("#patients-shown")).to_contain_text(f"{len(keys)} of 60")
    chip = page.locator(".chip [data-chosen]")
    expect(chip).to_have_text(f"{HOSTILE} ({len(keys)} chosen patients)")
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert "friends" not in page.url
    # elsewhere the name is unknown
    other, _ = open_page()
    other.goto(page.url)
    Thread(other, url).ready()
    expect(other.locator(".chip [data-chosen]")).to_have_text(f"{len(keys)} chosen patients")
    expect(panel(other)).to_contain_text("No group is saved in this browser yet.")


def test_groups_are_renamed_replaced_and_deleted(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("swimmer")
    pins = page.locator(".lane-table .pin")
    pins.nth(0).click()
    save(page, "first")
    pins.nth(1).click()
    save(page, "second")
    save(page, "first")
    expect(page.locator("#spoken")).to_have_text("Group “first” replaced")
    rows = panel(page).locator("li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("2 patients")
    rows.nth(0).get_by_role("button", name="Rename").click()
    field = page.locator(".groups").get_by_label("Name of the group")
    expect(field).to_be_focused()
    field.fill("second")
    page.keyboard.press("Enter")
    expect(page.locator("#spoken")).to_have_text("Another group has the name “second”.")
    field.fill("  zeta \t group ")
    page.keyboard.press("Enter")
    expect(panel(page).locator(".group-name")).to_have_text(["second", "zeta group"])
    delete = panel(page).locator("li").nth(0).locator("[data-group-action=delete]")
    delete.click()
    expect(delete).to_have_text("Delete for good?")
    delete.click()
    expect(panel(page).locator(".group-name")).to_have_text(["zeta group"])
    assert len(thread.chosen) == 2


def test_nonsense_in_the_browsers_store_is_no_group(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    Thread(page, url).open("swimmer")
    for stored in (
        "not JSON",
        "[]",
        '{"synth-ino-tnbc": {"a": 1}}',
        '{"synth-ino-tnbc": [null, 3, {"name": "x", "keys": "<b>"}, {"name": 1, "keys": ""}]}',
    ):
        page.evaluate("(s) => localStorage.setItem('interim-groups', s)", stored)
        page.reload()
        Thread(page, url).ready()
        expect(panel(page)).to_contain_text("No group is saved in this browser yet.")


def test_a_group_of_another_cut_says_who_is_missing(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("swimmer")
    known = page.locator(".lane-table tbody tr").first.get_attribute("data-patients")
    page.evaluate(
        """(key) => localStorage.setItem("interim-groups", JSON.stringify(
             { "synth-ino-tnbc": [{ name: "mixed", keys: key + "aaaaaaaaaa" }] }))""",
        known,
    )
    panel(page).get_by_role("button", name="Show only these").click()
    expect(page.locator("#patients-shown")).to_contain_text("1 of 60")
    expect(page.locator("#spoken")).to_have_text("1 patient of the link is not in this cut.")
    thread.ready()
    expect(page.locator(".chip").first).to_contain_text(re.compile("1 chosen patient$"))
