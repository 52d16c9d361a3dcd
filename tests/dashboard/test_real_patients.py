"""The Patients pages of real exports and of the demo say what the other pages say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from flask import Flask

from components.figures.patient import patient_figure
from components.figures.patient_shape import shape_of
from components.patients import course, facts, listing, records
from dashboard.bundles import PLOTLY_TRACES
from dashboard.metrics.response import RESPONSE
from dashboard.pages.page import About, Context
from dashboard.pages.patient import ask
from dashboard.panels import PANELS
from dashboard.panels.listing import listing as listed
from dashboard.panels.patient import profile
from dashboard.results import Audience, Results, View
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.stores import demo_store, real_store

#: patients enrolled
SETS = {"pharmaverse_onco": 254, "random_cdisc": 400, "imvigor210": 348, "cdisc_pilot": 254}


@dataclass
class Told:
    """One export: its listing, what other pages say, and the way to a patient."""

    name: str
    context: Context
    view: View
    answer: dict[str, Any]
    panels: dict[str, Any]

    def one(self, usubjid: str) -> Any:
        key = self.view.keys.key(usubjid)
        return ask(self.context, self.view.selection, Audience.FULL, About(key))


def told(name: str, store: CutStore) -> Told:
    shelf = Shelf(store)
    results = Results(shelf, PANELS, Flask(__name__))
    context = Context(shelf, results, lambda: Audience.FULL)
    selection, _ = shelf.resolve("")
    view = results.view(selection, Audience.FULL)
    names = ("overview-status", "overview-efficacy", "overview-safety", "response-waterfall")
    names = (*names, "survival-reasons")
    panels = {n: results.panel(n, selection, Audience.FULL) for n in names}
    return Told(name, context, view, dict(listed(view)), panels)


@pytest.fixture(scope="module", params=SETS)
def real(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    name = request.param
    return told(name, real_store(tmp_path_factory, shared, name))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return told("demo", demo_store(tmp_path_factory))


def agrees(found: Told) -> None:
    """Counts of the listing against the Overview, the waterfall and the survival list."""
    rows, panels = found.answer["rows"], found.panels
    status = panels["overview-status"]["counts"]
    on = status["on_treatment"]["headline"]["x"] if status.get("on_treatment") else 0
    if "status" in found.answer["columns"]:
        assert sum(r["state"] == "on treatment" for r in rows) == on
    orr = panels["overview-efficacy"]["orr"]
    if "best" in found.answer["columns"] and orr is not None:
        assert sum(r["best"] in RESPONSE for r in rows) == orr["headline"]["x"]
    changes = {r["usubjid"]: r["change"] for r in rows if r["change"] is not None}
    bars = {b["usubjid"]: b["percent"] for b in panels["response-waterfall"]["bars"]}
    assert changes.keys() == bars.keys()
    assert all(abs(changes[u] - bars[u]) < 0.05 for u in bars)
    overview = panels["overview-safety"]["overview"]
    if found.answer["shown"].get("serious") is not None and overview is not None:
        flags = {f["id"]: f for f in overview["flags"]}
        serious = flags["serious"]["proportion"]
        assert found.answer["shown"]["serious"] == serious["x"]
        severe = flags["grade3plus"]["proportion"]
        if severe is not None:
            assert found.answer["shown"]["severe"] == severe["x"]


def test_the_demo_agrees_with_its_other_pages(demo: Told) -> None:
    agrees(demo)


def test_a_real_export_agrees_with_its_other_pages(real: Told) -> None:
    assert real.answer["n"] == len(real.answer["rows"]) == SETS[real.name]
    agrees(real)


def test_every_listing_draws_and_every_file_holds_everybody(real: Told) -> None:
    listing.draw(real.answer)
    header, rows = listing.rows(real.answer)
    assert {len(r) for r in rows} == {len(header)}
    assert len(rows) == SETS[real.name]


def test_patients_of_a_real_export_draw(real: Told) -> None:
    """Every seventh patient: the figure, the facts and the records, by plotly's own schema."""
    for row in real.answer["rows"][::7]:
        answer = real.one(row["usubjid"])
        answers = answer["answers"]
        facts.draw(answers, answer["around"])
        records.draw(answers[0])
        course.draw(answers)
        if answers[0]["origin_date"] is not None:
            figure = patient_figure(answers[0], shape_of(answers, "", None))
            assert {t["type"] for t in figure["data"]} <= PLOTLY_TRACES
    go.Figure(figure) if answers[0]["origin_date"] is not None else None


def test_every_record_of_the_demo_stands_in_its_export(demo: Told) -> None:
    """A place is the line of the export's own file: the record there is the one shown."""
    cut = demo.view.cut
    frames = {d: cut.frame(d, provenance=True) for d in ("ADAE", "ADEX", "ADLB", "ADRS", "ADTR")}
    for row in demo.answer["rows"][::6]:
        found = profile(demo.view, row["usubjid"])
        for event in found["events"]["records"]:
            source = _row(frames["ADAE"], event["place"])
            assert source["USUBJID"] == row["usubjid"]
            assert str(source["ASTDT"].date()) == event["start"]
            assert source["AEDECOD"].casefold() == event["term"].casefold()
        for dose in found["doses"]["records"]:
            source = _row(frames["ADEX"], dose["place"])
            assert (source["EXTRT"], source["EXDOSE"]) == (dose["drug"], dose["dose"])
        for series in found["labs"]["series"]:
            for point in series["points"]:
                source = _row(frames["ADLB"], point["place"])
                assert (source["PARAMCD"], source["AVAL"]) == (series["paramcd"], point["value"])
        for visit in found["tumour"]["visits"]:
            mine = [p for p in visit["places"] if p["file"] == "adrs.csv"]
            words = {_row(frames["ADRS"], p)["AVALC"] for p in mine}
            assert visit["overall"] in words


def _row(frame: Any, place: dict[str, Any]) -> Any:
    found = frame[frame["_row"] == place["row"]]
    assert len(found) == 1
    return found.iloc[0]


def test_the_demo_marks_what_its_story_holds(demo: Told) -> None:
    """Reductions, omitted doses, new lesions, unusable samples: the demo has each of them."""
    profiles = [profile(demo.view, r["usubjid"]) for r in demo.answer["rows"]]
    changes = {d["change"] for p in profiles for d in p["doses"]["records"]}
    assert {"reduced", "delayed", "omitted", "interrupted"} <= changes
    reasons = {r for p in profiles for v in p["tumour"]["visits"] for r in v["reasons"]}
    assert {"growth", "new lesion"} <= reasons
    states = {s["state"] for p in profiles for s in p["samples"]["records"]}
    assert states == {"usable", "failed", "not taken"}
    assert any(e["state"] == "ongoing" for p in profiles for e in p["events"]["records"])
    json.dumps(profiles, allow_nan=False)


def test_samples_of_the_demo_are_those_of_its_tables(demo: Told) -> None:
    for domain, kind in (("ADIM", "blood"), ("ADMB", "stool"), ("ADTB", "tissue")):
        frame = demo.view.cut.frame(domain)
        account = frame[frame["PARAMCD"] == "SAMPLE"]
        account = account[account["USUBJID"].isin([r["usubjid"] for r in demo.answer["rows"]])]
        usable = (account["TAKENFL"] == "Y") & (account["PASSFL"] != "N")
        shown = sum(r["samples"][kind][0] for r in demo.answer["rows"])
        assert shown == int(usable.sum())
        due = sum(r["samples"][kind][1] for r in demo.answer["rows"])
        assert due == int((account["DUEFL"] == "Y").sum())
