"""One patient's doses, tumour, labs and samples against records written out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.exposure import doses
from dashboard.metrics.patient_doses import dose_records
from dashboard.metrics.patient_labs import FIRST as FIRST_LABS
from dashboard.metrics.patient_labs import baselines_flagged, lab_series
from dashboard.metrics.patient_tumour import TumourInput, tumour_of
from dashboard.metrics.recist import overall_responses
from dashboard.metrics.record_place import NOWHERE, RecordPlace, places
from dashboard.metrics.response import ResponseRules, best_responses
from dashboard.metrics.samples import sample_counts, samples
from dashboard.metrics.treated import treated_patients
from dashboard.metrics.tumour import target_sums
from dashboard.metrics.types import AnalysisSet

FIRST = date(2024, 1, 1)
CUT = FIRST + timedelta(days=400)


@pytest.fixture
def trial(frame, day):
    """ADSL of A (dosed from day 0) and B (never dosed, enrolled on day 10), and its cohort."""
    adsl = frame(
        [
            {"USUBJID": "A", "TRTSDT": day(0), "ENRLDT": day(-3), "TRTEDT": day(60)},
            {"USUBJID": "B", "TRTSDT": day(None), "ENRLDT": day(10), "TRTEDT": day(None)},
        ]
    )
    return adsl, build_cohort(adsl, CUT)


def alone(trial, usubjid):
    adsl, cohort = trial
    members = AnalysisSet("one", "", (usubjid,), (), "")
    return treated_patients(adsl[adsl["USUBJID"] == usubjid], cohort.subset((usubjid,)), members)


# --- places --------------------------------------------------------------------------------------


def test_a_record_names_its_file_and_row(frame):
    rows = frame([{"USUBJID": "A", "_file": "adae.csv", "_row": 7}])
    assert places(rows) == (RecordPlace("adae.csv", 7),)
    assert places(frame([{"USUBJID": "A"}])) == (NOWHERE,)


# --- doses ---------------------------------------------------------------------------------------


@pytest.fixture
def given_doses(frame, day, trial):
    def records(*rows):
        adex = frame(
            [
                {
                    "USUBJID": "A",
                    "ASTDT": day(r.pop("start")),
                    "AENDT": day(r.pop("end", None)),
                    **r,
                }
                for r in rows
            ],
            ("USUBJID", "EXTRT", "EXDOSE", "EXPLDOS", "EXDOSU", "EXACN", "EXADJ"),
        )
        adex["_file"], adex["_row"] = "adex.csv", range(2, 2 + len(adex))
        return dose_records(doses(adex, alone(trial, "A")), trial[1], "A")

    return records


def test_a_reduced_dose_says_by_how_much_why_and_where_it_stands(given_doses):
    whole, less = given_doses(
        {"start": 0, "EXTRT": "INOSINE", "EXDOSE": 600, "EXPLDOS": 600, "EXDOSU": "mg"},
        {
            "start": 21,
            "end": 41,
            "EXTRT": "INOSINE",
            "EXDOSE": 400,
            "EXPLDOS": 600,
            "EXDOSU": "mg",
            "EXACN": "DOSE REDUCED",
            "EXADJ": "ADVERSE EVENT",
        },
    )
    assert (whole.first, whole.last, whole.share, whole.change) == (0, 0, 1.0, None)
    assert (less.first, less.last) == (21, 41)
    assert less.share == pytest.approx(2 / 3)
    assert less.below
    assert (less.change, less.words, less.reason) == ("reduced", "DOSE REDUCED", "ADVERSE EVENT")
    assert less.place == RecordPlace("adex.csv", 3)


def test_an_omitted_dose_was_not_given(given_doses):
    (omitted,) = given_doses(
        {"start": 7, "EXTRT": "ERIBULIN", "EXDOSE": 0, "EXPLDOS": 1.4, "EXACN": "DOSE OMITTED"}
    )
    assert not omitted.dosed
    assert omitted.change == "omitted"


def test_a_dose_below_plan_without_a_word_is_below_and_not_called_reduced(given_doses):
    (less,) = given_doses({"start": 0, "EXTRT": "X", "EXDOSE": 50, "EXPLDOS": 100})
    assert less.below
    assert less.change is None


def test_without_a_plan_nothing_is_below_it(given_doses):
    (bare,) = given_doses({"start": 0, "EXTRT": "X", "EXDOSE": 50})
    assert (bare.share, bare.planned, bare.below) == (None, None, False)


def test_an_unknown_word_is_a_change_of_some_kind(given_doses):
    (odd,) = given_doses({"start": 0, "EXTRT": "X", "EXDOSE": 1, "EXACN": "GIVEN BY NURSE"})
    assert (odd.change, odd.words) == ("other", "GIVEN BY NURSE")


def test_doses_stand_by_drug_and_day(given_doses):
    found = given_doses(
        {"start": 21, "EXTRT": "B", "EXDOSE": 1},
        {"start": 0, "EXTRT": "B", "EXDOSE": 1},
        {"start": 5, "EXTRT": "A", "EXDOSE": 1},
    )
    assert [(d.drug, d.first) for d in found] == [("A", 5), ("B", 0), ("B", 21)]


def test_a_dose_after_the_cut_off_does_not_exist(given_doses):
    assert given_doses({"start": 401, "EXTRT": "X", "EXDOSE": 1}) == ()


# --- tumour --------------------------------------------------------------------------------------


@pytest.fixture
def scanned(frame, day, trial):
    """visits: day -> {overall, target, non_target, new, sum, why}; `base` on day -5."""

    def tumour(visits, *, base=100, usubjid="A"):
        cohort = trial[1]
        adrs, adtr = [], []
        names = {"overall": "OVR", "target": "TRGRESP", "non_target": "NTRGRESP", "new": "NEWLFL"}
        for d, v in visits.items():
            for key, paramcd in names.items():
                if key in v:
                    adrs.append(
                        {
                            "USUBJID": usubjid,
                            "PARAMCD": paramcd,
                            "ADT": day(d),
                            "AVALC": v[key],
                            "AVISIT": f"DAY {d}",
                            "NEREASON": v.get("why") if key == "overall" else None,
                        }
                    )
            if "sum" in v:
                adtr.append(
                    {"USUBJID": usubjid, "PARAMCD": "SDIAM", "ADT": day(d), "AVAL": v["sum"]}
                )
        if base is not None:
            adtr.append(
                {"USUBJID": usubjid, "PARAMCD": "SDIAM", "ADT": day(-5), "AVAL": base, "ABLFL": "Y"}
            )
        columns = ("USUBJID", "PARAMCD", "ADT", "AVALC", "AVISIT", "NEREASON")
        rs = frame(adrs, columns)
        tr = frame(adtr, ("USUBJID", "PARAMCD", "ADT", "AVAL", "ABLFL"))
        for part, name in ((rs, "adrs.csv"), (tr, "adtr.csv")):
            part["_file"], part["_row"] = name, range(2, 2 + len(part))
        seen = overall_responses(rs, cohort)
        rules = ResponseRules()
        sums = target_sums(tr, cohort)
        given = TumourInput(
            assessments=seen,
            responses=best_responses(cohort, seen, rules),
            rules=rules,
            sums=sums if sums.paramcd else None,
            adrs=rs,
            adtr=tr,
            sum_paramcds=("SDIAM",),
        )
        return tumour_of(given, cohort, usubjid)

    return tumour


def test_progression_is_measured_from_the_smallest_sum_so_far(scanned):
    found = scanned(
        {
            56: {"overall": "PR", "target": "PR", "sum": 60},
            112: {"overall": "PR", "target": "PR", "sum": 40},
            168: {"overall": "PD", "target": "PD", "sum": 50},
        }
    )
    assert (found.baseline, found.baseline_day) == (100, -5)
    assert [v.percent for v in found.visits] == [-40, -60, -50]
    assert [v.nadir for v in found.visits] == [100, 60, 40]
    last = found.visits[-1]
    assert (last.percent_nadir, last.rise, last.reasons) == (25, 10, ("growth",))


def test_a_new_lesion_is_progression_while_the_sum_shrinks(scanned):
    (visit,) = scanned({56: {"overall": "PD", "target": "PR", "new": "Y", "sum": 50}}).visits
    assert visit.new_lesion is True
    assert visit.reasons == ("new lesion",)


def test_non_target_progression_is_named(scanned):
    (visit,) = scanned(
        {56: {"overall": "PD", "target": "SD", "non_target": "PD", "sum": 95}}
    ).visits
    assert visit.reasons == ("non-target",)


def test_growth_of_less_than_five_millimetres_is_no_reason(scanned):
    (visit,) = scanned({56: {"overall": "PD", "sum": 12.4}}, base=10).visits
    assert visit.percent_nadir == pytest.approx(24)
    assert visit.reasons == ()  # 24%, but 2.4 mm: the records do not say what progressed


def test_without_new_lesion_records_their_absence_is_not_known(scanned):
    (visit,) = scanned({56: {"overall": "SD", "sum": 100}}).visits
    assert visit.new_lesion is None


def test_a_visit_names_every_record_behind_it(scanned):
    (visit,) = scanned({56: {"overall": "SD", "target": "SD", "sum": 100}}).visits
    assert visit.places == (
        RecordPlace("adrs.csv", 3),
        RecordPlace("adrs.csv", 2),
        RecordPlace("adtr.csv", 2),
    )
    assert visit.visit == "DAY 56"


def test_a_confirmed_response_names_both_scans(scanned):
    best = scanned({56: {"overall": "PR"}, 112: {"overall": "PR"}}).best
    assert best is not None
    assert (best.best, best.response_day, best.confirmation_day) == ("PR", 56, 112)


def test_a_response_that_was_not_confirmed_is_remembered(scanned):
    best = scanned({56: {"overall": "PR"}, 112: {"overall": "PD"}}).best
    assert best is not None
    assert (best.best, best.unconfirmed, best.unconfirmed_day) == ("SD", "PR", 56)
    assert best.candidate_day is None


def test_not_evaluable_says_why(scanned):
    found = scanned({42: {"overall": "NE", "why": "DIFFERENT MODALITY"}})
    assert found.visits[0].why == "DIFFERENT MODALITY"
    assert found.best is not None
    assert (found.best.best, found.best.reason) == ("NE", "every assessment was not evaluable")


def test_a_patient_without_assessments_has_none_and_a_reason(scanned):
    found = scanned({56: {"overall": "PR", "sum": 50}}, usubjid="A")
    other = scanned({}, base=None, usubjid="A")
    assert found.visits
    assert (other.visits, other.baseline, other.sums_known) == ((), None, False)


@given(
    st.lists(st.floats(min_value=0, max_value=300, allow_nan=False), min_size=1, max_size=8),
    st.floats(min_value=10, max_value=200),
)
def test_the_nadir_never_rises_and_never_exceeds_the_baseline(sums, base):
    from tests.dashboard.metrics.conftest import day, typed

    adsl = typed([{"USUBJID": "A", "TRTSDT": day(0)}])
    cohort = build_cohort(adsl, CUT)
    rows = [{"USUBJID": "A", "PARAMCD": "SDIAM", "ADT": day(-1), "AVAL": base, "ABLFL": "Y"}]
    rows += [
        {"USUBJID": "A", "PARAMCD": "SDIAM", "ADT": day(40 * (i + 1)), "AVAL": s, "ABLFL": None}
        for i, s in enumerate(sums)
    ]
    adtr = typed(rows)
    seen = overall_responses(typed([], ("USUBJID", "PARAMCD", "ADT", "AVALC")), cohort)
    given_ = TumourInput(
        seen, best_responses(cohort, seen), ResponseRules(), target_sums(adtr, cohort), None, adtr,
        ("SDIAM",),
    )  # fmt: skip
    visits = tumour_of(given_, cohort, "A").visits
    lows = [v.nadir for v in visits]
    assert [v.total for v in visits] == pytest.approx(sums)
    assert all(a is not None and a <= base for a in lows)
    assert lows == sorted(lows, reverse=True)
    for v in visits:
        assert v.rise == pytest.approx(v.total - v.nadir)


# --- labs ----------------------------------------------------------------------------------------


@pytest.fixture
def measured(frame, day, trial):
    def series(*rows, usubjid="A", flags=False):
        adlb = frame(
            [{"USUBJID": usubjid, "ADT": day(r.pop("day")), **r} for r in rows],
            ("USUBJID", "PARAMCD", "PARAM", "ADT", "AVAL", "ANRLO", "ANRHI", "AVALU", "ABLFL"),
        )
        adlb["_file"], adlb["_row"] = "adlb.csv", range(2, 2 + len(adlb))
        flags = flags or baselines_flagged(adlb)
        return lab_series(adlb, alone(trial, usubjid), trial[1], usubjid, flags_baseline=flags)

    return series


def test_a_value_is_judged_by_the_range_that_came_with_it(measured):
    rows = [
        {"day": d, "PARAMCD": "URATE", "AVAL": v, "ANRLO": 150, "ANRHI": hi, "AVALU": "umol/L"}
        for d, v, hi in ((-1, 300, 360), (21, 400, 360), (42, 400, 420), (63, 140, 420))
    ]
    (urate,) = measured(*rows)
    assert [p.side for p in urate.points] == ["", "high", "", "low"]
    assert [p.day for p in urate.points] == [-1, 21, 42, 63]
    assert urate.points[1].place == RecordPlace("adlb.csv", 3)


def test_without_limits_a_value_is_on_no_side(measured):
    (crp,) = measured({"day": 3, "PARAMCD": "CRP", "AVAL": 900})
    assert (crp.unit, crp.points[0].side, crp.points[0].low) == (None, "", None)


def test_urate_comes_first_then_counts_then_the_rest_by_name(measured):
    codes = ("ALT", "CREAT", "HGB", "NEUT", "AST", "URATE", "PLAT", "BILI")
    found = measured(*({"day": 1, "PARAMCD": c, "PARAM": c, "AVAL": 1} for c in codes))
    known = [names[0] for names in FIRST_LABS]
    assert [s.paramcd for s in found] == [*known, "AST", "HGB"]


def test_one_parameter_in_two_units_is_two_series(measured):
    found = measured(
        {"day": 1, "PARAMCD": "URATE", "AVAL": 5.0, "AVALU": "mg/dL"},
        {"day": 8, "PARAMCD": "URATE", "AVAL": 297.0, "AVALU": "umol/L"},
    )
    assert [(s.paramcd, s.unit) for s in found] == [("URATE", "mg/dL"), ("URATE", "umol/L")]


def test_the_baseline_is_the_flagged_one_and_none_where_others_are_flagged(measured):
    row = {"PARAMCD": "ALT", "AVAL": 20}
    (alt,) = measured({"day": -8, **row, "ABLFL": "Y"}, {"day": -1, **row})
    assert [p.baseline for p in alt.points] == [True, False]
    (bare,) = measured({"day": -8, **row}, {"day": -1, **row}, flags=True)
    assert not any(p.baseline for p in bare.points)
    (derived,) = measured({"day": -8, **row}, {"day": -1, **row})
    assert [p.baseline for p in derived.points] == [False, True]


def test_values_after_the_cut_off_and_without_a_number_are_none(measured):
    assert measured(
        {"day": 401, "PARAMCD": "ALT", "AVAL": 20}, {"day": 3, "PARAMCD": "ALT", "AVAL": None}
    ) == ()  # fmt: skip


# --- samples -------------------------------------------------------------------------------------


@pytest.fixture
def sampled(frame, day):
    def rows(*given_rows):
        return frame(
            [{**r, "ADT": day(r.get("ADT"))} for r in given_rows],
            ("USUBJID", "SAMPLEID", "AVISIT", "ADT", "DUEFL", "TAKENFL", "PASSFL", "REASND"),
        )

    return rows


def test_a_sample_is_all_its_records_and_counts_once(sampled, trial):
    rows = sampled(
        *({"USUBJID": "A", "SAMPLEID": "S1", "AVISIT": "BASELINE", "ADT": -3, "DUEFL": "Y"},) * 3,
        {"USUBJID": "A", "SAMPLEID": "S2", "AVISIT": "WEEK 6", "ADT": 40, "DUEFL": "Y"},
    )
    found = samples(rows, "blood", trial[1], "A")
    assert [(s.id, s.day, s.state) for s in found] == [("S1", -3, "usable"), ("S2", 40, "usable")]
    counts = sample_counts(rows, trial[1])
    assert counts.usable.tolist() == [2, 0]
    assert counts.due is not None
    assert counts.due.tolist() == [2, 0]


def test_not_taken_and_not_usable_are_two_things(sampled, trial):
    rows = sampled(
        {"USUBJID": "A", "SAMPLEID": "S1", "AVISIT": "BASELINE", "ADT": -3, "PASSFL": "N",
         "REASND": "TOO FEW READS", "DUEFL": "Y"},
        {"USUBJID": "A", "AVISIT": "WEEK 6", "TAKENFL": "N", "REASND": "KIT LOST", "DUEFL": "Y"},
    )  # fmt: skip
    failed, absent = samples(rows, "stool", trial[1], "A")
    assert (failed.state, failed.reason) == ("failed", "TOO FEW READS")
    assert (absent.state, absent.day, absent.reason) == ("not taken", None, "KIT LOST")
    counts = sample_counts(rows, trial[1])
    assert (counts.usable.tolist(), counts.taken.tolist()) == ([0, 0], [1, 0])


def test_an_export_without_flags_holds_what_was_taken_and_usable(frame, day, trial):
    rows = frame([{"USUBJID": "A", "AVISIT": "BASELINE", "ADT": day(0)}])
    (sample,) = samples(rows, "tissue", trial[1], "A")
    assert (sample.state, sample.due) == ("usable", None)
    assert sample_counts(rows, trial[1]).due is None


def test_a_sample_after_the_cut_off_does_not_exist(sampled, trial):
    rows = sampled({"USUBJID": "A", "SAMPLEID": "S9", "AVISIT": "LATE", "ADT": 401})
    assert samples(rows, "blood", trial[1], "A") == ()
    assert sample_counts(rows, trial[1]).usable.sum() == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"), st.sampled_from(["S1", "S2", "S3"]), st.sampled_from("YN")
        ),
        max_size=12,
    )
)
def test_counts_over_all_are_the_samples_of_each(drawn):
    from tests.dashboard.metrics.conftest import day, typed

    adsl = typed([{"USUBJID": u, "TRTSDT": day(0)} for u in "AB"])
    cohort = build_cohort(adsl, CUT)
    rows = typed(
        [{"USUBJID": u, "SAMPLEID": f"{u}{s}", "ADT": day(1), "PASSFL": p} for u, s, p in drawn],
        ("USUBJID", "SAMPLEID", "ADT", "PASSFL"),
    )
    rows["ADT"] = rows["ADT"].astype("datetime64[s]")
    counts = sample_counts(rows, cohort)
    for i, u in enumerate("AB"):
        own = samples(rows, "blood", cohort, u)
        assert counts.taken[i] == sum(s.state != "not taken" for s in own)
        assert counts.usable[i] == sum(s.state == "usable" for s in own)
    assert np.all(counts.usable <= counts.taken)
