"""Panels of markers and their paired change, on values counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.markers import (
    DIFFERENCE,
    PANEL,
    RATIO,
    Marker,
    MarkerValues,
    gates,
    impossible,
    marker_values,
    markers_in,
    parted,
    scale_of,
)
from dashboard.metrics.paired_change import paired_changes
from dashboard.metrics.sample_pairs import Pairs
from dashboard.metrics.sample_table import Visits


def marker(code: str = "A", scale=DIFFERENCE, family: str = PANEL) -> Marker:
    return Marker(code, code, "%", None, None, scale, family, 0)


def changes(columns, markers=None, level=0.95):
    """Paired changes of {code: (before, after)}; samples are before 0..n-1, after n..2n-1."""
    n = len(next(iter(columns.values()))[0])
    markers = markers or [marker(code) for code in columns]
    values = {c: np.array([*b, *a], float) for c, (b, a) in columns.items()}
    unclear = {c: np.zeros(2 * n, bool) for c in columns}
    pairs = Pairs(
        Visits("Baseline", "Week 6", "hand"),
        tuple(f"P{i}" for i in range(n)),
        np.arange(n),
        np.arange(n, 2 * n),
        (),
    )
    return paired_changes(markers, MarkerValues(values, unclear), pairs, level=level)


@pytest.mark.parametrize(
    ("gate", "parts"),
    [
        ("CD3+CD8+CCR7-CD45RA+", {"CD3": "+", "CD8": "+", "CCR7": "-", "CD45RA": "+"}),
        ("CD3-CD16/56+", {"CD3": "-", "CD16/56": "+"}),
        ("CD4+CD25hiCD127lo", {"CD4": "+", "CD25": "HI", "CD127": "LO"}),
        ("CD14+HLA-DRlo/-", {"CD14": "+", "HLADR": "LO/-"}),
        ("CD8+PD-1+", {"CD8": "+", "PD-1": "+"}),
        ("CD8+Ki-67+", {"CD8": "+", "KI-67": "+"}),
        ("LYMPHOCYTES", {}),
    ],
)
def test_a_gate_is_its_markers_with_their_signs(gate, parts):
    assert gates(gate) == parts


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("%", DIFFERENCE),
        ("% of stromal area", DIFFERENCE),
        ("cells/uL", RATIO),
        ("10^9/L", RATIO),
        ("cells/mm2", RATIO),
        ("ratio", RATIO),
        ("H-score", DIFFERENCE),
        ("", DIFFERENCE),
    ],
)
def test_shares_change_by_differences_and_densities_by_ratios(unit, scale):
    assert scale_of(unit) == scale


def test_a_name_says_its_unit_once():
    assert parted("B cells (% of lymphocytes)", "%") == ("B cells", "% of lymphocytes")
    assert parted("B cells (cells/uL)", "cells/uL") == ("B cells", "cells/uL")
    assert parted("Th1 cells (CXCR3+)", "%") == ("Th1 cells (CXCR3+)", "%")
    assert parted("(%)", "%") == ("(%)", "%")


def frame(rows):
    made = pd.DataFrame(rows, columns=["PARAMCD", "PARAM", "AVAL", "AVALU", "PARENT"])
    return made.astype(dict.fromkeys(("PARAMCD", "PARAM", "AVALU", "PARENT"), "string"))


def test_markers_come_from_the_data_shares_before_counts_and_what_has_no_number_is_none():
    found = markers_in(
        frame(
            [
                ("SAMPLE", "Sample accountability", None, None, None),
                ("CD8ABS", "T (cells/uL)", 300, "cells/uL", None),
                ("CD8", "T (% of lymphocytes)", 27.5, "%", "LYMPHOCYTES"),
            ]
        )
    )
    assert [(m.paramcd, m.scale, m.position) for m in found] == [
        ("CD8", DIFFERENCE, 0),
        ("CD8ABS", RATIO, 1),
    ]


def test_two_different_values_of_a_sample_are_none_and_two_equal_ones_are_one():
    rows = frame([("A", "A", v, "%", None) for v in (1.0, 2.0, 3.0, 3.0, 9.0)])
    found = marker_values(rows, np.array([0, 0, 1, 1, -1]), 3, ["A"])
    assert np.isnan(found.values["A"]).tolist() == [True, False, True]
    assert found.values["A"][1] == 3.0
    assert found.unclear["A"].tolist() == [True, False, False]


def test_a_value_in_another_unit_is_no_value():
    """A fraction beside percentages would be a shift that never was."""
    rows = frame(
        [
            ("A", "A", 0.3, "fraction", None),
            ("A", "A", 20.0, "%", None),
            ("A", "A", 21.0, " % ", None),
            ("A", "A", 22.0, None, None),
        ]
    )
    found = marker_values(rows, np.arange(4), 4, ["A"])
    assert found.values["A"].tolist()[1:] == [20.0, 21.0, 22.0]
    assert np.isnan(found.values["A"][0])
    assert found.foreign["A"].tolist() == ["fraction", "", "", ""]
    (told,) = markers_in(rows)
    assert told.unit == "%"
    stated = marker_values(rows, np.arange(4), 4, ["A"], units={"A": "Fraction"})
    assert np.isfinite(stated.values["A"]).tolist() == [True, False, False, True]


def test_a_microlitre_is_one_unit_however_its_mu_is_written():
    rows = frame([("A", "A", 1.0, u, None) for u in ("cells/uL", "cells/\u00b5L", "Cells/\u03bcL")])
    assert np.isfinite(marker_values(rows, np.arange(3), 3, ["A"]).values["A"]).all()


@pytest.mark.parametrize(
    ("unit", "n"), [("%", 2), ("% of CD4", 2), ("cells/uL", 1), ("% change", 0), ("log10 /uL", 0)]
)
def test_a_share_beyond_its_whole_and_a_negative_count_cannot_be(unit, n):
    held = np.array([-1.0, 0.0, 100.0, 101.0, np.nan])
    assert impossible(replace(marker(), unit=unit), held) == n


def test_a_pair_in_two_units_is_left_out_with_the_unit():
    rows = frame([("A", "A", v, u, None) for v, u in ((20, "%"), (0.3, "fraction"))])
    held = marker_values(rows, np.arange(2), 2, ["A"])
    pair = Pairs(Visits("Baseline", "Week 6", ""), ("P1",), np.array([0]), np.array([1]), ())
    (found,) = paired_changes(markers_in(rows), held, pair)
    assert [e.reason for e in found.left_out] == ["in another unit (fraction) at Week 6"]
    assert (found.rank.n, found.estimate) == (0, None)


def test_six_pairs_by_hand():
    """Changes 1..6: Walsh averages have median 3.5, limits are their extremes, p = 2/64."""
    before = [10.0] * 6
    (found,) = changes({"A": (before, [11, 12, 13, 14, 15, 16])})
    assert (found.estimate, found.lower, found.upper) == (3.5, 1.0, 6.0)
    assert found.rank.p == found.rank.smallest_p == 2 / 64
    assert (found.q, found.m) == (2 / 64, 1)
    assert (found.median_before, found.median_after) == (10, 13.5)


def test_a_ratio_is_read_as_a_factor():
    (found,) = changes({"A": ([1, 2, 4, 8, 3, 5], [2, 4, 8, 16, 6, 10])}, [marker(scale=RATIO)])
    assert found.estimate == pytest.approx(2)
    assert (found.lower, found.upper) == (pytest.approx(2), pytest.approx(2))
    assert found.change == pytest.approx([math.log(2)] * 6)


def test_five_pairs_have_no_interval_and_no_p_below_one_in_sixteen():
    (found,) = changes({"A": ([0.0] * 5, [1, 2, 3, 4, 5])})
    assert (found.lower, found.upper) == (None, None)
    assert found.rank.p == found.rank.smallest_p == 0.0625


def test_no_pair_and_no_change_have_no_p_and_are_in_no_family():
    none, same, moved = changes(
        {
            "N": ([np.nan] * 3, [1, 2, 3]),
            "S": ([1, 2, 3], [1, 2, 3]),
            "M": ([1, 2, 3], [2, 4, 6]),
        }
    )
    assert (none.rank.n, none.rank.p, none.q, none.estimate) == (0, None, None, None)
    assert (same.rank.n, same.rank.p, same.q, same.estimate) == (3, None, None, 0)
    assert (moved.m, moved.rank.p, moved.q) == (1, 0.25, 0.25)


def test_a_pair_that_lacks_a_marker_says_what_it_lacks():
    (found,) = changes({"A": ([1, np.nan, 0, 2], [2, 1, 1, np.nan])}, [marker(scale=RATIO)])
    assert found.patients == ("P0",)
    assert [(e.usubjid, e.reason) for e in found.left_out] == [
        ("P1", "no value at Baseline"),
        ("P2", "zero at Baseline, which has no ratio"),
        ("P3", "no value at Week 6"),
    ]


def test_families_are_adjusted_apart():
    """p .0625 and .25 in one family: q .125 and .25; alone each keeps its p."""
    columns = {"A": ([0.0] * 5, [1, 2, 3, 4, 5]), "B": ([0.0] * 3, [1, 2, 3])}
    columns["B"] = ([0.0] * 5, [1, 2, 3, np.nan, np.nan])
    together = changes(columns)
    assert [(c.rank.p, c.q, c.m) for c in together] == [(0.0625, 0.125, 2), (0.25, 0.25, 2)]
    apart = changes(columns, [marker("A", family="x"), marker("B", family="y")])
    assert [(c.q, c.m) for c in apart] == [(0.0625, 1), (0.25, 1)]


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=12))
def test_time_turned_round_turns_the_shift_and_keeps_p(pairs):
    before, after = [b for b, _ in pairs], [a for _, a in pairs]
    for scale in (DIFFERENCE, RATIO):
        (there,) = changes({"A": (before, after)}, [marker(scale=scale)])
        (back,) = changes({"A": (after, before)}, [marker(scale=scale)])
        if scale == RATIO:
            assert back.estimate == pytest.approx(1 / there.estimate)
        else:
            assert back.estimate == pytest.approx(-there.estimate)
        assert back.rank.p == there.rank.p
        assert there.q is None or there.q >= there.rank.p
