"""Exposure-adjusted rates, time to first onset, prevalence by cycle, and how events ended."""

from __future__ import annotations

import pytest

from dashboard.metrics.adverse_events import adverse_events
from dashboard.metrics.ae_outcome import ae_outcome, event_states
from dashboard.metrics.cycles import CycleOptions, treatment_cycles
from dashboard.metrics.exposure_adjusted import exposure_adjusted, poisson_rate
from dashboard.metrics.onset import time_to_first
from dashboard.metrics.prevalence import prevalence_by_cycle
from dashboard.metrics.types import Exclusion


def test_exact_poisson_limits_as_in_r(reference):
    rows = reference["eair_exact_poisson"]["expected"]
    assert len(rows) == 7
    for row in rows:
        got = poisson_rate(row["events"], row["person_years"])
        assert (got.x, got.person_years) == (row["events"], row["person_years"])
        for name in ("rate", "lower", "upper"):
            assert getattr(got, name) == pytest.approx(row[name], rel=1e-9, abs=1e-15)


def test_no_time_is_not_estimable():
    got = poisson_rate(0, 0.0)
    assert (got.rate, got.lower, got.upper) == (None, None, None)
    with pytest.raises(ValueError, match="is no rate"):
        poisson_rate(-1, 1.0)


def test_time_stops_at_the_first_event_but_not_for_the_events_per_year(trial):
    """A: event on day 10 of 131 (window), again later. B: none. C: none, died on day 50."""
    made = trial({"A": {"last": 100}, "B": {"last": 20}, "C": {"last": 40, "death": 49}})
    got = exposure_adjusted(
        made.events([{"id": "A", "start": 9}, {"id": "A", "start": 60}, {"id": "A", "start": 61}])
    )
    assert got.incidence.x == 1
    assert got.incidence.person_years == pytest.approx((10 + 51 + 50) / 365.25)
    assert (got.n_events, got.patients) == (3, ("A",))
    assert got.person_years == pytest.approx((131 + 51 + 50) / 365.25)
    assert got.event_rate == pytest.approx(3 / (232 / 365.25))
    assert got.incidence.rate == pytest.approx(1 / (111 / 365.25))


def test_no_event_has_a_rate_of_zero_with_an_upper_limit(trial):
    got = exposure_adjusted(trial({"A": {"ongoing": True}}).events([])).incidence
    assert (got.x, got.rate, got.lower) == (0, 0.0, 0.0)
    assert got.upper == pytest.approx(3.6888794541139363 / (401 / 365.25), rel=1e-12)


def test_an_event_without_a_start_has_no_time_and_the_patient_is_listed(trial):
    made = trial({"A": {"last": 100}, "B": {"last": 100}})
    events = made.events([{"id": "A", "start": None}])
    expected = (Exclusion("A", "event without a start date"),)
    rate, onset = exposure_adjusted(events), time_to_first(events)
    assert rate.excluded == onset.excluded == expected
    assert (rate.incidence.x, onset.affected) == (0, 0)
    assert rate.incidence.person_years == pytest.approx(131 / 365.25)
    assert onset.incidence.n == 1


def test_a_second_dated_event_gives_the_time(trial):
    events = trial({"A": {"last": 100}}).events(
        [{"id": "A", "start": None}, {"id": "A", "start": 4}]
    )
    assert time_to_first(events).days == (4,)


def test_nobody(trial):
    events = trial({}).events([])
    assert exposure_adjusted(events).incidence.rate is None
    assert exposure_adjusted(events).event_rate is None
    assert time_to_first(events).median is None


def test_cumulative_incidence_as_cmprsk(trial, reference):
    """The reference set as patients: AE, death on that day, or still in the window at the cut."""
    case = reference["cif_small"]
    patients, rows = {}, []
    given = zip(case["inputs"]["time"], case["inputs"]["status"], strict=True)
    for i, (time, status) in enumerate(given):
        u = f"P{i:02d}"
        if status == 0:  # censored: first dose so late that the cut-off comes after `time` days
            patients[u] = {"start": 401 - time, "ongoing": True}
        elif status == 2:
            patients[u] = {"death": time - 1, "last": time - 1}
        else:
            patients[u] = {"ongoing": True}
            rows.append({"id": u, "start": time - 1})
    got = time_to_first(trial(patients).events(rows)).incidence
    want = case["expected"][0]
    for i, time in enumerate(want["time"]):
        at = got.at(time)
        assert at.estimate == pytest.approx(want["cif"][i], rel=1e-9)
        assert at.se == pytest.approx(want["se_aalen"][i], rel=1e-9)
        assert at.lower == pytest.approx(want["lower_loglog"][i], rel=1e-9)
        assert at.upper == pytest.approx(want["upper_loglog"][i], rel=1e-9)
    naive = want["naive_1_minus_km"][-1]
    assert got.at(25).estimate < naive - 0.1


def test_the_end_of_the_window_competes_and_the_cut_off_censors(trial):
    patients = {
        "stopped": {"last": 50},
        "died": {"last": 60, "death": 70},
        "ongoing": {"ongoing": True},
        "stopped lately": {"last": 380},  # the window would end on day 410, after the cut-off
        "died lately": {"last": 380, "death": 389},
    }
    got = time_to_first(trial(patients).events([])).incidence
    assert (got.n, got.events, got.competing, got.censored) == (5, 0, 3, 2)
    assert got.time == (71.0, 81.0, 390.0, 401.0)


def test_onset_is_the_median_of_the_affected_and_not_of_everybody(trial):
    made = trial({u: {"last": 300} for u in "ABCDEFGH"})
    got = time_to_first(
        made.events(
            [
                {"id": "A", "start": 0},
                {"id": "B", "start": 20},
                {"id": "C", "start": 99},
                {"id": "C", "start": 40},
            ]
        )
    )
    assert (got.n, got.affected, got.patients, got.days) == (8, 3, ("A", "B", "C"), (0, 20, 40))
    assert (got.median, got.minimum, got.maximum) == (20.0, 0.0, 40.0)


def test_an_event_that_began_before_the_first_dose_counts_on_the_day_of_that_dose(trial):
    events = trial("A").events([{"id": "A", "start": -10, "end": 20, "grade": 3, "AEITOXGR": "1"}])
    assert time_to_first(events.treatment_emergent()).days == (0,)


# --- cycles and prevalence ------------------------------------------------------------------------


def cycles(made, rows, **options):
    frame = made.frame(
        [
            {
                "USUBJID": u,
                "PARAMCD": "DOSE",
                "EXTRT": drug,
                "CYCLE": float(n),
                "ASTDT": made.day(start),
                "AENDT": made.day(start + 20),
                "EXDOSE": dose,
            }
            for u, drug, n, start, dose in rows
        ]
    )
    return treatment_cycles(frame, made.treated(), CycleOptions(**options))


def test_cycles_of_the_asked_drug_that_were_given(trial):
    made = trial("AB")
    got = cycles(
        made,
        [
            ("A", "INOSINE", 1, 0, 600.0),
            ("A", "INOSINE", 2, 28, 600.0),  # a week late
            ("A", "DOCETAXEL", 1, 3, 75.0),
            ("B", "INOSINE", 1, 0, 600.0),
            ("B", "INOSINE", 2, 21, 0.0),  # planned, not given: not started
            ("Z", "INOSINE", 1, 0, 600.0),  # not in the set
        ],
        drug="Inosine",
    )
    assert got.number.tolist() == [1, 2, 1]
    assert ((got.start - got.start[0]).astype(int)).tolist() == [0, 28, 0]
    assert ((got.end - got.start).astype(int)).tolist() == [27, 20, 20]


def test_a_cycle_ends_with_death_and_with_the_cut_off(trial):
    made = trial({"A": {"last": 5, "death": 9}, "B": {"start": 395, "ongoing": True}})
    got = cycles(made, [("A", "I", 1, 0, 1.0), ("B", "I", 1, 395, 1.0)])
    assert ((got.end - got.start).astype(int)).tolist() == [9, 5]


def test_without_cycle_numbers_cycles_of_one_length(trial):
    made = trial({"A": {"last": 50}, "B": {"last": 20}, "C": {"start": 390, "ongoing": True}})
    got = treatment_cycles(None, made.treated(), CycleOptions(length_days=21))
    assert list(zip(got.patient.tolist(), got.number.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (0, 3),
        (1, 1),
        (2, 1),
    ]
    assert "no cycle number" in got.rule


def test_prevalence_is_of_those_who_started_the_cycle(trial):
    """C stopped after cycle 1: cycle 2 is 1 of 2, not 1 of 3."""
    made = trial("ABC")
    doses = [("A", "I", 1, 0, 1.0), ("A", "I", 2, 21, 1.0), ("A", "I", 3, 42, 1.0)]
    doses += [("B", "I", 1, 0, 1.0), ("B", "I", 2, 21, 1.0), ("C", "I", 1, 0, 1.0)]
    rows = [
        {"id": "A", "start": 20, "end": 21},  # last day of cycle 1, first day of cycle 2
        {"id": "A", "start": 22, "end": 23},  # again in cycle 2: counted once
        {"id": "C", "start": 2, "end": 3},
        {"id": "B", "start": None},
    ]
    got = prevalence_by_cycle(made.events(rows), cycles(made, doses))
    assert [(r.cycle, r.prevalence.x, r.prevalence.n, r.new) for r in got.rows] == [
        (1, 2, 3, 2),
        (2, 1, 2, 1),
        (3, 0, 1, 0),
    ]
    assert got.rows[0].patients == ("A", "C")
    assert got.undated == 1


def test_an_event_without_an_end_is_in_every_later_cycle(trial):
    made = trial("A")
    got = prevalence_by_cycle(
        made.events([{"id": "A", "start": 5}]),
        cycles(made, [("A", "I", n, 21 * (n - 1), 1.0) for n in (1, 2, 3)]),
    )
    assert [(r.prevalence.x, r.new) for r in got.rows] == [(1, 1), (1, 0), (1, 0)]


def test_an_event_from_before_the_first_cycle_is_prevalent_but_not_new(trial):
    made = trial("A")
    got = prevalence_by_cycle(
        made.events([{"id": "A", "start": -5, "end": 3}]), cycles(made, [("A", "I", 1, 0, 1.0)])
    )
    assert [(r.prevalence.x, r.new) for r in got.rows] == [(1, 0)]


def test_cycles_of_other_patients_are_refused(trial):
    made = trial("AB")
    events = made.events([{"id": "A"}])
    with pytest.raises(ValueError, match="different patients"):
        prevalence_by_cycle(events.restrict(["B"]), cycles(made, [("A", "I", 1, 0, 1.0)]))


def test_no_cycle_at_all(trial):
    made = trial({})
    got = prevalence_by_cycle(made.events([]), treatment_cycles(None, made.treated()))
    assert got.rows == ()


# --- outcome --------------------------------------------------------------------------------------


def test_states_add_up_and_duration_is_of_the_ended(trial):
    rows = [
        {"id": "A", "start": 1, "end": 10, "AEOUT": "RECOVERED/RESOLVED"},
        {"id": "A", "start": 5, "end": 5, "AEOUT": "RECOVERED/RESOLVED WITH SEQUELAE"},
        {"id": "B", "start": 5, "AEOUT": "RECOVERED/RESOLVED"},
        {"id": "B", "start": 5, "AEOUT": "NOT RECOVERED/NOT RESOLVED"},
        {"id": "B", "start": 5, "AEOUT": "RECOVERING/RESOLVING"},
        {"id": "C", "start": 5, "AEOUT": None},
        {"id": "C", "start": 5, "AEOUT": "UNKNOWN"},
        {"id": "D", "start": 5, "end": 8, "AEOUT": "FATAL"},
        {"id": "D", "start": 5, "end": 450, "AEOUT": "RECOVERED/RESOLVED"},
    ]
    got = ae_outcome(trial("ABCD").events(rows))
    assert (got.resolved, got.ongoing, got.fatal, got.unknown) == (3, 4, 1, 1)
    assert got.n_events == 9
    assert (got.resolved_without_end, got.n_duration) == (1, 2)
    assert (got.median, got.minimum, got.maximum) == (5.5, 1.0, 10.0)
    assert got.patients_ongoing == ("B", "C", "D")


def test_an_end_with_an_outcome_of_not_recovered_is_not_called_resolved(trial):
    rows = [
        {"id": "A", "start": 1, "end": 10, "AEOUT": "NOT RECOVERED/NOT RESOLVED"},
        {"id": "A", "start": 1, "end": 4, "AEOUT": "RECOVERING/RESOLVING"},
        {"id": "A", "start": 1, "end": 6, "AEOUT": None},
        {"id": "A", "start": 1, "end": 450, "AEOUT": "NOT RECOVERED/NOT RESOLVED"},
    ]
    events = trial("A").events(rows)
    got = ae_outcome(events)
    assert (got.ended, got.resolved, got.ongoing, got.n_events) == (2, 1, 1, 4)
    assert (got.n_duration, got.median) == (3, 6.0)
    assert sorted(event_states(events)) == ["ended", "ended", "ongoing", "resolved"]


def test_end_dates_missing_altogether(trial):
    made = trial("A")
    rows = made.adae([{"id": "A", "start": 3}]).drop(columns=["AENDT"])
    got = ae_outcome(adverse_events(rows, made.treated()))
    assert (got.ongoing, got.resolved, got.median) == (1, 0, None)
