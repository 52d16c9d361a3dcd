"""The response window: every patient is exactly one of responder, final non-responder, pending."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.response import best_responses
from dashboard.metrics.types import AnalysisSet
from dashboard.metrics.windows import ResponseWindow, WindowDays, response_window, window_days_of

W = 182
YES, NO, WAIT, UNCONFIRMED = "responder", "non-responder", "pending", "pending, unconfirmed"


@pytest.mark.parametrize(
    ("patient", "cutoff", "status"),
    [
        ({"day": [56, 112], "resp": ["PR", "PR"]}, 120, YES),
        ({"day": [182, 238], "resp": ["PR", "PR"]}, 300, YES),  # confirmed after the window
        ({"day": [183, 239], "resp": ["PR", "PR"]}, 300, NO),  # response after the window
        ({"day": [56], "resp": ["SD"]}, 181, WAIT),
        ({"day": [56], "resp": ["SD"]}, 182, NO),  # cut-off minus origin, not last visit
        ({"day": [56], "resp": ["PD"]}, 60, NO),
        ({"death": 40}, 60, NO),
        ({"off": 40}, 60, NO),
        ({"nact": 40}, 60, NO),
        ({}, 60, WAIT),
        ({"day": [56], "resp": ["PR"]}, 60, UNCONFIRMED),
        ({"day": [170], "resp": ["PR"]}, 200, UNCONFIRMED),  # whatever the follow-up
        ({"day": [170, 210], "resp": ["PR", "SD"]}, 220, NO),
        ({"day": [170], "resp": ["PR"], "death": 190}, 200, NO),
        ({"day": [190], "resp": ["PR"]}, 200, NO),
        ({"day": [56, 112, 170], "resp": ["PR", "PR", "PD"]}, 300, YES),
    ],
)
def test_status_of_one_patient(study, everyone, patient, cutoff, status):
    cohort, records = study({"P": patient}, cutoff=cutoff)
    days = window_days_of(cohort, best_responses(cohort, records))
    assert response_window(days, everyone(cohort), window_days=W).status == (status,)


def test_late_response_is_named_and_not_counted(study, everyone):
    cohort, records = study({"P": {"day": [190, 250], "resp": ["PR", "PR"]}}, cutoff=300)
    days = window_days_of(cohort, best_responses(cohort, records))
    got = response_window(days, everyone(cohort), window_days=W)
    assert (got.late_responders, got.responders) == (("P",), ())
    whole = response_window(days, everyone(cohort), window_days=None)
    assert (whole.responders, whole.mature.headline.n, whole.incidence) == (("P",), 0, None)


def test_without_a_window_only_a_final_event_makes_a_non_responder(study, everyone):
    cohort, records = study({"A": {"day": [56], "resp": ["SD"]}, "B": {"death": 5}}, cutoff=399)
    days = window_days_of(cohort, best_responses(cohort, records))
    got = response_window(days, everyone(cohort), window_days=None)
    assert got.status == (WAIT, NO)


def test_unconfirmed_reading_waits_for_nobody(study, everyone):
    cohort, records = study({"P": {"day": [170], "resp": ["PR"]}}, cutoff=200)
    days = window_days_of(cohort, best_responses(cohort, records), confirmed=False)
    assert response_window(days, everyone(cohort), window_days=W).status == (YES,)


def test_mature_cohort_is_chosen_by_start_date_alone(study, everyone):
    cohort, records = study(
        {
            "old, waiting": {"day": [170], "resp": ["PR"]},
            "old, no": {},
            "young, yes": {"start": 100, "day": [56, 112], "resp": ["PR", "PR"]},
            "young, dead": {"start": 100, "death": 150},
        },
        cutoff=220,
    )
    days = window_days_of(cohort, best_responses(cohort, records))
    got = response_window(days, everyone(cohort), window_days=W)
    assert got.mature.denominator == ("old, no", "old, waiting")
    assert got.mature_pending == ("old, waiting",)
    assert [(e.usubjid, e.reason) for e in got.mature.excluded] == [
        ("young, dead", "started less than one window before the cut-off"),
        ("young, yes", "started less than one window before the cut-off"),
    ]
    assert (got.interim.headline.x, got.interim.headline.n) == (1, 4)
    assert (got.all_fail.headline.x, got.all_respond.headline.x) == (1, 2)


def test_nobody_in_the_set(study):
    cohort, records = study({"A": {}})
    days = window_days_of(cohort, best_responses(cohort, records))
    empty = AnalysisSet("enrolled", "Enrolled", (), (), "")
    got = response_window(days, empty, window_days=W)
    assert got.interim.headline.estimate is None
    assert got.incidence.estimate is None
    with pytest.raises(ValueError, match="not in the cohort"):
        response_window(
            days, AnalysisSet("enrolled", "Enrolled", ("stranger",), (), ""), window_days=W
        )


def test_cohort_and_responses_must_match(study):
    cohort, records = study({"A": {}, "B": {}})
    with pytest.raises(ValueError, match="same patients"):
        window_days_of(cohort.subset(["A"]), best_responses(cohort, records))


day = st.one_of(st.just(int(NEVER)), st.integers(0, 400))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), day, day, day), min_size=1, max_size=20))
def test_parts_make_the_whole_and_bounds_hold(rows):
    follow_up, response, candidate, off = (np.array(c) for c in zip(*rows, strict=True))
    # as the derivation hands them over: nothing happens after the cut-off, a candidate has no end
    response, off = (np.where(d <= follow_up, d, NEVER) for d in (response, off))
    open_ = (candidate <= follow_up) & (off == NEVER) & (response == NEVER)
    ids = tuple(f"P{i}" for i in range(len(rows)))
    days = WindowDays(ids, follow_up, response, np.where(open_, candidate, NEVER), off)
    members = AnalysisSet("enrolled", "Enrolled", ids, (), "")
    got = response_window(days, members, window_days=W)
    parts = [*got.responders, *got.final_non_responders, *got.pending]
    assert sorted(parts) == sorted(ids)
    assert set(got.pending_unconfirmed) <= set(got.pending)
    low, high = got.all_fail.headline, got.all_respond.headline
    assert low.x == got.interim.headline.x <= high.x == low.x + len(got.pending)
    assert low.lower <= high.lower
    assert low.upper <= high.upper
    assert set(got.mature.denominator) == {u for u, f in zip(ids, follow_up, strict=True) if f >= W}
    assert ResponseWindow.from_json(got.to_json()) == got


def test_resolved_patients_only_would_overstate(everyone):
    """True rate 30%, enrolment over a year, cut at 8 months: what is offered is unbiased."""
    rng = np.random.default_rng(20)
    shown, biased, mature = [], [], []
    for _ in range(400):
        start = np.sort(rng.uniform(0, 365, 30))
        start = start[start < 243]
        follow = (243 - start).astype(int)
        responds = rng.random(start.size) < 0.30
        response = np.where(responds, rng.integers(50, 120, start.size), NEVER)
        off = np.where(responds, NEVER, rng.integers(50, 400, start.size))
        response, off = (np.where(d <= follow, d, NEVER) for d in (response, off))
        ids = tuple(f"P{i}" for i in range(start.size))
        days = WindowDays(ids, follow, response, np.full(start.size, NEVER), off)
        got = response_window(days, AnalysisSet("e", "", ids, (), ""), window_days=W)
        resolved = len(got.responders) + len(got.final_non_responders)
        biased.append(len(got.responders) / max(resolved, 1))
        shown.append(got.incidence.estimate)
        mature.append(got.mature.headline)
    pooled = sum(p.x for p in mature) / sum(p.n for p in mature)
    assert np.mean(biased) > 0.33
    assert abs(pooled - 0.30) < 0.02
    assert abs(np.mean([s for s in shown if s is not None]) - 0.30) < 0.02
