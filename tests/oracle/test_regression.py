"""Cox, log-rank and restricted mean against R survival 3.5-3 (lung data)."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.cox import CoxOptions, cox, per_sd
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.logrank import log_rank
from dashboard.metrics.rmst import restricted_mean


@pytest.fixture(scope="module")
def lung(oracle):
    case = oracle("cox_lung_per_sd")
    given = case["inputs"]
    x = np.column_stack([per_sd(given["ph_karno"]), per_sd(given["age"]), given["sex"]])
    return given, x, case["expected"]


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_per_sd(lung, near, ties):
    given, x, want = lung
    got = cox(given["time"], given["status"], x, ["kz", "az", "sex"], CoxOptions(ties=ties))
    assert (got.n, got.events) == (want["n"], want["events"])
    for field in ("coef", "se", "hr", "lower", "upper", "p"):
        assert all(
            near(a, b) for a, b in zip(getattr(got, field), want[ties][field], strict=True)
        ), field
    if ties == "efron":
        assert near(got.loglik_null, want["loglik_efron"][0])
        assert near(got.loglik, want["loglik_efron"][1])


def test_sd_with_the_wrong_denominator_would_show(lung, near):
    given, _, want = lung
    k = np.array(given["ph_karno"], dtype=float)
    age = np.array(given["age"], dtype=float)
    naive = np.column_stack([(k - k.mean()) / k.std(), (age - age.mean()) / age.std()])
    x = np.column_stack([naive, given["sex"]])
    got = cox(given["time"], given["status"], x, ["kz", "az", "sex"])
    assert not near(got.coef[0], want["efron"]["coef"][0])


def test_log_rank_by_sex(lung, near):
    given, _, want = lung
    got, want = log_rank(given["time"], given["status"], given["sex"]), want["logrank_sex"]
    assert near(got.chisq, want["chisq"])
    assert near(got.p, want["p"])
    assert list(got.observed) == want["observed"]
    assert all(near(a, b) for a, b in zip(got.expected, want["expected"], strict=True))


def test_restricted_mean_at_one_year(oracle, near):
    case, data = oracle("rmst_lung_365"), oracle("km_lung")["inputs"]
    got = restricted_mean(kaplan_meier(data["time"], data["status"]), case["inputs"]["tau"])
    assert near(got.estimate, case["expected"]["rmst"])
    assert near(got.se, case["expected"]["se"])
