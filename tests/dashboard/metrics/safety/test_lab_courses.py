"""Courses of laboratory values, shift tables with their patients, what is wrong with the values."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.metrics.ctcae_rules import rules
from dashboard.metrics.cycles import CycleOptions, treatment_cycles
from dashboard.metrics.lab_change import farthest, lab_changes
from dashboard.metrics.lab_lines import lab_lines, timed_lines
from dashboard.metrics.lab_quality import lab_parameters
from dashboard.metrics.lab_shift import any_high, lab_grades
from dashboard.metrics.liver import ScatterOptions, liver, scatter_by_baseline
from dashboard.metrics.liver_course import liver_courses
from dashboard.metrics.nadir import nadir_points, nadirs
from dashboard.metrics.shift_table import BOTH, HIGH, LOW, MISSING, NORMAL, grade_shift, range_shift
from dashboard.metrics.urate import bands_at, urate
from dashboard.metrics.urate_course import (
    DoseMark,
    UrateEvent,
    above,
    changes_near,
    implausible,
    last_before,
    over_limits,
    urate_change,
    urate_events,
)
from dashboard.metrics.urate_story import last_above, urate_story, watched

AXES = ScatterOptions(("ALT", "AST"), ("BILI",))


def alt(u, day, value, **more):
    return {"id": u, "param": "ALT", "day": day, "value": value, "low": 5, "high": 40, **more}


def urate_at(u, day, value, **more):
    return {"id": u, "param": "URATE", "day": day, "value": value, "unit": "umol/L", **more}


def neut_rule():
    return next(r for r in rules("5.0") if r.term == "Neutrophil count decreased")


# --- shift tables ---------------------------------------------------------------------------------


def test_every_patient_stands_in_one_cell_against_the_limits(trial):
    rows = [
        *(alt("A", -1, 30), alt("A", 8, 50), alt("A", 22, 3)),  # both sides
        *(alt("B", -1, 50), alt("B", 8, 60)),
        *(alt("C", -1, 30), alt("C", 8, 2)),
        alt("D", -1, 30),  # never again
        alt("E", 8, 30),  # no baseline
        *(alt("F", -1, 30, low=None), alt("F", 8, 30, low=None, high=None)),  # no limits later
    ]
    table = range_shift(trial("ABCDEFG").labs(rows), "alt")
    assert table.n == 7
    found = {(c.before, c.after): c.patients for c in table.cells}
    assert found == {
        (NORMAL, BOTH): ("A",),
        (HIGH, HIGH): ("B",),
        (NORMAL, LOW): ("C",),
        (NORMAL, MISSING): ("D", "F"),
        (MISSING, NORMAL): ("E",),
        (MISSING, MISSING): ("G",),
    }
    assert table.cell(LOW, LOW) == ()


def test_on_a_limit_is_normal(trial):
    made = trial("A").labs([alt("A", -1, 5), alt("A", 8, 40)])
    assert range_shift(made, "ALT").cell(NORMAL, NORMAL) == ("A",)


_VALUES = st.one_of(st.none(), st.floats(0.05, 9.0))


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.tuples(_VALUES, _VALUES, _VALUES), min_size=1, max_size=8))
def test_the_grades_of_a_shift_table_are_those_of_the_table_of_grades(trial, patients):
    """Its cells are the counts of `lab_grades`, and hold every patient once."""
    ids = [f"P{i}" for i in range(len(patients))]
    rows = [
        {"id": u, "param": "NEUT", "day": d, "value": v, "unit": "10^9/L", "low": 1.8, "high": 7.5}
        for u, values in zip(ids, patients, strict=True)
        for d, v in zip((-1, 8, 300), values, strict=True)
        if v is not None
    ]
    if not rows:
        return
    made = trial(ids).labs(rows)
    table = grade_shift(made, neut_rule())
    term = next(g for g in lab_grades(made) if g.term == table.term)
    for before in table.rows:
        for after in table.columns:
            assert len(table.cell(before, after)) == term.shift[before][after]
    assert sorted(u for c in table.cells for u in c.patients) == ids
    assert any_high([term]).proportion.x == term.grade3plus.x


def test_a_patient_with_two_high_terms_counts_once(trial):
    more = {"unit": "10^9/L", "low": 150}
    rows = [
        {"id": "A", "param": "NEUT", "day": 8, "value": 0.4, "unit": "10^9/L", "low": 1.8},
        {"id": "A", "param": "PLAT", "day": 8, "value": 20, **more},
        {"id": "B", "param": "PLAT", "day": 8, "value": 160, **more},
    ]
    high = any_high(lab_grades(trial("ABC").labs(rows)))
    assert (high.proportion.x, high.proportion.n, high.patients) == (1, 2, ("A",))


# --- lines ----------------------------------------------------------------------------------------


def test_a_line_holds_one_value_a_planned_visit_and_its_side(trial):
    rows = [
        alt("A", -1, 30, visit="BASELINE"),
        alt("A", 8, 41, visit="WEEK 1"),
        alt("A", 9, 4, visit="WEEK 1"),
        alt("A", 30, 90, visit="UNSCHEDULED"),
    ]
    found = lab_lines(trial("A").labs(rows), "ALT")
    (line,) = found.lines
    assert (line.day, line.value, line.side) == ((-1, 9), (30.0, 4.0), ("", "low"))
    assert line.visit == ("BASELINE", "WEEK 1")
    assert (found.unscheduled, found.unscheduled_high) == (1, 90.0)
    assert (found.low, found.high) == (5.0, 40.0)


def test_limits_that_differ_are_no_line(trial):
    found = lab_lines(trial("A").labs([alt("A", -1, 30), alt("A", 8, 30, high=45)]), "ALT")
    assert (found.low, found.high) == (5.0, None)


def test_among_too_many_patients_those_farthest_from_normal_are_drawn(trial):
    rows = [alt(u, 8, v) for u, v in (("A", 30), ("B", 400), ("C", 1), ("D", 35))]
    made = trial("ABCD").labs(rows)
    found = lab_lines(made, "ALT", most=2)
    assert ([line.usubjid for line in found.lines], found.patients) == (["B", "C"], 4)
    assert [x.usubjid for x in timed_lines(made, made.value, most=1)] == ["B"]
    assert timed_lines(made.select(made.value > 999), made.value[:0]) == ()


def test_a_parameter_without_values_is_refused_by_name(trial):
    with pytest.raises(KeyError, match="LDH"):
        lab_lines(trial("A").labs([alt("A", 1, 3)]), "LDH")


def test_the_farthest_visit_is_not_told_by_the_few_who_stay(trial):
    rows = [alt(u, d, v, visit=f"V{d}") for u in "ABCD" for d, v in ((-1, 20), (8, 30))]
    rows.append(alt("A", 300, 900, visit="V300"))
    found = farthest(lab_changes(trial("ABCD").labs(rows), "ALT"), at_least=1)
    assert found is not None
    assert (found.visit, found.change.median) == ("V8", 10.0)
    assert farthest(lab_changes(trial("ABCD").labs(rows), "ALT"), at_least=5) is None


def test_some_patients_keep_their_own_values(trial):
    made = trial("ABC").labs([alt("A", -1, 1), alt("B", 8, 2), alt("C", 8, 3)])
    some = made.restrict(("C", "B"))
    assert [str(some.treated.usubjid[p]) for p in some.patient] == ["B", "C"]
    assert some.value.tolist() == [2.0, 3.0]
    assert made.restrict(()).n == 0


# --- what is wrong with the values ----------------------------------------------------------------


def test_what_is_wrong_is_counted_by_parameter(trial):
    rows = [
        alt("A", -1, 30),
        alt("A", 8, 5000),  # 125 times the upper limit
        alt("A", 9, 30, unit=None),
        alt("B", 8, 30, low=None, high=None),
        alt("B", 9, 30, low=50, high=40),
        alt("C", -1, 0.5, unit="ukat/L", low=0.1, high=0.7),
    ]
    (part,) = lab_parameters(trial("ABC").labs(rows))
    assert (part.n, part.patients) == (6, 3)
    assert dict(zip(part.units, part.unit_counts, strict=True)) == {"U/L": 4, "": 1, "ukat/L": 1}
    assert (part.without_unit, part.without_range, part.crossed) == (1, 1, 1)
    assert (part.far, part.far_patients) == (1, ("A",))
    assert part.without_baseline == ("A", "B")  # the value of A without a unit has none to go with


def test_nothing_is_wrong_where_nothing_is(trial):
    (part,) = lab_parameters(trial("A").labs([alt("A", -1, 30), alt("A", 8, 31)]))
    assert (part.without_unit, part.without_range, part.crossed, part.far) == (0, 0, 0, 0)
    assert part.without_baseline == ()


# --- urate ----------------------------------------------------------------------------------------


def test_bands_are_named_by_their_edges():
    made = bands_at((360.0, 420.0, 480.5))
    assert made.labels == ("<=360", ">360-420", ">420-480.5", ">480.5")


def test_over_the_limit_of_the_sex_and_over_an_edge(trial):
    rows = [urate_at(u, d, v) for u, d, v in (("A", -1, 300), ("A", 8, 361), ("B", 8, 420))]
    rows += [urate_at("C", 8, 7.1, unit="mg/dL"), urate_at("D", -1, 999)]  # 422 umol/L; only before
    found = urate(trial("ABCD").labs(rows))
    women, men = over_limits(found, {"A": "F", "B": "M", "C": "M"}, {"F": 360.0, "M": 420.0})
    assert (women.proportion.x, women.proportion.n, women.patients) == (1, 1, ("A",))
    assert (men.proportion.x, men.proportion.n, men.patients) == (1, 2, ("C",))
    assert (women.already, men.already) == (0, 0)
    lower = over_limits(found, {"A": "F"}, {"F": 290.0})
    assert (lower[0].proportion.x, lower[0].already) == (1, 1)  # 300 at baseline
    share, who = above(found, 420.0)
    assert (share.x, share.n, who) == (1, 3, ("C",))


def test_a_value_in_another_unit_than_stated_is_told(trial):
    rows = [urate_at("A", 8, 0.4), urate_at("B", 8, 460, unit="mg/dL"), urate_at("C", 8, 400)]
    values = trial("ABC").labs(rows)
    n, who = implausible(values, values.value * values.factors("urate"))
    assert (n, who) == (2, ("A", "B"))


def test_the_change_of_urate_is_over_patients_with_a_baseline(trial):
    rows = [urate_at("A", -1, 300), urate_at("A", 8, 450), urate_at("A", 20, 320)]
    change = urate_change(urate(trial("AB").labs([*rows, urate_at("B", 8, 500)])))
    assert (change.n, change.before.median, change.peak.median) == (1, 300.0, 450.0)
    assert (change.last.median, change.rise.median) == (320.0, 150.0)
    assert urate_change(urate(trial("A").labs(rows[1:]))).n == 0


def test_a_stone_stands_with_the_last_urate_before_it(trial):
    made = trial("AB")
    values = made.labs([urate_at("A", -1, 300), urate_at("A", 20, 450), urate_at("A", 40, 500)])
    events = made.events(
        [
            {"id": "A", "pt": "Nephrolithiasis", "start": 30, "end": 35, "grade": 2},
            {"id": "A", "pt": "GOUT", "start": 40, "grade": 1},
            {"id": "B", "pt": "NEPHROLITHIASIS", "start": 5},  # no urate at all
            {"id": "B", "pt": "HYPERURICAEMIA", "start": 5},  # no consequence
            {"id": "B", "pt": "GOUT", "start": 390},  # after the safety window
        ]
    )
    lines = timed_lines(values, values.value)
    found = urate_events(events, urate(values), lines)
    told = [(e.usubjid, e.kind, e.first, e.before, e.before_day, e.peak) for e in found]
    assert told == [
        ("A", "stone", 30, 450.0, 20, 500.0),
        ("A", "gout", 40, 500.0, 40, 500.0),
        ("B", "stone", 5, None, None, None),
    ]


def test_changes_near_an_event_are_from_a_week_before_to_two_weeks_after():
    event = UrateEvent("A", "stone", "X", 1, 30, None, "ongoing", None, None, None, None)
    marks = [DoseMark(u, "INO", d, "reduced", "X", None, None)
             for u, d in (("A", 22), ("A", 23), ("A", 44), ("A", 45), ("B", 30))]  # fmt: skip
    assert [m.day for m in changes_near(event, marks)] == [23, 44]


def test_the_story_counts_stones_and_gout_alone():
    """By hand: 460 and 480 before two of three; one above 460; two over; one dose changed."""
    told = {
        "term": "T",
        "grade": 2,
        "last": None,
        "serious": None,
        "before_day": None,
        "peak": None,
    }
    events = [
        UrateEvent("A", "stone", first=30, state="resolved", before=460.0, **told),
        UrateEvent("A", "gout", first=90, state="ended", before=480.0, **told),
        UrateEvent("B", "stone", first=None, state="ongoing", before=None, **told),
        UrateEvent("C", "kidney", first=30, state="resolved", before=900.0, **told),
    ]
    marks = [DoseMark("A", "INOSINE", 44, "reduced", "DOSE REDUCED", None, None)]
    found = urate_story(events, marks, 460.0)
    assert (found.n, found.known, found.low, found.high) == (3, 2, 460.0, 480.0)
    assert (found.above, found.over, found.changed) == (1, 2, 1)  # 460 itself is not above
    nothing = urate_story(events[3:], marks, 460.0)
    assert (nothing.n, nothing.known, nothing.low, nothing.above) == (0, 0, None, 0)


def test_the_watched_edge_is_the_last_but_one():
    assert watched([360.0, 420.0, 480.0, 540.0]) == 480.0
    assert watched([420.0]) == 420.0


def test_the_last_value_is_held_against_the_edge(trial):
    rows = [urate_at("A", -1, 300), urate_at("A", 8, 500), urate_at("A", 22, 400)]
    rows += [urate_at("B", -1, 300), urate_at("B", 8, 400), urate_at("B", 22, 400.1)]
    found = urate(trial("AB").labs(rows))
    assert last_above(found, 400.0) == ("B",)


def test_no_value_before_is_none():
    assert last_before(None, 3) == (None, None)


# --- liver ----------------------------------------------------------------------------------------


def bili(u, day, value):
    return {"id": u, "param": "BILI", "day": day, "value": value, "high": 20, "unit": "umol/L"}


def test_against_the_baseline_a_raised_start_is_taken_out(trial):
    rows = [alt("A", -1, 160), alt("A", 8, 240), bili("A", -1, 30), bili("A", 8, 45)]
    rows += [alt("B", 8, 240), bili("B", 8, 45)]
    values = trial("AB").labs(rows)
    (point,) = scatter_by_baseline(values, AXES).points
    assert (point.x, point.y, point.upper_right) == (1.5, 1.5, False)
    assert scatter_by_baseline(values, AXES).without[0].usubjid == "B"
    assert [p.quadrant for p in liver(values).patients] == ["potential Hy's law"] * 2


def test_the_course_of_a_candidate_is_in_multiples_of_each_limit(trial):
    values = trial("AB").labs(
        [alt("A", -1, 20), alt("A", 8, 240), bili("A", 8, 45), alt("B", 8, 1)]
    )
    (course,) = liver_courses(values, ["A"])
    assert [(s.paramcd, s.day, s.times) for s in course.series] == [
        ("ALT", (-1, 8), (0.5, 6.0)),
        ("BILI", (8,), (2.25,)),
    ]


# --- nadirs ---------------------------------------------------------------------------------------


def test_the_points_are_the_values_behind_the_nadirs(trial):
    rows = [
        {"id": u, "param": "NEUT", "day": d, "value": v, "unit": "10^9/L", "low": 1.8}
        for u, d, v in (("A", 8, 0.9), ("A", 15, 0.4), ("A", 25, 2.0), ("B", 8, 2.5), ("B", 0, 0.1))
    ]
    made = trial("AB").labs(rows)
    cycles = treatment_cycles(None, made.treated, CycleOptions(length_days=21))
    points = nadir_points(made, cycles, ("NEUT",))
    assert [(p.usubjid, p.cycle, p.day, p.value, p.grade) for p in points] == [
        ("A", 1, 15, 0.4, 4),
        ("B", 1, 8, 2.5, 0),
        ("A", 2, 25, 2.0, 0),
    ]
    for row in nadirs(made, cycles, ("NEUT",)).rows:
        own = [p for p in points if p.cycle == row.cycle]
        assert row.nadir.n == len(own)
        assert sum(row.by_grade.values()) == len(own)


def test_results_are_json(trial):
    made = trial("A").labs([alt("A", -1, 30), alt("A", 8, 130)])
    for result in (range_shift(made, "ALT"), lab_lines(made, "ALT"), *lab_parameters(made)):
        assert json.loads(json.dumps(result.to_json(), allow_nan=False))
