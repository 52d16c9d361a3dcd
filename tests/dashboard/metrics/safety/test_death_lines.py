"""Deaths from every source, with the days after the last dose."""

from __future__ import annotations

from dashboard.metrics.death_lines import death_lines

PATIENTS = {
    "A": {"last": 20, "death": 30},
    "B": {"last": 50, "death": 50},
    "C": {"last": 10},
    "D": {"ongoing": True},
}
ROWS = [
    {"id": "A", "pt": "SEPSIS", "start": 28, "grade": 5},
    {"id": "A", "pt": "ARREST", "start": 29, "grade": 5},
    {"id": "C", "pt": "STROKE", "start": 300, "grade": 5},
]


def test_every_death_stands_beside_its_fatal_events(trial):
    made = trial(PATIENTS)
    a, b, c = sorted(
        death_lines(made.treated(), ("A", "B"), made.events(ROWS)), key=lambda d: d.usubjid
    )
    assert (a.day, a.days_after, a.recorded, a.events) == (30, 10, True, (1, 0))  # latest first
    assert a.emergent
    assert (b.day, b.days_after, b.events) == (50, 0, ())
    assert (c.recorded, c.when, c.day, c.days_after) == (False, None, None, None)
    assert (c.events, c.emergent) == ((2,), False)  # 290 days after the last dose


def test_the_latest_death_comes_first_and_one_without_a_date_last(trial):
    made = trial(PATIENTS)
    found = death_lines(made.treated(), ("A", "B", "D"), made.events(ROWS))
    assert [d.usubjid for d in found] == ["B", "A", "C", "D"]


def test_nobody_and_no_events(trial):
    made = trial(PATIENTS)
    assert death_lines(made.treated(), (), None) == ()
    assert death_lines(made.treated(), (), made.events([])) == ()
    (only,) = death_lines(made.treated(), ("B", "stranger"), None)
    assert (only.usubjid, only.events, only.emergent) == ("B", (), False)
