"""Published exports: response, waterfall and survival against R results from their bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dashboard.metrics.cohort import NEVER, build_cohort
from dashboard.metrics.kaplan_meier import KaplanMeierOptions, kaplan_meier
from dashboard.metrics.logrank import log_rank
from dashboard.metrics.populations import analysis_set
from dashboard.metrics.ranks import rank_sum
from dashboard.metrics.recist import TERMS, overall_responses
from dashboard.metrics.response import best_responses
from dashboard.metrics.response_rates import (
    best_response_table,
    disease_control,
    objective_response,
    prefer_exported,
)
from dashboard.metrics.sensitivity import compare_times
from dashboard.metrics.target_response import lesions_gone, target_responses
from dashboard.metrics.time_to_event import (
    PfsRules,
    exported_time_to_event,
    overall_survival,
    progression_free_survival,
    survival,
)
from dashboard.metrics.tumour import best_changes, target_sums


def same(got, want, rtol=1e-8):
    if want is None or got is None:
        return got is None and want is None
    return abs(got - want) <= rtol * max(1, abs(want))


def check_rate(got, want):
    assert (got.headline.x, got.headline.n) == (want["k"], want["n"])
    assert same(100 * got.headline.lower, want["lower"])
    assert same(100 * got.headline.upper, want["upper"])


def check_curve(time, event, want):
    """R's quantiles and rates for three interval types; with nobody at risk a rate is NE."""
    for conf_type in ("log-log", "log", "plain"):
        curve = kaplan_meier(time, event, KaplanMeierOptions(conf_type=conf_type))
        assert (curve.n, curve.events, curve.censored) == (
            want["n"],
            want["events"],
            want["censored"],
        )
        quantiles = want[f"quantiles_{conf_type}"]
        for p, *row in zip(*(quantiles[k] for k in ("p", "est", "lower", "upper")), strict=True):
            got = curve.quantile(p)
            assert all(
                same(a, b) for a, b in zip((got.estimate, got.lower, got.upper), row, strict=True)
            )
        rates = want[f"rate_{conf_type}"]
        keys = ("times", "surv", "lower", "upper", "n_risk")
        for t, s, lower, upper, at_risk in zip(*(rates[k] for k in keys), strict=True):
            got = curve.rate(t)
            assert got.n_at_risk == at_risk
            if at_risk and 0 < s < 1:
                assert same(got.survival, s)
                assert same(got.lower, lower)
                assert same(got.upper, upper)
            elif at_risk:
                assert same(got.survival, s)
            elif s > 0:
                assert got.survival is None
            else:
                assert got.survival == 0
    median = kaplan_meier(time, ~np.asarray(event, bool)).median.estimate
    assert same(median, want["median_followup_reverseKM"])


@pytest.fixture(scope="module")
def onco(adam, far_cut):
    adsl = adam("pharmaverse_onco", "adsl")
    adsl = adsl.assign(ENRLFL=adsl["SAFFL"])
    cohort = build_cohort(adsl, far_cut)
    records = overall_responses(adam("pharmaverse_onco", "adrs_onco"), cohort)
    return adsl, cohort, records, best_responses(cohort, records)


def test_onco_enrolled_without_flags_leaves_out_screen_failures(adam, far_cut):
    adsl = adam("pharmaverse_onco", "adsl")
    members = analysis_set(adsl, build_cohort(adsl, far_cut), "enrolled")
    assert (members.n, len(members.excluded)) == (254, 52)
    assert {e.reason for e in members.excluded} == {"screen failure"}
    assert members.notes


def test_onco_response_as_exported(onco, adam, expected):
    adsl, cohort, _, derived = onco
    members = analysis_set(adsl, cohort, "safety")
    shown = prefer_exported(derived, adam("pharmaverse_onco", "adrs_onco"), cohort)
    assert (shown.source_confirmed, shown.source_unconfirmed) == ("exported", "exported")
    want = expected("pharmaverse_onco")["response"]
    for confirmed, key in ((False, "BOR"), (True, "CBOR")):
        check_rate(
            objective_response(shown, members, confirmed=confirmed), want[key]["overall"]["ORR"]
        )
        check_rate(
            disease_control(shown, members, confirmed=confirmed),
            want[key]["overall"]["DCR_incl_NonCRNonPD"],
        )
    rows = best_response_table(shown, members).rows
    counts = {r.term: r.unconfirmed.headline.x for r in rows if r.unconfirmed.headline.x}
    assert counts == want["BOR"]["overall"]["counts"]


def test_onco_derivation_agrees_with_the_exports_own_bor_and_cbor(onco, adam):
    """admiralonco made these columns; ours come from the visit records alone."""
    _, cohort, _, derived = onco
    shown = prefer_exported(derived, adam("pharmaverse_onco", "adrs_onco"), cohort)
    assert derived.unconfirmed == shown.unconfirmed
    assert derived.confirmed == shown.confirmed
    assert derived.response_day == shown.response_day
    assert [d for d in derived.response_day if d is not None] == [42]


def test_onco_waterfall_leaves_out_incomplete_visits(onco, adam, expected):
    _, cohort, _, _ = onco
    want = expected("pharmaverse_onco")
    sums = target_sums(adam("pharmaverse_onco", "adtr_onco"), cohort)
    got = best_changes(cohort, sums, np.full(cohort.n, NEVER))
    bars = dict(zip(got.usubjid, got.percent, strict=True))
    assert {u: round(p, 6) for u, p in bars.items()} == want["waterfall_best_pchg_ANL01FL"]
    naive = want["waterfall_best_pchg_all_postbaseline"]
    assert bars["01-701-1118"] > naive["01-701-1118"]
    assert len(got.without) == cohort.n - 6
    assert {e.reason for e in got.without} == {"no baseline sum of target lesions"}


@pytest.mark.parametrize("paramcd", ["PFS", "OS", "RSD"])
def test_onco_survival_as_exported(adam, expected, paramcd):
    rows = adam("pharmaverse_onco", "adtte_onco")
    got = exported_time_to_event(rows, paramcd, (paramcd,))
    want = expected("pharmaverse_onco")["tte"][paramcd]
    check_curve(got.days, got.event, want["overall"])
    arm = rows.drop_duplicates("USUBJID").set_index("USUBJID")["ACTARM"]
    for name in (k for k in want if k not in {"overall", "logrank_across_arms"}):
        keep = np.array([arm[u] == name for u in got.usubjid])
        check_curve(np.array(got.days)[keep], np.array(got.event)[keep], want[name])


def test_random_response_and_waterfall(adam, expected, far_cut):
    adsl, want = adam("random_cdisc", "adsl"), expected("random_cdisc")
    cohort = build_cohort(adsl, far_cut)
    members = analysis_set(adsl, cohort, "enrolled")
    assert (members.n, members.rule) == (400, "ITTFL is Y")
    adrs = adam("random_cdisc", "adrs")
    derived = best_responses(cohort, overall_responses(adrs, cohort))
    shown = prefer_exported(derived, adrs, cohort)
    assert (shown.source_confirmed, shown.source_unconfirmed) == ("exported", "derived")
    check_rate(objective_response(shown, members), want["response"]["BESRSPI"]["overall"]["ORR"])
    sums = target_sums(adam("random_cdisc", "adtr"), cohort)
    bars = best_changes(cohort, sums, np.full(cohort.n, NEVER))
    assert len(bars.percent) == want["waterfall"]["n_patients_with_post"]
    assert sum(p <= -30 for p in bars.percent) == want["waterfall"]["n_best_le_minus30"]
    assert same(float(np.median(bars.percent)), want["waterfall"]["median_best"])


def test_random_minimum_copies_are_no_records(adam, far_cut):
    adsl, adtr = adam("random_cdisc", "adsl"), adam("random_cdisc", "adtr")
    cohort = build_cohort(adsl, far_cut)
    with_copies = target_sums(adtr, cohort)
    without = target_sums(adtr[adtr["DTYPE"].isna()], cohort)
    # four visits each; the two follow-ups on the day of the first dose are not after baseline
    assert with_copies.day.size == without.day.size == 4 * 400 - 2


@pytest.mark.parametrize("paramcd", ["PFS", "OS", "EFS", "CRSD"])
def test_random_survival(adam, expected, far_cut, paramcd):
    rows, adsl = adam("random_cdisc", "adtte"), adam("random_cdisc", "adsl")
    got = exported_time_to_event(rows, paramcd, (paramcd,))
    check_curve(got.days, got.event, expected("random_cdisc")["tte"][paramcd]["overall"])
    members = analysis_set(adsl, build_cohort(adsl, far_cut), "enrolled")
    assert survival(got, members).curve.n == 400


def test_imvigor_months_and_dead_coded_as_one(shared, expected):
    rows = pd.read_csv(shared / "data/imvigor210/csv/clinical.csv")
    tte = pd.DataFrame(
        {"USUBJID": rows["X"], "PARAMCD": "OS", "AVAL": rows["os"], "CNSR": rows["censOS"]}
    )
    got = exported_time_to_event(tte, "OS", ("OS",), event_codes=("1",), unit="MONTHS")
    months = np.array(got.days) / 30.4375
    want = expected("imvigor210")["tte"]["OS_by_IC"]
    check_curve(months, got.event, want["overall"])
    swapped = exported_time_to_event(tte, "OS", ("OS",), unit="MONTHS")
    assert sum(swapped.event) == want["overall"]["censored"]


def test_metabric_text_status(shared, expected):
    rows = pd.read_csv(shared / "data/metabric_cbioportal/csv/metabric_clinical.csv")
    known = rows.dropna(subset=["Overall Survival (Months)", "Overall Survival Status"])
    event = known["Overall Survival Status"].str.startswith("1").to_numpy()
    want = expected("metabric_cbioportal")
    check_curve(known["Overall Survival (Months)"], event, want["OS_by_pam50"]["overall"])
    triple = (known[["ER Status", "PR Status", "HER2 Status"]] == "Negative").all(axis=1)
    check_curve(
        known.loc[triple, "Overall Survival (Months)"], event[triple.to_numpy()], want["TNBC"]["OS"]
    )


#: key of the reference -> file, time, event, group in the words of the reference
R_SETS = {
    "gbsg": (
        "gbsg",
        "rfstime",
        "status",
        lambda r: np.where(r["hormon"] == 1, "", "no_") + "hormon",
    ),
    "rotterdam_rfs": ("rotterdam", "rtime", "recur", lambda r: _pasted("chemo", r["chemo"])),
    "rotterdam_os": ("rotterdam", "dtime", "death", lambda r: _pasted("chemo", r["chemo"])),
    "lung": ("lung_ncctg", "time", "status", lambda r: _pasted("ecog", r["ph.ecog"])),
    "colon_recurrence": ("colon", "time", "status", lambda r: r["rx"].to_numpy(dtype=str)),
}


def _pasted(word, values):
    """R's paste0: a missing value becomes the letters NA."""
    return np.array([f"{word}{'NA' if pd.isna(v) else int(v)}" for v in values])


@pytest.mark.parametrize("key", R_SETS)
def test_breast_lung_and_colon_sets_of_r_survival(shared, expected, key):
    """Curves overall and by group, and the log-rank test. Colon has two rows per patient, one per
    kind of event: a recurrence is etype 1.
    """
    name, time, event, group_of = R_SETS[key]
    rows = pd.read_csv(shared / f"data/survival_pkg_breast/csv/{name}.csv")
    if key == "colon_recurrence":
        assert (rows["id"].value_counts() == 2).all()
        rows = rows[rows["etype"] == 1]
    days, group = rows[time].to_numpy(), group_of(rows)
    status = rows[event].to_numpy() == (2 if key == "lung" else 1)
    want = expected("survival_pkg_breast")[key]
    check_curve(days, status, want["overall"])
    groups = [k for k in want if k not in {"overall", "logrank_across_arms"}]
    assert set(groups) == set(group.tolist())
    for level in groups:
        check_curve(days[group == level], status[group == level], want[level])
    test, theirs = log_rank(days, status, group), want["logrank_across_arms"]
    assert (same(test.chisq, theirs["chisq"]), test.df) == (True, theirs["df"])
    assert same(test.p, theirs["p"])


def test_both_rows_of_a_colon_patient_are_refused_not_counted_twice(shared):
    """Handed over whole, as an endpoint with two records per patient, nobody has a time."""
    rows = pd.read_csv(shared / "data/survival_pkg_breast/csv/colon.csv")
    tte = pd.DataFrame(
        {
            "USUBJID": rows["id"].astype(str),
            "PARAMCD": "DFS",
            "AVAL": rows["time"].astype(float),
            "CNSR": 1.0 - rows["status"],
        }
    )
    got = exported_time_to_event(tte, "DFS", ("DFS",))
    assert (got.days, len(got.excluded)) == ((), 929)
    assert {e.reason for e in got.excluded} == {"more than one DFS record"}


def test_onco_derived_times_agree_with_the_exports_own(onco, adam):
    """admiral counted every PD or death (the EMA reading); the FDA rules censor one late death."""
    adsl, cohort, records, _ = onco
    members = analysis_set(adsl, cohort, "safety")
    adtte = adam("pharmaverse_onco", "adtte_onco")
    pfs = exported_time_to_event(adtte, "PFS", ("PFS",))
    overall = exported_time_to_event(adtte, "OS", ("OS",))
    observed = progression_free_survival(cohort, records, PfsRules(rule="EMA"))
    assert compare_times(pfs, observed, members).differing == ()
    assert compare_times(overall, overall_survival(cohort), members).differing == ()
    fda = compare_times(pfs, progression_free_survival(cohort, records), members)
    assert [(d.usubjid, d.days, d.event) for d in fda.differing] == [
        ("01-704-1445", (175.0, 1.0), (True, False))
    ]


def test_onco_target_response_agrees_with_the_investigator(onco, adam):
    _, cohort, records, _ = onco
    adtr = adam("pharmaverse_onco", "adtr_onco")
    sums = target_sums(adtr, cohort)
    got = target_responses(cohort, sums, gone=lesions_gone(adtr, cohort, sums))
    calculated = {(u, d): r for u, d, r in zip(got.usubjid, got.day, got.calculated, strict=True)}
    rows = zip(records.patient, records.day, records.response, strict=True)
    assessed = {(cohort.usubjid[p], int(d)): TERMS[r] for p, d, r in rows}
    both = calculated.keys() & assessed.keys()
    assert len(both) == 18
    assert {k: calculated[k] for k in both} == {k: assessed[k] for k in both}
    assert calculated["01-701-1028", 42] == "PD"  # incomplete, and PD on what was measured


def test_mutation_burden_of_responders_in_imvigor(shared, expected):
    rows = pd.read_csv(shared / "data/imvigor210/csv/clinical.csv")
    burden = rows["FMOne.mutation.burden.per.MB"]
    known = rows["binaryResponse"].notna() & burden.notna()
    responded = rows["binaryResponse"] == "CR/PR"
    got = rank_sum(burden[known & responded], burden[known & ~responded])
    want = expected("imvigor210")["tmb_by_response"]
    assert (got.n_a, got.n_b) == (want["n"]["CR/PR"], want["n"]["SD/PD"])
    assert got.u == want["W"]
    assert same(got.p, want["p"])
