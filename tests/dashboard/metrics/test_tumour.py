"""Sums of diameters: thresholds in floating point, nadir, incomplete visits, bars and no bars."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.recist import PD, PR, SD
from dashboard.metrics.response import ResponseRules
from dashboard.metrics.target_response import (
    TargetResponses,
    carried_codes,
    lesions_gone,
    overall_response,
    target_codes,
    target_responses,
)
from dashboard.metrics.tumour import BestChanges, TargetSums, best_changes, target_sums


def visits(base, sums, complete=None, days=None):
    n = len(sums)
    return TargetSums(
        np.zeros(n, dtype=np.int64),
        np.array(days or range(42, 42 * n + 1, 42), dtype=np.int64),
        np.array(sums, dtype=np.float64),
        np.ones(n, dtype=bool) if complete is None else np.array(complete),
        np.array([base], dtype=np.float64),
        "SDIAM",
    )


def test_every_exact_thirty_percent_is_a_partial_response():
    tenths = [t for t in range(100, 2000) if t * 7 % 10 == 0]
    naive = 0
    for t in tenths:
        base, total = t / 10, t * 7 / 100
        assert target_codes(visits(base, [total]))[0] == PR
        naive += (total - base) / base > -0.30
    assert naive == 25  # what the plain comparison gets wrong


def test_every_exact_twenty_percent_from_nadir_is_progression():
    naive = 0
    for t in range(250, 2000):
        if t * 12 % 10:
            continue
        base, total = t / 10, t * 12 / 100
        assert target_codes(visits(base, [total]))[0] == PD
        naive += (total - base) / base < 0.20
    assert naive == 139


def test_five_millimetres_are_needed_too():
    assert target_codes(visits(15.4, [20.4]))[0] == PD  # 4.999999999999998 in binary
    assert target_codes(visits(20.0, [24.9]))[0] == SD


def test_percent_change_is_the_plain_one_against_baseline():
    assert target_codes(visits(100, [70.1]))[0] == SD


def test_confirmed_partial_response_is_carried_until_progression():
    sums = visits(100, [70, 70, 80, 80, 100, 80])
    codes = target_codes(sums)
    carried = carried_codes(sums, codes, ResponseRules())
    assert codes.tolist() == [PR, PR, SD, SD, PD, SD]
    assert carried.tolist() == [PR, PR, PR, PR, PD, SD]
    unconfirmed = visits(100, [70, 80, 80])
    assert carried_codes(unconfirmed, target_codes(unconfirmed), ResponseRules())[1] == SD


def test_no_baseline_no_response(study):
    cohort, _ = study({"A": {}})
    got = target_responses(cohort, visits(np.nan, [10.0]))
    assert (got.calculated, got.nadir, got.percent_baseline) == (("NE",), (None,), (None,))
    assert TargetResponses.from_json(got.to_json()) == got


def test_no_visit_at_all(study):
    cohort, _ = study({"A": {}})
    assert target_responses(cohort, visits(100, [])).calculated == ()


@pytest.fixture
def adtr(frame, day):
    def build(rows, columns=()):
        return frame(
            [
                {"USUBJID": u, "PARAMCD": "SDIAM", "ADT": day(d), "AVAL": v, **more}
                for u, d, v, more in rows
            ],
            columns,
        )

    return build


def test_waterfall_bar_ends_at_progression_and_new_therapy(study, adtr):
    cohort, _ = study({"pd": {}, "switched": {"nact": 84}, "plain": {}})
    rows = []
    for u in ("pd", "switched", "plain"):
        rows += [(u, 0, 100.0, {"ABLFL": "Y"}), (u, 42, 80.0, {}), (u, 84, 60.0, {})]
        rows += [(u, 126, 10.0, {})]
    first_pd = np.array([84 if u == "pd" else NEVER for u in cohort.patients])
    got = best_changes(cohort, target_sums(adtr(rows), cohort), first_pd)
    assert dict(zip(got.usubjid, got.percent, strict=True)) == {
        "pd": -40.0,  # the visit that shows PD belongs to it, later ones do not
        "plain": -90.0,
        "switched": -20.0,
    }
    assert got.day == (84, 126, 42)
    assert BestChanges.from_json(got.to_json()) == got


def test_patients_without_a_bar_are_listed_never_drawn_as_zero(study, adtr):
    cohort, _ = study(
        {"only base": {}, "no base": {}, "late": {"nact": 20}, "partial": {}, "zero base": {}}
    )
    rows = [
        ("only base", 0, 100.0, {"ABLFL": "Y"}),
        ("no base", 42, 50.0, {}),
        ("late", 0, 100.0, {"ABLFL": "Y"}),
        ("late", 42, 50.0, {}),
        ("partial", 0, 100.0, {"ABLFL": "Y"}),
        ("partial", 42, 50.0, {"LSEXP": "T01, T02", "LSASS": "T01"}),
        ("zero base", 0, 0.0, {"ABLFL": "Y"}),
        ("zero base", 42, 5.0, {}),
    ]
    got = best_changes(cohort, target_sums(adtr(rows), cohort), np.full(5, NEVER))
    assert got.usubjid == ()
    assert {e.usubjid: e.reason for e in got.without} == {
        "only base": "no post-baseline measurement",
        "no base": "no baseline sum of target lesions",
        "late": "measured only after PD or new anticancer therapy",
        "partial": "no post-baseline visit with every target lesion measured",
        "zero base": "no baseline sum of target lesions",
    }


def test_percentages_alone_are_no_sums(study, adtr):
    """Nobody is without measurable disease only because no size was exported."""
    cohort, _ = study({"A": {}})
    assert target_sums(adtr([("A", 42, None, {"PCHG": -30.0})]), cohort).paramcd is None


def test_copies_and_records_after_the_cut_off_are_no_measurements(study, adtr):
    cohort, _ = study({"A": {}}, cutoff=100)
    rows = [
        ("A", 0, None, {"ABLFL": "Y", "BASE": 100.0}),
        ("A", 42, 90.0, {"BASE": 100.0}),
        ("A", 42, 10.0, {"BASE": 100.0, "DTYPE": "MINIMUM"}),
        ("A", 101, 10.0, {"BASE": 100.0}),
        ("B", 42, 10.0, {"BASE": 100.0}),
    ]
    sums = target_sums(adtr(rows), cohort)
    got = best_changes(cohort, sums, np.array([NEVER]))
    assert (got.percent, got.baseline) == ((-10.0,), (100.0,))


def test_nodes_below_ten_millimetres_are_complete_response(study, frame, day):
    cohort, _ = study({"A": {}})
    lesion = {"USUBJID": "A", "PARAMCD": "LDIAM1", "TRLNKID": "T01", "TULOCGR1": "NON-NODAL"}
    node = {"USUBJID": "A", "PARAMCD": "LDIAM2", "TRLNKID": "T02", "TULOCGR1": "NODAL"}
    total = {"USUBJID": "A", "PARAMCD": "SDIAM"}
    rows = [{**total, "ADT": day(0), "AVAL": 60.0, "ABLFL": "Y"}]
    for d, size, axis in ((42, 0.0, 9.0), (84, 0.0, 10.0), (126, 5.0, 8.0)):
        rows += [
            {**lesion, "ADT": day(d), "AVAL": size},
            {**node, "ADT": day(d), "AVAL": axis},
            {**node, "ADT": day(d), "AVAL": axis + 4, "PARAMCD": "NLDIAM2"},
            {**total, "ADT": day(d), "AVAL": size + axis},
        ]
    adtr = frame(rows)
    sums = target_sums(adtr, cohort)
    gone = lesions_gone(adtr, cohort, sums)
    assert gone.tolist() == [True, False, False]
    assert target_responses(cohort, sums, gone=gone).calculated == ("CR", "PR", "PR")
    assert lesions_gone(adtr[adtr["TULOCGR1"].isna()], cohort, sums) is None


def test_overall_response_refuses_unknown_terms():
    with pytest.raises(ValueError, match="not a RECIST response: uCR"):
        overall_response(["uCR"], ["CR"], [False])
