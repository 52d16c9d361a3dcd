"""Reading the Overview: by eye in both themes and widths, on paper, by keyboard, read aloud."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from components.theme import STRUCTURE
from dashboard.shelf import Shelf
from tests.browser.conftest import Opener
from tests.browser.pages import Overview, clipped, serious

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
THEMES = ("light", "dark")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_barrier(open_page: Opener, url: str, width: int, theme: str) -> None:
    """axe: WCAG 2.2 A and AA, with every menu closed, then with each one open."""
    page, _ = open_page(width, theme=theme)
    overview = Overview(page, url).open("?backbone=taxane")
    assert serious(page) == []
    overview.menu("Patient filters").click()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.get_by_label("Definition: Findings so far").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator(".finding-summary").first.click()
    assert serious(page) == []


@pytest.mark.parametrize("where", ["/nowhere", "/?study=nowhere"])
def test_no_serious_barrier_where_a_link_fails(open_page: Opener, url: str, where: str) -> None:
    page, watch = open_page()
    page.goto(url + where)
    expect(page.locator(".trouble h1")).to_be_visible()
    assert serious(page) == []
    watch.errors = [e for e in watch.errors if "404" not in e]


@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
def test_nothing_is_cut_off(open_page: Opener, url: str, width: int) -> None:
    page, _ = open_page(width)
    Overview(page, url).open("?backbone=taxane&backbone=anthracycline&f.AGE=30..70")
    assert clipped(page) == []


def test_the_rail_collapses_on_a_phone(open_page: Opener, url: str) -> None:
    page, _ = open_page(390)
    Overview(page, url).open()
    rail = page.locator(".rail").bounding_box()
    assert rail is not None
    assert rail["width"] == 390
    assert rail["height"] < 100


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_while_it_loads(open_page: Opener, url: str, width: int) -> None:
    """Layout shift (web.dev/cls): 0.1 is good; ours stays well below."""
    page, _ = open_page(width)
    Overview(page, url).open()
    assert page.evaluate("window.watched.shift") < 0.05, page.evaluate("window.watched.moved")


def line_colour(page: Page) -> str:
    colour: str = page.evaluate(
        """() => getComputedStyle(document.querySelector(
             "#overview-accrual .scatterlayer .js-line")).stroke"""
    )
    return colour


def rgb(code: str) -> str:
    return f"rgb({int(code[1:3], 16)}, {int(code[3:5], 16)}, {int(code[5:7], 16)})"


def test_the_theme_follows_the_system_and_can_be_chosen(open_page: Opener, url: str) -> None:
    page, _ = open_page(theme="dark")
    overview = Overview(page, url).open()
    accent = STRUCTURE["accent"]
    assert line_colour(page) == rgb(accent.dark)
    body = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(body) == rgb(STRUCTURE["paper"].dark)
    page.get_by_role("button", name="Light", exact=True).click()
    expect(page.get_by_role("button", name="Light", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert line_colour(page) == rgb(accent.light)
    assert page.evaluate(body) == rgb(STRUCTURE["paper"].light)
    page.reload()
    overview.ready()
    assert page.evaluate(body) == rgb(STRUCTURE["paper"].light)
    page.get_by_role("button", name="System").click()
    assert line_colour(page) == rgb(accent.dark)


def test_paper_is_light_and_without_controls(open_page: Opener, url: str) -> None:
    page, _ = open_page(theme="dark")
    Overview(page, url).open("?backbone=taxane")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for hidden in (".rail", ".filter-bar", ".card-tools >> nth=0", ".chip.clear"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in ("#patients-shown", ".badge-synthetic", ".chip >> nth=0", "#print-foot"):
        expect(page.locator(shown)).to_be_visible()
    assert line_colour(page) == rgb(STRUCTURE["accent"].light)
    background = page.evaluate(
        "getComputedStyle(document.querySelector('.card-frame')).backgroundColor"
    )
    assert background == "rgb(255, 255, 255)"
    expect(page.locator("#print-foot")).to_contain_text("backbone=taxane")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert line_colour(page) == rgb(STRUCTURE["accent"].dark)


def test_everything_is_reached_by_keyboard(open_page: Opener, url: str, demo: Shelf) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    overview.backbone("taxane").focus()
    page.keyboard.press("Space")
    expect(overview.chips).to_have_count(1)
    overview.ready()
    expect(overview.backbone("taxane")).to_be_focused()

    overview.menu("Patient filters").focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.filters")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("details.filters")).not_to_have_attribute("open", "")
    expect(overview.menu("Patient filters")).to_be_focused()

    overview.chips.first.focus()
    page.keyboard.press("Enter")
    expect(overview.chips).to_have_count(0)


def test_every_stop_of_the_keyboard_is_seen(open_page: Opener, url: str) -> None:
    """Each element that Tab reaches has a visible outline and a name."""
    page, _ = open_page()
    Overview(page, url).open("?backbone=taxane")
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const e = document.activeElement;
              if (!e || e === document.body) return null;
              const shown = [e, e.nextElementSibling].filter(Boolean);
              const outline = shown.some((s) => getComputedStyle(s).outlineStyle !== "none");
              const name = e.getAttribute("aria-label") || e.title || e.innerText
                || (e.labels && e.labels[0] && e.labels[0].innerText) || "";
              return { html: e.outerHTML.slice(0, 90), outline, name: name.trim() }; }"""
        )
        if found is None:
            break
        assert found["outline"], found
        assert found["name"], found
        seen.append(found["html"])
    assert len(seen) > 25


def test_patients_shown_are_announced(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    Overview(page, url).open()
    expect(page.get_by_role("status").filter(has_text="patients")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.locator(".rail-link.current")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("region", name="Findings so far")).to_be_visible()


def test_full_screen_gives_the_figure_the_window(open_page: Opener, url: str) -> None:
    page, _ = open_page()
    overview = Overview(page, url).open()
    card = overview.card("accrual")
    card.get_by_role("button", name="Full screen").click()
    expect(page.locator("#overview-accrual:fullscreen")).to_have_count(1)
    page.evaluate("document.exitFullscreen()")
    expect(page.locator(":fullscreen")).to_have_count(0)
