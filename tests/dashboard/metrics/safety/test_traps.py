"""What plausible code gets wrong: each trap with the naive number beside the right one.

A test here fails when the metric is replaced by the naive code. Traps that a whole module of tests
is about (exact rank tests, permutations within patients, Efron's ties, n - 1 in a SD, shrinkage)
are not repeated.
"""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.ae_overview import ae_overview
from dashboard.metrics.ae_tables import term_table
from dashboard.metrics.competing import cumulative_incidence
from dashboard.metrics.exposure_adjusted import exposure_adjusted, poisson_rate
from dashboard.metrics.kaplan_meier import KaplanMeierOptions, kaplan_meier
from dashboard.metrics.proportions import proportion
from dashboard.metrics.response import ResponseRules, best_responses
from dashboard.metrics.response_rates import clinical_benefit, disease_control, objective_response
from dashboard.metrics.target_response import target_codes
from dashboard.metrics.time_to_event import (
    DAYS_PER,
    PfsRules,
    exported_time_to_event,
    overall_survival,
    progression_free_survival,
    survival,
)
from dashboard.metrics.tumour import TargetSums

# --- responses -----------------------------------------------------------------------------------


def test_thirty_percent_in_binary():
    """33.0 to 23.1 mm is PR, 29.5 to 35.4 and 15.4 to 20.4 mm are PD."""
    assert not (23.1 - 33.0) / 33.0 <= -0.3
    assert not (35.4 - 29.5) / 29.5 >= 0.2
    assert not 20.4 - 15.4 >= 5
    base = np.array([33.0, 29.5, 15.4])
    zero = np.arange(3)
    total, whole = np.array([23.1, 35.4, 20.4]), np.ones(3, dtype=bool)
    codes = target_codes(TargetSums(zero, zero + 56, total, whole, base, "S"))
    assert codes.tolist() == [2, 5, 5]


def test_confirmation_takes_28_days_not_the_21_of_a_vignette(study):
    cohort, records = study({"A": {"day": [42, 69], "resp": ["PR", "PR"]}})
    assert best_responses(cohort, records).confirmed == ("SD",)
    assert best_responses(cohort, records, ResponseRules(confirm_days=21)).confirmed == ("PR",)


def test_what_admiralonco_calls_clinical_benefit_is_disease_control(study, everyone):
    """SD on day 56 and nothing later: disease control, no benefit at 24 weeks."""
    cohort, records = study({"A": {"day": [56], "resp": ["SD"]}})
    best = best_responses(cohort, records)
    assert disease_control(best, everyone(cohort)).headline.x == 1
    assert clinical_benefit(cohort, records, best, everyone(cohort)).headline.x == 0


def test_not_evaluable_patients_stay_in_the_denominator(study, everyone):
    cohort, records = study(
        {"A": {"day": [42, 84], "resp": ["PR", "PR"]}, "B": {"day": [42], "resp": ["NE"]}, "C": {}}
    )
    rate = objective_response(best_responses(cohort, records), everyone(cohort))
    assert (rate.headline.x, rate.headline.n) == (1, 3)


# --- proportions ---------------------------------------------------------------------------------


def test_wald_limits_vanish_where_nobody_responded():
    p = 0 / 10
    assert p * (1 - p) / 10 == 0  # an interval of no width
    assert proportion(0, 10).upper == pytest.approx(0.3084971)


def test_plain_jeffreys_quantiles_exclude_what_was_seen():
    from scipy.special import betaincinv

    assert betaincinv(0.5, 10.5, 0.025) > 0
    assert proportion(0, 10, method="Jeffreys").lower == 0
    assert proportion(0, 0, method="Jeffreys").upper is None


# --- times ---------------------------------------------------------------------------------------


def test_the_window_does_not_censor_before_the_median_is_computed(study, everyone):
    """Four progressions, two of them after six months: the median is not cut off at day 183."""
    days = (100, 150, 200, 216)
    patients = {f"P{d}": {"day": [60, 90, d], "resp": ["SD", "SD", "PD"]} for d in days}
    cohort, records = study(patients)
    got = survival(progression_free_survival(cohort, records), everyone(cohort))
    assert got.curve.median.estimate == 176  # between day 151 and day 201, counted from 1
    naive = kaplan_meier(np.minimum([101, 151, 201, 217], 182.625), [1, 1, 0, 0])
    assert naive.median.estimate != got.curve.median.estimate


def test_survival_is_not_censored_at_the_cut_off(study):
    cohort, _ = study({"A": {"alive": 90}}, cutoff=400)
    assert overall_survival(cohort).days == (91.0,)
    assert int(cohort.follow_up[0]) + 1 == 401


def test_two_scans_not_evaluable_are_two_missed_visits(study):
    """Counting NE as an assessment, the gap would be 56 days and the progression an event."""
    cohort, records = study({"A": {"day": [56, 112, 168, 224], "resp": ["SD", "NE", "NE", "PD"]}})
    fda, ema = (
        progression_free_survival(cohort, records, PfsRules(rule=r)) for r in ("FDA", "EMA")
    )
    assert (fda.days, fda.event) == ((57.0,), (False,))
    assert (ema.days, ema.event) == ((225.0,), (True,))


def test_six_months_are_not_183_days():
    """An event on day 182 is inside, one on day 183 is not; a month is 365.25 / 12 days."""
    assert DAYS_PER["MONTHS"] * 12 == DAYS_PER["YEARS"] == 365.25
    curve = kaplan_meier([182, 183, 400], [1, 1, 0])
    assert curve.rate(182.625).survival == pytest.approx(2 / 3)
    assert curve.rate(183).survival == pytest.approx(1 / 3)


def test_two_records_of_one_patient_are_refused_not_chosen_from(frame):
    rows = [
        {"USUBJID": "A", "PARAMCD": "PFS", "AVAL": t, "CNSR": c}
        for t, c in ((90.0, 1.0), (30.0, 0.0))
    ]
    got = exported_time_to_event(frame(rows), "PFS", ("PFS",))
    assert (got.days, [e.usubjid for e in got.excluded]) == ((), ["A"])


@pytest.mark.parametrize("n", [6, 8, 14, 18, 20, 44, 58, 60, 64, 66, 80, 84, 86, 96])
def test_round_off_does_not_move_the_median(n):
    """exp(cumsum(log)) misses one half for these n and gives n / 2 + 1."""
    time = np.arange(1, n + 1)
    assert kaplan_meier(time, np.ones(n)).median.estimate == n / 2 + 0.5


def test_the_curve_is_not_carried_forward():
    curve = kaplan_meier([10, 20, 30], [1, 0, 0])
    assert curve.survival[-1] > 0
    assert curve.rate(31).survival is None


def test_no_interval_where_no_variance_is_known():
    """lifelines prints [0, 0] at S = 0 and [1, 1] before the first event."""
    for conf_type in ("log-log", "log", "plain"):
        curve = kaplan_meier([5, 8, 9], [0, 1, 1], KaplanMeierOptions(conf_type=conf_type))
        for time in (5, 9):
            rate = curve.rate(time)
            assert (rate.lower, rate.upper) == (None, None)


# --- safety --------------------------------------------------------------------------------------


def test_death_censored_overstates_an_incidence(reference):
    given = reference["cif_small"]["inputs"]
    status = np.array(given["status"])
    right = cumulative_incidence(given["time"], status).at(25).estimate
    naive = 1 - kaplan_meier(given["time"], status == 1).rate(25).survival
    assert (round(right, 3), round(naive, 3)) == (0.477, 0.588)


def test_tied_causes_are_not_shaken_apart(reference):
    """On day 5 and on day 8 both causes happen: one answer, whatever the order and the call."""
    given = reference["cif_small"]["inputs"]
    time, status = np.array(given["time"]), np.array(given["status"])
    rng = np.random.default_rng(0)
    found = set()
    for _ in range(20):
        order = rng.permutation(time.size)
        found.add(cumulative_incidence(time[order], status[order]).at(25))
    assert len(found) == 1


def test_standard_error_is_gray_s_not_the_jackknife(reference):
    case = reference["cif_small"]
    got = cumulative_incidence(case["inputs"]["time"], case["inputs"]["status"]).at(15)
    assert got.se == pytest.approx(0.1496, abs=5e-5)
    assert abs(got.se - case["expected"][0]["survfit_se_ij"][2]) > 0.008
    assert (got.lower, got.upper) == (
        pytest.approx(0.0953, abs=5e-5),
        pytest.approx(0.6213, abs=5e-5),
    )


def test_a_class_is_not_the_sum_of_its_terms(trial):
    made = trial({"A": {"last": 100}, "B": {"last": 100}})
    events = made.events(
        [
            {"id": "A", "pt": "NAUSEA", "soc": "GUT", "grade": "1", "start": 3},
            {"id": "A", "pt": "VOMITING", "soc": "GUT", "grade": "3", "start": 4},
            {"id": "A", "pt": "NAUSEA", "soc": "GUT", "grade": "2", "start": 9},
        ]
    )
    table = term_table(events.treatment_emergent())
    assert [r.any.x for r in table.by_pt] == [1, 1]
    (gut,) = table.by_soc
    assert (gut.row.any.x, gut.row.n_events, gut.row.by_grade["3"]) == (1, 3, 1)


def test_a_missing_grade_is_not_grade_zero_and_not_below_three(trial):
    made = trial({"A": {"last": 100}, "B": {"last": 100}})
    events = made.events(
        [
            {"id": "A", "pt": "NAUSEA", "soc": "GUT", "grade": None, "start": 3},
            {"id": "B", "pt": "NAUSEA", "soc": "GUT", "grade": "1", "start": 3},
        ]
    )
    found = ae_overview(events)
    assert dict(found.max_grade) == {"1": 1, "2": 0, "3": 0, "4": 0, "5": 0, "missing": 1}
    assert "0" not in found.max_grade


def test_time_at_risk_ends_with_the_first_event(trial):
    """Two patients of 100 and of 10 days; over the whole time the rate would be lower."""
    made = trial({"A": {"last": 69}, "B": {"last": 69}})
    events = made.events([{"id": "B", "pt": "NAUSEA", "soc": "GUT", "grade": "1", "start": 9}])
    got = exposure_adjusted(events.treatment_emergent())
    assert got.incidence.person_years == pytest.approx((100 + 10) / 365.25)
    assert got.person_years == pytest.approx(200 / 365.25)


def test_no_event_still_has_an_upper_limit_and_no_time_has_none():
    assert poisson_rate(0, 2.0).upper == pytest.approx(3.689 / 2, abs=1e-3)
    assert (poisson_rate(0, 0.0).rate, poisson_rate(0, 0.0).upper) == (None, None)
