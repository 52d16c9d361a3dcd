"""BASE, NADIR, PCHG, visit responses and treatment-emergent flags against their records."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.adverse_events import adverse_events
from dashboard.metrics.cohort import NEVER
from dashboard.metrics.discrepancy_events import emergence_discrepancies
from dashboard.metrics.discrepancy_tumour import (
    best_discrepancies,
    rounding,
    size_discrepancies,
    stated_sums,
)
from dashboard.metrics.discrepancy_visits import (
    Measured,
    against_change,
    lesions_of,
    overall_discrepancies,
    target_discrepancies,
)
from dashboard.metrics.discrepancy_words import UNEXPLAINED
from dashboard.metrics.target_response import lesions_gone
from dashboard.metrics.treated import treated_patients
from dashboard.metrics.tumour import target_sums

# --- sums ----------------------------------------------------------------------------------------


@pytest.fixture
def adtr(frame, day):
    """ADTR of patient A from (day, sum, more columns); the first row is the baseline."""

    def build(*rows):
        made = []
        for k, (when, total, *more) in enumerate(rows):
            row = {
                "USUBJID": "A",
                "PARAMCD": "SDIAM",
                "ADT": day(when),
                "AVAL": total,
                "ABLFL": "Y" if k == 0 else None,
            }
            made.append(row | (more[0] if more else {}))
        return frame(made)

    return build


@pytest.fixture
def sizes(study, adtr):
    """Discrepancies of the derived columns of patient A's sums."""

    def run(*rows, nact=None):
        cohort, _ = study({"A": {"nact": nact}})
        table = adtr(*rows)
        return size_discrepancies(cohort, stated_sums(table, cohort, target_sums(table, cohort)))

    return run


CLEAN = (
    (-3, 50.0, {"BASE": 50.0}),
    (42, 30.0, {"BASE": 50.0, "PCHG": -40.0, "NADIR": 50.0}),
    (84, 33.0, {"BASE": 50.0, "PCHG": -34.0, "NADIR": 30.0}),
)


def with_last(**columns):
    when, total, stated = CLEAN[-1]
    return (*CLEAN[:-1], (when, total, stated | columns))


def test_columns_that_follow_from_the_sums_are_silent(sizes):
    assert sizes(*CLEAN) == ()


SIZES = {
    "change from nadir": (
        {"PCHG": 10.0},
        "it is the change from the smallest earlier sum, 30 mm",
    ),
    "a fraction": ({"PCHG": -0.34}, "the export gives a fraction, not a percentage"),
    "a plus sign": ({"PCHG": 34.0}, "the export gives a decrease with a plus sign"),
    "nothing": (
        {"PCHG": -70.0},
        f"a sum of 33 mm from 50 mm: {UNEXPLAINED}",
    ),
    "nadir with the visit": (
        {"NADIR": 33.0},
        f"the smallest sum before it is 30 mm: {UNEXPLAINED}",
    ),
    "another baseline": (
        {"BASE": 30.0},
        "BASE is the sum of day 42, not that of the baseline record",
    ),
    "a baseline of nowhere": ({"BASE": 48.0}, f"the baseline record says 50 mm: {UNEXPLAINED}"),
}


@pytest.mark.parametrize("name", SIZES)
def test_what_explains_a_derived_column(sizes, name):
    columns, reason = SIZES[name]
    (found,) = sizes(*with_last(**columns))
    assert (found.endpoint, found.usubjid) == (next(iter(columns)), "A")
    assert found.reason == reason


def test_a_change_from_another_base_names_both(sizes):
    base, change = sizes(*with_last(BASE=60.0, PCHG=-45.0))
    assert (base.endpoint, change.endpoint) == ("BASE", "PCHG")
    assert change.reason == "computed from BASE 60 mm; the baseline sum is 50 mm"
    assert (change.exported, change.derived) == ("-45% on day 84", "-34% on day 84")


def test_a_nadir_that_counts_the_visit_itself(sizes):
    first, second, last = CLEAN
    shrunk = (second[0], second[1], second[2] | {"NADIR": 30.0})
    (found,) = sizes(first, shrunk, last)
    assert found.reason == "the export's nadir counts the visit itself"


def test_a_nadir_that_counts_incomplete_visits(sizes):
    first, (when, total, stated), last = CLEAN
    part = (when, total, stated | {"LSEXP": "T01;T02", "LSASS": "T01"})
    (found,) = sizes(first, part, last)
    assert found.reason == "the export's nadir counts visits without every target lesion"


def test_a_change_that_reaches_30_percent_on_one_side_is_grave(sizes):
    first, (when, _, stated), last = CLEAN
    crossing = sizes(first, (when, 36.0, stated | {"PCHG": -31.0, "NADIR": 50.0}), last)
    assert [d.grave for d in crossing if d.endpoint == "PCHG"] == [True]
    assert [d.grave for d in sizes(*with_last(PCHG=-38.0))] == [False]


def test_one_entry_per_patient_tells_how_many_visits_differ(sizes):
    (found,) = sizes(CLEAN[0], *((w, t, s | {"BASE": 48.0, "PCHG": None}) for w, t, s in CLEAN[1:]))
    assert found.exported == "48 mm on day 42"
    assert found.reason.endswith("(and on 1 later visit)")


def test_decimals_of_the_export_bound_the_tolerance():
    assert rounding(np.array([-34.0, 10.0, np.nan])) == pytest.approx(0.5, abs=1e-5)
    assert rounding(np.array([-34.1])) == pytest.approx(0.05, abs=1e-5)
    assert rounding(np.array([-34.123456])) == pytest.approx(0.001, abs=1e-5)


@pytest.fixture
def best(study, adtr):
    """Discrepancies of the exported best change (DTYPE MINIMUM) of patient A."""

    def run(change, *rows, first_pd=NEVER, nact=None):
        cohort, _ = study({"A": {"nact": nact}})
        table = adtr(*rows, (rows[-1][0], 1.0, {"DTYPE": "MINIMUM", "PCHG": change}))
        sums = target_sums(table, cohort)
        return best_discrepancies(table, cohort, sums, np.array([first_pd], dtype=np.int64))

    return run


def test_a_best_change_counts_up_to_the_first_pd(best):
    rows = ((0, 50.0), (42, 40.0), (84, 30.0))
    assert best(-40.0, *rows) == ()
    (late,) = best(-40.0, *rows, first_pd=42)
    assert late.reason == "the sum of day 84 comes after the first PD (day 42)"
    assert (late.exported, late.derived, late.grave) == ("-40%", "-20% on day 42", True)
    (switched,) = best(-40.0, *rows, nact=60)
    assert switched.reason == "the sum of day 84 comes after new anticancer therapy (day 60)"
    (other,) = best(-55.0, *rows)
    assert other.reason == f"no sum of the patient is -55% from baseline: {UNEXPLAINED}"


# --- responses of a visit ------------------------------------------------------------------------


@pytest.fixture
def visits(study, frame, day, adtr):
    """cohort, assessments, Measured and Lesions of patient A.

    records: (day, paramcd, term[, more columns]); sums as for `adtr`.
    """

    def build(records, sums=(), adtr_rows=()):
        overall = [(d, t) for d, p, t, *_ in records if p == "OVR"]
        cohort, assessments = study(
            {"A": {"day": [d for d, _ in overall], "resp": [t for _, t in overall]}}
        )
        adrs = frame(
            [
                {
                    "USUBJID": "A",
                    "PARAMCD": p,
                    "ADT": day(d),
                    "AVALC": t,
                    **(more[0] if more else {}),
                }
                for d, p, t, *more in records
            ],
            ("USUBJID", "PARAMCD", "ADT", "AVALC"),
        )
        table = adtr(*sums) if sums else None
        measured = total = None
        if table is not None:
            total = target_sums(table, cohort)
            measured = Measured.of(cohort, total, lesions_gone(table, cohort, total))
        return cohort, assessments, measured, lesions_of(adrs, cohort, total)

    return build


SUMS = ((0, 50.0), (42, 34.0), (84, 42.0))


@pytest.mark.parametrize(
    ("when", "term", "reason"),
    [
        (42, "PR", None),
        (84, "PD", None),
        (
            42,
            "SD",
            f"sum 34 mm, -32% from baseline (50 mm) gives PR: {UNEXPLAINED}",
        ),
        (
            42,
            "CR",
            (
                "sum 34 mm, -32% from baseline (50 mm): CR needs every target lesion gone "
                "(nodes below 10 mm)"
            ),
        ),
        (
            84,
            "SD",
            (
                "sum 42 mm, -16% from baseline (50 mm), +23.5% from the smallest before (34 mm): "
                "PD is measured from the smallest sum, not from the baseline"
            ),
        ),
    ],
)
def test_target_responses_against_their_sums(visits, when, term, reason):
    _, _, measured, lesions = visits([(when, "TRGRESP", term)], SUMS)
    found = target_discrepancies(measured, lesions.target)
    assert [d.reason for d in found] == ([] if reason is None else [reason])


def test_a_confirmed_pr_may_be_carried_on(visits):
    sums = ((0, 100.0), (42, 70.0), (84, 70.0), (126, 72.0))
    _, _, measured, lesions = visits([(126, "TRGRESP", "PR")], sums)
    (found,) = target_discrepancies(measured, lesions.target)
    assert found.reason.endswith("SD by its numbers; a confirmed PR is carried on until PD")
    assert found.kind == "a confirmed PR carried on"


def test_exactly_30_percent_is_a_response_whatever_the_binary_says(visits):
    sums = ((0, 33.0), (42, 23.1))
    _, _, measured, lesions = visits([(42, "TRGRESP", "SD")], sums)
    (found,) = target_discrepancies(measured, lesions.target)
    assert found.derived == "PR"
    assert found.reason.endswith("exactly -30% is PR")


def test_growth_of_20_percent_below_5_mm_is_not_progression(visits):
    sums = ((0, 20.0), (42, 12.0), (84, 15.0))
    _, _, measured, lesions = visits([(84, "TRGRESP", "PD")], sums)
    (found,) = target_discrepancies(measured, lesions.target)
    assert found.derived == "SD"
    assert found.reason.endswith("PD needs 5 mm as well, here 3 mm")


def test_small_remains_may_be_normal_nodes_when_lesions_are_not_exported(visits):
    for remain, n in ((15.0, 0), (25.0, 1)):
        sums = ((0, 50.0), (42, remain))
        _, _, measured, lesions = visits([(42, "TRGRESP", "CR")], sums)
        assert len(target_discrepancies(measured, lesions.target)) == n


OVERALL = {
    "agrees": (("PR", "NON-CR/NON-PD", "N"), "PR", None),
    "non-target PD": (
        ("PR", "PD", "N"),
        "PR",
        "target PR, non-target PD, no new lesion: non-target PD is PD",
    ),
    "a new lesion": (
        ("SD", None, "Y"),
        "SD",
        "target SD, no non-target lesions, a new lesion: a new lesion is PD",
    ),
    "target PD": (
        ("PD", "NON-CR/NON-PD", "N"),
        "SD",
        "target PD, non-target NON-CR/NON-PD, no new lesion: target PD is PD",
    ),
    "CR with non-target lesions": (
        ("CR", "NON-CR/NON-PD", "N"),
        "CR",
        "target CR, non-target NON-CR/NON-PD, no new lesion: CR needs non-target lesions gone too",
    ),
    "PD of nothing": (
        ("SD", "NON-CR/NON-PD", "N"),
        "PD",
        "target SD, non-target NON-CR/NON-PD, no new lesion: nothing of it is PD",
    ),
    "PD where new lesions are not recorded": (("SD", "NON-CR/NON-PD", None), "PD", None),
    "non-target disease only": (
        (None, "NON-CR/NON-PD", "N"),
        "SD",
        (
            "no target lesions, non-target NON-CR/NON-PD, no new lesion: tables 1 and 2 of "
            f"RECIST 1.1 say otherwise, {UNEXPLAINED}"
        ),
    ),
}


@pytest.mark.parametrize("name", OVERALL)
def test_overall_responses_against_their_lesions(visits, name):
    (target, non_target, new), stated, reason = OVERALL[name]
    parts = (("TRGRESP", target), ("NTRGRESP", non_target), ("NEWLFL", new), ("OVR", stated))
    cohort, assessments, _, lesions = visits([(42, p, t) for p, t in parts if t])
    found = overall_discrepancies(cohort, assessments, lesions)
    assert [d.reason for d in found] == ([] if reason is None else [reason])


def test_a_visit_without_its_target_response_is_not_judged(visits):
    records = [(42, "TRGRESP", "SD"), (42, "OVR", "SD"), (84, "NTRGRESP", "PD"), (84, "OVR", "SD")]
    cohort, assessments, _, lesions = visits(records)
    assert overall_discrepancies(cohort, assessments, lesions) == ()


def test_a_response_that_no_sum_supports(visits):
    _, assessments, measured, _ = visits([(42, "OVR", "PR")], ((0, 50.0), (42, 40.0)))
    (found,) = against_change(measured, assessments, {}, {0: "PR"})
    assert found.reason == (
        "the smallest sum never reached -30%: sum 40 mm, -20% from baseline (50 mm) on day 42"
    )
    assert against_change(measured, assessments, {}, {0: "SD"}) == ()


def test_a_complete_response_with_lesions_left(visits):
    _, assessments, measured, _ = visits([(42, "OVR", "CR")], ((0, 80.0), (42, 30.0)))
    (found,) = against_change(measured, assessments, {}, {0: "CR"})
    assert found.reason.startswith("target lesions remain: sum 30 mm")
    _, assessments, clear, _ = visits([(42, "OVR", "CR")], ((0, 80.0), (42, 0.0)))
    assert against_change(clear, assessments, {}, {0: "CR"}) == ()


def test_a_stable_disease_that_has_grown(visits):
    _, assessments, measured, lesions = visits([(84, "OVR", "SD")], SUMS)
    (found,) = against_change(measured, assessments, {}, {})
    assert (found.exported, found.derived) == ("SD on day 84", "PD")
    assert "+23.5% from the smallest before (34 mm)" in found.reason
    judged = {(0, 84): "SD"}  # a target response of the visit is compared instead
    assert against_change(measured, assessments, judged, {}) == ()
    assert lesions.new is None


def test_sums_after_the_progression_do_not_support_a_response(visits):
    records = [(42, "OVR", "PD"), (84, "OVR", "PR")]
    _, assessments, measured, _ = visits(records, ((0, 50.0), (42, 49.0), (84, 20.0)))
    (found,) = against_change(measured, assessments, {}, {0: "PR"})
    assert "on day 42" in found.reason


# --- treatment-emergent flags --------------------------------------------------------------------


@pytest.fixture
def emergence(study, frame, day, everyone):
    """Discrepancies of events (start, end, TRTEMFL) of patient A, treated from day 0 to day 100."""

    def run(*events):
        cohort, _ = study({"A": {"alive": 390}, "B": {}})
        adsl = frame(
            [
                {"USUBJID": "A", "TRTSDT": day(0), "TRTEDT": day(100)},
                {"USUBJID": "B", "TRTSDT": day(0), "TRTEDT": day(100)},
            ]
        )
        adae = frame(
            [
                {
                    "USUBJID": "A",
                    "AESEQ": k + 1,
                    "AEDECOD": "NAUSEA",
                    "ASTDT": day(start),
                    "AENDT": day(end),
                    "TRTEMFL": flag,
                }
                for k, (start, end, flag) in enumerate(events)
            ]
        )
        treated = treated_patients(adsl, cohort, everyone(cohort))
        return emergence_discrepancies(adverse_events(adae, treated), 30)

    return run


YES = (10, 20, "Y")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ((130, 140, "Y"), None),
        (
            (131, 140, "Y"),
            "AESEQ 2: it starts 31 days after the last dose, the window ends 30 days after it",
        ),
        (
            (-1, 20, "Y"),
            "AESEQ 2: it starts 1 day before the first dose and no rise of its grade is recorded",
        ),
        ((-9, -5, "Y"), "AESEQ 2: it ended 5 days before the first dose"),
        (
            (None, 20, None),
            "AESEQ 2: it has no start date and did not end before the first dose",
        ),
        (
            (0, 20, None),
            f"AESEQ 2: it starts on day 1 of treatment, inside the window: {UNEXPLAINED}",
        ),
    ],
)
def test_what_explains_a_treatment_emergent_flag(emergence, event, reason):
    found = emergence(YES, event)
    assert [d.reason for d in found] == ([] if reason is None else [reason])
    assert not any(d.grave for d in found), "the patient has another emergent event either way"


def test_a_flag_that_makes_a_patient_affected_is_grave(emergence):
    (found,) = emergence((131, 140, "Y"))
    assert found.grave


def test_without_a_flag_there_is_nothing_to_compare(emergence):
    assert emergence((10, 20, None)) == ()
