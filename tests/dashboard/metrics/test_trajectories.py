"""Lines of the spider plot and new lesions, from hand-written records."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.new_lesions import first_new_lesion
from dashboard.metrics.trajectories import Trajectories, trajectories
from dashboard.metrics.tumour import target_sums


@pytest.fixture
def sums_of(frame, day):
    def build(cohort, rows):
        table = frame(
            [
                {"USUBJID": u, "PARAMCD": "SDIAM", "ADT": day(d), "AVAL": v, **more}
                for u, d, v, more in rows
            ]
        )
        return target_sums(table, cohort)

    return build


def first_pd(cohort, days):
    return np.array([days.get(u, NEVER) for u in cohort.patients])


def test_a_line_goes_on_after_progression_and_ends_at_the_switch(study, sums_of):
    cohort, _ = study({"A": {"nact": 126}, "B": {}})
    rows = [("A", 0, 100.0, {"ABLFL": "Y"}), ("B", 0, 50.0, {"ABLFL": "Y"}), ("B", 42, 25.0, {})]
    rows += [("A", d, v, {}) for d, v in ((42, 80.0), (84, 110.0), (125, 120.0), (126, 10.0))]
    got = trajectories(cohort, sums_of(cohort, rows), first_pd(cohort, {"A": 84}))
    a, b = got.lines
    assert (a.usubjid, a.day, a.percent) == ("A", (42, 84, 125), pytest.approx((-20, 10, 20)))
    assert (a.pd_day, a.pd_percent) == (84, pytest.approx(10))
    assert (b.day, b.percent, b.pd_day, b.pd_percent) == ((42,), (-50.0,), None, None)
    assert [e.usubjid for e in got.left_out] == ["A"]
    assert got.left_out[0].reason == "on or after the start of new anticancer therapy"
    assert Trajectories.from_json(got.to_json()) == got


def test_incomplete_visits_and_visits_without_baseline_are_not_drawn(study, sums_of):
    cohort, _ = study({"A": {}, "B": {}})
    rows = [
        ("A", 0, 100.0, {"ABLFL": "Y"}),
        ("A", 42, 50.0, {"LSEXP": "T01, T02", "LSASS": "T01"}),
        ("A", 84, 70.0, {"LSEXP": "T01, T02", "LSASS": "T01, T02"}),
        ("B", 42, 50.0, {}),
    ]
    got = trajectories(cohort, sums_of(cohort, rows), first_pd(cohort, {"A": 42}))
    assert [(line.usubjid, line.day) for line in got.lines] == [("A", (84,))]
    assert got.lines[0].pd_percent is None  # the visit of the PD has no complete sum
    assert [(e.usubjid, e.reason) for e in got.left_out] == [
        ("A", "not every target lesion was measured")
    ]


def test_nobody_measured_is_no_line(study, sums_of):
    cohort, _ = study({"A": {}})
    got = trajectories(cohort, sums_of(cohort, [("A", 0, 9.0, {"ABLFL": "Y"})]), np.array([NEVER]))
    assert got == Trajectories((), ())


ROWS = (
    # patient, parameter, day, value, column
    ("column", "OVR", 42, "SD", "N"),
    ("column", "OVR", 84, "PD", "Y"),
    ("column", "OVR", 126, "PD", "Y"),
    ("late", "OVR", 500, "PD", "Y"),
    ("switched", "OVR", 90, "PD", "Y"),
    ("at switch", "OVR", 84, "PD", "Y"),
    ("none", "OVR", 42, "SD", "N"),
)


def adrs(frame, day, rows):
    return frame(
        [
            {"USUBJID": u, "PARAMCD": p, "ADT": day(d), "AVALC": v, **({"NEWLFL": c} if c else {})}
            for u, p, d, v, c in rows
        ]
    )


def test_the_first_new_lesion_before_the_cut_off_and_the_switch(study, frame, day):
    cohort, _ = study(
        {"column": {}, "late": {}, "switched": {"nact": 84}, "at switch": {"nact": 84}, "none": {}},
        cutoff=400,
    )
    found = first_new_lesion(adrs(frame, day, ROWS), cohort)
    assert found is not None
    days = dict(zip(cohort.patients, found.tolist(), strict=True))
    assert {u: d for u, d in days.items() if d < NEVER} == {"column": 84, "at switch": 84}


def test_new_lesions_as_a_parameter_of_their_own(study, frame, day):
    cohort, _ = study({"A": {}, "B": {}})
    rows = [("A", "NEWLFL", 42, "N", ""), ("A", "NEWLFL", 84, "Y", ""), ("B", "OVR", 42, "SD", "")]
    found = first_new_lesion(adrs(frame, day, rows), cohort)
    assert found is not None
    assert found.tolist() == [84, NEVER]


def test_an_export_that_records_no_new_lesions_says_nothing(study, frame, day):
    cohort, _ = study({"A": {}})
    rows = [("A", "OVR", 42, "PD", "")]
    assert first_new_lesion(adrs(frame, day, rows), cohort) is None
