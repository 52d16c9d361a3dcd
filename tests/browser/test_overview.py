"""The Overview in a browser: its numbers, its filters, its links, its empty states."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from components import numbers
from dashboard.metrics.kaplan_meier import KaplanMeier, Rate
from dashboard.metrics.types import Proportion
from dashboard.panels import PANELS
from dashboard.population import population
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import Overview

pytestmark = pytest.mark.browser


def answers(demo: Shelf, query: str = "") -> dict[str, Any]:
    """What the panels say for a query, by card."""
    selection, _ = demo.resolve(query)
    results = Results(demo, PANELS, Flask(__name__))
    return {
        name.removeprefix("overview-"): results.panel(name, selection, Audience.FULL)
        for name in PANELS
    }


def check_numbers(page: Overview, told: dict[str, Any]) -> None:
    """Every headline on screen is the one of the results, as a paper prints it."""
    efficacy = told["efficacy"]
    small = efficacy["min_group"]
    for result in (efficacy["window"]["interim"], efficacy["dcr"], efficacy["deaths"]):
        headline = Proportion(**result["headline"])
        page.shows("efficacy", numbers.proportion(headline, small=small))
    rate = Rate.from_json(efficacy["pfs_rate"])
    curve = KaplanMeier.from_json(efficacy["pfs"]["curve"])
    if rate.survival is not None and curve.n >= small:
        percent = numbers.percent(rate.survival)
        page.shows("efficacy", f"{percent}% {numbers.rate_in_brackets(rate, curve)}")
    counts = told["status"]["counts"]
    for name in ("treated", "evaluable", "on_treatment", "ended"):
        headline = counts[name]["headline"]
        label = page.card("status").locator(".strip dt", has_text=LABELS[name])
        value = label.locator("xpath=following-sibling::dd")
        expect(value).to_have_text(f"{headline['x']} of {headline['n']}")
    for bound in ("all_fail", "all_respond", "mature"):
        headline = Proportion(**told["maturity"]["bounds"][bound]["headline"])
        page.shows("maturity", numbers.proportion(headline, small=small))


LABELS = {
    "treated": re.compile("^Treated$"),
    "evaluable": "Response-evaluable",
    "on_treatment": "On treatment",
    "ended": "Treatment ended",
}


def patients(demo: Shelf, query: str = "") -> str:
    """What the top bar says for a query."""
    selection, opened = demo.resolve(query)
    found = population(opened.analysis, selection, opened.keys)
    return f"{found.members.n} of {found.base.n} patients"


def test_it_opens_with_the_numbers_of_the_results(open_page: Opener, url: str, demo: Shelf) -> None:
    page, watch = open_page()
    overview = Overview(page, url).open()
    check_numbers(overview, answers(demo))
    expect(overview.patients).to_have_text(patients(demo))
    expect(page.get_by_text("Synthetic data", exact=True)).to_be_visible()
    assert watch.strangers(url) == []
    assert watch.failed == []
    assert not [r for r in watch.requests if "package_data/plotly" in r]
    assert page.evaluate("Plotly.version") == "4.1.1"
    assert page.title().startswith("Overview · Synthetic demo")


def test_the_address_always_holds_the_view(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    Overview(page, url).open()
    expect(page).to_have_url(f"{url}/?{demo.resolve('')[0].query()}")


def test_a_pill_filters_a_chip_takes_it_back_and_so_does_the_back_button(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    overview.backbone("eribulin").check()
    expect(overview.patients).to_have_text(patients(demo, "backbone=eribulin"))
    expect(overview.chips).to_have_count(1)
    expect(page).to_have_url(re.compile("&backbone=eribulin$"))
    check_numbers(overview.ready(), answers(demo, "backbone=eribulin"))

    overview.backbone("taxane").check()
    expect(overview.chips).to_have_count(2)
    expect(overview.patients).to_have_text(patients(demo, "backbone=eribulin&backbone=taxane"))

    overview.chips.filter(has_text="Eribulin").click()
    expect(overview.patients).to_have_text(patients(demo, "backbone=taxane"))
    expect(overview.backbone("eribulin")).not_to_be_checked()
    check_numbers(overview.ready(), answers(demo, "backbone=taxane"))

    page.go_back()
    expect(overview.patients).to_have_text(patients(demo, "backbone=eribulin&backbone=taxane"))
    expect(overview.backbone("eribulin")).to_be_checked()
    page.go_back()
    page.go_back()
    expect(overview.patients).to_have_text(patients(demo))
    check_numbers(overview.ready(), answers(demo))
    page.go_forward()
    expect(overview.patients).to_have_text(patients(demo, "backbone=eribulin"))


def test_a_filter_changes_the_page_in_place(open_page: Opener, url: str) -> None:
    """No skeleton comes back, the open menu stays open, and the page hardly moves."""
    page, _ = open_page()
    overview = Overview(page, url).open()
    overview.menu("Patient filters").click()
    page.evaluate(
        """() => { window.skeletons = 0;
          const count = () => document.querySelectorAll(".card-loading").length;
          new MutationObserver(() => { window.skeletons += count(); })
            .observe(document.body, { childList: true, subtree: true }); }"""
    )
    box = page.locator(".filters .menu-panel input[type=checkbox]").first
    box.check()
    expect(overview.chips).to_have_count(1)
    overview.ready()
    expect(page.locator("details.filters")).to_have_attribute("open", "")
    expect(box).to_be_checked()
    assert page.evaluate("window.skeletons") == 0


def test_a_link_reproduces_the_view_in_another_browser(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    first, _ = open_page()
    overview = Overview(first, url).open("?backbone=platinum&set=safety")
    expect(overview.patients).to_have_text(patients(demo, "backbone=platinum&set=safety"))
    second, _ = open_page()
    other = Overview(second, url)
    second.goto(first.url)
    other.ready()
    expect(other.patients).to_have_text(patients(demo, "backbone=platinum&set=safety"))
    assert other.says("efficacy") == overview.says("efficacy")
    check_numbers(other, answers(demo, "backbone=platinum&set=safety"))


def test_two_readers_never_affect_each_other(open_page: Opener, url: str, demo: Shelf) -> None:
    one, _ = open_page()
    two, _ = open_page()
    first, second = Overview(one, url).open(), Overview(two, url).open()
    before = second.says("efficacy")
    first.backbone("taxane").check()
    expect(first.patients).to_have_text(patients(demo, "backbone=taxane"))
    second.page.reload()
    second.ready()
    expect(second.patients).to_have_text(patients(demo))
    assert second.says("efficacy") == before


def test_an_older_cut_is_a_choice_and_a_newer_one_an_offer(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    newest = demo.cuts("synth-ino-tnbc")
    overview.menu(re.compile("^Data cut")).click()
    page.locator(".cut .menu-choice").last.click()
    expect(page.locator(".banner")).to_contain_text("A newer cut of")
    overview.ready()
    expect(page).to_have_url(re.compile(f"cut={newest[-1].id[:16]}"))
    check_numbers(overview, answers(demo, f"cut={newest[-1].id[:16]}"))
    page.locator(".banner a").click()
    expect(page.locator(".banner")).to_have_count(0)
    expect(page).to_have_url(re.compile(f"cut={newest[0].id[:16]}"))


MALICIOUS = [
    "?study=%3Cscript%3Ealert(1)%3C/script%3E",
    "?backbone=%3Cimg%20src=x%20onerror=alert(1)%3E",
    "?cut=../../../../etc/passwd",
    "?f.USUBJID=x",
    "?f.__proto__=1",
    "?set=%27%20OR%201=1--",
    "?javascript:alert(1)",
    "?f.AGE=%ff%fe",
    "?" + "a=1&" * 1500,
]


@pytest.mark.parametrize("query", MALICIOUS)
def test_a_hostile_link_is_a_friendly_page(
    open_page: Opener, url: str, query: str, demo: Shelf
) -> None:
    page, _ = open_page()
    dialogs: list[str] = []
    page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    page.goto(f"{url}/{query}")
    expect(page.get_by_role("heading", name="This link does not lead to a view")).to_be_visible()
    assert "Traceback" not in page.content()
    assert dialogs == []
    page.get_by_role("link", name="Open the newest cut").click()
    expect(Overview(page, url).ready().patients).to_have_text(patients(demo))


def test_an_unknown_page_has_a_way_back(open_page: Opener, url: str) -> None:
    page, watch = open_page()
    page.goto(f"{url}/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Open the newest cut").click()
    Overview(page, url).ready()
    watch.errors = [e for e in watch.errors if "404" not in e]


def test_nobody_left_by_the_filters_is_said_on_every_card(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open("?f.AGE=1..2")
    expect(overview.patients).to_have_text(patients(demo, "f.AGE=1..2"))
    for name in ("efficacy", "maturity", "accrual"):
        overview.shows(name, "No patient is left by the filters.")
    page.get_by_role("link", name="Show all patients").click()
    expect(overview.patients).to_have_text(patients(demo))
    overview.ready()


def test_one_patient_shows_counts_and_no_percentage(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    adsl = demo.resolve("")[1].analysis.adsl
    ages = adsl.loc[adsl["ENRLFL"] == "Y", "AGE"].value_counts()
    alone = int(ages[ages == 1].index[0])
    page, _ = open_page()
    overview = Overview(page, url).open(f"?f.AGE={alone}..{alone}")
    expect(overview.patients).to_have_text(patients(demo, f"f.AGE={alone}..{alone}"))
    overview.shows("efficacy", "Fewer than 5 patients")
    shown = overview.says("efficacy")
    assert re.search(r"[01]/1 \(95% CI [\d.]+ to [\d.]+, Clopper-Pearson\)", shown)
    assert "100.0%" not in shown


def test_studies_without_responses_or_backbones_say_what_is_missing(
    open_page: Opener, bare_url: str
) -> None:
    page, _ = open_page()
    bare = Overview(page, bare_url).open("?study=bare")
    assert page.locator(".pills").count() == 0
    bare.shows("efficacy", "The export holds no tumour response (ADRS)")
    bare.shows("status", "Treated not stated")
    silent = bare.open("?study=silent")
    silent.shows("efficacy", "The export holds no tumour response (ADRS)")
    silent.shows("efficacy", "2 of 9 enrolled patients (22.2%; 95% CI 2.8 to 60.0) have died")
    expect(silent.card("accrual").locator(".js-plotly-plot")).to_be_visible()


def test_an_empty_store_says_how_to_import(open_page: Opener, empty_url: str) -> None:
    page, _ = open_page()
    page.goto(empty_url)
    expect(page.get_by_role("heading", name="No study yet")).to_be_visible()
    expect(page.get_by_text("python app.py import EXPORTS --study study.toml")).to_be_visible()


def test_downloads_name_their_view_and_cut(
    open_page: Opener, url: str, demo: Shelf, tmp_path: Path
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open("?backbone=taxane")
    card = overview.card("accrual")
    files: dict[str, Path] = {}
    for words, suffix in (
        ("Data (CSV)", "csv"),
        ("Picture (PNG)", "png"),
        ("Picture (SVG)", "svg"),
    ):
        card.locator("summary[aria-label=Download]").click()
        with page.expect_download() as caught:
            card.get_by_text(words).click()
        files[suffix] = tmp_path / caught.value.suggested_filename
        caught.value.save_as(files[suffix])
        assert files[suffix].suffix == f".{suffix}"
    cut = demo.resolve("")[0].cut
    table = files["csv"].read_text(encoding="utf-8-sig")
    assert cut in table
    assert "# Filters,Chemotherapy backbone: Taxane" in table
    assert table.rstrip().endswith(f",{answers(demo, 'backbone=taxane')['accrual']['n']},")
    assert files["png"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    picture = files["svg"].read_text(encoding="utf-8")
    for words in ("Enrolment over time", cut[:16], "Taxane", "Synthetic data: no real patient."):
        assert words in picture


def test_no_figure_offers_to_send_itself_elsewhere(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    overview.card("accrual").locator(".js-plotly-plot").hover()
    assert page.locator(".modebar-btn").count() == 0
    sends = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].map((g) => g._context.showSendToCloud)"
    )
    assert sends == [False]


def test_a_link_to_a_card_is_copied(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    overview = Overview(page, url).open("?backbone=taxane")
    overview.card("maturity").get_by_role("button", name="Copy link to this view").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{page.url}#overview-maturity"


def test_the_choice_of_a_cut_keeps_the_study(open_page: Opener, demo: Shelf, url: str) -> None:
    selection, _ = demo.resolve("backbone=taxane&f.AGE=40..")
    page, _ = open_page()
    Overview(page, url).open("?" + replace(selection, rules="ema").query())
    assert "rules=ema" in page.url


def test_counts_beside_the_filters_follow_the_view(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    for query in ("", "backbone=taxane"):
        if query:
            overview.backbone("taxane").check()
        selection, opened = demo.resolve(query)
        counts = population(opened.analysis, selection, opened.keys).counts
        for level, n in counts["backbone"].items():
            label = overview.backbone(level).locator("xpath=following-sibling::label")
            expect(label).to_have_attribute("data-count", str(n))
        sex = page.locator(".level-list[id*='\"SEX\"'] input[value=F] + label")
        expect(sex).to_have_attribute("data-count", str(counts["SEX"].get("F", 0)))
