"""What must hold for any adverse events: order, disjoint groups, thresholds, bounds, JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.metrics.ae_outcome import AeOutcome, ae_outcome
from dashboard.metrics.ae_overview import AeOverview, ae_overview, overview_by_group
from dashboard.metrics.ae_tables import TermTable, term_table
from dashboard.metrics.exposure_adjusted import ExposureAdjusted, exposure_adjusted, poisson_rate
from dashboard.metrics.onset import Onset, time_to_first
from dashboard.metrics.safety import Safety, safety, safety_json
from dashboard.metrics.safety_options import AesiGroup, SafetyOptions
from dashboard.metrics.subgroups import Group

IDS = "ABCDEFG"
PATIENTS = {u: {"last": 60 + 20 * i, "ongoing": i % 3 == 0} for i, u in enumerate(IDS)}
OPTIONS = SafetyOptions(ae_window_days=120, aesi=(AesiGroup("x", "X", ("RASH", "GOUT")),))
event = st.fixed_dictionaries(
    {
        "id": st.sampled_from(IDS),
        "pt": st.sampled_from(["NAUSEA", "RASH", "GOUT", "Nausea", None]),
        "soc": st.sampled_from(["GI", "SKIN"]),
        "grade": st.sampled_from([None, 1, 2, 3, 4, 5]),
        "start": st.one_of(st.none(), st.integers(-30, 399)),
        "AEREL": st.sampled_from(["POSSIBLE", "NONE", None]),
        "AESER": st.sampled_from(["Y", "N", None]),
        "AEACN": st.sampled_from(["DOSE REDUCED", "DRUG WITHDRAWN", "DOSE NOT CHANGED"]),
        "AEOUT": st.sampled_from(["FATAL", "RECOVERED/RESOLVED", None]),
    }
)
events = st.lists(event, max_size=25)
every = settings(max_examples=60, deadline=None)


@every
@given(events, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing(trial, rows, random):
    shuffled = rows.copy()
    random.shuffle(shuffled)
    one, two = (trial(PATIENTS).events(r, OPTIONS) for r in (rows, shuffled))
    assert ae_overview(one, OPTIONS) == ae_overview(two, OPTIONS)
    assert term_table(one) == term_table(two)
    assert exposure_adjusted(one) == exposure_adjusted(two)
    assert time_to_first(one) == time_to_first(two)


@every
@given(events, st.lists(st.booleans(), min_size=len(IDS), max_size=len(IDS)))
def test_disjoint_groups_add_up(trial, rows, sides):
    made = trial(PATIENTS).events(rows, OPTIONS)
    left = tuple(u for u, s in zip(IDS, sides, strict=True) if s)
    right = tuple(u for u in IDS if u not in left)
    whole = ae_overview(made, OPTIONS)
    parts = overview_by_group(made, [Group("l", "L", left), Group("r", "R", right)], OPTIONS)
    assert sum(p.n for p in parts) == whole.n
    assert sum(p.n_events for p in parts) == whole.n_events
    for flag in whole.flags:
        if flag.proportion is None:
            continue
        assert sum(p.flag(flag.id).proportion.x for p in parts) == flag.proportion.x
        assert sorted(sum((p.flag(flag.id).patients for p in parts), ())) == sorted(flag.patients)
    for key, count in whole.max_grade.items():
        assert sum(p.max_grade[key] for p in parts) == count


@every
@given(events)
def test_counts_stay_within_their_bounds(trial, rows):
    made = trial(PATIENTS).events(rows, OPTIONS)
    overview, table = ae_overview(made, OPTIONS), term_table(made.treatment_emergent())
    any_ = overview.flag("any").proportion.x
    for flag in overview.flags:
        if flag.proportion is not None:
            assert flag.proportion.x <= min(flag.n_events, flag.proportion.n)
            assert len(flag.patients) == flag.proportion.x
            if flag.id != "related_in_window":
                assert flag.proportion.x <= any_
    assert sum(overview.max_grade.values()) == any_ == table.overall.any.x
    for soc in table.by_soc:
        terms = [t.any.x for t in soc.terms]
        assert max(terms) <= soc.row.any.x <= min(sum(terms), overview.n)
        assert sum(t.n_events for t in soc.terms) == soc.row.n_events
    for row in table.by_pt:
        assert sum(row.by_grade.values()) == row.any.x == len(row.patients)
        assert row.grade3plus is None or row.grade3plus.x <= row.any.x


@every
@given(events)
def test_a_higher_threshold_has_no_more_patients(trial, rows):
    made = trial(PATIENTS).events(rows).treatment_emergent()
    counts = [len(np.unique(made.select(made.grade >= g).patient)) for g in (0, 1, 2, 3, 4, 5, 6)]
    assert counts == sorted(counts, reverse=True)
    worst = ae_overview(trial(PATIENTS).events(rows)).max_grade
    assert counts[3] == sum(worst[k] for k in ("3", "4", "5"))


@every
@given(events, event)
def test_one_more_event_takes_no_patient_away(trial, rows, more):
    before, after = (
        ae_overview(trial(PATIENTS).events(r, OPTIONS), OPTIONS) for r in (rows, [*rows, more])
    )
    for flag in before.flags:
        if flag.proportion is not None:
            assert set(flag.patients) <= set(after.flag(flag.id).patients)


@every
@given(events)
def test_a_longer_window_loses_nobody(trial, rows):
    short, long = (
        ae_overview(trial(PATIENTS).events(rows, o), o)
        for o in (SafetyOptions(teae_end_days=0), SafetyOptions(teae_end_days=60))
    )
    assert set(short.flag("any").patients) <= set(long.flag("any").patients)


@every
@given(events)
def test_every_result_survives_json(trial, rows):
    made = trial(PATIENTS).events(rows, OPTIONS)
    results = (
        (Safety, safety(made, OPTIONS, groups=[Group("g", "G", ("A", "B"))])),
        (AeOverview, ae_overview(made, OPTIONS)),
        (TermTable, term_table(made)),
        (ExposureAdjusted, exposure_adjusted(made)),
        (Onset, time_to_first(made)),
        (AeOutcome, ae_outcome(made)),
    )
    for kind, result in results:
        assert kind.from_json(json.loads(json.dumps(result.to_json(), allow_nan=False))) == result
    json.dumps(safety_json(results[0][1], OPTIONS), allow_nan=False)


@every
@given(events)
def test_time_at_risk_and_its_parts(trial, rows):
    made = trial(PATIENTS).events(rows).treatment_emergent()
    rate, onset, outcome = exposure_adjusted(made), time_to_first(made), ae_outcome(made)
    assert rate.incidence.x + len(rate.excluded) == len(np.unique(made.patient))
    assert rate.incidence.x == onset.affected == onset.incidence.events
    curve = onset.incidence
    assert curve.n == curve.events + curve.competing + curve.censored
    assert outcome.resolved + outcome.ongoing + outcome.fatal + outcome.unknown == made.n


@given(st.integers(0, 200), st.floats(0.01, 500))
def test_the_poisson_interval_holds_its_rate(x, years):
    got = poisson_rate(x, years)
    assert got.lower <= got.rate <= got.upper
    assert poisson_rate(x + 1, years).upper > got.upper
    wider = poisson_rate(x, years, level=0.99)
    assert wider.lower <= got.lower
    assert got.upper <= wider.upper
    assert got.rate == pytest.approx(x / years)
