"""The Survival page in a browser: its numbers, its choices, its table under the axis, its list."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from components import numbers
from components.survival import words
from dashboard.metrics.kaplan_meier import Quantile, Rate
from dashboard.pages.survival import CARDS
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.on_screen import called
from tests.browser.pages import clipped, serious, settled

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
THEMES = ("light", "dark")
#: views of the demo: endpoints, readings, groups and filters, down to few and to none
VIEWS = (
    "",
    "endpoint=OS",
    "endpoint=DOR",
    "rules=fda",
    "rules=ema",
    "group=backbone",
    "group=ECOGBL",
    "set=safety",
    "endpoint=OS&group=VISCFL",
    "backbone=taxane",
    "backbone=taxane&backbone=eribulin&rules=ema",
    "backbone=platinum&endpoint=OS",
    "backbone=anthracycline&f.SITEID=01",
    "f.AGE=30..50",
    "f.AGE=0..1",
)


class Survival:
    """The Survival page in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "") -> Survival:
        self.page.goto(f"{self.url}/survival{'?' if query else ''}{query}")
        return self.ready()

    def ready(self) -> Survival:
        expect(self.page.locator(".card-frame:not(.card-loading)")).to_have_count(len(CARDS))
        settled(self.page)
        return self

    def card(self, name: str) -> Any:
        return self.page.locator(f"#survival-{name}")

    def shows(self, name: str, told: str) -> None:
        expect(self.card(name)).to_contain_text(told, use_inner_text=True)

    def choose(self, menu: str, choice: str) -> None:
        self.card("curve").locator("summary", has_text=menu).click()
        self.card("curve").locator(".menu-choice", has_text=re.compile(f"^{choice}")).click()


def answers(demo: Shelf, query: str) -> dict[str, Any]:
    selection, _ = demo.resolve(query)
    results = Results(demo, PANELS, Flask(__name__))
    return {
        c.name.removeprefix("survival-"): results.panel(c.name, selection, Audience.FULL)
        for c in CARDS
    }


def check_numbers(page: Survival, told: dict[str, Any]) -> None:
    """What stands on screen is what the metrics say."""
    answer = told["curve"]
    curve = answer["result"]["curve"]
    if answer["n"] == 0:
        page.shows("curve", "No patient is left by the filters.")
        return
    if curve["n"] < answer["min_group"]:
        page.shows("curve", "no curve")
        expect(page.card("curve").locator(".js-plotly-plot")).to_have_count(0)
        page.shows("rules", "counts only")
        return
    rate = next(
        Rate.from_json(r) for r in answer["readout"]["rates"] if r["time"] == answer["headline"]
    )
    median = Quantile.from_json(answer["readout"]["median"])
    headline = page.card("curve").locator(".survival-headline")
    expect(headline).to_contain_text(f"{curve['events']} of {curve['n']}")
    if rate.survival is not None:
        expect(headline).to_contain_text(f"{numbers.percent(rate.survival)}%")
        expect(headline).to_contain_text(numbers.interval(rate.lower, rate.upper))
    expect(headline).to_contain_text(numbers.months(median.estimate))
    expect(headline).to_contain_text(words.month_ends(median.lower, median.upper))
    for stratum in answer["strata"]:
        name = page.page.get_by_role("rowheader", name=stratum["label"], exact=True)
        row = page.card("curve").get_by_role("row").filter(has=name)
        expect(row).to_contain_text(f"{stratum['events']}/{stratum['n']}")
    for reading in told["rules"]["readings"]:
        name = f"{reading['events']}/{reading['n']}"
        page.shows("rules", name)
    for count in told["reasons"]["counts"]:
        row = page.card("reasons").locator("tbody tr", has_text=words.reason(count["reason"]))
        expect(row.filter(has_text=words.status(count["event"])).first).to_contain_text(
            str(count["n"])
        )


@pytest.mark.parametrize("query", VIEWS)
def test_the_screen_says_what_the_metrics_say(
    open_page: Opener, url: str, demo: Shelf, query: str
) -> None:
    page, watch = open_page()
    survival = Survival(page, url).open(query)
    check_numbers(survival, answers(demo, query))
    assert watch.failed == []


#: centres of the x axis' tick labels and of the counts below, in px of the window
ALIGNED = """() => {
  const plot = document.querySelector("#survival-curve-figure");
  const middle = (e) => { const b = e.getBoundingClientRect(); return (b.left + b.right) / 2; };
  return {
    ticks: [...plot.querySelectorAll(".xaxislayer-above .xtick text")].map(middle),
    rows: [...plot.querySelectorAll(".scatterlayer .trace .textpoint")].map((e) => ({
      x: middle(e), text: e.textContent, y: e.getBoundingClientRect().top })),
    labels: [...plot.querySelectorAll(".ytick text, .y2tick text")].map(
      (e) => e.getBoundingClientRect().right),
    lowest: Math.max(...[...plot.querySelectorAll(".xtick text, .xtitle")].map(
      (e) => e.getBoundingClientRect().bottom)),
  };
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("query", ["", "group=ECOGBL"])
def test_the_counts_stand_under_their_months(
    open_page: Opener, url: str, demo: Shelf, width: int, query: str
) -> None:
    page, _ = open_page(width)
    Survival(page, url).open(query)
    found = page.evaluate(ALIGNED)
    told = answers(demo, query)["curve"]
    drawn = [s["readout"] for s in told["strata"] if not s["why"]] or [told["readout"]]
    rows = [
        r for d in drawn for r in (d["risk"][k] for k in ("n_at_risk", "n_censored", "n_event"))
    ]
    n = len(told["ticks"])
    assert len(found["ticks"]) == n
    assert [r["text"] for r in found["rows"]] == [str(v) for row in rows for v in row]
    for i, mark in enumerate(found["rows"]):
        assert mark["x"] == pytest.approx(found["ticks"][i % n], abs=1)
        assert mark["y"] >= found["lowest"] - 2
    first = min(m["x"] for m in found["rows"])
    assert max(x for x in found["labels"]) < first  # names do not run into the counts


def test_choices_are_views_with_an_address(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    survival = Survival(page, url).open()
    survival.choose("Endpoint", "Overall survival")
    expect(page).to_have_url(re.compile(r"/survival\?.*&endpoint=OS$"))
    expect(page.locator("#survival-curve-title")).to_contain_text("Overall survival")
    check_numbers(survival.ready(), answers(demo, "endpoint=OS"))
    survival.choose("Curves", "by Chemotherapy backbone")
    expect(page).to_have_url(re.compile(r"group=backbone.*endpoint=OS$"))
    note = page.locator("#survival-curve-figure .annotation-text", has_text="not randomised")
    expect(note).to_have_count(1)
    page.go_back()
    expect(note).to_have_count(0)
    page.go_back()
    expect(page.locator("#survival-curve-title")).to_contain_text("Progression-free survival")
    survival.choose("Censoring rules", "EMA-like")
    expect(page).to_have_url(re.compile(r"rules=ema$"))
    shown = survival.card("rules").locator("tr", has_text="shown above")
    expect(shown).to_contain_text("EMA-like")


def test_nothing_compares_by_a_p_value(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    survival = Survival(page, url).open("group=backbone")
    told = survival.card("curve").inner_text().lower()
    assert "log-rank" not in told
    assert not re.search(r"\bp\s*[=<]", told)


def test_who_differs_between_the_rules_is_one_click_away(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    survival = Survival(page, url).open()
    (fda_ema, *_rest) = answers(demo, "")["rules"]["pairs"]
    assert fda_ema["status_differs"] > 0
    details = survival.card("rules").locator("details.differing").first
    expect(details).to_contain_text(f"differs for {fda_ema['status_differs']} patient")
    details.locator("summary").click()
    for patient in fda_ema["differing"]:
        expect(details.get_by_text(called(patient["usubjid"]))).to_be_visible()


def test_the_list_is_sorted_and_turned(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    survival = Survival(page, url).open()
    card = survival.card("reasons")
    patients = sorted(p[0] for p in answers(demo, "")["reasons"]["patients"])
    first = card.locator(".listing tbody tr").first
    card.get_by_role("button", name="Sort by Patient").click()
    expect(first).to_contain_text(called(patients[0]))
    expect(card.locator("th[aria-sort=ascending]")).to_contain_text("Patient")
    card.get_by_role("button", name=re.compile("^Patient, sorted upwards")).click()
    expect(first).to_contain_text(called(patients[-1]))
    card.get_by_role("button", name="Next").click()
    expect(card.locator(".pager")).to_contain_text("13 to 24 of 60 patients")
    expect(first).to_contain_text(called(patients[-13]))
    # another view starts the list anew, and sorting goes on working there
    survival.choose("Endpoint", "Overall survival")
    expect(page.locator("#survival-curve-title")).to_contain_text("Overall survival")
    survival.ready()
    expect(card.locator(".pager")).to_contain_text("1 to 12 of 60 patients")
    card.get_by_role("button", name="Next").click()
    expect(card.locator(".pager")).to_contain_text("13 to 24 of 60 patients")
    by_time = sorted((p[1], p[0]) for p in answers(demo, "endpoint=OS")["reasons"]["patients"])
    expect(first).to_contain_text(called(by_time[12][1]))


def test_files_hold_what_is_plotted(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    Survival(page, url).open("endpoint=OS")
    href = page.locator("#survival-curve .card-tools a[download]").get_attribute("href")
    assert href is not None
    body = page.request.get(url + href).text().lstrip("\ufeff")
    lines = [r for r in csv.reader(io.StringIO(body)) if r and not r[0].startswith("#")]
    header, rows = lines[0], lines[1:]
    curve = answers(demo, "endpoint=OS")["curve"]["result"]["curve"]
    assert [float(r[header.index("time_days")]) for r in rows] == curve["time"]
    assert sum(int(r[header.index("n_event")]) for r in rows) == curve["events"]
    assert {r[0] for r in rows} == {"Overall survival"}
    for card in CARDS:
        answer = page.request.get(f"{url}/download/{card.name}.csv?endpoint=OS")
        assert answer.ok, card.name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_barrier(open_page: Opener, url: str, width: int, theme: str) -> None:
    page, _ = open_page(width, theme=theme)
    survival = Survival(page, url).open("group=backbone")
    assert serious(page) == []
    survival.card("rules").locator("details.differing summary").first.click()
    survival.card("curve").locator("summary", has_text="Endpoint").click()
    assert serious(page) == []


@pytest.mark.parametrize("width", [1440, 1024, 768, 390])
@pytest.mark.parametrize("query", ["", "endpoint=DOR", "backbone=anthracycline&f.SITEID=01"])
def test_nothing_is_cut_off(open_page: Opener, url: str, width: int, query: str) -> None:
    page, _ = open_page(width)
    Survival(page, url).open(query)
    assert clipped(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_words_of_the_figure_stay_inside_it(open_page: Opener, url: str, width: int) -> None:
    page, _ = open_page(width)
    Survival(page, url).open("group=backbone")
    outside = page.evaluate(
        """() => { const plot = document.querySelector("#survival-curve-figure");
          const box = plot.getBoundingClientRect();
          return [...plot.querySelectorAll("text")].filter((e) => {
            const b = e.getBoundingClientRect();
            return b.width && (b.left < box.left - 1 || b.right > box.right + 1
              || b.top < box.top - 1 || b.bottom > box.bottom + 1);
          }).map((e) => e.textContent); }"""
    )
    assert outside == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_while_it_loads(open_page: Opener, url: str, width: int) -> None:
    page, _ = open_page(width)
    Survival(page, url).open()
    assert page.evaluate("window.watched.shift") < 0.05


def test_the_keyboard_reaches_choices_and_list(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    survival = Survival(page, url).open()
    page.wait_for_load_state("networkidle")
    choice = survival.card("curve").locator("summary", has_text="Endpoint")
    choice.press("Enter")
    expect(survival.card("curve").locator("details[open]")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_contain_text("Overall survival")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("endpoint=OS$"), timeout=15_000)
    survival.ready()
    page.wait_for_load_state("networkidle")
    survival.card("reasons").get_by_role("button", name="Sort by Patient").press("Enter")
    expect(survival.card("reasons").locator("th[aria-sort=ascending]")).to_contain_text("Patient")


def test_a_study_that_lacks_the_data_says_so(open_page: Opener, bare_url: str) -> None:
    page, _ = open_page()
    survival = Survival(page, bare_url).open("study=bare")
    survival.shows("curve", "so no time to event can be shown")
    survival.shows("follow", "follow-up is not stated")
    assert serious(page) == []
    survival.open("study=silent")  # dates of death, no response: OS alone
    expect(page.locator("#survival-curve-title")).to_contain_text("Overall survival")
    survival.shows("rules", "nothing to compare")
