"""PFS, OS and DoR: each row of the censoring table by a hand-written patient, and a slow loop."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.duration import duration_of_response, time_to_response
from dashboard.metrics.landmark import Landmark, landmark_by_response
from dashboard.metrics.recist import TERMS
from dashboard.metrics.response import best_responses
from dashboard.metrics.sensitivity import Comparison, compare_times
from dashboard.metrics.time_to_event import (
    FollowUp,
    PfsRules,
    SurvivalResult,
    TimeToEvent,
    exported_time_to_event,
    follow_up,
    overall_survival,
    progression_free_survival,
    survival,
)
from dashboard.metrics.types import AnalysisSet

EMA = PfsRules(rule="EMA")


def pfs_of(study, rules=None, cutoff=400, **patient):
    cohort, records = study({"P": patient}, cutoff=cutoff)
    got = progression_free_survival(cohort, records, rules)
    return got.days[0], got.event[0], got.reason[0]


def slow_fda(p, cutoff, gap):
    """One patient by the table of situations, in its order."""
    rows = sorted((d, r) for d, r in zip(p["day"], p["resp"], strict=True) if d <= cutoff)
    rows = [(d, max((r for e, r in rows if e == d), key=TERMS.index)) for d, _ in rows]
    never = 10**9
    known = {k: p.get(k) if (p.get(k) or 0) <= cutoff else None for k in ("death", "nact")}
    death = never if known["death"] is None else known["death"]
    nact = never if known["nact"] is None else known["nact"]
    progression = min((d for d, r in rows if r == "PD"), default=never)
    event = min(progression, death)
    adequate = [d for d, r in rows if r != "NE"]
    if nact < event:
        return max([d for d in adequate if d <= nact], default=0), False
    if event < never:
        # the scan of a PD is the event; one on the day of death came before it
        last = max([d for d in adequate if d < event + (progression > death)], default=0)
        return (event, True) if event - last <= gap else (last, False)
    return max(adequate, default=0), False


patients = st.fixed_dictionaries(
    {
        "rows": st.lists(st.tuples(st.integers(0, 420), st.sampled_from(TERMS)), max_size=7),
        "death": st.one_of(st.none(), st.integers(0, 420)),
        "nact": st.one_of(st.none(), st.integers(1, 420)),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(patients, min_size=1, max_size=5), st.integers(50, 420))
def test_vectorised_pfs_equals_the_slow_one(study, people, cutoff):
    table = {
        f"P{i}": {
            "day": [d for d, _ in p["rows"]],
            "resp": [r for _, r in p["rows"]],
            "death": p["death"],
            "nact": p["nact"],
        }
        for i, p in enumerate(people)
    }
    cohort, records = study(table, cutoff=cutoff)
    got = progression_free_survival(cohort, records)
    want = [slow_fda(p, cutoff, 126) for p in table.values()]
    assert list(zip(got.days, got.event, strict=True)) == [(d + 1, e) for d, e in want]
    treatment_policy = progression_free_survival(cohort, records, EMA)
    assert sum(treatment_policy.event) >= sum(got.event)
    assert TimeToEvent.from_json(got.to_json()) == got


def test_both_gap_parameters_make_the_longest_gap():
    assert PfsRules().max_gap == 126
    assert PfsRules(assessment_interval=42, visit_window=3).max_gap == 90


def test_ne_is_no_adequate_assessment(study):
    two_missed = {"day": [56, 112, 168, 224], "resp": ["SD", "NE", "NE", "PD"]}
    assert pfs_of(study, **two_missed) == (
        57,
        False,
        "event after two or more missed assessments",
    )
    assert pfs_of(study, EMA, **two_missed) == (225, True, "PD")


def test_new_therapy_censors_at_the_last_adequate_assessment_before(study):
    patient = {"day": [56, 112, 168], "resp": ["SD", "SD", "PD"], "nact": 120}
    assert pfs_of(study, **patient) == (113, False, "new anticancer therapy")
    assert pfs_of(study, EMA, **patient) == (169, True, "PD")
    on_the_day = {"day": [56, 112], "resp": ["SD", "SD"], "nact": 112}
    assert pfs_of(study, **on_the_day) == (113, False, "new anticancer therapy")
    nothing_before = {"day": [56], "resp": ["SD"], "nact": 20}
    assert pfs_of(study, **nothing_before) == (1, False, "new anticancer therapy")


def test_the_day_of_the_origin_counts_as_day_one(study):
    assert pfs_of(study, day=[0], resp=["PD"]) == (1, True, "PD")


def test_death_after_the_cut_off_did_not_happen(study):
    patient = {"day": [56], "resp": ["SD"], "death": 90}
    assert pfs_of(study, cutoff=89, **patient) == (57, False, "last adequate assessment")
    assert pfs_of(study, cutoff=90, **patient) == (91, True, "DEATH")


def test_no_baseline_counts_an_early_death_only(study):
    cohort, records = study(
        {
            "early": {"day": [30], "resp": ["PD"], "death": 126},
            "late": {"death": 127},
            "switched": {"death": 60, "nact": 30},
        }
    )
    got = progression_free_survival(cohort, records, baseline=np.zeros(3, dtype=bool))
    assert got.days == (127, 1, 1)
    assert got.event == (True, False, False)
    assert got.reason == ("DEATH", "no baseline assessment", "no baseline assessment")


def test_survival_is_censored_when_last_known_alive_not_at_the_cut_off(study):
    cohort, _ = study(
        {"A": {"alive": 100}, "B": {"death": 50, "alive": 50}, "C": {"alive": 500}, "D": {}}
    )
    got = overall_survival(cohort)
    assert got.days == (101, 51, 401, 1)
    assert got.event == (False, True, False, False)
    assert got.dates[1] == date(2024, 2, 20)


def test_follow_up_is_reverse_kaplan_meier_of_survival(study, everyone):
    cohort, _ = study(
        {"A": {"alive": 99}, "B": {"death": 9}, "C": {"alive": 199}, "D": {"alive": 299}}
    )
    got = follow_up(overall_survival(cohort), everyone(cohort))
    assert (got.n, got.median, got.minimum, got.maximum) == (4, 200, 10, 300)
    assert got.method.startswith("reverse Kaplan-Meier")
    assert FollowUp.from_json(got.to_json()) == got
    nobody = AnalysisSet("none", "", (), (), "")
    assert follow_up(overall_survival(cohort), nobody).median is None


def test_patients_of_the_set_without_a_value_are_listed(study):
    cohort, _ = study({"A": {"alive": 10}, "B": {"alive": 20}})
    members = AnalysisSet("enrolled", "", ("A", "Z"), (), "")
    got = survival(overall_survival(cohort), members)
    assert (got.curve.n, got.data.usubjid) == (1, ("A",))
    assert [(e.usubjid, e.reason) for e in got.data.excluded] == [("Z", "no OS record")]
    assert SurvivalResult.from_json(got.to_json()) == got


def test_patients_without_origin_have_no_time_and_are_named(frame, day):
    adsl = frame([{"USUBJID": "A", "TRTSDT": day(0)}, {"USUBJID": "B", "DTHDT": day(9)}])
    cohort = build_cohort(adsl, date(2025, 1, 1))
    got = overall_survival(cohort)
    assert got.usubjid == ("A",)
    assert [e.usubjid for e in got.excluded] == ["B"]


def test_never_dosed_patients_count_from_enrolment(frame, day):
    adsl = frame(
        [
            {"USUBJID": "A", "ENRLDT": day(0), "TRTSDT": day(5), "DTHDT": day(10)},
            {"USUBJID": "B", "ENRLDT": day(0), "DTHDT": day(10)},
        ]
    )
    cut = date(2025, 1, 1)
    assert overall_survival(build_cohort(adsl, cut)).days == (6, 11)
    assert overall_survival(build_cohort(adsl, cut, origin="enrolment")).days == (11, 11)


def test_exported_times_come_in_days_and_nothing_is_guessed(frame):
    rows = [
        ("A", 2.0, 0.0, "MONTHS"),
        ("B", 10.0, 1.0, None),
        ("C", None, 0.0, "DAYS"),
        ("D", 5.0, None, "DAYS"),
        ("E", -3.0, 0.0, "DAYS"),
        ("F", 3.0, 0.0, "FORTNIGHTS"),
        ("G", 1.0, 0.0, "WEEKS"),
        ("H", 1.0, 0.0, "DAYS"),
        ("H", 2.0, 0.0, "DAYS"),
    ]
    names = ("USUBJID", "AVAL", "CNSR", "AVALU")
    adtte = frame([{**dict(zip(names, r, strict=True)), "PARAMCD": "PFS"} for r in rows])
    got = exported_time_to_event(adtte, "PFS", ("PFS", "PFSINV"))
    assert dict(zip(got.usubjid, got.days, strict=True)) == {"A": 60.875, "B": 10.0, "G": 7.0}
    assert got.event == (True, False, True)
    assert {e.usubjid: e.reason for e in got.excluded} == {
        "C": "PFS time missing",
        "D": "PFS censoring code missing",
        "E": "PFS time negative",
        "F": "PFS unit unknown",
        "H": "more than one PFS record",
    }
    assert (got.source, got.rule) == ("exported", "as exported (PFS)")
    assert exported_time_to_event(adtte, "OS", ("OS",)) is None
    months = exported_time_to_event(adtte, "PFS", ("PFS",), unit="MONTHS")
    assert months.days[1] == 304.375


def test_rule_sets_side_by_side_name_who_differs(study, everyone):
    cohort, records = study(
        {
            "same": {"day": [56], "resp": ["PD"]},
            "switched": {"day": [56, 112], "resp": ["SD", "PD"], "nact": 60},
        }
    )
    fda = progression_free_survival(cohort, records)
    ema = progression_free_survival(cohort, records, EMA)
    got = compare_times(fda, ema, everyone(cohort))
    assert [(d.usubjid, d.days, d.event) for d in got.differing] == [
        ("switched", (57, 113), (False, True))
    ]
    assert got.status_differs == 1
    assert got.reasons_first == (("PD", 1), ("new anticancer therapy", 1))
    assert got.reasons_second == (("PD", 2),)
    assert Comparison.from_json(got.to_json()) == got


def test_duration_of_confirmed_responders_only(study):
    cohort, records = study(
        {
            "unconfirmed": {"day": [56, 84], "resp": ["PR", "PR"], "nact": 60},
            "ended": {"day": [56, 112, 168], "resp": ["PR", "PR", "PD"]},
            "none": {"day": [56], "resp": ["SD"]},
            "going": {"day": [56, 112], "resp": ["CR", "CR"]},
        }
    )
    best = best_responses(cohort, records)
    got = duration_of_response(cohort, best, progression_free_survival(cohort, records))
    assert dict(zip(got.usubjid, got.days, strict=True)) == {"ended": 113, "going": 57}
    assert got.event == (True, False)
    assert {e.usubjid for e in got.excluded} == {"unconfirmed", "none"}


def test_duration_uses_dates_where_the_export_counts_from_another_origin(study, frame, day):
    cohort, records = study({"P": {"day": [56, 112], "resp": ["PR", "PR"], "start": 10}})
    row = {"USUBJID": "P", "PARAMCD": "PFS", "AVAL": 123.0, "CNSR": 0.0, "ADT": day(122)}
    pfs = exported_time_to_event(frame([row]), "PFS", ("PFS",))
    got = duration_of_response(cohort, best_responses(cohort, records), pfs)
    assert got.days == (57,)  # day 66 to day 122 of the calendar; AVAL alone would say 67


def test_a_pfs_that_ends_before_the_response_gives_no_duration(study, frame):
    cohort, records = study({"P": {"day": [56, 112], "resp": ["PR", "PR"]}})
    row = {"USUBJID": "P", "PARAMCD": "PFS", "AVAL": 20.0, "CNSR": 1.0}
    pfs = exported_time_to_event(frame([row]), "PFS", ("PFS",))
    got = duration_of_response(cohort, best_responses(cohort, records), pfs)
    assert got.days == ()
    assert got.excluded[0].reason == "PFS ends before the response"


def test_time_to_response_of_nobody(study, everyone):
    cohort, records = study({"A": {"day": [56], "resp": ["SD"]}})
    got = time_to_response(best_responses(cohort, records), everyone(cohort))
    assert (got.n, got.median, got.minimum) == (0, None, None)
    assert [e.reason for e in got.excluded] == ["no confirmed response"]


def test_landmark_gives_responders_no_immortal_time(study, everyone):
    """Everyone lives equally long; from day 0 responders would seem to live longer."""
    people = {}
    for i in range(30):
        death = 20 + 10 * i
        responds = death > 56 and i % 2
        people[f"P{i:02}"] = {
            "day": [50] if responds else [],
            "resp": ["PR"] if responds else [],
            "death": death,
        }
    cohort, records = study(people)
    best, data = best_responses(cohort, records), overall_survival(cohort)
    got = landmark_by_response(data, best, everyone(cohort), landmark_day=56)
    assert all("day 56" in e.reason for e in got.excluded)
    assert len(got.responders.patients) + len(got.others.patients) + len(got.excluded) == 30
    gap = got.responders.curve.median.estimate - got.others.curve.median.estimate
    responders = {u for u, d in zip(best.usubjid, best.first_response_day, strict=True) if d}
    naive = [
        np.median(
            [d for u, d in zip(data.usubjid, data.days, strict=True) if (u in responders) is y]
        )
        for y in (True, False)
    ]
    assert naive[0] - naive[1] > abs(gap) + 20
    assert Landmark.from_json(got.to_json()) == got


def test_a_response_after_the_landmark_does_not_move_a_patient(study, everyone):
    cohort, records = study({"late": {"day": [60, 100], "resp": ["PR", "PR"], "alive": 200}})
    got = landmark_by_response(
        overall_survival(cohort), best_responses(cohort, records), everyone(cohort)
    )
    assert got.others.patients == ("late",)
    assert got.others.curve.time == (145.0,)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_order_of_rows_does_not_matter(study, order):
    names = ["A", "B", "C"]
    people = {
        "A": {"day": [56], "resp": ["PD"]},
        "B": {"day": [56, 112], "resp": ["SD", "SD"]},
        "C": {"death": 30},
    }
    cohort, records = study({names[i]: people[names[i]] for i in order})
    got = progression_free_survival(cohort, records)
    assert got.usubjid == ("A", "B", "C")
    assert got.days == (57, 113, 31)
