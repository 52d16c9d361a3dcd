"""Immune cells and tumour tissue in the browser: numbers as the metrics have them, and a11y."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from components.biomarkers.parts import chance, limits, shift
from dashboard.biomarkers import Kind
from dashboard.marker_panel import Markers
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import clipped, serious, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES: tuple[tuple[Kind, str], ...] = (("immune", "/immune"), ("tissue", "/tissue"))


@pytest.fixture(scope="module")
def found(demo: Shelf) -> dict[Kind, Markers]:
    """The markers of the demo as the metrics have them."""
    selection, opened = demo.resolve("study=synth-ino-tnbc")
    del selection
    patients = opened.analysis.sets["enrolled"].patients
    return {kind: Markers(opened.analysis, kind, patients) for kind, _ in PAGES}


def opened(open_page: Opener, address: str, width: int = 1440, **more: str) -> Page:
    page, _ = open_page(width, **more)
    page.goto(address)
    # the first view of a page computes what later ones keep
    page.locator("html[data-view=ready]").wait_for(state="attached", timeout=90_000)
    settled(page)
    expect(page.locator(".card-loading")).to_have_count(0)
    return page


@pytest.mark.parametrize(("kind", "path"), PAGES)
def test_what_is_read_is_what_the_metrics_say(
    open_page: Opener, url: str, found: dict[Kind, Markers], kind: Kind, path: str
) -> None:
    page = opened(open_page, f"{url}{path}")
    own = found[kind]
    account = page.locator(f"#{kind}-samples")
    expect(account.locator(".account-findings .paper .count")).to_have_text(
        f"{len(own.pairs.patients)}/{len(own.patients)}"
    )
    mix = account.locator(".account-mix dd .count").all_inner_texts()
    pairs, cohort = own.account.mix_pairs, own.account.mix_cohort
    assert pairs is not None
    assert cohort is not None
    assert mix[:2] == [f"{pairs.x}/{pairs.n}", f"{cohort.x}/{cohort.n}"]
    stages = account.locator("table.account tbody tr").count()
    assert stages == 7
    for change in own.changes:
        row = page.locator(f"#{kind}-paired tr[data-marker={change.marker.paramcd}]")
        told = change.to_json()
        cells = [" ".join(t.split()) for t in row.locator("td").all_inner_texts()]
        assert cells[0] == str(change.rank.n)
        assert cells[1] == f"{shift(told)} ({limits(told)})"
        assert cells[2].startswith(chance(change.rank.p))
        assert cells[3] == f"{chance(change.q)} of m = {change.m}"


@pytest.mark.parametrize("path", ["/immune", "/tissue"])
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_no_serious_barrier_and_nothing_cut_off(
    open_page: Opener, url: str, path: str, width: int, theme: str
) -> None:
    page = opened(open_page, f"{url}{path}", width, theme=theme)
    assert serious(page) == []
    assert clipped(page) == []
    assert page.evaluate("window.watched.shift") < 0.05


def test_a_count_of_a_gap_highlights_its_patient_in_every_figure(
    open_page: Opener, url: str
) -> None:
    page = opened(open_page, f"{url}/tissue")
    row = page.locator("#tissue-samples tr[data-stage='paired'] button.count").first
    n = int(row.inner_text().split("/")[0])
    row.click()
    expect(page.locator("#thread-count")).to_contain_text(str(n))
    shown = page.locator("#tissue-samples .card-n").get_attribute("data-thread")
    assert shown is not None
    assert str(n) in shown


def test_a_pressed_hazard_ratio_shows_its_curves_and_goes_along_to_other_pages(
    open_page: Opener, url: str
) -> None:
    page = opened(open_page, f"{url}/immune")
    cell = page.locator("#immune-outcome tr[data-marker=CD8] a.segment").nth(1)
    cell.click()
    expect(page).to_have_url(re.compile("marker=immune.CD8.change"))
    expect(page.locator("#immune-outcome .bounds-block, #immune-outcome h3").first).to_contain_text(
        "Cytotoxic T cells"
    )
    page.locator(".rail-link", has_text="Response").click()
    expect(page.locator("#response-waterfall .marker-menu summary")).to_contain_text(
        "Cytotoxic T cells"
    )


def test_the_file_of_a_card_has_its_caveat(url: str, open_page: Opener) -> None:
    page = opened(open_page, f"{url}/immune")
    address = page.locator("#immune-paired a[href*='/download/']").get_attribute("href")
    body = page.request.get(f"{url}{address}").text()
    assert "Exploratory" in body
    assert "Regulatory T cells" in body


def test_a_study_without_biomarkers_says_so(bare_url: str, open_page: Opener) -> None:
    for path in ("/immune", "/tissue"):
        page = opened(open_page, f"{bare_url}{path}?study=bare")
        expect(page.locator(".card-frame").first).to_contain_text("holds no data")
        assert serious(page) == []
