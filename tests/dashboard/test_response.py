"""The Response page's numbers, by hand on the written trial; what it says when they lack.

Sums of target lesions added to the written trial (mm, days from first dose): P01 100, 60 on day 42,
40 on day 84; P02 50, 45, 65; P03 40, 0, 0; P04 30, 75; P05 20, 20, 20; P06 25 and one incomplete
visit; P07 40, 24. So six bars, worst first: P04 +150, P05 0, P02 -10, P07 -40, P01 -60, P03 -100.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from components.response import waterfall as waterfall_card
from dashboard.pages.response import CARDS
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, STUDY, import_written

Said = Callable[[Any], str]
NAMES = ("rates", "best", "waterfall", "spider", "forest")

ADTR = """\
USUBJID,PARAMCD,PARAM,ADT,AVAL,ABLFL,LSEXP,LSASS
P01,SDIAM,Sum of diameters,2024-09-28,100,Y,,
P01,SDIAM,Sum of diameters,2024-11-12,60,,,
P01,SDIAM,Sum of diameters,2024-12-24,40,,,
P02,SDIAM,Sum of diameters,2024-09-28,50,Y,,
P02,SDIAM,Sum of diameters,2024-11-12,45,,,
P02,SDIAM,Sum of diameters,2024-12-24,65,,,
P03,SDIAM,Sum of diameters,2024-10-30,40,Y,,
P03,SDIAM,Sum of diameters,2024-12-27,0,,,
P03,SDIAM,Sum of diameters,2025-02-21,0,,,
P04,SDIAM,Sum of diameters,2024-10-31,30,Y,,
P04,SDIAM,Sum of diameters,2024-12-13,75,,,
P05,SDIAM,Sum of diameters,2024-11-30,20,Y,,
P05,SDIAM,Sum of diameters,2025-01-26,20,,,
P05,SDIAM,Sum of diameters,2025-03-23,20,,,
P06,SDIAM,Sum of diameters,2024-12-31,25,Y,,
P06,SDIAM,Sum of diameters,2025-02-12,5,,"T01, T02",T01
P07,SDIAM,Sum of diameters,2025-05-31,40,Y,,
P07,SDIAM,Sum of diameters,2025-06-29,24,,,
"""


def with_lesions(adrs: str) -> str:
    """New lesions: P02 on day 84 and P04 on day 42, both at their progression."""
    header, *lines = adrs.splitlines()
    found = [f"{line},{'Y' if line.endswith(',PD') else 'N'}" for line in lines]
    return "\n".join([f"{header},NEWLFL", *found]) + "\n"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The written trial with its sums and new lesions."""
    folder = tmp_path_factory.mktemp("measured")
    store = CutStore(folder / "home")
    import_written(store, folder, adsl=ADSL, adrs=with_lesions(ADRS), adtr=ADTR)
    return Shelf(store)


def answer(shelf: Shelf, name: str, query: str = "") -> dict[str, Any]:
    results = Results(shelf, PANELS, Flask(__name__))
    return results.panel(f"response-{name}", shelf.resolve(query)[0], Audience.FULL)


def shown(shelf: Shelf, name: str, said: Said, query: str = "") -> str:
    card = next(c for c in CARDS if c.name == f"response-{name}")
    return said(card.draw(answer(shelf, name, query)))


def test_rates_by_denominator(measured: Shelf, said: Said) -> None:
    told = shown(measured, "rates", said)
    # enrolled 9; evaluable: measurable and assessed, or progressed: P01 to P05 and P07
    assert "2/9 (22.2%; 95% CI 2.8 to 60.0, Clopper-Pearson)" in told
    assert "2/6 (33.3%; 95% CI 4.3 to 77.7, Clopper-Pearson)" in told
    assert "Full analysis set not stated in the export" in told
    found = {s["id"]: s for s in answer(measured, "rates")["sets"]}
    assert list(found) == ["enrolled", "full", "evaluable"]

    def counts(set_: str, measure: str) -> tuple[int, int]:
        headline = found[set_][measure]["headline"]
        return headline["x"], headline["n"]

    # disease control: P01, P03, and SD from day 42: P02, P05; benefit at 168 days: P01 and P03
    assert counts("enrolled", "dcr") == (4, 9)
    assert counts("enrolled", "cbr") == (2, 9)
    assert counts("evaluable", "dcr") == (4, 6)
    assert counts("enrolled", "orr_unconfirmed") == (3, 9)


def test_the_window_states_who_is_pending_and_how_far_it_can_go(
    measured: Shelf, said: Said
) -> None:
    told = shown(measured, "rates", said)
    assert "Inside the response window: 182 days from first dose Enrolled patients, n = 9" in told
    assert "So far, and if none of the 3 pending responds 2/9 (22.2%" in told
    assert "If every pending patient responds 5/9 (55.6%" in told
    assert "Only patients who started at least 182 days before the cut-off 2/5 (40.0%" in told
    assert "3 patients are pending" in told
    assert "1 of them waits for the scan that may confirm a response." in told


def test_the_chosen_set_is_a_denominator_too(measured: Shelf) -> None:
    sets = answer(measured, "rates", "set=safety")["sets"]
    assert [s["id"] for s in sets] == ["safety", "enrolled", "full", "evaluable"]
    assert sets[0]["orr"]["headline"]["n"] == 8


def test_best_responses_and_the_reasons_of_the_others(measured: Shelf, said: Said) -> None:
    found = answer(measured, "best")
    confirmed = {r["term"]: r["confirmed"]["headline"]["x"] for r in found["rows"]}
    unconfirmed = {r["term"]: r["unconfirmed"]["headline"]["x"] for r in found["rows"]}
    assert confirmed == {
        "CR": 1, "PR": 1, "SD": 2, "NON-CR/NON-PD": 0, "PD": 1, "NE": 2, "MISSING": 2,
    }  # fmt: skip
    assert unconfirmed == {**confirmed, "PR": 2, "NE": 1}  # P07, whose scan is still awaited
    assert sum(confirmed.values()) == found["n"] == 9
    told = shown(measured, "best", said)
    for words in (
        "Why 2 are not evaluable",
        "Every assessment was not evaluable: 1 patient P06",
        "Last evaluable assessment before day 42: 1 patient P07",
        "Why 2 have no assessment",
        "No assessment yet, still in follow-up: 1 patient P08",
        "No assessment, never dosed: 1 patient P09",
    ):
        assert words in told
    assert "non-CR/non-PD" not in told  # a term nobody has takes no row


def test_bars_stand_worst_to_best_with_what_each_patient_is(measured: Shelf) -> None:
    found = answer(measured, "waterfall")
    bars = found["bars"]
    assert [b["usubjid"] for b in bars] == ["P04", "P05", "P02", "P07", "P01", "P03"]
    assert [round(b["percent"], 6) for b in bars] == [150, 0, -10, -40, -60, -100]
    assert [b["day"] for b in bars] == [42, 56, 42, 28, 84, 56]
    assert [b["term"] for b in bars] == ["PD", "SD", "SD", "NE", "PR", "CR"]
    assert [b["usubjid"] for b in bars if b["unconfirmed"]] == ["P07"]
    assert [b["usubjid"] for b in bars if b["waiting"]] == ["P07"]
    assert [b["usubjid"] for b in bars if b["new_lesion"]] == ["P04", "P02"]
    assert [b["usubjid"] for b in bars if b["ongoing"]] == ["P05", "P07", "P03"]
    assert {g["reason"]: g["patients"] for g in found["without"]} == {
        "no baseline sum of target lesions": ["P08", "P09"],
        "no post-baseline visit with every target lesion measured": ["P06"],
    }


def test_nobody_reads_the_bars_as_the_response_rate(measured: Shelf, said: Said) -> None:
    told = shown(measured, "waterfall", said)
    assert "6 of 9 patients drawn" in told
    assert "Confirmed objective response rate 2/9 (22.2%; 95% CI 2.8 to 60.0" in told
    assert "3 of 6 bars reach −30%; with a confirmed response among them: 2." in told
    assert "Still on treatment: 3, whose best change can still deepen." in told
    assert "smallest sum so far (nadir)" in told
    assert "3 patients without a bar" in told
    assert "No baseline sum of target lesions: 2 patients P08 (no assessment) and P09" in told


def test_the_strip_offers_the_study_s_columns_and_draws_those_chosen(measured: Shelf) -> None:
    found = answer(measured, "waterfall")
    columns = {c["column"]: c for c in found["strip"]}
    assert list(columns) == ["backbone", "SEX", "LIVERFL", "AGE"]
    # positions of the bars P04 P05 P02 P07 P01 P03
    assert [(x["label"], x["members"]) for x in columns["backbone"]["levels"]] == [
        ("Taxane", [2, 4]), ("Eribulin", [0, 5]), ("Carboplatin", [1]), ("Platinum", [1, 3]),
    ]  # fmt: skip
    assert [(x["label"], x["members"]) for x in columns["LIVERFL"]["levels"]] == [
        ("no", [1, 2, 3]), ("yes", [0, 4, 5]),
    ]  # fmt: skip
    assert columns["AGE"]["values"] == [70, 58, 62, 44, 51, 47]
    plain, more = (
        waterfall_card.picture(found, chosen) for chosen in ((), ("AGE", "SEX", "no such column"))
    )
    assert len(traces(more)) == len(traces(plain)) + 3  # F, M, and the ages
    assert "AGE" not in str(traces(plain))


def traces(picture: Any) -> list[dict[str, Any]]:
    return list(picture.children.figure["data"])


@pytest.mark.parametrize("sent", [None, "AGE", {"AGE": 1}, 3, [1, None, ["AGE"]]])
def test_what_a_browser_says_is_chosen_is_not_believed(sent: object) -> None:
    assert waterfall_card.columns(sent) == []


def test_lines_start_at_baseline_and_mark_the_first_progression(
    measured: Shelf, said: Said
) -> None:
    found = answer(measured, "spider")
    lines = {line["usubjid"]: line for line in found["lines"]}
    assert {u: line["day"] for u, line in lines.items()} == {
        "P01": [42, 84], "P02": [42, 84], "P03": [56, 112], "P04": [42], "P05": [56, 112],
        "P07": [28],
    }  # fmt: skip
    assert lines["P02"]["percent"] == pytest.approx([-10, 30])
    assert (lines["P02"]["pd_day"], lines["P02"]["pd_percent"]) == (84, pytest.approx(30))
    assert [u for u, line in lines.items() if line["pd_day"] is not None] == ["P02", "P04"]
    told = shown(measured, "spider", said)
    assert "6 of 9 patients drawn" in told
    assert "2 of 6 have progressed by any criterion, 3 are still on treatment." in told
    assert "Visits not drawn: 1 not every target lesion was measured." in told


def test_groups_below_the_minimum_are_counts_only(measured: Shelf) -> None:
    card = next(c for c in CARDS if c.name == "response-forest")
    header, rows = card.rows(answer(measured, "forest"))  # type: ignore[misc]
    told = {(r[0], r[1]): r[3:8] for r in rows if r[2] == "observed"}
    assert header[3:8] == ("x", "n", "estimate_percent", "lower_percent", "upper_percent")
    assert told["", "All patients"] == (2, 9, "22.2", "2.8", "60.0")
    assert told["Backbone", "Taxane"] == (1, 3, "", "", "")
    assert told["Backbone", "Platinum"] == (0, 3, "", "", "")
    assert told["Sex", "F"] == (2, 8, "25.0", "3.2", "65.1")
    assert told["Sex", "M"] == (0, 1, "", "", "")
    assert told["Liver metastases", "yes"] == (2, 4, "", "", "")
    assert all(r[2] == "observed" for r in rows)  # nothing to shrink below the minimum


def test_the_forest_says_inside_the_picture_that_nobody_was_randomised(
    measured: Shelf, said: Said
) -> None:
    found = answer(measured, "forest")
    card = next(c for c in CARDS if c.name == "response-forest")
    drawn = card.draw(found)
    figure = figures(drawn)[0]
    words = re.sub("<br>", " ", " ".join(a["text"] for a in figure["layout"]["annotations"]))
    assert "Not randomised: groups were chosen by the physician" in words
    assert "benchmark" not in str(figure["data"])  # the study states none: no row says so
    told = said(drawn)
    assert "Groups overlap: a patient can be in more than one" in told
    assert "Backbone: not stated for 1; Liver metastases: not stated for 1" in told


def test_the_forest_opens_the_responders_of_every_row(measured: Shelf) -> None:
    found = answer(measured, "forest")
    keys = measured.open(*_named(measured)).keys
    assert sorted(keys.patient(k) or "" for k in found["who"].split()) == ["P01", "P03"]
    for table in (found["backbone"], *found["factors"]):
        for row in table["rows"]:
            assert len(row["who"].split()) == row["rate"]["x"]


def _named(shelf: Shelf) -> tuple[str, str]:
    selection = shelf.resolve("")[0]
    return selection.study, selection.cut


def figures(part: Any) -> list[dict[str, Any]]:
    """Every figure of a component tree."""
    if isinstance(part, list | tuple):
        return [f for p in part for f in figures(p)]
    own = [part.figure] if getattr(part, "figure", None) else []
    children = getattr(part, "children", None)
    return [*own, *(figures(children) if children is not None else [])]


BENCHMARKS = """
[benchmarks.all]
endpoint = "ORR"
label = "A trial of everybody"
population = "anybody"
x = 11
n = 233
source = "A journal, https://example.org/paper"

[benchmarks.taxane]
endpoint = "ORR"
label = "A trial of taxanes"
population = "anybody"
backbone = "taxane"
estimate = 0.15
lower = 0.104
upper = 0.205
source = "A label"

[benchmarks.pfs]
endpoint = "PFS"
label = "Months, not a rate"
population = "anybody"
estimate = 1.7
source = "A journal"
"""


def test_published_rates_stand_beside_with_their_source(
    other: Callable[..., Shelf], said: Said
) -> None:
    shelf = other(study=STUDY + BENCHMARKS, adsl=ADSL, adrs=ADRS)
    told = shown(shelf, "forest", said)
    exact = "11/233 (4.7%; 95% CI 2.4 to 8.3, Clopper-Pearson)"
    assert f"A trial of everybody. anybody. {exact}. A journal, source" in told
    assert "A trial of taxanes. anybody. 15.0% (10.4 to 20.5, as published). A label" in told
    assert "Months, not a rate" not in told
    card = next(c for c in CARDS if c.name == "response-forest")
    drawn = str(figures(card.draw(answer(shelf, "forest")))[0]["data"])
    assert drawn.count("no sourced benchmark") == 3  # every group with patients but taxane


@pytest.mark.parametrize("name", NAMES)
def test_nobody_and_one_patient_are_words_not_errors(
    measured: Shelf, said: Said, name: str
) -> None:
    told = shown(measured, name, said, "f.AGE=1..2")
    assert "No patient is left by the filters." in told
    alone = shown(measured, name, said, "f.AGE=70..70")
    assert "None" not in told + alone
    assert "nan" not in alone.lower().split()
    assert not re.search(r"\(\d+\.\d%;", alone)  # one patient: counts, no percentage


@pytest.mark.parametrize("name", NAMES)
def test_an_export_of_adsl_alone_says_what_is_missing(
    other: Callable[..., Shelf], said: Said, name: str
) -> None:
    bare = other(study='[study]\nid = "bare"\ntitle = "Bare"\n', adsl="USUBJID,SEX\nA1,F\nA2,M\n")
    told = shown(bare, name, said)
    missing = "(ADTR)" if name in ("waterfall", "spider") else "(ADRS)"
    assert missing in told
    assert "0/2" not in told


def test_measurements_without_responses_are_drawn_in_no_colour_of_response(
    other: Callable[..., Shelf], said: Said
) -> None:
    shelf = other(adsl=ADSL, adtr=ADTR)
    found = answer(shelf, "waterfall")
    assert {b["term"] for b in found["bars"]} == {"MISSING"}
    told = shown(shelf, "waterfall", said)
    assert "Objective response rate, unconfirmed not stated" in told


@pytest.mark.parametrize("name", NAMES)
def test_every_card_has_a_passport_and_its_data(measured: Shelf, name: str) -> None:
    card = next(c for c in CARDS if c.name == f"response-{name}")
    found = answer(measured, name)
    header, rows = card.rows(found)  # type: ignore[misc]
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    drawn = str(card.draw(found))
    assert f"data-passport='/passport/response-{name}.json?{found['query']}'" in drawn
    assert f"/download/response-{name}.csv?" in drawn
