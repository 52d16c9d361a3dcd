"""Samples, their pairs and the reasons of gaps, on a table written by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.cohort import NEVER, build_cohort
from dashboard.metrics.response_order import at_landmark, before_assessment
from dashboard.metrics.sample_pairs import accountability, sample_pairs
from dashboard.metrics.sample_table import pair_visits, sample_table

PATIENTS = ["P1", "P2", "P3", "P4", "P5"]


def cohort():
    adsl = pd.DataFrame({"USUBJID": PATIENTS, "TRTSDT": pd.to_datetime(["2024-01-10"] * 5)})
    return build_cohort(adsl.astype({"USUBJID": "string"}), date(2024, 12, 31))


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    for name in made.columns:
        if name == "ADT":
            made[name] = pd.to_datetime(made[name])
        elif name != "AVISITN":
            made[name] = made[name].astype("string")
    return made


def row(who, visit, state="Y", **more):
    number = {"Baseline": 0, "Week 6": 1, "Week 12": 2}.get(visit)
    day = {"Baseline": "2024-01-09", "Week 6": "2024-02-20", "Week 12": "2024-04-01"}.get(visit)
    return {
        "USUBJID": who,
        "SAMPLEID": f"{who}-{visit}",
        "AVISIT": visit,
        "AVISITN": number,
        "ADT": day,
        "DUEFL": "Y",
        "TAKENFL": "N" if state == "N" else "Y",
        "PASSFL": {"Y": "Y", "F": "N", "N": None}[state],
        "REASND": None,
        **more,
    }


#: P1 pair; P2 progressed; P3 failed; P4 twice at one visit; P5 not due yet
ROWS = [
    row("P1", "Baseline"), row("P1", "Week 6"),
    row("P2", "Baseline"), row("P2", "Week 6", "N", REASND="PROGRESSION BEFORE SAMPLE", ADT=None),
    row("P3", "Baseline"), row("P3", "Week 6", "F", REASND="TOO FEW READS"),
    row("P4", "Baseline"), row("P4", "Week 6"), row("P4", "Week 6", SAMPLEID="P4-again"),
    row("P5", "Baseline"),
]  # fmt: skip


def made(rows=ROWS):
    people = cohort()
    samples = sample_table(frame(rows), people)
    visits = pair_visits(samples)
    return people, samples, visits, sample_pairs(samples, visits, people, PATIENTS)


def test_a_patient_with_one_usable_sample_at_each_visit_is_a_pair():
    _, samples, visits, pairs = made()
    assert (visits.before, visits.after) == ("Baseline", "Week 6")
    assert pairs.patients == ("P1",)
    assert samples.id[pairs.before].tolist() == ["P1-Baseline"]
    assert samples.id[pairs.after].tolist() == ["P1-Week 6"]


def test_every_gap_keeps_its_reason():
    *_, pairs = made()
    assert {(g.usubjid, g.visit, g.reason) for g in pairs.gaps} == {
        ("P2", "Week 6", "not taken: PROGRESSION BEFORE SAMPLE"),
        ("P3", "Week 6", "failed its assay: TOO FEW READS"),
        ("P4", "Week 6", "2 samples at Week 6, and which is meant is not known"),
        ("P5", "Week 6", "not due by the cut-off"),
    }


def test_accountability_counts_patients_and_the_mix_of_responders():
    people, samples, _, pairs = made()
    groups = {"responders": {"P1", "P2"}, "non-responders": {"P3", "P4"}}
    got = accountability(samples, pairs, people, PATIENTS, groups)
    after = got.per_visit[1]
    assert (after.visit, after.due, after.taken, after.usable) == ("Week 6", 4, 3, 2)
    assert (got.paired.x, got.paired.n) == (1, 5)
    assert [(s.group, s.paired.x, s.paired.n) for s in got.by_response] == [
        ("responders", 1, 2),
        ("non-responders", 0, 2),
    ]
    assert (got.mix_pairs.x, got.mix_pairs.n) == (1, 1)
    assert (got.mix_cohort.x, got.mix_cohort.n) == (2, 4)


def test_samples_after_the_cut_off_and_of_strangers_are_not_there():
    rows = [*ROWS, row("P1", "Week 12", ADT="2025-03-01"), row("P9", "Baseline")]
    _, samples, _, _ = made(rows)
    assert samples.n == len(ROWS)
    assert samples.row[-2:].tolist() == [-1, -1]


def test_records_of_one_sample_are_one_sample_with_its_baseline_flag():
    rows = [
        row("P1", "Baseline", PARAMCD="SAMPLE", ABLFL=None),
        row("P1", "Baseline", PARAMCD="CD8", ABLFL="Y"),
        row("P1", "Week 6", PARAMCD="CD8", ABLFL=None),
    ]
    _, samples, visits, _ = made(rows)
    assert (samples.n, samples.row.tolist()) == (2, [0, 0, 1])
    assert samples.baseline.tolist() == [True, False]
    assert visits.rule.startswith("the visit of the baseline flag")


def test_without_numbers_and_dates_nothing_says_which_visit_is_first():
    rows = [{"USUBJID": u, "SAMPLEID": f"{u}{v}", "AVISIT": v} for u in ("P1", "P2") for v in "AB"]
    _, samples, visits, pairs = made(rows)
    assert (visits.before, visits.after) == (None, None)
    assert {g.reason for g in pairs.gaps} == {"the export does not say which visits make a pair"}
    stated = pair_visits(samples, before="b", after="a")
    assert (stated.before, stated.after, stated.rule) == ("B", "A", "study.toml")


def test_a_visit_of_one_patient_is_neither_the_first_nor_the_second_of_all():
    rows = [row(p, v) for p in PATIENTS[:4] for v in ("Baseline", "Week 6")]
    for one in rows:
        one["ABLFL"] = "Y" if one["AVISIT"] == "Baseline" else None
    rows += [
        row("P5", "Screening", AVISITN=-1, ADT="2023-12-20", ABLFL="Y"),
        row("P5", "Unscheduled", AVISITN=0.5, ADT="2024-01-20", ABLFL=None),
    ]
    _, _, visits, pairs = made(rows)
    assert (visits.before, visits.after) == ("Baseline", "Week 6")
    assert visits.rule.endswith("and the next one but Unscheduled, which few have")
    assert pairs.patients == ("P1", "P2", "P3", "P4")


def test_no_samples_at_all_make_no_pairs():
    none = frame(ROWS).iloc[:0]
    people = cohort()
    samples = sample_table(none, people)
    pairs = sample_pairs(samples, pair_visits(samples), people, PATIENTS)
    assert (samples.n, pairs.patients, len(pairs.gaps)) == (0, (), 5)


@given(st.permutations(range(len(ROWS))))
def test_the_order_of_records_does_not_matter(order):
    *_, pairs = made([ROWS[i] for i in order])
    assert pairs.patients == ("P1",)
    assert {g.usubjid for g in pairs.gaps} == {"P2", "P3", "P4", "P5"}


def test_a_sample_after_the_first_assessment_explains_no_response():
    groups = {"responders": ["a", "b"], "non-responders": ["c", "d"]}
    day = np.array([42, 60, NEVER, 42])
    first = np.array([56, 56, 56, NEVER])
    got = before_assessment(["a", "b", "c", "d"], day, first, groups)
    assert got.groups == {"responders": ("a",), "non-responders": ()}
    assert {e.usubjid: e.reason for e in got.excluded} == {
        "b": "sampled after the first response assessment",
        "c": "the sample has no date",
        "d": "the first response assessment has no date",
    }


def test_at_a_landmark_only_those_still_at_risk_are_compared():
    groups = {"responders": ["a", "b"], "non-responders": ["c", "d"]}
    got = at_landmark(
        ["a", "b", "c", "d"],
        np.array([42, 42, 42, 50]),
        np.array([90, 40, NEVER, NEVER]),
        np.array([200, 200, 30, 200]),
        groups,
        landmark=45,
    )
    assert got.groups == {"responders": ("a",), "non-responders": ()}
    assert [e.reason for e in got.excluded] == [
        "responded, progressed or died up to the landmark",
        "not followed to the landmark",
        "sampled after the landmark",
    ]


def test_a_response_without_a_date_may_have_come_before_the_landmark():
    groups = {"responders": ["a", "b"], "non-responders": ["c"]}
    days, never = np.full(3, 42), np.full(3, NEVER)
    got = at_landmark(
        list("abc"), days, never, np.full(3, 200), groups, landmark=45, undated={"a", "b"}
    )
    assert got.groups == {"responders": (), "non-responders": ("c",)}
    assert {e.reason for e in got.excluded} == {"the response has no date"}


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_share_of_pairs_has_its_interval(level):
    people, samples, _, pairs = made()
    got = accountability(samples, pairs, people, PATIENTS, {}, level=level)
    assert got.paired.lower < 0.2 < got.paired.upper
    assert (got.mix_pairs, got.mix_cohort, got.by_response) == (None, None, ())
