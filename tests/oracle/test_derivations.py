"""BOR against admiralonco 1.3; PFS and the response window against the written specification."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard.metrics.cohort import NEVER
from dashboard.metrics.recist import CODES, make_assessments
from dashboard.metrics.response import ResponseRules, best_responses
from dashboard.metrics.time_to_event import PfsRules, progression_free_survival
from dashboard.metrics.types import AnalysisSet
from dashboard.metrics.windows import WindowDays, response_window


def cohort_of(make_cohort, patients):
    return make_cohort(
        follow_up=[p.get("cutoff", 400) for p in patients.values()],
        death=[p.get("death") for p in patients.values()],
        new_therapy=[p.get("nact") for p in patients.values()],
        names=list(patients),
    )


def records_of(patients, cutoffs):
    rows = [
        (i, d, CODES[r])
        for i, (p, cut) in enumerate(zip(patients.values(), cutoffs, strict=True))
        for d, r in zip(p["day"], p["resp"], strict=True)
        if d <= cut
    ]
    who, day, what = (np.array(c, dtype=np.int64) for c in zip(*rows, strict=True))
    shuffled = np.random.default_rng(1).permutation(who.size)
    return make_assessments(who[shuffled], day[shuffled], what[shuffled], len(patients))


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("default", ResponseRules()),
        ("accept_sd", ResponseRules(accept_sd_between=True)),
        ("accept_sd_max_ne2", ResponseRules(accept_sd_between=True, max_ne=2)),
    ],
)
def test_best_response(oracle, make_cohort, key, rules):
    case = oracle("bor_sequences")
    patients, want = case["inputs"]["subjects"], case["expected"][key]
    cohort = cohort_of(make_cohort, patients)
    got = best_responses(cohort, records_of(patients, [400] * len(patients)), rules)
    assert list(got.usubjid) == want["subject"]
    assert list(got.unconfirmed) == want["bor"]
    assert list(got.unconfirmed_day) == want["bor_day"]
    assert list(got.confirmed) == want["cbor"]
    assert list(got.confirmed_day) == want["cbor_day"]
    assert list(got.response_day) == want["crsp_day"]


@pytest.mark.parametrize("rule", ["FDA", "EMA"])
def test_pfs(oracle, make_cohort, rule):
    case = oracle("pfs_derivation")
    patients, want = case["inputs"]["patients"], case["expected"][rule.lower()]
    cohort = cohort_of(make_cohort, patients)
    records = records_of(patients, [p["cutoff"] for p in patients.values()])
    baseline = np.array([p.get("baseline", True) for p in patients.values()])
    rules = PfsRules(rule=rule, assessment_interval=56, visit_window=7)
    assert rules.max_gap == case["inputs"]["max_gap_days"]
    got = progression_free_survival(cohort, records, rules, baseline=baseline)
    rows = zip(got.usubjid, got.days, got.event, got.reason, strict=True)
    assert {u: (d, e, r) for u, d, e, r in rows} == {
        u: (w["aval_days"], bool(w["event"]), w["reason"]) for u, w in want.items()
    }


def test_response_window(oracle, near):
    case = oracle("orr_window_interim")
    people, want = case["inputs"]["patients"], case["expected"]
    n = len(people["id"])
    days = WindowDays(
        people["id"],
        case["inputs"]["cutoff"] - np.array(people["enrol"]),
        np.array([NEVER if r is None else r for r in people["resp"]]),
        np.full(n, NEVER),
        np.array([NEVER if o is None else o for o in people["off"]]),
    )
    members = AnalysisSet("enrolled", "Enrolled", tuple(people["id"]), (), "all")
    got = response_window(days, members, window_days=case["inputs"]["window_days"])
    assert list(got.status) == want["status"]
    assert len(got.pending) == want["pending"]
    for result, key in ((got.interim, "itt"), (got.mature, "mature")):
        assert (result.headline.x, result.headline.n) == (want[key]["x"], want[key]["n"])
        assert near(result.headline.lower, want[key]["ci"][0])
        assert near(result.headline.upper, want[key]["ci"][1])
    assert got.incidence is not None
    for field in ("estimate", "se", "lower", "upper"):
        assert near(getattr(got.incidence, field), want["cif_at_window"][field])
    assert (got.all_respond.headline.x, got.all_fail.headline.x) == (7, 5)
    biased = want["resolved_only_BIASED"]
    shown = (got.interim, got.mature, got.all_fail, got.all_respond)
    assert all((s.headline.x, s.headline.n) != (biased["x"], biased["n"]) for s in shown)
    assert replace(got) == got
