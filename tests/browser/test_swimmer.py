"""The Swimmer page in a browser: lanes, controls, pages of lanes, table, keyboard, barriers."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from components.numbers import fixed
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import clipped, serious, settled

pytestmark = pytest.mark.browser

VIEWS = (
    "", "backbone=taxane", "backbone=eribulin", "backbone=platinum", "backbone=carboplatin",
    "backbone=taxane&backbone=utidelone", "set=safety", "set=evaluable", "set=full", "f.AGE=30..45",
    "f.AGE=60..", "f.AGE=..50&backbone=capecitabine", "f.ECOGBL=0", "f.ECOGBL=1&set=safety",
    "f.VISCFL=Y", "f.VISCFL=N&backbone=vinorelbine", "f.SITEID=01", "f.SITEID=05", "rules=ema",
    "f.AGE=1..2",
)  # fmt: skip


class Swimmer:
    """The Swimmer page in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "") -> Swimmer:
        self.page.goto(f"{self.url}/swimmer{'?' if query else ''}{query}")
        return self.ready()

    def ready(self) -> Swimmer:
        expect(self.page.locator(".card-frame:not(.card-loading)")).to_have_count(2)
        settled(self.page)
        return self

    def lanes(self) -> list[str]:
        """Names of the patients drawn, from the top."""
        names: list[str] = self.page.evaluate(
            "document.querySelector('#swimmer-lanes .js-plotly-plot')._fullLayout.yaxis.ticktext"
        )
        return [re.split(r"\s{2,}| <b>| $", n)[0].strip() for n in names]

    def marks(self, symbol: str) -> list[str]:
        found: list[str] = self.page.evaluate(
            """(symbol) => document.querySelector('#swimmer-lanes .js-plotly-plot').data
                 .filter((t) => t.marker && t.marker.symbol === symbol)
                 .flatMap((t) => t.customdata.map((c) => c[0]))""",
            symbol,
        )
        return sorted(found)

    def sort(self, words: str) -> None:
        panel = self.page.locator(".lane-controls")
        if panel.get_attribute("open") is None:
            panel.locator("summary").click()
        panel.get_by_role("radio", name=words, exact=True).check()
        self.ready()


def told(shelf: Shelf, query: str = "") -> dict[str, Any]:
    results = Results(shelf, PANELS, Flask(__name__))
    return results.panel("swimmer-lanes", shelf.resolve(query)[0], Audience.FULL)


def names(answer: dict[str, Any], sort: str, group: str = "none") -> list[str]:
    rows = [i for g in answer["layouts"][sort][group] for i in g["rows"]]
    return [answer["patients"][i]["id"] for i in rows]


def test_lanes_arrows_and_deaths_are_those_of_the_metrics(
    open_page: Opener, url: str, demo: Shelf
) -> None:
    page, _ = open_page()
    for query in VIEWS:
        answer = told(demo, query)
        swimmer = Swimmer(page, url).open(query)
        drawn = answer["lanes"]
        if not drawn:
            expect(page.get_by_text("No patient is left by the filters.").first).to_be_visible()
            continue
        assert swimmer.lanes() == names(answer, "duration")[:60], query
        keys = {x["usubjid"]: p["key"] for x, p in zip(drawn, answer["patients"], strict=True)}
        on = sorted(keys[x["usubjid"]] for x in drawn if x["ongoing"])
        assert swimmer.marks("triangle-right") == on, query
        for event, symbol in (("DEATH", "x"), ("PD", "square"), ("NEW_THERAPY", "diamond")):
            who = [x["usubjid"] for x in drawn for m in x["markers"] if m["event"] == event]
            assert swimmer.marks(symbol) == sorted(keys[u] for u in who), (query, event)
        said = page.locator("#swimmer-lanes .sentence").inner_text()
        assert said.startswith(f"{len(on)} of {len(drawn)} patient"), query


def test_the_table_says_the_same_numbers(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    Swimmer(page, url).open("backbone=taxane")
    answer = told(demo, "backbone=taxane")
    for lane, patient in zip(answer["lanes"], answer["patients"], strict=True):
        row = page.locator(".lane-table tbody tr", has_text=re.compile(f"^{patient['id']}"))
        if lane["days"] is not None:
            words = f"{fixed(lane['days'] / 30.4375, 1)} ({lane['days']} d)"
            expect(row).to_contain_text(words)
        if lane["response_days"] is not None:
            expect(row).to_contain_text(f"({lane['response_days']} d)")


def test_sorting_and_grouping_keep_the_menu_open(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    swimmer = Swimmer(page, url).open()
    answer = told(demo)
    for words, sort in (
        ("Order of the waterfall", "waterfall"),
        ("First response, earliest first", "response"),
        ("Best response, best first", "best"),
        ("Date of first dose, earliest first", "start"),
    ):
        swimmer.sort(words)
        assert swimmer.lanes() == names(answer, sort)
        expect(page.locator("details.lane-controls")).to_have_attribute("open", "")
    swimmer.sort("Site")
    assert swimmer.lanes() == names(answer, "start", "site")
    expect(page.locator(".lane-controls .menu-label")).to_have_text(
        "Lanes sorted by date of first dose, grouped by site"
    )
    # a filter keeps what the reader has chosen
    page.locator(".pills input[value=taxane]").check()
    few = told(demo, "backbone=taxane")
    expect(page.locator("#patients-shown")).to_contain_text(f"{few['n']} of ")
    expect(page.locator("#swimmer-lanes .card-n")).to_contain_text(f"n = {few['n']}")
    expect(page.locator(".lane-controls .menu-label")).to_contain_text("grouped by site")
    assert swimmer.ready().lanes() == names(few, "start", "site")


def test_four_hundred_patients_come_in_pages_by_keyboard(open_page: Opener, many_url: str) -> None:
    page, _ = open_page()
    swimmer = Swimmer(page, many_url).open()
    card = page.locator("#swimmer-lanes")
    expect(card.locator(".pager-shown")).to_have_text("Patients 1 to 60 of 400")
    height = card.locator(".figure-frame").bounding_box()
    forward = card.get_by_role("button", name="Next 60")
    forward.focus()
    seen = swimmer.lanes()
    for page_number in range(2, 8):
        page.keyboard.press("Enter")
        last = min(page_number * 60, 400)
        expect(card.locator(".pager-shown")).to_have_text(
            f"Patients {page_number * 60 - 59} to {last} of 400"
        )
        expect(forward).to_be_focused()
        seen += swimmer.ready().lanes()
    assert len(seen) == len(set(seen)) == 400
    page.keyboard.press("Enter")  # there is no further page
    expect(card.locator(".pager-shown")).to_have_text("Patients 361 to 400 of 400")
    assert height is not None
    labels = page.locator("#swimmer-lanes .ytick text")
    boxes = [labels.nth(i).bounding_box() for i in range(labels.count())]
    tops = sorted(b["y"] for b in boxes if b)
    assert all(b - a > 15 for a, b in pairwise(tops))


def test_a_column_sorts_and_keeps_the_keyboard(open_page: Opener, many_url: str) -> None:
    page, _ = open_page()
    Swimmer(page, many_url).open()
    head = page.locator(".lane-table thead").get_by_role("button", name="Patient")
    sorted_by = page.locator(".lane-table thead th", has_text="Patient")
    head.focus()
    page.keyboard.press("Enter")
    expect(sorted_by).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(".lane-table tbody th").first).to_have_text("000")
    expect(head).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lane-table tbody th").first).to_have_text("399")
    expect(page.locator(".lane-table thead th[aria-sort=descending]")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_and_nobody_is_kept_out(
    open_page: Opener, url: str, width: int, theme: str
) -> None:
    page, _ = open_page(width, theme=theme)
    Swimmer(page, url).open()
    assert clipped(page) == []
    assert serious(page) == []
    assert page.evaluate("window.watched.shift") < 0.05


def test_the_column_of_reasons_gives_way_on_a_phone(open_page: Opener, url: str) -> None:
    page, _ = open_page(1440)
    Swimmer(page, url).open()
    expect(page.locator("#swimmer-lanes .textpoint").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#swimmer-lanes .textpoint")).to_have_count(0)


def test_a_study_of_dates_nobody_states(open_page: Opener, bare_url: str) -> None:
    page, _ = open_page()
    Swimmer(page, bare_url).open("study=bare")
    expect(page.locator("#swimmer-lanes")).to_contain_text("no lane can be drawn")
    Swimmer(page, bare_url).open("study=silent")
    expect(page.locator("#swimmer-lanes")).to_contain_text("no tumour response (ADRS)")
    expect(page.locator("#swimmer-lanes .js-plotly-plot")).to_be_visible()


def test_a_picture_carries_its_key(open_page: Opener, url: str, tmp_path: Path) -> None:
    page, _ = open_page()
    Swimmer(page, url).open("backbone=taxane")
    card = page.locator("#swimmer-lanes")
    card.locator(".card-tools summary").click()
    with page.expect_download() as caught:
        card.get_by_text("Picture (SVG)").click()
    file = tmp_path / "lanes.svg"
    caught.value.save_as(file)
    picture = file.read_text(encoding="utf-8")
    for words in ("First partial response", "Progression", "Taxane", "End of", "Synthetic data"):
        assert words in picture
