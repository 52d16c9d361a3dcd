"""The Survival page's numbers, by hand on the written trial; what it says when they lack.

PFS by the FDA-like rules, AVAL in days: P06, P08, P09 censored on day 1 (nothing adequate after
baseline), P07 censored 29, P04 progressed 43, P02 progressed 85, P01 censored 85, P03 and P05
censored 113. So S = 4/5 from day 43 (5 at risk) and 4/5 x 3/4 = 0.6 from day 85 (4 at risk).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.survival import curve as curve_card
from components.survival import reasons as reasons_card
from dashboard.endpoints import endpoints
from dashboard.pages.survival import CARDS, ordered
from dashboard.panels import PANELS
from dashboard.panels.survival import MONTH, ticks
from dashboard.report import metrics_report
from dashboard.report.options import ReportOptions
from dashboard.results import Audience, Results
from dashboard.selection import Levels, SelectionError
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, STUDY, import_written

Said = Callable[[Any], str]
Make = Callable[..., Shelf]

#: an export's own times, with a count that is no time, in two units
ADTTE = """\
USUBJID,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,CNSDTDSC
P01,PFS,Progression-free survival (days),90,DAYS,1,,ALIVE AND WELL
P02,PFS,Progression-free survival (days),85,DAYS,0,Progressive disease,
P03,PFS,Progression-free survival (days),113,DAYS,0,Progressive disease,
P01,TTP,Time to progression (months),3,MONTHS,1,,
P02,TTP,Time to progression (months),2.5,MONTHS,0,Progressive disease,
P01,NLES,Number of lesions,2,,0,,
P02,NLES,Number of lesions,5,,0,,
"""


def results_of(shelf: Shelf) -> Results:
    return Results(shelf, PANELS, Flask(__name__))


def answer(shelf: Shelf, card: str, query: str = "") -> dict[str, Any]:
    selection = shelf.resolve(query)[0]
    return results_of(shelf).panel(f"survival-{card}", selection, Audience.FULL)


def shown(shelf: Shelf, card: str, said: Said, query: str = "") -> str:
    """The words of one card."""
    draw = next(c.draw for c in CARDS if c.name == f"survival-{card}")
    return said(draw(answer(shelf, card, query)))


@pytest.fixture
def other(tmp_path: Path) -> Make:
    """A shelf whose only cut is made of other tables."""

    def make(**more: str) -> Shelf:
        store = CutStore(tmp_path / "home")
        import_written(store, tmp_path / "written", **more)
        return Shelf(store)

    return make


def test_the_curve_is_that_of_the_hand_table(shelf: Shelf) -> None:
    told = answer(shelf, "curve")
    curve = told["result"]["curve"]
    assert curve["time"] == [1, 29, 43, 85, 113]
    assert curve["n_at_risk"] == [9, 6, 5, 4, 2]
    assert curve["n_event"] == [0, 0, 1, 1, 0]
    assert curve["n_censored"] == [3, 1, 0, 1, 2]
    assert curve["survival"] == pytest.approx([1, 1, 0.8, 0.6, 0.6])
    three, *later = told["readout"]["rates"]
    assert (three["time"], three["n_at_risk"]) == (3 * MONTH, 2)
    assert three["survival"] == pytest.approx(0.6)
    assert [r["survival"] for r in later] == [None, None]
    assert told["readout"]["median"]["estimate"] is None
    assert told["readout"]["thin_from"] == 85


def test_the_risk_table_adds_up_to_everybody(shelf: Shelf) -> None:
    told = answer(shelf, "curve")
    risk = told["readout"]["risk"]
    assert told["ticks"] == [0, 1, 2, 3, 4]
    assert risk["n_at_risk"] == [9, 5, 4, 2, 0]
    assert risk["n_censored"] == [0, 4, 4, 5, 7]
    assert risk["n_event"] == [0, 0, 1, 2, 2]


def test_headline_and_sentences(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "curve", said)
    assert told.startswith("Progression-free survival Enrolled")
    for words in (
        "At 6 months not estimable follow-up ends before",
        "Follow-up ends before 6 months, so no rate is estimated there.",
        "The median is not reached",
        "Events 2 of 9 7 censored",
        "The registered window is 6 months",
        "At 3 months 60.0%",
        "2 at risk",
        "The line is thin from month 2.8 on",
        "Registry entry reads “randomization to death from any cause, up to 6 months”.",
        "Death from any cause alone is overall survival, not progression-free survival.",
        "The trial is not randomised.",
    ):
        assert words in told


def test_the_page_says_what_the_report_says(shelf: Shelf) -> None:
    report = metrics_report(shelf.resolve("")[1].cut, ReportOptions())
    for id_ in ("PFS", "OS", "DOR"):
        expected = report["survival"][id_]
        told = answer(shelf, "curve", f"endpoint={id_}" if id_ != "PFS" else "")
        curve = told["result"]["curve"]
        assert (curve["n"], curve["events"]) == (expected["n"], expected["events"]), id_
        assert told["readout"]["median"]["estimate"] == expected["median"]
        ours = {r["time"]: r["survival"] for r in told["readout"]["rates"]}
        for rate in expected["rates"]:
            assert ours[rate["time"]] == rate["estimate"], id_


def test_duration_of_response_is_of_responders(shelf: Shelf, said: Said) -> None:
    """P01: PR on day 42 to day 84; P03: CR on day 56 to day 112; both still responding."""
    told = answer(shelf, "reasons", "endpoint=DOR")
    assert [p[:3] for p in told["patients"]] == [["P01", 43, False], ["P03", 57, False]]
    words = shown(shelf, "curve", said, "endpoint=DOR")
    assert "confirmed responders, n = 2" in words
    assert "Fewer than 5 patients: counts only, no curve. 0 of 2 had an event" in words


def test_reasons_and_the_list(shelf: Shelf, said: Said) -> None:
    told = answer(shelf, "reasons")
    counts = [(c["event"], c["reason"], c["patients"]) for c in told["counts"]]
    assert counts == [
        (True, "PD", ["P02", "P04"]),
        (False, "last adequate assessment", ["P01", "P03", "P05", "P07"]),
        (False, "no adequate post-baseline assessment", ["P06", "P08", "P09"]),
    ]
    words = shown(shelf, "reasons", said)
    assert "Event Progression (RECIST) 2 Censored Last adequate assessment 4" in words
    assert "P04 1.41 Event Progression (RECIST)" in words
    header, rows = reasons_card.rows(told)
    assert header[:4] == ("usubjid", "time_days", "time_months", "status")
    assert len(rows) == 9
    assert rows[4][:5] == ("P04", 43, "1.41", "Event", "Progression (RECIST)")


def test_time_to_response_and_follow_up(shelf: Shelf, said: Said) -> None:
    """P01 responded on day 42 and P03 on day 56: times 43 and 57, too few for a median."""
    told = answer(shelf, "follow")
    assert told["response"]["days"] == [43, 57]
    words = shown(shelf, "follow", said)
    assert "2 responders 1.4 and 1.9 months" in words
    assert "reverse Kaplan-Meier" in words


def with_new_therapy() -> dict[str, str]:
    """P02 starts another therapy on day 60, between its SD of day 42 and its PD of day 84."""
    head, *lines = ADSL.strip().splitlines()
    dates = {"P02": "2024-11-30"}
    rows = [f"{line},{dates.get(line[:3], '')}" for line in lines]
    return {"adsl": "\n".join([f"{head},NACTDT", *rows, ""]), "adrs": ADRS}


def test_counts_of_events_open_those_who_had_one(shelf: Shelf) -> None:
    selection = shelf.resolve("")[0]
    keys = shelf.open(selection.study, selection.cut).keys
    told = answer(shelf, "curve", "group=SEX")
    assert sorted(keys.patient(k) or "" for k in told["who"].split()) == ["P02", "P04"]
    drawn = str(curve_card.draw(told))
    assert drawn.count(f"data-patients='{told['who']}'") >= 2  # the headline and the table
    for stratum in told["strata"]:
        assert len(stratum["who"].split()) == stratum["events"]


def test_names_and_counts_under_the_censoring_rules_lead_to_patients(other: Make) -> None:
    shelf = other(study=STUDY, adsl=ADSL, adrs=ADRS, adtte=ADTTE)
    told = answer(shelf, "rules")
    selection = shelf.resolve("")[0]
    keys = shelf.open(selection.study, selection.cut).keys
    drawn = str(next(c for c in CARDS if c.name == "survival-rules").draw(told))
    differing = {d["usubjid"] for p in told["pairs"] for d in p["differing"]}
    assert differing
    for usubjid in differing:
        key = keys.key(usubjid)
        assert f"data-pin='{key}'" in drawn
        assert f"/patients/{key}?" in drawn
    for reading in told["readings"]:
        assert len(reading["who"].split()) == reading["events"]


def test_censoring_rules_side_by_side(other: Make, said: Said) -> None:
    """FDA-like: P02 is censored on day 42; EMA-like: its progression on day 84 counts."""
    shelf = other(**with_new_therapy())
    told = answer(shelf, "rules")
    assert [(r["id"], r["events"], r["n"]) for r in told["readings"]] == [
        ("fda", 1, 9),
        ("ema", 2, 9),
    ]
    assert [r["shown"] for r in told["readings"]] == [True, False]
    (pair,) = told["pairs"]
    assert pair["status_differs"] == 1
    (patient,) = pair["differing"]
    assert (patient["usubjid"], patient["days"]) == ("P02", [43, 85])
    words = shown(shelf, "rules", said)
    assert "FDA-like, derived and EMA-like, derived: event or censored differs for 1 patient." in (
        words
    )
    assert "P02 FDA-like, derived Censored at 1.4 months: New anticancer therapy" in words
    assert "Event at 2.8 months: Progression (RECIST)" in words
    ema = answer(shelf, "curve", "rules=ema")
    assert ema["result"]["curve"]["events"] == 2
    assert answer(shelf, "rules", "rules=ema")["readings"][1]["shown"]


def test_an_exported_endpoint_is_shown_as_exported(other: Make, said: Said) -> None:
    shelf = other(adsl=ADSL, adrs=ADRS, adtte=ADTTE)
    found = [(e.id, e.code) for e in endpoints(shelf.resolve("")[1].analysis)]
    assert found == [("PFS", "PFS"), ("OS", None), ("DOR", None), ("TTP", "TTP")]
    told = answer(shelf, "rules")
    assert [(r["id"], r["n"], r["shown"]) for r in told["readings"]] == [
        ("exported", 3, True),
        ("fda", 9, False),
        ("ema", 9, False),
    ]
    assert [p["first"] for p in told["pairs"]] == ["fda", "exported"]
    reasons = shown(shelf, "reasons", said)
    assert "as the export states it" in reasons
    assert "Censored Alive and well 1" in reasons  # said, not shouted
    assert "Without a time: 6 patients with no PFS record." in reasons
    chosen = answer(shelf, "curve", "rules=fda")
    assert chosen["result"]["data"]["source"] == "derived"
    assert [c["label"] for c in chosen["readings"] if c["current"]] == ["FDA-like, derived"]
    months = answer(shelf, "reasons", "endpoint=TTP")
    assert [p[1] for p in months["patients"]] == pytest.approx([3 * MONTH, 2.5 * MONTH])
    assert answer(shelf, "curve", "endpoint=TTP")["endpoint"]["label"] == "Time to progression"


def test_a_count_is_never_offered(other: Make) -> None:
    shelf = other(adsl=ADSL, adrs=ADRS, adtte=ADTTE)
    labels = [c["label"] for c in answer(shelf, "curve")["endpoints"]]
    assert "Number of lesions" not in labels
    with pytest.raises(SelectionError):
        shelf.resolve("endpoint=NLES")


def test_groups_only_when_asked_and_large_enough(shelf: Shelf, said: Said) -> None:
    assert answer(shelf, "curve")["strata"] == []
    told = answer(shelf, "curve", "group=SEX")
    assert [(s["id"], s["n"], s["why"]) for s in told["strata"]] == [
        ("F", 8, ""),
        ("M", 1, "small"),
    ]
    assert told["strata"][1]["result"] is None
    words = shown(shelf, "curve", said, "group=SEX")
    assert "Counts only: M 1 of 1." in words
    header, rows = curve_card.rows(told)
    assert {r[header.index("group")] for r in rows} == {"F"}


def test_each_patient_is_in_one_backbone_group(shelf: Shelf, said: Said) -> None:
    """P06 (carboplatin and paclitaxel) is in carboplatin, the first of the study's priority."""
    told = answer(shelf, "curve", "group=backbone")
    sizes = {s["id"]: (s["n"], s["why"]) for s in told["strata"]}
    assert sizes == {
        "taxane": (2, "small"),
        "eribulin": (3, "small"),
        "carboplatin": (2, "small"),
        "platinum": (1, "small"),
        "": (1, "missing"),
    }
    words = shown(shelf, "curve", said, "group=backbone")
    assert "No group has the 5 patients a curve needs; the curve is that of all patients." in words
    assert "Each patient counts once" in words


def test_groups_carry_their_caveat_in_the_figure(shelf: Shelf) -> None:
    plot = curve_card.plot_of(answer(shelf, "curve", "group=SEX"))
    assert plot.note == ("Groups are not randomised:", "differences describe, they do not prove.")
    assert curve_card.plot_of(answer(shelf, "curve")).note == ()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (113, [0, 1, 2, 3, 4]),
        (182.625, [0, 1, 2, 3, 4, 5, 6]),
        (183, [0, 2, 4, 6, 8]),
        (12 * MONTH, [0, 2, 4, 6, 8, 10, 12]),
        (355 * MONTH, [0, 60, 120, 180, 240, 300, 360]),
    ],
)
def test_ticks_are_few_and_reach_the_end(last: float, expected: list[float]) -> None:
    assert ticks(last) == expected


def test_one_patient_and_nobody(other: Make, said: Said) -> None:
    shelf = other()
    one = Levels("SEX", ("M",))
    selection = replace(shelf.resolve("")[0], filters=(one,))
    results = results_of(shelf)
    for card in CARDS:
        words = said(card.draw(results.panel(card.name, selection, Audience.FULL)))
        assert "nan" not in words.lower()
    told = said(CARDS[0].draw(results.panel("survival-curve", selection, Audience.FULL)))
    assert "One patient: no curve. 1 of 1 had an event" in told
    nobody = replace(selection, backbones=("platinum",))
    for card in CARDS:
        found = results.panel(card.name, nobody, Audience.FULL)
        assert "No patient is left by the filters." in said(card.draw(found)), card.name
        assert card.rows is not None
        card.rows(found)


def test_everybody_censored(other: Make, said: Said) -> None:
    adrs = "USUBJID,PARAMCD,PARAM,ADT,AVALC\nP01,OVR,Overall response,2024-11-12,SD\n"
    adsl = "\n".join(line for line in ADSL.splitlines() if not line.startswith(("P02", "P04")))
    shelf = other(adsl=adsl + "\n", adrs=adrs)
    told = shown(shelf, "curve", said)
    assert "Events 0 of 7 7 censored" in told
    assert "The median is not reached." in told
    assert "Censored" in shown(shelf, "reasons", said)


def test_a_study_of_adsl_alone_says_what_is_missing(other: Make, said: Said) -> None:
    shelf = other(study='[study]\nid = "bare"\ntitle = "Bare"\n', adsl="USUBJID,SEX\nA,F\nB,M\n")
    assert "so no time to event can be shown" in shown(shelf, "curve", said)
    assert "nothing to compare" in shown(shelf, "rules", said)
    assert "so no time to event can be shown" in shown(shelf, "reasons", said)
    told = shown(shelf, "follow", said)
    assert "time to response is not stated" in told
    assert "follow-up is not stated" in told


def test_without_a_quoted_registry_there_is_no_note(other: Make, said: Said) -> None:
    study = STUDY.replace('wording = "randomization to death from any cause, up to 6 months"\n', "")
    assert "Registry entry" not in shown(other(study=study, adsl=ADSL, adrs=ADRS), "curve", said)


def test_the_list_is_sorted_and_paged() -> None:
    patients = [
        [f"P{i:02}", float(40 - i), i % 3 == 0, "PD" if i % 3 == 0 else ""] for i in range(30)
    ]
    assert [p[0] for p in reasons_card.sort(patients, "time", descending=False)][:2] == [
        "P29",
        "P28",
    ]
    by_status = reasons_card.sort(patients, "status", descending=False)
    assert [p[2] for p in by_status] == [True] * 10 + [False] * 20
    assert [p[0] for p in by_status][:2] == ["P27", "P24"]  # equal: by time, upwards


def test_pages_of_the_list(said: Said) -> None:
    patients = [[f"P{i:02}", float(i + 1), False, "", None, f"key{i:07}"] for i in range(30)]
    answer = {"patients": patients, "query": "q", "prefix": ""}
    told = said(reasons_card.listing(answer, "patient", descending=True, page=1))
    assert "P17" in told
    assert "P29" not in told
    assert "13 to 24 of 30 patients" in told
    beyond = said(reasons_card.listing(answer, "nonsense", page=99))
    assert "25 to 30 of 30 patients" in beyond
    assert "Next" not in said(reasons_card.listing({**answer, "patients": patients[:3]}))


@pytest.mark.parametrize(
    ("order", "pressed", "expected"),
    [
        (None, {"kind": "survival-sort", "column": "patient"}, ("patient", False, 0)),
        (
            {"column": "patient", "descending": False, "page": 2},
            {"kind": "survival-sort", "column": "patient"},
            ("patient", True, 0),
        ),
        (
            {"column": "time", "descending": True, "page": 2},
            {"kind": "survival-page", "step": 1},
            ("time", True, 3),
        ),
        ({"page": "x"}, {"kind": "survival-page", "step": -1}, ("time", False, 0)),
        ([], {"kind": "survival-page", "step": "x"}, ("time", False, 0)),
    ],
)
def test_order_of_the_list(
    order: Any, pressed: dict[str, Any], expected: tuple[str, bool, int]
) -> None:
    assert tuple(ordered(order, pressed).values()) == expected


def test_a_view_has_one_address(shelf: Shelf) -> None:
    """The first endpoint is the default: naming it and leaving it out are one view."""
    assert shelf.resolve("endpoint=PFS")[0] == shelf.resolve("")[0]
    os = shelf.resolve("endpoint=OS&group=SEX&rules=ema")[0]
    assert shelf.resolve(os.query())[0] == os
    for wrong in (
        "endpoint=XYZ",
        "group=AGE",
        "group=USUBJID",
        "rules=best",
        "endpoint=OS&endpoint=OS",
    ):
        with pytest.raises(SelectionError):
            shelf.resolve(wrong)
