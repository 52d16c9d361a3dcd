"""Analysis sets, enrolment, status and maturity: which rule decided, who is outside, and why."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from dashboard.metrics.accrual import Accrual, StatusCounts, accrual, on_treatment, status_counts
from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.maturity import Maturity, event_days, maturity
from dashboard.metrics.populations import (
    Evidence,
    SetRule,
    analysis_set,
    intersect,
    response_evidence,
)
from dashboard.metrics.time_to_event import progression_free_survival
from dashboard.metrics.tumour import target_sums
from dashboard.metrics.types import AnalysisSet

CUT = date(2024, 12, 31)


@pytest.fixture
def adsl(frame, day):
    return frame(
        [
            {"USUBJID": "A", "TRTSDT": day(0), "ARM": "Treatment"},
            {"USUBJID": "B", "TRTSDT": day(10), "ARM": "Treatment"},
            {"USUBJID": "C", "ARM": "Screen Failure"},
            {"USUBJID": "D", "TRTSDT": day(500), "ARM": "Treatment"},
            {"USUBJID": "E", "ENRLDT": day(20), "ARM": "Treatment"},
        ]
    )


def reasons(members):
    return {e.usubjid: e.reason for e in members.excluded}


def test_enrolled_without_flags_leaves_out_screen_failures_and_says_so(adsl):
    got = analysis_set(adsl, build_cohort(adsl, CUT), "enrolled")
    assert got.patients == ("A", "B", "E")
    assert reasons(got) == {"C": "screen failure", "D": "enrolled after the cut-off date"}
    assert "every ADSL patient but screen failures" in got.notes[0]


@pytest.mark.parametrize("column", ["ENRLFL", "ITTFL", "RANDFL"])
def test_the_first_filled_flag_decides_who_is_enrolled(adsl, column):
    adsl = adsl.assign(**{column: ["Y", "N", "N", "Y", "Y"]})
    got = analysis_set(adsl, build_cohort(adsl, CUT), "enrolled")
    assert got.patients == ("A", "E")
    assert (got.rule, got.notes) == (f"{column} is Y", ())
    assert reasons(got)["B"] == f"{column} is not Y"


def test_an_empty_flag_column_decides_nothing(adsl):
    adsl = adsl.assign(ENRLFL=np.nan, ITTFL=["Y"] * 5)
    assert analysis_set(adsl, build_cohort(adsl, CUT), "enrolled").rule == "ITTFL is Y"


def test_safety_is_a_flag_or_a_first_dose(adsl):
    cohort = build_cohort(adsl, CUT)
    assert analysis_set(adsl, cohort, "safety").patients == ("A", "B")
    empty = adsl.assign(SAFFL=[None] * 5)
    assert analysis_set(empty, cohort, "safety").rule == "a first dose date"
    flagged = adsl.assign(SAFFL=["Y", None, "N", "Y", "Y"])
    assert analysis_set(flagged, cohort, "safety").patients == ("A", "E")


def test_safety_is_not_derivable_where_nothing_tells_who_was_dosed():
    adsl = pd.DataFrame({"USUBJID": ["A", "B"], "SEX": ["F", "M"]})
    got = analysis_set(adsl, build_cohort(adsl, CUT), "safety")
    assert (got.n, got.derivable) == (0, False)
    assert got.rule == "not derivable: ADSL has neither SAFFL nor a date of first dose"


def test_evaluable_is_not_derivable_without_a_flag_or_assessments(adsl):
    cohort = build_cohort(adsl, CUT)
    got = analysis_set(adsl, cohort, "evaluable", evidence=Evidence(assessed=None))
    assert (got.n, got.derivable) == (0, False)
    flagged = adsl.assign(RESPEVFL=["Y", "N", "N", "N", "N"])
    assert analysis_set(
        flagged, cohort, "evaluable", evidence=Evidence(assessed=None)
    ).patients == ("A",)


def test_full_needs_both_drugs_and_is_not_derivable_without_them(adsl, day):
    cohort = build_cohort(adsl, CUT)
    unknown = analysis_set(adsl, cohort, "full")
    assert (unknown.n, unknown.derivable) == (0, False)
    never = np.datetime64("NaT", "s")
    both = adsl.assign(
        INOSDT=np.array([day(0), day(10), never, never, never]),
        CHMSDT=np.array([day(1), never, never, never, never]),
    )
    assert analysis_set(both, cohort, "full").patients == ("A",)


def test_a_stated_rule_wins(adsl):
    adsl = adsl.assign(EFFFL=["Y", "y", "N", "Y", None], SAFFL="Y")
    cohort = build_cohort(adsl, CUT)
    rule = SetRule("safety", "Our set", "EFFFL")
    got = analysis_set(adsl, cohort, "safety", rule=rule)
    assert (got.label, got.patients) == ("Our set", ("A", "B"))
    missing = analysis_set(adsl, cohort, "safety", rule=SetRule("safety", "Ours", "NOFL"))
    assert (missing.derivable, missing.rule) == (False, "not derivable: ADSL has no column NOFL")


def test_evaluable_names_each_reason(adsl):
    adsl = adsl.assign(MEASFL=["Y", "Y", "Y", "Y", "N"])
    cohort = build_cohort(adsl, CUT)
    evidence = Evidence(assessed=frozenset("AE"))
    got = analysis_set(adsl, cohort, "evaluable", evidence=evidence)
    assert got.patients == ("A",)
    assert reasons(got) == {
        "B": "no adequate post-baseline assessment",
        "C": "not enrolled",
        "D": "enrolled after the cut-off date",
        "E": "no measurable disease at baseline",
    }
    died = Evidence(assessed=frozenset("A"), ended_early=frozenset("B"))
    assert analysis_set(adsl, cohort, "evaluable", evidence=died).patients == ("A", "B")


def test_evaluable_without_any_record_of_measurable_disease_says_so(adsl):
    cohort = build_cohort(adsl, CUT)
    everyone = Evidence(assessed=frozenset("ABE"))
    got = analysis_set(adsl, cohort, "evaluable", evidence=everyone)
    assert (got.patients, len(got.notes)) == (("A", "B", "E"), 1)
    known = Evidence(measurable=frozenset("A"), assessed=frozenset("ABE"))
    assert analysis_set(adsl, cohort, "evaluable", evidence=known).patients == ("A",)
    flagged = adsl.assign(RESPEVFL=["N", "Y", "Y", "Y", None])
    assert analysis_set(flagged, cohort, "evaluable").patients == ("B", "C")


def test_evidence_comes_from_the_records(study, frame, day):
    cohort, records = study(
        {
            "dead": {"death": 20},
            "ne": {"day": [56], "resp": ["NE"]},
            "pd": {"day": [30], "resp": ["PD"]},
            "sd": {"day": [56], "resp": ["SD"]},
        }
    )
    row = {"PARAMCD": "SDIAM", "ABLFL": "Y", "ADT": day(0), "AVAL": 30.0}
    sums = target_sums(frame([{"USUBJID": u, **row} for u in ("dead", "ne", "pd")]), cohort)
    enrolled = AnalysisSet("enrolled", "", ("dead", "ne", "pd", "sd"), (), "")
    evidence = response_evidence(cohort, records, sums, enrolled=enrolled)
    adsl = frame([{"USUBJID": u} for u in cohort.patients])
    got = analysis_set(adsl, cohort, "evaluable", evidence=evidence)
    assert got.patients == ("dead", "pd")
    assert reasons(got) == {
        "ne": "no adequate post-baseline assessment",
        "sd": "no measurable disease at baseline",
    }
    assert response_evidence(cohort, records).measurable is None


def test_a_filter_narrows_a_set_and_names_the_reason(adsl):
    members = analysis_set(adsl, build_cohort(adsl, CUT), "enrolled")
    got = intersect(members, ["A", "C"], "filter: eribulin")
    assert got.patients == ("A",)
    assert reasons(got)["B"] == "filter: eribulin"
    assert AnalysisSet.from_json(got.to_json()) == got


def test_two_rows_of_one_patient_are_refused(adsl, frame):
    with pytest.raises(ValueError, match="more than one row"):
        build_cohort(frame([{"USUBJID": "A"}, {"USUBJID": "A"}]), CUT)


def test_rows_in_any_order_make_the_same_cohort(adsl):
    shuffled = adsl.sample(frac=1, random_state=3)
    one, other = build_cohort(adsl, CUT), build_cohort(shuffled, CUT)
    assert one.patients == other.patients
    assert (one.origin == other.origin).tolist()[:2] == [True, True]
    assert analysis_set(adsl, one, "safety") == analysis_set(shuffled, other, "safety")


def test_an_empty_study(frame):
    adsl = frame([], ("USUBJID",))
    cohort = build_cohort(adsl, CUT)
    members = analysis_set(adsl, cohort, "enrolled")
    counts = status_counts(adsl, cohort, members, members)
    assert counts.enrolled.headline.estimate is None
    assert accrual(cohort, members).dates == ()


def test_enrolment_steps_months_and_plan(frame, day):
    start = {"D": 70, "C": 5, "B": 0, "A": 5, "X": None}
    adsl = frame([{"USUBJID": u, "ENRLDT": day(d), "ENRLFL": "Y"} for u, d in start.items()])
    cohort = build_cohort(adsl, date(2024, 4, 30))
    members = analysis_set(adsl, cohort, "enrolled")
    plan = ((date(2024, 1, 31), 3), (date(2024, 6, 30), 40))
    got = accrual(cohort, members, planned=40, plan=plan)
    assert got.dates == (date(2024, 1, 1), date(2024, 1, 6), date(2024, 3, 11))
    assert got.cumulative == (1, 3, 4)
    assert got.patients == (("B",), ("A", "C"), ("D",))
    assert (got.month, got.by_month) == (("2024-01", "2024-02", "2024-03", "2024-04"), (3, 0, 1, 0))
    assert (got.planned_by_cut, got.n) == (3, 4)
    assert [(e.usubjid, e.reason) for e in got.excluded] == [("X", "no enrolment date")]
    assert Accrual.from_json(got.to_json()) == got


def test_enrolment_is_dated_by_consent_flag_not_first_dose(frame, day):
    adsl = frame([{"USUBJID": "A", "ENRLDT": day(0), "TRTSDT": day(9), "ENRLFL": "Y"}])
    cohort = build_cohort(adsl, CUT)
    assert accrual(cohort, analysis_set(adsl, cohort, "enrolled")).dates == (date(2024, 1, 1),)


def test_a_death_counts_without_enrolment_or_dose(frame, day):
    """Nobody knows when such a patient began; that the patient died is known all the same."""
    adsl = frame(
        [
            {"USUBJID": "early", "DTHDT": day(20)},
            {"USUBJID": "after the cut-off", "DTHDT": day(9999)},
            {"USUBJID": "left", "EOSSTT": "DISCONTINUED", "EOSDT": day(40)},
            {"USUBJID": "dosed", "TRTSDT": day(0), "DTHDT": day(30)},
            {"USUBJID": "alive", "TRTSDT": day(0)},
        ]
    ).assign(ENRLFL="Y")
    cohort = build_cohort(adsl, CUT)
    members = analysis_set(adsl, cohort, "enrolled")
    got = status_counts(adsl, cohort, members, members)
    assert got.died.numerator == ("dosed", "early")
    assert got.off_study.numerator == ("dosed", "early", "left")
    assert (got.died.headline.x, got.died.headline.n) == (2, 5)
    assert cohort.subset(("early",)).died_on.tolist() == [date.fromisoformat(str(day(20))[:10])]


def test_status_of_each_patient(frame, day):
    adsl = frame(
        [
            {"USUBJID": "going", "TRTSDT": day(0), "EOTSTT": "ONGOING"},
            {"USUBJID": "stopped", "TRTSDT": day(0), "EOTSTT": "DISCONTINUED", "EOTDT": day(50)},
            {"USUBJID": "later", "TRTSDT": day(0), "EOTSTT": "DISCONTINUED", "EOTDT": day(399)},
            {"USUBJID": "dead", "TRTSDT": day(0), "EOTSTT": "ONGOING", "DTHDT": day(30)},
            {"USUBJID": "undosed", "ENRLDT": day(0)},
        ]
    )
    adsl = adsl.assign(ENRLFL="Y")
    cohort = build_cohort(adsl, CUT)
    members = analysis_set(adsl, cohort, "enrolled")
    got = status_counts(adsl, cohort, members, members)
    assert got.on_treatment.numerator == ("going", "later")  # ended after the cut-off: still on it
    assert got.ended.numerator == ("dead", "stopped")
    assert got.died.numerator == ("dead",)
    assert (got.treated.headline.x, got.treated.headline.n) == (4, 5)
    assert got.on_treatment.headline.x + got.ended.headline.x == got.treated.headline.x
    assert StatusCounts.from_json(got.to_json()) == got


def test_without_end_of_treatment_the_last_dose_decides(frame, day):
    adsl = frame(
        [
            {"USUBJID": "A", "TRTSDT": day(0), "TRTEDT": day(100)},
            {"USUBJID": "B", "TRTSDT": day(0), "TRTEDT": None},
        ]
    )
    assert on_treatment(adsl, build_cohort(adsl, CUT)).tolist() == [False, True]


def test_who_left_the_study_is_not_on_treatment(frame, day):
    """A last dose without a date does not mean that dosing goes on."""
    adsl = frame(
        [
            {"USUBJID": "A", "TRTSDT": day(0), "EOSSTT": "DISCONTINUED", "EOSDT": day(7)},
            {"USUBJID": "B", "TRTSDT": day(0), "EOSSTT": "ONGOING"},
            {"USUBJID": "C", "TRTSDT": day(0), "EOSSTT": "COMPLETED", "EOSDT": day(9999)},
        ]
    )
    assert on_treatment(adsl, build_cohort(adsl, CUT)).tolist() == [False, True, True]
    said = adsl.assign(EOTSTT="ONGOING", EOTDT=None)
    assert on_treatment(said, build_cohort(said, CUT)).tolist() == [True, True, True]


def test_maturity_by_calendar_and_by_event(study, everyone):
    cohort, records = study(
        {
            "followed": {"start": 0},
            "dead": {"start": 100, "death": 150},
            "progressed": {"start": 100, "day": [56], "resp": ["PD"]},
            "open": {"start": 100},
            "nearly": {"start": 20},
        },
        cutoff=200,
    )
    final = event_days(cohort, progression_free_survival(cohort, records))
    got = maturity(
        "PFS", "6-month PFS", cohort, everyone(cohort), window_days=182.625, final_day=final
    )
    assert got.followed.numerator == ("followed",)
    assert got.resolved.numerator == ("dead", "followed", "progressed")
    assert (got.open, got.days_left) == (("nearly", "open"), (3, 83))
    assert Maturity.from_json(got.to_json()) == got


def test_an_event_after_the_window_does_not_close_it_early(study, everyone):
    cohort, _ = study({"A": {"death": 300}}, cutoff=350)
    got = maturity(
        "AE", "12-month AE", cohort, everyone(cohort), window_days=365, final_day=cohort.death
    )
    assert got.resolved.numerator == ("A",)
    short = maturity(
        "R", "6-month", cohort, everyone(cohort), window_days=200, final_day=cohort.death
    )
    assert short.followed.numerator == ("A",)
