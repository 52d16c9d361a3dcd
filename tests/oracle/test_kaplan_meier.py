"""Kaplan-Meier against R survival 3.5-3, 14 data sets x 3 interval types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.metrics.kaplan_meier import KaplanMeierOptions, kaplan_meier

KEPT = ("km_lung", "km_veteran", "km_aml_Maintained", "km_aml_Nonmaintained")
CASES = (
    *KEPT,
    "km_four_events",
    "km_all_censored",
    "km_one_event",
    "km_one_censored",
    "km_tie_event_censor",
    "km_last_event_zero",
    "km_all_same_time",
    "km_event_at_zero",
    "km_landmark_months",
)
every_case = pytest.mark.parametrize("name", CASES)
every_type = pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])


def fit(case, conf_type):
    given = case["inputs"]
    return kaplan_meier(given["time"], given["status"], KaplanMeierOptions(conf_type=conf_type))


@every_case
@every_type
def test_quantiles_and_their_limits(oracle, near, name, conf_type):
    case = oracle(name)
    curve = fit(case, conf_type)
    for want in case["expected"][conf_type]["quantiles"]:
        got = curve.quantile(want["p"])
        for field in ("estimate", "lower", "upper"):
            assert near(getattr(got, field), want[field]), (want["p"], field)


@every_case
@every_type
def test_every_row_of_the_curve(oracle, near, name, conf_type):
    want = oracle(name)["expected"][conf_type].get("curve")
    if want is None:
        assert name in {"km_lung", "km_veteran", "km_landmark_months"}
        return
    curve = fit(oracle(name), conf_type)
    assert list(curve.time) == want["time"]
    assert list(curve.n_at_risk) == want["n_risk"]
    assert list(curve.n_event) == want["n_event"]
    assert list(curve.n_censored) == want["n_censor"]
    for i, s in enumerate(want["surv"]):
        assert near(curve.survival[i], s)
        assert near(curve.se[i], want["se_surv"][i])
        # where S is 1 R prints 1 to 1 under log and plain: a degenerate interval, not estimable
        assert near(curve.lower[i], None if s == 1 else want["lower"][i])
        assert near(curve.upper[i], None if s == 1 else want["upper"][i])


@every_case
@every_type
def test_rates_at_times(oracle, near, name, conf_type):
    case = oracle(name)
    curve = fit(case, conf_type)
    want = case["expected"][conf_type]["landmark"]
    last = max(case["inputs"]["time"])
    for i, time in enumerate(want["time"]):
        got = curve.rate(time)
        assert got.n_at_risk == want["n_risk"][i]
        if time > last and want["surv"][i] > 0:
            # R's extend = TRUE carries the last value forward; nobody was observed there
            assert (got.survival, got.se, got.lower, got.upper) == (None, None, None, None)
            continue
        assert near(got.survival, want["surv"][i])
        if want["surv"][i] not in (0, 1):
            for field in ("se", "lower", "upper"):
                assert near(getattr(got, field), want[field][i]), (time, field)
        else:
            assert (got.lower, got.upper) == (None, None)


@every_case
def test_follow_up_by_reverse_kaplan_meier(oracle, near, name):
    case = oracle(name)
    given, want = case["inputs"], case["expected"]["reverse_km"]
    got = kaplan_meier(given["time"], [1 - s for s in given["status"]]).median
    assert near(got.estimate, want["median"])
    assert near(got.lower, want["lower"])
    assert near(got.upper, want["upper"])


def test_number_at_risk_is_counted_just_before(oracle):
    case = oracle("km_number_at_risk")
    given = case["inputs"]
    table = kaplan_meier(given["time"], given["status"]).at_risk(given["times"])
    assert list(table.n_at_risk) == case["expected"]["n_risk_just_before_t"]
    assert list(table.n_at_risk) != case["expected"]["left_after_t_sas_style"]


@pytest.mark.parametrize("name", [*KEPT, "cox_lung_per_sd", "rmst_lung_365"])
def test_kept_cases_are_the_shared_ones(shared, name):
    every = json.loads((shared / "reference" / "stat_reference.json").read_text())
    kept = Path(__file__).parent / "data" / f"{name}.json"
    assert json.loads(kept.read_text()) == every[name]
