"""The clock of related events, who got a drug, lists of special interest: by hand, and always."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dashboard.metrics.ae_overview import ae_overview
from dashboard.metrics.ae_window import NO_ORIGIN, related_in_window
from dashboard.metrics.aesi import aesi_table
from dashboard.metrics.competing import cumulative_incidence
from dashboard.metrics.drug_received import received
from dashboard.metrics.exposure_adjusted import UNDATED
from dashboard.metrics.safety_options import AesiGroup, SafetyOptions

YEAR = SafetyOptions(ae_window_days=365)
LISTS = SafetyOptions(
    aesi=(
        AesiGroup("stones", "Stones", ("NEPHROLITHIASIS", "Renal  colic"), "inosine"),
        AesiGroup("gout", "Gout", ("GOUT",), "inosine"),
        AesiGroup("nerves", "Neuropathy", ("NEUROPATHY",), "taxane"),
        AesiGroup("other", "Other", ("NAUSEA",), "nobody"),
    )
)


def related(id_, start, **more):
    return {"id": id_, "start": start, "AEREL": "Y", **more}


# --- the clock ------------------------------------------------------------------------------------

#: cut-off on day 400. A: event, whole window passed. B: passed, none. C: began on day 100 (open),
#: event. D: open, none so far. E: open, died without one. F: related event after its window.
CLOCK = {
    "A": {"last": 20},
    "B": {"last": 20},
    "C": {"start": 100, "ongoing": True},
    "D": {"start": 100, "ongoing": True},
    "E": {"start": 100, "last": 110, "death": 150},
    "F": {"ongoing": True},
}
EVENTS = [
    related("A", 100),  # after the treatment-emergent window, still inside the year
    related("C", 130),
    related("F", 366),
    {"id": "B", "start": 10, "AEREL": "N"},
]


def test_open_windows_stand_in_the_denominator_and_are_counted_apart(trial):
    got = related_in_window(trial(CLOCK).events(EVENTS, YEAR), 365)
    assert (got.interim.x, got.interim.n, got.patients) == (2, 6, ("A", "C"))
    assert got.open == ("D",)  # E can have none any more, C has had one
    assert (got.mature.x, got.mature.n, got.mature_patients) == (1, 3, ("A",))
    assert got.n_events == 2


def test_an_event_dated_after_death_is_none_of_the_clock(trial):
    rows = [*EVENTS, related("E", 151)]
    got = related_in_window(trial(CLOCK).events(rows, YEAR), 365)
    assert (got.patients, got.n_events) == (("A", "C"), 2)
    same_day = related_in_window(trial(CLOCK).events([*EVENTS, related("E", 150)], YEAR), 365)
    assert same_day.patients == ("A", "C", "E")


def test_the_clock_counts_what_the_overview_counts(trial):
    events = trial(CLOCK).events(EVENTS, YEAR)
    got, flag = related_in_window(events, 365), ae_overview(events, YEAR).flag("related_in_window")
    assert (got.interim, got.patients, got.n_events) == (
        flag.proportion,
        flag.patients,
        flag.n_events,
    )


def test_the_interval_is_clopper_pearson(trial):
    got = related_in_window(trial(CLOCK).events(EVENTS, YEAR), 365).interim
    want = stats.binomtest(2, 6).proportion_ci(0.95, "exact")
    assert abs(got.lower - want.low) < 1e-9
    assert abs(got.upper - want.high) < 1e-9


def test_death_competes_with_a_related_event(trial):
    """Times from the origin: A 100, C 30 with an event; E died on 50; B 400, D 300, F 366."""
    got = related_in_window(trial(CLOCK).events(EVENTS, YEAR), 365)
    want = cumulative_incidence([100, 400, 30, 300, 50, 400], [1, 0, 1, 0, 2, 0])
    assert got.curve.at(365).estimate == want.at(365).estimate == got.incidence.estimate
    # by hand: 1/6 at day 30; 5/6 x 4/5 left after the death on day 50; 1/4 of it at day 100
    assert abs(got.incidence.estimate - (1 / 6 + 5 / 6 * 4 / 5 / 4)) < 1e-12
    assert (got.curve.events, got.curve.competing, got.curve.censored) == (2, 1, 3)


def test_a_related_event_without_a_date_counts_and_has_no_time(trial):
    got = related_in_window(trial(CLOCK).events([related("B", None)], YEAR), 365)
    assert got.patients == ("B",)
    assert [(e.usubjid, e.reason) for e in got.excluded] == [("B", UNDATED)]
    assert got.curve.n == 5


def test_a_patient_without_a_first_dose_has_no_clock(trial):
    got = related_in_window(trial({"A": {"last": 20}, "Z": {"start": None}}).events([]), 365)
    assert got is None  # no column of relatedness at all
    events = trial({"A": {"last": 20}, "Z": {"start": None}}).events([related("A", 3)])
    got = related_in_window(events, 365)
    assert (got.interim.n, got.mature.n, got.open) == (2, 1, ())
    assert [(e.usubjid, e.reason) for e in got.excluded] == [("Z", NO_ORIGIN)]


@given(
    st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 399)), max_size=12),
    st.integers(1, 399),
)
def test_a_longer_window_never_loses_a_patient(trial, days, window):
    events = trial(CLOCK).events([related(u, d) for u, d in days] or [related("A", 0)], YEAR)
    short, long = (related_in_window(events, w) for w in (window, window + 30))
    assert set(short.patients) <= set(long.patients)
    assert short.mature.n >= long.mature.n
    for got in (short, long):
        assert got.mature.x <= got.interim.x <= got.interim.n == 6
        assert not set(got.open) & set(got.patients)


# --- who got a drug -------------------------------------------------------------------------------


def doses(made, rows):
    frame = made.frame(
        [
            {"USUBJID": u, "EXTRT": drug, "EXDOSE": float(dose), "ASTDT": made.day(when)}
            for u, drug, dose, when in rows
        ],
        ("USUBJID", "EXTRT", "EXDOSE", "ASTDT"),
    )
    return frame.assign(PARAMCD="DOSE")


def test_a_dose_above_zero_by_the_cut_off_makes_a_recipient(trial):
    made = trial("ABCDE")
    adex = doses(
        made,
        [
            ("A", "Inosine", 500, 0),
            ("B", "INOSINE", 0, 0),  # nothing was given
            ("C", "INOSINE", 500, 401),  # after the cut-off
            ("D", "DOCETAXEL", 75, 0),
            ("Z", "INOSINE", 500, 0),  # not of the set
        ],
    )
    got = received(adex, made.treated(), ("inosine",), otherwise="ABCDE")
    assert (got.patients, got.source) == (("A",), "exported")
    both = received(adex, made.treated(), ("PACLITAXEL", "docetaxel"), otherwise="E")
    assert both.patients == ("D",)


def test_without_a_dosing_record_of_the_drug_the_assigned_count(trial):
    made = trial("ABC")
    adex = doses(made, [("A", "OTHER", 1, 0)])
    for frame in (None, adex, adex.drop(columns=["EXTRT"])):
        got = received(frame, made.treated(), ("inosine",), otherwise=("B", "Z"))
        assert (got.patients, got.source) == (("B",), "derived")


def test_a_recorded_drug_that_nobody_of_the_set_got_is_nobodys(trial):
    """Not the assigned ones: the export does say who got it."""
    made = trial("AB")
    got = received(
        doses(made, [("Z", "INOSINE", 5, 0)]), made.treated(), ("inosine",), otherwise="A"
    )
    assert (got.patients, got.source) == ((), "exported")


# --- lists of special interest --------------------------------------------------------------------


def test_a_list_counts_patients_who_got_the_drug_at_their_worst_grade(trial):
    rows = [
        {"id": "A", "pt": "Nephrolithiasis", "grade": 1},
        {"id": "A", "pt": "RENAL COLIC", "grade": 3},
        {"id": "B", "pt": "RENAL COLIC", "grade": None},
        {"id": "C", "pt": "RENAL COLIC", "grade": 2},  # did not get inosine
        {"id": "C", "pt": "NEUROPATHY", "grade": 2},
    ]
    events = trial("ABCD").events(rows, LISTS).treatment_emergent()
    got = aesi_table(events, LISTS.aesi, {"inosine": ("A", "B", "D"), "taxane": ("C", "Z")})
    assert [r.id for r in got] == ["stones", "gout", "nerves"]
    stones, gout, nerves = got
    assert (stones.any.any.x, stones.any.any.n) == (2, 3)
    assert stones.any.by_grade == {"1": 0, "2": 0, "3": 1, "4": 0, "5": 0, "missing": 1}
    assert dict(zip(stones.any.patients, stones.any.worst, strict=True)) == {"A": 3, "B": None}
    assert [(t.term, t.any.x) for t in stones.terms] == [("RENAL COLIC", 2), ("Nephrolithiasis", 1)]
    assert (gout.any.any.x, gout.any.any.n, gout.terms) == (0, 3, ())
    assert (nerves.any.any.x, nerves.any.any.n) == (1, 1)


def test_the_rate_of_a_list_is_that_of_its_recipients(trial):
    """A: event on day 10, so 11 days; B: none, 231 days (to 30 after the last dose)."""
    rows = [{"id": "A", "pt": "GOUT", "grade": 1, "start": 10}]
    events = trial("AB").events(rows, LISTS).treatment_emergent()
    (_, gout) = aesi_table(events, LISTS.aesi[:2], {"inosine": ("A", "B")})
    assert gout.rate.incidence.x == 1
    assert abs(gout.rate.incidence.person_years - (11 + 231) / 365.25) < 1e-12


# --- the risk table of a cumulative incidence -----------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=40),
    st.lists(st.integers(0, 35), min_size=1, max_size=6),
)
def test_the_risk_table_adds_up_at_every_time(data, times):
    curve = cumulative_incidence([t for t, _ in data], [c for _, c in data])
    table = curve.table(sorted(times))
    for i, t in enumerate(table.time):
        assert table.n_at_risk[i] == sum(day >= t for day, _ in data)
        assert table.n_event[i] == sum(day < t and cause == 1 for day, cause in data)
        assert table.n_competing[i] == sum(day < t and cause == 2 for day, cause in data)
        assert table.n_censored[i] == sum(day < t and cause == 0 for day, cause in data)
