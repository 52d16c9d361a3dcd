"""Baselines, worst grades and shifts, change by visit, urate bands and nadirs."""

from __future__ import annotations

import json

import pytest

from dashboard.metrics.cycles import CycleOptions, treatment_cycles
from dashboard.metrics.lab_change import lab_changes
from dashboard.metrics.lab_shift import LabGrades, lab_grades
from dashboard.metrics.nadir import Nadirs, nadirs
from dashboard.metrics.urate import Urate, UrateBands, urate

GIGA = "10^9/L"


def neut(u, day, value, **more):
    row = {"id": u, "param": "NEUT", "day": day, "value": value, "unit": GIGA, "low": 1.8}
    return {**row, **more}


def term(made, name="Neutrophil count decreased", **options):
    return next(g for g in lab_grades(made, **options) if g.term == name)


# --- baseline -------------------------------------------------------------------------------------


def test_baseline_is_the_last_value_up_to_the_day_of_the_first_dose(trial):
    made = trial("A").labs([neut("A", d, v) for d, v in ((-9, 1.0), (-2, 2.0), (0, 3.0), (1, 4.0))])
    assert made.value[made.baseline].tolist() == [3.0]
    assert set(made.base.tolist()) == {3.0}
    assert made.value[made.after].tolist() == [4.0]


def test_the_day_of_the_first_dose_is_not_after_it(trial):
    """Taken before the dose or after it: nobody knows, so it is neither baseline nor a peak."""
    made = trial("A").labs([neut("A", -1, 2.0, ABLFL="Y"), neut("A", 0, 0.1), neut("A", 1, 1.2)])
    assert made.value[made.after].tolist() == [1.2]


def test_the_exported_baseline_flag_wins(trial):
    rows = [neut("A", -9, 1.0, ABLFL="Y"), neut("A", -2, 2.0, ABLFL=None), neut("A", 3, 4.0)]
    made = trial("A").labs(rows)
    assert made.value[made.baseline].tolist() == [1.0]


def test_each_parameter_has_its_own_baseline_and_none_is_borrowed(trial):
    rows = [neut("A", -1, 2.0), neut("B", 5, 1.2)]
    rows.append({"id": "A", "param": "ALT", "day": -1, "value": 30, "high": 40})
    made = trial("AB").labs(rows)
    missing = made.base[made.treated.usubjid[made.patient] == "B"]
    assert all(v != v for v in missing.tolist())


def test_copies_undated_values_and_other_patients_are_left_out(trial):
    rows = [
        neut("A", 3, 1.0),
        neut("A", 3, 0.1, dtype="MINIMUM"),
        neut("A", None, 0.2, visit="V", number=1.0),
        neut("A", 4, None),
        neut("Z", 3, 0.3),
        neut("A", 401, 0.1),
    ]
    made = trial("A").labs(rows)
    assert made.value.tolist() == [1.0]
    assert "In no summary, without a date: 1 laboratory record" in made.notes
    assert "In no summary, without a number: 1 laboratory record" in made.notes


# --- worst grade and shift ------------------------------------------------------------------------


def test_worst_after_the_first_dose_against_the_baseline(trial):
    rows = [
        neut("A", -1, 5.0), neut("A", 8, 0.9), neut("A", 22, 3.0),
        neut("B", -1, 1.2), neut("B", 8, 1.3),
        neut("C", -1, 0.4),
        neut("D", 8, 0.3),
    ]  # fmt: skip
    got = term(trial("ABCDE").labs(rows))
    assert (got.n, got.measured, got.patients, got.worst) == (5, 3, ("A", "B", "D"), (3, 2, 4))
    assert (got.any.x, got.any.n, got.grade3plus.x) == (3, 3, 2)
    assert got.by_grade == {"0": 0, "1": 0, "2": 1, "3": 1, "4": 1}
    assert got.shift["0"]["3"] == got.shift["2"]["2"] == 1
    assert got.shift["4"]["missing"] == got.shift["missing"]["4"] == 1
    assert got.shift["missing"]["missing"] == 1
    assert sum(n for row in got.shift.values() for n in row.values()) == 5


def test_a_patient_who_was_never_measured_is_not_normal(trial):
    got = term(trial("AB").labs([neut("A", 8, 5.0)]))
    assert (got.any.x, got.any.n) == (0, 1)


def test_the_safety_window_or_all_up_to_the_cut_off(trial):
    """Last dose on day 100: day 130 is in the window, day 131 is not."""
    rows = [neut("A", 130, 1.2), neut("A", 131, 0.2)]
    made = trial({"A": {"last": 100}}).labs(rows)
    assert (term(made).worst, term(made, until="cut").worst) == ((2,), (4,))


def test_values_in_an_unknown_unit_are_named_and_not_counted(trial):
    rows = [neut("A", 8, 5.0), neut("B", 8, 50.0, unit="%"), neut("B", 9, 1.0, unit=None)]
    got = term(trial("AB").labs(rows))
    assert (got.measured, got.not_graded) == (1, 2)
    assert [(u.paramcd, u.unit, u.n) for u in got.unknown_units] == [
        ("NEUT", "", 1),
        ("NEUT", "%", 1),
    ]


def test_only_terms_with_a_parameter_are_there(trial):
    terms = [g.term for g in lab_grades(trial("A").labs([neut("A", 8, 5.0)]))]
    assert terms == ["Neutrophil count decreased"]


def test_exported_grades_that_differ_are_counted(trial):
    rows = [neut("A", 8, 0.9, ATOXGR="3"), neut("A", 9, 0.9, ATOXGR="-3"), neut("A", 10, 0.3)]
    rows[2]["ATOXGR"] = "3"
    assert term(trial("A").labs(rows)).differs_from_export == 1
    assert term(trial("A").labs([neut("A", 8, 0.9)])).differs_from_export is None


def test_round_trip(trial):
    got = term(trial("AB").labs([neut("A", 8, 0.9), neut("B", 8, 1.0, unit="%")]))
    assert LabGrades.from_json(json.loads(json.dumps(got.to_json()))) == got


# --- change by visit ------------------------------------------------------------------------------


def test_change_from_ones_own_baseline_at_each_visit(trial):
    rows = []
    for u, base, later in (("A", 4.0, 2.0), ("B", 6.0, 5.0), ("C", None, 9.0)):
        if base is not None:
            rows.append(neut(u, -1, base, visit="BASELINE", number=0.0))
        rows.append(neut(u, 8, later, visit="CYCLE 1 DAY 8", number=1.07))
    got = lab_changes(trial("ABC").labs(rows), "NEUT")
    base, later = got.visits
    assert (base.visit, base.value.n, base.change.n) == ("BASELINE", 2, 0)
    assert (later.value.n, later.value.median) == (3, 5.0)
    assert (later.change.n, later.change.median) == (2, -1.5)
    assert later.percent_change.minimum == -50.0


def test_visits_are_in_the_order_of_their_number_not_of_the_alphabet(trial):
    visits = (("CYCLE 10 DAY 1", 10.0), ("CYCLE 2 DAY 1", 2.0), ("BASELINE", 0.0))
    rows = [neut("A", int(n), 1.0, visit=v, number=n) for v, n in visits]
    names = [v.visit for v in lab_changes(trial("A").labs(rows), "NEUT").visits]
    assert names == ["BASELINE", "CYCLE 2 DAY 1", "CYCLE 10 DAY 1"]


def test_one_value_per_patient_and_visit_and_unscheduled_ones_apart(trial):
    rows = [
        neut("A", 8, 1.0, visit="V1", number=1.0),
        neut("A", 9, 3.0, visit="V1", number=1.0),
        neut("A", 10, 0.1, visit="UNSCHEDULED 1.1", number=1.1),
        neut("A", 11, 0.1, visit=None, number=None),
    ]
    got = lab_changes(trial("A").labs(rows), "NEUT")
    assert [(v.visit, v.value.n, v.value.median) for v in got.visits] == [("V1", 1, 3.0)]
    assert got.unscheduled == 2


def test_values_in_a_second_unit_are_not_mixed_in(trial):
    rows = [neut("A", 8, 2.0, visit="V"), neut("B", 8, 3.0, visit="V")]
    rows.append(neut("C", 8, 2500, visit="V", unit="/mm3"))
    got = lab_changes(trial("ABC").labs(rows), "NEUT")
    assert (got.unit, got.visits[0].value.maximum, got.other_units) == (GIGA, 3.0, ("/mm3",))


def test_a_parameter_that_is_not_there(trial):
    with pytest.raises(KeyError):
        lab_changes(trial("A").labs([neut("A", 8, 2.0)]), "PSA")


# --- urate ----------------------------------------------------------------------------------------


def acid(u, day, value, **more):
    return {"id": u, "param": "URATE", "day": day, "value": value, "unit": "umol/L", **more}


def test_bands_by_peak_after_the_first_dose_with_the_edge_below(trial):
    rows = [
        acid("A", -1, 600), acid("A", 8, 360),
        acid("B", 8, 361), acid("B", 22, 350),
        acid("C", 8, 480), acid("D", 8, 540.5),
    ]  # fmt: skip
    got = urate(trial("ABCDE").labs(rows))
    assert [p.usubjid for p in got.patients] == ["A", "B", "C", "D"]
    assert [p.peak_band for p in got.patients] == ["<=360", ">360-420", ">420-480", ">540"]
    assert (got.patients[1].last, got.patients[1].last_band) == (350.0, "<=360")
    assert got.patients[0].baseline == 600.0
    assert got.peak_bands == {"<=360": 1, ">360-420": 1, ">420-480": 1, ">480-540": 0, ">540": 1}


def test_milligrams_per_decilitre_are_converted_and_unknown_units_left_out(trial):
    rows = [acid("A", 8, 8.0, unit="mg/dL"), acid("B", 8, 8.0, unit=None)]
    got = urate(trial("AB").labs(rows))
    assert got.patients[0].peak == pytest.approx(475.84)
    assert got.patients[0].peak_band == ">420-480"
    assert [(u.unit, u.n) for u in got.unknown_units] == [("", 1)]
    assert len(got.patients) == 1


def test_bands_are_configurable_and_by_visit(trial):
    bands = UrateBands(edges=(400.0,), labels=("in range", "above"))
    rows = [acid(u, 8, v, visit="V", number=1.0) for u, v in (("A", 390), ("B", 410), ("C", 500))]
    got = urate(trial("ABC").labs(rows), bands)
    assert got.visits[0].bands == {"in range": 1, "above": 2}
    assert Urate.from_json(json.loads(json.dumps(got.to_json()))) == got
    with pytest.raises(ValueError, match="rising edges"):
        UrateBands(edges=(2.0, 1.0), labels=("a", "b", "c"))


# --- nadir ----------------------------------------------------------------------------------------


def test_lowest_value_of_each_cycle(trial):
    made = trial({"A": {"last": 41}, "B": {"last": 20}})
    cycles = treatment_cycles(None, made.treated(), CycleOptions(length_days=21))
    values = made.labs(
        [
            neut("A", 8, 0.9), neut("A", 15, 1.6), neut("A", 21, 0.4), neut("A", 22, 2.0),
            neut("A", 90, 0.1),  # after the last cycle
            neut("B", 8, 1200, unit="/mm3"),
        ]
    )  # fmt: skip
    got = nadirs(values, cycles, ("NEUT",))
    assert [(r.cycle, r.started, r.nadir.n, r.nadir.minimum) for r in got.rows] == [
        (1, 2, 2, pytest.approx(0.9)),
        (2, 1, 1, pytest.approx(0.4)),
    ]
    assert (got.rows[0].by_grade["3"], got.rows[0].by_grade["2"]) == (1, 1)
    assert got.rows[0].nadir.maximum == pytest.approx(1.2)
    assert (got.unit, got.term) == (GIGA, "Neutrophil count decreased")
    assert Nadirs.from_json(json.loads(json.dumps(got.to_json()))) == got


def test_nadirs_are_refused_for_what_is_not_graded_when_it_falls(trial):
    made = trial("A")
    cycles = treatment_cycles(None, made.treated())
    with pytest.raises(KeyError, match="grades no fall of ALT"):
        nadirs(made.labs([neut("A", 8, 1.0)]), cycles, ("ALT",))


def test_no_value_at_all(trial):
    made = trial("A")
    values = made.labs([neut("Z", 8, 1.0)])
    assert lab_grades(values) == ()
    assert urate(values).patients == ()
    got = nadirs(values, treatment_cycles(None, made.treated()), ("NEUT",))
    assert got.rows[0].nadir.n == 0
