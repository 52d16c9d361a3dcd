"""The doses before an event, laboratory values as lines, and what stands around one event."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from dashboard.metrics.dose_before import doses_before
from dashboard.metrics.event_story import StoryOptions, event_story
from dashboard.metrics.exposure import doses
from dashboard.metrics.lab_listing import lab_lines, lab_order, outside
from dashboard.metrics.patient_doses import DoseRecord
from dashboard.metrics.patient_events import EventRecord
from dashboard.metrics.patient_labs import LabPoint, LabSeries
from dashboard.metrics.record_place import NOWHERE
from tests.dashboard.metrics.safety.test_exposure import adex

ORIGIN = date(2024, 1, 1)


# --- doses before --------------------------------------------------------------------------------


def test_the_last_dose_of_each_drug_before_a_day(trial):
    made = trial({"A": {"last": 100}, "B": {"last": 100}})
    rows = [
        ("A", "PACLITAXEL", 1.0, 0, 0, 80.0, 80.0),
        ("A", "PACLITAXEL", 2.0, 21, 21, 60.0, 80.0),
        ("A", "PACLITAXEL", 3.0, 42, 42, 80.0, 80.0),
        ("A", "INOSINE", 1.0, 0, 60, 600.0, 600.0),
        ("B", "PACLITAXEL", 1.0, 29, 29, 80.0, 80.0),
    ]
    records = doses(adex(made, rows), made.treated())

    def before(n, who="A"):
        found = doses_before(records, who, made.day(n).astype("datetime64[D]"))
        return [(d.drug, d.first, d.days_before, d.dose) for d in found]

    assert before(30) == [("INOSINE", 0, 0, 600.0), ("PACLITAXEL", 21, 9, 60.0)]
    assert before(42) == [("INOSINE", 0, 0, 600.0), ("PACLITAXEL", 42, 0, 80.0)]
    assert before(70) == [("INOSINE", 0, 10, 600.0), ("PACLITAXEL", 42, 28, 80.0)]
    assert before(-1) == []
    assert before(30, "B") == [("PACLITAXEL", 29, 1, 80.0)]
    assert before(30, "nobody") == []
    assert doses_before(records, "A", np.datetime64("NaT", "D")) == ()


def test_a_record_without_a_dose_is_no_dose_before(trial):
    made = trial({"A": {"last": 100}})
    rows = [("A", "DRUG", 1.0, 0, 0, 80.0, 80.0), ("A", "DRUG", 2.0, 21, 21, 0.0, 80.0)]
    records = doses(adex(made, rows), made.treated())
    (found,) = doses_before(records, "A", made.day(25).astype("datetime64[D]"))
    assert (found.first, found.days_before) == (0, 25)


# --- laboratory values as lines ------------------------------------------------------------------


def test_values_are_ordered_and_limits_decide_what_is_outside(trial):
    rows = [
        {"id": "B", "param": "ALT", "day": 3, "value": 90.0, "low": 5.0, "high": 30.0},
        {"id": "A", "param": "ALT", "day": 9, "value": 20.0, "low": 5.0, "high": 40.0},
        {"id": "A", "param": "PLAT", "day": 1, "value": 60.0, "low": 150.0, "high": None},
        {"id": "A", "param": "HGB", "day": 2, "value": 9.0},
    ]
    values = trial("AB").labs(rows)

    def order(column, **how):
        return [line.label for line in lab_lines(values, lab_order(values, column, **how))]

    assert order("patient") == ["ALT", "HGB", "PLAT", "ALT"]
    assert order("times", descending=True)[:2] == ["ALT", "ALT"]
    assert order("date") == ["PLAT", "HGB", "ALT", "ALT"]
    assert sorted(values.value[outside(values)].tolist()) == [60.0, 90.0]
    found = {(v.usubjid, v.label): v for v in lab_lines(values, lab_order(values, "patient"))}
    assert (found["B", "ALT"].side, found["B", "ALT"].times) == ("high", 3.0)
    assert (found["A", "PLAT"].side, found["A", "PLAT"].times) == ("low", None)
    assert (found["A", "HGB"].side, found["A", "HGB"].low) == ("", None)


# --- the story -----------------------------------------------------------------------------------


def event(term, first, last=None, grade=2):
    def when(n):
        return None if n is None else ORIGIN + timedelta(days=n)

    return EventRecord(
        term, "SOC", grade, first, last, when(first), when(last), "ongoing", None, None, (), (),
        True, NOWHERE,
    )  # fmt: skip


def dose(drug, first, last=None):
    last = first if last is None else last
    start, end = ORIGIN + timedelta(days=first), ORIGIN + timedelta(days=last)
    return DoseRecord(
        drug, first, last, start, end, None, 1.0, 1.0, 1.0, False, True, "mg", 1.0, 1.0, "mg", None,
        None, None, None, NOWHERE,
    )  # fmt: skip


def series(code, *points):
    made = tuple(
        LabPoint(d, ORIGIN + timedelta(days=d), None, v, 10.0, 20.0, None, False, NOWHERE)
        for d, v in points
    )
    return LabSeries(code, code, None, made)


def test_records_near_the_event_belong_to_its_story():
    mine = event("SEPSIS", 100, 110)
    others = [
        event("OLD", 10, 20),
        event("OPEN", 90, None),
        event("SAME DAY", 100, 101),
        event("LATER", 112, 120),
        event("FAR", 140, 141),
        event("UNDATED", None),
    ]
    given = [dose("D", 60), dose("D", 81), dose("D", 102), dose("D", 138), dose("D", 139),
             dose("LONG", 0, 90)]  # fmt: skip
    found = event_story(mine, others, given, [])
    assert found is not None
    assert [others[i].term for i in found.open] == ["OPEN", "SAME DAY"]
    assert [others[i].term for i in found.later] == ["LATER"]
    assert [(d.drug, d.first) for d in found.doses] == [
        ("LONG", 0), ("D", 81), ("D", 102), ("D", 138),
    ]  # fmt: skip
    assert (found.start, found.until, found.ongoing) == (100, 110, False)


def test_an_ongoing_event_lasts_to_the_cut_off_and_one_without_a_start_has_no_story():
    found = event_story(event("X", 100), [], [], [], StoryOptions(cut_day=150))
    assert found is not None
    assert (found.until, found.ongoing) == (150, True)
    assert event_story(event("X", None), [], [], []) is None


def test_laboratory_values_before_at_worst_and_after():
    labs = [
        series("PLAT", (60, 15.0), (95, 12.0), (103, 8.0), (106, 4.0), (109, 9.0), (120, 11.0)),
        series("K", (95, 15.0), (103, 15.0)),  # inside its limits, and not asked for first
        series("NA", (200, 99.0)),  # outside, and long after
    ]
    found = event_story(event("X", 100, 110), [], [], labs)
    assert found is not None
    (plat,) = found.labs
    days = [p and p.day for p in (plat.before, plat.at, plat.worst, plat.last)]
    assert days == [95, 103, 106, 120]
    assert plat.outside


def test_a_value_far_from_the_start_says_nothing_of_it():
    labs = [series("PLAT", (71, 15.0), (109, 5.0))]
    found = event_story(event("X", 100, 110), [], [], labs)
    assert found is not None
    (plat,) = found.labs
    assert (plat.before, plat.at, plat.last) == (None, None, None)
    assert plat.worst is not None
    assert plat.worst.day == 109
