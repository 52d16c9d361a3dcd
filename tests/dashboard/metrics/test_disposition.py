"""Disposition: a hand-written trial, R's counts of real exports, what must always hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.disposition import (
    COMPLETED,
    DIED,
    UNSTATED,
    Disposition,
    disposition,
)
from dashboard.metrics.subgroups import Group
from dashboard.metrics.table_columns import layout
from dashboard.metrics.types import AnalysisSet
from tests.dashboard.metrics.conftest import day, typed

Frame = Callable[..., pd.DataFrame]
#: days from 2024-01-01; the cut-off is day 100
CUT = date(2024, 4, 10)
ROWS: list[dict[str, Any]] = [
    # on treatment
    {"USUBJID": "P1", "TRTSDT": day(0), "EOTSTT": "ONGOING", "EOSSTT": "ONGOING"},
    # progressed, still followed
    {
        "USUBJID": "P2", "TRTSDT": day(0), "EOTSTT": "DISCONTINUED", "EOTDT": day(50),
        "DCTREAS": "Progressive  disease", "EOSSTT": "ONGOING",
    },
    # progressed, died
    {
        "USUBJID": "P3", "TRTSDT": day(0), "EOTSTT": "DISCONTINUED", "EOTDT": day(60),
        "DCTREAS": "PROGRESSIVE DISEASE", "EOSSTT": "DISCONTINUED", "EOSDT": day(90),
        "DCSREAS": "DEATH", "DTHDT": day(90), "DTHCAUS": "SEPSIS",
    },
    # completed treatment and study
    {
        "USUBJID": "P4", "TRTSDT": day(0), "EOTSTT": "COMPLETED", "EOTDT": day(40),
        "EOSSTT": "COMPLETED", "EOSDT": day(80),
    },
    # never treated, left
    {
        "USUBJID": "P5", "ENRLDT": day(5), "EOSSTT": "DISCONTINUED", "EOSDT": day(9),
        "DCSREAS": "WITHDRAWAL BY SUBJECT",
    },
    # stopped, no reason; died, no end of study and no cause
    {
        "USUBJID": "P6", "TRTSDT": day(0), "EOTSTT": "DISCONTINUED", "EOTDT": day(30),
        "DCTREAS": "MISSING", "EOSSTT": "ONGOING", "DTHDT": day(70), "DTHCAUS": "UNKNOWN",
    },
    # stops after the cut-off: that does not exist yet
    {
        "USUBJID": "P7", "TRTSDT": day(90), "EOTSTT": "DISCONTINUED", "EOTDT": day(130),
        "DCTREAS": "ADVERSE EVENT", "EOSSTT": "ONGOING",
    },
]  # fmt: skip
GROUPS = (Group("a", "A", ("P1", "P2", "P3", "P5")), Group("b", "B", ("P3", "P4", "P6", "P7")))
COLUMNS = (
    "USUBJID", "ENRLDT", "TRTSDT", "EOTSTT", "EOTDT", "DCTREAS", "EOSSTT", "EOSDT", "DCSREAS",
    "DTHDT", "DTHCAUS",
)  # fmt: skip


def made(
    adsl: pd.DataFrame, groups: tuple[Group, ...] = GROUPS, died: tuple[str, ...] = (), **more: Any
) -> Disposition:
    cohort = build_cohort(adsl, CUT)
    members = AnalysisSet("enrolled", "Enrolled", cohort.patients, (), "all")
    table = layout(members, groups, everyone="All", no_group="None", min_group=5)
    return disposition(adsl, cohort, table, died=died, **more)


def counts(found: Disposition) -> dict[str, list[int]]:
    return {r.id: [len(p) for p in r.patients] for r in found.rows}


def test_the_hand_table() -> None:
    found = made(typed(ROWS, COLUMNS))
    assert found.overlapping  # P3
    assert counts(found) == {
        "enrolled": [7, 4, 4],
        "treated": [6, 3, 4],
        "not_treated": [1, 1, 0],
        "on_treatment": [2, 1, 1],
        "off_treatment": [4, 2, 3],
        "off_treatment:Progressive disease": [2, 2, 1],
        f"off_treatment:{COMPLETED}": [1, 0, 1],
        f"off_treatment:{UNSTATED}": [1, 0, 1],
        "in_study": [3, 2, 1],
        "off_study": [4, 2, 3],
        f"off_study:{COMPLETED}": [1, 0, 1],
        f"off_study:{DIED}": [1, 0, 1],
        "off_study:DEATH": [1, 1, 1],
        "off_study:WITHDRAWAL BY SUBJECT": [1, 1, 0],
        "died": [2, 1, 2],
        "died:SEPSIS": [1, 1, 1],
        f"died:{UNSTATED}": [1, 0, 1],
    }
    assert found.row("off_treatment:Progressive disease").patients[0] == ("P2", "P3")
    assert found.row("on_treatment").patients == (("P1", "P7"), ("P1",), ("P7",))


def test_a_death_that_only_a_flag_tells_ends_treatment_and_study() -> None:
    found = counts(made(typed(ROWS, COLUMNS), died=("P1", "P3", "P6")))
    assert found["died"] == [3, 2, 2]
    assert found["on_treatment"] == [1, 0, 1]
    assert found["off_study"] == [5, 3, 3]


def test_what_is_not_exported_is_not_a_row() -> None:
    bare = typed([{k: r.get(k) for k in ("USUBJID", "ENRLDT", "TRTSDT", "EOTDT")} for r in ROWS])
    found = made(bare)
    assert (found.treatment_reason, found.study_reason, found.death_cause) == (None, None, None)
    assert [r.id for r in found.rows if r.part_of] == []
    nobody_dosed = made(bare, doses_known=False)
    assert [r.id for r in nobody_dosed.rows] == ["enrolled", "in_study", "off_study", "died"]


def test_an_empty_column_of_reasons_says_nothing() -> None:
    rows = [{**r, "DCTREAS": None, "DTHCAT": None} for r in ROWS]
    found = made(typed(rows, (*COLUMNS, "DTHCAT")))
    assert found.treatment_reason is None
    assert found.death_cause == "DTHCAUS"


def test_nobody_is_zero_everywhere() -> None:
    adsl = typed(ROWS, COLUMNS)
    cohort = build_cohort(adsl, CUT)
    table = layout(AnalysisSet("enrolled", "", (), (), ""), (), everyone="All", no_group="None")
    found = disposition(adsl, cohort, table, died=())
    assert {n for row in counts(found).values() for n in row} == {0}


def test_a_stranger_is_an_error() -> None:
    adsl = typed(ROWS, COLUMNS)
    cohort = build_cohort(adsl, CUT)
    table = layout(AnalysisSet("enrolled", "", ("P0",), (), ""), (), everyone="", no_group="")
    with pytest.raises(ValueError, match="not in the cohort"):
        disposition(adsl, cohort, table, died=())


def test_json_both_ways() -> None:
    found = made(typed(ROWS, COLUMNS))
    assert Disposition.from_json(found.to_json()) == found


# --- what must always hold -----------------------------------------------------------------------

maybe_day = st.one_of(st.none(), st.integers(0, 150))
patient = st.fixed_dictionaries(
    {
        "start": maybe_day,
        "end": maybe_day,
        "left": maybe_day,
        "death": maybe_day,
        "state": st.sampled_from(["ONGOING", "COMPLETED", "DISCONTINUED", None]),
        "why": st.sampled_from(["TOXICITY", "PROGRESSION", "Missing", None]),
        "group": st.sampled_from(["a", "b", "ab", ""]),
    }
)


@given(st.lists(patient, max_size=8))
def test_parts_add_up_to_their_whole_in_every_column(patients: list[dict[str, Any]]) -> None:
    rows = [
        {
            "USUBJID": f"P{i}", "ENRLDT": day(0), "TRTSDT": day(p["start"]), "EOTDT": day(p["end"]),
            "EOTSTT": p["state"], "EOSDT": day(p["left"]), "EOSSTT": p["state"],
            "DTHDT": day(p["death"]), "DCTREAS": p["why"], "DCSREAS": p["why"], "DTHCAUS": p["why"],
        }
        for i, p in enumerate(patients)
    ]  # fmt: skip
    adsl = typed(rows, COLUMNS)
    for name in ("ENRLDT", "TRTSDT", "EOTDT", "EOSDT", "DTHDT"):
        adsl[name] = adsl[name].to_numpy(dtype="datetime64[s]")
    for name in ("USUBJID", "EOTSTT", "EOSSTT", "DCTREAS", "DCSREAS", "DTHCAUS"):
        adsl[name] = pd.array(adsl[name].to_numpy(dtype=object), dtype="str")
    groups = tuple(
        Group(g, g, tuple(f"P{i}" for i, p in enumerate(patients) if g in p["group"])) for g in "ab"
    )
    found = made(adsl, groups)

    def part(id_: str, column: int) -> set[str]:
        return set(found.row(id_).patients[column])

    for i in range(len(found.columns)):
        for whole, one, other in (
            ("enrolled", "treated", "not_treated"),
            ("treated", "on_treatment", "off_treatment"),
            ("enrolled", "in_study", "off_study"),
        ):
            assert part(one, i) | part(other, i) == part(whole, i)
            assert not part(one, i) & part(other, i)
        assert part("died", i) <= part("off_study", i)
        assert not part("died", i) & part("on_treatment", i)
        for whole, known in (
            ("off_treatment", found.treatment_reason),
            ("off_study", found.study_reason),
            ("died", found.death_cause),
        ):
            told = [u for r in found.rows if r.part_of == whole for u in r.patients[i]]
            if known is not None:
                assert sorted(told) == sorted(part(whole, i))


# --- real exports --------------------------------------------------------------------------------

#: R 4.2.2: table(EOTSTT, ARM), table(EOSSTT, ARM), table(DCSREAS, ARM), table(DTHCAT, ARM)
R_RANDOM = {
    "on_treatment": [73, 24, 28, 21],
    "off_treatment": [327, 110, 106, 111],
    f"off_study:{COMPLETED}": [207, 68, 66, 73],
    "off_study:ADVERSE EVENT": [14, 3, 6, 5],
    "off_study:DEATH": [70, 25, 23, 22],
    "off_study:LACK OF EFFICACY": [7, 2, 2, 3],
    "off_study:PHYSICIAN DECISION": [7, 2, 3, 2],
    "off_study:PROTOCOL VIOLATION": [12, 5, 3, 4],
    "off_study:WITHDRAWAL BY PARENT/GUARDIAN": [7, 4, 2, 1],
    "off_study:WITHDRAWAL BY SUBJECT": [3, 1, 1, 1],
    "died": [70, 25, 23, 22],
    "died:ADVERSE EVENT": [26, 9, 7, 10],
    "died:OTHER": [24, 8, 10, 6],
    "died:PROGRESSIVE DISEASE": [20, 8, 6, 6],
}


def test_400_patients_are_those_of_r(adam: Callable[[str, str], pd.DataFrame]) -> None:
    adsl = adam("random_cdisc", "adsl")
    cohort = build_cohort(adsl, date(2024, 3, 7))
    groups = tuple(
        Group(arm, arm, tuple(adsl["USUBJID"][(adsl["ARM"] == arm).to_numpy()]))
        for arm in ("A: Drug X", "B: Placebo", "C: Combination")
    )
    members = AnalysisSet("enrolled", "", cohort.patients, (), "all")
    table = layout(members, groups, everyone="All", no_group="None")
    found = counts(disposition(adsl, cohort, table, died=()))
    assert {k: v for k, v in found.items() if k in R_RANDOM} == R_RANDOM
