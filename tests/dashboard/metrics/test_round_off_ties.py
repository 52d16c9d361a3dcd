"""A day spelled in months by two programs differs in its last bits: tied everywhere, as in R."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.competing import cumulative_incidence
from dashboard.metrics.cox import CoxOptions, cox
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.logrank import log_rank

PER_MONTH = 30.4375


@pytest.fixture(scope="module")
def spelled():
    """Days, the same days in months written two ways, and what was seen at them."""
    rng = np.random.default_rng(3)
    days = rng.integers(1, 90, 120).astype(np.float64)
    other = rng.random(120) < 0.5
    months = np.where(other, days / PER_MONTH, days * (1 / PER_MONTH))
    assert len(np.unique(months)) > len(np.unique(days))
    return days, months, rng.random(120) < 0.7, rng.normal(size=120)


def test_kaplan_meier(spelled):
    days, months, event, _ = spelled
    assert kaplan_meier(months, event).survival == kaplan_meier(days, event).survival


def test_cumulative_incidence(spelled):
    days, months, event, x = spelled
    cause = np.where(event, np.where(x > 0, 1, 2), 0)
    one, other = cumulative_incidence(months, cause), cumulative_incidence(days, cause)
    assert (one.estimate, one.se) == (other.estimate, other.se)


def test_log_rank(spelled):
    days, months, event, x = spelled
    assert log_rank(months, event, x > 0) == log_rank(days, event, x > 0)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox(spelled, ties):
    days, months, event, x = spelled
    options = CoxOptions(ties=ties)
    one = cox(months, event, x[:, None], ["x"], options)
    assert one == cox(days, event, x[:, None], ["x"], options)
    # untied, the last bits would decide who was at risk
    assert one.coef != cox(days + 1e-3 * np.arange(120), event, x[:, None], ["x"], options).coef
