"""One patient's adverse events against records written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.ae_outcome import ae_outcome, event_states
from dashboard.metrics.ae_overview import worst_grades
from dashboard.metrics.patient_events import event_records
from dashboard.metrics.patient_listing import NONE, OUTSIDE, harm_of, sorted_rows
from dashboard.metrics.safety_options import SafetyOptions
from tests.dashboard.metrics.conftest import day, typed
from tests.dashboard.metrics.safety.conftest import Trial

OPTIONS = SafetyOptions(
    related_columns={"inosine": "AERELI", "chemotherapy": "AERELC"},
    action_columns={"inosine": "AEACNI", "chemotherapy": "AEACNC"},
)


@pytest.fixture
def two(trial):
    return trial({"A": {"last": 100}, "B": {"ongoing": True}})


def test_events_stand_by_onset_and_the_undated_last(two):
    events = two.events(
        [
            {"id": "A", "pt": "Late", "grade": "1", "start": 50, "end": 60},
            {"id": "A", "pt": "Undated", "grade": "2", "start": None},
            {"id": "A", "pt": "Early", "grade": "3", "start": -4, "end": 2},
            {"id": "B", "pt": "Other", "grade": "4", "start": 1},
        ]
    )
    found = event_records(events, "A")
    assert [(e.term, e.first, e.last, e.grade) for e in found] == [
        ("Early", -4, 2, 3),
        ("Late", 50, 60, 1),
        ("Undated", None, None, 2),
    ]


def test_each_drug_and_action_is_named(two):
    events = two.events(
        [
            {"id": "A", "pt": "X", "grade": "3", "start": 5, "AERELI": "Y", "AERELC": "N",
             "AEACNI": "DOSE REDUCED", "AEACNC": "DRUG WITHDRAWN", "AESER": "Y"},
            {"id": "A", "pt": "Y", "grade": "1", "start": 6, "AERELI": "N", "AERELC": "N",
             "AEACNI": "DOSE NOT CHANGED", "AEACNC": "DOSE NOT CHANGED", "AESER": "N"},
        ],
        OPTIONS,
    )  # fmt: skip
    x, y = event_records(events, "A")
    assert (x.related, x.drugs, x.serious) == (True, ("inosine",), True)
    assert x.actions == ("reduced:inosine", "withdrawn:chemotherapy")
    assert (y.related, y.drugs, y.actions, y.serious) == (False, (), (), False)


def test_what_the_export_does_not_record_is_not_no(two):
    (event,) = event_records(two.events([{"id": "A", "pt": "X", "grade": "1", "start": 5}]), "A")
    assert (event.serious, event.related) == (None, None)


def test_states_of_events_add_up_to_the_outcome(two):
    events = two.events(
        [
            {"id": "A", "pt": "a", "grade": "1", "start": 5, "end": 9, "AEOUT": "RECOVERED"},
            {"id": "A", "pt": "b", "grade": "1", "start": 5, "AEOUT": "NOT RECOVERED"},
            {"id": "A", "pt": "c", "grade": "5", "start": 5, "AEOUT": "FATAL"},
            {"id": "B", "pt": "d", "grade": "1", "start": 5, "AEOUT": "UNKNOWN"},
        ]
    )
    assert event_states(events) == ("resolved", "ongoing", "fatal", "unknown")
    told = ae_outcome(events)
    assert (told.resolved, told.ongoing, told.fatal, told.unknown) == (1, 1, 1, 1)


def test_a_patient_outside_the_treated_has_no_events(two):
    assert event_records(two.events([{"id": "A", "pt": "X", "start": 5}]), "Z") == ()


# --- the listing ---------------------------------------------------------------------------------


def test_the_worst_grade_is_that_of_emergent_events(two):
    events = two.events(
        [
            {"id": "A", "pt": "before", "grade": "4", "start": -9, "end": -2},
            {"id": "A", "pt": "during", "grade": "2", "start": 3, "AESER": "Y"},
            {"id": "A", "pt": "after", "grade": "3", "start": 131},
        ]
    )
    harm = harm_of(two.cohort, events)
    assert harm.worst.tolist() == [2, NONE]
    assert harm.events.tolist() == [1, 0]
    assert harm.serious is not None
    assert harm.serious.tolist() == [1, 0]


def test_who_is_outside_the_safety_set_has_no_worst_grade(two):
    events = two.events([{"id": "A", "pt": "X", "grade": "2", "start": 3}])
    assert harm_of(two.cohort, events.restrict(["A"])).worst.tolist() == [2, OUTSIDE]


def test_missing_values_stand_last_in_either_direction():
    keys = [3, None, 1, 3, None]
    rows = [0, 1, 2, 3, 4]
    at = np.array(rows, dtype=np.int64)
    assert sorted_rows(keys, at, descending=False).tolist() == [2, 0, 3, 1, 4]
    assert sorted_rows(keys, at, descending=True).tolist() == [0, 3, 2, 1, 4]


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5)), max_size=30), st.booleans())
def test_an_order_holds_every_row_once(keys, descending):
    found = sorted_rows(keys, np.arange(len(keys)), descending=descending).tolist()
    assert sorted(found) == list(range(len(keys)))
    known = [keys[r] for r in found if keys[r] is not None]
    assert known == sorted(known, reverse=descending)


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(0, 5), st.integers(-20, 200)), max_size=15
    )
)
def test_the_worst_grade_of_the_listing_is_the_gravest_emergent_record(rows):
    trial = Trial(lambda r, c=(): typed(r, c), day, {"A": {"last": 100}, "B": {"last": 20}})
    events = trial.events(
        [{"id": u, "pt": "X", "grade": str(g) if g else None, "start": s} for u, g, s in rows]
    )
    harm = harm_of(trial.cohort, events)
    for i, u in enumerate("AB"):
        own = [e for e in event_records(events, u) if e.emergent]
        assert harm.worst[i] == max((e.grade for e in own), default=NONE)
        assert harm.events[i] == len(own)
    assert harm.worst.tolist() == worst_grades(events.treatment_emergent()).tolist()
