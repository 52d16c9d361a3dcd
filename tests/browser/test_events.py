"""The page of events in a browser: its numbers are those of metrics, its counts open patients."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.numbers import fixed
from dashboard.pages.events import CARDS
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import report
from tests.browser.pages import clipped, serious, settled
from tests.stores import real_store

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
THEMES = ("light", "dark")
ARMS, PILOT = "random-cdisc", "cdisc-pilot"
Json = dict[str, Any]


class Events:
    """The page in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "") -> Events:
        self.page.goto(f"{self.url}/safety/events{'?' if query else ''}{query}")
        return self.ready()

    def ready(self) -> Events:
        # the last of its cards may be long in coming where others use the machine
        arrived = self.page.locator(".card-frame:not(.card-loading)")
        expect(arrived).to_have_count(len(CARDS), timeout=90_000)
        settled(self.page)
        self.page.wait_for_load_state("networkidle")  # a menu opened earlier may close again
        return self

    def card(self, name: str) -> Any:
        return self.page.locator(f"#events-{name}")

    def says(self, name: str) -> str:
        return " ".join(self.card(name).locator(".card-body").inner_text().split())

    def counts(self, figure: str) -> list[str]:
        """Texts beside the rows of a figure, from top to bottom."""
        found: list[str] = self.page.evaluate(
            """(id) => [...document.querySelectorAll(`#${id} .annotation-text`)].map((e) =>
                 [e.getBoundingClientRect(), e.textContent]).sort((a, b) =>
                 Math.round(a[0].top) - Math.round(b[0].top) || a[0].left - b[0].left)
                 .map((p) => p[1]).filter((t) => /^[0-9]+[/][0-9]+$/.test(t))""",
            figure,
        )
        return found


def told(shelf: Shelf, query: str) -> Json:
    """The safety part of what `metrics` prints for the patients of a query."""
    found: Json = json.loads(json.dumps(report(shelf, query)))["safety"]
    return found


@pytest.fixture(scope="module")
def elsewhere(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Shelf]]:
    """Two published exports: grades without lists of interest, and severity in place of grades."""
    home = real_store(tmp_path_factory, shared, "random_cdisc", "cdisc_pilot").home
    with serving(home) as address:
        yield address, Shelf(CutStore(home))


def check_terms(events: Events, want: Json, top: int = 20) -> None:
    """x/n of all grades and of grade 3 or higher stand beside the commonest terms."""
    shown = events.counts("events-terms-figure")
    pairs = []
    for row in want["by_pt"][:top]:
        pairs += [f"{row['x']}/{row['n']}"]
        pairs += [f"{row['grade3plus']['x']}/{row['n']}"] if row["grade3plus"] else []
    assert shown == pairs


@pytest.mark.parametrize("query", ["", "backbone=taxane", "f.AGE=..50"])
def test_the_demo_says_what_metrics_prints(
    open_page: Opener, url: str, demo: Shelf, query: str
) -> None:
    page, watch = open_page()
    events = Events(page, url).open(query)
    want = told(demo, query)
    check_terms(events, want)
    clock = want["related_12_months"]
    assert f"{clock['x']}/{clock['n']}" in events.says("clock")
    lists = events.says("aesi")
    for id_ in ("nephrolithiasis", "gout", "hyperuricaemia", "kidney"):
        own = want["aesi"][id_]
        assert f"{own['label']} {own['x']}/{own['n']}" in lists
    serious_ = want["serious"]
    row = events.card("incidence").locator("tr", has_text="Any serious event")
    expect(row).to_contain_text(f"{serious_['x']}/{serious_['n']}")
    assert watch.failed == []


@pytest.mark.slow
@pytest.mark.parametrize("study", [ARMS, PILOT])
def test_published_exports_say_what_metrics_prints(
    open_page: Opener, elsewhere: tuple[str, Shelf], study: str
) -> None:
    address, shelf = elsewhere
    page, watch = open_page()
    events = Events(page, address).open(f"study={study}")
    want = told(shelf, f"study={study}")
    check_terms(events, want)
    any_ = want["any"]
    row = events.card("incidence").locator("tr", has_text="Any event").first
    expect(row).to_contain_text(f"{any_['x']}/{any_['n']}")
    expect(events.card("aesi")).to_contain_text("names no event of special interest")
    if study == PILOT:
        expect(events.card("terms")).to_contain_text("severity (mild, moderate, severe)")
        assert "rade 3" not in events.says("terms")
    assert watch.failed == []


def test_the_story_of_stones_and_urate_is_told_first(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    """Without a press: stones with their worst grade, urate, and what is published, as external."""
    page, _ = open_page()
    events = Events(page, url).open()
    want = told(demo, "")["aesi"]["nephrolithiasis"]
    story = events.card("aesi").locator(".story").inner_text()
    assert f"kidney and urinary stones in {want['x']} (" in story
    assert re.search(r"Urate above 480 µmol/L \(8\.1 mg/dL\): \d+ of \d+ patients", story)
    tile = events.card("aesi").locator(".aesi-tile", has_text="Kidney and urinary stones")
    expect(tile).to_contain_text(f"{want['x']}/{want['n']}")
    expect(tile).to_contain_text("External, not a comparison: 2/14 and 4/16")
    row = events.card("aesi").locator("tr", has_text="Kidney and urinary stones")
    expect(row).to_contain_text("Multiple sclerosis, 1 year; not cancer.")
    links = row.locator("a[target=_blank]")
    expect(links).to_have_count(4)
    assert all(a.get_attribute("rel") == "noopener noreferrer" for a in links.all())


def test_a_backbones_own_list_unfolds(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    events = Events(page, url).open()
    fold = events.card("aesi").locator("details.aesi-fold", has_text="Eribulin mesylate")
    expect(fold.locator("table")).to_be_hidden()
    fold.locator("summary").press("Enter")
    expect(fold.locator("table")).to_contain_text("46.0%")
    expect(fold.locator("table")).to_contain_text("No sourced range.")


def test_counts_and_marks_open_their_patients(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    events = Events(page, url).open()
    tile = events.card("aesi").locator(".aesi-tile", has_text="Kidney and urinary stones")
    tile.locator("button.who", has_text="3/59").click()
    expect(page).to_have_url(re.compile(r"sel=[a-z2-7]{30}$"))
    expect(page.locator("#thread")).to_contain_text("3 patients")
    note = page.locator("#events-terms-figure .annotation-text", has_text=re.compile("^15/59$"))
    note.first.click()
    expect(page).to_have_url(re.compile(r"sel=[a-z2-7]{150}$"))


def test_switches_threshold_and_number_of_terms_stand_in_the_address(
    open_page: Opener, url: str
) -> None:
    page, _ = open_page()
    events = Events(page, url).open()
    assert len(events.counts("events-terms-figure")) == 40
    events.card("terms").locator("summary", has_text="Terms drawn").click()
    events.card("terms").locator(".menu-choice", has_text="the 10 commonest").click()
    expect(page).to_have_url(re.compile(r"ae\.top=10"))
    expect(events.card("terms")).to_contain_text("The 10 commonest of 42 terms")
    events.ready()
    assert len(events.counts("events-terms-figure")) == 20
    events.card("terms").locator("[data-switch=serious]").click()
    expect(page).to_have_url(re.compile(r"ae=serious"))
    events.ready()
    for name in ("rates", "incidence", "course"):
        expect(events.card(name)).to_contain_text("Counted here: only events that are serious.")
    for name in ("clock", "aesi"):
        expect(events.card(name)).not_to_contain_text("Counted here")
    # the same switches are on where the address goes to the summary of events
    page.get_by_role("link", name="Events in summary").click()
    expect(page).to_have_url(re.compile(r"/safety\?.*ae=serious"))


def test_a_kind_of_event_is_a_view_with_an_address(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    events = Events(page, url).open()
    events.card("incidence").locator("summary", has_text="Event:").click()
    events.card("incidence").locator(
        ".menu-choice", has_text="Kidney and urinary stones (Inosine)"
    ).click()
    expect(page).to_have_url(re.compile(r"event=aesi%3Anephrolithiasis"))
    expect(events.card("course")).to_contain_text("among patients on inosine")
    events.ready()
    said = events.says("incidence")
    assert "Kidney and urinary stones: 3 of 59 patients on inosine had a first one" in said
    expect(events.card("course")).to_contain_text(
        "Kidney and urinary stones among patients on inosine, by cycle"
    )
    page.go_back()
    expect(events.card("incidence")).to_contain_text("Any serious event")


#: centres of the months under the axis and of the counts below, in px of the window
ALIGNED = """() => {
  const plot = document.querySelector("#events-incidence-figure");
  const middle = (e) => { const b = e.getBoundingClientRect(); return (b.left + b.right) / 2; };
  return {
    ticks: [...plot.querySelectorAll(".xaxislayer-above .xtick text")].map(middle),
    rows: [...plot.querySelectorAll(".scatterlayer .trace .textpoint")].map(middle),
  };
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_numbers_at_risk_stand_under_their_months(open_page: Opener, url: str, width: int) -> None:
    page, _ = open_page(width)
    Events(page, url).open("event=serious")
    found = page.evaluate(ALIGNED)
    n = len(found["ticks"])
    assert len(found["rows"]) == 4 * n
    for i, middle in enumerate(found["rows"]):
        assert middle == pytest.approx(found["ticks"][i % n], abs=1)


def test_intervals_are_drawn_when_they_are_asked_for(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    events = Events(page, url).open()
    bars = page.locator("#events-terms-figure .errorbars path.xerror")
    expect(bars).to_have_count(0)
    events.card("terms").get_by_text("Show exact intervals").click()
    expect(bars.first).to_be_attached()
    events.card("terms").get_by_text("Show exact intervals").click()
    expect(bars).to_have_count(0)


def test_rates_are_per_hundred_patient_years(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    events = Events(page, url).open()
    events.card("rates").locator("summary.fold").click()
    row = events.card("rates").locator("tr", has_text="Kidney and urinary stones")
    href = events.card("rates").locator(".card-tools a[download]").get_attribute("href")
    body = page.request.get(url + str(href)).text().lstrip("\ufeff")
    lines = list(csv.reader(io.StringIO(body)))
    header = next(r for r in lines if r[:2] == ["group", "event"])
    stones = next(r for r in lines if "Kidney and urinary stones" in r)
    value = dict(zip(header, stones, strict=True))
    rate = 100 * int(value["x"]) / float(value["person_years"])
    assert value["rate_per_100"] == fixed(rate)
    expect(row).to_contain_text(value["rate_per_100"])
    expect(row).to_contain_text(f"{value['lower']} to {value['upper']}")


def test_files_carry_their_caveats(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    for card in CARDS:
        answer = page.request.get(f"{url}/download/{card.name}.csv?ae=related")
        assert answer.ok, card.name
        assert "interim" in answer.text().lower()
    told_ = page.request.get(f"{url}/download/events-aesi.csv").text()
    assert told_.count("External, not a comparison") > 20


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_barrier(open_page: Opener, url: str, width: int, theme: str) -> None:
    page, _ = open_page(width, theme=theme)
    Events(page, url).open("ae=related")
    page.evaluate("document.querySelectorAll('details.folded').forEach((d) => (d.open = true))")
    assert serious(page) == []
    assert clipped(page) == []
