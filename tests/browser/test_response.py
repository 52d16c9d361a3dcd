"""The Response page in a browser: its numbers, the strip on demand, both widths and themes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from components import numbers
from dashboard.metrics.types import Proportion
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import clipped, serious, settled

pytestmark = pytest.mark.browser

NAMES = ("rates", "best", "waterfall", "spider", "forest")


def ready(page: Page) -> None:
    expect(page.locator(".card-frame:not(.card-loading)")).to_have_count(len(NAMES))
    settled(page)


def opened(page: Page, url: str, query: str = "") -> Page:
    page.goto(f"{url}/response{query}")
    ready(page)
    return page


def body(page: Page, name: str) -> str:
    return " ".join(page.locator(f"#response-{name} .card-body").inner_text().split())


def answers(demo: Shelf, query: str = "") -> dict[str, Any]:
    selection, _ = demo.resolve(query)
    results = Results(demo, PANELS, Flask(__name__))
    return {n: results.panel(f"response-{n}", selection, Audience.FULL) for n in NAMES}


QUERIES = (
    "",
    "backbone=taxane",
    "backbone=platinum&backbone=eribulin",
    "f.ECOGBL=0",
    "f.LINE=2L&f.LIVERFL=Y",
    "f.AGE=..45",
    "set=evaluable",
    "set=safety&f.PDL1=POSITIVE",
    "backbone=utidelone&f.AGE=..40",
    "f.AGE=1..2",
)


@pytest.mark.parametrize("query", QUERIES)
def test_numbers_on_screen_are_those_of_the_metrics(
    open_page: Opener, url: str, demo: Shelf, query: str
) -> None:
    page, _ = open_page()
    opened(page, url, f"?{query}" if query else "")
    told = answers(demo, query)
    if told["rates"]["n"] == 0:
        assert "No patient is left by the filters." in body(page, "rates")
        return
    small = told["rates"]["min_group"]
    rates = body(page, "rates")
    for shown in told["rates"]["sets"]:
        for measure in ("orr", "dcr", "cbr", "orr_unconfirmed"):
            headline = Proportion(**shown[measure]["headline"])
            assert numbers.proportion(headline, small=small) in rates
    for bound in ("interim", "all_respond", "mature"):
        headline = Proportion(**told["rates"]["window"][bound]["headline"])
        assert numbers.proportion(headline, small=small) in rates
    best = body(page, "best")
    for row in told["best"]["rows"]:
        for reading in ("confirmed", "unconfirmed"):
            headline = Proportion(**row[reading]["headline"])
            if headline.x:
                assert numbers.proportion(headline, small=small) in best
    drawn = page.evaluate(
        """() => document.querySelector("#response-waterfall-figure .js-plotly-plot").data
             .filter((t) => t.type === "bar" && !t.yaxis)
             .flatMap((t) => t.customdata.map((c, i) => [t.x[i], c[0]]))
             .sort((a, b) => a[0] - b[0]).map((p) => p[1])"""
    )
    assert drawn == [b["key"] for b in told["waterfall"]["bars"]]
    count = f"{len(drawn)} of {told['waterfall']['n']} patients drawn"
    expect(page.locator("#response-waterfall-title")).to_contain_text(count)


def test_the_strip_comes_on_demand_and_stays_through_a_filter(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    opened(page, url)
    words = page.locator("#response-waterfall-figure .y2tick text")
    expect(words.filter(has_text="Eribulin")).to_have_count(0)
    page.locator(".strip-choice summary").click()
    page.locator("#response-strip input[value=backbone]").check()
    expect(words.filter(has_text="Eribulin")).to_have_count(1)
    page.locator("#response-strip input[value=ECOGBL]").check()
    expect(words.filter(has_text=re.compile("^[01]$"))).to_have_count(2)
    expect(page.locator(".strip-choice")).to_have_attribute("open", "")
    expect(words.filter(has_text="Eribulin")).to_have_count(1)
    page.locator(".pills input[value=taxane]").check()
    ready(page)
    count = f"of {answers(demo, 'backbone=taxane')['waterfall']['n']} patients drawn"
    expect(page.locator("#response-waterfall-title")).to_contain_text(count)
    expect(words.filter(has_text="Taxane")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readable_whole_and_still(open_page: Opener, url: str, width: int, theme: str) -> None:
    page, _ = open_page(width, theme=theme)
    opened(page, url)
    assert page.evaluate("window.watched.shift") < 0.05
    assert clipped(page) == []
    assert words_cut_off(page) == []
    page.locator(".strip-choice summary").click()
    assert serious(page) == []


def words_cut_off(page: Page) -> list[str]:
    """Words of a figure that run out of its frame."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap((plot) => {
             const frame = plot.getBoundingClientRect();
             return [...plot.querySelectorAll("svg text")].filter((t) => {
               const box = t.getBoundingClientRect();
               return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
                 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
             }).map((t) => t.textContent);
           })"""
    )
    return found


def test_the_exported_picture_carries_the_caveat(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, url)
    card = page.locator("#response-forest")
    card.locator("summary").and_(page.get_by_label("Download")).click()
    with page.expect_download() as caught:
        card.get_by_text("Picture (SVG)").click()
    picture = caught.value.path().read_text(encoding="utf-8")
    assert "Not randomised" in picture
    assert "no sourced benchmark" in picture
    assert "Synthetic data" in picture


def test_an_export_without_responses_says_so(open_page: Opener, bare_url: str) -> None:
    page, _ = open_page()
    opened(page, bare_url, "?study=bare")
    assert "The export holds no tumour response (ADRS)" in body(page, "rates")
    assert "The export holds no sums of target lesion diameters (ADTR)" in body(page, "waterfall")


def test_a_count_of_the_forest_opens_its_responders(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    page.goto(f"{url}/response")
    count = page.locator("#response-forest .annotation-text-g", has_text="/").first
    expect(count).to_be_visible()
    told = (count.text_content() or "").split("/")[0]
    count.scroll_into_view_if_needed()
    count.click()
    expect(page.locator("#thread-count")).to_have_text(f"{told} patients highlighted")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_counts_of_the_forest_are_reached_by_keyboard(
    open_page: Opener, url: str, width: int
) -> None:
    page, _ = open_page(width)
    page.goto(f"{url}/response")
    forest = page.locator("#response-forest")
    stop = forest.locator(".annotation-text-g[tabindex='0']")
    expect(stop).to_have_count(1)
    first = (stop.text_content() or "").split("/")[0]
    stop.focus()
    page.keyboard.press("ArrowDown")
    second = stop.text_content() or ""
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    told = second.split("/")[0]
    expect(page.locator("#thread-count")).to_have_text(f"{told} patients highlighted")
    assert told != first
    expect(stop).to_be_focused()  # though the figure was drawn anew
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    expect(page.locator("#thread-count")).to_have_text(f"{first} patients highlighted")


def test_on_a_phone_the_words_of_a_row_stand_above_its_interval(
    open_page: Opener, url: str
) -> None:
    """The scale has nearly the whole width; label and numbers of a row share a line."""
    page, _ = open_page(390)
    page.goto(f"{url}/response")
    forest = page.locator("#response-forest")
    label = forest.locator(".annotation-text", has_text="All patients")
    number = forest.locator(".annotation-text-g[role=button]").first
    expect(label).to_be_visible()
    boxes = [part.bounding_box() for part in (label, number, forest.locator(".main-svg").first)]
    assert all(boxes)
    left, right, figure = (b or {} for b in boxes)
    assert abs(left["y"] - right["y"]) < 4
    assert left["x"] + left["width"] < right["x"]
    scale = forest.locator(".js-plotly-plot").evaluate("e => e._fullLayout._size.w")
    assert scale > 0.85 * figure["width"]
    assert clipped(page) == []
