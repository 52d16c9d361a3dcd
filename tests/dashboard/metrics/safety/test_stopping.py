"""Time on treatment, why it ended over time, cycles completed, and exposure by group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.metrics.cycle_counts import cycle_counts
from dashboard.metrics.cycles import CycleOptions, treatment_cycles
from dashboard.metrics.disposition import COMPLETED, DIED, UNSTATED
from dashboard.metrics.dose_changes import discontinuations, dose_modifications
from dashboard.metrics.exposure import doses, exposure_of, usual_gaps
from dashboard.metrics.exposure_groups import below_plan, exposure_groups
from dashboard.metrics.stopping import NO_END, TreatmentTime, stopping, treatment_time
from dashboard.metrics.subgroups import Group
from dashboard.metrics.table_columns import layout
from tests.dashboard.metrics.safety.test_exposure import adex, q3w


def timed(*rows):
    """(patient, days, reason)"""
    return TreatmentTime(*zip(*rows, strict=True), (), "rule")


def study(made, reasons, ends=None):
    """Reasons of the end per patient; `ends` are days of EOTDT."""
    adsl = made.adsl.copy()
    adsl["DCTREAS"] = [reasons.get(u) for u in adsl["USUBJID"]]
    if ends is not None:
        adsl["EOTDT"] = np.array([made.day(ends.get(u)) for u in adsl["USUBJID"]]).astype(
            "datetime64[s]"
        )
    stops = discontinuations(adsl, made.cohort, made.members)
    return treatment_time(adsl, made.cohort, made.treated(), stops)


def test_from_the_first_dose_to_the_end_both_days_counted(trial):
    made = trial(
        {
            "A": {"last": 99},
            "B": {"ongoing": True},
            "C": {"last": 50, "death": 40},
            "D": {},
        }
    )
    found = study(made, {"A": "ADVERSE EVENT"})
    told = dict(zip(found.usubjid, zip(found.days, found.reason, strict=True), strict=True))
    assert told == {"A": (100, "ADVERSE EVENT"), "B": (401, ""), "C": (41, DIED)}
    assert [(e.usubjid, e.reason) for e in found.without] == [("D", NO_END)]


def test_the_end_of_treatment_counts_before_the_last_dose(trial):
    made = trial({"A": {"last": 99}, "B": {"last": 99}})
    found = study(made, {}, {"A": 120, "B": 500})  # 500 is after the cut-off
    assert dict(zip(found.usubjid, found.days, strict=True)) == {"A": 121, "B": 401}
    assert found.reason == (UNSTATED, "")


def test_by_hand_with_two_reasons_and_a_censored_patient():
    """4 patients: progression at 10 and 30, toxicity at 20, one censored at 25.

    F(progression) = 1/4 at 10; then S = 3/4 -> 2/4 at 20; at 30 one at risk: 1/4 + 2/4 = 3/4.
    """
    found = stopping(
        timed(("A", 10, "PD"), ("B", 20, "AE"), ("C", 25, ""), ("D", 30, "PD")),
        at=(15.0, 30.0),
        ticks=(0.0, 20.0, 26.0),
    )
    progression, toxicity = found.reasons
    assert (progression.reason, progression.patients) == ("PD", ("A", "D"))
    assert progression.share == pytest.approx((0.25, 0.75))
    assert toxicity.share == pytest.approx((0.25,))
    assert [i.estimate for i in progression.at] == pytest.approx([0.25, 0.75])
    assert found.risk.n_at_risk == (4, 3, 1)
    assert (found.ongoing, found.n, found.curve.events) == (("C",), 4, 3)


_ROWS = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from(["", "PD", "AE", COMPLETED])),
    min_size=1,
    max_size=25,
)


@settings(max_examples=80, suppress_health_check=list(HealthCheck), deadline=None)
@given(_ROWS)
def test_reasons_add_up_to_all_who_stopped(rows):
    """Counts add up to the events, and the curves to one minus the curve of all reasons."""
    found = stopping(timed(*((f"P{i}", d, r) for i, (d, r) in enumerate(rows))))
    assert sum(r.proportion.x for r in found.reasons) == found.curve.events
    assert len(found.ongoing) + found.curve.events == found.n == len(rows)
    last = sum(r.share[-1] for r in found.reasons)
    ends = found.curve.survival[-1] if found.curve.survival else 1.0
    assert last == pytest.approx(1 - ends)
    assert all(list(r.share) == sorted(r.share) for r in found.reasons)


def test_nobody_has_nothing():
    found = stopping(TreatmentTime((), (), (), (), "rule"))
    assert (found.n, found.reasons, found.curve.median.estimate) == (0, (), None)


# --- cycles ---------------------------------------------------------------------------------------


def test_started_is_completed_running_or_short(trial):
    made = trial(
        {"A": {"last": 21}, "B": {"ongoing": True, "start": 350}, "C": {"last": 21, "death": 30}},
        cut=380,
    )
    rows = [*q3w("A", (1, 2)), *q3w("C", (1, 2))]
    rows += [("B", "DRUG", 1.0, 350, None, 1.0, 1.0), ("B", "DRUG", 2.0, 371, None, 1.0, 1.0)]
    patients = made.treated()
    cycles = treatment_cycles(adex(made, rows), patients, CycleOptions(length_days=21))
    counts = cycle_counts(cycles, length_days=21)
    told = [(r.cycle, r.started, r.completed, r.running, r.short) for r in counts.rows]
    assert told == [
        (1, ("A", "B", "C"), ("A", "B", "C"), (), ()),
        (2, ("A", "B", "C"), ("A",), ("B",), ("C",)),
    ]
    assert (counts.total, counts.total_completed, counts.started.median) == (6, 4, 2.0)
    for row in counts.rows:
        assert sorted((*row.completed, *row.running, *row.short)) == sorted(row.started)


def test_a_patient_without_a_cycle_is_named(trial):
    made = trial("AB")
    cycles = treatment_cycles(adex(made, q3w("A", (1,))), made.treated())
    assert cycle_counts(cycles).without == ("B",)


# --- groups ---------------------------------------------------------------------------------------


def exposed(made):
    rows = [*q3w("A", (1, 2), dose=80.0), *q3w("B", (1, 2)), *q3w("C", (1, 2), dose=85.0)]
    return doses(adex(made, rows), made.treated())


def test_below_plan_counts_who_has_an_intensity(trial):
    made = trial("ABC")
    (drug,) = exposure_of(made.treated(), exposed(made)).drugs
    found = below_plan(drug)
    assert (found.proportion.x, found.proportion.n, found.patients) == (1, 3, ("A",))
    assert usual_gaps(exposed(made)) == (21,)


def test_each_group_counts_over_its_own_patients(trial):
    made = trial("ABC")
    records = exposed(made)
    cycles = treatment_cycles(adex(made, q3w("A", (1, 2))), made.treated())
    groups = (Group("one", "One", ("A", "B")), Group("two", "Two", ("B",)))
    table = layout(made.members, groups, everyone="all", no_group="none", min_group=2)
    time = timed(("A", 10, "PD"), ("B", 20, ""), ("C", 30, "AE"))
    found = exposure_groups(
        table.columns,
        drugs=exposure_of(made.treated(), records).drugs,
        study_drugs=("DRUG",),
        cycles=cycle_counts(cycles),
        changes=dose_modifications(records),
        time=time,
    )
    everyone, one, two, none = found
    assert [g.n for g in found] == [3, 2, 1, 1]
    assert (everyone.stopped.x, everyone.stopped.n, everyone.stopped_patients) == (2, 3, ("A", "C"))
    assert (one.stopped.x, one.timed, one.study.n) == (1, 2, 2)
    assert one.study.median == pytest.approx(0.9)
    assert (one.changed.x, one.changed.n, one.changed_patients) == (1, 2, ("A",))
    assert (two.small, two.changed.x, two.started.n) == (True, 0, 0)
    assert (none.id, none.changed_patients) == ("*none", ("C",))
    assert everyone.backbone.n == 0
