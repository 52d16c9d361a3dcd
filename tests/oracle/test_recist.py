"""Target response, overall table and duration of response against the written specification."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.duration import duration_of_response, time_to_response
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.response import BestResponses
from dashboard.metrics.target_response import overall_response, target_responses
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.tumour import TargetSums
from dashboard.metrics.types import AnalysisSet


def test_target_response_of_every_case(oracle, near, make_cohort):
    case = oracle("recist_target")
    cases, want = case["inputs"]["cases"], case["expected"]
    rows = [
        (i, 42 * (k + 1), total, c.get("all_measured"), c.get("nodal_ok"), k)
        for i, c in enumerate(cases.values())
        for k, total in enumerate(c["sums"])
    ]
    who, day, total = (np.array(column) for column in list(zip(*rows, strict=True))[:3])
    complete = np.array([r[3] is None or r[3][r[5]] for r in rows])
    gone = np.array([r[2] == 0 if r[4] is None else r[4][r[5]] for r in rows])
    sums = TargetSums(
        who,
        day,
        total.astype(float),
        complete,
        np.array([c["base"] for c in cases.values()], dtype=float),
        "SDIAM",
    )
    n = len(cases)
    cohort = make_cohort(
        names=list(cases), follow_up=[400] * n, death=[None] * n, new_therapy=[None] * n
    )
    got = target_responses(cohort, sums, gone=gone)
    for name in cases:
        own = [i for i, u in enumerate(got.usubjid) if u == name]
        assert [got.calculated[i] for i in own] == want[name]["resp"], name
        for field, key in (
            ("nadir", "nadir_before"),
            ("percent_baseline", "pct_base"),
            ("percent_nadir", "pct_nadir"),
        ):
            values = [getattr(got, field)[i] for i in own]
            assert all(near(a, b) for a, b in zip(values, want[name][key], strict=True)), name
    faq = [c for u, c in zip(got.usubjid, got.carried, strict=True) if u == "eortc_faq"]
    assert faq == ["PR"] * 5


def test_overall_response_table(oracle):
    want = oracle("recist_overall_table")["expected"]
    assert len(want["overall"]) == 60
    got = overall_response(want["target"], want["nontarget"], want["new"])
    assert got.tolist() == want["overall"]


def test_duration_and_time_to_response(oracle, make_cohort):
    case = oracle("dor_derivation")
    given, want = case["inputs"]["patients"], case["expected"]
    ids = tuple(given["id"])
    n = len(ids)
    cohort = make_cohort(
        names=list(ids), follow_up=[400] * n, death=[None] * n, new_therapy=[None] * n
    )
    none = (None,) * n
    responses = BestResponses(
        usubjid=ids,
        unconfirmed=("PR",) * n,
        unconfirmed_day=none,
        confirmed=("PR",) * n,
        confirmed_day=none,
        first_response_day=none,
        response_day=tuple(given["first_response_day"]),
        confirmation_day=none,
        candidate_day=none,
        first_pd_day=none,
    )
    pfs = TimeToEvent(
        endpoint="PFS",
        rule="FDA",
        source="derived",
        usubjid=ids,
        days=tuple(float(d + 1) for d in given["pfs_day"]),
        event=tuple(bool(e) for e in given["pfs_event"]),
        reason=("",) * n,
        dates=cohort.date_of(np.array(given["pfs_day"])),
    )
    dor = duration_of_response(cohort, responses, pfs)
    assert list(dor.days) == want["dor_days"]
    assert [int(e) for e in dor.event] == want["dor_event"]
    assert kaplan_meier(dor.days, dor.event).median.estimate == want["km_median_days"]
    ttr = time_to_response(responses, AnalysisSet("all", "All", ids, (), "all"))
    assert list(ttr.days) == want["ttr_days"]
    assert ttr.median == want["ttr_median"]
