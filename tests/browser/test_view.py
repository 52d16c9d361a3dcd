"""One round trip per view: what a click costs, what a fast reader sees, and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import Overview, settled
from tests.browser.test_overview import answers, check_numbers, patients

pytestmark = pytest.mark.browser

PATHS = ("/", "/response", "/swimmer", "/survival")

#: when anything moved, right after a click included
SHIFTS = """() => {
  window.jumps = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    window.jumps.push(entry.startTime);
  })).observe({ type: "layout-shift" });
}"""
#: what a reader has before the eyes and under the pointer
PLACES = """() => {
  const fixed = ".filter-bar, .filter-bar input, .filter-bar summary, main";
  return [...document.querySelectorAll(fixed), document.querySelector(".card-slot")].map((e) => {
    const box = e.getBoundingClientRect();
    return [e.id || e.className, box.left, box.top];
  });
}"""


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    settled(page)
    page.wait_for_load_state("networkidle")
    return page


def posts(page: Page) -> list[str]:
    """Addresses of the questions that the page asks from now on."""
    found: list[str] = []
    page.on("request", lambda r: found.append(r.url) if r.method != "GET" else None)
    return found


def pill(page: Page, value: str) -> Any:
    return page.locator(f".pills input[value={value}]")


def age(page: Page) -> Any:
    """Both ends of the filter on age."""
    return page.locator("details.filters fieldset", has_text="Age (years)").locator("input")


@pytest.mark.parametrize("path", PATHS)
def test_a_filter_click_is_one_round_trip_and_nothing_jumps(
    open_page: Opener, url: str, demo: Shelf, path: str
) -> None:
    page, watch = open_page()
    opened(page, url + path)
    query = f"?{demo.resolve('backbone=taxane')[0].query()}"
    assert page.request.post(f"{url}/view", data={"path": path, "query": query}).ok  # drawn once
    page.evaluate(SHIFTS)
    before = page.evaluate(PLACES)
    assert len(before) > 5
    asked = posts(page)
    here = len(watch.requests)
    pill(page, "taxane").check()
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, "backbone=taxane"))
    settled(page)
    page.wait_for_load_state("networkidle")
    assert asked == [f"{url}/view"]
    assert [r for r in watch.requests[here:] if "/assets/" not in r] == asked  # an icon may come
    assert page.evaluate(PLACES) == before
    assert len(set(page.evaluate("window.jumps"))) <= 1  # shorter cards below: once, together
    expect(pill(page, "taxane")).to_be_focused()


def test_a_choice_on_a_card_is_one_round_trip(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, f"{url}/survival")
    asked = posts(page)
    page.locator("#survival-curve summary", has_text="Endpoint").click()
    page.locator("#survival-curve .menu-choice", has_text="Overall survival").click()
    expect(page).to_have_url(re.compile(r"&endpoint=OS$"))
    settled(page)
    page.wait_for_load_state("networkidle")
    assert asked == [f"{url}/view"]


def test_another_page_is_one_round_trip_that_keeps_the_view(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, f"{url}/?backbone=taxane")
    asked = posts(page)
    page.get_by_role("link", name="Response").click()
    expect(page.locator("#response-rates .card-body")).to_be_visible()
    settled(page)
    page.wait_for_load_state("networkidle")
    assert asked == [f"{url}/view"]
    expect(page).to_have_url(re.compile(r"/response\?.*&backbone=taxane$"))
    expect(page.locator(".rail-link.current")).to_have_text("Response")
    assert page.title().startswith("Response · ")
    page.go_back()
    Overview(page, url).ready()
    assert page.title().startswith("Overview · ")


def test_only_what_changed_is_sent(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, url)
    with page.expect_response("**/view") as caught:
        pill(page, "taxane").check()
    told = caught.value.text()
    assert "slot-overview-efficacy" in told
    for kept in ("filter-bar", "notice", "trouble"):  # the frame of a view is there already
        assert f'["{kept}",' not in told
    assert '["page",{"children"' not in told
    assert int(caught.value.request.sizes()["responseBodySize"]) < 20_000


class Slow:
    """Holds back the answer to the first question until it is let go."""

    def __init__(self, page: Page) -> None:
        self.held: list[Route] = []
        self.seen = 0
        page.route("**/view", self._asked)

    def _asked(self, route: Route) -> None:
        self.seen += 1
        if self.seen == 1:
            self.held.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        for route in self.held:
            route.continue_()


def test_rapid_clicks_end_in_the_last_state(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    opened(page, url)
    for value in ("taxane", "eribulin", "platinum"):
        pill(page, value).click(no_wait_after=True)
    pill(page, "eribulin").click(no_wait_after=True)
    query = "backbone=taxane&backbone=platinum"
    expect(page).to_have_url(f"{url}/?{demo.resolve(query)[0].query()}")
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, query))
    overview = Overview(page, url).ready()
    check_numbers(overview, answers(demo, query))
    expect(page.locator(".pills input:checked")).to_have_count(2)


def test_an_answer_that_comes_late_is_dropped(open_page: Opener, url: str, demo: Shelf) -> None:
    page, watch = open_page()
    opened(page, url)
    slow = Slow(page)
    pill(page, "taxane").check()
    page.locator("summary", has_text="Filters").click()
    page.locator("details.filters input[value=F]").first.check()
    query = "backbone=taxane&f.SEX=F"
    expect(page).to_have_url(f"{url}/?{demo.resolve(query)[0].query()}")
    slow.let_go()
    page.wait_for_load_state("networkidle")
    expect(page).to_have_url(f"{url}/?{demo.resolve(query)[0].query()}")
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, query))
    expect(pill(page, "taxane")).to_be_checked()
    check_numbers(Overview(page, url).ready(), answers(demo, query))
    assert slow.seen == 2
    watch.failed.clear()  # the first question was given up


def test_the_way_back_restores_numbers_controls_and_page(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    steps = ("", "backbone=taxane", "backbone=taxane&f.AGE=40..")
    pill(page, "taxane").check()
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, steps[1]))
    page.locator("summary", has_text="Filters").click()
    lower = age(page).first
    lower.fill("40")
    lower.press("Enter")
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, steps[2]))
    settled(page)
    page.get_by_role("link", name="Survival").click()
    expect(page.locator("#survival-curve-title")).to_be_visible()
    settled(page)
    page.go_back()
    overview.ready()
    check_numbers(overview, answers(demo, steps[2]))
    for query in (steps[1], steps[0]):
        page.go_back()
        expect(page.locator("#patients-shown")).to_have_text(patients(demo, query))
        check_numbers(overview.ready(), answers(demo, query))
        expect(lower).to_have_value("")
    expect(pill(page, "taxane")).not_to_be_checked()
    page.go_forward()
    expect(pill(page, "taxane")).to_be_checked()
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, steps[1]))


def test_a_range_that_ends_before_it_starts_changes_nothing(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    opened(page, f"{url}/?f.AGE=50..")
    page.locator("summary", has_text="Filters").click()
    upper = age(page).nth(1)
    upper.fill("40")
    with page.expect_response("**/view"):
        upper.press("Enter")
    settled(page)
    expect(upper).to_have_value("40")  # a slip of the keyboard is the reader's to mend
    expect(page.locator("#patients-shown")).to_have_text(patients(demo, "f.AGE=50.."))


def test_a_server_that_does_not_answer_is_said_and_the_page_stays(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, watch = open_page()
    overview = Overview(page, url).open()
    page.route("**/view", lambda route: route.abort())
    pill(page, "taxane").check()
    expect(page.locator("#spoken")).to_contain_text("does not answer")
    expect(overview.patients).to_have_text(patients(demo))
    page.unroute("**/view")
    pill(page, "eribulin").check()  # the next click brings both
    expect(overview.patients).to_have_text(patients(demo, "backbone=taxane&backbone=eribulin"))
    overview.ready()
    watch.errors = [e for e in watch.errors if "ERR_FAILED" not in e]


def test_two_readers_never_affect_each_other(open_page: Opener, url: str, demo: Shelf) -> None:
    one, _ = open_page()
    other, _ = open_page()
    Overview(one, url).open()
    Overview(other, url).open()
    pill(one, "taxane").check()
    expect(one.locator("#patients-shown")).to_have_text(patients(demo, "backbone=taxane"))
    expect(other.locator("#patients-shown")).to_have_text(patients(demo))
    check_numbers(Overview(other, url).ready(), answers(demo))
