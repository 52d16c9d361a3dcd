"""The Patients pages in a browser: list, search, one patient, next, compare, export, print."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from dashboard.panels.listing import listing
from dashboard.panels.patient import profile
from dashboard.results import Audience, Results, View
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener, serving
from tests.browser.pages import clipped, serious, settled
from tests.stores import real_store

pytestmark = pytest.mark.browser

REAL = ("random_cdisc", "imvigor210", "pharmaverse_onco")


class Patients:
    """The listing in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, query: str = "") -> Patients:
        self.page.goto(f"{self.url}/patients{'?' if query else ''}{query}")
        return self.ready()

    def ready(self) -> Patients:
        expect(self.page.locator("#patients-listing:not(.card-loading)")).to_have_count(1)
        settled(self.page)
        return self

    def names(self) -> list[str]:
        return self.page.locator(".patient-link").all_inner_texts()

    def keys(self) -> list[str]:
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('.listing-table tbody tr')].map(r => r.dataset.patients)"
        )
        return found

    def sort(self, column: str) -> None:
        self.page.locator(f"#patients-sort-{column}").click()
        head = self.page.locator(f"th:has(#patients-sort-{column})")
        expect(head).not_to_have_attribute("aria-sort", "none")
        self.ready()


class Profile:
    """One patient's page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, key: str, query: str = "") -> Profile:
        self.page.goto(f"{self.url}/patients/{key}{'?' if query else ''}{query}")
        return self.ready()

    def ready(self, cards: int = 4) -> Profile:
        settled(self.page)
        expect(self.page.locator(".card-frame:not(.card-loading)")).to_have_count(cards)
        return self

    def who(self) -> str:
        return self.page.locator("#patient-facts-title").inner_text()


def view_of(shelf: Shelf, query: str = "") -> View:
    return Results(shelf, {}, Flask(__name__)).view(shelf.resolve(query)[0], Audience.FULL)


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Shelf]]:
    """Three real exports in one store."""
    store = real_store(tmp_path_factory, shared, *REAL)
    with serving(store.home) as address:
        yield address, Shelf(store)


def study_id(name: str) -> str:
    return name.replace("_", "-")


# --- the listing ---------------------------------------------------------------------------------


def test_the_listing_shows_the_selection_and_sorts_it_into_the_address(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    listed = Patients(page, url).open("backbone=eribulin")
    told = listing(view_of(demo, "backbone=eribulin"))
    assert listed.names() == [row["id"] for row in told["rows"]]
    expect(page.locator("#patients-listing")).to_contain_text(f"{told['n']} of {told['n']} listed")
    listed.sort("change")
    assert "order=change" in page.url
    expected = listing(view_of(demo, "backbone=eribulin"), json.dumps({"order": "change"}))
    assert listed.names() == [row["id"] for row in expected["rows"]]
    page.locator("#patients-sort-change").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.go_back()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    listed.ready()
    assert listed.names() == [row["id"] for row in expected["rows"]]


def test_search_narrows_and_pages_turn_by_keyboard(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    listed = Patients(page, url).open()
    assert len(listed.names()) == 25
    first = listed.names()[0]
    page.get_by_role("button", name="Next 25").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pager-shown")).to_have_text("Patients 26 to 50 of 60")
    assert first not in listed.names()
    expect(page.get_by_role("button", name="Next 25")).to_be_focused()
    page.locator(".find input").fill("eribulin 02-0")
    expect(page.locator(".matching")).to_contain_text("of 60 listed")
    expect(page.locator(".matching")).not_to_contain_text("60 of 60")
    assert all(name.startswith("02-0") for name in listed.names())
    page.locator(".find input").fill("nobody at all")
    expect(page.locator("#patients-listing")).to_contain_text("Nobody in this list matches.")


def test_the_list_narrows_to_serious_events_and_columns_are_chosen(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    listed = Patients(page, url).open()
    told = listing(view_of(demo))
    page.locator(".shown select").select_option("serious")
    expect(page.locator(".matching")).to_have_text(
        f"{told['shown']['serious']} of {told['n']} listed"
    )
    assert len(listed.names()) == told["shown"]["serious"]
    expect(page.locator("#patients-sort-death")).to_have_count(0)
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Death, day").check()
    expect(page.locator("#patients-sort-death")).to_have_count(1)


def test_a_row_highlights_its_patient_and_the_name_opens_the_page(
    open_page: Opener, url: str
) -> None:
    page, _ = open_page()
    listed = Patients(page, url).open()
    key = listed.keys()[2]
    page.locator(".listing-table tbody tr").nth(2).locator("td").nth(3).click()
    expect(page).to_have_url(re.compile(rf"sel={key}"))
    page.locator(".patient-link").nth(2).click()
    one = Profile(page, url).ready()
    assert f"/patients/{key}?" in page.url
    assert f"sel={key}" in page.url  # whoever is highlighted comes along
    assert one.who().endswith(listed_name(page))


def listed_name(page: Page) -> str:
    return page.title().split(" · ")[0].removeprefix("Patient ")


def test_the_file_of_the_listing_holds_every_patient(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    Patients(page, url).open("backbone=taxane")
    page.locator("#patients-listing").get_by_label("Download").first.click()
    with page.expect_download() as download:
        page.locator("#patients-listing").get_by_text("Data (CSV)").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    head = next(i for i, row in enumerate(rows) if row[0] == "usubjid")
    assert len(rows) - head - 1 == int(page.locator("#patients-shown").inner_text().split()[0])


# --- one patient ---------------------------------------------------------------------------------


def test_next_and_previous_follow_the_list_by_button_and_key(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    query = "backbone=eribulin&order=-days"
    told = listing(view_of(demo, query), json.dumps({"order": "-days"}))
    ids = [row["id"] for row in told["rows"]]
    keys = [row["key"] for row in told["rows"]]
    one = Profile(page, url).open(keys[0], query)
    assert one.who() == f"Patient {ids[0]}"
    expect(page.locator("#patient-facts")).to_contain_text("First of the list")
    page.locator("#patient-next").click()
    expect(page.locator("#patient-facts-title")).to_have_text(f"Patient {ids[1]}")
    page.keyboard.press("j")
    expect(page.locator("#patient-facts-title")).to_have_text(f"Patient {ids[2]}")
    assert "order=-days" in page.url
    page.keyboard.press("k")
    expect(page.locator("#patient-facts-title")).to_have_text(f"Patient {ids[1]}")
    assert page.title().startswith(f"Patient {ids[1]} · Patients · ")
    assert ids[1] not in page.url
    page.get_by_role("link", name="All patients", exact=True).click()
    Patients(page, url).ready()
    assert "order=-days" in page.url


def test_next_and_previous_follow_the_list_as_it_was_searched_and_narrowed(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    """And going back finds the list as it was; a search for an id stays out of the address."""
    page, _ = open_page()
    listed = Patients(page, url).open("order=-days")
    page.locator(".shown select").select_option("off")
    page.get_by_role("searchbox").fill("capec")
    wanted = {"order": "-days", "shown": "off", "find": "capec"}
    told = listing(view_of(demo), json.dumps(wanted))
    assert 2 < told["matching"] < told["n"]
    ids = [row["id"] for row in told["rows"]]
    expect(page.locator(".matching")).to_contain_text(f"{told['matching']} of {told['n']} listed")
    page.wait_for_url("**&order=-days&shown=off&find=capec")
    page.locator(".patient-link").nth(1).click()
    title, head = page.locator("#patient-facts-title"), page.locator("#patient-facts")
    expect(title).to_have_text(f"Patient {ids[1]}")
    expect(head).to_contain_text(f"2 of {told['matching']} in this selection, by")
    expect(head).to_contain_text("listed: off treatment, with “capec”")
    page.locator("#patient-next").click()
    expect(title).to_have_text(f"Patient {ids[2]}")
    page.go_back()
    page.go_back()
    listed.ready()
    expect(page.locator(".matching")).to_contain_text(f"{told['matching']} of {told['n']} listed")
    expect(page.get_by_role("searchbox")).to_have_value("capec")
    page.get_by_role("searchbox").fill(ids[0])
    expect(page.locator(".matching")).to_contain_text(f"1 of {told['n']} listed")
    page.wait_for_url(lambda address: "find=" not in address)


def test_a_folded_table_is_that_of_the_patient_on_screen(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    """Opened for one patient, it shows the next patient's records when that one comes."""
    page, _ = open_page()
    told = listing(view_of(demo))
    rows = [r for r in told["rows"] if (r["events"] or 0) > 2][:2]
    first, second = (profile(view_of(demo), r["usubjid"]) for r in rows)
    one = Profile(page, url).open(rows[0]["key"])
    page.get_by_text(re.compile(r"^Adverse events \(\d+\)$")).click()
    table = page.locator("[data-records] table").first
    expect(table.locator("tbody tr")).to_have_count(len(first["events"]["records"]))
    expect(table.locator("tbody tr").first).to_contain_text(first["events"]["records"][0]["term"])
    page.evaluate(f"interimView.go('/patients/{rows[1]['key']}')")
    expect(page.locator("#patient-facts-title")).to_have_text(f"Patient {rows[1]['id']}")
    one.ready()
    found = page.locator("details.records[open] [data-records] tbody tr")
    expect(found).to_have_count(len(second["events"]["records"]))
    shown = " ".join(found.all_inner_texts())
    for event in second["events"]["records"]:
        assert event["term"] in shown


def test_only_links_change_colour_where_the_pointer_is(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    """The page of a patient and a link to it are two things: the page does not look like a link."""
    page, _ = open_page()
    Profile(page, url).open(listing(view_of(demo))["rows"][0]["key"])
    title = page.locator("#patient-course-title")
    page.mouse.move(0, 0)
    before = title.evaluate("e => getComputedStyle(e).color")
    title.hover()
    expect(page.locator(".patient-page:hover")).to_have_count(1)
    assert title.evaluate("e => getComputedStyle(e).color") == before


def test_on_a_phone_no_tick_of_the_figure_is_cut_off(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page(width=390, height=844)
    rows = listing(view_of(demo, "backbone=eribulin"))["rows"]
    Profile(page, url).open(rows[0]["key"])
    assert page.locator("#patient-course svg text", has_text="%").count()
    beyond = page.locator("#patient-course .js-plotly-plot").evaluate(
        """g => [...g.querySelectorAll("svg text")].filter(t =>
             t.getBoundingClientRect().right > g.getBoundingClientRect().right)
             .map(t => t.textContent)"""
    )
    assert beyond == []


def test_the_axis_and_the_labs_are_chosen(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    key = listing(view_of(demo))["rows"][0]["key"]
    Profile(page, url).open(key)
    expect(page.locator("#patient-course .xtitle")).to_have_text(re.compile("^Weeks since"))
    page.get_by_text("Axis and labs").click()
    page.get_by_label("Days", exact=True).check()
    expect(page.locator("#patient-course .xtitle")).to_have_text(re.compile("^Days since"))
    page.get_by_label("Creatinine").check()
    expect(page.locator("#patient-course")).to_contain_text("Creatinine")
    title = page.locator("#patient-course .annotation-text", has_text="Creatinine")
    expect(title).to_have_count(1)


def test_two_are_ticked_and_stand_side_by_side(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    listed = Patients(page, url).open()
    boxes = page.locator("[data-compare]")
    keys = listed.keys()
    boxes.nth(0).click()
    expect(page.locator("#compare-bar")).to_contain_text("Tick two or three patients")
    boxes.nth(4).focus()
    page.keyboard.press("Space")
    expect(boxes.nth(4)).to_have_attribute("aria-checked", "true")
    assert "sel=" not in page.url  # a box is not the row
    page.locator(".compare-go").click()
    Profile(page, url).ready(2)
    assert f"/patients/{keys[0]}?" in page.url
    assert f"with={keys[4]}" in page.url
    expect(page.locator("#patient-course .js-plotly-plot")).to_have_count(2)
    ranges = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].map(p => p._fullLayout.xaxis.range)"
    )
    assert ranges[0] == ranges[1]


def test_a_fourth_box_is_refused_in_words(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    Patients(page, url).open()
    for i in range(4):
        page.locator("[data-compare]").nth(i).click()
    expect(page.locator("#spoken")).to_have_text("Three patients at most")
    expect(page.locator("[data-compare][aria-checked=true]")).to_have_count(3)


def test_an_unknown_patient_and_one_outside_the_filters(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    page.goto(f"{url}/patients/aaaaaaaaaa")
    expect(page.locator("#page")).to_contain_text("No such patient in this cut")
    row = next(r for r in listing(view_of(demo))["rows"] if r["backbone"] == "eribulin")
    page.goto(f"{url}/patients/{row['key']}?backbone=taxane")
    expect(page.locator("#page")).to_contain_text(f"Patient {row['id']} is not among the")
    page.get_by_text("Show without filters").click()
    Profile(page, url).ready()
    expect(page.locator("#patient-facts-title")).to_have_text(f"Patient {row['id']}")


def test_the_file_and_the_picture_of_a_patient(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    key = listing(view_of(demo))["rows"][0]["key"]
    Profile(page, url).open(key)
    for words, start in (("Data (CSV)", "\ufeff#"), ("Picture (SVG)", "<svg")):
        page.locator("#patient-course").get_by_label("Download").first.click()
        with page.expect_download() as download:
            page.locator("#patient-course").get_by_text(words).click()
        assert Path(download.value.path()).read_text("utf-8").startswith(start)


# --- everywhere ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_nothing_is_cut_off_barred_or_jumps(
    open_page: Opener, url: str, demo: Shelf, width: int, theme: str
) -> None:
    page, _ = open_page(width, theme=theme)
    Patients(page, url).open()
    assert clipped(page) == []
    assert serious(page) == []
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")
    key = listing(view_of(demo))["rows"][0]["key"]
    Profile(page, url).open(key)
    assert clipped(page) == []
    assert serious(page) == []
    assert page.evaluate("window.watched.shift") < 0.1, page.evaluate("window.watched.moved")


@pytest.mark.parametrize("name", REAL)
def test_patients_of_real_exports(open_page: Opener, real: tuple[str, Shelf], name: str) -> None:
    url, shelf = real
    query = f"study={study_id(name)}"
    told = listing(view_of(shelf, query), json.dumps({"order": "patient"}))
    page, _ = open_page()
    listed = Patients(page, url).open(query)
    assert listed.names() == [row["id"] for row in told["rows"]]
    assert clipped(page) == []
    assert serious(page) == []
    page.locator(".patient-link").first.click()
    one = Profile(page, url).ready()
    assert one.who() == f"Patient {told['rows'][0]['id']}"
    assert clipped(page) == []
    assert serious(page) == []
    page.keyboard.press("j")
    expect(page.locator("#patient-facts-title")).to_have_text(f"Patient {told['rows'][1]['id']}")


def test_four_hundred_patients_turn_pages(open_page: Opener, many_url: str) -> None:
    page, _ = open_page(390)
    listed = Patients(page, many_url).open()
    expect(page.locator(".pager-shown")).to_have_text("Patients 1 to 25 of 400")
    listed.sort("days")
    assert "order=-days" in page.url
    page.get_by_role("button", name="Next 25").click()
    expect(page.locator(".pager-shown")).to_have_text("Patients 26 to 50 of 400")
    assert clipped(page) == []


def test_on_paper_a_patient_stands_on_a_sheet_with_the_tables_that_are_open(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    row = listing(view_of(demo))["rows"][0]
    Profile(page, url).open(row["key"])
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".patient-steps")).to_be_hidden()
    expect(page.locator("details[data-kind=visits]")).to_be_visible()
    expect(page.locator("details[data-kind=labs]")).to_be_hidden()
    height = "document.querySelector('{}').getBoundingClientRect().height"
    assert page.evaluate(height.format("#patient-course")) < 1000  # px of A4 inside its margins
    assert page.evaluate(height.format("#patient-facts")) < 200
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
