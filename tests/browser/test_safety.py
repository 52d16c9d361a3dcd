"""Safety on screen: every count is that of `metrics` and of R, and opens whom it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.pages.safety import CARDS
from dashboard.pages.safety_event import CARDS as EVENT
from dashboard.pages.safety_listings import CARDS as LISTINGS
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import report, settled
from tests.browser.pages import clipped, serious
from tests.stores import real_store

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEMO = "synth-ino-tnbc"
#: folder of the export -> id of its study
REAL = {
    "pharmaverse_onco": "pharmaverse-onco",
    "random_cdisc": "random-cdisc",
    "cdisc_pilot": "cdisc-pilot",
}
#: row on screen -> its name in `metrics` and in the reference
KINDS = {
    "any": ("any", "any"),
    "grade3plus": ("grade3plus", "sev_ge3"),
    "related": ("related", "related"),
    "related_grade3plus": ("related_grade3plus", "related_sev_ge3"),
    "serious": ("serious", "serious"),
    "fatal": ("fatal", "fatal"),
}


@pytest.fixture(scope="module")
def home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_store(tmp_path_factory, shared, *REAL).home


@pytest.fixture(scope="module")
def url_of_real(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


def reference(shared: Path, name: str) -> dict[str, Any]:
    told = json.loads((shared / "data" / name / "reference.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = told["ae"]["overall"]
    return found


def opened(page: Page, url: str, query: str, path: str = "/safety") -> Page:
    count = {"/safety": len(CARDS), "/safety/listings": len(LISTINGS)}.get(path, len(EVENT))
    page.goto(f"{url}{path}?{query}")
    return settled(page, count)


def ready(page: Page) -> None:
    expect(page.locator("html[data-view=ready]")).to_have_count(1)
    expect(page.locator("[data-dash-is-loading=true]")).to_have_count(0)


def kinds(page: Page) -> dict[str, tuple[int, int]]:
    """Row -> (patients, N) of the first column of the overview."""
    rows: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#safety-overview [data-kind]")]
             .map((r) => [r.dataset.kind, r.querySelector("td .count")?.textContent || ""]))"""
    )
    return {k: pair(v) for k, v in rows.items() if v}


def pair(words: str) -> tuple[int, int]:
    x, n = re.fullmatch(r"(\d+)/(\d+)", words).groups()  # type: ignore[union-attr]
    return int(x), int(n)


def table(page: Page) -> dict[tuple[str, str], dict[str, int]]:
    """(class, term) -> count by column of every page of the table of terms."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    while True:
        rows = page.evaluate(
            """() => [...document.querySelectorAll("#safety-terms tr[data-soc]")].map((r) =>
                 [r.dataset.soc, r.dataset.pt, [...r.querySelectorAll("td[data-column]")].map((c) =>
                   [c.dataset.column, c.querySelector(".count").textContent])])"""
        )
        for soc, pt, cells in rows:
            found[soc, pt] = {c: int(v.split("/")[0]) for c, v in cells}
        after = page.locator("#safety-terms-page-next")
        if after.count() == 0 or after.is_disabled():
            return found
        before = page.locator("#safety-terms .pager-shown").inner_text()
        after.click()
        expect(page.locator("#safety-terms .pager-shown")).not_to_have_text(before)


@pytest.mark.parametrize("name", REAL)
def test_every_count_is_that_of_metrics_and_of_r(
    open_page: Opener, url_of_real: str, home: Path, shared: Path, name: str
) -> None:
    page, _ = open_page()
    opened(page, url_of_real, f"study={REAL[name]}&ae.by=open")
    told = report(Shelf(CutStore(home)), f"study={REAL[name]}")["safety"]
    r = reference(shared, name)
    shown = kinds(page)
    for row, (ours, theirs) in KINDS.items():
        assert shown[row] == (told[ours]["x"], told[ours]["n"]), row
        assert shown[row] == (r[theirs]["n"], r["N"]), row
    rows = table(page)
    classes = {soc: counts["any"] for (soc, pt), counts in rows.items() if not pt}
    assert classes == r["per_soc"] == {s["term"]: s["x"] for s in told["by_soc"]}
    terms: dict[str, int] = {}
    for (_, pt), counts in rows.items():
        if pt:
            terms[pt] = max(counts["any"], terms.get(pt, 0))
    metrics = {t["term"]: t for t in told["by_pt"]}
    assert terms.keys() == metrics.keys()
    assert len(terms) == r["n_distinct_pt"]
    assert all(terms[t] == metrics[t]["x"] for t in terms)
    for row in r["top20_pt"]:
        assert terms[row["pt"]] == row["n"]
        (counts,) = [c for (_, pt), c in rows.items() if pt == row["pt"]]
        for grade, n in row["max_grade"].items():
            assert counts.get(grade, 0) == n, (row["pt"], grade)


@pytest.mark.parametrize(
    ("switches", "kind"),
    [("related", "related"), ("high", "grade3plus"), ("serious", "serious"),
     ("related,high", "related_grade3plus"), ("related:inosine", "related:inosine")],
)  # fmt: skip
def test_a_switched_table_agrees_with_the_overview(
    open_page: Opener, url: str, switches: str, kind: str
) -> None:
    """Patients with any event that meets the switches, by table and by overview."""
    page, _ = open_page()
    opened(page, url, f"study={DEMO}&ae={switches}")
    words = page.locator("#safety-terms tbody tr").first.locator("[data-column=any] .count")
    assert pair(words.inner_text()) == kinds(page)[kind]


def keys_of(cell: Locator) -> set[str]:
    return set((cell.get_attribute("data-patients") or "").split())


def test_a_count_opens_its_patients_and_their_events(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, url, f"study={DEMO}&ae.by=open")
    cell = page.locator(
        "#safety-terms tr[data-pt]:not([data-pt='']) [data-column='4'] button"
    ).first
    keys, x = keys_of(cell), int(cell.inner_text())
    assert len(keys) == x
    cell.click()
    lines = page.locator(".opened tbody tr")
    expect(lines.first).to_be_visible()
    assert {k for line in lines.all() for k in keys_of(line)} == keys
    expect(page.locator("#thread-count")).to_contain_text(str(x))
    page.locator("#safety-terms-close").click()
    expect(page.locator(".opened")).to_have_count(0)


def test_switches_search_and_order_stand_in_the_address(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, url, f"study={DEMO}")
    before = page.locator("#patients-shown").inner_text()
    page.locator("[data-switch=serious]").first.click()
    expect(page.locator(".event-switch.on")).to_have_text(re.compile("serious"))
    page.locator("#event-find").press_sequentially("neut", delay=20)
    expect(page.locator("#safety-terms .matching")).to_contain_text("do not match")
    assert page.evaluate("document.activeElement.id") == "event-find"
    ready(page)
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["ae"], asked["ae.find"]) == (["serious"], ["neut"])
    assert page.locator("#patients-shown").inner_text() == before  # no patient is left out
    assert page.locator(".chip").count() == 0
    rows = table(page)
    other, _ = open_page()  # the link alone gives the same view
    other.goto(page.url)
    settled(other, len(CARDS))
    assert table(other) == rows
    page.go_back()
    expect(page.locator("#event-find")).to_have_value("")
    page.locator("a[data-view]", has_text="Listings").click()
    settled(page, len(LISTINGS))
    expect(page.locator(".event-switch.on")).to_have_text(re.compile("serious"))
    page.locator(".rail-link", has_text="Response").click()
    ready(page)
    assert "ae=" not in page.url


def test_the_parts_stand_under_one_headline(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, url, f"study={DEMO}&backbone=taxane", "/safety/listings")
    assert page.locator("h1").count() == 1
    expect(page.locator(".rail-link.current")).to_have_text("Safety")
    expect(page.locator(".parts-link.current")).to_have_text("Listings")
    page.locator(".parts-link").first.click()
    settled(page, len(CARDS))
    assert "backbone=taxane" in page.url
    assert urlsplit(page.url).path == "/safety"
    expect(page.locator(".rail-link.current")).to_have_text("Safety")
    page.locator(".rail-link", has_text="Overview").click()
    expect(page.locator(".parts")).to_have_count(0)


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/safety", ""),
        ("/safety", "&group=backbone&ae=related&ae.by=term"),
        ("/safety/listings", ""),
    ],
)
def test_nothing_moves_is_cut_off_or_bars_anybody(
    open_page: Opener, url: str, path: str, query: str, width: int, theme: str
) -> None:
    page, watch = open_page(width, theme=theme)
    opened(page, url, f"study={DEMO}{query}", path)
    assert page.locator(".card-failed").count() == 0
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")
    assert clipped(page) == []
    assert serious(page) == []
    assert watch.failed == []


@pytest.mark.parametrize("width", [1440, 390])
def test_an_event_leads_to_its_story_and_on_to_its_patient(
    open_page: Opener, url: str, width: int
) -> None:
    page, _ = open_page(width)
    opened(page, url, f"study={DEMO}&ae=fatal", "/safety/listings")
    line = page.locator("#safety-list-events tbody tr").first
    (key,) = keys_of(line)
    line.locator(".story-link").click()
    settled(page, len(EVENT))
    assert re.fullmatch(rf"/safety/listings/{key}-\d+", urlsplit(page.url).path)
    facts, around = page.locator("#safety-event"), page.locator("#safety-event-around")
    expect(facts).to_contain_text("It was fatal.")
    drawn = around.locator("#safety-event-figure .main-svg").first
    expect(drawn).to_be_visible()
    expect(around.locator("#safety-event-figure")).to_contain_text("Adverse events")
    expect(around.locator(".figure-note").first).to_contain_text("Shaded: the day")
    event = urlsplit(page.url).path.rsplit("/", 1)[1]
    file = page.request.get(f"{url}/download/safety-event-around/{event}.csv?study={DEMO}")
    assert file.ok
    assert "adverse event" in file.text()
    expect(around).to_contain_text("Doses before and after")
    expect(around).to_contain_text("Laboratory values around it")
    expect(around).to_contain_text("Died,")
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")
    assert clipped(page) == []
    assert serious(page) == []
    facts.locator("a.patient-page").click()
    ready(page)
    assert urlsplit(page.url).path == f"/patients/{key}"


def test_on_a_phone_deaths_stand_first_in_short_lines(open_page: Opener, url: str) -> None:
    page, _ = open_page(390)
    opened(page, url, f"study={DEMO}")
    card = page.locator("#safety-grave")
    box = card.bounding_box()
    assert box is not None
    assert box["height"] < 4000
    first = card.locator("tbody tr").first
    expect(first).to_contain_text("Neutropenic sepsis")
    assert first.locator(".given").count() > 0
    expect(first.locator(".given").first).to_be_hidden()
    expect(card.locator(".on-phone")).to_contain_text("stand under Listings")


def test_an_event_that_is_not_there_says_so(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    page.goto(f"{url}/safety/listings/aaaaaaaaaa-1?study={DEMO}")
    expect(page.locator("main")).to_contain_text("No such event")


def test_rows_are_turned_and_ordered(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    opened(page, url, f"study={DEMO}", "/safety/listings")
    first = page.locator("#safety-list-events tbody tr").first.inner_text()
    page.locator("#safety-list-events-page-next").click()
    expect(page.locator("#safety-list-events tbody tr").first).not_to_have_text(first)
    page.locator("#safety-list-events-grade").click()
    ready(page)
    grades = page.locator("#safety-list-events tbody td[data-head=Grade]").all_inner_texts()
    assert [int(g) for g in grades] == sorted((int(g) for g in grades), reverse=True)
    assert parse_qs(urlsplit(page.url).query)["ae.order"] == ["-grade"]
    page.locator("#safety-list-labs-times").click()
    expect(page.locator("#safety-list-labs th[aria-sort=descending]")).to_have_count(1)
    times = page.locator("#safety-list-labs td[data-head='× upper limit']").all_inner_texts()
    assert [float(t) for t in times] == sorted((float(t) for t in times), reverse=True)
    page.locator("#safety-list-labs-show-outside").click()
    expect(page.locator("#safety-list-labs .lab-side").first).to_be_visible()
    assert page.locator("#safety-list-labs tbody tr").count() == (
        page.locator("#safety-list-labs .lab-side").count()
    )
