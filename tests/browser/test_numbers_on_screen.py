"""What a reader reads on Overview, Response and Survival is what `metrics` prints, view by view.

The words on screen are parsed as a person would read them; the other side is the JSON of
`python app.py metrics`, asked for the same patients by --where and --population.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from dashboard.metrics.time_to_event import DAYS_PER
from dashboard.pages.overview import CARDS as OVERVIEW
from dashboard.pages.response import CARDS as RESPONSE
from dashboard.pages.survival import CARDS as SURVIVAL
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.browser.conftest import serving
from tests.browser.on_screen import (
    finding,
    months,
    plain,
    proportion,
    report,
    rounds,
    settled,
    subject,
)
from tests.dashboard.written import import_written

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEMO, ONCO, ARMS, URO = "synth-ino-tnbc", "pharmaverse-onco", "random-cdisc", "imvigor210"
#: filters down to nobody, one and four patients, every set, both rules of response, open windows
VIEWS = (
    (DEMO, ""),
    (DEMO, "set=safety"),
    (DEMO, "set=evaluable"),
    (DEMO, "backbone=taxane"),
    (DEMO, "backbone=platinum&backbone=eribulin"),
    (DEMO, "backbone=anthracycline&f.ECOGBL=1"),
    (DEMO, "f.LINE=2L&f.LIVERFL=Y"),
    (DEMO, "f.AGE=..45"),
    (DEMO, "set=full&f.PDL1=POSITIVE"),
    (DEMO, "f.SEX=M"),
    (DEMO, "f.SEX=M&f.PDL1=POSITIVE&f.PDL1=NEGATIVE&f.ECOGBL=0"),
    (DEMO, "cut=EARLIEST"),
    (DEMO, "cut=EARLIEST&backbone=platinum"),
    (ARMS, ""),
    (ARMS, "backbone=a"),
    (ARMS, "f.SEX=F&f.BMRKR2=HIGH"),
    (ARMS, "set=evaluable&backbone=c"),
    (ONCO, ""),
    (ONCO, "set=safety&backbone=high"),
    (ONCO, "f.SEX=F&f.AGEGR1=18-64"),
    (URO, ""),
    (URO, "f.PHENOTYPE=inflamed&f.ICLEVEL=IC2%2B"),
    ("four", ""),
    ("pending", ""),
)

#: how many patients the narrow views leave: they stop being tests of 0, 1 and 4 when data change
NARROW = {
    (DEMO, "f.SEX=M"): 1,
    (DEMO, "f.SEX=M&f.PDL1=POSITIVE&f.PDL1=NEGATIVE&f.ECOGBL=0"): 0,
    ("four", ""): 4,
}

#: everyone began within eight weeks of the cut-off: the window of nobody is closed
PENDING_ADSL = """\
USUBJID,ENRLFL,SAFFL,ENRLDT,TRTSDT,EOTSTT,EOSSTT,LSTALVDT,BACKBONE,SEX,AGE
P01,Y,Y,2025-05-05,2025-05-06,ONGOING,ONGOING,2025-06-30,PACLITAXEL,F,51
P02,Y,Y,2025-05-06,2025-05-07,ONGOING,ONGOING,2025-06-30,PACLITAXEL,F,62
P03,Y,Y,2025-05-20,2025-05-21,ONGOING,ONGOING,2025-06-30,ERIBULIN,F,47
P04,Y,Y,2025-06-01,2025-06-02,ONGOING,ONGOING,2025-06-30,ERIBULIN,F,58
P05,Y,Y,2025-06-10,2025-06-11,ONGOING,ONGOING,2025-06-30,CISPLATIN,F,40
P06,Y,Y,2025-06-20,2025-06-21,ONGOING,ONGOING,2025-06-30,CISPLATIN,F,66
"""
PENDING_ADRS = """\
USUBJID,PARAMCD,PARAM,ADT,AVALC
P01,OVR,Overall response,2025-06-17,PR
P02,OVR,Overall response,2025-06-18,SD
"""


@pytest.fixture(scope="module")
def crafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of four patients, and one in which everybody is pending."""
    folder = tmp_path_factory.mktemp("crafted")
    store = CutStore(folder / "home")
    study = (Path(__file__).parent / "crafted_study.toml").read_text(encoding="utf-8")
    for name, last in (("four", "P04"), ("pending", "P06")):
        lines = PENDING_ADSL.splitlines()
        adsl = [lines[0], *(line for line in lines[1:] if line[:3] <= last)]
        import_written(
            store,
            folder / name,
            study=study.replace("ID", name),
            cut_date=date(2025, 7, 1),
            adsl="\n".join(adsl) + "\n",
            adrs=PENDING_ADRS,
        )
    return folder / "home"


@pytest.fixture(scope="module")
def places(demo_home: Path, real_home: Path, crafted: Path) -> Iterator[dict[str, Any]]:
    """study -> (address, shelf)."""
    with serving(demo_home) as demo, serving(real_home) as real, serving(crafted) as own:
        shelves = {home: Shelf(CutStore(home)) for home in (demo_home, real_home, crafted)}
        yield {
            DEMO: (demo, shelves[demo_home]),
            **dict.fromkeys((ONCO, ARMS, URO), (real, shelves[real_home])),
            **dict.fromkeys(("four", "pending"), (own, shelves[crafted])),
        }


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """One page for all views: only its address changes."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture(params=VIEWS, ids=[f"{s}-{q}" for s, q in VIEWS])
def view(request: pytest.FixtureRequest, places: dict[str, Any]) -> tuple[str, Shelf, str]:
    """Address, shelf and whole query of a view."""
    study, rest = request.param
    address, shelf = places[study]
    if "EARLIEST" in rest:
        rest = rest.replace("EARLIEST", shelf.cuts(study)[-1].id[:16])
    return address, shelf, f"study={study}&{rest}".rstrip("&")


def told(shelf: Shelf, query: str, **more: Any) -> dict[str, Any]:
    """The JSON of `metrics`, as it is read back."""
    found: dict[str, Any] = json.loads(json.dumps(report(shelf, query, **more), allow_nan=False))
    return found


def paper(page: Page, card: str, title: str) -> str:
    return finding(page, card, title).locator(".paper").inner_text()


def sentence(page: Page, card: str, title: str) -> str:
    return plain(finding(page, card, title).locator(".sentence").inner_text())


def test_overview(reader: Page, view: tuple[str, Shelf, str]) -> None:
    address, shelf, query = view
    expected = told(shelf, query, only=("response", "survival", "safety", "maturity"))
    reader.goto(f"{address}/?{query}")
    settled(reader, len(OVERVIEW))
    n = expected["response"]["n"]
    strip = plain(reader.locator("#overview-status .strip").inner_text())
    assert strip.startswith(f"Enrolled {expected['n']['enrolled']}")
    if expected["n"]["safety"] and "Treated not stated" not in strip:
        assert f"Treated {expected['n']['safety']} of {expected['n']['enrolled']}" in strip
    if n == 0:
        assert "No patient is left by the filters." in reader.inner_text("#overview-efficacy")
        return
    _response_findings(reader, expected["response"])
    _pfs_finding(reader, expected["survival"].get("PFS"), shelf, query)
    _deaths_finding(reader, shelf, query)
    _safety_findings(reader, expected["safety"])
    _maturity(reader, expected["maturity"], expected["response"]["window"])


def _response_findings(page: Page, expected: dict[str, Any]) -> None:
    card, rate = "overview-efficacy", "Objective response rate"
    window = expected["window"]
    confirmed = "" if expected["source"] else "_unconfirmed"
    if expected[f"orr{confirmed}"] is None:
        assert paper(page, card, rate) == "not stated"
        return
    orr = window["orr"] if window else expected[f"orr{confirmed}"]
    assert proportion(paper(page, card, rate)).is_(orr)
    words = sentence(page, card, rate)
    assert subject(words).is_(orr)
    if window:
        ends = [
            f"{b['x']}/{b['n']}" for b in (window["bounds"][k] for k in ("all_fail", "all_respond"))
        ]
        if window["pending"] > 1:
            assert f"{window['pending']} are still pending" in words
            assert f"between {ends[0]} and {ends[1]}." in words
        elif window["pending"] == 1:
            assert f"will be {ends[0]} or {ends[1]}." in words
        else:
            assert "none is pending" in words
    dcr = expected[f"dcr{confirmed}"]
    assert proportion(paper(page, card, "Disease control rate")).is_(dcr)
    assert subject(sentence(page, card, "Disease control rate")).is_(dcr)


def _pfs_finding(page: Page, pfs: dict[str, Any] | None, shelf: Shelf, query: str) -> None:
    card, title = "overview-efficacy", "Progression-free survival at"
    if pfs is None:
        assert paper(page, card, title) == "not stated"
        return
    assert pfs["unit"] == "DAYS"
    words, shown = sentence(page, card, title), plain(paper(page, card, title))
    rate = pfs["rates"][0]
    have = "has" if pfs["events"] == 1 else "have"
    assert f"{pfs['events']}" in words
    assert f"{have} progressed or died" in words
    assert f"{rate['n_at_risk']} were still followed" in words
    if rate["estimate"] is None:
        assert shown == "not estimable"
    elif pfs["n"] < 5:
        assert shown.startswith(f"{pfs['events']}/{pfs['n']} ")
        assert "%" not in shown.replace("95% CI", "")
    else:
        assert rounds(float(shown.split("%")[0]), 100 * rate["estimate"])
        assert f"of {pfs['n']} " in words
    median = words.split("Median ")[1]
    if pfs["median"] is None:
        assert median.startswith("not reached")
    else:
        found = months(median)
        assert found is not None
        assert rounds(found, pfs["median"] / 30.4375)


def _deaths_finding(page: Page, shelf: Shelf, query: str) -> None:
    """Deaths are no part of `metrics`: they are counted here from the stored table itself."""
    selection, opened = shelf.resolve(query)
    adsl = opened.cut.frame("ADSL")
    if "DTHDT" not in adsl.columns:
        return
    cut = pd.Timestamp(opened.cut.cut_date)
    dead = set(adsl["USUBJID"][(adsl["DTHDT"] <= cut).to_numpy()])
    shown = proportion(paper(page, "overview-efficacy", "Deaths"))
    assert selection.analysis_set in {"enrolled", "safety", "full", "evaluable"}
    assert shown.x <= len(dead)
    if not selection.filtered and selection.analysis_set == "enrolled":
        enrolled = set(opened.analysis.sets["enrolled"].patients)
        assert (shown.x, shown.n) == (len(dead & enrolled), len(enrolled))


def _safety_findings(page: Page, expected: dict[str, Any] | None) -> None:
    if expected is None or not expected["n"]:
        return
    severe = expected["scale"] == "severity"
    names = {
        "related_grade3plus": "Severe treatment-related events"
        if severe
        else "Treatment-related events of grade 3",
        "serious": "Serious adverse events",
    }
    for key, title in names.items():
        flag = expected[key]
        if flag is None:
            assert paper(page, "overview-safety", title) == "not stated"
            continue
        assert proportion(paper(page, "overview-safety", title)).is_(flag)
        words = sentence(page, "overview-safety", title)
        assert subject(words).is_(flag)
        assert f"; {flag['n_events']} event" in words


def _maturity(page: Page, expected: dict[str, Any], window: dict[str, Any] | None) -> None:
    if not any(expected.values()):
        assert "No window is stated" in page.inner_text("#overview-maturity")
        return
    names = {"response": "Response,", "pfs": "Progression-free", "adverse_events": "Adverse events"}
    for key, title in names.items():
        told_ = expected.get(key)
        block = page.locator("#overview-maturity .window").filter(
            has=page.locator("h3", has_text=title)
        )
        if told_ is None:
            assert block.count() == 0
            continue
        words = plain(block.inner_text())
        assert f"{told_['resolved']} of " in words
        assert f"{told_['followed']} started at least" in words
        assert ("no window is open" in words) or f"{told_['open']} still open" in words
    if window is None:
        return
    lines = page.locator("#overview-maturity .bounds-list > div")
    for title, bound in (
        ("If no pending", window["bounds"]["all_fail"]),
        ("If every pending", window["bounds"]["all_respond"]),
        ("Only patients who started", window["mature"]),
    ):
        words = lines.filter(has_text=title).locator("dd").inner_text()
        if bound["n"] == 0:
            assert "0/0 (not estimable)" in plain(words)
        else:
            assert proportion(words).is_(bound)


@pytest.mark.parametrize(("study", "rest"), NARROW)
def test_narrow_views_hold_the_patients_they_are_there_for(
    places: dict[str, Any], study: str, rest: str
) -> None:
    _, shelf = places[study]
    query = f"study={study}" + (f"&{rest}" if rest else "")
    assert (study, rest) in VIEWS
    assert report(shelf, query)["response"]["n"] == NARROW[study, rest]


def test_everybody_is_pending_where_that_is_the_view(places: dict[str, Any]) -> None:
    _, shelf = places["pending"]
    bounds = report(shelf, "study=pending")["response"]["window"]["bounds"]
    assert (bounds["all_fail"]["x"], bounds["all_respond"]["x"], bounds["all_fail"]["n"]) == (
        0,
        6,
        6,
    )


def test_response(reader: Page, view: tuple[str, Shelf, str]) -> None:
    address, shelf, query = view
    reader.goto(f"{address}/response?{query}")
    settled(reader, len(RESPONSE))
    selection, _ = shelf.resolve(query)
    expected = told(shelf, query, only=("response",))["response"]
    if not expected["source"] and not expected["source_unconfirmed"]:
        return
    if expected["n"] == 0:
        assert "No patient is left by the filters." in reader.inner_text("#response-rates")
        return
    labels = {
        "orr": "Objective response, confirmed",
        "orr_unconfirmed": "Objective response, unconfirmed",
        "dcr": "Disease control",
        "cbr": "Clinical benefit",
    }
    table = reader.locator("#response-rates table.rates")
    heads = [plain(h) for h in table.locator("thead th").all_inner_texts()][1:]
    plainly = query.split("&set=")[0] if "set=" not in query else query
    for place, head in enumerate(heads):
        set_id = _set_of(head)
        other = _with_set(plainly, selection.analysis_set, set_id)
        if f"n = {expected['n']}" not in head and set_id == selection.analysis_set:
            raise AssertionError(f"{head}: n is {expected['n']}")
        mine = told(shelf, other, only=("response",))["response"] if "n = " in head else None
        for key, label in labels.items():
            row = table.locator("tbody tr").filter(has=reader.locator("th", has_text=label))
            if row.count() == 0:
                continue
            cell = plain(row.locator("td").nth(place).inner_text())
            if mine is None or mine[key] is None:
                assert cell == "not stated"
            elif mine["n"] == 0:
                assert "0/0 (not estimable)" in cell
            else:
                assert proportion(cell).is_(mine[key]), (head, label)
    _best(reader, expected)


def _set_of(head: str) -> str:
    words = head.casefold()
    for start, set_id in (("enrolled", "enrolled"), ("safety", "safety"), ("full", "full")):
        if words.startswith(start):
            return set_id
    return "evaluable"


def _with_set(query: str, now: str, set_id: str) -> str:
    rest = "&".join(p for p in query.split("&") if not p.startswith("set="))
    return rest if set_id == "enrolled" else f"{rest}&set={set_id}"


def _best(page: Page, expected: dict[str, Any]) -> None:
    """Patients per best response, the whole column by term."""
    terms = {
        "CR": "Complete response", "PR": "Partial response", "SD": "Stable disease",
        "PD": "Progressive disease", "NE": "Not evaluable",
    }  # fmt: skip
    table = page.locator("#response-best table.rates")
    heads = [plain(h) for h in table.locator("thead th").all_inner_texts()][1:]
    for place, head in enumerate(heads):
        found = expected["bor" if head.casefold().startswith("confirmed") else "bor_unconfirmed"]
        for term, words in terms.items():
            row = table.locator("tbody tr").filter(has=page.locator("th", has_text=words))
            if row.count() == 0:
                assert found.get(term, 0) == 0
                continue
            shown = proportion(row.locator("td").nth(place).inner_text())
            assert (shown.x, shown.n) == (found.get(term, 0), expected["n"])


def test_survival(reader: Page, view: tuple[str, Shelf, str]) -> None:
    address, shelf, query = view
    expected = told(shelf, query, only=("survival",), times=())
    endpoint = "PFS" if expected["survival"].get("PFS") else "OS"
    found = expected["survival"].get(endpoint)
    reader.goto(f"{address}/survival?{query}")
    settled(reader, len(SURVIVAL))
    card = reader.locator("#survival-curve")
    if found is None or found["n"] == 0:
        assert card.locator(".js-plotly-plot").count() == 0
        return
    per = DAYS_PER[found["unit"].upper()]
    if found["n"] < 5:
        assert card.locator(".js-plotly-plot").count() == 0
        assert str(found["events"]) in plain(card.inner_text())
        return
    row = card.locator("table tbody tr").filter(has=reader.locator("th", has_text="All patients"))
    cells = [plain(c) for c in row.first.locator("td").all_inner_texts()]
    assert f"{found['events']}/{found['n']}" in cells[0]
    for cell, rate in zip(cells[1:-1], found["rates"], strict=True):
        if rate["estimate"] is None:
            assert "not estimable" in cell
            continue
        value, ends = cell.split("95% CI ")
        assert rounds(float(value.split("%")[0].split()[-1]), 100 * rate["estimate"])
        assert f"{rate['n_at_risk']} at risk" in ends
        if rate["lower"] is not None:
            lower, upper = ends.split(" to ")
            assert rounds(float(lower), 100 * rate["lower"])
            assert rounds(float(upper.split()[0]), 100 * rate["upper"])
    median, ends = cells[-1].split("95% CI")
    for shown, value in (
        (median, found["median"]),
        (ends.split(" to ")[0], found["median_lower"]),
        (ends.split(" to ")[-1], found["median_upper"]),
    ):
        if value is None:
            assert "not reached" in shown or "not estimable" in shown
        else:
            told_ = months(shown)
            assert told_ is not None
            assert rounds(told_, value * per / 30.4375)
