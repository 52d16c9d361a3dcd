"""Treatment-emergent: one patient, doses from day 0 to day 100, cut-off on day 400."""

from __future__ import annotations

import pytest

from dashboard.metrics.adverse_events import emergent_check
from dashboard.metrics.safety_options import SafetyOptions

ENDED = {"A": {"last": 100}}

#: name -> (start, end, grade at the start, worst grade, emergent)
EVENTS = {
    "on the day of the first dose": (0, 5, None, 1, True),
    "the day before the first dose": (-1, 5, None, 1, False),
    "30 days after the last dose": (130, None, None, 1, True),
    "31 days after the last dose": (131, None, None, 1, False),
    "no start, end on treatment": (None, 5, None, 1, True),
    "no start, no end": (None, None, None, 1, True),
    "no start, ended before the first dose": (None, -1, None, 1, False),
    "no start, ended on the day of the first dose": (None, 0, None, 1, True),
    "from before, worse on treatment": (-10, 20, 1, 3, True),
    "from before, not worse": (-10, 20, 2, 2, False),
    "from before, better": (-10, 20, 3, 1, False),
    "from before, grade at the start missing": (-10, 20, None, 3, False),
    "from before, worst grade missing": (-10, 20, 1, None, False),
    "from before, worse but over before the first dose": (-10, -1, 1, 3, False),
}


@pytest.mark.parametrize("name", EVENTS)
def test_each_rule(trial, name):
    start, end, initial, worst, expected = EVENTS[name]
    row = {"id": "A", "start": start, "end": end, "grade": worst}
    row["AEITOXGR"] = None if initial is None else str(initial)
    assert trial(ENDED).events([row]).emergent.tolist() == [expected]


def test_still_on_treatment_the_window_ends_at_the_cut_off(trial):
    """The last dose of day 100 is only the last one known so far."""
    events = trial({"A": {"last": 100, "ongoing": True}}).events([{"id": "A", "start": 390}])
    assert events.emergent.tolist() == [True]


def test_no_last_dose_date_the_window_ends_at_the_cut_off_and_that_is_said(trial):
    events = trial({"A": {"last": None}}).events([{"id": "A", "start": 390}])
    assert events.emergent.tolist() == [True]
    assert "last dose has no date in 1 patient" in events.notes[0]


def test_the_window_is_a_parameter(trial):
    row = [{"id": "A", "start": 131}]
    options = SafetyOptions(teae_end_days=90)
    assert trial(ENDED).events(row).emergent.tolist() == [False]
    assert trial(ENDED).events(row, options).emergent.tolist() == [True]


def test_a_last_dose_after_the_cut_off_is_not_known_yet(trial):
    """Cut-off on day 100: doses go on, the window ends at the cut-off."""
    made = trial({"A": {"last": 150, "ongoing": True}}, cut=100)
    treated = made.treated()
    assert (treated.window_end == treated.cut).all()


def test_an_event_after_the_cut_off_does_not_exist(trial):
    events = trial({"A": {"ongoing": True}}, cut=50).events(
        [{"id": "A", "start": 50}, {"id": "A", "start": 51}]
    )
    assert events.row.tolist() == [0]


def test_an_end_after_the_cut_off_is_no_end_yet(trial):
    events = trial({"A": {"ongoing": True}}, cut=50).events([{"id": "A", "start": 1, "end": 51}])
    assert str(events.end[0]) == "NaT"
    assert events.ends_later.tolist() == [True]


def test_the_exported_flag_is_used_and_the_difference_listed(trial):
    rows = [
        {"id": "A", "start": 5, "TRTEMFL": "Y"},
        {"id": "A", "start": 6, "TRTEMFL": None, "pt": "RASH"},
        {"id": "A", "start": -6, "TRTEMFL": "Y", "pt": "COUGH"},
    ]
    events = trial(ENDED).events(rows)
    assert events.emergent.tolist() == [True, False, True]
    found = emergent_check(events)
    assert (found.used, found.n_exported, found.n_derived) == ("exported", 2, 2)
    assert [(m.sequence, m.term, m.exported, m.derived) for m in found.mismatches] == [
        (2, "RASH", False, True),
        (3, "COUGH", True, False),
    ]


def test_the_derivation_can_be_asked_for(trial):
    rows = [{"id": "A", "start": 6, "TRTEMFL": "N"}]
    assert trial(ENDED).events(rows, SafetyOptions(teae="derived")).emergent.tolist() == [True]
    with pytest.raises(ValueError, match="no TRTEMFL"):
        trial(ENDED).events([{"id": "A"}], SafetyOptions(teae="exported"))


def test_a_flag_column_without_any_value_is_no_flag(trial):
    events = trial(ENDED).events([{"id": "A", "start": 6, "TRTEMFL": None}])
    assert (events.source, events.emergent.tolist()) == ("derived", [True])
    assert emergent_check(events).n_exported is None


def test_a_patient_without_a_first_dose_has_no_emergent_event_by_date(trial):
    made = trial({"A": {"last": 100}, "B": {"start": None, "last": None}})
    made.adsl["ENRLDT"] = made.adsl["TRTSDT"].fillna(made.day(0))
    events = made.events([{"id": "B", "start": 5}, {"id": "B", "start": None}])
    assert events.emergent.tolist() == [False, False]
    assert any("No first dose date in 1 patient" in n for n in events.notes)
