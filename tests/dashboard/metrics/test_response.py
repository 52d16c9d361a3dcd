"""Best overall response: each rule on a hand-written patient, and an independent derivation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.not_evaluable import not_evaluable_reasons
from dashboard.metrics.populations import intersect
from dashboard.metrics.recist import TERMS, empty_assessments, overall_responses
from dashboard.metrics.response import (
    BestResponses,
    ResponseRules,
    best_responses,
    changed_if_sd_accepted,
    day_array,
    day_tuple,
    usable_records,
)
from dashboard.metrics.response_rates import (
    best_response_table,
    clinical_benefit,
    disease_control,
    objective_response,
    prefer_exported,
)
from dashboard.metrics.sensitivity import response_mismatches


def one(study, **patient):
    cohort, records = study({"P": patient})
    return best_responses(cohort, records)


def slow_best(days, terms, rules):
    """(BOR, CBOR, response day) of one patient by plain loops over dated terms, up to first PD."""
    rows = sorted(zip(days, terms, strict=True))
    stop = next((i for i, (_, r) in enumerate(rows) if r == "PD"), len(rows))
    rows = rows[: stop + 1]

    def confirmed(i, ends, allowed):
        for j in range(i + 1, len(rows)):
            if rows[j][1] in ends and rows[j][0] - rows[i][0] >= rules.confirm_days:
                between = [r for _, r in rows[i + 1 : j]]
                window = [r for _, r in rows[i + 1 : j + 1]]
                crs = [k for k, r in enumerate(window) if r == "CR"]
                prs = [k for k, r in enumerate(window) if r == "PR"]
                relapse = ends == {"CR", "PR"} and crs and prs and prs[-1] > crs[0]
                return (
                    all(r in allowed for r in between)
                    and between.count("NE") <= rules.max_ne
                    and between.count("SD") <= 1
                    and not relapse
                )
        return False

    sd = {"SD"} if rules.accept_sd_between else set()
    complete = [
        d for i, (d, r) in enumerate(rows) if r == "CR" and confirmed(i, {"CR"}, {"CR", "NE"})
    ]
    partial = [
        d
        for i, (d, r) in enumerate(rows)
        if r == "PR" and confirmed(i, {"CR", "PR"}, {"CR", "PR", "NE"} | sd)
    ]

    def rest():
        for term, accepted in (("SD", {"CR", "PR", "SD"}), ("NON-CR/NON-PD", {"NON-CR/NON-PD"})):
            if any(r in accepted and d >= rules.sd_min_days for d, r in rows):
                return term
        if any(r == "PD" for _, r in rows):
            return "PD"
        return "NE" if rows else "MISSING"

    seen = {r for _, r in rows}
    bor = "CR" if "CR" in seen else "PR" if "PR" in seen else rest()
    cbor = "CR" if complete else "PR" if partial else rest()
    return bor, cbor, min(complete + partial, default=None)


sequences = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(TERMS)),
    max_size=9,
    unique_by=lambda row: row[0],
)
rule_sets = st.builds(
    ResponseRules,
    confirm_days=st.sampled_from([21, 28, 56]),
    max_ne=st.integers(0, 2),
    accept_sd_between=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(sequences, min_size=1, max_size=6), rule_sets)
def test_vectorised_derivation_equals_the_slow_one(study, patients, rules):
    table = {
        f"P{i}": {"day": [d for d, _ in rows], "resp": [r for _, r in rows]}
        for i, rows in enumerate(patients)
    }
    cohort, records = study(table)
    got = best_responses(cohort, records, rules)
    want = [slow_best(p["day"], p["resp"], rules) for p in table.values()]
    assert list(zip(got.unconfirmed, got.confirmed, got.response_day, strict=True)) == want


@settings(max_examples=60, deadline=None)
@given(
    st.lists(sequences, min_size=1, max_size=6).filter(any),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_responders_only_grow_with_the_cut_off(study, everyone, patients, one_cut, other_cut):
    table = {
        f"P{i}": {"day": [d for d, _ in rows], "resp": [r for _, r in rows]}
        for i, rows in enumerate(patients)
    }
    rates = []
    for cut in sorted((one_cut, other_cut)):
        cohort, records = study(table, cutoff=cut)
        best = best_responses(cohort, records)
        members = everyone(cohort)
        orr, dcr = objective_response(best, members), disease_control(best, members)
        assert set(orr.numerator) <= set(dcr.numerator) <= set(members.patients)
        table_ = best_response_table(best, members)
        assert sum(r.confirmed.headline.x for r in table_.rows) == cohort.n
        assert BestResponses.from_json(best.to_json()) == best
        rates.append(orr.headline.x)
    assert rates[0] <= rates[1]


def test_worst_of_a_day_counts_and_any_evaluable_beats_ne(study):
    assert one(study, day=[50, 50], resp=["PR", "PD"]).unconfirmed == ("PD",)
    assert one(study, day=[50, 50], resp=["NE", "SD"]).unconfirmed == ("SD",)
    assert one(study, day=[50, 50], resp=["CR", "PR"]).unconfirmed == ("PR",)


def test_records_after_the_cut_off_do_not_exist(study):
    cohort, records = study({"P": {"day": [42, 84], "resp": ["PR", "PR"]}}, cutoff=83)
    got = best_responses(cohort, records)
    assert (got.unconfirmed, got.confirmed, got.candidate_day) == (("PR",), ("SD",), (42,))
    assert records.ignored == {"after the cut-off date": 1}


def test_responses_from_new_therapy_on_do_not_count(study):
    assert one(study, day=[42, 84], resp=["PR", "PR"], nact=84).confirmed == ("SD",)
    assert one(study, day=[42, 84], resp=["PR", "PR"], nact=85).confirmed == ("PR",)


def test_pd_on_the_day_of_new_therapy_is_kept_and_logged(study):
    got = one(study, day=[30, 60], resp=["SD", "PD"], nact=60)
    assert (got.confirmed, got.first_pd_day) == (("PD",), (60,))
    assert "kept as PD" in got.data_queries[0].reason
    other = one(study, day=[30, 60], resp=["SD", "SD"], nact=60)
    assert (other.confirmed, other.data_queries) == (("NE",), ())


def test_partial_after_complete_raises_a_query(study):
    got = one(study, day=[42, 84, 126], resp=["CR", "PR", "PR"])
    assert got.confirmed == ("PR",)
    assert [q.reason for q in got.data_queries] == ["PR follows CR without PD between"]


def test_response_date_is_the_first_of_the_pair(study):
    got = one(study, day=[42, 84, 126], resp=["PR", "CR", "CR"])
    assert (got.confirmed, got.confirmed_day) == (("CR",), (84,))
    assert (got.response_day, got.confirmation_day) == ((42,), (84,))


@pytest.mark.parametrize(
    ("patient", "candidate"),
    [
        ({"day": [42], "resp": ["PR"]}, 42),
        ({"day": [42, 60], "resp": ["PR", "PR"]}, 42),
        ({"day": [42, 84], "resp": ["PR", "NE"]}, 42),
        ({"day": [42, 84, 126], "resp": ["PR", "NE", "NE"]}, None),
        ({"day": [42, 84], "resp": ["PR", "SD"]}, None),
        ({"day": [42, 84], "resp": ["CR", "PR"]}, 84),
        ({"day": [42], "resp": ["PR"], "death": 100}, None),
        ({"day": [42], "resp": ["PR"], "off": 100}, None),
        ({"day": [42], "resp": ["PR"], "nact": 100}, None),
        ({"day": [42, 84], "resp": ["PR", "PD"]}, None),
        ({"day": [42, 84, 126], "resp": ["PR", "PR", "CR"]}, None),
    ],
)
def test_who_still_waits_for_confirmation(study, patient, candidate):
    assert one(study, **patient).candidate_day == (candidate,)


def test_one_sd_between_two_prs_is_counted_as_a_reading(study):
    cohort, records = study(
        {
            "A": {"day": [42, 84, 126], "resp": ["PR", "SD", "PR"]},
            "B": {"day": [42, 84], "resp": ["PR", "PR"]},
        }
    )
    assert best_responses(cohort, records).confirmed == ("SD", "PR")
    assert changed_if_sd_accepted(cohort, records) == ("A",)


def test_ne_and_missing_stay_in_the_denominator(study, everyone):
    cohort, records = study(
        {
            "A": {"day": [42, 84], "resp": ["PR", "PR"]},
            "B": {"day": [42], "resp": ["NE"]},
            "C": {},
            "D": {"day": [50], "resp": ["SD"]},
        }
    )
    best, members = best_responses(cohort, records), everyone(cohort)
    orr, dcr = objective_response(best, members), disease_control(best, members)
    assert (orr.headline.x, orr.headline.n) == (1, 4)
    assert (dcr.headline.x, dcr.headline.n) == (2, 4)


def test_clinical_benefit_needs_an_adequate_late_assessment(study, everyone):
    cohort, records = study(
        {
            "early PR": {"day": [42, 84], "resp": ["PR", "PR"]},
            "SD day 161": {"day": [56, 161], "resp": ["SD", "SD"]},
            "SD day 160": {"day": [56, 160], "resp": ["SD", "SD"]},
            "late NE": {"day": [56, 170], "resp": ["SD", "NE"]},
            "PD before": {"day": [56, 112, 170], "resp": ["SD", "PD", "SD"]},
            "switched": {"day": [56, 170], "resp": ["SD", "SD"], "nact": 120},
        }
    )
    got = clinical_benefit(cohort, records, best_responses(cohort, records), everyone(cohort))
    assert got.numerator == ("SD day 161", "early PR")


def test_reasons_for_ne_and_missing(study):
    cohort, records = study(
        {
            "dead": {"death": 20},
            "early": {"day": [30], "resp": ["SD"]},
            "left": {"off": 30},
            "ne": {"day": [42, 84], "resp": ["NE", "NE"]},
            "sd": {"day": [42], "resp": ["SD"]},
            "switched": {"nact": 15, "death": 60},
            "waiting": {},
        }
    )
    got = not_evaluable_reasons(cohort, records, best_responses(cohort, records))
    assert {e.usubjid: e.reason for e in got} == {
        "dead": "died before the first assessment",
        "early": "last evaluable assessment before day 42",
        "left": "left the study before the first assessment",
        "ne": "every assessment was not evaluable",
        "switched": "new anticancer therapy before the first assessment",
        "waiting": "no assessment yet, still in follow-up",
    }


def test_an_export_without_responses_has_no_rate(study, everyone):
    cohort, _ = study({"A": {}, "B": {}})
    best = best_responses(cohort, empty_assessments(cohort))
    assert best.source_confirmed is None
    assert objective_response(best, everyone(cohort)) is None
    assert clinical_benefit(cohort, empty_assessments(cohort), best, everyone(cohort)) is None
    assert best_response_table(best, everyone(cohort)).rows[0].confirmed is None


def test_the_exports_own_value_wins_and_disagreement_is_listed(study, frame, day, everyone):
    cohort, records = study(
        {
            "A": {"day": [42, 84], "resp": ["PR", "PR"]},
            "B": {"day": [42, 84], "resp": ["PR", "PR"]},
            "C": {"day": [42, 84], "resp": ["SD", "SD"]},
            "D": {},
            "E": {},
        }
    )
    adrs = frame(
        [
            {"USUBJID": "A", "PARAMCD": "CBOR", "ADT": day(42), "AVALC": "PR"},
            {"USUBJID": "B", "PARAMCD": "CBOR", "ADT": day(42), "AVALC": "SD"},
            {"USUBJID": "C", "PARAMCD": "CBOR", "ADT": day(42), "AVALC": "CR"},
            {"USUBJID": "D", "PARAMCD": "CBOR", "ADT": day(500), "AVALC": "CR"},
            {"USUBJID": "E", "PARAMCD": "CBOR", "ADT": day(42), "AVALC": "GREAT"},
            {"USUBJID": "other", "PARAMCD": "CBOR", "ADT": day(42), "AVALC": "CR"},
        ]
    )
    derived = best_responses(cohort, records)
    shown = prefer_exported(derived, adrs, cohort)
    assert (shown.source_confirmed, shown.source_unconfirmed) == ("exported", "derived")
    assert shown.confirmed == ("PR", "SD", "CR", "MISSING", "MISSING")
    assert shown.response_day == (42, None, 42, None, None)
    assert objective_response(shown, everyone(cohort)).source == "exported"
    assert [(m.usubjid, m.exported, m.derived) for m in response_mismatches(shown, derived)] == [
        ("B", "SD", "PR"),
        ("C", "CR", "SD"),
    ]
    assert {q.usubjid: q.reason.split(": ")[1] for q in shown.data_queries} == {
        "D": "dated after the cut-off date, not used",
        "E": "term outside RECIST 1.1, not used",
    }


def test_an_exported_response_without_a_date_is_counted_and_named(study, frame, everyone):
    cohort, _ = study({"A": {}, "B": {}})
    adrs = frame([{"USUBJID": "A", "PARAMCD": "BESRSPI", "AVALC": "CR"}])
    derived = best_responses(cohort, empty_assessments(cohort))
    shown = prefer_exported(derived, adrs, cohort)
    assert objective_response(shown, everyone(cohort)).numerator == ("A",)
    assert (shown.response_day, shown.source_unconfirmed) == ((None, None), None)
    assert [q.usubjid for q in shown.data_queries] == ["A"]
    assert response_mismatches(shown, derived) == ()


def test_records_that_are_not_assessments_are_left_out_and_counted(study, frame, day):
    cohort, _ = study({"A": {}})
    row = {"USUBJID": "A", "PARAMCD": "OVR", "ADT": day(42), "AVALC": "SD"}
    adrs = frame(
        [
            row,
            {**row, "ADT": day(10), "DTYPE": "LOCF"},
            {**row, "ADT": day(0), "ABLFL": "Y"},
            {**row, "ADT": day(-5)},
            {**row, "ADT": None},
            {**row, "AVALC": "BETTER"},
            {**row, "AVALC": None},
            {**row, "AVALC": "MISSING"},
            {**row, "PARAMCD": "NTOVR", "AVALC": "PD"},
            {**row, "USUBJID": "unknown", "AVALC": "PD"},
        ]
    )
    got = overall_responses(adrs, cohort)
    assert (got.day.tolist(), [TERMS[c] for c in got.response]) == ([42], ["SD"])
    assert got.ignored == {
        "copied or imputed record (DTYPE)": 1,
        "baseline record": 1,
        "response missing": 2,
        "term outside RECIST 1.1": 1,
        "date missing": 1,
        "before the origin": 1,
    }


def test_responses_of_no_day_at_all_are_no_assessments(study, frame, everyone):
    """ "0 of n responded" would be made up."""
    cohort, _ = study({"A": {}})
    adrs = frame([{"USUBJID": "A", "PARAMCD": "OVR", "AVALC": "PR"}])
    got = overall_responses(adrs, cohort)
    assert (got.paramcd, got.ignored) == (None, {"date missing": 1})
    assert best_responses(cohort, got).source_confirmed is None


def test_the_investigator_is_used_when_there_are_several_readers(study, frame, day):
    cohort, _ = study({"A": {}})
    row = {"USUBJID": "A", "PARAMCD": "OVR", "ADT": day(42)}
    adrs = frame(
        [
            {**row, "AVALC": "SD", "RSEVAL": "INVESTIGATOR"},
            {**row, "AVALC": "PD", "RSEVAL": "INDEPENDENT ASSESSOR"},
        ]
    )
    assert [TERMS[c] for c in overall_responses(adrs, cohort).response] == ["SD"]
    central = overall_responses(adrs, cohort, evaluator="Independent Assessor")
    assert [TERMS[c] for c in central.response] == ["PD"]


def test_a_patient_without_origin_is_missing_and_named(frame, day):
    adsl = frame(
        [{"USUBJID": "A", "TRTSDT": day(0)}, {"USUBJID": "B", "TRTSDT": np.datetime64("NaT", "s")}]
    )
    cohort = build_cohort(adsl, day(400).astype("datetime64[D]").item())
    adrs = frame(
        [{"USUBJID": u, "PARAMCD": "OVR", "ADT": day(42), "AVALC": "PR"} for u in ("A", "B")]
    )
    records = overall_responses(adrs, cohort)
    got = best_responses(cohort, records)
    assert got.unconfirmed == ("PR", "MISSING")
    assert [q.usubjid for q in got.data_queries] == ["B"]
    assert records.ignored == {"patient without origin": 1}
    reasons = not_evaluable_reasons(cohort, records, got, confirmed=False)
    assert reasons[0].reason == "no first dose and no enrolment date"


def test_days_and_arrays_are_inverse():
    assert day_tuple(day_array((3, None, 0))) == (3, None, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(sequences, min_size=1, max_size=6).filter(any), st.data())
def test_order_of_patients_groups_and_a_second_derivation(study, everyone, patients, data):
    """Permuting patients permutes their responses; disjoint groups add up; CR and PR are within
    disease control, and that within N; the records a derivation used give it again.
    """
    table = {
        f"P{i}": {"day": [d for d, _ in rows], "resp": [r for _, r in rows]}
        for i, rows in enumerate(patients)
    }
    cohort, records = study(table)
    best = best_responses(cohort, records)
    names = data.draw(st.permutations(list(table)))
    moved = best_responses(*study({n: table[n] for n in names}))
    assert moved == best
    used, _, _ = usable_records(records, cohort.new_therapy)
    again = best_responses(cohort, used)
    assert (again.unconfirmed, again.confirmed) == (best.unconfirmed, best.confirmed)
    assert again.response_day == best.response_day
    members = everyone(cohort)
    whole = objective_response(best, members).headline
    control = disease_control(best, members).headline
    assert whole.x <= control.x <= control.n == cohort.n
    some = set(data.draw(st.lists(st.sampled_from(list(table)))))
    parts = [
        objective_response(best, intersect(members, part, "another group")).headline
        for part in (some, set(table) - some)
    ]
    assert (sum(p.x for p in parts), sum(p.n for p in parts)) == (whole.x, whole.n)
