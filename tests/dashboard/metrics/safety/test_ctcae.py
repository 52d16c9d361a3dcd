"""CTCAE grades of laboratory values: limits of v5.0 and v6.0, units, baselines, what is refused."""

from __future__ import annotations

import pytest

from dashboard.metrics.ctcae import grades
from dashboard.metrics.ctcae_rules import RULES, rules
from dashboard.metrics.lab_units import factor, spelled

GIGA = "10^9/L"


def rule_of(term, version="5.0"):
    return next(r for r in rules(version) if r.term == term)


def grade(trial, term, values, *, version="5.0", base=None, **row):
    """Grades of values after a baseline, all with the same unit and range."""
    rule = rule_of(term, version)
    code = rule.paramcds[0]
    rows = [] if base is None else [{"id": "A", "param": code, "day": -1, "value": base, **row}]
    rows += [
        {"id": "A", "param": code, "day": i + 1, "value": v, **row} for i, v in enumerate(values)
    ]
    made = trial("A").labs(rows)
    got = grades(made, rule)[made.after]
    return [int(g) for g in got[made.date[made.after].argsort()]]


#: term, version, unit and range, values just at and just beyond every limit, their grades
LIMITS = [
    ("Neutrophil count decreased", "5.0", {"unit": GIGA, "low": 1.8},
     [1.8, 1.79, 1.5, 1.49, 1.0, 0.99, 0.5, 0.49, 0.09], [0, 1, 1, 2, 2, 3, 3, 4, 4]),
    ("Neutrophil count decreased", "6.0", {"unit": GIGA, "low": 1.8},
     [1.8, 1.79, 1.5, 1.49, 1.0, 0.99, 0.5, 0.49, 0.1, 0.09], [0, 0, 0, 1, 1, 2, 2, 3, 3, 4]),
    ("Platelet count decreased", "5.0", {"unit": GIGA, "low": 125},
     [125, 124, 75, 74, 50, 49, 25, 24], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Thrombocytopenia", "6.0", {"unit": GIGA, "low": 125},
     [125, 124, 75, 74, 50, 49, 24, 10, 9], [0, 1, 1, 2, 2, 3, 3, 3, 4]),
    ("Anemia", "5.0", {"unit": "g/L", "low": 115}, [115, 114, 100, 99, 80, 79, 40],
     [0, 1, 1, 2, 2, 3, 3]),
    ("Hemoglobin increased", "5.0", {"unit": "g/L", "high": 150}, [150, 151, 170, 171, 190, 191],
     [0, 1, 1, 2, 2, 3]),
    ("Lymphocyte count decreased", "5.0", {"unit": GIGA, "low": 1.1},
     [1.1, 1.09, 0.8, 0.79, 0.5, 0.49, 0.2, 0.19], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("CD4 lymphocytes decreased", "5.0", {"unit": "/mm3", "low": 600},
     [600, 599, 500, 499, 200, 199, 50, 49], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("White blood cell decreased", "5.0", {"unit": GIGA, "low": 3.5},
     [3.5, 3.4, 3, 2.9, 2, 1.9, 1, 0.9], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Alanine aminotransferase increased", "5.0", {"high": 40},
     [40, 41, 120, 121, 200, 201, 800, 801], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Alkaline phosphatase increased", "5.0", {"high": 100},
     [100, 101, 250, 251, 500, 501, 2000, 2001], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Blood bilirubin increased", "5.0", {"unit": "umol/L", "high": 20},
     [20, 21, 30, 31, 60, 61, 200, 201], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Creatinine increased", "5.0", {"unit": "umol/L", "high": 100},
     [100, 101, 150, 151, 300, 301, 600, 601], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Hypokalemia", "5.0", {"unit": "mmol/L", "low": 3.5}, [3.5, 3.4, 3.0, 2.9, 2.5, 2.4],
     [0, 1, 1, 3, 3, 4]),
    ("Hyperkalemia", "5.0", {"unit": "mEq/L", "high": 5.0},
     [5.0, 5.1, 5.5, 5.6, 6.0, 6.1, 7.0, 7.1], [0, 1, 1, 2, 2, 3, 3, 4]),
    ("Hyponatremia", "5.0", {"unit": "mmol/L", "low": 135}, [135, 134, 130, 129, 124, 119],
     [0, 1, 1, 2, 3, 4]),
    ("Hypermagnesemia", "5.0", {"unit": "mmol/L", "high": 1.0}, [1.0, 1.2, 1.24, 3.3, 3.31],
     [0, 1, 3, 3, 4]),
    ("Hypoglycemia", "5.0", {"unit": "mmol/L", "low": 3.9}, [3.9, 3.8, 3.0, 2.9, 2.1, 1.6],
     [0, 1, 1, 2, 3, 4]),
    ("Hypoalbuminemia", "5.0", {"unit": "g/dL", "low": 3.5}, [3.5, 3.4, 3.0, 2.9, 2.0, 1.9],
     [0, 1, 1, 2, 2, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("term", "version", "row", "values", "expected"), LIMITS)
def test_at_and_beyond_every_limit(trial, term, version, row, values, expected):
    assert grade(trial, term, values, version=version, **row) == expected


def test_one_neutrophil_count_is_grade_4_in_v5_and_grade_3_in_v6(trial):
    row = {"unit": GIGA, "low": 1.8}
    term = "Neutrophil count decreased"
    assert grade(trial, term, [0.3], **row) == [4]
    assert grade(trial, term, [0.3], version="6.0", **row) == [3]


def test_urate_alone_is_never_beyond_grade_1(trial):
    row = {"unit": "umol/L", "high": 360}
    assert grade(trial, "Hyperuricemia", [360, 361, 900, 5000], **row) == [0, 1, 1, 1]


ALT = "Alanine aminotransferase increased"


def test_an_abnormal_baseline_takes_the_place_of_the_upper_limit(trial):
    """Baseline 100 with a ULN of 40: 1.5, 3, 5 and 20 times 100, not 40 (CTCAE v5)."""
    values = [130, 149, 150, 300, 301, 500, 501, 2001]
    assert grade(trial, ALT, values, base=100, high=40) == [0, 0, 1, 1, 2, 2, 3, 4]
    assert grade(trial, ALT, values, base=40, high=40) == [2, 2, 2, 3, 3, 3, 3, 4]


def test_an_abnormal_baseline_in_v6_has_smaller_steps(trial):
    values = [99, 100, 150, 151, 200, 201, 400, 401]
    got = grade(trial, ALT, values, base=100, high=40, version="6.0")
    assert got == [0, 1, 1, 2, 2, 3, 3, 4]


def test_bilirubin_with_an_abnormal_baseline(trial):
    row = {"unit": "umol/L", "high": 20, "base": 30}
    term = "Blood bilirubin increased"
    assert grade(trial, term, [30, 31, 45, 46, 90, 91, 301], **row) == [0, 1, 1, 2, 2, 3, 4]
    assert grade(trial, term, [29, 30, 46, 75, 76], version="6.0", **row) == [0, 1, 2, 2, 3]


def test_creatinine_v5_against_the_baseline_too(trial):
    """Baseline 50, ULN 100: 80 is more than 1.5 times the baseline though inside the range."""
    row = {"unit": "umol/L", "high": 100, "base": 50}
    term = "Creatinine increased"
    assert grade(trial, term, [75, 80, 151, 301], **row) == [0, 2, 3, 3]
    low = {**row, "low": 60}
    assert grade(trial, term, [80, 151], version="6.0", **low) == [2, 3]
    assert grade(trial, term, [80, 151], version="6.0", **row) == [0, 2]


def test_alkaline_phosphatase_v6_must_pass_the_limit_and_the_baseline(trial):
    row = {"high": 100, "version": "6.0"}
    term = "Alkaline phosphatase increased"
    assert grade(trial, term, [110, 121, 900], base=120, **row) == [0, 1, 1]
    assert grade(trial, term, [110, 90], **row) == [-1, 0]


# --- rounding -------------------------------------------------------------------------------------


def test_a_value_at_the_limit_is_not_beyond_it_by_rounding(trial):
    """3 * 0.7 is 2.0999999999999996: the naive comparison makes 2.1 a grade 2."""
    assert 2.1 > 3 * 0.7
    assert grade(trial, ALT, [2.1, 2.11], high=0.7) == [1, 2]


def test_a_converted_value_at_the_limit_is_not_beyond_it(trial):
    assert grade(trial, "Anemia", [10.0, 8.0], unit="g/dL", low=11.5) == [1, 2]


# --- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "value"),
    [(GIGA, 0.7), ("10*9/L", 0.7), ("x10^9/L", 0.7), ("10**9/L", 0.7), ("10E9/L", 0.7),
     ("10^3/uL", 0.7), ("10³/µL", 0.7), ("K/mcL", 0.7), ("/mm3", 700), ("cells/μL", 700),
     ("10^6/L", 700), ("GI/L", 0.7), ("×10⁹/L", 0.7)],
)  # fmt: skip
def test_counts_in_other_units(trial, unit, value):
    assert grade(trial, "Neutrophil count decreased", [value], unit=unit) == [3]


@pytest.mark.parametrize("unit", ["", None, "%", "g/L", "G/L", "mmol/L", "umol"])
def test_without_a_known_unit_there_is_no_grade(trial, unit):
    """ "G/L" is grams per litre as well as giga per litre: it is not guessed."""
    term = "Neutrophil count decreased"
    assert grade(trial, term, [0.7, 5.0], unit=unit, low=1.8) == [-1, -1]


@pytest.mark.parametrize("unit", ["", None, "  "])
def test_multiples_of_the_limit_need_a_unit_as_well(trial, unit):
    assert grade(trial, ALT, [500], unit=unit, high=40) == [-1]


def test_haemoglobin_in_grams_per_decilitre_is_not_grade_3(trial):
    """9.5 g/dL read as g/L would be a grade 3."""
    assert grade(trial, "Anemia", [9.5], unit="g/dL", low=11.5) == [2]
    assert grade(trial, "Anemia", [9.5], unit="g/L", low=115) == [3]


def test_urate_in_either_unit():
    assert factor("urate", "mg/dL") == pytest.approx(59.48)
    assert 6 * factor("urate", "mg/dL") == pytest.approx(357, abs=0.5)
    assert factor("urate", "umol/L") == factor("urate", "µmol/L") == 1.0
    assert factor("urate", "furlong") is None
    assert spelled(" x 10^9 / L ") == "10^9/l"


# --- what one value needs -------------------------------------------------------------------------


def test_without_the_limit_of_normal_grade_0_and_1_cannot_be_told_apart(trial):
    term = "Neutrophil count decreased"
    assert grade(trial, term, [5.0, 1.6, 1.4, 0.4], unit=GIGA) == [-1, -1, 2, 4]
    assert grade(trial, ALT, [30, 900]) == [-1, -1]


def test_v6_neutrophils_need_no_limit_of_normal(trial):
    term = "Neutrophil count decreased"
    assert grade(trial, term, [5.0, 1.4], version="6.0", unit=GIGA) == [0, 1]


def test_a_baseline_in_another_unit_is_not_multiplied(trial):
    """ALT 0.5 ukat/L at baseline, 130 U/L later: 130 is not 260 times the baseline."""
    made = trial("A").labs(
        [
            {"id": "A", "param": "ALT", "day": -1, "value": 2.0, "high": 0.7, "unit": "ukat/L"},
            {"id": "A", "param": "ALT", "day": 5, "value": 130, "high": 40, "unit": "U/L"},
        ]
    )
    assert grades(made, rule_of(ALT))[made.after].tolist() == [2]


def test_inr_needs_no_unit(trial):
    values = [1.2, 1.3, 1.6, 2.6]
    assert grade(trial, "INR increased", values, unit=None) == [0, 1, 2, 3]


def test_versions():
    assert rules("5.0") == rules("v5") == rules("5") == RULES["5.0"]
    with pytest.raises(ValueError, match=r"CTCAE 4\.03 has no rule table"):
        rules("4.03")


@pytest.mark.parametrize("version", RULES)
def test_rule_tables_are_well_formed(version):
    """Limits go one way, a term occurs once, and a quantity has units."""
    terms = [r.term for r in rules(version)]
    assert len(terms) == len(set(terms))
    for rule in rules(version):
        for limits in (rule.absolute, rule.normal, rule.baseline, rule.over_normal):
            known = [x for x in limits if x is not None]
            assert known == sorted(known, reverse=rule.direction == "low"), rule.term
        assert rule.quantity or not any(rule.absolute) or rule.unitless
        if rule.quantity:
            assert factor(rule.quantity, "no such unit") is None


def test_v6_has_no_grade_for_a_low_lymphocyte_count():
    assert "Lymphocyte count decreased" not in {r.term for r in rules("6.0")}
