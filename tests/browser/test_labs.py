"""Laboratory and Exposure as read: every number against `metrics`, links, thread, poor exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.pages.exposure import CARDS as EXPOSURE
from dashboard.pages.labs import CARDS as LABS
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import report, settled
from tests.browser.pages import clipped, serious
from tests.stores import real_store

pytestmark = pytest.mark.browser

REAL = ("pharmaverse-onco", "random-cdisc", "cdisc-pilot")


@pytest.fixture(scope="module")
def store(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> CutStore:
    return real_store(tmp_path_factory, shared, "pharmaverse_onco", "random_cdisc", "cdisc_pilot")


@pytest.fixture(scope="module")
def shelf(store: CutStore) -> Shelf:
    return Shelf(store)


@pytest.fixture(scope="module")
def exports_url(store: CutStore) -> Iterator[str]:
    with serving(store.home) as address:
        yield address


def labs(page: Page, url: str, query: str) -> Page:
    page.goto(f"{url}/safety/labs?{query}")
    return settled(page, len(LABS))


def exposure(page: Page, url: str, query: str) -> Page:
    page.goto(f"{url}/safety/exposure?{query}")
    return settled(page, len(EXPOSURE))


def words(part: Locator) -> str:
    return " ".join(part.inner_text().split())


def cells(row: Locator) -> list[str]:
    return [" ".join(t.split()) for t in row.locator("th, td").all_inner_texts()]


def rows(card: Locator) -> list[list[str]]:
    return [cells(r) for r in card.locator("tbody tr").all()]


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "&backbone=taxane&f.AGE=45..", "&set=evaluable"])
def test_grades_urate_and_liver_are_those_of_metrics(
    open_page: Opener, url: str, demo: Shelf, query: str
) -> None:
    """Whatever set is in view, safety keeps its own denominator."""
    query = f"study=synth-ino-tnbc{query}"
    told = report(demo, query, only=("labs",))["labs"]
    page, _ = open_page()
    labs(page, url, query)
    expect(page.locator("#labs-findings .card-n")).to_contain_text(f"n = {told['n']}")
    first = page.locator("#labs-findings .paper").first
    assert f"{told['grade3plus']['x']}/{told['grade3plus']['n']}" in words(first)
    shown = {r[0].split("\n")[0]: r for r in rows(page.locator("#labs-grades"))}
    assert len(shown) == len(told["terms"])
    for term, wanted in told["terms"].items():
        row = next(r for name, r in shown.items() if name.startswith(term))
        assert row[1] == f"{wanted['measured']}/{told['n']}", term
        assert [int(c) for c in row[2:7]] == [wanted["by_grade"][g] for g in "01234"], term
        assert row[7] == f"{wanted['any']['x']}/{wanted['any']['n']}", term
        assert row[8].startswith(f"{wanted['grade3plus']['x']}/{wanted['grade3plus']['n']} "), term
    high = told["urate"]["above"]["480"]
    assert f"{high['x']}/{high['n']}" in words(page.locator("#labs-urate .survival-headline"))
    page.locator("#labs-urate summary.fold").first.click()
    bands = {r[0]: r[1] for r in rows(page.locator("#labs-urate .lab-table.narrow"))}
    n = told["urate"]["n"]
    assert bands == {b: f"{x}/{n}" for b, x in told["urate"]["bands"].items()}
    quadrants = page.locator("#labs-liver .quadrants").first
    names = ("potential Hy's law", "Temple's corollary", "cholestasis", "normal or near normal")
    for name, item in zip(names, quadrants.locator("li").all(), strict=True):
        wanted = told["liver"]["quadrants"].get(name, 0)
        assert words(item).endswith(f"{wanted}/{told['liver']['n']}"), name
    said = words(page.locator("#labs-liver .sentence").first)
    assert said.startswith(f"{len(told['liver']['candidates'])}/{told['liver']['n']} ")


@pytest.mark.parametrize("query", ["", "&backbone=capecitabine"])
def test_exposure_is_that_of_metrics(open_page: Opener, url: str, demo: Shelf, query: str) -> None:
    query = f"study=synth-ino-tnbc{query}"
    told = report(demo, query, only=("exposure",))["exposure"]
    page, _ = open_page()
    exposure(page, url, query)
    holds(page, told)


@pytest.mark.slow
@pytest.mark.parametrize("study", REAL)
def test_exposure_of_real_exports_is_that_of_metrics(
    open_page: Opener, exports_url: str, shelf: Shelf, study: str
) -> None:
    told = report(shelf, f"study={study}", only=("exposure",))["exposure"]
    page, _ = open_page()
    exposure(page, exports_url, f"study={study}")
    holds(page, told)


def holds(page: Page, told: dict[str, Any]) -> None:
    """Drugs, modifications and reasons on the page are those of the report."""
    head = words(page.locator("#exposure-findings .survival-headline"))
    time = told["time_on_treatment"]
    if time["median"] is not None:
        assert f"{time['median'] / 30.4375:.1f} months" in head
    assert f"{time['ongoing']}/{time['n']} still on it" in head
    shown = rows(page.locator("#exposure-intensity"))
    assert len(shown) == len(told["drugs"])
    for drug, wanted in told["drugs"].items():
        row = next(r for r in shown if r[0].upper().startswith(drug.upper()))
        assert row[1] == str(wanted["n"]), drug
        share = wanted["relative_dose_intensity"]
        if share["n"] >= 4:
            assert row[5].startswith(f"{100 * share['median']:.1f}%"), drug
        elif share["n"]:  # the values themselves
            assert f"{100 * share['minimum']:.1f}%" in row[5], drug
            assert f"{100 * share['maximum']:.1f}%" in row[5], drug
    changes = [w for d in told["drugs"].values() for w in (d["modifications"] or {}).values()]
    lines = rows(page.locator("#exposure-changes"))
    assert sorted(r[2].split(" ")[0] for r in lines) == sorted(
        f"{w['x']}/{w['n']}" for w in changes
    )
    reasons = [r[1].split(" ")[0] for r in rows(page.locator("#exposure-stops"))]
    assert sorted(reasons) == sorted(f"{w['x']}/{w['n']}" for w in time["reasons"].values())


@pytest.mark.slow
def test_a_real_export_without_a_graded_parameter_says_so(
    open_page: Opener, exports_url: str, shelf: Shelf
) -> None:
    told = report(shelf, "study=random-cdisc", only=("labs",))["labs"]
    page, _ = open_page()
    labs(page, exports_url, "study=random-cdisc")
    assert told["terms"] == {}
    expect(page.locator("#labs-findings")).to_contain_text("grades none of the parameters")
    expect(page.locator("#labs-findings")).to_contain_text(f"{told['values']:,} values")
    shift = page.locator("#labs-shift .shift").first
    totals = [int(cells(r)[-1]) for r in shift.locator("tbody tr").all()]
    assert sum(totals) == told["n"]


@pytest.mark.slow
@pytest.mark.parametrize("study", ["pharmaverse-onco", "cdisc-pilot"])
def test_an_export_without_labs_says_what_to_add(
    open_page: Opener, exports_url: str, study: str
) -> None:
    page, _ = open_page()
    labs(page, exports_url, f"study={study}")
    for card in LABS:
        expect(page.locator(f"#{card.name}")).to_contain_text("Add ADLB")


@pytest.mark.slow
def test_an_export_without_doses_says_what_to_add(open_page: Opener, exports_url: str) -> None:
    page, _ = open_page()
    exposure(page, exports_url, "study=cdisc-pilot")
    for name in ("exposure-intensity", "exposure-changes"):
        expect(page.locator(f"#{name}")).to_contain_text("Add ADEX")
    expect(page.locator("#exposure-stops .sentence")).to_contain_text("still on treatment")


# --- choices, the thread, the story ---------------------------------------------------------------


def test_the_parameter_is_in_the_address_and_nothing_else_is_drawn_anew(
    open_page: Opener, url: str
) -> None:
    page, _ = open_page()
    labs(page, url, "study=synth-ino-tnbc")
    menu = page.locator("#labs-parameter .picker summary")
    menu.click()
    page.locator("#labs-parameter .menu-choice", has_text="Neutrophils").click()
    expect(page).to_have_url(re.compile(r"[?&]lab=NEUT(&|$)"))
    expect(page.locator("#labs-parameter h2")).to_contain_text("Neutrophils over the visits")
    expect(page.locator("#labs-shift h2")).to_contain_text("Neutrophils")
    expect(page.locator("#labs-shift")).to_contain_text("Neutrophil count decreased")
    page.go_back()
    expect(page.locator("#labs-parameter h2")).to_contain_text("Urate over the visits")


def test_a_parameter_nobody_has_is_refused_in_words(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    page.goto(f"{url}/safety/labs?study=synth-ino-tnbc&lab=%3Cscript%3E")
    expect(page.locator("main")).not_to_contain_text("<script>")
    expect(page.locator("#labs-findings .card-n")).to_have_count(0)


def test_a_cell_highlights_its_patients_in_every_figure(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    labs(page, url, "study=synth-ino-tnbc")
    cell = page.locator("#labs-urate .survival-headline div[data-metric*=urate_event] button.who")
    wanted = set(str(cell.get_attribute("data-patients")).split())
    assert len(wanted) == 4  # stones in 3 patients, gout in 1
    cell.click()
    expect(page).to_have_url(re.compile("sel="))
    for card in ("labs-urate", "labs-parameter", "labs-nadir"):
        expect(page.locator(f"#{card} .card-n")).to_have_attribute("data-thread", re.compile("4"))


def test_the_story_of_urate_and_stones_stands_before_anything_is_opened(
    open_page: Opener, url: str
) -> None:
    """How many, who, when, urate before it and what was done, without a click."""
    page, _ = open_page()
    labs(page, url, "study=synth-ino-tnbc")
    card = page.locator("#labs-urate")
    head = words(card.locator(".survival-headline"))
    assert "4/59" in head
    assert "stones in 3 and gout in 1" in head
    assert "last value still above: 2/59" in head
    story = words(card.locator(".story-lines"))
    assert "42 of 58 women (360 µmol/L; 4 of them already at baseline)" in story
    assert "Reported as an adverse event (hyperuricaemia): 33/59" in story
    assert "294 to 414 µmol/L; above 480 in 0 of 4" in story
    told = rows(card.locator(".stacking").first)
    assert len(told) == 4
    assert all("Drug interrupted" in r[-1] for r in told)
    link = card.locator("a.patient-page").first
    link.click()
    expect(page).to_have_url(re.compile("/patients/[a-z2-7]{10}"))


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["labs", "exposure"])
def test_the_demo_reads_well(open_page: Opener, url: str, path: str, width: int) -> None:
    page, watch = open_page(width)
    opened = labs if path == "labs" else exposure
    opened(page, url, "study=synth-ino-tnbc")
    assert page.locator(".card-failed").count() == 0
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")
    assert clipped(page) == []
    assert serious(page) == []
    assert watch.failed == []
    for summary in page.locator("summary.fold").all():
        summary.click()
    assert clipped(page) == []
