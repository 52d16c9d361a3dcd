"""The Cuts page in a browser: its numbers, its folds, its filters, many mismatches, no barriers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from components.cuts import checks, ledger
from components.cuts.parts import ROWS, signed
from components.who import short
from dashboard.demo.truth import EDGE_CASES
from dashboard.pages.cuts import CARDS
from dashboard.panels import COMPARING, FRESH, PANELS
from dashboard.report.options import ReportOptions
from dashboard.report.report import metrics_report
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import called
from tests.browser.pages import clipped, serious
from tests.stores import real_store

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
THEMES = ("light", "dark")
REAL = ("pharmaverse_onco", "random_cdisc", "imvigor210")
VIEWS = ("", "set=evaluable", "backbone=taxane", "f.AGE=0..1")


class Cuts:
    """The Cuts page in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "") -> Cuts:
        self.page.goto(f"{self.url}/cuts{'?' if query else ''}{query}")
        return self.ready()

    def ready(self) -> Cuts:
        cards = self.page.locator(".card-frame:not(.card-loading)")
        expect(cards).to_have_count(len(CARDS), timeout=60_000)  # cold, on a busy machine
        expect(self.page.locator("[data-dash-is-loading=true]")).to_have_count(0)
        return self

    def card(self, name: str) -> Locator:
        return self.page.locator(f"#cuts-{name}")

    def estimate(self, id_: str) -> Locator:
        return self.page.locator(f"#change-{id_}")

    def line(self, within: Locator, words: str) -> Locator:
        """The line of a fold by its words."""
        return within.locator(".unfold-face").filter(has_text=words).first

    def unfold(self, within: Locator, words: str) -> Locator:
        """Open a fold; its inside once it has come."""
        face = self.line(within, words)
        face.click()
        body = face.locator("xpath=../div")
        expect(body.locator("xpath=./p[starts-with(., 'Loading')]")).to_have_count(0)
        return body


def results_of(shelf: Shelf) -> Results:
    return Results(shelf, PANELS, Flask(__name__), comparing=COMPARING, fresh=FRESH)


def answers(shelf: Shelf, query: str = "") -> dict[str, Any]:
    selection, _ = shelf.resolve(query)
    results = results_of(shelf)
    return {
        c.name.removeprefix("cuts-"): results.panel(c.name, selection, Audience.FULL) for c in CARDS
    }


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Shelf]]:
    """Three real exports in one store: its address, and the store itself."""
    store = real_store(tmp_path_factory, shared, *REAL)
    with serving(store.home) as address:
        yield address, Shelf(store)


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", VIEWS)
def test_the_screen_says_what_the_metrics_say(
    open_page: Opener, url: str, demo: Shelf, query: str
) -> None:
    page, watch = open_page()
    cuts = Cuts(page, url).open(query)
    told = answers(demo, query)
    for e in told["ledger"]["estimates"]:
        block = cuts.estimate(e["id"])
        then, now = e["then"], e["now"]
        counts = block.locator(".count")
        if e["id"] == "enrolled":
            expect(counts).to_have_text([str(then["n"]), str(now["n"])])
        else:
            expect(counts).to_have_text([f"{s['x']}/{s['n']}" for s in (then, now)])
        groups = ledger.grouped(e["moves"])
        expect(block.locator("details")).to_have_count(len(groups))
        for cause, mine in groups:
            line = block.locator("details").nth([c for c, _ in groups].index(cause))
            numbers = [signed(sum(m[i] for m in mine)) for i in (2, 3)]
            shown = numbers[1:] if e["id"] == "enrolled" else numbers
            texts = [t.split()[-1] for t in line.locator(".number").all_inner_texts()]
            assert texts == shown, (e["id"], cause)
    expect(cuts.card("findings")).to_contain_text(
        f"of {len(told['findings']['findings'])} findings"
    )
    expect(cuts.card("list").locator(".cut-fold")).to_have_count(3)
    assert watch.failed == []


def test_why_the_response_rate_changed_stands_on_the_first_screen(
    open_page: Opener, url: str
) -> None:
    """Both rates and every cause, without a click and without scrolling, on a laptop."""
    page, _ = open_page(1440, height=900)
    cuts = Cuts(page, url).open()
    block = cuts.estimate("orr")
    for words in ("10/51", "15/60", "Newly enrolled", "Newly confirmed", "Corrected", "In all"):
        expect(block.get_by_text(words).first).to_be_in_viewport()


def test_a_cause_unfolds_to_its_patients_with_then_and_now(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open()
    body = cuts.unfold(cuts.estimate("orr"), "Corrected")
    expect(body).to_contain_text(called(EDGE_CASES["corrected_to_sd"][0]))
    expect(body).to_contain_text("partial response (PR)")
    expect(body).to_contain_text("stable disease (SD), PR not confirmed")


def test_a_corrected_value_unfolds_to_old_new_and_both_rows(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open()
    events = cuts.unfold(cuts.card("records"), "Adverse events")
    body = cuts.unfold(events, "Grade (AETOXGR)")
    expect(body).to_contain_text(called(EDGE_CASES["grade_raised"][0]))
    expect(body.locator("tbody tr")).to_have_count(1)
    expect(body).to_contain_text("adae.csv, row")


def test_another_cut_is_chosen_and_stays_in_the_link(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open()
    cuts.card("ledger").locator("summary", has_text="Compared with").click()
    cuts.card("ledger").locator(".menu-choice", has_text="15 Nov 2024").click()
    expect(cuts.card("ledger")).to_contain_text("From the cut of 15 Nov 2024")
    oldest = demo.cuts(demo.studies()[0].id)[-1].id
    assert f"against={oldest[:16]}" in page.url
    expect(cuts.card("records")).to_contain_text("From the cut of 15 Nov 2024")
    page.reload()
    expect(cuts.ready().card("ledger")).to_contain_text("From the cut of 15 Nov 2024")


# --- findings ------------------------------------------------------------------------------------


def test_findings_are_filtered_by_severity_domain_and_words(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open()
    card = cuts.card("findings")
    expect(card).to_contain_text("8 of 33 findings")
    card.locator("input[value=note]").click()
    expect(card).to_contain_text("33 of 33 findings")
    card.locator("select").select_option("ADAE")
    expect(card).not_to_contain_text("33 of 33 findings")
    expect(card.locator(".finding-fold")).not_to_have_count(0)
    card.locator("input[type=search]").fill("no grade")
    expect(card).to_contain_text("1 of 33 findings")
    body = cuts.unfold(card, "no grade")
    expect(body).to_contain_text("adae.csv, line")
    expect(body).to_contain_text(called(EDGE_CASES["grade_missing"][0]))
    card.locator("input[type=search]").fill("nothing like this")
    expect(card).to_contain_text("No finding is left")


def test_a_line_opens_by_keyboard(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open()
    face = cuts.line(cuts.estimate("orr"), "Newly confirmed")
    face.focus()
    page.keyboard.press("Enter")
    body = face.locator("xpath=../div")
    expect(body).to_contain_text("has been confirmed since")
    expect(face).to_be_focused()
    page.keyboard.press("Enter")
    expect(body).to_be_hidden()


# --- mismatches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("study", ["random-cdisc", "pharmaverse-onco"])
def test_every_mismatch_of_the_metrics_can_be_read(
    open_page: Opener, real: tuple[str, Shelf], study: str
) -> None:
    """Counts of every reason as `python app.py metrics` has them; each value of one on screen."""
    url, shelf = real
    page, watch = open_page()
    cuts = Cuts(page, url).open(f"study={study}")
    cut = shelf.open(study, shelf.cuts(study)[0].id).cut
    told = metrics_report(cut, ReportOptions())["checks"]
    answer = answers(shelf, f"study={study}")["checks"]
    assert len(answer["items"]) == len(told)
    card = cuts.card("checks")
    expect(card).to_contain_text(f"{len(told):,} value{'' if len(told) == 1 else 's'} differ")
    shown = [int(t.replace(",", "")) for t in card.locator(".unfold-count").all_inner_texts()]
    kinds = [(e["id"], k) for e in answer["endpoints"] for k in checks.kinds_of(answer, e["id"])]
    assert shown == [len(found) for _, (_, found) in kinds]
    assert sum(shown) == len(told)
    _, (kind, found) = kinds[0]
    body = cuts.unfold(card, checks.sentence(kind))
    for page_ in range(-(-len(found) // ROWS)):
        for i in found[page_ * ROWS : (page_ + 1) * ROWS]:
            item = body.locator(".item").filter(has_text=short(answer, told[i]["patient"])).first
            expect(item).to_contain_text(
                f"exported {told[i]['exported']}, derived {told[i]['derived']}"
            )
        if page_ < (len(found) - 1) // ROWS:
            body.get_by_role("button", name="Next").click()
    assert watch.failed == []


def test_the_records_of_a_mismatch_stand_beside_it(
    open_page: Opener, real: tuple[str, Shelf], shared: Path
) -> None:
    """The row named on screen is the line of the file that holds the exported value."""
    url, _ = real
    page, _ = open_page()
    cuts = Cuts(page, url).open("study=random-cdisc")
    body = cuts.unfold(cuts.card("checks"), "No confirming scan")
    item = body.locator(".item").first
    records = cuts.unfold(item, "Records of")
    expect(records.locator("h4")).to_have_text(
        ["Exported value", "Overall responses by visit", "Dates of the patient"]
    )
    place = records.locator("table").first.locator("tbody td").last.inner_text()
    file, _, row = place.replace("Source", "").strip().partition(", row ")
    text = (shared / "data" / "random_cdisc" / "csv" / file).read_text(encoding="utf-8")
    patient = item.locator(".item-head a, .item-head span").first.inner_text()
    assert patient in text.splitlines()[int(row) - 1]


# --- looks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_reads_without_barriers(open_page: Opener, url: str, width: int, theme: str) -> None:
    page, _ = open_page(width, theme=theme)
    cuts = Cuts(page, url).open()
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")
    cuts.unfold(cuts.estimate("orr"), "Newly evaluable")
    cuts.unfold(cuts.card("records"), "Times to event")
    cuts.unfold(cuts.card("findings"), "no grade")
    cuts.unfold(cuts.card("list"), "30 Sep 2025")
    assert serious(page) == []
    assert clipped(page) == []


@pytest.mark.parametrize("study", REAL)
@pytest.mark.parametrize("width", WIDTHS)
def test_real_exports_read_without_barriers(
    open_page: Opener, real: tuple[str, Shelf], study: str, width: int
) -> None:
    page, _ = open_page(width)
    cuts = Cuts(page, real[0]).open(f"study={study.replace('_', '-')}")
    expect(cuts.card("ledger")).to_contain_text("The study has one cut so far")
    if study == "imvigor210":  # best responses and times, and no record behind them
        expect(cuts.card("checks")).to_contain_text("Nothing could be compared")
    if cuts.card("checks").locator(".unfold-face").count():
        cuts.card("checks").locator(".unfold-face").first.click()
        expect(cuts.card("checks").locator(".item").first).to_be_visible()
    assert serious(page) == []
    assert clipped(page) == []


def test_on_paper_the_causes_stand_and_the_controls_do_not(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open()
    page.emulate_media(media="print")
    expect(cuts.estimate("orr").locator("details").first).to_be_visible()
    expect(page.locator(".finding-filters")).to_be_hidden()
    expect(page.locator(".card-choices").first).to_be_hidden()


@pytest.mark.parametrize("card", CARDS, ids=lambda c: str(c.name))
def test_every_card_gives_its_data(open_page: Opener, url: str, card: Any) -> None:
    page, _ = open_page()
    cuts = Cuts(page, url).open("backbone=taxane")
    href = cuts.page.locator(f"#{card.name} a[download]").get_attribute("href")
    assert href is not None
    answer = page.request.get(url + href)
    assert answer.status == 200
    lines = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert any("SYNTH-INO-TNBC" in cell.upper() for line in lines for cell in line)
    head = next(i for i, line in enumerate(lines) if len(line) > 4)
    assert all(len(line) == len(lines[head]) for line in lines[head:])
