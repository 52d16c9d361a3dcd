"""The one time axis of an event: its days, what is drawn in them, what is left to the tables."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from components.figures.patient_shape import shape_of
from components.safety.timeline import _near, _span, rows, timeline
from dashboard.panels import PANELS
from dashboard.panels.safety_story import story
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from tests.stores import demo_store


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The stones and the gout of the demo, as their pages tell them."""
    shelf = Shelf(demo_store(tmp_path_factory))
    selection, _ = shelf.resolve("study=synth-ino-tnbc")
    view = Results(shelf, PANELS, Flask(__name__)).view(selection, Audience.FULL)
    found = []
    for usubjid in ("07-001", "07-002", "08-002", "01-003"):
        whole = next(u for u in view.analysis.cohort.patients if u.endswith(usubjid))
        key = view.keys.key(whole)
        for i in range(1, 40):
            try:
                each = story(view, f"{key}-{i}")
            except LookupError:
                break
            if each["line"]["words"] in {"Gout", "Nephrolithiasis"}:
                found.append(dict(each))
    return found


def test_the_event_stands_first_and_in_its_days(told: list[dict[str, Any]]) -> None:
    assert len(told) == 4
    for each in told:
        found = each["story"]
        near = _near(each, found)
        first, last = _span(each, found)
        assert first == found["start"] - 28
        assert last >= found["until"]
        assert near["events"]["records"][0]["first"] == found["start"]
        assert near["events"]["records"][0]["term"] == each["line"]["words"]
        assert near["labs"]["series"][0]["label"].startswith("Urate")
        assert len(near["labs"]["series"]) <= 4
        days = [p["day"] for s in near["labs"]["series"] for p in s["points"]]
        assert all(first <= d <= last for d in days)
        assert {d["name"] for d in near["doses"]["drugs"]} == {d["drug"] for d in found["doses"]}


def test_the_shaded_days_are_those_of_the_event(told: list[dict[str, Any]]) -> None:
    for each in told:
        frame, note = timeline(each, each["story"])
        band = frame.children.figure["layout"]["shapes"][0]
        assert (band["x0"], band["x1"]) == (each["story"]["start"], each["story"]["until"] + 1)
        assert f"{each['story']['start']} to {each['story']['until']}" in note.children


def test_the_file_holds_what_is_drawn(told: list[dict[str, Any]]) -> None:
    for each in told:
        header, lines = rows(each)
        assert {len(line) for line in lines} == {len(header)}
        near = _near(each, each["story"])
        assert len([r for r in lines if r[1] == "adverse event"]) == len(each["course"])
        values = sum(len(s["points"]) for s in near["labs"]["series"])
        assert len([r for r in lines if r[1] == "lab"]) == values
        assert all(r[-1].startswith("adae") for r in lines if r[1] == "adverse event")


def test_nothing_is_drawn_beyond_the_axis(told: list[dict[str, Any]]) -> None:
    for each in told:
        shape = shape_of([_near(each, each["story"])], "days", None, span=(90, 100))
        assert (shape.first, shape.last) == (90, 100)
        assert shape.panel("tumour") is None
        assert shape.panel("samples") is None
