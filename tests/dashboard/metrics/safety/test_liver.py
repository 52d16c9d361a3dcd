"""Peaks against each other, and which potential cases meet Hy's law."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.metrics.liver import (
    CONFIRMED,
    HYS_LAW,
    REFUTED,
    UNKNOWN,
    Liver,
    LiverOptions,
    ScatterOptions,
    liver,
    quadrants,
    scatter,
)


def lab(u, param, day, times, high=40.0, **more):
    return {"id": u, "param": param, "day": day, "value": times * high, "high": high, **more}


def case(u, alt, bili, alp, *, bili_day=10):
    return [
        lab(u, "ALT", 10, alt),
        lab(u, "BILI", bili_day, bili, 20.0, unit="umol/L"),
        lab(u, "ALP", 10, alp, 100.0),
    ]


def status(made, u="A", **options):
    got = liver(made, LiverOptions(**options))
    return next(p for p in got.patients if p.usubjid == u)


def test_quadrants_and_the_test_of_alkaline_phosphatase_as_in_r(trial, reference):
    given, want = reference["edish"]["inputs"]["peaks"], reference["edish"]["expected"]
    columns = [given[k] for k in ("id", "alt_uln", "bili_uln", "alp_uln")]
    rows = [r for u, a, b, p in zip(*columns, strict=True) for r in case(u, a, b, p)]
    got = liver(trial(given["id"]).labs(rows))
    assert [p.usubjid for p in got.patients] == given["id"]
    assert [p.quadrant.replace("normal or near normal", "normal") for p in got.patients] == want[
        "quadrant"
    ]
    assert [p.status == CONFIRMED for p in got.patients] == want["hys_law_alp_lt_2"]
    assert got.candidates == ("A",)


def test_on_the_line_is_beyond_it_also_after_rounding():
    """0.3 of an upper limit of 0.1 is 3 times it, whatever the computer says."""
    assert 0.3 / 0.1 < 3
    assert quadrants(np.array([0.3 / 0.1]), np.array([2.0])) == (HYS_LAW,)
    assert quadrants(np.array([2.999]), np.array([1.999])) == ("normal or near normal",)


@pytest.mark.parametrize(
    ("bili_day", "expected"),
    [(9, REFUTED), (10, CONFIRMED), (40, CONFIRMED), (41, REFUTED)],
    ids=["a day before", "same day", "30 days later", "31 days later"],
)
def test_bilirubin_on_or_up_to_30_days_after_the_rise(trial, bili_day, expected):
    """Both peaks are in the corner whatever the days: the peaks alone would call all four."""
    found = status(trial("A").labs(case("A", 5, 3, 1, bili_day=bili_day)))
    assert (found.quadrant, found.status) == (HYS_LAW, expected)


def test_the_days_are_a_parameter_and_stand_in_the_rule(trial):
    made = trial("A").labs(case("A", 5, 3, 1, bili_day=25))
    assert status(made, hys_law_days=14).status == REFUTED
    assert status(made, hys_law_days=15).status == CONFIRMED
    assert "up to 14 days later" in liver(made, LiverOptions(hys_law_days=14)).rule


def test_any_pair_of_values_may_meet_it_not_only_the_peaks(trial):
    rows = case("A", 4, 2.5, 1, bili_day=15)
    rows.append(lab("A", "AST", 200, 12))  # the peak, long after
    assert status(trial("A").labs(rows)).status == CONFIRMED


def test_alkaline_phosphatase_decides_between_the_two_days(trial):
    rows = case("A", 5, 3, 2.5, bili_day=20)
    assert status(trial("A").labs(rows)).status == REFUTED
    later = [*case("A", 5, 3, 1, bili_day=20), lab("A", "ALP", 60, 5, 100.0)]
    assert status(trial("A").labs(later)).status == CONFIRMED


def test_alkaline_phosphatase_from_before_or_not_at_all(trial):
    rows = case("A", 5, 3, 1)[:2]
    before = [lab("A", "ALP", -5, 1, 100.0), lab("A", "ALP", 3, 2.5, 100.0)]
    assert status(trial("A").labs(rows)).status == UNKNOWN
    assert status(trial("A").labs([*rows, *before])).status == REFUTED
    assert status(trial("A").labs([*rows, before[0]])).alp == 1.0
    assert liver(trial("A").labs(rows)).candidates == ()


def test_values_before_the_first_dose_are_the_baseline_not_a_peak(trial):
    rows = [lab("A", "ALT", -3, 8), lab("A", "ALT", 5, 1.5)]
    rows += [lab("A", "BILI", -3, 4, 20.0), lab("A", "BILI", 5, 1, 20.0)]
    (point,) = liver(trial("A").labs(rows)).scatter.points
    assert (point.x, point.y, point.x_baseline, point.y_baseline) == (1.5, 1.0, 8.0, 4.0)


def test_the_higher_of_alt_and_ast_each_over_its_own_limit(trial):
    rows = [lab("A", "ALT", 5, 2, 50.0), lab("A", "AST", 6, 4, 20.0), lab("A", "BILI", 5, 1, 20.0)]
    assert liver(trial("A").labs(rows)).scatter.points[0].x == pytest.approx(4)


def test_who_has_no_point_is_listed_with_the_reason(trial):
    rows = [lab("A", "ALT", 5, 2), lab("B", "BILI", 5, 1, 20.0)]
    rows += [lab("D", "ALT", 5, 2, unit=None), lab("D", "BILI", 5, 2)]
    got = liver(trial("ABCD").labs(rows)).scatter
    assert (got.points, [e.usubjid for e in got.without]) == ((), ["A", "B", "C", "D"])
    assert got.without[0].reason == "no BILI with unit and upper limit after the first dose"
    assert "no ALT and no BILI" in got.without[2].reason
    assert got.without[3].reason.startswith("no ALT with unit")


def test_the_same_construct_for_urate_and_creatinine(trial):
    rows = [lab("A", "URATE", 5, 1.5, 360.0), lab("A", "CREAT", 9, 1.6, 80.0)]
    got = scatter(trial("A").labs(rows), ScatterOptions(("URATE",), ("CREAT",), 1.0, 1.5))
    assert got.points[0].upper_right
    assert (got.x_line, got.y_line) == (1.0, 1.5)


def test_round_trip(trial):
    got = liver(trial("AB").labs(case("A", 5, 3, 1)))
    assert Liver.from_json(json.loads(json.dumps(got.to_json()))) == got
