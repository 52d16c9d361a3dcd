"""Exposure, relative dose intensity, dose modifications and reasons for stopping."""

from __future__ import annotations

import json

import pytest

from dashboard.metrics.cohort import build_cohort
from dashboard.metrics.dose_changes import discontinuations, dose_modifications
from dashboard.metrics.exposure import ADJUSTED, RATIO, ExposureOptions, doses, exposure
from dashboard.metrics.exposure_summary import ExposureSummary, exposure_json, exposure_summary
from dashboard.metrics.populations import analysis_set, intersect
from dashboard.metrics.safety import treated
from dashboard.metrics.spread import spread


def adex(made, rows):
    """(patient, drug, cycle, start, end, given, planned) and more columns as a mapping."""
    return made.frame(
        [
            {
                "USUBJID": r[0],
                "PARAMCD": "DOSE",
                "EXTRT": r[1],
                "CYCLE": r[2],
                "ASTDT": made.day(r[3]),
                "AENDT": made.day(r[4]),
                "EXDOSE": r[5],
                "EXPLDOS": r[6],
                "AVALU": "mg",
                **(r[7] if len(r) > 7 else {}),
            }
            for r in rows
        ],
        ("USUBJID", "PARAMCD", "EXTRT", "CYCLE", "EXDOSE", "EXPLDOS", "AVALU"),
    )


def q3w(patient, cycles, dose=100.0, planned=100.0, shift=0):
    return [
        (patient, "DRUG", float(n), 21 * (n - 1) + (shift if n > 1 else 0), None, dose, planned)
        for n in cycles
    ]


def one(made, rows, **options):
    got = exposure(made.treated(), adex(made, rows), ExposureOptions(**options))
    (drug,) = got.drugs
    return drug


def test_full_dose_on_time_is_one(trial):
    drug = one(trial("A"), q3w("A", (1, 2, 3, 4)))
    assert drug.intensity.median == pytest.approx(1.0)
    assert (drug.cycles.median, drug.cumulative.median, drug.cycle_days) == (4.0, 400.0, 21)
    assert (drug.days.median, drug.unit, drug.intensity_method) == (64.0, "mg", ADJUSTED)


def test_full_dose_with_a_delay_is_below_one(trial):
    """Dose over planned dose is 1; the fourth cycle came 21 days late: 4 cycles in 15 weeks."""
    rows = [("A", "DRUG", float(n), d, None, 100.0, 100.0) for n, d in enumerate((0, 21, 42, 84))]
    drug = one(trial("A"), rows, cycle_days={"drug": 21})
    assert drug.intensity.median == pytest.approx((400 / 15) / (400 / 12))


def test_a_reduction_and_an_omission_lower_it(trial):
    rows = [*q3w("A", (1, 2)), *q3w("A", (3,), dose=50.0), *q3w("A", (4,), dose=0.0)]
    drug = one(trial("A"), rows)
    assert drug.intensity.median == pytest.approx(250 / 400)
    assert drug.cycles.median == 3.0


def test_the_usual_gap_is_the_most_common_one_over_all_patients(trial):
    rows = [*q3w("A", (1, 2, 3)), ("B", "DRUG", 1.0, 0, None, 1.0, 1.0)]
    rows.append(("B", "DRUG", 2.0, 28, None, 1.0, 1.0))
    assert one(trial("AB"), rows).cycle_days == 21


def test_one_cycle_needs_no_length(trial):
    drug = one(trial("A"), q3w("A", (1,), dose=80.0))
    assert (drug.cycle_days, drug.intensity.median) == (None, pytest.approx(0.8))


def test_without_a_planned_dose_there_is_no_intensity(trial):
    drug = one(trial("A"), q3w("A", (1, 2), planned=None))
    assert (drug.intensity.n, drug.intensity.median) == (0, None)
    assert "No planned dose in 1 patient" in drug.notes[0]
    assert drug.cumulative.median == 200.0


def test_an_export_of_dates_without_amounts_still_tells_who_got_what_and_how_long(trial):
    rows = [("A", "DRUG", 1.0, 0, 6, None, None), ("A", "DRUG", 2.0, 21, 27, None, None)]
    drug = one(trial("A"), rows)
    assert (drug.n, drug.days.median, drug.cycles.median) == (1, 28.0, 2.0)
    assert (drug.cumulative.n, drug.intensity.n) == (0, 0)


def test_without_cycle_numbers_delays_cannot_be_seen_and_that_is_said(trial):
    rows = [("A", "DRUG", None, d, None, 100.0, 100.0) for d in (0, 21, 63)]
    drug = one(trial("A"), rows)
    assert (drug.intensity.median, drug.intensity_method) == (1.0, RATIO)
    assert drug.cycles.n == 0


def test_total_dose_of_the_interval_counts_not_the_single_dose(trial):
    """600 mg three times a day for 21 days is 37,800 mg, not 600."""
    more = {"AVAL": 37800.0, "DOSEO": 37800.0, "PDOSEO": 37800.0}
    rows = [("A", "INOSINE", 1.0, 0, 20, 600.0, 600.0, more)]
    drug = one(trial("A"), rows)
    assert (drug.cumulative.median, drug.days.median) == (37800.0, 21.0)


def test_two_units_have_no_sum(trial):
    rows = [
        ("A", "DRUG", 1.0, 0, None, 100.0, 100.0, {"AVALU": "mg/m2"}),
        ("A", "DRUG", 2.0, 21, None, 150.0, 150.0, {"AVALU": "mg"}),
    ]
    drug = one(trial("A"), rows)
    assert (drug.cumulative.n, drug.unit) == (0, None)
    assert drug.notes[0] == "Doses are in mg, mg/m2: no cumulative dose"


def test_each_drug_over_those_who_got_it(trial):
    made = trial("ABC")
    rows = [*q3w("A", (1,)), *q3w("B", (1,)), ("B", "OTHER", 1.0, 0, None, 5.0, 5.0)]
    rows.append(("C", "OTHER", 1.0, 0, None, 0.0, 5.0))  # planned, never given
    got = exposure(made.treated(), adex(made, rows))
    assert [(d.drug, d.n) for d in got.drugs] == [("DRUG", 2), ("OTHER", 1)]
    assert (got.n, got.dosed) == (3, 3)


def test_records_after_the_cut_off_do_not_exist(trial):
    made = trial({"A": {"ongoing": True}}, cut=30)
    drug = one(made, q3w("A", (1, 2, 3)))
    assert (drug.cycles.median, drug.cumulative.median) == (2.0, 200.0)


def test_duration_from_adsl_ongoing_to_the_cut_off(trial):
    made = trial({"A": {"last": 99}, "B": {"ongoing": True}})
    got = exposure(made.treated(), None)
    assert (got.days.minimum, got.days.maximum, got.ongoing) == (100.0, 401.0, 1)
    assert got.person_years == pytest.approx(501 / 365.25)
    assert got.notes == ("No last dose date in 1 patient: counted to the end of the window",)
    assert got.drugs == ()


def test_duration_is_the_exported_one_in_every_arm(adam, expected, far_cut):
    """TDURD of ADEX, made by admiral; ours comes from the first and last dose of ADSL alone."""
    adsl, rows = adam("pharmaverse_onco", "adsl"), adam("pharmaverse_onco", "adex")
    exported = rows[rows["PARAMCD"] == "TDURD"].set_index("USUBJID")["AVAL"]
    cohort = build_cohort(adsl, far_cut)
    known = adsl.loc[adsl["TRTEDT"].notna(), "USUBJID"]
    members = intersect(analysis_set(adsl, cohort, "safety"), known, "no last dose date")
    want = expected("pharmaverse_onco")["exposure_TDURD"]
    assert members.n == sum(arm["n"] for arm in want.values()) - 2
    for arm in want:
        mine = intersect(members, adsl.loc[adsl["ACTARM"] == arm, "USUBJID"], "other arm")
        got, theirs = (
            exposure(treated(adsl, cohort, mine), None).days,
            exported[list(mine.patients)],
        )
        assert (got.n, got.maximum, got.minimum) == (len(theirs), theirs.max(), theirs.min())
        assert (got.median, got.mean) == (theirs.median(), pytest.approx(theirs.mean()))


# --- modifications --------------------------------------------------------------------------------


def changed(action, reason="ADVERSE EVENT"):
    return {"EXACN": action, "EXADJ": reason}


def test_once_per_patient_and_type_with_every_reason(trial):
    made = trial("ABC")
    rows = [
        ("A", "DRUG", 1.0, 0, None, 100.0, 100.0),
        ("A", "DRUG", 2.0, 21, None, 80.0, 100.0, changed("DOSE REDUCED")),
        ("A", "DRUG", 3.0, 42, None, 60.0, 100.0, changed("DOSE REDUCED", "LOGISTICAL REASON")),
        ("A", "DRUG", 4.0, 63, None, 40.0, 100.0, changed("DOSE REDUCED")),  # the reason again
        ("A", "DRUG", 5.0, 84, None, 40.0, 100.0, changed("DOSE DELAYED", None)),
        ("B", "DRUG", 1.0, 0, None, 80.0, 100.0, changed("DOSE REDUCED")),
        ("C", "DRUG", 1.0, 0, None, 100.0, 100.0, changed("DOSE NOT CHANGED", None)),
        ("C", "OTHER", 1.0, 0, None, 0.0, 5.0, changed("DOSE OMITTED")),  # never got it
    ]
    got = dose_modifications(doses(adex(made, rows), made.treated()))
    found = {(r.drug, r.type): r for r in got.rows}
    assert set(found) == {("DRUG", "Any"), ("DRUG", "DOSE REDUCED"), ("DRUG", "DOSE DELAYED")}
    reduced = found["DRUG", "DOSE REDUCED"]
    assert (reduced.proportion.x, reduced.proportion.n, reduced.n_records) == (2, 3, 4)
    assert reduced.reasons == {"ADVERSE EVENT": 2, "LOGISTICAL REASON": 1}
    assert {r: len(ids) for r, ids in reduced.of_reason.items()} == dict(reduced.reasons)
    assert set().union(*reduced.of_reason.values()) == set(reduced.patients)
    assert found["DRUG", "DOSE DELAYED"].reasons == {"Reason missing": 1}
    assert (found["DRUG", "Any"].proportion.x, got.rows[0].type) == (2, "Any")
    assert got.source == "exported"


def test_without_actions_the_dose_against_the_plan(trial):
    made = trial("AB")
    rows = [*q3w("A", (1,)), *q3w("A", (2,), dose=80.0), *q3w("A", (3,), dose=0.0), *q3w("B", (1,))]
    got = dose_modifications(doses(adex(made, rows), made.treated()))
    assert [(r.type, r.proportion.x, r.proportion.n) for r in got.rows] == [
        ("Any", 1, 2),
        ("DOSE OMITTED", 1, 2),
        ("DOSE REDUCED", 1, 2),
    ]
    assert (got.source, "delays are not recorded" in got.rule) == ("derived", True)


def test_neither_actions_nor_a_plan_is_not_recorded(trial):
    made = trial("A")
    rows = adex(made, q3w("A", (1, 2), planned=None))
    got = dose_modifications(doses(rows, made.treated()))
    assert (got.rows, got.recorded) == ((), False)
    summary = exposure_summary(made.adsl, rows, made.cohort, made.members, made.treated())
    assert exposure_json(summary)["drugs"]["DRUG"]["modifications"] is None
    full = exposure_summary(
        made.adsl, adex(made, q3w("A", (1,))), made.cohort, made.members, made.treated()
    )
    assert exposure_json(full)["drugs"]["DRUG"]["modifications"] == {}


# --- why treatment ended --------------------------------------------------------------------------


def test_reasons_add_up_and_completed_is_no_discontinuation(trial):
    made = trial({u: {"last": 50} for u in "ABCDEF"})
    adsl = made.adsl.assign(
        EOTSTT=["DISCONTINUED", "DISCONTINUED", "COMPLETED", "ONGOING", "DISCONTINUED", None],
        DCTREAS=["PROGRESSIVE DISEASE", "Progressive Disease", "COMPLETED", None, None, "DEATH"],
    )
    got = discontinuations(adsl, made.cohort, made.members)
    assert [(r.reason, r.proportion.x, r.patients) for r in got.reasons] == [
        ("PROGRESSIVE DISEASE", 2, ("A", "B")),
        ("DEATH", 1, ("F",)),
        ("Reason missing", 1, ("E",)),
    ]
    assert (got.stopped.x, got.stopped.n) == (4, 6)
    assert sum(r.proportion.x for r in got.reasons) == got.stopped.x
    assert (got.ongoing, got.completed) == (("D",), ("C",))


def test_a_treatment_that_ends_after_the_cut_off_is_ongoing(trial):
    made = trial({"A": {"last": 40}}, cut=50)
    adsl = made.adsl.assign(
        EOTSTT="DISCONTINUED", DCTREAS="PROGRESSIVE DISEASE", EOTDT=made.day(60)
    )
    got = discontinuations(adsl, made.cohort, made.members)
    assert (got.stopped.x, got.ongoing) == (0, ("A",))


def test_a_reason_column_that_is_not_exported(trial):
    made = trial("A")
    got = discontinuations(made.adsl, made.cohort, made.members)
    assert [(r.reason, r.proportion.x) for r in got.reasons] == [("Reason not exported", 1)]


def test_reasons_for_leaving_the_study_stand_in_and_say_so(trial):
    made = trial("AB")
    adsl = made.adsl.drop(columns="EOTSTT").assign(
        EOSSTT=["DISCONTINUED", "ONGOING"], DCSREAS=["DEATH", None]
    )
    got = discontinuations(adsl, made.cohort, made.members)
    assert [(r.reason, r.proportion.x) for r in got.reasons] == [("DEATH", 1)]
    assert "end of study" in got.rule


# --- together -------------------------------------------------------------------------------------


def test_the_printed_form_and_the_round_trip(trial):
    made = trial("AB")
    rows = adex(made, [*q3w("A", (1, 2)), *q3w("B", (1,), dose=50.0)])
    got = exposure_summary(made.adsl, rows, made.cohort, made.members, made.treated())
    assert ExposureSummary.from_json(json.loads(json.dumps(got.to_json()))) == got
    printed = json.loads(json.dumps(exposure_json(got)))
    drug = printed["drugs"]["DRUG"]
    assert (drug["n"], drug["cumulative_dose"]["maximum"]) == (2, 200.0)
    assert drug["modifications"]["DOSE REDUCED"]["x"] == 1
    assert drug["relative_dose_intensity"]["method"] == ADJUSTED
    assert printed["discontinued"]["x"] == 2


def test_without_adex_only_what_adsl_says(trial):
    made = trial("A")
    got = exposure_summary(made.adsl, None, made.cohort, made.members, made.treated())
    assert (got.modifications, got.exposure.drugs, got.exposure.days.n) == (None, (), 1)


def test_nobody_treated(trial):
    made = trial({})
    got = exposure_summary(made.adsl, None, made.cohort, made.members, made.treated())
    assert (got.exposure.days.median, got.discontinuations.stopped.estimate) == (None, None)


def test_quartiles_as_sas_and_r_type_2():
    """R: quantile(c(1, 2, 3, 4, 10), type = 2) is 2, 3, 4; of 1..6 it is 2, 3.5, 5."""
    five, six = spread([10, 1, 3, 2, 4]), spread(range(1, 7))
    assert (five.q1, five.median, five.q3) == (2.0, 3.0, 4.0)
    assert (six.q1, six.median, six.q3) == (2.0, 3.5, 5.0)
    assert (spread([7]).sd, spread([]).median) == (None, None)
