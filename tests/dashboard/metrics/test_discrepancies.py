"""Every rule that can explain an exported value has a patient whom it alone explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.discrepancies import (
    Discrepancy,
    counted_kinds,
    response_discrepancies,
    uncounted_records,
    without_second_scan,
)
from dashboard.metrics.discrepancy_times import Endpoint, Times, agreement, time_discrepancies
from dashboard.metrics.discrepancy_words import UNEXPLAINED
from dashboard.metrics.response import ResponseRules, best_responses
from dashboard.metrics.time_to_event import (
    PfsRules,
    TimeToEvent,
    overall_survival,
    progression_free_survival,
)

# --- best response -------------------------------------------------------------------------------


@pytest.fixture
def against(study):
    """Discrepancies of patients whose exported CBOR (or BOR) is stated beside their records."""

    def run(patients, exported, *, endpoint="CBOR", rules=None):
        cohort, records = study(patients | {"Z": {"day": [42], "resp": ["PD"]}})
        derived = best_responses(cohort, records, rules)
        exported = (*exported, "PD")
        if endpoint == "CBOR":
            shown = replace(derived, confirmed=exported, source_confirmed="exported")
        else:
            shown = replace(derived, unconfirmed=exported, source_unconfirmed="exported")
        return response_discrepancies(cohort, records, shown, derived, rules)

    return run


EXPLAINED = {
    "no later scan": (
        {"day": [42, 56], "resp": ["PR", "SD"]},
        "PR",
        "PR on day 42 has no confirming scan at least 28 days later (next assessment day 56, SD)",
    ),
    "no later scan at all": (
        {"day": [42], "resp": ["CR"]},
        "CR",
        "CR on day 42 has no confirming scan at least 28 days later (no later assessment)",
    ),
    "new therapy first": (
        {"day": [42, 98], "resp": ["PR", "NE"], "nact": 60},
        "PR",
        (
            "PR on day 42 has no confirming scan at least 28 days later "
            "(no later assessment before new anticancer therapy on day 60)"
        ),
    ),
    "27 days are too few": (
        {"day": [42, 69], "resp": ["PR", "PR"]},
        "PR",
        "PR on day 69 comes 27 days after PR on day 42; confirmation takes at least 28",
    ),
    "SD between": (
        {"day": [42, 84, 126], "resp": ["PR", "SD", "PR"]},
        "PR",
        "SD on day 84 lies between PR on day 42 and PR on day 126; none may",
    ),
    "two NE between": (
        {"day": [42, 56, 70, 84], "resp": ["CR", "NE", "NE", "CR"]},
        "CR",
        "2 NE lie between CR on day 42 and CR on day 84; at most 1 may",
    ),
    "after PD": (
        {"day": [42, 84, 126], "resp": ["PD", "PR", "PR"]},
        "PR",
        "PR on day 126 comes after the first PD (day 42)",
    ),
    "after new therapy": (
        {"day": [42, 84], "resp": ["PR", "PR"], "nact": 60},
        "PR",
        "PR on day 84 comes after new anticancer therapy (day 60)",
    ),
    "SD too early": (
        {"day": [35], "resp": ["SD"]},
        "SD",
        "SD on day 35 comes before day 42, the minimum for SD",
    ),
    "SD one day too early": (
        {"day": [41], "resp": ["SD"]},
        "SD",
        "SD on day 41 reaches day 42, the minimum for SD, only when the origin is counted as day 1",
    ),
    "SD of eight weeks": (
        {"day": [44], "resp": ["SD"]},
        "NE",
        (
            "no assessment from day 49 on supports SD, which the export seems to ask; "
            "the minimum for SD is 42 days"
        ),
    ),
    "no NE at all": (
        {"day": [42, 70, 98], "resp": ["PR", "NE", "PR"]},
        "SD",
        "an NE lies between the two responses; 1 may, the export allows none",
    ),
    "death counted as PD": (
        {"day": [], "resp": [], "death": 30},
        "PD",
        "no assessment; the export counts the death on day 30 as PD",
    ),
    "no records": (
        {"day": [], "resp": []},
        "PR",
        "no dated assessment between the origin and the cut-off date is exported",
    ),
    "not in the export": (
        {"day": [42, 84], "resp": ["PR", "PR"]},
        "MISSING",
        "the export gives no value; the assessments give PR",
    ),
    "no such assessment": (
        {"day": [42, 84], "resp": ["SD", "SD"]},
        "CR",
        "no assessment says CR: not explained by any rule Interim knows",
    ),
    "nothing explains it": (
        {"day": [42, 84], "resp": ["PR", "PR"]},
        "PD",
        "no assessment says PD: not explained by any rule Interim knows",
    ),
    "another word": (
        {"day": [56], "resp": ["NON-CR/NON-PD"]},
        "SD",
        "the records say NON-CR/NON-PD, the export calls it SD",
    ),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_the_rule_that_explains_an_exported_best_response(against, name):
    patient, exported, reason = EXPLAINED[name]
    (found,) = against({"A": patient}, (exported,))
    assert (found.endpoint, found.usubjid, found.exported) == ("CBOR", "A", exported)
    assert found.reason == reason
    assert found.grave
    assert (found.kind == UNEXPLAINED) == reason.endswith(UNEXPLAINED)


@pytest.mark.parametrize("name", [n for n in EXPLAINED if n != "not in the export"])
def test_the_derived_value_is_no_discrepancy(study, against, name):
    patient = EXPLAINED[name][0]
    cohort, records = study({"A": patient, "Z": QUIET})
    assert against({"A": patient}, best_responses(cohort, records).confirmed[:1]) == ()


def test_ne_and_missing_are_one_thing_in_two_words(against):
    (found,) = against({"A": {"day": [], "resp": []}}, ("NE",))
    assert not found.grave
    assert found.reason.endswith("the export says NE, Interim MISSING")


def test_the_study_own_rules_decide(against):
    patient = {"A": {"day": [42, 64], "resp": ["PR", "PR"]}}
    assert against(patient, ("PR",))
    assert against(patient, ("PR",), rules=ResponseRules(confirm_days=21)) == ()


def test_an_unconfirmed_best_response_that_asks_for_confirmation(against):
    patient = {"A": {"day": [42, 84], "resp": ["PR", "SD"]}}
    (found,) = against(patient, ("SD",), endpoint="BOR")
    assert (found.endpoint, found.derived) == ("BOR", "PR")
    assert found.reason == "the export's BOR asks for confirmation; this one has none"


def test_a_derived_reading_has_nothing_to_differ_from(study):
    cohort, records = study({"A": {"day": [42], "resp": ["PR"]}})
    derived = best_responses(cohort, records)
    assert response_discrepancies(cohort, records, derived, derived) == ()


def test_each_patient_gets_the_reason_of_his_own_records(against):
    found = against(
        {
            "A": {"day": [42, 56], "resp": ["PR", "SD"]},
            "B": {"day": [42, 84], "resp": ["PR", "PR"]},
            "C": {"day": [42, 84, 126], "resp": ["PR", "SD", "PR"]},
        },
        ("PR", "PR", "PR"),
    )
    assert [d.usubjid for d in found] == ["A", "C"]
    assert "day 56" in found[0].reason
    assert "day 84" in found[1].reason


def test_records_that_do_not_count_are_told_where_one_is_missing(study, frame, day):
    cohort, records = study({"A": {"day": [42], "resp": ["PR"]}, "B": {}})
    adrs = frame(
        [
            {"USUBJID": u, "PARAMCD": "OVR", "ADT": day(d), "AVALC": "PR"}
            for u, d in (("A", 42), ("A", None), ("B", None), ("B", 500), ("B", 501))
        ]
    )
    told = uncounted_records(adrs, cohort, ("OVR",))
    assert told == {
        "A": "1 overall response without a date does not count",
        "B": (
            "1 overall response without a date and 2 overall responses dated after the "
            "cut-off date do not count"
        ),
    }
    derived = best_responses(cohort, records)
    shown = replace(derived, confirmed=("PR", "MISSING"), source_confirmed="exported")
    (found,) = response_discrepancies(cohort, records, shown, derived, uncounted=told)
    assert found.reason == (
        "PR on day 42 has no confirming scan at least 28 days later (no later assessment); "
        "1 overall response without a date does not count"
    )


def test_a_second_scan_is_looked_for_among_the_records_that_count(study):
    cohort, records = study(
        {
            "A": {"day": [42], "resp": ["PR"]},
            "B": {"day": [42, 70], "resp": ["PR", "CR"]},
            "C": {"day": [42, 69], "resp": ["PR", "PR"]},
            "D": {"day": [42, 84, 126], "resp": ["PR", "PD", "PR"]},
            "E": {"day": [42, 84, 126], "resp": ["PR", "SD", "PR"]},  # a pair, though broken
            "F": {"day": [42], "resp": ["SD"]},
        }
    )
    derived = best_responses(cohort, records)
    shown = replace(
        derived, confirmed=("PR", "PR", "PR", "PR", "PR", "SD"), source_confirmed="exported"
    )
    assert without_second_scan(cohort, records, shown) == ("A", "C", "D")
    assert without_second_scan(cohort, records, derived) == ()


def test_kinds_are_counted_with_the_unexplained_last():
    def one(kind):
        return Discrepancy("BOR", "A", "CR", "PR", "", kind)

    kinds = [one("b"), one(UNEXPLAINED), one(UNEXPLAINED), one("a"), one("b")]
    assert counted_kinds(kinds) == (("b", 2), ("a", 1), (UNEXPLAINED, 2))


def test_a_discrepancy_survives_json(against):
    (found,) = against({"A": EXPLAINED["SD between"][0]}, ("PR",))
    assert Discrepancy.from_json(found.to_json()) == found


# --- times ---------------------------------------------------------------------------------------


@pytest.fixture
def timed(study):
    """The discrepancy of one patient whose PFS (or OS) is exported as (days, event)."""

    def run(patient, exported, *, endpoint="PFS", starts=None, slack=0.5):
        cohort, records = study({"A": patient})
        if endpoint == "PFS":
            readings = {
                "the FDA-like rule": progression_free_survival(cohort, records),
                "the EMA-like rule": progression_free_survival(cohort, records, PfsRules("EMA")),
            }
        else:
            readings = {"the records": overall_survival(cohort)}
        rows = [] if exported is None else [exported]
        shown = TimeToEvent(
            endpoint=endpoint,
            rule="as exported",
            source="exported",
            usubjid=("A",) * len(rows),
            days=tuple(float(d) for d, _ in rows),
            event=tuple(e for _, e in rows),
            reason=("",) * len(rows),
            dates=(None,) * len(rows),
        )
        made = Endpoint(
            name=endpoint,
            cohort=cohort,
            exported=Times.of(cohort, shown),
            readings={k: Times.of(cohort, v) for k, v in readings.items()},
            assessments=records,
            starts={k: np.array([v]) for k, v in (starts or {}).items()},
            ends={
                "the origin": np.zeros(1, dtype=np.int64),
                "the date last known alive": cohort.alive,
                "the cut-off date": cohort.follow_up,
            },
            slack=slack,
        )
        return made, time_discrepancies(made, np.ones(1, dtype=np.bool_))

    return run


PD_84 = {"day": [42, 84], "resp": ["SD", "PD"], "alive": 300}
QUIET = {"day": [42, 84], "resp": ["SD", "SD"], "alive": 300}
MISSED = {"day": [56, 174], "resp": ["SD", "PD"], "alive": 300}

TIMES = {
    "agrees": (PD_84, (85, True), None),
    "agrees within the rounding": (PD_84, (85.4, True), None),
    "without the +1 day": (
        PD_84,
        (84, True),
        "the export leaves out the +1 day of end - start + 1",
    ),
    "one day more": (PD_84, (86, True), "the export counts one day more than end - start + 1"),
    "two missed assessments": (
        {"day": [56, 190], "resp": ["SD", "PD"], "alive": 300},
        (191, True),
        (
            "agrees with the EMA-like rule: the exported event at 191 days comes 134 days after "
            "the last adequate assessment, more than the 126 days of the FDA-like rule"
        ),
    ),
    "never assessed before": (
        {"day": [190], "resp": ["PD"], "alive": 300},
        (191, True),
        (
            "agrees with the EMA-like rule: the exported event at 191 days comes 190 days after "
            "the origin, unassessed since, more than the 126 days of the FDA-like rule"
        ),
    ),
    "after new therapy": (
        {"day": [42, 84], "resp": ["SD", "PD"], "nact": 60, "alive": 300},
        (85, True),
        (
            "agrees with the EMA-like rule: the exported event at 85 days comes after new "
            "anticancer therapy at 61 days, where the FDA-like rule censors"
        ),
    ),
    "a shorter limit": (
        MISSED,
        (57, False),
        (
            "the export censors at the last assessment before the PD at 175 days, 118 days later; "
            "the FDA-like rule counts it up to 126 days"
        ),
    ),
    "the second PD": (
        {"day": [42, 84], "resp": ["PD", "PD"]},
        (85, True),
        "the export takes the PD at 85 days; the first is at 43 days",
    ),
    "death in place of PD": (
        {"day": [42], "resp": ["PD"], "death": 100},
        (101, True),
        "the export takes the death at 101 days; PD at 43 days comes first",
    ),
    "an event of nothing": (
        QUIET,
        (120, True),
        (
            "the records show no PD and no date of death for the event at 120 days: "
            "not explained by any rule Interim knows"
        ),
    ),
    "an event on another day": (
        PD_84,
        (120, True),
        (
            "no record shows the event at 120 days, the first PD is at 85 days: "
            "not explained by any rule Interim knows"
        ),
    ),
    "censored at the cut-off": (
        QUIET,
        (401, False),
        (
            "the export censors at the cut-off date, 401 days; censored here at 85 days "
            "(last adequate assessment)"
        ),
    ),
    "censored at once": (
        PD_84,
        (1, False),
        "the export censors at the origin, 1 days; the records show the PD at 85 days",
    ),
    "censored at an NE": (
        {"day": [42, 84], "resp": ["SD", "NE"], "alive": 300},
        (85, False),
        (
            "the export censors at an assessment that is NE, 85 days; censored here at 43 days "
            "(last adequate assessment)"
        ),
    ),
    "censored one assessment early": (
        QUIET,
        (43, False),
        (
            "the export censors at the assessment at 43 days; censored here at 85 days "
            "(last adequate assessment)"
        ),
    ),
    "censored nowhere": (
        QUIET,
        (60, False),
        (
            "the records end at 85 days (last adequate assessment): "
            "not explained by any rule Interim knows"
        ),
    ),
    "no record": (PD_84, None, "the export has no PFS record of this patient"),
}


@pytest.mark.parametrize("name", TIMES)
def test_the_rule_that_explains_an_exported_pfs(timed, name):
    patient, exported, reason = TIMES[name]
    _, found = timed(patient, exported)
    assert [d.reason for d in found] == ([] if reason is None else [reason])


def test_a_time_from_randomisation(timed):
    _, found = timed(PD_84, (88, True), starts={"RANDDT": -3})
    (d,) = found
    assert d.reason == "the export counts from RANDDT, 3 days before the start used here"
    assert (d.exported, d.derived, d.grave) == ("88 days, event", "85 days, event", False)
    _, unknown = timed(PD_84, (88, True), starts={"RANDDT": int(NEVER)})
    assert UNEXPLAINED in unknown[0].reason


def test_an_event_that_becomes_a_censoring_is_grave(timed):
    _, ((found,)) = timed(PD_84, (85, False))
    assert found.grave
    assert found.reason.startswith("the export censors at the assessment at 85 days; the records")


def test_months_are_compared_within_their_rounding(timed):
    assert timed(PD_84, (86.4, True), slack=2.0)[1] == ()


def test_exported_survival_against_the_date_of_death(timed):
    dead = {"death": 100}
    assert timed(dead, (101, True), endpoint="OS")[1] == ()
    (d,) = timed({"alive": 90}, (101, True), endpoint="OS")[1]
    assert d.reason == (
        "the records show no date of death for the event at 101 days: "
        "not explained by any rule Interim knows"
    )
    (d,) = timed({"alive": 90}, (401, False), endpoint="OS")[1]
    assert d.reason == (
        "the export censors at the cut-off date, 401 days; censored here at 91 days "
        "(last known alive)"
    )


def test_which_rule_set_the_export_follows(timed):
    late = {"day": [56, 190], "resp": ["SD", "PD"], "alive": 300}
    made, _ = timed(late, (191, True))
    who = np.ones(1, dtype=np.bool_)
    assert agreement(made, who).agree == (("the EMA-like rule", 1), ("the FDA-like rule", 0))
    assert agreement(made, ~who).n == 0
    assert time_discrepancies(made.led_by("the EMA-like rule"), who) == ()


def test_a_patient_without_an_origin_has_nothing_to_derive(study):
    cohort, records = study({"A": {}, "B": PD_84})
    cohort = replace(cohort, timed=np.array([False, True]))
    own = progression_free_survival(cohort, records)
    when = cohort.origin[1].item() + timedelta(days=84)
    shown = replace(
        own,
        source="exported",
        usubjid=("A", "B"),
        days=(10.0, 85.0),
        event=(True, True),
        reason=("", ""),
        dates=(None, when),
    )
    made = Endpoint(
        "PFS",
        cohort,
        Times.of(cohort, shown),
        {"own": Times.of(cohort, own)},
        records,
        excluded={"A": "no first dose and no enrolment date"},
    )
    (found,) = time_discrepancies(made, np.ones(2, dtype=np.bool_))
    assert (found.usubjid, found.derived) == ("A", "no record")
    assert found.reason == "no first dose and no enrolment date"
