"""What leaves the screen says what it is: study, cut, filters, n, caveats."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser


def downloaded(page: Page, card: str, kind: str) -> Path:
    page.locator(f"#{card} summary.icon-download").click()
    with page.expect_download() as got:
        page.locator(f"#{card}").get_by_text(kind).click()
    assert got.value.suggested_filename.startswith("synth-ino-tnbc-2025-09-30-")
    return Path(got.value.path())


def words_of(svg: str) -> str:
    """The text of a picture, with single spaces."""
    found = re.sub(r"<style.*?</style>", "", svg, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_a_waterfall_is_taken_along_in_every_form(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    page.goto(f"{url}/response?backbone=eribulin&backbone=taxane")
    expect(page.locator("#response-waterfall .js-plotly-plot .main-svg").first).to_be_visible()

    told = words_of(downloaded(page, "response-waterfall", "SVG").read_text(encoding="utf-8"))
    for words in (
        "Best change in target lesions",
        "Synthetic demo: inosine in mTNBC",
        "Data cut-off 30 Sep 2025",
        "Cut hash",
        "Enrolled, n = 19",
        "Eribulin mesylate",
        "Interim results",
        "smallest sum so far (nadir)",
        "Synthetic data: no real patient.",
    ):
        assert words in told, words

    png = downloaded(page, "response-waterfall", "PNG").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 1920  # twice 960 px

    data = downloaded(page, "response-waterfall", "CSV").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    head = [r for r in rows if r[0].startswith("# ")]
    said = " ".join(" ".join(r) for r in head)
    for words in (
        "Synthetic demo: inosine in mTNBC",
        "2025-09-30",
        "Enrolled, n = 19",
        "Eribulin mesylate",
        "Interim results",
        "nadir",
        "Synthetic data",
        "backbone=eribulin",
    ):
        assert words in said, words
    assert rows[len(head)][:2] == ["patient", "best_change_percent"]
    assert len(rows) - len(head) - 1 == 19


def test_a_picture_of_groups_says_that_they_were_chosen(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    page.goto(f"{url}/survival?group=backbone")
    expect(page.locator("#survival-curve .js-plotly-plot .main-svg").first).to_be_visible()
    told = words_of(downloaded(page, "survival-curve", "SVG").read_text(encoding="utf-8"))
    assert "Not randomised: groups were chosen" in told
    data = downloaded(page, "survival-curve", "CSV").read_text(encoding="utf-8-sig")
    assert "Not randomised: groups were chosen" in data
