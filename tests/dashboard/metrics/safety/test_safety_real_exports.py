"""Adverse events of published exports against R tables from the same bytes."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.adverse_events import emergent_check
from dashboard.metrics.ae_overview import ae_overview
from dashboard.metrics.ae_tables import term_table
from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.populations import analysis_set
from dashboard.metrics.safety import safety, safety_events, safety_json

FOLDERS = ("pharmaverse_onco", "random_cdisc", "cdisc_pilot")
ARMS = {"pharmaverse_onco": "TRT01A", "random_cdisc": "ARM", "cdisc_pilot": "TRT01A"}


@pytest.fixture(scope="module")
def read(adam, far_cut):
    made = {}

    def load(folder):
        if folder not in made:
            adsl = adam(folder, "adsl")
            cohort = build_cohort(adsl, far_cut)
            members = analysis_set(adsl, cohort, "safety")
            made[folder] = safety_events(adsl, adam(folder, "adae"), cohort, members), adsl
        return made[folder]

    return load


def check(got_overview, table, want):
    assert (got_overview.n, got_overview.n_events) == (want["N"], want["n_events"])
    names = {
        "any": "any",
        "grade3plus": "sev_ge3",
        "serious": "serious",
        "related": "related",
        "related_grade3plus": "related_sev_ge3",
        "fatal": "fatal",
    }
    for id_, key in names.items():
        flag = got_overview.flag(id_)
        assert flag.proportion.x == want[key]["n"], id_
        assert 100 * flag.proportion.estimate == pytest.approx(want[key]["pct"], rel=1e-9)
    shown = {k: v for k, v in got_overview.max_grade.items() if v}
    assert shown == {k: v for k, v in want["max_grade_per_patient"].items() if v}
    assert len(table.by_pt) == want["n_distinct_pt"]
    top = [(r.term, r.any.x, r.n_events) for r in table.by_pt[:20]]
    assert sorted(top, key=lambda r: -r[1]) == top
    want_top = {p["pt"]: p for p in want["top20_pt"]}
    for row in table.by_pt:
        if row.term in want_top:
            expected = want_top.pop(row.term)
            assert (row.any.x, row.n_events) == (expected["n"], expected["n_events"])
            by_grade = {k: row.by_grade[k] for k in expected["max_grade"]}
            assert by_grade == expected["max_grade"]
            assert sum(row.by_grade.values()) == row.any.x
    assert not want_top
    assert {s.row.term: s.row.any.x for s in table.by_soc} == want["per_soc"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_overall_as_in_r(read, expected, folder):
    events, _ = read(folder)
    check(
        ae_overview(events),
        term_table(events.treatment_emergent()),
        expected(folder)["ae"]["overall"],
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_arm_as_in_r_over_the_n_of_the_arm(read, expected, folder):
    events, adsl = read(folder)
    want = expected(folder)["ae"]
    arms = sorted(set(want) - {"overall"})
    assert len(arms) == 3
    for arm in arms:
        mine = events.restrict(adsl.loc[adsl[ARMS[folder]] == arm, "USUBJID"].tolist())
        check(ae_overview(mine), term_table(mine.treatment_emergent()), want[arm])


@pytest.mark.parametrize(
    ("folder", "scale"),
    [("pharmaverse_onco", "severity"), ("random_cdisc", "CTCAE"), ("cdisc_pilot", "severity")],
)
def test_grade_three_is_called_severe_where_there_is_no_grade(read, folder, scale):
    events, _ = read(folder)
    got = ae_overview(events)
    assert got.scale == scale
    assert got.flag("grade3plus").label == (
        "Severe" if scale == "severity" else "Grade 3 or higher"
    )
    printed = safety_json(safety(events))
    assert printed["grade3plus"]["scale"] == scale
    assert printed["grade3plus"]["x"] == got.flag("grade3plus").proportion.x


def test_a_flag_that_is_never_n_means_no_when_missing(read, adam):
    rows = adam("pharmaverse_onco", "adae")
    assert set(rows["TRTEMFL"].dropna()) == {"Y"}
    events, _ = read("pharmaverse_onco")
    assert (events.n, int(events.emergent.sum())) == (1191, 1122)


def test_four_events_without_causality_are_not_related_and_said(read):
    events, _ = read("pharmaverse_onco")
    assert "AREL is missing in 4 events, counted as not related" in events.notes


def test_no_action_recorded_is_not_zero_reductions(read):
    """AEACN is a column without one value in this export."""
    events, _ = read("pharmaverse_onco")
    flag = ae_overview(events).flag("reduced")
    assert (flag.proportion, flag.n_events) == (None, None)
    assert "not recorded" in flag.definition


def test_actions_of_the_codelist(read, adam):
    events, _ = read("random_cdisc")
    rows = adam("random_cdisc", "adae")
    got = ae_overview(events)
    for id_, terms in {
        "reduced": ["DOSE REDUCED", "DOSE RATE REDUCED"],
        "interrupted": ["DRUG INTERRUPTED"],
        "withdrawn": ["DRUG WITHDRAWN"],
    }.items():
        hit = rows["AEACN"].isin(terms)
        assert got.flag(id_).proportion.x == rows.loc[hit, "USUBJID"].nunique()
        assert got.flag(id_).n_events == hit.sum()


@pytest.mark.parametrize(("folder", "n"), [("pharmaverse_onco", 1122), ("random_cdisc", 1934)])
def test_the_derivation_gives_the_flag_that_admiral_gave(read, folder, n):
    check_ = emergent_check(read(folder)[0])
    assert (check_.used, check_.n_exported, check_.n_derived) == ("exported", n, n)
    assert check_.mismatches == ()


def test_events_without_a_start_are_where_the_pilot_differs(read):
    """The pilot of 2006 says N; the rule of today counts an event that may have started on drug."""
    events, _ = read("cdisc_pilot")
    found = emergent_check(events).mismatches
    assert len(found) == 11
    assert all(m.derived and not m.exported for m in found)
    differ = events.select(events.exported != events.derived)
    assert np.isnat(differ.start).all()
