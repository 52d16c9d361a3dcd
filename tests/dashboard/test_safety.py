"""The Safety page on exports that lack what it counts, and on one with 50,000 events."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from benchmarks.safety_scale import SWITCHED, Asker, scale_store
from components.safety import grave, overview
from dashboard.pages import PAGES
from dashboard.pages.page import About, Context
from dashboard.panels import COMPARING, PANELS
from dashboard.panels.safety_terms import arranged, page_of_terms
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.numbered import said
from tests.dashboard.written import import_written

STUDY = """
[study]
id = "poor"
title = "A poor export"

[backbones]
column = "BACKBONE"
label = "Backbone"

[backbones.groups.taxane]
label = "Taxane"
values = ["PACLITAXEL"]

[backbones.groups.eribulin]
label = "Eribulin"
values = ["ERIBULIN"]

[terms.related_columns]
inosine = "AERELI"
"""
ADSL = """\
USUBJID,ENRLFL,SAFFL,ENRLDT,TRTSDT,TRTEDT,DTHDT,DTHFL,BACKBONE
P1,Y,Y,2025-01-01,2025-01-01,2025-03-01,,,PACLITAXEL
P2,Y,Y,2025-01-01,2025-01-01,2025-03-01,2025-04-02,Y,PACLITAXEL
P3,Y,Y,2025-01-01,2025-01-01,2025-03-01,,,ERIBULIN
P4,Y,N,2025-01-01,,,2025-02-01,Y,ERIBULIN
"""
FULL = """\
USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,ASTDT,AENDT,AETOXGR,AESER,AEREL,AERELI,AEOUT
P1,1,feeling sick,NAUSEA,GASTROINTESTINAL DISORDERS,2025-01-05,2025-01-08,2,N,Y,N,RECOVERED/RESOLVED
P1,2,low count,NEUTROPENIA,BLOOD DISORDERS,2025-01-20,,3,Y,Y,Y,NOT RECOVERED/NOT RESOLVED
P2,1,feeling sick,NAUSEA,GASTROINTESTINAL DISORDERS,2025-01-06,2025-01-07,1,N,N,N,RECOVERED/RESOLVED
P2,2,sepsis,SEPSIS,INFECTIONS,2025-03-28,2025-04-02,5,Y,N,N,FATAL
P4,1,fall,FALL,INJURY,2025-01-09,2025-01-09,1,N,N,N,RECOVERED/RESOLVED
"""


def without(table: str, *columns: str) -> str:
    """A table less some of its columns."""
    rows = [line.split(",") for line in table.splitlines()]
    keep = [i for i, name in enumerate(rows[0]) if name not in columns]
    return "\n".join(",".join(row[i] for i in keep) for row in rows) + "\n"


class Told:
    """A study in a store, its Safety pages as a reader gets them."""

    def __init__(self, home: Path) -> None:
        self.shelf = Shelf(CutStore(home))
        self.results = Results(self.shelf, PANELS, Flask(__name__), comparing=COMPARING)
        self.context = Context(self.shelf, self.results, lambda: Audience.FULL)

    def panel(self, name: str, query: str = "") -> dict[str, Any]:
        selection, _ = self.shelf.resolve(query)
        return self.results.panel(name, selection, Audience.FULL)

    def words(self, query: str = "") -> dict[str, str]:
        """Every card of the page and of the listings, by name: its words in one line."""
        selection, _ = self.shelf.resolve(query)
        found = {}
        for page in (p for p in PAGES if p.name in {"safety", "safety-listings"}):
            for card in page.cards:
                if card.ask is None:
                    answer: Any = self.results.panel(card.name, selection, Audience.FULL)
                else:
                    answer = card.ask(self.context, selection, Audience.FULL, About())
                found[card.name] = " ".join(s.text for s in said(card.draw(answer)))
        return found


@pytest.fixture
def poor(tmp_path: Path) -> Callable[..., Told]:
    def make(adae: str | None = FULL, *, study: str = STUDY, **tables: str) -> Told:
        given = {"adsl": ADSL, **({"adae": adae} if adae is not None else {}), **tables}
        import_written(CutStore(tmp_path / "home"), tmp_path / "trial", study=study, **given)
        return Told(tmp_path / "home")

    return make


def test_counts_by_hand(poor: Callable[..., Told]) -> None:
    """3 treated; any 2/3, grade 3 or higher 2/3, serious 2/3, related 1/3 (to inosine 1/3)."""
    told = poor()
    flags = {f["id"]: f for f in told.panel("safety-overview")["flags"]}
    xs = {k: f["cells"] and f["cells"][0]["proportion"]["x"] for k, f in flags.items()}
    assert (xs["any"], xs["grade3plus"], xs["serious"], xs["fatal"]) == (2, 2, 2, 1)
    assert (xs["related"], xs["related:inosine"]) == (1, 1)
    assert xs["reduced"] is None
    rows = told.panel("safety-terms")["rows"]
    counted = {(r["soc"], r["pt"]): (r["any"]["x"], r["n_events"]) for r in rows}
    assert counted["GASTROINTESTINAL DISORDERS", "NAUSEA"] == (2, 2)
    assert counted["INFECTIONS", ""] == (1, 1)
    assert ("INJURY", "FALL") not in counted  # the patient was never dosed
    grave_ = told.panel("safety-grave")
    (death,) = grave_["deaths"]["lines"]
    assert (death["usubjid"], death["days_after"]) == ("P2", 32)
    assert [e["term"] for e in death["events"]] == ["SEPSIS"]
    assert grave_["deaths"]["untreated"] == ["P4"]
    assert [(s["term"], s["emergent"]) for s in grave_["serious"]["lines"]] == [
        ("SEPSIS", True), ("NEUTROPENIA", True),
    ]  # fmt: skip


def test_a_filter_on_events_changes_the_numerator_alone(poor: Callable[..., Told]) -> None:
    told = poor()
    rows = told.panel("safety-terms", "study=poor&ae=serious")["rows"]
    assert {(r["pt"], r["any"]["x"], r["any"]["n"]) for r in rows if r["pt"]} == {
        ("SEPSIS", 1, 3), ("NEUTROPENIA", 1, 3),
    }  # fmt: skip
    taxane = told.panel("safety-terms", "study=poor&backbone=taxane&ae=serious")["rows"]
    assert {r["any"]["n"] for r in taxane} == {2}
    lines = told.panel("safety-list-events", "study=poor&ae=serious&ae.order=-grade")["lines"]
    assert [e["term"] for e in lines] == ["SEPSIS", "NEUTROPENIA"]
    words = told.panel("safety-list-events", "study=poor&ae=serious,high&ae.find=sep")
    assert words["filter_words"].endswith(
        "events: grade 3 or higher and serious; term or class with “sep”"
    )
    other = told.panel("overview-safety", "study=poor&ae=serious")
    assert "ae=" not in other["query"]  # elsewhere nothing is filtered


def test_by_backbone_each_has_its_own_n(poor: Callable[..., Told]) -> None:
    answer = poor().panel("safety-overview", "study=poor&group=backbone")
    assert [(c["label"], c["n"]) for c in answer["columns"]][1:] == [("Taxane", 2), ("Eribulin", 1)]
    any_ = next(f for f in answer["flags"] if f["id"] == "any")
    counts = [(c["proportion"]["x"], c["proportion"]["n"]) for c in any_["cells"]]
    assert counts == [(2, 3), (2, 2), (0, 1)]


def test_severity_is_never_called_a_grade(poor: Callable[..., Told]) -> None:
    rows = without(FULL, "AETOXGR").splitlines()
    severity = ["AESEV", "MODERATE", "SEVERE", "MILD", "SEVERE", "MILD"]
    table = "\n".join(f"{row},{word}" for row, word in zip(rows, severity, strict=True)) + "\n"
    told = poor(table).words()
    for name in ("safety-overview", "safety-terms", "safety-list-events", "safety-grave"):
        assert "grade" not in told[name].casefold().replace("in place of grades", "").replace(
            "so no row says grade", ""
        ).replace("as the export has no grades", ""), name
    assert " severe " in told["safety-overview"]
    assert "related and severe" in told["safety-overview"]
    assert "Moderate" in told["safety-terms"]


def test_neither_grades_nor_severity(poor: Callable[..., Told]) -> None:
    told = poor(without(FULL, "AETOXGR")).words("study=poor&ae=high")
    assert "the export holds neither grades nor severity" in told["safety-overview"]
    assert "does not record which events are grade 3 or higher" in told["safety-terms"]
    assert "does not record which events are grade 3 or higher" in told["safety-list-events"]


def test_no_relatedness(poor: Callable[..., Told]) -> None:
    told = poor(without(FULL, "AEREL", "AERELI")).words("study=poor&ae=related")
    assert "does not say which events are related" in told["safety-overview"]
    assert "does not judge events against this drug" in told["safety-overview"]
    assert "does not record which events are related" in told["safety-terms"]
    assert "0/3" not in told["safety-terms"]
    assert "not stated" in told["safety-grave"]


def test_no_adverse_event_at_all(poor: Callable[..., Told]) -> None:
    told = poor(FULL.splitlines()[0] + "\n").words()
    assert (
        "None: no serious adverse event is on record of the 3 treated patients."
        in (told["safety-grave"])
    )
    assert "No treatment-emergent adverse event is on record." in told["safety-terms"]
    assert "0/3" in told["safety-overview"]
    assert "No treatment-emergent adverse event is on record." in told["safety-list-events"]


def test_no_file_of_adverse_events(poor: Callable[..., Told]) -> None:
    told = poor(None).words()
    for name in ("safety-overview", "safety-terms", "safety-list-events", "safety-grave"):
        assert "The export holds no adverse events (ADAE)" in told[name], name
    assert "1/3" in told["safety-grave"]  # the death is told all the same


def test_nobody_is_known_to_be_treated(tmp_path: Path) -> None:
    study = '[study]\nid = "bare"\ntitle = "Bare"\n'
    adsl = "USUBJID,SEX\nA1,F\nA2,M\n"
    import_written(CutStore(tmp_path / "h"), tmp_path / "t", study=study, adsl=adsl, adae=FULL)
    told = Told(tmp_path / "h").words()
    assert all("does not say who was dosed" in words for words in told.values()), told


def test_nobody_died(poor: Callable[..., Told]) -> None:
    adsl = ADSL.replace("2025-04-02,Y", ",").replace("2025-02-01,Y", ",")
    told = poor(without(FULL, "AEOUT").replace(",5,Y", ",4,Y"), adsl=adsl).words()
    none = "None: the export records no death among the 3 treated patients."
    assert none in told["safety-grave"]
    assert none in told["safety-list-deaths"]


def test_one_event_of_unknown_term(poor: Callable[..., Told]) -> None:
    rows = [*FULL.splitlines()[:1], "P1,1,,,,2025-01-05,,2,N,Y,N,"]
    told = poor("\n".join(rows) + "\n")
    (term,) = [r for r in told.panel("safety-terms")["rows"] if r["pt"]]
    assert (term["soc"], term["pt"], term["any"]["x"]) == ("Not coded", "Not coded", 1)
    assert "Not coded" in told.words()["safety-list-events"]


DATED = """\
USUBJID,AESEQ,AEDECOD,AEBODSYS,AESTDTC,ASTDT,ASTDTF,AENDT,AETOXGR,AESER,AEREL,AEOUT
P1,1,NAUSEA,GUT,2025-03,,,,2,Y,Y,NOT RECOVERED/NOT RESOLVED
P1,2,RASH,SKIN,2025-01-10,2025-01-10,,2025-01-05,3,Y,Y,RECOVERED/RESOLVED
P3,1,COUGH,CHEST,2025-02,2025-02-01,D,,4,Y,N,UNKNOWN
P3,2,PAIN,NERVES,2025-01-09,2025-01-09,,2025-01-20,1,N,N,NOT RECOVERED/NOT RESOLVED
"""


def test_what_is_not_known_of_dates_and_outcomes_is_said(poor: Callable[..., Told]) -> None:
    words = poor(DATED).words()
    for name in ("safety-grave", "safety-list-events"):
        assert "began 2025-03, its day is not stated" in words[name]
        assert "start imputed from 2025-02" in words[name]
        assert "its end is dated before its start" in words[name]
    listed = words["safety-list-events"]
    assert "Ended 20 Jan 2025, by its outcome not recovered" in listed
    assert "Rash" in listed
    assert "RASH" not in listed


def test_a_store_of_the_browser_is_never_believed() -> None:
    for held in (None, [], "x", {"turned": 3, "page": -1, "cell": [1, 2, 3], "events": True},
                 {"turned": ["x" * 5000], "page": 10**9, "cell": ["a", "b", "gold"]}):  # fmt: skip
        asked = arranged(held)
        assert (asked.turned, asked.page, asked.cell, asked.events) == ((), 1, None, 1)


def test_the_events_behind_a_count_are_its_patients_own(poor: Callable[..., Told]) -> None:
    told = poor()
    selection, _ = told.shelf.resolve("")
    view = told.results.view(selection, Audience.FULL)
    held = {"turned": ["GASTROINTESTINAL DISORDERS"]}
    for column, patients in (("any", ["P1", "P2"]), ("2", ["P1"]), ("5", [])):
        cell = ["GASTROINTESTINAL DISORDERS", "NAUSEA", column]
        answer = page_of_terms(view, json.dumps({**held, "cell": cell}))
        (opened,) = [r["opened"] for r in answer["rows"] if "opened" in r]
        assert [e["usubjid"] for e in opened["lines"]] == patients


# --- 50,000 events -------------------------------------------------------------------------------

#: milliseconds of the server for sorting, searching and switching
MOST = 200


@pytest.fixture(scope="module")
def many() -> Any:
    with scale_store(50_000) as store:
        yield Asker(store)


def test_fifty_thousand_events_sort_and_filter_in_time(many: Asker) -> None:
    """Processor time of this process: the machine may be busy with others."""
    many.terms()
    many.events()
    asked: dict[str, Callable[[int], bytes]] = {
        "switched": lambda i: many.terms(f"ae={SWITCHED[i]}"),
        "named": lambda i: many.terms("ae.by=term&ae.sort=name", page=i + 1),
        "searched": lambda i: many.terms(f"ae.find=term+{i}7"),
        "threshold": lambda i: many.terms("ae.by=open&ae.least=2", page=i + 1),
        "sorted": lambda i: many.events(
            f"ae.order={('term', '-day', 'soc', '-grade', 'state')[i]}"
        ),
        "narrowed": lambda i: many.events(f"ae={SWITCHED[i]}&ae.find=class+1&ae.order=-start"),
        "turned": lambda i: many.events("", page=500 + i),
    }
    for name, ask in asked.items():
        times = []
        for i in range(5):
            started = time.process_time()
            ask(i)
            times.append(1000 * (time.process_time() - started))
        assert statistics.median(times) < MOST, (name, times)


def test_fifty_thousand_events_come_a_page_at_a_time(many: Asker) -> None:
    assert len(many.terms("ae.by=open")) < 400_000
    assert len(many.events()) < 200_000
    for name, draw in (("safety-overview", overview.draw), ("safety-grave", grave.draw)):
        assert len(many.card(name, draw)) < 200_000, name
