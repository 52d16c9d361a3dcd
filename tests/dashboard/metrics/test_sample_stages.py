"""Samples from plan to pair patient by patient, biopsy sites and lesions, written by hand."""

from __future__ import annotations

from dashboard.metrics.sample_pairs import sample_pairs
from dashboard.metrics.sample_stages import lesions, patient_samples, reached, sites
from dashboard.metrics.sample_table import pair_visits, sample_table
from tests.dashboard.metrics.test_samples_paired import PATIENTS, cohort, frame, made, row


def test_each_patient_has_one_state_per_visit_and_the_reason_of_a_gap():
    people, samples, _, pairs = made()
    found = {p.usubjid: p for p in patient_samples(samples, pairs, people, PATIENTS)}
    assert {u: p.state["Week 6"] for u, p in found.items()} == {
        "P1": "usable",
        "P2": "not taken",
        "P3": "failed",
        "P4": "usable",
        "P5": "not due",
    }
    assert found["P2"].reason == {"Week 6": "PROGRESSION BEFORE SAMPLE"}
    assert [u for u, p in found.items() if p.paired] == ["P1"]


def test_a_later_stage_holds_no_patient_whom_an_earlier_one_has_not():
    people, samples, _, pairs = made()
    found = patient_samples(samples, pairs, people, PATIENTS)
    assert reached(found, "Week 6", "due") == ("P1", "P2", "P3", "P4")
    assert reached(found, "Week 6", "taken") == ("P1", "P3", "P4")
    assert reached(found, "Week 6", "passed") == ("P1", "P4")


def test_without_a_plan_a_missing_sample_is_no_record():
    rows = [{**row("P1", "Baseline"), "TAKENFL": None}, row("P1", "Week 6"), row("P2", "Baseline")]
    for r in rows:
        del r["DUEFL"]
    people = cohort()
    samples = sample_table(frame(rows), people)
    pairs = sample_pairs(samples, pair_visits(samples), people, PATIENTS)
    found = {p.usubjid: p for p in patient_samples(samples, pairs, people, PATIENTS)}
    assert found["P2"].state == {"Baseline": "usable", "Week 6": "none"}


BIOPSIES = [
    row("P1", "Baseline", BIOPSITE="LIVER", LESIONID="T1"),
    row("P1", "Week 6", BIOPSITE="LIVER", LESIONID="T1", SAMELSFL="Y"),
    row("P2", "Baseline", BIOPSITE="SKIN", LESIONID="T1"),
    row("P2", "Week 6", BIOPSITE="LIVER", LESIONID="T2", SAMELSFL=None),
    row("P3", "Baseline", BIOPSITE="SKIN", LESIONID=None),
    row("P3", "Week 6", "F", BIOPSITE="SKIN", LESIONID=None, SAMELSFL="Y"),
    row("P4", "Baseline", BIOPSITE="SKIN", LESIONID=None),
    row("P4", "Week 6", BIOPSITE="SKIN", LESIONID=None, SAMELSFL=None),
]


def test_sites_count_usable_biopsies_and_pairs_by_the_first():
    people = cohort()
    samples = sample_table(frame(BIOPSIES), people)
    pairs = sample_pairs(samples, pair_visits(samples), people, PATIENTS)
    found = {s.site: s for s in sites(samples, pairs, people, PATIENTS)}
    assert found["SKIN"].usable == {"Baseline": ("P2", "P3", "P4"), "Week 6": ("P4",)}
    assert found["SKIN"].paired == ("P2", "P4")
    assert found["LIVER"].usable == {"Baseline": ("P1",), "Week 6": ("P1", "P2")}
    few = sites(samples, pairs, people, ["P1"])
    assert [s.site for s in few] == ["LIVER"]


def test_a_lesion_is_the_same_by_flag_else_by_its_id_else_not_stated():
    people = cohort()
    samples = sample_table(frame(BIOPSIES), people)
    pairs = sample_pairs(samples, pair_visits(samples), people, PATIENTS)
    found = lesions(samples, pairs)
    assert (found.same, found.other, found.unknown) == (("P1",), ("P2",), ("P4",))
