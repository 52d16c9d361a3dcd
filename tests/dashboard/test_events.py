"""The page of events: its panels against `metrics`, by hand, and on exports that lack things."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.events import aesi as aesi_card
from dashboard.pages.events import CARDS
from dashboard.panels import PANELS
from dashboard.panels.events import PANELS as OWN
from dashboard.report import ReportOptions, metrics_report
from dashboard.results import Audience, Results, View
from dashboard.selection import SelectionError
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, STUDY, import_written
from tests.stores import demo_store, real_store

Json = dict[str, Any]
Look = Callable[[str], Json]

AESI = """
[aesi.gout]
label = "Gout"
drug = "inosine"
terms = ["GOUT"]
[aesi.gout.external.one]
label = "Gout elsewhere"
x = 1
n = 40
source = "J Example 2020, https://example.org/a"
[aesi.nerves]
label = "Neuropathy"
drug = "taxane"
terms = ["NEUROPATHY"]
[aesi.hands]
label = "Hand-foot"
drug = "eribulin"
terms = ["PPE"]
expected = "Seldom"
source = "A label"
"""
WHOLE = STUDY.replace("synthetic = true", 'synthetic = true\ntreatment = "Inosine"') + AESI

#: P01 has two taxane neuropathies, P02 gout; P06 got a taxane too
ADAE = """\
USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AETOXGR,AEREL,AESER,ASTDT,AENDT,AEOUT,TRTEMFL
P01,1,nerves,NEUROPATHY,Nervous,2,Y,N,2024-10-15,2024-11-03,RECOVERED/RESOLVED,Y
P01,2,nerves,NEUROPATHY,Nervous,3,Y,N,2025-01-10,,NOT RECOVERED/NOT RESOLVED,Y
P02,1,gout,GOUT,Metabolism,2,N,Y,2024-11-01,2024-11-10,RECOVERED/RESOLVED,Y
P03,1,nausea,NAUSEA,Gut,1,Y,N,2024-11-02,2024-11-04,RECOVERED/RESOLVED,Y
P06,1,nausea,NAUSEA,Gut,,N,N,2025-01-05,,,Y
"""


def looking(store: CutStore, study: str) -> Callable[[str], View]:
    shelf = Shelf(store)
    results = Results(shelf, PANELS, Flask(__name__))

    def view(query: str = "") -> View:
        selection, _ = shelf.resolve(f"study={study}&{query}".rstrip("&"))
        return results.view(selection, Audience.FULL)

    return view


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], View]:
    folder = tmp_path_factory.mktemp("events")
    store = CutStore(folder / "home")
    import_written(store, folder / "trial", study=WHOLE, adsl=ADSL, adae=ADAE, adrs=ADRS)
    return looking(store, "written")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], View]:
    return looking(demo_store(tmp_path_factory), "synth-ino-tnbc")


# --- by hand --------------------------------------------------------------------------------------


def test_the_clock_of_the_hand_written_trial(by_hand: Callable[[str], View]) -> None:
    """Cut-off 2025-07-01: no window of a year has passed. P02 and P04 died; 6 of 8 are open."""
    got = OWN["events-clock"](by_hand(""))
    assert got["window_days"] == 365
    assert (got["ae"]["resolved"]["x"], got["ae"]["resolved"]["n"]) == (2, 8)
    assert (got["ae"]["followed"], got["ae"]["open"]) == (0, 6)
    related = got["related"]
    assert (related["interim"]["x"], related["interim"]["n"], related["n_events"]) == (2, 8, 3)
    # P05, P06, P07 and P08 are alive, inside, and without a related event so far
    assert related["open"] == 4
    assert related["mature"]["n"] == 0
    assert got["efficacy"]["window_days"] == 182


def test_lists_count_those_who_got_the_drug(by_hand: Callable[[str], View]) -> None:
    """No dosing records: everybody treated got inosine, and the assigned got their backbone."""
    got = OWN["events-aesi"](by_hand(""))
    drugs = {d["id"]: d for d in got["drugs"]}
    assert {d: (drugs[d]["n"], drugs[d]["source"]) for d in drugs} == {
        "inosine": (8, "derived"),
        "taxane": (3, "derived"),
        "eribulin": (2, "derived"),
    }
    (gout,) = drugs["inosine"]["rows"]
    assert (gout["any"]["x"], gout["any"]["n"]) == (1, 8)
    (nerves,) = drugs["taxane"]["rows"]
    assert (nerves["any"]["x"], nerves["any"]["n"], nerves["by_grade"]["3"]) == (1, 3, 1)
    assert gout["external"][0]["exact"]["n"] == 40
    (hands,) = drugs["eribulin"]["rows"]
    assert [(e["words"], e["source"]) for e in hands["external"]] == [("Seldom", "A label")]


def test_external_is_said_to_be_no_comparison(by_hand: Callable[[str], View]) -> None:
    answer = json.loads(json.dumps(OWN["events-aesi"](by_hand(""))))
    card = json.dumps(aesi_card.draw(answer).to_plotly_json(), default=lambda c: c.to_plotly_json())
    assert card.count("External, not a comparison") >= 3
    assert "1/40 (2.5%; 95% CI 0.1 to 13.2)" in card
    assert "Population not stated; line not stated." in card
    assert "No sourced range." in card
    header, rows = aesi_card.rows(answer)
    notes = {row[header.index("external_note")] for row in rows if row[header.index("external")]}
    assert "External, not a comparison" in notes


def test_the_switches_of_safety_shape_terms_and_not_the_lists(
    by_hand: Callable[[str], View],
) -> None:
    view = by_hand("ae=related")
    assert [r["term"] for r in OWN["events-terms"](view)["rows"]] == ["NAUSEA", "NEUROPATHY"]
    nausea = OWN["events-terms"](view)["rows"][0]
    assert (nausea["any"]["x"], nausea["any"]["n"]) == (1, 8)
    assert OWN["events-aesi"](view)["drugs"] == OWN["events-aesi"](by_hand(""))["drugs"]
    assert OWN["events-incidence"](view)["curves"][0]["curve"]["events"] == 2


def test_a_threshold_leaves_rare_terms_out_and_says_so(by_hand: Callable[[str], View]) -> None:
    got = OWN["events-terms"](by_hand("ae.least=20"))
    assert [r["term"] for r in got["rows"]] == ["NAUSEA"]  # 2 of 8
    assert (got["n_terms"], got["hidden"]) == (3, 2)


def test_a_kind_is_looked_at_among_its_own(by_hand: Callable[[str], View]) -> None:
    got = OWN["events-incidence"](by_hand("event=aesi%3Anerves"))
    curve = got["curves"][0]["curve"]
    assert (got["kind"], got["among"], curve["n"], curve["events"]) == (
        "Neuropathy",
        "Taxane",
        3,
        1,
    )
    course = OWN["events-course"](by_hand("event=pt%3ANEUROPATHY"))["chosen"]
    assert (course["onset"]["n"], course["onset"]["median"]) == (
        1,
        14.0,
    )  # 15 October, first dose on the 1st
    out = course["outcome"]
    assert (out["resolved"], out["ongoing"], out["median"]) == (1, 1, 20.0)


@pytest.mark.parametrize("name", ["aesi:none", "pt:ABSENT", "pt:", "related2", "PT:NAUSEA"])
def test_an_unknown_kind_is_no_view(by_hand: Callable[[str], View], name: str) -> None:
    with pytest.raises(SelectionError):
        by_hand(f"event={name}")


def test_what_is_chosen_here_does_not_touch_other_pages(by_hand: Callable[[str], View]) -> None:
    view = by_hand("event=serious&ae=related&ae.top=10")
    shelf = view.shelf
    results = Results(shelf, PANELS, Flask(__name__))
    pinned = results.pinned("overview-safety", view.selection)
    assert (pinned.event, pinned.events.switches) == ("", ())
    assert results.pinned("events-course", view.selection) == view.selection
    assert "event" not in results.pinned("safety-terms", view.selection).query().split("&")


# --- against `metrics` ----------------------------------------------------------------------------

VIEWS = ("", "backbone=taxane", "f.AGE=..50", "backbone=platinum&f.LIVERFL=Y")


def printed(view: View, **where: tuple[str, ...]) -> Json:
    """The safety part of what `metrics` prints for the whole cut or a part of it."""
    made = metrics_report(view.cut, ReportOptions(where=where, only=("safety",), by="BACKBONE"))
    found: Json = json.loads(json.dumps(made))["safety"]
    return found


def test_terms_and_the_clock_are_those_of_metrics(demo: Callable[[str], View]) -> None:
    view = demo("ae.top=40")
    want, got = printed(view), OWN["events-terms"](view)
    told = {r["term"]: r for r in want["by_pt"]}
    assert len(got["rows"]) == 40
    for row in got["rows"]:
        own = told[row["term"]]
        for key in ("x", "n", "estimate", "lower", "upper"):
            assert row["any"][key] == own[key]
            assert row["grade3plus"][key] == own["grade3plus"][key]
        assert row["by_grade"] == own["by_grade"]
    clock = OWN["events-clock"](view)["related"]["interim"]
    window = want["related_12_months"]
    assert {k: clock[k] for k in ("x", "n", "lower", "upper")} == {
        k: window[k] for k in ("x", "n", "lower", "upper")
    }


def test_lists_of_the_drug_that_everybody_got_are_those_of_metrics(
    demo: Callable[[str], View],
) -> None:
    view = demo("")
    want, got = printed(view)["aesi"], OWN["events-aesi"](view)
    inosine = next(d for d in got["drugs"] if d["id"] == "inosine")
    assert inosine["everybody"]
    assert inosine["source"] == "exported"
    for row in inosine["rows"]:
        assert (row["any"]["x"], row["any"]["n"]) == (want[row["id"]]["x"], want[row["id"]]["n"])
    # a backbone's own list counts its recipients alone, so never more than all of the set
    for drug in got["drugs"]:
        for row in drug["rows"]:
            assert row["any"]["x"] <= want[row["id"]]["x"]
            assert row["any"]["n"] == drug["n"]


@pytest.mark.parametrize("query", VIEWS)
def test_rates_curves_and_courses_agree_with_each_other(
    demo: Callable[[str], View], query: str
) -> None:
    view = demo(query)
    rates = OWN["events-rates"](view)["groups"][0]["rows"]
    curves = OWN["events-incidence"](view)["curves"]
    for rate, curve in zip(rates, curves, strict=False):
        assert (rate["label"], rate["incidence"]["x"]) == (curve["label"], curve["curve"]["events"])
    course = OWN["events-course"](view)["chosen"]
    assert course["onset"]["n"] == curves[0]["curve"]["events"]
    out = course["outcome"]
    states = out["resolved"] + out["ongoing"] + out["fatal"] + out["unknown"] + out["ended"]
    assert states == out["n_events"]


def test_every_frequency_of_the_demo_has_its_source(demo: Callable[[str], View]) -> None:
    got = OWN["events-aesi"](demo(""))
    externals = [e for d in got["drugs"] for r in d["rows"] for e in r["external"]]
    assert len(externals) >= 25
    for external in externals:
        assert re.search(r"https?://", external["source"])
        assert external["exact"] or external["estimate"] is not None or external["words"]


@pytest.mark.parametrize(
    ("name", "study"), [("random_cdisc", "random-cdisc"), ("cdisc_pilot", "cdisc-pilot")]
)
def test_terms_of_real_exports_are_those_of_metrics(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, name: str, study: str
) -> None:
    view = looking(real_store(tmp_path_factory, shared, name), study)("ae.top=40")
    made = metrics_report(view.cut, ReportOptions(only=("safety",)))
    told = {r["term"]: r for r in json.loads(json.dumps(made))["safety"]["by_pt"]}
    rows = OWN["events-terms"](view)["rows"]
    assert rows
    for row in rows:
        own = told[row["term"]]
        assert (row["any"]["x"], row["any"]["n"]) == (own["x"], own["n"])
        assert row["by_grade"] == own["by_grade"]


# --- exports that lack things ---------------------------------------------------------------------

HEAD = "USUBJID,AESEQ,AETERM,AEDECOD,ASTDT"
LACKING = {
    "severity alone, no relatedness": (
        f"{HEAD},AESEV\nP01,1,a,NAUSEA,2024-10-05,MODERATE\nP02,1,a,NAUSEA,2024-10-05,SEVERE\n"
    ),
    "neither grades nor severity": f"{HEAD}\nP01,1,a,NAUSEA,2024-10-05\n",
    "no event at all": f"{HEAD}\n",
    "one event of an unknown term": f"{HEAD}\nP01,1,,,2024-10-05\n",
    "events without a date": f"{HEAD},AETOXGR\nP01,1,a,NAUSEA,,2\nP02,1,a,NAUSEA,,3\n",
}


def words(card: Any) -> str:
    return json.dumps(card.to_plotly_json(), default=lambda c: c.to_plotly_json())


@pytest.mark.parametrize("lack", LACKING)
def test_an_export_that_lacks_things_opens_and_says_so(tmp_path: Path, lack: str) -> None:
    store = CutStore(tmp_path / "home")
    import_written(store, tmp_path / "trial", study=WHOLE, adsl=ADSL, adae=LACKING[lack])
    view = looking(store, "written")("")
    drawn = {c.name: words(c.draw(json.loads(json.dumps(OWN[c.name](view))))) for c in CARDS}
    for card in CARDS:
        assert card.rows is not None
        header, rows = card.rows(json.loads(json.dumps(OWN[card.name](view))))
        assert all(len(row) == len(header) for row in rows)
    if "severity" in lack and "neither" not in lack:
        assert "Severe" in drawn["events-terms"]
        assert "Grade 3 or higher" not in drawn["events-terms"]
        assert "does not say which events are related" in drawn["events-clock"]
    if "neither" in lack:
        assert "neither grades nor severity" in drawn["events-terms"]
    if "no event" in lack:
        assert "No adverse event is counted in this view." in drawn["events-terms"]
        assert "0/8" in drawn["events-rates"]
    if "unknown" in lack:
        assert "Not coded" in drawn["events-terms"]
    if "date" in lack:
        assert "start date" in drawn["events-rates"]


def test_without_adverse_events_or_a_window_the_cards_say_why(tmp_path: Path) -> None:
    store = CutStore(tmp_path / "home")
    study = STUDY.replace("ae_window_days = 365", "")
    import_written(store, tmp_path / "trial", study=study, adsl=ADSL)
    view = looking(store, "written")("")
    for card in CARDS:
        drawn = words(card.draw(json.loads(json.dumps(OWN[card.name](view)))))
        if card.name == "events-clock":
            assert "states no window for adverse events" in drawn
        else:
            assert "holds no adverse events (ADAE)" in drawn


def test_fifty_thousand_events_are_fast(tmp_path: Path) -> None:
    """400 patients, 50,000 events of 300 terms: no card takes its reader's patience."""
    adsl = ["USUBJID,ENRLFL,SAFFL,ENRLDT,TRTSDT,TRTEDT,EOTSTT,BACKBONE,SEX"]
    adsl += [
        f"M{i:03},Y,Y,2024-01-01,2024-01-02,2024-12-20,DISCONTINUED,PACLITAXEL,F"
        for i in range(400)
    ]
    adae = [f"{HEAD},AENDT,AETOXGR,AEREL,AESER"]
    for i in range(50_000):
        month, day = 1 + (i // 400) % 11, 3 + i % 24
        adae.append(
            f"M{i % 400:03},{i},t,TERM {(i * 7919) % 300},2024-{month:02}-{day:02},"
            f"2024-{month + 1:02}-{day:02},{1 + i % 4},{'Y' if i % 3 else 'N'},N"
        )
    store = CutStore(tmp_path / "home")
    import_written(
        store, tmp_path / "trial", study=WHOLE, adsl="\n".join(adsl) + "\n",
        adae="\n".join(adae) + "\n",
    )  # fmt: skip
    view = looking(store, "written")("")
    assert view.analysis.events is not None
    for card in CARDS:
        started = time.perf_counter()
        answer = OWN[card.name](view)
        card.draw(json.loads(json.dumps(answer)))
        assert time.perf_counter() - started < 5, card.name  # a busy machine; 0.2 s when idle
