"""Filters in a browser: close at hand, counted, combined, answered in words when nobody is left."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.population import population
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import Overview, clipped, serious
from tests.browser.test_thread import Thread

pytestmark = pytest.mark.browser

#: in the order of the demo's study.toml: the questions of a tumour board first
ASKED = (
    "Line of this treatment", "Earlier drugs", "ECOG at baseline", "Visceral disease",
    "Metastatic sites", "Age (years)", "Site", "PD-L1", "Germline BRCA",
)  # fmt: skip
NOBODY = "f.LINE=4L%2B&f.PRIORTRT=PEMBROLIZUMAB&f.ECOGBL=1"


def shown(demo: Shelf, query: str) -> int:
    selection, opened = demo.resolve(query)
    return population(opened.analysis, selection, opened.keys).members.n


def panel(page: Page) -> Locator:
    menu = page.locator("details.filters")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    return menu.locator(".menu-panel")


def level(page: Page, legend: str, words: str) -> Locator:
    return panel(page).get_by_role("group", name=legend, exact=True).get_by_label(words, exact=True)


def test_my_patients_on_eribulin_are_one_click_away(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    overview.backbone("eribulin").check()
    n = shown(demo, "backbone=eribulin")
    expect(overview.patients).to_have_text(f"{n} of 60 patients")
    expect(overview.chips).to_have_count(1)


def test_every_question_has_its_filter_with_counts(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    Overview(page, url).open()
    legends = panel(page).locator("legend")
    found = legends.all_inner_texts()
    places = [found.index(words) for words in ASKED]
    assert places == sorted(places)
    selection, opened = demo.resolve("")
    counts = population(opened.analysis, selection, opened.keys).counts
    for column, legend, value, words in (
        ("METSITES", "Metastatic sites", "LIVER", "Liver"),
        ("METSITES", "Metastatic sites", "LUNG", "Lung"),
        ("PRIORTRT", "Earlier drugs", "PEMBROLIZUMAB", "Pembrolizumab"),
        ("ECOGBL", "ECOG at baseline", "1", "1"),
    ):
        box = level(page, legend, words)
        label = box.locator("xpath=following-sibling::label")
        expect(label).to_have_attribute("data-count", str(counts[column][value]))
    groups = panel(page).get_by_role("group", name="Age group", exact=True)
    assert groups.locator("label").all_inner_texts() == ["<40", "40-49", "50-64", ">=65"]
    assert serious(page) == []


def test_a_patient_with_several_values_is_found_by_each(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    level(page, "Metastatic sites", "Liver").check()
    n = shown(demo, "f.METSITES=LIVER")
    expect(overview.patients).to_have_text(f"{n} of 60 patients")
    level(page, "Metastatic sites", "Bone").check()
    both = shown(demo, "f.METSITES=LIVER&f.METSITES=BONE")
    assert n < both < shown(demo, "")
    expect(overview.patients).to_have_text(f"{both} of 60 patients")
    expect(overview.chips).to_have_count(2)
    expect(page.locator("details.filters")).to_have_attribute("open", "")
    page.go_back()
    expect(overview.patients).to_have_text(f"{n} of 60 patients")
    expect(level(page, "Metastatic sites", "Bone")).not_to_be_checked()
    page.reload()
    expect(overview.ready().patients).to_have_text(f"{n} of 60 patients")
    other, _ = open_page()
    other.goto(page.url)
    expect(Overview(other, url).ready().patients).to_have_text(f"{n} of 60 patients")


@pytest.mark.parametrize("path", ["", "response", "swimmer", "survival"])
def test_where_nobody_is_left_the_page_says_which_filter_to_loosen(
    open_page: Opener, url: str, demo: Shelf, path: str
) -> None:
    selection, opened = demo.resolve(NOBODY)
    found = population(opened.analysis, selection, opened.keys)
    assert found.members.n == 0
    assert found.loosened
    page, _ = open_page()
    thread = Thread(page, url).open(path, NOBODY)
    said = page.locator(".nobody")
    expect(said).to_contain_text("No patient matches these filters.")
    way = found.loosened[0]
    expect(said).to_contain_text(re.compile(rf"Without “.+” there would be {way.n}\."))
    assert serious(page) == []
    said.locator("a").first.click()
    expect(page.locator("#patients-shown")).to_have_text(f"{way.n} of 60 patients")
    expect(said).to_have_count(0)
    thread.ready()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_filters_are_whole_and_keep_nobody_out(
    open_page: Opener, url: str, width: int, theme: str
) -> None:
    page, _ = open_page(width, theme=theme)
    Overview(page, url).open(f"?{NOBODY}")
    box = panel(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    inner = panel(page).evaluate("(e) => [e.scrollWidth, e.clientWidth]")
    assert inner[0] <= inner[1]
    assert clipped(page) == []
    assert serious(page) == []
    # by keyboard: the first choice, and out again
    panel(page).locator("input").first.focus()
    page.keyboard.press("Escape")
    expect(page.locator("details.filters")).not_to_have_attribute("open", "")
    expect(page.locator("details.filters summary")).to_be_focused()
