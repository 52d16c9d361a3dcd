"""Baseline characteristics: hand tables, R's counts of a real export, what must always hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.baseline import BaselineTable, Factor, baseline_table
from dashboard.metrics.subgroups import Group
from dashboard.metrics.table_columns import EVERYONE, NO_GROUP, Layout, layout
from dashboard.metrics.types import AnalysisSet

Frame = Callable[..., pd.DataFrame]

#: P4 is on two drugs, P6 on none; P7 is no member of the set
ROWS = [
    {"USUBJID": "P1", "AGE": 40.0, "ECOG": "0", "PRIOR": "A; B", "VISC": "Y"},
    {"USUBJID": "P2", "AGE": 50.0, "ECOG": "1", "PRIOR": "A", "VISC": "N"},
    {"USUBJID": "P3", "AGE": 61.0, "ECOG": "1", "PRIOR": "b;  C C ; C  C", "VISC": None},
    {"USUBJID": "P4", "AGE": None, "ECOG": "0", "PRIOR": " ; ", "VISC": "Y"},
    {"USUBJID": "P5", "AGE": 35.5, "ECOG": None, "PRIOR": None, "VISC": "Y"},
    {"USUBJID": "P6", "AGE": 70.0, "ECOG": "2", "PRIOR": "C C", "VISC": "N"},
    {"USUBJID": "P7", "AGE": 99.0, "ECOG": "9", "PRIOR": "Z", "VISC": "Y"},
]
GROUPS = (
    Group("tax", "Taxane", ("P1", "P2", "P4", "P7")),
    Group("plat", "Platinum", ("P3", "P4", "P5")),
    Group("eri", "Eribulin", ("P7",)),
)


def members(*ids: str) -> AnalysisSet:
    return AnalysisSet("enrolled", "Enrolled", ids, (), "all")


SIX = members("P1", "P2", "P3", "P4", "P5", "P6")


def columns(of: AnalysisSet = SIX, groups: tuple[Group, ...] = GROUPS, least: int = 3) -> Layout:
    return layout(of, groups, everyone="All", no_group="None", min_group=least)


def made(frame: Frame, *factors: Factor, table: Layout | None = None) -> BaselineTable:
    return baseline_table(frame(ROWS), columns() if table is None else table, factors)


def counts(found: BaselineTable, of: int = 0) -> dict[str, list[int]]:
    return {x.value: [len(p) for p in x.patients] for x in found.characteristics[of].levels}


# --- columns -------------------------------------------------------------------------------------


def test_everybody_comes_first_and_each_group_has_its_own_n() -> None:
    found = columns()
    assert [(c.id, c.n) for c in found.columns] == [
        (EVERYONE, 6),
        ("tax", 3),  # P7 is no member of the set
        ("plat", 3),
        (NO_GROUP, 1),
    ]
    assert found.overlapping  # P4 has both
    assert [c.small for c in found.columns] == [False, False, False, True]


def test_without_groups_there_is_one_column() -> None:
    found = columns(groups=())
    assert [c.id for c in found.columns] == [EVERYONE]
    assert not found.overlapping


def test_nobody_is_a_column_of_nobody() -> None:
    found = columns(members())
    assert [(c.id, c.n, c.small) for c in found.columns] == [(EVERYONE, 0, True)]
    assert found.split(np.zeros(0, dtype=np.bool_)) == ((),)


# --- hand tables ---------------------------------------------------------------------------------


def test_categories_count_patients_and_a_missing_value_is_its_own_row(frame: Frame) -> None:
    found = made(frame, Factor("ECOG"))
    assert counts(found) == {"0": [2, 2, 1, 0], "1": [2, 1, 1, 0], "2": [1, 0, 0, 1]}
    assert found.characteristics[0].missing == (("P5",), (), ("P5",), ())
    assert found.characteristics[0].levels[0].patients == (("P1", "P4"), ("P1", "P4"), ("P4",), ())


def test_numbers_have_median_and_range_of_the_stated_values(frame: Frame) -> None:
    one = made(frame, Factor("AGE", "number")).characteristics[0]
    everyone, taxane, platinum, nobody = one.spreads
    # 35.5 40 50 61 70; taxane 40 50; platinum 35.5 61; P6 alone
    assert (everyone.n, everyone.median, everyone.minimum, everyone.maximum) == (5, 50, 35.5, 70)
    assert (taxane.n, taxane.median) == (2, 45)
    assert (platinum.n, platinum.median) == (2, 48.25)
    assert (nobody.n, nobody.median, nobody.sd) == (1, 70, None)
    assert one.missing == (("P4",), ("P4",), ("P4",), ())


def test_a_list_counts_each_patient_once_per_entry_and_spells_it_one_way(frame: Frame) -> None:
    """ "b" is not "B": drugs are compared as written. A cell of separators states nothing."""
    found = made(frame, Factor("PRIOR", "list"))
    assert counts(found) == {
        "A": [2, 2, 0, 0],
        "C C": [2, 0, 1, 1],
        "B": [1, 1, 0, 0],
        "b": [1, 0, 1, 0],
    }
    assert found.characteristics[0].missing[0] == ("P4", "P5")


def test_the_separator_a_study_states_is_taken_at_its_word(frame: Frame) -> None:
    whole = counts(made(frame, Factor("PRIOR", "list", separator="|")))
    assert set(whole) == {"A; B", "A", "b; C C ; C C", ";", "C C"}
    assert counts(made(frame, Factor("PRIOR", "list", separator=";")))["A"] == [2, 2, 0, 0]


def test_rare_entries_of_a_long_list_are_pooled_and_counted(frame: Frame) -> None:
    found = made(frame, Factor("PRIOR", "list", most=3))
    last = found.characteristics[0].levels[-1]
    assert (last.value, last.pooled, last.patients[0]) == ("", 2, ("P1", "P3"))
    assert list(counts(found))[:2] == ["A", "C C"]


def test_a_category_with_too_many_levels_is_left_out_and_said_so(frame: Frame) -> None:
    found = made(frame, Factor("USUBJID", most=5), Factor("VISC"))
    assert found.left_out == (("USUBJID", 6),)
    assert [c.column for c in found.characteristics] == ["VISC"]


def test_a_number_that_is_asked_for_as_a_category_reads_as_typed(frame: Frame) -> None:
    found = made(frame, Factor("AGE"))
    assert list(counts(found)) == ["35.5", "40", "50", "61", "70"]


def test_words_in_a_column_of_numbers_are_levels(frame: Frame) -> None:
    found = made(frame, Factor("ECOG", "number"))
    assert found.characteristics[0].kind == "category"


def test_an_absent_column_has_no_row(frame: Frame) -> None:
    assert made(frame, Factor("GBRCA")).characteristics == ()


def test_nobody_has_no_median(frame: Frame) -> None:
    found = made(frame, Factor("AGE", "number"), Factor("ECOG"), table=columns(members()))
    assert found.characteristics[0].spreads[0].median is None
    assert found.characteristics[1].levels == ()


def test_a_patient_without_a_row_is_an_error(frame: Frame) -> None:
    with pytest.raises(KeyError):
        made(frame, Factor("AGE", "number"), table=columns(members("P1", "P0")))


def test_levels_follow_the_given_order(frame: Frame) -> None:
    found = baseline_table(frame(ROWS), columns(), [Factor("ECOG")], order=lambda v: -int(v))
    assert list(counts(found)) == ["2", "1", "0"]


def test_json_both_ways(frame: Frame) -> None:
    factors = (Factor("AGE", "number"), Factor("PRIOR", "list", most=3), Factor("USUBJID", most=2))
    found = made(frame, *factors)
    assert BaselineTable.from_json(found.to_json()) == found


# --- what must always hold -----------------------------------------------------------------------

ids = [f"P{i}" for i in range(12)]
values = st.lists(st.sampled_from(["x", "y", "z", None]), min_size=12, max_size=12)
chosen = st.lists(st.sampled_from(ids), unique=True)
grouped = st.lists(st.lists(st.sampled_from(ids), unique=True), max_size=4)


@given(values=values, of=chosen, groups=grouped)
def test_levels_and_missing_share_each_column(
    values: list[Any], of: list[str], groups: list[list[str]]
) -> None:
    adsl = pd.DataFrame({"USUBJID": ids, "V": pd.array(values, dtype="str")})
    named = tuple(Group(f"g{i}", f"G{i}", tuple(g)) for i, g in enumerate(groups))
    table = columns(members(*of), named)
    found = baseline_table(adsl, table, [Factor("V")])
    one = found.characteristics[0]
    assert table.columns[0].patients == tuple(of)
    for i, column in enumerate(table.columns):
        parts = [*(level.patients[i] for level in one.levels), one.missing[i]]
        assert sorted(u for part in parts for u in part) == sorted(column.patients)
        assert sorted((*one.stated[i], *one.missing[i])) == sorted(column.patients)
    covered = {u for c in table.columns[1:] for u in c.patients}
    assert covered == (set(of) if groups else set())
    in_several = [u for u in of if sum(u in g for g in groups) > 1]
    assert table.overlapping == bool(in_several)


# --- real exports --------------------------------------------------------------------------------

#: R 4.2.2: table(SEX, ARM), table(RACE, ARM), quantile(AGE, type = 2) by ARM
R_SEX = {"F": [231, 79, 82, 70], "M": [169, 55, 52, 62]}
R_RACE = {"ASIAN": [208, 68, 67, 73], "MULTIPLE": [1, 0, 1, 0], "WHITE": [74, 27, 26, 21]}
R_AGE = {"a": (21, 28, 33, 39, 50), "b": (21, 30, 35, 40, 62), "c": (20, 30, 35, 40, 69)}
R_BMRKR1 = {
    "a": (0.4055982, 3.5113100, 5.3850887, 7.7014342, 17.6723385),
    "b": (0.648372, 3.247213, 4.805962, 7.340919, 14.237409),
    "c": (0.1654475, 3.1531773, 4.6110920, 7.0573741, 21.3933676),
}


def test_400_patients_are_those_of_r(adam: Callable[[str, str], pd.DataFrame]) -> None:
    adsl = adam("random_cdisc", "adsl").copy()
    for name in ("AGE", "BMRKR1"):
        adsl[name] = adsl[name].astype(float)
    arms = ("A: Drug X", "B: Placebo", "C: Combination")
    groups = tuple(
        Group(arm[0].lower(), arm, tuple(adsl["USUBJID"][(adsl["ARM"] == arm).to_numpy()]))
        for arm in arms
    )
    table = columns(members(*sorted(adsl["USUBJID"])), groups)
    assert [c.n for c in table.columns] == [400, 134, 134, 132]
    factors = [Factor("SEX"), Factor("RACE"), Factor("AGE", "number"), Factor("BMRKR1", "number")]
    found = baseline_table(adsl, table, factors)
    assert counts(found, 0) == R_SEX
    assert {k: v for k, v in counts(found, 1).items() if k in R_RACE} == R_RACE
    for at, told in ((2, R_AGE), (3, R_BMRKR1)):
        for column, s in zip(table.columns[1:], found.characteristics[at].spreads[1:], strict=True):
            mine = (s.minimum, s.q1, s.median, s.q3, s.maximum)
            assert mine == pytest.approx(told[column.id], rel=1e-6)


def test_a_safety_set_leaves_screen_failures_out(
    adam: Callable[[str, str], pd.DataFrame],
) -> None:
    """pharmaverse: 306 rows, 254 treated; R: table(AGEGR1[SAFFL == "Y"])."""
    adsl = adam("pharmaverse_onco", "adsl")
    safe = members(*sorted(adsl["USUBJID"][(adsl["SAFFL"] == "Y").to_numpy()]))
    found = baseline_table(adsl, columns(safe, ()), [Factor("AGEGR1"), Factor("SEX")])
    assert counts(found, 0) == {"18-64": [33], ">64": [221]}
    assert counts(found, 1) == {"F": [143], "M": [111]}
