"""Events as lines: their order, their numbers, what is selected, what is new since another cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.ae_interest import interest_by_drug
from dashboard.metrics.ae_select import condition, select_events, with_words
from dashboard.metrics.ae_tables import term_table
from dashboard.metrics.event_lines import event_lines, event_numbers, event_order
from dashboard.metrics.event_news import event_news
from dashboard.metrics.safety_options import AesiGroup, SafetyOptions
from dashboard.metrics.term_rows import RowOptions, shown_rows

BOTH = SafetyOptions(related_columns={"inosine": "AERELI", "chemotherapy": "AERELC"})


def terms(events, column, **how):
    at = event_order(events, column, **how)
    return [events.pt_terms[events.pt[i]] for i in at.tolist()]


def test_a_line_says_what_is_on_record(trial):
    rows = [
        {"id": "A", "pt": "SEPSIS", "grade": 5, "start": 40, "end": 44, "AESER": "Y",
         "AEOUT": "FATAL", "AERELI": "N", "AERELC": "Y", "AEREL": "Y"},
    ]  # fmt: skip
    events = trial({"A": {"last": 30}}).events(rows, BOTH)
    (line,) = event_lines(events, np.array([0]))
    assert (line.usubjid, line.term, line.grade, line.first, line.last) == (
        "A",
        "SEPSIS",
        5,
        40,
        44,
    )
    assert (line.state, line.serious, line.fatal, line.related) == ("fatal", True, True, True)
    assert dict(line.drugs) == {"inosine": False, "chemotherapy": True}
    assert line.days_after == 10  # last dose on day 30
    assert line.emergent  # within 30 days of it
    assert line.doses == ()


def test_what_the_export_does_not_record_is_not_no(trial):
    (line,) = event_lines(trial("A").events([{"id": "A"}], BOTH), np.array([0]))
    assert (line.serious, line.related) == (None, None)
    assert dict(line.drugs) == {"inosine": None, "chemotherapy": None}
    assert line.days_after is None


def test_every_column_orders_and_what_is_not_known_stands_last(trial):
    rows = [
        {"id": "B", "pt": "NAUSEA", "grade": 1, "start": 5, "AESER": "N"},
        {"id": "A", "pt": "Anaemia", "grade": None, "start": None, "AESER": "Y"},
        {"id": "A", "pt": "RASH", "grade": 4, "start": 9, "AESER": "N"},
    ]
    events = trial("AB").events(rows)
    assert terms(events, "patient") == ["RASH", "Anaemia", "NAUSEA"]  # undated last in a patient
    assert terms(events, "day") == ["NAUSEA", "RASH", "Anaemia"]
    assert terms(events, "day", descending=True) == ["RASH", "NAUSEA", "Anaemia"]
    assert terms(events, "term") == ["Anaemia", "NAUSEA", "RASH"]  # whatever their case
    assert terms(events, "grade", descending=True) == ["RASH", "NAUSEA", "Anaemia"]
    assert terms(events, "serious", descending=True)[0] == "Anaemia"
    assert terms(events, "related") == ["RASH", "Anaemia", "NAUSEA"]  # nothing known: by patient


def test_numbers_count_the_events_of_each_patient(trial):
    rows = [{"id": u, "pt": t} for u, t in (("B", "X"), ("A", "Y"), ("B", "Z"), ("A", "W"))]
    events = trial("AB").events(rows)
    numbers = event_numbers(events)
    assert {(events.ids(np.array([p]))[0], events.pt_terms[t]): int(numbers[r]) for p, t, r in
            zip(events.patient, events.pt, events.row, strict=True)} == {
        ("A", "Y"): 1, ("A", "W"): 2, ("B", "X"): 1, ("B", "Z"): 2,
    }  # fmt: skip
    assert event_numbers(events.select(events.patient < 0)).size == 0


@given(st.lists(st.sampled_from("ABC"), max_size=12), st.sampled_from(["day", "term", "grade"]))
def test_an_order_is_a_permutation_and_turning_it_keeps_the_unknown_last(trial, who, column):
    rows = [
        {"id": u, "pt": f"T{i % 3}", "grade": (i % 4) or None, "start": None if i % 5 == 4 else i}
        for i, u in enumerate(who)
    ]
    events = trial("ABC").events(rows)
    up, down = (event_order(events, column, descending=d) for d in (False, True))
    assert sorted(up.tolist()) == sorted(down.tolist()) == list(range(len(rows)))
    unknown = {i for i in range(events.n) if column == "day" and np.isnat(events.start[i])}
    unknown |= {i for i in range(events.n) if column == "grade" and events.grade[i] == 0}
    tail = len(unknown)
    if tail:
        assert set(up[-tail:].tolist()) == set(down[-tail:].tolist()) == unknown


# --- switches ------------------------------------------------------------------------------------


def test_an_event_must_meet_every_switch(trial):
    rows = [
        {"id": "A", "pt": "ONE", "grade": 3, "AESER": "Y", "AEREL": "N"},
        {"id": "A", "pt": "TWO", "grade": 3, "AESER": "N", "AEREL": "Y"},
        {"id": "B", "pt": "THREE", "grade": 4, "AESER": "Y", "AEREL": "Y"},
    ]
    events = trial("AB").events(rows)
    both = select_events(events, ("high", "serious", "related"))
    assert [events.pt_terms[t] for t in both.events.pt] == ["THREE"]
    assert both.unknown == ()
    assert both.events.treated.n == 2  # the denominator stays


def test_a_switch_the_export_does_not_record_is_said_not_zero(trial):
    events = trial("A").events([{"id": "A", "grade": None}])
    found = select_events(events, ("high", "serious"))
    assert found.events.n == 0
    assert found.unknown == ("serious",) if events.scale else ("high", "serious")
    assert condition(events, "serious") is None


def test_only_treatment_emergent_events_unless_told_otherwise(trial):
    rows = [{"id": "A", "start": -3}, {"id": "A", "start": 3}]
    events = trial("A").events(rows)
    assert select_events(events).events.n == 1
    assert select_events(events, emergent=False).events.n == 2


def test_words_are_looked_for_in_term_and_class(trial):
    rows = [
        {"id": "A", "pt": "Neutrophil count decreased", "soc": "Investigations"},
        {"id": "A", "pt": "Neutropenic sepsis", "soc": "Infections"},
    ]
    events = trial("A").events(rows)
    assert with_words(events, "neut").sum() == 2
    assert with_words(events, "NEUT inves").sum() == 1
    assert with_words(events, "  ").sum() == 2
    assert with_words(events, "gout").sum() == 0


def test_interest_is_told_drug_by_drug(trial):
    options = SafetyOptions(
        aesi=(
            AesiGroup("gout", "Gout", ("GOUT",), "inosine"),
            AesiGroup("stones", "Stones", ("NEPHROLITHIASIS",), "inosine"),
            AesiGroup("any", "Any drug", ("FALL",), None),
        )
    )
    rows = [
        {"id": "A", "pt": "GOUT"}, {"id": "A", "pt": "NEPHROLITHIASIS"}, {"id": "B", "pt": "FALL"},
        {"id": "C", "pt": "GOUT", "start": -9},
    ]  # fmt: skip
    inosine, none = interest_by_drug(trial("ABC").events(rows, options), options)
    assert (inosine.id, inosine.proportion.x, inosine.n_events) == ("interest:inosine", 1, 2)
    assert (none.id, none.patients, none.proportion.n) == ("interest:", ("B",), 3)


# --- rows of the table ---------------------------------------------------------------------------

TABLE = [
    *({"id": u, "pt": "NAUSEA", "soc": "GI"} for u in "ABCD"),
    {"id": "A", "pt": "ASCITES", "soc": "GI"},
    *({"id": u, "pt": "RASH", "soc": "SKIN"} for u in "AB"),
    {"id": "E", "pt": "COUGH", "soc": "CHEST"},
]


def shown(trial, **options):
    found = shown_rows(term_table(trial("ABCDEFGHIJ").events(TABLE)), RowOptions(**options))
    return [r.row.term for r in found.rows], found


def test_classes_are_folded_until_they_are_opened(trial):
    assert shown(trial)[0] == ["GI", "SKIN", "CHEST"]
    assert shown(trial, turned=("SKIN",))[0] == ["GI", "SKIN", "RASH", "CHEST"]
    names, found = shown(trial, fold="open", turned=("GI",))
    assert names == ["GI", "SKIN", "RASH", "CHEST", "COUGH"]
    assert (found.terms, found.hidden, found.unmatched) == (4, 0, 0)


def test_terms_alone_by_frequency_or_by_name(trial):
    assert shown(trial, fold="term")[0] == ["NAUSEA", "RASH", "ASCITES", "COUGH"]
    assert shown(trial, fold="term", by_name=True)[0] == ["ASCITES", "COUGH", "NAUSEA", "RASH"]
    assert shown(trial, by_name=True)[0] == ["CHEST", "GI", "SKIN"]


def test_a_threshold_hides_terms_says_how_many_and_changes_no_count(trial):
    names, found = shown(trial, fold="open", least=20)
    assert names == ["GI", "NAUSEA", "SKIN", "RASH"]  # 2 of 10 is 20%
    assert found.hidden == 2
    assert found.rows[0].row.any.x == 4  # the class still counts its hidden term
    assert found.rows[0].row.n_events == 5
    assert found.rows[0].terms == 1


def test_words_open_the_classes_that_hold_them(trial):
    names, found = shown(trial, find="rash")
    assert (names, found.unmatched) == (["SKIN", "RASH"], 3)
    assert shown(trial, find="gi")[0] == ["GI", "NAUSEA", "ASCITES"]
    assert shown(trial, find="nothing")[0] == []


@pytest.mark.parametrize("fold", ["class", "open", "term"])
@pytest.mark.parametrize("least", [0, 2, 10, 20])
def test_every_term_is_shown_hidden_or_unmatched(trial, fold, least):
    _, found = shown(trial, fold=fold, least=least, find="a")
    assert found.terms + found.hidden + found.unmatched == 4


# --- since another cut ---------------------------------------------------------------------------


def test_what_is_new_since_another_cut(trial):
    then = [
        {"id": "A", "pt": "RASH", "start": 5, "grade": 1, "AESER": "N"},
        {"id": "A", "pt": "GOUT", "start": 9, "grade": 2, "AESER": "N"},
        {"id": "B", "pt": "FALL", "start": 3, "grade": 2, "AESER": "N"},
        {"id": "B", "pt": "COUGH", "start": 8, "grade": 1, "AESER": "Y"},
    ]
    now = [
        {"id": "A", "pt": "Rash", "start": 5, "grade": 1, "AESER": "N"},  # known, other spelling
        {"id": "A", "pt": "GOUT", "start": 9, "grade": 2, "AESER": "Y"},  # now serious
        {"id": "B", "pt": "FALL", "start": 4, "grade": 3, "AESER": "N"},  # date corrected, graver
        {"id": "B", "pt": "COUGH", "start": 8, "grade": 5, "AESER": "Y"},  # now fatal
        {"id": "B", "pt": "FALL", "start": 50, "grade": 1, "AESER": "N"},  # another fall
    ]
    made = trial("AB")
    events, before = made.events(now), made.events(then)
    at = np.arange(events.n)
    assert event_news(events, before, at) == ("", "serious", "grade", "fatal", "new")
    assert event_news(events, events, at) == ("",) * 5


def test_one_event_of_the_other_cut_is_known_once(trial):
    row = {"id": "A", "pt": "RASH", "start": 5}
    made = trial("A")
    events, before = made.events([row, row]), made.events([row])
    assert sorted(event_news(events, before, np.arange(2))) == ["", "new"]
