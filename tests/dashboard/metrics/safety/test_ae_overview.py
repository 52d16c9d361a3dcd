"""Flags over the fixed N: what counts, what does not, and what is not recorded."""

from __future__ import annotations

import pytest

from dashboard.metrics.adverse_events import adverse_events
from dashboard.metrics.ae_overview import ae_overview, overview_by_group
from dashboard.metrics.safety import safety, safety_json
from dashboard.metrics.safety_options import AesiGroup, SafetyOptions, action_columns
from dashboard.metrics.subgroups import Group

BOTH = SafetyOptions(
    related_columns={"inosine": "AERELI", "chemotherapy": "AERELC"},
    action_columns={"inosine": "AEACNI", "chemotherapy": "AEACNC"},
    drug_labels={"inosine": "inosine", "chemotherapy": "chemotherapy"},
    ae_window_days=365,
    aesi=(
        AesiGroup("gout", "Gout", ("GOUT", "Gouty  arthritis")),
        AesiGroup("stones", "Stones", ("NEPHROLITHIASIS",)),
    ),
)


def x(overview, id_):
    return overview.flag(id_).proportion.x


def test_a_patient_counts_once_in_every_kind_that_any_event_meets(trial):
    rows = [
        {"id": "A", "grade": 1, "AESER": "N", "AERELI": "Y", "AERELC": "N"},
        {"id": "A", "grade": 3, "AESER": "Y", "AERELI": "N", "AERELC": "Y"},
        {"id": "A", "grade": 2, "AESER": "Y", "AERELI": "N", "AERELC": "N"},
        {"id": "B", "grade": 2, "AESER": "N", "AERELI": "N", "AERELC": "N"},
    ]
    got = ae_overview(trial("ABCD").events(rows, BOTH), BOTH)
    assert {f: x(got, f) for f in ("any", "grade3plus", "serious", "related")} == {
        "any": 2,
        "grade3plus": 1,
        "serious": 1,
        "related": 1,
    }
    assert (x(got, "related:inosine"), x(got, "related:chemotherapy")) == (1, 1)
    assert got.flag("serious").n_events == 2
    assert got.flag("any").patients == ("A", "B")
    assert (got.n, got.n_events) == (4, 4)
    assert got.flag("any").proportion.estimate == 0.5


def test_related_and_high_grade_must_be_the_same_event(trial):
    """A mild related event and a severe unrelated one are not a severe related event."""
    rows = [
        {"id": "A", "grade": 1, "AEREL": "Y", "AESER": "N"},
        {"id": "A", "grade": 4, "AEREL": "N", "AESER": "Y"},
    ]
    got = ae_overview(trial("A").events(rows))
    assert (x(got, "related"), x(got, "grade3plus"), x(got, "serious")) == (1, 1, 1)
    assert (x(got, "related_grade3plus"), x(got, "serious_related")) == (0, 0)


def test_an_event_outside_the_window_is_in_no_flag(trial):
    got = ae_overview(trial({"A": {"last": 10}}).events([{"id": "A", "start": 41, "grade": 5}]))
    assert (x(got, "any"), x(got, "fatal"), got.n_events) == (0, 0, 0)


#: days from the origin -> does a related event count for the 12-month endpoint
TWELVE_MONTHS = {1: True, 30: True, 90: True, 365: True, 366: False}


@pytest.mark.parametrize("start", TWELVE_MONTHS)
def test_related_to_12_months_has_no_limit_after_the_last_dose(trial, start):
    """Last dose on day 20: the 30-day window is over on day 50, the endpoint is not."""
    row = {"id": "A", "start": start, "AERELI": "Y", "AERELC": "N"}
    got = ae_overview(trial({"A": {"last": 20}}).events([row], BOTH), BOTH)
    assert x(got, "related") == (1 if start <= 50 else 0)
    assert x(got, "related_in_window") == int(TWELVE_MONTHS[start])


def test_12_months_ends_even_while_treatment_goes_on(trial):
    row = {"id": "A", "start": 380, "AERELI": "Y", "AERELC": "N"}
    got = ae_overview(trial({"A": {"ongoing": True}}).events([row], BOTH), BOTH)
    assert (x(got, "related"), x(got, "related_in_window")) == (1, 0)


def test_12_months_does_not_count_events_from_before_the_first_dose(trial):
    row = {"id": "A", "start": -5, "AERELI": "Y", "AERELC": "N"}
    assert x(ae_overview(trial("A").events([row], BOTH), BOTH), "related_in_window") == 0


def test_12_months_needs_a_stated_window(trial):
    events = trial("A").events([{"id": "A", "AEREL": "Y"}])
    with pytest.raises(KeyError):
        ae_overview(events).flag("related_in_window")
    assert safety_json(safety(events))["related_12_months"] is None


@pytest.mark.parametrize(
    "row",
    [{"AESDTH": "Y"}, {"AEOUT": "FATAL"}, {"AEOUT": "Fatal"}, {"grade": 5}],
    ids=["AESDTH", "outcome", "outcome in another case", "grade 5"],
)
def test_fatal_in_any_of_three_ways(trial, row):
    rows = [{"id": "A", "AESDTH": "N", "AEOUT": "RECOVERED/RESOLVED", "grade": 1, **row}]
    assert x(ae_overview(trial("AB").events(rows)), "fatal") == 1


def test_actions_of_each_drug_and_of_any(trial):
    rows = [
        {"id": "A", "AEACNI": "DRUG INTERRUPTED", "AEACNC": "DOSE REDUCED"},
        {"id": "B", "AEACNI": "DOSE NOT CHANGED", "AEACNC": "DRUG WITHDRAWN"},
        {"id": "C", "AEACNI": "DOSE DELAYED", "AEACNC": "NOT APPLICABLE"},
    ]
    got = ae_overview(trial("ABC").events(rows, BOTH), BOTH)
    assert got.flag("interrupted:inosine").patients == ("A", "C")
    assert got.flag("interrupted:chemotherapy").patients == ()
    assert (got.flag("reduced").patients, got.flag("withdrawn").patients) == (("A",), ("B",))
    assert got.flag("interrupted").patients == ("A", "C")
    assert not got.notes


def test_action_columns_stand_beside_the_causality_columns():
    named = {"inosine": "AERELI", "chemotherapy": "AERELC", "other": "CAUSE"}
    assert action_columns(named) == BOTH.action_columns


def test_special_interest_groups_by_preferred_term(trial):
    rows = [
        {"id": "A", "pt": "Gout"},
        {"id": "B", "pt": "GOUTY ARTHRITIS"},
        {"id": "C", "pt": "GOUT LIKE PAIN"},
    ]
    got = ae_overview(trial("ABC").events(rows, BOTH), BOTH)
    assert got.flag("aesi:gout").patients == ("A", "B")
    assert (x(got, "aesi:stones"), got.flag("aesi:stones").proportion.n) == (0, 3)


def test_groups_overlap_and_each_has_its_own_n(trial):
    """Carboplatin is also a platinum: its patients are in both rows, and rows do not add up."""
    groups = [
        Group("platinum", "Platinum", ("A", "B", "C")),
        Group("carboplatin", "Carboplatin", ("A",)),
        Group("taxane", "Taxane", ("D", "Z")),
    ]
    events = trial("ABCD").events([{"id": "A"}, {"id": "B"}, {"id": "D"}])
    rows = overview_by_group(events, groups)
    assert [(g.id, g.flag("any").proportion.x, g.n) for g in rows] == [
        ("platinum", 2, 3),
        ("carboplatin", 1, 1),
        ("taxane", 1, 1),
    ]


def test_worst_grade_of_a_patient_and_a_missing_grade_is_not_grade_zero(trial):
    rows = [
        {"id": "A", "grade": 2},
        {"id": "A", "grade": None},
        {"id": "B", "grade": None},
        {"id": "C", "grade": 4},
        {"id": "C", "grade": 3},
    ]
    got = ae_overview(trial("ABCD").events(rows))
    assert got.max_grade == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 0, "missing": 1}
    assert sum(got.max_grade.values()) == x(got, "any") == 3


def test_unknown_words_are_counted_as_no_and_named(trial):
    rows = [
        {"id": "A", "AEREL": "MAYBE", "AEACN": "DOSE HELD", "grade": "HIGH"},
        {"id": "A", "AEREL": "Y", "AEACN": "DOSE REDUCED", "grade": 1},
    ]
    got = ae_overview(trial("A").events(rows))
    text = "\n".join(got.notes)
    assert "AEREL = 'MAYBE' is not a known term: 1 event counted as not related" in text
    assert "AEACN = 'DOSE HELD' is not a known term: 1 event counted as no change of dose" in text
    assert "AETOXGR = 'HIGH' is no grade: 1 event counted as grade missing" in text
    assert got.flag("related").n_events == 1


def test_a_column_in_words_that_nobody_knows_records_nothing(trial):
    """Not one serious, related or fatal event of n would be made up."""
    rows = [
        {"id": "A", "AESER": "1", "AEREL": "ja", "AEACN": "weg", "AEOUT": "tot", "grade": None},
        {"id": "B", "AESER": "0", "AEREL": "nein", "AEACN": "", "AEOUT": "gut", "grade": None},
    ]
    events = trial("AB").events(rows)
    for flag in ("serious", "related", "fatal", "withdrawn", "recovered"):
        assert events.flags[flag] is None, flag
    assert any("AESER = '1' is not a known term: 1 event not counted" in n for n in events.notes)


@pytest.mark.parametrize("outcome", ["Fatal", "DEATH", "Died"])
def test_a_fatal_outcome_counts_in_any_usual_word(trial, outcome):
    rows = [{"id": "A", "AEOUT": outcome, "grade": None}, {"id": "B", "grade": None}]
    assert x(ae_overview(trial("AB").events(rows)), "fatal") == 1


@pytest.mark.parametrize("word", ["3 - Severe", "G3", "Grade 3: severe", "3.0"])
def test_a_grade_with_its_word_is_that_grade(trial, word):
    got = ae_overview(trial("A").events([{"id": "A", "grade": word}]))
    assert got.max_grade["3"] == 1


def test_terms_of_the_study_decide_what_related_means(trial):
    row = [{"id": "A", "AEREL": "REMOTE"}]
    assert x(ae_overview(trial("A").events(row)), "related") == 0
    wide = SafetyOptions(related=("REMOTE", "POSSIBLE"), not_related=("NONE",))
    assert x(ae_overview(trial("A").events(row, wide), wide), "related") == 1


def test_severity_stands_in_where_no_grade_is_and_says_so(trial):
    rows = [
        {"id": "A", "AESEV": "SEVERE", "AESDTH": "N"},
        {"id": "B", "AESEV": "Mild", "AESDTH": "N"},
        {"id": "C", "AESEV": None, "AESDTH": "N"},
    ]
    got = ae_overview(trial("ABC").events(rows))
    assert (got.scale, got.flag("grade3plus").label) == ("severity", "Severe")
    assert got.max_grade == {"1": 1, "2": 0, "3": 1, "4": 0, "5": 0, "missing": 1}


def test_one_missing_grade_does_not_borrow_the_severity(trial):
    """CTCAE grades are there: the event without one is missing, not 'severe = 3'."""
    rows = [{"id": "A", "grade": 1, "AESEV": "MILD"}, {"id": "B", "AESEV": "SEVERE"}]
    got = ae_overview(trial("AB").events(rows))
    assert got.scale == "CTCAE"
    assert (x(got, "grade3plus"), got.max_grade["missing"]) == (0, 1)
    by_severity = SafetyOptions(severity_scale="severity")
    again = ae_overview(trial("AB").events(rows, by_severity), by_severity)
    assert (again.scale, x(again, "grade3plus")) == ("severity", 1)


def test_a_grade_column_without_one_grade_is_no_grade_column(trial):
    rows = [{"id": "A", "grade": "UNKNOWN", "AESEV": "SEVERE"}]
    got = ae_overview(trial("AB").events(rows))
    assert (got.scale, x(got, "grade3plus")) == ("severity", 1)


@pytest.mark.parametrize("written", ["3", "Grade 3", "GRADE 3", "3.0", " 3 "])
def test_spellings_of_a_grade(trial, written):
    assert trial("A").events([{"id": "A", "grade": written}]).grade.tolist() == [3]


@pytest.mark.parametrize("written", ["0", "6", "3-4", "III", "not done"])
def test_what_is_no_grade_is_missing(trial, written):
    rows = [{"id": "A", "grade": written}, {"id": "A", "grade": 1}]
    assert trial("A").events(rows).grade.tolist() == [0, 1]


# --- what the export does not record --------------------------------------------------------------


def test_missing_columns_are_not_zero(trial):
    made = trial("AB")
    rows = made.adae([{"id": "A"}]).drop(columns=["AETOXGR"])
    got = ae_overview(adverse_events(rows, made.treated(BOTH), BOTH), BOTH)
    unknown = {f.id for f in got.flags if f.proportion is None}
    assert unknown == {f.id for f in got.flags} - {"any", "aesi:gout", "aesi:stones"}
    assert got.scale is None
    assert got.max_grade["missing"] == 1
    printed = safety_json(safety(adverse_events(rows, made.treated(BOTH), BOTH), BOTH), BOTH)
    assert printed["grade3plus"] is None
    assert printed["related_chemo"] is None
    assert printed["by_pt"][0]["grade3plus"] is None


def test_one_of_two_causality_columns_missing(trial):
    got = ae_overview(trial("AB").events([{"id": "A", "AERELI": "Y"}], BOTH), BOTH)
    assert got.flag("related:chemotherapy").proportion is None
    assert (x(got, "related:inosine"), x(got, "related")) == (1, 1)


def test_serious_from_its_criteria_without_aeser(trial):
    rows = [{"id": "A", "AESHOSP": "Y", "AESDTH": "N"}, {"id": "B", "AESHOSP": "N", "AESDTH": "N"}]
    assert ae_overview(trial("AB").events(rows)).flag("serious").patients == ("A",)


def test_no_adverse_event_is_zero_of_n(trial):
    got = ae_overview(trial("AB").events([], BOTH), BOTH)
    assert (x(got, "any"), got.flag("any").proportion.n) == (0, 2)
    assert (x(got, "grade3plus"), got.n_events, sum(got.max_grade.values())) == (0, 0, 0)


def test_nobody_treated_is_not_estimable(trial):
    got = ae_overview(trial({}).events([]))
    rate = got.flag("any").proportion
    assert (rate.x, rate.n, rate.estimate, rate.lower, rate.upper) == (0, 0, None, None, None)


def test_the_printed_form(trial):
    rows = [{"id": "A", "grade": 3, "AERELI": "Y", "AERELC": "N", "pt": "GOUT", "AESER": "Y"}]
    rows[0] |= {"AEACNI": "DOSE REDUCED", "AEACNC": "DRUG WITHDRAWN"}
    got = safety_json(safety(trial("AB").events(rows, BOTH), BOTH), BOTH)
    proportion = {"x", "n", "estimate", "lower", "upper", "method", "level"}
    names = (
        *("any", "grade3plus", "related", "related_12_months", "related_inosine"),
        *("related_chemo", "serious", "fatal", "leading_to_reduction"),
        *("leading_to_interruption", "leading_to_discontinuation"),
        *("leading_to_reduction_inosine", "leading_to_discontinuation_chemotherapy"),
    )
    for name in names:
        assert proportion <= set(got[name]), name
    assert got["grade3plus"]["scale"] == "CTCAE"
    assert got["aesi"]["gout"]["x"] == 1
    assert (got["n_events"], got["max_grade"]["3"], got["by_pt"][0]["by_grade"]["3"]) == (1, 1, 1)
    assert got["leading_to_discontinuation_chemotherapy"]["x"] == 1
