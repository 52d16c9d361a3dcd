"""The last day known alive, and the one evaluator, where an export leaves them to its records."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.contacts import with_contacts
from dashboard.metrics.recist import TERMS, overall_responses
from dashboard.metrics.time_to_event import overall_survival

CUT = date(2024, 10, 27)  # day 300


@pytest.fixture
def tables(frame, day):
    adsl = frame(
        [
            {"USUBJID": "A", "TRTSDT": day(0), "TRTEDT": day(100)},
            {"USUBJID": "B", "TRTSDT": day(0), "TRTEDT": day(100), "LSTALVDT": day(150)},
            {"USUBJID": "C", "TRTSDT": day(0), "DTHDT": day(120)},
            {"USUBJID": "D", "TRTSDT": day(0)},
            {"USUBJID": "E"},
        ]
    )
    adrs = frame(
        [
            {"USUBJID": u, "PARAMCD": "OVR", "AVALC": "SD", "ADT": day(d), "DTYPE": copy}
            for u, d, copy in (
                ("A", 224, None),
                ("A", 310, None),  # after the cut-off
                ("A", 290, "LOCF"),  # a copy is no visit
                ("B", 224, None),
                ("C", 110, None),
                ("E", 50, None),
            )
        ]
    )
    adae = frame([{"USUBJID": "D", "ASTDT": day(30)}])
    return adsl, {"ADRS": adrs, "ADAE": adae}


def test_a_scan_after_the_last_dose_shows_that_a_patient_lives(tables):
    """What ADSL states is kept; who died is dead; without any record the first dose remains."""
    adsl, records = tables
    cohort = with_contacts(build_cohort(adsl, CUT), adsl, records.get)
    got = overall_survival(cohort)
    rows = {u: (d, e) for u, d, e in zip(got.usubjid, got.days, got.event, strict=True)}
    assert rows == {
        "A": (225.0, False),
        "B": (151.0, False),
        "C": (121.0, True),
        "D": (31.0, False),
    }


def test_records_are_read_only_when_somebody_needs_them(frame, day):
    adsl = frame([{"USUBJID": "A", "TRTSDT": day(0), "LSTALVDT": day(9)}])

    def never(_domain):
        raise AssertionError

    cohort = build_cohort(adsl, CUT)
    assert with_contacts(cohort, adsl, never) is cohort


@pytest.mark.parametrize(
    ("names", "want"),
    [
        (("INVESTIGATOR", "INDEPENDENT"), "PR"),
        (("INV", "BICR"), "PR"),
        (("READER 1", "READER 2"), "PR"),  # as many rows: the first name
        (("READER 2", "READER 1"), "PD"),
        ((None, None), "PD"),  # nobody is named: the worst of the day
        (("BICR", "BICR"), "PD"),
    ],
)
def test_two_readers_are_never_mixed(frame, day, names, want):
    adsl = frame([{"USUBJID": "A", "TRTSDT": day(0)}])
    adrs = frame(
        [
            {"USUBJID": "A", "PARAMCD": "OVR", "AVALC": t, "ADT": day(56), "RSEVAL": name}
            for t, name in zip(("PR", "PD"), names, strict=True)
        ],
        ("USUBJID", "PARAMCD", "AVALC", "ADT", "RSEVAL"),
    )
    got = overall_responses(adrs, build_cohort(adsl, CUT))
    assert [TERMS[r] for r in np.asarray(got.response)] == [want]
