"""Numbers read like a paper, and what is not a number is a word."""

from __future__ import annotations

import pytest

from components import numbers
from components.labs.parts import amount
from dashboard.metrics.proportions import proportion
from dashboard.metrics.time_to_event import FollowUp


def test_a_proportion_reads_like_a_paper() -> None:
    assert numbers.proportion(proportion(12, 34)) == (
        "12/34 (35.3%; 95% CI 19.7 to 53.5, Clopper-Pearson)"
    )
    assert numbers.proportion(proportion(0, 10)) == (
        "0/10 (0.0%; 95% CI 0.0 to 30.8, Clopper-Pearson)"
    )
    assert numbers.proportion(proportion(3, 9, level=0.9, method="Wilson")).endswith("Wilson)")
    assert "90% CI" in numbers.proportion(proportion(3, 9, level=0.9))


def test_few_patients_are_counts_and_an_interval() -> None:
    assert numbers.proportion(proportion(1, 3)) == "1/3 (95% CI 0.8 to 90.6, Clopper-Pearson)"
    assert "33.3%" in numbers.proportion(proportion(1, 3), small=2)


def test_nobody_is_a_word() -> None:
    assert numbers.proportion(proportion(0, 0)) == "0/0 (not estimable)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0625, "6.3"), (0.0005, "0.1"), (0.12345, "12.3"), (1.0, "100.0"), (0.0, "0.0")],
)
def test_halves_round_away_from_zero(value: float, shown: str) -> None:
    assert numbers.percent(value) == shown


def test_fixed_rounds_the_decimal_value() -> None:
    assert numbers.fixed(2.675, 2) == "2.68"
    assert numbers.fixed(-0.25) == "-0.3"
    assert numbers.fixed(7) == "7.0"


def test_what_is_not_estimable_or_reached_is_a_word() -> None:
    assert numbers.percent(None) == "not estimable"
    assert numbers.interval(None, None) == "not estimable"
    assert numbers.interval(0.5, None) == "50.0 to not estimable"
    assert numbers.months(None) == "not reached"
    assert numbers.months(182.625) == "6.0"


def test_follow_up_in_words() -> None:
    method = "reverse Kaplan-Meier, Greenwood, log-log interval"
    known = FollowUp(34, 225.2, 185.7, None, 3.0, 400.0, method, ())
    assert numbers.follow_up(known, 0.95) == (f"7.4 months (95% CI 6.1 to not reached, {method})")
    open_ = FollowUp(2, None, None, None, 3.0, 4.0, method, ())
    assert numbers.follow_up(open_, 0.95) == f"not reached ({method})"
    nobody = FollowUp(0, None, None, None, None, None, method, ())
    assert numbers.follow_up(nobody, 0.95) == "not estimable"


@pytest.mark.parametrize(
    ("value", "words"),
    [(386.4, "386"), (48.52, "48.5"), (1.9, "1.9"), (9999, "9999"), (228600, "228,600")],
)
def test_an_amount_has_three_figures_and_is_grouped_where_it_is_long(
    value: float, words: str
) -> None:
    assert amount(value) == words
