"""Lanes of a swimmer plot against patients written out by hand. Cut-off: day 400 of 2024-01-01."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.duration import duration_of_response
from dashboard.metrics.lane_order import SORTS, LaneGroup, lane_groups, lane_order
from dashboard.metrics.lane_phases import Marker, Segment
from dashboard.metrics.lanes import Lanes, swimmer_lanes
from dashboard.metrics.recist import empty_assessments, overall_responses
from dashboard.metrics.response import best_responses
from dashboard.metrics.time_to_event import progression_free_survival
from dashboard.metrics.tumour import BestChanges
from dashboard.metrics.types import AnalysisSet

FIRST = date(2024, 1, 1)
CUT = FIRST + timedelta(days=400)


@pytest.fixture
def swim(frame, day):
    """patients: ADSL values by USUBJID (under a date column a number is a day); visits: id ->
    [(day, response)]. Duration of response is derived by the FDA-like rules.
    """

    def lanes(patients, visits=None, *, keep=None):
        rows = [
            {"USUBJID": u, **{k: day(v) if k.endswith("DT") else v for k, v in p.items()}}
            for u, p in patients.items()
        ]
        adsl = frame(rows)
        cohort = build_cohort(adsl, CUT)
        seen = empty_assessments(cohort)
        if visits:
            records = [
                {"USUBJID": u, "PARAMCD": "OVR", "ADT": day(d), "AVALC": r}
                for u, found in visits.items()
                for d, r in found
            ]
            seen = overall_responses(frame(records), cohort)
        responses = best_responses(cohort, seen)
        pfs = progression_free_survival(cohort, seen)
        dor = duration_of_response(cohort, responses, pfs)
        members = AnalysisSet("enrolled", "Enrolled", keep or cohort.patients, (), "all")
        return swimmer_lanes(adsl, cohort, members, seen, responses, dor=dor)

    return lanes


def one(lanes: Lanes):
    assert len(lanes.lanes) == 1
    return lanes.lanes[0]


def test_treatment_runs_from_first_to_last_dose_both_included(swim):
    lane = one(
        swim({"A": {"TRTSDT": 10, "TRTEDT": 109, "EOTSTT": "DISCONTINUED", "LSTALVDT": 200}})
    )
    assert (lane.state, lane.ongoing) == ("ended", False)
    assert (lane.start, lane.end, lane.days) == (0, 99, 100)
    assert lane.origin == lane.start_date == FIRST + timedelta(days=10)
    assert lane.end_date == FIRST + timedelta(days=109)
    assert lane.followed == 190


def test_ongoing_treatment_runs_to_the_cut_off_whatever_the_last_dose(swim):
    lane = one(swim({"A": {"TRTSDT": 100, "TRTEDT": 380, "EOTSTT": "ONGOING"}}))
    assert (lane.state, lane.ongoing) == ("on treatment", True)
    assert (lane.end, lane.days, lane.end_date) == (300, 301, CUT)
    assert lane.reason is None


@pytest.mark.parametrize(
    ("patient", "state", "end"),
    [
        ({"TRTSDT": 0, "TRTEDT": 50}, "ended", 50),
        ({"TRTSDT": 0, "TRTEDT": None}, "on treatment", 400),
        # the patient left the study: nobody doses him now, and when dosing ended is not stated
        ({"TRTSDT": 0, "TRTEDT": None, "EOSDT": 80, "EOSSTT": "DISCONTINUED"}, "ended", None),
        # last dose not dated, but the end of treatment is
        ({"TRTSDT": 0, "TRTEDT": None, "EOTDT": 70, "EOTSTT": "DISCONTINUED"}, "ended", 70),
        ({"TRTSDT": 0, "TRTEDT": 60, "EOTDT": 70, "EOTSTT": "DISCONTINUED"}, "ended", 60),
        # records after the cut-off do not exist
        ({"TRTSDT": 0, "TRTEDT": 450, "EOTDT": 450, "EOTSTT": "DISCONTINUED"}, "on treatment", 400),
        ({"TRTSDT": 0, "TRTEDT": 390, "DTHDT": 395, "EOTSTT": "ONGOING"}, "ended", 390),
        # a last dose before the first is no duration
        ({"TRTSDT": 50, "TRTEDT": 10, "EOTSTT": "DISCONTINUED"}, "ended", None),
        # no column says when or whether treatment ended
        ({"TRTSDT": 0}, "not stated", None),
        ({"TRTSDT": 0, "DTHDT": 30}, "ended", None),
        ({"TRTSDT": None, "ENRLDT": 0, "TRTEDT": None, "EOTSTT": None}, "not dosed", None),
        ({"TRTSDT": None, "ENRLDT": 0, "SAFFL": "Y", "TRTEDT": None}, "not stated", None),
        ({"ENRLDT": 0, "EOTSTT": "ONGOING"}, "not stated", None),  # no column of first doses
    ],
)
def test_where_treatment_stands(swim, patient, state, end):
    lane = one(swim({"A": patient}))
    assert (lane.state, lane.end) == (state, end)
    assert lane.days == (None if end is None else end + 1)
    assert lane.ongoing is (state == "on treatment")


def test_doses_before_the_origin_of_enrolment_are_counted_from_it(swim, frame, day):
    """Origin enrolment: the bar starts at the first dose, not at day 0."""
    adsl = frame([{"USUBJID": "A", "ENRLDT": day(0), "TRTSDT": day(7), "TRTEDT": day(20)}])
    cohort = build_cohort(adsl, CUT, origin="enrolment")
    seen = empty_assessments(cohort)
    members = AnalysisSet("enrolled", "Enrolled", ("A",), (), "all")
    lane = one(swimmer_lanes(adsl, cohort, members, seen, best_responses(cohort, seen)))
    assert (lane.start, lane.end, lane.days) == (7, 20, 14)
    assert lane.origin == FIRST


TREATED = {"TRTSDT": 0, "EOTSTT": "ONGOING", "LSTALVDT": 400}


@pytest.mark.parametrize(
    ("visits", "more", "segments", "marks"),
    [
        # confirmed PR until PD
        (
            [(42, "PR"), (84, "PR"), (126, "PD")],
            {},
            [Segment("PR", 42, 126, True, "PD")],
            [("PR", 42, True), ("PD", 126, None)],
        ),
        # PR that becomes a confirmed CR, still in response at the last assessment
        (
            [(42, "PR"), (84, "CR"), (126, "CR")],
            {},
            [Segment("PR", 42, 84, True, "CR"), Segment("CR", 84, 126, True, "LAST")],
            [("PR", 42, True), ("CR", 84, True)],
        ),
        # the PR is confirmed by a CR that is itself not confirmed
        (
            [(42, "PR"), (84, "CR"), (126, "PD")],
            {},
            [Segment("PR", 42, 84, True, "CR"), Segment("CR", 84, 126, False, "PD")],
            [("PR", 42, True), ("CR", 84, False), ("PD", 126, None)],
        ),
        # one PR only
        (
            [(42, "PR"), (84, "SD"), (126, "PD")],
            {},
            [Segment("PR", 42, 126, False, "PD")],
            [("PR", 42, False), ("PD", 126, None)],
        ),
        # a first PR that is not confirmed is not the start of the confirmed response
        (
            [(42, "PR"), (60, "SD"), (90, "PR"), (130, "PR")],
            {},
            [Segment("PR", 90, 130, True, "LAST")],
            [("PR", 90, True)],
        ),
        # NE is no adequate assessment: the response is seen up to day 84
        (
            [(42, "PR"), (84, "PR"), (126, "NE")],
            {},
            [Segment("PR", 42, 84, True, "LAST")],
            [("PR", 42, True)],
        ),
        # death ends a response
        (
            [(42, "CR"), (84, "CR")],
            {"DTHDT": 100},
            [Segment("CR", 42, 100, True, "DEATH")],
            [("CR", 42, True), ("DEATH", 100, None)],
        ),
        # new therapy: what comes after is not a response to this one; the PD is still shown
        (
            [(42, "PR"), (84, "PR"), (126, "CR"), (168, "PD")],
            {"NACTDT": 100},
            [Segment("PR", 42, 84, True, "NEW_THERAPY")],
            [("PR", 42, True), ("NEW_THERAPY", 100, None), ("PD", 168, None)],
        ),
        # a response after progression is none
        ([(42, "PD"), (84, "PR"), (126, "PR")], {}, [], [("PD", 42, None)]),
        ([(42, "SD"), (84, "SD")], {}, [], []),
        # after the cut-off nothing exists
        (
            [(42, "PR"), (401, "PD")],
            {},
            [Segment("PR", 42, 42, False, "LAST")],
            [("PR", 42, False)],
        ),
    ],
)
def test_response_phases_and_first_events(swim, visits, more, segments, marks):
    lane = one(swim({"A": {**TREATED, **more}}, {"A": visits}))
    assert list(lane.segments) == segments
    assert [(m.event, m.day, m.confirmed) for m in lane.markers] == marks
    assert all(m.when == FIRST + timedelta(days=m.day) for m in lane.markers)


def test_a_confirmed_response_ends_where_its_duration_ends(swim):
    """PD 130 days after the last adequate scan (limit 126): the duration is censored at day 84."""
    lane = one(swim({"A": TREATED}, {"A": [(42, "PR"), (84, "PR"), (214, "PD")]}))
    assert lane.segments == (Segment("PR", 42, 84, True, "LAST"),)
    assert (lane.response_days, lane.response_over) == (43, False)
    assert lane.markers[-1] == Marker("PD", 214, FIRST + timedelta(days=214), None)


def test_duration_of_response_is_that_of_confirmed_responses_only(swim):
    lanes = swim(
        {"A": TREATED, "B": TREATED},
        {"A": [(42, "PR"), (84, "PR"), (126, "PD")], "B": [(42, "PR"), (84, "PD")]},
    ).lanes
    assert (lanes[0].best, lanes[0].response_days, lanes[0].response_over) == ("PR", 85, True)
    assert (lanes[1].best, lanes[1].response_days, lanes[1].response_over) == ("SD", None, None)


def test_an_exported_response_without_visits_is_taken_at_its_word(frame, day):
    adsl = frame([{"USUBJID": u, "TRTSDT": day(0), "EOTSTT": "ONGOING"} for u in ("A", "B", "C")])
    cohort = build_cohort(adsl, CUT)
    seen = empty_assessments(cohort)
    said = replace(
        best_responses(cohort, seen),
        confirmed=("CR", "PR", "PR"),
        response_day=(50, 60, None),
        source_confirmed="exported",
    )
    members = AnalysisSet("enrolled", "Enrolled", cohort.patients, (), "all")
    lanes = swimmer_lanes(adsl, cohort, members, seen, said).lanes
    assert [[(m.event, m.day, m.confirmed) for m in lane.markers] for lane in lanes] == [
        [("CR", 50, True)],
        [("PR", 60, True)],
        [],  # the export dates no response
    ]
    assert [lane.best for lane in lanes] == ["CR", "PR", "PR"]
    assert lanes[0].segments == (Segment("CR", 50, 50, True, "LAST"),)


def test_why_treatment_ended(swim):
    lanes = swim(
        {
            "A": {"TRTSDT": 0, "TRTEDT": 9, "EOTSTT": "DISCONTINUED", "DCTREAS": "ADVERSE EVENT"},
            "B": {"TRTSDT": 0, "TRTEDT": 9, "EOTSTT": "COMPLETED"},
            "C": {"TRTSDT": 0, "EOTSTT": "ONGOING", "DCTREAS": "ADVERSE EVENT"},
            "D": {
                "TRTSDT": 0, "TRTEDT": 9, "EOTSTT": "DISCONTINUED",
                "EOSSTT": "DISCONTINUED", "EOSDT": 20, "DCSREAS": "WITHDRAWAL BY SUBJECT",
            },
            "E": {
                "TRTSDT": 0, "TRTEDT": 9, "EOTSTT": "DISCONTINUED",
                "EOSSTT": "DISCONTINUED", "EOSDT": 500, "DCSREAS": "DEATH",
            },
        }
    )  # fmt: skip
    assert [(x.reason, x.study_reason) for x in lanes.lanes] == [
        ("ADVERSE EVENT", None),
        ("COMPLETED", None),
        (None, None),  # still on treatment: a reason stated later does not exist yet
        (None, "WITHDRAWAL BY SUBJECT"),
        (None, None),  # left the study after the cut-off
    ]
    assert lanes.reason_known


def test_prior_lines_are_numbers_else_the_line_of_therapy(swim):
    base = {"TRTSDT": 0, "EOTSTT": "ONGOING"}
    lanes = swim({"A": {**base, "PRIORLN": 2.0, "LINE": "3L"}, "B": {**base, "LINE": "2L"}})
    assert (lanes.prior_column, [x.prior for x in lanes.lanes]) == ("PRIORLN", ["2", None])
    lanes = swim({"A": {**base, "LINE": "3L"}})
    assert (lanes.prior_column, lanes.lanes[0].prior) == ("LINE", "3L")
    assert swim({"A": base}).prior_column is None


def test_a_death_without_a_date_is_told_and_has_no_marker(swim):
    lane = one(swim({"A": {**TREATED, "DTHFL": "Y", "DTHDT": None}}))
    assert lane.death_undated
    assert lane.markers == ()
    dated = one(swim({"A": {**TREATED, "DTHFL": "Y", "DTHDT": 50}}))
    assert not dated.death_undated
    assert dated.followed == 50


def test_only_members_have_lanes_and_the_result_survives_json(swim):
    lanes = swim(
        {"A": TREATED, "B": TREATED, "C": {"ENRLDT": None, "TRTSDT": None}},
        {"A": [(42, "PR"), (84, "PR")]},
        keep=("A", "C"),
    )
    assert [x.usubjid for x in lanes.lanes] == ["A", "C"]
    unknown = lanes.lanes[1]
    assert (unknown.origin, unknown.start, unknown.end, unknown.followed) == (None,) * 4
    assert unknown.best == "MISSING"
    assert Lanes.from_json(lanes.to_json()) == lanes


def test_nobody_makes_no_lane(swim):
    assert swim({"A": TREATED}, keep=("nobody",)).lanes == ()


@pytest.fixture
def pool(swim):
    """A 100 days, PR 60; B 300 days, SD; C 200 days, CR 40 from 50; D never dosed."""
    ended = {"EOTSTT": "DISCONTINUED"}
    return swim(
        {
            "A": {"TRTSDT": 20, "TRTEDT": 119, **ended},
            "B": {"TRTSDT": 0, "TRTEDT": 299, **ended},
            "C": {"TRTSDT": 10, "TRTEDT": 209, **ended},
            "D": {"TRTSDT": None, "ENRLDT": 5, **ended},
        },
        {
            "A": [(80, "PR"), (120, "PR")],
            "B": [(50, "SD"), (100, "SD")],
            "C": [(50, "CR"), (100, "CR")],
        },
    ).lanes


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("duration", "BCAD"),
        ("response", "CABD"),
        ("start", "BCAD"),
        ("best", "CABD"),
        ("waterfall", "BACD"),
    ],
)
def test_orders(pool, by, order):
    changes = BestChanges(("A", "B"), (-40.0, 12.5), (60, 50), (50.0, 50.0), (30.0, 56.25), ())
    got = lane_order(pool, by, changes)
    assert "".join(pool[i].usubjid for i in got) == order


def test_every_order_holds_every_lane_once(pool):
    for by in SORTS:
        assert sorted(lane_order(pool, by)) == [0, 1, 2, 3]
        assert lane_order([], by) == ()


def test_groups_keep_the_order_and_the_known_names_come_first():
    groups = lane_groups((3, 1, 0, 2), ["x", "b", "x", "a"], known=("x", "unused"))
    assert groups == (LaneGroup("x", (0, 2)), LaneGroup("a", (3,)), LaneGroup("b", (1,)))
    assert lane_groups((), [], known=("x",)) == ()
