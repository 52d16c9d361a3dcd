"""One patient thread in a browser: who is highlighted, everywhere and from page to page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from dashboard.panels import PANELS
from dashboard.patient_names import short_name
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import clipped, serious

pytestmark = pytest.mark.browser


class Thread:
    """The highlighted patients of one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str, query: str = "") -> Thread:
        self.page.goto(f"{self.url}/{path}{'?' if query else ''}{query}")
        return self.ready()

    def ready(self) -> Thread:
        expect(self.page.locator(".card-frame").first).to_be_visible()
        expect(self.page.locator(".card-loading")).to_have_count(0)
        expect(self.page.locator("[data-dash-is-loading=true]")).to_have_count(0)
        expect(self.page.locator(".dash-graph--pending")).to_have_count(0)
        return self

    def go(self, name: str) -> Thread:
        self.page.locator(".rail-link", has_text=name).click()
        expect(self.page).to_have_url(re.compile(f"/{name.lower()}"))
        return self.ready()

    @property
    def chosen(self) -> list[str]:
        found: list[str] = self.page.evaluate("interimThread.chosen()")
        return found

    @property
    def count(self) -> Locator:
        return self.page.locator("#thread-count")

    @property
    def names(self) -> Locator:
        return self.page.locator("#thread-words > .thread-names")

    def in_address(self) -> str:
        return parse_qs(urlsplit(self.page.url).query).get("sel", [""])[0]

    def marked(self, figure: str) -> set[str]:
        """Patients of a figure whose marks do not fade; all of them where none fades."""
        found: list[str] = self.page.evaluate(
            """(id) => {
              const gd = document.querySelector(`#${id} .js-plotly-plot`);
              if (!gd || !gd.data) return [];  // not drawn yet: whoever asks waits
              const seen = new Set();
              for (const t of gd.data.filter((t) => t.meta !== "curve")) {
                (t.customdata || []).forEach((c, i) => {
                  if (!c || !/^[a-z2-7]{10}$/.test(c[0]) || t.y[i] === null) return;
                  const o = ((t.marker || {}).opacity || [])[i];
                  if ((o === undefined ? 1 : o) * (t.opacity === undefined ? 1 : t.opacity) > 0.3)
                    seen.add(c[0]);
                });
              }
              return [...seen];
            }""",
            figure,
        )
        return set(found)

    def ringed(self) -> set[str]:
        """Patients whose events carry a ring on the curve, or whose ticks do not fade."""
        rings: list[str] = self.page.evaluate(
            """() => document.querySelector("#survival-curve .js-plotly-plot").data
                 .filter((t) => t.marker && t.marker.symbol === "circle-open")
                 .flatMap((t) => t.customdata.flatMap((c) => c[0].split(" ")))"""
        )
        return {*rings, *self.marked("survival-curve")}

    def bar(self, slot: int) -> None:
        """Point at the middle of a bar of the waterfall."""
        self.page.locator("#response-waterfall-figure").scroll_into_view_if_needed()
        at = self.page.evaluate(
            """(slot) => {
              const gd = document.querySelector("#response-waterfall .js-plotly-plot");
              const box = gd.getBoundingClientRect();
              const { xaxis, yaxis } = gd._fullLayout;
              const t = gd.data.find((t) => t.type === "bar" && !t.yaxis && t.x.includes(slot));
              const y = t.y[t.x.indexOf(slot)] / 2;
              const [right, down] = [xaxis._offset + xaxis.l2p(slot), yaxis._offset + yaxis.l2p(y)];
              return [box.x + right, box.y + down];
            }""",
            slot,
        )
        self.page.mouse.move(*at)
        expect(self.page.locator("#response-waterfall .hovertext")).to_have_count(1)

    def press_bar(self, slot: int, key: str | None = None) -> None:
        self.bar(slot)
        if key:
            self.page.keyboard.down(key)
        self.page.mouse.down()
        self.page.mouse.up()
        if key:
            self.page.keyboard.up(key)

    def leave(self) -> None:
        """The pointer rests beside everything."""
        self.page.mouse.move(2, 700)

    def comes_to(self, figure: str, keys: set[str]) -> None:
        """The figure comes to mark exactly these patients."""
        for _ in range(200):
            if self.marked(figure) == keys:
                return
            self.page.wait_for_timeout(50)
        assert self.marked(figure) == keys


def panel(shelf: Shelf, name: str, query: str = "") -> dict[str, Any]:
    results = Results(shelf, PANELS, Flask(__name__))
    return results.panel(name, shelf.resolve(query)[0], Audience.FULL)


def names_of(shelf: Shelf, keys: list[str]) -> str:
    opened = shelf.resolve("")[1]
    ids = [opened.keys.patient(k) for k in keys]
    return ", ".join(sorted(short_name(i or "", opened.analysis.cohort) for i in ids))


def test_a_bar_marks_its_patient_in_every_figure_and_asks_for_a_name_only(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, watch = open_page()
    thread = Thread(page, url).open("response")
    bars = panel(demo, "response-waterfall")["bars"]
    everyone = {b["key"] for b in bars}
    assert thread.marked("response-waterfall") == everyone
    before = len(watch.requests)
    thread.press_bar(3)
    one = bars[3]["key"]
    expect(thread.count).to_have_text("1 patient highlighted")
    expect(thread.names).to_have_text(names_of(demo, [one]))
    thread.leave()
    thread.comes_to("response-waterfall", {one})
    thread.comes_to("response-spider", {one})
    assert thread.in_address() == one
    expect(page.locator("#response-waterfall .card-n")).to_have_attribute(
        "data-thread", "1 of 1 highlighted here"
    )
    asked = [r for r in watch.requests[before:] if "_dash-update-component" in r]
    assert len(asked) == 1  # the name
    thread.press_bar(3)  # once more: nobody
    expect(page.locator("#thread")).to_be_hidden()
    thread.comes_to("response-waterfall", everyone)
    assert thread.in_address() == ""


def test_shift_and_ctrl_add_and_a_plain_press_starts_anew(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    keys = [b["key"] for b in panel(demo, "response-waterfall")["bars"]]
    thread.press_bar(2)
    thread.press_bar(5, "Shift")
    thread.press_bar(9, "Control")
    expect(thread.count).to_have_text("3 patients highlighted")
    assert thread.chosen == sorted([keys[2], keys[5], keys[9]])
    thread.press_bar(5, "Control")
    assert thread.chosen == sorted([keys[2], keys[9]])
    thread.press_bar(7)
    assert thread.chosen == [keys[7]]


def test_the_pointer_alone_marks_in_the_other_figures(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page(height=1800)
    thread = Thread(page, url).open("response")
    bars = panel(demo, "response-waterfall")["bars"]
    thread.bar(4)
    thread.comes_to("response-spider", {bars[4]["key"]})
    assert thread.marked("response-waterfall") == {b["key"] for b in bars}
    assert thread.chosen == []
    thread.leave()
    thread.comes_to("response-spider", {x["key"] for x in panel(demo, "response-spider")["lines"]})


def test_it_stays_from_page_to_page_and_through_reload_back_and_a_copied_link(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    bars = panel(demo, "response-waterfall")["bars"]
    thread.press_bar(3)
    thread.press_bar(40, "Shift")
    two = sorted([bars[3]["key"], bars[40]["key"]])
    expect(thread.count).to_have_text("2 patients highlighted")
    thread.go("Swimmer")
    assert thread.in_address() == "".join(two)
    thread.comes_to("swimmer-lanes", set(two))
    rows = page.locator(".lane-table tr[data-highlighted]")
    shown = [r["key"] for r in panel(demo, "swimmer-lanes")["patients"]]
    assert set(two) <= set(shown)
    thread.go("Survival")
    title = page.locator("#survival-curve .card-n")
    expect(title).to_have_attribute("data-thread", "2 of 2 highlighted here")
    assert set(two) <= thread.ringed()
    page.reload()
    thread.ready()
    expect(thread.count).to_have_text("2 patients highlighted")
    expect(thread.names).to_have_text(names_of(demo, two))
    page.go_back()
    thread.ready()
    expect(page).to_have_url(re.compile("/swimmer"))
    expect(thread.count).to_have_text("2 patients highlighted")
    thread.comes_to("swimmer-lanes", set(two))
    # a second browser opens the link
    other, _ = open_page()
    second = Thread(other, url)
    other.goto(page.url)
    second.ready()
    expect(second.names).to_have_text(names_of(demo, two))
    second.comes_to("swimmer-lanes", set(two))
    # and clears it for itself alone
    other.get_by_role("button", name="Clear").click()
    expect(other.locator("#thread")).to_be_hidden()
    page.reload()
    thread.ready()
    expect(thread.count).to_have_text("2 patients highlighted")
    expect(rows.first).to_be_attached()


def test_the_back_button_brings_back_who_was_highlighted_there(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("swimmer")
    pins = page.locator(".lane-table .pin")
    pins.nth(0).click()
    first = thread.chosen
    thread.go("Survival")
    page.locator(".listing .pin").nth(3).click()
    expect(thread.count).to_have_text("2 patients highlighted")
    page.go_back()
    thread.ready()
    expect(thread.count).to_have_text("1 patient highlighted")
    assert thread.chosen == first
    page.go_forward()
    thread.ready()
    expect(thread.count).to_have_text("2 patients highlighted")


def test_a_count_opens_its_patients_and_they_become_a_filter(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    responders = panel(demo, "response-rates")["sets"][0]["orr"]
    keys = responders["who"].split()
    assert len(keys) == responders["headline"]["x"]
    count = page.locator("#response-rates button.who").first
    count.click()
    expect(count).to_have_attribute("aria-pressed", "true")
    assert thread.chosen == sorted(keys)
    expect(thread.count).to_have_text(f"{len(keys)} patients highlighted")
    page.get_by_role("button", name="Show only these").click()
    expect(page.locator("#patients-shown")).to_have_text(f"{len(keys)} of 60 patients")
    expect(page.locator(".chip").first).to_contain_text(f"{len(keys)} chosen patients")
    thread.ready()
    told = page.locator("#response-rates .count").first
    expect(told).to_have_text(f"{len(keys)}/{len(keys)}")
    assert thread.chosen == sorted(keys)
    # the chip takes the filter back, the highlighting stays
    page.locator(".chip").first.click()
    expect(page.locator("#patients-shown")).to_have_text("60 of 60 patients")
    thread.ready()
    expect(thread.count).to_have_text(f"{len(keys)} patients highlighted")
    thread.comes_to("response-waterfall", set(keys) & thread.marked("response-waterfall"))
    page.go_back()
    expect(page.locator("#patients-shown")).to_have_text(f"{len(keys)} of 60 patients")


def test_it_survives_a_filter_and_says_who_is_not_shown(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    taxane = {b["key"] for b in panel(demo, "response-waterfall", "backbone=taxane")["bars"]}
    rest = [b["key"] for b in panel(demo, "response-waterfall")["bars"] if b["key"] not in taxane]
    inside = sorted(taxane)[0]
    page.evaluate("(keys) => interimThread.set(keys)", [inside, rest[0]])
    expect(thread.count).to_have_text("2 patients highlighted")
    page.locator(".pills input[value=taxane]").check()
    expect(page.locator("#thread-words")).to_contain_text("1 of the 2 are not among the patients")
    thread.ready()
    thread.comes_to("response-waterfall", {inside})
    expect(page.locator("#response-waterfall .card-n")).to_have_attribute(
        "data-thread", "1 of 2 highlighted here"
    )
    assert thread.in_address() == "".join(sorted([inside, rest[0]]))


def test_patients_on_another_page_of_a_list_are_said(open_page: Opener, many_url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, many_url).open("swimmer")
    lanes = page.locator("#swimmer-lanes .pager-shown")
    table = page.locator("#swimmer-table .pager-shown")
    page.locator(".lane-table .pin").nth(0).click()
    page.locator(".lane-table .pin").nth(19).click()
    assert lanes.get_attribute("data-thread") is None
    page.locator("#swimmer-lanes").get_by_role("button", name="Next 60").click()
    expect(lanes).to_have_attribute(
        "data-thread", "2 highlighted patients are on other pages of this list"
    )
    page.locator("#swimmer-table").get_by_role("button", name="Next 20").click()
    expect(table).to_have_attribute(
        "data-thread", "2 highlighted patients are on other pages of this list"
    )
    page.locator(".lane-table .pin").nth(1).click()
    expect(thread.count).to_have_text("3 patients highlighted")
    expect(table).to_have_attribute("data-thread", re.compile("^2 highlighted"))


def test_rows_and_pins_by_keyboard(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("swimmer")
    pin = page.locator(".lane-table .pin").nth(1)
    expect(pin).to_have_attribute("aria-label", re.compile(r"^Highlight \d\d-\d\d\d$"))
    pin.focus()
    page.keyboard.press("Space")
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin).to_be_focused()
    page.keyboard.press("Enter")
    expect(pin).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#thread")).to_be_hidden()
    row = page.locator(".lane-table tbody tr").nth(2)
    row.locator("td").nth(1).click()
    expect(row).to_have_attribute("data-highlighted", "all")
    assert thread.chosen == [row.get_attribute("data-patients")]
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#thread")).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("card", ["response-waterfall", "response-spider"])
def test_patients_are_chosen_by_drawing_around_them(open_page: Opener, url: str, card: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    frame = page.locator(f"#{card}")
    button = frame.locator("[data-action=select-patients]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    area = frame.locator(".nsewdrag").first
    expect(page.locator("#spoken")).to_contain_text("Drag across the figure")
    frame.locator(".js-plotly-plot").scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    corners = [(0.02, 0.05), (0.3, 0.05), (0.3, 0.45), (0.02, 0.45), (0.02, 0.06)]
    x, y = corners[0]
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.down()
    for x, y in corners[1:] if "spider" in card else [(0.3, 0.95)]:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
    page.mouse.up()
    expect(thread.count).to_have_text(re.compile(r"^\d+ patients highlighted$"))
    thread.leave()
    thread.comes_to(card, set(thread.chosen))
    assert 1 < len(thread.chosen) < 40
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_two_browsers_never_touch_each_other(open_page: Opener, url: str) -> None:
    one, other = (Thread(open_page()[0], url) for _ in range(2))
    one.open("response", "backbone=taxane")
    other.open("response", "backbone=eribulin")
    one.page.locator("#response-best button.who").first.click()
    here = one.chosen
    shown = [t.page.locator("#patients-shown").inner_text() for t in (one, other)]
    assert shown[0] != shown[1]
    other.go("Swimmer")
    other.page.locator(".lane-table .pin").first.click()
    one.page.reload()
    one.ready()
    assert one.chosen == here
    assert [t.page.locator("#patients-shown").inner_text() for t in (one, other)] == shown
    assert other.chosen != here


def test_a_key_of_nobody_and_a_broken_link_are_answered_in_words(
    open_page: Opener, url: str
) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response", "sel=aaaaaaaaaabbbbbbbbbb")
    expect(page.locator("#thread-words")).to_contain_text(
        "2 patients of the link are not in this cut."
    )
    thread.comes_to("response-waterfall", thread.marked("response-waterfall"))
    page.goto(f"{url}/response?p=aaaaaaaaaa")
    expect(page.locator("#trouble")).to_contain_text("chooses a patient this cut does not hold")
    page.goto(f"{url}/response?sel=cut-short")
    expect(page.locator("#trouble")).to_contain_text("cut short or mistyped")


def test_paper_names_the_highlighted(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("response")
    keys = [b["key"] for b in panel(demo, "response-waterfall")["bars"]][:10]
    page.evaluate("(keys) => interimThread.set(keys)", keys)
    expect(page.locator("#thread-words")).to_contain_text("and 4 more")
    page.emulate_media(media="print")
    expect(page.locator(".thread-print")).to_be_visible()
    expect(page.locator(".thread-print")).to_have_text(names_of(demo, keys))
    expect(thread.count).to_be_visible()
    expect(page.get_by_role("button", name="Clear")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_kept_out_and_nothing_jumps(
    open_page: Opener, url: str, demo: Shelf, width: int, theme: str
) -> None:
    page, _ = open_page(width, theme=theme)
    thread = Thread(page, url).open("swimmer")
    keys = [p["key"] for p in panel(demo, "swimmer-lanes")["patients"]][:9]
    before = page.locator("#swimmer-table").bounding_box()
    page.evaluate("(keys) => interimThread.set(keys)", keys)
    expect(thread.names).to_be_visible()
    thread.comes_to("swimmer-lanes", set(keys))
    after = page.locator("#swimmer-table").bounding_box()
    assert before is not None
    assert after is not None
    if width > 800:
        assert before["y"] == after["y"]
    assert clipped(page) == []
    assert serious(page) == []
    assert page.evaluate("window.watched.shift") < 0.05


def test_figures_hold_keys_of_those_they_show_and_of_nobody_else(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    shown = {b["key"] for b in panel(demo, "response-waterfall", "backbone=eribulin")["bars"]}
    Thread(page, url).open("response", "backbone=eribulin")
    held = page.evaluate(
        """() => JSON.stringify([...document.querySelectorAll(".js-plotly-plot")]
             .map((gd) => [gd.data, gd.layout]))"""
    )
    opened = demo.resolve("")[1]
    inside = demo.resolve("backbone=eribulin")[0]
    results = Results(demo, PANELS, Flask(__name__))
    members = set(results.view(inside, Audience.FULL).members.patients)
    for key in opened.keys:
        patient = opened.keys.patient(key)
        assert patient is not None
        assert (key in held) == (key in shown or (key in held and patient in members))
        assert patient in members or patient not in held


def test_more_patients_than_a_link_holds_are_refused_in_words(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    thread = Thread(page, url).open("swimmer")
    page.locator(".lane-table .pin").first.click()
    before = thread.chosen
    page.evaluate(
        """() => interimThread.set(Array.from({ length: 401 }, (_, i) =>
             String(i).padStart(10, "0").replace(/\\d/g, (d) => "abcdefghij"[d])))"""
    )
    expect(page.locator("#spoken")).to_have_text("Up to 400 patients can be highlighted at once.")
    assert thread.chosen == before
